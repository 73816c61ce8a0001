//! The copy for a partner's TAXII tools is made of what stands in our log to that partner as a release, and of nothing else.

use crate::common;

use comity_crypto::{Purpose, Signature, SigningKey, commitment};
use comity_link::{Header, Kept, SealError, TaxiiCopy, log_origin};
use common::{Pair, now, status};

const SALT: [u8; 32] = [7; 32];
const BUNDLE: &[u8] = b"{\"type\":\"bundle\",\"objects\":[]}";

fn release(bundle: &[u8]) -> Vec<u8> {
    let line = br#"{"kind":"release","release":"12345678-9abc-4def-8123-456789abcdef","part":0,"parts":1,"label":"TLP:AMBER","policy":"p","items":[]}"#;
    [&line[..], b"\n", bundle].concat()
}

/// Header and signature of an entry that this key signed into this log.
fn entry(key: &SigningKey, origin: &str, payload: &[u8]) -> (Vec<u8>, Signature) {
    let created = now().unix_seconds();
    let header = Header {
        origin: origin.to_owned(),
        seq: 4,
        commitment: commitment(&SALT, payload),
        created: created - created % 86_400,
    }
    .to_bytes();
    let signature = key.sign(Purpose::Entry, &header);
    (header, signature)
}

#[test]
fn a_release_in_our_log_becomes_a_copy() {
    let pair = Pair::new();
    let payload = release(BUNDLE);
    let (header, signature) = entry(&pair.node, &pair.origin, &payload);
    let kept = Kept { header: &header, signature: &signature };
    let copy = TaxiiCopy::of_entry(&kept, &pair.origin, &SALT, &payload, &pair.node.verifying_key()).unwrap().unwrap();
    assert_eq!((copy.seq(), copy.bundle()), (4, BUNDLE));
}

#[test]
fn what_does_not_stand_in_the_log_to_this_partner_is_refused() {
    let pair = Pair::new();
    let (ours, payload) = (pair.node.verifying_key(), release(BUNDLE));
    let third = SigningKey::from_seed(&[9; 32]);
    let to_a_third = log_origin(&pair.organisation.verifying_key(), &third.verifying_key(), 0);
    let (header, signature) = entry(&pair.node, &pair.origin, &payload);
    let (other_header, other_signature) = entry(&pair.node, &to_a_third, &payload);
    let (_, stranger) = entry(&third, &pair.origin, &payload);
    let refused = |what: &str, header: &[u8], signature: &Signature, salt: &[u8; 32], payload: &[u8]| {
        let copy = TaxiiCopy::of_entry(&Kept { header, signature }, &pair.origin, salt, payload, &ours);
        assert_eq!(copy, Err(SealError::NotOurs { seq: 4 }), "{what}");
    };
    refused("a release to a third", &other_header, &other_signature, &SALT, &payload);
    refused("another bundle", &header, &signature, &SALT, &release(b"names of sources"));
    refused("another salt", &header, &signature, &[8; 32], &payload);
    refused("signed by somebody else", &header, &stranger, &SALT, &payload);
    refused("with the signature of another entry", &header, &other_signature, &SALT, &payload);
    let kept = Kept { header: b"names of sources", signature: &signature };
    let copy = TaxiiCopy::of_entry(&kept, &pair.origin, &SALT, &payload, &ours);
    assert_eq!(copy, Err(SealError::NotOurs { seq: 0 }), "no header");
}

#[test]
fn what_is_no_release_is_never_copied() {
    let mut pair = Pair::new();
    let sealed = pair.seal(4, &status(0));
    let kept = Kept { header: &sealed.header, signature: &sealed.signature };
    let ours = pair.node.verifying_key();
    assert_eq!(TaxiiCopy::of_entry(&kept, &pair.origin, &sealed.salt, &sealed.payload, &ours), Ok(None));
    let payload = b"{\"kind\":\"future_thing\"}\nnames of sources";
    let (header, signature) = entry(&pair.node, &pair.origin, payload);
    let kept = Kept { header: &header, signature: &signature };
    assert_eq!(TaxiiCopy::of_entry(&kept, &pair.origin, &SALT, payload, &ours), Ok(None));
}
