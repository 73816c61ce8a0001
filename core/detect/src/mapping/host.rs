//! The name or address of a host as logs write it: with blanks around, in brackets, with a port behind.
//!
//! Guarantees: what is no host stays as it is. Does not know: whose port it is; traffic has its own field for it.

use super::build::address_type;
use comity_stix::json::tree::Node;
use std::borrow::Cow;

/// Returns the type of the object that stands for a host; `None` where a text is none.
pub(super) fn host_type(text: &str) -> Option<&'static str> {
    address_type(text).or_else(|| is_name(text).then_some("domain-name"))
}

fn is_name(text: &str) -> bool {
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    text.len() <= 253 && text.chars().all(fits) && text.chars().any(char::is_alphanumeric)
}

/// Takes away what stands around a host.
pub(super) fn without_port(value: &mut Node<'_>) {
    let Node::String(text) = value else { return };
    match text {
        Cow::Borrowed(written) => *text = Cow::Borrowed(bare(written)),
        Cow::Owned(written) => {
            let plain = bare(written);
            if plain.len() != written.len() {
                *text = Cow::Owned(plain.to_owned());
            }
        }
    }
}

fn bare(text: &str) -> &str {
    let trimmed = text.trim();
    if trimmed.len() == text.len() && !text.contains(':') && !text.starts_with('[') {
        return text;
    }
    let is_host = |text: &str| host_type(text).is_some();
    if is_host(trimmed) {
        return trimmed;
    }
    let is_port = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok();
    let ends = |behind: &str| behind.is_empty() || behind.strip_prefix(':').is_some_and(is_port);
    let split = match trimmed.strip_prefix('[') {
        Some(rest) => rest.split_once(']').filter(|(_, behind)| ends(behind)),
        None => trimmed.rsplit_once(':').filter(|(_, port)| is_port(port)),
    };
    split.map(|(host, _)| host).filter(|host| is_host(host)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_is_what_is_left() {
        for (text, expect) in [
            ("quay.example", "quay.example"),
            (" quay.example\t", "quay.example"),
            ("quay.example:8443", "quay.example"),
            ("quay.example.:443", "quay.example."),
            ("192.0.2.1:53", "192.0.2.1"),
            ("2001:db8::1", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            (" [2001:db8::1]:443 ", "2001:db8::1"),
            ("b\u{fc}cher.example:80", "b\u{fc}cher.example"),
            // None of these is a host with a port.
            ("quay.example:99999", "quay.example:99999"),
            ("quay.example:+80", "quay.example:+80"),
            ("quay.example:", "quay.example:"),
            (":80", ":80"),
            ("[quay.example]x", "[quay.example]x"),
            ("two words:80", "two words:80"),
            (" two words ", " two words "),
        ] {
            assert_eq!(bare(text), expect, "{text}");
        }
    }
}
