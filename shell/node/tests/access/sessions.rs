//! Sessions: opened by the right passkey only, and gone when they should be (cases 199 and 200).

use super::common::{change_officer, code};
use super::desk::{Desk, ORIGIN, refused};
use comity_kit::authenticator::{Authenticator, BE, UP, base64url, from_base64url};
use comity_node::{OfficerChange, Request, Scope};
use comity_vocab::Role;
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[test]
fn a_session_says_who_asks() {
    let mut desk = Desk::new();
    let mut passkey = desk.enrol("alice", 1);
    let secret = desk.sign_in(&mut passkey);
    let who = desk.who(&secret).unwrap();
    assert_eq!((who.officer, who.subject.as_str()), (Some(code("alice")), "officer:alice"));
    assert!(who.roles.contains(&Role::Analyst) && who.session.is_some() && who.step_up_until.is_none());
    assert_eq!(who.scopes, BTreeSet::from(Scope::ALL));
    let mut keeper = desk.enrol("c1", 2);
    let keeper = desk.sign_in(&mut keeper);
    assert_eq!(desk.who(&keeper).unwrap().scopes, BTreeSet::from([Scope::Metrics]), "keys, but no content");
    let other = desk.sign_in(&mut passkey);
    assert_ne!(other, secret, "new on every sign-in");
}

/// Every way to answer wrongly; each is the same refusal, to the letter.
#[test]
fn sign_ins_that_are_not_as_asked() {
    let mut desk = Desk::new();
    let mut alice = desk.enrol("alice", 1);
    let mut bob = desk.enrol("bob", 2);
    let good = |desk: &mut Desk, passkey: &mut Authenticator| {
        let question = desk.sign_in_question();
        passkey.answer_for(ORIGIN, &question)
    };
    let mut answers: Vec<(&str, Value)> = Vec::new();
    let used = good(&mut desk, &mut alice);
    desk.finish_sign_in(&used).unwrap();
    answers.push(("the same answer again", used));
    let question = desk.sign_in_question();
    answers.push(("another site", alice.answer_for("https://evil.example", &question)));
    let question = desk.sign_in_question();
    answers.push(("another port", alice.answer_for("http://localhost:9999", &question)));
    let mut question = desk.sign_in_question();
    question["rpId"] = json!("evil.example");
    answers.push(("another relying party", alice.answer_for(ORIGIN, &question)));
    let mut question = desk.sign_in_question();
    question["challenge"] = json!(base64url(&[1; 32]));
    answers.push(("a challenge never given", alice.answer_for(ORIGIN, &question)));
    for (what, flags) in [("user not verified", UP), ("suddenly eligible for backup", UP | 4 | BE)] {
        let question = desk.sign_in_question();
        alice.flags = flags;
        answers.push((what, alice.answer_for(ORIGIN, &question)));
        alice.flags = UP | 4;
    }
    let question = desk.sign_in_question();
    let now = alice.counter;
    alice.counter = 1;
    answers.push(("the counter went back", alice.answer_for(ORIGIN, &question)));
    alice.counter = now;
    let question = desk.sign_in_question();
    let mut stranger = Authenticator::es256(77);
    answers.push(("an unknown passkey", stranger.answer_for(ORIGIN, &question)));
    let question = desk.sign_in_question();
    stranger.credential = alice.credential.clone();
    answers.push(("another key under a known id", stranger.answer_for(ORIGIN, &question)));
    let mut swapped = good(&mut desk, &mut bob);
    swapped["credential"] = json!(base64url(&alice.credential));
    answers.push(("another officer's credential", swapped));
    let mut handed = good(&mut desk, &mut alice);
    handed["user_handle"] = json!(bob.user_handle);
    answers.push(("another officer's handle", handed));
    let mut cut = good(&mut desk, &mut alice);
    let signature = from_base64url(cut["signature"].as_str().unwrap());
    cut["signature"] = json!(base64url(&signature[..signature.len() - 1]));
    answers.push(("a signature cut off", cut));
    let session = desk.sign_in(&mut alice);
    let question = desk.ask(Some(&session), &json!({ "verb": "step_up_begin" })).unwrap();
    answers.push(("a question for something else", alice.answer_for(ORIGIN, &question["public_key"])));
    let question = desk.sign_in_question();
    let late = alice.answer_for(ORIGIN, &question);

    let uniform = desk.finish_sign_in(&answers[0].1).unwrap_err();
    for (what, answer) in &answers {
        let failure = desk.finish_sign_in(answer).expect_err(what);
        assert_eq!(failure, uniform, "{what}");
        refused(what, Err(failure), "passkey_refused");
    }
    desk.wait(5 * 60 + 1);
    assert_eq!(desk.finish_sign_in(&late).unwrap_err(), uniform, "too late");
    // The officers themselves still get in.
    desk.sign_in(&mut alice);
    desk.sign_in(&mut bob);
    // Refusals are counted, and do not fill the log.
    let audit = desk.here(&Request::AuditShow { from: 0, limit: 1_000 }).unwrap();
    let entries = audit["entries"].as_array().unwrap();
    let refusals = entries.iter().filter(|entry| entry["act"] == "sign_in.refused").count();
    assert_eq!(refusals, 2, "one at once, one after a minute: {entries:?}");
    assert!(entries.iter().any(|entry| entry["act"] == "sign_in" && entry["officer"] == "alice"));
}

#[test]
fn a_session_ends() {
    let mut desk = Desk::new();
    let mut passkey = desk.enrol("alice", 1);
    let idle = desk.sign_in(&mut passkey);
    desk.wait(15 * 60 - 1);
    assert!(desk.access().glance(&idle, desk.now).is_some());
    desk.wait(1);
    assert!(desk.who(&idle).is_none(), "idle for 15 minutes; a glance is no use");

    let busy = desk.sign_in(&mut passkey);
    for _ in 0..(8 * 6 - 1) {
        desk.wait(600);
        assert!(desk.who(&busy).is_some());
    }
    desk.wait(600);
    assert!(desk.who(&busy).is_none(), "8 hours old");

    let ended = desk.sign_in(&mut passkey);
    let kept = desk.sign_in(&mut passkey);
    desk.ask(Some(&ended), &json!({ "verb": "session_end", "session": null })).unwrap();
    assert!(desk.who(&ended).is_none() && desk.who(&kept).is_some());
    refused("ended", desk.ask(Some(&ended), &json!({ "verb": "session_list" })), "sign_in_needed");

    let mut tampered = kept.clone();
    let last = if tampered.pop() == Some('A') { 'B' } else { 'A' };
    tampered.push(last);
    for (what, secret) in [
        ("tampered", tampered.as_str()),
        ("made up", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        ("the public id", desk.who(&kept).unwrap().session.unwrap().as_str()),
        ("empty", ""),
        ("very long", &"A".repeat(100_000)),
        ("a token", "comity_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
    ] {
        assert!(desk.who(secret).is_none(), "{what}");
        refused(what, desk.ask(Some(secret), &json!({ "verb": "session_list" })), "sign_in_needed");
    }
    // A clock that went back behind its beginning ends it, too.
    let now = desk.now;
    desk.now = now.plus_seconds(-1);
    assert!(desk.access().glance(&kept, desk.now).is_none());
}

#[test]
fn the_registry_is_honoured_before_the_next_question() {
    let mut desk = Desk::new();
    let mut alice = desk.enrol("alice", 1);
    let mut bob = desk.enrol("bob", 2);
    let (of_alice, of_bob) = (desk.sign_in(&mut alice), desk.sign_in(&mut bob));
    let roles = [Role::RequirementsOfficer].into();
    change_officer(&mut desk.org, "alice", OfficerChange::Roles { roles }).unwrap();
    assert_eq!(desk.who(&of_alice).unwrap().roles, [Role::RequirementsOfficer].into());
    let question = desk.sign_in_question();
    let answer = bob.answer_for(ORIGIN, &question);
    change_officer(&mut desk.org, "bob", OfficerChange::Disable).unwrap();
    assert!(desk.who(&of_bob).is_none(), "disabled");
    refused("disabled", desk.ask(Some(&of_bob), &json!({ "verb": "release_list" })), "sign_in_needed");
    refused("disabled while signing in", desk.finish_sign_in(&answer), "passkey_refused");
    let bobs = desk.org.key("bob");
    assert!(desk.grant("bob", "again", &bobs).is_err());
}

#[test]
fn sessions_are_seen_and_ended_by_their_officers_and_by_custodians() {
    let mut desk = Desk::new();
    let (mut alice, mut bob, mut keeper) = (desk.enrol("alice", 1), desk.enrol("bob", 2), desk.enrol("c1", 3));
    let (of_alice, of_bob, of_keeper) = (desk.sign_in(&mut alice), desk.sign_in(&mut bob), desk.sign_in(&mut keeper));
    let list = json!({ "verb": "session_list" });
    let own = desk.ask(Some(&of_alice), &list).unwrap();
    assert_eq!(own["sessions"].as_array().unwrap().len(), 1);
    assert_eq!((&own["sessions"][0]["agent"], &own["sessions"][0]["own"]), (&json!("Browser 1"), &json!(true)));
    assert!(!own.to_string().contains(&of_alice), "no secret in it");
    let all = desk.ask(Some(&of_keeper), &list).unwrap();
    assert_eq!(all["sessions"].as_array().unwrap().len(), 3);
    let bobs = desk.who(&of_bob).unwrap().session.unwrap();
    let end = json!({ "verb": "session_end", "session": bobs });
    assert!(desk.ask(Some(&of_alice), &end).is_err(), "somebody else's");
    assert!(desk.who(&of_bob).is_some());
    desk.ask(Some(&of_keeper), &end).unwrap();
    assert!(desk.who(&of_bob).is_none());
    for _ in 0..8 {
        desk.wait(1);
        desk.sign_in(&mut alice);
    }
    assert!(desk.who(&of_alice).is_none(), "the oldest of too many ends");
}

#[test]
fn a_step_up_is_fresh_and_ones_own() {
    let mut desk = Desk::new();
    let (mut keeper, mut bob) = (desk.enrol("c1", 1), desk.enrol("bob", 2));
    let session = desk.sign_in(&mut keeper);
    let of_bob = desk.sign_in(&mut bob);
    let add = |name: &str| json!({ "verb": "token_add", "name": name, "scopes": ["metrics"], "expires": null });
    refused("signed in is not enough", desk.ask(Some(&session), &add("a")), "step_up_needed");
    // Somebody else's touch does not step up this session.
    let question = desk.ask(Some(&session), &json!({ "verb": "step_up_begin" })).unwrap();
    let answer = bob.answer_for(ORIGIN, &question["public_key"]);
    let finish = json!({ "verb": "step_up_finish", "answer": answer });
    refused("another's passkey", desk.ask(Some(&session), &finish), "passkey_refused");
    let question = desk.ask(Some(&session), &json!({ "verb": "step_up_begin" })).unwrap();
    let answer = keeper.answer_for(ORIGIN, &question["public_key"]);
    let finish = json!({ "verb": "step_up_finish", "answer": answer });
    refused("another's session", desk.ask(Some(&of_bob), &finish), "passkey_refused");
    desk.step_up(&session, &mut keeper).unwrap();
    desk.ask(Some(&session), &add("a")).unwrap();
    let read = json!({ "verb": "token_add", "name": "r", "scopes": ["read"], "expires": null });
    refused("keys, but no content: nor by a token", desk.ask(Some(&session), &read), "forbidden");
    desk.wait(5 * 60 - 1);
    desk.ask(Some(&session), &add("b")).unwrap();
    desk.wait(1);
    refused("five minutes later", desk.ask(Some(&session), &add("c")), "step_up_needed");
    // A step-up does not give a role.
    desk.step_up(&of_bob, &mut bob).unwrap();
    refused("not a custodian", desk.ask(Some(&of_bob), &add("d")), "forbidden");
}
