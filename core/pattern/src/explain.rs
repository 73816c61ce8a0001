//! What a pattern means, in plain words.
//!
//! Guarantees: names and values of the pattern stand in quotes and are otherwise as written; the one who shows the text escapes
//! what could restyle a terminal or a page.

use crate::ast::{Comparison, Literal, Observation, Operator, Order, Path, Qualifier, Step, Test};
use crate::parser::Pattern;

/// Says what a pattern means: one line for each thought, indented by what it belongs to.
pub fn explain(pattern: &Pattern) -> Vec<String> {
    let mut lines = Vec::new();
    observation(&pattern.expression, 0, "Matches when", &mut lines);
    lines
}

fn line(lines: &mut Vec<String>, depth: usize, text: &str) {
    lines.push(format!("{}{text}", "  ".repeat(depth)));
}

fn observation(expression: &Observation, depth: usize, lead: &str, lines: &mut Vec<String>) {
    let mut each = |parts: &[Observation], head: &str, next: &str| {
        line(lines, depth, &format!("{lead} {head}"));
        for (place, part) in parts.iter().enumerate() {
            observation(part, depth + 1, if place == 0 { "–" } else { next }, lines);
        }
    };
    match expression {
        Observation::Test(inner) => {
            line(lines, depth, &format!("{lead} one observation has an object of which this holds:"));
            comparison(inner, depth + 1, "", lines);
        }
        Observation::And(parts) => {
            each(parts, "all of these are observed, each in an observation of its own, in any order:", "and")
        }
        Observation::Or(parts) => each(parts, "one of these is observed:", "or"),
        Observation::FollowedBy(parts) => {
            each(parts, "these are observed one after the other, each in an observation of its own:", "then");
        }
        Observation::Qualified(inner, qualifier) => {
            observation(inner, depth, lead, lines);
            line(lines, depth, &qualified(qualifier, matches!(**inner, Observation::Test(_))));
        }
    }
}

fn qualified(qualifier: &Qualifier, single: bool) -> String {
    match qualifier {
        Qualifier::Within(seconds) if single => {
            format!("within {} (which one observation always is)", duration(&seconds.text))
        }
        Qualifier::Within(seconds) => format!("all of that within {} of each other", duration(&seconds.text)),
        Qualifier::Repeats(count) => format!("and that {count} times, with other observations each time"),
        Qualifier::StartStop(start, stop) => format!("observed from {start} until before {stop}"),
    }
}

fn duration(seconds: &str) -> String {
    let whole: Option<u64> = seconds.parse().ok();
    let large = |unit: u64, name: &str| {
        let count = whole.filter(|whole| *whole >= unit && whole.is_multiple_of(unit))? / unit;
        Some(format!("{count} {name}{}", if count == 1 { "" } else { "s" }))
    };
    large(86_400, "day")
        .or_else(|| large(3_600, "hour"))
        .or_else(|| large(60, "minute"))
        .unwrap_or_else(|| format!("{seconds} second{}", if seconds == "1" { "" } else { "s" }))
}

fn comparison(expression: &Comparison, depth: usize, lead: &str, lines: &mut Vec<String>) {
    match expression {
        Comparison::Test(inner) => line(lines, depth, &format!("{lead}{}", test(inner))),
        Comparison::And(parts) | Comparison::Or(parts) => {
            let (head, word) = match expression {
                Comparison::And(_) => ("all of:", "and "),
                _ => ("one of:", "or "),
            };
            line(lines, depth, &format!("{lead}{head}"));
            for (place, part) in parts.iter().enumerate() {
                comparison(part, depth + 1, if place == 0 { "" } else { word }, lines);
            }
        }
    }
}

fn test(test: &Test) -> String {
    let path = place(&test.path);
    let (not, no) = if test.negated { ("not ", "no ") } else { ("", "") };
    match &test.operator {
        Operator::Exists if test.negated => format!("{path} is absent"),
        Operator::Exists => format!("{path} is present"),
        Operator::Equal(wanted) => format!("{path} is {not}{}", value(wanted)),
        Operator::NotEqual(wanted) if test.negated => format!("{path} is {}", value(wanted)),
        Operator::NotEqual(wanted) => format!("{path} is not {}", value(wanted)),
        Operator::Order(order, wanted) => format!("{path} is {not}{} {}", ordered(*order, wanted), value(wanted)),
        Operator::In(members) if members.is_empty() => format!("{path} is {not}one of nothing"),
        Operator::In(members) => {
            format!("{path} is {not}one of {}", members.iter().map(value).collect::<Vec<_>>().join(", "))
        }
        Operator::Like(pattern) => {
            format!(
                "{path} {} like \"{pattern}\" (% any characters, _ one character)",
                if test.negated { "does not look" } else { "looks" }
            )
        }
        Operator::Matches(pattern) => format!("{path} has {no}part that matches the regular expression \"{pattern}\""),
        Operator::Subset(range) => format!(
            "{path} is an address or range {}inside \"{range}\"",
            if test.negated { "that is not " } else { "" }
        ),
        Operator::Superset(range) => {
            format!("{path} is a range that {} \"{range}\"", if test.negated { "does not contain" } else { "contains" })
        }
    }
}

fn ordered(order: Order, wanted: &Literal) -> &'static str {
    match (order, matches!(wanted, Literal::Time(_))) {
        (Order::Less, false) => "less than",
        (Order::LessOrEqual, false) => "at most",
        (Order::Greater, false) => "greater than",
        (Order::GreaterOrEqual, false) => "at least",
        (Order::Less, true) => "before",
        (Order::LessOrEqual, true) => "at or before",
        (Order::Greater, true) => "after",
        (Order::GreaterOrEqual, true) => "at or after",
    }
}

fn value(literal: &Literal) -> String {
    match literal {
        Literal::Text(text) => format!("\"{text}\""),
        Literal::Bytes(bytes) => format!("the bytes {}", hex::encode(bytes)),
        Literal::Time(instant) => instant.to_string(),
        other => other.to_string(),
    }
}

/// Says where a path leads, from the inside out.
fn place(path: &Path) -> String {
    let mut words = format!("the {}'s", path.object_type);
    let mut referred = false;
    for step in &path.steps {
        match step {
            Step::Key(name) => {
                if referred {
                    words.push_str(" (the object it refers to)'s");
                }
                words.push_str(&format!(" \"{name}\""));
                referred = name.ends_with("_ref") || name.ends_with("_refs");
            }
            Step::Index(index) => words.push_str(&format!(" (item {index})")),
            Step::Any => words.push_str(" (any item)"),
        }
    }
    words
}
