//! Documents from one desk to another: through the door of a release, held, checked, recalled; and what is not understood.

use crate::common::raw::raw;
use crate::common::{Org, code, in_database, messages, now, orgs};
use comity_crypto::Purpose;
use comity_link::gate_protocol::{GateToDesk, LinkState};
use comity_link::{Payload, ProofFault, Stated};
use comity_node::{DocumentDraftRequest, DocumentNamed, DocumentsAsked, Failure, PartnerNamed, Request};
use comity_vocab::{Form, Role};
use serde_json::{Value, json};

const TEXT: &str = "Good morning from the lighthouse. The way is open.";

fn carry(one: &mut Org, other: &mut Org) {
    for _ in 0..4 {
        let there = messages(one, other);
        other.node.from_gate(now(), there).unwrap();
        let back = messages(other, one);
        one.node.from_gate(now(), back).unwrap();
    }
}

/// Has both gates say that they reach each other, and carries what follows.
fn connect(one: &mut Org, other: &mut Org) {
    reached(one, other.code.clone());
    reached(other, one.code.clone());
    carry(one, other);
}

pub(crate) fn reached(org: &mut Org, peer: comity_vocab::OrgCode) {
    let state = GateToDesk::PeerState { peer, state: LinkState::Reachable, their_next_seq: None, waiting: 0 };
    org.node.from_gate(now(), vec![state]).unwrap();
}

fn pair(folder: &std::path::Path) -> (Org, Org) {
    let mut both = orgs(folder, 2);
    let (mut kps, mut vsis) = (both.pop().unwrap(), both.pop().unwrap());
    connect(&mut vsis, &mut kps);
    (vsis, kps)
}

pub(crate) fn hello(to: &str, text: &str) -> DocumentDraftRequest {
    DocumentDraftRequest {
        author: Some(code("alice")),
        form: Form::Hello,
        fields: json!({ "text": text }),
        to: vec![to.parse().unwrap()],
        label: "TLP:AMBER".parse().unwrap(),
        expires: None,
    }
}

/// Drafts as alice and signs as author.
fn draft(org: &mut Org, request: DocumentDraftRequest) -> Result<String, Failure> {
    let drafted = org.ask_as("alice", &Request::DocumentDraft(request))?;
    let release = drafted["release"].as_str().unwrap().to_owned();
    let proof = org.sign("alice", Purpose::Approval, &drafted["author_statement"]).into();
    org.ask(&Request::ReleaseSign { release: release.clone(), officer: code("alice"), role: Role::Analyst, proof })?;
    Ok(release)
}

pub(crate) fn send(org: &mut Org, request: DocumentDraftRequest) -> Result<String, Failure> {
    let release = draft(org, request)?;
    org.approve(&release)?;
    org.ask(&Request::ReleaseSend { release: release.clone() })?;
    Ok(release)
}

pub(crate) fn show(org: &mut Org, document: &str) -> Value {
    org.ask(&Request::DocumentShow(DocumentNamed { document: document.to_owned() })).unwrap()
}

#[test]
fn a_greeting_leaves_through_the_door_arrives_is_checked_by_a_third_and_is_recalled() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vsis, mut kps) = pair(folder.path());
    let document = send(&mut vsis, hello("kps", TEXT)).unwrap();
    carry(&mut vsis, &mut kps);

    let listed = kps.ask(&Request::DocumentList(DocumentsAsked::default())).unwrap();
    assert_eq!(
        (&listed["received"][0]["document"], &listed["received"][0]["from"]),
        (&json!(document), &json!("vsis"))
    );
    assert!(!listed.to_string().contains("lighthouse"), "a list holds no words: {listed}");
    let copy = show(&mut kps, &document)["copies"][0].clone();
    assert_eq!(
        (&copy["body"]["text"], &copy["label"], &copy["contradicts"]),
        (&json!(TEXT), &json!("TLP:AMBER"), &json!(false))
    );
    let deliveries = vsis.ask(&Request::ReleaseShow { release: document.clone() }).unwrap()["deliveries"].clone();
    assert_eq!((&deliveries[0]["state"], &deliveries[0]["receipted"]), (&json!("applied"), &json!(true)));

    // A third that has no link with the sender checks the bytes that kps hands over.
    let file = copy["file"].as_str().unwrap().to_owned();
    let Payload::Document(handed) = Payload::parse(file.as_bytes()) else { panic!("a document") };
    let (header, proof) = (&handed.header, handed.header.proof.as_ref().unwrap());
    let stated = Stated { form: header.form, document: header.document, label: &header.label };
    let organisation = proof.organisation;
    assert_eq!(proof.check(&organisation, &stated, &handed.body), Ok(()));
    assert_eq!(proof.check(&organisation, &stated, b"{\"text\":\"another\"}"), Err(ProofFault::BadSignature));

    let kind = comity_release::RecallKind::WithdrawError;
    let named = Request::RecallDraft { releases: vec![], items: vec![format!("document--{document}")], kind };
    assert_eq!(vsis.ask_as("alice", &named).unwrap()["recipients"], json!(["kps"]));
    let recall = vsis.recall(std::slice::from_ref(&document)).unwrap();
    carry(&mut vsis, &mut kps);
    let gone = show(&mut kps, &document)["copies"][0].clone();
    assert!(gone.get("body").is_none() && gone.get("file").is_none() && gone["recalled"].is_string(), "{gone}");
    kps.node.from_gate(now(), vec![]).unwrap();
    assert!(!in_database(&kps, "lighthouse"), "the words are erased at the recipient");
    let board = vsis.ask(&Request::RecallBoard).unwrap();
    let line = board["recalls"].as_array().unwrap().iter().find(|line| line["recall"] == recall.as_str()).unwrap();
    assert_eq!(line["recipients"][0]["state"], "confirmed", "{board}");
    assert_eq!(line["recipients"][0]["answer"]["located_copies"], 1, "{board}");
    // What is left still proves that a document was signed, and leaves nothing to guess.
    let left: comity_link::ErasedProof = serde_json::from_value(gone["proof"].clone()).unwrap();
    assert_eq!(left.check(&organisation, &stated), Ok(()));
    for org in [&mut vsis, &mut kps] {
        org.ask(&Request::Verify).unwrap();
    }
}

#[test]
fn nobody_is_sent_what_it_has_not_said_it_can_receive() {
    let folder = tempfile::tempdir().unwrap();
    let mut both = orgs(folder.path(), 2);
    let (mut kps, mut vsis) = (both.pop().unwrap(), both.pop().unwrap());
    let refused = draft(&mut vsis, hello("kps", TEXT)).unwrap_err().message;
    assert_eq!(refused, "kps cannot receive hello/1: its node has not said what it can receive");
    // One that says so, and leaves the form out.
    let other = json!({ "kind": "control", "control": "features/1",
        "fields": { "forms": ["hello/2"], "controls": [], "protocols": ["match/1"] } });
    let said = raw(&kps, &mut vsis, 0, &format!("{other}\n"));
    vsis.node.from_gate(now(), vec![said]).unwrap();
    let refused = draft(&mut vsis, hello("kps", TEXT)).unwrap_err().message;
    assert_eq!(refused, "kps cannot receive hello/1: its node does not know the form");
    let shown = vsis.ask(&Request::LinkFeatures(PartnerNamed { partner: "kps".parse().unwrap() })).unwrap();
    assert_eq!(shown["theirs"]["protocols"], json!(["match/1"]), "what is newer than us is kept as it was said");
    // A draft for both is refused where one of the two cannot receive it, and nothing of it is kept.
    assert_eq!(vsis.ask(&Request::DocumentList(DocumentsAsked::default())).unwrap()["ours"], json!([]));
    drop(kps.node.take_effects());
}

#[test]
fn the_door_is_the_same_as_for_objects() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vsis, mut kps) = pair(folder.path());
    // The leak check reads every word: an officer's name stops it, and the second officer cannot sign.
    let named = draft(&mut vsis, hello("kps", "BOB Xylander-bob says good morning.")).unwrap();
    assert!(vsis.approve(&named).is_err());
    // Without the second officer nothing leaves, and an author does not sign twice.
    let alone = draft(&mut vsis, hello("kps", TEXT)).unwrap();
    assert!(vsis.ask(&Request::ReleaseSend { release: alone.clone() }).is_err());
    let (release, officer, overrides) = (alone, code("alice"), Default::default());
    assert!(vsis.ask_as("alice", &Request::ReleaseApprovePrepare { release, officer, overrides }).is_err());
    // Neither a label that does not permit the recipient, nor fields that the form does not have.
    let label = "TLP:AMBER//REL TO tfo".parse().unwrap();
    let refused = draft(&mut vsis, DocumentDraftRequest { label, ..hello("kps", TEXT) }).unwrap_err().message;
    assert_eq!(refused, "the label TLP:AMBER//REL TO tfo does not permit kps");
    for fields in [json!({}), json!({ "text": "a", "more": 1 }), json!({ "text": "x".repeat(281) }), json!("a")] {
        assert!(draft(&mut vsis, DocumentDraftRequest { fields, ..hello("kps", TEXT) }).is_err());
    }
    let releaser = vsis.ask_as("bob", &Request::DocumentDraft(hello("kps", TEXT)));
    assert!(releaser.is_err(), "a releasing officer alone does not write");
    carry(&mut vsis, &mut kps);
    assert_eq!(
        kps.ask(&Request::DocumentList(DocumentsAsked::default())).unwrap()["received"],
        json!([]),
        "nothing left"
    );
}

/// The payload of a document that kps holds, with another one in its place.
fn tampered(file: &str, change: impl FnOnce(&mut Value, &mut String)) -> String {
    let (line, body) = file.split_once('\n').unwrap();
    let (mut line, mut body) = (serde_json::from_str::<Value>(line).unwrap(), body.to_owned());
    change(&mut line, &mut body);
    format!("{line}\n{body}")
}

#[test]
fn what_cannot_be_held_is_parked_said_and_kept_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vsis, mut kps) = pair(folder.path());
    let document = send(&mut vsis, hello("kps", TEXT)).unwrap();
    carry(&mut vsis, &mut kps);
    let file = show(&mut kps, &document)["copies"][0]["file"].as_str().unwrap().to_owned();
    let fresh = "00000000-0000-4000-8000-000000000001";
    type Change = fn(&mut Value, &mut String);
    let cases: [(&str, &str, Change); 9] = [
        ("a form of a newer version", "unknown-kind", |line, _| line["form"] = json!("hello/2")),
        ("a field that the kind does not have", "malformed", |line, _| line["more"] = json!(1)),
        ("a field that the form does not have", "malformed", |_, body| *body = r#"{"text":"a","more":1}"#.to_owned()),
        ("another body", "malformed", |_, body| *body = r#"{"text":"another zinnober"}"#.to_owned()),
        ("another label", "malformed", |line, _| line["label"] = json!("TLP:GREEN")),
        ("no proof", "malformed", |line, _| drop(line.as_object_mut().unwrap().remove("proof"))),
        ("what narrows, in a form that does not", "malformed", |line, _| line["narrows"] = json!([])),
        ("an answer, to a form that has none", "malformed", |line, _| line["reply_to"] = line["document"].clone()),
        ("a proof of another document", "malformed", |line, _| {
            line["document"] = json!("00000000-0000-4000-8000-000000000001")
        }),
    ];
    let next =
        kps.ask(&Request::LinkShow { partner: "vsis".parse().unwrap() }).unwrap()["in"]["size"].as_u64().unwrap();
    let count = cases.len() as u64;
    for ((what, reason, change), seq) in cases.into_iter().zip(next..) {
        let payload = tampered(&file, change);
        let arrived = raw(&vsis, &mut kps, seq, &payload);
        kps.node.from_gate(now(), vec![arrived]).unwrap();
        let shown = kps.ask(&Request::LinkShow { partner: "vsis".parse().unwrap() }).unwrap();
        let parked = shown["in"]["parked"].as_array().unwrap().last().unwrap().clone();
        assert_eq!((parked["seq"].as_u64(), parked["reason"].as_str()), (Some(seq), Some(reason)), "{what}: {shown}");
    }
    assert!(show_fails(&mut kps, fresh), "nothing of it is a document");
    assert_eq!(
        kps.ask(&Request::DocumentList(DocumentsAsked::default())).unwrap()["received"].as_array().unwrap().len(),
        1
    );
    // Later entries flow.
    let last = tampered(&file, |_, _| ());
    let arrived = raw(&vsis, &mut kps, next + count, &last);
    kps.node.from_gate(now(), vec![arrived]).unwrap();
    let copies = show(&mut kps, &document)["copies"].clone();
    assert_eq!(copies.as_array().unwrap().len(), 1, "the same words twice are held once");
    // Nothing of what was parked, and no second copy, stays in the log, where no recall would find it.
    assert!(!in_database(&kps, "zinnober"));
    let conn = rusqlite::Connection::open(kps.node.home().path().join("holdings/holdings.db")).unwrap();
    let kept: i64 = conn
        .query_row(
            "SELECT count(*) FROM log_entry WHERE direction = 1 AND instr(payload, 'lighthouse') > 0",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(kept, 1);
}

/// Signs a document as the node of `from` would, under an identifier of one's own choosing.
fn signed(from: &Org, document: &str, label: &str, text: &str) -> String {
    let home = comity_node::Home::open(from.node.home().path()).unwrap();
    let keys = comity_node::HomeKeys::open(&home, crate::common::PASSPHRASE).unwrap();
    let organisation = keys.organisation.verifying_key();
    let certificate = comity_link::certify_node(&keys.organisation, keys.node.verifying_key(), now());
    let body = json!({ "text": text }).to_string();
    let salt = [5; 32];
    let committed = comity_crypto::commitment(&salt, body.as_bytes());
    let lines = format!("comity-document/1\n{organisation}\nhello/1\n{document}\n{label}\n-\n{committed}\n");
    let signature = keys.node.sign(Purpose::Document, lines.as_bytes());
    let line = json!({ "kind": "document", "document": document, "form": "hello/1", "label": label, "policy": "another",
        "proof": { "organisation": organisation, "certificate": certificate, "salt": comity_vocab::Digest(salt),
            "signature": signature } });
    format!("{line}\n{body}")
}

#[test]
fn what_a_partner_contradicts_is_kept_beside_it_and_hides_nothing_of_ours() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vsis, mut kps) = pair(folder.path());
    let ours = send(&mut kps, hello("vsis", TEXT)).unwrap();
    let next =
        kps.ask(&Request::LinkShow { partner: "vsis".parse().unwrap() }).unwrap()["in"]["size"].as_u64().unwrap();
    let id = "00000000-0000-4000-8000-000000000007";
    let said = [
        (id, "TLP:AMBER", "first words"),
        (id, "TLP:CLEAR", "first words"),
        (id, "TLP:AMBER", "other words"),
        (ours.as_str(), "TLP:AMBER", "words under an identifier of theirs"),
    ];
    let mut seq = next;
    for (document, label, text) in said {
        let arrived = raw(&vsis, &mut kps, seq, &signed(&vsis, document, label, text));
        kps.node.from_gate(now(), vec![arrived]).unwrap();
        seq += 1;
    }
    let copies = show(&mut kps, id)["copies"].clone();
    let flags: Vec<&Value> = copies.as_array().unwrap().iter().map(|copy| &copy["contradicts"]).collect();
    assert_eq!(flags, [&json!(false), &json!(true), &json!(true)], "another label, another body");
    assert_eq!(copies[0]["body"]["text"], "first words");
    let both = show(&mut kps, &ours);
    assert_eq!(both["ours"]["parts"][0]["bytes"], format!("{{\"text\":\"{TEXT}\"}}"));
    assert_eq!(both["copies"][0]["body"]["text"], "words under an identifier of theirs");
    // Enough to prove that they contradict each other, and not as many as somebody likes to send.
    for number in 0..12 {
        let arrived = raw(&vsis, &mut kps, seq, &signed(&vsis, id, "TLP:AMBER", &format!("words {number}")));
        kps.node.from_gate(now(), vec![arrived]).unwrap();
        seq += 1;
    }
    assert_eq!(show(&mut kps, id)["copies"].as_array().unwrap().len(), comity_desk::inbound::COPIES_MAX);
    let listed = kps.ask(&Request::DocumentList(DocumentsAsked { skip: 7, ..DocumentsAsked::default() })).unwrap();
    assert_eq!((&listed["received_total"], listed["received"].as_array().unwrap().len()), (&json!(9), 2));
    let beyond = DocumentsAsked { skip: u64::MAX, ..DocumentsAsked::default() };
    assert!(kps.ask(&Request::DocumentList(beyond)).is_err());
    drop(vsis.node.take_effects());
}

#[test]
fn a_document_that_was_changed_in_the_store_is_not_shown_and_nothing_is_called_clean() {
    for change in [
        "UPDATE log_entry SET salt = NULL, payload = CAST(replace(CAST(payload AS TEXT), 'morning', 'evening') AS BLOB) WHERE kind = 'document'",
        "UPDATE log_entry SET payload = NULL, salt = NULL WHERE kind = 'document'",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let (mut vsis, mut kps) = pair(folder.path());
        let document = send(&mut vsis, hello("kps", TEXT)).unwrap();
        carry(&mut vsis, &mut kps);
        kps.ask(&Request::Verify).unwrap();
        let conn = rusqlite::Connection::open(kps.node.home().path().join("holdings/holdings.db")).unwrap();
        assert_eq!(conn.execute(change, []).unwrap(), 1);
        drop(conn);
        assert!(show(&mut kps, &document)["copies"][0].get("body").is_none(), "{change}");
        let failed = kps.ask(&Request::Verify).unwrap_err().message;
        assert!(failed.contains("the document is not there whole"), "{failed}");
        let own = draft(&mut kps, hello("vsis", "quite another thing, written by ourselves this morning")).unwrap();
        assert!(kps.approve(&own).is_err(), "{change}");
    }
}

#[test]
fn a_recall_reaches_an_object_that_is_called_a_document() {
    let folder = tempfile::tempdir().unwrap();
    let (vsis, mut kps) = pair(folder.path());
    let id = "document--00000000-0000-4000-8000-000000000009";
    let bundle = json!({ "type": "bundle", "id": "bundle--00000000-0000-4000-8000-000000000001", "objects": [{ "type": "document",
        "spec_version": "2.1", "id": id, "created": "2026-02-01T00:00:00.000Z", "modified": "2026-02-01T00:00:00.000Z",
        "name": "Zinnoberkraut" }] });
    let line = json!({ "kind": "release", "release": "00000000-0000-4000-8000-000000000002", "part": 0, "parts": 1,
        "label": "TLP:GREEN", "policy": "another", "items": [[id, "2026-02-01T00:00:00.000Z"]] });
    let next =
        kps.ask(&Request::LinkShow { partner: "vsis".parse().unwrap() }).unwrap()["in"]["size"].as_u64().unwrap();
    let arrived = raw(&vsis, &mut kps, next, &format!("{line}\n{bundle}"));
    kps.node.from_gate(now(), vec![arrived]).unwrap();
    assert!(in_database(&kps, "Zinnoberkraut"));
    let kind = comity_release::RecallKind::WithdrawError;
    let notice = json!({ "kind": "recall_notice", "fields": { "recall_id": "00000000-0000-4000-8000-000000000003",
        "recall_kind": kind, "precedence": "immediate", "item_refs": [id], "instruction": kind.instruction(),
        "receipt_due": now(), "action_due": now() } });
    let arrived = raw(&vsis, &mut kps, next + 1, &format!("{notice}\n"));
    kps.node.from_gate(now(), vec![arrived]).unwrap();
    kps.node.from_gate(now(), vec![]).unwrap();
    assert!(!in_database(&kps, "Zinnoberkraut"));
}

fn show_fails(org: &mut Org, document: &str) -> bool {
    org.ask(&Request::DocumentShow(DocumentNamed { document: document.to_owned() })).is_err()
}

#[test]
fn a_node_says_once_in_a_generation_what_it_can_receive() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vsis, kps) = pair(folder.path());
    let size =
        |org: &mut Org| org.ask(&Request::LinkShow { partner: "kps".parse().unwrap() }).unwrap()["out"]["size"].clone();
    let before = size(&mut vsis);
    reached(&mut vsis, kps.code.clone());
    assert_eq!(size(&mut vsis), before);
    let shown = vsis.ask(&Request::LinkFeatures(PartnerNamed { partner: "kps".parse().unwrap() })).unwrap();
    assert_eq!((&shown["ours"], &shown["theirs"]["forms"]), (&shown["theirs"], &json!(["hello/1"])));
}

#[test]
fn words_of_a_document_that_arrived_are_not_passed_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut all = orgs(folder.path(), 3);
    let (mut tfo, mut kps, mut vsis) = (all.pop().unwrap(), all.pop().unwrap(), all.pop().unwrap());
    connect(&mut vsis, &mut kps);
    connect(&mut kps, &mut tfo);
    let said = "the grey ferry leaves the northern quay before sunrise on every second tuesday, ask 203.0.113.77";
    let checked = draft(&mut kps, hello("tfo", said)).unwrap();
    kps.approve(&checked).unwrap();
    let document = send(&mut vsis, hello("kps", said)).unwrap();
    carry(&mut vsis, &mut kps);
    // What was clean before it arrived is not sent on the check of before.
    assert!(kps.ask(&Request::ReleaseSend { release: checked }).is_err());
    let copied = draft(&mut kps, hello("tfo", said)).unwrap();
    assert!(kps.approve(&copied).is_err());
    let named = draft(&mut kps, hello("tfo", &format!("see {document}"))).unwrap();
    assert!(kps.approve(&named).is_err());
    let value = draft(&mut kps, hello("tfo", "block 203.0.113.77")).unwrap();
    assert!(kps.approve(&value).is_err(), "a value that only the document has");
    let other = draft(&mut kps, hello("tfo", "quite another thing, written by ourselves this morning")).unwrap();
    kps.approve(&other).unwrap();
    // What was recalled is not looked for any more: nothing of it is held.
    vsis.recall(std::slice::from_ref(&document)).unwrap();
    carry(&mut vsis, &mut kps);
    let after = draft(&mut kps, hello("tfo", said)).unwrap();
    kps.approve(&after).unwrap();
}
