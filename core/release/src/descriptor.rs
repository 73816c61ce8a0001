//! The source descriptor: closed slots, and the one sentence made from them (domain.md §2.6, R2.18).
//!
//! Guarantees: equal slots give equal text, so two releases never differ in a telling way. There is no free text.
//! Does not know: the source.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A text that is not a source descriptor.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DescriptorError {
    /// A part is not of the form `slot=value`.
    #[error("not a source descriptor: expected slot=value, separated by commas")]
    Malformed,
    /// A slot that does not exist.
    #[error("no such slot in a source descriptor: expected access, record, corroboration, currency, bias, discipline")]
    NoSuchSlot,
    /// A slot was given twice.
    #[error("the slot {slot} is given twice")]
    Twice {
        /// The slot.
        slot: &'static str,
    },
    /// A word that the slot does not allow.
    #[error("the slot {slot} takes one of: {allowed}")]
    NotAllowed {
        /// The slot.
        slot: &'static str,
        /// The words it allows.
        allowed: &'static str,
    },
}

macro_rules! slot {
    ($(#[$doc:meta])* $name:ident, $slot:literal, $allowed:literal,
     $($(#[$attribute:meta])* $variant:ident => $word:literal, $text:literal;)*) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$attribute])* #[serde(rename = $word)] $variant,)* }

        impl $name {
            /// Returns the word of the slot.
            pub fn as_str(&self) -> &'static str {
                match self { $($name::$variant => $word,)* }
            }

            /// Returns the words put into the sentence; empty where the slot says nothing.
            fn text(&self) -> &'static str {
                match self { $($name::$variant => $text,)* }
            }
        }

        impl FromStr for $name {
            type Err = DescriptorError;
            fn from_str(text: &str) -> Result<Self, DescriptorError> {
                match text {
                    $($word => Ok($name::$variant),)*
                    _ => Err(DescriptorError::NotAllowed { slot: $slot, allowed: $allowed }),
                }
            }
        }
    };
}

slot!(
    /// How near the source is to what it reports.
    Access, "access", "direct, indirect, unknown_access",
    /// Saw or heard it.
    Direct => "direct", "direct access";
    /// Has it from others.
    Indirect => "indirect", "indirect access";
    /// Not known.
    #[default] Unknown => "unknown_access", "unknown access";
);
slot!(
    /// What the source's earlier reports were worth.
    ReportingRecord, "record", "established_reliable, established_mixed, limited, none, not_stated",
    /// Reliable over time.
    EstablishedReliable => "established_reliable", "an established reliable reporting record";
    /// Mixed over time.
    EstablishedMixed => "established_mixed", "an established but mixed reporting record";
    /// Few reports.
    Limited => "limited", "a limited reporting record";
    /// First report.
    None => "none", "no reporting record";
    /// Not said.
    #[default] NotStated => "not_stated", "";
);
slot!(
    /// Whether something else says the same.
    Corroboration, "corroboration", "independent, partial, none, not_assessed",
    /// Independently corroborated.
    Independent => "independent", "independently corroborated";
    /// In part.
    Partial => "partial", "partially corroborated";
    /// Not at all.
    None => "none", "not corroborated";
    /// Not looked into.
    #[default] NotAssessed => "not_assessed", "";
);
slot!(
    /// How old the information is.
    Currency, "currency", "under_1_month, 1_to_6_months, over_6_months, not_stated",
    /// Under one month.
    Under1Month => "under_1_month", "information dated within the last month";
    /// One to six months.
    From1To6Months => "1_to_6_months", "information dated within the last six months";
    /// Older.
    Over6Months => "over_6_months", "information more than six months old";
    /// Not said.
    #[default] NotStated => "not_stated", "";
);
slot!(
    /// Whether the source has an interest.
    Bias, "bias", "none_known, interested_party, not_stated",
    /// None known.
    NoneKnown => "none_known", "no bias known";
    /// An interested party.
    InterestedParty => "interested_party", "the source has an interest";
    /// Not said.
    #[default] NotStated => "not_stated", "";
);
slot!(
    /// The kind of collection.
    Discipline, "discipline", "not_stated, open_source, technical, human, partner_service",
    /// Not said.
    #[default] NotStated => "not_stated", "A source";
    /// Open sources.
    OpenSource => "open_source", "An open source";
    /// Technical collection.
    Technical => "technical", "A technical source";
    /// A person.
    Human => "human", "A human source";
    /// A partner service.
    PartnerService => "partner_service", "A partner-service source";
);

/// What a recipient may be told about the source, in closed slots.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceDescriptor {
    /// How near the source is to what it reports.
    #[serde(default)]
    pub access: Access,
    /// What its earlier reports were worth.
    #[serde(default)]
    pub reporting_record: ReportingRecord,
    /// Whether something else says the same.
    #[serde(default)]
    pub corroboration: Corroboration,
    /// How old the information is.
    #[serde(default)]
    pub currency: Currency,
    /// Whether the source has an interest.
    #[serde(default)]
    pub possible_bias: Bias,
    /// The kind of collection.
    #[serde(default)]
    pub discipline: Discipline,
}

impl SourceDescriptor {
    /// Renders the sentence, such as "A source with indirect access and a limited reporting record; information dated
    /// within the last month; not corroborated."
    pub fn render(&self) -> String {
        let mut text = format!("{} with {}", self.discipline.text(), self.access.text());
        if !self.reporting_record.text().is_empty() {
            text.push_str(" and ");
            text.push_str(self.reporting_record.text());
        }
        for part in [self.currency.text(), self.corroboration.text(), self.possible_bias.text()] {
            if !part.is_empty() {
                text.push_str("; ");
                text.push_str(part);
            }
        }
        text.push('.');
        text
    }
}

impl fmt::Display for SourceDescriptor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "access={},record={},corroboration={},currency={},bias={},discipline={}",
            self.access.as_str(),
            self.reporting_record.as_str(),
            self.corroboration.as_str(),
            self.currency.as_str(),
            self.possible_bias.as_str(),
            self.discipline.as_str()
        )
    }
}

impl FromStr for SourceDescriptor {
    type Err = DescriptorError;

    /// Reads `access=indirect,record=limited,…`; slots not named keep the value that says nothing.
    fn from_str(text: &str) -> Result<Self, DescriptorError> {
        let mut descriptor = Self::default();
        let mut seen: Vec<&'static str> = Vec::new();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let (slot, word) = part.split_once('=').ok_or(DescriptorError::Malformed)?;
            let (slot, word) = (slot.trim(), word.trim());
            let name = match slot {
                "access" => {
                    descriptor.access = word.parse()?;
                    "access"
                }
                "record" | "reporting_record" => {
                    descriptor.reporting_record = word.parse()?;
                    "record"
                }
                "corroboration" => {
                    descriptor.corroboration = word.parse()?;
                    "corroboration"
                }
                "currency" => {
                    descriptor.currency = word.parse()?;
                    "currency"
                }
                "bias" | "possible_bias" => {
                    descriptor.possible_bias = word.parse()?;
                    "bias"
                }
                "discipline" => {
                    descriptor.discipline = word.parse()?;
                    "discipline"
                }
                _ => return Err(DescriptorError::NoSuchSlot),
            };
            if seen.contains(&name) {
                return Err(DescriptorError::Twice { slot: name });
            }
            seen.push(name);
        }
        if seen.is_empty() { Err(DescriptorError::Malformed) } else { Ok(descriptor) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_of_the_domain_guide() {
        let descriptor: SourceDescriptor =
            "access=indirect,record=limited,corroboration=none,currency=under_1_month".parse().unwrap();
        assert_eq!(
            descriptor.render(),
            "A source with indirect access and a limited reporting record; information dated within the last month; \
             not corroborated."
        );
        assert_eq!(descriptor.to_string().parse(), Ok(descriptor));
        assert_eq!(SourceDescriptor::default().render(), "A source with unknown access.");
    }

    #[test]
    fn only_slots() {
        for (text, error) in [
            ("", "not a source descriptor: expected slot=value, separated by commas"),
            ("access", "not a source descriptor: expected slot=value, separated by commas"),
            ("access=our man in Kestria", "the slot access takes one of: direct, indirect, unknown_access"),
            ("access=direct,access=indirect", "the slot access is given twice"),
            (
                "remark=x",
                "no such slot in a source descriptor: expected access, record, corroboration, currency, bias, discipline",
            ),
        ] {
            assert_eq!(text.parse::<SourceDescriptor>().unwrap_err().to_string(), error, "{text}");
        }
    }
}
