//! The Admiralty grade of a piece of information (domain.md §3.1).
//!
//! The two axes are independent; F and 6 mean "cannot be judged", not "worst".

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A grade in the Admiralty scheme, such as `B2`: how reliable the source is, how credible the item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Grading {
    source: u8,
    information: u8,
}

/// A text that is not an Admiralty grade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an Admiralty grade: expected a letter A-F and a digit 1-6, such as B2")]
pub struct GradingError;

impl Grading {
    /// Returns the reliability of the source, `'A'` to `'F'`.
    pub fn source_grade(&self) -> char {
        self.source as char
    }

    /// Returns the credibility of the information, `'1'` to `'6'`.
    pub fn information_grade(&self) -> char {
        self.information as char
    }

    /// Returns the STIX confidence that the credibility stands for (domain.md §3.2), none for 6.
    pub fn stix_confidence(&self) -> Option<u8> {
        match self.information {
            b'1' => Some(90),
            b'2' => Some(70),
            b'3' => Some(50),
            b'4' => Some(30),
            b'5' => Some(10),
            _ => None,
        }
    }
}

impl FromStr for Grading {
    type Err = GradingError;
    fn from_str(text: &str) -> Result<Self, GradingError> {
        let compact: Vec<u8> = text.bytes().filter(|b| !matches!(b, b'/' | b'-' | b' ')).collect();
        match compact.as_slice() {
            [source @ (b'A'..=b'F' | b'a'..=b'f'), information @ b'1'..=b'6'] => {
                Ok(Self { source: source.to_ascii_uppercase(), information: *information })
            }
            _ => Err(GradingError),
        }
    }
}

impl TryFrom<String> for Grading {
    type Error = GradingError;
    fn try_from(text: String) -> Result<Self, GradingError> {
        text.parse()
    }
}

impl From<Grading> for String {
    fn from(grading: Grading) -> String {
        grading.to_string()
    }
}

impl fmt::Display for Grading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.source as char, self.information as char)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grades() {
        for (text, shown, confidence) in
            [("B2", "B2", Some(70)), ("b/3", "B3", Some(50)), ("F6", "F6", None), ("E-1", "E1", Some(90))]
        {
            let grade: Grading = text.parse().unwrap();
            assert_eq!((grade.to_string().as_str(), grade.stix_confidence()), (shown, confidence));
        }
        for text in ["", "B", "2B", "G2", "B7", "B22"] {
            assert_eq!(text.parse::<Grading>(), Err(GradingError), "{text}");
        }
    }
}
