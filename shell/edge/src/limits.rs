//! Every limit of the edge in one place.

use std::net::IpAddr;
use std::time::Duration;

/// How much and how long one caller may; the defaults are those of security.md §5.
#[derive(Clone, Debug)]
pub struct Limits {
    /// The most connections at once; one more is answered 503.
    pub connections_max: usize,
    /// The most connections at once of one address (IPv6: of one /64).
    pub per_address_max: usize,
    /// Addresses without a share of their own: a reverse proxy, through which everybody comes.
    pub per_address_exempt: Vec<IpAddr>,
    /// The longest head of a request: request line and headers.
    pub head_bytes_max: usize,
    /// The most header fields.
    pub headers_max: usize,
    /// The longest request target.
    pub uri_bytes_max: usize,
    /// The longest time a head may take, from its first byte.
    pub head_wait: Duration,
    /// How long a connection may rest before its first byte and between requests.
    pub idle_wait: Duration,
    /// The longest body.
    pub body_bytes_max: u64,
    /// How long a sender may let us wait for its body in all, beyond [`Limits::rate_min`].
    pub body_wait: Duration,
    /// How long a reader may let us wait for room in all, beyond [`Limits::rate_min`].
    pub write_wait: Duration,
    /// The lowest rate of a body or an answer, in bytes a second.
    pub rate_min: u32,
    /// How long the service may take for an answer, from the end of the request.
    pub request_wait: Duration,
    /// The longest time of a TLS handshake.
    pub handshake_wait: Duration,
    /// How long requests in progress may go on when the listener is stopped.
    pub stop_wait: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections_max: 1024,
            per_address_max: 64,
            per_address_exempt: Vec::new(),
            head_bytes_max: 16 * 1024,
            headers_max: 64,
            uri_bytes_max: 8 * 1024,
            head_wait: Duration::from_secs(10),
            idle_wait: Duration::from_secs(60),
            body_bytes_max: 256 * 1024 * 1024,
            body_wait: Duration::from_secs(30),
            write_wait: Duration::from_secs(30),
            rate_min: 1024,
            request_wait: Duration::from_secs(60),
            handshake_wait: Duration::from_secs(10),
            stop_wait: Duration::from_secs(5),
        }
    }
}
