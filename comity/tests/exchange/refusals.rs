//! What a link and a release refuse: one-sided and suspended links, disabled officers, changed drafts.

use super::{sent, world, written};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use comity_kit::{text, wait_until};

#[test]
fn nothing_flows_before_both_sides_added_each_other() {
    let world = world();
    let (first, second) = (world.node("vsis"), world.node("kps"));
    first.add(&second, None);
    let nodes = (first.serve(), second.serve());
    sent(&first, "kps", "The vessel Lindwurm arrives.");
    wait_until("it shows as waiting", || text(&first.link(&second), "reach").starts_with("waiting"));
    assert_eq!(first.link(&second)["waiting"], 1);
    assert_eq!(second.found("Lindwurm"), 0);
    // Two officers of the other side agree to the card; before the words are compared its gate still knows nobody.
    let card = second.card_of(&first, None);
    let added = second.by_both(&["link", "add", &card]).done();
    assert_eq!((text(&added, "state"), text(&second.link(&first), "state")), ("pending".into(), "pending".into()));
    wait_until("it waits still", || text(&first.link(&second), "reach").starts_with("waiting"));
    assert_eq!(second.found("Lindwurm"), 0);
    let words = text(&added, "fingerprint");
    second
        .run_as("c1", &["link", "confirm", "vsis", "--words", "abandon ability able"])
        .refused(1, "not the twelve words");
    second.run_as("c1", &["link", "confirm", "vsis"]).refused(2, "no words given");
    for officer in ["c1", "c2"] {
        assert_eq!(second.found("Lindwurm"), 0);
        second.run_as(officer, &["link", "confirm", "vsis", "--words", &words]).done();
    }
    wait_until("it arrives once both have compared the words", || second.found("Lindwurm") == 1);
    drop(nodes);
}

#[test]
fn a_suspended_link_sends_nothing() {
    let world = world();
    let (first, second) = world.pair();
    let nodes = (first.serve(), second.serve());
    let release = written(&first, "kps", "The vessel Lindwurm arrives.");
    first.run_as("bob", &["release", "approve", &release]).done();
    first.run_as("c1", &["link", "suspend", "kps"]).done();
    first.run(&["release", "send", &release]).refused(1, "suspended");
    first.run_as("c1", &["link", "suspend", "kps", "--resume"]).done();
    first.run(&["release", "send", &release]).refused(1, "suspended");
    first.run_as("c2", &["link", "approve", "kps"]).done();
    first.ask(&["release", "send", &release]);
    wait_until("it arrives once resumed", || second.found("Lindwurm") == 1);
    drop(nodes);
}

#[test]
fn a_disabled_officer_is_refused_at_once() {
    let world = world();
    let (first, _second) = world.pair();
    let (early, late) =
        (written(&first, "kps", "The vessel Lindwurm arrives."), written(&first, "kps", "The vessel Nixe arrives."));
    first.run_as("alice", &["release", "approve", &early]).refused(1, "");
    first.run_as("bob", &["release", "approve", &early]).done();
    first.officer(&["disable", "--code", "bob"]).done();
    first.run(&["release", "send", &early]).refused(1, "bob");
    first.run_as("bob", &["release", "approve", &late]).refused(1, "disabled");
    first.run(&["release", "send", &late]).refused(1, "not approved");
    assert_eq!(first.ask(&["link", "show", "kps"])["out"]["size"], 0);
}

#[test]
fn a_changed_draft_is_not_sent_and_verify_names_it() {
    let world = world();
    let (first, _second) = world.pair();
    let release = written(&first, "kps", "The vessel Lindwurm arrives.");
    first.run_as("bob", &["release", "approve", &release]).done();
    // Beside a desk that runs, which looked at its tables when it started.
    let running = first.serve();
    let db = rusqlite::Connection::open(first.home.join("holdings/holdings.db")).unwrap();
    let draft: Vec<u8> = db.query_row("SELECT draft FROM release", [], |row| row.get(0)).unwrap();
    let mut value: serde_json::Value = serde_json::from_slice(&draft).unwrap();
    let mut part = STANDARD.decode(value["parts"][0].as_str().unwrap()).unwrap();
    part.push(b' ');
    value["parts"][0] = STANDARD.encode(part).into();
    db.execute("UPDATE release SET draft = ?1", [serde_json::to_vec(&value).unwrap()]).unwrap();
    drop(db);
    first.run(&["release", "send", &release]).refused(1, "changed");
    first.run(&["verify"]).refused(1, &release);
    assert_eq!(first.ask(&["link", "show", "kps"])["out"]["size"], 0);
    assert!(running.stop());
    // One that starts does not open such a home.
    for verb in [&["release", "send", &release][..], &["verify"], &["link", "show", "kps"]] {
        first.run(verb).refused(3, "table release has other rows than were written");
    }
}
