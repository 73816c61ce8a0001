//! How a passkey comes to count: never without the officer.

use super::common::{change_officer, code};
use super::desk::{Desk, ORIGIN, refused};
use comity_kit::authenticator::Authenticator;
use comity_node::{OfficerChange, Request};
use comity_release::passkey::Base64Url;
use serde_json::json;

#[test]
fn a_link_serves_once_for_a_quarter_of_an_hour() {
    let mut desk = Desk::new();
    let key = desk.org.key("alice");
    desk.grant("alice", "first", &key).unwrap();
    let mut passkey = Authenticator::eddsa(1);
    refused("an unknown secret", desk.enrol_with("other", &mut passkey), "enrolment_refused");
    let bound = desk.enrol_with("first", &mut passkey).unwrap();
    assert_eq!((&bound["passkeys"], &bound["second_advised"]), (&json!(1), &json!(true)));
    refused("used", desk.enrol_with("first", &mut Authenticator::es256(2)), "enrolment_refused");

    desk.grant("alice", "second", &key).unwrap();
    desk.grant("alice", "third", &key).unwrap();
    refused("replaced by a later one", desk.enrol_with("second", &mut Authenticator::es256(2)), "enrolment_refused");
    desk.wait(15 * 60);
    refused("too old", desk.enrol_with("third", &mut Authenticator::es256(2)), "enrolment_refused");

    // Begun in time and finished late, it does not serve either.
    desk.grant("alice", "fourth", &key).unwrap();
    desk.wait(14 * 60);
    let begun = desk.ask(None, &json!({ "verb": "register_begin", "token": "fourth" })).unwrap();
    desk.wait(2 * 60);
    let credential = Authenticator::es256(3).create_for(ORIGIN, &begun["public_key"]);
    let finish = json!({ "verb": "register_finish", "token": "fourth", "name": "key", "credential": credential });
    refused("finished late", desk.ask(None, &finish), "enrolment_refused");
}

#[test]
fn whoever_runs_the_machine_makes_no_officer() {
    let mut desk = Desk::new();
    // The operator has everything but the officer's key: also another officer's.
    let other = desk.org.key("bob");
    let refusal = desk.grant("alice", "mine", &other).unwrap_err();
    assert!(refusal.message.contains("not signed by the key of officer alice"), "{refusal}");
    refused("nothing was granted", desk.enrol_with("mine", &mut Authenticator::es256(1)), "enrolment_refused");
    // Over the network nobody makes out grants, no matter who asks.
    let mut passkey = desk.enrol("alice", 1);
    let session = desk.sign_in(&mut passkey);
    let prepare = json!({ "verb": "passkey_grant_prepare", "officer": "alice" });
    refused("in a session", desk.ask(Some(&session), &prepare), "forbidden");
    refused("by nobody", desk.ask(None, &prepare), "sign_in_needed");
}

#[test]
fn a_registration_that_is_not_as_asked_binds_nothing() {
    let mut desk = Desk::new();
    let key = desk.org.key("alice");
    let taken = desk.enrol("bob", 9);
    type Make = fn(&mut Authenticator);
    let rows: [(&str, &str, Make, &str); 5] = [
        ("another site", "https://evil.example", |_| {}, "key"),
        ("another port", "http://localhost:8441", |_| {}, "key"),
        ("user not verified", ORIGIN, |passkey| passkey.flags = comity_kit::authenticator::UP, "key"),
        ("another's credential", ORIGIN, |passkey| passkey.credential = vec![9; 32], "key"),
        ("a guessable credential", ORIGIN, |passkey| passkey.credential = vec![1; 8], "key"),
    ];
    assert_eq!(taken.credential, vec![9; 32]);
    for (what, origin, alter, name) in rows {
        desk.grant("alice", what, &key).unwrap();
        let begun = desk.ask(None, &json!({ "verb": "register_begin", "token": what })).unwrap();
        let mut passkey = Authenticator::es256(5);
        alter(&mut passkey);
        let credential = passkey.create_for(origin, &begun["public_key"]);
        let finish = json!({ "verb": "register_finish", "token": what, "name": name, "credential": credential });
        refused(what, desk.ask(None, &finish), "passkey_refused");
        refused("again, to the same question", desk.ask(None, &finish), "passkey_refused");
    }
    // Two links are begun; the question of one does not serve the other.
    desk.grant("alice", "a", &key).unwrap();
    let begun = desk.ask(None, &json!({ "verb": "register_begin", "token": "a" })).unwrap();
    let hal = desk.org.key("hal");
    desk.grant("hal", "h", &hal).unwrap();
    let credential = Authenticator::es256(6).create_for(ORIGIN, &begun["public_key"]);
    let finish = json!({ "verb": "register_finish", "token": "h", "name": "key", "credential": credential });
    refused("another officer's link", desk.ask(None, &finish), "enrolment_refused");
}

#[test]
fn an_older_passkey_vouches_for_the_next() {
    let mut desk = Desk::new();
    let mut first = desk.enrol("alice", 1);
    let mut bob = desk.enrol("bob", 9);
    let session = desk.sign_in(&mut first);
    let bobs = desk.sign_in(&mut bob);
    let mut second = Authenticator::eddsa(2);
    let begin = json!({ "verb": "register_begin", "token": null });
    refused("without a session", desk.ask(None, &begin), "sign_in_needed");
    let begun = desk.ask(Some(&session), &begin).unwrap();
    assert_eq!(begun["public_key"]["excludeCredentials"].as_array().unwrap().len(), 1);
    let credential = second.create_for(ORIGIN, &begun["public_key"]);
    let finish = json!({ "verb": "register_finish", "token": null, "name": "spare", "credential": credential });
    let confirm = desk.ask(Some(&session), &finish).unwrap();
    assert_eq!(confirm["state"], "confirm");
    let question = desk.sign_in_question();
    refused("not yet", desk.finish_sign_in(&second.answer_for(ORIGIN, &question)), "passkey_refused");

    let answer = first.answer_for(ORIGIN, &confirm["public_key"]);
    let bring = json!({ "verb": "register_confirm", "nonce": confirm["nonce"], "answer": answer });
    refused("in another's session", desk.ask(Some(&bobs), &bring), "passkey_refused");
    refused("asked once", desk.ask(Some(&session), &bring), "passkey_refused");

    let begun = desk.ask(Some(&session), &begin).unwrap();
    let credential = second.create_for(ORIGIN, &begun["public_key"]);
    let finish = json!({ "verb": "register_finish", "token": null, "name": "spare", "credential": credential });
    let confirm = desk.ask(Some(&session), &finish).unwrap();
    let by_itself = second.answer_for(ORIGIN, &confirm["public_key"]);
    let bring = json!({ "verb": "register_confirm", "nonce": confirm["nonce"], "answer": by_itself });
    refused("vouching for itself", desk.ask(Some(&session), &bring), "passkey_refused");

    let begun = desk.ask(Some(&session), &begin).unwrap();
    let credential = second.create_for(ORIGIN, &begun["public_key"]);
    let finish = json!({ "verb": "register_finish", "token": null, "name": "spare", "credential": credential });
    let confirm = desk.ask(Some(&session), &finish).unwrap();
    let answer = first.answer_for(ORIGIN, &confirm["public_key"]);
    let bring = json!({ "verb": "register_confirm", "nonce": confirm["nonce"], "answer": answer });
    let bound = desk.ask(Some(&session), &bring).unwrap();
    assert_eq!((&bound["state"], &bound["passkeys"]), (&json!("bound"), &json!(2)));
    let with_second = desk.sign_in(&mut second);

    // The first is lost: its sessions end, the second stays.
    let remove = json!({ "verb": "passkey_remove", "credential": Base64Url(first.credential.clone()) });
    refused("without a step-up", desk.ask(Some(&with_second), &remove), "step_up_needed");
    desk.step_up(&with_second, &mut second).unwrap();
    desk.ask(Some(&with_second), &remove).unwrap();
    assert!(desk.who(&session).is_none());
    assert!(desk.who(&with_second).is_some());
    let question = desk.sign_in_question();
    refused("removed", desk.finish_sign_in(&first.answer_for(ORIGIN, &question)), "passkey_refused");
    desk.sign_in(&mut second);
    let listed = desk.ask(Some(&with_second), &json!({ "verb": "passkey_list", "officer": null })).unwrap();
    let states: Vec<&str> =
        listed["passkeys"].as_array().unwrap().iter().map(|one| one["state"].as_str().unwrap()).collect();
    assert_eq!((states.len(), states.contains(&"removed"), states.contains(&"active")), (2, true, true));
    // Another officer neither sees nor removes them.
    let listed = desk.ask(Some(&bobs), &json!({ "verb": "passkey_list", "officer": "alice" })).unwrap();
    assert_eq!(listed["passkeys"], json!([]));
    desk.step_up(&bobs, &mut bob).unwrap();
    let remove = json!({ "verb": "passkey_remove", "credential": Base64Url(second.credential.clone()) });
    assert!(desk.ask(Some(&bobs), &remove).is_err());
}

#[test]
fn a_new_key_binds_anew() {
    let mut desk = Desk::new();
    let mut passkey = desk.enrol("alice", 1);
    let session = desk.sign_in(&mut passkey);
    let old = desk.org.key("alice");
    desk.grant("alice", "mislaid", &old).unwrap();
    let key = desk.org.key("alice's second");
    change_officer(&mut desk.org, "alice", OfficerChange::NewKey { key: key.verifying_key() }).unwrap();
    assert!(desk.who(&session).is_none(), "the session ends with the passkey");
    let question = desk.sign_in_question();
    refused("under the old key", desk.finish_sign_in(&passkey.answer_for(ORIGIN, &question)), "passkey_refused");
    refused("a link of the old key", desk.enrol_with("mislaid", &mut Authenticator::es256(7)), "enrolment_refused");
    desk.grant("alice", "new", &key).unwrap();
    let mut anew = Authenticator::es256(8);
    desk.enrol_with("new", &mut anew).unwrap();
    desk.sign_in(&mut anew);
    // What was signed stays verifiable, and a home with void passkeys is whole.
    desk.here(&Request::Verify).unwrap();
    assert!(desk.here(&Request::PasskeyGrantPrepare { officer: code("nobody") }).is_err());
}
