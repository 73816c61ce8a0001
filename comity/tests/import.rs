//! `comity import` of files as people have them: shapes, exit codes, standard input, and what is no STIX at all.

use comity_kit::{Node, Ran, World};
use serde_json::{Value, json};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

fn world() -> World {
    World::new(env!("CARGO_BIN_EXE_comity"))
}

fn malware(number: u32, name: &str) -> String {
    format!(
        r#"{{"type":"malware","spec_version":"2.1","id":"malware--11111111-aaaa-4bbb-8ccc-{number:012x}","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","name":"{name}","is_family":false}}"#
    )
}

/// A handed case's file, or `None` (said aloud).
fn case(name: &str) -> Option<String> {
    let folder = std::env::var_os("COMITY_TEST_DATA")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data")), PathBuf::from);
    let path = folder.join("cases/field").join(name);
    if !path.exists() {
        eprintln!("absent: {}", path.display());
    }
    path.exists().then(|| path.display().to_string())
}

fn import(node: &Node, more: &[&str], file: &str) -> Ran {
    node.run(&[&["import", "--origin", "feed"], more, &[file]].concat())
}

fn report(ran: &Ran) -> Value {
    ran.json()["files"][0]["report"].clone()
}

/// The import of standard input by a person: exit code, standard output, standard error.
fn piped(node: &Node, input: &str) -> (Option<i32>, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_comity"))
        .args(["import", "--origin", "pipe", "-"])
        .env_clear()
        .env("COMITY_HOME", &node.home)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let done = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (done.status.code(), text(done.stdout), text(done.stderr))
}

/// Cases l1, l2, l6, l7, l8 and l29 of those handed over.
#[test]
fn handed_cases() {
    let world = world();
    let node = world.node("vsis");
    let Some(list) = case("01-list-of-objects.json") else { return };
    let ran = import(&node, &[], &list);
    assert_eq!((ran.code, &report(&ran)["accepted"], &report(&ran)["status"]), (Some(0), &json!(2), &json!("taken")));

    // The same objects again and one with a duplicate key, refused with its id.
    let ran = import(&node, &[], &case("02-duplicate-key.json").unwrap());
    let told = report(&ran);
    assert_eq!((ran.code, &told["unchanged"], &told["refused"]), (Some(0), &json!(2), &json!(1)), "{told}");
    assert_eq!(told["status"], "partly");
    let refused = &told["refused_objects"][0];
    assert_eq!(
        (&refused["position"], &refused["id"]),
        (&json!(2), &json!("malware--00000005-2222-4222-8222-222222222222"))
    );
    assert!(refused["reason"].as_str().unwrap().contains("duplicate key"), "{refused}");
    assert_eq!(import(&node, &["--strict"], &case("02-duplicate-key.json").unwrap()).code, Some(1));

    let misp = case("14-not-stix-misp-event.json").unwrap();
    import(&node, &[], &misp).refused(1, "this is a MISP event, not STIX");

    let ran = import(&node, &[], &case("15-no-id.json").unwrap());
    assert_eq!((ran.code, &report(&ran)["status"]), (Some(1), &json!("nothing")));
    assert!(report(&ran)["refused_objects"][0]["reason"].as_str().unwrap().contains("no id"));
    assert!(ran.err.contains("nothing of it was taken"), "{}", ran.err);

    let ran = import(&node, &[], &case("11-nested-bundle.json").unwrap());
    assert_eq!((ran.code, &report(&ran)["unchanged"], &report(&ran)["refused"]), (Some(0), &json!(1), &json!(0)));

    let ran = import(&node, &[], &case("37-pattern-bare-value.json").unwrap());
    let told = report(&ran);
    let id = json!("indicator--00000002-2222-4222-8222-222222222222");
    let named = told["defective_objects"].as_array().unwrap().iter().find(|one| one["id"] == id);
    assert!(named.is_some_and(|one| one["rules"].as_array().unwrap().contains(&json!("malformed-pattern"))), "{told}");
    node.ask(&["verify"]);
}

/// Case f1 of those handed over: what is no STIX is named, with the way in, and leaves nothing.
#[test]
fn what_is_no_stix_is_named() {
    let world = world();
    let node = world.node("vsis");
    let files: [(&[u8], &str); 8] = [
        (b"<?xml version=\"1.0\"?><stix:STIX_Package/>", "STIX 1.x in XML"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"PK\x03\x04\x14\0", "a zip archive"),
        (b"\x1f\x8b\x08\0", "packed with gzip"),
        (b"value,type\na.example,domain\n", "a table"),
        (b"title: Odd\nlogsource:\n  product: windows\ndetection:\n  a: b\n", "a Sigma rule"),
        (b"{\"00000044-2222-4222-8222-222222222222\":{\"info\":\"x\"}}", "the manifest of a MISP feed"),
        (b"\xff\xfe{\0}\0", "text in UTF-16"),
    ];
    for (bytes, name) in files {
        // The name of the file says something else.
        let file = world.write("feed.json", bytes).display().to_string();
        let error = import(&node, &[], &file).refused(1, name);
        assert!(error["hint"].as_str().is_some_and(|hint| hint.len() > 10), "{name}: {error}");
        let validated = node.run(&["validate", &file]);
        let said = validated.json()["files"][0]["errors"][0]["message"].as_str().unwrap_or_default().to_owned();
        assert!(name.starts_with("the manifest") || said.contains(name), "{name}: {said}");
    }
    assert_eq!(node.ask(&["search", ""])["count"], 0);
}

/// Every shape of a file, beside a running desk: it is given the open file and needs no path.
#[test]
fn shapes_and_standard_input_reach_a_running_desk() {
    let world = world();
    let node = world.node("vsis");
    let (a, b, c) = (malware(1, "Zwergtaucher"), malware(2, "Rohrdommel"), malware(3, "Quaymoth"));
    let before = piped(&node, &a);
    assert_eq!(before.0, Some(0), "{}", before.2);
    let running = node.serve();
    let bad = r#"{"type":"malware","id":"malware--x","id":"y"}"#;
    let (code, out, err) = piped(&node, &format!("\u{feff}{a}\n\n{bad}\n{b}\n"));
    assert_eq!(code, Some(0), "{err}");
    assert!(out.contains("standard input: 1 accepted") && out.contains("1 unchanged"), "{out}");
    assert!(err.contains("refused object 1") && err.contains("line 3"), "{err}");
    assert_eq!(node.found("Rohrdommel"), 1);
    let nested = format!(r#"[{{"more":false,"objects":[{{"objects":[{c}],"type":"bundle"}}],"type":"bundle"}}]"#);
    let ran = import(&node, &[], &world.write("nested.json", nested).display().to_string());
    assert_eq!((ran.code, &report(&ran)["accepted"]), (Some(0), &json!(1)), "{}", ran.err);
    let (code, _, err) = piped(&node, "[]");
    assert_eq!(code, Some(1));
    assert!(err.contains("there is no object in it"), "{err}");
    let (code, _, err) = piped(&node, "");
    assert!(code == Some(1) && err.contains("an empty file"), "{err}");
    let left: Vec<_> = std::fs::read_dir(&node.home).unwrap().flatten().map(|entry| entry.file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().contains("spool")), "{left:?}");
    drop(running);
    node.ask(&["verify"]);
}

/// Twenty refused objects are named, the others counted.
#[test]
fn many_refusals_are_counted() {
    let world = world();
    let node = world.node("vsis");
    let lines = format!("{}\n{}", malware(1, "Zwergtaucher"), "{\"a\":1,\"a\":2}\n".repeat(25));
    let ran = import(&node, &[], &world.write("many.ndjson", lines.clone()).display().to_string());
    let told = report(&ran);
    assert_eq!((ran.code, &told["refused"]), (Some(0), &json!(25)));
    assert_eq!(told["refused_objects"].as_array().unwrap().len(), 20);
    let (_, _, err) = piped(&node, &lines);
    assert_eq!(err.matches("refused object").count(), 20, "{err}");
    assert!(err.contains("and 5 more"), "{err}");
}
