//! The two logs of a link: what we signed towards a partner, and what we accepted from it (spec/link.md §4.5).
//!
//! Guarantees: a checkpoint is signed only for what was appended; a cosignature never goes back and never contradicts
//! an earlier one (I28); a note of the partner that contradicts what is held is evidence and suspends the link; a
//! cosignature beyond what we hold means that we lost history, and quarantines us (I29).
//!
//! Does not know: where entries are stored. The root after every entry is asked of the caller, who stores it with the
//! entry. The caller persists what a call changed before it hands the note on.

use crate::entry::MAX_SEQ;
use crate::outgoing::OutgoingNote;
use comity_crypto::{SigningKey, VerifyingKey};
use comity_ledger::{Checkpoint, CheckpointError, CompactTree};
use comity_vocab::{Blame, Digest, Suspension, Whose};

/// Returns the root of the log at a size that it had earlier, where it is stored; or that the store could not be read. A store that
/// cannot be read says nothing about a partner: what is asked here then ends with that error and decides nothing.
pub type RootAt<'a, E> = &'a dyn Fn(u64) -> Result<Option<Digest>, E>;

/// Why a note is not taken, or not made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LogError {
    /// The note is not a note of this log by the partner. It proves nothing; the link goes on.
    #[error("the note is not one of this log by the partner")]
    NotAuthentic(#[from] CheckpointError),
    /// The partner signed another history than the one held: the note is proof. The link is suspended.
    #[error("log `{origin}`: at size {size} the partner signed root {theirs}, held is {ours}")]
    Fork {
        /// The log.
        origin: String,
        /// The size.
        size: u64,
        /// The root held.
        ours: Digest,
        /// The root that the partner signed.
        theirs: Digest,
    },
    /// The partner holds more of our log than we do: we lost history, or the partner lies. Nothing is signed until
    /// people have looked.
    #[error("log `{origin}`: the partner cosigned size {theirs}, held is {ours}")]
    Ahead {
        /// The log.
        origin: String,
        /// The size held.
        ours: u64,
        /// The size that the partner cosigned.
        theirs: u64,
    },
    /// The root at an earlier size is not stored.
    #[error("log `{origin}`: the root at size {size} is missing")]
    MissingRoot {
        /// The log.
        origin: String,
        /// The size.
        size: u64,
    },
    /// What is held is smaller than, or differs from, what we cosigned before. Nothing is cosigned.
    #[error("log `{origin}`: size {size} contradicts the cosignature of size {cosigned}")]
    ContradictsOwn {
        /// The log.
        origin: String,
        /// The size held.
        size: u64,
        /// The size cosigned before.
        cosigned: u64,
    },
    /// The log is full.
    #[error("log `{origin}` is full")]
    Full {
        /// The log.
        origin: String,
    },
}

impl LogError {
    /// Says of what the error is evidence, signed by the partner, where it is: then the link is suspended. `log` is the one that
    /// was compared.
    pub fn evidence(&self, log: Whose) -> Option<Suspension> {
        match self {
            Self::Fork { size, ours, theirs, .. } => {
                Some(Suspension::Fork { log, size: *size, held: *ours, signed: *theirs })
            }
            Self::Ahead { ours, theirs, .. } => Some(Suspension::Ahead { held: *ours, signed: *theirs }),
            Self::NotAuthentic(_) | Self::MissingRoot { .. } | Self::ContradictsOwn { .. } | Self::Full { .. } => None,
        }
    }

    /// Tells whether this node's own store is not whole. It is evidence against nobody: the act stops, and people look.
    pub fn is_our_store(&self) -> bool {
        matches!(self, Self::ContradictsOwn { .. } | Self::MissingRoot { .. })
    }

    /// Says whose fault it is.
    pub fn blame(&self) -> Blame {
        match self {
            Self::NotAuthentic(_) | Self::Fork { .. } => Blame::Peer,
            Self::Ahead { .. } | Self::ContradictsOwn { .. } | Self::MissingRoot { .. } => Blame::Operator,
            Self::Full { .. } => Blame::Caller,
        }
    }
}

/// What a note of the partner told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Noted {
    /// It reaches further than the newest before. Persist it.
    New(Checkpoint),
    /// It is consistent, and not newer.
    Stale,
    /// It is about entries that have not arrived yet; look at it again when they have.
    Later,
}

/// Returns the name under which a node cosigns.
pub fn cosigner_name(node: &VerifyingKey) -> String {
    format!("comity.node/{}", crate::entry::short(node))
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Tree {
    origin: String,
    tree: CompactTree,
}

impl Tree {
    fn checkpoint(&self) -> Checkpoint {
        Checkpoint { origin: self.origin.clone(), size: self.tree.size(), root: self.tree.root() }
    }

    fn append(&mut self, leaf: Digest) -> Result<Digest, LogError> {
        if self.tree.size() >= MAX_SEQ {
            return Err(LogError::Full { origin: self.origin.clone() });
        }
        self.tree.append(leaf);
        Ok(self.tree.root())
    }

    /// Compares an authentic note of a size that is held with what is held.
    fn compare<E>(&self, theirs: &Checkpoint, root_at: RootAt<'_, E>) -> Result<Result<(), LogError>, E> {
        let (size, origin) = (theirs.size, self.origin.clone());
        let ours = if size == self.tree.size() { Some(self.tree.root()) } else { root_at(size)? };
        Ok(match ours {
            // A tree without entries has one root, which the note's reader checked.
            None if size == 0 => Ok(()),
            None => Err(LogError::MissingRoot { origin, size }),
            Some(ours) if ours == theirs.root => Ok(()),
            Some(ours) => Err(LogError::Fork { origin, size, ours, theirs: theirs.root }),
        })
    }
}

/// The log from us to a partner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboundLog {
    log: Tree,
    partner: VerifyingKey,
    cosigned: u64,
}

impl OutboundLog {
    /// Takes up a log: its tree over every entry stored, the partner's node key, and the size that the partner has
    /// cosigned so far.
    ///
    /// # Errors
    /// [`LogError::Ahead`] where the partner has cosigned more than is stored.
    pub fn resume(origin: String, tree: CompactTree, partner: VerifyingKey, cosigned: u64) -> Result<Self, LogError> {
        if cosigned > tree.size() {
            return Err(LogError::Ahead { origin, ours: tree.size(), theirs: cosigned });
        }
        Ok(Self { log: Tree { origin, tree }, partner, cosigned })
    }

    /// Returns the log's name.
    pub fn origin(&self) -> &str {
        &self.log.origin
    }

    /// Returns the position of the next entry, which is the size of the log.
    pub fn next_seq(&self) -> u64 {
        self.log.tree.size()
    }

    /// Returns how many entries the partner has confirmed to hold durably.
    pub fn cosigned(&self) -> u64 {
        self.cosigned
    }

    /// Returns origin, size and root.
    pub fn checkpoint(&self) -> Checkpoint {
        self.log.checkpoint()
    }

    /// Appends a sealed entry's leaf and returns the root after it, to be stored with the entry.
    ///
    /// # Errors
    /// [`LogError::Full`].
    pub fn append(&mut self, leaf: Digest) -> Result<Digest, LogError> {
        self.log.append(leaf)
    }

    /// Signs the checkpoint of the log as it is.
    ///
    /// # Errors
    /// [`LogError::NotAuthentic`] where the origin cannot be a key's name.
    pub fn sign_checkpoint(&self, node_key: &SigningKey) -> Result<OutgoingNote, LogError> {
        let note = comity_ledger::sign_checkpoint(&self.checkpoint(), node_key, &self.log.origin)?;
        Ok(OutgoingNote::new(note))
    }

    /// Takes a cosignature of the partner: its receipt for everything below the size it names.
    ///
    /// # Errors
    /// Outside that the store could not be read; inside [`LogError::Fork`], [`LogError::Ahead`] and [`LogError::NotAuthentic`],
    /// the last without consequence.
    pub fn note_cosignature<E>(&mut self, note: &str, root_at: RootAt<'_, E>) -> Result<Result<Noted, LogError>, E> {
        let name = cosigner_name(&self.partner);
        let theirs = match comity_ledger::open_cosignature(note, &self.log.origin, &self.partner, &name) {
            Ok((theirs, _)) => theirs,
            Err(error) => return Ok(Err(error.into())),
        };
        let (origin, ours) = (self.log.origin.clone(), self.log.tree.size());
        if theirs.size > ours {
            return Ok(Err(LogError::Ahead { origin, ours, theirs: theirs.size }));
        }
        if let Err(error) = self.log.compare(&theirs, root_at)? {
            return Ok(Err(error));
        }
        if theirs.size <= self.cosigned {
            return Ok(Ok(Noted::Stale));
        }
        self.cosigned = theirs.size;
        Ok(Ok(Noted::New(theirs)))
    }
}

/// The log from a partner to us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboundLog {
    log: Tree,
    partner: VerifyingKey,
    /// What we cosigned last.
    cosigned: Option<Checkpoint>,
    /// The largest size of the partner's checkpoints that were compared with what is held.
    compared: u64,
}

impl InboundLog {
    /// Takes up a log: its tree over every entry stored, the partner's node key, and what we cosigned last.
    ///
    /// # Errors
    /// [`LogError::ContradictsOwn`] where less is stored than was cosigned, or something else.
    pub fn resume(
        origin: String,
        tree: CompactTree,
        partner: VerifyingKey,
        cosigned: Option<Checkpoint>,
    ) -> Result<Self, LogError> {
        let log = Self { log: Tree { origin, tree }, partner, cosigned, compared: 0 };
        log.check_own()?;
        Ok(log)
    }

    fn check_own(&self) -> Result<(), LogError> {
        let (size, root) = (self.log.tree.size(), self.log.tree.root());
        let good = |cosigned: &Checkpoint| {
            cosigned.origin == self.log.origin
                && (cosigned.size < size || (cosigned.size == size && cosigned.root == root))
        };
        match &self.cosigned {
            Some(cosigned) if !good(cosigned) => {
                let origin = self.log.origin.clone();
                Err(LogError::ContradictsOwn { origin, size, cosigned: cosigned.size })
            }
            _ => Ok(()),
        }
    }

    /// Returns the log's name.
    pub fn origin(&self) -> &str {
        &self.log.origin
    }

    /// Returns the position of the next entry wanted, which is the size of the log.
    pub fn next_seq(&self) -> u64 {
        self.log.tree.size()
    }

    /// Returns origin, size and root.
    pub fn checkpoint(&self) -> Checkpoint {
        self.log.checkpoint()
    }

    /// Returns what we cosigned last.
    pub fn cosigned(&self) -> Option<&Checkpoint> {
        self.cosigned.as_ref()
    }

    /// Appends an accepted entry's leaf and returns the root after it, to be stored with the entry.
    ///
    /// # Errors
    /// [`LogError::Full`].
    pub fn append(&mut self, leaf: Digest) -> Result<Digest, LogError> {
        self.log.append(leaf)
    }

    /// Compares a checkpoint that the partner signed with what is held.
    ///
    /// # Errors
    /// Outside that the store could not be read; inside [`LogError::Fork`], and [`LogError::NotAuthentic`] without consequence.
    pub fn note_checkpoint<E>(&mut self, note: &str, root_at: RootAt<'_, E>) -> Result<Result<Noted, LogError>, E> {
        let theirs = match comity_ledger::open_checkpoint(note, &self.partner, &self.log.origin) {
            Ok(theirs) => theirs,
            Err(error) => return Ok(Err(error.into())),
        };
        if theirs.size > self.log.tree.size() {
            return Ok(Ok(Noted::Later));
        }
        if let Err(error) = self.log.compare(&theirs, root_at)? {
            return Ok(Err(error));
        }
        if theirs.size <= self.compared {
            return Ok(Ok(Noted::Stale));
        }
        self.compared = theirs.size;
        Ok(Ok(Noted::New(theirs)))
    }

    /// Cosigns what is held: the receipt. The caller has committed every entry below, and commits [`Self::cosigned`]
    /// before the note leaves.
    ///
    /// # Errors
    /// [`LogError::ContradictsOwn`] where that would go back behind, or contradict, an earlier cosignature.
    pub fn cosign(&mut self, node_key: &SigningKey, unix_seconds: u64) -> Result<OutgoingNote, LogError> {
        self.check_own()?;
        let checkpoint = self.checkpoint();
        let name = cosigner_name(&node_key.verifying_key());
        let note = comity_ledger::cosign(&checkpoint, node_key, &name, unix_seconds)?;
        self.cosigned = Some(checkpoint);
        Ok(OutgoingNote::new(note))
    }
}
