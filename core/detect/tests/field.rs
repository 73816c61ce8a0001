//! Cases from public bug reports of this trade, both sides as they were reported: an indicator, and a line that shows what it means.

use crate::support;

use comity_detect::{is_known, witnesses};
use comity_pattern::engine::{Engine, Options, Validity};
use comity_pattern::{Outcome, Pattern, Unmatchable, meant};
use serde_json::Value;
use std::path::{Path, PathBuf};
use support::built_in;

/// What became of one case.
#[derive(Debug)]
struct Became {
    matched: bool,
    told: Option<Unmatchable>,
}

fn folder() -> PathBuf {
    let data = std::env::var_os("COMITY_TEST_DATA")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from);
    data.join("cases/field")
}

fn patterns(path: &Path) -> Vec<String> {
    let document: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let objects = document["objects"].as_array().cloned().unwrap_or_else(|| vec![document]);
    objects.iter().filter_map(|object| Some(object["pattern"].as_str()?.to_owned())).collect()
}

fn detect(pattern: &str, lines: &str) -> Became {
    let meant = meant(&Pattern::parse(pattern).unwrap(), &is_known);
    let mut engine = Engine::new(Options { fold: true, ..Options::default() });
    let id = engine.add(&meant.pattern, Validity::default()).unwrap();
    let mut matched = false;
    let mut reader = built_in("ecs");
    for line in lines.lines() {
        reader
            .line(line.as_bytes(), &mut |observed| {
                if matches!(engine.match_all(std::slice::from_ref(observed)).of(id), Outcome::Match(_)) {
                    matched = true;
                    assert!(
                        !witnesses(&meant.pattern, observed).is_empty(),
                        "{pattern}: nothing is shown of the match"
                    );
                }
            })
            .whole()
            .unwrap();
    }
    Became { matched, told: meant.unmatchable }
}

#[test]
fn reported_cases() {
    let folder = folder();
    let Ok(cases) = std::fs::read_to_string(folder.join("cases.jsonl")) else {
        eprintln!("not checked, test data is absent ({})", folder.display());
        return;
    };
    let mut seen = 0;
    for case in cases.lines() {
        let case: Value = serde_json::from_str(case).unwrap();
        let (id, expected) = (case["id"].as_str().unwrap(), case["expected"].as_str().unwrap());
        let mut files = case["input_file"].as_str().unwrap().split(',');
        let (Some(indicator), Some(observed), true) = (files.next(), files.next(), id.starts_with('d')) else {
            continue;
        };
        seen += 1;
        let lines = std::fs::read_to_string(folder.join(observed)).unwrap();
        for pattern in patterns(&folder.join(indicator)) {
            let became = detect(&pattern, &lines);
            let fits = match expected {
                "match" | "match-or-documented" => became.matched,
                "match-or-told" => became.matched || became.told.is_some(),
                "told" => became.told.is_some(),
                other => panic!("{id}: {other} is expected"),
            };
            assert!(fits, "{id}: {expected}: {pattern}\n{lines}{became:?}");
        }
    }
    assert!(seen >= 17, "{seen} cases");
}
