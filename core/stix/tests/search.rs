//! Folding in many scripts, and queries that FTS5 always accepts.

use comity_stix::{fold, fts_query, search_text};
use proptest::prelude::*;

#[test]
fn folded() {
    for (text, expect) in [
        ("Poison IVY", "poison ivy"),
        ("a\tb\nc\0d", "a b c d"),
        ("Ångström", "angstrom"),
        ("A\u{30a}ngstro\u{308}m", "angstrom"),
        ("ﬁle ＡＢＣ ①", "file abc 1"),
        ("Straße STRASSE", "strasse strasse"),
        ("Łódź Øst Đorđe Æther", "lodz ost dorde aether"),
        ("İstanbul Işık", "istanbul isik"),
        ("ΟΔΟΣ οδός", "οδοσ οδοσ"),
        ("Ёлка Йод ЖУК", "елка иод жук"),
        ("مُحَمَّد أحمد إسلام آل", "محمد احمد اسلام ال"),
        ("کتابی ١٢٣ ۴۵", "كتابي 123 45"),
        ("שָׁלוֹם", "שלום"),
        ("が カﾞ", "か\u{3099} カ\u{3099}"),
        ("東京タワー", "東 京 タ ワ ー"),
        ("APT東京29", "apt 東 京 29"),
        ("สวัสดี", "ส วั ส ดี"),
        ("हिन्दी", "हिन्दी"),
        ("한국어", "한국어"),
        ("zero\u{200b}width soft\u{ad}hyphen \u{202e}rtl", "zerowidth softhyphen rtl"),
        ("", ""),
    ] {
        let expect: String = {
            use unicode_normalization::UnicodeNormalization;
            expect.nfc().collect()
        };
        assert_eq!(fold(text), expect, "{text}");
    }
}

#[test]
fn queries() {
    for (text, expect) in [
        ("poison ivy", Some(r#""poison" "ivy""#)),
        ("\"Poison Ivy\" apt", Some(r#""poison ivy" "apt""#)),
        ("“Poison Ivy”", Some(r#""poison ivy""#)),
        ("mal*", Some(r#""mal"*"#)),
        ("\"poison iv*\"", Some(r#""poison iv"*"#)),
        ("malware--31b940d4", Some(r#""malware 31b940d4""#)),
        ("31B940D4", Some(r#""31b940d4""#)),
        ("a OR b AND NOT c NEAR(d)", Some(r#""a" "or" "b" "and" "not" "c" "near d""#)),
        ("col:x ^y -z +w {a b}", Some(r#""col x" "y" "z" "w" "a" "b""#)),
        ("東京", Some(r#""東 京""#)),
        ("東京*", Some(r#""東 京"*"#)),
        ("evil.example.com", Some(r#""evil example com""#)),
        ("x x X", Some(r#""x""#)),
        ("부산항만", Some(r#""부산항만"*"#)),
        ("부산 항만", Some(r#""부산"* "항만"*"#)),
        ("\"부산 항만\"", Some(r#""부산 항만"*"#)),
        ("apt 부산2024", Some(r#""apt" "부산2024""#)),
        ("\"* NEAR(", Some(r#""near""#)), // 192
        ("\"", None),
        ("* ** \" \"\" -- ( ) \0", None),
        ("\0", None),
        ("  ", None),
        ("", None),
    ] {
        assert_eq!(fts_query(text).as_deref(), expect, "{text:?}");
    }
    let long = fts_query(&"x".repeat(10_240)).unwrap();
    assert!(long.len() <= 260, "{}", long.len());
    let many: String = (0..5_000).map(|n| format!("w{n} ")).collect();
    assert_eq!(fts_query(&many).unwrap().split(' ').count(), 64);
    assert!(fts_query(&"東".repeat(10_240)).is_some());
}

#[test]
fn text_of_an_object() {
    let object = r#"{"type":"tool","spec_version":"2.1","id":"tool--31b940d4-6f7f-459a-80ea-9c1f17b58abc",
        "created":"2020-01-01T00:00:00.000Z","name":"Poison \u0049vy","x_mitre_note":"Čap\nek","number":15169,
        "external_references":[{"source_name":"mitre","external_id":"T1059","url":"https://example.org/x"}],
        "extensions":{"extension-definition--d83fce45-ef58-4c6c-a3f4-1fbc32e98c6e":{"toxicity":8,"flag":true}},
        "payload_bin":"QUFBQQ=="}"#;
    assert_eq!(
        search_text(object.as_bytes()),
        "tool tool--31b940d4-6f7f-459a-80ea-9c1f17b58abc poison ivy x_mitre_note cap ek 15169 mitre t1059 https://example.org/x \
         extension-definition--d83fce45-ef58-4c6c-a3f4-1fbc32e98c6e toxicity 8 flag"
    );
    assert_eq!(search_text(b"{\"name\":\"half"), "");
}

/// The only shape of expression that [`fts_query`] yields; every expression of this shape is lawful in FTS5: strings in
/// double quotes without quotes inside, perhaps with a star behind, separated by blanks.
fn is_safe(query: &str) -> bool {
    let mut rest = query;
    loop {
        let Some(inner) = rest.strip_prefix('"') else { return false };
        let Some((phrase, after)) = inner.split_once('"') else { return false };
        let words = !phrase.is_empty() && phrase.split(' ').all(|word| !word.is_empty());
        if !words || phrase.contains(|c: char| c.is_control() || c.is_ascii_punctuation()) {
            return false;
        }
        let after = after.strip_prefix('*').unwrap_or(after);
        match after.strip_prefix(' ') {
            Some(next) => rest = next,
            None => return after.is_empty(),
        }
    }
}

proptest! {
    #[test]
    fn queries_are_always_lawful(text in "\\PC*|[\\x00-\\x7f]*|[\"*()^:+ ANDORNEAR\\-]*") {
        if let Some(query) = fts_query(&text) {
            prop_assert!(is_safe(&query), "{}", query);
        }
    }

    #[test]
    fn folding_twice_changes_nothing(text in "\\PC*") {
        let once = fold(&text);
        prop_assert_eq!(fold(&once), once);
    }

    #[test]
    fn what_is_indexed_is_found(words in proptest::collection::vec("[a-zA-Zéß東京タสกжЖ]{1,8}", 1..6)) {
        let text = fold(&words.join(" "));
        for word in &words {
            let query = fts_query(word).unwrap();
            let phrase = query.trim_matches('"');
            let haystack = format!(" {text} ");
            prop_assert!(haystack.contains(&format!(" {phrase} ")), "{} in {}", phrase, haystack);
        }
    }
}
