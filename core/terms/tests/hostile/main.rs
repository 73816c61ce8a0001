//! Random bytes, and random words put together as attackers would, for the decoder and the matcher: they never panic, and do no more than they
//! were allowed. One seed in `./test`; `COMITY_SEED` chooses another and `COMITY_SOAK` more.

#![allow(clippy::disallowed_methods, missing_docs, reason = "test")]

mod body;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};

/// As in all randomised tests: a number in `COMITY_SEED` runs that one.
fn config(cases: u32) -> Config {
    let soak = std::env::var_os("COMITY_SOAK").is_some();
    let seed = std::env::var("COMITY_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(11);
    Config {
        cases: if soak { cases * 100 } else { cases },
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(seed),
        ..Config::default()
    }
}

/// Pieces that decoders and rules look for, so that chance gets past the first look.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    let known = prop::sample::select(vec![
        "Anton",
        "Bielawski",
        "Кормoран",
        "港区",
        "किरण",
        "יונה",
        "أنطون",
        "192.0.2.7",
        "2001:db8::7",
        "+47 22 55 01 99",
        "12.03.2026",
        "a.bielawski@mail.example",
        "Hafenweg 14",
        "KV-2026/0117",
        "S29ybW9yYW4=",
        "QW50b24gQmllbGF3c2tp",
        "4b6f726d6f72616e",
        "H4sIAAAAAAAA",
        "eJzzzi/K",
        "%4B%6F",
        "&#75;&#x6f;",
        "\\u004b\\x6f\\113",
        "=4B=6F",
        "=?utf-8?B?S28=?=",
        "+AEsAbw-",
        "xn--mnchen-3ya",
        "<~6>:sB~>",
        "<b>",
        "</b>",
        "[b]",
        "<!--",
        "-->",
        "![CDATA[",
        "75,111,114,109",
        "0x4b 0x6f",
        "\u{202e}",
        "\u{e004b}",
        "\u{301}",
        "\u{200b}",
        "ÐšÐ¾",
        "(at)",
        "[.]",
        " dot ",
        "\"",
        "'",
        "\\",
        "\n",
        "\n\n",
        " ",
        ", ",
        "-",
        "_",
        ".",
        "/",
        ":",
        "=",
        "@",
        "&",
        "+",
        "%",
        "0",
        "1",
        "l",
        "I",
        "rn",
    ]);
    prop_oneof![
        4 => known.prop_map(|text| text.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..24),
        1 => "\\PC{0,12}".prop_map(String::into_bytes),
    ]
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..600),
        prop::collection::vec(piece(), 0..40).prop_map(|pieces| pieces.concat()),
    ]
}

#[test]
fn the_decoder_takes_any_bytes() {
    proptest!(config(400), |(bytes in bytes())| body::decoder(&bytes));
}

#[test]
fn the_matcher_takes_any_terms_and_any_text() {
    proptest!(config(300), |(bytes in bytes())| body::matcher(&bytes));
}

/// What is long and of one kind of piece is where work would grow faster than the text.
#[test]
fn a_long_row_of_one_piece_is_within_the_budget() {
    proptest!(config(24), |(piece in piece(), second in piece())| {
        let once = [piece, second].concat();
        if !once.is_empty() {
            let long: Vec<u8> = once.iter().copied().cycle().take(6_000).collect();
            body::decoder(&long);
            body::matcher(&long);
        }
    });
}
