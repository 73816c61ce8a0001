//! Invented names as many countries write them against the search of the leak check: names that no table of the generator knows.
//!
//! `LEAK_SHOW`: shows which writings are not found.

#![allow(clippy::unwrap_used, missing_docs, reason = "test")]

use comity_release::leak::{Term, TermKind, TermList};

/// Columns: a name, and its writings.
const WRITTEN: &str = include_str!("../data/written.txt");
/// Of the writings at least so many in a hundred are found.
const AT_LEAST: f64 = 98.5;

fn names() -> Vec<(&'static str, Vec<&'static str>)> {
    let lines = WRITTEN.lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| line.split_once('|'))
        .map(|(name, writings)| (name, writings.split('/').collect()))
        .collect()
}

fn list(names: &[(&str, Vec<&str>)]) -> TermList {
    TermList::new(names.iter().map(|(name, _)| Term::new(TermKind::Person, name)))
}

fn bundle(text: &str) -> Vec<u8> {
    let document = serde_json::json!({ "objects": [{ "type": "note", "content": format!("⟦ {text} ⟧") }] });
    serde_json::to_vec(&document).unwrap()
}

#[test]
fn names_are_found_as_people_write_them() {
    let names = names();
    let list = list(&names);
    let (mut all, mut right) = (0, 0);
    for (number, (name, writings)) in names.iter().enumerate() {
        for writing in writings {
            all += 1;
            if list.find(&bundle(writing)).findings.iter().any(|found| found.term == number) {
                right += 1;
            } else if std::env::var("LEAK_SHOW").is_ok() {
                println!("{name}\t{writing}");
            }
        }
    }
    let share = f64::from(right) * 100.0 / f64::from(all);
    println!("{right} of {all}, {share:.2} %");
    assert!(share >= AT_LEAST, "{right} of {all}; LEAK_SHOW=1 shows which are not found");
}

#[test]
fn no_name_is_found_where_another_one_stands() {
    let names = names();
    let list = list(&names);
    let mut wrong = Vec::new();
    for (number, (name, writings)) in names.iter().enumerate() {
        for writing in writings {
            for found in list.find(&bundle(writing)).findings.iter().filter(|found| found.term != number) {
                let other = names.get(found.term).map_or("", |(name, _)| *name);
                wrong.push(format!("{writing}, which is {name}: {other}"));
            }
        }
    }
    println!("{} found where another stands", wrong.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
}
