//! Constants as they are meant: numbers in quotes, defanged values, ranges after `=`, URLs without a scheme.

use super::kind::Kind;
use super::{Remarks, types};
use crate::address::Range;
use crate::ast::{Comparison, Literal, Operator, Path, Test};
use comity_normal::Form;
use std::borrow::Cow;

/// Returns a literal as a property can have it.
pub fn literal(literal: &Literal, path: &Path, remarks: &mut Remarks) -> Literal {
    let kind = Kind::of(path);
    let meant = match (kind, literal) {
        (Kind::Integer, Literal::Text(text)) => integer(text, path.form()).map(Literal::Integer),
        (Kind::Bool, Literal::Text(text)) => match text.trim().to_ascii_lowercase().as_str() {
            "true" => Some(Literal::Bool(true)),
            "false" => Some(Literal::Bool(false)),
            _ => None,
        },
        (Kind::Identifier, Literal::Integer(number)) => Some(Literal::Text(number.to_string())),
        (_, Literal::Text(text)) if kind.is_defanged() => refanged(text, kind).map(Literal::Text),
        _ => None,
    };
    match meant {
        Some(meant) => {
            remarks.add(format!("{literal} is read as {meant} in {path}"));
            meant
        }
        None => literal.clone(),
    }
}

/// Only the number of an autonomous system has letters in front: `AS80` is no port.
fn integer(text: &str, form: Form) -> Option<i128> {
    if form == Form::AutonomousSystem {
        return form.read(text)?.parse().ok();
    }
    let digits = text.trim();
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

/// Returns a value as it was before it was made harmless; `None` where it is as it was.
pub fn refanged(text: &str, kind: Kind) -> Option<String> {
    let plain = if kind == Kind::Url { comity_normal::refanged_url(text) } else { comity_normal::refanged(text) };
    (plain != text).then(|| plain.into_owned())
}

/// What one member of a set of wanted values is.
enum Wanted {
    /// These, of a path.
    Equal(Path, Vec<Literal>),
    /// All in this range.
    Inside(Path, String),
    /// All that are LIKE this.
    Like(Path, String),
}

/// Returns a test for equality with one of these, as it is meant. With `alone`, no other test is about the same object, so that the
/// type of the object may be another one.
pub fn one_of(path: &Path, members: &[Literal], alone: bool, remarks: &mut Remarks) -> Comparison {
    let mut equal: Vec<(Path, Vec<Literal>)> = Vec::new();
    let mut others = Vec::new();
    for member in members {
        match wanted(path, member, alone, remarks) {
            Wanted::Equal(path, literals) => match equal.iter_mut().find(|(known, _)| *known == path) {
                Some((_, known)) => known.extend(literals),
                None => equal.push((path, literals)),
            },
            Wanted::Inside(path, range) => others.push((path, Operator::Subset(range))),
            Wanted::Like(path, like) => others.push((path, Operator::Like(like))),
        }
    }
    let equal = equal.into_iter().map(|(path, mut literals)| match literals.pop() {
        Some(only) if literals.is_empty() => (path, Operator::Equal(only)),
        last => {
            literals.extend(last);
            (path, Operator::In(literals))
        }
    });
    let all = equal.chain(others).map(|(path, operator)| Test { path, negated: false, operator });
    let mut all: Vec<Comparison> = all.map(Comparison::Test).collect();
    match (all.pop(), all.is_empty()) {
        (Some(only), true) => only,
        (Some(last), false) => {
            all.push(last);
            Comparison::Or(all)
        }
        // Nothing is in an empty set.
        (None, _) => Comparison::Test(Test { path: path.clone(), negated: false, operator: Operator::In(Vec::new()) }),
    }
}

fn wanted(path: &Path, member: &Literal, alone: bool, remarks: &mut Remarks) -> Wanted {
    let Literal::Text(text) = member else { return Wanted::Equal(path.clone(), vec![member.clone()]) };
    let mut path = path.clone();
    // A value that is really of another type.
    if let Some(other) = types::real_alone(&path, text).filter(|_| alone) {
        remarks.add(format!("{member} is read as {other}:value, not {path}"));
        path.object_type = other.to_owned();
    }
    match Kind::of(&path) {
        Kind::Address | Kind::Referred | Kind::Domain if is_range(&path, text) => {
            remarks.add(format!("{member} is read as the range: every address in it"));
            Wanted::Inside(path, text.trim().to_owned())
        }
        Kind::Domain if text.trim().starts_with("*.") => {
            let ending = text.trim().trim_start_matches('*').replace(['%', '_'], "_");
            let like = format!("%{ending}");
            let like = path.form().like(&like).map(Cow::into_owned).unwrap_or(like);
            remarks.add(format!("{member} is read as every name that ends in {}", like.trim_start_matches('%')));
            Wanted::Like(path, like)
        }
        Kind::Url if has_no_scheme(text) => {
            let text = text.trim();
            remarks.add(format!("{member} has no scheme and is read as http://{text} and https://{text} too"));
            let with = |scheme: &str| Literal::Text(format!("{scheme}{text}"));
            Wanted::Equal(path, vec![with(""), with("http://"), with("https://")])
        }
        _ => Wanted::Equal(path, vec![member.clone()]),
    }
}

/// Tells whether a text is a range of more than one address.
fn is_range(path: &Path, text: &str) -> bool {
    let range = Range::parse(&path.form().normal(text)).or_else(|| Range::parse(text.trim()));
    range.is_some_and(|range| range.prefix < if range.six { 128 } else { 32 })
}

/// Tells whether a text begins with the name of a host, where a URL begins with its scheme.
fn has_no_scheme(text: &str) -> bool {
    let text = text.trim();
    let host = text.split(['/', '?', '#']).next().unwrap_or_default();
    let (name, port) = host.split_once(':').unwrap_or((host, ""));
    let fits = |character: char| character.is_alphanumeric() || matches!(character, '.' | '-' | '_');
    !text.contains("://")
        && name.contains('.')
        && !name.starts_with('.')
        && name.chars().all(fits)
        && port.bytes().all(|byte| byte.is_ascii_digit())
}
