//! What the audit chain says was ever done here, read from its beginning.
//!
//! Guarantees: an entry that cannot be read is an error, never passed over. Does not know: whether the chain is whole.

use comity_ledger::AuditEntry;
use comity_store::desk::{Desk, DeskError};

/// Audit entries read at a time.
const PAGE: usize = 10_000;

/// Tells whether the audit chain has an entry with this word.
pub(crate) fn ever_audited(desk: Desk<'_>, act: &str) -> Result<bool, DeskError> {
    let mut ever = false;
    each_entry(desk, |entry| ever |= entry.act == act)?;
    Ok(ever)
}

/// Reads every audit entry; one that cannot be read says nothing, and so nothing is concluded from the others.
pub(crate) fn each_entry(desk: Desk<'_>, mut look: impl FnMut(&AuditEntry)) -> Result<(), DeskError> {
    let mut next = 0;
    loop {
        let rows = desk.audit_from(next, PAGE)?;
        let Some(last) = rows.last() else { return Ok(()) };
        next = last.seq.saturating_add(1);
        for row in &rows {
            look(&AuditEntry::parse(&row.bytes).map_err(|_| DeskError::Damaged { what: "audit entry" })?);
        }
    }
}
