//! Protected terms that are numbers or places: telephones, internet addresses, mail, hosts, days, cases, accounts, streets.
//!
//! Guarantees: one pass over a text and looks into tables of hashes, however many terms there are; whole numbers only.
//!
//! Does not know: names of persons and phrases; where a text comes from.

mod address;
mod case;
mod date;
mod email;
mod glued;
mod host;
mod infer;
mod ip;
mod phone;
mod sequence;
mod table;
mod token;

#[cfg(test)]
mod tests;

use crate::{TermKind, Text};
use date::Dates;
use email::Emails;
use glued::Glued;
pub use infer::infer;
use ip::Ips;
use phone::Phones;
use sequence::Sequences;
use token::Tokens;

/// Terms that are numbers or places, compiled.
#[derive(Default)]
pub struct Numbers {
    rows: Sequences,
    glued: Glued,
    phones: Phones,
    ips: Ips,
    emails: Emails,
    dates: Dates,
}

/// Takes terms that are numbers or places.
#[derive(Default)]
pub struct NumbersBuilder {
    numbers: Numbers,
}

impl Numbers {
    /// Starts without terms.
    pub fn builder() -> NumbersBuilder {
        NumbersBuilder::default()
    }

    /// Tells whether there is no term.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
            && self.glued.is_empty()
            && self.phones.is_empty()
            && self.ips.is_empty()
            && self.dates.is_empty()
            && self.emails.is_empty()
    }

    /// Gives every place of a term in a text: the term, from and to in characters, and the class of the writing.
    pub fn search(&self, text: &Text, give: &mut dyn FnMut(u32, usize, usize, &'static str)) {
        if self.is_empty()
            || !self.rows.worded && self.emails.is_empty() && !text.chars.iter().any(|character| tells(*character))
        {
            return;
        }
        let tokens = Tokens::of(text);
        for (at, token) in tokens.all.iter().copied().enumerate() {
            if self.rows.may_begin(token) {
                self.rows.search(&tokens, at, token, give);
            }
            if token.digits {
                if tokens.is_inside(at, token) {
                    continue;
                }
                if !self.phones.is_empty() {
                    self.phones.search(&tokens, at, token, give);
                }
                if !self.ips.is_empty() {
                    self.ips.search(&tokens, at, token, give);
                }
                if !self.dates.is_empty() {
                    self.dates.search(&tokens, at, token, give);
                    self.dates.week(&tokens, at, token, give);
                }
            } else if token.len() == 2 && !self.emails.is_empty() {
                self.emails.spoken(&tokens, at, give);
            }
            if !self.glued.is_empty() && (token.digits || tokens.get(at + 1).is_some_and(|next| next.digits)) {
                self.glued.search(&tokens, at, token, give);
            }
        }
        let mut done = 0;
        for (sign, at) in tokens.signs.iter().copied() {
            if sign != ':' {
                self.emails.sign(&tokens, at as usize, give);
            } else if !self.ips.is_empty() {
                self.ips.colons(&tokens, at as usize, &mut done, give);
            }
        }
    }
}

/// Tells whether a character may be of a number or a place that is not of words alone.
fn tells(character: char) -> bool {
    matches!(character, '0'..='9' | '@' | ':' | '\u{80}'..)
}

impl NumbersBuilder {
    /// Adds a term; false where the text is no such thing.
    pub fn add(&mut self, kind: TermKind, text: &str, term: u32) -> bool {
        let numbers = &mut self.numbers;
        match kind {
            TermKind::Phone => numbers.phones.add(text, term),
            TermKind::Ip => numbers.ips.add(text, term),
            TermKind::CaseNumber | TermKind::Document => {
                case::add_case(text, term, &mut numbers.rows, &mut numbers.glued)
            }
            TermKind::Account => case::add_account(text, term, &mut numbers.glued),
            TermKind::Address => address::add(text, term, &mut numbers.rows),
            TermKind::Date => numbers.dates.add(text, term),
            TermKind::Email => numbers.emails.add(text, term),
            TermKind::Host => host::add(text, term, &mut numbers.rows),
            _ => false,
        }
    }

    /// Compiles the terms.
    pub fn build(mut self) -> Numbers {
        self.numbers.rows.build();
        self.numbers.glued.build();
        self.numbers
    }
}
