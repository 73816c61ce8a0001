//! The node's record as a release is decided upon: audit chain and registry, read from the store at that moment.
//!
//! Guarantees: entries are chained again from the earliest end that an approval names; a chain that does not hold is an error. Does not
//! know: what follows from it, which `comity_release` decides.

use crate::anchor;
use crate::failure::Failure;
use crate::node::Node;
use comity_ledger::{AuditEntry, Heads, chain};
use comity_release::{NotRead, Record, ReleaseId, WITHDRAWN_ACT};
use comity_store::desk::Desk;
use comity_vocab::{OfficerCode, Role};

/// Entries read at a time.
const PAGE: usize = 1_000;

/// The record behind a view of the store.
pub(super) struct Kept<'a>(pub Desk<'a>);

impl Record for Kept<'_> {
    fn goes_on_from(&self, heads: &Heads) -> Result<bool, NotRead> {
        match anchor::goes_on_from(self.0, heads) {
            Ok(()) => Ok(true),
            Err(anchor::AnchorError::Fault(_)) => Ok(false),
            Err(anchor::AnchorError::Desk(_) | anchor::AnchorError::File(_)) => Err(NotRead),
        }
    }

    fn is_withdrawn_since(&self, heads: &Heads, release: &ReleaseId) -> Result<bool, NotRead> {
        let release = release.to_string();
        let (mut next, mut head) = (heads.audit.count, heads.audit.head);
        let mut withdrawn = false;
        loop {
            let rows = self.0.audit_from(next, PAGE).map_err(|_| NotRead)?;
            if rows.is_empty() {
                let now = anchor::heads(self.0).map_err(|_| NotRead)?;
                return if (now.audit.count, now.audit.head) == (next, head) { Ok(withdrawn) } else { Err(NotRead) };
            }
            for row in rows {
                let entry = AuditEntry::parse(&row.bytes).map_err(|_| NotRead)?;
                if entry.seq != next || row.seq != next || entry.prev != head {
                    return Err(NotRead);
                }
                head = chain(&head, &row.bytes);
                next += 1;
                withdrawn |= entry.act == WITHDRAWN_ACT && entry.subject == release;
            }
        }
    }
}

impl Node {
    /// What an officer is given to sign names where audit chain and registry end now; the same is expected when the signature comes.
    pub(super) fn prepared_heads(
        desk: Desk<'_>,
        release: &str,
        officer: &OfficerCode,
        role: Role,
    ) -> Result<Heads, Failure> {
        let heads = anchor::heads(desk)?;
        desk.put_prepared(release, officer.as_str(), role.as_str(), &serde_json::to_string(&heads)?)?;
        Ok(heads)
    }

    /// The ends that stood in what this officer was given to sign.
    pub(super) fn heads_to_sign(&self, release: &str, officer: &OfficerCode, role: Role) -> Result<Heads, Failure> {
        let prepared = self.holdings.view().desk().prepared(release, officer.as_str(), role.as_str())?;
        let prepared = prepared.ok_or_else(|| {
            Failure::no(format!("officer {officer} was not given release {release} to sign as {role}"))
                .hint("ask for the statement first; it names where the audit chain and the registry end")
        })?;
        Ok(serde_json::from_str(&prepared)?)
    }

    /// Refuses where the store does not fit the anchor outside of it, or its registry is not the one that this desk works with.
    pub(super) fn record_is_whole(&self) -> Result<(), Failure> {
        self.anchored()?;
        let stored = crate::officers::replay(self.holdings.view().desk())?;
        if stored.head() == self.registry.head() {
            return Ok(());
        }
        Err(Failure::no("the officer registry in the store is not the one that this desk works with; nothing is sent")
            .hint("run `comity verify`; somebody may have cut off or changed an act"))
    }
}
