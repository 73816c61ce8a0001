//! Signatures hold for one key, one purpose and one message only; keys and signatures have one spelling.

use comity_crypto::{KeyError, Purpose, Signature, SigningKey, VerifyingKey};
use proptest::prelude::*;

fn key(n: u8) -> SigningKey {
    SigningKey::from_seed(&[n; 32])
}

#[test]
fn a_signature_of_one_purpose_never_verifies_for_another() {
    let (key, message) = (key(1), b"the same message");
    for made_for in Purpose::ALL {
        let signature = key.sign(*made_for, message);
        for asked_for in Purpose::ALL {
            let holds = key.verifying_key().verify(*asked_for, message, &signature).is_ok();
            assert_eq!(holds, made_for == asked_for, "{made_for:?} asked for {asked_for:?}");
        }
    }
}

#[test]
fn no_message_completes_one_tag_to_another() {
    // Were the tag's length not signed, "…/card" with the message "x" could pass for a purpose "…/cardx".
    let key = key(1);
    for shorter in Purpose::ALL {
        for longer in Purpose::ALL.iter().filter(|longer| *longer != shorter) {
            let signature = key.sign(*shorter, &[longer.tag().as_bytes(), b"message"].concat());
            assert!(key.verifying_key().verify(*longer, b"message", &signature).is_err());
        }
    }
}

#[test]
fn another_key_does_not_verify() {
    let signature = key(1).sign(Purpose::Entry, b"message");
    assert!(key(2).verifying_key().verify(Purpose::Entry, b"message", &signature).is_err());
}

#[test]
fn a_note_never_passes_for_a_tagged_message_or_the_other_way_round() {
    let key = key(1);
    for purpose in Purpose::ALL {
        let tag = purpose.tag();
        let framed = format!("{}{tag}message\n", char::from(tag.len() as u8));
        assert!(key.sign_checkpoint("name", &framed).is_err(), "{tag}");
        assert!(key.cosign("name", 1, &framed).is_err(), "{tag}");
    }
    // A checkpoint's signature is not a cosignature, even over the text that a cosignature covers.
    assert!(key.sign_checkpoint("name", "cosignature/v1\ntime 1\nlog\n0\n").is_err());
}

#[test]
fn weak_and_unusual_keys_are_refused() {
    let mut identity = [0; 32];
    identity[0] = 1;
    // p + 1: the identity once more, in a spelling that is not reduced.
    let mut unreduced = [0xff; 32];
    (unreduced[0], unreduced[31]) = (0xee, 0x7f);
    let no_point = (0u8..=255).map(|n| [n; 32]).find(|bytes| VerifyingKey::from_bytes(bytes).is_err()).unwrap();
    for bytes in [identity, [0; 32], unreduced, no_point] {
        assert_eq!(VerifyingKey::from_bytes(&bytes), Err(KeyError::Unusable { what: "public key" }), "{bytes:?}");
    }
}

#[test]
fn a_signature_cannot_be_made_over_into_another() {
    // S + L is the same scalar spelled differently; a lenient verifier would take it.
    const L: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let signature = key(1).sign(Purpose::Entry, b"message");
    let mut bytes = signature.to_bytes();
    let mut carry = 0u16;
    for (byte, add) in bytes[32..].iter_mut().zip(L) {
        carry += u16::from(*byte) + u16::from(add);
        *byte = carry as u8;
        carry >>= 8;
    }
    let other = Signature::from_bytes(&bytes);
    assert!(key(1).verifying_key().verify(Purpose::Entry, b"message", &other).is_err());
}

#[test]
fn text_forms_have_one_spelling() {
    let public = key(1).verifying_key();
    let text = serde_json::to_string(&public).unwrap();
    assert_eq!(serde_json::from_str::<VerifyingKey>(&text).unwrap(), public);
    let signature = key(1).sign(Purpose::Card, b"");
    assert_eq!(serde_json::from_str::<Signature>(&serde_json::to_string(&signature).unwrap()).unwrap(), signature);
    let good = public.to_string();
    for bad in [
        good.trim_end_matches('=').to_owned(),
        format!("{good}="),
        format!(" {good}"),
        format!("{good}\n"),
        good.replace('=', "*"),
        "AA==".to_owned(),
        String::new(),
    ] {
        assert!(bad.parse::<VerifyingKey>().is_err(), "{bad:?}");
    }
    // The last digit before the padding has bits that carry nothing; they must be 0.
    let (head, _) = good.split_at(42);
    let spellings = ('A'..='Z').chain('a'..='z').filter(|c| format!("{head}{c}=").parse::<VerifyingKey>().is_ok());
    assert!(spellings.count() <= 16);
}

proptest! {
    #[test]
    fn any_changed_bit_is_found(seed: [u8; 32], message: Vec<u8>, bit in 0usize..512) {
        let key = SigningKey::from_seed(&seed);
        let signature = key.sign(Purpose::Entry, &message);
        prop_assert!(key.verifying_key().verify(Purpose::Entry, &message, &signature).is_ok());
        let mut bytes = signature.to_bytes();
        bytes[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(key.verifying_key().verify(Purpose::Entry, &message, &Signature::from_bytes(&bytes)).is_err());
    }
}
