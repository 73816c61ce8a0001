//! What in a text may be a value that identifies something: addresses, names of hosts, mail addresses, web addresses, hashes.
//!
//! Guarantees: a value is found where it stands between blanks, quotes or brackets, with the punctuation of a sentence around it, with a
//! port, and inside a web or mail address. Does not know: which values are held. Not found: accounts, mutexes, serial numbers, which
//! look like any other word.

use comity_correlate::{CorrelatedValue, Kind};

/// Shorter words are no value.
const CHARACTERS_MIN: usize = 4;

/// A value and where it stands, in characters.
pub(super) struct Candidate {
    pub value: CorrelatedValue,
    pub from: usize,
    pub to: usize,
}

/// Returns every candidate of a text that look-alikes were resolved in.
pub(super) fn candidates(clean: &[char]) -> Vec<Candidate> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < clean.len() {
        let length = clean.get(at..).unwrap_or_default().iter().take_while(|character| !splits(**character)).count();
        let word = clean.get(at..at + length).unwrap_or_default();
        if length >= CHARACTERS_MIN && may_be_value(word) {
            for value in of_word(&word.iter().collect::<String>()) {
                found.push(Candidate { value, from: at, to: at + length });
            }
        }
        at += length + 1;
    }
    found
}

fn splits(character: char) -> bool {
    character.is_whitespace()
        || matches!(character, '"' | '\'' | '`' | '<' | '>' | '(' | ')' | '{' | '}' | '|' | ',' | ';')
        || matches!(character, '\u{2018}'..='\u{201f}' | '«' | '»' | '、' | '。')
}

/// What stands around a value in a sentence.
const AROUND: [char; 12] = ['.', ':', '!', '?', '[', ']', '=', '*', '_', '-', '/', '\\'];

/// Tells whether a word may be or hold a value: it has a dot, a colon or an at sign inside, is hexadecimal, or begins as a phone number does.
fn may_be_value(word: &[char]) -> bool {
    let around = |letter: &&char| AROUND.contains(letter);
    let from = word.iter().take_while(around).count();
    let behind = word.iter().rev().take_while(around).count();
    let word = word.get(from..word.len().saturating_sub(behind)).unwrap_or_default();
    word.first() == Some(&'+')
        || word.iter().any(|letter| matches!(letter, '.' | ':' | '@'))
        || word.iter().all(|letter| letter.is_ascii_hexdigit() || *letter == '-')
}

fn of_word(word: &str) -> Vec<CorrelatedValue> {
    let mut values = Vec::new();
    // Two colons at the beginning or the end are part of an IPv6 address, and no punctuation.
    let colons = word.trim_matches(|sign| sign != ':' && AROUND.contains(&sign));
    if colons.starts_with("::") || colons.ends_with("::") {
        six(colons, &mut values);
    }
    let word = word.trim_matches(AROUND);
    if let Some((_, rest)) = word.split_once("://") {
        values.extend(CorrelatedValue::new(Kind::Url, word));
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        host(authority.rsplit_once('@').map_or(authority, |(_, host)| host), &mut values);
        parts(rest, &mut values);
        return values;
    }
    if let Some((_, domain)) = word.rsplit_once('@') {
        values.extend(CorrelatedValue::new(Kind::Email, word));
        host(domain, &mut values);
        return values;
    }
    for kind in [Kind::Mac, Kind::Md5, Kind::Sha1, Kind::Sha256, Kind::Sha512] {
        values.extend(CorrelatedValue::new(kind, word));
    }
    if word.starts_with('+') {
        values.extend(CorrelatedValue::new(Kind::Phone, word));
    }
    parts(word, &mut values);
    values
}

/// `key=value` of a log line, several of them, and what stands before and behind each slash; a range has a slash of its own.
fn parts(text: &str, values: &mut Vec<CorrelatedValue>) {
    for part in text.split(['=', '&', '?', '#']) {
        host(part, values);
        if part.contains('/') {
            part.split('/').for_each(|piece| host(piece, values));
        }
    }
}

/// A host with or without a port, brackets or a range.
fn host(text: &str, values: &mut Vec<CorrelatedValue>) {
    if six(text, values) {
        return;
    }
    // A port behind, or a word such as `IP:` before.
    for name in text.trim_matches(['[', ']']).split(':') {
        if let Some(value) = CorrelatedValue::new(Kind::Ipv4, name) {
            values.push(value);
        } else if name.contains('.') {
            values.extend(CorrelatedValue::new(Kind::Domain, name));
        }
    }
}

/// An address alone, or in brackets with a port behind it; false where the text is neither.
fn six(text: &str, values: &mut Vec<CorrelatedValue>) -> bool {
    let text = text.trim_matches(['[', ']']);
    if let Some(value) = CorrelatedValue::new(Kind::Ipv6, text) {
        values.push(value);
        return true;
    }
    let bracketed = text.split_once("]:");
    values.extend(bracketed.and_then(|(address, _)| CorrelatedValue::new(Kind::Ipv6, address)));
    bracketed.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_words() {
        for (text, expected) in [
            ("seen at 198.51.100.7.", "ipv4-addr 198.51.100.7"),
            ("[ipv4-addr:value = '198.51.100.7']", "ipv4-addr 198.51.100.7"),
            ("to 198.51.100.7:8080,", "ipv4-addr 198.51.100.7"),
            ("src=198.51.100.7", "ipv4-addr 198.51.100.7"),
            ("net 198.51.100.0/24", "ipv4-addr 198.51.100.0/24"),
            ("(2001:DB8::1)", "ipv6-addr 2001:db8::1"),
            ("[2001:db8::1]:443", "ipv6-addr 2001:db8::1"),
            ("relay.lantern.example/x", "domain-name relay.lantern.example"),
            ("Lantern.Example.", "domain-name lantern.example"),
            ("\u{201c}lantern.example\u{201d}", "domain-name lantern.example"),
            ("https://u@lantern.example:8443/a?b", "domain-name lantern.example"),
            ("write to a@lantern.example", "email-addr a@lantern.example"),
            ("02:00:5E:10:00:00", "mac-addr 02:00:5e:10:00:00"),
            ("d41d8cd98f00b204e9800998ecf8427e", "md5 d41d8cd98f00b204e9800998ecf8427e"),
            ("IP:198.51.100.7", "ipv4-addr 198.51.100.7"),
            ("198.51.100.9/198.51.100.7", "ipv4-addr 198.51.100.7"),
            ("a.example&lantern.example", "domain-name lantern.example"),
            ("https://a.example/?from=198.51.100.7&x", "ipv4-addr 198.51.100.7"),
            ("from ::ffff:198.51.100.7 again", "ipv4-addr 198.51.100.7"),
            ("[::FFFF:c633:6407]:443", "ipv4-addr 198.51.100.7"),
            ("net 2001:db8::", "ipv6-addr 2001:db8::"),
            ("xn--bcher-kva.example", "domain-name xn--bcher-kva.example"),
            ("Bücher.example", "domain-name xn--bcher-kva.example"),
            ("http://lantern.example:80/%7ea", "url http://lantern.example/~a"),
            ("http://198.51.100.7./", "ipv4-addr 198.51.100.7"),
            ("D4:1D:8C:D9:8F:00:B2:04:E9:80:09:98:EC:F8:42:7E", "md5 d41d8cd98f00b204e9800998ecf8427e"),
            ("+47 22", ""),
        ] {
            let clean: Vec<char> = text.chars().collect();
            let found: Vec<String> =
                candidates(&clean).iter().map(|it| format!("{} {}", it.value.kind.name(), it.value.value)).collect();
            assert!(expected.is_empty() || found.iter().any(|it| it == expected), "{text}: {found:?}");
        }
    }
}
