//! RFC 8785: the published vectors, and that no two different values become equal.

use comity_stix::canonical::canonical_rounding;
use comity_stix::{CanonicalError, canonical};
use std::path::PathBuf;

fn data() -> Option<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");
    let path = std::env::var_os("COMITY_TEST_DATA").map_or_else(|| PathBuf::from(beside), PathBuf::from);
    if path.is_dir() {
        return Some(path);
    }
    println!("test data absent: {}", path.display());
    None
}

#[test]
fn published_vectors() {
    let Some(data) = data() else { return };
    let folder = data.join("vectors/jcs");
    for name in ["arrays", "french", "structures", "unicode", "values", "weird"] {
        let read = |folder_name: &str| std::fs::read(folder.join(folder_name).join(format!("{name}.json"))).unwrap();
        let (input, output) = (read("input"), read("output"));
        assert_eq!(canonical_rounding(&input).unwrap(), output, "{name}");
        // values.json holds 333333333.33333329, which a double does not carry unchanged.
        let expect = if name == "values" { Err(CanonicalError::InexactNumber) } else { Ok(output) };
        assert_eq!(canonical(&input), expect, "{name}");
    }
    let cases: Vec<serde_json::Value> =
        serde_json::from_slice(&std::fs::read(data.join("cases/jcs_cases.json")).unwrap()).unwrap();
    for case in cases {
        let output = canonical_rounding(case["input"].as_str().unwrap().as_bytes()).unwrap();
        assert_eq!(String::from_utf8(output).unwrap(), case["output"].as_str().unwrap());
    }
    // Each line: the bits of a double in hexadecimal, and its text.
    let numbers = std::fs::read_to_string(folder.join("es6-numbers-10k.txt")).unwrap();
    let mut count = 0;
    for line in numbers.lines().filter(|line| !line.is_empty()) {
        let (bits, text) = line.split_once(',').unwrap();
        let value = f64::from_bits(u64::from_str_radix(bits, 16).unwrap());
        if !value.is_finite() {
            continue;
        }
        assert_eq!(
            canonical(text.as_bytes()).map(|out| String::from_utf8(out).unwrap()),
            Ok(text.to_owned()),
            "{line}"
        );
        let spelled = canonical_rounding(format!("{value:e}").as_bytes()).unwrap();
        assert_eq!(String::from_utf8(spelled).unwrap(), text, "{line}");
        count += 1;
    }
    assert!(count > 9_000, "{count}");
}

fn equal(a: &str, b: &str) {
    assert_eq!(canonical(a.as_bytes()).unwrap(), canonical(b.as_bytes()).unwrap(), "{a} {b}");
}

#[test]
fn equal_and_not_equal() {
    equal("{\"b\":1,\"a\":[1,2]}", " { \"a\" : [ 1.0 , 2e0 ],\n\"b\":0.1e1 } ");
    equal(r#"["\u0041\/\u00e9"]"#, "[\"A/é\"]");
    equal("[0,-0,0.0e9]", "[0.00,0,0]");
    equal("[1000000000000000000000]", "[1e21]");
    for (a, b) in [
        ("[\"e\u{301}\"]", "[\"\u{e9}\"]"),
        ("[\"2020-01-01T00:00:00Z\"]", "[\"2020-01-01T00:00:00.000Z\"]"),
        ("[1]", "[\"1\"]"),
        ("[0.1]", "[0.2]"),
    ] {
        assert_ne!(canonical(a.as_bytes()).unwrap(), canonical(b.as_bytes()).unwrap());
    }
    for number in [
        "9007199254740993",
        "18446744073709551617",
        "-9223372036854775809",
        "0.10000000000000000001",
        "1e-400",
        "123456789012345678",
        "18446744073709551616",
        "1424953923781206.3",
    ] {
        assert_eq!(
            canonical(format!("{{\"a\":[{number}]}}").as_bytes()),
            Err(CanonicalError::InexactNumber),
            "{number}"
        );
    }
    for number in [
        "9007199254740992",
        "18446744073709552000",
        "1424953923781206.2",
        "5e-324",
        "1.7976931348623157e308",
        "0.1",
        "120.50",
    ] {
        assert!(canonical(number.as_bytes()).is_ok(), "{number}");
    }
    for bad in ["{\"a\":1,\"a\":2}", "[1e400]", "[\"\\ud800\"]", "", "{}{}"] {
        assert!(matches!(canonical(bad.as_bytes()), Err(CanonicalError::Json(_))), "{bad}");
    }
}
