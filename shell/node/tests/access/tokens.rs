//! Tokens: what each may ask, and that none is an officer.

use super::desk::{Desk, refused};
use comity_node::{Failure, Request, Scope};
use comity_vocab::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn add(desk: &mut Desk, name: &str, scopes: &[Scope], expires: Option<Timestamp>) -> Result<String, Failure> {
    let request = Request::TokenAdd { name: name.into(), scopes: scopes.iter().copied().collect(), expires };
    desk.here(&request).map(|made| made["token"].as_str().unwrap().to_owned())
}

#[test]
fn a_token_may_what_its_scopes_say() {
    let mut desk = Desk::new();
    let path = std::env::temp_dir().join("no-such-file.json");
    let import = Request::Import { path, origin: "feed".into(), label: None };
    let requests: [(&str, Request, Option<Scope>); 9] = [
        ("releases", Request::ReleaseList, Some(Scope::Read)),
        ("links", Request::LinkList, Some(Scope::Read)),
        ("recalls", Request::RecallBoard, Some(Scope::Read)),
        ("import", import, Some(Scope::Write)),
        ("officers", Request::OfficerList, None),
        ("audit", Request::AuditShow { from: 0, limit: 1 }, None),
        ("sources", Request::VaultList, None),
        ("tokens", Request::TokenList, None),
        ("sessions", Request::SessionList, None),
    ];
    for scope in Scope::ALL {
        let token = add(&mut desk, scope.as_str().replace(':', "-").as_str(), &[scope], None).unwrap();
        assert!(token.starts_with("comity_") && token.len() == 7 + 43, "256 bits");
        let who = desk.access().token(&token, desk.now).unwrap();
        assert_eq!((who.officer, who.scopes), (None, BTreeSet::from([scope])));
        assert!(who.subject.starts_with("token:"));
        for (what, request, needed) in &requests {
            let answer = desk.ask_with(&token, request);
            match (answer, *needed == Some(scope)) {
                (Ok(_), true) => {}
                // The file is not there: the token let it come as far as that.
                (Err(failure), true) => assert_eq!(failure.code, None, "{what} with {scope}: {failure:?}"),
                (answer, false) => refused(&format!("{what} with {scope}"), answer, "forbidden"),
            }
        }
    }
}

#[test]
fn a_token_ends() {
    let mut desk = Desk::new();
    let end = desk.now.plus_seconds(60);
    let brief = add(&mut desk, "brief", &[Scope::Read], Some(end)).unwrap();
    let kept = add(&mut desk, "kept", &[Scope::Read], None).unwrap();
    assert!(desk.ask_with(&brief, &Request::LinkList).is_ok());
    desk.wait(60);
    refused("expired", desk.ask_with(&brief, &Request::LinkList), "sign_in_needed");
    assert!(desk.ask_with(&kept, &Request::LinkList).is_ok());
    desk.here(&Request::TokenRevoke { name: "kept".into() }).unwrap();
    refused("revoked", desk.ask_with(&kept, &Request::LinkList), "sign_in_needed");
    assert!(desk.here(&Request::TokenRevoke { name: "kept".into() }).is_err(), "once");
    assert!(add(&mut desk, "kept", &[Scope::Read], None).is_err(), "a name means one token for ever");
    for (what, text) in
        [("empty", ""), ("the prefix", "comity_"), ("without prefix", &kept[7..]), ("long", &"c".repeat(10_000))]
    {
        assert!(desk.access().token(text, desk.now).is_none(), "{what}");
    }
    let listed = desk.here(&Request::TokenList).unwrap();
    assert!(!listed.to_string().contains(&kept[7..]), "the text is kept nowhere");
    let states: Vec<&Value> = listed["tokens"].as_array().unwrap().iter().map(|token| &token["state"]).collect();
    assert_eq!(states, [&json!("expired"), &json!("revoked")]);
}

#[test]
fn tokens_that_are_not_made() {
    let mut desk = Desk::new();
    let past = desk.now.plus_seconds(-1);
    let long = "n".repeat(65);
    for (what, name, scopes, expires) in [
        ("no name", "", &[Scope::Read][..], None),
        ("a blank in it", "a b", &[Scope::Read], None),
        ("too long", long.as_str(), &[Scope::Read], None),
        ("no scope", "a", &[], None),
        ("ended before it began", "a", &[Scope::Read], Some(past)),
    ] {
        assert!(add(&mut desk, name, scopes, expires).is_err(), "{what}");
    }
}

/// Somebody who comes over the network with nothing gets nowhere but to the sign-in, whatever is asked.
#[test]
fn nobody_asks_nothing() {
    let mut desk = Desk::new();
    for request in [
        Request::Nonce,
        Request::OfficerList,
        Request::ReleaseList,
        Request::LinkList,
        Request::Health,
        Request::Verify,
        Request::TokenList,
        Request::SessionList,
        Request::StepUpBegin,
        Request::AuditVerify,
        Request::VaultList,
        Request::RecallBoard,
        Request::TokenAdd { name: "x".into(), scopes: BTreeSet::from([Scope::Read]), expires: None },
        Request::ReleaseSend { release: "x".into() },
    ] {
        let asked = serde_json::to_value(&request).unwrap();
        refused(&asked.to_string(), desk.ask(None, &asked), "sign_in_needed");
    }
    assert!(desk.ask(None, &json!({ "verb": "sign_in_begin" })).is_ok());
}
