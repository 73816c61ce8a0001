//! What the tearline cuts down beside times: places, counts, numbers of catalogues.

use crate::support;

use comity_release::{Coarse, Counts, DraftRequest, draft_tearline};
use serde_json::{Value, json};
use support::*;

fn own(kind: &str, more: Value) -> Held {
    let mut object = json!({ "type": kind, "id": format!("{kind}--a0000000-0000-4000-8000-00000000000a"),
        "spec_version": "2.1", "created": "2026-03-01T00:00:00.000Z", "modified": "2026-03-01T00:00:00.000Z" });
    object.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    held(object)
}

/// What leaves of an object beside the identity, and what the officer is told of it.
fn leaving(object: Held, change: impl FnOnce(&mut DraftRequest<'_>)) -> (Value, Vec<(String, String)>) {
    let (held, organisation) = ([object], organisation());
    let sources = sources(&held);
    let mut request = request(&sources, &organisation);
    change(&mut request);
    let draft = draft_tearline(&request, &mut stream(1)).unwrap();
    let object = released(&draft).into_iter().find(|object| object["type"] != "identity").unwrap();
    (object, draft.sanitisation().iter().map(|it| (it.property.clone(), it.change.clone())).collect())
}

#[test]
fn a_place_leaves_to_a_tenth_of_a_degree_and_says_so() {
    for (precision, says) in [(json!(null), 11_132.0), (json!(30.0), 11_132.0), (json!(50_000.0), 50_000.0)] {
        let mut place = json!({ "name": "the mill", "latitude": 48.858_37, "longitude": -2.294_48 });
        if !precision.is_null() {
            place["precision"] = precision;
        }
        let (object, told) = leaving(own("location", place), |_| {});
        assert_eq!((&object["latitude"], &object["longitude"]), (&json!(48.9), &json!(-2.3)));
        assert_eq!(object["precision"], json!(says));
        assert!(told.contains(&("latitude".into(), "altered".into())), "{told:?}");
    }
    let place = json!({ "name": "the mill", "latitude": 48.858_37, "longitude": -2.294_48 });
    let (object, _) = leaving(own("location", place), |request| request.coarse.place_decimals = 3);
    assert_eq!((&object["latitude"], &object["precision"]), (&json!(48.858), &json!(112.0)));
    // A region without a place gets none.
    let (object, _) = leaving(own("location", json!({ "region": "western-europe" })), |_| {});
    assert!(object.get("precision").is_none() && object.get("latitude").is_none());
    // What is no number is no place.
    let place = json!({ "latitude": "48.85837, told by the porter", "longitude": 2.0, "region": "western-europe" });
    let (object, _) = leaving(own("location", place), |_| {});
    assert!(object.get("latitude").is_none());
}

#[test]
fn places_in_what_is_allowed_by_name_are_cut_down_too() {
    let tool = json!({ "name": "Moth", "x_seen": { "at": [{ "lat": 48.858_37, "lon": 2.294_48, "n": 3.123_45 }] } });
    let (object, _) = leaving(own("tool", tool), |request| {
        request.allow_properties.insert("x_seen".to_owned());
    });
    assert_eq!(object["x_seen"], json!({ "at": [{ "lat": 48.9, "lon": 2.3, "n": 3.123_45 }] }));
}

#[test]
fn counts_leave_in_steps_unless_the_policy_says_otherwise() {
    let sighting = |count: u64| {
        let own_identity = organisation().identity_id;
        own("sighting", json!({ "sighting_of_ref": own_identity.as_str(), "count": count }))
    };
    for (count, leaves) in [(0, 0), (1, 1), (4, 2), (37, 20), (999, 500)] {
        assert_eq!(leaving(sighting(count), |_| {}).0["count"], json!(leaves));
    }
    let exact = Coarse { counts: Counts::Exact, ..Coarse::default() };
    assert_eq!(leaving(sighting(37), |request| request.coarse = exact).0["count"], json!(37));
    let observed = json!({ "number_observed": 417, "first_observed": "2026-03-01T04:00:00Z",
        "last_observed": "2026-03-01T05:00:00Z", "object_refs": [organisation().identity_id.as_str()] });
    assert_eq!(leaving(own("observed-data", observed), |_| {}).0["number_observed"], json!(200));
}

#[test]
fn a_number_of_a_catalogue_must_look_like_one() {
    let references = json!([
        { "source_name": "cve", "external_id": "CVE-2024-0417" },
        { "source_name": "cve", "external_id": "told by the porter" },
        { "source_name": "mitre-attack", "external_id": "T1059.001", "url": "https://attack.example/x" },
        { "source_name": "mitre-attack", "external_id": "CVE-2024-0417" },
        { "source_name": "intranet", "external_id": "CVE-2024-0418" },
    ]);
    let (object, told) = leaving(own("tool", json!({ "name": "Moth", "external_references": references })), |_| {});
    let kept = json!([{ "source_name": "cve", "external_id": "CVE-2024-0417" },
                      { "source_name": "mitre-attack", "external_id": "T1059.001" }]);
    assert_eq!(object["external_references"], kept);
    for name in ["cve", "mitre-attack"] {
        let said = ("external_references".to_owned(), format!("left out: an external_id that is no number of {name}"));
        assert_eq!(told.iter().filter(|it| **it == said).count(), 1, "{told:?}");
    }
}
