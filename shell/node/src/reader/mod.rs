//! Reading the holdings beside the one who writes: search, show, export.
//!
//! Guarantees: opens `holdings.db` read-only and nothing else. Does not know: the vault, keys.

mod correlations;
mod diff;
mod feedback;
mod find;
mod indicator;
mod recall_preview;
mod recalls_waiting;
mod resemblance;
mod search;
mod sheet;
mod show;
mod sightings;
mod snippet;

pub(crate) use correlations::written;
pub use correlations::{CorrelationQuery, Correlations};
pub use diff::{Change, ChangeKind, Piece, PieceKind, differences};
pub use feedback::Feedback;
pub use find::{Findings, Found};
pub use indicator::IndicatorStanding;
pub use recall_preview::{
    Had, ItemAt, RECALL_ITEMS, RECALL_ITEMS_MAX, RecallItem, RecallOf, RecallPartner, RecallPreview, RecallRelease,
};
pub use recalls_waiting::{Answered, OurRecall, PartnerAnswer, RecallsWaiting, TheirRecall};
pub use resemblance::Resemblances;
pub use search::SearchRequest;
pub use sheet::{Looked, Notice, Recalled, Sheet};
pub use sightings::{
    EvidenceRow, OfIndicator, OfOrigin, OfValue, SeenOf, SightingDay, SightingPage, SightingQuery, SightingRow,
    SightingSheet, SightingSummary, WarningListFacts,
};
pub(crate) use sightings::{damaged_list, warning_list_facts};
pub use snippet::{Snippet, SnippetPiece};

use crate::failure::{Failure, FailureKind};
use crate::home::Home;
use comity_store::{ExportOptions, Filter, Holdings, Mode, Origin, StoreError};
use comity_vocab::{SecurityLabel, StixId, Timestamp};
use std::io::Write;

/// The holdings of a home, for reading.
pub struct Reader {
    holdings: Holdings,
    /// The identity that is the author of what is ours.
    identity: StixId,
    /// How what our sensors observed is to be handled at least.
    observed: SecurityLabel,
    /// Our own names, for comparison.
    own_names: Vec<resemblance::Known>,
}

fn asked(error: StoreError) -> Failure {
    match error {
        StoreError::NotHeld { .. } => Failure::no(error.to_string()).hint("find ids with comity search"),
        StoreError::Ambiguous { .. } | StoreError::Query { .. } => {
            Failure { kind: FailureKind::Usage, ..Failure::from_error(&error) }
        }
        other => other.into(),
    }
}

pub(crate) fn origins(names: &[String]) -> Result<Vec<Origin>, Failure> {
    names.iter().map(|name| name.parse().map_err(|error| Failure::usage(format!("{name}: {error}")))).collect()
}

impl Reader {
    /// Opens the holdings of a home.
    ///
    /// # Errors
    /// [`Failure`]: modes too wide, damaged, of a later version.
    pub fn open(home: &Home) -> Result<Self, Failure> {
        let holdings = Holdings::open(&home.file("holdings/holdings.db"), Mode::ReadOnly)?;
        Ok(Self {
            holdings,
            identity: home.configuration.organisation.identity.clone(),
            observed: home.configuration.detection.label.clone(),
            own_names: resemblance::Known::own(home),
        })
    }

    /// Tells whether the file that is read still lies in its place.
    ///
    /// # Errors
    /// [`Failure`] names it.
    pub fn still_there(&self) -> Result<(), Failure> {
        Ok(self.holdings.still_there()?)
    }

    /// Tells whether the holdings can be read: something of them that every home has.
    ///
    /// # Errors
    /// [`Failure`] where they cannot.
    pub fn answers(&self) -> Result<(), Failure> {
        self.still_there()?;
        let view = self.view();
        view.held_any()?;
        match view.desk().audit_head()? {
            Some(_) => Ok(()),
            None => Err(Failure::operational("the audit log is empty")),
        }
    }

    /// Returns everything that can be read, for a face that puts objects together itself.
    pub fn view(&self) -> comity_store::View<'_> {
        self.holdings.view()
    }

    /// Returns the exact bytes of the current version.
    ///
    /// # Errors
    /// As [`Reader::show`].
    pub fn bytes(&self, beginning: &str) -> Result<Vec<u8>, Failure> {
        let view = self.holdings.view();
        let id = view.resolve(beginning).map_err(asked)?;
        Ok(view.get(&id)?.ok_or_else(|| Failure::no(format!("{id} is not held")))?.bytes)
    }

    /// Writes the holdings, or what the filter lets through, as one bundle.
    ///
    /// # Errors
    /// [`Failure`] where the sink refuses.
    pub fn export(
        &self,
        types: &[String],
        since: Option<Timestamp>,
        from: &[String],
        bundle: uuid::Uuid,
        sink: &mut dyn Write,
    ) -> Result<u64, Failure> {
        let filter = Filter { types: types.to_vec(), since, origins: origins(from)?, ..Filter::default() };
        let options = ExportOptions { filter, current_only: false };
        match self.holdings.view().export(&options, bundle, sink) {
            Ok(count) => Ok(count),
            Err(StoreError::Sink(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(0),
            Err(error) => Err(error.into()),
        }
    }
}
