//! The standing of a link as two columns: the one place where it becomes text and is read back.
//!
//! Guarantees: what cannot be read is a suspension on evidence, which nobody resumes as though people had stopped the link.

use super::DeskError;
use comity_vocab::{LinkStanding, Suspension};

/// The text that a version before this one wrote where an operator suspended a link.
const BY_OPERATOR: &str = "suspended by the operator";

/// The two columns of a standing.
pub(super) fn stored(standing: &LinkStanding) -> Result<(&'static str, Option<String>), DeskError> {
    let reason = match standing.suspension() {
        None => None,
        Some(Suspension::Operator) => Some(BY_OPERATOR.to_owned()),
        Some(Suspension::Earlier { text }) => Some(text.clone()),
        Some(why) => Some(serde_json::to_string(why).map_err(|_| DeskError::Damaged { what: "state of a link" })?),
    };
    Ok((standing.as_str(), reason))
}

/// The standing that two columns say. A suspension that this version cannot read is one on evidence: nobody resumes it unseen.
pub(super) fn standing(state: &str, reason: Option<String>) -> Result<LinkStanding, DeskError> {
    match (state, reason) {
        ("active", _) => Ok(LinkStanding::Active),
        ("suspended", Some(text)) if text == BY_OPERATOR => Ok(LinkStanding::Suspended(Suspension::Operator)),
        ("suspended", reason) => {
            let text = reason.unwrap_or_default();
            let why = serde_json::from_str(&text).unwrap_or(Suspension::Earlier { text });
            Ok(LinkStanding::Suspended(why))
        }
        _ => Err(DeskError::Damaged { what: "state of a link" }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_standing_is_read_back_and_texts_of_earlier_versions_keep_their_meaning() {
        let officer = Suspension::Officer { officer: "alice".parse().unwrap() };
        for why in [Suspension::Operator, officer, Suspension::Ahead { held: 1, signed: 2 }] {
            let (state, reason) = stored(&LinkStanding::Suspended(why.clone())).unwrap();
            assert_eq!(standing(state, reason).unwrap(), LinkStanding::Suspended(why));
        }
        let earlier = standing("suspended", Some("log `x`: at size 3 the partner signed root …".into())).unwrap();
        assert!(earlier.suspension().unwrap().is_evidence());
        // Unknown, empty or absent: nobody resumes it as though people had stopped it.
        for reason in [None, Some(String::new()), Some("{\"why\":\"later\"}".into())] {
            assert!(standing("suspended", reason).unwrap().suspension().unwrap().is_evidence());
        }
        assert!(standing("paused", None).is_err());
    }
}
