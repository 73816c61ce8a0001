//! Short names of organisations, officers and countries, and the identifiers of STIX objects.
//!
//! Does not know: whether the organisation, officer or object exists.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The longest code of an organisation or officer, in bytes.
pub const CODE_BYTES_MAX: usize = 32;
/// The longest STIX identifier accepted, in bytes (security.md §5 C, case 56).
pub const STIX_ID_BYTES_MAX: usize = 300;

/// A text that is not a code or identifier of the kind asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// The text has characters outside the alphabet of its kind, or none.
    #[error("not {kind}: expected {expected}")]
    Malformed {
        /// What was to be read.
        kind: &'static str,
        /// The form it should have.
        expected: &'static str,
    },
}

fn is_code(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|b| b.is_ascii_lowercase())
        && text.len() <= CODE_BYTES_MAX
        && bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
}

macro_rules! code {
    ($(#[$doc:meta])* $name:ident, $kind:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Returns the code as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = CodeError;
            fn from_str(text: &str) -> Result<Self, CodeError> {
                if is_code(text) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(CodeError::Malformed {
                        kind: $kind,
                        expected: "a lower-case letter, then up to 31 of a-z, 0-9, - and _",
                    })
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = CodeError;
            fn try_from(text: String) -> Result<Self, CodeError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(code: $name) -> String {
                code.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

code!(
    /// The short name of an organisation, such as `vsis`; unique among the partners of one node.
    OrgCode,
    "an organisation code"
);
code!(
    /// The short name of an officer, such as `alice`; never leaves the node.
    OfficerCode,
    "an officer code"
);

/// An ISO 3166-1 alpha-3 country code (domain.md R5.10).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CountryCode(String);

impl FromStr for CountryCode {
    type Err = CodeError;
    fn from_str(text: &str) -> Result<Self, CodeError> {
        if text.len() == 3 && text.bytes().all(|b| b.is_ascii_uppercase()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(CodeError::Malformed { kind: "a country code", expected: "three letters A-Z" })
        }
    }
}

impl TryFrom<String> for CountryCode {
    type Error = CodeError;
    fn try_from(text: String) -> Result<Self, CodeError> {
        text.parse()
    }
}

impl From<CountryCode> for String {
    fn from(code: CountryCode) -> String {
        code.0
    }
}

impl fmt::Display for CountryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A STIX identifier in its lawful form `type--uuid` (STIX 2.1 §2.9).
///
/// Real data holds identifiers that are not lawful; those are kept as text beside the object, with a
/// defect, and never become a `StixId`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct StixId(String);

impl StixId {
    /// Returns the whole identifier.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the part before the two dashes.
    pub fn object_type(&self) -> &str {
        self.0.split_once("--").map_or("", |(kind, _)| kind)
    }

    /// Returns the UUID after the two dashes.
    pub fn uuid(&self) -> uuid::Uuid {
        self.0.split_once("--").and_then(|(_, id)| uuid::Uuid::try_parse(id).ok()).unwrap_or_default()
    }

    /// Joins an object type and a UUID.
    ///
    /// # Errors
    /// [`CodeError`] where the type has characters that STIX does not allow in a type name.
    pub fn new(object_type: &str, uuid: uuid::Uuid) -> Result<Self, CodeError> {
        format!("{object_type}--{}", uuid.hyphenated()).parse()
    }
}

impl FromStr for StixId {
    type Err = CodeError;
    fn from_str(text: &str) -> Result<Self, CodeError> {
        let malformed = CodeError::Malformed { kind: "a STIX identifier", expected: "object-type--UUID in lower case" };
        let Some((kind, id)) = text.split_once("--") else { return Err(malformed) };
        let kind_ok =
            !kind.is_empty() && kind.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        let id_ok = id.len() == 36
            && !id.bytes().any(|b| b.is_ascii_uppercase())
            && uuid::Uuid::try_parse(id).is_ok_and(|u| !u.is_nil());
        if text.len() <= STIX_ID_BYTES_MAX && kind_ok && id_ok { Ok(Self(text.to_owned())) } else { Err(malformed) }
    }
}

impl TryFrom<String> for StixId {
    type Error = CodeError;
    fn try_from(text: String) -> Result<Self, CodeError> {
        text.parse()
    }
}

impl From<StixId> for String {
    fn from(id: StixId) -> String {
        id.0
    }
}

impl fmt::Display for StixId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_org(text: &str, good: bool) {
        assert_eq!(text.parse::<OrgCode>().is_ok(), good, "{text:?}");
    }

    #[test]
    fn organisation_codes() {
        for (text, good) in [
            ("vsis", true),
            ("a", true),
            ("kps-2", true),
            ("", false),
            ("Vsis", false),
            ("2kps", false),
            ("vs is", false),
            ("vsis\u{202e}", false),
            ("ｖsis", false),
        ] {
            check_org(text, good);
        }
        check_org(&"a".repeat(32), true);
        check_org(&"a".repeat(33), false);
    }

    #[test]
    fn stix_identifiers() {
        // security.md §5 C, cases 55 and 56.
        for (text, good) in [
            ("malware--31b940d4-6f7f-459a-80ea-9c1f17b58abc", true),
            ("x-own-type--31b940d4-6f7f-459a-80ea-9c1f17b58abc", true),
            ("malware--31B940D4-6F7F-459A-80EA-9C1F17B58ABC", false),
            ("malware--{31b940d4-6f7f-459a-80ea-9c1f17b58abc}", false),
            ("malware--00000000-0000-0000-0000-000000000000", false),
            ("malware%2d%2d31b940d4-6f7f-459a-80ea-9c1f17b58abc", false),
            ("malware-31b940d4-6f7f-459a-80ea-9c1f17b58abc", false),
            ("malware--31b940d46f7f459a80ea9c1f17b58abc", false),
            (" malware--31b940d4-6f7f-459a-80ea-9c1f17b58abc", false),
            ("--31b940d4-6f7f-459a-80ea-9c1f17b58abc", false),
        ] {
            assert_eq!(text.parse::<StixId>().is_ok(), good, "{text:?}");
        }
        let long = format!("{}--31b940d4-6f7f-459a-80ea-9c1f17b58abc", "a".repeat(10_000));
        assert!(long.parse::<StixId>().is_err());
    }
}
