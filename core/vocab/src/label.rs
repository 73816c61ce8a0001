//! The security label of an item: TLP 2.0 and the organisations it is releasable to.
//!
//! Written `TLP:AMBER+STRICT//REL TO kps,tfo`. The full algebra of domain.md §5.5 grows from here; the two
//! components that exist are combined as its table says: `tlp` by maximum, `releasable_to` by intersection.

use crate::{OrgCode, Tlp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// What an item is marked with. `releasable_to: None` means that no list narrows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityLabel {
    /// With whom recipients may share.
    pub tlp: Tlp,
    /// The organisations that may receive it; `None` where the label does not restrict this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub releasable_to: Option<BTreeSet<OrgCode>>,
}

/// A text that is not a security label.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a security label: expected TLP:… and optionally //REL TO code,code, such as TLP:AMBER//REL TO kps,tfo")]
pub struct LabelError;

impl SecurityLabel {
    /// Makes a label that restricts by TLP only.
    pub fn tlp(tlp: Tlp) -> Self {
        Self { tlp, releasable_to: None }
    }

    /// Combines two labels into one that is at least as strict as either (domain.md §5.5).
    #[must_use]
    pub fn combine(&self, other: &Self) -> Self {
        let releasable_to = match (&self.releasable_to, &other.releasable_to) {
            (Some(ours), Some(theirs)) => Some(ours.intersection(theirs).cloned().collect()),
            (Some(list), None) | (None, Some(list)) => Some(list.clone()),
            (None, None) => None,
        };
        Self { tlp: self.tlp.max(other.tlp), releasable_to }
    }

    /// Tells whether this label restricts at least as much as `other` in every component.
    pub fn is_at_least(&self, other: &Self) -> bool {
        self.combine(other) == *self
    }

    /// Tells whether the label lets this organisation receive the item.
    pub fn permits(&self, recipient: &OrgCode) -> bool {
        match &self.releasable_to {
            Some(list) => list.contains(recipient),
            None => self.tlp != Tlp::Red,
        }
    }
}

impl FromStr for SecurityLabel {
    type Err = LabelError;
    fn from_str(text: &str) -> Result<Self, LabelError> {
        let (tlp, list) = match text.split_once("//") {
            Some((tlp, rest)) => (tlp, Some(rest)),
            None => (text, None),
        };
        let tlp = tlp.parse().map_err(|_| LabelError)?;
        let releasable_to = list
            .map(|rest| {
                let rest = rest.trim();
                let codes = rest.strip_prefix("REL TO ").or_else(|| rest.strip_prefix("REL ")).ok_or(LabelError)?;
                codes.split([',', ' ']).filter(|c| !c.is_empty()).map(|c| c.parse().map_err(|_| LabelError)).collect()
            })
            .transpose()?;
        Ok(Self { tlp, releasable_to })
    }
}

impl fmt::Display for SecurityLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.tlp)?;
        if let Some(list) = &self.releasable_to {
            let codes: Vec<&str> = list.iter().map(OrgCode::as_str).collect();
            write!(f, "//REL TO {}", codes.join(","))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn label(text: &str) -> SecurityLabel {
        text.parse().unwrap()
    }

    #[test]
    fn reads_what_it_writes() {
        for text in ["TLP:CLEAR", "TLP:AMBER+STRICT//REL TO kps,tfo", "TLP:RED//REL TO kps"] {
            assert_eq!(label(text).to_string(), text);
        }
        for text in ["", "AMBER//kps", "TLP:AMBER//REL TO KPS", "TLP:PINK"] {
            assert_eq!(text.parse::<SecurityLabel>(), Err(LabelError), "{text}");
        }
    }

    #[test]
    fn red_needs_a_named_recipient() {
        let kps: OrgCode = "kps".parse().unwrap();
        assert!(!label("TLP:RED").permits(&kps));
        assert!(label("TLP:RED//REL TO kps").permits(&kps));
        assert!(!label("TLP:CLEAR//REL TO tfo").permits(&kps));
        assert!(label("TLP:AMBER").permits(&kps));
    }

    fn any_label() -> impl Strategy<Value = SecurityLabel> {
        let list = proptest::collection::btree_set(prop_oneof!["kps", "tfo", "bcc", "qft"], 0..4)
            .prop_map(|set| set.into_iter().map(|c| c.parse().unwrap()).collect());
        (0usize..5, proptest::option::of(list))
            .prop_map(|(tlp, releasable_to)| SecurityLabel { tlp: Tlp::ALL[tlp], releasable_to })
    }

    proptest! {
        #[test]
        fn combination_is_a_semilattice(a in any_label(), b in any_label(), c in any_label()) {
            prop_assert_eq!(a.combine(&b), b.combine(&a));
            prop_assert_eq!(a.combine(&b).combine(&c), a.combine(&b.combine(&c)));
            prop_assert_eq!(a.combine(&a), a.clone());
            prop_assert!(a.combine(&b).is_at_least(&a));
        }
    }
}
