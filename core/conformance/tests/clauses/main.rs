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
    meta::section_3_6_versions_of_one_object(&mut seen);
    data::section_11_custom_objects(&mut seen);
    // Those are tested below, and the one about half a million versions is not drawn.
    let elsewhere = ["json", "not-an-object", "versions-too-many", "more-findings"];
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

/// Replaces every value of every lawful object by each of these and looks at what is said: it always ends, always says the
/// same, and every place it names is there, or lies in something that is.
#[test]
fn whatever_stands_anywhere_is_described() {
    let values = [
        json!(null),
        json!(true),
        json!(-1),
        json!(1.5),
        json!(""),
        json!("a\u{0}/~"),
        json!([]),
        json!([[]]),
        json!({}),
        json!({ "a/b~c": [null] }),
        json!([{ "extension_type": 1 }]),
        json!("marking-definition--x"),
    ];
    let mut count = 0;
    for kind in comity_conformance::table::TYPES.iter().flat_map(|types| types.iter()).map(|known| known.name) {
        let whole = Value::Object(lawful(kind));
        let mut pointers = Vec::new();
        places(&whole, String::new(), &mut pointers);
        for pointer in &pointers {
            for value in &values {
                let mut changed = whole.clone();
                *changed.pointer_mut(pointer).unwrap() = value.clone();
                let text = changed.to_string();
                let report = validate(text.as_bytes(), &Limits::default());
                assert_eq!(report, validate(text.as_bytes(), &Limits::default()));
                for finding in
                    report.errors.iter().chain(&report.warnings).filter(|finding| !finding.object.starts_with('/'))
                {
                    let within = if kind == "bundle" && finding.object.starts_with("tool") { "/objects/0" } else { "" };
                    let place = format!("{within}{}", finding.path);
                    let parent = place.rsplit_once('/').map_or("", |(parent, _)| parent);
                    let there = [place.as_str(), parent].iter().any(|place| changed.pointer(place).is_some());
                    assert!(there, "{kind} {pointer} {value}: {finding:?}");
                }
                count += 1;
            }
        }
    }
    assert!(count > 3000, "{count}");
}

fn places(value: &Value, at: String, out: &mut Vec<String>) {
    match value {
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| places(item, format!("{at}/{index}"), out));
        }
        Value::Object(fields) => fields.iter().for_each(|(name, value)| places(value, format!("{at}/{name}"), out)),
        _ => {}
    }
    out.push(at);
}

#[test]
fn every_rule_names_a_clause_and_says_what_is_expected() {
    for rule in RULES {
        assert!(rule.clause.starts_with('§'), "{}", rule.name);
        assert!(rule.says.len() > 10 && !rule.says.ends_with('.'), "{}", rule.name);
    }
    assert!(RULES.iter().filter(|rule| rule.level == Level::Must).count() > 70);
}
