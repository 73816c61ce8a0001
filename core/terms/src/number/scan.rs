//! Cuts a text into runs, in one pass, and says at which runs a term may begin or end.
//!
//! Guarantees: every run of digits is named, and every run of letters that a row may begin with, that stands before digits where terms
//! are written together, or that is "at" where there are mail addresses; numbers of the form of a UUID and plain sums of 32, 40, 64 and
//! 128 hexadecimal digits are three runs that nothing begins at, unless a term may be in them; of a time of RFC 3339 only the
//! year is named, for its clock is no term.
//!
//! Does not know: what a run means.

use super::Numbers;
use super::table::Filter;
use super::token::{AT, FACTOR, SEED, Token, Tokens, add, digit, gap, mix, sign};

/// Digits of the groups of a UUID (RFC 9562).
const GROUPS: [usize; 5] = [8, 4, 4, 4, 12];
/// Digits of the usual sums: MD5, SHA-1, SHA-256, SHA-512.
const SUMS: [usize; 4] = [32, 40, 64, 128];
/// The hash of what stands between the first and the last run of a sum.
const BETWEEN: u64 = 0x6265_7477_6565_6e21;

/// The first four digits of hexadecimal numbers that are of terms.
#[derive(Default)]
pub(super) struct Hexes {
    bits: Vec<u64>,
}

impl Hexes {
    /// Adds the numbers that are in a term.
    pub fn add(&mut self, text: &str) {
        let folded: Vec<char> = crate::Text::of(text).chars;
        let together: Vec<char> = folded.iter().copied().filter(|one| one.is_alphanumeric()).collect();
        let words = folded.split(|one| !one.is_alphanumeric());
        for word in words.chain([together.as_slice()]) {
            let all = word.iter().all(|one| one.is_ascii_hexdigit());
            if all && word.iter().any(char::is_ascii_alphabetic) {
                for start in [0, word.iter().take_while(|one| **one == '0').count()] {
                    if let Some(head) = word.get(start..start + 4) {
                        self.put(head.iter().filter_map(|one| one.to_digit(16)).fold(0, |sum, one| sum << 4 | one));
                    }
                }
            }
        }
    }

    /// Adds four digits.
    pub fn put(&mut self, head: u32) {
        if self.bits.is_empty() {
            self.bits = vec![0; 1024];
        }
        if let Some(word) = self.bits.get_mut(head as usize / 64) {
            *word |= 1 << (head % 64);
        }
    }

    /// Tells whether a number that begins here may be of a term.
    fn hold(&self, chars: &[char], from: usize) -> bool {
        if self.bits.is_empty() {
            return false;
        }
        let Some([first, second, third, fourth]) = chars.get(from..from + 4) else { return false };
        // They are digits: the sign of a letter has the bit of 64.
        let value = |one: char| (one as u32 & 15) + (one as u32 >> 6 & 1) * 9;
        let head = value(*first) << 12 | value(*second) << 8 | value(*third) << 4 | value(*fourth);
        self.bits.get(head as usize / 64).is_some_and(|word| word >> (head % 64) & 1 == 1)
    }

    /// Returns where a UUID or a sum ends that begins here and is of no term.
    #[inline]
    fn end(&self, chars: &[char], from: usize) -> Option<usize> {
        // Nearly every word ends here.
        let digit =
            |at: usize| chars.get(at).and_then(|one| DIGITS.get(*one as usize)).is_some_and(|value| *value < 16);
        if digit(from + 7) && digit(from + 4) && digit(from + 2) { self.whole(chars, from) } else { None }
    }

    #[inline(never)]
    fn whole(&self, chars: &[char], from: usize) -> Option<usize> {
        if *chars.get(from)? == '0' {
            return None;
        }
        let first = Group::of(chars, from);
        if !first.lettered || self.hold(chars, from) {
            return None;
        }
        let mut to = from + first.digits;
        if first.digits == 8 {
            let mut lettered = false;
            for length in GROUPS.into_iter().skip(1) {
                if chars.get(to) != Some(&'-') {
                    return None;
                }
                let group = Group::of(chars, to + 1);
                if group.digits != length || self.hold(chars, to + 1) {
                    return None;
                }
                lettered = group.lettered;
                to += 1 + length;
            }
            if !lettered {
                return None;
            }
        } else if !SUMS.contains(&first.digits) {
            return None;
        }
        chars.get(to).is_none_or(|next| !next.is_alphanumeric()).then_some(to)
    }
}

/// Hexadecimal digits in a row.
struct Group {
    digits: usize,
    lettered: bool,
}

impl Group {
    fn of(chars: &[char], from: usize) -> Group {
        let (mut digits, mut seen) = (0, 0);
        for character in chars.get(from..).unwrap_or_default() {
            let Some(value) = DIGITS.get(*character as usize).filter(|value| **value < 16) else { break };
            // The bit of 16 stands for a letter.
            seen |= value + 6;
            digits += 1;
        }
        Group { digits, lettered: seen & 16 != 0 }
    }
}

/// The values of hexadecimal digits; 16 for all else.
const DIGITS: [u8; 128] = {
    let mut values = [16; 128];
    let (mut at, mut rest): (u8, &mut [u8]) = (0, &mut values);
    while let Some((place, others)) = rest.split_first_mut() {
        if let Some(value) = (at as char).to_digit(16) {
            *place = value as u8;
        }
        (at, rest) = (at + 1, others);
    }
    values
};

/// Words that are no run where they stand for a sign.
const DOT: u64 = mix(mix(mix(SEED, 'd'), 'o'), 't');
const NUMBER: u64 = mix(mix(SEED, 'n'), 'o');
/// A longer gap keeps two runs apart.
const GAP_MAX: usize = 8;

/// Where a scan stands.
struct Scan<'s, 't> {
    tokens: &'s mut Tokens<'t>,
    /// The words that rows begin with.
    firsts: &'s Filter,
    /// The hash of a word that is named besides.
    at: u64,
    /// Numbers are named, and what stands before them.
    named: bool,
    before: bool,
    /// Where the last run ends, and the signs since.
    end: usize,
    signs: u16,
    spoken: u16,
}

/// The sets that ASCII signs are.
const SIGNS: [u16; 128] = {
    let mut signs = [gap::OTHER; 128];
    let (mut at, mut rest): (u8, &mut [u16]) = (0, &mut signs);
    while let Some((place, others)) = rest.split_first_mut() {
        *place = sign(at as char);
        (at, rest) = (at + 1, others);
    }
    signs
};

/// Cuts a text; without terms nothing is named and nothing is left together.
pub(super) fn scan(tokens: &mut Tokens<'_>, wanted: Option<&Numbers>) {
    let chars = tokens.text.chars.as_slice();
    let mail = wanted.is_some_and(|numbers| !numbers.emails.is_empty());
    let colons = wanted.is_some_and(|numbers| !numbers.ips.is_empty());
    let none = Filter::default();
    let mut scan = Scan {
        tokens,
        firsts: wanted.map_or(&none, |numbers| numbers.rows.firsts()),
        at: if mail { AT } else { SEED },
        named: wanted.is_some(),
        before: wanted.is_some_and(|numbers| !numbers.glued.is_empty()),
        end: 0,
        signs: 0,
        spoken: 0,
    };
    let mut at = 0;
    while let Some(character) = chars.get(at).copied() {
        let code = character as u32;
        if code == 0x20 {
            scan.signs |= gap::BLANK;
            at += 1;
            continue;
        }
        let letter = (code | 0x20).wrapping_sub(0x61);
        let number = code.wrapping_sub(0x30) < 10;
        if (letter < 6 || number)
            && (at != scan.end || at == 0)
            && let Some(to) = wanted.and_then(|numbers| numbers.hexes.end(chars, at))
        {
            scan.sum(chars, at, to);
            at = to;
        } else if letter < 26 {
            let (hash, to) = letters(chars, at);
            scan.letters(hash, at, to);
            at = to;
        } else if number {
            let stamp = if chars.get(at + 10) == Some(&'T') && scan.named { stamp(chars, at) } else { None };
            if let Some(to) = stamp.filter(|_| at != scan.end || at == 0) {
                scan.stamp(chars, at, to);
                at = to;
                continue;
            }
            let token = digits(chars, at);
            scan.digits(token);
            at = token.to as usize;
        } else if code < 0x80 {
            scan.signs |= SIGNS.get(code as usize).copied().unwrap_or(gap::OTHER);
            let named = match character {
                ':' => colons,
                '@' => mail,
                '%' => mail && chars.get(at + 1) == Some(&'4') && chars.get(at + 2) == Some(&'0'),
                _ => false,
            };
            if named {
                scan.tokens.signs.push((character, at as u32));
            }
            at += 1;
        } else {
            at = scan.other(chars, at);
        }
    }
    if let Some(first) = tokens.all.first_mut() {
        first.gap = gap::OTHER;
    }
}

/// Returns where a time as in RFC 3339 ends that begins here: 2026-03-14T10:15:30.471Z.
fn stamp(chars: &[char], from: usize) -> Option<usize> {
    let head = chars.get(from..from + STAMP.len())?;
    let same = head
        .iter()
        .zip(STAMP)
        .all(|(one, form)| if form == b'0' { one.is_ascii_digit() } else { *one as u32 == u32::from(form) });
    if !same {
        return None;
    }
    let mut to = from + STAMP.len();
    if chars.get(to) == Some(&'.') {
        let part = chars.get(to + 1..).unwrap_or_default().iter().take_while(|one| one.is_ascii_digit()).count();
        if part == 0 {
            return None;
        }
        to += 1 + part;
    }
    let ends = chars.get(to + 1).is_none_or(|next| !next.is_alphanumeric());
    (chars.get(to) == Some(&'Z') && ends).then_some(to + 1)
}

const STAMP: [u8; 19] = *b"0000-00-00T00:00:00";

/// Reads a run of letters: its hash, and where it ends.
#[inline]
fn letters(chars: &[char], from: usize) -> (u64, usize) {
    let mut hash = SEED;
    let mut rest = chars.get(from..).unwrap_or_default().iter();
    while let Some(character) = rest.next() {
        let small = *character as u32 | 0x20;
        if small.wrapping_sub(0x61) >= 26 {
            let to = chars.len() - rest.len() - 1;
            return if character.is_ascii() { (hash, to) } else { other_letters(chars, hash, to) };
        }
        hash = (hash ^ u64::from(small)).wrapping_mul(FACTOR);
    }
    (hash, chars.len())
}

/// Reads on where a letter may be outside ASCII.
#[cold]
fn other_letters(chars: &[char], mut hash: u64, mut to: usize) -> (u64, usize) {
    // Digits of other scripts are not alphabetic: a run ends before them.
    while let Some(next) = chars.get(to).and_then(|character| add(hash, *character)) {
        hash = next;
        to += 1;
    }
    (hash, to)
}

/// Reads a run of digits; it is empty where there is none.
#[inline]
fn digits(chars: &[char], from: usize) -> Token {
    let mut token = Token { hash: SEED, value: 0, from: from as u32, to: from as u32, gap: 0, digits: true };
    for character in chars.get(from..).unwrap_or_default() {
        let mut value = (*character as u32).wrapping_sub(0x30);
        if value > 9 {
            if character.is_ascii() {
                break;
            }
            let Some(other) = digit(*character) else { break };
            value = other;
        }
        token.take(value);
        token.to += 1;
    }
    token
}

impl Scan<'_, '_> {
    #[inline(always)]
    fn letters(&mut self, hash: u64, from: usize, to: usize) {
        if to - from <= 3 && (hash == DOT || hash == NUMBER) && self.takes_sign(hash, from, to) {
            return;
        }
        if self.firsts.may_hold(hash) || hash == self.at {
            self.tokens.named.push(self.tokens.all.len() as u32);
        }
        self.push(Token { hash, value: 0, from: from as u32, to: to as u32, gap: 0, digits: false });
    }

    /// Takes a word that stands for a sign.
    #[cold]
    fn takes_sign(&mut self, hash: u64, from: usize, to: usize) -> bool {
        let is = self.is_sign(hash, from, to);
        if is && self.spoken == 0 {
            self.spoken = if matches!(self.tokens.char(from), 'd' | 'D') { gap::DOT } else { gap::NUMBER };
        }
        is
    }

    /// Takes what is not ASCII; returns where it goes on.
    #[cold]
    fn other(&mut self, chars: &[char], at: usize) -> usize {
        let (hash, to) = other_letters(chars, SEED, at);
        if to > at {
            self.letters(hash, at, to);
            return to;
        }
        let token = digits(chars, at);
        if token.len() > 0 {
            self.digits(token);
            return token.to as usize;
        }
        self.signs |= chars.get(at).map_or(0, |character| sign(*character));
        at + 1
    }

    #[inline]
    fn digits(&mut self, token: Token) {
        if self.named {
            let this = self.tokens.all.len() as u32;
            // What is written together may begin with letters.
            if self.before
                && let Some(before) = this.checked_sub(1)
                && self.tokens.named.last() != Some(&before)
            {
                self.tokens.named.push(before);
            }
            self.tokens.named.push(this);
        }
        self.push(token);
    }

    /// Adds the first run of a sum or UUID, what is between, and its last run.
    #[inline(never)]
    fn sum(&mut self, chars: &[char], from: usize, to: usize) {
        let first = self.run(chars, from);
        let numeric = |at: usize| chars.get(at).is_some_and(char::is_ascii_digit);
        let mut last = to - 1;
        let kind = numeric(last);
        while last > first && numeric(last - 1) == kind && chars.get(last - 1) != Some(&'-') {
            last -= 1;
        }
        if last > first {
            let (from, to) = (first as u32, last as u32);
            self.push(Token { hash: BETWEEN, value: u64::MAX, from, to, gap: 0, digits: false });
        }
        if last < to && last >= first {
            self.run(chars, last);
        }
    }

    /// Adds the runs of a time: only at its year something may begin or end.
    #[inline(never)]
    fn stamp(&mut self, chars: &[char], from: usize, to: usize) {
        self.digits(digits(chars, from));
        for part in [5, 8, 10] {
            self.signs |= if part == 10 { 0 } else { gap::HYPHEN };
            self.run(chars, from + part);
        }
        let (from, last) = (from as u32 + 11, to - 1);
        self.push(Token { hash: BETWEEN, value: u64::MAX, from, to: last as u32, gap: 0, digits: false });
        self.run(chars, last);
    }

    /// Adds the run that begins here, not named; returns where it ends.
    fn run(&mut self, chars: &[char], from: usize) -> usize {
        let mut token = digits(chars, from);
        if token.len() == 0 {
            let (hash, to) = letters(chars, from);
            token = Token { hash, to: to as u32, digits: false, ..token };
        }
        self.push(token);
        token.to as usize
    }

    #[inline(always)]
    fn push(&mut self, mut token: Token) {
        let from = token.from as usize;
        token.gap = if from == self.end + 1 { self.signs } else { self.gap(from) };
        (self.end, self.signs) = (token.to as usize, 0);
        self.tokens.all.push(token);
    }

    /// Returns what stands before a run; not for one sign.
    #[inline(never)]
    fn gap(&mut self, from: usize) -> u16 {
        let spoken = std::mem::take(&mut self.spoken);
        if from == self.end {
            gap::EMPTY
        } else if from - self.end > GAP_MAX {
            gap::OTHER
        } else if spoken != 0 {
            spoken
        } else {
            self.signs
        }
    }

    /// Tells whether a run stands for a dot or for the sign of a number.
    fn is_sign(&self, hash: u64, from: usize, to: usize) -> bool {
        if hash == DOT {
            return matches!(self.tokens.before(from), '[' | '(' | '{' | ' ' | '<')
                && matches!(self.tokens.char(to), ']' | ')' | '}' | ' ' | '>');
        }
        let spans = &self.tokens.text.spans;
        spans.get(from).is_some_and(|first| spans.get(from + 1) == Some(first))
    }
}
