//! A check that was made apart, or before, serves again only where everything that it read is as it was.

use super::vault::Scene;
use super::*;
use comity_node::{Call, answer_apart};
use comity_vocab::Digest;
use std::sync::Mutex;

fn state(scene: &Scene) -> Digest {
    scene.holdings().view().desk().check_digest().unwrap().expect("the tables are summed")
}

#[test]
fn what_the_check_reads_is_told_from_what_it_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let scene = Scene::new(folder.path());
    let mut org = scene.open();
    let id = report(&mut org, "kept at home");
    let release = org.draft(telling(&id, "kps", "They say heron.")).unwrap();
    let before = state(&scene);
    org.ask_as("bob", &Request::ReleaseCheck { release: release.clone() }).unwrap();
    org.approve(&release).unwrap();
    org.ask_as("hal", &Request::VaultList).unwrap();
    assert_eq!(state(&scene), before, "approving reads what the check before it read");
    let mut seen = vec![before];
    let mut changed = |what: &str| {
        let now = state(&scene);
        assert!(!seen.contains(&now), "{what}");
        seen.push(now);
    };
    org.ask(&Request::ReleaseSend { release: release.clone() }).unwrap();
    changed("what was sent is not new to its recipient");
    let second = report(&mut org, "another one");
    changed("a text came in");
    mark(&mut org, "bob", &second, "TLP:GREEN").unwrap();
    changed("a marking changed");
    org.recall(&[release]).unwrap();
    changed("what was recalled was not given");
}

#[test]
fn a_check_apart_answers_like_any_other() {
    let folder = tempfile::tempdir().unwrap();
    let scene = Scene::new(folder.path());
    let mut org = scene.open();
    let id = report(&mut org, "kept at home");
    let long = |end: &str| format!("{} {end}", "They say heron and more of it. ".repeat(1_000));
    let clear = org.draft(telling(&id, "kps", &long("Nobody came."))).unwrap();
    let draft =
        ReleaseDraftRequest { author: Some(code("alice")), ..telling(&id, "kps", &long("A blue herring came.")) };
    let drafts = org.call("alice", &Request::ReleaseDraft(draft)).unwrap();
    let officer = org.call("bob", &Request::ReleaseCheck { release: clear }).unwrap();
    let node = Mutex::new(org.node);
    let ask = |call: &Call, remote| answer_apart(&node, &now, call, remote, &mut |_| ());
    let told = ask(&officer, false).unwrap().unwrap();
    assert_eq!((&told["clean"], &told["blocked"]), (&true.into(), &false.into()), "{told}");
    // A draft comes with its check, as it does where nobody else has the node.
    let drafted = ask(&drafts, false).unwrap().unwrap();
    assert_eq!((&drafted["check"]["blocked"], &drafted["check"]["clean"]), (&true.into(), &false.into()), "{drafted}");
    // Who is nobody is told nothing, and no work is done for them.
    let nobody = Call { request: officer.request.clone(), ..Call::default() };
    assert!(ask(&nobody, true).unwrap().is_err());
    // A call that needs no check is another's to answer.
    assert!(ask(&Call { request: r#"{"verb":"health"}"#.into(), ..Call::default() }, false).is_none());
    assert!(ask(&Call { request: "no call".into(), ..Call::default() }, false).is_none());
    let wrong = Call { request: r#"{"verb":"release_check","release":"none"}"#.into(), ..officer };
    assert!(ask(&wrong, false).unwrap().is_err());
}
