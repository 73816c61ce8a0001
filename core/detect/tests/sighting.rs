//! A sighting as STIX: valid, whole and the same each time.

use crate::support;

use comity_conformance::validate;
use comity_detect::{Evidence, SightingFacts, evidence, stix_sighting};
use comity_stix::json::Limits;
use comity_vocab::Timestamp;
use serde_json::{Value, json};
use support::built_in;

const SIGHTING: &str = "sighting--6f1b0c5e-3d5a-4b0b-9d6e-2f4f5b7f1a01";
const INDICATOR: &str = "indicator--6f1b0c5e-3d5a-4b0b-9d6e-2f4f5b7f1a02";
const IDENTITY: &str = "identity--6f1b0c5e-3d5a-4b0b-9d6e-2f4f5b7f1a03";

fn kept(mapping: &str, line: &str) -> Vec<Evidence> {
    let mut all = Vec::new();
    built_in(mapping).line(line.as_bytes(), &mut |observed| all.push(evidence(observed))).whole().unwrap();
    all
}

fn objects(evidence: &[Evidence]) -> Vec<Value> {
    stix_sighting(&SightingFacts {
        sighting: SIGHTING,
        indicator: INDICATOR,
        identity: Some(IDENTITY),
        created: "2026-03-16T10:00:00.000Z",
        modified: "2026-03-16T11:00:00.000Z",
        first_seen: "2026-03-16T09:14:00.000Z",
        last_seen: "2026-03-16T09:15:00.000Z",
        count: 7,
        label: None,
        evidence,
    })
}

fn of_type<'o>(objects: &'o [Value], object_type: &str) -> Vec<&'o Value> {
    objects.iter().filter(|object| object["type"] == object_type).collect()
}

#[test]
fn whatever_was_observed_the_objects_are_valid() {
    let at = r#""@timestamp":"2026-03-16T09:14:00Z""#;
    for (fields, types) in [
        (
            r#""source":{"ip":"10.0.0.1","port":50000,"mac":"00-00-5E-00-53-01"},"destination":{"ip":"203.0.113.9","port":443,"domain":"a.example"},"network":{"transport":"tcp"}"#,
            "domain-name ipv4-addr ipv4-addr mac-addr network-traffic",
        ),
        (
            r#""source.ip":"10.0.0.1","http.request.method":"GET","url.path":"/x","user_agent.original":"curl""#,
            "ipv4-addr network-traffic",
        ),
        // Half of an extension is none.
        (r#""source.ip":"10.0.0.1","user_agent.original":"curl""#, "ipv4-addr network-traffic"),
        // Traffic without any end cannot be said.
        (r#""user_agent.original":"curl","url.full":"http://a.example/""#, "url"),
        (
            r#""email":{"from.address":"a@a.example","to.address":["b@a.example"],"subject":"x"}"#,
            "email-addr email-addr email-message",
        ),
        (
            r#""process":{"pid":7,"command_line":"a","executable":"/bin/a","parent":{"pid":1}},"user.name":"root""#,
            "directory file process process user-account",
        ),
        (r#""file":{"name":"a","hash":{"md5":"d41d8cd98f00b204e9800998ecf8427e","sha256":"no hash"}}"#, "file"),
        (
            r#""registry":{"path":"HKLM\\a\\b","value":"b","data":{"type":"REG_SZ","strings":"x"}}"#,
            "windows-registry-key windows-registry-key",
        ),
        (r#""tls.server.x509.serial_number":"01","source.as.number":64496"#, "autonomous-system x509-certificate"),
    ] {
        let line = format!("{{{at},{fields}}}");
        let all = objects(&kept("ecs", &line));
        let bundle = json!({ "type": "bundle", "id": "bundle--6f1b0c5e-3d5a-4b0b-9d6e-2f4f5b7f1a04", "objects": all });
        let report = validate(bundle.to_string().as_bytes(), &Limits::default());
        assert!(report.is_valid(), "{fields}: {:?}", report.errors);
        let mut found: Vec<&str> = all.iter().skip(2).map(|object| object["type"].as_str().unwrap()).collect();
        found.sort_unstable();
        assert_eq!(found.join(" "), types, "{fields}");
        let observed = of_type(&all, "observed-data")[0];
        let ids: Vec<&Value> = all.iter().map(|object| &object["id"]).collect();
        for reference in observed["object_refs"].as_array().unwrap() {
            assert!(ids.contains(&reference), "{fields}");
        }
        assert_eq!(objects(&kept("ecs", &line)), all);
    }
}

#[test]
fn what_the_sighting_says() {
    let all = objects(&kept("simple", "ip,203.0.113.9,2026-03-16T09:14:00Z"));
    assert_eq!(all.len(), 3);
    assert_eq!(all[0]["sighting_of_ref"], INDICATOR);
    assert_eq!(all[0]["where_sighted_refs"], json!([IDENTITY]));
    assert_eq!(all[0]["observed_data_refs"], json!([all[1]["id"]]));
    assert_eq!((&all[0]["count"], &all[1]["number_observed"]), (&json!(7), &json!(1)));
    // The identifier that every tool gives this address (STIX 2.1 §2.9).
    let node = br#"{"type":"ipv4-addr","value":"203.0.113.9"}"#;
    let node = comity_stix::json::tree::Node::parse(node, &Limits::default()).unwrap();
    assert_eq!(all[2]["id"].as_str(), comity_conformance::sco_id(&node).as_deref());
}

#[test]
fn references_lead_to_the_new_identifiers() {
    let line = r#"{"@timestamp":"2026-03-16T09:14:00Z","source.ip":"10.0.0.1","destination.ip":"203.0.113.9","dns.question.name":"a.example","dns.resolved_ip":["203.0.113.9"]}"#;
    let all = objects(&kept("ecs", line));
    let traffic = of_type(&all, "network-traffic")[0];
    let address =
        |value: &str| of_type(&all, "ipv4-addr").into_iter().find(|one| one["value"] == value).unwrap()["id"].clone();
    assert_eq!((&traffic["src_ref"], &traffic["dst_ref"]), (&address("10.0.0.1"), &address("203.0.113.9")));
    assert_eq!(of_type(&all, "domain-name")[0]["resolves_to_refs"], json!([address("203.0.113.9")]));
    // The same address twice is one object.
    assert_eq!(of_type(&all, "ipv4-addr").len(), 2);
}

#[test]
fn old_observations_and_circles() {
    let line = r#"{"type":"observed-data","id":"observed-data--1","first_observed":"2026-03-16T09:14:00Z","last_observed":"2026-03-16T09:14:00Z","number_observed":5000000000,"objects":{"0":{"type":"process","pid":1,"child_refs":["1"]},"1":{"type":"process","pid":2,"parent_ref":"0"},"2":{"type":"domain-name","value":"not a name","resolves_to_refs":["9"]},"3":{"type":"x-own","value":1}}}"#;
    let all = objects(&kept("stix", line));
    let bundle = json!({ "type": "bundle", "id": "bundle--6f1b0c5e-3d5a-4b0b-9d6e-2f4f5b7f1a04", "objects": all });
    let report = validate(bundle.to_string().as_bytes(), &Limits::default());
    assert!(report.is_valid(), "{:?}", report.errors);
    assert_eq!(of_type(&all, "process").len(), 2);
    assert_eq!(of_type(&all, "observed-data")[0]["number_observed"], 999_999_999);
    // Nothing observed that could be said: a sighting alone.
    assert_eq!(objects(&[]).len(), 1);
}

#[test]
fn a_time_that_cannot_be_written_is_left_out() {
    // Kept by a build that took milliseconds for seconds.
    let far = Timestamp::from_unix(1_772_445_621_000, 0);
    let mut evidence = kept("simple", "ip,203.0.113.9,1773652440");
    evidence[0].last = far;
    let last_seen = far.to_string();
    let facts = SightingFacts {
        sighting: SIGHTING,
        indicator: INDICATOR,
        identity: None,
        created: "2026-03-16T10:00:00.000Z",
        modified: "2026-03-16T11:00:00.000Z",
        first_seen: "2026-03-16T09:14:00.000Z",
        last_seen: &last_seen,
        count: 1,
        label: None,
        evidence: &evidence,
    };
    let all = stix_sighting(&facts);
    assert_eq!(all.len(), 1, "{all:?}");
    assert!(all[0]["first_seen"].is_string() && all[0]["last_seen"].is_null(), "{all:?}");
    let bundle = json!({ "type": "bundle", "id": "bundle--6f1b0c5e-3d5a-4b0b-9d6e-2f4f5b7f1a04", "objects": all });
    let report = validate(bundle.to_string().as_bytes(), &Limits::default());
    assert!(!format!("{report:?}").contains("last_seen"), "{report:?}");
}
