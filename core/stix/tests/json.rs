//! Bad and odd JSON: security.md §5 A, one row per case or more.

use comity_stix::json::tree::Node;
use comity_stix::{BundleFacts, JsonError, JsonErrorKind as K, Limits, RawObject, Splitter, check};
use proptest::prelude::*;

fn verdict(bytes: &[u8]) -> Result<(), (K, u64)> {
    check(bytes, &Limits::default()).map_err(|error| (error.kind, error.offset))
}

fn good(bytes: impl AsRef<[u8]>) {
    assert_eq!(verdict(bytes.as_ref()), Ok(()), "{}", String::from_utf8_lossy(bytes.as_ref()));
}

fn bad(bytes: impl AsRef<[u8]>, kind: K, offset: u64) {
    assert_eq!(verdict(bytes.as_ref()), Err((kind, offset)), "{}", String::from_utf8_lossy(bytes.as_ref()));
}

fn odd(found: u8, expected: &'static str) -> K {
    K::Unexpected { found, expected }
}

#[test]
fn structure() {
    bad("", K::Empty, 0); // 1
    bad(" \r\n\t", K::Empty, 4); // 2
    bad("{} {}", K::TrailingBytes, 3); // 4
    bad("{}x", K::TrailingBytes, 2);
    bad(b"\xEF\xBB\xBF{}", K::ByteOrderMark, 0); // 5
    bad(b"{\0}\0", K::ForeignEncoding { encoding: "UTF-16LE" }, 0); // 6
    bad(b"\0{\0}", K::ForeignEncoding { encoding: "UTF-16BE" }, 0);
    bad(b"\xFF\xFE{\0", K::ForeignEncoding { encoding: "UTF-16LE" }, 0);
    bad(b"\xFE\xFF\0{", K::ForeignEncoding { encoding: "UTF-16BE" }, 0);
    bad(b"{\0\0\0}\0\0\0", K::ForeignEncoding { encoding: "UTF-32LE" }, 0);
    bad(b"\xFF\xFE\0\0{\0\0\0", K::ForeignEncoding { encoding: "UTF-32LE" }, 0);
    bad(b"\0\0\0{", K::ForeignEncoding { encoding: "UTF-32BE" }, 0);
    good(r#"{"a":[{},[],[[]],{"b":{}}], "c" : [ 1 , 2 ] }"#);
    bad("[1,]", odd(b']', "a value"), 3); // 23
    bad("[,1]", odd(b',', "a value"), 1);
    bad("[1 2]", odd(b'2', "a comma or ]"), 3);
    bad(r#"{"a":1,}"#, odd(b'}', "a property name in double quotes"), 7);
    bad(r#"{"a":1 "b":2}"#, odd(b'"', "a comma or }"), 7);
    bad(r#"{"a" 1}"#, odd(b'1', "a colon"), 5);
    bad("{'a':1}", odd(b'\'', "a property name in double quotes, or }"), 1);
    bad("{a:1}", odd(b'a', "a property name in double quotes, or }"), 1);
    bad("[1}", odd(b'}', "a comma or ]"), 2);
    bad("{\"a\":1]", odd(b']', "a comma or }"), 6);
    bad("[1/*x*/]", odd(b'/', "a comma or ]"), 2);
    bad("// x\n{}", odd(b'/', "a value"), 0);
    bad("[NaN]", odd(b'N', "a value"), 1);
    bad("[Infinity]", odd(b'I', "a value"), 1);
    bad("[-Infinity]", K::BadNumber, 2);
    bad("[True]", odd(b'T', "a value"), 1);
    bad("[trux]", odd(b'x', "true, false or null"), 4);
    bad("[truex]", odd(b'x', "a comma or ]"), 5);
    good("[true,false,null]");
    bad("{\"a\":\u{a0}1}", odd(0xC2, "a value"), 5);
}

#[test]
fn numbers() {
    for text in ["0", "-0", "1", "-12", "1.5", "1e2", "1E+2", "1.25e-7", "123456789012345678901234567890", "1e308"] {
        good(text);
        good(format!("[{text},{text} ]"));
    }
    for (text, offset) in [("01", 1), ("-01", 2), ("0x1F", 1), ("1.", 2), ("1e", 2), ("1e+", 3), ("-", 1), ("1.e2", 2)]
    {
        let kind = if offset as usize == text.len() { K::UnexpectedEnd } else { K::BadNumber };
        bad(text, kind, offset);
        bad(format!("[{text}]"), K::BadNumber, offset + 1);
    }
    bad("+1", odd(b'+', "a value"), 0);
    bad(".5", odd(b'.', "a value"), 0);
    bad("[1e400]", K::NumberOutOfRange, 1); // 29
    bad("[-1e999]", K::NumberOutOfRange, 1);
    good("1".repeat(64));
    bad("1".repeat(65), K::NumberTooLong { found: 65, limit: 64 }, 0);
    bad(format!("[{}]", "9".repeat(20_000)), K::NumberTooLong { found: 20_000, limit: 64 }, 1); // 31
}

#[test]
fn strings() {
    for (text, offset) in [
        (&b"[\"ab\xFFcd\"]"[..], 4), // 7
        (b"[\"\xC0\xAF\"]", 2),
        (b"[\"\xED\xA0\x80\"]", 2),
        (b"[\"12345678\xE2\x82\"]", 10),
        (b"[\"\xE2\x82\xAC \xF5\x80\x80\x80\"]", 6),
        (b"[\"\x80\"]", 2),
    ] {
        bad(text, K::InvalidUtf8, offset);
    }
    for (text, offset) in [
        (r#"["x\ud800"]"#, 3), // 8
        (r#"["\udc00"]"#, 2),
        (r#"["\udc00\ud800"]"#, 2),
        (r#"["\ud800\ud800"]"#, 2),
        (r#"["\ud800\n"]"#, 2),
        (r#"["\ud800a"]"#, 2),
    ] {
        bad(text, K::LoneSurrogate, offset);
    }
    good(r#"["\ud83d\ude00\uD83D\uDE00"]"#);
    bad("[\"a\nb\"]", K::ControlCharacter { found: b'\n' }, 3); // 9
    bad("[\"12345678é\t\"]", K::ControlCharacter { found: b'\t' }, 12);
    bad("[\"12345678\0\"]", K::ControlCharacter { found: 0 }, 10);
    bad("[\"\u{1f}", K::ControlCharacter { found: 0x1f }, 2);
    good("[\"\u{7f}\"]");
    good(r#"["\u0000"]"#); // 10: lawful JSON, a defect of the object
    good("[\"\u{FFFF}\u{FDD0}\u{E000}\u{10FFFF}\"]"); // 11
    bad(r#"["\x"]"#, K::BadEscape, 2);
    bad(r#"["\u12g4"]"#, K::BadEscape, 6);
    bad(r#"["\'"]"#, K::BadEscape, 2);
    good(r#"["\"\\\/\b\f\n\r\t\u00e9"]"#);
    good(r#"{"a":"{\"b\":1,\"b\":2}"}"#); // 25
}

#[test]
fn keys() {
    bad(r#"{"id":1,"type":2,"id":3}"#, K::DuplicateKey, 18); // 12
    bad(r#"{"id":1,"\u0069d":3}"#, K::DuplicateKey, 9); // 13
    bad(r#"{"\u0069d":1,"id":3}"#, K::DuplicateKey, 14);
    bad(r#"{"\u0069d":1,"i\u0064":3}"#, K::DuplicateKey, 14);
    bad(r#"{"":1,"":3}"#, K::DuplicateKey, 7);
    bad(r#"{"o":{"a":1,"b":[{"c":1}],"a":2}}"#, K::DuplicateKey, 27);
    good(r#"{"a":{"a":{"a":1}},"b":{"a":[{"a":1},{"a":1}]}}"#);
    good(r#"{"object_marking_refs":1,"object_marking_reft":2,"pbject_marking_refs":3,"object_markinh_refs":4}"#);
    good(r#"{"ID":1,"id":2,"ｉd":3,"e\u0301":4,"é":5}"#); // 14: names are judged later
    good(r#"{"__proto__":1,"constructor":2}"#); // 26
    bad(format!("{{\"{}\":1}}", "k".repeat(251)), K::KeyTooLong { found: 251, limit: 250 }, 1);
    bad(format!("{{\"{}\":1}}", "k".repeat(200_000)), K::KeyTooLong { found: 200_000, limit: 250 }, 1); // 21
    good(format!("{{\"{}\":1}}", "k".repeat(250)));
    good(format!("{{\"{}\":1}}", r"\u006b".repeat(250)));
    // More names than are compared pairwise; also with the same beginning and end, so that summaries do not help.
    for (count, name) in [(40, "k"), (5_000, "property_with_a_long_common_beginning_")] {
        let mut keys: Vec<String> = (0..count).map(|n| format!("\"{name}{n:06}_and_ending\":0")).collect();
        good(format!("{{{}}}", keys.join(",")));
        let before = keys[..count - 1].join(",").len() as u64 + 3;
        keys[count - 1] = keys[7].clone();
        bad(format!("{{{}}}", keys.join(",")), K::DuplicateKey, before);
    }
}

#[test]
fn limits() {
    let nested = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    good(nested(32));
    bad(nested(33), K::TooDeep { found: 33, limit: 32 }, 32); // 15
    bad("[".repeat(1_000_000), K::TooDeep { found: 33, limit: 32 }, 32);
    bad("{\"a\":".repeat(1_000_000), K::TooDeep { found: 33, limit: 32 }, 32 * 5);
    let many = |item: &str| format!("[{}0]", item.repeat((10 << 20) / item.len()));
    for item in ["{\"\":0},", "[0],", "[],", "0,"] {
        assert!(matches!(verdict(many(item).as_bytes()), Err((K::TooManyNodes { limit: 200_000 }, _))), "{item}"); // 16, 17
    }
    let keys: Vec<String> = (0..1_000_000).map(|n| format!("\"{n}\":0")).collect();
    assert!(matches!(verdict(format!("{{{}}}", keys.join(",")).as_bytes()), Err((K::TooManyNodes { .. }, _)))); // 20
    let limit = 1 << 20;
    good(format!("[\"{}\"]", "x".repeat(limit)));
    good(format!("[\"{}\"]", "\\n".repeat(limit)));
    bad(format!("[\"{}\"]", "x".repeat(limit + 1)), K::StringTooLong { found: limit + 1, limit }, 1);
    let long = format!("[{}]", format!("\"{}\",", "x".repeat(limit)).repeat(17) + "0");
    bad(long, K::ObjectTooLong { limit: 16 << 20 }, 0);
}

#[test]
fn errors_name_the_place() {
    let error = check(b"{\n  \"a\": 1,\n  \"a\": 2\n}", &Limits::default()).unwrap_err();
    assert_eq!((error.line, error.column, error.offset), (3, 4, 15));
    assert!(error.to_string().starts_with("line 3, column 4, byte 15: duplicate key"), "{error}");
    let error = check("[".repeat(99).as_bytes(), &Limits::default()).unwrap_err();
    assert!(error.to_string().contains("depth 33, limit 32") && error.is_limit(), "{error}");
}

/// Case 24: names are compared, not hashed, so there is nothing to collide in; many alike names are accepted.
#[test]
fn hostile_names() {
    for (prefix, suffix) in [("", "x".repeat(100)), (&"x".repeat(100)[..], String::new())] {
        let keys: Vec<String> = (0..50_000).map(|n| format!("\"{prefix}{n:08}{suffix}\":0")).collect();
        good(format!("{{{}}}", keys.join(",")));
    }
}

type Outcome = (Vec<(Vec<u8>, u64, u64)>, Result<BundleFacts, JsonError>);

fn split(chunks: &[&[u8]]) -> Outcome {
    let mut objects = Vec::new();
    let mut splitter = Splitter::new(Limits::default());
    let mut sink = |raw: RawObject<'_>| objects.push((raw.bytes.to_vec(), raw.offset, raw.line));
    for chunk in chunks {
        if let Err(error) = splitter.push(chunk, &mut sink) {
            assert_eq!(splitter.push(b" ", &mut sink), Err(error), "a failed splitter stays failed");
            return (objects, Err(error));
        }
    }
    (objects, splitter.finish())
}

fn value() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        (-1e300..1e300f64).prop_map(Into::into),
        any::<String>().prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
            proptest::collection::hash_map(any::<String>(), inner, 0..6)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}

fn same(node: &Node<'_>, value: &serde_json::Value) -> bool {
    use serde_json::Value;
    match (node, value) {
        (Node::Null, Value::Null) => true,
        (Node::Bool(a), Value::Bool(b)) => a == b,
        (Node::Number(a), Value::Number(b)) => *a == b.to_string(),
        (Node::String(a), Value::String(b)) => a == b,
        (Node::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Node::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key.as_ref()).is_some_and(|b| same(a, b)))
        }
        _ => false,
    }
}

proptest! {
    #[test]
    fn what_serde_writes_is_read_alike(value in value(), pretty: bool) {
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
        let node = Node::parse(text.as_bytes(), &Limits::default());
        prop_assert!(same(&node.unwrap(), &value));
    }

    #[test]
    fn what_we_accept_serde_accepts(bytes in proptest::collection::vec(
        proptest::sample::select(&b"{}[]\",:\\u0d8ea1-.+ \xC3\xA9\ntruefalsn"[..]), 0..24)) {
        if check(&bytes, &Limits::default()).is_ok() {
            prop_assert!(serde_json::from_slice::<serde_json::Value>(&bytes).is_ok());
        }
    }

    #[test]
    fn one_changed_byte_never_disagrees_with_serde(value in value(), at: prop::sample::Index, byte: u8) {
        let mut bytes = serde_json::to_vec(&value).unwrap();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let ours = check(&bytes, &Limits::default());
        match serde_json::from_slice::<serde_json::Value>(&bytes) {
            Err(_) => prop_assert!(ours.is_err()),
            // serde_json keeps the last of two keys; nothing else here is stricter on our side than on its.
            Ok(_) => {
                let allowed = match ours {
                    Ok(()) => true,
                    Err(error) => error.is_limit() || error.kind == K::DuplicateKey,
                };
                prop_assert!(allowed, "{:?}", ours);
            }
        }
    }

    #[test]
    fn a_bundle_may_be_cut_anywhere(
        values in proptest::collection::vec(value(), 0..5),
        cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..20),
        pretty: bool, late: bool, bom: bool,
    ) {
        let list = if pretty { serde_json::to_string_pretty(&values) } else { serde_json::to_string(&values) }.unwrap();
        let head = if late { "{" } else { "{\"type\":\"bundle\",\"id\":\"b\"," };
        let tail = if late { ",\"x\":[1,{\"objects\":[]}],\"id\":\"b\",\"type\":\"bundle\"}" } else { "}" };
        let mark = if bom { "\u{feff}" } else { "" };
        let text = format!("{mark}{head}\n\"objects\" : {list}{tail}\n");
        let (whole, facts) = split(&[text.as_bytes()]);
        let facts = facts.unwrap();
        prop_assert_eq!(facts.objects, values.len() as u64);
        prop_assert_eq!((facts.bom, facts.id.as_deref(), facts.bytes), (bom, Some("b"), text.len() as u64));
        for ((bytes, offset, line), value) in whole.iter().zip(&values) {
            let from = *offset as usize;
            prop_assert_eq!(&text.as_bytes()[from..from + bytes.len()], &bytes[..]);
            prop_assert_eq!(*line, 1 + text[..from].matches('\n').count() as u64);
            prop_assert_eq!(&serde_json::from_slice::<serde_json::Value>(bytes).unwrap(), value);
        }
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() + 1)).collect();
        cuts.extend([0, text.len()]);
        cuts.sort_unstable();
        let chunks: Vec<&[u8]> = cuts.windows(2).map(|pair| &text.as_bytes()[pair[0]..pair[1]]).collect();
        prop_assert_eq!(split(&chunks), (whole.clone(), Ok(facts.clone())));
        let bytes: Vec<&[u8]> = text.as_bytes().chunks(1).collect();
        prop_assert_eq!(split(&bytes), (whole, Ok(facts)));
    }

    #[test]
    fn a_broken_bundle_fails_at_the_same_place_however_it_is_cut(
        values in proptest::collection::vec(value(), 1..4), at: prop::sample::Index, byte: u8,
    ) {
        let list = serde_json::to_string(&values).unwrap();
        let mut bytes = format!("{{\"type\":\"bundle\",\"id\":\"b\",\"objects\":{list}}}").into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let whole = split(&[&bytes]);
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        let single = split(&single);
        prop_assert_eq!(whole.1.is_ok(), single.1.is_ok(), "{:?} {:?}", whole.1, single.1);
        if whole.1.is_ok() {
            prop_assert_eq!(whole, single);
        }
    }
}
