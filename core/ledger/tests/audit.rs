//! The audit chain: whatever is changed is found, and the first bad entry is named.

use comity_ledger::{AuditEntry, AuditError, AuditFault, GENESIS, chain, verify_chain, verify_chain_to};
use comity_vocab::{Digest, Timestamp};
use proptest::prelude::*;

fn entries(count: u64) -> (Vec<Vec<u8>>, Digest) {
    let mut prev = GENESIS;
    let entries = (0..count)
        .map(|seq| {
            let entry = AuditEntry {
                seq,
                prev,
                at: Timestamp::from_unix(1_780_000_000 + seq as i64, 0),
                officer: (seq % 3 != 0).then(|| "alice".parse().unwrap()),
                act: "release.approve".to_owned(),
                subject: format!("release-{seq}"),
                detail: "digest \"ab\\cd\" é".to_owned(),
            };
            prev = chain(&prev, &entry.bytes());
            entry.bytes()
        })
        .collect();
    (entries, prev)
}

#[test]
fn a_whole_chain_verifies() {
    for count in [0, 1, 2, 20] {
        let (entries, head) = entries(count);
        assert_eq!(verify_chain(&entries), Ok(head));
        assert_eq!(verify_chain_to(&entries, count, &head), Ok(()));
    }
    assert_eq!(verify_chain::<Vec<u8>>([]), Ok(GENESIS));
}

#[test]
fn removing_moving_repeating_and_cutting_off_is_found() {
    use AuditFault::*;
    let (whole, head) = entries(5);
    let check = |change: &dyn Fn(&mut Vec<Vec<u8>>), seq, fault| {
        let mut entries = whole.clone();
        change(&mut entries);
        assert_eq!(verify_chain_to(&entries, 5, &head), Err(AuditError { seq, fault }));
    };
    check(&|e| drop(e.remove(2)), 2, Position);
    check(&|e| drop(e.remove(0)), 0, Position);
    check(&|e| e.swap(1, 2), 1, Position);
    check(&|e| e.insert(3, e[2].clone()), 3, Position);
    check(&|e| e.truncate(3), 3, Head);
    check(&|e| e.clear(), 0, Head);
    check(&|e| e[2].push(b' '), 2, Malformed);
    check(&|e| e[2].clear(), 2, Malformed);
    let (longer, _) = entries(6);
    assert_eq!(verify_chain_to(&longer, 5, &head), Err(AuditError { seq: 5, fault: Head }));
}

#[test]
fn only_the_exact_form_is_read() {
    let (entries, _) = entries(2);
    let text = String::from_utf8(entries[1].clone()).unwrap();
    assert!(AuditEntry::parse(text.as_bytes()).is_ok());
    for bad in [
        text.replace(',', ", "),
        text.replace("{\"seq\":1,", "{\"seq\":1,\"seq\":1,"),
        text.replace("\"detail\"", "\"more\":1,\"detail\""),
        text.replace("\"seq\":1", "\"seq\":1.0"),
        text.replace("\"seq\":1", "\"seq\":01"),
        text.replace("é", "\\u00e9"),
        text.replace(".000Z", "Z"),
        text.replace("\"officer\":\"alice\",", ""),
        text.replace("\"officer\":\"alice\"", "\"officer\":\"Alice\""),
        format!("{text}\n"),
        format!("\u{feff}{text}"),
    ] {
        assert_ne!(bad, text);
        assert_eq!(AuditEntry::parse(bad.as_bytes()), Err(AuditFault::Malformed), "{bad}");
    }
}

proptest! {
    #[test]
    fn flipping_any_bit_of_any_entry_is_found_there(count in 1u64..8, entry: prop::sample::Index, at: prop::sample::Index) {
        let (mut entries, head) = entries(count);
        let seq = entry.index(entries.len());
        let bit = at.index(entries[seq].len() * 8);
        entries[seq][bit / 8] ^= 1 << (bit % 8);
        let error = verify_chain_to(&entries, count, &head).unwrap_err();
        prop_assert_eq!(error.seq, seq as u64);
        // Without a head kept elsewhere it is found all the same, but for the last entry, which nothing follows.
        let alone = verify_chain(&entries);
        prop_assert!(alone.is_err() || (seq as u64 + 1 == count && alone != Ok(head)));
    }
}
