//! Each column of each table of a small real home is changed, one at a time, and each row taken away: `verify` names it.
//!
//! What is excepted stands in a table with its reason, and a row of that table that `verify` does notice fails as well.

use crate::access::desk::Desk;
use crate::common::{Org, carried, change_officer, code, now, orgs};
use comity_crypto::Purpose;
use comity_link::gate_protocol::GateToDesk;
use comity_node::{Judgement, OfficerChange, ReleaseDraftRequest, Request, Selection, SourceEntry};
use comity_vocab::Role;
use rusqlite::Connection;
use rusqlite::types::Value as Sql;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Columns that `verify` does not derive, and why that is so; `*` is a row that is gone.
const EXCEPTED: &[(&str, &str, &str)] = &[
    ("addition_node", "uuid", "drawn by chance; nothing is derived from it but names of collections"),
    ("addition_run", "at", "the clock of an import's end is kept nowhere else"),
    ("addition_run", "last_vid", "numbers that no version has: nothing stands under them"),
    ("also_received", "vid", "that a version came by another way is kept once, and its import counts only bound it"),
    ("anchor_step", "*", "what the anchor said a step before: it counts only where the anchor is behind"),
    ("anchor_step", "before", "what the anchor said a step before: it counts only where the anchor is behind"),
    ("current_change", "*", "what a follower in memory reads next; emptied at each start"),
    ("current_change", "oid", "what a follower in memory reads next; emptied at each start"),
    ("current_change", "seq", "what a follower in memory reads next; emptied at each start"),
    (
        "log_entry",
        "envelope",
        "what waits for the partner, sealed to it: the partner's desk refuses what is not as signed",
    ),
    ("read_mark", "*", "what an officer has read: nothing follows from it"),
    ("read_mark", "is_read", "what an officer has read: nothing follows from it"),
    ("read_mark", "item", "what an officer has read: nothing follows from it"),
    ("read_mark", "officer", "what an officer has read: nothing follows from it"),
    ("read_until", "*", "what an officer has read: nothing follows from it"),
    ("read_until", "at", "what an officer has read: nothing follows from it"),
    ("read_until", "officer", "what an officer has read: nothing follows from it"),
    (
        "refused_object",
        "digest",
        "the trace of what is not held: its number is derived, and there is no second copy of the rest",
    ),
    (
        "refused_object",
        "id",
        "the trace of what is not held: its number is derived, and there is no second copy of the rest",
    ),
    (
        "refused_object",
        "position",
        "the trace of what is not held: its number is derived, and there is no second copy of the rest",
    ),
    (
        "refused_object",
        "reason",
        "the trace of what is not held: its number is derived, and there is no second copy of the rest",
    ),
    ("refused_object", "rid", "a row number"),
    ("sighting", "changed", "when it changed last is kept nowhere else; it is not before it was entered"),
    ("sighting", "first_seen", "fractions of a second; the seconds are derived"),
    ("sighting", "last_seen", "fractions of a second; the seconds are derived"),
    ("sighting", "score", "what an indicator was worth on that day depends on settings of that day"),
    ("sighting_counted", "digest", "a digest of what was counted; the observation itself is not kept for all"),
    ("sighting_evidence", "*", "what a sensor said: there is no second copy of it"),
    ("sighting_evidence", "evidence", "what a sensor said: there is no second copy of it"),
    ("sighting_evidence", "line", "what a sensor said: there is no second copy of it"),
    ("sighting_evidence", "source", "what a sensor said: there is no second copy of it"),
    ("print_page", "page", "a row number: pages are found by what they hold"),
    ("print_state", "indexed_vid", "a mark over a number that no version has: each version below it is derived"),
    ("text_state", "indexed_vid", "a mark over a number that no version has: each version below it is looked for"),
    ("value_state", "way_iid", "a mark over imports in which nothing waits: what is indexed is derived whole"),
    ("value_state", "way_vid", "a mark over imports in which nothing waits: what is indexed is derived whole"),
    ("version_reread", "told", "that the audit log says what was read again: it would say so once more"),
    ("version_text_data", "*", "sizes of the index, by which nothing here is ordered"),
    ("version_text_data", "block", "sizes of the index, by which nothing here is ordered"),
    ("version_text_data", "id", "sizes of the index, by which nothing here is ordered"),
    ("version_text_docsize", "sz", "sizes of texts, by which nothing here is ordered"),
    ("version_text_idx", "*", "the way into a part of the index of one page, which is found without it"),
    ("version_text_idx", "term", "the way into a part of the index of one page, which is found without it"),
    ("version_text_idx", "segid", "the way into a part of the index of one page, which is found without it"),
];

/// Tables that this home has no row of, and why.
const EMPTY: &[(&str, &str)] = &[
    (
        "link_earlier",
        "links of a version that asked no officers; each column is changed in the store's own tests of sums",
    ),
    ("leak_blocked", "drafts that wait for a handler; each column is changed in the store's own tests of sums"),
    ("link_generation", "ended generations of a link; each column is changed in the store's own tests of sums"),
    ("link_view", "what a restored home is told of itself; each column is changed in the store's own tests of sums"),
    ("sighting_return", "sightings that went back; each column is changed in the store's own tests of sums"),
    (
        "recall_dependent",
        "own objects that rest on a recall: none does; each column is changed in the store's own tests of sums",
    ),
    (
        "set_aside",
        "personal data that arrived and is not held: none did; each column is changed in the store's own tests of sums",
    ),
    ("received_document", "documents that arrived: none did; each column is changed in the store's own tests of sums"),
    (
        "link_features",
        "what the ends of a link said that they can receive; each column is changed in the store's own tests of sums",
    ),
    ("recall_work", "recalls that are done in part: none is; each column is changed in the store's own tests of sums"),
    (
        "accepted_indicator",
        "over-broad indicators that an officer accepted: none is; each column is changed in the store's own tests of sums",
    ),
    ("moment_stale", "what the index of times reads next: nothing waits"),
    ("pending_current", "what an import chooses when it finishes: none runs, and a row is named"),
    ("value_stale", "what the index of values reads next: nothing waits"),
];

fn carry(from: &mut Org, to: &mut Org) {
    let effects = from.node.take_effects();
    let messages: Vec<GateToDesk> =
        effects.iter().filter_map(|e| carried(&from.code, e)).filter(|(p, _)| *p == to.code).map(|(_, m)| m).collect();
    to.node.from_gate(now(), messages).unwrap();
}

fn exchange(one: &mut Org, other: &mut Org) {
    for _ in 0..4 {
        carry(one, other);
        carry(other, one);
    }
}

fn object(kind: &str, n: u32, more: Value) -> Value {
    let mut object = json!({ "type": kind, "spec_version": "2.1", "id": format!("{kind}--00000000-0000-4000-8000-{n:012}"),
        "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-02T00:00:00.000Z" });
    object.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    object
}

fn import(org: &mut Org, folder: &Path, origin: &str, label: Option<&str>, objects: &[Value]) {
    let path = folder.join(format!("{origin}.json"));
    let bundle = json!({ "type": "bundle", "id": "bundle--00000000-0000-4000-8000-000000000000", "objects": objects });
    std::fs::write(&path, bundle.to_string()).unwrap();
    let label = label.map(|label| label.parse().unwrap());
    org.ask_as("alice", &Request::Import { path, origin: origin.into(), label }).unwrap();
}

fn written(org: &mut Org, source: Option<String>) -> String {
    let (grading, label) = ("B2".parse().unwrap(), Some("TLP:AMBER".parse().unwrap()));
    let report = Request::WriteReport {
        title: "R".into(),
        body: "Kept at home, and long enough that its words are compared with drafts.".into(),
        grading,
        source,
        label,
    };
    org.ask_as("hal", &report).unwrap()["id"].as_str().unwrap().to_owned()
}

fn selected(id: &str) -> Selection {
    Selection { objects: vec![id.to_owned()], origins: vec![] }
}

fn told(org: &mut Org, to: &str, word: &str) -> ReleaseDraftRequest {
    let id = written(org, None);
    ReleaseDraftRequest {
        selection: selected(&id),
        to: vec![to.parse().unwrap()],
        title: Some("T".into()),
        text: Some(format!("They say {word}.")),
        ..Default::default()
    }
}

fn declare(org: &mut Org, id: &str, signers: &[(&str, Role)]) {
    let prepared = org.ask(&Request::PublicPrepare { selection: selected(id) }).unwrap();
    let declaration = serde_json::from_value(prepared["declaration"].clone()).unwrap();
    for (officer, role) in signers {
        let (role, name) = (*role, code(officer));
        let prepared = org.ask(&Request::PublicSignPrepare { declaration, officer: name.clone(), role }).unwrap();
        let proof = org.sign(officer, Purpose::PublicDeclaration, &prepared["statement"]).into();
        org.ask(&Request::PublicSign { declaration, officer: name, role, proof }).unwrap();
    }
}

/// A home in which every capability left its rows.
fn lived_in(folder: &Path) -> Desk {
    let mut desk = Desk::new();
    let mut kps = orgs(folder, 2).pop().unwrap();
    let mut alice = desk.enrol("alice", 1);
    desk.sign_in(&mut alice);
    desk.enrol("bob", 2);
    let hal = desk.org.key("hal");
    desk.grant("hal", "waits", &hal).unwrap();
    let org = &mut desk.org;
    let bad = "[domain-name:value = 'bad.example']";
    let indicator = json!({ "pattern": bad, "pattern_type": "stix", "valid_from": "2026-01-01T00:00:00Z", "name": "I",
        "indicator_types": ["malicious-activity"] });
    let mut objects = vec![
        object("indicator", 1, indicator),
        object("malware", 2, json!({ "name": "Zinnoberkraut", "is_family": false })),
        object(
            "relationship",
            3,
            json!({ "relationship_type": "indicates", "source_ref": "indicator--00000000-0000-4000-8000-000000000001",
            "target_ref": "malware--00000000-0000-4000-8000-000000000002" }),
        ),
        object(
            "campaign",
            4,
            json!({ "name": "C", "first_seen": "2026-01-01T00:00:00Z", "created": "2026-02-30T00:00:00Z" }),
        ),
        json!({ "type": "domain-name", "spec_version": "2.1", "id": "domain-name--00000000-0000-5000-8000-000000000005",
            "value": "bad.example" }),
        json!({ "type": "malware", "name": "no id" }),
    ];
    import(org, folder, "feed", Some("TLP:AMBER"), &objects);
    objects[1]["name"] = json!("Zinnoberkraut, changed");
    import(org, folder, "other", None, &objects);
    let source = Request::VaultAdd(SourceEntry {
        cryptonym: "KESTREL".into(),
        identity: "Somebody".into(),
        contact: "at the quay".into(),
        handlers: vec![],
        terms: vec!["Halvardsen".into()],
        reliability: "B".into(),
        notes: String::new(),
    });
    org.ask_as("hal", &source).unwrap();
    let attributed = written(org, Some("KESTREL".into()));
    let note = Request::WriteNote { selection: selected(&attributed), text: "A note.".into(), label: None };
    org.ask_as("hal", &note).unwrap();
    let label = "TLP:RED".parse().unwrap();
    org.ask_as(
        "alice",
        &Request::WriteMark { selection: selected("malware--00000000-0000-4000-8000-000000000002"), label },
    )
    .unwrap();
    // What was sent, recalled, half recalled, withdrawn, approved and drafted.
    let request = told(org, "kps", "heron");
    let sent = org.release(request).unwrap();
    let request = told(org, "kps", "magpie");
    let recalled = org.release(request).unwrap();
    exchange(org, &mut kps);
    org.recall(&[recalled]).unwrap();
    exchange(org, &mut kps);
    let kind = comity_release::RecallKind::WithdrawError;
    org.ask_as("alice", &Request::RecallDraft { releases: vec![sent], items: vec![], kind }).unwrap();
    let request = told(org, "kps", "osprey");
    let withdrawn = org.draft(request).unwrap();
    org.ask_as("alice", &Request::ReleaseWithdraw { release: withdrawn }).unwrap();
    let request = told(org, "kps", "kite");
    let approved = org.draft(request).unwrap();
    org.approve(&approved).unwrap();
    let request = told(org, "kps", "gull");
    org.draft(request).unwrap();
    // What the partner gave: one stays, one was recalled.
    let request = told(&mut kps, "vsis", "heron");
    kps.release(request).unwrap();
    let request = told(&mut kps, "vsis", "bad.example");
    let given = kps.release(request).unwrap();
    exchange(&mut kps, org);
    kps.recall(&[given]).unwrap();
    exchange(&mut kps, org);
    let peer = kps.code.clone();
    org.node.from_gate(now(), vec![GateToDesk::Refused { peer, reason: "too large".into() }]).unwrap();
    // Public, sensors, lists, marks, tokens, settings.
    let both = [("alice", Role::Analyst), ("bob", Role::ReleasingOfficer)];
    declare(org, "indicator--00000000-0000-4000-8000-000000000001", &both);
    declare(org, "malware--00000000-0000-4000-8000-000000000002", &both[..1]);
    let observe = Request::Observe {
        mapping: "simple".into(),
        declaration: None,
        source: "sensor-7".into(),
        first_line: 1,
        text: "domain,bad.example,2026-03-01T10:00:00Z\ndomain,bad.example,2026-03-02T10:00:00Z\n".into(),
        document: false,
    };
    let seen = org.ask(&observe).unwrap();
    let sighting = seen["sightings"][0]["sighting"].as_str().unwrap().to_owned();
    let judge = Request::SightingJudge { sighting, judgement: Judgement::TruePositive, comment: Some("ours".into()) };
    org.ask_as("alice", &judge).unwrap();
    let list = json!({ "name": "Known hosts", "version": 3, "description": "ours", "type": "hostname", "list": ["known.example"] });
    org.ask_as("alice", &Request::WarningListAdd { text: list.to_string() }).unwrap();
    let name = "comity: public DNS resolvers".to_owned();
    org.ask_as("alice", &Request::DetectionChoice(comity_node::DetectionChoice::SwitchList { name, on: false }))
        .unwrap();
    let stop = Request::StopValueAdd { kind: None, value: "busy.example".into(), reason: "many".into() };
    org.ask_as("alice", &stop).unwrap();
    org.ask_as("alice", &Request::InboxMarkAll).unwrap();
    org.ask_as("alice", &Request::InboxMark { rows: vec!["import 1".into()], read: false }).unwrap();
    let scopes = BTreeSet::from([comity_node::Scope::Read]);
    org.ask(&Request::TokenAdd { name: "reader".into(), scopes: scopes.clone(), expires: None }).unwrap();
    org.ask(&Request::TokenAdd { name: "gone".into(), scopes, expires: None }).unwrap();
    org.ask(&Request::TokenRevoke { name: "gone".into() }).unwrap();
    org.ask(&Request::IdentitySaved).unwrap();
    change_officer(org, "hal", OfficerChange::Roles { roles: [Role::SourceHandler].into() }).unwrap();
    let change = OfficerChange::Disable;
    let prepared = org.ask(&Request::OfficerPrepare { officer: code("hal"), change }).unwrap();
    let signatures = vec![(code("c1"), org.sign("c1", Purpose::RegistryAct, &prepared["act"]))];
    org.ask(&Request::OfficerApply { act: prepared["act"].as_str().unwrap().to_owned(), signatures }).unwrap();
    // Indexes follow with each batch of the gate's.
    org.node.from_gate(now(), vec![]).unwrap();
    desk
}

/// A value of the same kind that is another one, from the likeliest on.
fn others(value: &Sql, kind: &str) -> Vec<Sql> {
    match value {
        Sql::Null => match kind {
            "INTEGER" => vec![Sql::Integer(1)],
            "BLOB" => vec![Sql::Blob(vec![1; 32])],
            _ => vec![Sql::Text("zz".into())],
        },
        Sql::Integer(number) => vec![Sql::Integer(number + 1), Sql::Integer(number - 1), Sql::Integer(number - 2)],
        Sql::Real(number) => vec![Sql::Real(number + 1.0)],
        Sql::Blob(bytes) => {
            let mut bytes = bytes.clone();
            match bytes.last_mut() {
                Some(last) => *last ^= 1,
                None => bytes.push(1),
            }
            vec![Sql::Blob(bytes)]
        }
        Sql::Text(text) => {
            // A digit stays a digit and a letter a letter: what is no text of its form any more is noticed too easily.
            let place =
                text.rfind(|c: char| c.is_ascii_digit()).or_else(|| text.rfind(|c: char| c.is_ascii_alphabetic()));
            let mut other = text.clone();
            match place {
                Some(place) => {
                    let put = match text.as_bytes()[place] {
                        b'0' => "1",
                        b'1'..=b'9' => "0",
                        b'a' => "b",
                        _ => "a",
                    };
                    other.replace_range(place..=place, put);
                }
                None => other.push('z'),
            }
            let states = [
                "draft",
                "sent",
                "recalled",
                "withdrawn",
                "approved",
                "suspended",
                "outstanding",
                "confirmed",
                "active",
            ];
            let states = states.into_iter().filter(|state| state != text).map(|state| Sql::Text(state.into()));
            std::iter::once(Sql::Text(other)).chain(states).collect()
        }
    }
}

struct Column {
    name: String,
    kind: String,
}

struct Table {
    name: String,
    columns: Vec<Column>,
    /// What names a row.
    key: Vec<String>,
}

fn tables(database: &Connection) -> Vec<Table> {
    let names: Vec<String> = database
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    names
        .into_iter()
        .map(|name| {
            let mut query =
                database.prepare(&format!("SELECT name, type, pk FROM pragma_table_info('{name}')")).unwrap();
            let rows: Vec<(String, String, i64)> = query
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
                .unwrap()
                .collect::<Result<_, _>>()
                .unwrap();
            let key = rows.iter().filter(|row| row.2 > 0).map(|row| row.0.clone()).collect();
            let columns = rows.into_iter().map(|(name, kind, _)| Column { name, kind }).collect();
            Table { name, columns, key }
        })
        .collect()
}

fn rows(database: &Connection, table: &Table) -> Vec<Vec<Sql>> {
    let mut query = database.prepare(&format!("SELECT * FROM \"{}\"", table.name)).unwrap();
    let width = table.columns.len();
    query
        .query_map([], |row| (0..width).map(|n| row.get(n)).collect::<Result<Vec<Sql>, _>>())
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap()
}

/// Puts a row in the place of another; none of either takes it away or brings it back.
fn put(database: &Connection, table: &Table, was: Option<&[Sql]>, is: Option<&[Sql]>) -> rusqlite::Result<()> {
    database.execute_batch("BEGIN IMMEDIATE")?;
    let done = (|| {
        if let Some(was) = was {
            let named: Vec<usize> =
                (0..table.columns.len()).filter(|n| table.key.contains(&table.columns[*n].name)).collect();
            let wheres: Vec<String> = named.iter().map(|n| format!("\"{}\" IS ?", table.columns[*n].name)).collect();
            let sql = format!("DELETE FROM \"{}\" WHERE {}", table.name, wheres.join(" AND "));
            let gone = database.execute(&sql, rusqlite::params_from_iter(named.iter().map(|n| &was[*n])))?;
            assert_eq!(gone, 1, "{}", table.name);
        }
        if let Some(is) = is {
            let marks = vec!["?"; is.len()].join(", ");
            database
                .execute(&format!("INSERT INTO \"{}\" VALUES ({marks})", table.name), rusqlite::params_from_iter(is))?;
        }
        Ok(())
    })();
    database.execute_batch(if done.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
    done
}

/// The tables over which a sum is kept; none in a file that keeps none.
fn summed(database: &Connection) -> BTreeSet<String> {
    let Ok(mut statement) = database.prepare("SELECT name FROM table_seal") else { return BTreeSet::new() };
    statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

#[test]
fn every_column_that_is_changed_and_every_row_that_is_gone_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = lived_in(folder.path());
    desk.org.ask(&Request::Verify).unwrap();
    let home = desk.org.node.home().path().to_owned();
    let (mut passed, mut empty, mut tried) = (BTreeMap::<(String, String), usize>::new(), BTreeSet::new(), 0);
    for file in ["holdings/holdings.db", "vault/vault.db"] {
        let database = Connection::open(home.join(file)).unwrap();
        database.execute_batch("PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF").unwrap();
        let summed = summed(&database);
        for table in tables(&database) {
            let all = rows(&database, &table);
            if all.is_empty() {
                empty.insert(table.name.clone());
            }
            // The first and the last row; of a table that is summed one, for the store's own tests change every row of those.
            let last = if summed.contains(&table.name) { 0 } else { all.len().saturating_sub(1) };
            let places: BTreeSet<usize> = [0, last].into();
            for row in places.into_iter().filter_map(|place| all.get(place)) {
                let mut look = |column: &str, changed: Option<&[Sql]>| -> bool {
                    if put(&database, &table, Some(row), changed).is_err() {
                        return false;
                    }
                    tried += 1;
                    if desk.org.ask(&Request::Verify).is_ok() {
                        *passed.entry((table.name.clone(), column.to_owned())).or_default() += 1;
                    }
                    put(&database, &table, changed, Some(row)).unwrap();
                    true
                };
                for (n, column) in table.columns.iter().enumerate() {
                    // A value that the schema itself refuses, such as another row of one, cannot be put there.
                    others(&row[n], &column.kind).into_iter().any(|other| {
                        let mut changed = row.clone();
                        changed[n] = other;
                        look(&column.name, Some(&changed))
                    });
                }
                look("*", None);
            }
            // What was changed stands as it was, or what follows would say nothing.
            desk.org.ask(&Request::Verify).unwrap_or_else(|failure| panic!("after {}: {failure}", table.name));
        }
    }
    let excepted: BTreeSet<(String, String)> =
        EXCEPTED.iter().map(|(table, column, _)| ((*table).to_owned(), (*column).to_owned())).collect();
    let unnamed: Vec<String> = passed
        .iter()
        .filter(|(place, _)| !excepted.contains(place))
        .map(|((table, column), rows)| format!("{table}.{column} ({rows})"))
        .collect();
    let noticed: Vec<_> = excepted.iter().filter(|place| !passed.contains_key(*place)).collect();
    let none: BTreeSet<String> = EMPTY.iter().map(|(table, _)| (*table).to_owned()).collect();
    println!("{tried} changes");
    assert!(unnamed.is_empty(), "{} of {tried} changes are not named: {}", unnamed.len(), unnamed.join("\n"));
    assert!(noticed.is_empty(), "excepted, and named all the same: {noticed:?}");
    assert_eq!(empty, none, "tables without a row");
}
