//! Acts about links as they are kept: read, parsed, compared with the links they made.
//!
//! Guarantees: an act that cannot be read is an error, never one that is not there.

use crate::failure::Failure;
use crate::node::audit;
use comity_release::{Approval, LinkAct, LinkActKind};
use comity_store::desk::{Desk, LinkActRow, LinkActState, LinkRow};
use comity_vocab::Timestamp;
use serde_json::{Value, json};

/// An act with what officers signed of it.
#[derive(Clone)]
pub(crate) struct Kept {
    pub row: LinkActRow,
    pub act: LinkAct,
    pub approvals: Vec<Approval>,
}

impl Kept {
    fn open(row: LinkActRow) -> Result<Self, Failure> {
        let damaged = |_| {
            Failure::operational(format!("a stored act about the link with {} is damaged", row.partner))
                .hint("comity verify")
        };
        let act: LinkAct = serde_json::from_str(&row.statement).map_err(damaged)?;
        let approvals = serde_json::from_str(&row.approvals).map_err(damaged)?;
        if act.partner.as_str() != row.partner || act.kind().as_str() != row.act {
            return Err(Failure::operational(format!(
                "a stored act about the link with {} is of another",
                row.partner
            ))
            .hint("comity verify"));
        }
        Ok(Self { row, act, approvals })
    }

    /// Every act about a partner, or about all, the oldest first.
    pub fn all(desk: Desk<'_>, partner: Option<&str>) -> Result<Vec<Self>, Failure> {
        desk.link_acts(partner)?.into_iter().map(Self::open).collect()
    }

    /// The newest act of a kind about a partner in a state.
    pub fn newest(
        desk: Desk<'_>,
        partner: &str,
        kind: LinkActKind,
        state: LinkActState,
    ) -> Result<Option<Self>, Failure> {
        let acts = Self::all(desk, Some(partner))?;
        Ok(acts.into_iter().rev().find(|kept| kept.act.kind() == kind && kept.row.state == state))
    }

    /// Writes it with its approvals as they are now, in a state.
    pub fn put(&mut self, desk: Desk<'_>, state: LinkActState, now: Timestamp) -> Result<(), Failure> {
        self.row.approvals = serde_json::to_string(&self.approvals)?;
        self.row.state = state;
        self.row.changed = now.to_string();
        desk.put_link_act(&self.row)?;
        Ok(())
    }

    /// The card that it brings.
    pub fn card(&self) -> Result<&str, Failure> {
        self.row.card.as_deref().ok_or_else(|| {
            Failure::operational(format!(
                "the card of an act about {} is missing; run `comity verify`",
                self.row.partner
            ))
        })
    }

    /// What is shown of it.
    pub fn shown(&self) -> Value {
        let signed: Vec<Value> = self
            .approvals
            .iter()
            .map(|approval| json!({ "officer": approval.officer, "role": approval.role, "at": approval.at }))
            .collect();
        json!({ "act": self.act.kind(), "made": self.act.made, "signed": signed })
    }
}

/// Tells whether two officers compared the words of a link as it stands, under the organisation key that it has.
pub(crate) fn confirmed(desk: Desk<'_>, row: &LinkRow) -> Result<bool, Failure> {
    let found = Kept::newest(desk, &row.code, LinkActKind::Confirm, LinkActState::Agreed)?;
    Ok(found.is_some_and(|kept| kept.act.key.to_bytes()[..] == row.partner[..]))
}

/// Tells whether a link stands: its words were compared, or an earlier version made it under the same key. A row that neither holds
/// for was written by nobody who may, and nothing flows over it.
pub(crate) fn stands(desk: Desk<'_>, row: &LinkRow) -> Result<bool, Failure> {
    let earlier = desk.earlier_links()?;
    let before = earlier.iter().any(|one| one.code == row.code && one.partner == row.partner);
    Ok(before || confirmed(desk, row)?)
}

/// Writes into the audit log, once, which links an earlier version made without officers and words.
pub(crate) fn earlier_noted(desk: Desk<'_>, now: Timestamp) -> Result<(), Failure> {
    let earlier = desk.earlier_links()?;
    let unseen: Vec<&str> = earlier.iter().filter(|link| !link.noted).map(|link| link.code.as_str()).collect();
    if unseen.is_empty() {
        return Ok(());
    }
    for code in unseen {
        audit(desk, now, None, "link.unconfirmed", code, "made by an earlier version: compare the words")?;
    }
    desk.note_earlier_links()?;
    Ok(())
}
