//! What is written once and proved later: Merkle logs with their checkpoints, the officer registry, the audit chain, where these
//! chains ended, and the states of tables.
//!
//! Guarantees: a proof, checkpoint, act or entry is accepted only in its one exact form; whatever is changed, removed or
//! put in between is found, and the first bad place is named. The layouts are in `spec/ledger.md` and `spec/registry.md`.
//!
//! Does not know: where entries are stored, what a log's entries mean, what time it is.

mod anchor;
mod audit;
mod checkpoint;
mod proof;
mod registry;
mod tables;
mod tree;

pub use anchor::{ANCHOR_BYTES_MAX, AUDIT_LINE, Anchor, AnchorFault, ChainEnd, Fit, Heads, Lines, REGISTRY_LINE};
pub use audit::{AuditEntry, AuditError, AuditFault, chain, verify_chain, verify_chain_to};
pub use checkpoint::{Checkpoint, CheckpointError, cosign, open_checkpoint, open_cosignature, sign_checkpoint};
pub use proof::{ProofError, consistency_proof, inclusion_proof, verify_consistency, verify_inclusion};
pub use registry::{ActFault, ActKind, Officer, Registry, RegistryAct, RegistryError, SignedAct};
pub use tables::{Cell, TABLE_STATE_BYTES, TableKey, TableState, TableStateError};
pub use tree::{CompactTree, LEAVES_MAX, empty_root, leaf_hash, root};

/// What the first act of a registry and the first entry of an audit chain name as their predecessor.
pub const GENESIS: comity_vocab::Digest = comity_vocab::Digest([0; 32]);
