//! What an indicator is still worth, by when something was observed.

use super::*;
use comity_vocab::Timestamp;

/// When an indicator of today has decayed; nothing is observed long after the node's own time.
fn later() -> Timestamp {
    Timestamp::parse("2029-06-01T00:00:00Z").unwrap()
}

#[test]
fn an_observation_within_the_worth_of_an_indicator_lifts_older_ones() {
    // In whichever order they come: a match after the indicator decayed is set aside, one before it is not.
    for order in [["2026-01-02", "2029-01-01"], ["2029-01-01", "2026-01-02"]] {
        let folder = tempfile::tempdir().unwrap();
        let mut org = one_org(folder.path());
        org.at = later();
        let address = indicator(2, "[ipv4-addr:value = '203.0.113.9']", json!({ "confidence": 80 }));
        import(&mut org, folder.path(), &[address]);
        let text: String = order.iter().map(|day| format!("ip,203.0.113.9,{day}T10:00:00Z\n")).collect();
        let answer = org.ask(&lines(&text)).unwrap();
        assert_eq!((&answer["matches"], &answer["sightings"][0]["state"]), (&json!(2), &json!("open")), "{order:?}");
        assert_eq!(in_state(&org, SightingState::Open)[0].count, 2);
    }
}

#[test]
fn what_officers_hold_true_keeps_an_indicator_alive() {
    let folder = tempfile::tempdir().unwrap();
    let mut org = one_org(folder.path());
    org.at = later();
    import(&mut org, folder.path(), &[indicator(2, "[ipv4-addr:value = '203.0.113.9']", json!({}))]);
    let state = |org: &mut Org, time: &str| {
        let answer = org.ask(&lines(&format!("ip,203.0.113.9,{time}\n"))).unwrap();
        answer["sightings"][0].clone()
    };
    let old = state(&mut org, "2028-12-31T10:00:00Z");
    assert_eq!(old["state"], "decayed");
    let judge = |judgement: Judgement| Request::SightingJudge {
        sighting: old["sighting"].as_str().unwrap().to_owned(),
        judgement,
        comment: None,
    };
    org.ask_as("alice", &judge(Judgement::FalsePositive)).unwrap();
    assert_eq!(state(&mut org, "2029-01-01T10:00:00Z")["state"], "decayed");
    org.ask_as("alice", &judge(Judgement::TruePositive)).unwrap();
    let lifted = state(&mut org, "2029-01-02T10:00:00Z");
    assert_eq!(
        (&lifted["state"], &lifted["sighting"], &lifted["count"]),
        (&json!("open"), &old["sighting"], &json!(3))
    );
    let rows = in_state(&org, SightingState::Open);
    assert_eq!(rows[0].judgement, Judgement::TruePositive, "a further match changes no judgement");
}
