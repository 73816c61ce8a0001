//! Files: bundles, bare objects, things that are neither, and files cut off or too long.

use comity_stix::{BundleFacts, FileKind, JsonError, JsonErrorKind as K, Limits, RawObject, Splitter};

fn split_with(limits: Limits, bytes: &[u8], step: usize) -> (Vec<String>, Result<BundleFacts, JsonError>) {
    let mut objects = Vec::new();
    let mut splitter = Splitter::new(limits);
    for chunk in bytes.chunks(step) {
        let mut sink = |raw: RawObject<'_>| objects.push(String::from_utf8(raw.bytes.to_vec()).unwrap());
        if let Err(error) = splitter.push(chunk, &mut sink) {
            return (objects, Err(error));
        }
    }
    (objects, splitter.finish())
}

/// Every way of cutting must agree; the whole file at once, byte by byte, and in threes.
fn split(bytes: impl AsRef<[u8]>) -> (Vec<String>, Result<BundleFacts, JsonError>) {
    let bytes = bytes.as_ref();
    let whole = split_with(Limits::default(), bytes, bytes.len().max(1));
    for step in [1, 3] {
        let other = split_with(Limits::default(), bytes, step);
        assert_eq!(other.1, whole.1, "{}", String::from_utf8_lossy(bytes));
        // How much is handed out before an error is found depends on the chunks.
        assert!(other.1.is_err() || other.0 == whole.0, "{}", String::from_utf8_lossy(bytes));
    }
    whole
}

fn good(bytes: impl AsRef<[u8]>, kind: FileKind, id: Option<&str>, objects: &[&str]) {
    let (found, facts) = split(bytes.as_ref());
    let facts = facts.unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(bytes.as_ref())));
    assert_eq!((facts.kind, facts.id.as_deref()), (kind, id));
    assert_eq!((facts.objects, facts.bytes), (objects.len() as u64, bytes.as_ref().len() as u64));
    assert_eq!(found, objects);
}

fn bad(bytes: impl AsRef<[u8]>, kind: K, line: u64, offset: u64) {
    let error = split(bytes.as_ref()).1.expect_err("is refused");
    assert_eq!(
        (error.kind, error.line, error.offset),
        (kind, line, offset),
        "{}",
        String::from_utf8_lossy(bytes.as_ref())
    );
}

fn odd(found: u8, expected: &'static str) -> K {
    K::Unexpected { found, expected }
}

#[test]
fn bundles() {
    use FileKind::{Bundle, Envelope};
    good(
        r#"{"type":"bundle","id":"b","objects":[{"a":1},{"b":[]}]}"#,
        Bundle,
        Some("b"),
        &[r#"{"a":1}"#, r#"{"b":[]}"#],
    );
    good(
        "{ \"objects\" : [ {} , {\n} ] , \"id\" : \"b\" , \"type\" : \"bundle\" }\r\n",
        Bundle,
        Some("b"),
        &["{}", "{\n}"],
    );
    good(r#"{"id":"b","objects":[],"x_more":{"objects":[1]},"type":"bundle"}"#, Bundle, Some("b"), &[]);
    good(r#"{"type":"bundle"}"#, Bundle, None, &[]);
    good(r#"{"t\u0079pe":"bund\u006ce","\u006fbjects":[{}]}"#, Bundle, None, &["{}"]);
    good(
        r#"{"type":"bundle","objects":[1, "x,]" ,null,true,[2],-0.5e1]}"#,
        Bundle,
        None,
        &["1", "\"x,]\"", "null", "true", "[2]", "-0.5e1"],
    );
    good(
        r#"{"type":"bundle","objects":[{"type":"bundle","objects":[]}]}"#,
        Bundle,
        None,
        &[r#"{"type":"bundle","objects":[]}"#],
    );
    // What a TAXII server answers, saved to a file.
    good(r#"{"more":false,"objects":[{}]}"#, Envelope, None, &["{}"]);
}

#[test]
fn bare_objects() {
    for text in [
        r#"{"type":"malware","id":"x"}"#,
        r#"{"id":"x","name":"a]}\"","type":"malware"}"#,
        r#"{"type":"observed-data","objects":{"0":{"type":"file"}}}"#,
        r#"{"type":"x-list","objects":[{"a":1}],"objects2":[]}"#,
        r#"{"objects":{"0":{}},"type":"observed-data"}"#,
        "{}",
    ] {
        good(text, FileKind::Object, None, &[text]);
        good(format!(" \n{text}\n "), FileKind::Object, None, &[text]);
    }
}

#[test]
fn byte_order_mark() {
    let (objects, facts) = split(b"\xEF\xBB\xBF{\"type\":\"bundle\",\"objects\":[{}]}"); // 5
    assert_eq!((objects.len(), facts.unwrap().bom), (1, true));
    assert!(!split("{}").1.unwrap().bom);
    bad(b"\xEF\xBB{}", K::InvalidUtf8, 1, 2);
    bad(b"\xEF\xBB\xBF", K::Empty, 1, 3);
    bad(b"\xEF\xBB\xBF\xEF\xBB\xBF{}", odd(0xEF, "a STIX bundle or one STIX object"), 1, 3);
}

#[test]
fn not_a_bundle() {
    bad("", K::Empty, 1, 0); // 1
    bad(" \n ", K::Empty, 2, 3); // 2
    for (text, found) in
        [("[{}]", "a list"), ("\"x\"", "a string"), ("12", "a number"), ("null", "null"), ("true", "true or false")]
    {
        bad(text, K::TopLevel { found }, 1, 0); // 22
    }
    let utf16: Vec<u8> = "{\"a\":1}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let error = split_with(Limits::default(), &utf16, 64).1.unwrap_err(); // 6
    assert_eq!((error.kind, error.offset), (K::ForeignEncoding { encoding: "UTF-16LE" }, 0));
    let with_mark: Vec<u8> = "\u{feff}{}".encode_utf16().flat_map(u16::to_be_bytes).collect();
    bad(with_mark, K::ForeignEncoding { encoding: "UTF-16BE" }, 1, 0);
    let utf32: Vec<u8> = "{\"a\":1}".chars().flat_map(|c| (c as u32).to_be_bytes()).collect();
    let error = split_with(Limits::default(), &utf32, 64).1.unwrap_err();
    assert_eq!(error.kind, K::ForeignEncoding { encoding: "UTF-32BE" });
    bad(r#"{"type":"bundle","objects":{}}"#, K::ObjectsNotAList, 1, 29);
    bad(r#"{"objects":null,"type":"bundle"}"#, K::ObjectsNotAList, 1, 31);
    bad(r#"{"objects":[{}],"type":"report"}"#, K::NotABundle, 1, 31);
}

#[test]
fn faults_around_and_inside_the_list() {
    bad("{\"type\":\"bundle\",\"objects\":[{}]}\n{}", K::TrailingBytes, 2, 33); // 4
    bad(r#"{"type":"bundle","objects":[{}]}]"#, K::TrailingBytes, 1, 32);
    bad(r#"{"type":"bundle","type":"bundle","objects":[]}"#, K::DuplicateKey, 1, 18);
    bad("{\"type\":\"bundle\",\"objects\":[{},\n{}],\n\"typ\\u0065\":\"bundle\"}", K::DuplicateKey, 3, 38);
    bad("{\"type\":\"bundle\",\"objects\":[{}],\n\n\"objects\":[{}]}", K::DuplicateKey, 3, 35);
    bad(r#"{"type":"bundle" "objects":[{}]}"#, odd(b'"', "a comma or }"), 1, 17);
    bad(r#"{"type":"bundle","objects":[{}],}"#, odd(b'}', "a property name in double quotes"), 1, 32);
    bad(r#"{"type":"bundle","objects":[{},]}"#, odd(b']', "a value"), 1, 31);
    bad(r#"{"type":"bundle","objects":[,{}]}"#, odd(b',', "a value"), 1, 28);
    bad(r#"{"type":"bundle","objects":[{} {}]}"#, odd(b'{', "a comma or ] in the list of objects"), 1, 31);
    bad("{\"type\":\"bundle\",\"objects\":[{},\n {\"a\":1,\"a\":2}]}", K::DuplicateKey, 2, 41);
    bad("{\"type\":\"bundle\",\"objects\":[{\"a\":\n\"\\ud800\"}]}", K::LoneSurrogate, 2, 35);
    bad(b"{\"type\":\"bundle\",\"objects\":[{\"a\":\"\xFF\"}]}", K::InvalidUtf8, 1, 34); // 7
    bad(r#"{"type":"bundle","objects":[truex]}"#, odd(b'x', "a comma or ] in the list of objects"), 1, 32);
    bad(r#"{"type":"bundle","objects":[1x]}"#, K::BadNumber, 1, 29);
    bad(r#"{"type":"bundle","x":tru,"objects":[]}"#, odd(b',', "true, false or null"), 1, 24);
}

#[test]
fn cut_at_every_byte() {
    // 3: a bundle and a bare object.
    for text in [
        "{\n \"type\": \"bundle\", \"id\": \"bundle--é\",\n \"objects\": [ {\"type\":\"a\",\"n\":[1,2.5,true]},\n {\"x\":\"\\u00e9\\\"\"}, {} ], \"x\": null }",
        "{\"type\":\"malware\",\"name\":\"\\ud83d\\ude00é\",\"n\":-1.5e3}",
    ] {
        assert!(split(text).1.is_ok());
        for cut in 0..text.len() {
            let part = &text.as_bytes()[..cut];
            for step in [1, cut.max(1)] {
                let error = split_with(Limits::default(), part, step).1.expect_err("is refused");
                let lines = 1 + part.iter().filter(|&&b| b == b'\n').count() as u64;
                assert_eq!((error.offset, error.line), (cut as u64, lines), "{cut}");
                assert!(matches!(error.kind, K::UnexpectedEnd | K::Empty), "{cut}: {error}");
            }
        }
    }
}

#[test]
fn limits_hold_for_each_object_and_not_for_the_file() {
    let limits = Limits { object_bytes_max: 64, nodes_max: 8, ..Limits::default() };
    let small = format!("{{\"type\":\"bundle\",\"objects\":[{}{{}}]}}", "{\"a\":[1,2,3]},\n".repeat(10_000));
    for step in [1, 7, 4096, small.len()] {
        assert_eq!(split_with(limits.clone(), small.as_bytes(), step).1.unwrap().objects, 10_001);
    }
    let exact = |length: usize| format!("{{\"a\":\"{}\"}}", "x".repeat(length - 8));
    for (item, kind) in [
        (exact(64), None),
        (exact(65), Some(K::ObjectTooLong { limit: 64 })),
        (exact(5000), Some(K::ObjectTooLong { limit: 64 })),
        ("[1,2,3,4,5,6,7]".to_owned(), None),
        ("[1,2,3,4,5,6,7,8]".to_owned(), Some(K::TooManyNodes { limit: 8 })),
        (format!("{{\"a\":'{}", "x".repeat(100)), Some(odd(b'\'', "a value"))),
    ] {
        for (head, tail) in
            [("{\"type\":\"bundle\",\"objects\":[{},\n", "]}"), ("{\"type\":\"bundle\",\"objects\":[", ",{}]}")]
        {
            let text = format!("{head}{item}{tail}");
            for step in [1, 7, text.len()] {
                let found = split_with(limits.clone(), text.as_bytes(), step).1;
                assert_eq!(found.map(|_| ()).map_err(|error| error.kind), kind.map_or(Ok(()), Err), "{text} by {step}");
            }
        }
        // The same as a bare object, or as a property of the bundle.
        if item.starts_with('{') && kind.is_none() {
            assert!(split_with(limits.clone(), item.as_bytes(), 5).1.is_ok());
            let beside = format!("{{\"type\":\"bundle\",\"x\":{item}}}");
            assert_eq!(
                split_with(limits.clone(), beside.as_bytes(), 5).1.unwrap_err().kind,
                K::ObjectTooLong { limit: 64 }
            );
        }
    }
}

#[test]
fn a_flood_is_stopped_inside_one_object_and_flows_between_objects() {
    // 16, 17: ten million bytes of tiny values. As separate objects they pass one by one; inside one object they do not.
    let flood = "{\"\":0},".repeat((10 << 20) / 7);
    let between = format!("{{\"type\":\"bundle\",\"objects\":[{flood}{{}}]}}");
    let mut count = 0u64;
    let mut splitter = Splitter::new(Limits::default());
    for chunk in between.as_bytes().chunks(64 << 10) {
        splitter.push(chunk, &mut |_| count += 1).unwrap();
    }
    assert_eq!(splitter.finish().unwrap().objects, count);
    assert_eq!(count, (10 << 20) / 7 + 1);
    let inside = format!("{{\"type\":\"bundle\",\"objects\":[[{flood}{{}}]]}}");
    for step in [64 << 10, inside.len()] {
        let error = split_with(Limits::default(), inside.as_bytes(), step).1.unwrap_err();
        assert_eq!(error.kind, K::TooManyNodes { limit: 200_000 });
    }
    let deep = format!("{{\"type\":\"bundle\",\"objects\":[{}", "[".repeat(1_000_000)); // 15
    for step in [1, deep.len()] {
        let error = split_with(Limits::default(), deep.as_bytes(), step).1.unwrap_err();
        assert_eq!(error.kind, K::TooDeep { found: 33, limit: 32 });
    }
}
