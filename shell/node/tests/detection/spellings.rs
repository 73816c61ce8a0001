//! One value in several spellings, and indicators that are read as they are meant.

use super::*;

/// Matches of each line, in its order.
fn counts(org: &mut Org, values: &[(&str, &str)]) -> Vec<Value> {
    let mut all = Vec::new();
    for (number, (word, value)) in (1..).zip(values) {
        let line = lines(&format!("{word},{value},2026-03-01T10:00:{number:02}Z\n"));
        all.push(org.ask(&line).unwrap()["matches"].clone());
    }
    all
}

#[test]
fn a_value_in_another_spelling_is_the_same_sighting() {
    let folder = tempfile::tempdir().unwrap();
    let mut org = one_org(folder.path());
    import(&mut org, folder.path(), &[indicator(1, "[domain-name:value = 'Quay.Example']", json!({}))]);
    let spellings = [("domain", "QUAY.example."), ("domain", "quay.example"), ("domain", "quay.example.")];
    assert_eq!(counts(&mut org, &spellings), [json!(1), json!(1), json!(1)]);
    let rows = in_state(&org, SightingState::Open);
    assert_eq!(rows.len(), 1, "one value, one sighting");
    // It shows the value as it was seen first.
    assert_eq!((rows[0].count, rows[0].values[0].value.as_str()), (3, "QUAY.example."));
    // What is stored fits: the sighting stands for its value.
    org.ask(&Request::Verify).unwrap();
}

#[test]
fn an_indicator_is_read_as_it_is_meant_or_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut org = one_org(folder.path());
    let objects = [
        indicator(1, "[ipv4-addr:value = '203.0.113.0/24']", json!({})),
        indicator(2, "[domain-name:value = '198.51.100.7']", json!({})),
        indicator(3, "[file:hashes.sha256 = 'ABAB']", json!({})),
        indicator(4, "[app:id = 'com.quay.agent']", json!({})),
        indicator(5, "[domain-name:value = 'a.example' AND file:name = 'a']", json!({})),
        indicator(6, "[domain-name:value = ", json!({})),
    ];
    import(&mut org, folder.path(), &objects);
    let values = [("ip", "203.0.113.77"), ("ip", "::ffff:198.51.100.7"), ("sha256", "abab"), ("domain", "a.example")];
    assert_eq!(counts(&mut org, &values), [json!(1), json!(1), json!(1), json!(0)]);
    let status = org.ask(&Request::DetectionStatus).unwrap();
    // An object that only observed-data in STIX can have is looked for all the same.
    assert_eq!(
        (
            &status["compiled"],
            &status["unmatchable_by_reason"]["two-objects"],
            &status["invalid"],
            &status["read_otherwise"]
        ),
        (&json!(4), &json!(1), &json!(1), &json!(2)),
        "{status}"
    );
}
