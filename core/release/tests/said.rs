//! What text that people read says of itself: markings of countries, partners named as the source.

use crate::support;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use comity_release::leak::search;
use comity_release::{Finding, FindingClass, LeakCorpus};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use support::*;

fn part(object: &Value) -> Vec<u8> {
    let bundle = json!({ "type": "bundle", "id": "bundle--a0000000-0000-4000-8000-000000000001", "objects": [object] });
    serde_json::to_vec(&bundle).unwrap()
}

fn note(text: &str) -> Value {
    json!({ "type": "note", "id": "note--a0000000-0000-4000-8000-000000000002", "content": text })
}

fn find(corpus: &LeakCorpus, object: &Value) -> Vec<Finding> {
    search(&[part(object)], &BTreeSet::new(), corpus, &EMPTY)
}

/// The places of a class in a text, as they are written.
fn places(corpus: &LeakCorpus, class: FindingClass, text: &str) -> Vec<String> {
    let object = note(text);
    let bytes = part(&object);
    let findings = find(corpus, &object).into_iter().filter(|found| found.class == class);
    findings.map(|it| String::from_utf8_lossy(&bytes[it.offset..it.offset + it.length]).into_owned()).collect()
}

fn marks(text: &str) -> Vec<String> {
    places(&LeakCorpus::builder().build(), FindingClass::NationalMarking, text)
}

#[test]
fn markings_of_countries_are_found_as_they_stand() {
    for (text, place) in [
        ("SECRET//NOFORN\nThe courier left.", "SECRET//NOFORN"),
        ("It is TLP:AMBER//SECRET now.", "AMBER//SECRET"),
        ("TOP SECRET//SI//NF", "TOP SECRET//SI//NF"),
        ("(S//NF) The courier left.", "S//NF"),
        ("It says (C//REL TO USA, GBR) there.", "C//REL TO USA, GBR"),
        ("(TS//SI) The courier left.", "TS//SI"),
        ("as told in ORCON channels", "ORCON"),
        ("SECRET//REL TO USA, FVEY", "SECRET//REL TO USA, FVEY"),
        ("as REL TO USA there", "REL TO USA"),
        ("FOR OFFICIAL USE ONLY", "FOR OFFICIAL USE ONLY"),
        ("marked VS-NfD by them", "VS-NfD"),
        ("marked VS - NFD by them", "VS - NFD"),
        ("VS\u{2013}Nur für den Dienstgebrauch", "VS\u{2013}Nur für den Dienstgebrauch"),
        ("ist vs-vertraulich eingestuft", "vs-vertraulich"),
        ("Erste Zeile\nGEHEIM\nzweite", "GEHEIM"),
        ("*** GEHEIM ***", "GEHEIM"),
        ("Einstufung: geheim", "geheim"),
        ("Classification: Secret. The courier left.", "Secret"),
        ("RESTRICTED: the courier left", "RESTRICTED"),
        ("[CONFIDENTIAL] the courier left", "CONFIDENTIAL"),
        ("CONFIDENTIEL DÉFENSE", "CONFIDENTIEL DÉFENSE"),
        ("CONFIDENTIEL DEFENSE", "CONFIDENTIEL DEFENSE"),
        ("une note DIFFUSION RESTREINTE de mars", "DIFFUSION RESTREINTE"),
        ("OFFICIAL-SENSITIVE", "OFFICIAL-SENSITIVE"),
        ("a paper for UK eyes only of March", "UK eyes only"),
        ("this NATO RESTRICTED paper", "NATO RESTRICTED"),
        ("RESTREINT UE/EU RESTRICTED", "RESTREINT UE"),
        ("Секретно\nКурьер уехал.", "Секретно"),
        ("Курьер уехал (ДСП) вчера.", "ДСП"),
        ("Гриф: секретно", "секретно"),
        ("СОВЕРШЕННО СЕКРЕТНО", "СОВЕРШЕННО СЕКРЕТНО"),
        ("Для служебного пользования", "Для служебного пользования"),
        ("ZASTRZEŻONE", "ZASTRZEŻONE"),
        ("Klauzula: poufne", "poufne"),
        ("RISERVATO\n", "RISERVATO"),
        ("una nota DIFUSIÓN LIMITADA", "DIFUSIÓN LIMITADA"),
        ("HİZMETE ÖZEL", "HİZMETE ÖZEL"),
        ("سري للغاية", "سري للغاية"),
        // Whatever the letters look like.
        ("SЕCRET//NOFORN", "SЕCRET//NOFORN"),
        ("ＮＯＦＯＲＮ", "ＮＯＦＯＲＮ"),
        ("NO\u{ad}FORN", "NO\u{ad}FORN"),
    ] {
        let found = marks(text);
        assert!(found.contains(&place.to_owned()), "{text}: {found:?}");
    }
    let encoded = format!("see {} there", STANDARD.encode("SECRET//NOFORN"));
    assert_eq!(marks(&encoded), [STANDARD.encode("SECRET//NOFORN").trim_end_matches('=')]);
}

#[test]
fn a_banner_is_one_finding_that_a_releasing_officer_answers_for() {
    for text in ["TOP SECRET//SI/TK//NOFORN", "Header\nSECRET//REL TO USA, FVEY\nThe courier left."] {
        let corpus = LeakCorpus::builder().build();
        let findings = find(&corpus, &note(text));
        let [one] = findings.as_slice() else { panic!("{text}: {findings:?}") };
        assert_eq!((one.class, one.rule.as_str()), (FindingClass::NationalMarking, "national-marking/text"));
        assert_eq!(one.property.as_deref(), Some("/content"));
        assert_eq!(one.answered_by(), Some(comity_vocab::Role::ReleasingOfficer));
    }
}

#[test]
fn the_same_words_in_a_sentence_are_no_marking() {
    for text in [
        "They kept it secret and restricted.",
        "Secret",
        "The SECRET service left.",
        "an official, sensitive matter",
        "Der Kurier blieb geheim, und streng vertraulich.",
        "It is confidential: nobody knows.",
        "le secret défense est invoqué",
        "Они секретно встретились.",
        "документ для служебного пользования",
        "стол из ДСП и стекла",
        "Spotkanie było poufne.",
        "un incontro riservato",
        "for official use only in the house",
        "NATO restricted its flights. NATO. RESTRICTED areas were closed.",
        "see https://lantern.example//restricted/SI",
        "the classification: it was secret",
        "the TS module and its SI units",
        "copyright (C) and objects (S)",
        "The release is TLP:AMBER REL TO kps,tfo.",
        "Handle it as TLP:AMBER+STRICT//REL TO kps,tfo.",
    ] {
        assert_eq!(marks(text), [""; 0], "{text}");
    }
    // Values, patterns, identifiers and names of properties are no prose.
    for object in [
        json!({ "type": "file", "id": "file--a0000000-0000-4000-8000-000000000002", "name": "NOFORN" }),
        json!({ "type": "indicator", "id": "indicator--a0000000-0000-4000-8000-000000000002", "pattern_type": "stix",
                "pattern": "[file:name = 'SECRET//NOFORN']" }),
        json!({ "type": "note", "id": "note--a0000000-0000-4000-8000-000000000002", "NOFORN": 1 }),
    ] {
        assert!(find(&LeakCorpus::builder().build(), &object).is_empty(), "{object}");
    }
}

fn sources_of(text: &str) -> Vec<String> {
    let mut builder = LeakCorpus::builder();
    builder.partner("kps", "Kestrian Police Service").partner("it", "Ister Treasury");
    places(&builder.build(), FindingClass::PartnerAsSource, text)
}

#[test]
fn a_partner_named_as_the_source_is_found() {
    for (text, place) in [
        ("Kestrian Police told us.", "Kestrian Police told us"),
        ("The courier, according to KPS, left.", "according to KPS"),
        ("Source: KPS", "Source: KPS"),
        ("(source - KPS)", "source - KPS"),
        ("It was reported by the Kestrian Police Service.", "reported by the Kestrian Police Service"),
        ("We learned from KPS that he left.", "learned from KPS"),
        ("We learned from our friends at KPS that he left.", "learned from our friends at KPS"),
        ("KPS has also informed us of it.", "KPS has also informed us"),
        ("KPS reports that he left.", "KPS reports that"),
        ("kestrian police service says so", "kestrian police service says"),
        ("laut KPS ist er fort", "laut KPS"),
        ("KPS zufolge ist er fort", "KPS zufolge"),
        ("Die KPS hat uns gewarnt.", "KPS hat uns gewarnt"),
        ("selon la KPS", "selon la KPS"),
        ("la KPS nous a signalé son départ", "KPS nous a signalé"),
        ("D'après KPS, il est parti", "D'après KPS"),
        ("según la KPS", "según la KPS"),
        ("secondo la KPS", "secondo la KPS"),
        ("według KPS", "według KPS"),
        ("jak podaje KPS", "jak podaje KPS"),
        ("по данным KPS", "по данным KPS"),
        ("KPS сообщает, что он уехал", "KPS сообщает"),
        ("за даними KPS", "за даними KPS"),
        ("volgens de KPS", "volgens de KPS"),
        ("enligt KPS", "enligt KPS"),
        ("KPS'ye göre", "KPS'ye göre"),
        ("وفقا ل KPS", "وفقا ل KPS"),
        ("A partner service told us.", "A partner service told us"),
        ("This comes from a liaison service.", "comes from a liaison service"),
        ("according to our partners he left", "according to our partners"),
        ("laut Partnerdienst", "laut Partnerdienst"),
        ("по данным партнёрской службы", "по данным партнёрской службы"),
        ("Source: a partner", "Source: a partner"),
        ("as told by IT", "as told by IT"),
        ("Ister Treasury told us", "Ister Treasury told us"),
        // Whatever its letters look like.
        ("according to К\u{200b}PS", "according to К\u{200b}PS"),
    ] {
        let found = sources_of(text);
        assert!(found.iter().any(|it| it.eq_ignore_ascii_case(place)), "{text}: {found:?}");
    }
    let encoded = format!("see {} there", STANDARD.encode("KPS told us of him"));
    assert_eq!(sources_of(&encoded).len(), 1);
}

#[test]
fn a_partner_that_is_mentioned_is_no_source() {
    for text in [
        "The release goes to KPS and TFO.",
        "KPS arrested him in March.",
        "A joint operation with the Kestrian Police Service began.",
        "We told KPS.",
        "Ask KPS before you pass it on.",
        "He was told. KPS then left.",
        "They spoke of KPS, said the courier.",
        "according to it he left",
        "We learned of the treasury.",
        "The partner left.",
        "Her partner told us.",
        "The KPSX told us.",
        "Source of the fire: a lamp",
        "Partners share the cost.",
        "liaison with the harbour office",
        // A descriptor of the release's own.
        "A partner-service source with indirect access and a limited reporting record, not corroborated.",
    ] {
        assert_eq!(sources_of(text), [""; 0], "{text}");
    }
    // Fields that name an organisation are no prose, and who is no partner is none.
    let corpus = LeakCorpus::builder().build();
    assert_eq!(places(&corpus, FindingClass::PartnerAsSource, "according to KPS"), [""; 0]);
    let mut builder = LeakCorpus::builder();
    builder.partner("kps", "Kestrian Police Service");
    let identity = json!({ "type": "identity", "id": "identity--a0000000-0000-4000-8000-000000000002",
                           "name": "Kestrian Police Service", "sectors": ["KPS"] });
    assert!(find(&builder.build(), &identity).is_empty());
}
