//! How identifiers and versions become short keys, and back.
//!
//! A lawful identifier is its interned prefix and 16 bytes; any other text is kept whole. Does not know: what is held.

use comity_stix::ObjectFacts;
use comity_vocab::code::STIX_ID_BYTES_MAX;
use rusqlite::ToSql;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, Value, ValueRef};

/// The second half of an object's identifier, as stored.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum IdKey {
    /// The UUID of a lawful identifier.
    Uuid([u8; 16]),
    /// The whole text of any other.
    Text(String),
    /// What stands for either once the object is erased ([`crate::erased`]).
    Erased([u8; 32]),
}

impl IdKey {
    /// Whether the identifier is derived from a value (UUID version 5), as those of observables are (STIX 2.1 §2.9).
    pub(crate) fn is_derived(&self) -> bool {
        matches!(self, Self::Uuid([_, _, _, _, _, _, version, ..]) if version >> 4 == 5)
    }
}

impl ToSql for IdKey {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Uuid(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
            Self::Erased(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
            Self::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
        })
    }
}

impl FromSql for IdKey {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        match value {
            ValueRef::Blob(bytes) => bytes
                .try_into()
                .map(Self::Uuid)
                .or_else(|_| bytes.try_into().map(Self::Erased))
                .map_err(|_| FromSqlError::InvalidType),
            other => other.as_str().map(|text| Self::Text(text.to_owned())),
        }
    }
}

/// Splits an identifier into prefix and key; the prefix is `None` where the identifier is not lawful.
///
/// Identifiers longer than 300 bytes have no key (security.md §5 C, case 56).
pub(crate) fn split(id: &str) -> Option<(Option<&str>, IdKey)> {
    if id.len() > STIX_ID_BYTES_MAX {
        return None;
    }
    let lawful = || {
        let (prefix, uuid) = id.split_once("--")?;
        let prefix_ok =
            !prefix.is_empty() && prefix.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        let uuid_ok = uuid.len() == 36 && !uuid.bytes().any(|b| b.is_ascii_uppercase());
        let uuid = uuid::Uuid::try_parse(uuid).ok().filter(|u| prefix_ok && uuid_ok && !u.is_nil())?;
        Some((Some(prefix), IdKey::Uuid(uuid.into_bytes())))
    };
    Some(lawful().or_else(|| erased(id)).unwrap_or_else(|| (None, IdKey::Text(id.to_owned()))))
}

/// Reads the text that stands for the identifier of what was erased.
fn erased(id: &str) -> Option<(Option<&str>, IdKey)> {
    let (prefix, digits) = match id.split_once("--erased-") {
        Some((prefix, digits)) => (Some(prefix), digits),
        None => (None, id.strip_prefix("erased-")?),
    };
    let mut bytes = [0; 32];
    let lower = !digits.bytes().any(|b| b.is_ascii_uppercase());
    (lower && hex::decode_to_slice(digits, &mut bytes).is_ok()).then_some((prefix, IdKey::Erased(bytes)))
}

/// Joins prefix and key into the identifier.
pub(crate) fn join(prefix: Option<&str>, key: &IdKey) -> String {
    match (prefix, key) {
        (Some(prefix), IdKey::Uuid(bytes)) => format!("{prefix}--{}", uuid::Uuid::from_bytes(*bytes).hyphenated()),
        (Some(prefix), IdKey::Erased(bytes)) => format!("{prefix}--erased-{}", hex::encode(bytes)),
        (None, IdKey::Erased(bytes)) => format!("erased-{}", hex::encode(bytes)),
        (_, IdKey::Text(text)) => text.clone(),
        (None, IdKey::Uuid(bytes)) => uuid::Uuid::from_bytes(*bytes).hyphenated().to_string(),
    }
}

/// Returns the version key of an object: instants compare like bytes, "no version" is the lowest of all.
///
/// An instant counts in whatever way it is written. A `modified` from which none can be read sorts below every instant but still tells
/// versions apart; what it says about its age nobody knows ([`is_undated`]).
pub(crate) fn version_key(facts: &ObjectFacts) -> Vec<u8> {
    match facts.version {
        Some(time) => time.sort_key().to_vec(),
        None if facts.version_text.is_empty() => Vec::new(),
        None => {
            let text = facts.version_text.as_bytes();
            let mut key = vec![0];
            key.extend_from_slice(text.get(..64).unwrap_or(text));
            key
        }
    }
}

/// Tells whether a version key says nothing of when: no `modified`, or one that cannot be read.
pub(crate) fn is_undated(version: &[u8]) -> bool {
    version.first().is_none_or(|first| *first == 0)
}

/// The bounds of the keys whose UUID begins with these hexadecimal digits (dashes allowed); `None` where they are no digits.
pub(crate) fn uuid_range(beginning: &str) -> Option<(Value, Value)> {
    let digits: String = beginning.chars().filter(|c| *c != '-').collect();
    if digits.len() > 32 || digits.bytes().any(|b| !matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    let bound = |fill: &str| {
        let full = format!("{digits}{}", fill.repeat(32 - digits.len()));
        hex::decode(full).ok().map(Value::Blob)
    };
    Some((bound("0")?, bound("f")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_survive() {
        for (id, lawful) in [
            ("malware--31b940d4-6f7f-459a-80ea-9c1f17b58abc", true),
            ("malware--31B940D4-6f7f-459a-80ea-9c1f17b58abc", false),
            ("malware--{31b940d4-6f7f-459a-80ea-9c1f17b58abc}", false),
            ("malware--00000000-0000-0000-0000-000000000000", false),
            ("", false),
            ("x--y", false),
        ] {
            let (prefix, key) = split(id).unwrap();
            assert_eq!(prefix.is_some(), lawful, "{id}");
            assert_eq!(join(prefix, &key), id);
        }
        assert!(split(&"a".repeat(301)).is_none());
    }

    #[test]
    fn ranges_of_beginnings() {
        let (low, high) = uuid_range("31b940d4-6f7f-4").unwrap();
        assert_eq!(low, Value::Blob(hex::decode("31b940d46f7f40000000000000000000").unwrap()));
        assert_eq!(high, Value::Blob(hex::decode("31b940d46f7f4fffffffffffffffffff").unwrap()));
        assert!(uuid_range("xyz").is_none());
    }
}
