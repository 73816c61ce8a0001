//! Mail addresses: by what stands before and behind the sign.
//!
//! Guarantees: capitals, dots in the part before the sign and what follows a plus make no difference; `(at)`, ` dot ` and `%40` are
//! read; a name that is no role is found at other domains too. Does not know: which domains are one company's.

use super::table::Map;
use super::token::{Tokens, gap, letter, mix, seed, word};
use crate::Text;

/// Names of mailboxes that are roles.
const ROLES: &str = include_str!("roles.txt");
/// Characters of a name that is looked for at every domain.
const NAME_MIN: usize = 6;
const RUNS_MAX: usize = 12;
/// Longer names are none (RFC 5321 has 64, here with words for dots).
const NAME_MAX: usize = 256;

struct Address {
    term: u32,
    /// The labels of its domain, small.
    domain: Vec<u64>,
    /// It is looked for at other domains.
    named: bool,
}

/// Mail addresses, compiled.
#[derive(Default)]
pub(super) struct Emails {
    names: Map<u64, Vec<Address>>,
    /// The last runs of names, before ` at `.
    lasts: Map<u64, ()>,
    at: u64,
}

/// Returns name and domain of a mail address in small letters.
pub(super) fn parse(text: &str) -> Option<(String, String)> {
    let mut plain = text.trim().to_lowercase();
    for (from, to) in [
        ("mailto:", ""),
        ("(at)", "@"),
        ("[at]", "@"),
        ("{at}", "@"),
        (" at ", "@"),
        ("%40", "@"),
        ("[.]", "."),
        ("(dot)", "."),
        ("[dot]", "."),
        (" dot ", "."),
    ] {
        plain = plain.replace(from, to);
    }
    let plain = plain.replace(" @", "@").replace("@ ", "@");
    let (name, domain) = plain.trim_matches(['<', '>', ' ']).rsplit_once('@')?;
    let named = !name.is_empty()
        && !name.contains(|one: char| one.is_whitespace() || matches!(one, '@' | '/' | ',' | ';' | ':'));
    let domain = domain.trim_end_matches('.');
    (named && super::host::labels(domain).is_some_and(|labels| labels.len() > 1))
        .then(|| (name.to_owned(), domain.to_owned()))
}

impl Emails {
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Adds an address; false where the text is none.
    pub fn add(&mut self, text: &str, term: u32) -> bool {
        let Some((name, domain)) = parse(text) else { return false };
        let name = name.split('+').next().filter(|name| !name.is_empty()).unwrap_or(&name).to_owned();
        let role = ROLES
            .lines()
            .filter(|line| !line.starts_with('#'))
            .flat_map(str::split_whitespace)
            .any(|role| role == name);
        let named = !role && name.chars().filter(|one| one.is_alphanumeric()).count() >= NAME_MIN;
        let name = Text::of(&name);
        self.at = word("at");
        if let Some(last) = Tokens::of(&name).all.last() {
            self.lasts.insert(last.hash, ());
        }
        let hash = hash(name.chars.iter().copied());
        let mut domains = vec![domain.clone()];
        domains.extend(idna::domain_to_ascii(&domain).ok().filter(|ascii| *ascii != domain));
        for domain in domains {
            let domain = Text::of(&domain);
            let domain = Tokens::of(&domain).all.iter().map(|token| token.hash).collect();
            self.names.entry(hash).or_default().push(Address { term, domain, named });
        }
        true
    }

    /// Looks at a sign that may be the one of an address: the characters before it, and where it ends.
    pub fn sign(&self, tokens: &Tokens<'_>, sign: usize, give: &mut dyn FnMut(u32, usize, usize, &'static str)) {
        let encoded = tokens.char(sign) == '%';
        if encoded && !(tokens.char(sign + 1) == '4' && tokens.char(sign + 2) == '0') {
            return;
        }
        let behind = sign + if encoded { 3 } else { 1 };
        let next = tokens.all.partition_point(|token| (token.to as usize) <= behind);
        let end = tokens.all.partition_point(|token| (token.from as usize) < sign);
        self.of(tokens, (sign, end), (behind, next), give);
    }

    /// Looks at the word "at".
    pub fn spoken(&self, tokens: &Tokens<'_>, at: usize, give: &mut dyn FnMut(u32, usize, usize, &'static str)) {
        let known = tokens.get(at).is_some_and(|token| token.hash == self.at)
            && tokens.previous(at).is_some_and(|token| self.lasts.contains_key(&token.hash));
        if !known {
            return;
        }
        const AROUND: u16 = gap::BLANK | gap::ROUND | gap::SQUARE;
        if tokens.gap(at - 1) & !AROUND != 0 || tokens.gap(at) & !AROUND != 0 {
            return;
        }
        if let (Some(before), Some(next)) = (tokens.previous(at), tokens.get(at + 1)) {
            self.of(tokens, (before.to as usize, at), (next.from as usize, at + 1), give);
        }
    }

    /// Compares what stands before (its end; the run behind it) and behind (its beginning; its first run) with the addresses.
    fn of(
        &self,
        tokens: &Tokens<'_>,
        before: (usize, usize),
        behind: (usize, usize),
        give: &mut dyn FnMut(u32, usize, usize, &'static str),
    ) {
        let Some(first) = tokens.get(behind.1) else { return };
        // `%40example` has the first run begin with the digits of the sign.
        if first.from as usize > behind.0 + 2 {
            return;
        }
        let to = before.0 - usize::from(tokens.before(before.0) == ' ');
        for (from, plus) in starts(tokens, to, before.1) {
            let end = plus.unwrap_or(to);
            if end.saturating_sub(from) > NAME_MAX {
                break;
            }
            let name = tokens.text.chars.get(from..end).unwrap_or_default();
            let Some(addresses) = self.names.get(&hash(spoken_dots(name))) else { continue };
            for address in addresses {
                let length = address.domain.len();
                let same = address.domain.iter().enumerate().all(|(step, hash)| {
                    let joined = step == 0
                        || tokens.gap(behind.1 + step - 1) & (gap::OTHER | gap::COMMA | gap::SLASH | gap::COLON) == 0;
                    joined && tokens.get(behind.1 + step).is_some_and(|token| token.hash == *hash)
                });
                let last = tokens.get(behind.1 + length - 1).filter(|_| same);
                let longer = matches!(tokens.gap(behind.1 + length - 1), gap::HYPHEN | gap::EMPTY | gap::UNDERSCORE);
                match last {
                    Some(last) if !longer => give(address.term, from, last.to as usize, "email/written"),
                    _ if address.named && domain_follows(tokens, behind.1) => {
                        give(address.term, from, first.to as usize, "email/other-domain");
                    }
                    _ => {}
                }
            }
        }
    }
}

/// Tells whether two labels with a dot between them stand here.
fn domain_follows(tokens: &Tokens<'_>, at: usize) -> bool {
    (at..at + 6)
        .map(|at| tokens.gap(at))
        .take_while(|set| *set & !(gap::DOT | gap::HYPHEN | gap::EMPTY | gap::SQUARE | gap::ROUND) == 0)
        .any(|set| set & gap::DOT != 0)
}

/// Returns where a name that ends here may begin, the nearest first, and where the part behind a plus begins.
fn starts(tokens: &Tokens<'_>, end: usize, run: usize) -> Vec<(usize, Option<usize>)> {
    let mut starts = Vec::new();
    let mut plus = None;
    let mut at = run;
    for _ in 0..RUNS_MAX {
        let Some(token) = tokens.previous(at) else { break };
        at -= 1;
        if token.to as usize > end {
            continue;
        }
        let before = match at.checked_sub(1) {
            Some(previous) => tokens.gap(previous),
            None => gap::OTHER,
        };
        let joined = before == gap::EMPTY
            || before & !(gap::DOT | gap::HYPHEN | gap::UNDERSCORE | gap::PLUS | gap::SQUARE | gap::ROUND) == 0;
        if !joined || before & (gap::SQUARE | gap::ROUND) == before {
            starts.push((token.from as usize, plus));
            break;
        }
        if before & gap::PLUS != 0 {
            plus = token.from.checked_sub(1).map(|at| at as usize);
        }
    }
    starts
}

/// Leaves the words for a dot away.
fn spoken_dots(name: &[char]) -> impl Iterator<Item = char> + '_ {
    let mut skip = 0;
    name.iter().enumerate().filter_map(move |(at, character)| {
        if skip > 0 {
            skip -= 1;
            return None;
        }
        let dot = matches!(character, '(' | '[' | ' ')
            && name.get(at + 1..at + 4).is_some_and(|word| word.iter().map(char::to_ascii_lowercase).eq("dot".chars()));
        if dot {
            skip = 4;
            return None;
        }
        Some(*character)
    })
}

fn hash(name: impl Iterator<Item = char>) -> u64 {
    name.fold(seed(), |hash, character| match letter(character) {
        Some((folded, _)) => mix(hash, folded),
        // Dots make no difference; hyphens and underscores do.
        None if matches!(character, '.' | '(' | ')' | '[' | ']' | ' ') => hash,
        None => {
            mix(hash, super::token::digit(character).and_then(|value| char::from_digit(value, 10)).unwrap_or(character))
        }
    })
}
