//! The kind of a term, guessed from its form.
//!
//! Guarantees: what looks like words is no number or place. Does not know: what the term is; people may say another kind.

use super::date::Dates;
use super::token::Tokens;
use super::{address, email, host, ip, phone};
use crate::{TermKind, Text};

/// The longest number of a case that is told from words.
const CASE_MAX: usize = 32;
const DIGITS_OF_PHONE: std::ops::RangeInclusive<usize> = 7..=15;

/// Guesses the kind of a term from its form; none where it looks like words.
pub fn infer(text: &str) -> Option<TermKind> {
    let text = text.trim();
    if email::parse(text).is_some() {
        return Some(TermKind::Email);
    }
    if ip::parse(text).is_some() {
        return Some(TermKind::Ip);
    }
    let folded = Text::of(text);
    let digits = folded.chars.iter().filter(|character| super::token::digit(**character).is_some()).count();
    if is_host(text) {
        return Some(TermKind::Host);
    }
    if digits == 0 {
        return None;
    }
    if is_account(&folded) {
        return Some(TermKind::Account);
    }
    let marked = text.starts_with(['+', '(']) || text.to_lowercase().starts_with("tel");
    if !marked && is_date(text, digits) {
        return Some(TermKind::Date);
    }
    let signs = folded
        .chars
        .iter()
        .all(|one| super::token::digit(*one).is_some() || matches!(one, ' ' | '+' | '-' | '/' | '.' | '(' | ')'));
    let trunk = folded.chars.first().is_some_and(|first| *first == '0');
    let grouped = folded.chars.iter().filter(|one| matches!(one, ' ' | '-' | '.')).count() > 1;
    if (signs && (trunk || grouped) || marked) && DIGITS_OF_PHONE.contains(&digits) && phone::parse(text).is_some() {
        return Some(TermKind::Phone);
    }
    if address::is_address(text) {
        return Some(TermKind::Address);
    }
    let tokens = Tokens::of(&folded);
    let words = tokens.all.iter().filter(|token| !token.digits && token.len() > 4).count();
    let characters: usize = tokens.all.iter().map(super::token::Token::len).sum();
    (words == 0 && (4..=CASE_MAX).contains(&characters)).then_some(TermKind::CaseNumber)
}

fn is_host(text: &str) -> bool {
    let long = |label: &String| {
        label.chars().count() >= 2 && label.chars().all(char::is_alphabetic) || label.starts_with("xn--")
    };
    host::labels(text).is_some_and(|labels| labels.len() > 1 && labels.last().is_some_and(long))
}

/// Tells whether the whole text is a day.
fn is_date(text: &str, digits: usize) -> bool {
    if !(3..=8).contains(&digits) {
        return false;
    }
    let mut dates = Dates::default();
    dates.load();
    !dates.parse(text).is_empty() && text.chars().count() <= CASE_MAX
}

/// Tells whether a text has the form of an IBAN (ISO 13616), of a card (ISO/IEC 7812) or of a wallet.
fn is_account(text: &Text) -> bool {
    let plain: Vec<char> = text.chars.iter().copied().filter(|one| !matches!(one, ' ' | '-')).collect();
    let letters = plain.iter().filter(|one| one.is_ascii_alphabetic()).count();
    let digits = plain.iter().filter(|one| one.is_ascii_digit()).count();
    if letters + digits != plain.len() {
        return false;
    }
    let iban = (15..=34).contains(&plain.len())
        && plain.iter().take(2).all(char::is_ascii_alphabetic)
        && plain.iter().skip(2).take(2).all(char::is_ascii_digit)
        && digits >= 10;
    let card = letters == 0 && (13..=19).contains(&digits) && luhn(&plain);
    let blanks = text.chars.contains(&' ') || text.chars.contains(&'-');
    let wallet = !blanks && (26..=95).contains(&plain.len()) && letters >= 4 && digits >= 4;
    iban || card || wallet
}

fn luhn(digits: &[char]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .filter_map(|one| one.to_digit(10))
        .enumerate()
        .map(|(at, value)| match (at % 2, value) {
            (0, value) => value,
            (_, value @ 0..=4) => value * 2,
            (_, value) => value * 2 - 9,
        })
        .sum();
    sum.is_multiple_of(10)
}
