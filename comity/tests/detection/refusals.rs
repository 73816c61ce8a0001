//! What cannot be read is said by file, line and reason; exit codes.

use super::{line, said, watching, world};
use serde_json::json;

#[test]
fn lines_that_cannot_be_read_are_named_and_everything_else_is_read() {
    let world = world();
    let node = watching(&world, "vsis");
    let mut bytes = b"type,value,time\n\xff\xfe\x00junk\n".to_vec();
    bytes.extend(line(1, "ip-dst", "203.0.113.9").bytes());
    bytes.extend(b"ip-dst,not an address,2026-03-16T00:00:00Z\nip-dst,203.0.113.9\n\n");
    bytes.extend(vec![b'x'; (1 << 20) + 10]);
    bytes.extend(b"\n");
    bytes.extend(line(2, "domain", "cdn.example").bytes());
    let path = world.write("odd.log", bytes).display().to_string();
    let ran = node.run(&["detect", &path]);
    assert_eq!(ran.code, Some(1), "{}", ran.err);
    for words in [
        "odd.log:2: the line is not UTF-8",
        "odd.log:4: ",
        "odd.log:5: ",
        "odd.log:7: the line is longer",
        "4 of 8 lines were refused",
    ] {
        assert!(ran.err.contains(words), "{words}: {}", ran.err);
    }
    // Reasons hold nothing of a line.
    assert!(!ran.err.contains("not an address"), "{}", ran.err);
    let (sightings, summary) = said(&ran);
    assert_eq!((sightings.len(), summary["refused"].as_u64(), summary["lines"].as_u64()), (2, Some(4), Some(8)));
}

#[test]
fn junk_is_refused_whole() {
    let world = world();
    let node = watching(&world, "vsis");
    // xorshift64: the same junk each time.
    let mut state = 0x5eed_2041_u64;
    let mut junk = Vec::new();
    for _ in 0..40_000 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        junk.extend(state.to_le_bytes());
    }
    let path = world.write("junk.bin", junk).display().to_string();
    node.run(&["detect", &path]).refused(2, "cannot tell how");
    for mapping in ["simple", "ecs", "stix"] {
        let ran = node.run(&["detect", &path, "--mapping", mapping]);
        let (sightings, summary) = said(&ran);
        assert_eq!(
            (ran.code, sightings.len(), summary["observations"].as_u64()),
            (Some(1), 0, Some(0)),
            "{mapping}: {}",
            ran.err
        );
        assert!(ran.err.contains("more lines"), "{mapping}: {}", ran.err);
    }
}

#[test]
fn exit_codes() {
    let world = world();
    let node = watching(&world, "vsis");
    let good = world.write("good.csv", line(1, "ip-dst", "203.0.113.9")).display().to_string();
    let none = world.write("none.csv", line(1, "ip-dst", "203.0.113.10")).display().to_string();
    let odd = world.write("odd.log", "Mar 16 09:14:00 host sshd: hello\n").display().to_string();
    let folder = world.file("").display().to_string();
    let document =
        world.write("big.json", format!("{{\"type\":\"bundle\",\n{}", " ".repeat(17 << 20))).display().to_string();
    let half = world.write("half.json", "{\"type\":\"bundle\",\n").display().to_string();
    let bad = world.write("bad.json", "{\"name\":\"x\"}").display().to_string();
    let csv = json!({ "name": "x", "form": "csv", "time": { "fields": ["t"], "format": "unix" }, "objects": [] });
    let columns = world.write("columns.json", csv.to_string()).display().to_string();
    for (arguments, code, words) in [
        (vec!["detect", "/nowhere/at/all"], 2, "cannot read /nowhere/at/all"),
        (vec!["detect", &folder], 2, "not a file or pipe"),
        (vec!["detect", &folder, "--follow"], 2, "not a file or pipe"),
        (vec!["detect", &odd], 2, "cannot tell how"),
        (vec!["detect", &odd, "--follow"], 2, "cannot tell how"),
        (vec!["detect", &document], 2, "one document of more than 16777216 bytes"),
        (vec!["detect", &document, "--follow"], 2, "document"),
        (vec!["detect", "-", "-"], 2, "standard input is named twice"),
        (vec!["detect", &good, "--mapping", "other"], 2, "cannot read the mapping other"),
        (vec!["detect", &good, "--mapping", &bad], 2, "cannot be used"),
        (vec!["detect", &good, "--mapping", &columns], 2, "cannot be used"),
        (vec!["detect", &good, "--source", "\u{1b}[31m"], 2, "control characters"),
        (vec!["detect", &good, "--home", "/nonexistent"], 3, "not a node home"),
        (vec!["sighting", "show", "ffff"], 1, "is not held"),
        (vec!["sighting", "list", "--origin", "link:no such"], 2, ""),
        (vec!["warning-list", "add", &bad], 1, "not a warning list"),
        (vec!["warning-list", "add", "/nowhere"], 2, "cannot read"),
        (vec!["warning-list", "remove", "none"], 1, "no warning list"),
    ] {
        let error = node.run(&arguments).refused(code, words);
        assert!(error["message"].is_string());
    }
    assert_eq!(node.run(&["detect", &good]).code, Some(0));
    assert_eq!(node.run(&["detect", &none]).code, Some(0), "nothing found is an answer");
    assert_eq!(node.run(&["detect", &good, &half]).code, Some(1), "half a document");
    let header = world.write("header.csv", "type,value,time\n# nothing today\n").display().to_string();
    assert_eq!(node.run(&["detect", &header]).code, Some(0), "there was nothing to read");
    // What the flag parser refuses.
    for arguments in [
        vec!["detect"],
        vec!["detect", "--status", &good],
        vec!["detect", "--status", "--follow"],
        vec!["sighting", "list", "--state", "odd"],
        vec!["sighting", "list", "--all", "--state", "open"],
        vec!["sighting", "judge", "ffff", "--key", "x"],
        vec!["sighting", "judge", "ffff", "--key", "x", "--true-positive", "--false-positive"],
    ] {
        assert_eq!(node.run(&arguments).code, Some(2), "{arguments:?}");
    }
}

#[test]
fn what_holds_nothing_is_told() {
    let world = world();
    let node = watching(&world, "vsis");
    let at = r#""@timestamp":"2026-03-16T09:14:00Z""#;
    let other = world.write("other.ndjson", format!("{{{at},\"message\":\"x\"}}\n{{{at}}}\n")).display().to_string();
    let ran = node.run(&["detect", &other]);
    let (_, summary) = said(&ran);
    assert_eq!((ran.code, summary["unread"].as_u64(), summary["refused"].as_u64()), (Some(1), Some(2), Some(0)));
    assert!(ran.err.contains("nothing was read of 2 lines"), "{}", ran.err);
    // Where something was read, the rest is counted.
    let some = format!("{{{at},\"message\":\"x\"}}\n{{{at},\"source\":{{\"ip\":\"203.0.113.9\"}}}}\n");
    let some = world.write("some.ndjson", some).display().to_string();
    let ran = node.run(&["detect", &some, &other]);
    let (sightings, summary) = said(&ran);
    assert_eq!((ran.code, summary["unread"].as_u64(), sightings.len()), (Some(0), Some(3), 1), "{}", ran.err);
}

#[test]
fn documents_that_cannot_be_read_cost_no_other() {
    let world = world();
    let node = watching(&world, "vsis");
    let ecs = |ip: &str| json!({ "@timestamp": "2026-03-16T09:14:00Z", "source": { "ip": ip } });
    let mut bytes = format!("{:#}\n", ecs("10.0.0.1")).into_bytes();
    bytes.extend(b"{\n  \"a\": \"\xff\"\n}\n{\n  \"a\": [1}\n}\n");
    bytes.extend(format!("{:#}\n", ecs("203.0.113.9")).bytes());
    // More than one batch.
    for number in 0..20_000 {
        bytes.extend(format!("{:#}\n", ecs(&format!("10.1.{}.{}", number / 250, number % 250))).bytes());
    }
    bytes.extend(
        format!("{:#}\n{{\n", json!({ "@timestamp": 1_773_652_440_000_u64, "host": { "ip": "203.0.113.9" } })).bytes(),
    );
    let lines = bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
    let path = world.write("odd.json", bytes).display().to_string();
    let ran = node.run(&["detect", &path, "--mapping", "ecs"]);
    let (sightings, summary) = said(&ran);
    assert_eq!(ran.code, Some(1), "{}", ran.err);
    for words in
        ["odd.json:8: the document is not UTF-8", "odd.json:11: byte", &format!("odd.json:{lines}: what begins here")]
    {
        assert!(ran.err.contains(words), "{words}: {}", ran.err);
    }
    assert_eq!(summary["observations"], 20_003, "{summary}");
    assert_eq!((summary["lines"].as_u64(), summary["refused"].as_u64()), (Some(lines), Some(3)), "{summary}");
    assert_eq!(sightings.iter().map(|one| one["counted"].as_u64().unwrap()).sum::<u64>(), 2);
}
