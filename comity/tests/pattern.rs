//! `comity pattern`, run as a program.

use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

struct Said {
    code: i32,
    lines: Vec<Value>,
    text: String,
    errors: String,
}

/// Runs the program with this on its standard input.
fn run(arguments: &[&str], input: &str) -> Said {
    let mut child = Command::new(env!("CARGO_BIN_EXE_comity"))
        .arg("pattern")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let writer = std::thread::spawn(move || drop(stdin.write_all(input.as_bytes())));
    let done = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let text = String::from_utf8(done.stdout).unwrap();
    Said {
        code: done.status.code().unwrap(),
        lines: text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect(),
        text,
        errors: String::from_utf8(done.stderr).unwrap(),
    }
}

fn lines(patterns: &[(&str, &str)]) -> String {
    patterns.iter().map(|(id, pattern)| format!("{}\n", json!({ "id": id, "pattern": pattern }))).collect()
}

#[test]
fn check_says_which_patterns_are_valid_and_where_not() {
    let said = run(
        &["check", "-"],
        &lines(&[
            ("good", "[a:b = 1]"),
            ("bad", "[a:b == 1]"),
            ("odd", "[a:b = 1] WITHIN 0 SECONDS"),
            ("far", "[a:b = 'é' AND]"),
        ]),
    );
    assert_eq!(said.code, 1, "{}", said.errors);
    assert_eq!(said.lines[0], json!({ "id": "good", "valid": true }));
    assert_eq!(said.lines[1]["valid"], false);
    assert_eq!(said.lines[1]["error"]["offset"], 5);
    assert_eq!(said.lines[2]["valid"], true);
    assert_eq!(said.lines[2]["warnings"][0]["offset"], 17);
    // In bytes: é is two.
    assert_eq!(said.lines[3]["error"]["offset"], 15);
    assert_eq!(said.lines.len(), 4);
    let said = run(&["--json", "check", "-"], "[a:b = 1]\n\n[a:c = 'x']\n");
    assert_eq!((said.code, said.text.lines().count()), (0, 2), "{}", said.errors);
    assert_eq!(said.lines[1]["id"], "3");
}

#[test]
fn what_is_no_list_of_patterns_is_a_usage_error() {
    for input in ["{\"id\":\"x\"}\n", "{\"id\"\n"] {
        let said = run(&["check", "-"], input);
        assert_eq!(said.code, 2, "{input}");
        assert!(said.errors.contains("line 1"), "{}", said.errors);
    }
    assert_eq!(run(&["check", "/nowhere/at/all"], "").code, 2);
    assert_eq!(run(&["match", "--patterns", "-"], "").code, 2);
}

fn observed(second: u32, value: &str) -> Value {
    json!({
        "type": "bundle", "id": "bundle--5d0092c5-5f74-4287-9642-33f4c354e56d",
        "objects": [
            { "type": "observed-data", "spec_version": "2.1",
              "id": format!("observed-data--0000000{second}-0000-4000-8000-000000000000"),
              "first_observed": format!("2026-03-01T00:00:0{second}Z"), "last_observed": format!("2026-03-01T00:00:0{second}Z"),
              "number_observed": 1, "object_refs": [format!("domain-name--{second}")] },
            { "type": "domain-name", "id": format!("domain-name--{second}"), "value": value },
        ]
    })
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let write = |name: &str, text: String| {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    vec![
        write("one.json", observed(1, "a.example").to_string()),
        // Several documents, one a line.
        write("two.jsonl", format!("{}\n{}\n", observed(2, "b.example"), observed(3, "c.test"))),
    ]
}

#[test]
fn match_says_which_observed_data_satisfy_which_pattern() {
    let folder = tempfile::tempdir().unwrap();
    let files = files(folder.path());
    let arguments: Vec<&str> = ["match", "--patterns", "-", "--observed"]
        .into_iter()
        .chain(files.iter().map(|file| file.to_str().unwrap()))
        .collect();
    let said = run(
        &arguments,
        &lines(&[
            ("equal", "[domain-name:value = 'b.example']"),
            ("then", "[domain-name:value LIKE 'a.%'] FOLLOWEDBY [domain-name:value MATCHES '\\\\.test$']"),
            ("not", "[domain-name:value = 'nothing']"),
            ("wrong", "[domain-name:value = ]"),
            ("instant", "[domain-name:value = t'2026-01-01T00:00:00Z']"),
        ]),
    );
    assert_eq!(said.code, 0, "{}", said.errors);
    let id = |second: u32| format!("observed-data--0000000{second}-0000-4000-8000-000000000000");
    assert_eq!(said.lines[0], json!({ "id": "equal", "outcome": "match", "observed": [id(2)] }));
    assert_eq!(said.lines[1], json!({ "id": "then", "outcome": "match", "observed": [id(1), id(3)] }));
    assert_eq!(said.lines[2], json!({ "id": "not", "outcome": "no_match", "observed": [] }));
    assert_eq!(said.lines[3]["outcome"], "error");
    assert_eq!(said.lines[3]["error"]["offset"], 21);
    assert_eq!(said.lines[4]["outcome"], "error");
}

#[test]
fn observed_data_that_cannot_be_evaluated_is_a_usage_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bad.json");
    let mut bad = observed(1, "a.example");
    bad["objects"][0]["number_observed"] = json!(0);
    for text in [bad.to_string(), "{\"type\":".to_owned()] {
        std::fs::write(&path, text).unwrap();
        let said = run(&["match", "--patterns", "-", "--observed", path.to_str().unwrap()], "[a:b = 1]\n");
        assert_eq!((said.code, said.lines.len()), (2, 0), "{}", said.errors);
    }
}

#[test]
fn explain_says_it_in_words() {
    let said = run(
        &["explain", "[file:name = 'a' OR file:size > 5] FOLLOWEDBY [url:value LIKE '%x'] WITHIN 3600 SECONDS"],
        "",
    );
    assert_eq!(said.code, 0);
    for part in
        ["one after the other", "the file's \"name\" is \"a\"", "or the file's \"size\" is greater than 5", "1 hour"]
    {
        assert!(said.text.contains(part), "{part}: {}", said.text);
    }
    assert_eq!(run(&["explain", "[a:b = ]"], "").code, 1);
    // Text from a pattern cannot restyle the terminal.
    assert!(!run(&["explain", "[a:b = '\u{202e}']"], "").text.contains('\u{202e}'));
    let said = run(&["explain", "-"], &lines(&[("one", "[a:b = 1]")]));
    assert_eq!(said.lines[0]["id"], "one");
}

#[test]
fn equivalent_patterns_are_found() {
    assert_eq!(run(&["equivalent", "[a:b = 1 OR a:c = 2]", "[a:c = 2 OR a:b = 1]"], "").code, 0);
    assert_eq!(run(&["equivalent", "[a:b = 1]", "[a:b = 2]"], "").code, 1);
    let said = run(
        &["check", "--duplicates", "-"],
        &lines(&[("1", "[a:b = 1]"), ("2", "[a:b = 2]"), ("3", "[(a:b = 1)]"), ("4", "[a:b = ")]),
    );
    assert_eq!(said.code, 0);
    assert_eq!(said.lines, [json!({ "pattern": "[a:b = 1]", "ids": ["1", "3"] })]);
    assert!(said.errors.contains("1 patterns"), "{}", said.errors);
}
