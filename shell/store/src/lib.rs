//! All SQL of a node: what it holds (`holdings.db`) and where it comes from (`vault.db`).
//!
//! Guarantees: received bytes are kept exactly and never overwritten; a commit that returned is durable; what an unfinished import
//! wrote is invisible and goes; what was erased is in no file of the database. The two databases are opened by different
//! types, on different files, with no reference from one to the other.
//! Does not know: the clock, partners' networks, who is asking (except that a source's record opens to its handlers only).

mod blocks;
mod corpus;
mod correlation;
mod current;
pub mod desk;
mod detection;
mod dispute;
mod erase;
mod erased;
mod error;
mod export;
mod facets;
mod filter;
mod glimpse;
mod health;
mod held;
mod holdings;
mod import;
mod import_file;
mod intern;
mod key;
mod lineage;
mod marking;
mod matches;
mod nameless;
mod narrow;
mod neighbours;
mod newest;
mod newest_import;
mod numbers;
mod open;
mod origin;
mod pages;
mod parcel;
mod place;
mod prepare;
mod prints;
mod put;
mod record;
mod relations;
mod remove;
mod reread;
mod rests_on;
mod schema;
mod sealed;
mod search;
mod sieve;
mod snapshot;
mod taxii;
mod text;
mod trouble;
pub mod vault;
mod verify;
mod view;
mod workbench;

pub use correlation::{
    Correlated, CorrelationCursor, CorrelationFilter, CorrelationPage, Holder, OBJECTS_MAX, StopValue,
};
pub use detection::{
    AcceptedIndicator, DayCount, Followed, IndicatorRow, Judgement, MANY_VALUES, Match, MatchEvidence, Matched,
    NewMatches, Recorded, SightingEvidence, SightingFilter, SightingRecord, SightingState, SightingWhole,
    SightingsPage, Sums, TopCount, WarningListOff, WarningListRow, stand_in,
};
pub use erase::Erased;
pub use error::StoreError;
pub use export::ExportOptions;
pub use facets::{COUNT_MAX, Facet, FacetBounds, Facets};
pub use filter::{Filter, Marking};
pub use glimpse::{Glimpse, Presence, title};
pub use health::{Health, vault_health};
pub use held::{Defective, Object, Provenance, Refusal, Standing, Stats, StoredDefect, Tombstone, VersionSummary};
pub use holdings::{Holdings, Tx, Witness};
pub use import::{FileFacts, Import, ImportOptions, ImportReport};
pub use import_file::{ImportError, Progress, import_file};
pub use lineage::Lineage;
pub use marking::MarkingEntry;
pub use nameless::Nameless;
pub use neighbours::{DEGREE_MAX, Neighbour, Neighbours, Through as Between};
pub use open::{Mode, OpenError};
pub use origin::{Origin, OriginError};
pub use prepare::inspect;
pub use put::Received;
pub use record::{Outcome, Stored, VERSIONS_MAX};
pub use relations::{Relation, Relations, Through};
pub use reread::Reread;
pub use rests_on::Rests;
pub use sealed::Fault;
pub use search::{Hit, PAGE_MAX, SearchBounds, SearchPage, SearchQuery, TEXT_MATCHES_MAX};
pub use snapshot::snapshot;
pub use taxii::{Addition, AdditionQuery, End, Take, VersionMatch};
pub use trouble::Trouble;
pub use vault::Vault;
pub use verify::{Counts, FirstBad, VerifyError};
pub use view::View;
pub use workbench::{
    Arrival, Batch, INBOX_LOOKED_MAX, InboxCursor, InboxPage, InboxQuery, InboxRow, LocationRow, Locations, Moment,
    MomentCount, Moments, TimeKind, TimelineQuery,
};
