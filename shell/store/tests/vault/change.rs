//! A source is changed by its handlers alone, with a reason, and the log keeps what was taken out.

use super::*;
use comity_store::vault::{Changed, ProtectedTerm, SourceChange};

fn change() -> SourceChange {
    SourceChange {
        terms: Vec::new(),
        dropped: Vec::new(),
        handlers: Default::default(),
        former: Default::default(),
        terms_max: 3,
        reason: secret("she moved"),
    }
}

fn kind(term: &str, kind: &str) -> ProtectedTerm {
    ProtectedTerm { term: secret(term), kind: Some(kind.parse().unwrap()) }
}

#[test]
fn terms_and_handlers_change_and_the_log_keeps_what_was() {
    let home = Home::new();
    let mut vault = create(&home);
    vault.add(ONE, &source(&["hana"]), &officer("hana"), now(), unnoted).unwrap();
    let before = vault.sources().unwrap();
    let edit = SourceChange {
        terms: vec![kind("dock foreman", "phrase"), kind("Ilan/Voss", "person")],
        dropped: vec![secret("blue herring")],
        handlers: [officer("hugo")].into(),
        former: [officer("hana")].into(),
        ..change()
    };
    let done = vault.change(ONE, &edit, &officer("hana"), now(), unnoted).unwrap();
    assert_eq!(done, Changed { added: 1, classified: 1, dropped: 1, handlers: 1, former: 1 });
    assert_ne!(vault.sources().unwrap(), before, "what was compiled from the sources of before is not used");
    // Changed again into what it is: nothing.
    let again = SourceChange { terms: vec![kind("Ilan/Voss", "person")], ..change() };
    assert_eq!(vault.change(ONE, &again, &officer("hugo"), now(), unnoted).unwrap(), Changed::default());
    let shown = vault.show(ONE, &officer("hugo"), "meeting", now(), unnoted).unwrap();
    let terms: Vec<(&str, Option<&str>)> =
        shown.protected_terms.iter().map(|it| (it.term.as_str(), it.kind.map(|kind| kind.as_str()))).collect();
    assert_eq!(terms, [("dock foreman", Some("phrase")), ("Ilan/Voss", Some("person"))]);
    assert_eq!((shown.cryptonym.as_str(), shown.notes.as_str()), ("KESTREL", "met on Tuesdays"));
    assert!(matches!(
        vault.show(ONE, &officer("hana"), "meeting", now(), unnoted),
        Err(VaultError::NothingReleasedToYou)
    ));
    let changes = vault.changes(ONE).unwrap();
    assert_eq!(changes.len(), 1, "what changed nothing is no change");
    assert_eq!((changes[0].dropped[0].as_str(), changes[0].reason.as_str()), ("blue herring", "she moved"));
    let classified = &changes[0].classified[0];
    assert_eq!(
        (classified.term.as_str(), classified.from.as_str(), classified.to.as_str()),
        ("dock foreman", "", "phrase")
    );
    assert_eq!(vault.weakened_by(&officer("hana"), now()).unwrap(), [ONE].into());
    assert!(vault.weakened_by(&officer("hana"), now().plus_seconds(1)).unwrap().is_empty());
    assert!(vault.weakened_by(&officer("hugo"), now()).unwrap().is_empty());
    // What is on the disk is what is open, and nothing of it can be read there.
    let settled = vault.commitment();
    vault.verify().unwrap();
    drop(vault);
    let raw = home.raw("vault.db");
    for text in ["herring", "Voss", "moved", "hugo", "phrase"] {
        assert!(!contains(&raw, text.as_bytes()), "{text}");
    }
    let (vault, fit) = reopen(&home, settled).unwrap();
    assert_eq!((fit, vault.changes(ONE).unwrap().len()), (Fit::Settled, 1));
}

/// An earlier version kept blanks around a word, which nobody sees.
#[test]
fn a_word_with_blanks_around_it_is_the_word() {
    let home = Home::new();
    let mut vault = create(&home);
    let blank = NewSource { protected_terms: vec![secret(" Berta").into()], ..source(&["hana"]) };
    vault.add(ONE, &blank, &officer("hana"), now(), unnoted).unwrap();
    let before = vault.term_tag(ONE, "Berta", "phrase".parse().unwrap());
    assert_ne!(before, vault.term_tag(ONE, "Berta", "person".parse().unwrap()), "an answer is about one kind");
    let classify = SourceChange { terms: vec![kind("Berta", "person")], ..change() };
    assert_eq!(vault.change(ONE, &classify, &officer("hana"), now(), unnoted).unwrap().classified, 1);
    let drop = SourceChange { dropped: vec![secret("Berta")], ..change() };
    assert_eq!(vault.change(ONE, &drop, &officer("hana"), now(), unnoted).unwrap().dropped, 1);
}

#[test]
fn a_change_that_is_refused_does_nothing() {
    let home = Home::new();
    let mut vault = create(&home);
    vault.add(ONE, &source(&["hana"]), &officer("hana"), now(), unnoted).unwrap();
    let before = vault.commitment();
    type Expected = fn(&VaultError) -> bool;
    let refusals: [(SourceChange, Expected); 5] = [
        (SourceChange { reason: secret(" "), ..change() }, |it| matches!(it, VaultError::ReasonMissing)),
        (SourceChange { dropped: vec![secret("blue herrin")], ..change() }, |it| {
            matches!(it, VaultError::NoSuchTerm { number: 1 })
        }),
        (SourceChange { former: [officer("hugo")].into(), ..change() }, |it| {
            matches!(it, VaultError::NoSuchHandler { .. })
        }),
        (SourceChange { former: [officer("hana")].into(), ..change() }, |it| {
            matches!(it, VaultError::Incomplete { what: "a handler" })
        }),
        (SourceChange { terms: vec![kind("one", "phrase"), kind("two", "phrase")], ..change() }, |it| {
            matches!(it, VaultError::TooManyTerms { most: 3 })
        }),
    ];
    for (edit, expected) in refusals {
        let error = vault.change(ONE, &edit, &officer("hana"), now(), unnoted).unwrap_err();
        assert!(expected(&error), "{error}");
        assert_eq!(vault.commitment(), before, "{error}");
    }
    // An attempt of somebody else is logged, as is one on what does not exist; nothing else happens.
    let accesses = vault.accesses().unwrap().len();
    for (id, who) in [(ONE, "alice"), (NONE, "hana")] {
        let edit = SourceChange { dropped: vec![secret("blue herring")], ..change() };
        let refused = vault.change(id, &edit, &officer(who), now(), unnoted);
        assert!(matches!(refused, Err(VaultError::NothingReleasedToYou)));
    }
    assert_eq!(vault.accesses().unwrap().len(), accesses + 2);
    assert!(vault.changes(ONE).unwrap().is_empty());
    assert_eq!(vault.terms().unwrap().iter().filter(|it| it.term.as_str() == "blue herring").count(), 1);
}
