//! Links as people and programs are shown them: those that flow, those that are suspended, and partners that are no link yet.
//!
//! Guarantees: a link whose words nobody compared is never shown as one like the others. Does not know: how any of it came about.

use super::kept::{Kept, confirmed};
use super::partner::{changes, held_card, known};
use crate::failure::Failure;
use crate::node::{Node, Reach};
use comity_crypto::{VerifyingKey, fingerprint_words};
use comity_ledger::empty_root;
use comity_link::Card;
use comity_link::gate_protocol::LinkState;
use comity_release::LinkActKind;
use comity_store::desk::{Desk, Direction, LinkActState, LinkRow};
use comity_vocab::OrgCode;
use serde_json::{Value, json};

/// How a link is called that an earlier version made, while nobody compared its words.
const UNCONFIRMED: &str = "active(unconfirmed)";
/// How a partner is called that two officers have not agreed to yet.
const PROPOSED: &str = "proposed";
/// How a partner is called whose words two officers have not compared yet.
const PENDING: &str = "pending";

/// A partner as it stands: a link, or what is to become one.
struct Shown {
    link: Option<LinkRow>,
    /// The newest card that was begun to be added, where there is no link.
    add: Option<Kept>,
    /// What waits for a second officer.
    waiting: Vec<Kept>,
    confirmed: bool,
}

impl Shown {
    fn read(desk: Desk<'_>, code: &str) -> Result<Option<Self>, Failure> {
        let link = desk.link(code)?;
        let acts = Kept::all(desk, Some(code))?;
        let open = |kept: &&Kept| kept.act.kind() == LinkActKind::Add && kept.row.state != LinkActState::Dropped;
        let add = if link.is_some() { None } else { acts.iter().rev().find(open).cloned() };
        if link.is_none() && add.is_none() {
            return Ok(None);
        }
        let confirmed = match &link {
            Some(row) => confirmed(desk, row)?,
            None => false,
        };
        let waiting = acts.into_iter().filter(|kept| kept.row.state == LinkActState::Waiting).collect();
        Ok(Some(Self { link, add, waiting, confirmed }))
    }

    /// What waits for a second officer, and what its card would change of the one held.
    fn to_sign(&self) -> Result<Vec<Value>, Failure> {
        let mut shown = Vec::new();
        for kept in &self.waiting {
            let mut act = kept.shown();
            if let (Value::Object(fields), Some(link), Some(text)) = (&mut act, &self.link, &kept.row.card) {
                let card = Card::open(text, kept.act.made).map_err(|error| Failure::from_error(&error))?;
                fields.insert("changes".into(), changes(&held_card(link)?, &card).into());
            }
            shown.push(act);
        }
        Ok(shown)
    }

    fn state(&self) -> &'static str {
        match (&self.link, &self.add) {
            (Some(link), _) if link.standing.is_active() && !self.confirmed => UNCONFIRMED,
            (Some(link), _) => link.standing.as_str(),
            (None, Some(add)) if add.row.state == LinkActState::Agreed => PENDING,
            (None, _) => PROPOSED,
        }
    }
}

impl Node {
    /// What is said in one line of a partner.
    fn link_line(&self, code: &str, shown: &Shown) -> Result<Value, Failure> {
        let reach: Option<&Reach> = code.parse().ok().and_then(|code: OrgCode| self.reach.get(&code));
        let word = match reach.map(|reach| &reach.state) {
            _ if shown.link.is_none() => "not before two officers compared the words".to_owned(),
            None | Some(LinkState::Unknown) => "not tried yet".to_owned(),
            Some(LinkState::Reachable) => "reachable".to_owned(),
            Some(LinkState::Waiting { retry_in_s, error }) => {
                format!("waiting: {}, next try in {retry_in_s} s", error.as_str())
            }
        };
        let why = shown.link.as_ref().and_then(|link| link.standing.suspension());
        let added = match (&shown.link, &shown.add) {
            (Some(link), _) => Some(link.added.clone()),
            (None, add) => add.as_ref().map(|add| add.row.made.clone()),
        };
        Ok(json!({
            "partner": code,
            "state": shown.state(),
            "confirmed": shown.confirmed,
            "reason": why.map(ToString::to_string),
            "on_evidence": why.is_some_and(|why| why.is_evidence()),
            "added": added,
            "reach": word,
            "waiting": reach.map_or(0, |reach| reach.waiting),
            "to_sign": shown.to_sign()?,
        }))
    }

    /// One partner in a line, in whatever state it is.
    pub(super) fn partner_state(&self, partner: &OrgCode) -> Result<Value, Failure> {
        let desk = self.holdings.view().desk();
        match Shown::read(desk, partner.as_str())? {
            Some(shown) => self.link_line(partner.as_str(), &shown),
            None => Ok(json!({ "partner": partner, "state": "unknown" })),
        }
    }

    pub(crate) fn link_list(&self) -> Result<Value, Failure> {
        let desk = self.holdings.view().desk();
        let mut codes: Vec<String> = desk.links()?.into_iter().map(|row| row.code).collect();
        codes.extend(desk.link_acts(None)?.into_iter().map(|act| act.partner));
        codes.sort_unstable();
        codes.dedup();
        let mut links = Vec::new();
        for code in codes {
            if let Some(shown) = Shown::read(desk, &code)? {
                links.push(self.link_line(&code, &shown)?);
            }
        }
        Ok(json!({ "links": links }))
    }

    pub(crate) fn link_row(&self, partner: &OrgCode) -> Result<LinkRow, Failure> {
        known(self.holdings.view().desk(), partner)
    }

    pub(crate) fn link_show(&self, partner: &OrgCode) -> Result<Value, Failure> {
        let desk = self.holdings.view().desk();
        let own = self.organisation_key()?;
        let code = partner.as_str();
        let Some(known) = Shown::read(desk, code)? else {
            return Err(Failure::no(format!("there is no link with {partner}"))
                .code("unknown")
                .hint("comity link add CARD"));
        };
        let card = match (&known.link, &known.add) {
            (Some(row), _) => held_card(row)?,
            (None, Some(add)) => Card::open(add.card()?, add.act.made).map_err(|error| Failure::from_error(&error))?,
            (None, None) => return Err(Failure::operational(format!("there is no card of {partner}"))),
        };
        let out = side(desk, code, Direction::Out)?;
        let refusals: Vec<Value> =
            desk.refusals(code, 100)?.into_iter().map(|(at, reason)| json!({ "at": at, "reason": reason })).collect();
        let mut shown = self.link_line(code, &known)?;
        if let Value::Object(fields) = &mut shown {
            if fields.get("waiting").and_then(Value::as_u64) == Some(0) {
                let size = out.get("size").and_then(Value::as_u64).unwrap_or_default();
                let cosigned = out.get("cosigned").and_then(Value::as_u64).unwrap_or_default();
                fields.insert("waiting".into(), size.saturating_sub(cosigned).into());
            }
            let words = |key: &VerifyingKey| fingerprint_words(&own, key).join(" ");
            fields.insert("name".into(), card.organisation.name.clone().into());
            fields.insert("country".into(), card.organisation.country.to_string().into());
            fields.insert("endpoints".into(), json!(card.endpoints));
            fields.insert("fingerprint".into(), words(&card.organisation.key).into());
            fields.insert("out".into(), out);
            fields.insert("in".into(), side(desk, code, Direction::In)?);
            fields.insert("refusals".into(), refusals.into());
            let taxii = crate::taxii_recipients::state(desk, code)?;
            fields
                .insert("taxii".into(), json!({ "state": taxii, "listen": self.home.configuration.gate.taxii_listen }));
            fields.insert("generation".into(), known.link.as_ref().map(|row| row.generation).into());
            let mut earlier = Vec::new();
            for ended in desk.generations(code)? {
                earlier.push(crate::generation::Ended::open(ended)?.compared(desk)?);
            }
            fields.insert("earlier".into(), earlier.into());
        }
        Ok(shown)
    }
}

/// One of the two logs, as it stands.
fn side(desk: Desk<'_>, code: &str, direction: Direction) -> Result<Value, Failure> {
    let leaves = desk.log_leaves(code, direction)?;
    let head = desk.log_head(code, direction)?;
    let parked: Vec<Value> = desk
        .parked(code, direction)?
        .into_iter()
        .map(|(seq, reason)| json!({ "seq": seq, "reason": reason }))
        .collect();
    let root = if leaves.is_empty() { empty_root() } else { comity_ledger::root(&leaves) };
    Ok(json!({
        "size": leaves.len(),
        "root": root,
        "cosigned": head.cosigned,
        "checkpoint": head.checkpoint,
        "cosignature": head.cosignature,
        "parked": parked,
    }))
}
