//! Whom a recall reaches, before it is drafted and after; and which recalls wait for whom.

use crate::common::{Org, carried, code, now, orgs};
use comity_link::gate_protocol::GateToDesk;
use comity_node::{
    Answered, BasisDecided, BasisDecision, Had, Reader, RecallNamed, RecallOf, RecallPreview, RecallsWaiting,
    ReleaseDraftRequest, Request, Selection,
};
use comity_release::{RecallAcknowledgement, RecallAction, RecallKind};
use comity_vocab::{Role, Roles, Timestamp};
use serde_json::{Value, json};
use std::path::Path;

fn exchange(one: &mut Org, other: &mut Org) {
    for _ in 0..3 {
        for _ in 0..2 {
            let effects = one.node.take_effects();
            let there: Vec<GateToDesk> = effects
                .iter()
                .filter_map(|e| carried(&one.code, e))
                .filter(|(p, _)| *p == other.code)
                .map(|(_, m)| m)
                .collect();
            other.node.from_gate(now(), there).unwrap();
            std::mem::swap(one, other);
        }
    }
}

fn id(number: usize) -> String {
    format!("malware--00000000-0000-4000-8000-{number:012}")
}

fn import(org: &mut Org, folder: &Path, count: usize) -> Vec<String> {
    let ids: Vec<String> = (0..count).map(id).collect();
    let of = |(number, id): (usize, &String)| {
        json!({ "type": "malware", "spec_version": "2.1", "id": id, "created": "2026-01-01T00:00:00.000Z",
            "modified": "2026-01-01T00:00:00.000Z", "name": format!("Zinnober{number}"), "is_family": false })
    };
    let objects: Vec<Value> = ids.iter().enumerate().map(of).collect();
    let path = folder.join("objects.json");
    let bundle = json!({ "type": "bundle", "id": "bundle--00000000-0000-4000-8000-000000000000", "objects": objects });
    std::fs::write(&path, bundle.to_string()).unwrap();
    let label = Some("TLP:CLEAR".parse().unwrap());
    org.ask_as("alice", &Request::Import { path, origin: "feed".into(), label }).unwrap();
    ids
}

fn asked(to: &[&str], objects: &[String]) -> ReleaseDraftRequest {
    ReleaseDraftRequest {
        selection: Selection { objects: objects.to_vec(), origins: vec![] },
        to: to.iter().map(|code| code.parse().unwrap()).collect(),
        ..Default::default()
    }
}

fn reader(org: &Org) -> Reader {
    Reader::open(org.node.home()).unwrap()
}

fn of_items(items: &[&str]) -> RecallOf {
    RecallOf::Named(RecallNamed { releases: vec![], items: items.iter().map(|id| (*id).to_owned()).collect() })
}

fn preview(org: &Org, of: &RecallOf) -> RecallPreview {
    reader(org).recall_preview(of, 0, 200).unwrap()
}

/// What is said of each partner: items, received, queued, recalled, withheld.
fn partners(shown: &RecallPreview) -> Vec<(&str, [u64; 5])> {
    let counts = |p: &comity_node::RecallPartner| [p.items, p.received, p.queued, p.recalled, p.withheld];
    shown.recipients.iter().map(|partner| (partner.recipient.as_str(), counts(partner))).collect()
}

/// Drafts a recall, which two officers sign.
fn signed(org: &mut Org, releases: Vec<String>, items: Vec<String>, kind: RecallKind) -> String {
    let request = Request::RecallDraft { releases, items, kind };
    let recall = org.ask_as("alice", &request).unwrap()["recall"].as_str().unwrap().to_owned();
    for (officer, role) in [("alice", Role::DeskOfficer), ("bob", Role::ReleasingOfficer)] {
        let prepare = Request::RecallPrepare { recall: recall.clone(), officer: code(officer), role };
        let prepared = org.ask(&prepare).unwrap();
        let proof = org.sign(officer, comity_crypto::Purpose::RecallApproval, &prepared["statement"]).into();
        let officer = code(officer);
        org.ask(&Request::RecallApprove { recall: recall.clone(), officer, role, proof }).unwrap();
    }
    recall
}

#[test]
fn a_preview_says_by_name_who_has_it_and_who_does_not_and_the_draft_names_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let mut all = orgs(folder.path(), 3);
    let (mut kps, mut vsis) = (all.remove(1), all.remove(0));
    let ids = import(&mut vsis, folder.path(), 2);
    let first = vsis.release(asked(&["kps"], &ids[..1])).unwrap();
    exchange(&mut vsis, &mut kps);
    // The second partner is off: what it was given lies here, and another item lies in the same entry.
    let second = vsis.release(asked(&["tfo"], &ids)).unwrap();
    let shown = preview(&vsis, &of_items(&[&ids[0]]));
    assert_eq!(partners(&shown), [("kps", [1, 1, 0, 0, 0]), ("tfo", [1, 0, 1, 0, 1])]);
    let names: Vec<_> = shown.recipients.iter().map(|one| one.name.as_deref().unwrap()).collect();
    assert_eq!(names, ["Organisation kps", "Organisation tfo"]);
    assert_eq!((shown.total, shown.items.len(), shown.public), (1, 1, 0));
    let item = &shown.items[0];
    assert_eq!((item.id.as_str(), item.name.as_deref(), item.held), (&*ids[0], Some("Zinnober0"), true));
    assert_eq!(item.label.as_ref().unwrap().to_string(), "TLP:CLEAR");
    let at: Vec<_> = item.recipients.iter().map(|at| (at.recipient.as_str(), at.state)).collect();
    assert_eq!(at, [("kps", Had::Received), ("tfo", Had::Queued)]);
    let mut releases: Vec<_> = shown.releases.iter().map(|one| (&one.release, one.to.join(","), one.items)).collect();
    releases.sort_by_key(|(_, to, _)| to.clone());
    assert_eq!(releases, [(&first, "kps".into(), 1), (&second, "tfo".into(), 2)]);
    // A whole release reaches the one who knows its items under the same id.
    let whole = preview(&vsis, &RecallOf::Named(RecallNamed { releases: vec![second], items: vec![] }));
    assert_eq!(whole.total, 2);
    // By the id that the partner knows, it is the same.
    let known = item.known_as.first().unwrap().clone();
    assert_eq!(preview(&vsis, &of_items(&[&known])).items[0].id, ids[0]);
    // What is drafted is what was shown.
    let kind = RecallKind::WithdrawError;
    let recall = signed(&mut vsis, vec![], vec![ids[0].clone()], kind);
    let drafted = preview(&vsis, &RecallOf::Drafted(recall.clone()));
    assert_eq!((drafted.digest, partners(&drafted)), (shown.digest, partners(&shown)));
    assert_ne!(whole.digest, shown.digest);
    vsis.ask(&Request::RecallSend { recall: recall.clone() }).unwrap();
    let after = preview(&vsis, &RecallOf::Drafted(recall));
    assert_eq!(partners(&after), [("kps", [1, 0, 0, 1, 0]), ("tfo", [1, 0, 0, 1, 0])]);
    // The name stays: our own object is not recalled from us.
    assert_eq!(after.items[0].name.as_deref(), Some("Zinnober0"));
}

#[test]
fn a_preview_refuses_what_a_draft_refuses() {
    let folder = tempfile::tempdir().unwrap();
    let mut vsis = orgs(folder.path(), 2).remove(0);
    let ids = import(&mut vsis, folder.path(), 1);
    let unsent = vsis.draft(asked(&["kps"], &ids)).unwrap();
    let nowhere = "00000000-0000-4000-8000-000000000009".to_owned();
    let cases = [
        (vec![], vec![]),
        (vec![unsent], vec![]),
        (vec![nowhere.clone()], vec![]),
        (vec![], vec![ids[0].clone()]),
        (vec![], vec![ids[0].clone(), "malware--nothing".into()]),
    ];
    for (releases, items) in cases {
        let kind = RecallKind::Correct;
        let drafting = Request::RecallDraft { releases: releases.clone(), items: items.clone(), kind };
        let of = RecallOf::Named(RecallNamed { releases, items });
        let refused = reader(&vsis).recall_preview(&of, 0, 200).unwrap_err();
        assert_eq!(refused.message, vsis.ask_as("alice", &drafting).unwrap_err().message);
    }
    let unknown = reader(&vsis).recall_preview(&RecallOf::Drafted(nowhere), 0, 200).unwrap_err();
    assert_eq!(unknown.code.as_deref(), Some("unknown"));
}

#[test]
fn a_preview_shows_a_block_and_counts_all() {
    let folder = tempfile::tempdir().unwrap();
    let mut vsis = orgs(folder.path(), 2).remove(0);
    let ids = import(&mut vsis, folder.path(), 250);
    let release = vsis.release(asked(&["kps"], &ids)).unwrap();
    let of = RecallOf::Named(RecallNamed { releases: vec![release], items: vec![] });
    let mut found = Vec::new();
    for (from, shown) in [(0, 200), (200, 50), (400, 0)] {
        let block = reader(&vsis).recall_preview(&of, from, 200).unwrap();
        assert_eq!(
            (block.total, block.items.len(), partners(&block)),
            (250, shown, vec![("kps", [250, 0, 250, 0, 0])])
        );
        found.extend(block.items.into_iter().map(|item| item.id));
    }
    assert_eq!(found, ids);
}

#[test]
fn a_preview_names_the_other_ways_by_which_it_is_held() {
    let folder = tempfile::tempdir().unwrap();
    let mut vsis = orgs(folder.path(), 2).remove(0);
    let ids = import(&mut vsis, folder.path(), 2);
    let selection = Selection { objects: ids[..1].to_vec(), origins: vec![] };
    let prepared = vsis.ask_as("alice", &Request::PublicPrepare { selection }).unwrap();
    let declaration: comity_vocab::Digest = serde_json::from_value(prepared["declaration"].clone()).unwrap();
    for (officer, role) in [("alice", Role::DeskOfficer), ("bob", Role::ReleasingOfficer)] {
        let officer_code = code(officer);
        let asked = vsis.ask(&Request::PublicSignPrepare { declaration, officer: officer_code.clone(), role }).unwrap();
        let proof = vsis.sign(officer, comity_crypto::Purpose::PublicDeclaration, &asked["statement"]).into();
        vsis.ask(&Request::PublicSign { declaration, officer: officer_code, role, proof }).unwrap();
    }
    vsis.release(ReleaseDraftRequest { as_published: true, ..asked(&["kps"], &ids[..1]) }).unwrap();
    vsis.release(asked(&["kps"], &ids[1..])).unwrap();
    let shown = preview(&vsis, &of_items(&[&ids[0], &ids[1]]));
    let public: Vec<bool> = shown.items.iter().map(|item| item.public).collect();
    assert_eq!((shown.public, public), (1, vec![true, false]));
    assert!(!shown.recipients[0].taxii);
    let partner: comity_vocab::OrgCode = "kps".parse().unwrap();
    for (officer, role) in [("alice", Role::DeskOfficer), ("bob", Role::ReleasingOfficer)] {
        let (partner, officer_code) = (partner.clone(), code(officer));
        let prepare = Request::TaxiiPrepare { partner: partner.clone(), officer: officer_code.clone(), role };
        let prepared = vsis.ask(&prepare).unwrap();
        let proof = vsis.sign(officer, comity_crypto::Purpose::TaxiiRecipient, &prepared["statement"]).into();
        vsis.ask(&Request::TaxiiSign { partner, officer: officer_code, role, proof }).unwrap();
    }
    assert!(preview(&vsis, &of_items(&[&ids[1]])).recipients[0].taxii);
}

fn beside<P: rusqlite::Params>(org: &Org, sql: &str, values: P) {
    let holdings = rusqlite::Connection::open(org.node.home().file("holdings/holdings.db")).unwrap();
    assert!(holdings.execute(sql, values).unwrap() > 0, "{sql}");
}

fn roles(some: &[Role]) -> Roles {
    some.iter().copied().collect()
}

fn waiting(org: &Org, some: &[Role], at: Timestamp) -> RecallsWaiting {
    reader(org).recalls_waiting(&roles(some), at).unwrap()
}

const CANNOT_ACT: [Role; 8] = [
    Role::Custodian,
    Role::Analyst,
    Role::SourceHandler,
    Role::RequirementsOfficer,
    Role::SecurityOfficer,
    Role::DataProtectionOfficer,
    Role::OversightInspector,
    Role::LiaisonOfficer,
];

#[test]
fn what_partners_answer_waits_for_those_who_may_recall() {
    let folder = tempfile::tempdir().unwrap();
    let mut all = orgs(folder.path(), 3);
    let (mut kps, mut vsis) = (all.remove(1), all.remove(0));
    let ids = import(&mut vsis, folder.path(), 3);
    vsis.release(asked(&["kps", "tfo"], &ids)).unwrap();
    exchange(&mut vsis, &mut kps);
    let recall = signed(&mut vsis, vec![], ids[..2].to_vec(), RecallKind::WithdrawError);
    // Signed and not sent: for those who may sign and send, and for nobody else.
    for role in [Role::DeskOfficer, Role::ReleasingOfficer, Role::DutyOfficer] {
        let found = waiting(&vsis, &[role], now());
        assert_eq!((found.count(), found.ours[0].state.as_str(), found.ours[0].answers.len()), (1, "approved", 0));
    }
    let others = waiting(&vsis, &CANNOT_ACT, now());
    assert!(others.ours.is_empty() && others.theirs.is_empty() && others.count() == 0);
    vsis.ask(&Request::RecallSend { recall: recall.clone() }).unwrap();
    exchange(&mut vsis, &mut kps);
    let states = |org: &Org, at: Timestamp| {
        let found = waiting(org, &[Role::DutyOfficer], at);
        let answers = found.ours.first().map(|one| one.answers.clone()).unwrap_or_default();
        (found.count(), answers.iter().map(|answer| (answer.state, answer.items)).collect::<Vec<_>>())
    };
    assert_eq!(states(&vsis, now()), (0, vec![(Answered::Confirmed, 2), (Answered::Outstanding, 2)]));
    let late = now().plus_seconds(25 * 3600);
    assert_eq!(states(&vsis, late), (1, vec![(Answered::Confirmed, 2), (Answered::Overdue, 2)]));
    let said = waiting(&vsis, &[Role::DutyOfficer], now()).ours[0].answers[0].said.clone().unwrap();
    assert_eq!((said.located_copies, said.actions_taken), (2, [RecallAction::Erased].into()));
    // Who speaks with partners hears of the late one; who only reads or keeps keys does not.
    assert_eq!(waiting(&vsis, &[Role::LiaisonOfficer], late).count(), 1);
    assert!(waiting(&vsis, &CANNOT_ACT[..7], late).ours.is_empty());
    // A partner that keeps what it has.
    let put = |state: &str| {
        let kept = RecallAcknowledgement {
            recall_id: recall.parse().unwrap(),
            received: true,
            located_copies: 2,
            derived_products: 0,
            derived_released_ids: Default::default(),
            actions_taken: [RecallAction::KeptByLaw].into(),
            completed_at: None,
        };
        let answer = serde_json::to_string(&kept).unwrap();
        beside(&vsis, "UPDATE recall_recipient SET state = ?1, answer = ?2 WHERE recipient = 'tfo'", (state, answer));
    };
    put("refused");
    assert_eq!(states(&vsis, now()), (1, vec![(Answered::Confirmed, 2), (Answered::Refused, 2)]));
    // For thirty days; after that the board alone says so.
    assert_eq!(states(&vsis, now().plus_seconds(31 * 86_400)).0, 0);
    put("confirmed");
    assert_eq!(states(&vsis, now()).0, 0);
    // Answered by all: it stands for a week, and then the board alone says it.
    assert_eq!(states(&vsis, now().plus_seconds(6 * 86_400)).1.len(), 2);
    assert_eq!(states(&vsis, now().plus_seconds(8 * 86_400)).1.len(), 0);
}

#[test]
fn a_partner_that_was_told_nothing_waits_until_a_later_recall_tells_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut vsis = orgs(folder.path(), 2).remove(0);
    let ids = import(&mut vsis, folder.path(), 2);
    vsis.release(asked(&["kps"], &ids)).unwrap();
    let recall = signed(&mut vsis, vec![], ids.clone(), RecallKind::Correct);
    vsis.ask(&Request::RecallSend { recall: recall.clone() }).unwrap();
    let count = |org: &Org| waiting(org, &[Role::DeskOfficer], now()).count();
    assert_eq!(count(&vsis), 0);
    // As it is written where the partner has another key than the one that was signed for.
    beside(&vsis, "UPDATE recall_recipient SET log_seq = NULL WHERE recall = ?1", [&recall]);
    let found = waiting(&vsis, &[Role::DeskOfficer], now());
    assert_eq!((found.count(), found.ours[0].answers[0].state), (1, Answered::NotSent));
    for (items, left) in [(&ids[..1], 1), (&ids[..], 0)] {
        vsis.later(60);
        let recall = signed(&mut vsis, vec![], items.to_vec(), RecallKind::Correct);
        vsis.ask(&Request::RecallSend { recall }).unwrap();
        assert_eq!(count(&vsis), left);
    }
}

#[test]
fn what_rests_on_a_partners_recall_waits_for_those_who_decide() {
    for kind in [RecallKind::WithdrawError, RecallKind::Correct] {
        let folder = tempfile::tempdir().unwrap();
        let mut both = orgs(folder.path(), 2);
        let (mut kps, mut vsis) = (both.pop().unwrap(), both.pop().unwrap());
        let ids = import(&mut kps, folder.path(), 1);
        let release = kps.release(asked(&["vsis"], &ids)).unwrap();
        exchange(&mut kps, &mut vsis);
        let shown = kps.ask(&Request::ReleaseShow { release: release.clone() }).unwrap();
        let here = shown["items"][0]["released_id"].as_str().unwrap().to_owned();
        let label = Some("TLP:GREEN".parse().unwrap());
        let selection = Selection { objects: vec![here], origins: vec![] };
        let note = Request::WriteNote { selection, text: "We saw it too.".into(), label };
        let object = vsis.ask_as("hal", &note).unwrap()["id"].as_str().unwrap().to_owned();
        let recall = signed(&mut kps, vec![release], vec![], kind);
        kps.ask(&Request::RecallSend { recall }).unwrap();
        exchange(&mut kps, &mut vsis);
        let found = waiting(&vsis, &[Role::ReleasingOfficer], now());
        let one = &found.theirs[0];
        let counts = if kind.withdraws() { (1, 0) } else { (0, 1) };
        assert_eq!((found.count(), one.from.as_str(), one.items, one.kind), (1, "kps", 1, Some(kind)));
        assert_eq!((one.to_decide, one.to_look_at), counts);
        let others = [&CANNOT_ACT[..], &[Role::DutyOfficer]].concat();
        assert!(waiting(&vsis, &others, now()).theirs.is_empty(), "told to somebody who cannot decide");
        // It waits as long as nobody decided.
        assert_eq!(waiting(&vsis, &[Role::DeskOfficer], now().plus_seconds(90 * 86_400)).count(), 1);
        let notice = one.recall.clone();
        let decide =
            |decision| Request::RecallDecide(BasisDecided { recall: notice.clone(), object: object.clone(), decision });
        if !kind.withdraws() {
            // A correction took nothing away: there is nothing to hold back, only to look at.
            assert!(vsis.ask_as("alice", &decide(BasisDecision::Withdraw)).is_err());
        }
        vsis.ask_as("alice", &decide(BasisDecision::Keep)).unwrap();
        let after = waiting(&vsis, &[Role::DeskOfficer], now());
        assert_eq!((after.count(), after.theirs.len()), (0, usize::from(!kind.withdraws())));
        assert_eq!(waiting(&vsis, &[Role::DeskOfficer], now().plus_seconds(8 * 86_400)).theirs.len(), 0);
        vsis.ask(&Request::Verify).unwrap();
    }
}
