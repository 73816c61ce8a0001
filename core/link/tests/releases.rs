//! What was released is sealed for its recipient, and for nobody else.

use crate::common;

use comity_crypto::{Purpose, SigningKey};
use comity_link::{
    Control, Payload, RecallKind, RecallNotice, SealContext, SealError, accept, seal_control, seal_release,
};
use comity_release::{
    Approval, ApprovalProof, Delivery, Draft, Item, Mode, OfficerView, POLICY_VERSION, ReleaseId, Released,
    approval_message, authorise,
};
use comity_vocab::{OfficerCode, Role, Roles, SecurityLabel, Tlp};
use common::{Pair, at, now};
use std::collections::BTreeSet;

fn draft() -> Draft {
    Draft {
        release: ReleaseId(uuid::Uuid::from_u128(0x1234_5678_9abc_4def_8123_4567_89ab_cdef)),
        organisation: "vsis".parse().unwrap(),
        mode: Mode::Tearline,
        audience: ["kps".parse().unwrap(), "tfo".parse().unwrap()].into(),
        label: SecurityLabel::tlp(Tlp::Amber),
        descriptor: None,
        policy_version: POLICY_VERSION.to_owned(),
        created: now(),
        expires: at("2026-03-08T00:00:00Z"),
        parts: vec![b"{\"type\":\"bundle\"}".to_vec(), b"second part\n with a line".to_vec()],
        items: vec![Item {
            original_id: "malware--31b940d4-6f7f-459a-80ea-9c1f17b58abc".to_owned(),
            original_version: "2025-01-01T00:00:00.000Z".to_owned(),
            released_id: "malware--0d1b9f5e-2f6b-4b52-9a0e-6a7b8c9d0e1f".to_owned(),
            released_version: "2026-03-01T00:00:00.000Z".to_owned(),
        }],
        dropped: Vec::new(),
        sanitisation: Vec::new(),
    }
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
            signature: keys[n].sign(Purpose::Approval, &approval_message(&draft.statement(), roles[n], &[])),
        },
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
    authorise(draft.clone(), &author, &releasing, &officers, &[], &[], now()).unwrap().into_deliveries()
}

fn context<'a>(pair: &'a Pair, sealing: &'a comity_crypto::SealingPublicKey, seq: u64) -> SealContext<'a> {
    SealContext {
        origin: &pair.origin,
        seq,
        partner: &pair.partner,
        partner_sealing: sealing,
        node_key: &pair.node,
        now: now(),
    }
}

#[test]
fn the_recipient_gets_the_released_bytes_and_nothing_else() {
    let mut pair = Pair::new();
    let sealing = pair.partner_sealing.public();
    let mut entropy = comity_crypto::Entropy::seeded([5; 32]);
    let mut seq = 0;
    for delivery in deliveries() {
        let (recipient, bytes, part) =
            (delivery.get().recipient.clone(), delivery.get().bytes.clone(), delivery.get().part);
        let sealed = seal_release(delivery, &context(&pair, &sealing, seq), &mut entropy);
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
        assert_eq!(release.header.label, SecurityLabel::tlp(Tlp::Amber));
        assert_eq!(release.header.policy_version, POLICY_VERSION);
        let text = String::from_utf8_lossy(&sealed.payload).into_owned();
        assert!(text.contains("0d1b9f5e") && !text.contains("31b940d4"), "{text}");
        assert!(!text.contains("alice") && !text.contains("tfo"), "approvals and other recipients stay home");
        seq += 1;
    }
    assert_eq!(seq, 2);
    pair.origin.clear();
}

#[test]
fn a_recall_says_what_its_kind_says() {
    let pair = Pair::new();
    let sealing = pair.partner_sealing.public();
    let mut entropy = comity_crypto::Entropy::seeded([5; 32]);
    let notice = |instruction: &str| {
        Control::RecallNotice(RecallNotice {
            recall_id: uuid::Uuid::from_u128(7),
            recall_kind: RecallKind::WithdrawError,
            precedence: Default::default(),
            item_refs: ["malware--0d1b9f5e-2f6b-4b52-9a0e-6a7b8c9d0e1f".to_owned()].into(),
            instruction: instruction.to_owned(),
            receipt_due: at("2026-03-02T00:00:00Z"),
            action_due: at("2026-03-04T00:00:00Z"),
        })
    };
    let good = notice(RecallKind::WithdrawError.instruction());
    let sealed = seal_control(&good, &context(&pair, &sealing, 0), &mut entropy).unwrap();
    let got = pair.expecting(0, |expect| accept(sealed.outgoing.envelope(), expect, &pair.partner_sealing)).unwrap();
    assert_eq!(got.payload(), Some(&Payload::Control(good)));
    let own_words = notice("Our man in the ministry was arrested.");
    assert!(matches!(seal_control(&own_words, &context(&pair, &sealing, 1), &mut entropy), Err(SealError::Payload(_))));
}
