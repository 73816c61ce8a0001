//! Input made to break decoders, and text in which nothing is encoded.
//!
//! Guarantees: nothing panics, spans stay inside the text, work is bounded, prose gives no trusted text from whole bytes.
//!
//! Does not know: every input.

use super::encode::*;
use crate::Text;
use crate::decode::{Decoder, decode, documents};
use proptest::prelude::*;

fn check(text: &str) -> usize {
    let (mut steps, mut decoder) = (0usize, Decoder::default());
    let source = Text::of(text);
    let out = decode(&source, &mut decoder, &mut |count| {
        steps = steps.saturating_add(count);
        true
    });
    for decoded in &out {
        assert_eq!(decoded.text.chars.len(), decoded.text.spans.len());
        let inside = |(start, end): &(u32, u32)| start <= end && *end as usize <= text.len();
        assert!(decoded.text.spans.iter().all(inside), "{} of {text:?}", decoded.how);
    }
    // Stopping at any time gives less, and no more.
    let mut left = steps / 2;
    let fewer = decode(&source, &mut decoder, &mut |count| {
        left = left.saturating_sub(count);
        left > 0
    });
    assert!(fewer.len() <= out.len());
    steps
}

#[test]
fn inputs_made_to_break() {
    let seeds = [
        "%",
        "%u",
        "%4",
        "&#",
        "&#x;",
        "&#99999999999;",
        "&amp",
        "\\u{",
        "\\u{}",
        "\\ud800\\u0041",
        "\\U0011ffff",
        "\\x{",
        "=?",
        "=?utf-8?B?",
        "=?utf-8?Q?=?=",
        "+A-",
        "+/v8-",
        "xn--",
        "xn--999999999999",
        "xn---",
        "<~",
        "<~zzzz~>",
        "<~uuuuu~>",
        "<!--",
        "<![CDATA[",
        "[](",
        "](",
        "`_*~",
        "\\textbf{",
        "0x",
        "0x,0x,0x,0x,0x",
        "999999, 999999, 999999, 999999",
        "H4sIAAAAAAAA",
        "H4sIH////////",
        "eJwAAA==",
        "UEsDBAAAAAAAAAAA",
        "JVBERi0xLjcoKCgoKA==",
        "JVBERi08PDw8PDw8PA==",
        "e1xydGZcJ1wnXHUtXHU=",
        "Ã",
        "Ã\u{ad}",
        "Р",
        "====",
        "////++++",
        "--------",
        "\\\\\\\\",
        "0042A9F5-F053-4769-B3EF-9AD018DFA298",
        "1f8b0800000000000003",
        "504b0304ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    ];
    for one in seeds {
        check(one);
        check(&one.repeat(20));
        for other in seeds {
            check(&format!("{one}{other}"));
            check(&format!("{one} {other}{one}"));
        }
    }
}

#[test]
fn work_is_linear() {
    for seed in [
        "%41", "&#65;", "QUJD", "4142", "MFRGG", "\\x41", "=41", "<a", "[b", "](", "H4sI ", "a_", "+AEE", "Ã¶", "xn--",
        "65, ", "a-b-", "=?", "<~",
    ] {
        let (one, four) = (check(&seed.repeat(2000)), check(&seed.repeat(8000)));
        assert!(four <= one * 5, "{seed}: {one} and {four}");
        assert!(one <= seed.repeat(2000).len() * 60, "{seed}: {one}");
    }
}

#[test]
fn prose_is_not_decoded() {
    let prose = "The report of Tuesday says that two vessels went north with their lights out, and nothing else was seen by us; \
                 42 of 99 (see below) were counted by somebody else. A copy is kept by the officer on duty, who has it under seal.";
    let bytes = ["base64", "base32", "hex"];
    let found = decode(&Text::of(prose), &mut Decoder::default(), &mut |_| true);
    assert!(found.iter().all(|it| !(it.trusted && bytes.contains(&it.how))), "{found:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text(text in "\\PC{0,200}") {
        check(&text);
    }

    #[test]
    fn any_text_of_signs(text in "[%&\\\\=<\\[({+*_`~#xu0-9a-fA-F;?>\\]}) .,-]{0,200}") {
        check(&text);
    }

    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..300), kind in 0usize..6) {
        let begin: &[u8] = [&b""[..], b"%PDF", b"PK\x03\x04", b"{\\rtf", b"\x1f\x8b\x08\0", b"\x78\x9c"][kind];
        let bytes = [begin, &bytes].concat();
        documents(&bytes, (0, 4), &mut |_| true);
        check(&base64_bytes(&bytes, "+/", true));
        check(&hex_bytes(&bytes));
    }
}
