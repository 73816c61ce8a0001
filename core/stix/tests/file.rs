//! Files as people have them: their shapes, bad objects in them, and where nothing can be cut.

use comity_stix::{Content, FileFacts, FileSplitter, JsonError, JsonErrorKind as K, Limits};

/// What came out at each place: an object's text, or what is wrong with its id, its line and its byte.
#[derive(Clone, Debug, PartialEq)]
enum Got {
    Object(String),
    Refused(K, Option<String>, u64, u64),
}

type Outcome = (Vec<Got>, Result<FileFacts, JsonError>);

fn cut_with(limits: Limits, bytes: &[u8], step: usize) -> Outcome {
    let mut got = Vec::new();
    let mut splitter = FileSplitter::new(limits);
    for chunk in bytes.chunks(step) {
        let pushed = splitter.push(chunk, &mut |piece| {
            got.push(match piece.content {
                Content::Object(object) => {
                    let from = piece.offset as usize;
                    assert_eq!(&bytes[from..from + object.len()], object, "the exact bytes, at their place");
                    let lines = bytes[..from].iter().filter(|&&b| b == b'\n').count() as u64;
                    assert_eq!(piece.line, lines + 1);
                    Got::Object(String::from_utf8(object.to_vec()).unwrap())
                }
                Content::Refused(refused) => {
                    let JsonError { kind, line, offset, .. } = refused.error;
                    Got::Refused(kind, refused.id.map(str::to_owned), line, offset)
                }
            });
        });
        if let Err(error) = pushed {
            return (got, Err(error));
        }
    }
    (got, splitter.finish())
}

/// Every way of cutting must agree.
fn cut(bytes: impl AsRef<[u8]>) -> Outcome {
    let bytes = bytes.as_ref();
    let whole = cut_with(Limits::default(), bytes, bytes.len().max(1));
    for step in [1, 2, 7, 64] {
        let other = cut_with(Limits::default(), bytes, step);
        assert_eq!(other.1, whole.1, "{} by {step}", String::from_utf8_lossy(bytes));
        assert!(other.1.is_err() || other.0 == whole.0, "{} by {step}: {other:?}", String::from_utf8_lossy(bytes));
    }
    whole
}

fn objects(text: impl AsRef<[u8]>, expected: &[&str]) {
    let (got, facts) = cut(text.as_ref());
    let facts = facts.unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(text.as_ref())));
    let expected: Vec<Got> = expected.iter().map(|object| Got::Object((*object).to_owned())).collect();
    assert_eq!(got, expected, "{}", String::from_utf8_lossy(text.as_ref()));
    assert_eq!((facts.pieces, facts.bytes), (got.len() as u64, text.as_ref().len() as u64));
}

fn fails(text: impl AsRef<[u8]>, kind: K, line: u64, offset: u64) {
    let error = cut(text.as_ref()).1.expect_err("is refused whole");
    assert_eq!(
        (error.kind, error.line, error.offset),
        (kind, line, offset),
        "{}",
        String::from_utf8_lossy(text.as_ref())
    );
}

const A: &str = r#"{"type":"a","id":"a--1","x":"]},{"}"#;
const B: &str = "{\"type\":\"b\",\n\"id\":\"b--1\",\"objects\":{\"0\":{}}}";

fn bundle(inside: &str) -> String {
    format!(r#"{{"type":"bundle","id":"bundle--1","objects":[{inside}]}}"#)
}

#[test]
fn every_shape_gives_its_objects() {
    let both = format!("{A},{B}");
    objects(bundle(&both), &[A, B]);
    objects(format!("[{A}, {B}]"), &[A, B]);
    objects(format!(" [\n{A}\n,\r\n{B}\n]\n\n"), &[A, B]);
    objects(A, &[A]);
    objects(format!("\n{A}\n\n{B}\n"), &[A, B]);
    objects(format!("{A}{B}"), &[A, B]);
    objects(format!("\u{feff}{A}\r\n{B}"), &[A, B]);
    objects(format!("{}\n{}\n{A}", bundle(A), bundle(B)), &[A, B, A]);
    objects(format!("[{},{A},{}]", bundle(A), bundle(&both)), &[A, A, A, B]);
    objects(format!(r#"{{"more":true,"next":"x","objects":[{both}]}}"#), &[A, B]);
    objects(format!(r#"{{"id":"x","objects":[{both}],"spec_version":"2.0","type":"bundle"}}"#), &[A, B]);
    // Bundles inside bundles, also where their type stands last or is written with escapes.
    objects(bundle(&bundle(&format!("{A},{}", bundle(B)))), &[A, B]);
    let late = format!(r#"{{"id":"x","objects":[{both}],"type":"bundle"}}"#);
    objects(bundle(&format!("{late},{A}")), &[A, B, A]);
    objects(format!("[{late}\n,{late}]"), &[A, B, A, B]);
    let escaped = format!(r#"{{"t\u0079pe":"bund\u006ce","\u006fbjects":[{A}]}}"#);
    objects(bundle(&escaped), &[A]);
    objects("[]", &[]);
    objects(r#"{"type":"bundle"}"#, &[]);
    objects(format!("[]\n{}", bundle("")), &[]);
    assert!(cut(b"\xEF\xBB\xBF[]").1.unwrap().bom);
}

#[test]
fn what_is_no_bundle_keeps_its_list() {
    for text in
        [r#"{"type":"x-list","id":"x","objects":[{"a":1}]}"#, r#"{"type":"report","object_refs":["objects","bundle"]}"#]
    {
        objects(text, &[text]);
        objects(bundle(text), &[text]);
    }
    // In a list the type may come last, too.
    let late = r#"{"id":"x","objects":[{"a":1}],"type":"x-list"}"#;
    objects(bundle(late), &[late]);
    fails(late, K::NotABundle, 1, late.len() as u64 - 1);
}

#[test]
fn deep_nesting_is_bounded() {
    let nest = |depth: usize| (0..depth).fold(A.to_owned(), |inside, _| bundle(&inside));
    objects(nest(8), &[A]);
    let deepest = bundle(A);
    objects(nest(9), &[&deepest]);
    let open = r#"{"type":"bundle","objects":["#.repeat(100_000);
    assert_eq!(
        cut_with(Limits::default(), open.as_bytes(), 4096).1.unwrap_err().kind,
        K::TooDeep { found: 33, limit: 32 }
    );
}

/// The bad object between two good ones costs itself only.
#[test]
fn a_bad_object_is_refused_by_its_place() {
    let long = format!("{{\"id\":\"x--1\",\"n\":{}}}", "1".repeat(100));
    let deep = format!("{{\"id\":\"x--1\",\"n\":{}{}}}", "[".repeat(40), "]".repeat(40));
    for (bad, kind, id, at) in [
        (r#"{"id":"x--1","a":1,"a":2}"#, K::DuplicateKey, Some("x--1"), 20),
        (r#"{"id":"x--1","o":{"a":1,"\u0061":2}}"#, K::DuplicateKey, Some("x--1"), 25),
        (r#"{"id":"x--1","n":"\ud800"}"#, K::LoneSurrogate, Some("x--1"), 18),
        (r#"{"n":"\x","id":"x--1"}"#, K::BadEscape, Some("x--1"), 6),
        ("{\"id\":\"x--1\",\"n\":\"\u{1}\"}", K::ControlCharacter { found: 1 }, Some("x--1"), 18),
        (r#"{"id":"x--1","n":NaN}"#, K::Unexpected { found: b'N', expected: "a value" }, Some("x--1"), 17),
        (r#"{"id":"x--1","n":01}"#, K::BadNumber, Some("x--1"), 18),
        (&long, K::NumberTooLong { found: 100, limit: 64 }, Some("x--1"), 17),
        (&deep, K::TooDeep { found: 33, limit: 32 }, Some("x--1"), 17 + 31),
        (
            r#"{"id":"x--1",}"#,
            K::Unexpected { found: b'}', expected: "a property name in double quotes" },
            Some("x--1"),
            13,
        ),
        (r#"{"n" "x"}"#, K::Unexpected { found: b'"', expected: "a colon" }, None, 5),
        ("12", K::NotAnObject, None, 0),
        ("\"a,]}\\\"\"", K::NotAnObject, None, 0),
        (r#"[{"type":"a"},[1]]"#, K::NotAnObject, None, 0),
        ("null", K::NotAnObject, None, 0),
    ] {
        let refused = |line, from: usize| Got::Refused(kind, id.map(str::to_owned), line, (from + at) as u64);
        let good = || Got::Object(A.to_owned());
        let text = bundle(&format!("{A},\n{bad},{A}"));
        let from = text.find('\n').unwrap() + 1;
        let (got, facts) = cut(&text);
        assert_eq!((got, facts.map(|facts| facts.pieces)), (vec![good(), refused(2, from), good()], Ok(3)), "{text}");
        // The same in a list, and in a bundle inside it whose type stands last.
        let text = format!("[{A},\n{bad} , {A}]");
        assert_eq!(cut(&text).0, [good(), refused(2, text.find('\n').unwrap() + 1), good()], "{text}");
        let text = format!("[{A},{{\"objects\":[\n{bad}],\"type\":\"bundle\"}},{A}]");
        assert_eq!(cut(&text).0, [good(), refused(2, text.find('\n').unwrap() + 1), good()], "{text}");
        if bad.starts_with('{') {
            let text = format!("{A}\n{bad}\n{A}\n");
            assert_eq!(cut(&text).0, [good(), refused(2, A.len() + 1), good()], "{text}");
        }
    }
}

#[test]
fn an_object_over_the_limit_is_passed_over_without_being_held() {
    let limits = Limits { object_bytes_max: 64, ..Limits::default() };
    let large = format!("{{\"id\":\"x--1\",\"n\":\"{}\"}}", "x]".repeat(5_000));
    for text in [bundle(&format!("{A},{large},{A}")), format!("{A}\n{large}\n{A}")] {
        for step in [1, 50, text.len()] {
            let (got, facts) = cut_with(limits.clone(), text.as_bytes(), step);
            let at = text.find("{\"id\":\"x--1\"").unwrap() as u64;
            assert!(facts.is_ok());
            assert_eq!(got.len(), 3, "{step}");
            assert_eq!(
                got[1],
                Got::Refused(K::ObjectTooLong { limit: 64 }, Some("x--1".into()), got_line(&text, at), at + 64)
            );
        }
    }
}

fn got_line(text: &str, at: u64) -> u64 {
    1 + text[..at as usize].matches('\n').count() as u64
}

#[test]
fn the_digest_is_that_of_the_refused_bytes() {
    use sha2::Digest as _;
    let bad = r#"{"id":"x--1","a":1,"a":[{}]}"#;
    for text in [format!("[{A},{bad}]"), bad.to_owned(), format!("[{}]", bad.replace("\"a\"", "'a'"))] {
        for step in [1, 5, text.len()] {
            let mut digests = Vec::new();
            let mut splitter = FileSplitter::new(Limits::default());
            for chunk in text.as_bytes().chunks(step) {
                let mut take = |piece: comity_stix::Piece<'_>| {
                    if let Content::Refused(refused) = piece.content {
                        digests.push(refused.digest);
                    }
                };
                splitter.push(chunk, &mut take).unwrap();
            }
            splitter.finish().unwrap();
            let bytes = if text.contains('\'') { bad.replace("\"a\"", "'a'") } else { bad.to_owned() };
            assert_eq!(digests, [<[u8; 32]>::from(sha2::Sha256::digest(bytes.as_bytes()))]);
        }
    }
}

/// What is wrong with a bundle itself does not cost its objects.
#[test]
fn a_bad_bundle_gives_its_objects() {
    let head = format!(r#"{{"type":"bundle","type":"bundle","id":"b","objects":[{A}]}}"#);
    assert_eq!(cut(&head).0, [Got::Refused(K::DuplicateKey, Some("b".into()), 1, 18), Got::Object(A.into())]);
    let tail = format!(r#"{{"type":"bundle","objects":[{A}],"x":1,"x":2,"id":"b"}}"#);
    let at = tail.rfind("x\":2").unwrap() as u64;
    assert_eq!(cut(&tail).0, [Got::Object(A.into()), Got::Refused(K::DuplicateKey, Some("b".into()), 1, at)]);
    let text = r#"{"type":"bundle","objects":{}}"#;
    assert_eq!(cut(text).0, [Got::Refused(K::ObjectsNotAList, None, 1, 29)]);
}

#[test]
fn what_cannot_be_cut_is_refused_whole() {
    fails("", K::Empty, 1, 0);
    fails(" \n ", K::Empty, 2, 3);
    fails("\u{feff}", K::Empty, 1, 3);
    fails(b"\xEF\xBB{}", K::InvalidUtf8, 1, 2);
    fails("\"x\"", K::TopLevel { found: "a string" }, 1, 0);
    fails("12", K::TopLevel { found: "a number" }, 1, 0);
    let odd = |found, expected| K::Unexpected { found, expected };
    fails("<a/>", odd(b'<', "a STIX bundle or one STIX object"), 1, 0);
    fails(
        format!("{A}\nx"),
        odd(b'x', "another bundle, object or list, or the end of the file"),
        2,
        A.len() as u64 + 1,
    );
    fails(format!("{A},{A}"), odd(b',', "another bundle, object or list, or the end of the file"), 1, A.len() as u64);
    fails(format!("[{A},]"), odd(b']', "a value"), 1, A.len() as u64 + 2);
    fails(format!("[{A} {A}]"), odd(b'{', "a comma or ] in the list of objects"), 1, A.len() as u64 + 2);
    let unbalanced = format!("[{A},{{\"a\":'x\", {{}}]");
    fails(&unbalanced, odd(b'\'', "a value"), 1, unbalanced.find('\'').unwrap() as u64);
    for (text, kind) in [("{\"a\":1}", "UTF-16LE"), ("[{}]", "UTF-16LE")] {
        let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let error = cut_with(Limits::default(), &bytes, 64).1.unwrap_err();
        assert_eq!((error.kind, error.offset), (K::ForeignEncoding { encoding: kind }, 0));
    }
}

#[test]
fn cut_off_at_every_byte() {
    for text in [
        bundle(&format!("{A},\n{B}")),
        format!("[{A},{}]", bundle(B)),
        format!("[{{\"objects\":[{A}],\"type\":\"bundle\"}}]"),
    ] {
        assert!(cut(&text).1.is_ok());
        for end in 1..text.len() {
            let part = &text.as_bytes()[..end];
            for step in [1, end] {
                let error = cut_with(Limits::default(), part, step).1.expect_err("is refused");
                assert_eq!((error.kind, error.offset), (K::UnexpectedEnd, end as u64), "{end}");
            }
        }
    }
}

mod random {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

        /// However a file is put together and broken, all ways of cutting it agree, and nothing lawful is lost before the break.
        #[test]
        fn all_cuts_agree(
            parts in proptest::collection::vec(proptest::sample::select(vec![
                A, B, "[", "]", ",", "\n", "{\"type\":\"bundle\",\"objects\":[", "]}", "{\"objects\":[", "],\"type\":\"bundle\"}",
                "{\"a\":1,\"a\":2}", "{\"a\":\"\\ud800\"}", "12", "\"x", "{", "}", " ",
            ]), 0..14),
            at in any::<prop::sample::Index>(), byte in any::<u8>(), change in any::<bool>(),
        ) {
            let mut bytes = parts.concat().into_bytes();
            if change && !bytes.is_empty() {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            let whole = cut_with(Limits::default(), &bytes, bytes.len().max(1));
            for step in [1, 5] {
                let other = cut_with(Limits::default(), &bytes, step);
                prop_assert_eq!(other.1.is_ok(), whole.1.is_ok(), "{:?} {:?}", &other, &whole);
                if whole.1.is_ok() {
                    prop_assert_eq!(&other, &whole);
                }
            }
        }
    }
}

#[test]
fn a_missing_quote_hides_no_good_object() {
    let good = r#"{"type":"x-a","id":"x-a--1"}"#;
    let torn = r#"{"type":"x-a","id":"x-a--2","name":"open}"#;
    for text in [
        // Between two that lack a quote, inside of strings and outside are the wrong way round.
        format!("{good}\n{torn}\n{good}\n{good}\n{torn}\n{good}\n"),
        format!("[{torn},{good},{good},{torn}]"),
        format!("[\n{torn}\n,{good}\n,{torn}\n]"),
        format!(r#"[{good},{{"objects":[{torn},{good},{torn}],"type":"bundle"}},{good}]"#),
    ] {
        let (_, facts) = cut(&text);
        assert!(facts.is_err(), "{text}");
    }
    // A line feed that nobody escaped costs that object.
    let (got, facts) = cut(format!("[{good},{{\"type\":\"x-a\",\"id\":\"x-a--3\",\"name\":\"two\nlines\"}},{good}]"));
    assert_eq!((got.len(), facts.is_ok()), (3, true), "{got:?}");
}
