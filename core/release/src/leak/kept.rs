//! A check that serves again: for preparing, for approving and for sending the same bytes.
//!
//! Guarantees: it is made from a [`Checked`] and gives one again for the same draft alone, and only under the tag that it was kept with; the
//! caller's tag stands for everything else that the check read. A check that was not whole is not kept.

use super::checked::{Checked, Coverage};
use crate::Draft;
use comity_vocab::Digest;

/// A check, with the tag of what it read.
pub struct KeptCheck {
    tag: Digest,
    checked: Checked,
}

impl std::fmt::Debug for KeptCheck {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "KeptCheck({:?})", self.checked)
    }
}

impl KeptCheck {
    /// Keeps a check of which the whole corpus was read. `tag` tells everything that was read, apart from the draft, from every other state of it.
    pub fn of(tag: Digest, checked: Checked) -> Result<Self, Box<Checked>> {
        match checked.coverage {
            Coverage::Whole { .. } => Ok(Self { tag, checked }),
            Coverage::NotWhole => Err(Box::new(checked)),
        }
    }

    /// Tells whether it was kept with this tag.
    pub fn has_tag(&self, tag: &Digest) -> bool {
        self.tag == *tag
    }

    /// Gives the check again, where draft and tag are those that it is of.
    pub fn again(&self, tag: &Digest, draft: &Draft) -> Option<Checked> {
        let Checked { draft: of, configuration, coverage, findings } = &self.checked;
        (self.tag == *tag && *of == draft.digest()).then(|| Checked {
            draft: *of,
            configuration: configuration.clone(),
            coverage: *coverage,
            findings: findings.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::leak::{LeakCorpus, TABLES};

    fn checked(coverage: Coverage) -> Checked {
        let draft = comity_crypto::sha256(&[b"a draft"]);
        let configuration = LeakCorpus::builder().configuration();
        assert_eq!(configuration.tables(), TABLES);
        Checked { draft, configuration, coverage, findings: Vec::new() }
    }

    #[test]
    fn what_was_not_whole_is_not_kept() {
        let tag = comity_crypto::sha256(&[b"as it was"]);
        assert!(KeptCheck::of(tag, checked(Coverage::NotWhole)).is_err());
        let kept = KeptCheck::of(tag, checked(Coverage::Whole { act: 3 })).unwrap();
        assert!(kept.has_tag(&tag) && !kept.has_tag(&comity_crypto::sha256(&[b"as it is"])));
    }
}
