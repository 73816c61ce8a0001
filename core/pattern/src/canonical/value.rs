//! One spelling for values that mean the same.

use crate::address::Range;
use crate::ast::{Literal, Operator, Path, Step, Test};
use std::net::Ipv4Addr;

/// Returns a test with its values in one spelling.
pub fn test(test: &Test) -> Test {
    let mut test = test.clone();
    if test.negated {
        // NOT = and != are the same by definition (§9.6.1).
        match std::mem::replace(&mut test.operator, Operator::Exists) {
            Operator::Equal(literal) => (test.negated, test.operator) = (false, Operator::NotEqual(literal)),
            Operator::NotEqual(literal) => (test.negated, test.operator) = (false, Operator::Equal(literal)),
            other => test.operator = other,
        }
    }
    let spell = spelling(&test.path);
    match &mut test.operator {
        Operator::Equal(literal) | Operator::NotEqual(literal) | Operator::Order(_, literal) => one(literal, spell),
        Operator::In(members) => {
            members.iter_mut().for_each(|literal| one(literal, spell));
            members.sort_by_key(ToString::to_string);
            members.dedup_by_key(|literal| literal.to_string());
        }
        Operator::Like(text) | Operator::Matches(text) | Operator::Subset(text) | Operator::Superset(text) => {
            *text = spell(text);
        }
        Operator::Exists => {}
    }
    if let Operator::In(members) = &mut test.operator
        && let (Some(only), true) = (members.first().cloned(), members.len() == 1)
    {
        let negated = std::mem::take(&mut test.negated);
        test.operator = if negated { Operator::NotEqual(only) } else { Operator::Equal(only) };
    }
    test
}

fn one(literal: &mut Literal, spell: fn(&str) -> String) {
    match literal {
        Literal::Text(text) => *text = spell(text),
        // 1 and 1.0 are one number.
        Literal::Float(number) if number.fract() == 0.0 && number.abs() < 9e15 => {
            *literal = Literal::Integer(*number as i128);
        }
        _ => {}
    }
}

/// Returns how the strings of a property are spelled.
fn spelling(path: &Path) -> fn(&str) -> String {
    let key = |place: usize, name: &str| matches!(path.steps.get(place), Some(Step::Key(key)) if key == name);
    let value = path.steps.len() == 1 && key(0, "value");
    let registry = (path.steps.len() == 1 && key(0, "key"))
        || (path.steps.len() == 3
            && key(0, "values")
            && key(2, "name")
            && !matches!(path.steps.get(1), Some(Step::Key(_))));
    match path.object_type.as_str() {
        "ipv4-addr" if value => ipv4,
        "ipv6-addr" if value => ipv6,
        "windows-registry-key" if registry => |text| text.to_lowercase(),
        _ => str::to_owned,
    }
}

fn ipv4(text: &str) -> String {
    let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
    let octets: Vec<&str> = address.split('.').collect();
    // A leading zero is octal to some and decimal to others: only where both agree is it one value.
    let plain: Option<Vec<String>> = octets
        .iter()
        .map(|octet| {
            let decimal: u8 = octet.parse().ok().filter(|_| octet.bytes().all(|byte| byte.is_ascii_digit()))?;
            let agrees = !octet.starts_with('0') || decimal < 8;
            agrees.then(|| decimal.to_string())
        })
        .collect();
    let Some(address) = plain.map(|octets| octets.join(".")) else { return text.to_owned() };
    let text_again = prefix.map_or_else(|| address.clone(), |prefix| format!("{address}/{prefix}"));
    match Range::parse(&text_again) {
        Some(range) if range.prefix == 32 => Ipv4Addr::from_bits((range.bits >> 96) as u32).to_string(),
        Some(range) => format!("{}/{}", Ipv4Addr::from_bits((range.bits >> 96) as u32), range.prefix),
        None => text.to_owned(),
    }
}

fn ipv6(text: &str) -> String {
    match Range::parse(text) {
        Some(range) if range.six && range.prefix == 128 => std::net::Ipv6Addr::from_bits(range.bits).to_string(),
        Some(range) if range.six => format!("{}/{}", std::net::Ipv6Addr::from_bits(range.bits), range.prefix),
        _ => text.to_owned(),
    }
}
