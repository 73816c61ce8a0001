//! What two persons sign besides releases: each signature holds for exactly one act, and for two different persons.

use crate::support::*;
use comity_crypto::{Purpose, SigningKey, VerifyingKey, sha256};
use comity_release::{
    Agreement, Approval, LinkAct, LinkActKind, LinkDeed, PublicDeclaration, RecallDraft, RecallKind, RecipientSwitch,
    Refusal, ReleaseId, agree, authorise_public, authorise_recall, confirm_recall, counts_for, version_digest,
};
use comity_vocab::{Role, Suspension};
use std::collections::{BTreeMap, BTreeSet};

fn key(seed: u8) -> VerifyingKey {
    SigningKey::from_seed(&[seed; 32]).verifying_key()
}

/// Everybody holds the roles of both sides, so that only the person and the signature decide.
fn people() -> Vec<Person> {
    let all = [Role::Analyst, Role::DeskOfficer, Role::ReleasingOfficer, Role::SecurityOfficer, Role::Custodian];
    vec![
        person("alice", 1, &all),
        person("bob", 2, &all),
        person("alias", 1, &all),
        person("carol", 3, &[Role::Analyst]),
        person("dora", 4, &[Role::DutyOfficer]),
    ]
}

fn sign<A: Agreement>(act: &A, person: &Person, role: Role) -> Approval {
    person.sign(act.pair().purpose, &act.statement(), role, &[])
}

/// Asserts that the statements of these acts are all different, and that two signatures over one count for no other.
fn each_is_signed_for_itself<A: Agreement + Clone>(acts: &[A], first: Role, second: Role) {
    let people = people();
    for (n, signed) in acts.iter().enumerate() {
        let approvals = [sign(signed, &people[0], first), sign(signed, &people[1], second)];
        for (m, act) in acts.iter().enumerate() {
            assert_eq!(signed.statement() == act.statement(), n == m, "statements {n} and {m}");
            let agreed = agree(act.clone(), &approvals, &look_up(&people)).map(drop);
            let counts = counts_for(act, &approvals[0], &look_up(&people));
            if n == m {
                assert_eq!((agreed, counts), (Ok(()), Ok(())), "act {n}");
            } else {
                let refused = Err(Refusal::BadSignature { officer: people[0].code.clone() });
                assert_eq!((agreed, counts), (refused.clone(), refused), "signed {n}, done {m}");
            }
        }
    }
}

fn link_act(deed: LinkDeed) -> LinkAct {
    LinkAct { organisation: "vsis".parse().unwrap(), partner: "kps".parse().unwrap(), key: key(30), deed, made: now() }
}

fn switch() -> RecipientSwitch {
    RecipientSwitch {
        organisation: "vsis".parse().unwrap(),
        partner: "kps".parse().unwrap(),
        key: key(30),
        made: now(),
    }
}

fn declaration() -> PublicDeclaration {
    PublicDeclaration { organisation: "vsis".parse().unwrap(), versions: [version_digest("a", "1", b"x")].into() }
}

fn given(items: &[&str]) -> BTreeSet<String> {
    items.iter().map(|item| (*item).to_owned()).collect()
}

fn resume(stopped_by: &str) -> LinkDeed {
    LinkDeed::Resume { suspension: Some(Suspension::Officer { officer: stopped_by.parse().unwrap() }) }
}

fn recall() -> RecallDraft {
    RecallDraft::new(
        uuid::Uuid::from_u128(7),
        "vsis".parse().unwrap(),
        RecallKind::WithdrawError,
        BTreeSet::from([ReleaseId(uuid::Uuid::from_u128(9))]),
        BTreeMap::from([
            ("kps".parse().unwrap(), (key(32), given(&["note--1", "note--2"]))),
            ("tfo".parse().unwrap(), (key(33), given(&["note--2", "note--3"]))),
        ]),
        now(),
    )
}

/// The recall with something else in it.
fn but(change: impl FnOnce(&mut RecallDraft)) -> RecallDraft {
    let mut draft = recall();
    change(&mut draft);
    draft
}

#[test]
fn an_act_on_a_link_is_signed_with_everything_in_it() {
    let card = |text: &[u8]| sha256(&[text]);
    let add = link_act(LinkDeed::Add { card: card(b"one") });
    let acts = [
        add.clone(),
        link_act(LinkDeed::Add { card: card(b"two") }),
        link_act(LinkDeed::Renew { card: card(b"one") }),
        link_act(LinkDeed::Confirm { words: "abandon ability".to_owned() }),
        link_act(LinkDeed::Confirm { words: "ability abandon".to_owned() }),
        link_act(LinkDeed::Resume { suspension: None }),
        link_act(LinkDeed::Resume { suspension: Some(Suspension::Operator) }),
        link_act(resume("c1")),
        link_act(resume("c2")),
        LinkAct { organisation: "bcc".parse().unwrap(), ..add.clone() },
        LinkAct { partner: "tfo".parse().unwrap(), ..add.clone() },
        LinkAct { key: key(31), ..add.clone() },
        LinkAct { made: now().plus_seconds(1), ..add },
    ];
    each_is_signed_for_itself(&acts, Role::SecurityOfficer, Role::Custodian);
}

#[test]
fn a_resume_of_the_version_before_is_read_and_keeps_its_statement() {
    let stored = serde_json::to_string(&link_act(LinkDeed::Resume { suspension: None })).unwrap();
    assert!(stored.contains(r#""deed":{"act":"resume"}"#), "{stored}");
    let act: LinkAct = serde_json::from_str(&stored).unwrap();
    let statement = String::from_utf8(act.statement()).unwrap();
    assert!(statement.contains("\nact resume\n") && !statement.contains("suspended"), "{statement}");
}

#[test]
fn each_kind_of_act_on_a_link_has_its_own_word() {
    for (deed, kind, word) in [
        (LinkDeed::Add { card: sha256(&[]) }, LinkActKind::Add, "add"),
        (LinkDeed::Confirm { words: String::new() }, LinkActKind::Confirm, "confirm"),
        (LinkDeed::Renew { card: sha256(&[]) }, LinkActKind::Renew, "renew"),
        (resume("c1"), LinkActKind::Resume, "resume"),
    ] {
        let act = link_act(deed);
        assert_eq!((act.kind(), act.kind().as_str()), (kind, word));
        let statement = String::from_utf8(act.statement()).unwrap();
        assert!(statement.contains(&format!("\nact {word}\n")), "{statement}");
    }
}

#[test]
fn a_taxii_recipient_is_signed_with_everything_in_it() {
    let acts = [
        switch(),
        RecipientSwitch { organisation: "bcc".parse().unwrap(), ..switch() },
        RecipientSwitch { partner: "tfo".parse().unwrap(), ..switch() },
        RecipientSwitch { key: key(31), ..switch() },
        RecipientSwitch { made: now().plus_seconds(1), ..switch() },
    ];
    each_is_signed_for_itself(&acts, Role::Analyst, Role::ReleasingOfficer);
}

#[test]
fn a_declaration_is_signed_with_everything_in_it() {
    let versions = |list: &[&[u8]]| list.iter().map(|bytes| version_digest("a", "1", bytes)).collect();
    let acts = [
        declaration(),
        PublicDeclaration { organisation: "bcc".parse().unwrap(), ..declaration() },
        PublicDeclaration { versions: versions(&[b"y"]), ..declaration() },
        PublicDeclaration { versions: versions(&[b"x", b"y"]), ..declaration() },
    ];
    each_is_signed_for_itself(&acts, Role::Analyst, Role::ReleasingOfficer);
    let (people, act) = (people(), declaration());
    let approvals = (sign(&act, &people[0], Role::Analyst), sign(&act, &people[1], Role::ReleasingOfficer));
    for (other, signed) in acts.into_iter().zip([true, false, false, false]) {
        let done = authorise_public(other, &approvals.0, &approvals.1, &look_up(&people));
        assert_eq!(done.is_ok(), signed);
    }
    let nothing = PublicDeclaration { versions: BTreeSet::new(), ..declaration() };
    let approvals = (sign(&nothing, &people[0], Role::Analyst), sign(&nothing, &people[1], Role::ReleasingOfficer));
    let done = authorise_public(nothing, &approvals.0, &approvals.1, &look_up(&people));
    assert_eq!(done.map(drop), Err(Refusal::Empty));
}

#[test]
fn a_recall_is_signed_with_everything_in_it() {
    let release = |number: u128| ReleaseId(uuid::Uuid::from_u128(number));
    let told = |kps: &[&str], tfo: &[&str]| {
        BTreeMap::from([("kps".parse().unwrap(), given(kps)), ("tfo".parse().unwrap(), given(tfo))])
    };
    let mut recalls = vec![
        recall(),
        but(|draft| draft.recall_id = uuid::Uuid::from_u128(8)),
        but(|draft| draft.organisation = "bcc".parse().unwrap()),
        but(|draft| draft.releases = [release(10)].into()),
        but(|draft| draft.releases = [release(9), release(10)].into()),
        but(|draft| draft.recipients = told(&["note--1", "note--2"], &["note--2"])),
        but(|draft| draft.recipients = told(&["note--2", "note--3"], &["note--1", "note--2"])),
        but(|draft| draft.keys = [("kps", 32), ("tfo", 34)].map(|(to, seed)| (to.parse().unwrap(), key(seed))).into()),
        but(|draft| draft.now = now().plus_seconds(1)),
        but(|draft| draft.receipt_due = now().plus_seconds(1)),
        but(|draft| draft.action_due = now().plus_seconds(1)),
    ];
    let kinds = RecallKind::ALL.into_iter().filter(|kind| *kind != recall().kind);
    recalls.extend(kinds.map(|kind| but(|draft| draft.kind = kind)));
    let people = people();
    let sign =
        |draft: &RecallDraft, at: usize, role| people[at].sign(Purpose::RecallApproval, &draft.statement(), role, &[]);
    for (n, signed) in recalls.iter().enumerate() {
        let two = [sign(signed, 0, Role::DeskOfficer), sign(signed, 1, Role::ReleasingOfficer)];
        let alone = [sign(signed, 4, Role::DutyOfficer)];
        for (m, draft) in recalls.iter().enumerate() {
            assert_eq!(signed.statement() == draft.statement(), n == m, "statements {n} and {m}");
            assert_eq!(signed.digest() == draft.digest(), n == m, "digests {n} and {m}");
            let send =
                |approvals: &[Approval]| authorise_recall(draft.clone(), approvals, &look_up(&people), now()).map(drop);
            let refused = |at: usize| match n == m {
                true => Ok(()),
                false => Err(Refusal::BadSignature { officer: people[at].code.clone() }),
            };
            assert_eq!(send(&two), refused(0), "signed {n}, sent {m}");
            assert_eq!(send(&alone), refused(4), "signed {n}, sent {m} by one");
            assert_eq!(confirm_recall(draft.clone(), &two, &look_up(&people)).map(drop), refused(0));
        }
    }
}

#[test]
fn a_recall_needs_two_different_persons_or_the_duty_officer() {
    let (people, draft) = (people(), recall());
    let sign = |at: usize, role| people[at].sign(Purpose::RecallApproval, &draft.statement(), role, &[]);
    let send = |approvals: &[Approval]| authorise_recall(draft.clone(), approvals, &look_up(&people), now()).map(drop);
    let confirm = |approvals: &[Approval]| confirm_recall(draft.clone(), approvals, &look_up(&people)).map(drop);
    let same = |code: &str| Err(Refusal::SamePerson { officer: code.parse().unwrap() });
    // One person who holds both roles, and one person under two codes.
    let once = [sign(0, Role::DeskOfficer), sign(0, Role::ReleasingOfficer)];
    assert_eq!((send(&once), confirm(&once)), (same("alice"), same("alice")));
    let renamed = [sign(0, Role::DeskOfficer), sign(2, Role::ReleasingOfficer)];
    assert_eq!((send(&renamed), confirm(&renamed)), (same("alias"), same("alias")));
    let two = [sign(0, Role::DeskOfficer), sign(1, Role::ReleasingOfficer)];
    assert_eq!((send(&two), confirm(&two)), (Ok(()), Ok(())));
    // The duty officer sends alone, and confirms nothing; nobody else does either alone.
    let duty = [sign(4, Role::DutyOfficer)];
    assert_eq!(send(&duty), Ok(()));
    assert!(matches!(confirm(&duty), Err(Refusal::Approvals { found: 1, .. })));
    for role in [Role::DeskOfficer, Role::ReleasingOfficer] {
        assert!(matches!(send(&[sign(0, role)]), Err(Refusal::Approvals { found: 1, .. })));
    }
    assert!(matches!(send(&[sign(0, Role::DutyOfficer)]), Err(Refusal::LacksRole { .. })));
}

#[test]
fn a_recall_of_nothing_is_refused() {
    let people = people();
    for recipients in [BTreeMap::new(), BTreeMap::from([("kps".parse().unwrap(), BTreeSet::new())])] {
        let draft = but(|draft| draft.recipients = recipients);
        let alone = people[4].sign(Purpose::RecallApproval, &draft.statement(), Role::DutyOfficer, &[]);
        let sent = authorise_recall(draft, &[alone], &look_up(&people), now()).map(drop);
        assert_eq!(sent, Err(Refusal::Empty));
    }
}

#[test]
fn a_recall_names_all_that_was_given_to_anyone() {
    assert_eq!(recall().items(), given(&["note--1", "note--2", "note--3"]));
}

#[test]
fn the_copy_stays_reachable_only_where_it_is_corrected_or_believed_less() {
    let staying: Vec<RecallKind> = RecallKind::ALL.into_iter().filter(|kind| !kind.withdraws()).collect();
    assert_eq!(staying, [RecallKind::Correct, RecallKind::DowngradeConfidence]);
}

#[test]
fn the_roles_of_an_act_are_those_of_both_sides() {
    let roles = |act: &dyn Agreement| act.pair().roles().collect::<Vec<Role>>();
    assert_eq!(roles(&link_act(resume("c1"))), [Role::SecurityOfficer, Role::Custodian]);
    let releasing = [Role::Analyst, Role::DeskOfficer, Role::ReleasingOfficer];
    assert_eq!(roles(&switch()), releasing);
    assert_eq!(roles(&declaration()), releasing);
}

#[test]
fn one_approval_counts_only_in_a_role_of_the_act_that_its_officer_holds() {
    let (mut people, act) = (people(), switch());
    let count = |people: &[Person], at: usize, role| counts_for(&act, &sign(&act, &people[at], role), &look_up(people));
    for role in [Role::Analyst, Role::DeskOfficer, Role::ReleasingOfficer] {
        assert_eq!(count(&people, 0, role), Ok(()), "{role}");
    }
    assert!(matches!(count(&people, 0, Role::Custodian), Err(Refusal::WrongRole { role: Role::Custodian, .. })));
    let lacks = Refusal::LacksRole { officer: people[3].code.clone(), role: Role::ReleasingOfficer };
    assert_eq!(count(&people, 3, Role::ReleasingOfficer), Err(lacks));
    let stranger = person("erin", 9, &[Role::Analyst]);
    let unknown = counts_for(&act, &sign(&act, &stranger, Role::Analyst), &look_up(&people));
    assert_eq!(unknown, Err(Refusal::NoSuchOfficer { officer: stranger.code.clone() }));
    let for_another_purpose = people[0].sign(Purpose::LinkAct, &act.statement(), Role::Analyst, &[]);
    let bad = Err(Refusal::BadSignature { officer: people[0].code.clone() });
    assert_eq!(counts_for(&act, &for_another_purpose, &look_up(&people)), bad);
    let mut in_another_role = sign(&act, &people[0], Role::Analyst);
    in_another_role.role = Role::ReleasingOfficer;
    assert_eq!(counts_for(&act, &in_another_role, &look_up(&people)), bad);
    people[0].active = false;
    assert_eq!(count(&people, 0, Role::Analyst), Err(Refusal::Disabled { officer: people[0].code.clone() }));
}

#[test]
fn an_agreement_is_refused_for_the_first_reason_found() {
    let (people, act) = (people(), switch());
    let alice = [sign(&act, &people[0], Role::Analyst), sign(&act, &people[0], Role::ReleasingOfficer)];
    let bob = sign(&act, &people[1], Role::Analyst);
    let mut spoilt = bob.clone();
    spoilt.proof = alice[0].proof.clone();
    let [author, releasing] = alice.clone();
    let run = |approvals: &[Approval]| agree(act.clone(), approvals, &look_up(&people)).map(drop);
    let same = Err(Refusal::SamePerson { officer: people[0].code.clone() });
    let bad = Err(Refusal::BadSignature { officer: people[1].code.clone() });
    assert_eq!(run(&alice), same);
    assert_eq!(run(&[author.clone(), spoilt.clone(), releasing.clone()]), same);
    assert_eq!(run(&[spoilt.clone(), author.clone(), releasing.clone()]), bad);
    // One pair that holds is enough, wherever it stands.
    assert_eq!(run(&[spoilt, author.clone(), releasing.clone(), bob]), Ok(()));
    // A side that is missing is said to be missing.
    for (approvals, found) in [(vec![], 0), (vec![author], 1), (vec![releasing], 1)] {
        assert!(matches!(run(&approvals), Err(Refusal::Approvals { found: n, .. }) if n == found));
    }
}
