//! Who agreed to what: releases, declarations and recalls (security.md I3, I4; domain.md §6.5), and the golden matrix.

mod agreements;
mod drafts;
use crate::support;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use comity_crypto::{Purpose, SigningKey, VerifyingKey};
use comity_release::{
    Approval, Bundle, Checked, Coverage, Draft, DraftFault, FindingClass, NotRead, Origin, Override, PublicDeclaration,
    RecallDraft, RecallKind, Refusal, Released, SignedBy, authorise, authorise_public, authorise_recall,
    confirm_recall, draft_as_published, draft_tearline, leak_check, version_digest,
};
use comity_vocab::Role;
use proptest::prelude::*;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::str::FromStr as _;
use support::*;

fn draft() -> Draft {
    let held = [held(json!({ "type": "tool", "id": "tool--aaaaaaaa-0000-4000-8000-000000000001", "name": "t",
        "created": "2026-01-01T00:00:00Z", "modified": "2026-01-01T00:00:00Z" }))];
    let organisation = organisation();
    draft_tearline(&request(&sources(&held), &organisation), &mut stream(1)).unwrap()
}

fn people() -> Vec<Person> {
    vec![
        person("alice", 1, &[Role::Analyst, Role::ReleasingOfficer]),
        person("bob", 2, &[Role::ReleasingOfficer]),
        person("carol", 3, &[Role::DeskOfficer]),
        person("dora", 4, &[Role::DutyOfficer]),
        person("alias", 1, &[Role::ReleasingOfficer]),
        person("erin", 6, &[Role::DataProtectionOfficer]),
    ]
}

fn approvals(draft: &Draft, people: &[Person], overrides: &[Override]) -> (Approval, Approval) {
    let statement = draft.statement();
    (
        people[0].sign(Purpose::Approval, &statement, Role::Analyst, &[]),
        people[1].sign(Purpose::Approval, &statement, Role::ReleasingOfficer, overrides),
    )
}

/// Decides on a draft with a check of it made now.
fn decide(
    draft: Draft,
    author: &Approval,
    releasing: &Approval,
    people: &[Person],
) -> Result<Released<Bundle>, Refusal> {
    let checked = checked(&draft);
    authorise::<Bundle>(
        draft,
        checked,
        &SignedBy { author, releasing, protection: None, overrides: &[] },
        &look_up(people),
        &ON,
        now(),
    )
}

#[test]
fn two_officers_make_a_release() {
    let (draft, people) = (draft(), people());
    let (author, releasing) = approvals(&draft, &people, &[]);
    let parts = draft.parts().to_vec();
    let released = decide(draft, &author, &releasing, &people).unwrap();
    let deliveries = released.into_deliveries();
    let shown: Vec<(String, u32, u32)> =
        deliveries.iter().map(|d| (d.get().recipient.to_string(), d.get().part, d.get().parts)).collect();
    assert_eq!(shown, [("kps".to_owned(), 0, 1), ("tfo".to_owned(), 0, 1)]);
    assert!(deliveries.into_iter().all(|delivery| delivery.into_inner().bytes == parts[0]));
}

#[test]
fn who_may_not() {
    type Change<'c> = &'c dyn Fn(&mut Draft, &mut Vec<Person>, &mut Approval, &mut Approval);
    let check = |change: Change<'_>, expect: &str| {
        let (mut draft, mut people) = (draft(), people());
        let (mut author, mut releasing) = approvals(&draft, &people, &[]);
        change(&mut draft, &mut people, &mut author, &mut releasing);
        let refusal = decide(draft, &author, &releasing, &people).unwrap_err();
        assert_eq!(refusal.to_string(), expect);
    };
    let sign = |draft: &Draft, person: &Person, role| person.sign(Purpose::Approval, &draft.statement(), role, &[]);
    check(
        &|draft, people, _, releasing| *releasing = sign(draft, &people[0], Role::ReleasingOfficer),
        "two different persons are needed; alice approved twice",
    );
    check(
        &|draft, people, _, releasing| *releasing = sign(draft, &people[4], Role::ReleasingOfficer),
        "two different persons are needed; alias approved twice",
    );
    check(&|_, people, _, _| people[1].active = false, "officer bob is disabled");
    check(&|_, people, _, _| people[1].roles.clear(), "officer bob does not hold the role releasing_officer");
    check(&|_, people, _, _| drop(people.remove(1)), "no officer bob in the registry");
    check(
        &|draft, people, _, releasing| *releasing = sign(draft, &people[2], Role::DeskOfficer),
        "the role desk_officer cannot approve this; needed is the second person as releasing_officer",
    );
    check(
        &|draft, people, author, _| *author = sign(draft, &people[1], Role::ReleasingOfficer),
        "the role releasing_officer cannot approve this; needed is the author as analyst or desk_officer",
    );
    let never = "the signature of alice is not over what would be done; it was changed after signing or never signed";
    // A signature made in one role does not count in another, nor one made for another purpose.
    check(
        &|_, people, author, _| {
            people[0].roles.insert(Role::DeskOfficer);
            author.role = Role::DeskOfficer;
        },
        never,
    );
    check(
        &|draft, people, author, _| {
            *author = people[0].sign(Purpose::RecallApproval, &draft.statement(), Role::Analyst, &[]);
        },
        never,
    );
    check(&|_, _, author, releasing| author.proof = releasing.proof.clone(), never);
    check(
        &|draft, _, _, _| *draft = tampered(draft, |it| it["expires"] = json!(now().plus_seconds(-1))),
        "the approvals expired at 2026-03-20T09:41:06.512Z",
    );
    check(
        &|draft, _, _, _| *draft = tampered(draft, |it| it["policy_version"] = json!("comity-release-policy/0")),
        "the draft was made under policy comity-release-policy/0; draft it again under comity-release-policy/3",
    );
    check(
        &|draft, people, author, releasing| {
            *draft = tampered(draft, |it| it["statement"] = json!(1));
            (*author, *releasing) = approvals(draft, people, &[]);
        },
        "the draft was made by an earlier version, whose statement does not bind the recipients' keys; its approvals are void, draft it again",
    );
    check(
        &|draft, people, author, releasing| {
            *draft = tampered(draft, |it| drop(it["keys"].as_object_mut().unwrap().remove("kps")));
            (*author, *releasing) = approvals(draft, people, &[]);
        },
        "the draft has no key of kps; draft it again",
    );
}

#[test]
fn a_release_goes_to_somebody_and_has_something_in_it() {
    let people = people();
    for emptied in ["audience", "parts"] {
        let draft = tampered(&draft(), |it| it[emptied] = json!([]));
        let (author, releasing) = approvals(&draft, &people, &[]);
        assert_eq!(decide(draft, &author, &releasing, &people).map(drop), Err(Refusal::Empty), "no {emptied}");
    }
}

#[test]
fn a_release_may_go_until_its_end_date_and_not_after_it() {
    let people = people();
    let draft = draft();
    let (author, releasing) = approvals(&draft, &people, &[]);
    let signed = SignedBy { author: &author, releasing: &releasing, protection: None, overrides: &[] };
    let run = |at| authorise::<Bundle>(draft.clone(), checked(&draft), &signed, &look_up(&people), &ON, at).map(drop);
    let expired = draft.expires();
    assert_eq!(run(expired), Ok(()));
    assert_eq!(run(expired.plus_seconds(1)), Err(Refusal::Expired { expired }));
}

#[test]
fn a_draft_is_what_was_kept() {
    let draft = draft();
    assert_eq!(Draft::decode(&draft.encode(), &draft.digest()), Ok(draft.clone()));
    let mut stored: serde_json::Value = serde_json::from_slice(&draft.encode()).unwrap();
    stored["label"] = json!("TLP:CLEAR".parse::<comity_vocab::SecurityLabel>().unwrap());
    let changed = Draft::decode(&serde_json::to_vec(&stored).unwrap(), &draft.digest());
    assert!(matches!(changed, Err(DraftFault::Changed { .. })), "{changed:?}");
    stored["statement"] = json!(3);
    let newer = Draft::decode(&serde_json::to_vec(&stored).unwrap(), &draft.digest());
    assert_eq!(newer, Err(DraftFault::Edition { found: 3 }));
    assert_eq!(Draft::decode(b"{}", &draft.digest()), Err(DraftFault::Malformed));
    // What the officer was told about what was dropped is signed too.
    assert_ne!(
        tampered(&draft, |it| it["dropped"] = json!([])).digest(),
        tampered(&draft, |it| {
            it["dropped"] = json!([{ "object": "a", "property": "", "target": "", "reason": "" }]);
        })
        .digest()
    );
}

/// A check is of one draft, of what was signed at the least, and whole.
#[test]
fn a_check_is_of_this_draft_with_this_configuration_and_whole() {
    let people = people();
    let draft = draft();
    let (author, releasing) = approvals(&draft, &people, &[]);
    let signed = SignedBy { author: &author, releasing: &releasing, protection: None, overrides: &[] };
    let run = |checked: Checked| {
        authorise::<Bundle>(draft.clone(), checked, &signed, &look_up(&people), &ON, now()).map(drop)
    };
    assert_eq!(run(checked(&draft)), Ok(()));
    assert_eq!(checked(&draft).coverage(), Coverage::Whole { act: 7 });
    let other = tampered(&draft, |it| it["expires"] = json!(now().plus_seconds(9)));
    assert_eq!(run(checked(&other)), Err(Refusal::OtherDraft));
    // One that was kept serves again for this draft, as it was read, and for nothing else.
    let [tag, later] = [b"as it was", b"as it is "].map(|state| comity_crypto::sha256(&[state.as_slice()]));
    let kept = comity_release::leak::KeptCheck::of(tag, checked(&draft)).unwrap();
    assert_eq!(run(kept.again(&tag, &draft).unwrap()), Ok(()));
    assert!(kept.again(&later, &draft).is_none() && kept.again(&tag, &other).is_none());
    // More to look for is no harm; anything else is another check.
    let with = |builder: &mut comity_release::LeakCorpusBuilder| run(leak_check(&draft, &builder.build(), &EMPTY));
    assert_eq!(with(corpus().internal_host("more.vsis.example").officer("hal", "Hal Hollow")), Ok(()));
    assert_eq!(with(corpus().private_addresses()), Ok(()));
    assert_eq!(with(&mut comity_release::LeakCorpus::builder()), Err(Refusal::OtherCheck));
    assert_eq!(with(corpus().own("kps", organisation().identity_id.as_str())), Err(Refusal::OtherCheck));
    let mut none = comity_release::LeakCorpus::builder();
    assert_eq!(with(none.own("vsis", organisation().identity_id.as_str())), Err(Refusal::OtherCheck));
    // What could not be read is not clean.
    let unread = Stub { unreleased: &|_| false, act: Err(NotRead), ..EMPTY };
    let checked = leak_check(&draft, &corpus().build(), &unread);
    assert_eq!(checked.coverage(), Coverage::NotWhole);
    assert!(checked.findings().iter().any(|finding| finding.rule == "undetermined/not-all-held"));
    assert!(matches!(run(checked), Err(Refusal::NeverOverridable { .. })));
}

/// What was recorded since the two signed: the chains go on, and nobody withdrew it.
#[test]
fn a_record_that_was_cut_or_says_withdrawn_stops_a_release() {
    let people = people();
    let draft = draft();
    let (author, releasing) = approvals(&draft, &people, &[]);
    let run = |author: &Approval, releasing: &Approval, record: &Recorded| {
        let signed = SignedBy { author, releasing, protection: None, overrides: &[] };
        authorise::<Bundle>(draft.clone(), checked(&draft), &signed, &look_up(&people), record, now()).map(drop)
    };
    assert_eq!(run(&author, &releasing, &ON), Ok(()));
    let cut = run(&author, &releasing, &Recorded { goes_on: Ok(false), ..ON });
    assert_eq!(cut, Err(Refusal::RecordCut { officer: "alice".parse().unwrap() }));
    assert_eq!(run(&author, &releasing, &Recorded { withdrawn: Ok(true), ..ON }), Err(Refusal::Withdrawn));
    for record in [Recorded { goes_on: Err(NotRead), ..ON }, Recorded { withdrawn: Err(NotRead), ..ON }] {
        assert_eq!(run(&author, &releasing, &record), Err(Refusal::RecordNotRead));
    }
    // The ends are what was signed: without them, or with others, it is another statement.
    let mut bare = releasing.clone();
    bare.anchors = None;
    assert!(matches!(run(&author, &bare, &ON), Err(Refusal::NoAnchors { .. })));
    let mut older = author.clone();
    older.anchors.as_mut().unwrap().audit.count -= 1;
    assert!(matches!(run(&older, &releasing, &ON), Err(Refusal::BadSignature { .. })));
}

/// A draft in which the real check finds one thing of this class, and that check.
fn with_finding(class: FindingClass) -> (Draft, impl Fn(&Draft) -> Checked) {
    const SECRET: uuid::Uuid = uuid::Uuid::from_u128(0x31b9_40d4_6f7f_459a_80ea_9c1f_17b5_8abc);
    let sentence = "two men behind the old customs house";
    let (text, reference) = match class {
        FindingClass::VaultTerm => ("told by Kormoran", None),
        FindingClass::UnreleasedId => ("see 31b940d4-6f7f-459a-80ea-9c1f17b58abc", None),
        FindingClass::DanglingReference => ("x", Some("tool--a0000000-0000-4000-8000-000000000009")),
        FindingClass::Undetermined => ("x", None),
        FindingClass::InternalHost => ("on srv1.intra.vsis.example", None),
        FindingClass::OfficerName => ("by Alice Ardent", None),
        FindingClass::ExactTime => ("at 2026-03-14T21:40:07Z", None),
        FindingClass::ExactPlace => ("at 48.85837, 2.29448", None),
        FindingClass::VerbatimSentence | FindingClass::VerbatimPublic => (sentence, None),
        FindingClass::UnreleasedValue => ("seen at 198.51.100.7.", None),
        FindingClass::MarkingInProse => ("handle as TLP:RED", None),
        FindingClass::PartnerAsSource => ("KPS told us so", None),
        FindingClass::NationalMarking => ("handle as SECRET//NOFORN", None),
        FindingClass::CharactersNotSeen => ("pay\u{202e}load", None),
        FindingClass::SpecialCategory => ("a believer of the hill faith", None),
    };
    let mut object = json!({ "description": text });
    if let Some(reference) = reference {
        object["a_ref"] = json!(reference);
    }
    let mut part = serde_json::to_vec(&json!({ "type": "bundle", "objects": [object] })).unwrap();
    if class == FindingClass::Undetermined {
        part.pop();
    }
    let draft = tampered(&draft(), |it| it["parts"] = json!([STANDARD.encode(&part)]));
    let check = move |draft: &Draft| {
        let mut builder = corpus();
        builder.vault_term("Kormoran", 1).officer("ardent", "Alice Ardent").exact_time("2026-03-14T21:40:07.512Z");
        builder.exact_place(48.858_37, 2.294_48).partner("kps", "Kestrian Police Service");
        let declared = [sentence];
        let public = if class == FindingClass::VerbatimPublic { &declared[..] } else { &[] };
        let unreleased = |uuid: &uuid::Uuid| *uuid == SECRET;
        let held = Stub { unreleased: &unreleased, texts: &[sentence], public, values: &["198.51.100.7"], act: Ok(1) };
        leak_check(draft, &builder.build(), &held)
    };
    (draft, check)
}

#[test]
fn findings_need_an_answer() {
    let people = people();
    for class in FindingClass::ALL {
        let (draft, check) = with_finding(class);
        let checked = check(&draft);
        let found = checked.findings();
        assert!(!found.is_empty() && found.iter().all(|finding| finding.class == class), "{class:?}: {found:?}");
        let answers = |officer: &str, role: Role, reason: &str| -> Vec<Override> {
            let one = |it: &comity_release::Finding| Override {
                finding: it.id(),
                officer: officer.parse().unwrap(),
                role,
                reason: reason.to_owned(),
            };
            found.iter().map(one).collect()
        };
        let statement = draft.statement();
        // Each role signs its own answers.
        let run = |signed: &[Override], overrides: &[Override], protection: Option<&Approval>| {
            let (author, releasing) = approvals(&draft, &people, signed);
            let signed = SignedBy { author: &author, releasing: &releasing, protection, overrides };
            authorise::<Bundle>(draft.clone(), check(&draft), &signed, &look_up(&people), &ON, now()).map(drop)
        };
        let releasing = Role::ReleasingOfficer;
        let good = answers("bob", releasing, "published by us last week");
        assert_eq!(run(&good, &good, None).is_ok(), class.answered_by() == Some(releasing), "{class:?}");
        assert!(run(&[], &[], None).is_err());
        // An override that the releasing officer did not sign, of somebody else, or without a reason.
        assert!(matches!(run(&[], &good, None), Err(Refusal::BadSignature { .. })));
        let others = answers("alice", releasing, "published");
        assert!(matches!(run(&others, &others, None), Err(Refusal::OverrideByOther { .. })));
        let silent = answers("bob", releasing, " ");
        assert!(matches!(run(&silent, &silent, None), Err(Refusal::OverrideWithoutReason { .. })));

        let protecting = Role::DataProtectionOfficer;
        let by =
            |at: usize, role, overrides: &[Override]| people[at].sign(Purpose::Approval, &statement, role, overrides);
        let own = answers("erin", protecting, "needed to warn the community");
        let erin = by(5, protecting, &own);
        assert_eq!(run(&[], &own, Some(&erin)).is_ok(), class.answered_by() == Some(protecting), "{class:?}");
        // Not signed by the data protection officer, or signed for other answers; without the signature; in a role the officer lacks.
        assert!(matches!(run(&[], &own, Some(&by(5, protecting, &[]))), Err(Refusal::BadSignature { .. })));
        assert!(matches!(run(&[], &own, None), Err(Refusal::OverrideByOther { .. })));
        let wrong = answers("bob", protecting, "needed");
        assert!(matches!(run(&[], &wrong, Some(&by(1, protecting, &wrong))), Err(Refusal::LacksRole { .. })));
        assert!(matches!(run(&[], &own, Some(&by(1, releasing, &own))), Err(Refusal::WrongRole { .. })));
        let silent = answers("erin", protecting, " ");
        let signed = by(5, protecting, &silent);
        assert!(matches!(run(&[], &silent, Some(&signed)), Err(Refusal::OverrideWithoutReason { .. })));
    }
}

/// The author does not answer for what the author wrote, not even as data protection officer.
#[test]
fn the_author_does_not_answer_for_personal_data() {
    let mut people = people();
    people[0] = person("alice", 1, &[Role::Analyst, Role::DataProtectionOfficer]);
    let (draft, check) = with_finding(FindingClass::SpecialCategory);
    let checked = check(&draft);
    let entry = |it: &comity_release::Finding| Override {
        finding: it.id(),
        officer: "alice".parse().unwrap(),
        role: Role::DataProtectionOfficer,
        reason: "mine".into(),
    };
    let own: Vec<Override> = checked.findings().iter().map(entry).collect();
    let (author, releasing) = approvals(&draft, &people, &[]);
    let protection = people[0].sign(Purpose::Approval, &draft.statement(), Role::DataProtectionOfficer, &own);
    let signed = SignedBy { author: &author, releasing: &releasing, protection: Some(&protection), overrides: &own };
    let refused = authorise::<Bundle>(draft.clone(), checked, &signed, &look_up(&people), &ON, now()).map(drop);
    assert_eq!(refused, Err(Refusal::SamePerson { officer: "alice".parse().unwrap() }));
}

/// The data protection officer's signature names the ends of the chains too, and a release is not sent on the day of erasure.
#[test]
fn an_answer_for_personal_data_stands_on_the_record() {
    let people = people();
    let (draft, check) = with_finding(FindingClass::SpecialCategory);
    let checked = check(&draft);
    let entry = |it: &comity_release::Finding| Override {
        finding: it.id(),
        officer: "erin".parse().unwrap(),
        role: Role::DataProtectionOfficer,
        reason: "needed".into(),
    };
    let own: Vec<Override> = checked.findings().iter().map(entry).collect();
    let (author, releasing) = approvals(&draft, &people, &[]);
    let protection = people[5].sign(Purpose::Approval, &draft.statement(), Role::DataProtectionOfficer, &own);
    let run = |protection: &Approval| {
        let protection = Some(protection);
        let signed = SignedBy { author: &author, releasing: &releasing, protection, overrides: &own };
        authorise::<Bundle>(draft.clone(), check(&draft), &signed, &look_up(&people), &ON, now()).map(drop)
    };
    assert_eq!(run(&protection), Ok(()));
    let mut bare = protection.clone();
    bare.anchors = None;
    assert_eq!(run(&bare), Err(Refusal::NoAnchors { officer: "erin".parse().unwrap() }));
    let mut older = protection;
    older.anchors.as_mut().unwrap().registry.count -= 1;
    assert!(matches!(run(&older), Err(Refusal::BadSignature { .. })));
}

#[test]
fn nothing_is_sent_on_the_day_by_which_it_is_to_be_erased() {
    let people = people();
    let past = tampered(&draft(), |it| it["persons"] = json!({ "said": { "erase_by": now() } }));
    let (author, releasing) = approvals(&past, &people, &[]);
    assert_eq!(decide(past, &author, &releasing, &people).map(drop), Err(Refusal::EraseByPast));
    let later = tampered(&draft(), |it| it["persons"] = json!({ "said": { "erase_by": now().plus_seconds(1) } }));
    let (author, releasing) = approvals(&later, &people, &[]);
    assert_eq!(decide(later, &author, &releasing, &people).map(drop), Ok(()));
}

#[test]
fn two_officers_declare_public() {
    let people = people();
    let declaration = PublicDeclaration {
        organisation: "vsis".parse().unwrap(),
        versions: [version_digest("a", "1", b"x"), version_digest("b", "", b"y")].into(),
    };
    let sign = |person: &Person, role| person.sign(Purpose::PublicDeclaration, &declaration.statement(), role, &[]);
    let run = |declaration: PublicDeclaration, releasing: Approval| {
        authorise_public(declaration, &sign(&people[0], Role::Analyst), &releasing, &look_up(&people)).map(drop)
    };
    let bob = sign(&people[1], Role::ReleasingOfficer);
    assert_eq!(run(declaration.clone(), bob.clone()), Ok(()));
    assert!(run(declaration.clone(), sign(&people[0], Role::ReleasingOfficer)).is_err());
    let mut more = declaration.clone();
    more.versions.insert(version_digest("c", "", b"z"));
    assert!(matches!(run(more, bob), Err(Refusal::BadSignature { .. })));
    assert_ne!(version_digest("ab", "c", b""), version_digest("a", "bc", b""));
}

#[test]
fn recalls_name_what_each_was_given_and_no_reason() {
    let people = people();
    let given = |items: &[&str]| items.iter().map(|item| (*item).to_owned()).collect::<BTreeSet<String>>();
    let draft = RecallDraft::new(
        uuid::Uuid::from_u128(7),
        "vsis".parse().unwrap(),
        RecallKind::WithdrawError,
        BTreeSet::from([comity_release::ReleaseId(uuid::Uuid::from_u128(9))]),
        BTreeMap::from([
            ("kps".parse().unwrap(), (key_of(3), given(&["note--1", "note--2"]))),
            ("tfo".parse().unwrap(), (key_of(9), given(&["note--2"]))),
        ]),
        now(),
    );
    let sign = |at: usize, role| people[at].sign(Purpose::RecallApproval, &draft.statement(), role, &[]);
    let run = |approvals: &[Approval]| authorise_recall(draft.clone(), approvals, &look_up(&people), now());
    let (desk, releasing) = (sign(2, Role::DeskOfficer), sign(1, Role::ReleasingOfficer));
    for approvals in [[desk.clone(), releasing.clone()], [releasing.clone(), desk.clone()]] {
        let recall = run(&approvals).unwrap();
        assert_eq!(recall.confirm_by(), None);
        let notices = recall.notices();
        let told = |at: usize| notices[at].notice();
        assert_eq!(told(1).item_refs, given(&["note--2"]));
        assert_eq!(told(0).receipt_due, now().plus_seconds(24 * 3600));
        assert_eq!(told(0).action_due, now().plus_seconds(72 * 3600));
        assert_eq!((notices[1].recipient().as_str(), notices[1].recipient_key()), ("tfo", &key_of(9)));
        let text = serde_json::to_string(told(0)).unwrap();
        assert!(text.contains(r#""precedence":"immediate""#) && text.contains("Remove from watch lists"), "{text}");
    }
    let alone = run(&[sign(3, Role::DutyOfficer)]).unwrap();
    assert_eq!(alone.confirm_by(), Some(now().plus_seconds(24 * 3600)));
    assert!(confirm_recall(draft.clone(), &[desk.clone(), releasing.clone()], &look_up(&people)).is_ok());
    for wrong in [
        vec![],
        vec![desk.clone()],
        vec![desk.clone(), desk.clone()],
        vec![sign(0, Role::ReleasingOfficer), sign(0, Role::Analyst)],
        vec![sign(4, Role::ReleasingOfficer), sign(3, Role::DutyOfficer)],
    ] {
        assert!(run(&wrong).is_err());
    }
    // An error and a fabrication ask for the same: the difference would point at the source.
    assert_eq!(RecallKind::WithdrawError.instruction(), RecallKind::WithdrawFabricated.instruction());
    for kind in RecallKind::ALL {
        assert_eq!(kind.as_str().parse(), Ok(kind));
    }
}

fn key_of(seed: u8) -> VerifyingKey {
    SigningKey::from_seed(&[seed; 32]).verifying_key()
}

fn recall_of(key: VerifyingKey) -> RecallDraft {
    let items = BTreeSet::from(["note--1".to_owned()]);
    let recipients = BTreeMap::from([("kps".parse().unwrap(), (key, items))]);
    let (id, kind) = (uuid::Uuid::from_u128(7), RecallKind::WithdrawError);
    RecallDraft::new(id, "vsis".parse().unwrap(), kind, BTreeSet::new(), recipients, now())
}

#[test]
fn a_recall_is_signed_for_keys_and_not_for_codes() {
    let people = people();
    let draft = recall_of(key_of(3));
    let sign = |draft: &RecallDraft| {
        [(2, Role::DeskOfficer), (1, Role::ReleasingOfficer)]
            .map(|(at, role)| people[at].sign(Purpose::RecallApproval, &draft.statement(), role, &[]))
    };
    let run = |draft: &RecallDraft, approvals: &[Approval]| {
        authorise_recall(draft.clone(), approvals, &look_up(&people), now()).map(drop)
    };
    assert_eq!(run(&draft, &sign(&draft)), Ok(()));
    // The same code with another key is another recall.
    let other = recall_of(key_of(4));
    assert!(matches!(run(&other, &sign(&draft)), Err(Refusal::BadSignature { .. })));
    let mut keyless = draft.clone();
    keyless.keys.clear();
    assert_eq!(run(&keyless, &sign(&keyless)), Err(Refusal::NoKey { recipient: "kps".parse().unwrap() }));
}

#[test]
fn a_recall_of_the_version_before_is_void_and_still_verifies() {
    let people = people();
    let mut stored = serde_json::to_value(recall_of(key_of(3))).unwrap();
    for field in ["statement", "keys"] {
        stored.as_object_mut().unwrap().remove(field).unwrap();
    }
    let draft: RecallDraft = serde_json::from_value(stored).unwrap();
    let expected = format!(
        "comity-recall-statement/1\nrecall {}\norganisation vsis\nkind withdraw_error\nrecipient kps 1 ",
        uuid::Uuid::from_u128(7)
    );
    assert!(String::from_utf8(draft.statement()).unwrap().starts_with(&expected));
    let approvals = [(2, Role::DeskOfficer), (1, Role::ReleasingOfficer)]
        .map(|(at, role)| people[at].sign(Purpose::RecallApproval, &draft.statement(), role, &[]));
    assert_eq!(
        authorise_recall(draft.clone(), &approvals, &look_up(&people), now()).unwrap_err(),
        Refusal::EarlierRecall
    );
    // What a duty officer sent under that statement can still be confirmed.
    assert!(confirm_recall(draft, &approvals, &look_up(&people)).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// I3: whatever is changed after signing, the release is refused.
    #[test]
    fn any_change_voids_the_approvals(what in 0usize..16, at: prop::sample::Index, bit in 0u8..8, seconds in 1i64..1_000_000) {
        let (draft, people) = (draft(), people());
        let (author, releasing) = approvals(&draft, &people, &[]);
        let draft = tampered(&draft, |it| match what {
            0..=4 => {
                let mut part = STANDARD.decode(it["parts"][0].as_str().unwrap()).unwrap();
                let at = at.index(part.len());
                if what == 4 {
                    part.remove(at);
                } else {
                    part[at] ^= 1 << bit;
                }
                it["parts"][0] = json!(STANDARD.encode(part));
            }
            5 => {
                it["audience"].as_array_mut().unwrap().push(json!("bcc"));
                it["keys"]["bcc"] = it["keys"]["kps"].clone();
            }
            6 => drop(it["audience"].as_array_mut().unwrap().pop()),
            7 => it["label"] = json!("TLP:GREEN//REL TO kps,tfo".parse::<comity_vocab::SecurityLabel>().unwrap()),
            8 => it["expires"] = json!(draft.expires().plus_seconds(seconds)),
            9 => it["descriptor"] = json!(comity_release::SourceDescriptor::from_str("access=direct").unwrap()),
            10 => {
                let part = it["parts"][0].clone();
                it["parts"].as_array_mut().unwrap().push(part);
            }
            11 => it["items"][0]["released_version"] = json!("2"),
            12 => it["release"] = json!(uuid::Uuid::from_u128(at.index(1000) as u128)),
            // A stranger's key under the partner's code, and another list of what is looked for.
            13 => it["keys"]["kps"] = it["keys"]["tfo"].clone(),
            14 => it["check"]["hosts"] = json!([]),
            _ => it["sanitisation"] = json!([{ "object": "a", "property": "b", "change": "c" }]),
        });
        let refusal = decide(draft, &author, &releasing, &people).unwrap_err();
        prop_assert!(matches!(refusal, Refusal::BadSignature { .. }), "{:?}", refusal);
    }

    /// I4: the one who signs in whatever role and state, a release has two different active persons with the right roles.
    #[test]
    fn always_two_persons(author in 0usize..5, releasing in 0usize..5, author_role in 0usize..12, releasing_role in 0usize..12,
                          disabled in proptest::option::of(0usize..5)) {
        let (draft, mut people) = (draft(), people());
        if let Some(at) = disabled {
            people[at].active = false;
        }
        let (one, other) = (Role::ALL[author_role], Role::ALL[releasing_role]);
        let first = people[author].sign(Purpose::Approval, &draft.statement(), one, &[]);
        let second = people[releasing].sign(Purpose::Approval, &draft.statement(), other, &[]);
        let done = decide(draft, &first, &second, &people).is_ok();
        let (a, b) = (&people[author], &people[releasing]);
        let right = a.active && b.active && a.public != b.public
            && matches!(one, Role::Analyst | Role::DeskOfficer) && a.roles.contains(&one)
            && other == Role::ReleasingOfficer && b.roles.contains(&other);
        prop_assert_eq!(done, right);
    }
}

/// Marking × origin × audience × roles → outcome, one line each, for readers who do not program.
#[test]
fn the_golden_matrix() {
    let organisation = organisation();
    let mut text = String::from(
        "# What is released to whom, under which label, on whose word. Written by the test `the_golden_matrix`;\n\
         # run it with COMITY_BLESS=1 to write it again, and have the change read by a releasing officer.\n\
         # objects are: own = written here; feed = imported; partner = released to us by kps.\n\n\
         ## Marking, origin and audience\n\n",
    );
    for marking in [
        "unmarked",
        "TLP:CLEAR",
        "TLP:GREEN",
        "TLP:AMBER",
        "TLP:AMBER+STRICT",
        "TLP:RED",
        "TLP:GREEN//REL TO kps",
        "TLP:RED//REL TO kps",
        "TLP:RED//REL TO kps,tfo",
    ] {
        for (origin, name) in [
            (Origin::Own, "own"),
            (Origin::Feed("attack".to_owned()), "feed"),
            (Origin::Link("kps".parse().unwrap()), "partner"),
        ] {
            let both = ["kps", "kps,tfo"];
            let all = ["kps", "kps,tfo", "kps,vsis", ""];
            for to in if marking == "TLP:CLEAR" && name == "own" { &all[..] } else { &both[..] } {
                let mut held = vec![held(json!({ "type": "tool", "id": "tool--aaaaaaaa-0000-4000-8000-000000000001",
                    "name": "t" }))];
                held[0].label = marking.parse().ok();
                held[0].origin = origin.clone();
                let sources = sources(&held);
                let mut request = request(&sources, &organisation);
                request.recipients = recipients(to);
                let outcome = outcome(draft_tearline(&request, &mut stream(1)));
                let to = if to.is_empty() { "nobody" } else { *to };
                let _ = writeln!(text, "{marking:24} {name:8} to {to:8} -> {outcome}");
            }
        }
    }
    text.push_str("\n## State of the object\n\n");
    type Set = fn(&mut Held);
    let states: [(&str, Set); 5] = [
        ("marked, no defect", |_| {}),
        ("with a defect", |held| held.has_defects = true),
        ("with an unknown marking", |held| {
            held.bytes = br#"{"type":"tool","id":"tool--aaaaaaaa-0000-4000-8000-000000000001","object_marking_refs":["marking-definition--88888888-0000-4000-8000-000000000008"]}"#.to_vec();
        }),
        ("with granular markings", |held| {
            held.bytes =
                br#"{"type":"tool","id":"tool--aaaaaaaa-0000-4000-8000-000000000001","granular_markings":[]}"#.to_vec();
        }),
        ("declared public", |held| held.declared_public = true),
    ];
    for (name, set) in states {
        let mut held =
            vec![held(json!({ "type": "tool", "id": "tool--aaaaaaaa-0000-4000-8000-000000000001", "name": "t" }))];
        set(&mut held[0]);
        let sources = sources(&held);
        let request = request(&sources, &organisation);
        let tearline = outcome(draft_tearline(&request, &mut stream(1)));
        let published = outcome(draft_as_published(&request));
        let _ = writeln!(text, "{name:24} as tearline  -> {tearline}");
        let _ = writeln!(text, "{name:24} as published -> {published}");
    }
    text.push_str("\n## Roles\n\n");
    let people = people();
    let shown = |at: usize, role: Role| format!("{} as {role}", people[at].code);
    for (author, releasing) in [
        ((0, Role::Analyst), (1, Role::ReleasingOfficer)),
        ((2, Role::DeskOfficer), (0, Role::ReleasingOfficer)),
        ((0, Role::Analyst), (0, Role::ReleasingOfficer)),
        ((0, Role::Analyst), (4, Role::ReleasingOfficer)),
        ((0, Role::Analyst), (2, Role::DeskOfficer)),
        ((1, Role::ReleasingOfficer), (0, Role::ReleasingOfficer)),
        ((1, Role::Analyst), (0, Role::ReleasingOfficer)),
        ((3, Role::DutyOfficer), (1, Role::ReleasingOfficer)),
    ] {
        let draft = draft();
        let sign = |(at, role): (usize, Role)| people[at].sign(Purpose::Approval, &draft.statement(), role, &[]);
        let (one, two) = (sign(author), sign(releasing));
        let outcome = match decide(draft, &one, &two, &people) {
            Ok(_) => "released".to_owned(),
            Err(refusal) => format!("refused: {refusal}"),
        };
        let _ =
            writeln!(text, "{:22} then {:26} -> {outcome}", shown(author.0, author.1), shown(releasing.0, releasing.1));
    }
    text.push_str("\n## Findings of the leak check\n\n");
    for class in FindingClass::ALL {
        let word = match class.answered_by() {
            None => "never".to_owned(),
            Some(role) => format!("a {role} other than the author may override it with a reason"),
        };
        let _ = writeln!(text, "{:24} -> {word}", class.as_str());
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/release-matrix.txt");
    if std::env::var("COMITY_BLESS").is_ok() {
        std::fs::write(path, &text).unwrap();
    }
    let golden = std::fs::read_to_string(path).unwrap_or_default();
    assert_eq!(golden, text, "the rules of release changed; see the head of {path}");
}

fn outcome(result: Result<Draft, comity_release::DraftError>) -> String {
    match result {
        Ok(draft) => format!("released under {}", draft.label()),
        Err(error) => match error {
            comity_release::DraftError::NotReleasable { objects } => format!("refused: {}", objects[0].reason),
            other => format!("refused: {other}"),
        },
    }
}
