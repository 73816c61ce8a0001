//! What an erasure leaves in the databases of the recipient: neither the value nor the identifier that is a hash of it.

use crate::common::{Org, carried, holdings, now, orgs};
use comity_link::gate_protocol::GateToDesk;
use comity_node::{ReleaseDraftRequest, Request, Selection};
use serde_json::json;
use std::path::Path;

const VALUE: &str = "zinnoberkraut-quay.example";
const ID: &str = "domain-name--1010a202-c2e3-5e75-90b7-63d2905b51b6";
const RAW: [u8; 16] = 0x1010_a202_c2e3_5e75_90b7_63d2_905b_51b6_u128.to_be_bytes();

fn carry(from: &mut Org, to: &mut Org) {
    let effects = from.node.take_effects();
    let messages: Vec<GateToDesk> =
        effects.iter().filter_map(|e| carried(&from.code, e)).filter(|(p, _)| *p == to.code).map(|(_, m)| m).collect();
    to.node.from_gate(now(), messages).unwrap();
}

/// Every text and byte string of every table that holds the value, the identifier or its bytes.
fn found(home: &Path) -> Vec<String> {
    let conn = rusqlite::Connection::open(home.join("holdings/holdings.db")).unwrap();
    let mut tables = conn.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").unwrap();
    let tables: Vec<String> = tables.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let needles = [VALUE.as_bytes(), ID.as_bytes(), &RAW[..], &ID.as_bytes()["domain-name--".len()..]];
    let mut found = Vec::new();
    for table in tables {
        let mut query = conn.prepare(&format!("SELECT * FROM \"{table}\"")).unwrap();
        let columns: Vec<String> = query.column_names().map(str::to_owned).collect();
        let mut rows = query.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            for (n, column) in columns.iter().enumerate() {
                use rusqlite::types::ValueRef;
                let (ValueRef::Text(bytes) | ValueRef::Blob(bytes)) = row.get_ref(n).unwrap() else { continue };
                if needles.iter().any(|needle| bytes.windows(needle.len()).any(|window| window == *needle)) {
                    found.push(format!("{table}.{column}"));
                }
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

fn bundle(folder: &Path, name: &str, more: &str) -> std::path::PathBuf {
    let path = folder.join(name);
    let object = format!(r#"{{"type":"domain-name","spec_version":"2.1","id":"{ID}","value":"{VALUE}"{more}}}"#);
    let text =
        format!(r#"{{"type":"bundle","id":"bundle--00000000-0000-4000-8000-000000000000","objects":[{object}]}}"#);
    std::fs::write(&path, text).unwrap();
    path
}

#[test]
fn no_table_keeps_the_value_or_the_hash_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut both = orgs(folder.path(), 2);
    let (mut kps, mut vsis) = (both.pop().unwrap(), both.pop().unwrap());
    let label = Some("TLP:GREEN".parse().unwrap());
    let path = bundle(folder.path(), "given.json", "");
    kps.ask_as("alice", &Request::Import { path, origin: "feed".into(), label }).unwrap();
    let request = || ReleaseDraftRequest {
        selection: Selection { objects: vec![ID.into()], origins: vec![] },
        to: vec!["vsis".parse().unwrap()],
        ..Default::default()
    };
    let release = kps.release(request()).unwrap();
    carry(&mut kps, &mut vsis);
    carry(&mut vsis, &mut kps);
    let home = vsis.node.home().path().to_owned();
    vsis.ask_as("alice", &Request::InboxMark { rows: vec![format!("kps {ID} ")], read: true }).unwrap();
    let before = found(&home);
    for place in ["log_entry.payload", "object.key", "read_mark.item", "received_item.object_id", "version.bytes"] {
        assert!(before.iter().any(|one| one == place), "the test looks past {place}: {before:?}");
    }
    kps.recall(&[release]).unwrap();
    carry(&mut kps, &mut vsis);
    carry(&mut vsis, &mut kps);
    assert_eq!(found(&home), Vec::<String>::new());
    for file in ["holdings.db", "holdings.db-wal"] {
        let bytes = std::fs::read(home.join("holdings").join(file)).unwrap_or_default();
        for needle in [VALUE.as_bytes(), ID.as_bytes(), &RAW[..]] {
            assert!(!bytes.windows(needle.len()).any(|window| window == needle), "{file}");
        }
    }
    vsis.ask(&Request::Verify).unwrap();
    let reader = comity_node::Reader::open(vsis.node.home()).unwrap();
    let shown = reader.show(ID).unwrap();
    assert!(shown.get("tombstone").is_some(), "{shown}");
    drop(reader);
    // The very bytes stay out, and leave no name; another's copy of the value comes in under its own identifier.
    let path = bundle(folder.path(), "other.json", r#","x_seen":"elsewhere""#);
    let taken = vsis.ask_as("alice", &Request::Import { path, origin: "other".into(), label: None }).unwrap();
    assert_eq!((&taken["accepted"], &taken["refused"]), (&json!(1), &json!(0)), "{taken}");
    let reader = comity_node::Reader::open(vsis.node.home()).unwrap();
    assert!(reader.show(ID).unwrap()["object"].to_string().contains(VALUE));
    drop(reader);
    vsis.ask(&Request::Verify).unwrap();
    // So does a new release of the partner's.
    kps.release(request()).unwrap();
    carry(&mut kps, &mut vsis);
    vsis.ask(&Request::Verify).unwrap();
}

#[test]
fn what_an_earlier_version_erased_is_named_anew_when_the_home_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let vsis = orgs(folder.path(), 1).pop().unwrap();
    let home = vsis.node.home().path().to_owned();
    drop(vsis);
    {
        let mut held = holdings(&home);
        let tx = held.transaction().unwrap();
        tx.erase_object(ID, "recall-1", now()).unwrap();
        tx.commit().unwrap();
    }
    let conn = rusqlite::Connection::open(home.join("holdings/holdings.db")).unwrap();
    conn.execute("UPDATE object SET key = ?1 WHERE state = 2", [&RAW[..]]).unwrap();
    drop(conn);
    crate::common::anchored(&home);
    assert_eq!(found(&home), ["object.key"]);
    let vsis = Org::open(&home, "vsis");
    assert_eq!(found(&home), Vec::<String>::new());
    let reader = comity_node::Reader::open(vsis.node.home()).unwrap();
    assert!(reader.show(ID).unwrap().get("tombstone").is_some());
}
