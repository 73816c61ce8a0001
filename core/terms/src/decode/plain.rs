//! Undoes base64 that looks like a word of a language, if it is letters as a whole.
//!
//! Guarantees: nothing is allocated before all of a word was read; what comes out is not trusted.
//!
//! Does not know: texts outside ASCII, which such words cannot encode.

use super::base64::{Alphabet, LEAST, value};
use super::words::Range;
use super::{Decoded, readable};
use crate::Text;

/// Undoes a word that looks like one of a language, if it is letters as a whole in some alignment.
pub(super) fn decode(text: &Text, clean: &[u8], (start, end): Range, out: &mut Vec<Decoded>) {
    for start in start..start + 4 {
        let word = clean.get(start..end).unwrap_or_default();
        if word.len() < LEAST || word.len() % 4 == 1 {
            continue;
        }
        let (mut bytes, mut length) = ([0u8; 18], 0usize);
        for group in word.chunks(4) {
            let bits =
                group.iter().fold(0, |bits, byte| bits << 6 | u32::from(value(Alphabet::Neither, (*byte).into())));
            let [_, all @ ..] = (bits << (6 * (4 - group.len()))).to_be_bytes();
            let known = group.len() * 6 / 8;
            let (taken, left_over) = all.split_at_checked(known).unwrap_or((&all, &[]));
            if !taken.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b' ')
                || left_over.iter().any(|byte| *byte != 0)
            {
                length = 0;
                break;
            }
            bytes.iter_mut().skip(length).zip(taken).for_each(|(to, from)| *to = *from);
            length += known;
        }
        let span = |byte: usize| text.span(start + byte * 8 / 6, start + (byte * 8 + 7) / 6 + 1);
        if let Some(found) = readable::whole(bytes.get(..length).unwrap_or_default(), &span) {
            readable::push_new(out, Decoded { text: found, how: "base64", trusted: false });
        }
    }
}
