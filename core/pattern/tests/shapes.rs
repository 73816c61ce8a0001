//! Comparisons joined in one shape or another: what is called equal finds the same, as it is meant.

use super::alike::{added, folding};
use super::differential::random::Random;
use comity_pattern::engine::PatternId;
use comity_pattern::{Observed, Outcome, Pattern, canonical};
use comity_stix::json::{Limits, tree::Node};
use std::collections::BTreeMap;

const VALUES: [&str; 6] =
    ["203.0.113.9", "::ffff:203.0.113.9", "2001:db8::1", "quay.example", "http://quay.example/a", "203.0.113.0/24"];
const HOSTS: [&str; 5] = ["ipv4-addr:value", "ipv6-addr:value", "domain-name:value", "ip:value", "hostname:value"];
const OTHERS: [&str; 7] = [
    "network-traffic:dst_port = 80",
    "network-traffic:dst_port = '80'",
    "network-traffic:src_port = 80",
    "network:dst_port = 80",
    "network-traffic:dst_ref.value = '203.0.113.9'",
    "ipv4-addr:belongs_to_refs[*].number = 64500",
    "url:value = 'http://quay.example/a'",
];

/// One test; mostly of the value of an address or a name.
fn atom(random: &mut Random) -> String {
    if random.chance(3) {
        return random.one(&OTHERS).to_owned();
    }
    let (path, value) = (random.one(&HOSTS), random.one(&VALUES));
    match random.below(8) {
        0 => format!("{path} NOT != '{value}'"),
        1 => format!("{path} != '{value}'"),
        2 => format!("{path} IN ('{value}', '{}')", random.one(&VALUES)),
        3 => {
            format!("{path} ISSUBSET '{}'", random.one(&["203.0.113.0/24", "::ffff:203.0.113.0/120", "2001:db8::/32"]))
        }
        _ => format!("{path} = '{value}'"),
    }
}

/// Ways to join three tests; many of one line are one.
const SHAPES: [&str; 17] = [
    "[A]",
    "[A AND A]",
    "[A AND (A OR B)]",
    "[A OR (A AND B)]",
    "[A AND B]",
    "[B AND A]",
    "[(A OR C) AND (A OR B) AND A]",
    "[A AND (B OR C)]",
    "[(A AND B) OR (A AND C)]",
    "[(C AND A) OR (B AND A)]",
    "[A AND B AND C]",
    "[(A AND B) AND C]",
    "[A AND (B AND C)]",
    "[A AND (B OR (B AND C))]",
    "[A OR B]",
    "[A] OR [B]",
    "[A OR (B AND C)]",
];

/// Observations of each value under each type, and of traffic to it.
fn observations() -> Vec<String> {
    let mut all = Vec::new();
    for value in VALUES {
        for object_type in ["ipv4-addr", "ipv6-addr", "domain-name", "url"] {
            for end in ["dst", "src"] {
                for port in [80, 81] {
                    all.push(
                        serde_json::json!({ "type": "observed-data", "first_observed": "2026-01-01T00:00:00Z",
                            "last_observed": "2026-01-01T00:00:00Z", "number_observed": 1, "objects": {
                                "0": { "type": object_type, "value": value, "belongs_to_refs": ["2"] },
                                "1": { "type": "network-traffic", format!("{end}_ref"): "0", format!("{end}_port"): port },
                                "2": { "type": "autonomous-system", "number": if port == 80 { 64500 } else { 1 } } } })
                        .to_string(),
                    );
                }
            }
        }
    }
    all
}

#[test]
fn what_is_equal_by_its_shape_finds_the_same() {
    let mut random = Random::new(11);
    let mut engine = folding();
    let mut groups: BTreeMap<String, BTreeMap<String, PatternId>> = BTreeMap::new();
    for _ in 0..400 {
        let atoms = [atom(&mut random), atom(&mut random), atom(&mut random)];
        for shape in SHAPES {
            let named = ["A", "B", "C"].iter().zip(&atoms);
            // Behind each letter stands a blank or a bracket, which no word of the language has there.
            let text = named.fold(format!("{shape} "), |text, (letter, atom)| {
                [" ", "]", ")"].iter().fold(text, |text, behind| {
                    ["[", "(", " "].iter().fold(text, |text, before| {
                        text.replace(&format!("{before}{letter}{behind}"), &format!("{before}{atom}{behind}"))
                    })
                })
            });
            let Ok(pattern) = Pattern::parse(text.trim()) else { panic!("{text}") };
            let group = groups.entry(canonical(&pattern).to_string()).or_default();
            group.entry(text).or_insert_with_key(|text| added(&mut engine, text));
        }
    }
    groups.retain(|_, group| group.len() > 1);
    assert!(groups.len() > 500, "{} groups", groups.len());
    let mut matched = 0;
    for document in observations() {
        let nodes = [Node::parse(document.as_bytes(), &Limits::default()).unwrap()];
        let observed = Observed::of_documents(&nodes).unwrap();
        let outcomes = engine.match_all(&observed);
        for (canonical, group) in &groups {
            let mut found = group.iter().map(|(text, id)| (text, matches!(outcomes.of(*id), Outcome::Match(_))));
            let (first, expect) = found.next().unwrap();
            matched += usize::from(expect);
            for (text, is) in found {
                assert_eq!(is, expect, "{first}\n{text}\n{canonical}\n{document}");
            }
        }
    }
    assert!(matched > 1_000, "{matched} matches");
}
