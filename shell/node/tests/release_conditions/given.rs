//! What counts as given to a partner: what stands in the bytes that it was sent, and nothing that a tearline left out.

use super::common::Org;
use super::compared::told_to;
use super::{import, mark, recall, report, settle};
use comity_node::{ReleaseDraftRequest, Request, Selection};
use comity_release::RecallKind;
use std::path::Path;

const FILE: &str = "file--31b940d4-6f7f-459a-80ea-9c1f17b58abd";
const MALWARE: &str = "malware--31b940d4-6f7f-459a-80ea-9c1f17b58abd";
const SENT: &str = "d41d8cd98f00b204e9800998ecf8427e";
/// Under a name of its algorithm that no tearline lets out.
const LEFT_OUT: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const SENT_SENTENCE: &str = "The heron travels at night over the northern pass with two others.";
const LEFT_OUT_SENTENCE: &str = "Our own people saw it first at the harbour near the third crane.";

fn holdings(org: &mut Org, folder: &Path) {
    let file = format!(
        r#"{{"type":"file","spec_version":"2.1","id":"{FILE}","name":"heron.bin","hashes":{{"MD5":"{SENT}","SHA256":"{LEFT_OUT}"}}}}"#
    );
    let malware = format!(
        r#"{{"type":"malware","spec_version":"2.1","id":"{MALWARE}","created":"2026-03-01T00:00:00.000Z","modified":"2026-03-01T00:00:00.000Z","name":"Heron","is_family":false,"description":"{SENT_SENTENCE}","x_vsis_remark":"{LEFT_OUT_SENTENCE}"}}"#
    );
    import(org, folder, &format!("{file},{malware}"));
}

fn of(id: &str, to: &[&str]) -> ReleaseDraftRequest {
    ReleaseDraftRequest {
        selection: Selection { objects: vec![id.to_owned()], origins: vec![] },
        to: to.iter().map(|code| code.parse().unwrap()).collect(),
        ..Default::default()
    }
}

fn three(folder: &Path) -> (Org, Org, Org) {
    let mut orgs = super::common::orgs(folder, 3).into_iter();
    let (vsis, kps, tfo) = (orgs.next().unwrap(), orgs.next().unwrap(), orgs.next().unwrap());
    (vsis, kps, tfo)
}

fn hash(value: &str) -> String {
    format!("It has the hash {value}, they say.")
}

const FOUND: [&str; 1] = ["verbatim-sentence/words-in-a-row"];

#[test]
fn a_value_that_a_tearline_left_out_was_not_given() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vsis, _, _) = three(folder.path());
    holdings(&mut vsis, folder.path());
    for (value, rule) in [(SENT, "unreleased-value/md5"), (LEFT_OUT, "unreleased-value/sha256")] {
        assert_eq!(told_to(&mut vsis, &["kps"], &hash(value)), [rule]);
    }
    let release = vsis.release(of(FILE, &["kps"])).unwrap();
    assert_eq!(told_to(&mut vsis, &["kps"], &hash(LEFT_OUT)), ["unreleased-value/sha256"]);
    // What was really sent is no news to that partner; it is to another one, and to both together.
    assert_eq!(told_to(&mut vsis, &["kps"], &hash(SENT)), [""; 0]);
    for to in [&["tfo"][..], &["kps", "tfo"]] {
        assert_eq!(told_to(&mut vsis, to, &hash(SENT)), ["unreleased-value/md5"]);
    }
    vsis.release(of(FILE, &["tfo"])).unwrap();
    assert_eq!(told_to(&mut vsis, &["kps", "tfo"], &hash(SENT)), [""; 0]);
    recall(&mut vsis, &[&release], RecallKind::WithdrawError);
    assert_eq!(told_to(&mut vsis, &["kps"], &hash(SENT)), ["unreleased-value/md5"]);
}

#[test]
fn a_sentence_that_a_tearline_left_out_was_not_given() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vsis, mut kps, _) = three(folder.path());
    holdings(&mut vsis, folder.path());
    for sentence in [SENT_SENTENCE, LEFT_OUT_SENTENCE] {
        assert_eq!(told_to(&mut vsis, &["kps"], sentence), FOUND);
    }
    vsis.release(of(MALWARE, &["kps"])).unwrap();
    settle(&mut vsis, &mut kps);
    assert_eq!(told_to(&mut vsis, &["kps"], LEFT_OUT_SENTENCE), FOUND);
    assert_eq!(told_to(&mut vsis, &["kps"], SENT_SENTENCE), [""; 0]);
    // Half of what was sent and half of what was not is not all sent.
    let both = format!("{} {}", &SENT_SENTENCE[..40], &LEFT_OUT_SENTENCE[..40]);
    assert_eq!(told_to(&mut vsis, &["kps"], &both), FOUND);
    for to in [&["tfo"][..], &["kps", "tfo"]] {
        assert_eq!(told_to(&mut vsis, to, SENT_SENTENCE), FOUND);
    }
    // A note that holds the same words stays; the words of it that the partner has are no news all the same.
    report(&mut vsis, &format!("For ourselves. {SENT_SENTENCE} Nobody else knows."));
    assert_eq!(told_to(&mut vsis, &["kps"], SENT_SENTENCE), [""; 0]);
    vsis.ask(&Request::Verify).unwrap();
}

#[test]
fn what_was_sent_under_a_stricter_label_was_not_given_for_a_laxer_one() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vsis, _, _) = three(folder.path());
    holdings(&mut vsis, folder.path());
    mark(&mut vsis, "alice", FILE, "TLP:AMBER+STRICT").unwrap();
    vsis.release(of(FILE, &["kps"])).unwrap();
    assert_eq!(told_to(&mut vsis, &["kps"], &hash(SENT)), ["unreleased-value/md5"]);
}

/// The bytes that count are those that the signed header of the entry commits to, and they must be there.
#[test]
fn what_was_sent_is_read_only_where_the_entry_committed_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vsis, _, _) = three(folder.path());
    holdings(&mut vsis, folder.path());
    vsis.release(of(FILE, &["kps"])).unwrap();
    let payload: Vec<u8> = {
        let holdings = rusqlite::Connection::open(vsis.node.home().file("holdings/holdings.db")).unwrap();
        let sql = "SELECT payload FROM log_entry WHERE link = 'kps' AND direction = 0 AND kind = 'release'";
        holdings.query_row(sql, [], |row| row.get(0)).unwrap()
    };
    let edited = String::from_utf8(payload).unwrap().replace(SENT, &"0".repeat(SENT.len()));
    let with_both = edited.replace("\"MD5\"", &format!("\"SHA-256\":\"{LEFT_OUT}\",\"MD5\""));
    let set = "UPDATE log_entry SET payload = ?1 WHERE link = 'kps' AND direction = 0 AND kind = 'release'";
    super::edited::beside(&vsis, set, [with_both.into_bytes()]);
    assert_eq!(told_to(&mut vsis, &["kps"], &hash(LEFT_OUT)), ["unreleased-value/sha256"]);
    assert_eq!(told_to(&mut vsis, &["kps"], &hash(SENT)), ["unreleased-value/md5"]);
}
