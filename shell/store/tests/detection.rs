//! Sightings in the store: what counts, what is bounded, what a follower sees, and what a recall leaves.

use crate::common;

use comity_store::{
    Holdings, Judgement, Match, MatchEvidence, Matched, Mode, NewMatches, Origin, Received, Recorded, SightingFilter,
    SightingState, SightingWhole,
};
use comity_vocab::Timestamp;
use common::*;
use std::collections::BTreeSet;
use uuid::Uuid;

const CANARY: &str = "qzkw7f3a9c1e5b2d8";

fn indicator_id(n: u32) -> String {
    format!("indicator--31b940d4-6f7f-459a-80ea-{n:012x}")
}

/// Indicator `n` with this `modified` day of January 2020.
fn indicator(n: u32, day: u32, revoked: bool) -> Vec<u8> {
    format!(
        r#"{{"type":"indicator","spec_version":"2.1","id":"{}","created":"2020-01-01T00:00:00.000Z","modified":"2020-01-{day:02}T00:00:00.000Z","pattern":"[domain-name:value = 'n{n}.example']","pattern_type":"stix","valid_from":"2020-01-01T00:00:00Z","revoked":{revoked}}}"#,
        indicator_id(n)
    )
    .into_bytes()
}

/// Match `n` at this second since 1970.
fn at(n: u64, second: i64) -> Match {
    let mut digest = [0; 16];
    digest[..8].copy_from_slice(&n.to_le_bytes());
    let time = Timestamp::from_unix(second, 0);
    let evidence = vec![MatchEvidence { source: "sensor".into(), line: n, evidence: format!(r#"{{"n":"{CANARY}"}}"#) }];
    Match { digest, first: time, last: time, count: 1, matches: 1, evidence }
}

fn matches(indicator: &str, value: &str, matches: Vec<Match>) -> NewMatches {
    let values = vec![Matched { path: "domain-name:value".into(), value: value.into() }];
    let dedup = comity_store::stand_in(&values);
    NewMatches {
        indicator: indicator.to_owned(),
        version: comity_vocab::Digest([0; 32]),
        values,
        dedup,
        state: SightingState::Open,
        list: None,
        score: Some(80),
        matches,
    }
}

fn record(holdings: &mut Holdings, new: &NewMatches) -> Option<Recorded> {
    // As it stands now, as the one who matched read it.
    let version = holdings.view().version_digest(&new.indicator).unwrap().unwrap_or(new.version);
    let new = &NewMatches { version, ..new.clone() };
    let tx = holdings.transaction().unwrap();
    let recorded = tx.record_matches(new, Uuid::from_u128(u128::from(new.dedup[0]) << 64 | 7), now()).unwrap();
    tx.commit().unwrap();
    recorded
}

fn whole(holdings: &Holdings, recorded: &Recorded) -> SightingWhole {
    holdings.view().sighting(&recorded.uuid.to_string()).unwrap()
}

fn feed(holdings: &mut Holdings, objects: &[Vec<u8>]) {
    import_objects(holdings, objects, &options("feed", Some("TLP:GREEN")));
}

#[test]
fn a_match_counts_once_and_evidence_of_both_ends_is_kept() {
    let home = Home::new();
    let mut holdings = home.holdings();
    feed(&mut holdings, &[indicator(1, 1, false)]);
    let id = indicator_id(1);
    assert_eq!(record(&mut holdings, &matches(&indicator_id(2), "a", vec![at(1, 0)])), None, "it is not held");
    let day = 86_400;
    let first = record(&mut holdings, &matches(&id, "a", (1..=30).map(|n| at(n, 1_000 * n as i64)).collect())).unwrap();
    assert_eq!((first.new, first.counted, first.count, first.state), (true, 30, 30, SightingState::Open));
    // Eleven of these were counted; two are of other days, one of them before the first.
    let more = (20..=30).map(|n| at(n, 0)).chain([at(31, day + 5), at(32, -5)]).collect();
    let again = record(&mut holdings, &matches(&id, "a", more)).unwrap();
    assert_eq!((again.new, again.counted, again.count, again.uuid), (false, 2, 32, first.uuid));
    let whole_one = whole(&holdings, &first);
    assert_eq!(
        (whole_one.record.first_seen.as_str(), whole_one.record.last_seen.as_str()),
        ("1969-12-31T23:59:55.000Z", "1970-01-02T00:00:05.000Z")
    );
    assert_eq!(whole_one.days, [(-day, 1), (0, 30), (day, 1)]);
    let shown: Vec<u64> = whole_one.evidence.iter().map(|part| part.line).collect();
    assert_eq!(shown, (1..=10).chain(23..=32).collect::<Vec<_>>());
    // What stands for many counts as many, and what is absurdly often stays countable.
    let many = Match { count: u64::MAX, matches: 500, ..at(40, 2 * day) };
    let many = record(&mut holdings, &matches(&id, "a", vec![many])).unwrap();
    assert_eq!((many.counted, many.count), (500, 1_000_000_000_000));
    assert_eq!(holdings.view().sighting_sums(&SightingFilter::default()).unwrap().by_indicator[0].count, many.count);
    holdings.view().verify().unwrap();
}

#[test]
fn an_open_match_lifts_what_was_set_aside_and_nothing_else_does() {
    use SightingState::{Decayed, Open, WarningListed};
    for (was, comes, is) in [
        (WarningListed, Open, Open),
        (Decayed, Open, Open),
        (Open, WarningListed, Open),
        (Open, Decayed, Open),
        (Decayed, WarningListed, Decayed),
    ] {
        let home = Home::new();
        let mut holdings = home.holdings();
        feed(&mut holdings, &[indicator(1, 1, false)]);
        let in_state = |state: SightingState| NewMatches {
            state,
            list: (state == WarningListed).then(|| "a list".to_owned()),
            ..matches(&indicator_id(1), "a", vec![at(1, 0)])
        };
        record(&mut holdings, &in_state(was)).unwrap();
        // The same observation: it is not counted, and yet seen in another light.
        let recorded = record(&mut holdings, &in_state(comes)).unwrap();
        assert_eq!((recorded.state, recorded.counted), (is, 0), "{was:?} then {comes:?}");
        let record = whole(&holdings, &recorded).record;
        assert_eq!((record.state, record.list.is_some()), (is, is == WarningListed), "{was:?} then {comes:?}");
    }
}

#[test]
fn pages_are_whole_and_filters_narrow() {
    let home = Home::new();
    let mut holdings = home.holdings();
    feed(&mut holdings, &[indicator(1, 1, false), indicator(2, 1, false)]);
    for n in 0..25_u8 {
        let mut new = matches(&indicator_id(1 + u32::from(n % 2)), "x", vec![at(1, i64::from(n / 5) * 1_000)]);
        new.dedup[0] = n;
        new.values[0].value = format!("v{n}");
        if n == 7 {
            new.state = SightingState::Decayed;
        }
        record(&mut holdings, &new).unwrap();
    }
    let view = holdings.view();
    let mut seen = BTreeSet::new();
    let mut after = None;
    loop {
        let page = view.sightings(&SightingFilter::default(), after.as_deref(), 4).unwrap();
        assert_eq!(page.total, 25);
        for record in &page.records {
            assert!(seen.insert(record.uuid), "each once");
        }
        let Some(next) = page.next else { break };
        after = Some(next);
    }
    assert_eq!(seen.len(), 25);
    for cursor in ["x", "1", "1.2.3", "1.x", ""] {
        assert!(view.sightings(&SightingFilter::default(), Some(cursor), 4).is_err(), "{cursor}");
    }
    let count = |filter: SightingFilter| view.sightings(&filter, None, 100).unwrap().total;
    let any = SightingFilter::default;
    let day = |second: i64| Some(Timestamp::from_unix(second, 0));
    assert_eq!(count(SightingFilter { indicator: Some(indicator_id(2)), ..any() }), 12);
    assert_eq!(count(SightingFilter { indicator: Some("indicator--nobody".into()), ..any() }), 0);
    assert_eq!(count(SightingFilter { states: vec![SightingState::Decayed], ..any() }), 1);
    assert_eq!(count(SightingFilter { value: Some("v3".into()), ..any() }), 1);
    assert_eq!(count(SightingFilter { origin: Some("feed".parse().unwrap()), ..any() }), 25);
    assert_eq!(count(SightingFilter { origin: Some(Origin::Own), ..any() }), 0);
    assert_eq!(count(SightingFilter { since: day(4_000), ..any() }), 5);
    assert_eq!(count(SightingFilter { until: day(1_000), ..any() }), 5);
    assert_eq!(count(SightingFilter { judgement: Some(Judgement::Unreviewed), ..any() }), 25);
    let sums = view.sighting_sums(&any()).unwrap();
    assert_eq!((sums.by_indicator.len(), sums.by_origin.len(), sums.by_value.len()), (2, 1, 20));
}

#[test]
fn nothing_of_a_recalled_indicators_sightings_is_on_the_disk() {
    let home = Home::new();
    let mut holdings = home.holdings();
    let link: Origin = "link:kps".parse().unwrap();
    let received = Received {
        partner: "kps".parse().unwrap(),
        release: "r-1".into(),
        seq: 1,
        label: Some(label("TLP:AMBER")),
        terms: None,
    };
    // 1 came from a feed as well, 2 only over the link.
    feed(&mut holdings, &[indicator(1, 1, false)]);
    let tx = holdings.transaction().unwrap();
    tx.put_received(&received, &bundle(&[indicator(1, 1, false), indicator(2, 1, false)]), &mut |_| false, now())
        .unwrap();
    tx.commit().unwrap();
    let kept = record(&mut holdings, &matches(&indicator_id(1), "kept.example", vec![at(1, 0)])).unwrap();
    let gone = record(&mut holdings, &matches(&indicator_id(2), CANARY, (0..50).map(|n| at(n, 0)).collect())).unwrap();
    let before = whole(&holdings, &gone).record;
    let tx = holdings.transaction().unwrap();
    tx.judge_sighting(&before, Judgement::TruePositive, Some(CANARY), &officer("alice"), now()).unwrap();
    tx.commit().unwrap();
    assert!(contains(&home.raw("holdings.db"), CANARY.as_bytes()), "the canary is visible at first");
    let tx = holdings.transaction().unwrap();
    for n in [1, 2] {
        tx.erase_received(&link, &indicator_id(n), "recall-1", now()).unwrap();
    }
    tx.commit().unwrap();
    // The other indicator's evidence has the canary too: it goes by being erased itself.
    let still = whole(&holdings, &kept);
    assert_eq!((still.record.state, still.record.values.len(), still.evidence.len()), (SightingState::Open, 1, 1));
    let tx = holdings.transaction().unwrap();
    tx.erase_object(&indicator_id(1), "recall-2", now()).unwrap();
    tx.commit().unwrap();
    assert!(holdings.truncate_wal().unwrap());
    let raw = home.raw("holdings.db");
    for part in [CANARY, &CANARY[..8], "kept.example", "sensor"] {
        assert!(!contains(&raw, part.as_bytes()), "{part}");
    }
    let left = whole(&holdings, &gone);
    assert_eq!((left.record.state, left.record.count, left.record.uuid), (SightingState::Recalled, 50, gone.uuid));
    assert_eq!((left.evidence.len(), left.record.values.len(), left.record.comment), (0, 0, None));
    assert_eq!(left.days, [(0, 50)]);
    assert_eq!(record(&mut holdings, &matches(&indicator_id(2), CANARY, vec![at(1, 0)])), None, "it is not held");
    holdings.view().verify().unwrap();
}

#[test]
fn a_follower_sees_every_change() {
    let home = Home::new();
    let mut holdings = home.holdings();
    feed(&mut holdings, &[indicator(1, 1, false), malware(1, 1, "")]);
    let reader = Holdings::open(&home.path("holdings.db"), Mode::ReadOnly).unwrap();
    let mut mark = reader.view().followed().unwrap();
    // The identifiers that are held and not revoked, among those that may have changed.
    let mut follow = || {
        let (changed, next) = reader.view().changed_indicators(mark).unwrap();
        mark = next;
        let rows: Vec<_> = changed.iter().filter_map(|oid| reader.view().indicator(*oid).unwrap()).collect();
        let mut ids: Vec<String> = rows
            .iter()
            .filter(|row| !row.revoked)
            .map(|row| String::from_utf8(row.bytes.clone()).unwrap())
            .map(|text| text.split("80ea-").nth(1).unwrap()[..12].trim_start_matches('0').to_owned())
            .collect();
        ids.sort_unstable();
        (changed.len(), ids)
    };
    assert_eq!(follow(), (0, vec![]));
    feed(&mut holdings, &[malware(2, 1, "")]);
    assert_eq!(follow(), (0, vec![]), "of other types nothing is told");
    feed(&mut holdings, &[indicator(2, 1, false), indicator(1, 2, false)]);
    assert_eq!(follow(), (2, vec!["1".into(), "2".into()]));
    feed(&mut holdings, &[indicator(2, 2, true)]);
    assert_eq!(follow(), (1, vec![]));
    let erase = |holdings: &mut Holdings, n: u32| {
        let tx = holdings.transaction().unwrap();
        tx.erase_object(&indicator_id(n), "recall-1", now()).unwrap();
        tx.commit().unwrap();
    };
    feed(&mut holdings, &[indicator(3, 1, false)]);
    assert_eq!(follow(), (1, vec!["3".into()]));
    // The number of the newest version is free again and the next one takes it, before anybody looked.
    erase(&mut holdings, 3);
    feed(&mut holdings, &[indicator(4, 1, false)]);
    assert_eq!(follow(), (2, vec!["4".into()]));
    erase(&mut holdings, 4);
    assert_eq!(follow(), (1, vec![]));
    feed(&mut holdings, &[indicator(5, 1, false)]);
    assert_eq!(follow(), (1, vec!["5".into()]));
    assert_eq!(follow(), (0, vec![]));
    // Somebody who opens for writing forgets the changes of before; the next ones are seen.
    drop(holdings);
    let mut holdings = home.holdings();
    assert_eq!(follow(), (0, vec![]));
    erase(&mut holdings, 5);
    assert_eq!(follow(), (1, vec![]));
    let mut all = 0;
    reader.view().each_indicator(&mut |_| all += 1).unwrap();
    assert_eq!(all, 2);
}

#[test]
fn holdings_from_before_get_what_is_missing_when_opened_for_writing() {
    let home = Home::new();
    drop(home.holdings());
    let raw = rusqlite::Connection::open(home.path("holdings.db")).unwrap();
    for table in ["sighting", "sighting_value", "sighting_day", "sighting_evidence", "sighting_counted"] {
        raw.execute_batch(&format!("DROP TABLE {table}")).unwrap();
    }
    raw.execute_batch(
        "DROP TABLE sighting_return; DROP TABLE warning_list; DROP TABLE current_change;
         DELETE FROM schema_section WHERE name = 'detection'",
    )
    .unwrap();
    drop(raw);
    let path = home.path("holdings.db");
    let refused = Holdings::open(&path, Mode::ReadOnly).err().unwrap().to_string();
    assert!(refused.contains("detection"), "{refused}");
    drop(home.holdings());
    assert!(Holdings::open(&path, Mode::ReadOnly).unwrap().view().warning_lists().unwrap().is_empty());
}
