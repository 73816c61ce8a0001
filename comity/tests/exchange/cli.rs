//! Bad input at the command line: exit codes, one JSON document, places named, nothing half-stored.

use super::world;
use comity_kit::Node;
use std::os::unix::fs::PermissionsExt;

fn import(node: &Node, path: &str, code: i32, words: &str) {
    node.run(&["import", "--origin", "feed", path]).refused(code, words);
}

#[test]
fn malformed_files_and_objects_are_refused_with_their_place_and_leave_nothing() {
    let world = world();
    let node = world.node("vsis");
    let good = r#"{"type":"malware","id":"malware--11111111-aaaa-4bbb-8ccc-000000000001","spec_version":"2.1","created":"2026-01-01T00:00:00Z","modified":"2026-01-01T00:00:00Z","name":"Zwergtaucher","is_family":false}"#;
    let bundle = |objects: &str| {
        format!(
            "{{\"type\":\"bundle\",\"id\":\"bundle--11111111-aaaa-4bbb-8ccc-000000000009\",\"objects\":[{objects}]}}"
        )
    };
    let whole = bundle(good);
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("empty", Vec::new(), "an empty file"),
        ("blank", b"  \n ".to_vec(), "an empty file"),
        ("cut", whole.as_bytes()[..whole.len() - 2].to_vec(), "line 1"),
        ("invalid UTF-8", [whole.as_bytes(), &[0xff]].concat(), "byte"),
        ("trailing comma", bundle(&format!("{good},")).into_bytes(), "line 1"),
        ("comment", bundle(&format!("/* */{good}")).into_bytes(), "line 1"),
    ];
    for (name, bytes, words) in cases {
        println!("{name}");
        import(&node, &world.write("bad.json", bytes).display().to_string(), 1, words);
        assert_eq!(node.found("Zwergtaucher"), 0, "{name}: nothing of it is stored");
    }
    let deep = format!("{}{}", "[".repeat(40), "]".repeat(40));
    for (name, bad, words) in [
        ("lone surrogate", r#""n":"\ud800""#, "byte"),
        ("control character", "\"n\":\"\u{1}\"", "byte"),
        ("duplicate key", r#""id":"x--2""#, "line 2"),
        ("duplicate through an escape", r#""\u0069d":"x--2""#, "duplicate key"),
        ("too deep", &format!("\"a\":{deep}"), "32"),
        ("NaN", "\"n\":NaN", "byte"),
        ("long number", &format!("\"n\":{}", "1".repeat(20_000)), "64"),
    ] {
        println!("{name}");
        let text = bundle(&format!("\n{{\"type\":\"x\",\"id\":\"x--1\",{bad}}}"));
        let ran = node.run(&["import", "--origin", "feed", &world.write("bad.json", text).display().to_string()]);
        let report = &ran.json()["files"][0]["report"];
        assert_eq!(
            (ran.code, &report["refused"], &report["status"]),
            (Some(1), &1.into(), &"nothing".into()),
            "{name}"
        );
        let reason = report["refused_objects"][0]["reason"].as_str().unwrap();
        assert!(reason.contains(words), "{name}: {reason}");
        assert_eq!(node.found("Zwergtaucher"), 0, "{name}");
    }
    node.ask(&["import", "--origin", "feed", &world.write("good.json", whole).display().to_string()]);
    assert_eq!(node.found("Zwergtaucher"), 1);
    node.ask(&["verify"]);
}

#[test]
fn only_regular_files_are_read_and_names_are_shown_safely() {
    let world = world();
    let node = world.node("vsis");
    let fifo = world.file("fifo").display().to_string();
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let link = world.file("link");
    std::os::unix::fs::symlink(world.write("target.json", "{}"), &link).unwrap();
    for (path, words) in [
        (fifo.as_str(), "regular file"),
        (world.file("").to_str().unwrap(), "regular file"),
        (link.to_str().unwrap(), "symbolic link"),
        ("/dev/zero", "regular file"),
        ("/nonexistent/file", "cannot be opened"),
    ] {
        import(&node, path, 2, words);
    }
    let odd = world.write("a\u{1b}[31m\u{202e}b.json", "[").display().to_string();
    let ran = node.run(&["import", &odd]);
    assert_eq!(ran.code, Some(1));
    assert!(!ran.err.contains('\u{1b}') && !ran.err.contains('\u{202e}'), "{:?}", ran.err);
}

/// Names and texts with what nobody sees, through verbs that print them: for people there are marks, for programs the same value.
#[test]
fn verbs_show_what_is_not_seen() {
    let world = world();
    let node = world.node("vsis");
    let name = "Zwergtaucher\u{202e}\u{9b}31m\u{e0041}\u{2028}\u{ad}\u{e000}\u{378}\u{fe0f}\nx";
    let id = "malware--11111111-aaaa-4bbb-8ccc-000000000001";
    let object = serde_json::json!({ "type": "malware", "id": id, "spec_version": "2.1", "created": "2026-01-01T00:00:00Z",
        "modified": "2026-01-01T00:00:00Z", "name": name, "description": name, "is_family": false });
    let bundle = serde_json::json!({ "type": "bundle", "id": "bundle--11111111-aaaa-4bbb-8ccc-000000000009", "objects": [object] });
    node.ask(&["import", "--origin", "feed", &world.write("odd.json", bundle.to_string()).display().to_string()]);
    let unseen = |text: &str| text.chars().find(|c| comity_text::unseen(*c).is_some());
    for verb in [&["search", "Zwergtaucher"][..], &["show", id]] {
        let people = std::process::Command::new(env!("CARGO_BIN_EXE_comity"))
            .args(verb)
            .env_clear()
            .env("COMITY_HOME", &node.home)
            .output()
            .unwrap();
        let shown = String::from_utf8(people.stdout).unwrap();
        assert!(people.status.success(), "{verb:?}");
        assert_eq!(unseen(&shown), None, "{verb:?}: {shown:?}");
        assert!(
            shown.contains("Zwergtaucher⟨U+202E⟩⟨U+009B⟩31m⟨U+E0041⟩⟨U+2028⟩⟨U+00AD⟩⟨U+E000⟩"),
            "{verb:?}: {shown}"
        );
        let program = node.run(verb);
        assert_eq!(unseen(std::str::from_utf8(&program.out).unwrap()), None, "{verb:?}");
        assert!(program.done().to_string().contains(name.trim_end_matches("\nx")), "{verb:?}: another value");
    }
    let raw = node.run(&["show", id, "--raw"]).out;
    assert!(String::from_utf8(raw).unwrap().contains('\u{202e}'), "exact bytes stay exact");
}

#[test]
fn passphrases_modes_and_officers_are_checked() {
    let world = world();
    let node = world.node("vsis");
    let card = ["link", "card", "--output", "/dev/null"];
    node.run_with(&card, &[("COMITY_PASSPHRASE", "wrong-passphrase")]).refused(3, "passphrase");
    node.run_with(&card, &[("COMITY_PASSPHRASE", "")]).refused(2, "no passphrase");
    node.run_with(&["vault", "list", "--key", &node.key("hal")], &[("COMITY_PASSPHRASE_HAL", "wrong-passphrase")])
        .refused(1, "passphrase");
    node.run_as("nobody", &["vault", "list"]).refused(2, "key file");
    node.run(&["release", "send", "00000000-0000-4000-8000-000000000000"]).refused(1, "no release");
    node.run(&["link", "show", "tfo"]).refused(1, "no link");
    node.run(&["show", "malware--00000000-0000-4000-8000-000000000000"]).refused(1, "");
    node.run_as("c1", &["link", "add", &world.write("card", "{}").display().to_string()]).refused(1, "");
    assert_eq!(node.run(&["nonsense"]).code, Some(2));
    assert_eq!(node.run(&["import"]).code, Some(2));
    node.run_with(&["officer", "list"], &[("COMITY_HOME", "/nonexistent")]).refused(3, "");
    for (part, mode) in
        [("", 0o755), ("keys", 0o750), ("keys/org.key", 0o640), ("vault/vault.db", 0o604), ("comity.toml", 0o644)]
    {
        let path = node.home.join(part);
        let before = std::fs::metadata(&path).unwrap().permissions();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
        for verb in [&["officer", "list"][..], &["search", "x"], &["serve"]] {
            node.run(verb).refused(3, "");
        }
        std::fs::set_permissions(&path, before).unwrap();
    }
    node.ask(&["officer", "list"]);
}
