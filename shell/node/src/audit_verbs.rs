//! Reading and re-deriving the audit log.

use crate::failure::Failure;
use crate::node::Node;
use comity_ledger::{AuditEntry, ChainEnd, Heads, chain, verify_chain_to};
use comity_store::desk::{AuditRow, Desk};
use serde_json::{Value, json};

/// Entries read at a time, so that a long log costs no memory.
const PAGE: usize = 10_000;
/// The most entries shown at once.
const SHOWN_MAX: usize = 10_000;

/// What the audit chain was found to be.
pub(crate) struct Audited {
    /// Its end.
    pub end: ChainEnd,
    /// How many of its entries say that an act of the registry took effect.
    pub registry_acts: u64,
}

/// Entries from the first on, a page at a time, for as long as the rows are what the chain makes of them.
struct Entries<'d> {
    desk: Desk<'d>,
    page: std::vec::IntoIter<AuditRow>,
    found: Audited,
    /// Why it stopped, where that was not the last entry.
    broken: Option<Failure>,
}

impl Entries<'_> {
    fn row(&mut self) -> Result<Option<Vec<u8>>, Failure> {
        let next = self.found.end.count;
        let row = match self.page.next() {
            Some(row) => row,
            None => {
                self.page = self.desk.audit_from(next, PAGE)?.into_iter();
                let Some(row) = self.page.next() else { return Ok(None) };
                row
            }
        };
        if row.seq != next {
            return Err(Failure::no(format!("audit entry {next} is missing")));
        }
        self.found.end = ChainEnd { count: next + 1, head: chain(&self.found.end.head, &row.bytes) };
        if self.found.end.head != row.chain {
            return Err(Failure::no(format!("audit entry {next} was changed after it was written")));
        }
        let acts = AuditEntry::parse(&row.bytes).is_ok_and(|entry| crate::officers::is_act(&entry.act));
        self.found.registry_acts += u64::from(acts);
        Ok(Some(row.bytes))
    }
}

impl Iterator for &mut Entries<'_> {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        self.row().unwrap_or_else(|failure| {
            self.broken = Some(failure);
            None
        })
    }
}

/// Re-derives the chain up to the end that was anchored.
pub(crate) fn verify_audit(desk: Desk<'_>, anchored: &ChainEnd) -> Result<Audited, Failure> {
    let found = Audited { end: ChainEnd::EMPTY, registry_acts: 0 };
    let mut entries = Entries { desk, page: Vec::new().into_iter(), found, broken: None };
    let whole = verify_chain_to(&mut entries, anchored.count, &anchored.head);
    match (entries.broken, whole) {
        (Some(failure), _) => Err(failure),
        (None, Err(error)) => Err(Failure::refusal(&error)),
        (None, Ok(())) => Ok(entries.found),
    }
}

impl Node {
    pub(crate) fn audit_show(&self, from: u64, limit: usize) -> Result<Value, Failure> {
        let rows = self.holdings.view().desk().audit_from(from, limit.min(SHOWN_MAX))?;
        let entries: Vec<Value> = rows
            .iter()
            .map(|row| {
                serde_json::from_slice(&row.bytes).unwrap_or_else(|_| json!({ "seq": row.seq, "damaged": true }))
            })
            .collect();
        let next = rows.last().map(|row| row.seq + 1);
        let size = self.holdings.view().desk().audit_head()?.map_or(0, |head| head.seq + 1);
        Ok(json!({ "entries": entries, "next": next, "size": size }))
    }

    pub(crate) fn audit_verify(&self) -> Result<Value, Failure> {
        let desk = self.holdings.view().desk();
        let ChainEnd { count, head } = verify_audit(desk, &self.anchored()?.audit)?.end;
        Ok(json!({ "entries": count, "head": head }))
    }

    /// The ends that the anchor says, where it is there and fits what is held.
    pub(crate) fn anchored(&self) -> Result<Heads, Failure> {
        let desk = self.holdings.view().desk();
        self.anchor.check(desk)?;
        Ok(crate::anchor::heads(desk)?)
    }
}
