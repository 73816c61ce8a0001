//! What is kept of an observation, what of it matched, and by what it is known again.

use crate::support;

use comity_detect::{EVIDENCE_BYTES_MAX, Evidence, asked, evidence, witnesses};
use comity_pattern::Pattern;
use support::built_in;

fn kept(mapping: &str, line: &str) -> Evidence {
    let mut kept = None;
    built_in(mapping).line(line.as_bytes(), &mut |observed| kept = Some(evidence(observed))).whole().unwrap();
    kept.unwrap()
}

fn matched(pattern: &str, line: &str) -> String {
    let pattern = Pattern::parse(pattern).unwrap();
    let mut found = Vec::new();
    built_in("ecs").line(line.as_bytes(), &mut |observed| found = witnesses(&pattern, observed)).whole().unwrap();
    found.iter().map(|one| format!("{}={}", one.path, one.value)).collect::<Vec<_>>().join(" ")
}

#[test]
fn what_matched() {
    let line = r#"{"@timestamp":"2026-03-16T09:14:00Z","source":{"ip":"10.0.0.1","port":50000},"destination":{"ip":"203.0.113.9","port":443},"url":{"full":"http://a.example/evil?x"},"process":{"name":"a.exe","hash":{"md5":"aa"}},"user":{"name":"anna"}}"#;
    for (pattern, expect) in [
        ("[ipv4-addr:value = '203.0.113.9']", "ipv4-addr:value=203.0.113.9"),
        (
            "[ipv4-addr:value IN ('203.0.113.9', '10.0.0.1', '10.0.0.2')]",
            "ipv4-addr:value=10.0.0.1 ipv4-addr:value=203.0.113.9",
        ),
        ("[ipv4-addr:value ISSUBSET '203.0.113.0/24']", "ipv4-addr:value=203.0.113.9"),
        ("[url:value LIKE '%evil%']", "url:value=http://a.example/evil?x"),
        ("[url:value MATCHES 'ev.l']", "url:value=http://a.example/evil?x"),
        ("[ipv4-addr:value = '203.0.113.9' OR url:value = 'x']", "ipv4-addr:value=203.0.113.9"),
        (
            "[network-traffic:dst_ref.value = '203.0.113.9' AND network-traffic:src_port > 1024]",
            "network-traffic:dst_ref.value=203.0.113.9",
        ),
        ("[network-traffic:src_port > 1024]", "network-traffic:src_port=50000"),
        ("[network-traffic:dst_port = 443 AND network-traffic:dst_ref.value = '10.0.0.9']", ""),
        ("[file:hashes.MD5 = 'aa' AND file:name = 'a.exe']", "file:hashes.MD5=aa file:name=a.exe"),
        ("[process:image_ref.hashes.MD5 = 'aa']", "process:image_ref.hashes.MD5=aa"),
        ("[user-account:account_login = 'anna'] AND [url:value = 'none']", "user-account:account_login=anna"),
        ("[user-account:account_login != 'berta']", "user-account:account_login=anna"),
        ("[NOT EXISTS user-account:user_id]", ""),
        ("[domain-name:value = 'a.example']", ""),
    ] {
        assert_eq!(matched(pattern, line), expect, "{pattern}");
    }
}

#[test]
fn what_matched_is_bounded() {
    let names: Vec<String> = (0..200).map(|number| format!("\"{number:05}{}\"", "é".repeat(1_000))).collect();
    let line = format!(r#"{{"@timestamp":1773652440,"email":{{"to":{{"address":[{}]}}}}}}"#, names.join(","));
    let pattern = Pattern::parse("[email-addr:value LIKE '0%']").unwrap();
    let mut found = Vec::new();
    built_in("ecs").line(line.as_bytes(), &mut |observed| found = witnesses(&pattern, observed)).whole().unwrap();
    assert_eq!(found.len(), 64);
    assert!(found.iter().all(|one| one.value.len() <= 1_024));
}

#[test]
fn what_is_asked_for() {
    for (pattern, expect) in [
        ("[ipv4-addr:value = '203.0.113.9']", "ipv4-addr:value=203.0.113.9"),
        ("[ipv4-addr:value ISSUBSET '203.0.113.0/24']", "ipv4-addr:value=203.0.113.0/24"),
        ("[url:value IN ('b', 'a') OR url:value = 'a']", "url:value=a url:value=b"),
        ("[file:size = 7 AND file:hashes.'SHA-256' = 'aa']", "file:hashes.'SHA-256'=aa file:size=7"),
        ("[file:size > 7 AND file:name LIKE 'a%' AND file:name NOT = 'b' AND file:name != 'c']", ""),
        ("[artifact:payload_bin = h'00ff']", "artifact:payload_bin=00ff"),
    ] {
        let asked = asked(&Pattern::parse(pattern).unwrap());
        let asked: Vec<String> = asked.iter().map(|one| format!("{}={}", one.path, one.value)).collect();
        assert_eq!(asked.join(" "), expect, "{pattern}");
    }
}

#[test]
fn the_same_observation_is_known_again() {
    let one = r#"{"@timestamp":"2026-03-16T09:14:00Z","source.ip":"10.0.0.1","user":{"name":"anna","id":"1"}}"#;
    let same = r#"{"user.id":"1","source":{"ip":"10.0.0.1"},"user.name":"anna","@timestamp":"2026-03-16T10:14:00+01:00","x":1}"#;
    let digest = |line: &str| kept("ecs", line).digest();
    assert_eq!(digest(one), digest(same));
    for other in [one.replace("09:14:00", "09:14:01"), one.replace("anna", "anne"), one.replace("\"1\"", "\"2\"")] {
        assert_ne!(digest(one), digest(&other), "{other}");
    }
    let stix = |id: &str, number: u8, order: &str| {
        format!(
            r#"[{{"type":"observed-data","id":"{id}","first_observed":"2026-03-16T09:14:00Z","last_observed":"2026-03-16T09:14:00Z","number_observed":{number},"object_refs":[{order}]}},{{"type":"url","id":"url--1","value":"a"}},{{"id":"url--2","value":"b","type":"url"}}]"#
        )
    };
    let digest = |line: String| kept("stix", &line).digest();
    let one = digest(stix("o--1", 1, r#""url--1","url--2""#));
    assert_eq!(one, digest(stix("o--1", 1, r#""url--2","url--1""#)));
    assert_ne!(one, digest(stix("o--2", 1, r#""url--1","url--2""#)));
    assert_ne!(one, digest(stix("o--1", 2, r#""url--1","url--2""#)));
    assert_ne!(one, digest(stix("o--1", 1, r#""url--1""#)));
}

#[test]
fn evidence_is_bounded_and_can_be_written_and_read() {
    let small = kept("simple", "ip,203.0.113.9,1773652440");
    assert!(!small.cut);
    assert_eq!(small.objects, [serde_json::json!({ "type": "ipv4-addr", "id": "0", "value": "203.0.113.9" })]);
    let text = serde_json::to_string(&small).unwrap();
    let again: Evidence = serde_json::from_str(&text).unwrap();
    assert_eq!((again.digest(), &again), (small.digest(), &small));

    let names: Vec<String> = (0..900).map(|number| format!("\"{number}{}\"", "x".repeat(100))).collect();
    let many = kept("ecs", &format!(r#"{{"@timestamp":1773652440,"related.hosts":[{}]}}"#, names.join(",")));
    assert!(many.cut && many.objects.len() > 50);
    assert!(serde_json::to_string(&many.objects).unwrap().len() <= EVIDENCE_BYTES_MAX + 2);
    let long = kept("simple", &format!("url,http://a.example/{},1773652440", "é".repeat(100_000)));
    assert!(long.cut && long.objects[0]["value"].as_str().unwrap().starts_with("http://a.example/é"));
    // What is cut counts for the digest all the same.
    let other = kept("simple", &format!("url,http://a.example/{},1773652440", "é".repeat(100_001)));
    assert_ne!(long.digest(), other.digest());
}
