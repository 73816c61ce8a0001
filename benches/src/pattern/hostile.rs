//! Patterns and observations that mean harm: cases 98 to 113 of the catalogue of bad input.

use crate::process::own_cpu;
use comity_pattern::engine::{Engine, Options, Validity};
use comity_pattern::{Observed, Pattern};
use comity_stix::json::Limits;
use comity_stix::json::tree::Node;

/// What a case took.
pub struct Case {
    /// Its number and name.
    pub name: &'static str,
    /// Processor seconds from the text of the pattern to its answer.
    pub seconds: f64,
    /// Its answer.
    pub answer: String,
}

/// Runs all cases.
pub fn run() -> Vec<Case> {
    let long = "x".repeat(1 << 20);
    let mixed = "aA".repeat(32 << 10);
    let or = |count: usize| (0..count).map(|at| format!("a:b={at}")).collect::<Vec<_>>().join(" OR ");
    let chain = (0..20).map(|_| "[a:v LIKE '%x%']".to_owned()).collect::<Vec<_>>().join(" FOLLOWEDBY ");
    let cases: Vec<(&'static str, String, String, usize)> = vec![
        ("98 empty", String::new(), String::new(), 1),
        ("98 unbalanced", "([a:b = 1]".to_owned(), String::new(), 1),
        ("98 longer than 64 KiB", format!("[a:b = '{}']", "x".repeat(70_000)), String::new(), 1),
        ("99 10,000 nested brackets", format!("{}[a:b=1]{}", "(".repeat(10_000), ")".repeat(10_000)), String::new(), 1),
        ("100 50,000 OR terms", format!("[{}]", or(50_000)), String::new(), 1),
        ("100 1,000 OR terms", format!("[{}]", or(1_000)), "x".to_owned(), 1),
        ("101 look-around", "[a:v MATCHES '(?=x)']".to_owned(), String::new(), 1),
        ("102 a{1000}{1000}", "[a:v MATCHES 'a{1000}{1000}']".to_owned(), String::new(), 1),
        ("103 (a+)+$ on 1 MiB", "[a:v MATCHES '(a+)+$']".to_owned(), "a".repeat((1 << 20) - 1) + "b", 1),
        ("104 .*[^A-Z]|[A-Z] on 64 KiB", "[a:v MATCHES '.*[^A-Z]|[A-Z]']".to_owned(), mixed, 1),
        ("105 [\\pL\\pN]{200}", "[a:v MATCHES '[\\\\pL\\\\pN]{200}']".to_owned(), long.clone(), 1),
        ("106 REPEATS 1000000000", "[a:v = 1] REPEATS 1000000000 TIMES".to_owned(), String::new(), 1),
        ("106 WITHIN 1000000000000", "[a:v = 1] WITHIN 1000000000000 SECONDS".to_owned(), String::new(), 1),
        ("106 REPEATS 5000 of 4999", "[a:v = 'x'] REPEATS 5000 TIMES".to_owned(), "x".to_owned(), 4_999),
        ("107 20-way FOLLOWEDBY", chain, "x".to_owned(), 19),
        (
            "107 12 AND of 11 in 5 s",
            {
                let all = ["[a:v LIKE '%x%']"; 12].join(" AND ");
                format!("({all}) WITHIN 5 SECONDS")
            },
            "x".to_owned(),
            2_000,
        ),
        ("108 bad literals", "[a:v = h'0']".to_owned(), String::new(), 1),
        ("109 1,000 steps", format!("[a:v{} = 1]", ".v".repeat(1_000)), String::new(), 1),
        ("110 LIKE with 10,000 %", format!("[a:v LIKE '{}']", "%x".repeat(5_000)), long.clone(), 1),
        (
            "110 LIKE %_%_…",
            format!("[a:v LIKE '{}y']", "%_x".repeat(5_000)),
            "xy".to_owned() + &"x".repeat((1 << 20) - 2),
            1,
        ),
        ("111 ISSUBSET /33", "[a:v ISSUBSET '10.0.0.0/33']".to_owned(), String::new(), 1),
        ("113 bidi", "[a:v = 'a\u{202e}b']".to_owned(), "a\u{202e}b".to_owned(), 1),
    ];
    cases.into_iter().map(|(name, pattern, value, count)| case(name, &pattern, &value, count)).collect()
}

fn case(name: &'static str, pattern: &str, value: &str, count: usize) -> Case {
    let lines: Vec<String> = (0..count).map(|at| observed(at, value)).collect();
    let nodes: Vec<Node<'_>> =
        lines.iter().filter_map(|line| Node::parse(line.as_bytes(), &Limits::default()).ok()).collect();
    let observed = Observed::of_documents(&nodes).unwrap_or_default();
    let begun = own_cpu();
    let answer = match Pattern::parse(pattern) {
        Err(error) => format!("refused at byte {}", error.offset),
        Ok(pattern) => {
            let mut engine = Engine::new(Options::default());
            match engine.add(&pattern, Validity::default()) {
                Err(error) => error.to_string(),
                Ok(id) => {
                    let outcome = format!("{:?}", engine.match_all(&observed).of(id));
                    outcome.split('(').next().unwrap_or_default().to_owned()
                }
            }
        }
    };
    Case { name, seconds: own_cpu() - begun, answer }
}

fn observed(at: usize, value: &str) -> String {
    let (minute, second) = (at / 60 % 60, at % 60);
    let time = format!("2026-03-01T{:02}:{minute:02}:{second:02}Z", at / 3_600 % 24);
    format!(
        "{{\"type\":\"observed-data\",\"id\":\"observed-data--{at}\",\"first_observed\":\"{time}\",\"last_observed\":\"{time}\",\
         \"number_observed\":1,\"objects\":{{\"0\":{{\"type\":\"a\",\"v\":\"{value}\"}}}}}}"
    )
}
