//! What was released is sealed for its recipient, and for nobody else.

use crate::common;

use comity_correlate::CorrelatedValue;
use comity_crypto::{Purpose, SigningKey, VerifyingKey};
use comity_ledger::{ChainEnd, Heads};
use comity_link::{Control, Payload, RecallKind, SealContext, SealError, accept, seal_recall, seal_release};
use comity_release::{
    Approval, ApprovalProof, Bundle, Delivery, Draft, DraftRequest, Held, LeakCorpus, NotRead, OfficerView,
    Organisation, Origin, POLICY_VERSION, RecallDraft, Record, ReleaseId, Released, SignedBy, SignedNotice,
    SourceObject, approval_message, authorise, authorise_recall, draft_tearline, leak_check, release_message,
};
use comity_vocab::{OfficerCode, Role, Roles, SecurityLabel, Tlp};
use common::{Pair, at, now};
use std::collections::{BTreeSet, HashSet};

/// Two objects too large for one part, released to two partners under the keys that their cards showed.
fn draft() -> Draft {
    let object = |number: u8| {
        let id = format!("malware--31b940d4-6f7f-459a-80ea-9c1f17b58a{number:02x}");
        let value = serde_json::json!({ "type": "malware", "spec_version": "2.1", "id": id, "name": format!("M{number}"),
            "description": "long ".repeat(140_000), "created": "2025-01-01T00:00:00.000Z",
            "modified": "2025-01-01T00:00:00.000Z", "is_family": false });
        (id, serde_json::to_vec(&value).unwrap())
    };
    let held = [object(1), object(2)];
    let sources: Vec<SourceObject<'_>> = held
        .iter()
        .map(|(id, bytes)| SourceObject {
            id,
            version: "2025-01-01T00:00:00.000Z",
            bytes,
            origin: Origin::Own,
            label: Some(SecurityLabel::tlp(Tlp::Amber)),
            declared_public: false,
            has_defects: false,
        })
        .collect();
    let key = |seed: u8| SigningKey::from_seed(&[seed; 32]).verifying_key();
    let recipients = [("kps".parse().unwrap(), key(3)), ("tfo".parse().unwrap(), key(9))].into();
    let organisation = Organisation {
        code: "vsis".parse().unwrap(),
        name: "V".to_owned(),
        identity_id: "identity--5d0e8a2c-1f60-4f0e-9d58-6f5f0f4f9a01".parse().unwrap(),
    };
    let check = LeakCorpus::builder().configuration();
    let release = ReleaseId(uuid::Uuid::from_u128(0x1234_5678_9abc_4def_8123_4567_89ab_cdef));
    let request =
        DraftRequest::new(release, &sources, recipients, &organisation, check, now(), at("2026-03-08T00:00:00Z"));
    draft_tearline(&request, &mut comity_crypto::Entropy::seeded([6; 32]).stream("release", "", 0)).unwrap()
}

/// Holdings with nothing in them.
pub(crate) struct Nothing;

impl Held for Nothing {
    fn act(&self) -> Result<u64, NotRead> {
        Ok(0)
    }

    fn is_unreleased(&self, _: &uuid::Uuid) -> Result<bool, NotRead> {
        Ok(false)
    }

    fn texts(&self, _: &BTreeSet<u64>) -> Result<HashSet<u64>, NotRead> {
        Ok(HashSet::new())
    }

    fn public_texts(&self, _: &BTreeSet<u64>) -> Result<HashSet<u64>, NotRead> {
        Ok(HashSet::new())
    }

    fn values(&self, _: &BTreeSet<CorrelatedValue>) -> Result<BTreeSet<CorrelatedValue>, NotRead> {
        Ok(BTreeSet::new())
    }
}

impl Record for Nothing {
    fn goes_on_from(&self, heads: &Heads) -> Result<bool, NotRead> {
        Ok(*heads == ends())
    }

    fn is_withdrawn_since(&self, _: &Heads, _: &ReleaseId) -> Result<bool, NotRead> {
        Ok(false)
    }
}

pub(crate) fn ends() -> Heads {
    Heads { audit: ChainEnd::EMPTY, registry: ChainEnd::EMPTY }
}

fn deliveries() -> Vec<Released<Delivery>> {
    let draft = draft();
    let keys = [SigningKey::from_seed(&[11; 32]), SigningKey::from_seed(&[12; 32])];
    let codes: [OfficerCode; 2] = ["alice".parse().unwrap(), "bob".parse().unwrap()];
    let roles: [Role; 2] = [Role::Analyst, Role::ReleasingOfficer];
    let approval = |n: usize| Approval {
        officer: codes[n].clone(),
        role: roles[n],
        proof: ApprovalProof::OfficerKey {
            signature: keys[n].sign(Purpose::Approval, &release_message(&draft.statement(), roles[n], &[], &ends())),
        },
        anchors: Some(ends()),
        at: now(),
    };
    let (author, releasing) = (approval(0), approval(1));
    let verifying = [keys[0].verifying_key(), keys[1].verifying_key()];
    let held: [Roles; 2] =
        [BTreeSet::from([roles[0]]).into_iter().collect(), BTreeSet::from([roles[1]]).into_iter().collect()];
    let officers = |code: &OfficerCode| {
        let n = codes.iter().position(|known| known == code)?;
        Some(OfficerView { code: &codes[n], key: &verifying[n], roles: &held[n], active: true, passkeys: &[] })
    };
    let checked = leak_check(&draft, &LeakCorpus::builder().build(), &Nothing);
    let signed = SignedBy { author: &author, releasing: &releasing, protection: None, overrides: &[] };
    authorise::<Bundle>(draft, checked, &signed, &officers, &Nothing, now()).unwrap().into_deliveries()
}

fn context<'a>(
    pair: &'a Pair,
    key: &'a comity_crypto::VerifyingKey,
    sealing: &'a comity_crypto::SealingPublicKey,
    seq: u64,
) -> SealContext<'a> {
    SealContext {
        origin: &pair.origin,
        seq,
        partner: &pair.partner,
        partner_key: key,
        partner_sealing: sealing,
        node_key: &pair.node,
        now: now(),
    }
}

#[test]
fn the_recipient_gets_the_released_bytes_and_nothing_else() {
    let mut pair = Pair::new();
    let key = pair.partner_organisation.verifying_key();
    let sealing = pair.partner_sealing.public();
    let mut entropy = comity_crypto::Entropy::seeded([5; 32]);
    let mut seq = 0;
    for delivery in deliveries() {
        let (recipient, bytes, part) =
            (delivery.get().recipient.clone(), delivery.get().bytes.clone(), delivery.get().part);
        let sealed = seal_release(delivery, &context(&pair, &key, &sealing, seq), &mut entropy);
        if recipient != pair.partner {
            assert_eq!(sealed.unwrap_err(), SealError::OtherRecipient { recipient, partner: pair.partner.clone() });
            continue;
        }
        let sealed = sealed.unwrap();
        let got = pair.expecting(seq, |expect| accept(sealed.outgoing.envelope(), expect, &pair.partner_sealing));
        let got = got.unwrap();
        let Some(Payload::Release(release)) = got.payload() else { panic!("not a release") };
        assert_eq!(release.bundle, bytes);
        assert_eq!((release.header.part, release.header.parts), (part, 2));
        assert_eq!(release.header.label, "TLP:AMBER//REL TO kps,tfo".parse().unwrap());
        assert_eq!(release.header.policy_version, POLICY_VERSION);
        let text = String::from_utf8_lossy(&sealed.payload).into_owned();
        assert!(text.contains("malware--") && !text.contains("31b940d4"), "{text}");
        assert!(!text.contains("alice") && !text.contains("bob"), "approvals stay home");
        seq += 1;
    }
    assert_eq!(seq, 2);
    pair.origin.clear();
}

#[test]
fn a_code_is_a_name_and_the_key_decides() {
    let pair = Pair::new();
    let sealing = pair.partner_sealing.public();
    let stranger = SigningKey::from_seed(&[77; 32]).verifying_key();
    let mut entropy = comity_crypto::Entropy::seeded([5; 32]);
    let delivery = deliveries().into_iter().find(|it| it.get().recipient == pair.partner).unwrap();
    let sealed = seal_release(delivery, &context(&pair, &stranger, &sealing, 0), &mut entropy);
    assert_eq!(sealed.unwrap_err(), SealError::OtherKey { partner: pair.partner.clone() });
}

/// A recall of one item of `kps`, signed by two officers for this key of it.
fn recall(key: VerifyingKey) -> SignedNotice {
    let items = BTreeSet::from(["malware--0d1b9f5e-2f6b-4b52-9a0e-6a7b8c9d0e1f".to_owned()]);
    let draft = RecallDraft::new(
        uuid::Uuid::from_u128(7),
        "vsis".parse().unwrap(),
        RecallKind::WithdrawError,
        BTreeSet::new(),
        [("kps".parse().unwrap(), (key, items))].into(),
        now(),
    );
    let keys = [SigningKey::from_seed(&[11; 32]), SigningKey::from_seed(&[12; 32])];
    let codes: [OfficerCode; 2] = ["alice".parse().unwrap(), "bob".parse().unwrap()];
    let roles: [Role; 2] = [Role::DeskOfficer, Role::ReleasingOfficer];
    let approval = |n: usize| Approval {
        officer: codes[n].clone(),
        role: roles[n],
        proof: ApprovalProof::OfficerKey {
            signature: keys[n].sign(Purpose::RecallApproval, &approval_message(&draft.statement(), roles[n], &[])),
        },
        anchors: None,
        at: now(),
    };
    let approvals = [approval(0), approval(1)];
    let verifying = [keys[0].verifying_key(), keys[1].verifying_key()];
    let held: [Roles; 2] =
        [BTreeSet::from([roles[0]]).into_iter().collect(), BTreeSet::from([roles[1]]).into_iter().collect()];
    let officers = |code: &OfficerCode| {
        let n = codes.iter().position(|known| known == code)?;
        Some(OfficerView { code: &codes[n], key: &verifying[n], roles: &held[n], active: true, passkeys: &[] })
    };
    let authorised = authorise_recall(draft.clone(), &approvals, &officers, now()).unwrap();
    authorised.notices().pop().unwrap()
}

#[test]
fn a_recall_says_what_its_kind_says() {
    let pair = Pair::new();
    let key = pair.partner_organisation.verifying_key();
    let sealing = pair.partner_sealing.public();
    let mut entropy = comity_crypto::Entropy::seeded([5; 32]);
    let known_as = uuid::Uuid::from_u128(8);
    let sealed = seal_recall(recall(key).known_as(known_as), &context(&pair, &key, &sealing, 0), &mut entropy).unwrap();
    let got = pair.expecting(0, |expect| accept(sealed.outgoing.envelope(), expect, &pair.partner_sealing)).unwrap();
    let Some(Payload::Control(Control::RecallNotice(notice))) = got.payload() else { panic!("no notice") };
    assert_eq!(notice.recall_id, known_as);
    assert_eq!(notice.instruction, RecallKind::WithdrawError.instruction());
    assert_eq!(notice.item_refs.len(), 1);
}

#[test]
fn a_recall_is_sealed_to_the_key_that_was_signed_for_and_to_no_other() {
    let mut pair = Pair::new();
    let key = pair.partner_organisation.verifying_key();
    let stranger = SigningKey::from_seed(&[77; 32]).verifying_key();
    let sealing = pair.partner_sealing.public();
    let mut entropy = comity_crypto::Entropy::seeded([5; 32]);
    let sealed = seal_recall(recall(key), &context(&pair, &stranger, &sealing, 0), &mut entropy);
    assert_eq!(sealed.unwrap_err(), SealError::OtherRecallKey { partner: pair.partner.clone() });
    pair.partner = "tfo".parse().unwrap();
    let sealed = seal_recall(recall(key), &context(&pair, &key, &sealing, 0), &mut entropy);
    assert!(matches!(sealed, Err(SealError::OtherRecipient { .. })));
}
