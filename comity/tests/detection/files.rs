//! Files, pipes and standard input, of every form.

use super::child::Watched;
use super::{found, line, listed, said, watching, world};
use serde_json::json;
use std::io::Write;
use std::process::{Command, Stdio};

#[test]
fn a_home_of_ones_own_and_a_running_desk_give_the_same_answers() {
    let world = world();
    let (own, desk) = (watching(&world, "vsis"), watching(&world, "kps"));
    let running = desk.serve();
    let text = [
        "type,value,time\n".to_owned(),
        line(1, "ip-dst", "203.0.113.9"),
        line(2, "domain", "other.example"),
        line(3, "domain", "cdn.example"),
        line(4, "ip-dst", "203.0.113.9"),
        line(4, "ip-dst", "203.0.113.9"),
    ];
    let file = world.write("dns.log", text.concat()).display().to_string();
    let mut answers = Vec::new();
    for node in [&own, &desk] {
        let ran = node.run(&["detect", &file, "--source", "dns sensor"]);
        assert_eq!(ran.code, Some(0), "{}", ran.err);
        let (sightings, summary) = said(&ran);
        assert!(sightings.iter().all(|one| one["origins"] == json!(["feed"]) && one["source"] == "dns sensor"));
        answers.push((found(&sightings), summary));
        // Fed again, nothing is counted again.
        let (again, summary) = said(&node.run(&["detect", &file, "--source", "dns sensor"]));
        assert_eq!((again.len(), summary["counted"].as_u64(), summary["matches"].as_u64()), (0, Some(0), Some(4)));
        let all = listed(node, &[]);
        assert_eq!(found(&all), found(&sightings), "{all:?}");
    }
    assert_eq!(answers[0], answers[1]);
    // The same line twice is one observation.
    let expect = [("Beacon", "203.0.113.9", 2), ("Staging", "cdn.example", 1)];
    let expect: Vec<_> =
        expect.iter().map(|(name, value, count)| ((*name).to_owned(), (*value).to_owned(), *count)).collect();
    assert_eq!(answers[0].0, expect);
    assert_eq!(
        answers[0].1,
        json!({ "lines": 6, "observations": 5, "unread": 0, "comments": 0, "refused": 0, "matches": 4, "undetermined": 0, "new": 2, "counted": 3, "set_aside": 0 })
    );
    let status = desk.ask(&["detect", "--status"]);
    assert_eq!((status["indicators"].as_u64(), status["compiled"].as_u64()), (Some(3), Some(3)), "{status}");
    assert_eq!(status["observations"], 10);
    assert!(running.stop());
    own.ask(&["verify"]);
}

#[test]
fn every_mapping_is_read_and_the_first_line_shows_which() {
    let world = world();
    let node = watching(&world, "vsis");
    let observed = json!({
        "type": "bundle", "id": "bundle--5d0092c5-5f74-4287-9642-33f4c354e56e", "objects": [
            { "type": "observed-data", "spec_version": "2.1", "id": "observed-data--5d0092c5-5f74-4287-9642-33f4c354e560",
              "created": "2026-03-16T09:14:00.000Z", "modified": "2026-03-16T09:14:00.000Z",
              "first_observed": "2026-03-16T09:14:00Z", "last_observed": "2026-03-16T09:14:00Z", "number_observed": 5,
              "object_refs": ["file--5d0092c5-5f74-4287-9642-33f4c354e561"] },
            { "type": "file", "spec_version": "2.1", "id": "file--5d0092c5-5f74-4287-9642-33f4c354e561",
              "hashes": { "MD5": "9e107d9d372bb6826bd81d3542a419d6" } },
        ]
    });
    let ecs = json!({ "@timestamp": "2026-03-16T09:14:00Z", "destination": { "ip": "203.0.113.9", "port": 443 } });
    let dotted =
        json!({ "@timestamp": "2026-03-16T09:15:00Z", "dns.question.name": "cdn.example", "ecs.version": "8.11" });
    let simple = json!({ "type": "ip-dst", "value": "203.0.113.9", "time": 1_773_652_440 });
    let mapping = json!({
        "name": "proxy", "form": "csv", "header": true, "delimiter": ";",
        "time": { "fields": ["when"], "format": "unix" },
        "objects": [{ "type": "domain-name", "properties": { "value": "host" } }],
    });
    let mapping = world.write("proxy.json", mapping.to_string()).display().to_string();
    for (name, text, mapping, expect) in [
        ("line.stix", format!("{observed}\n"), "auto", vec![("Dropper", 5)]),
        ("many.stix", serde_json::to_string_pretty(&observed).unwrap(), "auto", vec![("Dropper", 5)]),
        ("many.stix", serde_json::to_string_pretty(&observed).unwrap(), "stix", vec![("Dropper", 5)]),
        ("alerts.ndjson", format!("{ecs}\n\r\n{dotted}"), "auto", vec![("Beacon", 1), ("Staging", 1)]),
        ("alerts.ndjson", format!("{ecs}\n"), "ecs", vec![("Beacon", 1)]),
        ("simple.ndjson", format!("\u{feff}{simple}\n"), "auto", vec![("Beacon", 1)]),
        ("bare.csv", line(1, "domain", "cdn.example"), "auto", vec![("Staging", 1)]),
        ("proxy.log", "host;when\ncdn.example;1773652440\n".to_owned(), mapping.as_str(), vec![("Staging", 1)]),
        ("pretty.json", format!("{ecs:#}\n{dotted:#}\n"), "auto", vec![("Beacon", 1), ("Staging", 1)]),
        ("list.json", format!("[\n{ecs:#},\n{dotted:#}\n]\n"), "auto", vec![("Beacon", 1), ("Staging", 1)]),
        (
            "hits.json",
            format!("{:#}", json!({ "hits": { "hits": [{ "_source": ecs }] } })),
            "auto",
            vec![("Beacon", 1)],
        ),
        ("simple.json", format!("[\n{simple:#}]"), "auto", vec![("Beacon", 1)]),
        (
            "half.csv",
            "# x\ntime;value;type;more\n1773652440;cdn[.]example;domain;x\n".to_owned(),
            "auto",
            vec![("Staging", 1)],
        ),
        (
            "dns.log",
            "#separator \\x09\n#fields\tts\tquery\n#types\ttime\tstring\n1773652440.5\tcdn.example\n".to_owned(),
            "auto",
            vec![("Staging", 1)],
        ),
        ("empty.log", String::new(), "auto", vec![]),
        ("blank.log", "\n\n".to_owned(), "auto", vec![]),
    ] {
        let path = world.write(name, text).display().to_string();
        let ran = node.run(&["detect", &path, "--mapping", mapping]);
        assert_eq!(ran.code, Some(0), "{name} {mapping}: {}", ran.err);
        let text = String::from_utf8(ran.out).unwrap();
        let matches: u64 = text
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
            .map(|line| line["summary"]["matches"].as_u64().unwrap_or_default())
            .sum();
        assert_eq!(matches, expect.len() as u64, "{name} {mapping}: {text}");
    }
    // A sensor that counted for itself is believed.
    let all = listed(&node, &[]);
    let dropper = all.iter().find(|one| one["name"] == "Dropper").unwrap();
    assert_eq!(dropper["count"], 5);
}

#[test]
fn a_hundred_thousand_lines_with_a_header_of_their_own() {
    let world = world();
    let node = watching(&world, "vsis");
    let mapping = json!({
        "name": "flows", "form": "csv", "header": true, "time": { "fields": ["when"], "format": "unix" },
        "objects": [{ "type": "address", "properties": { "value": "to" } }],
    });
    let mapping = world.write("flows.json", mapping.to_string()).display().to_string();
    let mut text = "when,to,comment\n".to_owned();
    for number in 0..100_000_u32 {
        let [_, b, c, d] = number.to_be_bytes();
        text.push_str(&format!("{},10.{b}.{c}.{d},nothing to see on this line of the log\n", 1_773_652_440 + number));
    }
    text.push_str("1773752440,203.0.113.9,the last one\n");
    let path = world.write("flows.csv", text).display().to_string();
    let ran = node.run(&["detect", &path, "--mapping", &mapping]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let (sightings, summary) = said(&ran);
    assert_eq!((summary["lines"].as_u64(), summary["observations"].as_u64()), (Some(100_002), Some(100_001)));
    // The columns are known in every batch, and lines keep their numbers.
    let shown = node.ask(&["sighting", "show", sightings[0]["sighting"].as_str().unwrap()]);
    assert_eq!(shown["evidence"][0]["line"], 100_002, "{shown}");
    assert_eq!(shown["evidence"][0]["source"], "flows.csv");
}

#[test]
fn pipes_and_standard_input_are_read_as_they_come() {
    let world = world();
    let node = watching(&world, "vsis");
    let running = node.serve();
    let mut watched = Watched::start(&node, &["detect", "-", "--mapping", "simple"], Stdio::piped());
    let mut stdin = watched.stdin();
    // Each is answered before the next is written: an idle pipe keeps nothing waiting.
    stdin.write_all(line(1, "ip-dst", "203.0.113.9").as_bytes()).unwrap();
    watched.sees("Beacon", 1);
    stdin.write_all(line(2, "domain", "cdn.example").trim_end().as_bytes()).unwrap();
    drop(stdin);
    watched.sees("Staging", 1);
    let (code, summary) = watched.end();
    assert_eq!((code, summary["lines"].as_u64()), (Some(0), Some(2)));

    let fifo = world.file("fifo");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let path = fifo.display().to_string();
    let watched = Watched::start(&node, &["detect", &path, "--mapping", "simple"], Stdio::null());
    let mut writer = std::fs::OpenOptions::new().write(true).open(&fifo).unwrap();
    writer.write_all(line(3, "ip-dst", "203.0.113.9").as_bytes()).unwrap();
    watched.sees("Beacon", 2);
    drop(writer);
    assert_eq!(watched.end().0, Some(0));
    assert!(running.stop());
}
