//! Persons: which objects are of one, what must be said before one leaves, and that no text about one is copied.

use crate::support;

use comity_release::{Draft, DraftError, FindingClass, LeakCorpus, PersonalData, draft_as_published, draft_tearline};
use comity_release::{check_persons, leak::search, leak_check};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use support::*;

const PERSON: &str = "identity--22222222-2222-4222-8222-222222222222";
const ACTOR: &str = "threat-actor--33333333-3333-4333-8333-333333333333";
const TOOL: &str = "tool--44444444-4444-4444-8444-444444444444";
const LINK: &str = "relationship--55555555-5555-4555-8555-555555555555";
const NOTE: &str = "note--66666666-6666-4666-8666-666666666666";
const ACCOUNT: &str = "user-account--77777777-7777-4777-8777-777777777777";
const MAIL: &str = "email-addr--88888888-8888-4888-8888-888888888888";

fn object(object_type: &str, id: &str, more: Value) -> Held {
    let mut object = json!({ "type": object_type, "spec_version": "2.1", "id": id, "name": "Ilan Vorreck" });
    if !matches!(object_type, "user-account" | "email-addr") {
        object["created"] = json!("2026-11-29T10:11:12.000Z");
        object["modified"] = json!("2026-11-29T10:11:12.000Z");
    }
    object.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    held(object)
}

fn person() -> Held {
    object(
        "identity",
        PERSON,
        json!({ "identity_class": "individual", "description": "Travels on 14 March by the night ferry.",
            "x_note": "seen twice near the harbour", "x_rank": "captain" }),
    )
}

fn relationship() -> Held {
    object(
        "relationship",
        LINK,
        json!({ "relationship_type": "uses", "source_ref": PERSON, "target_ref": TOOL, "description": "bought it himself" }),
    )
}

fn draft_with(held: &[Held], choose: &dyn Fn(&mut comity_release::DraftRequest<'_>)) -> Result<Draft, DraftError> {
    let organisation = organisation();
    let sources = sources(held);
    let mut wanted = request(&sources, &organisation);
    choose(&mut wanted);
    draft_tearline(&wanted, &mut stream(1))
}

fn missing(held: &[Held], choose: &dyn Fn(&mut comity_release::DraftRequest<'_>)) -> Vec<&'static str> {
    match draft_with(held, choose) {
        Err(DraftError::PersonalData { missing, .. }) => missing,
        Err(other) => panic!("{other}"),
        Ok(_) => Vec::new(),
    }
}

#[test]
fn a_person_leaves_with_purpose_basis_necessity_and_an_end_only() {
    let all = ["purpose", "basis", "necessity", "erase_by"];
    let held = [person()];
    assert_eq!(missing(&held, &|_| {}), all);
    let error = draft_with(&held, &|_| {}).unwrap_err().to_string();
    let expected = format!(
        "1 of the objects name a person or an account, the first is {PERSON}; to release them, say purpose, basis, necessity, erase_by"
    );
    assert_eq!(error, expected);
    for (at, field) in all.iter().enumerate() {
        let without = |wanted: &mut comity_release::DraftRequest<'_>| {
            wanted.personal = whole_personal();
            match at {
                0 => wanted.personal.purpose = None,
                1 => wanted.personal.basis = Some("  ".into()),
                2 => wanted.personal.necessity = None,
                _ => wanted.personal.erase_by = None,
            }
        };
        assert_eq!(missing(&held, &without), [*field]);
    }
    assert!(draft_with(&held, &|wanted| wanted.personal = whole_personal()).is_ok());
    let past = |wanted: &mut comity_release::DraftRequest<'_>| {
        wanted.personal = PersonalData { erase_by: Some(now()), ..whole_personal() };
    };
    assert_eq!(draft_with(&held, &past).unwrap_err(), DraftError::EraseByPast);
    for text in ["x".repeat(2_001), "one\ntwo".into(), "pay\u{202e}load".into()] {
        let long = |wanted: &mut comity_release::DraftRequest<'_>| {
            wanted.personal = PersonalData { basis: Some(text.clone()), ..whole_personal() };
        };
        assert_eq!(draft_with(&held, &long).unwrap_err(), DraftError::PersonalText { field: "basis" });
    }
}

/// What counts as a person, and what does not.
#[test]
fn who_is_a_person() {
    let class = |class: Option<&str>| {
        object("identity", PERSON, class.map_or(json!({}), |class| json!({ "identity_class": class })))
    };
    let actor = |more: Value| object("threat-actor", ACTOR, more);
    let group = |wanted: &mut comity_release::DraftRequest<'_>| wanted.groups = [ACTOR.to_owned()].into();
    let person: &[(&str, Held, bool, bool)] = &[
        ("an individual", class(Some("individual")), false, true),
        ("no class", class(None), false, true),
        ("a class that is not known", class(Some("unspecified")), false, true),
        ("an organisation", class(Some("organization")), false, false),
        ("a group", class(Some("group")), false, false),
        ("a class of persons", class(Some("class")), false, false),
        ("a system", class(Some("system")), false, false),
        ("an actor of which nobody was asked", actor(json!({})), false, true),
        ("an actor that is a group", actor(json!({})), true, false),
        ("an actor that is marked an individual", actor(json!({ "resource_level": "individual" })), true, true),
        ("an actor with a birthday", actor(json!({ "x_date_of_birth": "1980-01-01" })), true, true),
        (
            "an actor with a birthday in an extension",
            actor(json!({ "extensions": { "extension-definition--1": { "more": [{ "dateOfBirth": "1980" }] } } })),
            true,
            true,
        ),
        ("a tool", object("tool", TOOL, json!({})), false, false),
    ];
    for (what, held, answered, is_person) in person {
        let found = missing(std::slice::from_ref(held), &|wanted| {
            if *answered {
                group(wanted);
            }
        });
        assert_eq!(found.len() == 4, *is_person, "{what}");
    }
}

/// An account or an address needs a purpose and an end; as soon as it is a person's, everything.
#[test]
fn accounts_need_less_until_they_are_somebodys() {
    for held in [
        object("user-account", ACCOUNT, json!({ "account_login": "ivorreck" })),
        object("email-addr", MAIL, json!({ "value": "ilan@harran.example" })),
    ] {
        let held = [held];
        assert_eq!(missing(&held, &|_| {}), ["purpose", "erase_by"]);
        let id = held[0].id.clone();
        let known = |wanted: &mut comity_release::DraftRequest<'_>| wanted.of_persons = [id.clone()].into();
        assert_eq!(missing(&held, &known).len(), 4);
    }
    // In the release itself a relationship makes it a person's.
    let owned = |held: Held| {
        let to = held.id.clone();
        let owns = object(
            "relationship",
            LINK,
            json!({ "relationship_type": "related-to", "source_ref": PERSON, "target_ref": to }),
        );
        [person(), owns, held]
    };
    let mail = owned(object("email-addr", MAIL, json!({ "value": "ilan@harran.example" })));
    assert_eq!(missing(&mail, &|_| {}).len(), 4);
}

/// What two officers declared public is exempt, in either form of release.
#[test]
fn what_was_declared_public_is_exempt() {
    let mut held = [person()];
    held[0].declared_public = true;
    assert_eq!(missing(&held, &|_| {}), [""; 0]);
    let organisation = organisation();
    let sources = sources(&held);
    assert!(draft_as_published(&request(&sources, &organisation)).is_ok());
}

/// No text about a person is copied, neither of the person nor of what is one reference away.
#[test]
fn text_about_a_person_is_written_for_the_release() {
    let tool = object("tool", TOOL, json!({ "description": "a lock pick" }));
    let note = object("note", NOTE, json!({ "object_refs": [PERSON], "content": "he was here", "abstract": "short" }));
    let held = [person(), relationship(), tool, note];
    let wanted = |wanted: &mut comity_release::DraftRequest<'_>| {
        wanted.personal = whole_personal();
        wanted.allow_properties = ["x_note", "x_rank"].map(str::to_owned).into();
    };
    let draft = draft_with(&held, &wanted).unwrap();
    let bytes = String::from_utf8(draft.parts().concat()).unwrap();
    for text in ["ferry", "harbour", "bought", "he was here", "short"] {
        assert!(!bytes.contains(text), "{text}");
    }
    // One word is a value, and the tool is two references away.
    for text in ["Ilan Vorreck", "captain", "a lock pick"] {
        assert!(bytes.contains(text), "{text}");
    }
    let left: Vec<&str> = draft.dropped().iter().map(|it| it.reason.as_str()).collect();
    assert_eq!(left, ["dropped: its text is about a person and is not copied; write it for the release"]);
    let notes: Vec<&str> = draft
        .sanitisation()
        .iter()
        .filter(|it| it.change.starts_with("left out: text about a person"))
        .map(|it| it.property.as_str())
        .collect();
    assert_eq!(notes, ["description", "x_note", "description", "abstract", "content"]);
    // Of a person who is held and not selected the node knows.
    let held = [object("tool", TOOL, json!({ "description": "his lock pick" }))];
    let beside = |wanted: &mut comity_release::DraftRequest<'_>| {
        wanted.personal = whole_personal();
        wanted.of_persons = [TOOL.to_owned()].into();
    };
    assert_eq!(missing(&held, &|wanted| wanted.of_persons = [TOOL.to_owned()].into()).len(), 4);
    assert!(!String::from_utf8(draft_with(&held, &beside).unwrap().parts().concat()).unwrap().contains("lock pick"));
}

/// More than one word is text, whatever the property is called and however the words are joined.
#[test]
fn text_about_a_person_is_text_in_whatever_script() {
    let text = |value: Value| {
        let held = [object(
            "identity",
            PERSON,
            json!({ "identity_class": "individual", "sectors": [value], "x_note": value }),
        )];
        let wanted = |wanted: &mut comity_release::DraftRequest<'_>| {
            wanted.personal = whole_personal();
            wanted.allow_properties = ["x_note".to_owned()].into();
        };
        let draft = draft_with(&held, &wanted).unwrap();
        let left = draft.sanitisation().iter().filter(|it| it.change.starts_with("left out: text about a person"));
        left.count()
    };
    for value in ["practising, HIV positive", "seen_at_the_clinic_with_his_brother", "他在诊所与兄弟见面", "เขาอยู่ที่คลินิก"]
    {
        assert_eq!(text(json!(value)), 2, "{value}");
    }
    for value in ["captain", "non-profit", "government-national", "医生", "1980-05-03"] {
        assert_eq!(text(json!(value)), 0, "{value}");
    }
}

/// A raw report that refers to a person is of a person, although nothing of it is copied.
#[test]
fn a_raw_report_about_a_person_needs_the_same() {
    const RAW: &str = "x-comity-raw-report--99999999-9999-4999-8999-999999999999";
    let raw = object("x-comity-raw-report", RAW, json!({ "object_refs": [PERSON] }));
    let held = [raw, person()];
    let written = |wanted: &mut comity_release::DraftRequest<'_>| {
        wanted.written = Some(comity_release::WrittenText { title: "T".into(), body: "He travels.".into() });
    };
    assert_eq!(missing(&held[1..], &written).len(), 4);
    let of = |wanted: &mut comity_release::DraftRequest<'_>| {
        written(wanted);
        wanted.of_persons = [RAW.to_owned()].into();
    };
    assert_eq!(missing(&held[..1], &of).len(), 4);
    assert_eq!(missing(&held[..1], &written), [""; 0]);
}

/// What became of a person since it was drafted stops it, and so does the day of erasure.
#[test]
fn what_became_of_a_person_since_stops_a_draft() {
    let held = [object("tool", TOOL, json!({ "description": "his lock pick" }))];
    let sources = sources(&held);
    let plain = draft_with(&held, &|_| {}).unwrap();
    let none = BTreeSet::new();
    let person = BTreeSet::from([TOOL.to_owned()]);
    assert_eq!(check_persons(&plain, &sources, &none), Ok(()));
    assert!(matches!(check_persons(&plain, &sources, &person), Err(DraftError::PersonalData { .. })));
    // It was said why, but its text was copied.
    let said = draft_with(&held, &|wanted| wanted.personal = whole_personal()).unwrap();
    assert_eq!(check_persons(&said, &sources, &person), Err(DraftError::PersonSince { object: TOOL.into() }));
    let known = draft_with(&held, &|wanted| {
        wanted.personal = whole_personal();
        wanted.of_persons = person.clone();
    });
    assert_eq!(check_persons(&known.unwrap(), &sources, &person), Ok(()));
    // What cannot be read any more is not of nobody.
    let mut damaged = object("tool", TOOL, json!({}));
    damaged.bytes.pop();
    let damaged = [damaged];
    let refused = check_persons(&plain, &support::sources(&damaged), &none);
    assert!(matches!(refused, Err(DraftError::NotReleasable { .. })), "{refused:?}");
}

/// The end travels and is signed; purpose, basis and necessity stay at home and are signed by their digest.
#[test]
fn what_is_said_of_personal_data_is_signed() {
    let held = [person()];
    let draft = draft_with(&held, &|wanted| wanted.personal = whole_personal()).unwrap();
    let statement = String::from_utf8(draft.statement()).unwrap();
    assert!(statement.contains("\nerase-by 2027-03-20T00:00:00.000Z\n"), "{statement}");
    assert!(!statement.contains("prevention") && !statement.contains("recognise"), "{statement}");
    let bytes = String::from_utf8(draft.parts().concat()).unwrap();
    assert!(!bytes.contains("prevention") && !bytes.contains("recognise") && !bytes.contains("section 12"));
    for field in ["purpose", "basis", "necessity"] {
        let other = tampered(&draft, |it| it["persons"]["said"][field] = json!("another"));
        assert_ne!(other.digest(), draft.digest(), "{field}");
    }
    let later = tampered(&draft, |it| it["persons"]["said"]["erase_by"] = json!("2036-03-20T00:00:00.000Z"));
    assert_ne!(later.digest(), draft.digest());
    let group = tampered(&draft, |it| it["persons"]["groups"] = json!([ACTOR]));
    assert_ne!(group.digest(), draft.digest());
    let none = tampered(&draft, |it| it["persons"]["of"] = json!([]));
    assert_ne!(none.digest(), draft.digest());
    // Who answered that an actor is a group, and said nothing of personal data, signs that.
    let held = [object("threat-actor", ACTOR, json!({}))];
    let group = draft_with(&held, &|wanted| wanted.groups = [ACTOR.to_owned()].into()).unwrap();
    assert!(String::from_utf8(group.statement()).unwrap().contains("\npersonal-data-sha256 "));
}

fn found(object: &Value) -> Vec<String> {
    let bundle = json!({ "type": "bundle", "id": "bundle--0", "objects": [object] });
    let corpus = LeakCorpus::builder().build();
    let findings = search(&[serde_json::to_vec(&bundle).unwrap()], &BTreeSet::new(), &corpus, &EMPTY);
    let special = findings.into_iter().filter(|it| it.class == FindingClass::SpecialCategory);
    special.map(|it| it.property.unwrap_or_default()).collect()
}

/// In text the words are a finding, however they are written, one for each text; where they are values, names of things or the
/// standard's own words they are none.
#[test]
fn words_of_special_categories_in_text_are_found() {
    for text in [
        "A practising believer of the hill faith.",
        "RELIGIOUS leaders and political parties",
        "a re\u{200b}ligious man",
        "a relígious man",
        "ein Mann von tiefer Religiosität",
        "wegen einer schweren Herzkrankheit",
        "une personne de confession hébraïque",
        "его религия",
        "a member of a trade union",
        // As base64 in the text: "a religious man of the hills".
        "see YSByZWxpZ2lvdXMgbWFuIG9mIHRoZSBoaWxscw== for more",
    ] {
        assert_eq!(found(&json!({ "type": "tool", "description": text })), ["/description"], "{text}");
    }
    assert_eq!(found(&json!({ "type": "tool", "name": "Faith healer", "labels": ["health"] })), ["/labels/0", "/name"]);
    assert_eq!(found(&json!({ "type": "email-message", "subject": "on your health" })), ["/subject"]);
    for pattern in [
        "[user-account:x_religion = 'hill']",
        "[ipv4-addr:value = '198.51.100.7'] /* the target's HIV diagnosis */",
        "[ipv4-addr:value = '198.51.100.7'] // it's his religion",
        "/**/ [a:b = 'c' /* ' */ OR d:religion = 'e']",
    ] {
        let indicator = json!({ "type": "indicator", "pattern_type": "stix", "pattern": pattern });
        assert_eq!(found(&indicator), ["/pattern"], "{pattern}");
    }
    // Of another language of patterns nobody knows here what is quoted.
    assert_eq!(found(&json!({ "type": "indicator", "pattern_type": "sigma", "pattern": "'religion'" })), ["/pattern"]);
    // Closed words are single words.
    assert_eq!(found(&json!({ "type": "identity", "sectors": ["practising, HIV positive"] })), ["/sectors/0"]);
    assert_eq!(found(&json!({ "type": "report", "x_more": { "type": "a religious man" } })), ["/x_more/type"]);
    for clean in [
        json!({ "type": "tool", "description": "A lock pick of the trade; the union of two sets." }),
        json!({ "type": "identity", "sectors": ["healthcare"], "name": "Harran" }),
        json!({ "type": "domain-name", "value": "health.example" }),
        json!({ "type": "indicator", "pattern_type": "stix",
            "pattern": r"[domain-name:value = 'health.example' AND file:name = 'it\'s religion']" }),
        json!({ "type": "note", "object_refs": ["x-health--1"] }),
        json!({ "type": "indicator", "pattern_type": "stix", "pattern": "[domain-name:value = 'a'] /* it's seen */ OR [url:value = 'health b']" }),
    ] {
        assert_eq!(found(&clean), [""; 0], "{clean}");
    }
}

/// Of what two officers declared public the words are no finding: it leaves as it was published.
#[test]
fn published_text_is_not_held_up() {
    let mut held = [object("tool", TOOL, json!({ "description": "aims at political parties" }))];
    let organisation = organisation();
    let special = |draft: &Draft| {
        let checked = leak_check(draft, &corpus().build(), &EMPTY);
        checked.findings().iter().filter(|it| it.class == FindingClass::SpecialCategory).count()
    };
    let tearline = draft_tearline(&request(&sources(&held), &organisation), &mut stream(1)).unwrap();
    assert_eq!(special(&tearline), 1);
    held[0].declared_public = true;
    assert_eq!(special(&draft_as_published(&request(&sources(&held), &organisation)).unwrap()), 0);
}

/// The case of a person's object that once left with belief and descent.
#[test]
fn the_published_case_of_a_person() {
    let folder = std::env::var_os("COMITY_TEST_DATA").map_or_else(
        || std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")),
        std::path::PathBuf::from,
    );
    let Ok(bytes) = std::fs::read(folder.join("cases/person.json")) else {
        eprintln!("not checked, test data is absent (cases/person.json)");
        return;
    };
    let bundle: Value = serde_json::from_slice(&bytes).unwrap();
    let held = [held(bundle["objects"][0].clone())];
    let allowed = |wanted: &mut comity_release::DraftRequest<'_>| {
        wanted.personal = whole_personal();
        wanted.allow_properties = ["x_religion".to_owned()].into();
    };
    assert!(matches!(draft_with(&held, &allowed), Err(DraftError::SpecialCategory { .. })));
    assert_eq!(missing(&held, &|_| {}).len(), 4);
    let draft = draft_with(&held, &|wanted| wanted.personal = whole_personal()).unwrap();
    let bytes = String::from_utf8(draft.parts().concat()).unwrap();
    for text in ["believer", "faith", "Harran", "14 March", "x_"] {
        assert!(!bytes.contains(text), "{text}");
    }
}
