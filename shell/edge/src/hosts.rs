//! Which hosts are ours.
//!
//! Guarantees: a request for another host is not answered by our service, so that a name that a stranger points at our address
//! gets nothing (security.md §5 G, case 147).

use std::collections::BTreeSet;

/// The values of `Host` that are ours, with their ports.
#[derive(Clone, Debug)]
pub struct Hosts {
    /// None: every host; only where the caller has shown who they are before.
    names: Option<BTreeSet<String>>,
}

impl Hosts {
    /// Makes a list of exact values of `Host`: `desk.example`, `desk.example:8443`, `[::1]:8080`.
    pub fn new<I: IntoIterator<Item = T>, T: Into<String>>(names: I) -> Self {
        Self { names: Some(names.into_iter().map(|name| name.into().to_ascii_lowercase()).collect()) }
    }

    /// Makes the list of what loopback is called, on `port`.
    pub fn loopback(port: u16) -> Self {
        Self::new(["localhost", "127.0.0.1", "[::1]"].map(|name| format!("{name}:{port}")))
    }

    /// Takes every host, for a listener on which the caller's key has already been verified.
    pub fn any() -> Self {
        Self { names: None }
    }

    /// Adds the host of a URL such as `https://desk.example`, as browsers write it: without the scheme's own port, and with it.
    #[must_use]
    pub fn and_url(mut self, url: &str) -> Self {
        let (scheme, rest) = url.split_once("://").unwrap_or(("https", url));
        let host = rest.split('/').next().unwrap_or_default().to_ascii_lowercase();
        if let Some(names) = &mut self.names
            && !host.is_empty()
        {
            let own_port = if scheme.eq_ignore_ascii_case("http") { ":80" } else { ":443" };
            match host.strip_suffix(own_port) {
                Some(bare) => names.insert(bare.to_owned()),
                None => !has_port(&host) && names.insert(format!("{host}{own_port}")),
            };
            names.insert(host);
        }
        self
    }

    /// Tells whether a host is ours.
    pub(crate) fn has(&self, host: &str) -> bool {
        self.names.as_ref().is_none_or(|names| names.contains(&host.to_ascii_lowercase()))
    }
}

fn has_port(host: &str) -> bool {
    host.rsplit_once(':').is_some_and(|(_, port)| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::Hosts;

    #[test]
    fn hosts_are_exact_but_for_case_and_the_own_port() {
        let hosts = Hosts::loopback(8080).and_url("https://Desk.Example").and_url("https://other.example:8443/x");
        for (host, ours) in [
            ("localhost:8080", true),
            ("LOCALHOST:8080", true),
            ("127.0.0.1:8080", true),
            ("[::1]:8080", true),
            ("desk.example", true),
            ("desk.example:443", true),
            ("other.example:8443", true),
            ("other.example", false),
            ("desk.example:80", false),
            ("localhost", false),
            ("localhost:8081", false),
            ("desk.example.evil", false),
            ("", false),
        ] {
            assert_eq!(hosts.has(host), ours, "{host}");
        }
        assert!(Hosts::any().has("whatever"));
        assert!(Hosts::new(["a"]).and_url("http://b").has("b:80"));
    }
}
