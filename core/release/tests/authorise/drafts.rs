//! What a draft says of itself: the statement that officers sign, line by line, and what the desk reads from it.

use crate::support::*;
use comity_crypto::sha256;
use comity_release::{
    Bundle, CheckConfiguration, Draft, DraftFault, LeakCorpus, LeakCorpusBuilder, Mode, POLICY_VERSION, Refusal,
    ReleaseId, SignedBy, SourceDescriptor, authorise, draft_as_published, draft_tearline,
};
use comity_vocab::{Digest, Role};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const TOOL: &str = "tool--aaaaaaaa-0000-4000-8000-000000000001";

fn tool() -> Held {
    held(json!({ "type": "tool", "id": TOOL, "name": "t", "x_desk": "7",
        "object_refs": ["tool--bbbbbbbb-0000-4000-8000-000000000002"],
        "created": "2026-01-01T00:00:00Z", "modified": "2026-01-01T00:00:00Z" }))
}

fn descriptor() -> SourceDescriptor {
    "access=direct".parse().unwrap()
}

/// A draft in which every field has something.
fn full() -> Draft {
    let (held, organisation) = ([tool()], organisation());
    let sources = sources(&held);
    let mut request = request(&sources, &organisation);
    request.descriptor = Some(descriptor());
    let draft = draft_tearline(&request, &mut stream(1)).unwrap();
    tampered(&draft, |it| {
        it["dropped"] = json!([{ "object": TOOL, "property": "/object_refs", "target": "t", "reason": "r" }]);
        it["sanitisation"] = json!([{ "object": TOOL, "property": "x_desk", "change": "left out" }]);
    })
}

/// The SHA-256 of texts, each with its length before it.
fn framed(texts: &[&str]) -> Digest {
    let mut bytes = Vec::new();
    for text in texts {
        bytes.extend_from_slice(&(text.len() as u64).to_be_bytes());
        bytes.extend_from_slice(text.as_bytes());
    }
    sha256(&[&bytes])
}

fn lines_of_items(draft: &Draft) -> String {
    let [item] = draft.items() else { panic!("one item") };
    let items = framed(&[&item.original_id, &item.original_version, &item.released_id, &item.released_version]);
    format!("items 1\nitems-sha256 {items}\n")
}

#[test]
fn the_statement_says_everything_a_recipient_is_given_and_what_officers_were_told() {
    let draft = full();
    let key = |code: &str| partner_key(&code.parse().unwrap()).digest();
    let notes = framed(&["1", TOOL, "/object_refs", "t", "r", TOOL, "x_desk", "left out"]);
    let check = corpus().configuration();
    let part = &draft.parts()[0];
    let expected = format!(
        "comity-release-statement/2\nrelease 9e1ea5e0-0000-4000-8000-000000000001\norganisation vsis\nmode tearline\n\
         recipient kps {}\nrecipient tfo {}\nlabel TLP:AMBER//REL TO kps,tfo\nterms access=direct\n\
         policy {POLICY_VERSION}\ncheck comity-leak-check/9 {}\ncreated {}\nexpires {}\n{}notes-sha256 {notes}\n\
         part 0 {} {}\n",
        key("kps"),
        key("tfo"),
        check.digest(),
        now(),
        now().plus_seconds(86_400),
        lines_of_items(&draft),
        part.len(),
        sha256(&[part]),
    );
    // The descriptor writes its other slots as well.
    let expected = expected.replace("terms access=direct", &format!("terms {}", descriptor()));
    assert_eq!(String::from_utf8(draft.statement()).unwrap(), expected);
    assert_eq!(draft.digest(), sha256(&[expected.as_bytes()]));
    let bare = tampered(&draft, |it| {
        it["descriptor"] = Value::Null;
        it["check"] = Value::Null;
        drop(it["keys"].as_object_mut().unwrap().remove("tfo"));
    });
    let bare = String::from_utf8(bare.statement()).unwrap();
    for line in ["\nterms none\n", "\ncheck none\n", "\nrecipient tfo unknown\n"] {
        assert!(bare.contains(line), "{bare}");
    }
}

#[test]
fn the_desk_reads_from_a_draft_what_was_drafted() {
    let draft = full();
    assert_eq!((draft.mode(), draft.mode().as_str()), (Mode::Tearline, "tearline"));
    assert_eq!(draft.organisation().as_str(), "vsis");
    assert_eq!(draft.descriptor(), Some(&descriptor()));
    assert_eq!(draft.policy_version(), POLICY_VERSION);
    assert!(draft.check().is_some_and(|check| *check == corpus().configuration()));
    assert_eq!((draft.created(), draft.expires()), (now(), now().plus_seconds(86_400)));
    assert_eq!(draft.dropped()[0].reason, "r");
    assert_eq!(draft.sanitisation()[0].change, "left out");
    assert_eq!(draft.items()[0].original_id, TOOL);
    assert_eq!(draft.released_ids(), BTreeSet::from([draft.items()[0].released_id.clone()]));
    assert!(draft.is_current() && draft.binds_keys());
    // Nothing of the content is in what a log would show.
    assert_eq!(format!("{draft:?}"), "Draft(9e1ea5e0-0000-4000-8000-000000000001, 1 items, 1 parts)");
}

#[test]
fn published_objects_are_signed_as_published() {
    let (mut held, organisation) = ([tool()], organisation());
    held[0].declared_public = true;
    held[0].bytes = serde_json::to_vec(&json!({ "type": "tool", "id": TOOL, "name": "t",
        "created": "2026-01-01T00:00:00Z", "modified": "2026-01-01T00:00:00Z" }))
    .unwrap();
    let sources = sources(&held);
    let draft = draft_as_published(&request(&sources, &organisation)).unwrap();
    assert_eq!((draft.mode(), draft.mode().as_str()), (Mode::AsPublished, "as_published"));
    assert!(String::from_utf8(draft.statement()).unwrap().contains("\nmode as_published\n"));
}

#[test]
fn a_draft_of_the_version_before_is_read_with_the_statement_it_had() {
    let draft = full();
    let mut stored: Value = serde_json::from_slice(&draft.encode()).unwrap();
    for field in ["statement", "keys", "check"] {
        drop(stored.as_object_mut().unwrap().remove(field));
    }
    let part = &draft.parts()[0];
    let statement = format!(
        "comity-release-statement/1\nrelease 9e1ea5e0-0000-4000-8000-000000000001\norganisation vsis\nmode tearline\n\
         recipient kps\nrecipient tfo\nlabel TLP:AMBER//REL TO kps,tfo\nterms {}\npolicy {POLICY_VERSION}\ncreated {}\n\
         expires {}\n{}part 0 {} {}\n",
        descriptor(),
        now(),
        now().plus_seconds(86_400),
        lines_of_items(&draft),
        part.len(),
        sha256(&[part]),
    );
    let kept = sha256(&[statement.as_bytes()]);
    let before = Draft::decode(&serde_json::to_vec(&stored).unwrap(), &kept).unwrap();
    assert_eq!(String::from_utf8(before.statement()).unwrap(), statement);
    assert!(!before.binds_keys() && before.is_current());
    stored["statement"] = json!(0);
    let none = Draft::decode(&serde_json::to_vec(&stored).unwrap(), &kept);
    assert_eq!(none, Err(DraftFault::Edition { found: 0 }));
}

#[test]
fn each_field_of_a_draft_changes_its_statement() {
    let draft = full();
    type Change<'c> = &'c dyn Fn(&mut Value);
    let changes: [(&str, Change<'_>); 20] = [
        ("nothing", &|_| ()),
        ("release", &|it| it["release"] = json!(uuid::Uuid::from_u128(5))),
        ("organisation", &|it| it["organisation"] = json!("bcc")),
        ("mode", &|it| it["mode"] = json!("as_published")),
        ("audience", &|it| it["audience"] = json!(["kps"])),
        ("key", &|it| it["keys"]["kps"] = it["keys"]["tfo"].clone()),
        ("label", &|it| it["label"] = json!("TLP:AMBER".parse::<comity_vocab::SecurityLabel>().unwrap())),
        ("descriptor", &|it| it["descriptor"] = Value::Null),
        ("policy", &|it| it["policy_version"] = json!("comity-release-policy/0")),
        ("check", &|it| it["check"]["private_addresses"] = json!(true)),
        ("created", &|it| it["created"] = json!(now().plus_seconds(1))),
        ("expires", &|it| it["expires"] = json!(now().plus_seconds(1))),
        ("parts", &|it| it["parts"] = json!(["e30="])),
        ("original", &|it| it["items"][0]["original_id"] = json!("tool--x")),
        ("original version", &|it| it["items"][0]["original_version"] = json!("2")),
        ("released", &|it| it["items"][0]["released_id"] = json!("tool--x")),
        ("released version", &|it| it["items"][0]["released_version"] = json!("2")),
        ("dropped", &|it| it["dropped"][0]["reason"] = json!("another")),
        ("sanitised", &|it| it["sanitisation"][0]["change"] = json!("another")),
        ("moved from dropped", &|it| {
            it["dropped"] = json!([]);
            it["sanitisation"] = json!([{ "object": TOOL, "property": "/object_refs", "change": "t" },
                { "object": "r", "property": TOOL, "change": "x_desk" }]);
        }),
    ];
    let mut statements = BTreeSet::new();
    for (what, change) in changes {
        assert!(statements.insert(tampered(&draft, change).statement()), "{what}");
    }
}

#[test]
fn the_identifier_of_a_release_has_one_spelling() {
    let text = "9e1ea5e0-0000-4000-8000-000000000001";
    let read: Result<ReleaseId, _> = text.parse();
    assert_eq!(read.map(|id| id.to_string()), Ok(text.to_owned()));
    for other in
        [text.to_uppercase(), text.replace('-', ""), format!("{{{text}}}"), format!("urn:uuid:{text}"), "1".into()]
    {
        assert!(other.parse::<ReleaseId>().is_err(), "{other}");
    }
}

#[test]
fn a_stored_part_that_is_not_base64_is_no_draft() {
    let draft = full();
    let mut stored: Value = serde_json::from_slice(&draft.encode()).unwrap();
    stored["parts"] = json!(["*"]);
    let read = Draft::decode(&serde_json::to_vec(&stored).unwrap(), &draft.digest());
    assert_eq!(read, Err(DraftFault::Malformed));
}

fn configured(change: impl FnOnce(&mut LeakCorpusBuilder)) -> CheckConfiguration {
    let mut builder = LeakCorpus::builder();
    builder.own("vsis", "identity--1").internal_host("a.example").officer("hal", "Hal Hollow");
    change(&mut builder);
    builder.configuration()
}

#[test]
fn a_check_covers_an_earlier_one_only_if_it_looks_for_as_much() {
    let base = configured(|_| ());
    let more_hosts = configured(|it| {
        it.internal_host("b.example");
    });
    let more_officers = configured(|it| {
        it.officer("hal", "Hal H. Hollow");
    });
    let more_partners = configured(|it| {
        it.partner("kps", "Kestrian Police Service");
    });
    let private = configured(|it| {
        it.private_addresses();
    });
    let other_own = configured(|it| {
        it.own("vsis", "identity--2");
    });
    let other_tables = |of: &CheckConfiguration| -> CheckConfiguration {
        let mut stored = serde_json::to_value(of).unwrap();
        stored["tables"] = json!("comity-leak-check/1");
        serde_json::from_value(stored).unwrap()
    };
    let all = [&base, &more_hosts, &more_officers, &more_partners, &private, &other_own, &other_tables(&base)];
    // Row: the check now. Column: what was signed.
    let covers = [
        [true, false, false, false, false, false, false],
        [true, true, false, false, false, false, false],
        [true, false, true, false, false, false, false],
        [true, false, false, true, false, false, false],
        [true, false, false, false, true, false, false],
        [false, false, false, false, false, true, false],
        [false, false, false, false, false, false, true],
    ];
    for (now, row) in all.iter().zip(covers) {
        for (signed, expected) in all.iter().zip(row) {
            assert_eq!(now.covers(signed), expected, "{now:?} {signed:?}");
            assert_eq!(now.digest() == signed.digest(), now == signed);
        }
    }
    assert_eq!(base.tables(), "comity-leak-check/9");
    assert_eq!(other_tables(&base).tables(), "comity-leak-check/1");
}

#[test]
fn a_release_signed_with_private_addresses_in_the_check_needs_them_in_it_again() {
    let people = [person("alice", 1, &[Role::Analyst]), person("bob", 2, &[Role::ReleasingOfficer])];
    let (held, organisation) = ([tool()], organisation());
    let sources = sources(&held);
    let mut request = request(&sources, &organisation);
    request.check = corpus().private_addresses().configuration();
    let draft = draft_tearline(&request, &mut stream(1)).unwrap();
    let sign = |at: usize, role| people[at].sign(comity_crypto::Purpose::Approval, &draft.statement(), role, &[]);
    let (author, releasing) = (sign(0, Role::Analyst), sign(1, Role::ReleasingOfficer));
    let signed = SignedBy { author: &author, releasing: &releasing, protection: None, overrides: &[] };
    let run = |builder: &mut LeakCorpusBuilder| {
        let checked = comity_release::leak_check(&draft, &builder.build(), &EMPTY);
        authorise::<Bundle>(draft.clone(), checked, &signed, &look_up(&people), &ON, now()).map(drop)
    };
    assert_eq!(run(corpus().private_addresses()), Ok(()));
    assert_eq!(run(&mut corpus()), Err(Refusal::OtherCheck));
}
