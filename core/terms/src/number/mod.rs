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
mod scan;
mod sequence;
mod spelled;
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
use scan::Hexes;
use sequence::Sequences;
use std::cell::Cell;
use std::mem::take;
use table::Map;
use token::{AT, Token, Tokens};

/// Terms that are numbers or places, compiled.
#[derive(Default)]
pub struct Numbers {
    rows: Sequences,
    glued: Glued,
    phones: Phones,
    ips: Ips,
    emails: Emails,
    dates: Dates,
    hexes: Hexes,
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

    /// Gives every place of a term in a text, once: the term, from and to in characters, and the class of the writing.
    pub fn search(&self, text: &Text, give: &mut dyn FnMut(u32, usize, usize, &'static str)) {
        if self.is_empty()
            || !self.rows.worded && self.emails.is_empty() && !text.chars.iter().any(|character| tells(*character))
        {
            return;
        }
        let mut room = ROOM.with(Cell::take);
        let (all, signs, named) = (take(&mut room.all), take(&mut room.signs), take(&mut room.named));
        let mut tokens = Tokens { text, all, signs, named };
        scan::scan(&mut tokens, Some(self));
        if !tokens.named.is_empty() || !tokens.signs.is_empty() {
            let mut given: Map<(u32, u32, u32), ()> = Map::default();
            self.runs(&tokens, &mut |term, from, to, class| {
                if given.insert((term, from as u32, to as u32), ()).is_none() {
                    give(term, from, to, class);
                }
            });
        }
        let Tokens { all, signs, named, .. } = tokens;
        room = Room { all, signs, named };
        room.empty();
        ROOM.with(|kept| kept.set(room));
    }

    /// Looks at the runs of a text.
    fn runs(&self, tokens: &Tokens<'_>, give: &mut dyn FnMut(u32, usize, usize, &'static str)) {
        for at in tokens.named.iter().map(|at| *at as usize) {
            let Some(token) = tokens.get(at) else { continue };
            if self.rows.may_begin(token) {
                self.rows.search(tokens, at, token, give);
            }
            if token.digits {
                if tokens.is_inside(at, token) {
                    continue;
                }
                if !self.phones.is_empty() {
                    self.phones.search(tokens, at, token, give);
                }
                if !self.ips.is_empty() {
                    self.ips.search(tokens, at, token, give);
                }
                if !self.dates.is_empty() {
                    self.dates.search(tokens, at, token, give);
                    if token.len() == 4 {
                        self.dates.week(tokens, at, token, give);
                    }
                }
            } else if token.hash == AT && !self.emails.is_empty() {
                self.emails.spoken(tokens, at, give);
            }
            if !self.glued.is_empty() && (token.digits || tokens.get(at + 1).is_some_and(|next| next.digits)) {
                self.glued.search(tokens, at, token, give);
            }
        }
        let mut done = 0;
        for (sign, at) in tokens.signs.iter().copied() {
            if sign != ':' {
                self.emails.sign(tokens, at as usize, give);
            } else {
                self.ips.colons(tokens, at as usize, &mut done, give);
            }
        }
    }
}

/// Room for the runs of a text, kept from one text to the next.
#[derive(Default)]
struct Room {
    all: Vec<Token>,
    signs: Vec<(char, u32)>,
    named: Vec<u32>,
}

/// More room is given back.
const ROOM_MAX: usize = 1 << 16;

thread_local! {
    static ROOM: Cell<Room> = const { Cell::new(Room { all: Vec::new(), signs: Vec::new(), named: Vec::new() }) };
}

impl Room {
    fn empty(&mut self) {
        self.all.clear();
        self.signs.clear();
        self.named.clear();
        if self.all.capacity() > ROOM_MAX {
            *self = Room::default();
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
        if matches!(kind, TermKind::CaseNumber | TermKind::Document | TermKind::Account | TermKind::Host) {
            numbers.hexes.add(text);
            numbers.hexes.add(text.trim().trim_start_matches(['0', 'x', 'X']));
        }
        match kind {
            TermKind::Phone => {
                spelled::add(text, term, &mut numbers.rows);
                numbers.phones.add(text, term)
            }
            TermKind::Ip => {
                if let Some((value, _)) = ip::parse(text) {
                    numbers.hexes.put((value >> 112) as u32);
                }
                numbers.ips.add(text, term)
            }
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
