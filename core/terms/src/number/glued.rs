//! Terms as one row of letters and digits, whatever groups they are written in: accounts, cards, wallets, numbers of cases run together.
//!
//! Guarantees: blanks, hyphens, dots and slashes between groups make no difference; whole rows only. Does not know: check digits.

use super::table::{Filter, Map};
use super::token::{Token, Tokens, digit, gap, letter, mix, seed};

/// A row is told apart after so many characters.
const HEAD: usize = 4;
/// And told apart again.
const SECOND: usize = 8;
/// Longer rows are not kept.
const ROW_MAX: usize = 128;
const GAPS: u16 = gap::EMPTY | gap::BLANK | gap::HYPHEN | gap::DOT | gap::SLASH | gap::UNDERSCORE;

/// Rows of letters and digits, compiled.
#[derive(Default)]
pub(super) struct Glued {
    rows: Map<u64, Vec<(u32, &'static str)>>,
    heads: Vec<u64>,
    head: Filter,
    seconds: Vec<u64>,
    second: Filter,
    longest: usize,
    /// One bit for each length of a row.
    lengths: u128,
}

impl Glued {
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Adds a row of characters, of which letters and digits count; shorter than five or longer than 128 it is not added.
    pub fn add(&mut self, row: &str, term: u32, class: &'static str) -> bool {
        let mut hash = seed();
        let mut count = 0;
        let (mut head, mut second) = (None, None);
        for character in row.chars() {
            let Some(folded) = digit(character)
                .and_then(|value| char::from_digit(value, 10))
                .or_else(|| letter(character).map(|pair| pair.0))
            else {
                continue;
            };
            if count == 0 && folded == '0' {
                continue;
            }
            hash = mix(hash, folded);
            count += 1;
            if count == HEAD {
                head = Some(hash);
            }
            if count == SECOND {
                second = Some(hash);
            }
        }
        let Some(head) = head.filter(|_| (HEAD + 1..=ROW_MAX).contains(&count)) else { return false };
        self.heads.push(head);
        self.seconds.extend(second);
        self.lengths |= 1 << (count - 1);
        self.longest = self.longest.max(count);
        let rows = self.rows.entry(hash).or_default();
        if !rows.iter().any(|known| known.0 == term) {
            rows.push((term, class));
        }
        true
    }

    pub fn build(&mut self) {
        self.head = Filter::of(std::mem::take(&mut self.heads).into_iter());
        self.second = Filter::of(std::mem::take(&mut self.seconds).into_iter());
    }

    /// Gives the rows that begin at a run.
    pub fn search(
        &self,
        tokens: &Tokens<'_>,
        at: usize,
        first: Token,
        give: &mut dyn FnMut(u32, usize, usize, &'static str),
    ) {
        // Too short a number, and nothing of it follows.
        if first.digits && first.len() <= HEAD && tokens.gap(at) & !GAPS != 0 {
            return;
        }
        if first.gap == gap::EMPTY || at > 0 && follows(tokens, at) {
            return;
        }
        if !first.digits {
            // A row has digits near its beginning, or it is a word.
            let near = tokens.get(at + 1).is_some_and(|next| next.digits) && tokens.gap(at) & !GAPS == 0;
            if !near {
                return;
            }
        }
        let (mut hash, mut count) = (seed(), 0);
        for end in at.. {
            let Some(token) = tokens.get(end) else { return };
            if end > at && tokens.gap(end - 1) & !GAPS != 0 {
                return;
            }
            for character in tokens.text.chars.get(token.from as usize..token.to as usize).unwrap_or_default() {
                let folded = fold(*character);
                if count == 0 && folded == '0' {
                    continue;
                }
                hash = mix(hash, folded);
                count += 1;
                if count == HEAD && !self.head.may_hold(hash)
                    || count == SECOND && !self.second.may_hold(hash)
                    || count > self.longest
                {
                    return;
                }
            }
            if count > 0
                && self.lengths >> (count - 1) & 1 == 1
                && let Some(rows) = self.rows.get(&hash)
                && !goes_on(tokens, end)
            {
                for (term, class) in rows {
                    give(*term, first.from as usize, token.to as usize, class);
                }
            }
        }
    }
}

/// Returns a letter or digit as rows have it.
#[inline]
fn fold(character: char) -> char {
    match character {
        '0'..='9' | 'a'..='z' => character,
        'A'..='Z' => character.to_ascii_lowercase(),
        _ => match letter(character) {
            Some((folded, _)) => folded,
            None => digit(character).and_then(|value| char::from_digit(value, 10)).unwrap_or('0'),
        },
    }
}

/// Tells whether a run goes on what stands before it.
fn follows(tokens: &Tokens<'_>, at: usize) -> bool {
    match tokens.gap(at - 1) {
        gap::EMPTY => true,
        gap::DOT | gap::COMMA | gap::HYPHEN => {
            tokens.get(at).is_some_and(|one| one.digits) && tokens.get(at - 1).is_some_and(|one| one.digits)
        }
        _ => false,
    }
}

fn goes_on(tokens: &Tokens<'_>, end: usize) -> bool {
    let Some(next) = tokens.get(end + 1) else { return false };
    match tokens.gap(end) {
        gap::EMPTY => true,
        gap::DOT | gap::COMMA => next.digits,
        _ => false,
    }
}
