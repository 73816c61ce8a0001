//! What was set aside follows its log, and its end reaches the entry that holds it and no other.

use crate::common::{Home, now};
use comity_store::desk::{Desk, Direction, GenerationRow, NewLogRow, SetAside};
use comity_vocab::Digest;
use comity_vocab::{EntryKind, EntryState};

fn enter(desk: Desk<'_>, seq: u64, payload: &[u8]) {
    let row = NewLogRow {
        seq,
        header: b"header",
        signature: &[1; 64],
        leaf: Digest([seq as u8; 32]),
        root: Digest([seq as u8 + 1; 32]),
        salt: Some(&[7; 32]),
        payload: Some(payload),
        envelope: None,
        kind: EntryKind::Release,
        subject: None,
        state: EntryState::Applied,
        reason: None,
        at: "2026-03-01T00:00:00Z",
    };
    desk.append_log("kps", Direction::In, &row).unwrap();
}

fn payload(desk: Desk<'_>, log: &str, seq: u64) -> Option<Vec<u8>> {
    desk.log_from(log, Direction::In, seq, 1).unwrap().into_iter().next().and_then(|row| row.payload)
}

fn aside(object: &str, seq: u64) -> SetAside {
    SetAside {
        link: "kps".into(),
        object: object.into(),
        release: "r".into(),
        log: "kps".into(),
        seq,
        property: "x_religion".into(),
        at: now().to_string(),
        due: now().to_string(),
    }
}

#[test]
fn what_is_set_aside_follows_its_log_into_an_ended_generation() {
    let home = Home::new();
    let mut holdings = home.holdings();
    let tx = holdings.transaction().unwrap();
    let desk = tx.view().desk();
    enter(desk, 0, b"old, two of them");
    for object in ["a", "b"] {
        desk.put_set_aside(&aside(object, 0)).unwrap();
    }
    let ended = GenerationRow {
        link: "kps".into(),
        generation: 1,
        card: "card".into(),
        read_at: now().to_string(),
        own_node: "key".into(),
        ended: now().to_string(),
    };
    desk.end_generation(&ended).unwrap();
    enter(desk, 0, b"new, of somebody else");
    assert_eq!(desk.set_aside(10).unwrap().len(), 2);
    assert_eq!(desk.end_set_aside("kps", "a").unwrap(), 1);
    assert!(payload(desk, &ended.log_name(), 0).is_some(), "the other object is still set aside in it");
    assert_eq!(desk.end_set_aside("kps", "b").unwrap(), 1);
    assert_eq!(payload(desk, &ended.log_name(), 0), None);
    assert!(payload(desk, "kps", 0).is_some(), "the new log's entry is not what was set aside");
    assert_eq!((desk.set_aside_count().unwrap(), desk.end_set_aside("kps", "a").unwrap()), (0, 0));
}
