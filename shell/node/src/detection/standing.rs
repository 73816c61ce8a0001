//! How one indicator stands before detection: whether it can match, whether it covers too much, and what an officer said of that.
//!
//! Guarantees: an acceptance counts for the pattern that was accepted, not for another version's. Does not know: the engine.

use super::indicator::{Indicator, Unfit};
use comity_detect::{Broad, breadth};
use comity_stix::json::Limits;
use comity_stix::json::tree::Node;
use comity_vocab::Digest;

/// The code of an indicator that cannot be read at all.
pub(super) const UNREADABLE: &str = "unreadable";

/// Why an indicator is not looked for, though it is current and written in STIX.
pub(crate) enum Hindrance {
    /// It can never match, or only what observed-data in STIX could bring: a word for programs, and a sentence.
    Unmatchable(&'static str, String),
    /// It covers too much, and nobody accepted it.
    Broad(Broad),
}

/// What is to be said of one indicator.
pub(crate) struct Standing {
    /// Its identifier; empty where it cannot be read.
    pub id: String,
    /// Why it is not looked for.
    pub hindrance: Option<Hindrance>,
    /// What of it is read otherwise than it is written, in sentences.
    pub remarks: Vec<String>,
    /// How it covers too much, also where an officer accepted that.
    pub broad: Option<Broad>,
}

/// Looks at an indicator; `accepted` is the digest of the pattern that an officer accepted.
pub(crate) fn standing(bytes: &[u8], accepted: Option<&[u8; 32]>) -> Standing {
    let unmatchable = |id, code, why| {
        let hindrance = Some(Hindrance::Unmatchable(code, why));
        Standing { id, hindrance, remarks: Vec::new(), broad: None }
    };
    match Indicator::read(bytes) {
        Ok(indicator) => {
            let broad = breadth(&indicator.pattern);
            let aside = broad.clone().filter(|_| !is_accepted(bytes, accepted)).map(Hindrance::Broad);
            let never = indicator.unmatchable.map(|why| Hindrance::Unmatchable(why.code(), why.to_string()));
            let hindrance = aside.or(never);
            Standing { id: indicator.id, hindrance, remarks: indicator.remarks, broad }
        }
        Err(Unfit::NotStix(_)) => Standing { id: String::new(), hindrance: None, remarks: Vec::new(), broad: None },
        Err(Unfit::Unmatchable(id, why)) => unmatchable(id, why.code(), why.to_string()),
        Err(Unfit::Invalid(id, why)) => unmatchable(id, UNREADABLE, why),
    }
}

/// Tells whether the pattern of these bytes is the one that was accepted.
pub(super) fn is_accepted(bytes: &[u8], accepted: Option<&[u8; 32]>) -> bool {
    accepted.is_some_and(|accepted| pattern_digest(bytes).is_some_and(|digest| digest.as_bytes() == accepted))
}

/// SHA-256 of the text of the pattern; none where there is none.
pub(crate) fn pattern_digest(bytes: &[u8]) -> Option<Digest> {
    let node = Node::parse(bytes, &Limits::default()).ok()?;
    let written = node.property("pattern").and_then(Node::text)?;
    Some(comity_crypto::sha256(&[written.as_bytes()]))
}
