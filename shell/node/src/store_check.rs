//! The node's side of a damaged file: everything held is read once at the start and once a day, beside the node.
//!
//! Guarantees: what was found ends all answers but those that say so, for a list out of a damaged store would be short and say that it is
//! whole. Does not know: how a page is checked (`comity_store`), who asks when.

use crate::failure::Failure;
use crate::node::Node;
use comity_store::{Holdings, Mode, Trouble};
use std::path::PathBuf;

/// Reads all pages and all versions of the holdings, on a connection of its own.
pub struct StoreCheck {
    path: PathBuf,
}

impl StoreCheck {
    /// Reads everything, piece by piece, while `go_on` says so between them; returns whether it came to the end.
    ///
    /// # Errors
    /// [`Failure`] names what is damaged; its code is [`DAMAGED`] then.
    pub fn run(&self, go_on: &dyn Fn() -> bool) -> Result<bool, Failure> {
        let held = Holdings::open(&self.path, Mode::ReadOnly)?;
        let told = |error: comity_store::StoreError| {
            let damaged = matches!(error.trouble(), Trouble::Damaged | Trouble::Foreign);
            let failure = Failure::from(error);
            if damaged { failure.code(DAMAGED) } else { failure }
        };
        for table in held.view().tables().map_err(told)? {
            if !go_on() {
                return Ok(false);
            }
            held.view().table_whole(&table).map_err(told)?;
        }
        let mut after = Some(0);
        while let Some(vid) = after {
            if !go_on() {
                return Ok(false);
            }
            after = held.view().versions_whole(vid).map_err(told)?;
        }
        Ok(true)
    }
}

/// The code of a failure that says: pages, rows or bytes are not what was written.
pub const DAMAGED: &str = "damaged";

impl Node {
    /// Returns what the check of the pages needs.
    pub fn store_check(&self) -> StoreCheck {
        StoreCheck { path: self.home.file("holdings/holdings.db") }
    }

    /// Takes note of damage: the node answers nothing from now on but what says so.
    pub fn store_is_damaged(&mut self, failure: Failure) {
        tracing::error!(error = %failure, "the holdings are damaged: the node stops answering");
        self.unfit = Some(failure);
    }
}
