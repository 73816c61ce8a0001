//! `comity leak-check` as a process: what it finds, how it says so, what it refuses.

use serde_json::Value;
use std::process::Command;

fn leak_check(terms: &str, bundle: &str) -> (i32, Value, String) {
    let folder = tempfile::tempdir().unwrap();
    let (list, document) = (folder.path().join("terms.json"), folder.path().join("bundle.json"));
    std::fs::write(&list, terms).unwrap();
    std::fs::write(&document, bundle).unwrap();
    let done = Command::new(env!("CARGO_BIN_EXE_comity"))
        .args(["leak-check", "--json", "--terms"])
        .args([&list, &document])
        .output()
        .unwrap();
    let answer = serde_json::from_slice(&done.stdout).unwrap_or_default();
    (done.status.code().unwrap(), answer, String::from_utf8(done.stderr).unwrap())
}

const TERMS: &str = r#"[{"term":"Anton/Bielawski","kind":"person"},{"term":"198.51.100.7"},{"term":"Nachtfalter","kind":"cryptonym","script":"Latn"}]"#;

#[test]
fn terms_are_found_with_their_places() {
    let bundle = r#"{"type":"bundle","objects":[{"type":"note","content":"Bielawski, A. met us"},{"type":"note","content":"at 3325256711"}]}"#;
    let (code, answer, _) = leak_check(TERMS, bundle);
    assert_eq!((code, &answer["clean"]), (1, &false.into()), "{answer}");
    let found: Vec<(&str, &str, &str)> = answer["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["term"].as_str().unwrap(), it["kind"].as_str().unwrap(), it["path"].as_str().unwrap()))
        .collect();
    assert!(found.contains(&("Anton/Bielawski", "person", "/objects/0/content")), "{found:?}");
    assert!(found.contains(&("198.51.100.7", "ip", "/objects/1/content")), "{found:?}");
    let first = &answer["findings"][0];
    assert!(first["excerpt"].as_str().unwrap().contains('\u{27e6}') && !first["rule"].as_str().unwrap().is_empty());
    assert_eq!(answer["bytes"], bundle.len());
}

#[test]
fn a_clean_document_is_clean_and_one_that_is_not_read_is_not() {
    let (code, answer, _) = leak_check(TERMS, r#"{"objects":[{"content":"Anton Berger at 198.51.100.8"}]}"#);
    assert_eq!((code, &answer["clean"]), (0, &true.into()), "{answer}");
    let (code, answer, _) = leak_check(TERMS, "{\"content\": nothing");
    assert_eq!((code, &answer["clean"]), (1, &false.into()), "{answer}");
    assert_eq!(answer["undetermined"][0], "undetermined/not-json");
}

#[test]
fn lists_that_look_for_nothing_are_refused() {
    for (terms, said) in [
        ("[]", "empty"),
        ("{}", "no list of terms"),
        (r#"[{"term":"a b","kind":"colour"}]"#, "kind of term"),
        (r#"[{"term":"---"}]"#, "no letter"),
        (r#"[{"word":"x"}]"#, "no list of terms"),
    ] {
        let (code, _, error) = leak_check(terms, "{}");
        assert_eq!(code, 2, "{terms}: {error}");
        assert!(error.contains(said), "{terms}: {error}");
    }
}
