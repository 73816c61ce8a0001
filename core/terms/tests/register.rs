//! Terms as people write them, through the whole register.

#![allow(clippy::indexing_slicing, missing_docs, reason = "test")]

use comity_terms::{Origin, Register, Term, TermKind, Text};

fn how(kind: TermKind, term: &str, text: &str) -> Vec<String> {
    let mut builder = Register::builder();
    builder.add(&Term::new(kind, term), 7);
    let register = builder.build();
    assert!(!register.is_unbuilt() && register.unmatchable().is_empty(), "{term}");
    let text = Text::of(text);
    let mut found = Vec::new();
    register.searcher().search(&text, Origin::default(), &mut |hit| {
        assert_eq!(hit.term, 7);
        let place: String = text.letters()[hit.from..hit.to].iter().collect();
        found.push(format!("{} {place}", hit.how));
    });
    found
}

fn check(kind: TermKind, table: &[(&str, &str, bool)]) {
    for (term, text, expected) in table {
        let found = how(kind, term, text);
        assert_eq!(!found.is_empty(), *expected, "{term:?} in {text:?}: {found:?}");
    }
}

#[test]
fn names_of_persons() {
    let name = "Anton Nowak";
    let rare = "Anton Bielawski";
    check(
        TermKind::Person,
        &[
            (rare, "we met Anton Bielawski there", true),
            (rare, "we met BIELAWSKI, Anton there", true),
            (rare, "Bielawski, A.", true),
            (rare, "told by Bielawski yesterday", true),
            (rare, "z Antonim Bielawskim", true),
            (rare, "Bielawskiego", true),
            (rare, "Bielawski's car", true),
            (rare, "anton.bielawski@mail.example", true),
            (rare, "a.bielawski@mail.example", true),
            (rare, "abielawski77", true),
            (rare, "AntonBielawski", true),
            (rare, "Anton Berger", false),
            (rare, "anton said", false),
            (rare, "Biela", false),
            (name, "Anton Nowak", true),
            (name, "A. Nowak", true),
            (name, "Nowak A.", true),
            (name, "NOWAK Anton", true),
            (name, "Anton M. Nowak", true),
            (name, "Anton (Toni) Nowak", true),
            (name, "Anton, called Toni, Nowak", true),
            (name, "a.nowak@mail.example", true),
            (name, "anowak", true),
            (name, "Mr Nowak came", false),
            (name, "a Nowak came", false),
            (name, "B. Nowak", false),
            (name, "Maria Nowak", false),
            (name, "We saw Anton there. Nowak was away.", false),
            ("Joost van der Meulenbelt", "Joost Meulenbelt", true),
            ("Joost van der Meulenbelt", "J. v.d. Meulenbelt", true),
            ("Антон Петрович Иванов", "Антону Петровичу", true),
            ("Антон Петрович Иванов", "Ивановым Антоном", true),
            ("Антон Петрович Иванов", "Иванов сказал", false),
        ],
    );
}

#[test]
fn names_of_operations() {
    check(
        TermKind::Cryptonym,
        &[
            ("Kormoran", "Kormorans Bericht", true),
            ("Kormoran", "xkorm oranx", true),
            ("Falke", "Falkes Nest", true),
            ("Falke", "der Falke kam", true),
            ("Falke", "F a l k e", true),
            ("Falke", "Fal-ke", true),
            ("Falke", "Falk Ernst", false),
            ("Moth", "behemoths and mother", false),
            ("Moth", "the moth came", true),
            ("Ede", "said Ede to us", true),
            ("Ede", "Sweden and needed", false),
            ("Kormoran", "K0rmoran", true),
            ("Kormoran", "Коrmоrаn", true),
            ("Kormoran", "Korrnoran", true),
            ("Falke", "Fа1ke", true),
            ("Lantern Fishery", "lanterns fishery", true),
            ("Lantern Fishery", "the lantern in the fishery", false),
            ("Bern", "Bem", false),
            ("Алмаз", "Алмазом", true),
            ("港区", "東京都港区の船", true),
        ],
    );
}

#[test]
fn numbers_and_places_in_other_writings() {
    for (kind, term, text, expected) in [
        (TermKind::Date, "2024-11-12", "born 12.XI.2024 there", true),
        (TermKind::Date, "2024-11-12", "on 12 XI 2024", true),
        (TermKind::Date, "2024-11-12", "12.IX.2024", false),
        (TermKind::Ip, "192.0.2.7", "7.2.0.192.zen.list.example", true),
        (TermKind::Ip, "192.0.2.7", "7.2.0.192 was seen", false),
        (TermKind::Ip, "2001:db8::7", "0x20010db8000000000000000000000007", true),
        (TermKind::Ip, "2001:db8::7", "0x20010db8000000000000000000000008", false),
        (TermKind::Account, "DE02500500009876123405", "BLZ 50050000 Kto 9876123405", true),
        (TermKind::Account, "DE02500500009876123405", "BLZ 50050000 Kto 9876123406", false),
        (TermKind::Host, "build.thornfield9.test", "(5)build(11)thornfield9(4)test(0)", true),
        (TermKind::CaseNumber, "CASE-2024-00417", "CASE-2024-00000417", true),
        (TermKind::CaseNumber, "CASE-2024-00417", "CASE-2024-00000418", false),
        (TermKind::Account, "0x71c3e5a90bd84f26aa17c0e9", "paid to 71c3e5a90bd84f26aa17c0e9", true),
        (TermKind::Phone, "+47 22550199", "plus four seven, two two five five oh one nine nine", true),
        (TermKind::Phone, "+47 22550199", "two two five five zero one nine eight", false),
        (TermKind::Address, "via Sant'Albertoni 29, Roverio", "via Sant\u{2019}Albertoni 29", true),
        (TermKind::Cryptonym, "F16A", "they call it F16A here", true),
        (TermKind::Cryptonym, "F16A", "a0000000-f16a-4000-8000-00000000ada1", false),
        (TermKind::Cryptonym, "F16A", "0df16a99", false),
        (TermKind::Phrase, "la boya gris se fue", "Ia boya gris se fue", true),
        (TermKind::Phrase, "la boya gris se fue", "1a boya gris se fue", true),
        (TermKind::Cryptonym, "Tulipan", "TuIipan", true),
        (TermKind::Cryptonym, "Falke", "the FaIke", true),
        (TermKind::Cryptonym, "Falke", "the fabIke", false),
    ] {
        let found = how(kind, term, text);
        assert_eq!(!found.is_empty(), expected, "{term:?} in {text:?}: {found:?}");
    }
}
