//! A partner with the version before: what it said on the wire, recorded word for word, and what this version answers. The two real
//! programs meet in the long run (`comity/tests/exchange/previous.rs`).

use crate::common::raw::raw;
use crate::common::{Org, code, now, orgs};
use comity_link::gate_protocol::{DeskToGate, GateToDesk, LinkState};
use comity_link::{Control, Payload};
use comity_node::{DocumentDraftRequest, Request};
use comity_store::desk::Direction;
use comity_vocab::{EntryKind, Form};
use serde_json::json;

const TOOL: &str = "tool--55555555-5555-4555-8555-555555555555";

/// What the version before writes: a part of a release, a recall of it, what became of an entry, the answer to a recall.
const RELEASE: &str = r#"{"kind":"release","release":"5e9f8f0a-8b1c-4b7e-9f63-1f0a3a6a0c11","part":0,"parts":1,"label":"TLP:GREEN","policy":"comity-release-policy/3","items":[["tool--55555555-5555-4555-8555-555555555555","2026-02-01T00:00:00.000Z"]]}"#;
const BUNDLE: &str = r#"{"type":"bundle","id":"bundle--0a8f3c52-50a1-4b39-a9a1-5b3b4f2f6b77","objects":[{"type":"tool","spec_version":"2.1","id":"tool--55555555-5555-4555-8555-555555555555","created":"2026-02-01T00:00:00.000Z","modified":"2026-02-01T00:00:00.000Z","name":"Lantern"}]}"#;
const PARKED: &str = r#"{"kind":"entry_status","fields":{"seq":0,"status":{"parked":"unknown-kind"}}}"#;
const RECALL: &str = r#"{"kind":"recall_notice","fields":{"recall_id":"b52a7c0e-70a3-4d0c-8f55-0f9a4b7e2f10","recall_kind":"withdraw_error","precedence":"immediate","item_refs":["tool--55555555-5555-4555-8555-555555555555"],"instruction":"INSTRUCTION","receipt_due":"2026-03-06T10:00:00Z","action_due":"2026-03-08T10:00:00Z"}}"#;

fn arrives(from: &Org, to: &mut Org, seq: u64, payload: &str) {
    let message = raw(from, to, seq, payload);
    to.node.from_gate(now(), vec![message]).unwrap();
}

#[test]
fn a_partner_of_the_version_before_stays_linked_and_is_sent_what_it_knows() {
    let folder = tempfile::tempdir().unwrap();
    let mut both = orgs(folder.path(), 2);
    let (kps, mut vsis) = (both.pop().unwrap(), both.pop().unwrap());
    let state =
        GateToDesk::PeerState { peer: kps.code.clone(), state: LinkState::Reachable, their_next_seq: None, waiting: 0 };
    vsis.node.from_gate(now(), vec![state]).unwrap();
    arrives(&kps, &mut vsis, 0, &format!("{PARKED}\n"));
    arrives(&kps, &mut vsis, 1, &format!("{RELEASE}\n{BUNDLE}"));
    let reader = comity_node::Reader::open(vsis.node.home()).unwrap();
    assert!(reader.show(TOOL).is_ok());
    drop(reader);
    let instruction = comity_release::RecallKind::WithdrawError.instruction();
    arrives(&kps, &mut vsis, 2, &format!("{}\n", RECALL.replace("INSTRUCTION", instruction)));
    let shown = vsis.ask(&Request::LinkShow { partner: kps.code.clone() }).unwrap();
    assert_eq!(shown["state"], "active");
    assert_eq!(shown["out"]["parked"][0]["reason"], "unknown-kind", "what it does not know, it says: {shown}");
    assert_eq!(shown["in"]["parked"], json!([]), "and everything it says is understood");
    let hello = DocumentDraftRequest {
        author: Some(code("alice")),
        form: Form::Hello,
        fields: json!({ "text": "Good morning." }),
        to: vec![kps.code.clone()],
        label: "TLP:AMBER".parse().unwrap(),
        expires: None,
    };
    assert!(vsis.ask_as("alice", &Request::DocumentDraft(hello)).is_err());
    // Beside the one control that it parks, it was sent kinds of its own version only, as it writes them.
    let sent: Vec<Payload> = vsis
        .node
        .take_effects()
        .iter()
        .filter_map(|effect| match effect {
            DeskToGate::Send { outgoing, .. } => Some(outgoing.seq()),
            _ => None,
        })
        .map(|seq| payload_of(&vsis, seq))
        .collect();
    let kinds: Vec<EntryKind> = sent
        .iter()
        .map(|payload| match payload {
            Payload::Control(control) => control.kind(),
            _ => EntryKind::Unreadable,
        })
        .collect();
    assert_eq!(
        kinds,
        [EntryKind::Control, EntryKind::EntryStatus, EntryKind::RecallAcknowledgement, EntryKind::EntryStatus]
    );
    let Some(Payload::Control(Control::RecallAcknowledgement(answer))) = sent.get(2) else { panic!("an answer") };
    assert_eq!((answer.located_copies, answer.completed_at.is_some()), (1, true));
}

/// What an entry of ours says, as it stands in the log.
fn payload_of(org: &Org, seq: u64) -> Payload {
    let holdings = comity_store::Holdings::open(
        &org.node.home().path().join("holdings/holdings.db"),
        comity_store::Mode::ReadOnly,
    )
    .unwrap();
    let rows = holdings.view().desk().log_from("kps", Direction::Out, seq, 1).unwrap();
    Payload::parse(rows[0].payload.as_deref().unwrap())
}
