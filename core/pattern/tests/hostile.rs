//! Patterns and observations that mean harm: cases 98 to 113 of security.md §5. None may take more than its bounds allow.

use comity_pattern::engine::{Engine, Options, Validity};
use comity_pattern::{Observed, Outcome, Pattern};
use comity_stix::json::{Limits, tree::Node};

fn refused(number: u32, pattern: &str, limit: bool) {
    match Pattern::parse(pattern) {
        Ok(_) => panic!("case {number} is accepted"),
        Err(error) => assert_eq!(error.is_limit(), limit, "case {number}: {error}"),
    }
}

#[test]
fn too_much_and_malformed_is_refused() {
    let terms =
        |count: usize| format!("[{}]", (0..count).map(|at| format!("a:b={at}")).collect::<Vec<_>>().join(" OR "));
    refused(98, "", false);
    refused(98, "([a:b = 1]", false);
    refused(98, &format!("[a:b = '{}']", "x".repeat(70_000)), true);
    refused(99, &format!("{}[a:b=1]{}", "(".repeat(10_000), ")".repeat(10_000)), true);
    refused(99, &format!("[{}a:b=1{}]", "(".repeat(10_000), ")".repeat(10_000)), true);
    refused(100, &terms(50_000), true);
    refused(100, &terms(1_001), true);
    refused(101, "[a:b MATCHES '(?<=x)y']", false);
    refused(102, "[a:b MATCHES 'a{1000}{1000}']", true);
    refused(105, "[a:b MATCHES '[\\\\pL\\\\pN]{200}']", true);
    refused(106, "[a:b = 1] REPEATS 1000000000 TIMES", true);
    refused(106, "[a:b = 1] REPEATS 200 TIMES REPEATS 200 TIMES", true);
    refused(106, "[a:b = 1] WITHIN 1000000000000 SECONDS", true);
    refused(106, "[a:b = 1] WITHIN -1 SECONDS", false);
    refused(108, "[a:b = h'0']", false);
    refused(109, &format!("[a:b{} = 1]", ".c".repeat(1_000)), true);
    refused(111, "[a:b ISSUBSET '10.0.0.0/33']", false);
    refused(111, "[a:b ISSUBSET 'fe80::1%eth0']", false);
    assert!(Pattern::parse(&terms(1_000)).is_ok());
}

fn observed(at: usize, value: &str) -> String {
    let time = format!("2026-03-01T00:{:02}:{:02}Z", at / 60 % 60, at % 60);
    let value = serde_json::to_string(value).unwrap();
    format!(
        "{{\"type\":\"observed-data\",\"id\":\"observed-data--{at}\",\"first_observed\":\"{time}\",\"last_observed\":\"{time}\",\
         \"number_observed\":1,\"objects\":{{\"0\":{{\"type\":\"a\",\"v\":{value}}}}}}}"
    )
}

fn outcome(pattern: &str, lines: &[String]) -> Outcome {
    let nodes: Vec<Node<'_>> =
        lines.iter().map(|line| Node::parse(line.as_bytes(), &Limits::default()).unwrap()).collect();
    let mut engine = Engine::new(Options::default());
    let id = engine.add(&Pattern::parse(pattern).unwrap(), Validity::default()).unwrap();
    engine.match_all(&Observed::of_documents(&nodes).unwrap()).of(id)
}

#[test]
fn what_is_accepted_is_answered_or_says_that_it_is_not() {
    let long = "x".repeat(1 << 20);
    let chain = ["[a:v LIKE '%x%']"; 20].join(" FOLLOWEDBY ");
    let all = format!("({}) WITHIN 5 SECONDS", ["[a:v LIKE '%x%']"; 12].join(" AND "));
    let many = |count: usize| -> Vec<String> { (0..count).map(|at| observed(at, "x")).collect() };
    for (number, pattern, lines, expected) in [
        (103, "[a:v MATCHES '(a+)+$']".to_owned(), vec![observed(0, &("a".repeat(1 << 19) + "b"))], Outcome::NoMatch),
        (
            104,
            "[a:v MATCHES '.*[^A-Z]|[A-Z]']".to_owned(),
            vec![observed(0, &"aA".repeat(32 << 10))],
            Outcome::Match(vec![0]),
        ),
        (106, "[a:v = 'x'] REPEATS 3000 TIMES".to_owned(), many(2_999), Outcome::NoMatch),
        (107, chain.clone(), many(19), Outcome::NoMatch),
        (107, chain, many(20), Outcome::Match((0..20).collect())),
        // Which six observations of thousands lie together is found by trying, and there is an end to trying.
        (107, all, many(2_000), Outcome::Undetermined),
        (110, format!("[a:v LIKE '{}']", "%x".repeat(5_000)), vec![observed(0, &long)], Outcome::Match(vec![0])),
        (
            110,
            format!("[a:v LIKE '{}y']", "%_x".repeat(5_000)),
            vec![observed(0, &("xy".to_owned() + &"x".repeat(1 << 19)))],
            Outcome::Undetermined,
        ),
        // Without what every match contains it is not even tried.
        (110, format!("[a:v LIKE '{}y']", "%_x".repeat(5_000)), vec![observed(0, &long)], Outcome::NoMatch),
        (113, "[a:v = 'a\u{202e}b']".to_owned(), vec![observed(0, "a\u{202e}b")], Outcome::Match(vec![0])),
        (113, "[a:v = 'ab']".to_owned(), vec![observed(0, "a\u{202e}b")], Outcome::NoMatch),
    ] {
        assert_eq!(outcome(&pattern, &lines), expected, "case {number}");
    }
}

#[test]
fn an_observation_seen_very_often_costs_no_more_than_what_the_pattern_needs() {
    let line = observed(0, "x").replace("\"number_observed\":1", "\"number_observed\":18446744073709551615");
    assert_eq!(outcome("[a:v = 'x'] REPEATS 5000 TIMES", &[line]), Outcome::Match(vec![0]));
}
