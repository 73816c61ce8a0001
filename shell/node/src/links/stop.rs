//! Stopping a link, and giving up an act that waits: one officer does.
//!
//! Guarantees: evidence is never replaced by a person's reason.

use super::kept::Kept;
use crate::asked::LinkAlone;
use crate::failure::Failure;
use crate::node::{Node, audit};
use comity_release::LinkActKind;
use comity_store::desk::{LinkActState, LinkRow};
use comity_vocab::{LinkStanding, OfficerCode, OrgCode, Role, Suspension, Timestamp};
use serde_json::{Value, json};

/// Who may stop a link, alone.
const STOPPERS: [Role; 4] = [Role::Custodian, Role::SecurityOfficer, Role::LiaisonOfficer, Role::DutyOfficer];

impl Node {
    /// What one officer does alone.
    pub(crate) fn link_alone(
        &mut self,
        now: Timestamp,
        officer: OfficerCode,
        act: LinkAlone,
    ) -> Result<Value, Failure> {
        match act {
            LinkAlone::TakeCard { card } => self.link_card_take(now, &officer, &card),
            LinkAlone::Suspend { partner } => self.link_suspend(now, officer, &partner),
            LinkAlone::Drop { partner } => self.link_drop(now, &officer, &partner),
        }
    }

    fn link_suspend(&mut self, now: Timestamp, officer: OfficerCode, partner: &OrgCode) -> Result<Value, Failure> {
        self.require_role(&officer, &STOPPERS)?;
        let row = self.link_row(partner)?;
        if let Some(why) = row.standing.suspension() {
            return Err(Failure::no(format!("the link with {partner} is suspended already: {why}")));
        }
        let why = Suspension::Officer { officer: officer.clone() };
        let tx = self.holdings.transaction()?;
        let desk = tx.view().desk();
        desk.put_link(&LinkRow { standing: LinkStanding::Suspended(why), ..row })?;
        // A signature that was given to resume it from an earlier suspension does not end this one.
        for mut kept in Kept::all(desk, Some(partner.as_str()))? {
            if kept.row.state == LinkActState::Waiting && kept.act.kind() == LinkActKind::Resume {
                kept.put(desk, LinkActState::Dropped, now)?;
            }
        }
        audit(desk, now, Some(&officer), "link.suspend", partner.as_str(), "")?;
        tx.commit()?;
        self.links_changed = true;
        Ok(json!({ "partner": partner, "state": "suspended" }))
    }

    /// Gives up what waits about a partner: a signature, or a partner whose words were not compared yet.
    fn link_drop(&mut self, now: Timestamp, officer: &OfficerCode, partner: &OrgCode) -> Result<Value, Failure> {
        self.require_role(officer, &super::partner::KEEPERS)?;
        let tx = self.holdings.transaction()?;
        let desk = tx.view().desk();
        let linked = desk.link(partner.as_str())?.is_some();
        let mut dropped = Vec::new();
        for mut kept in Kept::all(desk, Some(partner.as_str()))? {
            let unlinked = kept.act.kind() == LinkActKind::Add && kept.row.state == LinkActState::Agreed && !linked;
            if kept.row.state == LinkActState::Waiting || unlinked {
                kept.put(desk, LinkActState::Dropped, now)?;
                dropped.push(kept.act.kind().as_str());
            }
        }
        if dropped.is_empty() {
            return Err(Failure::no(format!("nothing waits about {partner}")).hint("comity link list"));
        }
        audit(desk, now, Some(officer), "link.drop", partner.as_str(), &dropped.join(","))?;
        tx.commit()?;
        Ok(json!({ "partner": partner, "state": if linked { "linked" } else { "dropped" }, "dropped": dropped }))
    }
}
