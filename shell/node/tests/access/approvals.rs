//! A release from draft to send in two browsers, and what does not pass for an approval.

use super::common::{change_officer, code};
use super::desk::{Desk, ORIGIN, refused};
use comity_kit::authenticator::Authenticator;
use comity_node::{OfficerChange, Request};
use serde_json::{Value, json};

struct Two {
    desk: Desk,
    alice: Authenticator,
    bob: Authenticator,
    of_alice: String,
    of_bob: String,
}

impl Two {
    fn new() -> Self {
        let mut desk = Desk::new();
        let (mut alice, mut bob) = (desk.enrol("alice", 1), desk.enrol("bob", 2));
        let (of_alice, of_bob) = (desk.sign_in(&mut alice), desk.sign_in(&mut bob));
        Self { desk, alice, bob, of_alice, of_bob }
    }

    fn as_alice(&mut self, request: &Value) -> Result<Value, comity_node::Failure> {
        self.desk.ask(Some(&self.of_alice), request)
    }

    fn as_bob(&mut self, request: &Value) -> Result<Value, comity_node::Failure> {
        self.desk.ask(Some(&self.of_bob), request)
    }

    fn report(&mut self) -> String {
        let label: comity_vocab::SecurityLabel = "TLP:AMBER".parse().unwrap();
        let write = json!({ "verb": "write_report", "title": "R", "body": "An observation in the harbour.", "grading": "B2",
            "source": null, "label": label });
        self.as_alice(&write).unwrap()["id"].as_str().unwrap().to_owned()
    }

    fn draft(&mut self) -> Value {
        let id = self.report();
        let draft = json!({ "verb": "release_draft", "author": "alice", "selection": { "objects": [id], "origins": [] },
            "to": ["kps"], "label": null, "descriptor": null, "title": "T", "text": "Told to partners.", "allow": [],
            "precision": null, "as_published": false, "expires": null });
        self.as_alice(&draft).unwrap()
    }

    fn signed(&mut self) -> String {
        let drafted = self.draft();
        let release = drafted["release"].as_str().unwrap().to_owned();
        let proof = proof(&mut self.alice, &drafted["passkey"]);
        let sign = json!({ "verb": "release_sign", "release": release, "officer": "alice", "role": drafted["author_role"], "proof": proof });
        self.as_alice(&sign).unwrap();
        release
    }

    fn prepare(&mut self, release: &str) -> Value {
        let prepare =
            json!({ "verb": "release_approve_prepare", "release": release, "officer": "bob", "overrides": {} });
        self.as_bob(&prepare).unwrap()["passkey"].clone()
    }
}

pub fn proof(passkey: &mut Authenticator, question: &Value) -> Value {
    let mut answer = passkey.answer_for(ORIGIN, &question["public_key"]);
    answer.as_object_mut().unwrap().remove("user_handle");
    answer["nonce"] = question["nonce"].clone();
    json!({ "passkey": answer })
}

fn approve(release: &str, proof: &Value) -> Value {
    json!({ "verb": "release_approve", "release": release, "officer": "bob", "overrides": {}, "proof": proof })
}

#[test]
fn a_release_by_two_passkeys() {
    let mut two = Two::new();
    let release = two.signed();
    let question = two.prepare(&release);
    assert_eq!(question["public_key"]["allowCredentials"].as_array().unwrap().len(), 1);
    let proof = proof(&mut two.bob, &question);
    assert_eq!(two.as_bob(&approve(&release, &proof)).unwrap()["state"], "approved");
    let send = json!({ "verb": "release_send", "release": release });
    refused("sending needs a step-up", two.as_alice(&send), "step_up_needed");
    two.desk.step_up(&two.of_alice, &mut two.alice).unwrap();
    assert_eq!(two.as_alice(&send).unwrap()["state"], "sent");
    two.desk.here(&Request::Verify).unwrap();

    // The recall of it, by the same two.
    let draft = json!({ "verb": "recall_draft", "releases": [release], "items": [], "kind": "withdraw_error" });
    let recall = two.as_alice(&draft).unwrap()["recall"].clone();
    for (officer, role) in [("alice", "desk_officer"), ("bob", "releasing_officer")] {
        let session = if officer == "alice" { two.of_alice.clone() } else { two.of_bob.clone() };
        let prepare = json!({ "verb": "recall_prepare", "recall": recall, "officer": officer, "role": role });
        let question = two.desk.ask(Some(&session), &prepare).unwrap()["passkey"].clone();
        let passkey = if officer == "alice" { &mut two.alice } else { &mut two.bob };
        let proof = self::proof(passkey, &question);
        let bring =
            json!({ "verb": "recall_approve", "recall": recall, "officer": officer, "role": role, "proof": proof });
        two.desk.ask(Some(&session), &bring).unwrap();
    }
    let send = json!({ "verb": "recall_send", "recall": recall });
    refused("sending a recall needs a step-up", two.as_bob(&send), "step_up_needed");
    assert_eq!(two.as_alice(&send).unwrap()["state"], "sent");
}

#[test]
fn a_declaration_by_two_passkeys() {
    let mut two = Two::new();
    let id = two.report();
    let prepare = json!({ "verb": "public_prepare", "selection": { "objects": [id], "origins": [] } });
    let declaration = two.as_alice(&prepare).unwrap()["declaration"].clone();
    let mut state = Value::Null;
    for (officer, role) in [("alice", "analyst"), ("bob", "releasing_officer")] {
        let session = if officer == "alice" { two.of_alice.clone() } else { two.of_bob.clone() };
        let prepare =
            json!({ "verb": "public_sign_prepare", "declaration": declaration, "officer": officer, "role": role });
        let question = two.desk.ask(Some(&session), &prepare).unwrap()["passkey"].clone();
        let proof = proof(if officer == "alice" { &mut two.alice } else { &mut two.bob }, &question);
        let sign = json!({ "verb": "public_sign", "declaration": declaration, "officer": officer, "role": role, "proof": proof });
        state = two.desk.ask(Some(&session), &sign).unwrap()["state"].clone();
    }
    assert_eq!(state, "effective");
    two.desk.here(&Request::Verify).unwrap();
    // A passkey that is removed later has signed all the same.
    let credential = comity_release::passkey::Base64Url(two.bob.credential.clone());
    two.desk.org.ask_as("bob", &Request::PasskeyRemove { credential }).unwrap();
    two.desk.here(&Request::Verify).unwrap();
    // So it is with an officer who has other roles and another key since.
    let roles = [comity_vocab::Role::RequirementsOfficer].into();
    change_officer(&mut two.desk.org, "alice", OfficerChange::Roles { roles }).unwrap();
    let key = two.desk.org.key("bob's second").verifying_key();
    change_officer(&mut two.desk.org, "bob", OfficerChange::NewKey { key }).unwrap();
    let verified = two.desk.here(&Request::Verify).unwrap();
    assert_eq!(
        (&verified["verified"]["public_declarations"], &verified["verified"]["passkeys"]),
        (&json!(1), &json!(2))
    );
}

#[test]
fn what_does_not_pass_for_an_approval() {
    let mut two = Two::new();
    let release = two.signed();
    let other = two.signed();

    two.prepare(&other);
    let question = two.prepare(&release);
    let good = proof(&mut two.bob, &question);
    refused("for another release", two.as_bob(&approve(&other, &good)), "passkey_refused");
    refused("the question was used up by that", two.as_bob(&approve(&release, &good)), "passkey_refused");

    let question = two.prepare(&release);
    let by_author = proof(&mut two.alice, &question);
    refused("by the author's passkey", two.as_bob(&approve(&release, &by_author)), "passkey_refused");

    let question = two.prepare(&release);
    let asked = two.desk.sign_in_question();
    let signed_in = json!({ "nonce": question["nonce"], "public_key": asked });
    let proof_of_sign_in = proof(&mut two.bob, &signed_in);
    refused("an answer to a sign-in", two.as_bob(&approve(&release, &proof_of_sign_in)), "passkey_refused");

    let question = two.prepare(&release);
    let good = proof(&mut two.bob, &question);
    refused("in another's session", two.as_alice(&approve(&release, &good)), "forbidden");
    refused("by nobody", two.desk.ask(None, &approve(&release, &good)), "sign_in_needed");
    two.as_bob(&json!({ "verb": "session_end", "session": null })).unwrap();
    refused("from a session that ended", two.as_bob(&approve(&release, &good)), "sign_in_needed");
    two.of_bob = two.desk.sign_in(&mut two.bob);

    let question = two.prepare(&release);
    let late = proof(&mut two.bob, &question);
    two.desk.wait(5 * 60 + 1);
    refused("too late", two.as_bob(&approve(&release, &late)), "passkey_refused");

    let question = two.prepare(&release);
    let counter = two.bob.counter;
    two.bob.counter = 1;
    let copied = proof(&mut two.bob, &question);
    two.bob.counter = counter;
    refused("by a copied passkey", two.as_bob(&approve(&release, &copied)), "passkey_refused");

    // An author who may also release does not approve the own release, in a browser as little as elsewhere.
    let prepare = json!({ "verb": "release_approve_prepare", "release": release, "officer": "alice", "overrides": {} });
    refused("the author", two.as_alice(&prepare), "forbidden");
}

#[test]
fn what_was_approved_is_verified_again_at_send() {
    let mut two = Two::new();
    let release = |two: &mut Two| {
        let release = two.signed();
        let question = two.prepare(&release);
        let proof = proof(&mut two.bob, &question);
        two.as_bob(&approve(&release, &proof)).unwrap();
        two.desk.step_up(&two.of_alice, &mut two.alice).unwrap();
        json!({ "verb": "release_send", "release": release })
    };
    let first = release(&mut two);
    let second = release(&mut two);
    // On another port the desk is the same; on another host it is not, but what was signed stays signed.
    two.desk.org.node.desk_listens(9_999).unwrap();
    two.as_alice(&first).unwrap();
    two.desk.org.node.desk_listens(8_440).unwrap();
    let credential = comity_release::passkey::Base64Url(two.bob.credential.clone());
    two.desk.org.ask_as("c1", &Request::PasskeyRemove { credential }).unwrap();
    assert!(two.desk.who(&two.of_bob).is_none());
    let failure = two.as_alice(&second).unwrap_err();
    assert!(failure.message.contains("the signature of bob"), "{failure}");
    assert!(
        two.desk.org.ask_as("alice", &Request::PasskeyList { officer: Some(code("bob")) }).unwrap()["passkeys"]
            == json!([])
    );
}
