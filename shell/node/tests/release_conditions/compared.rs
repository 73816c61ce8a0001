//! What a release is compared with: everything that is held, however much, and never "clean" where that cannot be said.

use super::common::{Org, anchored, code, holdings, now};
use super::{IP, import, recall, report, settle, telling, two};
use comity_crypto::Purpose;
use comity_node::{ReleaseDraftRequest, Request, Selection};
use comity_release::RecallKind;
use comity_store::Received;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const SENTENCE: &str = "The heron travels at night over the northern pass with two others.";

pub(super) fn note(org: &mut Org, text: &str) {
    let selection = Selection { objects: vec![report(org, "the reason for a note")], origins: vec![] };
    let label = Some("TLP:AMBER".parse().unwrap());
    org.ask_as("alice", &Request::WriteNote { selection, text: text.into(), label }).unwrap();
}

/// The findings of the check of a release, by rule.
pub(super) fn rules(org: &mut Org, release: &str) -> Vec<String> {
    let checked = org.ask_as("bob", &Request::ReleaseCheck { release: release.into() }).unwrap();
    let findings = checked["findings"].as_array().unwrap();
    assert_eq!(checked["clean"].as_bool().unwrap(), findings.is_empty());
    findings.iter().map(|finding| finding["rule"].as_str().unwrap().to_owned()).collect()
}

fn told(org: &mut Org, text: &str) -> Vec<String> {
    told_to(org, &["kps"], text)
}

/// What the check finds in a text for these partners.
pub(super) fn told_to(org: &mut Org, to: &[&str], text: &str) -> Vec<String> {
    let id = report(org, "kept at home");
    let to = to.iter().map(|code| code.parse().unwrap()).collect();
    let release = org.draft(ReleaseDraftRequest { to, ..telling(&id, "kps", text) }).unwrap();
    rules(org, &release)
}

#[test]
fn a_sentence_of_a_note_that_stays_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vsis, _) = two(folder.path());
    assert_eq!(told(&mut vsis, SENTENCE), [""; 0]);
    note(&mut vsis, &format!("For ourselves. {SENTENCE} Nobody else knows."));
    assert_eq!(told(&mut vsis, SENTENCE), ["verbatim-sentence/words-in-a-row"]);
    let written = "\u{5de6}\u{53f3}\u{4e24}\u{4eba}\u{6628}\u{591c}\u{6e21}\u{6cb3}\u{5411}\u{5317}\u{800c}\u{53bb}";
    assert_eq!(told(&mut vsis, written), [""; 0]);
    note(&mut vsis, &format!("\u{4ed6}\u{8bf4}{written}\u{3002}"));
    assert_eq!(told(&mut vsis, written), ["verbatim-sentence/words-in-a-row"]);
}

#[test]
fn a_value_that_stays_is_found_in_text_and_in_a_pattern() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vsis, _) = two(folder.path());
    let ip = format!(r#"{{"type":"ipv4-addr","spec_version":"2.1","id":"{IP}","value":"198.51.100.3"}}"#);
    let indicator = r#"{"type":"indicator","spec_version":"2.1","id":"indicator--31b940d4-6f7f-459a-80ea-9c1f17b58abd","created":"2026-03-01T00:00:00.000Z","modified":"2026-03-01T00:00:00.000Z","pattern":"[ipv4-addr:value = '198.51.100.3']","pattern_type":"stix","valid_from":"2026-03-01T00:00:00Z"}"#;
    let indicator_id = "indicator--31b940d4-6f7f-459a-80ea-9c1f17b58abd";
    import(&mut vsis, folder.path(), indicator);
    let of = |ids: &[&str]| ReleaseDraftRequest {
        selection: Selection { objects: ids.iter().map(|id| (*id).to_owned()).collect(), origins: vec![] },
        to: vec!["kps".parse().unwrap()],
        ..Default::default()
    };
    let found = ["unreleased-value/ipv4-addr"];
    // Nobody saw it yet: an indicator may say what it says.
    let pattern = vsis.draft(of(&[indicator_id])).unwrap();
    assert_eq!(rules(&mut vsis, &pattern), [""; 0]);
    import(&mut vsis, folder.path(), &ip);
    assert_eq!(rules(&mut vsis, &pattern), found);
    assert_eq!(told(&mut vsis, "It came from 198[.]51[.]100[.]3, they say."), ["unreleased-value/ipv4-addr+defanged"]);
    // The value of what is released itself is what was agreed to be told.
    let both = vsis.draft(of(&[indicator_id, IP])).unwrap();
    assert_eq!(rules(&mut vsis, &both), [""; 0]);
    // The releasing officer may answer for it, with a reason.
    let shown = vsis.ask_as("bob", &Request::ReleaseCheck { release: pattern.clone() }).unwrap();
    let finding = &shown["findings"][0];
    assert_eq!(finding["overridable"], Value::Bool(true));
    let overrides = BTreeMap::from([(finding["finding"].as_str().unwrap().to_owned(), "they have it too".to_owned())]);
    approve_with(&mut vsis, &pattern, overrides);
    vsis.ask(&Request::ReleaseSend { release: pattern }).unwrap();
    // Now the recipient knows it.
    assert_eq!(told(&mut vsis, "It came from 198.51.100.3, they say."), [""; 0]);
}

fn approve_with(org: &mut Org, release: &str, overrides: BTreeMap<String, String>) {
    let officer = code("bob");
    let prepare = Request::ReleaseApprovePrepare {
        release: release.to_owned(),
        officer: officer.clone(),
        overrides: overrides.clone(),
    };
    let prepared = org.ask_as("bob", &prepare).unwrap();
    let proof = org.sign("bob", Purpose::Approval, &prepared["statement"]).into();
    org.ask(&Request::ReleaseApprove { release: release.to_owned(), officer, overrides, proof }).unwrap();
}

/// The check compared with the newest 20,000 received objects once, and said "clean" of all before them.
#[test]
fn what_a_partner_gave_is_found_however_much_came_after_it() {
    const PARTS: usize = 201;
    const OBJECTS: usize = 100;
    let folder = tempfile::tempdir().unwrap();
    let (vsis, _) = two(folder.path());
    let path = vsis.node.home().path().to_owned();
    drop(vsis);
    let mut holdings = holdings(&path);
    let id = |number: usize| format!("tool--31b940d4-6f7f-459a-80ea-{number:012x}");
    let object = |number: usize, description: &str| {
        json!({ "type": "tool", "spec_version": "2.1", "id": id(number), "created": "2026-03-01T00:00:00.000Z",
            "modified": "2026-03-01T00:00:00.000Z", "name": "t", "description": description })
    };
    for part in 0..PARTS {
        let text = if part == 0 { SENTENCE } else { "" };
        let objects: Vec<Value> = (0..OBJECTS).map(|number| object(part * OBJECTS + number, text)).collect();
        let bundle =
            json!({ "type": "bundle", "id": "bundle--31b940d4-6f7f-459a-80ea-9c1f17b58abc", "objects": objects });
        let received = Received {
            partner: "kps".parse().unwrap(),
            release: "31b940d4-6f7f-459a-80ea-9c1f17b58abc".into(),
            seq: part as u64,
            label: Some("TLP:AMBER".parse().unwrap()),
            terms: None,
        };
        let tx = holdings.transaction().unwrap();
        tx.put_received(&received, &serde_json::to_vec(&bundle).unwrap(), &mut |_| false, now()).unwrap();
        tx.commit().unwrap();
    }
    drop(holdings);
    anchored(&path);
    let mut vsis = Org::open(&path, "vsis");
    assert_eq!(told(&mut vsis, SENTENCE), ["verbatim-sentence/words-in-a-row"]);
    assert_eq!(told(&mut vsis, "Nothing of that was ever said by anybody at all."), [""; 0]);
}

#[test]
fn an_index_that_lost_a_page_is_not_clean() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vsis, _) = two(folder.path());
    note(&mut vsis, SENTENCE);
    let id = report(&mut vsis, "kept at home");
    let release = vsis.draft(telling(&id, "kps", SENTENCE)).unwrap();
    super::edited::beside(&vsis, "DELETE FROM print_page", []);
    assert_eq!(rules(&mut vsis, &release), ["undetermined/not-all-held"]);
    let refused = vsis.approve(&release).unwrap_err();
    assert!(refused.detail.unwrap().to_string().contains("undetermined"));
    let refused = vsis.ask(&Request::Verify).unwrap_err();
    assert!(refused.message.contains("text index"), "{refused}");
}

#[test]
fn a_recall_takes_the_words_out_of_the_index() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vsis, mut kps) = two(folder.path());
    let id = report(&mut vsis, "kept at home");
    let release = vsis.release(telling(&id, "kps", SENTENCE)).unwrap();
    settle(&mut vsis, &mut kps);
    let own = report(&mut kps, "something of our own");
    let copied = kps.draft(telling(&own, "vsis", SENTENCE)).unwrap();
    assert_eq!(rules(&mut kps, &copied), ["verbatim-sentence/words-in-a-row"]);
    recall(&mut vsis, &[&release], RecallKind::WithdrawError);
    settle(&mut vsis, &mut kps);
    assert_eq!(rules(&mut kps, &copied), [""; 0], "no number of it is left");
    kps.ask(&Request::Verify).unwrap();
}
