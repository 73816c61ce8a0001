//! What somebody may send to harm: each is refused with a reason that holds nothing of it, and nothing panics.

use crate::support;

use comity_detect::{LineReader, Mapping, WarningList, evidence, witnesses};
use comity_pattern::Pattern;
use proptest::prelude::*;
use support::{built_in, read};

const CSV: &str = r#"{"name":"c","form":"csv","header":true,"refang":true,"time":{"fields":["t"],"format":"rfc3339"},
    "objects":[{"key":"a","type":"host","properties":{"value":"v"}},
        {"type":"network-traffic","properties":{"src_ref":"@a","src_port":"p","protocols":["q","=ip"]}}]}"#;

fn readers() -> Vec<LineReader> {
    let csv = LineReader::new(Mapping::parse(CSV.as_bytes()).unwrap(), support::now());
    vec![built_in("stix"), built_in("ecs"), built_in("simple"), built_in("zeek"), csv]
}

#[test]
fn what_is_refused() {
    let at = r#""@timestamp":"2026-03-16T09:14:00Z""#;
    let ecs = |fields: &str| format!("{{{at},{fields}}}").into_bytes();
    let deep = |depth: usize| ecs(&format!(r#""source":{}{}"#, "[".repeat(depth), "]".repeat(depth)));
    let many = |times: usize| {
        let items: Vec<String> =
            (0..times).map(|number| format!("\"10.0.{}.{}\"", number / 250, number % 250)).collect();
        ecs(&format!(r#""related.ip":[{}]"#, items.join(",")))
    };
    let nowhere = |times: usize| ecs(&format!(r#""related.hosts":[{}]"#, vec!["\"?\""; times].join(",")));
    let repeated = |times: usize| {
        ecs(&format!(r#""network.protocol":[{}],"source.ip":"10.0.0.1""#, vec!["\"a\""; times].join(",")))
    };
    let long = vec![b'a'; (1 << 20) + 1];
    for (mapping, line, said) in [
        ("ecs", long.clone(), "line of 1048577 bytes, limit 1048576"),
        ("simple", long.clone(), "limit 1048576"),
        ("stix", long, "limit 1048576"),
        ("ecs", deep(31), ""),
        ("ecs", deep(32), "too deep: depth 33, limit 32"),
        ("stix", b"[".repeat(100_000), "too deep"),
        ("ecs", many(1_000), ""),
        ("ecs", many(1_001), "more than 1,000 objects"),
        // None of these makes an object, so that what is made is no bound on the work.
        ("ecs", nowhere(1_000), ""),
        ("ecs", nowhere(199_000), "more than 1,000 objects"),
        // One message to all of them, which are few.
        ("ecs", repeated(199_000), ""),
        ("ecs", b"\0\0\0".to_vec(), "UTF-16"),
        ("ecs", ecs("\"source.ip\":\"10.0.0.1\0\""), "control character 0x00"),
        ("ecs", b"{\"\xff\":1}".to_vec(), "not UTF-8"),
        ("ecs", ecs(r#""a":1,"a":2"#), "duplicate key"),
        ("ecs", ecs(r#""source.ip":"\ud800""#), "lone surrogate"),
        ("ecs", b"[1]".to_vec(), "not a JSON object"),
        ("ecs", b"7".to_vec(), "not a JSON object"),
        ("ecs", b"{".to_vec(), "unexpected end"),
        ("ecs", ecs(r#""source.ip":17"#), "source.ip: expected an IPv4 or IPv6 address"),
        ("ecs", ecs(r#""source.ip":{"secret":1}"#), "source.ip: expected a single value"),
        ("ecs", ecs(r#""source.ip":"secret""#), "source.ip: expected an IPv4 or IPv6 address"),
        ("ecs", ecs(r#""source.ip":true"#), "source.ip: expected an IPv4 or IPv6 address"),
        ("ecs", ecs(r#""source":{"ip":"10.0.0.1","port":"http"}"#), "source.port: expected a whole number"),
        ("ecs", ecs(r#""source":{"ip":"10.0.0.1","port":-1}"#), "source.port: expected a whole number"),
        ("ecs", ecs(r#""source":{"ip":"10.0.0.1","port":1.5}"#), "source.port: expected a whole number"),
        ("ecs", ecs(r#""source.mac":"secret""#), "source.mac: expected a hardware address"),
        ("ecs", ecs(r#""file":{"name":"a","mtime":"secret"}"#), "file.mtime: expected a time"),
        ("ecs", br#"{"source.ip":"10.0.0.1"}"#.to_vec(), "the time is absent"),
        ("ecs", br#"{"@timestamp":"secret","source.ip":"10.0.0.1"}"#.to_vec(), "@timestamp: expected RFC 3339"),
        ("ecs", br#"{"@timestamp":{"secret":1},"source.ip":"10.0.0.1"}"#.to_vec(), "@timestamp: expected RFC 3339"),
        ("ecs", ecs(r#""source.ip":null,"destination":{"ip":"-"},"url":{"full":""}"#), ""),
        ("ecs", ecs(r#""message":"secret""#), ""),
        ("ecs", b"{}".to_vec(), ""),
        ("simple", b"ip,10.0.0.1".to_vec(), "2 columns, expected 3"),
        ("simple", b"ip,10.0.0.1,1,2".to_vec(), "4 columns, expected 3"),
        ("simple", b"secret,10.0.0.1,1".to_vec(), "type: not a known word"),
        ("simple", b"ip,secret,1".to_vec(), "value: expected an IPv4 or IPv6 address"),
        ("simple", b"ip,,1".to_vec(), "value is absent"),
        ("simple", b"ip,10.0.0.1,secret".to_vec(), "time: expected RFC 3339"),
        ("simple", b"ip,\"10.0.0.1,1".to_vec(), "byte 3: a quote is not closed"),
        ("simple", b"ip,\"10.0.0.1\"x,1".to_vec(), "something follows a closing one"),
        ("simple", b"ip,10.0.0.1\xff,1".to_vec(), "byte 11: not UTF-8"),
        ("simple", b"domain|ip,secret,1".to_vec(), "two values"),
        ("simple", b"AS,ASsecret,1".to_vec(), "a whole number"),
        ("simple", b",".repeat(1_000), "more than 1000 columns"),
        ("simple", br#"{"type":"ip","value":["secret"],"time":1}"#.to_vec(), "value: expected text or a number"),
        ("simple", br#"{"type":"ip","value":"10.0.0.1"}"#.to_vec(), "time is absent"),
    ] {
        let result = read(&mut built_in(mapping), &line);
        let shown = String::from_utf8_lossy(line.get(..line.len().min(100)).unwrap()).into_owned();
        match result {
            Ok(_) => assert_eq!("", said, "{mapping} {shown}"),
            Err(error) => {
                let error = error.to_string();
                assert!(!said.is_empty() && error.contains(said), "{mapping} {shown}: {error}");
                assert!(!error.contains("secret"), "{error}");
            }
        }
    }
}

#[test]
fn after_a_line_that_is_refused_the_next_is_read() {
    for mut reader in readers() {
        assert!(read(&mut reader, b"\"\x00{").is_err());
        assert_eq!(read(&mut reader, b" \t\r"), Ok(Vec::new()));
    }
    let mut reader = built_in("simple");
    assert!(read(&mut reader, b"ip,x,1").is_err());
    assert_eq!(read(&mut reader, b"ip,10.0.0.1,1773652440").unwrap().len(), 1);
}

/// Lines that are nearly right: parts of real ones, in any order.
fn nearly() -> impl Strategy<Value = Vec<u8>> {
    let part = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "\"",
        "\\",
        "-",
        ";",
        "\r",
        " ",
        "\u{feff}",
        "é",
        "\0",
        "1773652440",
        "2026-03-16T09:14:00Z",
        r#""@timestamp":"2026-03-16T09:14:00Z""#,
        r#""source":{"ip":"10.0.0.1","port":1}"#,
        r#""destination.ip":["10.0.0.2","::1"]"#,
        r#""dns":{"answers":[{"data":"10.0.0.3"},{"name":"a.example"}]}"#,
        r#""email":{"attachments":[{"file":{"name":"a"}}]}"#,
        r#""type":"ip""#,
        r#""value":"10.0.0.1""#,
        r#""time":1773652440"#,
        "\n",
        "#fields\tts\tid.orig_h\n",
        "1773652440\t10.0.0.1\n",
        r#"{"_source":{"@timestamp":"2026-03-16T09:14:00Z","source.ip":"10.0.0.1"}}"#,
        "type",
        "value",
        "time",
        "ip",
        "10.0.0.1",
        "hxxp://a[.]example/",
        "t,v,p,q",
        r#"{"type":"observed-data","first_observed":"2026-03-16T09:14:00Z","last_observed":"2026-03-16T09:14:00Z","number_observed":1,"objects":{"0":{"type":"url","value":"a"}}}"#,
    ]);
    let built = prop::collection::vec(part, 0..12).prop_map(|parts| parts.concat().into_bytes());
    let object = prop::collection::vec(
        prop::sample::select(vec![
            r#""@timestamp":"2026-03-16T09:14:00Z""#,
            r#""source":{"ip":"10.0.0.1","port":1}"#,
            r#""source":{"ip":[["::1"],"x"]}"#,
            r#""host":{"ip":["10.0.0.1",null,{"a":1}]}"#,
            r#""url.full":"a""#,
            r#""process":{"pid":"7","parent":{"name":"a"}}"#,
            r#""user":[{"name":"a"},{"id":1}]"#,
            r#""registry":{"path":"HKLM","value":"a"}"#,
            r#""event":{"start":1}"#,
        ]),
        0..6,
    );
    let object = object.prop_map(|parts| format!("{{{}}}", parts.join(",")).into_bytes());
    prop_oneof![built, object, prop::collection::vec(any::<u8>(), 0..200)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn nothing_panics(lines in prop::collection::vec(nearly(), 1..4)) {
        let pattern = Pattern::parse("[network-traffic:src_ref.value LIKE '1%' OR url:value MATCHES '.']").unwrap();
        for mut reader in readers() {
            for line in &lines {
                let mut taken = 0;
                let told = reader.line(line, &mut |observed| {
                    taken += 1;
                    let kept = evidence(observed);
                    assert_eq!(kept.digest(), evidence(observed).digest());
                    assert!(observed.first <= observed.last && !observed.objects.is_empty());
                    let text = serde_json::to_string(&kept).unwrap();
                    for witness in witnesses(&pattern, observed) {
                        assert!(text.contains(&witness.value) || kept.cut || !witness.value.is_ascii(), "{witness:?}");
                    }
                });
                // What is refused was not handed over, not even in part.
                prop_assert_eq!(told.observations, taken, "{:?}", told);
                taken = 0;
                let told = reader.document(line, &mut |_, _| taken += 1);
                prop_assert_eq!(told.observations, taken, "{:?}", told);
            }
        }
    }

    #[test]
    fn no_list_and_no_declaration_panics(bytes in nearly()) {
        let _ = WarningList::parse(&bytes);
        let _ = Mapping::parse(&bytes);
    }
}
