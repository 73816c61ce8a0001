//! A pattern as text again.
//!
//! Guarantees: what is written reads back as the same tree (`parse ∘ write = identity`), with one spelling for each literal.

use crate::ast::{Comparison, Literal, Observation, Operator, Path, Qualifier, Step, Test};
use crate::lexer;
use std::fmt::{self, Display, Formatter};

impl Display for Observation {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Observation::Test(comparison) => write!(f, "[{comparison}]"),
            Observation::And(parts) => joined(f, parts, " AND ", |part| looseness(part) >= looseness(self)),
            Observation::Or(parts) => joined(f, parts, " OR ", |part| looseness(part) >= looseness(self)),
            Observation::FollowedBy(parts) => {
                joined(f, parts, " FOLLOWEDBY ", |part| looseness(part) >= looseness(self))
            }
            Observation::Qualified(inner, qualifier) => {
                let mut words = Vec::new();
                let simple = chain(inner, &mut words);
                // A bracket may have each qualifier once; parentheses begin again.
                let again = simple && words.contains(&keyword(qualifier));
                if looseness(inner) > 1 || again {
                    write!(f, "({inner}) {qualifier}")
                } else {
                    write!(f, "{inner} {qualifier}")
                }
            }
        }
    }
}

/// How loosely an expression binds.
fn looseness(expression: &Observation) -> u8 {
    match expression {
        Observation::Test(_) => 0,
        Observation::Qualified(..) => 1,
        Observation::And(_) => 2,
        Observation::Or(_) => 3,
        Observation::FollowedBy(_) => 4,
    }
}

/// Collects the qualifiers that stand on a bracket; false where they stand on parentheses.
fn chain(expression: &Observation, words: &mut Vec<&'static str>) -> bool {
    match expression {
        Observation::Test(_) => true,
        Observation::Qualified(inner, qualifier) => {
            let simple = chain(inner, words);
            // It was put into parentheses itself, and what follows stands on those.
            if words.contains(&keyword(qualifier)) {
                words.clear();
            }
            words.push(keyword(qualifier));
            simple
        }
        _ => false,
    }
}

fn keyword(qualifier: &Qualifier) -> &'static str {
    match qualifier {
        Qualifier::Within(_) => "WITHIN",
        Qualifier::Repeats(_) => "REPEATS",
        Qualifier::StartStop(..) => "START",
    }
}

fn joined<T: Display>(f: &mut Formatter<'_>, parts: &[T], word: &str, bracket: impl Fn(&T) -> bool) -> fmt::Result {
    for (place, part) in parts.iter().enumerate() {
        if place > 0 {
            f.write_str(word)?;
        }
        if bracket(part) { write!(f, "({part})")? } else { write!(f, "{part}")? }
    }
    Ok(())
}

impl Display for Qualifier {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Qualifier::Within(seconds) => write!(f, "WITHIN {} SECONDS", seconds.text),
            Qualifier::Repeats(count) => write!(f, "REPEATS {count} TIMES"),
            Qualifier::StartStop(start, stop) => write!(f, "START t'{start}' STOP t'{stop}'"),
        }
    }
}

impl Display for Comparison {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Comparison::And(parts) => joined(f, parts, " AND ", |part| !matches!(part, Comparison::Test(_))),
            Comparison::Or(parts) => joined(f, parts, " OR ", |part| matches!(part, Comparison::Or(_))),
            Comparison::Test(test) => test.fmt(f),
        }
    }
}

impl Display for Test {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let not = if self.negated { "NOT " } else { "" };
        let path = &self.path;
        match &self.operator {
            Operator::Exists => write!(f, "{not}EXISTS {path}"),
            Operator::Equal(literal) => write!(f, "{path} {not}= {literal}"),
            Operator::NotEqual(literal) => write!(f, "{path} {not}!= {literal}"),
            Operator::Order(order, literal) => write!(f, "{path} {not}{} {literal}", order.symbol()),
            Operator::In(members) => {
                write!(f, "{path} {not}IN (")?;
                joined(f, members, ", ", |_| false)?;
                f.write_str(")")
            }
            Operator::Like(text) => write!(f, "{path} {not}LIKE {}", Quoted(text)),
            Operator::Matches(text) => write!(f, "{path} {not}MATCHES {}", Quoted(text)),
            Operator::Subset(text) => write!(f, "{path} {not}ISSUBSET {}", Quoted(text)),
            Operator::Superset(text) => write!(f, "{path} {not}ISSUPERSET {}", Quoted(text)),
        }
    }
}

impl Display for Path {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.object_type)?;
        for (place, step) in self.steps.iter().enumerate() {
            match step {
                Step::Key(name) => {
                    if place > 0 {
                        f.write_str(".")?;
                    }
                    if lexer::is_name(name) { f.write_str(name)? } else { write!(f, "{}", Quoted(name))? }
                }
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Any => f.write_str("[*]")?,
            }
        }
        Ok(())
    }
}

impl Display for Literal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Literal::Integer(number) => write!(f, "{number}"),
            // `{:?}` would write large and small ones with an exponent, which the grammar does not have.
            Literal::Float(number) => {
                let text = number.to_string();
                if text.contains('.') { f.write_str(&text) } else { write!(f, "{text}.0") }
            }
            Literal::Text(text) => Quoted(text).fmt(f),
            Literal::Bool(value) => write!(f, "{value}"),
            Literal::Bytes(bytes) => write!(f, "h'{}'", hex::encode(bytes)),
            Literal::Time(instant) => write!(f, "t'{instant}'"),
        }
    }
}

/// A text between quotes.
pub(crate) struct Quoted<'a>(pub &'a str);

impl Display for Quoted<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "'{}'", self.0.replace('\\', "\\\\").replace('\'', "\\'"))
    }
}

impl Display for crate::Pattern {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.expression.fmt(f)
    }
}
