//! How the text of a field becomes the value of a property: only what STIX asks for, and what a declaration asks for.

use super::hashes::hashes;
use crate::instant;
use comity_normal::Form;
use comity_stix::json::tree::Node;
use serde::Deserialize;
use std::borrow::Cow;

/// How a value is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Convert {
    /// As text; numbers as they are written.
    Text,
    /// As it is: a number stays a number.
    Plain,
    /// A whole number, 0 or above.
    Whole,
    /// `true` or `false`.
    TrueOrFalse,
    /// A time, in UTC.
    Time,
    /// Text in lower case.
    Lower,
    /// A hardware address in lower case with colons (STIX 2.1 §6.9).
    Mac,
    /// What stands behind the last slash or backslash.
    FileName,
    /// What stands before the last slash or backslash, where there is one.
    Directory,
    /// A registry key, its hive written out (STIX 2.1 §6.17).
    RegistryKey,
    /// The key of a value: what stands before the last backslash.
    RegistryKeyOfValue,
    /// A URL with a scheme; what is only a part of one gives nothing.
    AbsoluteUrl,
    /// The number of an autonomous system, with or without `AS` or `ASN` in front.
    AutonomousSystem,
    /// Hashes by algorithm: `MD5=…,SHA256=…`, or one of which the length says the algorithm. What is none gives nothing.
    Hashes,
}

/// Properties that are whole numbers (STIX 2.1 §6).
const WHOLE: &[&str] = &[
    "body_length",
    "dst_byte_count",
    "dst_packets",
    "dst_port",
    "number",
    "pid",
    "size",
    "src_byte_count",
    "src_packets",
    "src_port",
];
/// Properties that are true or false (STIX 2.1 §6).
const TRUE_OR_FALSE: &[&str] = &[
    "can_escalate_privs",
    "is_active",
    "is_disabled",
    "is_hidden",
    "is_multipart",
    "is_privileged",
    "is_self_signed",
    "is_service_account",
];
/// Properties that are times (STIX 2.1 §6).
const TIMES: &[&str] = &[
    "account_created",
    "account_expires",
    "account_first_login",
    "account_last_login",
    "atime",
    "created_time",
    "credential_last_changed",
    "ctime",
    "date",
    "end",
    "modified_time",
    "mtime",
    "start",
    "validity_not_after",
    "validity_not_before",
];

impl Convert {
    /// Returns how a property is read where nothing else is said.
    pub(super) fn usual(object_type: &str, property: &str) -> Self {
        match property {
            _ if object_type.starts_with("x-") || property.starts_with("x_") => Convert::Plain,
            "value" if object_type == "mac-addr" => Convert::Mac,
            "protocols" => Convert::Lower,
            "hashes" => Convert::Hashes,
            "number" if object_type == "autonomous-system" => Convert::AutonomousSystem,
            _ if WHOLE.contains(&property) => Convert::Whole,
            _ if TRUE_OR_FALSE.contains(&property) => Convert::TrueOrFalse,
            _ if TIMES.contains(&property) => Convert::Time,
            _ => Convert::Text,
        }
    }

    /// Reads a value; `Ok(None)` where it gives nothing.
    ///
    /// # Errors
    /// What is expected.
    pub(super) fn read<'n>(self, node: &'n Node<'n>, refang: bool) -> Result<Option<Node<'n>>, &'static str> {
        let text: &'n str = match node {
            Node::String(text) => text,
            Node::Number(written) => written,
            Node::Bool(true) => "true",
            Node::Bool(false) => "false",
            Node::Null => return Ok(None),
            Node::Array(_) | Node::Object(_) => return Err("a single value"),
        };
        if self == Convert::Plain && !matches!(node, Node::String(_)) {
            return Ok(Some(node.clone()));
        }
        self.read_text(text, refang)
    }

    /// Reads a text.
    ///
    /// # Errors
    /// As [`Convert::read`].
    pub(super) fn read_text(self, text: &str, refang: bool) -> Result<Option<Node<'_>>, &'static str> {
        Ok(Some(match self {
            Convert::Text | Convert::Plain => Node::String(meant(text, refang)),
            Convert::Lower => Node::String(lower(meant(text, refang))),
            Convert::Whole => Node::Number(whole(text).ok_or("a whole number")?),
            Convert::TrueOrFalse => match text {
                _ if text.eq_ignore_ascii_case("true") => Node::Bool(true),
                _ if text.eq_ignore_ascii_case("false") => Node::Bool(false),
                _ => return Err("true or false"),
            },
            Convert::Time => Node::String(Cow::Owned(instant::any(text).ok_or("a time")?.to_string())),
            Convert::Mac => Node::String(mac(text).ok_or("a hardware address of 12 hexadecimal digits")?),
            Convert::FileName => match text.rsplit(['/', '\\']).next() {
                Some(name) if !name.is_empty() => Node::String(Cow::Borrowed(name)),
                _ => return Ok(None),
            },
            Convert::Directory => match text.rfind(['/', '\\']).and_then(|at| text.get(..at.max(1))) {
                Some(directory) => Node::String(Cow::Borrowed(directory)),
                None => return Ok(None),
            },
            Convert::RegistryKey => Node::String(with_hive(text)),
            Convert::RegistryKeyOfValue => match text.rsplit_once('\\') {
                Some((key, _)) => Node::String(with_hive(key)),
                None => return Ok(None),
            },
            Convert::AbsoluteUrl => {
                let text = meant(text, refang);
                if !text.contains("://") {
                    return Ok(None);
                }
                Node::String(text)
            }
            Convert::AutonomousSystem => Node::Number(autonomous_system(text).ok_or("a whole number")?),
            Convert::Hashes => return Ok(hashes(text)),
        }))
    }
}

fn lower(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) { Cow::Owned(text.to_ascii_lowercase()) } else { text }
}

/// Reads a whole number of at most 15 digits: more than a port, a size or a count needs, and exact everywhere.
pub(super) fn whole(text: &str) -> Option<&str> {
    let text = text.strip_suffix(".0").unwrap_or(text);
    let digits = !text.is_empty() && text.len() <= 15 && text.bytes().all(|byte| byte.is_ascii_digit());
    let plain = text.trim_start_matches('0');
    // All zeros are one zero.
    digits.then_some(if plain.is_empty() { "0" } else { plain })
}

/// Reads the number of an autonomous system as everywhere ([`Form::AutonomousSystem`]); its digits stand in the text.
fn autonomous_system(text: &str) -> Option<&str> {
    match Form::AutonomousSystem.read(text.strip_suffix(".0").unwrap_or(text))? {
        Cow::Borrowed(digits) => Some(digits),
        Cow::Owned(_) => None,
    }
}

/// Writes a hardware address as STIX does.
pub(super) fn mac(text: &str) -> Option<Cow<'_, str>> {
    let is_plain = |(place, byte): (usize, u8)| match place % 3 {
        2 => byte == b':',
        _ => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
    };
    if text.len() == 17 && text.bytes().enumerate().all(is_plain) {
        return Some(Cow::Borrowed(text));
    }
    let digits: Vec<char> = text.chars().filter(|c| !matches!(c, ':' | '-' | '.')).collect();
    if digits.len() != 12 || !digits.iter().all(char::is_ascii_hexdigit) {
        return None;
    }
    let pairs: Vec<String> =
        digits.chunks(2).map(|pair| pair.iter().collect::<String>().to_ascii_lowercase()).collect();
    Some(Cow::Owned(pairs.join(":")))
}

/// Hives by their short names (STIX 2.1 §6.17: the hive must not be truncated).
const HIVES: &[(&str, &str)] = &[
    ("HKLM", "HKEY_LOCAL_MACHINE"),
    ("HKCU", "HKEY_CURRENT_USER"),
    ("HKCR", "HKEY_CLASSES_ROOT"),
    ("HKCC", "HKEY_CURRENT_CONFIG"),
    ("HKU", "HKEY_USERS"),
];

pub(super) fn with_hive(key: &str) -> Cow<'_, str> {
    let (hive, rest) = key.split_at(key.find('\\').unwrap_or(key.len()));
    match HIVES.iter().find(|(short, _)| short.eq_ignore_ascii_case(hive)) {
        Some((_, long)) => Cow::Owned(format!("{long}{rest}")),
        None => Cow::Borrowed(key),
    }
}

/// Returns a text as it is meant, where the mapping asks for that.
fn meant(text: &str, refang: bool) -> Cow<'_, str> {
    if refang { comity_normal::refanged(text) } else { Cow::Borrowed(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conversions() {
        use Convert as C;
        for (convert, text, expect) in [
            (C::Text, "a[.]example", Ok(Some("\"a[.]example\""))),
            (C::Lower, "TCP", Ok(Some("\"tcp\""))),
            (C::Whole, "443", Ok(Some("443"))),
            (C::Whole, "0443", Ok(Some("443"))),
            (C::Whole, "000", Ok(Some("0"))),
            (C::Whole, "-1", Err("a whole number")),
            (C::Whole, "1e3", Err("a whole number")),
            (C::AutonomousSystem, "ASN64500", Ok(Some("64500"))),
            (C::AutonomousSystem, "as 064500", Ok(Some("64500"))),
            (C::AutonomousSystem, "64500.0", Ok(Some("64500"))),
            (C::AutonomousSystem, "0", Ok(Some("0"))),
            (C::AutonomousSystem, "SAAS64500", Err("a whole number")),
            (C::AutonomousSystem, "4294967296", Err("a whole number")),
            (C::TrueOrFalse, "False", Ok(Some("false"))),
            (C::TrueOrFalse, "no", Err("true or false")),
            (C::Time, "2026-03-16 09:14:00+02:00", Ok(Some("\"2026-03-16T07:14:00.000Z\""))),
            (C::Time, "yesterday", Err("a time")),
            (C::Mac, "00-00-5E-00-53-01", Ok(Some("\"00:00:5e:00:53:01\""))),
            (C::Mac, "0000.5e00.5301", Ok(Some("\"00:00:5e:00:53:01\""))),
            (C::Mac, "00:00:5e:00:53", Err("a hardware address of 12 hexadecimal digits")),
            (C::FileName, "C:\\tmp\\a.exe", Ok(Some("\"a.exe\""))),
            (C::FileName, "/tmp/", Ok(None)),
            (C::Directory, "/tmp/a", Ok(Some("\"/tmp\""))),
            (C::Directory, "/a", Ok(Some("\"/\""))),
            (C::Directory, "a", Ok(None)),
            (C::RegistryKey, "HKLM\\Software\\A", Ok(Some("\"HKEY_LOCAL_MACHINE\\\\Software\\\\A\""))),
            (C::RegistryKey, "HKEY_USERS\\A", Ok(Some("\"HKEY_USERS\\\\A\""))),
            (C::RegistryKeyOfValue, "HKU\\A\\Run", Ok(Some("\"HKEY_USERS\\\\A\""))),
            (C::RegistryKeyOfValue, "Run", Ok(None)),
            (C::AbsoluteUrl, "/index.html", Ok(None)),
            (C::AbsoluteUrl, "http://a.example/", Ok(Some("\"http://a.example/\""))),
        ] {
            let read = convert.read_text(text, false).map(|node| node.map(|node| node.to_json()));
            assert_eq!(read, expect.map(|node| node.map(str::to_owned)), "{convert:?} {text}");
        }
    }
}
