//! One indicator as detection needs it: pattern, validity, worth.

use comity_pattern::engine::Validity;
use comity_pattern::{Meant, Pattern, Unmatchable, meant};
use comity_stix::json::Limits;
use comity_stix::json::tree::Node;
use comity_vocab::Timestamp;

/// The confidence of an indicator that states none (STIX 2.1 §3.2: absent is unspecified), for decay.
const CONFIDENCE_UNSTATED: u8 = 100;

/// An indicator that can be looked for.
pub(super) struct Indicator {
    /// Its identifier.
    pub id: String,
    /// As it is meant.
    pub pattern: Pattern,
    /// What of the pattern is read differently from how it is written.
    pub remarks: Vec<String>,
    /// Why it will hardly match, though it is looked for.
    pub unmatchable: Option<Unmatchable>,
    pub validity: Validity,
    /// Of 100.
    pub confidence: u8,
    /// From when its worth counts down, in seconds since 1970.
    pub from: i64,
}

/// Why an indicator is not looked for.
pub(super) enum Unfit {
    /// Its pattern is of this language.
    NotStix(String),
    /// Its pattern cannot be read or evaluated; its identifier, and why.
    Invalid(String, String),
    /// It can never match; its identifier, and why.
    Unmatchable(String, Unmatchable),
}

impl Indicator {
    /// Reads an indicator.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Unfit> {
        let unreadable = |message: &str| Unfit::Invalid(String::new(), message.to_owned());
        let node = Node::parse(bytes, &Limits::default()).map_err(|_| unreadable("not readable"))?;
        let text = |name: &str| node.property(name).and_then(Node::text);
        let id = text("id").unwrap_or_default().to_owned();
        // STIX 2.0 has no pattern_type: there every pattern is one of STIX.
        match text("pattern_type") {
            None | Some("stix") => {}
            Some(other) => return Err(Unfit::NotStix(other.chars().take(40).collect())),
        }
        let Some(written) = text("pattern") else { return Err(Unfit::Invalid(id, "it has no pattern".to_owned())) };
        let pattern = match Pattern::parse(written) {
            Ok(pattern) => pattern,
            Err(error) => return Err(Unfit::Unmatchable(id, Unmatchable::Unreadable(error.to_string()))),
        };
        let Meant { pattern, remarks, unmatchable } = meant(&pattern, &comity_detect::is_known);
        // With an offset, a blank or without a zone: the instant that is meant.
        let time = |name: &str| text(name).and_then(Timestamp::meant);
        let validity = Validity { from: time("valid_from"), until: time("valid_until") };
        // An end that nobody can read is no end that never comes.
        if validity.until.is_none() && node.property("valid_until").is_some() {
            return Err(Unfit::Invalid(id, "its valid_until is no time".to_owned()));
        }
        let confidence = match node.property("confidence") {
            Some(Node::Number(written)) => written.parse().ok().filter(|confidence| *confidence <= 100),
            _ => None,
        };
        if let Some(reason) = unmatchable.as_ref().filter(|reason| reason.is_certain()) {
            return Err(Unfit::Unmatchable(id, reason.clone()));
        }
        let from = time("valid_from").or_else(|| time("created")).map_or(0, |from| from.unix_seconds());
        Ok(Self {
            id,
            pattern,
            remarks,
            unmatchable,
            validity,
            confidence: confidence.unwrap_or(CONFIDENCE_UNSTATED),
            from,
        })
    }
}
