//! Telephone numbers: by the digits that stay when country, trunk prefix and way out of a country are taken away.
//!
//! Guarantees: any grouping, any of the usual prefixes, an extension behind; never the tail of a longer number. Does not know: numbering
//! plans; a national number counts behind any country code where the term has none.

use super::table::Map;
use super::token::{Token, Tokens, digit, gap, join, seed, word};

/// Calling codes of countries.
const CODES: &str = include_str!("calling-codes.txt");
/// Words for an extension.
const EXTENSIONS: [&str; 14] = [
    "x",
    "ext",
    "extn",
    "extension",
    "dw",
    "durchwahl",
    "klappe",
    "kl",
    "app",
    "apparat",
    "доб",
    "poste",
    "interno",
    "anexo",
];
/// Ways out of a country.
const EXITS: [&str; 4] = ["00", "011", "810", "0011"];
/// Prefixes of a number within its country; the last of them only where the numbering plan has it (1: North America, 8: Russia).
fn is_trunk(prefix: &str, code: Option<&str>) -> bool {
    match prefix {
        "" | "0" => true,
        "06" => code == Some("36"),
        "1" => code == Some("1"),
        "8" => code.is_some_and(|code| matches!(code, "7" | "370" | "375" | "993" | "996" | "998")),
        _ => false,
    }
}
const GAPS: u16 = gap::BLANK | gap::HYPHEN | gap::DOT | gap::SLASH | gap::ROUND;
/// Shorter numbers are no numbers of telephones.
const DIGITS_MIN: usize = 5;
/// Numbers of so many digits stand for themselves without country or prefix.
const ALONE_MIN: usize = 6;
const DIGITS_MAX: usize = 24;
const NATIONAL_MAX: usize = 15;
/// The last digits of a number, by which it is first told apart.
const TAIL: usize = 5;

struct Number {
    term: u32,
    /// The code of its country, where the term says it.
    code: Option<String>,
}

/// Telephone numbers, compiled.
#[derive(Default)]
pub(super) struct Phones {
    numbers: Map<u64, Vec<Number>>,
    /// One bit for each way to end.
    tails: Vec<u64>,
    /// One bit for each number of digits.
    lengths: u32,
    extensions: Vec<u64>,
}

/// Returns country code and number of a term. Extensions are left away.
pub(super) fn parse(text: &str) -> Option<(Option<String>, String)> {
    let mut digits = String::new();
    let mut plus = false;
    let mut round = None;
    for character in text.chars() {
        if let Some(value) = digit(character) {
            digits.extend(char::from_digit(value, 10));
        } else if matches!(character, '+' | '＋') && digits.is_empty() {
            plus = true;
        } else if character == '(' || character == '（' {
            round = Some(digits.len());
        } else if matches!(character, ')' | '）') {
            // `(0)` is left away abroad.
            if round.take().is_some_and(|from| from > 0 && digits.get(from..) == Some("0")) {
                digits.pop();
            }
        } else if character.is_alphabetic() && !digits.is_empty() {
            break;
        }
    }
    let abroad = if plus {
        Some(digits.as_str())
    } else {
        digits.strip_prefix("00").or_else(|| digits.strip_prefix("011")).or_else(|| digits.strip_prefix("810"))
    };
    let split = abroad.and_then(|rest| {
        let code = (1..=3).filter_map(|length| rest.get(..length)).find(|code| is_code(code))?;
        Some((Some(code.to_owned()), rest.get(code.len()..)?.to_owned()))
    });
    let (code, national) = match split {
        Some(split) => split,
        None if plus => return None,
        None => (None, digits.clone()),
    };
    // Italy and San Marino keep the zero.
    let keeps = matches!(code.as_deref(), Some("39" | "378" | "379"));
    let (code, national) = match (code, national.split_at_checked(1)) {
        (code, Some(("0", rest))) if !keeps => (code, rest.to_owned()),
        (None, Some(("1", rest))) if rest.len() == 10 => (Some("1".to_owned()), rest.to_owned()),
        (None, Some(("8", rest))) if rest.len() == 10 => (Some("7".to_owned()), rest.to_owned()),
        (code, _) => (code, national),
    };
    (DIGITS_MIN..=NATIONAL_MAX).contains(&national.len()).then_some((code, national))
}

fn is_code(code: &str) -> bool {
    codes().any(|known| known == code)
}

fn codes() -> impl Iterator<Item = &'static str> {
    CODES.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace)
}

impl Phones {
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// Adds a number; false where the text is none.
    pub fn add(&mut self, text: &str, term: u32) -> bool {
        let Some((code, national)) = parse(text) else { return false };
        self.lengths |= 1 << national.len();
        if self.tails.is_empty() {
            self.tails = vec![0; 100_000 / 64 + 1];
            self.extensions = EXTENSIONS.iter().map(|text| word(text)).collect();
        }
        let digits: Vec<u32> = national.chars().filter_map(digit).collect();
        let tail = tail(&digits);
        if let Some(bits) = self.tails.get_mut(tail / 64) {
            *bits |= 1 << (tail % 64);
        }
        self.numbers.entry(hash(&digits)).or_default().push(Number { term, code });
        true
    }

    /// Gives the numbers that end with a run of digits.
    pub fn search(
        &self,
        tokens: &Tokens<'_>,
        at: usize,
        last: Token,
        give: &mut dyn FnMut(u32, usize, usize, &'static str),
    ) {
        let before = last.gap;
        let goes_back =
            before & !GAPS == 0 && before != gap::EMPTY && tokens.previous(at).is_some_and(|previous| previous.digits);
        if last.len() < TAIL && !goes_back || last.value != u64::MAX && last.len() >= TAIL && !self.tail(last.value) {
            return;
        }
        // The digits, the last one first, and where runs begin.
        let mut reversed = [0_u32; DIGITS_MAX];
        let mut count = 0;
        let mut first = at;
        let mut starts: Vec<(usize, usize)> = Vec::new();
        let mut likely = false;
        loop {
            let Some(token) = tokens.get(first) else { return };
            for value in tokens.digits(token).rev() {
                let Some(place) = reversed.get_mut(count) else { break };
                *place = value;
                count += 1;
            }
            if count >= TAIL && !likely {
                let tail = reversed.iter().take(TAIL).rev().fold(0, |sum, value| sum * 10 + u64::from(*value));
                if !self.tail(tail) || !self.ends(tokens, at) {
                    return;
                }
                likely = true;
            }
            if count >= DIGITS_MAX {
                break;
            }
            if likely {
                starts.push((first, count));
            }
            let Some(previous) = tokens.previous(first) else { break };
            if !previous.digits || token.gap & !GAPS != 0 || token.gap == gap::EMPTY {
                break;
            }
            first -= 1;
        }
        for (start, count) in starts {
            let digits: Vec<u32> = reversed.iter().take(count).rev().copied().collect();
            self.of(tokens, start, last, &digits, give);
        }
    }

    /// Tells whether a number may end with the last digits of another.
    fn tail(&self, value: u64) -> bool {
        let tail = (value % 100_000) as usize;
        self.tails.get(tail / 64).is_some_and(|bits| bits >> (tail % 64) & 1 == 1)
    }

    fn of(
        &self,
        tokens: &Tokens<'_>,
        start: usize,
        last: Token,
        digits: &[u32],
        give: &mut dyn FnMut(u32, usize, usize, &'static str),
    ) {
        let Some(first) = tokens.get(start) else { return };
        for length in DIGITS_MIN..=NATIONAL_MAX.min(digits.len()) {
            if self.lengths >> length & 1 == 0 {
                continue;
            }
            let Some((prefix, national)) = digits.split_at_checked(digits.len() - length) else { continue };
            let Some(numbers) = self.numbers.get(&hash(national)) else { continue };
            let prefix: String = prefix.iter().filter_map(|value| char::from_digit(*value, 10)).collect();
            let plus = plus_before(tokens, first);
            for number in numbers {
                let Some(class) = class(&prefix, plus, number.code.as_deref()) else { continue };
                if class == "phone/international" && plus
                    || begins(tokens, start, &prefix) && (length >= ALONE_MIN || !prefix.is_empty())
                {
                    give(number.term, first.from as usize, last.to as usize, class);
                }
            }
        }
    }

    /// Tells whether a number may end here.
    fn ends(&self, tokens: &Tokens<'_>, at: usize) -> bool {
        let Some(next) = tokens.get(at + 1) else { return true };
        match tokens.gap(at) {
            gap::EMPTY => self.extensions.contains(&next.hash),
            gap::DOT | gap::COMMA => !next.digits,
            // Pairs of digits go on in pairs; an extension has its own length.
            gap::HYPHEN | gap::SLASH => {
                !next.digits || next.len() <= 4 && tokens.get(at).is_some_and(|last| last.len() > 2)
            }
            _ => true,
        }
    }
}

/// Tells in which way a prefix is written; none where it belongs to another number.
fn class(prefix: &str, plus: bool, code: Option<&str>) -> Option<&'static str> {
    let country = |rest: &str| match code {
        Some(code) => rest.strip_prefix(code).is_some_and(|trunk| is_trunk(trunk, Some(code))),
        None => is_code(rest) || rest.strip_suffix('0').is_some_and(is_code),
    };
    if plus {
        return country(prefix).then_some("phone/international");
    }
    if EXITS.iter().filter_map(|exit| prefix.strip_prefix(exit)).any(country) {
        return Some("phone/international");
    }
    if is_trunk(prefix, code) {
        return Some(if prefix.is_empty() { "phone/bare" } else { "phone/national" });
    }
    // One digit before a number without a country is a digit more.
    let says = code.is_some() || prefix.len() > 1;
    (says && country(prefix)).then_some("phone/country")
}

/// Tells whether a number may begin here, whose first digits are these.
fn begins(tokens: &Tokens<'_>, start: usize, prefix: &str) -> bool {
    // 0.66 is a fraction.
    let fraction =
        prefix == "0" && tokens.get(start).is_some_and(|first| first.len() == 1) && tokens.gap(start) == gap::DOT;
    if fraction {
        return false;
    }
    let Some(previous) = tokens.previous(start) else { return true };
    let set = tokens.gap(start - 1);
    if set == gap::EMPTY {
        return !prefix.is_empty() && previous.len() >= 3;
    }
    if !previous.digits || set & !GAPS != 0 {
        return true;
    }
    // Digits before: the beginning of the same number, if nothing says otherwise.
    let foreign = previous.len() <= 3 && plus_before(tokens, previous);
    prefix.starts_with('0') && set & gap::BLANK != 0 && !foreign
}

fn plus_before(tokens: &Tokens<'_>, token: Token) -> bool {
    let mut at = token.from as usize;
    for _ in 0..3 {
        match tokens.before(at) {
            '+' => return true,
            ' ' | '(' => at -= 1,
            _ => return false,
        }
    }
    false
}

fn hash(digits: &[u32]) -> u64 {
    digits.iter().fold(seed(), |hash, value| join(hash, u64::from(*value)))
}

fn tail(digits: &[u32]) -> usize {
    digits.iter().skip(digits.len().saturating_sub(TAIL)).fold(0, |sum, value| sum * 10 + *value as usize)
}
