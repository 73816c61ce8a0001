//! The values that a pattern asks for: constants of `=`, `IN` and `ISSUBSET` that are not negated.
//!
//! Guarantees: an indicator on `domain-name:value` has the value that the domain-name object has. Does not know: whether the pattern
//! could match (AND and OR count alike: each constant identifies something).

use crate::kind::Kind;
use crate::normal;
use crate::values::Found;
use comity_pattern::{Literal, Operator, Path, Pattern, Step, Test};

/// Reads the values of a pattern; none where it is no STIX pattern.
pub(crate) fn values(text: &str, found: &mut Found) {
    let Ok(pattern) = Pattern::parse(text) else { return };
    let (mut platforms, mut accounts) = (Vec::new(), Vec::new());
    pattern.tests(&mut |test| {
        if test.negated {
            return;
        }
        each_constant(test, &mut |constant| match (test.path.object_type.as_str(), key(&test.path, 0)) {
            ("user-account", Some("account_type")) => platforms.push(constant.to_owned()),
            ("user-account", Some("user_id")) => accounts.push((true, constant.to_owned())),
            ("user-account", Some("account_login")) => accounts.push((false, constant.to_owned())),
            _ => one(&test.path, constant, found),
        });
    });
    // Which platform an account is on stands in another comparison; with several it cannot be told whose.
    if let [platform] = platforms.as_slice() {
        for (is_id, text) in &accounts {
            let (id, login) = if *is_id { (Some(text.as_str()), None) } else { (None, Some(text.as_str())) };
            normal::account(Some(platform), id, login).into_iter().for_each(|value| found.push(Kind::Account, value));
        }
    }
}

fn each_constant(test: &Test, visit: &mut impl FnMut(&str)) {
    let mut literal = |literal: &Literal| match literal {
        Literal::Text(text) => visit(text),
        Literal::Integer(number) => visit(&number.to_string()),
        Literal::Float(_) | Literal::Bool(_) | Literal::Bytes(_) | Literal::Time(_) => {}
    };
    match &test.operator {
        Operator::Equal(one) => literal(one),
        Operator::In(several) => several.iter().for_each(literal),
        Operator::Subset(range) => visit(range),
        Operator::NotEqual(_)
        | Operator::Order(..)
        | Operator::Like(_)
        | Operator::Matches(_)
        | Operator::Superset(_)
        | Operator::Exists => {}
    }
}

fn key(path: &Path, step: usize) -> Option<&str> {
    match path.steps.get(step)? {
        Step::Key(key) => Some(key),
        Step::Index(_) | Step::Any => None,
    }
}

fn one(path: &Path, constant: &str, found: &mut Found) {
    let kind = match (path.object_type.as_str(), key(path, 0), path.steps.len()) {
        ("ipv4-addr", Some("value"), 1) => Kind::Ipv4,
        ("ipv6-addr", Some("value"), 1) => Kind::Ipv6,
        ("domain-name", Some("value"), 1) => Kind::Domain,
        ("url", Some("value"), 1) => Kind::Url,
        ("email-addr", Some("value"), 1) => Kind::Email,
        ("mac-addr", Some("value"), 1) => Kind::Mac,
        ("phone-number", Some("value"), 1) => Kind::Phone,
        ("mutex", Some("name"), 1) => Kind::Mutex,
        ("autonomous-system", Some("number"), 1) => Kind::AutonomousSystem,
        ("windows-registry-key", Some("key"), 1) => Kind::RegistryKey,
        ("x509-certificate", Some("serial_number"), 1) => Kind::Serial,
        ("file" | "artifact" | "x509-certificate", Some("hashes"), 2) => {
            if let Some((kind, value)) = key(path, 1).and_then(|algorithm| normal::hash(algorithm, constant)) {
                found.note(constant);
                found.push(kind, value);
            }
            return;
        }
        _ => return referred(path, constant, found),
    };
    found.push_normal(kind, constant);
}

/// `network-traffic:dst_ref.value` and the like: the form of the constant says what it is. `process:image_ref.hashes.MD5` is the hash of
/// a file.
fn referred(path: &Path, constant: &str, found: &mut Found) {
    let mut steps = path.steps.iter().rev();
    let algorithm = match path.steps.as_slice() {
        [.., Step::Key(key)] if key == "value" => None,
        [.., Step::Key(key), Step::Key(algorithm)] if comity_normal::is_hashes(key) => Some(algorithm),
        _ => return,
    };
    steps.nth(usize::from(algorithm.is_some()));
    let through = steps.find_map(|step| if let Step::Key(key) = step { Some(key.as_str()) } else { None });
    if !through.is_some_and(|key| key.ends_with("_ref") || key.ends_with("_refs")) {
        return;
    }
    if let Some(algorithm) = algorithm {
        if let Some((kind, value)) = normal::hash(algorithm, constant) {
            found.note(constant);
            found.push(kind, value);
        }
        return;
    }
    for kind in [Kind::Ipv4, Kind::Ipv6, Kind::Mac, Kind::Email, Kind::Domain] {
        if normal::normal(kind, constant).is_some() {
            return found.push_normal(kind, constant);
        }
    }
}
