//! The ends of chains as they are kept outside the database: where each one ended when it was last written.
//!
//! Guarantees: an anchor has one exact form; a database that holds less than its anchor says, or something else, is told from one
//! that a crash left one step ahead of it, and the first line that does not fit is named.
//!
//! Does not know: where an anchor is kept, what is counted besides the audit chain and the registry, what follows from a fault.

use crate::{GENESIS, TableKey};
use comity_crypto::sha256;
use comity_vocab::{Digest, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The first line of every anchor.
const TITLE: &str = "comity anchor 1";
/// How the line begins that names the backup a home was restored from.
const RESTORED: &str = "restored";
/// How the last line begins: what only the key of the home makes of the others.
const SEAL: &str = "seal";
/// The longest anchor that is read, in bytes.
pub const ANCHOR_BYTES_MAX: usize = 16 << 10;
/// The longest name of a line, in bytes.
const NAME_BYTES_MAX: usize = 32;

/// The line of the audit chain.
pub const AUDIT_LINE: &str = "audit";
/// The line of the officer registry.
pub const REGISTRY_LINE: &str = "registry";

/// Where a chain ends: how many things it has, and the digest after the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChainEnd {
    /// How many things the chain has.
    pub count: u64,
    /// The digest after the last of them; [`GENESIS`] where there is none.
    pub head: Digest,
}

impl ChainEnd {
    /// The end of a chain without anything in it.
    pub const EMPTY: ChainEnd = ChainEnd { count: 0, head: GENESIS };

    /// Returns the end of a registry from its last act.
    pub fn of_registry(seq: u64, bytes: &[u8]) -> Self {
        Self { count: seq.saturating_add(1), head: sha256(&[bytes]) }
    }
}

/// The ends of the two chains that say what was done here and who may act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Heads {
    /// The audit chain's end.
    pub audit: ChainEnd,
    /// The officer registry's end.
    pub registry: ChainEnd,
}

impl Heads {
    /// Compares with what is held now: both chains must go on from these ends.
    ///
    /// `at` gives a chain's digest after its first `count` things, by the name of its line; none where it has fewer.
    ///
    /// # Errors
    /// [`AnchorFault::Cut`] or [`AnchorFault::Differs`] names the chain that does not go on from these ends.
    pub fn extended_by<E: From<AnchorFault>>(
        &self,
        now: &Heads,
        at: impl Fn(&str, u64) -> Result<Option<Digest>, E>,
    ) -> Result<(), E> {
        goes_on(REGISTRY_LINE, self.registry, now.registry, &at)?;
        goes_on(AUDIT_LINE, self.audit, now.audit, &at)
    }

    /// Returns the lines that an anchor has for them.
    pub fn lines(&self) -> Lines {
        Lines::from([(AUDIT_LINE.to_owned(), self.audit), (REGISTRY_LINE.to_owned(), self.registry)])
    }
}

/// Ends of chains by the name of their line.
pub type Lines = BTreeMap<String, ChainEnd>;

/// What is kept outside the database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Anchor {
    /// When the backup was made from which this home was restored; none where it never was.
    pub restored: Option<Timestamp>,
    /// Where each chain ended.
    pub lines: Lines,
    /// The seal that was read; none where an older version wrote the anchor, or where it was not sealed yet.
    pub seal: Option<Digest>,
}

/// How a database stands to an anchor that it fits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fit {
    /// The anchor was not written after the last step: it says what was before it.
    pub one_behind: bool,
    /// Something is held that was never anchored, for its line came with this version of the program.
    pub new_lines: bool,
}

/// How a database does not fit its anchor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum AnchorFault {
    /// There was an anchor, and there is none.
    #[error("the anchor is gone")]
    Absent,
    /// There is something that is not an anchor.
    #[error("the anchor cannot be read")]
    Unreadable,
    /// Less is held than the anchor says.
    #[error("{line}: {held} are held, and the anchor says {anchored}")]
    Cut {
        /// The line.
        line: String,
        /// How many the anchor says.
        anchored: u64,
        /// How many are held.
        held: u64,
    },
    /// Something else is held than what was anchored.
    #[error("{line}: what is held is not what was anchored")]
    Differs {
        /// The line.
        line: String,
    },
    /// What is held goes on from the anchor by more than one step: an older anchor was put back, or it was not written.
    #[error("{line}: {held} are held, and the anchor says {anchored}: it is more than one step behind")]
    Behind {
        /// The line.
        line: String,
        /// How many the anchor says.
        anchored: u64,
        /// How many are held.
        held: u64,
    },
    /// A line that was anchored is missing.
    #[error("{line}: the anchor has lost this line")]
    LineGone {
        /// The line.
        line: String,
    },
    /// A line that this program does not know.
    #[error("{line}: a line of the anchor that this version does not know")]
    LineUnknown {
        /// The line.
        line: String,
    },
    /// The registry has other acts than the audit chain says.
    #[error("the registry has {held} acts, and the audit chain speaks of {audited}")]
    RegistryUnaudited {
        /// How many acts the registry has.
        held: u64,
        /// Of how many the audit chain speaks.
        audited: u64,
    },
}

impl AnchorFault {
    /// Tells whether what is held is all there is, so that officers may look at it and go on. Where a chain was cut off or changed,
    /// nobody can say what else was, and the officers themselves may be those of an earlier day.
    pub fn leaves_chains_whole(&self) -> bool {
        match self {
            Self::Absent | Self::Unreadable | Self::Behind { .. } | Self::LineGone { .. } => true,
            Self::Cut { .. } | Self::Differs { .. } | Self::LineUnknown { .. } | Self::RegistryUnaudited { .. } => {
                false
            }
        }
    }

    /// Tells whether another fault is of the same kind and about the same line, whatever the numbers.
    pub fn is_alike(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other) && self.line() == other.line()
    }

    fn line(&self) -> Option<&str> {
        match self {
            Self::Absent | Self::Unreadable => None,
            Self::RegistryUnaudited { .. } => Some(REGISTRY_LINE),
            Self::Cut { line, .. }
            | Self::Differs { line }
            | Self::Behind { line, .. }
            | Self::LineGone { line }
            | Self::LineUnknown { line } => Some(line),
        }
    }
}

/// Tells whether a word may name a line.
fn is_name(name: &str) -> bool {
    let letters = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    letters && !name.is_empty() && name.len() <= NAME_BYTES_MAX && name != RESTORED && name != SEAL
}

impl Anchor {
    /// Returns the anchor with the seal that the key of its home makes.
    #[must_use]
    pub fn sealed(self, key: &TableKey) -> Self {
        let seal = Some(key.seal_of(SEAL, &[self.unsealed_text().as_bytes()]));
        Self { seal, ..self }
    }

    /// Tells whether the home with this key wrote it.
    pub fn is_sealed_by(&self, key: &TableKey) -> bool {
        let expected = key.seal_of(SEAL, &[self.unsealed_text().as_bytes()]);
        self.seal.is_some_and(|seal| comity_crypto::same(&seal, &expected))
    }

    /// Returns the exact text: a title, the backup where there was one, one line for each chain, in the order of the names, and the
    /// seal where there is one.
    pub fn text(&self) -> String {
        let mut text = self.unsealed_text();
        if let Some(seal) = &self.seal {
            // INVARIANT: writing to a text cannot fail.
            let _ = writeln!(text, "{SEAL} {seal}");
        }
        text
    }

    fn unsealed_text(&self) -> String {
        let mut text = format!("{TITLE}\n");
        if let Some(at) = &self.restored {
            // INVARIANT: writing to a text cannot fail.
            let _ = writeln!(text, "{RESTORED} {at}");
        }
        for (name, end) in &self.lines {
            let _ = writeln!(text, "{name} {} {}", end.count, end.head);
        }
        text
    }

    /// Reads an anchor; only what [`Anchor::text`] writes is accepted.
    ///
    /// # Errors
    /// [`AnchorFault::Unreadable`].
    pub fn parse(bytes: &[u8]) -> Result<Self, AnchorFault> {
        if bytes.len() > ANCHOR_BYTES_MAX {
            return Err(AnchorFault::Unreadable);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| AnchorFault::Unreadable)?;
        let anchor = Self::of_lines(text).ok_or(AnchorFault::Unreadable)?;
        // One anchor has one form: an order, a blank or a zero of its own would be a second one.
        if anchor.text() == text { Ok(anchor) } else { Err(AnchorFault::Unreadable) }
    }

    fn of_lines(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        if lines.next() != Some(TITLE) {
            return None;
        }
        let mut anchor = Self::default();
        for line in lines {
            let (name, rest) = line.split_once(' ')?;
            if name == RESTORED {
                anchor.restored = Some(Timestamp::parse(rest).ok()?);
                continue;
            }
            if name == SEAL {
                anchor.seal = Some(rest.parse().ok()?);
                continue;
            }
            let (count, head) = rest.split_once(' ')?;
            let end = ChainEnd { count: count.parse().ok()?, head: head.parse().ok()? };
            if !is_name(name) || anchor.lines.insert(name.to_owned(), end).is_some() {
                return None;
            }
        }
        Some(anchor)
    }

    /// Compares with the ends that are held now, and with those of one step before, which the database keeps.
    ///
    /// `at` gives a chain's digest after its first `count` things, by the name of its line; none where it has fewer.
    ///
    /// # Errors
    /// [`AnchorFault`] names the first line that does not fit; the registry comes first, for it says who may act.
    pub fn compare<E: From<AnchorFault>>(
        &self,
        now: &Lines,
        before: Option<&Lines>,
        at: impl Fn(&str, u64) -> Result<Option<Digest>, E>,
    ) -> Result<Fit, E> {
        // All lines together are what stood there one step before, not each line at a time of its own.
        let stepped = before == Some(&self.lines);
        let mut fit = Fit::default();
        let mut behind = None;
        for name in names(&self.lines, now) {
            let line = || name.to_owned();
            let (was, is) = match (self.lines.get(name), now.get(name)) {
                (Some(was), Some(is)) => (*was, *is),
                (Some(_), None) => return Err(AnchorFault::LineUnknown { line: line() }.into()),
                (None, _) if before.is_some_and(|before| before.contains_key(name)) => {
                    return Err(AnchorFault::LineGone { line: line() }.into());
                }
                (None, _) => {
                    fit.new_lines = true;
                    continue;
                }
            };
            let cut = AnchorFault::Cut { line: line(), anchored: was.count, held: is.count };
            if is_chain(name) {
                goes_on(name, was, is, &at)?;
            } else if was != is && !stepped && behind.is_none() {
                // What is a sum proves nothing by itself: where no chain has moved on, no step can have changed it.
                let fault = if is.count < was.count { cut } else { AnchorFault::Differs { line: line() } };
                return Err(fault.into());
            }
            if was != is {
                fit.one_behind = true;
                behind = behind.or(Some(AnchorFault::Behind { line: line(), anchored: was.count, held: is.count }));
            }
        }
        match behind {
            Some(fault) if !stepped => Err(fault.into()),
            _ => Ok(fit),
        }
    }
}

/// Tells whether a line's count only ever grows, each thing bound to those before it. Other lines are counts and sums over rows.
fn is_chain(name: &str) -> bool {
    matches!(name, AUDIT_LINE | REGISTRY_LINE)
}

/// Refuses a chain that ends before it did, or had another thing in that place.
fn goes_on<E: From<AnchorFault>>(
    name: &str,
    was: ChainEnd,
    is: ChainEnd,
    at: &impl Fn(&str, u64) -> Result<Option<Digest>, E>,
) -> Result<(), E> {
    if is.count < was.count {
        return Err(AnchorFault::Cut { line: name.to_owned(), anchored: was.count, held: is.count }.into());
    }
    let held = if was.count == is.count { Some(is.head) } else { at(name, was.count)? };
    if held == Some(was.head) { Ok(()) } else { Err(AnchorFault::Differs { line: name.to_owned() }.into()) }
}

/// The names of both: the chains first, the registry before all.
fn names<'l>(one: &'l Lines, other: &'l Lines) -> Vec<&'l str> {
    let mut names: Vec<&str> = one.keys().chain(other.keys()).map(String::as_str).collect();
    names.sort_by_key(|name| (*name != REGISTRY_LINE, !is_chain(name), *name));
    names.dedup();
    names
}
