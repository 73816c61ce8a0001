//! `type,value,time`: which word makes which objects.
//!
//! The words are types of STIX and attribute types of MISP, with the objects that MISP's own mapping to STIX gives them. Addresses,
//! names, URLs and e-mail addresses are read as they were meant where somebody made them harmless.

use super::build::{Made, address_type};
use super::convert;
use super::host::without_port;
use crate::csv::trimmed;
use crate::line::LineError;
use comity_stix::json::tree::Node;
use std::borrow::Cow;

/// What a value is.
#[derive(Clone, Copy, Debug)]
enum Part {
    /// An IPv4 or IPv6 address, as the value says.
    Address,
    /// A property of an object of this type.
    Text(&'static str, &'static str),
    /// A hash of an object of this type.
    Hash(&'static str, &'static str),
    /// A hardware address.
    Mac,
    /// The number of an autonomous system, with or without `AS` or `ASN`.
    Number,
    /// A port, which only says something beside an address or name.
    Port,
}

/// Words of which the address is that of the one who began.
const SOURCES: [&str; 1] = ["ip-src"];

use Part as P;

/// Word, and what its value is.
const WORDS: &[(&str, Part)] = &[
    ("ipv4-addr", P::Address),
    ("ipv6-addr", P::Address),
    ("ip", P::Address),
    ("ip-src", P::Address),
    ("ip-dst", P::Address),
    ("domain-name", P::Text("domain-name", "value")),
    ("domain", P::Text("domain-name", "value")),
    ("hostname", P::Text("domain-name", "value")),
    ("url", P::Text("url", "value")),
    ("uri", P::Text("url", "value")),
    ("link", P::Text("url", "value")),
    ("email-addr", P::Text("email-addr", "value")),
    ("email", P::Text("email-addr", "value")),
    ("email-src", P::Text("email-addr", "value")),
    ("email-dst", P::Text("email-addr", "value")),
    ("email-subject", P::Text("email-message", "subject")),
    ("mac-addr", P::Mac),
    ("mac-address", P::Mac),
    ("mutex", P::Text("mutex", "name")),
    ("regkey", P::Text("windows-registry-key", "key")),
    ("windows-registry-key", P::Text("windows-registry-key", "key")),
    ("filename", P::Text("file", "name")),
    ("file", P::Text("file", "name")),
    ("directory", P::Text("directory", "path")),
    ("md5", P::Hash("file", "MD5")),
    ("sha1", P::Hash("file", "SHA-1")),
    ("sha224", P::Hash("file", "SHA-224")),
    ("sha256", P::Hash("file", "SHA-256")),
    ("sha384", P::Hash("file", "SHA-384")),
    ("sha512", P::Hash("file", "SHA-512")),
    ("sha3-256", P::Hash("file", "SHA3-256")),
    ("sha3-512", P::Hash("file", "SHA3-512")),
    ("ssdeep", P::Hash("file", "SSDEEP")),
    ("tlsh", P::Hash("file", "TLSH")),
    ("imphash", P::Hash("file", "IMPHASH")),
    ("authentihash", P::Hash("file", "AUTHENTIHASH")),
    ("x509-fingerprint-md5", P::Hash("x509-certificate", "MD5")),
    ("x509-fingerprint-sha1", P::Hash("x509-certificate", "SHA-1")),
    ("x509-fingerprint-sha256", P::Hash("x509-certificate", "SHA-256")),
    ("x509-certificate", P::Text("x509-certificate", "serial_number")),
    ("user-account", P::Text("user-account", "account_login")),
    ("account", P::Text("user-account", "account_login")),
    ("user-id", P::Text("user-account", "user_id")),
    ("as", P::Number),
    ("autonomous-system", P::Number),
    ("process", P::Text("process", "command_line")),
    ("software", P::Text("software", "name")),
    ("port", P::Port),
    ("md5_hash", P::Hash("file", "MD5")),
    ("sha1_hash", P::Hash("file", "SHA-1")),
    ("sha256_hash", P::Hash("file", "SHA-256")),
];

/// Tells whether a text is a word of the table, or two with a bar between.
pub(crate) fn is_word(text: &str) -> bool {
    text.split(['|', ':']).all(|word| part(word).is_ok())
}

/// Makes the objects of a line; a word like `filename|md5` has values like `name|hash`.
pub(crate) fn simple_objects<'n>(word: &str, value: &'n str) -> Result<Vec<Made<'n>>, LineError> {
    let Some((one, other)) = word.split_once(['|', ':']) else {
        let (object_type, property) = property(part(word)?, value)?;
        return Ok(vec![Made::new("0", object_type, [property])]);
    };
    let (of_one, of_other) = (part(one)?, part(other)?);
    let values = value.rsplit_once('|');
    if matches!(of_other, Part::Port) {
        return with_port(one, of_one, values.or_else(|| value.rsplit_once(':')));
    }
    let (first, second) = values.ok_or(unfit("two values with | between them"))?;
    let ((one_type, one), (other_type, other)) = (property(of_one, first)?, property(of_other, second)?);
    Ok(if one_type == other_type {
        vec![Made::new("0", one_type, [one, other])]
    } else {
        vec![Made::new("0", one_type, [one]), Made::new("1", other_type, [other])]
    })
}

/// Makes an address or name, and the traffic with its port.
fn with_port<'n>(word: &str, of: Part, values: Option<(&'n str, &'n str)>) -> Result<Vec<Made<'n>>, LineError> {
    let expected = unfit("an address or name and a port, with | between them");
    let Some((place, port)) = values else { return Err(expected) };
    let place = place.trim().strip_prefix('[').and_then(|place| place.strip_suffix(']')).unwrap_or(place);
    let (object_type, value) = property(of, place)?;
    let protocol = match object_type {
        "ipv4-addr" => "ipv4",
        "ipv6-addr" => "ipv6",
        "domain-name" => "ip",
        _ => return Err(expected),
    };
    let port = convert::Convert::Whole.read_text(port.trim(), false).map_err(unfit)?;
    let Some(Node::Number(written)) = port else { return Err(expected) };
    if !written.parse::<u32>().is_ok_and(|port| port <= u32::from(u16::MAX)) {
        return Err(unfit("a port from 0 to 65535"));
    }
    let source = SOURCES.iter().any(|known| known.eq_ignore_ascii_case(word.trim()));
    let (reference, end) = if source { ("src_ref", "src_port") } else { ("dst_ref", "dst_port") };
    let text = |text: &'static str| Node::String(Cow::Borrowed(text));
    // Which protocol has the port is not said, and not made up.
    let traffic = [
        (Cow::Borrowed(reference), text("0")),
        (Cow::Borrowed(end), Node::Number(written)),
        (Cow::Borrowed("protocols"), Node::Array(vec![text(protocol)])),
    ];
    Ok(vec![Made::new("0", object_type, [value]), Made::new("1", "network-traffic", traffic)])
}

fn part(word: &str) -> Result<Part, LineError> {
    let word = trimmed(word);
    let first = word.as_bytes().first().map(u8::to_ascii_lowercase);
    let is = |known: &str| known.as_bytes().first().copied() == first && known.eq_ignore_ascii_case(word);
    WORDS.iter().find(|(known, _)| is(known)).map(|(_, part)| *part).ok_or(LineError::Type)
}

fn unfit(expected: &'static str) -> LineError {
    LineError::Value { field: "value".to_owned(), expected }
}

/// Returns the type of the object and its property.
fn property(part: Part, value: &str) -> Result<(&'static str, (Cow<'_, str>, Node<'_>)), LineError> {
    let value = trimmed(value);
    if value.is_empty() {
        return Err(LineError::Absent("value"));
    }
    let (object_type, name, node) = match part {
        Part::Address => {
            let value = comity_normal::refanged(value);
            let object_type = address_type(&value).ok_or(unfit("an IPv4 or IPv6 address"))?;
            (object_type, "value", Node::String(value))
        }
        Part::Text(object_type, name) => {
            let meant = matches!(object_type, "domain-name" | "url" | "email-addr");
            let mut node = Node::String(if meant { comity_normal::refanged(value) } else { Cow::Borrowed(value) });
            if object_type == "domain-name" {
                // A port alone is said of no traffic here.
                without_port(&mut node);
            }
            (object_type, name, node)
        }
        Part::Hash(object_type, algorithm) => {
            let hash = Node::String(Cow::Borrowed(value));
            (object_type, "hashes", Node::Object(vec![(Cow::Borrowed(algorithm), hash)]))
        }
        Part::Mac => {
            let mac = convert::mac(value).ok_or(unfit("a hardware address of 12 hexadecimal digits"))?;
            ("mac-addr", "value", Node::String(mac))
        }
        Part::Number => {
            let number = convert::Convert::AutonomousSystem.read_text(value, false).map_err(unfit)?;
            ("autonomous-system", "number", number.ok_or(unfit("a whole number"))?)
        }
        Part::Port => return Err(unfit("an address or name beside the port, as in ip|port")),
    };
    Ok((object_type, (Cow::Borrowed(name), node)))
}
