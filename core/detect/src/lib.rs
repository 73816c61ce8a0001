//! Observations as they come: what lines say, what matched, what is known to be harmless, and how long an indicator is worth anything.
//!
//! Guarantees: what is read is bounded, and what cannot be read is said by line and reason, without what it held. Does not know:
//! files, clocks, where sightings are kept.

mod breadth;
mod csv;
mod decay;
mod documents;
mod evidence;
mod heading;
mod instant;
mod kind;
mod known;
mod line;
mod mapping;
mod reader;
mod sighting;
mod table;
mod told;
mod unwrap;
mod warning;
mod witness;
mod zeek;

pub use breadth::{Broad, BroadKind, breadth};
pub use decay::{Decay, DecayModel, DecayRow};
pub use documents::{DOCUMENT_BYTES_MAX, Documents, Is, Span, is_document};
pub use evidence::{EVIDENCE_BYTES_MAX, Evidence, evidence};
pub use heading::Heading;
pub use kind::Kind;
pub use known::is_known;
pub use line::{LINE_BYTES_MAX, LineError};
pub use mapping::{Mapping, MappingError};
pub use reader::LineReader;
pub use sighting::{SightingFacts, stix_sighting};
pub use table::{is_header, names_table};
pub use told::{Refusal, Told};
pub use warning::{BUILT_IN, BuiltIn, ListKind, WarningList, WarningListError, WarningLists};
pub use witness::{Witness, asked, each_asked, witnesses};
