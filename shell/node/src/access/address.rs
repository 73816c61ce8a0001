//! The desk's own address as browsers know it: origin and relying party of every passkey.

use crate::failure::Failure;
use comity_crypto::passkey::origin_host;

/// Where officers' browsers reach the desk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskAddress {
    origin: String,
    host: String,
}

impl DeskAddress {
    /// Reads an address such as `https://desk.example` or `http://localhost:8440`.
    ///
    /// # Errors
    /// [`Failure`] for anything on which browsers allow no passkeys, or that is more than an origin.
    pub fn parse(url: &str) -> Result<Self, Failure> {
        let origin = url.strip_suffix('/').unwrap_or(url);
        let host = origin_host(origin).ok_or_else(|| {
            Failure::usage(format!("public_url {url} is not an address on which passkeys work"))
                .hint("https://HOST or https://HOST:PORT in lower case; http only for localhost and names below it")
        })?;
        Ok(Self { origin: origin.to_owned(), host: host.to_owned() })
    }

    /// The address where nothing is configured: the machine itself, on this port.
    pub fn local(port: u16) -> Self {
        let origin = if port == 80 { "http://localhost".to_owned() } else { format!("http://localhost:{port}") };
        Self { origin, host: "localhost".into() }
    }

    /// Returns the origin, without a slash at its end.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Returns the host without the port: the id of the relying party.
    pub fn host(&self) -> &str {
        &self.host
    }
}
