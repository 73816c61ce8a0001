//! CBOR as authenticators write it, read strictly (CTAP 2 canonical form, as far as it matters).
//!
//! Guarantees: bounded depth and length, no key twice in a map at any depth, nothing after the value unless asked for.

use super::PasskeyError;
use ciborium::Value;

/// The longest CBOR read, in bytes.
const BYTES_MAX: usize = 16 * 1024;
/// The deepest nesting read.
const DEPTH_MAX: usize = 8;

/// Reads one value and returns it with the bytes that follow it.
pub(super) fn first(bytes: &[u8]) -> Result<(Value, &[u8]), PasskeyError> {
    if bytes.len() > BYTES_MAX {
        return Err(PasskeyError);
    }
    let mut rest = bytes;
    let value: Value =
        ciborium::de::from_reader_with_recursion_limit(&mut rest, DEPTH_MAX).map_err(|_| PasskeyError)?;
    unique(&value)?;
    // One value has one spelling: lengths in their shortest form, nothing of indefinite length.
    let read = bytes.get(..bytes.len().saturating_sub(rest.len())).ok_or(PasskeyError)?;
    let mut canonical = Vec::with_capacity(read.len());
    ciborium::into_writer(&value, &mut canonical).map_err(|_| PasskeyError)?;
    if canonical == read { Ok((value, rest)) } else { Err(PasskeyError) }
}

/// Reads one value that is all there is.
pub(super) fn whole(bytes: &[u8]) -> Result<Value, PasskeyError> {
    match first(bytes)? {
        (value, []) => Ok(value),
        _ => Err(PasskeyError),
    }
}

/// Refuses a map with a key twice.
fn unique(value: &Value) -> Result<(), PasskeyError> {
    match value {
        Value::Map(entries) => {
            for (position, (key, inner)) in entries.iter().enumerate() {
                unique(key)?;
                unique(inner)?;
                if entries.iter().skip(position + 1).any(|(other, _)| other == key) {
                    return Err(PasskeyError);
                }
            }
            Ok(())
        }
        Value::Array(items) => items.iter().try_for_each(unique),
        Value::Tag(..) => Err(PasskeyError),
        _ => Ok(()),
    }
}

/// Returns the value of a text key of a map.
pub(super) fn entry<'v>(map: &'v Value, key: &str) -> Result<&'v Value, PasskeyError> {
    let entries = map.as_map().ok_or(PasskeyError)?;
    entries.iter().find(|(name, _)| name.as_text() == Some(key)).map(|(_, value)| value).ok_or(PasskeyError)
}

/// Returns the value of an integer key of a map.
pub(super) fn numbered(map: &Value, key: i64) -> Result<&Value, PasskeyError> {
    let entries = map.as_map().ok_or(PasskeyError)?;
    let is = |name: &Value| name.as_integer().and_then(|number| i64::try_from(number).ok()) == Some(key);
    entries.iter().find(|(name, _)| is(name)).map(|(_, value)| value).ok_or(PasskeyError)
}

/// Reads an integer.
pub(super) fn integer(value: &Value) -> Result<i64, PasskeyError> {
    value.as_integer().and_then(|number| i64::try_from(number).ok()).ok_or(PasskeyError)
}
