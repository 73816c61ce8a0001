//! `comity validate` as a process: one answer a line, one report a file, and the exit code.

use serde_json::{Value, json};
use std::io::Write;
use std::process::{Command, Stdio};

const TOOL: &str = r#"{"type":"tool","spec_version":"2.1","id":"tool--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f","created":"2020-01-01T00:00:00.000Z","modified":"2020-01-01T00:00:00.000Z","name":"a"}"#;
const CUSTOM: &str = r#"{"type":"tool","spec_version":"2.1","id":"tool--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f","created":"2020-01-01T00:00:00.000Z","modified":"2020-01-01T00:00:00.000Z","name":"a","x_rank":1}"#;
const ADDRESS: &str = r#"{"type":"ipv4-addr","value":"198.51.100.3"}"#;
const ADDRESS_ID: &str = "ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4";
const BUNDLE_ID: &str = "bundle--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f";

/// Exit code and standard output of `comity validate` with this on standard input.
fn validate(arguments: &[&str], input: &[u8]) -> (i32, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_comity"))
        .arg("validate")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || {
        // The child may end before it has read everything.
        let _ = stdin.write_all(&input);
    });
    let done = child.wait_with_output().unwrap();
    writer.join().unwrap();
    (done.status.code().unwrap(), String::from_utf8(done.stdout).unwrap())
}

fn lines(output: &str) -> Vec<Value> {
    output.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn rules(answer: &Value) -> Vec<&str> {
    answer["errors"].as_array().unwrap().iter().map(|error| error["rule"].as_str().unwrap()).collect()
}

#[test]
fn one_answer_for_each_line() {
    let bundle = format!(r#"{{"type":"bundle","id":"{BUNDLE_ID}","objects":[{TOOL},{ADDRESS}]}}"#);
    let input = format!("{TOOL}\r\nnot json\n\n{{\"type\":\"tool\"\n[]\n{bundle}\n\u{feff}{TOOL}\n{TOOL}");
    let (code, output) = validate(&["--lines", "-"], input.as_bytes());
    let answers = lines(&output);
    assert_eq!(code, 1);
    let numbers: Vec<u64> = answers.iter().map(|answer| answer["line"].as_u64().unwrap()).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7, 8]);
    let valid: Vec<bool> = answers.iter().map(|answer| answer["valid"].as_bool().unwrap()).collect();
    assert_eq!(valid, [true, false, false, false, false, false, false, true]);
    assert_eq!(answers[0], json!({ "line": 1, "valid": true, "errors": [], "warnings": [] }));
    for index in [1, 2, 3, 6] {
        assert_eq!(rules(&answers[index]), ["json"]);
    }
    assert_eq!(rules(&answers[4]), ["not-an-object"]);
    let error = &answers[5]["errors"][0];
    assert_eq!(error["object"], "/objects/1");
    assert_eq!(
        (&error["path"], &error["rule"], &error["clause"]),
        (&json!("/id"), &json!("required-missing"), &json!("§3.2"))
    );
    assert!(!error["message"].as_str().unwrap().is_empty());
}

#[test]
fn exit_codes() {
    assert_eq!(validate(&["--lines", "-"], TOOL.as_bytes()).0, 0);
    assert_eq!(validate(&["-"], TOOL.as_bytes()).0, 0);
    assert_eq!(validate(&["-"], ADDRESS.as_bytes()).0, 1);
    assert_eq!(validate(&["-"], b"").0, 1);
    assert_eq!(validate(&["--lines", "-"], b"").0, 0);
    assert_eq!(validate(&["--lines"], b"").0, 2);
    assert_eq!(validate(&["/nowhere/at/all.json"], b"").0, 2);
    // A folder opens and does not read.
    assert_eq!(validate(&["/"], b"").0, 3);
}

#[test]
fn strict_counts_warnings() {
    let check = |arguments: &[&str], code: i32, valid: bool| {
        let (got, output) = validate(arguments, CUSTOM.as_bytes());
        let answer: Value = serde_json::from_str(output.trim()).unwrap();
        assert_eq!((got, &answer["valid"]), (code, &json!(valid)), "{arguments:?}");
    };
    check(&["--lines", "-"], 0, true);
    check(&["--lines", "--strict", "-"], 1, false);
    check(&["--json", "-"], 0, true);
    check(&["--json", "--strict", "-"], 1, false);
}

#[test]
fn deterministic_identifiers() {
    let process = r#"{"type":"process","id":"process--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f","pid":1}"#;
    let bundle = format!(r#"{{"type":"bundle","id":"{BUNDLE_ID}","objects":[{TOOL},{ADDRESS},{process}]}}"#);
    let (_, output) =
        validate(&["--lines", "--ids", "-"], format!("{ADDRESS}\n{TOOL}\n{process}\n{bundle}").as_bytes());
    let answers = lines(&output);
    assert_eq!(answers[0]["sco_id"], ADDRESS_ID);
    assert_eq!(answers[1].get("sco_id"), None);
    assert_eq!(answers[2]["sco_id"], Value::Null);
    assert_eq!(answers[3]["sco_id"], json!({ "/objects/1": ADDRESS_ID, "/objects/2": null }));
    let (_, output) = validate(&["--json", "--ids", "-"], bundle.as_bytes());
    let report: Value = serde_json::from_str(&output).unwrap();
    assert_eq!(report["files"][0]["sco_ids"], json!({ "/objects/1": ADDRESS_ID }));
}

#[test]
fn one_report_for_each_file() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, content: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.display().to_string()
    };
    let good = write("good.json", &format!(r#"{{"type":"bundle","id":"{BUNDLE_ID}","objects":[{TOOL}]}}"#));
    let bad =
        write("bad.json", &format!(r#"{{"type":"bundle","id":"{BUNDLE_ID}","objects":[{TOOL},{{"type":"tool"}}"#));
    let (code, output) = validate(&["--json", &good, &bad], b"");
    let report: Value = serde_json::from_str(&output).unwrap();
    assert_eq!((code, &report["valid"]), (1, &json!(false)));
    assert_eq!(
        report["files"][0],
        json!({ "file": good, "valid": true, "objects": 1, "errors": [], "errors_total": 0,
        "warnings": [], "warnings_total": 0 })
    );
    // Cut off: what was read is reported, and that it was cut off.
    assert_eq!(report["files"][1]["objects"], 2);
    assert_eq!(rules(&report["files"][1]).last(), Some(&"json"));
    let (_, text) = validate(&[&good, &bad], b"");
    assert!(text.contains("good.json: valid, 1 objects, 0 errors, 0 warnings"), "{text}");
    assert!(text.contains("bad.json: not valid, 2 objects"), "{text}");
    let (_, output) = validate(&["--lines", &good, &bad], b"");
    assert_eq!(lines(&output)[0]["file"], good);
}

#[test]
fn many_findings_are_counted_and_not_all_listed() {
    let objects = vec![r#"{"type":"tool"}"#; 400].join(",");
    let bundle = format!(r#"{{"type":"bundle","id":"{BUNDLE_ID}","objects":[{objects}]}}"#);
    let (_, output) = validate(&["--json", "-"], bundle.as_bytes());
    let report: Value = serde_json::from_str(&output).unwrap();
    let file = &report["files"][0];
    assert_eq!((file["errors"].as_array().unwrap().len(), &file["errors_total"]), (1000, &json!(2000)));
}
