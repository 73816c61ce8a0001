//! The Traffic Light Protocol 2.0 (FIRST, August 2022) and its STIX marking identifiers (domain.md §5.1).

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A TLP 2.0 label; the order is from the widest to the narrowest sharing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Tlp {
    /// No limit on disclosure.
    Clear,
    /// Within the community.
    Green,
    /// The recipient's organisation and its clients.
    Amber,
    /// The recipient's organisation only.
    AmberStrict,
    /// Individual recipients only.
    Red,
}

/// A word that is not a TLP label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a TLP label: expected TLP:CLEAR, TLP:GREEN, TLP:AMBER, TLP:AMBER+STRICT or TLP:RED")]
pub struct TlpError;

impl Tlp {
    /// Every label, widest first.
    pub const ALL: [Tlp; 5] = [Tlp::Clear, Tlp::Green, Tlp::Amber, Tlp::AmberStrict, Tlp::Red];

    /// Returns the label as printed, such as `TLP:AMBER+STRICT`.
    pub fn as_str(&self) -> &'static str {
        match self {
            Tlp::Clear => "TLP:CLEAR",
            Tlp::Green => "TLP:GREEN",
            Tlp::Amber => "TLP:AMBER",
            Tlp::AmberStrict => "TLP:AMBER+STRICT",
            Tlp::Red => "TLP:RED",
        }
    }

    /// Returns the identifier of the STIX 2.1 marking definition for TLP 2.0.
    pub fn marking_id(&self) -> &'static str {
        match self {
            Tlp::Clear => "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
            Tlp::Green => "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
            Tlp::Amber => "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
            Tlp::AmberStrict => "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
            Tlp::Red => "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
        }
    }

    /// Returns the label that a marking identifier of either family (TLP 2.0 or 1.0) stands for (R5.1, R5.2).
    pub fn from_marking_id(id: &str) -> Option<Tlp> {
        match id {
            "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9" => Some(Tlp::Clear),
            "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da" => Some(Tlp::Green),
            "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82" => Some(Tlp::Amber),
            "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed" => Some(Tlp::Red),
            _ => Tlp::ALL.into_iter().find(|tlp| tlp.marking_id() == id),
        }
    }
}

impl FromStr for Tlp {
    type Err = TlpError;
    fn from_str(text: &str) -> Result<Self, TlpError> {
        let upper = text.trim().to_ascii_uppercase();
        match upper.strip_prefix("TLP:").unwrap_or(&upper) {
            "CLEAR" | "WHITE" => Ok(Tlp::Clear),
            "GREEN" => Ok(Tlp::Green),
            "AMBER" => Ok(Tlp::Amber),
            "AMBER+STRICT" => Ok(Tlp::AmberStrict),
            "RED" => Ok(Tlp::Red),
            _ => Err(TlpError),
        }
    }
}

impl TryFrom<String> for Tlp {
    type Error = TlpError;
    fn try_from(text: String) -> Result<Self, TlpError> {
        text.parse()
    }
}

impl From<Tlp> for String {
    fn from(tlp: Tlp) -> String {
        tlp.as_str().to_owned()
    }
}

impl fmt::Display for Tlp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_and_both_identifier_families() {
        for tlp in Tlp::ALL {
            assert_eq!(tlp.as_str().parse(), Ok(tlp));
            assert_eq!(Tlp::from_marking_id(tlp.marking_id()), Some(tlp));
        }
        assert_eq!("white".parse(), Ok(Tlp::Clear));
        assert_eq!("TLP:PURPLE".parse::<Tlp>(), Err(TlpError));
        assert!(Tlp::Red > Tlp::AmberStrict && Tlp::AmberStrict > Tlp::Amber);
    }
}
