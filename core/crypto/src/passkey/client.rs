//! Client data (WebAuthn Level 3, §5.8.1): what the browser says about the ceremony, as strict JSON.

use super::{Origin, PasskeyError, RelyingParty};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde::de::IgnoredAny;

/// The longest client data read, in bytes.
const BYTES_MAX: usize = 4 * 1024;

/// A field that stands twice is an error of the reader; fields we do not know may come, as the standard reserves.
#[derive(Deserialize)]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(default, rename = "crossOrigin")]
    cross_origin: bool,
    #[serde(default, rename = "topOrigin")]
    top_origin: Option<IgnoredAny>,
}

fn read(bytes: &[u8]) -> Result<ClientData, PasskeyError> {
    // The reader would take the fields as an array in their order, too.
    if bytes.len() > BYTES_MAX || bytes.first() != Some(&b'{') {
        return Err(PasskeyError);
    }
    serde_json::from_slice(bytes).map_err(|_| PasskeyError)
}

/// Refuses client data of another ceremony, challenge or origin, or from inside another site's frame.
pub(super) fn check(
    bytes: &[u8],
    kind: &str,
    challenge: &[u8; 32],
    party: &RelyingParty<'_>,
) -> Result<(), PasskeyError> {
    let data = read(bytes)?;
    let origin_fits = match party.origin {
        Origin::Exactly(origin) => data.origin == origin,
        Origin::OfRelyingParty => origin_host(&data.origin) == Some(party.id),
    };
    let holds = data.kind == kind
        && data.challenge == URL_SAFE_NO_PAD.encode(challenge)
        && origin_fits
        && !data.cross_origin
        && data.top_origin.is_none();
    if holds { Ok(()) } else { Err(PasskeyError) }
}

/// Reads which challenge client data answers, so that its giver can look it up. Nothing is verified by it.
///
/// # Errors
/// [`PasskeyError`] where there is none of 32 bytes.
pub fn challenge_of(client_data: &[u8]) -> Result<[u8; 32], PasskeyError> {
    let text = read(client_data)?.challenge;
    URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| bytes.try_into().ok()).ok_or(PasskeyError)
}

/// Returns the host of an origin on which passkeys may be used: `https`, or `http` on the machine itself (`localhost` and names
/// below it), with or without a port, and nothing after it. Host names are lower case and no numbers of the internet protocol.
pub fn origin_host(origin: &str) -> Option<&str> {
    let (secure, rest) = match (origin.strip_prefix("https://"), origin.strip_prefix("http://")) {
        (Some(rest), _) => (true, rest),
        (None, Some(rest)) => (false, rest),
        (None, None) => return None,
    };
    let (host, port) = rest.split_once(':').map_or((rest, None), |(host, port)| (host, Some(port)));
    // A port has one spelling, and the scheme's own is not written.
    let default = if secure { 443 } else { 80 };
    let port_fits = port.is_none_or(|port| {
        port.parse::<u16>().is_ok_and(|number| number != 0 && number != default && number.to_string() == port)
    });
    let label_fits = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let named = host.rsplit('.').next().is_some_and(|last| !last.bytes().all(|b| b.is_ascii_digit()));
    let local = host == "localhost" || host.ends_with(".localhost");
    (port_fits && host.len() <= 253 && host.split('.').all(label_fits) && named && (secure || local)).then_some(host)
}
