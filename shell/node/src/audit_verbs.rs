//! Reading and re-deriving the audit log.

use crate::failure::Failure;
use crate::node::Node;
use comity_ledger::{AuditEntry, GENESIS, chain};
use comity_store::desk::Desk;
use comity_vocab::Digest;
use serde_json::{Value, json};

/// Entries read at a time, so that a long log costs no memory.
const PAGE: usize = 10_000;
/// The most entries shown at once.
const SHOWN_MAX: usize = 10_000;

/// Re-derives the chain and returns the number of entries and its head.
pub(crate) fn verify_audit(desk: Desk<'_>) -> Result<(u64, Digest), Failure> {
    let mut head = GENESIS;
    let mut next = 0u64;
    loop {
        let rows = desk.audit_from(next, PAGE)?;
        if rows.is_empty() {
            return Ok((next, head));
        }
        for row in rows {
            let bad = |what: &str| Failure::no(format!("audit entry {next} {what}"));
            if row.seq != next {
                return Err(bad("is missing"));
            }
            let entry = AuditEntry::parse(&row.bytes).map_err(|fault| bad(&fault.to_string()))?;
            if entry.seq != next || entry.prev != head {
                return Err(bad("does not follow the entry before it"));
            }
            head = chain(&head, &row.bytes);
            if head != row.chain {
                return Err(bad("was changed after it was written"));
            }
            next += 1;
        }
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
        let (entries, head) = verify_audit(self.holdings.view().desk())?;
        Ok(json!({ "entries": entries, "head": head }))
    }
}
