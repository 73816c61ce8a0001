//! Which patterns match which observed-data: the cases of the official matcher, and tables of our own.

use crate::support;

use comity_pattern::engine::{Engine, Options, Validity};
use comity_pattern::{EvaluationError, Observed, Outcome, Pattern, reference};
use comity_stix::json::{Limits, tree::Node};
use support::{document, text};

type Evaluator = fn(&Pattern, &[Observed<'_>]) -> Outcome;

fn to_the_letter(pattern: &Pattern, observed: &[Observed<'_>]) -> Outcome {
    reference::evaluate(pattern, observed, reference::Reading::Letter)
}

/// Says the outcome in the words of the cases.
fn outcome(pattern: &str, documents: &[String], evaluate: Evaluator) -> (String, usize) {
    let pattern = match Pattern::parse(pattern) {
        Ok(pattern) => pattern,
        Err(_) => return ("parse_error".to_owned(), 0),
    };
    let nodes: Vec<Node<'_>> =
        documents.iter().map(|document| Node::parse(document.as_bytes(), &Limits::default()).unwrap()).collect();
    let observed = Observed::of_documents(&nodes).unwrap();
    match evaluate(&pattern, &observed) {
        Outcome::Match(places) => ("match".to_owned(), places.len()),
        Outcome::NoMatch => ("no_match".to_owned(), 0),
        Outcome::Error(_) => ("match_error".to_owned(), 0),
        Outcome::Undetermined => ("undetermined".to_owned(), 0),
    }
}

fn agrees_with_the_official_matcher(evaluate: Evaluator) {
    let Some(document) = document("matcher_cases.json") else { return };
    let observations: Vec<Vec<String>> = document["observations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|bundles| bundles.as_array().unwrap().iter().map(ToString::to_string).collect())
        .collect();
    let cases = document["cases"].as_array().unwrap();
    let mut wrong = Vec::new();
    for case in cases {
        let documents = &observations[case["observations_ref"].as_u64().unwrap() as usize];
        let expected = text(&case["expected"], "outcome");
        let bound = case["expected"]["matched_observed_data"].as_array().map_or(0, Vec::len);
        let found = outcome(text(case, "pattern"), documents, evaluate);
        if found != (expected.to_owned(), bound) {
            wrong.push(format!("{} {}: {found:?}, not {expected} {bound}", text(case, "id"), text(case, "pattern")));
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn reference_agrees_with_the_official_matcher() {
    agrees_with_the_official_matcher(to_the_letter);
}

/// Matches with the engine, as one pattern among none.
fn by_engine(pattern: &Pattern, observed: &[Observed<'_>]) -> Outcome {
    let mut engine = Engine::new(Options::default());
    match engine.add(pattern, Validity::default()) {
        Ok(id) => engine.match_all(observed).of(id),
        Err(_) => Outcome::Error(EvaluationError::Pattern),
    }
}

#[test]
fn engine_agrees_with_the_official_matcher() {
    agrees_with_the_official_matcher(by_engine);
}

/// An observed-data with one object `a` of these properties, seen at these seconds so often.
fn seen(number: usize, first: u32, last: u32, count: u32, properties: &str) -> String {
    format!(
        "{{\"type\":\"observed-data\",\"id\":\"observed-data--{number}\",\"first_observed\":\"2020-01-01T00:00:{first:02}Z\",\
         \"last_observed\":\"2020-01-01T00:00:{last:02}Z\",\"number_observed\":{count},\
         \"objects\":{{\"0\":{{\"type\":\"a\",{properties}}},\"1\":{{\"type\":\"b\",\"v\":\"other\",\"up_ref\":\"0\",\"list_refs\":[\"9\",\"0\"]}}}}}}"
    )
}

fn check(pattern: &str, documents: &[String], expected: &str) {
    for evaluate in [to_the_letter as Evaluator, by_engine] {
        let found = outcome(pattern, documents, evaluate).0;
        assert_eq!(found, expected, "{pattern}\n{documents:#?}");
    }
}

#[test]
fn values_compare_as_the_standard_says() {
    let one = [seen(
        1,
        0,
        0,
        1,
        r#""t":"abc","n":5,"f":2.5,"z":1e2,"big":9007199254740993,"y":true,"nil":null,"l":["x","y",3],"d":{"k-1":"v"},
           "c_hex":"616263","c_bin":"YWJj","bad_hex":"zz","ip":"10.1.2.3","net":"10.1.0.0/16","six":"2001:db8::1",
           "line":"one\ntwo\n","back":"c:\\temp","when":"2020-01-01T00:00:00.5Z","nfd":"e\u0301","empty":"" "#,
    )];
    for (test, expected) in [
        // Equality and order of each type (§9.6.1); unlike types are unequal and have no order.
        ("a:t = 'abc'", true),
        ("a:t = 'ABC'", false),
        ("a:t != 5", true),
        ("a:t > 'abb' AND a:t < 'abd'", true),
        ("a:t > 1", false),
        ("a:t NOT > 1", false),
        ("a:n = 5.0", true),
        ("a:n >= 4.999 AND a:n < 5.001", true),
        ("a:z = 100", true),
        ("a:big = 9007199254740992.0", false),
        ("a:big > 9007199254740992.0", true),
        ("a:y = true", true),
        ("a:y != 1", true),
        ("a:nil = 'x'", false),
        ("a:nil != 'x'", true),
        ("a:empty = ''", true),
        // Bytes (§9.3): a string stands for bytes where its code points are below 256.
        ("a:c_hex = 'abc' AND a:c_bin = h'616263'", true),
        ("a:c_hex = '616263'", false),
        ("a:t = b'YWJj'", true),
        ("a:bad_hex = 'zz'", true),
        ("a:c_hex > h'616261'", true),
        // Sets.
        ("a:n IN (1, 5, 7)", true),
        ("a:n NOT IN (1, 7)", true),
        ("a:t IN ()", false),
        ("a:t NOT IN ()", true),
        // LIKE and MATCHES: the whole string, a part of it; both sides in Normalization Form C.
        ("a:t LIKE 'a%' AND a:t LIKE '_b_' AND a:t LIKE '%'", true),
        ("a:t LIKE 'b%'", false),
        ("a:t LIKE 'A%'", false),
        ("a:line LIKE 'one%two_'", true),
        ("a:n LIKE '5'", false),
        ("a:n NOT LIKE '5'", true),
        ("a:nfd LIKE '\u{e9}' AND a:nfd MATCHES '^\u{e9}$'", true),
        ("a:nfd = '\u{e9}'", false),
        ("a:t MATCHES 'b'", true),
        ("a:t MATCHES '^b'", false),
        ("a:line MATCHES '^two$'", false),
        ("a:line MATCHES '(?m)^two$'", true),
        ("a:line MATCHES 'two$'", true),
        ("a:line MATCHES 'e.t'", false),
        ("a:line MATCHES '(?s)e.t'", true),
        ("a:back MATCHES '^c:\\\\\\\\temp$'", true),
        ("a:c_hex MATCHES '\\\\x62'", true),
        // Addresses.
        ("a:ip ISSUBSET '10.0.0.0/8' AND a:ip ISSUBSET '10.1.2.3'", true),
        ("a:ip ISSUBSET '11.0.0.0/8'", false),
        ("a:ip NOT ISSUBSET '11.0.0.0/8'", true),
        ("a:net ISSUBSET '10.1.2.0/24'", false),
        ("a:net ISSUPERSET '10.1.2.0/24' AND a:net ISSUPERSET '10.1.9.9'", true),
        ("a:six ISSUBSET '2001:db8::/32'", true),
        ("a:six ISSUBSET '0.0.0.0/0'", false),
        ("a:t ISSUBSET '0.0.0.0/0'", false),
        // Instants.
        ("a:when = t'2020-01-01T00:00:00.500Z' AND a:when > t'2020-01-01T00:00:00Z'", true),
        ("a:n = t'2020-01-01T00:00:00Z'", false),
        // Existence, and paths that lead nowhere.
        ("EXISTS a:d.'k-1'", true),
        ("EXISTS a:d.other", false),
        ("NOT EXISTS a:other", true),
        ("NOT EXISTS c:other", false),
        ("a:other != 'x'", false),
        // Lists, dictionaries, references (§9.7).
        ("a:l[*] = 'y' AND a:l[1] = 'y' AND a:l[2] = 3", true),
        ("a:l[0] = 'y'", false),
        ("a:l[9] != 'y'", false),
        ("a:l[-1] = 3", false),
        ("a:t[*] = 'abc'", false),
        ("a:d.'k-1' = 'v'", true),
        ("b:up_ref.t = 'abc'", true),
        ("b:list_refs[*].n = 5 AND b:list_refs[1].n = 5", true),
        ("b:list_refs[0].n = 5", false),
        ("b:up_ref = '0'", true),
        // AND binds tighter than OR, and both sides are about one object.
        ("a:t = 'x' AND a:n = 5 OR a:y = true", true),
        ("a:t = 'x' AND (a:n = 5 OR a:y = true)", false),
        ("a:t = 'abc' OR b:v = 'nothing'", true),
        ("a:t = 'abc' AND b:v = 'other'", false),
    ] {
        check(&format!("[{test}]"), &one, if expected { "match" } else { "no_match" });
    }
    check("[a:t = t'2020-01-01T00:00:00Z']", &one, "match_error");
    check("[a:n = 5 OR a:t = t'2020-01-01T00:00:00Z']", &one, "match_error");
    check("[a:t IN (1, 'x')]", &one, "match_error");
}

#[test]
fn observations_bind_as_the_standard_says() {
    // At 0, 5, 10 and from 20 to 30 seconds; the third was seen three times.
    let four = [
        seen(1, 0, 0, 1, r#""v":"x""#),
        seen(2, 5, 5, 1, r#""v":"y""#),
        seen(3, 10, 10, 3, r#""v":"x""#),
        seen(4, 20, 30, 1, r#""v":"z""#),
    ];
    let (x, y, z) = ("[a:v = 'x']", "[a:v = 'y']", "[a:v = 'z']");
    for (pattern, expected) in [
        (format!("{x} AND {y}"), true),
        (format!("{x} AND {x} AND {x} AND {x}"), true),
        (format!("{x} AND {x} AND {x} AND {x} AND {x}"), false),
        (format!("{y} AND {y}"), false),
        (format!("{y} OR [a:v = 'nothing']"), true),
        (format!("{x} FOLLOWEDBY {y}"), true),
        (format!("{y} FOLLOWEDBY {x} FOLLOWEDBY {z}"), true),
        (format!("{z} FOLLOWEDBY {y}"), false),
        // FOLLOWEDBY binds loosest, then OR, then AND.
        (format!("{y} FOLLOWEDBY {x} OR [a:v = 'nothing']"), true),
        (format!("({z} FOLLOWEDBY {x}) OR {y}"), true),
        (format!("{z} FOLLOWEDBY {x} OR {y}"), false),
        (format!("{x} REPEATS 4 TIMES"), true),
        (format!("{x} REPEATS 5 TIMES"), false),
        (format!("({x} REPEATS 2 TIMES) REPEATS 2 TIMES"), true),
        (format!("({x} OR {y}) REPEATS 5 TIMES"), true),
        (format!("({x} OR {y}) REPEATS 6 TIMES"), false),
        (format!("({x} AND {y}) REPEATS 2 TIMES"), false),
        (format!("{x} REPEATS 3 TIMES WITHIN 1 SECONDS"), true),
        (format!("{x} REPEATS 4 TIMES WITHIN 9 SECONDS"), false),
        (format!("{x} REPEATS 4 TIMES WITHIN 10 SECONDS"), true),
        (format!("({x} AND {y}) WITHIN 5 SECONDS"), true),
        (format!("({x} AND {y}) WITHIN 4.999999999 SECONDS"), false),
        // The last spans ten seconds, and any instant of it will do.
        (format!("({x} AND {z}) WITHIN 10 SECONDS"), true),
        (format!("({y} FOLLOWEDBY {z}) WITHIN 15 SECONDS"), true),
        (format!("({y} FOLLOWEDBY {z}) WITHIN 14 SECONDS"), false),
        // START is part of the interval, STOP is not.
        (format!("{y} START t'2020-01-01T00:00:05Z' STOP t'2020-01-01T00:00:06Z'"), true),
        (format!("{y} START t'2020-01-01T00:00:04Z' STOP t'2020-01-01T00:00:05Z'"), false),
        (format!("{z} START t'2020-01-01T00:00:30Z' STOP t'2020-01-01T00:00:40Z'"), true),
        (format!("({x} AND {y}) START t'2020-01-01T00:00:05Z' STOP t'2020-01-01T00:00:06Z'"), false),
    ] {
        check(&pattern, &four, if expected { "match" } else { "no_match" });
    }
}
