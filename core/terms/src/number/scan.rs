//! Cuts a text into runs, in one pass, and says at which runs a term may begin or end.
//!
//! Guarantees: every run of digits is named, and every run of letters that a row may begin with, that stands before digits where terms
//! are written together, or that is "at" where there are mail addresses; numbers of the form of a UUID and plain sums of 32, 40, 64 and
//! 128 hexadecimal digits are three runs, their first, what is between and their last, unless a term may be in them.
//!
//! Does not know: what a run means.

use super::Numbers;
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

    fn holds(&self, head: u32) -> bool {
        self.bits.get(head as usize / 64).is_some_and(|word| word >> (head % 64) & 1 == 1)
    }

    /// Returns where a UUID or a sum ends that begins here and is of no term.
    fn end(&self, chars: &[char], from: usize) -> Option<usize> {
        // Nearly every word ends here.
        if !chars.get(from + 7)?.is_ascii_hexdigit() || *chars.get(from)? == '0' {
            return None;
        }
        let first = Group::of(chars, from);
        if !first.lettered || self.holds(first.head) {
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
                if group.digits != length || self.holds(group.head) {
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
    /// The first four of them.
    head: u32,
}

impl Group {
    fn of(chars: &[char], from: usize) -> Group {
        let mut group = Group { digits: 0, lettered: false, head: 0 };
        for character in chars.get(from..).unwrap_or_default().iter().take(129) {
            let code = *character as u32;
            let value = match code {
                0x30..=0x39 => code & 15,
                0x41..=0x46 | 0x61..=0x66 => {
                    group.lettered = true;
                    (code & 15) + 9
                }
                _ => break,
            };
            if group.digits < 4 {
                group.head = group.head << 4 | value;
            }
            group.digits += 1;
        }
        group
    }
}

/// Words that are no run where they stand for a sign.
const DOT: u64 = mix(mix(mix(SEED, 'd'), 'o'), 't');
const NUMBER: u64 = mix(mix(SEED, 'n'), 'o');
/// A longer gap keeps two runs apart.
const GAP_MAX: usize = 8;

/// Where a scan stands.
struct Scan<'s, 't> {
    tokens: &'s mut Tokens<'t>,
    wanted: Option<&'s Numbers>,
    /// There are mail addresses.
    mail: bool,
    /// Where the last run ends, and the signs since.
    end: usize,
    signs: u16,
    spoken: u16,
}

/// The sets that ASCII signs are.
const SIGNS: [u16; 128] = {
    let mut signs = [gap::OTHER; 128];
    let mut at = 0_u8;
    while at < 128 {
        signs[at as usize] = sign(at as char);
        at += 1;
    }
    signs
};

/// Cuts a text; without terms nothing is named and nothing is left together.
pub(super) fn scan(tokens: &mut Tokens<'_>, wanted: Option<&Numbers>) {
    let chars = tokens.text.chars.as_slice();
    let mail = wanted.is_some_and(|numbers| !numbers.emails.is_empty());
    let colons = wanted.is_some_and(|numbers| !numbers.ips.is_empty());
    let mut scan = Scan { tokens, wanted, mail, end: 0, signs: 0, spoken: 0 };
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
}

/// Reads a run of letters: its hash, and where it ends.
#[inline]
fn letters(chars: &[char], from: usize) -> (u64, usize) {
    let (mut hash, mut to) = (SEED, from);
    let rest = chars.get(from..).unwrap_or_default();
    for character in rest {
        let small = *character as u32 | 0x20;
        if small.wrapping_sub(0x61) >= 26 {
            if !character.is_ascii() {
                return other_letters(chars, hash, to);
            }
            return (hash, to);
        }
        hash = (hash.rotate_left(5) ^ u64::from(small)).wrapping_mul(FACTOR);
        to += 1;
    }
    (hash, to)
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
    #[inline]
    fn letters(&mut self, hash: u64, from: usize, to: usize) {
        let token = Token { hash, value: 0, from: from as u32, to: to as u32, gap: 0, digits: false };
        if to - from <= 3 && (hash == DOT || hash == NUMBER) && self.is_sign(token) {
            if self.spoken == 0 {
                let first = self.tokens.char(from);
                self.spoken = if matches!(first, 'd' | 'D') { gap::DOT } else { gap::NUMBER };
            }
            return;
        }
        if let Some(numbers) = self.wanted
            && (numbers.rows.may_begin(token) || hash == AT && self.mail)
        {
            self.tokens.named.push(self.tokens.all.len() as u32);
        }
        self.push(token);
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
        if let Some(numbers) = self.wanted {
            let this = self.tokens.all.len() as u32;
            // What is written together may begin with letters.
            if !numbers.glued.is_empty()
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

    /// Adds the run that begins here; returns where it ends.
    fn run(&mut self, chars: &[char], from: usize) -> usize {
        let token = digits(chars, from);
        if token.len() > 0 {
            self.digits(token);
            return token.to as usize;
        }
        let (hash, to) = letters(chars, from);
        self.letters(hash, from, to);
        to
    }

    #[inline]
    fn push(&mut self, mut token: Token) {
        let from = token.from as usize;
        token.gap = if self.tokens.all.is_empty() {
            gap::OTHER
        } else if from == self.end {
            gap::EMPTY
        } else if from - self.end > GAP_MAX {
            gap::OTHER
        } else if self.spoken != 0 {
            self.spoken
        } else {
            self.signs
        };
        (self.end, self.signs, self.spoken) = (token.to as usize, 0, 0);
        self.tokens.all.push(token);
    }

    /// Tells whether a run stands for a dot or for the sign of a number.
    fn is_sign(&self, token: Token) -> bool {
        let (from, to) = (token.from as usize, token.to as usize);
        if token.hash == DOT {
            return matches!(self.tokens.before(from), '[' | '(' | '{' | ' ' | '<')
                && matches!(self.tokens.char(to), ']' | ')' | '}' | ' ' | '>');
        }
        let spans = &self.tokens.text.spans;
        spans.get(from).is_some_and(|first| spans.get(from + 1) == Some(first))
    }
}
