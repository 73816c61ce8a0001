//! Tables of what is found and what is not, for each kind.
//!
//! Guarantees: a table names the term once, then writings. Does not know: speed.

mod days;
mod forms;
mod numbers;
mod places;
mod whole;

use super::*;

/// Returns the classes under which the term is found.
fn classes(kind: TermKind, term: &str, text: &str) -> Vec<(String, &'static str)> {
    let mut builder = Numbers::builder();
    assert!(builder.add(kind, term, 7), "no {kind}: {term}");
    let numbers = builder.build();
    let text = Text::of(text);
    let mut found = Vec::new();
    numbers.search(&text, &mut |which, from, to, class| {
        assert_eq!(which, 7);
        assert!(from < to && to <= text.chars.len());
        found.push((text.chars[from..to].iter().collect(), class));
    });
    found
}

/// Checks that a term is found in each text of a table, and not in each of another.
fn check(kind: TermKind, term: &str, found: &[&str], not_found: &[&str]) {
    let mut wrong = Vec::new();
    for text in found {
        for text in [(*text).to_owned(), format!("words ({text}), more")] {
            if classes(kind, term, &text).is_empty() {
                wrong.push(format!("missed: {text}"));
            }
        }
    }
    for text in not_found {
        let classes = classes(kind, term, text);
        if !classes.is_empty() {
            wrong.push(format!("false alarm: {text}: {classes:?}"));
        }
    }
    assert!(wrong.is_empty(), "{kind} {term}\n{}", wrong.join("\n"));
}
