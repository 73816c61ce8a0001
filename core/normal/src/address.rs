//! Internet addresses and ranges of them.
//!
//! Guarantees: IPv6 as RFC 5952 writes it; an IPv4 address in IPv6 (RFC 4291 §2.5.5.2) is the IPv4 address; a whole address needs no
//! prefix (STIX 2.1 §6.7, §6.8), bits behind a prefix are zero (RFC 4632 §3.1). An octet with a zero in front is read only where decimal
//! and octal agree. An address with a zone is none: it means another machine on each machine.

use std::borrow::Cow;
use std::fmt::{self, Write};
use std::net::{Ipv4Addr, Ipv6Addr};

/// The longest text: eight groups, seven colons, a prefix.
const TEXT_MAX: usize = 48;
/// What stands before an IPv4 address in IPv6.
const MAPPED: u128 = 0xffff;
const MAPPED_BITS: u8 = 96;

/// An address, or a range: bits behind the prefix are zero.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Address {
    Four(u32, u8),
    Six(u128, u8),
}

impl Address {
    /// Reads an address or a range without blanks around it.
    pub fn parse(text: &str) -> Option<Self> {
        // Quick for names, which are what stands in this place mostly.
        if !text.bytes().all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b'.' | b':' | b'/')) {
            return None;
        }
        let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        if let Some(four) = four(address) {
            let prefix = length(prefix, 32)?;
            let mask = u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0);
            return Some(Self::Four(four.to_bits() & mask, prefix));
        }
        let six: Ipv6Addr = address.parse().ok()?;
        let prefix = length(prefix, 128)?;
        if six.to_bits() >> 32 == MAPPED
            && let Some(prefix) = prefix.checked_sub(MAPPED_BITS)
        {
            let mask = u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0);
            return Some(Self::Four(six.to_bits() as u32 & mask, prefix));
        }
        let mask = u128::MAX.checked_shl(128 - u32::from(prefix)).unwrap_or(0);
        Some(Self::Six(six.to_bits() & mask, prefix))
    }

    fn type_name(self) -> &'static str {
        match self {
            Self::Four(..) => "ipv4-addr",
            Self::Six(..) => "ipv6-addr",
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Four(bits, 32) => write!(f, "{}", Ipv4Addr::from_bits(bits)),
            Self::Four(bits, prefix) => write!(f, "{}/{prefix}", Ipv4Addr::from_bits(bits)),
            Self::Six(bits, 128) => write!(f, "{}", Ipv6Addr::from_bits(bits)),
            Self::Six(bits, prefix) => write!(f, "{}/{prefix}", Ipv6Addr::from_bits(bits)),
        }
    }
}

fn length(prefix: Option<&str>, whole: u8) -> Option<u8> {
    let Some(prefix) = prefix else { return Some(whole) };
    let digits = (1..=3).contains(&prefix.len()) && prefix.bytes().all(|byte| byte.is_ascii_digit());
    prefix.parse().ok().filter(|length| digits && *length <= whole)
}

fn four(text: &str) -> Option<Ipv4Addr> {
    if let Ok(four) = text.parse() {
        return Some(four);
    }
    let mut octets = [0_u8; 4];
    let mut parts = text.split('.');
    for octet in &mut octets {
        let part = parts.next().filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()))?;
        *octet = part.parse().ok()?;
        if part.starts_with('0') && *octet > 7 {
            return None;
        }
    }
    parts.next().is_none().then(|| octets.into())
}

/// Returns the normal form of an address or a range.
pub(crate) fn read(text: &str) -> Option<Cow<'_, str>> {
    // Four decimals without zeros in front have one spelling.
    if text.parse::<Ipv4Addr>().is_ok() {
        return Some(Cow::Borrowed(text));
    }
    // A dot stands behind an address where a name was expected.
    let text = crate::host::without_dot(text.trim());
    let address = Address::parse(text)?;
    let mut written = Written { bytes: [0; TEXT_MAX], length: 0 };
    write!(written, "{address}").ok()?;
    let written = written.text()?;
    Some(if written == text { Cow::Borrowed(text) } else { Cow::Owned(written.to_owned()) })
}

/// Returns the type of the address that a value really is, where it is another than its object's: an `ipv6-addr` with the value
/// `::ffff:192.0.2.1` is an `ipv4-addr`, and so is a `domain-name` with the value `192.0.2.1`.
pub fn host_type(object_type: &str, value: &str) -> Option<&'static str> {
    if !matches!(object_type, "ipv4-addr" | "ipv6-addr" | "domain-name") {
        return None;
    }
    Address::parse(crate::host::without_dot(value.trim())).map(Address::type_name).filter(|found| *found != object_type)
}

/// A text that is compared before it is copied.
struct Written {
    bytes: [u8; TEXT_MAX],
    length: usize,
}

impl Written {
    fn text(&self) -> Option<&str> {
        std::str::from_utf8(self.bytes.get(..self.length)?).ok()
    }
}

impl Write for Written {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.length + text.len();
        self.bytes.get_mut(self.length..end).ok_or(fmt::Error)?.copy_from_slice(text.as_bytes());
        self.length = end;
        Ok(())
    }
}
