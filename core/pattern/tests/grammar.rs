//! Which texts are patterns: the cases of the official tools, and a table of our own.

use crate::support;

use comity_pattern::Pattern;
use support::{cases, text};

fn verdict(pattern: &str) -> Result<(), String> {
    let parsed = Pattern::parse(pattern).map_err(|error| format!("{}: {error}", error.offset))?;
    match parsed.breach() {
        Some(error) => Err(format!("{}: {error}", error.offset)),
        None => Ok(()),
    }
}

fn firm(case: &serde_json::Value) -> bool {
    case.get("firm").and_then(serde_json::Value::as_bool).unwrap_or(true)
}

#[test]
fn every_firm_valid_pattern_is_accepted() {
    let Some(cases) = cases("patterns_valid.json") else { return };
    let mut wrong = Vec::new();
    for case in cases.iter().filter(|case| firm(case)) {
        let pattern = text(case, "pattern");
        if let Err(error) = verdict(pattern) {
            wrong.push(format!("{error}\n    {pattern:.300}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} refused:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn every_firm_invalid_pattern_is_refused() {
    let Some(cases) = cases("patterns_invalid.json") else { return };
    let wrong: Vec<&str> = cases
        .iter()
        .filter(|case| firm(case))
        .map(|case| text(case, "pattern"))
        .filter(|p| verdict(p).is_ok())
        .collect();
    assert!(wrong.is_empty(), "{} of {} accepted:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// Where the error is and what it says, or nothing.
fn check(pattern: &str, expected: Option<(usize, &str)>) {
    let found = Pattern::parse(pattern).and_then(|parsed| parsed.breach().map_or(Ok(()), Err)).err();
    match (&found, expected) {
        (None, None) => {}
        (Some(error), Some((offset, part))) if error.offset == offset && error.to_string().contains(part) => {}
        _ => panic!("{pattern}\n  {:?}, not {expected:?}", found.map(|error| (error.offset, error.to_string()))),
    }
}

#[test]
fn errors_stand_where_they_are() {
    for (pattern, expected) in [
        // §9.5: observation expressions and their qualifiers.
        ("[a:b = 1]", None),
        ("[a:b=1]AND[a:c=2]OR([a:d=3]FOLLOWEDBY[a:e=4])", None),
        ("[a:b = 1] WITHIN 5 SECONDS REPEATS 2 TIMES START t'2020-01-01T00:00:00Z' STOP t'2020-01-02T00:00:00Z'", None),
        ("", Some((0, "expected [ or (, found the end"))),
        ("  ", Some((2, "found the end"))),
        ("a:b = 1", Some((0, "found a name"))),
        ("[a:b = 1", Some((8, "AND, OR or ]"))),
        ("[a:b = 1]]", Some((9, "found ]"))),
        ("[a:b = 1] AND", Some((13, "expected [ or ("))),
        ("[a:b = 1] [a:b = 2]", Some((10, "AND, OR, FOLLOWEDBY"))),
        ("[a:b = 1] within 5 SECONDS", Some((10, "found a name"))),
        ("[a:b = 1] WITHIN 5", Some((18, "SECONDS"))),
        ("[a:b = 1] WITHIN -5 SECONDS", Some((17, "without a minus"))),
        ("[a:b = 1] WITHIN .5 SECONDS", None),
        ("[a:b = 1] REPEATS 2.5 TIMES", Some((18, "whole number"))),
        ("[a:b = 1] REPEATS 2 TIMES REPEATS 3 TIMES", Some((26, "stands twice"))),
        ("([a:b = 1] REPEATS 2 TIMES) REPEATS 3 TIMES", None),
        ("[a:b = 1] START t'2020-01-01T00:00:00Z'", Some((39, "STOP"))),
        ("[a:b = 1] START '2020-01-01T00:00:00Z' STOP t'2020-01-02T00:00:00Z'", Some((16, "timestamp literal"))),
        // §9.6: comparison expressions.
        ("[a:b = 1 AND (a:c = 2 OR a:d = 3)]", None),
        ("[a:b == 1]", Some((5, "write ="))),
        ("[a:b <> 1]", Some((5, "write !="))),
        ("[a:b IS 1]", Some((5, "NOT"))),
        ("[a:b NOT NOT = 1]", Some((9, "expected ="))),
        ("[NOT a:b = 1]", Some((5, "EXISTS"))),
        ("[NOT EXISTS a:b]", None),
        ("[EXISTS a:b.c[*].d_ref.e]", None),
        ("[a:b LIKE 5]", Some((10, "string in quotes"))),
        ("[a:b < true]", Some((7, "has an order"))),
        ("[a:b IN (1, 2, 3)]", None),
        ("[a:b IN ()]", None),
        ("[a:b IN (1, 2,)]", Some((14, "literal"))),
        ("[a:b IN (1 2)]", Some((11, ", or )"))),
        // §9.7: object paths.
        ("[a-b:c = 1]", None),
        ("[a:b-c = 1]", Some((3, "needs quotes"))),
        ("[a:'b-c'.'d.e'[0][*].f_refs[-1] = 1]", None),
        ("[a:b[x] = 1]", Some((5, "whole number or *"))),
        ("[a:b. = 1]", Some((6, "property name"))),
        ("[a.b = 1]", Some((2, "expected :"))),
        ("[a:IN = 1]", Some((3, "found IN"))),
        // §9.3: literals.
        ("[a:b = 'it\\'s']", None),
        ("[a:b = 'c:\\\\d']", None),
        ("[a:b = 'c:\\d']", Some((7, "backslash at byte 10"))),
        ("[a:b = 'open]", Some((7, "no closing quote"))),
        ("[a:b = +1 OR a:b = -.5 OR a:b = 00.50]", None),
        ("[a:b = 01]", Some((8, "AND, OR or ]"))),
        ("[a:b = 1e5]", Some((8, "found a name"))),
        ("[a:b = h'0aFF' OR a:b = b'AQIDBA==' OR a:b = b'' OR a:b = t'2020-02-29T23:59:59.123456789012Z']", None),
        ("[a:b = h'abc']", Some((7, "pairs of hexadecimal"))),
        ("[a:b = b'abc']", Some((7, "base64"))),
        ("[a:b = t'2023-02-29T00:00:00Z']", Some((7, "day that exists"))),
        ("[a:b = t'2020-01-01 00:00:00Z']", Some((7, "timestamp"))),
        // Blanks and comments.
        ("/* why */ [a:b /* here */ = 1] // done", None),
        ("[a:b = 1] /* open", Some((10, "does not end"))),
        ("[a:b = 1]\u{a0}\u{2003}AND\t[a:c = 2]\r\n", None),
    ] {
        check(pattern, expected);
    }
}

#[test]
fn regular_expressions_outside_the_safe_subset_are_refused_by_name() {
    for (regex, expected) in [
        ("a.b*c+?d{2,3}(e|f)[g-i\\\\d]\\\\w\\\\s\\\\b", None),
        ("(?i)abc(?s:.)(?-i)d(?P<name>e)(?<other>f)(?#why)", None),
        ("[[:alpha:]&&[a]]", None),
        ("\\\\x41\\\\x{263a}\\\\cA\\\\e\\\\0\\\\Q.*\\\\E", None),
        ("x{,3}{", None),
        ("(?=a)", Some((14, "look-ahead"))),
        ("b(?!a)", Some((15, "look-ahead"))),
        ("(?<=a)", Some((14, "look-behind"))),
        ("(?<!a)", Some((14, "look-behind"))),
        ("(a)\\\\1", Some((17, "back-reference"))),
        ("(?P<n>a)(?P=n)", Some((22, "back-reference"))),
        ("\\\\k<n>", Some((14, "back-reference"))),
        ("a++", Some((16, "possessive"))),
        ("a{2}+", Some((18, "possessive"))),
        ("(?>a)", Some((14, "atomic"))),
        ("(?|a|b)", Some((14, "branch reset"))),
        ("(?(1)a|b)", Some((14, "conditional"))),
        ("(?R)", Some((14, "recursion"))),
        ("(?1)", Some((14, "recursion"))),
        ("(*FAIL)", Some((14, "verb"))),
        ("a\\\\Z", Some((15, "\\Z"))),
        ("\\\\h", Some((14, "\\h"))),
        ("\\\\K", Some((14, "\\K"))),
        ("\\\\X", Some((14, "\\X"))),
        ("(?x)a b", Some((16, "extended"))),
        ("a{1000}{1000}", Some((14, "compiled"))),
    ] {
        check(&format!("[a:b MATCHES '{regex}']"), expected);
    }
}

#[test]
fn what_the_grammar_accepts_and_cannot_be_evaluated_is_remarked() {
    for (pattern, said) in [
        ("[a:b = 1] WITHIN 0 SECONDS", "more than 0"),
        ("[a:b = 1] REPEATS 0 TIMES", "at least 1"),
        ("[a:b IN (1, 'x')]", "one type"),
        ("[a:b MATCHES 'a\\\\']", "regular expression"),
        ("[a:b MATCHES '(a']", "regular expression"),
        ("[a:b ISSUBSET 'true']", "address"),
    ] {
        let parsed = Pattern::parse(pattern).unwrap();
        let fatal = parsed.fatal().unwrap_or_else(|| panic!("{pattern}"));
        assert!(fatal.kind.to_string().contains(said), "{pattern}: {}", fatal.kind);
    }
    for (pattern, said) in [
        ("[a:b = 1 AND c:d = 2]", "two types"),
        ("[a:b = 1] START t'2020-01-02T00:00:00Z' STOP t'2020-01-01T00:00:00Z'", "nothing can match"),
    ] {
        let parsed = Pattern::parse(pattern).unwrap();
        assert!(parsed.fatal().is_none());
        assert!(parsed.remarks[0].kind.to_string().contains(said), "{pattern}: {}", parsed.remarks[0].kind);
    }
}

#[test]
fn what_is_written_reads_back_as_the_same() {
    let own = [
        "([a:b = 1] OR [a:c = 'x']) AND [a:d != 2.50] FOLLOWEDBY [a:e IN ('it\\'s', 'c:\\\\')] REPEATS 2 TIMES",
        "[a:b NOT LIKE '%x' AND (a:c = 1 OR a:d.'e-f'[*].g[3] > -1.0)] WITHIN 5.5 SECONDS REPEATS 3 TIMES WITHIN 60 SECONDS",
        "([a:b = 1] REPEATS 2 TIMES) REPEATS 2 TIMES",
        "[a:'IN' = h'00ff' OR NOT EXISTS a:b] START t'2020-01-01T00:00:00.5Z' STOP t'2021-01-01T00:00:00Z'",
    ];
    let given = cases("patterns_valid.json").unwrap_or_default();
    for text in given.iter().filter(|case| firm(case)).map(|case| text(case, "pattern")).chain(own) {
        let parsed = Pattern::parse(text).unwrap();
        let written = parsed.to_string();
        let again = Pattern::parse(&written).unwrap_or_else(|error| panic!("{written}: {error:?}"));
        assert_eq!(again.expression, parsed.expression, "{written}");
        assert_eq!(again.to_string(), written);
    }
}
