//! Objects of which a line has the parts only: a URL by its domain, path and the like, a registry key by its hive.
//!
//! Guarantees: nothing is made up but a slash and a port's absence. Does not know: fields.

use super::convert::with_hive;
use super::declaration::TypeOf;
use comity_stix::json::tree::Node;
use std::borrow::Cow;

/// Properties of an object as they are gathered.
type Properties<'n> = Vec<(Cow<'n, str>, Node<'n>)>;

/// Ports that a URL does not say (RFC 9110 §4.2).
const PORTS: &[(&str, &str)] = &[("http", "80"), ("https", "443"), ("ws", "80"), ("wss", "443"), ("ftp", "21")];

/// Makes one property of the parts; `None` where they are too few. Objects of other types stay as they are.
pub(super) fn composed<'n>(of: &TypeOf, parts: Properties<'n>) -> Option<Properties<'n>> {
    match of {
        TypeOf::UrlParts => url(&parts).map(|url| vec![(Cow::Borrowed("type"), Node::Null), property("value", url)]),
        TypeOf::RegistryParts => {
            let key = key(&parts)?;
            let mut properties = vec![(Cow::Borrowed("type"), Node::Null), property("key", key)];
            properties.extend(parts.into_iter().filter(|(name, _)| !matches!(name.as_ref(), "type" | "hive" | "key")));
            Some(properties)
        }
        TypeOf::Fixed(_) | TypeOf::Address | TypeOf::Host => Some(parts),
    }
}

fn property<'n>(name: &'n str, text: String) -> (Cow<'n, str>, Node<'n>) {
    (Cow::Borrowed(name), Node::String(Cow::Owned(text)))
}

fn part<'a>(parts: &'a Properties<'_>, name: &str) -> Option<&'a str> {
    let (_, node) = parts.iter().find(|(known, _)| known == name)?;
    match node {
        Node::String(text) => Some(text.trim()).filter(|text| !text.is_empty()),
        Node::Number(written) => Some(written),
        _ => None,
    }
}

/// `scheme://domain[:port]/path[?query]`. A domain may have its port already; a path may have its query. Where only scheme and
/// domain are known, it is the root.
fn url(parts: &Properties<'_>) -> Option<String> {
    let (scheme, domain) = (part(parts, "scheme")?, part(parts, "domain")?);
    let scheme = scheme.trim_end_matches("://").to_ascii_lowercase();
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    if scheme.is_empty() || !scheme.chars().all(fits) || domain.contains(['/', '?', '#', '@', ' ']) {
        return None;
    }
    let is_six = domain.matches(':').count() > 1 && !domain.starts_with('[');
    let has_port = !is_six && domain.rsplit_once(':').is_some_and(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()));
    let host = if is_six { Cow::Owned(format!("[{domain}]")) } else { Cow::Borrowed(domain) };
    let usual = PORTS.iter().find(|(known, _)| *known == scheme).map(|(_, port)| *port);
    let port = part(parts, "port").filter(|port| !has_port && Some(*port) != usual);
    let path = part(parts, "path").unwrap_or_default();
    let query = part(parts, "query").filter(|_| !path.contains('?'));
    let mut url = format!("{scheme}://{host}");
    for (mark, text) in [(":", port), (if path.starts_with('/') { "" } else { "/" }, Some(path)), ("?", query)] {
        if let Some(text) = text {
            let text = if mark == "?" { text.strip_prefix('?').unwrap_or(text) } else { text };
            url.push_str(mark);
            url.push_str(text);
        }
    }
    Some(url)
}

/// The key with its hive written out, which some say twice.
fn key(parts: &Properties<'_>) -> Option<String> {
    let (hive, key) = (part(parts, "hive")?, part(parts, "key")?);
    let hive = with_hive(hive.trim_end_matches('\\'));
    let key = key.trim_start_matches('\\');
    let whole = with_hive(key);
    let said = whole.get(..hive.len()).is_some_and(|head| head.eq_ignore_ascii_case(&hive));
    let ends = matches!(whole.as_bytes().get(hive.len()), None | Some(b'\\'));
    Some(if said && ends { whole.into_owned() } else { format!("{hive}\\{key}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(of: &TypeOf, given: &[(&'static str, &'static str)]) -> Option<String> {
        let parts = given.iter().map(|(name, text)| property(name, (*text).to_owned())).collect();
        let made = composed(of, parts)?;
        made.last().and_then(|(_, node)| node.text().map(str::to_owned))
    }

    #[test]
    fn urls() {
        for (parts, expect) in [
            (vec![("scheme", "http"), ("domain", "a.example"), ("path", "/x")], Some("http://a.example/x")),
            (vec![("scheme", "HTTPS"), ("domain", "a.example"), ("port", "443")], Some("https://a.example/")),
            (
                vec![("scheme", "http"), ("domain", "a.example"), ("port", "8080"), ("path", "x"), ("query", "?q=1")],
                Some("http://a.example:8080/x?q=1"),
            ),
            (
                vec![("scheme", "http"), ("domain", "a.example"), ("path", "/x?q=1"), ("query", "q=1")],
                Some("http://a.example/x?q=1"),
            ),
            (vec![("scheme", "http"), ("domain", "a.example:81"), ("port", "81")], Some("http://a.example:81/")),
            (vec![("scheme", "http"), ("domain", "2001:db8::1"), ("port", "81")], Some("http://[2001:db8::1]:81/")),
            (vec![("scheme", "http"), ("domain", "[2001:db8::1]")], Some("http://[2001:db8::1]/")),
            (vec![("scheme", "http")], None),
            (vec![("scheme", "not one"), ("domain", "a.example")], None),
            (vec![("scheme", "http"), ("domain", "a.example/x")], None),
        ] {
            assert_eq!(made(&TypeOf::UrlParts, &parts).as_deref(), expect, "{parts:?}");
        }
    }

    #[test]
    fn registry_keys() {
        for (hive, key, expect) in [
            ("HKCU", "Software\\A", "HKEY_CURRENT_USER\\Software\\A"),
            ("HKEY_LOCAL_MACHINE\\", "\\Software", "HKEY_LOCAL_MACHINE\\Software"),
            ("HKLM", "hklm\\Software", "HKEY_LOCAL_MACHINE\\Software"),
            ("HKLM", "HKLMs\\Software", "HKEY_LOCAL_MACHINE\\HKLMs\\Software"),
        ] {
            assert_eq!(made(&TypeOf::RegistryParts, &[("hive", hive), ("key", key)]).as_deref(), Some(expect));
        }
    }
}
