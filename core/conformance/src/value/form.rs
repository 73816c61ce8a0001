//! Forms of strings that the standard, or a document it names, gives. Each function is one form and knows its document.

/// §2.14: words of vocabularies should be lower case, with hyphens between words.
pub(crate) fn is_words(text: &str) -> bool {
    !text.is_empty() && !text.bytes().any(|b| b.is_ascii_uppercase() || b == b'_' || b == b' ')
}

/// RFC 4648 §4, with padding.
pub(crate) fn is_base64(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    let padding = text.len() - body.len();
    !text.is_empty()
        && text.len().is_multiple_of(4)
        && padding <= 2
        && body.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'+' || b == b'/')
}

/// §2.8: pairs of digits.
pub(crate) fn is_hex(text: &str) -> bool {
    !text.is_empty() && text.len().is_multiple_of(2) && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// §2.3.
pub(crate) fn is_dictionary_key(text: &str) -> bool {
    (1..=250).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// §3.1, §11.1.
pub(crate) fn is_property_name(text: &str) -> bool {
    (3..=250).contains(&text.len())
        && text.as_bytes().first().is_some_and(u8::is_ascii_lowercase)
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// §3.1, §11.2.
pub(crate) fn is_type_name(text: &str) -> bool {
    (3..=250).contains(&text.len())
        && text.as_bytes().first().is_some_and(u8::is_ascii_lowercase)
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !text.contains("--")
}

/// §5.1.1.
pub(crate) fn is_relationship_type(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// RFC 3986 §3: a scheme, a colon, and characters that may stand in a URI, or what else a browser shows (RFC 3987).
pub(crate) fn is_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let scheme = scheme.as_bytes();
    scheme.first().is_some_and(u8::is_ascii_alphabetic)
        && scheme.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
        && !rest.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | '\\' | '^' | '`'))
}

/// RFC 5646 §2.1, well-formed: language, then extended language, script, region, variants, extensions, private use.
pub(crate) fn is_language(text: &str) -> bool {
    const GRANDFATHERED: [&str; 9] = [
        "en-gb-oed",
        "sgn-be-fr",
        "sgn-be-nl",
        "sgn-ch-de",
        "art-lojban",
        "cel-gaulish",
        "zh-min-nan",
        "no-bok",
        "no-nyn",
    ];
    let alpha = |part: &str| part.bytes().all(|b| b.is_ascii_alphabetic());
    let alnum = |part: &str| part.bytes().all(|b| b.is_ascii_alphanumeric());
    if GRANDFATHERED.iter().any(|tag| tag.eq_ignore_ascii_case(text)) {
        return true;
    }
    let mut parts = text.split('-').peekable();
    let Some(first) = parts.next() else { return false };
    let private = |parts: &mut dyn Iterator<Item = &str>| {
        let parts: Vec<&str> = parts.collect();
        !parts.is_empty() && parts.iter().all(|part| (1..=8).contains(&part.len()) && alnum(part))
    };
    if first.eq_ignore_ascii_case("x") || first.eq_ignore_ascii_case("i") {
        return private(&mut parts);
    }
    if !((2..=8).contains(&first.len()) && alpha(first)) {
        return false;
    }
    let mut extended = 0;
    while first.len() <= 3 && extended < 3 && parts.next_if(|part| part.len() == 3 && alpha(part)).is_some() {
        extended += 1;
    }
    let _script = parts.next_if(|part| part.len() == 4 && alpha(part));
    let _region = parts.next_if(|part| {
        (part.len() == 2 && alpha(part)) || (part.len() == 3 && part.bytes().all(|b| b.is_ascii_digit()))
    });
    let is_variant = |part: &&str| {
        alnum(part)
            && ((5..=8).contains(&part.len())
                || (part.len() == 4 && part.as_bytes().first().is_some_and(u8::is_ascii_digit)))
    };
    while parts.next_if(is_variant).is_some() {}
    while let Some(singleton) = parts.next() {
        if singleton.len() != 1 || !alnum(singleton) {
            return false;
        }
        if singleton.eq_ignore_ascii_case("x") {
            return private(&mut parts);
        }
        let mut count = 0;
        while parts.next_if(|part| (2..=8).contains(&part.len()) && alnum(part)).is_some() {
            count += 1;
        }
        if count == 0 {
            return false;
        }
    }
    true
}

/// CPE 2.3 formatted string (NISTIR 7695 §6.2): thirteen parts between unescaped colons.
pub(crate) fn is_cpe(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("cpe:2.3:") else { return false };
    let mut parts = vec![String::new()];
    let mut escaped = false;
    for c in rest.chars() {
        if c == ':' && !escaped {
            parts.push(String::new());
        } else {
            if !c.is_ascii_graphic() {
                return false;
            }
            let plain = c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '*' | '?' | '\\');
            if !plain && !escaped {
                return false;
            }
            if let Some(part) = parts.last_mut() {
                part.push(c);
            }
        }
        escaped = c == '\\' && !escaped;
    }
    let part_is_lawful = parts.first().is_some_and(|part| matches!(part.as_str(), "a" | "h" | "o" | "*" | "-"));
    !escaped && parts.len() == 11 && part_is_lawful && parts.iter().all(|part| !part.is_empty())
}

/// RFC 5322 §3.4.1, without comments: local part, `@`, domain; no display name, no angle brackets, no blanks unless quoted.
pub(crate) fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let quoted = local.len() >= 2 && local.starts_with('"') && local.ends_with('"');
    let atom = |c: char| c.is_alphanumeric() || "!#$%&'*+/=?^_`{|}~-.".contains(c);
    let local_is_lawful = quoted || (!local.is_empty() && local.chars().all(atom));
    let literal = domain.starts_with('[') && domain.ends_with(']');
    let domain_is_lawful =
        !domain.is_empty() && (literal || domain.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '.' | '_')));
    local_is_lawful && domain_is_lawful
}

fn block(text: &str, longest: u8) -> Option<&str> {
    let Some((address, prefix)) = text.split_once('/') else { return Some(text) };
    let plain = (1..=3).contains(&prefix.len())
        && prefix.bytes().all(|b| b.is_ascii_digit())
        && (prefix.len() == 1 || !prefix.starts_with('0'));
    (plain && prefix.parse::<u8>().is_ok_and(|prefix| prefix <= longest)).then_some(address)
}

/// §6.8.1: an address, or a block in CIDR notation.
pub(crate) fn is_ipv4(text: &str) -> bool {
    block(text, 32).is_some_and(|address| address.parse::<std::net::Ipv4Addr>().is_ok())
}

/// §6.9.1: an address, or a block in CIDR notation; a zone (RFC 4007 §11) is passed over.
pub(crate) fn is_ipv6(text: &str) -> bool {
    block(text, 128).is_some_and(|address| {
        let (address, zone) = address.split_once('%').unwrap_or((address, "0"));
        !zone.is_empty() && address.parse::<std::net::Ipv6Addr>().is_ok()
    })
}

/// §6.10.1: six pairs in lower case, joined by colons.
pub(crate) fn is_mac(text: &str) -> bool {
    text.len() == 17
        && text.bytes().enumerate().all(|(index, b)| match index % 3 {
            2 => b == b':',
            _ => b.is_ascii_digit() || (b'a'..=b'f').contains(&b),
        })
}

/// RFC 1034 §3.1 for lengths; the characters are those that RFC 5890 lets a name be shown in, and the underscore of services.
pub(crate) fn is_domain(text: &str) -> bool {
    let name = text.strip_suffix('.').unwrap_or(text);
    !name.is_empty()
        && name.len() <= 1000
        && (!name.is_ascii() || name.len() <= 253)
        && name.split('.').all(|label| {
            !label.is_empty()
                && (!label.is_ascii() || label.len() <= 63)
                && label.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_') || !c.is_ascii())
                && !label.chars().any(|c| c.is_control() || c.is_whitespace())
        })
}

/// §6.17.1: no abbreviated hive.
pub(crate) fn is_registry_key(text: &str) -> bool {
    let hive = text.split('\\').next().unwrap_or_default();
    !["HKLM", "HKCC", "HKCR", "HKCU", "HKU", "HKPD"].iter().any(|short| short.eq_ignore_ascii_case(hive))
}

/// Semantic Versioning 2.0.0 §2, §9, §10.
pub(crate) fn is_version(text: &str) -> bool {
    let (text, build) = text.split_once('+').map_or((text, None), |(text, build)| (text, Some(build)));
    let (core, pre) = text.split_once('-').map_or((text, None), |(core, pre)| (core, Some(pre)));
    let number = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()) && (part == "0" || !part.starts_with('0'))
    };
    let word = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    core.split('.').count() == 3
        && core.split('.').all(number)
        && pre.is_none_or(|pre| pre.split('.').all(|part| word(part) && (!digits(part) || number(part))))
        && build.is_none_or(|build| build.split('.').all(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(form: fn(&str) -> bool, lawful: &[&str], unlawful: &[&str]) {
        for text in lawful {
            assert!(form(text), "{text} is lawful");
        }
        for text in unlawful {
            assert!(!form(text), "{text} is unlawful");
        }
    }

    #[test]
    fn forms() {
        check(is_base64, &["QQ==", "QUI=", "QUJD"], &["", "QQ=", "Q===", "QQ==QQ==", "QU D", "QUJDx"]);
        check(is_hex, &["00", "aF09"], &["", "0", "0x00", "gg"]);
        check(
            is_language,
            &["en", "pt-BR", "zh-Hant-TW", "sl-rozaj", "de-1996", "en-u-co", "x-mine", "es-419"],
            &["", "e", "english-us-x", "en_US", "en-", "español"],
        );
        check(
            is_url,
            &["https://a.example/x?y#z", "urn:a:b", "file:///c:/x"],
            &["foo", "www.g.com", "https://a b", ":x", " https://a"],
        );
        check(
            is_cpe,
            &[r"cpe:2.3:a:microsoft:internet_explorer:8.0.6001:beta:*:*:*:*:*:*", r"cpe:2.3:a:x\:y:z:1:*:*:*:*:*:*:*"],
            &["invalid", "cpe:/a:b:c", "cpe:2.3:a:b:c", "cpe:2.3:z:b:c:1:*:*:*:*:*:*:*"],
        );
        check(
            is_email,
            &["a@b.example", "\"a b\"@c.example", "jörg@example.org"],
            &["John Doe <j@e.com>", "a", "@b", "a@", "a b@c"],
        );
        check(
            is_ipv4,
            &["198.51.100.3", "198.51.100.0/24", "0.0.0.0/0"],
            &["foo", "1.2.3", "1.2.3.999", "10.0.0.1/", "10.0.0.1/33", "10.0.0.1/01"],
        );
        check(
            is_ipv6,
            &["::1", "2001:db8::/96", "2001:0db8:85a3::8a2e:370:7334", "fe80::1%eth0"],
            &["::1/129", "::1/", "foo", "1.2.3.4"],
        );
        check(is_mac, &["d2:fb:49:24:37:18"], &["D2:FB:49:24:37:18", "d2-fb-49-24-37-18", "d2:fb"]);
        check(
            is_domain,
            &["example.com", "_dmarc.example.com", "bücher.example", "a."],
            &["", ".", "a..b", "a b", "http://x"],
        );
        check(is_registry_key, &["HKEY_LOCAL_MACHINE\\x"], &["HKLM\\x", "hkcu\\x"]);
        check(is_version, &["1.0.0", "1.2.3-rc.1+b.7"], &["1", "1.0", "01.0.0", "1.0.0-", "v1.0.0"]);
        check(is_type_name, &["x-a", "abc"], &["ab", "X-a", "a--b", "-ab", "9ab"]);
    }
}
