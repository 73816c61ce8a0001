//! Random texts as a person is shown them: 2,000 of them, and 100,000 where `COMITY_SOAK` is set.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, missing_docs, reason = "test")]

use comity_text::{unseen, visible, visible_line};
use proptest::prelude::*;

/// Reads a shown text back: the text it stands for.
fn read_back(shown: &str) -> String {
    let mut out = String::new();
    let mut rest = shown;
    while let Some(at) = rest.find("⟨U+") {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let (number, after) = from.strip_prefix("⟨U+").unwrap().split_once('⟩').unwrap();
        out.push(char::from_u32(u32::from_str_radix(number, 16).unwrap()).unwrap());
        rest = after;
    }
    out + rest
}

fn some_text() -> impl Strategy<Value = String> {
    let unusual = prop::sample::select(vec![
        '\u{200b}',
        '\u{200c}',
        '\u{200d}',
        '\u{202e}',
        '\u{e0041}',
        '\u{fe0f}',
        '⟨',
        '⟩',
        'U',
        '+',
        '2',
        '\u{301}',
        '\u{1b}',
        '\u{2028}',
        '\u{e000}',
        '\u{a0}',
        'a',
        'ж',
        'ا',
        '😀',
        '\n',
        '\r',
    ]);
    prop::collection::vec(prop_oneof![unusual, any::<char>()], 0..40).prop_map(|chars| chars.into_iter().collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if std::env::var_os("COMITY_SOAK").is_some() { 100_000 } else { 2_000 }))]

    /// A reader can tell from what is shown whether anything unseen is in it, and what.
    #[test]
    fn what_is_shown_tells_what_is_there(text in some_text()) {
        for shown in [visible(&text), visible_line(&text)] {
            prop_assert!(shown.chars().all(|c| unseen(c).is_none()));
            prop_assert!(shown.contains("⟨U+") || text.chars().all(|c| unseen(c).is_none()));
            if !shown.contains(" marks⟩") {
                prop_assert_eq!(read_back(&shown), text.clone());
            }
        }
    }
}
