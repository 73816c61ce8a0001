//! What a partner's card must be before it is taken, and what it would change.
//!
//! Guarantees: a partner is its organisation key; a code that stands for one key never stands for another, and a key never for
//! two codes. Does not know: who agreed.

use super::kept::{Kept, confirmed};
use super::{DAY_SECONDS, certified_node};
use crate::failure::Failure;
use crate::generation::Ended;
use crate::node::{Node, audit};
use comity_crypto::{VerifyingKey, fingerprint_words, sha256};
use comity_link::{Card, CardOrganisation, Seen, check_lookalike, generation};
use comity_release::LinkActKind;
use comity_store::desk::{Desk, LinkActState, LinkRow};
use comity_vocab::{Digest, LinkStanding, OfficerCode, OrgCode, Role, Timestamp};
use serde_json::{Value, json};

/// How far a partner's clock may be ahead of ours when it issues a card.
const CARD_SKEW_SECONDS: i64 = DAY_SECONDS;
/// Who takes a partner's renewed card, one of them.
pub(super) const KEEPERS: [Role; 3] = [Role::Custodian, Role::SecurityOfficer, Role::LiaisonOfficer];

/// Who we are, as far as partners must differ from it.
pub(super) struct Own {
    pub code: OrgCode,
    pub name: String,
    pub key: VerifyingKey,
    /// Our node key, which with the partner's makes the number of the generation.
    pub node: VerifyingKey,
}

/// Reads a card that is to be taken now. One that says it was issued later than clocks can differ is refused: it would outrank
/// every card that really comes later.
pub(super) fn read(text: &str, now: Timestamp) -> Result<Card, Failure> {
    let card = Card::open(text, now).map_err(|error| {
        Failure::refusal(&error).hint("ask the partner for a new card; cards go by a way you trust")
    })?;
    if card.issued <= now.plus_seconds(CARD_SKEW_SECONDS) {
        return Ok(card);
    }
    Err(Failure::no(format!("the card says it was issued on {}, which is still to come", card.issued))
        .hint("compare the clocks, and ask the partner for a new card"))
}

/// The digest under which officers sign a card.
pub(super) fn card_digest(text: &str) -> Digest {
    sha256(&[text.trim().as_bytes()])
}

/// The card of a link as it is held: as of when it was taken, never as of what a new card says of itself.
pub(super) fn held_card(row: &LinkRow) -> Result<Card, Failure> {
    let held = Timestamp::parse(&row.added).ok().and_then(|added| Card::open(&row.card, added).ok());
    held.ok_or_else(|| Failure::operational(format!("the stored card of {} is damaged; run `comity verify`", row.code)))
}

fn other_key(code: &str) -> Failure {
    Failure::no(format!("partner {code} is known under another organisation key"))
        .hint("compare fingerprints by voice; a partner with a new organisation key is a new partner")
}

/// Refuses a card that cannot be a new partner's.
pub(super) fn check_new(desk: Desk<'_>, own: &Own, card: &Card) -> Result<(), Failure> {
    let code = card.organisation.code.as_str();
    if card.organisation.key == own.key || card.organisation.code == own.code {
        return Err(Failure::no("this card carries our own key or code; add the partner's card"));
    }
    let key = card.organisation.key.to_bytes();
    match desk.link(code)? {
        Some(link) if link.partner != key => return Err(other_key(code)),
        Some(_) => {
            return Err(Failure::no(format!("{code} is a partner already"))
                .hint("its renewed card is taken by one officer; a card with a new node key by two: --new-node-key"));
        }
        None => {}
    }
    if let Some(other) = desk.links()?.iter().find(|link| link.partner == key) {
        return Err(Failure::no(format!("this organisation key is known as partner {}", other.code)));
    }
    for kept in Kept::all(desk, None)? {
        let open = kept.act.kind() == LinkActKind::Add && kept.row.state != LinkActState::Dropped;
        if !open || (kept.act.partner == card.organisation.code && kept.act.key == card.organisation.key) {
            continue;
        }
        if kept.act.partner == card.organisation.code {
            return Err(Failure::no(format!("a card of {code} with another organisation key waits to be confirmed"))
                .hint(format!("find out which is theirs; then comity link drop {code}")));
        }
        if kept.act.key == card.organisation.key {
            return Err(Failure::no(format!("this organisation key waits as partner {}", kept.act.partner)));
        }
    }
    check_looks(desk, own, card)
}

/// Refuses a card whose code or name looks like ours, like another partner's, or like one that waits to be added.
fn check_looks(desk: Desk<'_>, own: &Own, card: &Card) -> Result<(), Failure> {
    let mut others: Vec<CardOrganisation> = Vec::new();
    for row in desk.links()? {
        others.push(held_card(&row)?.organisation);
    }
    for kept in Kept::all(desk, None)? {
        if kept.act.kind() == LinkActKind::Add && kept.row.state != LinkActState::Dropped {
            let made = Card::open(kept.card()?, kept.act.made).map_err(|error| Failure::from_error(&error))?;
            others.push(made.organisation);
        }
    }
    let organisation = &card.organisation;
    let others = others.iter().filter(|other| other.key != organisation.key);
    let us = std::iter::once(Seen { code: &own.code, name: &own.name });
    let others: Vec<Seen<'_>> = us.chain(others.map(|one| Seen { code: &one.code, name: &one.name })).collect();
    check_lookalike(Seen { code: &organisation.code, name: &organisation.name }, others).map_err(|error| {
        Failure::refusal(&error)
            .code("lookalike")
            .hint("find out by voice whose card this is; a partner that has to use this name chooses another code and name for its node")
    })
}

/// The row of a link that begins with this card.
pub(super) fn new_row(own: &Own, card: &Card, text: &str, now: Timestamp) -> LinkRow {
    LinkRow {
        code: card.organisation.code.to_string(),
        card: text.trim().to_owned(),
        partner: card.organisation.key.to_bytes().to_vec(),
        // Both ends come to the same number from the two cards.
        generation: generation(&own.node, &card.node.key),
        standing: LinkStanding::Active,
        added: now.to_string(),
    }
}

/// Refuses a card that does not renew the one held under the same node key; returns the link and the card held.
pub(super) fn check_renewed(desk: Desk<'_>, own: &Own, card: &Card) -> Result<(LinkRow, Card), Failure> {
    let code = card.organisation.code.as_str();
    let row = known(desk, &card.organisation.code)?;
    if row.partner != card.organisation.key.to_bytes() {
        return Err(other_key(code));
    }
    let held = held_card(&row)?;
    if held.node.key != card.node.key {
        return Err(Failure::no(format!(
            "this card of {code} carries another node key than the one the logs are signed with"
        ))
        .hint("call them: after a restored backup they have a new node key; then two officers: comity link add --new-node-key"));
    }
    if held.issued > card.issued {
        return Err(Failure::no(format!("this card of {code} is older than the one held")));
    }
    check_looks(desk, own, card)?;
    Ok((row, held))
}

/// Refuses a card that does not begin a new generation; returns the link.
pub(super) fn check_new_node(desk: Desk<'_>, own: &Own, card: &Card) -> Result<LinkRow, Failure> {
    let code = card.organisation.code.as_str();
    let row = known(desk, &card.organisation.code)?;
    if row.partner != card.organisation.key.to_bytes() {
        return Err(other_key(code));
    }
    let held = held_card(&row)?;
    if held.node.key == card.node.key {
        return Err(Failure::no(format!("this card of {code} carries the node key that is known"))
            .hint("comity link add CARD, without --new-node-key"));
    }
    if held.issued >= card.issued {
        return Err(Failure::no(format!("this card of {code} is not newer than the one held")));
    }
    // A key that was given up is what a thief may have, and its certificate holds to its end: no own key of ours makes it new.
    if Ended::all(desk, code)?.iter().any(|ended| ended.card.node.key == card.node.key) {
        return Err(Failure::no(format!("this card of {code} carries a node key that they gave up before"))
            .hint("call them: a node key is never used again; somebody may have the old one"));
    }
    check_looks(desk, own, card)?;
    Ok(row)
}

/// The row of a partner that is linked.
pub(super) fn known(desk: Desk<'_>, partner: &OrgCode) -> Result<LinkRow, Failure> {
    desk.link(partner.as_str())?.ok_or_else(|| {
        Failure::no(format!("there is no link with {partner}")).code("unknown").hint("comity link add CARD")
    })
}

/// What a card says, for people to look at.
pub(super) fn facts(own: &Own, card: &Card) -> Value {
    json!({
        "partner": card.organisation.code,
        "name": card.organisation.name,
        "country": card.organisation.country,
        "kind": card.organisation.kind,
        "fingerprint": fingerprint_words(&own.key, &card.organisation.key).join(" "),
        "endpoints": card.endpoints,
    })
}

/// What a new card changes of the one held, line by line.
pub(super) fn changes(held: &Card, card: &Card) -> Vec<Value> {
    let (before, after) = (&held.organisation, &card.organisation);
    let lines = [
        ("name", before.name.clone(), after.name.clone()),
        ("country", before.country.to_string(), after.country.to_string()),
        ("kind", before.kind.clone(), after.kind.clone()),
        ("endpoints", held.endpoints.join(", "), card.endpoints.join(", ")),
        ("node_key", held.node.key.to_string(), card.node.key.to_string()),
        ("node_key_until", held.node.not_after.to_string(), card.node.not_after.to_string()),
        ("sealing_key", held.sealing.key.digest().to_string(), card.sealing.key.digest().to_string()),
        ("sealing_key_until", held.sealing.not_after.to_string(), card.sealing.not_after.to_string()),
        ("tls_key", held.tls.key.to_string(), card.tls.key.to_string()),
        ("tls_key_until", held.tls.not_after.to_string(), card.tls.not_after.to_string()),
    ];
    lines
        .into_iter()
        .filter(|(_, before, after)| before != after)
        .map(|(what, before, after)| json!({ "what": what, "before": before, "after": after }))
        .collect()
}

impl Node {
    pub(super) fn own(&self) -> Result<Own, Failure> {
        let organisation = &self.home.configuration.organisation;
        Ok(Own {
            code: organisation.code.clone(),
            name: organisation.name.clone(),
            key: self.organisation_key()?,
            node: certified_node(&self.home)?,
        })
    }

    /// What a card says and would change, before anything is kept.
    pub(crate) fn link_preview(&self, now: Timestamp, text: &str) -> Result<Value, Failure> {
        let card = read(text, now)?;
        let own = self.own()?;
        let desk = self.holdings.view().desk();
        let mut shown = facts(&own, &card);
        let link = desk.link(card.organisation.code.as_str())?;
        let link = link.filter(|link| link.partner == card.organisation.key.to_bytes());
        let (changes, new_node_key, compared) = match &link {
            None => (Vec::new(), false, false),
            Some(link) => {
                let held = held_card(link)?;
                (changes(&held, &card), held.node.key != card.node.key, confirmed(desk, link)?)
            }
        };
        // What would be refused is said before somebody compares words for nothing.
        let refused = match &link {
            None => check_new(desk, &own, &card).err(),
            Some(_) if new_node_key => check_new_node(desk, &own, &card).err(),
            Some(_) => check_renewed(desk, &own, &card).err(),
        };
        if let Value::Object(fields) = &mut shown {
            fields.insert("issued".into(), card.issued.to_string().into());
            fields.insert("known".into(), link.is_some().into());
            fields.insert("new_node_key".into(), new_node_key.into());
            fields.insert("confirmed".into(), compared.into());
            fields.insert("changes".into(), changes.into());
            fields.insert("refused".into(), refused.map(|failure| failure.message).into());
        }
        Ok(shown)
    }

    /// One officer takes a partner's renewed card: the organisation key that was confirmed certified the same node key again.
    pub(super) fn link_card_take(
        &mut self,
        now: Timestamp,
        officer: &OfficerCode,
        text: &str,
    ) -> Result<Value, Failure> {
        self.require_role(officer, &KEEPERS)?;
        let card = read(text, now)?;
        let own = self.own()?;
        let tx = self.holdings.transaction()?;
        let desk = tx.view().desk();
        let (row, held) = check_renewed(desk, &own, &card)?;
        let changes = changes(&held, &card);
        desk.put_link(&LinkRow { card: text.trim().to_owned(), ..row })?;
        let what: Vec<&str> = changes.iter().filter_map(|change| change.get("what")?.as_str()).collect();
        audit(desk, now, Some(officer), "link.card_taken", card.organisation.code.as_str(), &what.join(","))?;
        tx.commit()?;
        self.logs.remove(&card.organisation.code);
        self.links_changed = true;
        let mut answer = facts(&own, &card);
        if let Value::Object(fields) = &mut answer {
            fields.insert("state".into(), "renewed".into());
            fields.insert("changes".into(), changes.into());
        }
        Ok(answer)
    }
}
