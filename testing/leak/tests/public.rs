//! Public catalogues against a register full of ordinary given names: a vault finding cannot be overridden, so that a wrong one blocks for good.
//!
//! Reads the catalogues of `COMITY_TEST_DATA`.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs, reason = "test")]

use comity_release::leak::{Term, TermKind, TermList};
use std::collections::BTreeSet;
use std::path::PathBuf;

const GIVEN: &str = "Anna Maria Peter Martin Thomas Michael Andreas Stefan Daniel David Alexander Christian Markus Paul Julia Laura Sarah Lisa Eva \
                     Elena Olga Ivan Igor Boris Dmitri Sergei Mikhail Natasha Anton Viktor Marek Jan Tomas Pavel Milan Goran Ana Marko Nikola \
                     Petar Ali Omar Hassan Fatima Yusuf Leila Amir Chen Wei Ming Jose Carlos Juan Luis Ahmed Mohamed Emma Max Karl Rosa";
/// Of all objects at most so many in a hundred may be blocked.
const BLOCKED_MAX: f64 = 1.0;

fn catalogues() -> Vec<PathBuf> {
    let data = std::env::var("COMITY_TEST_DATA").unwrap_or_else(|_| "../../../shared/data".to_owned());
    let folder = PathBuf::from(data).join("stix");
    let wanted = |name: &str| ["attack", "capec", "disarm"].iter().any(|part| name.to_lowercase().contains(part));
    let mut found: Vec<PathBuf> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|it| it == "json") && wanted(&path.to_string_lossy()))
        .collect();
    found.sort();
    found
}

#[test]
fn given_names_do_not_block_public_catalogues() {
    assert_eq!(GIVEN.split_whitespace().count(), 60);
    let list = TermList::new(GIVEN.split_whitespace().map(|name| Term::new(TermKind::Person, name)));
    let (mut objects, mut blocked) = (0, 0);
    let catalogues = catalogues();
    assert!(!catalogues.is_empty());
    for path in catalogues {
        let bytes = std::fs::read(&path).unwrap();
        let count = serde_json::from_slice::<serde_json::Value>(&bytes).unwrap()["objects"].as_array().unwrap().len();
        let start = std::time::Instant::now();
        let found = list.find(&bytes);
        let seconds = start.elapsed().as_secs_f64();
        assert_eq!(found.undetermined, Vec::<String>::new(), "{}", path.display());
        let places: BTreeSet<&str> = found.findings.iter().filter_map(|it| it.path.split('/').nth(2)).collect();
        println!(
            "{}: {} of {count} objects, {} places, {:.1} MB in {seconds:.2} s",
            path.display(),
            places.len(),
            found.findings.len(),
            bytes.len() as f64 / 1e6
        );
        if std::env::var("LEAK_SHOW").is_ok() {
            found
                .findings
                .iter()
                .for_each(|it| println!("    {} {} {}", it.path, it.rule, it.excerpt.replace('\n', " ")));
        }
        objects += count;
        blocked += places.len();
    }
    let share = blocked as f64 * 100.0 / objects as f64;
    println!("{blocked} of {objects} objects: {share:.2} %");
    assert!(share <= BLOCKED_MAX, "{share}");
}
