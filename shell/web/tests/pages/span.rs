//! The timeline and the map.

use super::desk::{face, id, object};
use axum::http::StatusCode;
use serde_json::json;

#[test]
fn times_come_from_the_properties_that_mean_time() {
    let (face, _folder) = face();
    face.import(
        "feed",
        Some("TLP:GREEN"),
        &[
            object("campaign", 1, json!({ "name": "C", "first_seen": "2019-01-02T00:00:00Z", "last_seen": "2019-03-04T00:00:00Z" })),
            object("indicator", 2, json!({ "name": "I", "pattern": "[a:b = 'c']", "pattern_type": "stix", "valid_from": "2020-06-07T00:00:00Z" })),
            object("malware", 3, json!({ "name": "M", "is_family": false })),
        ],
    );
    let page = face.get("/timeline");
    page.has("(first seen)").has("(valid from)").has("(created)").has("2019-03-04T00:00:00Z").has("All 3 are shown");
    let drawn = face.get("/timeline.json").json();
    assert_eq!((drawn["total"].as_u64(), drawn["items"].as_array().unwrap().len()), (Some(3), 3));
    assert_eq!(drawn["items"][0]["at"], "2019-01-02T00:00:00Z");
    assert_eq!(drawn["items"][0]["until"], "2019-03-04T00:00:00Z");
    let counted: u64 =
        drawn["buckets"].as_array().unwrap().iter().map(|bucket| bucket["count"].as_u64().unwrap()).sum();
    assert_eq!(counted, 3);
    for (address, total) in [
        ("/timeline.json?from=2019-01-01&to=2020-01-01", 1),
        ("/timeline.json?type=indicator", 1),
        ("/timeline.json?by=made&from=2026-01-02&to=2026-01-03", 3),
        ("/timeline.json?by=arrived&from=2026-03-05", 3),
        ("/timeline.json?from=2030", 0),
    ] {
        assert_eq!(face.get(address).json()["total"], total, "{address}");
    }
    face.get("/timeline?from=2030").has("Nothing in this span");
    assert_eq!(face.try_get("/timeline?from=yesterday").status, StatusCode::BAD_REQUEST);
    assert_eq!(face.try_get("/timeline.json?from=yesterday").status, StatusCode::BAD_REQUEST);
    // A new version takes the place of the one before.
    face.import(
        "feed",
        None,
        &[object(
            "campaign",
            1,
            json!({ "name": "C", "modified": "2026-02-02T00:00:00.000Z", "first_seen": "2021-01-02T00:00:00Z" }),
        )],
    );
    assert_eq!(face.get("/timeline.json?from=2019&to=2020").json()["total"], 0);
    assert_eq!(face.get("/timeline.json?from=2021&to=2022").json()["total"], 1);
}

#[test]
fn places_come_from_locations() {
    let (face, _folder) = face();
    face.import(
        "feed",
        Some("TLP:AMBER"),
        &[
            object("location", 1, json!({ "name": "Paris", "latitude": 48.85, "longitude": 2.35, "precision": 1500.0 })),
            object("location", 2, json!({ "country": "fr" })),
            object("location", 3, json!({ "region": "western-europe" })),
            object("location", 4, json!({ "name": "nowhere", "latitude": 4885.0, "longitude": "x" })),
            object("identity", 5, json!({ "name": "A" })),
            object("relationship", 6, json!({ "relationship_type": "located-at", "source_ref": id("identity", 5), "target_ref": id("location", 1) })),
        ],
    );
    let page = face.get("/map");
    page.has("48.8500° N, 2.3500° E, within 1500 m").has("western europe").has("TLP:AMBER").has("/map?country=FR");
    let drawn = face.get("/map.json").json();
    assert_eq!((drawn["points"].as_array().unwrap().len(), drawn["areas"].as_array().unwrap().len()), (1, 1));
    assert_eq!((drawn["elsewhere"].as_u64(), drawn["cut"].as_bool()), (Some(2), Some(false)));
    assert_eq!((&drawn["points"][0]["objects"], &drawn["points"][0]["precision_km"]), (&json!(1), &json!(1.5)));
    assert_eq!(drawn["areas"][0]["country"], "FR");
    face.get("/map?country=FR").lacks("Paris");
    face.get("/map?country=DE").has("No location of this country");
}
