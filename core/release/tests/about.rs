//! What is said about a recipient's own objects may name them; nothing else may (domain.md §8.3, §9 step 9).

use crate::support;

use comity_release::{DraftError, draft_tearline};
use serde_json::{Value, json};
use support::*;

const THEIRS: &str = "indicator--11111111-0000-4000-8000-000000000001";
const PLACE: &str = "location--55555555-0000-4000-8000-000000000005";
const WHO: &str = "identity--66666666-0000-4000-8000-000000000006";
const ADDRESS: &str = "ipv4-addr--77777777-0000-4000-8000-000000000007";
const OTHERS: &str = "indicator--22222222-0000-4000-8000-000000000002";

fn own(object_type: &str, properties: Value) -> Value {
    let mut object = json!({ "type": object_type, "spec_version": "2.1",
        "id": format!("{object_type}--33333333-0000-4000-8000-000000000003"),
        "created": "2026-03-14T21:40:07.512Z", "modified": "2026-03-15T03:12:44.001Z" });
    object.as_object_mut().unwrap().extend(properties.as_object().unwrap().clone());
    object
}

/// Drafts one object for these recipients, of whom the first gave us `THEIRS`; returns it as released.
fn drafted(object: &Value, to: &str) -> Result<Value, DraftError> {
    let (held, organisation) = ([held(object.clone())], organisation());
    let sources = sources(&held);
    let mut request = request(&sources, &organisation);
    request.recipients = recipients(to);
    request.recipients_own = [THEIRS, PLACE, WHO, ADDRESS].map(str::to_owned).into();
    let draft = draft_tearline(&request, &mut stream(1))?;
    let said = draft.sanitisation().iter().any(|change| change.change.contains(THEIRS));
    assert!(said, "the officers are told that it is named");
    Ok(released(&draft).into_iter().find(|it| it["type"] == object["type"]).expect("the object is released"))
}

#[test]
fn a_sighting_names_what_the_recipient_gave() {
    let sighting = own(
        "sighting",
        json!({ "sighting_of_ref": THEIRS, "count": 37, "first_seen": "2026-03-16T08:15:30Z",
            "where_sighted_refs": [WHO, PLACE],
            "observed_data_refs": ["observed-data--44444444-0000-4000-8000-000000000004"] }),
    );
    let released = drafted(&sighting, "kps").unwrap();
    assert_eq!(released["sighting_of_ref"], THEIRS);
    assert_eq!((&released["count"], &released["first_seen"]), (&json!(20), &json!("2026-03-16T00:00:00.000Z")));
    assert_eq!(released.get("observed_data_refs"), None, "what was observed stays here");
    assert_eq!(released.get("where_sighted_refs"), None, "nor who saw it and where, whoever gave us their names");
    assert_ne!(released["id"], sighting["id"]);
}

#[test]
fn an_opinion_and_a_note_name_it_and_drop_the_rest() {
    for (object_type, properties) in [
        ("opinion", json!({ "opinion": "agree", "object_refs": [THEIRS, OTHERS] })),
        ("note", json!({ "content": "Seen here too.", "object_refs": [OTHERS, THEIRS, WHO, PLACE, ADDRESS] })),
    ] {
        let released = drafted(&own(object_type, properties), "kps").unwrap();
        assert_eq!(released["object_refs"], json!([THEIRS]), "{object_type}");
    }
}

#[test]
fn with_two_recipients_neither_learns_what_the_other_gave() {
    let sighting = own("sighting", json!({ "sighting_of_ref": THEIRS, "count": 1 }));
    assert!(matches!(drafted(&sighting, "kps,tfo"), Err(DraftError::NothingLeft)));
}

#[test]
fn what_the_recipient_did_not_give_is_not_named() {
    let sighting = own("sighting", json!({ "sighting_of_ref": OTHERS, "count": 1 }));
    assert!(matches!(drafted(&sighting, "kps"), Err(DraftError::NothingLeft)));
}

#[test]
fn no_other_type_names_it() {
    let report =
        own("report", json!({ "name": "Review", "published": "2026-03-14T00:00:00Z", "object_refs": [THEIRS] }));
    assert!(matches!(drafted(&report, "kps"), Err(DraftError::NothingLeft)));
    let relation =
        own("relationship", json!({ "relationship_type": "related-to", "source_ref": THEIRS, "target_ref": THEIRS }));
    assert!(matches!(drafted(&relation, "kps"), Err(DraftError::NothingLeft)));
}
