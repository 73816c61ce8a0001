//! When an indicator ends, however its author writes the time.

use super::*;

/// Case u2 of the cases from the field: an end with an offset was read as no end.
#[test]
fn an_end_is_read_as_it_is_meant_and_one_that_cannot_be_read_is_told() {
    let ends = [
        ("2026-01-10T00:00:00+00:00", 0),
        ("2026-01-10 00:00:00", 0),
        ("2026-01-10T00:00:00", 0),
        ("2026-01-09T19:00-05:00", 0),
        ("2026-03-10T00:00:00+02:00", 1),
        ("2026-01-10T00:00:00Z", 0),
    ];
    for (end, expected) in ends {
        let folder = tempfile::tempdir().unwrap();
        let mut org = one_org(folder.path());
        let pattern = format!("[domain-name:value = '{VALUE}']");
        import(&mut org, folder.path(), &[indicator(1, &pattern, json!({ "valid_until": end }))]);
        let before = org.ask(&seen(VALUE, "2026-01-07T10:00:00Z")).unwrap();
        assert_eq!(before["matches"], 1, "{end}: before its end");
        let after = org.ask(&seen(VALUE, "2026-02-01T10:00:00Z")).unwrap();
        assert_eq!(after["matches"], expected, "{end}");
    }
    let folder = tempfile::tempdir().unwrap();
    let mut org = one_org(folder.path());
    let pattern = format!("[domain-name:value = '{VALUE}']");
    let unreadable = [json!("next week"), json!(1_768_003_200)];
    let objects: Vec<Value> =
        (1..).zip(&unreadable).map(|(n, end)| indicator(n, &pattern, json!({ "valid_until": end }))).collect();
    import(&mut org, folder.path(), &objects);
    assert_eq!(org.ask(&seen(VALUE, "2026-01-07T10:00:00Z")).unwrap()["matches"], 0);
    let status = org.ask(&Request::DetectionStatus).unwrap();
    assert_eq!((&status["invalid"], &status["compiled"]), (&json!(2), &json!(0)));
    assert_eq!(status["first_invalid"][0]["message"], "its valid_until is no time", "{status}");
}
