//! What is sealed opens with the right key, place and bytes only.

use comity_crypto::{DataKey, Entropy, EntropyStream, SealError, SealingKey, SealingPublicKey};
use proptest::prelude::*;

fn stream(position: u64) -> EntropyStream {
    Entropy::seeded([9; 32]).stream("seal", "link", position)
}

#[test]
fn sealing_is_a_function_of_its_arguments() {
    let public = SealingKey::from_seed(&[1; 32]).public();
    let seal = |position| public.seal(&mut stream(position), b"header", b"content").unwrap();
    assert_eq!(seal(0), seal(0));
    assert_ne!(seal(0), seal(1));
    assert_eq!(seal(0).len(), 1120 + 7 + 16);
}

#[test]
fn opens_for_the_right_key_and_place_only() {
    let key = SealingKey::from_seed(&[1; 32]);
    let sealed = key.public().seal(&mut stream(0), b"header", b"content").unwrap();
    assert_eq!(key.open(b"header", &sealed).unwrap().as_slice(), b"content");
    assert_eq!(SealingKey::from_seed(&key.seed()).open(b"header", &sealed).unwrap().as_slice(), b"content");
    assert_eq!(key.open(b"other", &sealed).unwrap_err(), SealError::CannotOpen);
    assert_eq!(SealingKey::from_seed(&[2; 32]).open(b"header", &sealed).unwrap_err(), SealError::CannotOpen);
    for length in [0, 1, 1119, 1120, 1135] {
        assert_eq!(key.open(b"header", &sealed[..length]).unwrap_err(), SealError::Truncated { found: length });
    }
    assert_eq!(key.open(b"header", &sealed[..sealed.len() - 1]).unwrap_err(), SealError::CannotOpen);
    assert_eq!(key.open(b"header", &[&sealed[..], &[0]].concat()).unwrap_err(), SealError::CannotOpen);
}

#[test]
fn sealing_keys_have_one_spelling() {
    let public = SealingKey::from_seed(&[1; 32]).public();
    assert_eq!(serde_json::from_str::<SealingPublicKey>(&serde_json::to_string(&public).unwrap()).unwrap(), public);
    assert_eq!(SealingPublicKey::from_bytes(&public.to_bytes()).unwrap(), public);
    assert!(SealingPublicKey::from_bytes(&public.to_bytes()[1..]).is_err());
    // Coefficients of ML-KEM are below 3329: all ones is outside.
    assert!(SealingPublicKey::from_bytes(&[0xff; 1216]).is_err());
    assert!("AAAA".parse::<SealingPublicKey>().is_err());
}

#[test]
fn a_data_key_opens_in_its_role_only() {
    let key = DataKey::from_bytes(&[1; 32]);
    let sealed = key.seal("node.key", [7; 24], b"seed");
    assert_eq!(key.open("node.key", &sealed).unwrap().as_slice(), b"seed");
    assert_eq!(key.open("org.key", &sealed).unwrap_err(), SealError::CannotOpen);
    assert_eq!(DataKey::from_bytes(&[2; 32]).open("node.key", &sealed).unwrap_err(), SealError::CannotOpen);
    for length in [0, 23, 24, 39] {
        assert_eq!(key.open("node.key", &sealed[..length]).unwrap_err(), SealError::Truncated { found: length });
    }
}

#[test]
fn a_passphrase_gives_one_key_per_salt() {
    let key = |passphrase: &str, salt| DataKey::from_passphrase(passphrase.as_bytes(), &[salt; 16]).unwrap();
    let sealed = key("correct horse", 1).seal("probe", [0; 24], b"x");
    assert!(key("correct horse", 1).open("probe", &sealed).is_ok());
    assert!(key("correct horse", 2).open("probe", &sealed).is_err());
    assert!(key("correct horse ", 1).open("probe", &sealed).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_changed_bit_is_found(plain in proptest::collection::vec(any::<u8>(), 0..200), at: proptest::sample::Index) {
        let key = SealingKey::from_seed(&[1; 32]);
        let mut sealed = key.public().seal(&mut stream(0), b"header", &plain).unwrap();
        prop_assert_eq!(&*key.open(b"header", &sealed).unwrap(), &plain);
        let bit = at.index(sealed.len() * 8);
        sealed[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(key.open(b"header", &sealed).is_err());

        let key = DataKey::from_bytes(&[3; 32]);
        let mut wrapped = key.seal("role", [5; 24], &plain);
        prop_assert_eq!(&*key.open("role", &wrapped).unwrap(), &plain);
        let bit = at.index(wrapped.len() * 8);
        wrapped[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(key.open("role", &wrapped).is_err());
    }
}
