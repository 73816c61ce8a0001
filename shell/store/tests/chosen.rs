//! What officers chose about detection: accepted indicators and warning lists that are off.

use crate::common;

use comity_store::{AcceptedIndicator, Holdings};
use comity_vocab::{Digest, OfficerCode};
use common::*;

const ID: &str = "indicator--31b940d4-6f7f-459a-80ea-000000000001";

fn indicator() -> Vec<u8> {
    format!(
        r#"{{"type":"indicator","spec_version":"2.1","id":"{ID}","created":"2020-01-01T00:00:00.000Z","modified":"2020-01-01T00:00:00.000Z","pattern":"[domain-name:value LIKE '%']","pattern_type":"stix","valid_from":"2020-01-01T00:00:00Z"}}"#
    )
    .into_bytes()
}

fn held(home: &Home) -> Holdings {
    let mut holdings = home.holdings();
    import_objects(&mut holdings, &[indicator()], &options("feed", Some("TLP:GREEN")));
    holdings
}

#[test]
fn an_acceptance_is_of_one_pattern_and_goes_with_the_indicator() {
    let home = Home::new();
    let mut holdings = held(&home);
    let alice = "alice".parse::<OfficerCode>().unwrap();
    let mark = holdings.view().followed().unwrap();
    let tx = holdings.transaction().unwrap();
    assert!(!tx.withdraw_acceptance(ID).unwrap());
    assert!(
        tx.accept_indicator("indicator--31b940d4-6f7f-459a-80ea-000000000009", &Digest([1; 32]), &alice, "x", now())
            .is_err()
    );
    tx.accept_indicator(ID, &Digest([1; 32]), &alice, "first", now()).unwrap();
    tx.accept_indicator(ID, &Digest([2; 32]), &alice, "ours", now()).unwrap();
    tx.commit().unwrap();
    let accepted = AcceptedIndicator {
        indicator: ID.into(),
        pattern: Digest([2; 32]),
        officer: "alice".into(),
        at: now().to_string(),
        reason: "ours".into(),
    };
    let view = holdings.view();
    assert_eq!(view.accepted_indicators(10).unwrap(), (vec![accepted.clone()], 1));
    assert_eq!(view.accepted_indicator(ID).unwrap(), Some(accepted));
    // A follower of the indicators reads it again, with what was accepted.
    let (changed, mark) = view.changed_indicators(mark).unwrap();
    let [oid] = changed[..] else { panic!("{changed:?}") };
    assert_eq!(view.indicator(oid).unwrap().unwrap().accepted, Some([2; 32]));
    let mut all = Vec::new();
    view.each_indicator(&mut |row| all.push((row.oid, row.accepted))).unwrap();
    assert_eq!(all, [(oid, Some([2; 32]))]);
    view.verify().unwrap();
    let tx = holdings.transaction().unwrap();
    assert!(tx.withdraw_acceptance(ID).unwrap());
    tx.commit().unwrap();
    let view = holdings.view();
    assert_eq!(view.changed_indicators(mark).unwrap().0, [oid]);
    assert_eq!(view.indicator(oid).unwrap().unwrap().accepted, None);
    // What was said of it goes with it.
    let tx = holdings.transaction().unwrap();
    tx.accept_indicator(ID, &Digest([2; 32]), &alice, "ours", now()).unwrap();
    tx.erase_object(ID, "recall-1", now()).unwrap();
    tx.commit().unwrap();
    assert_eq!(holdings.view().accepted_indicators(10).unwrap(), (Vec::new(), 0));
    holdings.view().verify().unwrap();
}

#[test]
fn lists_of_the_program_are_switched_off_and_on() {
    let home = Home::new();
    let mut holdings = home.holdings();
    let tx = holdings.transaction().unwrap();
    assert!(tx.switch_warning_list("a", false, None, now()).unwrap());
    assert!(!tx.switch_warning_list("a", false, None, now()).unwrap());
    tx.commit().unwrap();
    let off = holdings.view().warning_lists_off().unwrap();
    assert_eq!((off.len(), off[0].name.as_str(), &off[0].officer), (1, "a", &None));
    let tx = holdings.transaction().unwrap();
    assert!(tx.switch_warning_list("a", true, None, now()).unwrap());
    assert!(!tx.switch_warning_list("a", true, None, now()).unwrap());
    tx.commit().unwrap();
    assert!(holdings.view().warning_lists_off().unwrap().is_empty());
    holdings.view().verify().unwrap();
}
