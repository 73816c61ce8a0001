//! The kind that is guessed, and texts that hold nothing.
//!
//! Guarantees: one table for each. Does not know: writings of a term.

use super::*;

#[test]
fn kinds_are_guessed_from_the_form() {
    let table = [
        ("+43 660 7418325", Some(TermKind::Phone)),
        ("0660/7418325", Some(TermKind::Phone)),
        ("(212) 555-0142", Some(TermKind::Phone)),
        ("198.51.100.7", Some(TermKind::Ip)),
        ("198.51.100.0/24", Some(TermKind::Ip)),
        ("2001:db8::7", Some(TermKind::Ip)),
        ("jana.kormoran@example.org", Some(TermKind::Email)),
        ("srv-kormoran.example.com", Some(TermKind::Host)),
        ("2026-03-14", Some(TermKind::Date)),
        ("14 March 2026", Some(TermKind::Date)),
        ("14.3.2026", Some(TermKind::Date)),
        ("AT61 1904 3002 3457 3201", Some(TermKind::Account)),
        ("AB-2026/0471", Some(TermKind::CaseNumber)),
        ("4711/2026", Some(TermKind::CaseNumber)),
        ("Kormoranstraße 14, 1010 Wien", Some(TermKind::Address)),
        ("14 Cormorant Street", Some(TermKind::Address)),
        ("Jana Kormoran", None),
        ("KORMORAN", None),
        ("Operation Grey Cormorant", None),
        ("Dr. Kormoran", None),
        ("", None),
    ];
    for (text, kind) in table {
        assert_eq!(infer(text), kind, "{text}");
    }
}

#[test]
fn words_are_no_numbers() {
    for kind in [
        TermKind::Phone,
        TermKind::Ip,
        TermKind::Email,
        TermKind::Date,
        TermKind::CaseNumber,
        TermKind::Account,
        TermKind::Document,
    ] {
        assert!(!Numbers::builder().add(kind, "grey cormorant", 1), "{kind}");
        assert!(!Numbers::builder().add(kind, "", 1), "{kind}");
    }
    assert!(Numbers::builder().build().is_empty());
}

/// Returns numbers that look random, the same each time.
fn numbers(mut state: u64) -> impl FnMut() -> u64 {
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    }
}

#[test]
fn no_text_stops_the_search() {
    let terms = [
        (TermKind::Phone, "+43 660 7418325"),
        (TermKind::Ip, "198.51.100.7"),
        (TermKind::Ip, "2001:db8::7"),
        (TermKind::Email, "jana.kormoran@example.org"),
        (TermKind::Host, "srv-kormoran.example.com"),
        (TermKind::Date, "2026-03-14"),
        (TermKind::CaseNumber, "AB-2026/0471"),
        (TermKind::Account, "AT61 1904 3002 3457 3201"),
        (TermKind::Address, "Kormoranstraße 14"),
    ];
    let mut builder = Numbers::builder();
    for (at, (kind, text)) in terms.into_iter().enumerate() {
        assert!(builder.add(kind, text, at as u32));
    }
    let numbers_of = builder.build();
    let pieces: Vec<&str> = terms
        .iter()
        .map(|term| term.1)
        .chain([
            "0",
            "7",
            "14",
            "2026",
            "99999999999999999999999999",
            ":",
            "::",
            ".",
            "-",
            "/",
            "@",
            "%40",
            "%",
            "[",
            "]",
            "[.]",
            "(dot)",
            " at ",
            " ",
            "x",
            "0x",
            "W11",
            "March",
            "年",
            "月",
            "th",
            "ip6.arpa",
            "in-addr.arpa",
            "é",
            "№",
            "ß",
            "٣",
            "+",
            "(0)",
            "ffff",
            "c6336407",
            "/29",
            "/128",
            "/0",
            "T",
            "民國",
            "1773446400",
        ])
        .collect();
    let mut next = numbers(7);
    for _ in 0..20_000 {
        let count = next() % 12 + 1;
        let text: String = (0..count).filter_map(|_| pieces.get(next() as usize % pieces.len()).copied()).collect();
        let text = Text::of(&text);
        numbers_of.search(&text, &mut |term, from, to, _| {
            assert!((term as usize) < terms.len() && from < to && to <= text.chars.len());
        });
    }
}

#[test]
fn ordinary_texts_hold_nothing() {
    let texts = [
        "version 1.2.3.4.5 and 10.0.19041.1",
        "€ 1,234.50 or 47.11",
        "d41d8cd98f00b204e9800998ecf8427e",
        "9c1e8f6a-51d2-4b1e-9c1e-2f1a4711aa00",
        "CVE-2026-12345",
        "T1059.001",
        "port 8080, 443/tcp",
        "4.7 GB of 512 MB",
        "10:15:30",
        "2026-03-15T10:15:30.471Z",
        "sha256:0471ab",
        "1010 Wien",
        "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
    ];
    let mut builder = Numbers::builder();
    for (kind, term) in [
        (TermKind::Phone, "+43 660 7418325"),
        (TermKind::Ip, "198.51.100.7"),
        (TermKind::Date, "2026-03-14"),
        (TermKind::CaseNumber, "4711"),
        (TermKind::CaseNumber, "AB-2026/0471"),
        (TermKind::Address, "Kormoranstraße 14, 1010 Wien"),
    ] {
        assert!(builder.add(kind, term, 1));
    }
    let numbers = builder.build();
    for text in texts {
        numbers.search(&Text::of(text), &mut |_, from, to, class| panic!("{text}: {from}..{to} {class}"));
    }
}

#[test]
fn long_runs_take_no_longer_than_their_length() {
    let mut builder = Numbers::builder();
    for (kind, term) in [
        (TermKind::Phone, "+43 660 7418325"),
        (TermKind::Ip, "2001:db8::7"),
        (TermKind::Email, "jana.kormoran@example.org"),
        (TermKind::Date, "2026-03-14"),
        (TermKind::Account, "AT61 1904 3002 3457 3201"),
    ] {
        assert!(builder.add(kind, term, 1));
    }
    let numbers = builder.build();
    // Work that grew with the square would take hours.
    for piece in ["1", "1 ", "a", "@", "a@", "a.", "a1", ":", "[:", "1.", "1:", "a+", "2026 ", "14 March ", "%40"] {
        let text = Text::of(&format!("{}{}", "a".repeat(100_000), piece.repeat(200_000)));
        numbers.search(&text, &mut |_, _, _, class| panic!("{piece}: {class}"));
    }
}
