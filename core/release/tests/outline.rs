//! By what is drawn: the digest of an outline tells what recipients would see, and nothing else.

use crate::support::*;
use comity_release::{DraftRequest, Organisation, Outline, ReleaseId, WrittenText, draft_tearline};
use serde_json::{Value, json};

/// A malware and an indicator that relates to it; identifiers and what stays at home are `own`.
fn world(name: &str, own: u8) -> Vec<Held> {
    let id = |kind: &str, number: u8| format!("{kind}--{own:02x}aaaaaa-0000-4000-8000-0000000000{number:02x}");
    let whole = |mut object: Value| {
        object["spec_version"] = json!("2.1");
        object["created"] = json!(format!("2026-03-14T21:40:07.{:03}Z", 100 + u16::from(own)));
        object["modified"] = object["created"].clone();
        object["x_secret"] = json!(own);
        object["labels"] = json!([format!("desk-{own}")]);
        held(object)
    };
    vec![
        whole(json!({ "type": "malware", "id": id("malware", 1), "name": name, "is_family": true,
            "sample_refs": [id("file", 9)] })),
        whole(json!({ "type": "relationship", "id": id("relationship", 2), "relationship_type": "variant-of",
            "source_ref": id("malware", 1), "target_ref": id("malware", 3) })),
        whole(json!({ "type": "malware", "id": id("malware", 3), "name": "Moth", "is_family": true })),
    ]
}

fn digest(held: &[Held], change: impl FnOnce(&mut DraftRequest<'_>)) -> String {
    let (sources, organisation): (_, Organisation) = (sources(held), organisation());
    let mut wanted = request(&sources, &organisation);
    change(&mut wanted);
    Outline::tearline(&wanted).unwrap().digest(&wanted).to_string()
}

#[test]
fn what_nobody_sees_is_not_in_it() {
    let plain = digest(&world("Moth", 1), |_| {});
    assert_eq!(plain, digest(&world("Moth", 2), |_| {}));
    assert_eq!(plain, digest(&world("Moth", 1), |wanted| wanted.release = ReleaseId(uuid::Uuid::from_u128(7))));
    assert_eq!(plain, digest(&world("Moth", 1), |wanted| wanted.personal.purpose = Some("of ours".into())));
}

#[test]
fn all_that_is_seen_is_in_it() {
    let held = world("Moth", 1);
    let written = |title: &str, body: &str| Some(WrittenText { title: title.into(), body: body.into() });
    let all = [
        digest(&held, |_| {}),
        digest(&world("Wasp", 1), |_| {}),
        digest(&held[..2], |_| {}),
        digest(&held, |wanted| wanted.label = Some("TLP:RED".parse().unwrap())),
        digest(&held, |wanted| {
            wanted.expires = wanted.expires.plus_seconds(86_400);
            wanted.now = wanted.now.plus_seconds(86_400);
        }),
        digest(&held, |wanted| wanted.descriptor = Some("access=indirect,reporting_record=limited".parse().unwrap())),
        digest(&held, |wanted| wanted.personal.erase_by = Some(wanted.now.plus_seconds(10 * 86_400))),
        digest(&held, |wanted| wanted.written = written("a", "bc")),
        digest(&held, |wanted| wanted.written = written("ab", "c")),
        digest(&held, |wanted| {
            let known = "malware--ffffffff-0000-4000-8000-000000000001".to_owned();
            drop(wanted.known_ids.insert(wanted.objects[0].id.to_owned(), known));
        }),
    ];
    for (at, one) in all.iter().enumerate() {
        assert!(!all[..at].contains(one), "{at}");
    }
}

#[test]
fn a_draft_of_an_outline_is_the_draft() {
    let (held, organisation) = (world("Moth", 1), organisation());
    let sources = sources(&held);
    let wanted = request(&sources, &organisation);
    let one = Outline::tearline(&wanted).unwrap().draft(&wanted, &mut stream(3));
    assert!(one == draft_tearline(&wanted, &mut stream(3)).unwrap());
    assert_eq!(one.items().len(), 3);
    assert!(!String::from_utf8_lossy(&one.parts()[0]).contains('#'));
}
