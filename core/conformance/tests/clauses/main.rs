//! The standard, section by section: a lawful object, what is done to it, and the rule that breaks.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    missing_docs,
    reason = "test"
)]

mod base;
mod data;
mod meta;
mod objects;
mod observables;

use base::{check, found, lawful};
use comity_conformance::rule::{Level, RULES};
use comity_conformance::validate;
use comity_stix::Limits;
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[test]
fn lawful_objects_draw_nothing() {
    let mut seen = BTreeSet::new();
    for types in comity_conformance::table::TYPES {
        for known in types.iter() {
            check(&mut seen, known.name, json!({}), &[]);
        }
    }
    check(&mut seen, "my-object", json!({}), &[]);
}

#[test]
fn every_section_and_every_rule() {
    let mut seen = BTreeSet::new();
    data::section_2_data_types(&mut seen);
    data::section_3_common_properties(&mut seen);
    objects::section_4_domain_objects(&mut seen);
    objects::section_5_relationship_objects(&mut seen);
    observables::section_6_observables(&mut seen);
    meta::sections_7_and_8_objects_about_objects(&mut seen);
    data::section_11_custom_objects(&mut seen);
    // Those are tested below.
    let elsewhere = ["json", "not-an-object", "more-findings"];
    let never: Vec<&str> = RULES.iter().map(|rule| rule.name).filter(|name| !seen.contains(*name)).collect();
    assert_eq!(never, elsewhere);
}

#[test]
fn what_is_no_object() {
    let check =
        |text: &str, expected: &[&str]| assert_eq!(found(&validate(text.as_bytes(), &Limits::default())), expected);
    check("", &["json "]);
    check("{", &["json "]);
    check("[]", &["not-an-object "]);
    check("1", &["not-an-object "]);
    check(r#"{"type":"tool","type":"tool"}"#, &["json "]);
    check(r#"{"objects":[]}"#, &["required-missing /id", "required-missing /type", "list-empty /objects"]);
}

#[test]
fn findings_are_bounded() {
    let mut object = lawful("tool");
    for index in 0..1000 {
        object.insert(format!("x_{index:04}"), json!(null));
    }
    let report = validate(Value::Object(object).to_string().as_bytes(), &Limits::default());
    assert_eq!((report.errors.len(), report.warnings.len()), (100, 100));
    assert_eq!(report.errors.last().unwrap().rule, "more-findings");
}

#[test]
fn every_rule_names_a_clause_and_says_what_is_expected() {
    for rule in RULES {
        assert!(rule.clause.starts_with('§'), "{}", rule.name);
        assert!(rule.says.len() > 10 && !rule.says.ends_with('.'), "{}", rule.name);
    }
    assert!(RULES.iter().filter(|rule| rule.level == Level::Must).count() > 70);
}
