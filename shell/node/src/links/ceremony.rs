//! What two officers do about a link, one after the other: add, compare the words, take a new node key, resume.
//!
//! Guarantees: nothing of an act takes effect before two different persons, a security officer and a custodian, signed it; a
//! partner is a link only once both typed the words; wrong words are refused and written down. Does not know: cards' contents
//! beyond what `partner` checks.

use super::kept::{Kept, confirmed};
use super::partner::{self, Own};
use crate::asked::LinkStep;
use crate::failure::Failure;
use crate::generation::Ended;
use crate::keys::HomeKeys;
use crate::logs::{Content, LinkLogs};
use crate::node::{Node, audit};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use comity_crypto::{Entropy, Purpose, VerifyingKey, fingerprint_words};
use comity_link::{Card, OwnControl};
use comity_release::{
    Agreement, Approval, ApprovalProof, LinkAct, LinkActKind, LinkDeed, Refusal, agree, approval_message, counts_for,
    plain_words, same_words,
};
use comity_store::desk::{Desk, LinkActRow, LinkActState, LinkRow};
use comity_vocab::{LinkStanding, OfficerCode, OrgCode, Role, Suspension, Timestamp};
use serde_json::Value;

/// The acts that `link approve` may mean.
const BY_CARD: [LinkActKind; 3] = [LinkActKind::Add, LinkActKind::Renew, LinkActKind::Resume];

/// What a step is about, before it is kept.
struct Proposed {
    partner: OrgCode,
    key: VerifyingKey,
    deed: LinkDeed,
    card: Option<String>,
}

impl Node {
    /// Says what an officer signs to take a step, and keeps the act that it belongs to.
    pub(crate) fn link_prepare(
        &mut self,
        now: Timestamp,
        officer: &OfficerCode,
        step: LinkStep,
        role: Option<Role>,
    ) -> Result<Value, Failure> {
        let own = self.own()?;
        let roles = self.link_roles(officer, role)?;
        let kept = match step {
            LinkStep::Add { card: text } => {
                let card = partner::read(&text, now)?;
                partner::check_new(self.holdings.view().desk(), &own, &card)?;
                let deed = LinkDeed::Add { card: partner::card_digest(&text) };
                self.begin(now, officer, &own, of_card(&card, deed, text))?
            }
            LinkStep::Renew { card: text } => {
                let card = partner::read(&text, now)?;
                partner::check_new_node(self.holdings.view().desk(), &own, &card)?;
                let deed = LinkDeed::Renew { card: partner::card_digest(&text) };
                self.begin(now, officer, &own, of_card(&card, deed, text))?
            }
            LinkStep::Resume { partner } => {
                let row = self.link_row(&partner)?;
                let deed = LinkDeed::Resume { suspension: Some(may_resume(&row)?.clone()) };
                let key = key_of(&row)?;
                self.begin(now, officer, &own, Proposed { partner, key, deed, card: None })?
            }
            LinkStep::Confirm { partner, words } => {
                let (key, words) = self.compared(now, officer, &own, &partner, &words)?;
                let deed = LinkDeed::Confirm { words };
                self.begin(now, officer, &own, Proposed { partner, key, deed, card: None })?
            }
            LinkStep::Approve { partner } => {
                let mut waiting = Kept::all(self.holdings.view().desk(), Some(partner.as_str()))?;
                waiting.retain(|kept| kept.row.state == LinkActState::Waiting && BY_CARD.contains(&kept.act.kind()));
                waiting.pop().ok_or_else(|| nothing_waits(&partner))?
            }
        };
        let signed = |role: &Role| kept.approvals.iter().any(|one| one.officer != *officer && one.role == *role);
        let role = roles.iter().copied().find(|role| !signed(role)).or(roles.first().copied());
        let role = role.ok_or_else(|| Failure::no("no role to sign in"))?;
        let statement = kept.act.statement();
        let mut prepared = self.about(&own, &kept)?;
        if let Value::Object(fields) = &mut prepared {
            fields.insert("role".into(), role.as_str().into());
            fields.insert("shown".into(), String::from_utf8_lossy(&statement).into());
            fields.insert("statement".into(), STANDARD.encode(approval_message(&statement, role, &[])).into());
        }
        Ok(prepared)
    }

    /// Takes one officer's signature; the second one's does it.
    pub(crate) fn link_sign(
        &mut self,
        now: Timestamp,
        officer: OfficerCode,
        partner: &OrgCode,
        kind: LinkActKind,
        role: Role,
        proof: ApprovalProof,
    ) -> Result<Value, Failure> {
        let found = Kept::newest(self.holdings.view().desk(), partner.as_str(), kind, LinkActState::Waiting)?;
        let mut kept = found.ok_or_else(|| nothing_waits(partner))?;
        let approval = Approval { officer: officer.clone(), role, proof, anchors: None, at: now };
        let message = approval_message(&kept.act.statement(), role, &[]);
        self.check_approval(now, &approval, Purpose::LinkAct, &message)?;
        // Somebody who was disabled or got another key since does not stand in the way of others.
        let act = kept.act.clone();
        kept.approvals.retain(|earlier| {
            earlier.officer != officer && counts_for(&act, earlier, &|code| self.officer_view(code)).is_ok()
        });
        kept.approvals.push(approval);
        let own = self.own()?;
        match agree(act, &kept.approvals, &|code| self.officer_view(code)) {
            Ok(agreed) => {
                kept.act = agreed.into_act();
                self.settle(now, &own, &officer, &mut kept)?;
            }
            Err(Refusal::Approvals { .. }) => {
                let tx = self.holdings.transaction()?;
                let desk = tx.view().desk();
                kept.put(desk, LinkActState::Waiting, now)?;
                let detail = format!("{role}, waits for a second officer");
                audit(desk, now, Some(&officer), &format!("link.{kind}"), partner.as_str(), &detail)?;
                tx.commit()?;
            }
            Err(refusal) => return Err(Failure::refusal(&refusal)),
        }
        self.about(&own, &kept)
    }

    /// What is said of an act: the partner, what the link is now, who signed.
    fn about(&self, own: &Own, kept: &Kept) -> Result<Value, Failure> {
        let mut said = self.partner_state(&kept.act.partner)?;
        if let Value::Object(fields) = &mut said {
            fields.insert("act".into(), kept.act.kind().as_str().into());
            let waits = kept.row.state == LinkActState::Waiting;
            fields.insert("agreed".into(), (!waits).into());
            if let Value::Object(shown) = kept.shown() {
                fields.extend(shown.into_iter().filter(|(name, _)| name == "signed"));
            }
            if let Some(card) = &kept.row.card {
                let made = Card::open(card, kept.act.made).map_err(|error| Failure::from_error(&error))?;
                if let Value::Object(facts) = partner::facts(own, &made) {
                    fields.extend(facts);
                }
            }
        }
        Ok(said)
    }

    /// The roles in which an officer may sign about links.
    fn link_roles(&self, officer: &OfficerCode, asked: Option<Role>) -> Result<Vec<Role>, Failure> {
        let usual = [Role::SecurityOfficer, Role::Custodian];
        let wanted: Vec<Role> = usual.into_iter().filter(|role| asked.is_none_or(|asked| asked == *role)).collect();
        if wanted.is_empty() {
            return Err(Failure::no("a security_officer and a custodian, two persons, sign about links"));
        }
        self.require_role(officer, &wanted)?;
        let held = self.active(officer)?.roles;
        Ok(wanted.into_iter().filter(|role| held.contains(role)).collect())
    }

    /// The act that waits for this very step, or a new one in the place of what waited before.
    fn begin(&mut self, now: Timestamp, officer: &OfficerCode, own: &Own, proposed: Proposed) -> Result<Kept, Failure> {
        let Proposed { partner, key, deed, card } = proposed;
        let act = LinkAct { organisation: own.code.clone(), partner, key, deed, made: now };
        let tx = self.holdings.transaction()?;
        let desk = tx.view().desk();
        super::earlier_noted(desk, now)?;
        for mut kept in Kept::all(desk, Some(act.partner.as_str()))? {
            let same = kept.act.deed == act.deed && kept.act.key == act.key;
            let replaced = match kept.row.state {
                LinkActState::Waiting if same => return Ok(kept),
                LinkActState::Waiting => kept.act.kind() == act.kind(),
                LinkActState::Agreed if same && act.kind() == LinkActKind::Add => {
                    return Err(Failure::no(format!("two officers agreed to this card of {} already", act.partner))
                        .hint(format!("compare the words: comity link confirm {}", act.partner)));
                }
                // A newer card in place of one that both officers agreed to, before the words were compared.
                LinkActState::Agreed => kept.act.kind() == LinkActKind::Add && act.kind() == LinkActKind::Add,
                LinkActState::Dropped => false,
            };
            if replaced {
                kept.put(desk, LinkActState::Dropped, now)?;
            }
        }
        let row = LinkActRow {
            id: 0,
            partner: act.partner.to_string(),
            act: act.kind().as_str(),
            statement: serde_json::to_string(&act)?,
            approvals: "[]".into(),
            card,
            state: LinkActState::Waiting,
            made: now.to_string(),
            changed: now.to_string(),
        };
        desk.put_link_act(&row)?;
        audit(desk, now, Some(officer), &format!("link.{}", act.kind()), act.partner.as_str(), "begun")?;
        tx.commit()?;
        let found = Kept::newest(self.holdings.view().desk(), act.partner.as_str(), act.kind(), LinkActState::Waiting)?;
        found.ok_or_else(|| Failure::operational("an act that was just begun is not there"))
    }

    /// Compares typed words with those of a partner that waits for it; returns the partner's key and the words.
    fn compared(
        &mut self,
        now: Timestamp,
        officer: &OfficerCode,
        own: &Own,
        partner: &OrgCode,
        typed: &str,
    ) -> Result<(VerifyingKey, String), Failure> {
        let desk = self.holdings.view().desk();
        let key = match desk.link(partner.as_str())? {
            Some(row) if confirmed(desk, &row)? => {
                return Err(Failure::no(format!("the words of {partner} were compared already")));
            }
            Some(row) => key_of(&row)?,
            None => agreed_add(desk, partner)?.act.key,
        };
        let words = plain_words(&fingerprint_words(&own.key, &key).join(" "));
        if same_words(typed, &words) {
            return Ok((key, words));
        }
        let tx = self.holdings.transaction()?;
        audit(tx.view().desk(), now, Some(officer), "link.words", partner.as_str(), "typed words differ")?;
        tx.commit()?;
        Err(Failure::no(format!("these are not the twelve words of the link with {partner}"))
            .code("wrong_words")
            .hint(format!(
                "type them as the partner reads them from its own screen; if they differ still, somebody is between you: give the partner up (comity link drop {partner})"
            )))
    }

    /// Does what two officers agreed to.
    fn settle(&mut self, now: Timestamp, own: &Own, officer: &OfficerCode, kept: &mut Kept) -> Result<(), Failure> {
        let quarantined = self.quarantine.is_some();
        if kept.act.kind() == LinkActKind::Renew {
            self.keys()?;
        }
        let Self { holdings, keys, entropy, .. } = self;
        let tx = holdings.transaction()?;
        let desk = tx.view().desk();
        let partner = kept.act.partner.clone();
        let mut detail = String::from("agreed");
        match &kept.act.deed {
            LinkDeed::Add { .. } => partner::check_new(desk, own, &partner::read(kept.card()?, now)?)?,
            LinkDeed::Confirm { .. } => {
                if desk.link(partner.as_str())?.is_none() {
                    let add = agreed_add(desk, &partner)?;
                    let card = partner::read(add.card()?, now)?;
                    partner::check_new(desk, own, &card)?;
                    desk.put_link(&partner::new_row(own, &card, add.card()?, now))?;
                }
            }
            LinkDeed::Renew { .. } => {
                let text = kept.card()?;
                let card = partner::read(text, now)?;
                let row = partner::check_new_node(desk, own, &card)?;
                let keys = keys.as_ref().filter(|_| !quarantined);
                let begun = new_generation(desk, keys, entropy, own, row, (&card, text), now)?;
                detail = format!("generation {}", begun.generation);
            }
            LinkDeed::Resume { suspension } => {
                let row = partner::known(desk, &partner)?;
                if Some(may_resume(&row)?) != suspension.as_ref() {
                    return Err(Failure::no(format!(
                        "the link with {partner} is suspended for another reason than the one that was signed"
                    ))
                    .hint(format!(
                        "comity link show {partner}, then begin again: comity link suspend {partner} --resume"
                    )));
                }
                desk.put_link(&LinkRow { standing: LinkStanding::Active, ..row })?;
            }
        }
        kept.put(desk, LinkActState::Agreed, now)?;
        audit(desk, now, Some(officer), &format!("link.{}", kept.act.kind()), partner.as_str(), &detail)?;
        tx.commit()?;
        self.logs.remove(&partner);
        // The gate starts again with the new logs and is then given what waits in them.
        self.links_changed |= kept.act.kind() != LinkActKind::Add;
        Ok(())
    }
}

fn of_card(card: &Card, deed: LinkDeed, text: String) -> Proposed {
    let organisation = &card.organisation;
    Proposed { partner: organisation.code.clone(), key: organisation.key, deed, card: Some(text.trim().to_owned()) }
}

fn nothing_waits(partner: &OrgCode) -> Failure {
    Failure::no(format!("nothing waits for a signature about {partner}")).code("unknown").hint("comity link list")
}

fn key_of(row: &LinkRow) -> Result<VerifyingKey, Failure> {
    let bytes = row.partner.as_slice().try_into().map_err(|_| Failure::operational("the partner's key is damaged"))?;
    VerifyingKey::from_bytes(&bytes).map_err(|error| Failure::from_error(&error))
}

/// The card that two officers agreed to add, of a partner whose words were not compared yet.
fn agreed_add(desk: Desk<'_>, partner: &OrgCode) -> Result<Kept, Failure> {
    let found = Kept::newest(desk, partner.as_str(), LinkActKind::Add, LinkActState::Agreed)?;
    found.ok_or_else(|| {
        let waits = Kept::newest(desk, partner.as_str(), LinkActKind::Add, LinkActState::Waiting);
        match waits {
            Ok(Some(_)) => Failure::no(format!("the card of {partner} waits for a second officer"))
                .hint(format!("comity link approve {partner}, then compare the words")),
            _ => Failure::no(format!("there is no link with {partner}")).code("unknown").hint("comity link add CARD"),
        }
    })
}

/// Returns why a link is suspended that people may resume; refuses one that is not suspended, or on evidence.
fn may_resume(row: &LinkRow) -> Result<&Suspension, Failure> {
    let partner = &row.code;
    match row.standing.suspension() {
        None => Err(Failure::no(format!("the link with {partner} is not suspended"))),
        Some(why) if why.is_evidence() => Err(Failure::no(format!(
            "the link with {partner} is suspended on evidence: {why}"
        ))
        .hint("run comity verify, and talk to the partner; a card with a new node key begins a new generation of the link")),
        Some(why) => Ok(why),
    }
}

/// Ends the generation of a link and begins the one of the partner's new node key; the partner is told how far we hold the old
/// logs, unless we are in quarantine (no keys are given then).
fn new_generation(
    desk: Desk<'_>,
    keys: Option<&HomeKeys>,
    entropy: &mut Entropy,
    own: &Own,
    row: LinkRow,
    (card, text): (&Card, &str),
    now: Timestamp,
) -> Result<LinkRow, Failure> {
    // What was evidence against the old logs is answered by people who looked and renewed; a stop by people stays.
    let standing = match row.standing {
        LinkStanding::Suspended(why) if !why.is_evidence() => LinkStanding::Suspended(why),
        LinkStanding::Suspended(_) | LinkStanding::Active => LinkStanding::Active,
    };
    let row = LinkRow { standing, ..row };
    let begun = crate::generation::begin(desk, row, card, text, (&own.node, &own.node), now)?;
    let Some(keys) = keys else { return Ok(begun) };
    let mut logs = LinkLogs::load(desk, &begun, &own.key, now)?;
    // All of them, the oldest first: what was lost may reach back beyond the last one.
    for ended in Ended::all(desk, &begun.code)?.iter().rev() {
        let view = Content::Control(OwnControl::History(ended.history(desk)?));
        logs.post(desk, keys, entropy, now, view, None)?;
    }
    logs.checkpoint(desk, &keys.node)?;
    Ok(begun)
}
