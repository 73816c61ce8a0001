//! Door 2 as verbs: draft, sign, check, answer for personal data, approve, send.
//!
//! Guarantees: what is sent is what `comity_release::authorise` released, called in `send` with the registry, the stored
//! approvals and a leak check of that moment. Nothing else can make what the gate accepts. A stored draft is opened only where it has
//! the digest that was kept of it.

pub(crate) mod answer;
pub(crate) mod apart;
mod approve;
pub(crate) mod check;
mod document;
mod draft;
mod grouped;
mod personal;
mod recipients;
pub(crate) mod recipients_own;
mod record;
mod send;
mod show;
mod unchanged;

pub(crate) use recipients::pinned_card;

use crate::failure::Failure;
use crate::node::Node;
use comity_release::Draft;
use comity_store::desk::ReleaseRow;
use comity_vocab::ReleaseState;

impl Node {
    pub(crate) fn release_row(&self, release: &str) -> Result<ReleaseRow, Failure> {
        self.holdings.view().desk().release(release)?.ok_or_else(|| {
            Failure::no(format!("there is no release {release}")).code("unknown").hint("comity release list")
        })
    }

    pub(super) fn open_draft(&self, row: &ReleaseRow) -> Result<Draft, Failure> {
        let bytes = row.draft.as_deref().ok_or_else(|| {
            Failure::no(match row.state {
                ReleaseState::Withdrawn => {
                    format!("release {} was withdrawn before anything left; its draft was thrown away", row.id)
                }
                ReleaseState::Draft | ReleaseState::Approved | ReleaseState::Sent | ReleaseState::Recalled => {
                    format!("the content of release {} is gone: it was recalled", row.id)
                }
            })
        })?;
        Draft::decode(bytes, &row.digest).map_err(|fault| {
            Failure::no(format!("release {}: {fault}; nothing of it is sent", row.id))
                .hint("run `comity verify`; withdraw this release and draft it again")
        })
    }

    pub(super) fn unsent(&self, release: &str) -> Result<(ReleaseRow, Draft), Failure> {
        let row = self.release_row(release)?;
        if !row.state.is_open() {
            return Err(Failure::no(format!("release {release} is {}", row.state)));
        }
        let draft = self.open_draft(&row)?;
        Ok((row, draft))
    }
}
