//! The name or address of a host as logs write it: with blanks around, in brackets, with a port behind.
//!
//! Guarantees: what is no host stays as it is. Does not know: whose port it is.

use super::build::address_type;
use super::convert::whole;
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

/// Takes away what stands around a host, and returns the port that stood behind it.
pub(super) fn without_port<'n>(value: &mut Node<'n>) -> Option<&'n str> {
    let Node::String(text) = value else { return None };
    match text {
        Cow::Borrowed(written) => {
            let (host, port) = bare(written);
            *text = Cow::Borrowed(host);
            port
        }
        // What was made harmless was copied: its port lives no longer than that.
        Cow::Owned(written) => {
            let (host, _) = bare(written);
            if host.len() != written.len() {
                *text = Cow::Owned(host.to_owned());
            }
            None
        }
    }
}

/// Returns the host and the port.
fn bare(text: &str) -> (&str, Option<&str>) {
    let trimmed = text.trim();
    if trimmed.len() == text.len() && !text.contains(':') && !text.starts_with('[') {
        return (text, None);
    }
    let is_host = |text: &str| host_type(text).is_some();
    if is_host(trimmed) {
        return (trimmed, None);
    }
    let split = match trimmed.strip_prefix('[') {
        Some(rest) => rest.split_once(']').and_then(|(host, behind)| match behind.strip_prefix(':') {
            Some(port) => Some((host, Some(port))),
            None => behind.is_empty().then_some((host, None)),
        }),
        None => trimmed.rsplit_once(':').map(|(host, port)| (host, Some(port))),
    };
    let Some((host, port)) = split.filter(|(host, _)| is_host(host)) else { return (text, None) };
    match port {
        None => (host, None),
        Some(port) => match whole(port).filter(|port| port.parse::<u16>().is_ok()) {
            Some(port) => (host, Some(port)),
            None => (text, None),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_is_what_is_left() {
        for (text, host, port) in [
            ("quay.example", "quay.example", None),
            (" quay.example\t", "quay.example", None),
            ("quay.example:8443", "quay.example", Some("8443")),
            ("quay.example.:0443", "quay.example.", Some("443")),
            ("192.0.2.1:53", "192.0.2.1", Some("53")),
            ("2001:db8::1", "2001:db8::1", None),
            ("[2001:db8::1]", "2001:db8::1", None),
            (" [2001:db8::1]:443 ", "2001:db8::1", Some("443")),
            ("b\u{fc}cher.example:80", "b\u{fc}cher.example", Some("80")),
            // None of these is a host with a port.
            ("quay.example:99999", "quay.example:99999", None),
            ("quay.example:+80", "quay.example:+80", None),
            ("quay.example:", "quay.example:", None),
            ("quay.example:80.0x", "quay.example:80.0x", None),
            (":80", ":80", None),
            ("[quay.example]x", "[quay.example]x", None),
            ("two words:80", "two words:80", None),
            (" two words ", " two words ", None),
        ] {
            assert_eq!(bare(text), (host, port), "{text}");
        }
    }
}
