//! Internet addresses and ranges, by their value.
//!
//! Guarantees: a number of 32 or 128 bits is the same address in each of its writings; a small range in the text counts for the
//! addresses in it, a small range as a term for each of its addresses. Does not know: names of hosts.

use super::table::Map;
use super::token::{Token, Tokens, gap, word};
use std::net::{Ipv4Addr, Ipv6Addr};

/// IPv4 addresses are kept as IPv6 addresses that map them (RFC 4291, 2.5.5.2).
const MAPPED: u128 = 0xffff_0000_0000;
/// Ranges of so many bits and fewer are looked at address by address.
const HOST_BITS_MAX: u8 = 3;

type Give<'g> = &'g mut dyn FnMut(u32, usize, usize, &'static str);

/// Addresses and ranges, compiled.
#[derive(Default)]
pub(super) struct Ips {
    /// Ranges by their first address and the bits that are the same.
    ranges: Map<(u128, u8), Vec<u32>>,
    /// Lengths of prefixes that count for each address.
    prefixes: Vec<u8>,
    arpa: u64,
    in_addr: u64,
    ip6: u64,
}

/// Reads an address or range: the address, and how many of 128 bits are the same.
pub(super) fn parse(text: &str) -> Option<(u128, u8)> {
    let plain: String = text.trim().replace("[.]", ".").replace("(.)", ".").replace("[:]", ":").replace("[dot]", ".");
    let (address, prefix) = match plain.split_once('/') {
        Some((address, prefix)) => (address, Some(prefix.parse::<u8>().ok()?)),
        None => (plain.as_str(), None),
    };
    if let Some(value) = four(address) {
        let prefix = prefix.unwrap_or(32);
        return (prefix <= 32).then_some((MAPPED | u128::from(value), prefix + 96));
    }
    let address = address.trim_start_matches('[');
    let address = address.split([']', '%']).next()?;
    let value = u128::from(address.parse::<Ipv6Addr>().ok()?);
    let prefix = prefix.unwrap_or(128);
    (prefix <= 128 && address.len() > 2).then_some((value, prefix))
}

fn four(text: &str) -> Option<u32> {
    let parts: Option<Vec<u8>> =
        text.split('.').map(|part| (!part.is_empty() && part.len() <= 3).then(|| part.parse().ok())?).collect();
    let parts: [u8; 4] = parts?.try_into().ok()?;
    Some(u32::from(Ipv4Addr::from(parts)))
}

fn masked(value: u128, prefix: u8) -> u128 {
    let bits = 128_u32.saturating_sub(u32::from(prefix));
    value.checked_shr(bits).and_then(|value| value.checked_shl(bits)).unwrap_or(0)
}

impl Ips {
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// Adds an address or range; false where the text is none.
    pub fn add(&mut self, text: &str, term: u32) -> bool {
        let Some((value, prefix)) = parse(text) else { return false };
        if self.is_empty() {
            (self.arpa, self.in_addr, self.ip6) = (word("arpa"), word("addr"), word("ip"));
        }
        self.ranges.entry((masked(value, prefix), prefix)).or_default().push(term);
        let small = if value >> 32 == 0xffff { 120 } else { 112 };
        if prefix >= small && !self.prefixes.contains(&prefix) {
            self.prefixes.push(prefix);
        }
        true
    }

    fn value(&self, value: u128, from: usize, to: usize, class: &'static str, give: Give<'_>) -> bool {
        let mut found = false;
        for prefix in &self.prefixes {
            for term in self.ranges.get(&(masked(value, *prefix), *prefix)).into_iter().flatten() {
                found = true;
                give(*term, from, to, class);
            }
        }
        found
    }

    /// Looks at an address with the range that may be written behind it.
    fn written(
        &self,
        tokens: &Tokens<'_>,
        value: u128,
        bits: u8,
        place: (usize, usize),
        class: &'static str,
        give: Give<'_>,
    ) {
        let (from, to) = place;
        if !self.value(value, from, to, class, give) && tokens.char(to) == '/' {
            let digits: String = (to + 1..to + 4).map(|at| tokens.char(at)).take_while(char::is_ascii_digit).collect();
            let Some(prefix) =
                digits.parse::<u8>().ok().filter(|prefix| *prefix <= bits).map(|prefix| prefix + (128 - bits))
            else {
                return;
            };
            let end = to + 1 + digits.len();
            for term in self.ranges.get(&(masked(value, prefix), prefix)).into_iter().flatten() {
                give(*term, from, end, "ip/range");
            }
            if prefix < 128 && 128 - prefix <= HOST_BITS_MAX {
                let first = masked(value, prefix);
                for host in 0..1_u128 << (128 - prefix) {
                    self.value(first + host, from, end, "ip/range", give);
                }
            }
        }
    }

    /// Looks at the run of digits that may begin an address.
    pub fn search(&self, tokens: &Tokens<'_>, at: usize, first: Token, give: Give<'_>) {
        let from = first.from as usize;
        if first.len() <= 4 {
            self.dotted(tokens, at, first, give);
            if first.value == 0 && first.len() == 1 && matches!(tokens.char(from + 1), 'x' | 'X') && !tokens.glued(at) {
                self.hexadecimal(tokens, from, give);
            }
        }
        if (8..=10).contains(&first.len())
            && first.value <= u64::from(u32::MAX)
            && alone(tokens, from, first.to as usize)
        {
            self.value(MAPPED | u128::from(first.value), from, first.to as usize, "ip/decimal", give);
        }
        // Eight or 32 hexadecimal digits; they have their first digit here.
        self.nibbles(tokens, at, first, give);
    }

    fn dotted(&self, tokens: &Tokens<'_>, at: usize, first: Token, give: Give<'_>) {
        let kind = tokens.gap(at);
        let dots = kind & gap::DOT != 0 && kind & !(gap::DOT | gap::SQUARE | gap::ROUND) == 0;
        if !dots && kind != gap::HYPHEN {
            return;
        }
        // Neither a byte nor octal digits.
        if first.value > 255 && tokens.digits(first).next() != Some(0) {
            return;
        }
        let mut parts = [first; 4];
        for (step, part) in parts.iter_mut().enumerate() {
            let Some(token) = tokens.get(at + step).filter(|token| token.digits && token.len() <= 4) else { return };
            *part = token;
            if step > 0 {
                let set = tokens.gap(at + step - 1);
                let same = if dots {
                    set & gap::DOT != 0 && set & !(gap::DOT | gap::SQUARE | gap::ROUND) == 0
                } else {
                    set == kind
                };
                if !same {
                    return;
                }
            }
        }
        let [.., last] = parts;
        // Four of more numbers are a version.
        let goes_on = tokens
            .get(at + 4)
            .is_some_and(|next| (next.digits && tokens.gap(at + 3) == kind) || tokens.gap(at + 3) == gap::EMPTY);
        let before = tokens.previous(at).is_some_and(|before| {
            let set = tokens.gap(at - 1);
            (before.digits && matches!(set, gap::DOT | gap::HYPHEN)) || (set == gap::EMPTY && before.len() == 1)
        });
        let place = (first.from as usize, last.to as usize);
        let bytes = |base: u64| {
            parts.iter().try_fold(0_u32, |sum, part| {
                let value = if base == 8 { octal(tokens, *part)? } else { part.value };
                u8::try_from(value).ok().map(|byte| sum << 8 | u32::from(byte))
            })
        };
        if let Some(value) = bytes(10) {
            let mapped = MAPPED | u128::from(value);
            if !goes_on && !before {
                let class = if kind == gap::HYPHEN { "ip/hyphens" } else { "ip/dotted" };
                self.written(tokens, mapped, 32, place, class, give);
            }
            // The name under which a list of addresses answers: `7.2.0.192.list.example`.
            let label = tokens.get(at + 4).filter(|next| !next.digits && tokens.gap(at + 3) == gap::DOT);
            if let Some(label) = label.filter(|_| kind == gap::DOT && !before) {
                self.value(
                    MAPPED | u128::from(value.swap_bytes()),
                    place.0,
                    label.from as usize - 1,
                    "ip/reverse",
                    give,
                );
            }
            let arpa = tokens.get(at + 6).filter(|token| token.hash == self.arpa);
            if let (Some(arpa), Some(addr)) = (arpa, tokens.get(at + 5))
                && addr.hash == self.in_addr
            {
                self.value(MAPPED | u128::from(value.swap_bytes()), place.0, arpa.to as usize, "ip/reverse", give);
            }
        }
        if parts.iter().any(|part| part.len() > 1 && octal(tokens, *part).is_some())
            && !(goes_on || before)
            && let Some(value) = bytes(8)
        {
            self.value(MAPPED | u128::from(value), place.0, place.1, "ip/octal", give);
        }
    }

    /// Reads `0xC6336407` and `0xC6.0x33.0x64.0x07`.
    fn hexadecimal(&self, tokens: &Tokens<'_>, from: usize, give: Give<'_>) {
        let (mut value, mut at, mut parts) = (0_u32, from, 0);
        let nibbles = (from + 2..).map_while(|at| tokens.char(at).to_digit(16)).take(33);
        let (six, length) =
            nibbles.fold((0_u128, 0), |(six, length), nibble| (six << 4 | u128::from(nibble), length + 1));
        if length == 32 && !tokens.char(from + 34).is_alphanumeric() {
            self.value(six, from, from + 34, "ip/hexadecimal", give);
            return;
        }
        loop {
            if matches!(tokens.char(at + 1), 'x' | 'X') && tokens.char(at) == '0' {
                at += 2;
            }
            let start = at;
            let mut part = 0_u32;
            while let Some(nibble) = tokens.char(at).to_digit(16).filter(|_| at < start + 8) {
                part = part << 4 | nibble;
                at += 1;
            }
            if tokens.char(at).is_alphanumeric() {
                return;
            }
            parts += 1;
            if at - start == 8 && parts == 1 {
                self.value(MAPPED | u128::from(part), from, at, "ip/hexadecimal", give);
                return;
            }
            if part > 255 || at == start {
                return;
            }
            value = value << 8 | part;
            if parts == 4 {
                self.value(MAPPED | u128::from(value), from, at, "ip/hexadecimal", give);
                return;
            }
            if tokens.char(at) != '.' {
                return;
            }
            at += 1;
        }
    }

    /// Reads 8 or 32 hexadecimal digits in a row, and the nibbles of `ip6.arpa`.
    fn nibbles(&self, tokens: &Tokens<'_>, at: usize, first: Token, give: Give<'_>) {
        // A number that stands for itself is of as many digits as it has.
        let lone = !tokens.glued(at) && tokens.gap(at) != gap::EMPTY;
        if lone && !matches!(first.len(), 1 | 8 | 32) {
            return;
        }
        let hexadecimal = |at: usize| tokens.char(at).is_ascii_hexdigit();
        let mut from = first.from as usize;
        if first.len() == 1 && tokens.char(from + 1) == '.' || tokens.gap(at) == gap::DOT && first.len() == 1 {
            self.reverse(tokens, from, give);
        }
        if lone && first.len() == 1 {
            return;
        }
        let is_first =
            !tokens.glued(at) || tokens.previous(at).is_some_and(|before| !tokens.glued(at - 1) && !before.digits);
        if !is_first {
            return;
        }
        while from > 0 && hexadecimal(from - 1) && (first.from as usize) - from < 32 {
            from -= 1;
        }
        let length = (from..from + 33).take_while(|at| hexadecimal(*at)).count();
        if !matches!(length, 8 | 32) || !alone(tokens, from, from + length) {
            return;
        }
        let value = (from..from + length)
            .fold(0_u128, |sum, at| sum << 4 | u128::from(tokens.char(at).to_digit(16).unwrap_or(0)));
        let value = if length == 8 { MAPPED | value } else { value };
        self.value(value, from, from + length, "ip/hexadecimal", give);
    }

    fn reverse(&self, tokens: &Tokens<'_>, from: usize, give: Give<'_>) {
        if tokens.before(from) == '.' {
            return;
        }
        let mut value = 0_u128;
        for nibble in 0..32 {
            let at = from + nibble * 2;
            let Some(part) = tokens.char(at).to_digit(16).filter(|_| tokens.char(at + 1) == '.') else { return };
            value |= u128::from(part) << (nibble * 4);
        }
        let rest: String = (from + 64..from + 72).map(|at| tokens.char(at).to_ascii_lowercase()).collect();
        if rest == "ip6.arpa" {
            self.value(value, from, from + 72, "ip/reverse", give);
        }
    }

    /// Looks at what stands around a colon, once for each row of colons.
    pub fn colons(&self, tokens: &Tokens<'_>, at: usize, done: &mut usize, give: Give<'_>) {
        let inside = |character: char| character.is_ascii_hexdigit() || matches!(character, ':' | '.');
        if at < *done || !(inside(tokens.char(at + 1)) || tokens.char(at + 1) == ']') {
            return;
        }
        let mut from = at;
        while from > *done && at - from < 6 && (inside(tokens.before(from)) || tokens.before(from) == '[' && from == at)
        {
            from -= 1;
        }
        let mut room = [0_u8; 64];
        let mut places = room.iter_mut();
        let mut colons = 0;
        let mut to = from;
        let mut length = 0;
        while length < 64 {
            let character = tokens.char(to);
            if inside(character) {
                if let Some(place) = places.next() {
                    *place = character as u8;
                }
                length += 1;
                colons += usize::from(character == ':');
            } else if !matches!(
                (character, tokens.char(to + 1), tokens.before(to)),
                ('[', ':' | '.', _) | (']', _, ':' | '.')
            ) {
                break;
            }
            to += 1;
        }
        *done = to;
        if colons < 2 {
            return;
        }
        let mut plain = room.get(..length).and_then(|plain| str::from_utf8(plain).ok()).unwrap_or_default();
        // `ipv6:` stands before.
        if tokens.before(from).is_alphanumeric()
            && let Some((head, rest)) = plain.split_once(':')
        {
            from += head.len() + 1;
            plain = rest;
        }
        if plain.matches(':').count() < 2 || tokens.char(to).is_alphanumeric() || tokens.before(from).is_alphanumeric()
        {
            return;
        }
        let short = plain.trim_end_matches(['.', ':']);
        let tail = plain.len() - short.len();
        for text in [plain, short] {
            if let Ok(address) = text.parse::<Ipv6Addr>() {
                let end = if text.len() == plain.len() { to } else { to - tail };
                let value = u128::from(address);
                // ::198.51.100.7 was how addresses were mapped first.
                let value = if value >> 32 == 0 && text.contains('.') { MAPPED | value } else { value };
                self.written(tokens, value, 128, (from, end), "ip/six", give);
                return;
            }
        }
    }
}

fn octal(tokens: &Tokens<'_>, token: Token) -> Option<u64> {
    let zero = token.len() == 1 || tokens.digits(token).next() == Some(0);
    zero.then(|| tokens.digits(token).try_fold(0_u64, |sum, value| (value < 8).then(|| sum * 8 + u64::from(value))))
        .flatten()
}

/// Tells whether a number has neither letters nor digits beside it.
fn alone(tokens: &Tokens<'_>, from: usize, to: usize) -> bool {
    let (before, behind) = (tokens.before(from), tokens.char(to));
    let decimal = |sign: char, digit: char| matches!(sign, '.' | ',') && digit.is_ascii_digit();
    let joined = before.is_alphanumeric() || behind.is_alphanumeric() || matches!(before, '-' | '+' | '$' | '€' | '£');
    let goes_on = behind == '-' && tokens.char(to + 1).is_ascii_hexdigit() || decimal(behind, tokens.char(to + 1));
    let came_before = from > 1 && decimal(before, tokens.before(from - 1));
    !(joined || goes_on || came_before)
}
