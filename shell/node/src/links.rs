//! Partners: cards out, cards in, the state of links, and what the gate is told at its start.
//!
//! Guarantees: a partner is its organisation key; a code that stands for one key never stands for another. Both sides must add
//! each other: a gate refuses the connection of a key that it was not given.

use crate::failure::Failure;
use crate::generation::Ended;
use crate::home::Home;
use crate::keys::HomeKeys;
use crate::logs::{Content, LinkLogs};
use crate::node::{Node, Reach, audit};
use comity_crypto::{SealingPublicKey, VerifyingKey, fingerprint_words};
use comity_link::card::is_endpoint;
use comity_link::gate_protocol::{Configuration, DeskToGate, LinkState, Peer, Timing};
use comity_link::{Card, CardOrganisation, Certified, Control, certify_node, certify_sealing, certify_tls, generation};
use comity_store::desk::{Direction, LinkRow};
use comity_vocab::{Digest, OfficerCode, OrgCode, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(crate) const CERTIFICATES: &str = "keys/certificates.json";
const DAY_SECONDS: i64 = 86_400;
/// Life of node, sealing and TLS keys (security.md §6.3; the shorter lives there come with rotation).
const CERTIFICATE_DAYS: i64 = 365;
/// How far a partner's clock may be ahead of ours when it issues a card.
const CARD_SKEW_SECONDS: i64 = DAY_SECONDS;
/// The setting that remembers where the gate last listened.
const GATE_ADDRESS: &str = "gate_address";
/// How many receipted entries, newest first, a starting gate is told to drop.
const ERASED_AT_START: u64 = 10_000;
/// The reason of a suspension that needs none.
pub(crate) const BY_OPERATOR: &str = "suspended by the operator";
/// A refused entry is asked for so many times before it is parked by its header.
pub(crate) const SPOILED_TRIES_MAX: u32 = 3;

/// The certificates of this node's keys; public, but kept with the keys.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Certificates {
    node: Certified<VerifyingKey>,
    sealing: Certified<SealingPublicKey>,
    tls: Certified<Digest>,
}

/// Certifies the home's keys anew.
pub(crate) fn certify(home: &Home, keys: &HomeKeys, now: Timestamp) -> Result<(), Failure> {
    let not_after = now.plus_seconds(CERTIFICATE_DAYS * DAY_SECONDS);
    let (_, spki) = crate::tls::certificate(&keys.tls_pkcs8)?;
    let certificates = Certificates {
        node: certify_node(&keys.organisation, keys.node.verifying_key(), not_after),
        sealing: certify_sealing(&keys.organisation, keys.sealing.public(), not_after),
        tls: certify_tls(&keys.node, spki, not_after),
    };
    home.write_file(CERTIFICATES, &serde_json::to_vec_pretty(&certificates)?)?;
    Ok(())
}

/// The end dates of this node's keys, by name.
pub(crate) fn end_dates(home: &Home) -> Result<[(&'static str, Timestamp); 3], Failure> {
    let held: Certificates = serde_json::from_slice(&home.read_file(CERTIFICATES)?)?;
    Ok([("node key", held.node.not_after), ("sealing key", held.sealing.not_after), ("TLS key", held.tls.not_after)])
}

/// This node's own node key, as it stands on the card.
pub(crate) fn certified_node(home: &Home) -> Result<VerifyingKey, Failure> {
    let held: Certificates = serde_json::from_slice(&home.read_file(CERTIFICATES)?)?;
    Ok(held.node.key)
}

/// Refuses a card that says it was issued later than clocks can differ: it would outrank every card that really comes later.
fn not_from_the_future(card: &Card, now: Timestamp) -> Result<(), Failure> {
    if card.issued <= now.plus_seconds(CARD_SKEW_SECONDS) {
        return Ok(());
    }
    Err(Failure::no(format!("the card says it was issued on {}, which is still to come", card.issued))
        .hint("compare the clocks, and ask the partner for a new card"))
}

impl Node {
    pub(crate) fn link_card(&mut self, now: Timestamp, endpoints: Vec<String>) -> Result<Value, Failure> {
        let configured = self.home.configuration.gate.endpoints.clone();
        let remembered = self.holdings.view().desk().setting(GATE_ADDRESS)?;
        let endpoints = match (endpoints.is_empty(), configured.is_empty()) {
            (false, _) => endpoints,
            (true, false) => configured,
            (true, true) => vec![remembered.unwrap_or_else(|| self.home.configuration.gate.listen.clone())],
        };
        if let Some(bad) = endpoints.iter().find(|endpoint| !is_endpoint(endpoint)) {
            return Err(Failure::usage(format!("not an endpoint of the form HOST:PORT: {bad}")));
        }
        let certificates: Certificates = serde_json::from_slice(&self.home.read_file(CERTIFICATES)?)?;
        let organisation = self.home.configuration.organisation.clone();
        let keys = self.keys()?;
        let card = Card::issue(
            CardOrganisation {
                code: organisation.code,
                name: organisation.name,
                country: organisation.country,
                kind: organisation.kind,
                key: keys.organisation.verifying_key(),
            },
            certificates.node,
            certificates.sealing,
            certificates.tls,
            endpoints.clone(),
            now,
            &keys.node,
        )
        .map_err(|error| Failure::refusal(&error))?;
        let tx = self.holdings.transaction()?;
        audit(tx.view().desk(), now, None, "link.card", &endpoints.join(","), "")?;
        tx.commit()?;
        Ok(json!({ "card": card, "endpoints": endpoints }))
    }

    pub(crate) fn link_add(&mut self, now: Timestamp, by: Option<&OfficerCode>, text: &str) -> Result<Value, Failure> {
        let card = Card::open(text, now).map_err(|error| {
            Failure::refusal(&error).hint("ask the partner for a new card; cards go by a way you trust")
        })?;
        not_from_the_future(&card, now)?;
        let own = self.organisation_key()?;
        if card.organisation.key == own || card.organisation.code == self.home.configuration.organisation.code {
            return Err(Failure::no("this card carries our own key or code; add the partner's card"));
        }
        let desk = self.holdings.view().desk();
        let code = card.organisation.code.as_str();
        let known = desk.link(code)?;
        let partner = card.organisation.key.to_bytes().to_vec();
        if known.as_ref().is_some_and(|link| link.partner != partner) {
            return Err(Failure::no(format!("partner {code} is known under another organisation key"))
                .hint("compare fingerprints by voice; a partner with a new organisation key is a new partner"));
        }
        if let Some(other) = desk.links()?.iter().find(|link| link.partner == partner && link.code != code) {
            return Err(Failure::no(format!("this organisation key is known as partner {}", other.code)));
        }
        if let Some(known) = &known {
            // As of when the link was made, never as of what the new card says of itself: by then the held one could have ended.
            let held = Timestamp::parse(&known.added).ok().and_then(|added| Card::open(&known.card, added).ok());
            let held = held.ok_or_else(|| {
                Failure::operational(format!("the stored card of {code} is damaged; run `comity verify`"))
            })?;
            if held.node.key != card.node.key {
                return Err(Failure::no(format!(
                    "this card of {code} carries another node key than the one the logs are signed with"
                ))
                .hint(
                    "call them: after a restored backup they have a new node key; then comity link add --new-node-key",
                ));
            }
            if held.issued > card.issued {
                return Err(Failure::no(format!("this card of {code} is older than the one held")));
            }
        }
        let state = if known.is_some() { "renewed" } else { "added" };
        let row = LinkRow {
            code: code.to_owned(),
            card: text.trim().to_owned(),
            partner,
            // Both ends come to the same number from the two cards.
            generation: match &known {
                Some(link) => link.generation,
                None => generation(&certified_node(&self.home)?, &card.node.key),
            },
            state: known.as_ref().map_or("active".to_owned(), |link| link.state.clone()),
            reason: known.as_ref().and_then(|link| link.reason.clone()),
            added: known.map_or_else(|| now.to_string(), |link| link.added),
        };
        let tx = self.holdings.transaction()?;
        tx.view().desk().put_link(&row)?;
        audit(tx.view().desk(), now, by, "link.add", code, state)?;
        tx.commit()?;
        self.logs.remove(&card.organisation.code);
        self.links_changed = true;
        Ok(json!({
            "partner": code,
            "name": card.organisation.name,
            "country": card.organisation.country,
            "kind": card.organisation.kind,
            "state": state,
            "fingerprint": fingerprint_words(&own, &card.organisation.key).join(" "),
            "endpoints": card.endpoints,
        }))
    }

    /// Takes a partner's card with another node key: the old generation of the link ends, a new one begins, and the partner is
    /// told how far we hold the old logs.
    pub(crate) fn link_renew(
        &mut self,
        now: Timestamp,
        by: Option<&OfficerCode>,
        text: &str,
    ) -> Result<Value, Failure> {
        let card = Card::open(text, now).map_err(|error| Failure::refusal(&error))?;
        not_from_the_future(&card, now)?;
        let code = card.organisation.code.clone();
        let row = self.link_row(&code)?;
        if row.partner != card.organisation.key.to_bytes() {
            return Err(Failure::no(format!("partner {code} is known under another organisation key"))
                .hint("a partner with a new organisation key is a new partner"));
        }
        let held = Card::open(&row.card, Timestamp::parse(&row.added).unwrap_or(now))
            .map_err(|error| Failure::from_error(&error))?;
        if held.node.key == card.node.key {
            return Err(Failure::no(format!("this card of {code} carries the node key that is known"))
                .hint("comity link add CARD, without --new-node-key"));
        }
        if held.issued >= card.issued {
            return Err(Failure::no(format!("this card of {code} is not newer than the one held")));
        }
        // A key that was given up is what a thief may have, and its certificate holds to its end: no own key of ours makes it new.
        let earlier = Ended::all(self.holdings.view().desk(), code.as_str())?;
        if earlier.iter().any(|ended| ended.card.node.key == card.node.key) {
            return Err(Failure::no(format!("this card of {code} carries a node key that they gave up before"))
                .hint("call them: a node key is never used again; somebody may have the old one"));
        }
        let own = self.organisation_key()?;
        let own_node = certified_node(&self.home)?;
        let quarantined = self.quarantine.is_some();
        self.keys()?;
        let Self { holdings, keys, entropy, .. } = self;
        let keys = keys.as_ref().ok_or_else(|| Failure::operational("no keys"))?;
        let tx = holdings.transaction()?;
        let desk = tx.view().desk();
        // What was evidence against the old logs is answered by people who looked and renewed; a stop by the operator stays.
        let stopped = row.reason.as_deref() == Some(BY_OPERATOR);
        let (state, reason) = if stopped { ("suspended", row.reason.clone()) } else { ("active", None) };
        let row = LinkRow { state: state.into(), reason, ..row };
        let begun = crate::generation::begin(desk, row, &card, text, (&own_node, &own_node), now)?;
        if !quarantined {
            let mut logs = LinkLogs::load(desk, &begun, &own, now)?;
            // All of them, the oldest first: what was lost may reach back beyond the last one.
            for ended in Ended::all(desk, code.as_str())?.iter().rev() {
                let view = Content::Control(Control::History(ended.history(desk)?));
                logs.post(desk, keys, entropy, now, view, None)?;
            }
            logs.checkpoint(desk, &keys.node)?;
        }
        audit(desk, now, by, "link.renew", code.as_str(), &format!("generation {}", begun.generation))?;
        tx.commit()?;
        self.logs.remove(&code);
        // The gate starts anew with the new logs and is then given what waits in them.
        self.links_changed = true;
        Ok(json!({
            "partner": code,
            "name": card.organisation.name,
            "country": card.organisation.country,
            "kind": card.organisation.kind,
            "state": "renewed",
            "generation": begun.generation,
            "fingerprint": fingerprint_words(&own, &card.organisation.key).join(" "),
            "endpoints": card.endpoints,
        }))
    }

    /// Loads the logs of every link that are not in memory yet.
    pub(crate) fn load_logs(&mut self, now: Timestamp) -> Result<(), Failure> {
        let own = self.organisation_key()?;
        let desk = self.holdings.view().desk();
        for row in desk.links()? {
            let known = row.code.parse::<OrgCode>().is_ok_and(|code| self.logs.contains_key(&code));
            if !known {
                let logs = LinkLogs::load(desk, &row, &own, now)?;
                self.logs.insert(logs.code.clone(), logs);
            }
        }
        Ok(())
    }

    /// What the gate is told when it starts: who we are, with whom we are linked, and what waits for a receipt.
    ///
    /// # Errors
    /// [`Failure`]: the keys do not open, a log is damaged.
    pub fn gate_start(&mut self, now: Timestamp, listen: &str) -> Result<(Configuration, Vec<DeskToGate>), Failure> {
        self.links_changed = false;
        self.reach.clear();
        self.logs.clear();
        self.keys()?;
        self.load_logs(now)?;
        let active: Vec<LinkRow> =
            self.holdings.view().desk().links()?.into_iter().filter(|link| link.state == "active").collect();
        let heartbeat_ms = self.home.configuration.gate.heartbeat_seconds.clamp(1, 3600) * 1000;
        let keys = self.keys.as_ref().ok_or_else(|| Failure::operational("no keys"))?;
        let (tls_certificate, _) = crate::tls::certificate(&keys.tls_pkcs8)?;
        let mut peers = Vec::new();
        let mut first = Vec::new();
        let tx = self.holdings.transaction()?;
        let desk = tx.view().desk();
        for row in &active {
            let Some(logs) = row.code.parse().ok().and_then(|code: OrgCode| self.logs.get(&code)) else { continue };
            peers.push(Peer {
                code: logs.code.clone(),
                spki_pin: *logs.card.tls.key.as_bytes(),
                pin_not_after: logs.card.tls.not_after.unix_seconds(),
                endpoints: logs.card.endpoints.clone(),
                outbound_origin: logs.out.origin().to_owned(),
                inbound_origin: logs.inbound.origin().to_owned(),
                inbound_next_seq: logs.inbound.next_seq(),
            });
            // What a receipt covers, or a recall took, may still lie in the store of a gate that was killed before it heard so.
            let done = logs.out.cosigned();
            let seqs: Vec<u64> = (done.saturating_sub(ERASED_AT_START)..done).collect();
            if !seqs.is_empty() {
                first.push(DeskToGate::Erase { peer: logs.code.clone(), seqs });
            }
            // A restored node listens; it signs and sends nothing until its officers say so.
            if self.quarantine.is_some() {
                continue;
            }
            first.extend(logs.unreceipted(desk, keys)?);
            first.push(logs.checkpoint(desk, &keys.node)?);
            if logs.inbound.next_seq() > 0 {
                first.push(logs.clone().receipt(desk, &keys.node, now)?);
            }
        }
        desk.set_setting(GATE_ADDRESS, listen)?;
        tx.commit()?;
        let tls_key = keys.tls_pkcs8.clone();
        let node_key = keys.node.verifying_key();
        let codes: Vec<OrgCode> = peers.iter().map(|peer| peer.code.clone()).collect();
        // A restored node shows nothing to tools either.
        let taxii = if self.quarantine.is_some() { None } else { self.taxii_start(&codes)? };
        for recipient in taxii.iter().flat_map(|taxii| &taxii.recipients) {
            if let Some(logs) = self.logs.get(&recipient.code) {
                let desk = self.holdings.view().desk();
                first.extend(crate::taxii_recipients::puts(desk, logs, &node_key, 0, u64::MAX)?);
            }
        }
        let configuration = Configuration {
            listen: listen.to_owned(),
            tls_certificate,
            tls_key,
            peers,
            timing: Timing { heartbeat_ms, ..Timing::default() },
            taxii,
        };
        Ok((configuration, first))
    }

    /// The partners whose links are active.
    pub(crate) fn active_partners(&self) -> Result<std::collections::BTreeSet<OrgCode>, Failure> {
        let links = self.holdings.view().desk().links()?;
        Ok(links.into_iter().filter(|link| link.state == "active").filter_map(|link| link.code.parse().ok()).collect())
    }

    fn link_state(&self, row: &LinkRow) -> Value {
        let reach: Option<&Reach> = row.code.parse().ok().and_then(|code: OrgCode| self.reach.get(&code));
        let word = match reach.map(|reach| &reach.state) {
            None | Some(LinkState::Unknown) => "not tried yet".to_owned(),
            Some(LinkState::Reachable) => "reachable".to_owned(),
            Some(LinkState::Waiting { retry_in_s, error }) => {
                format!("waiting: {}, next try in {retry_in_s} s", error.as_str())
            }
        };
        json!({
            "partner": row.code,
            "state": row.state,
            "reason": row.reason,
            "added": row.added,
            "reach": word,
            "waiting": reach.map_or(0, |reach| reach.waiting),
        })
    }

    pub(crate) fn link_list(&self) -> Result<Value, Failure> {
        let links: Vec<Value> = self.holdings.view().desk().links()?.iter().map(|row| self.link_state(row)).collect();
        Ok(json!({ "links": links }))
    }

    pub(crate) fn link_row(&self, partner: &OrgCode) -> Result<LinkRow, Failure> {
        self.holdings.view().desk().link(partner.as_str())?.ok_or_else(|| {
            Failure::no(format!("there is no link with {partner}")).code("unknown").hint("comity link add CARD")
        })
    }

    pub(crate) fn link_show(&self, partner: &OrgCode) -> Result<Value, Failure> {
        let row = self.link_row(partner)?;
        let desk = self.holdings.view().desk();
        let own = self.organisation_key()?;
        let card =
            Card::open(&row.card, Timestamp::parse(&row.added).map_err(|e| Failure::operational(e.to_string()))?)
                .map_err(|error| Failure::from_error(&error))?;
        let side = |direction| -> Result<Value, Failure> {
            let leaves = desk.log_leaves(&row.code, direction)?;
            let head = desk.log_head(&row.code, direction)?;
            let parked: Vec<Value> = desk
                .parked(&row.code, direction)?
                .into_iter()
                .map(|(seq, reason)| json!({ "seq": seq, "reason": reason }))
                .collect();
            Ok(json!({
                "size": leaves.len(),
                "root": comity_ledger::root(&leaves),
                "cosigned": head.cosigned,
                "checkpoint": head.checkpoint,
                "cosignature": head.cosignature,
                "parked": parked,
            }))
        };
        let refusals: Vec<Value> = desk
            .refusals(&row.code, 100)?
            .into_iter()
            .map(|(at, reason)| json!({ "at": at, "reason": reason }))
            .collect();
        let out = side(Direction::Out)?;
        let mut shown = self.link_state(&row);
        if let Value::Object(fields) = &mut shown {
            if fields.get("waiting").and_then(Value::as_u64) == Some(0) {
                let size = out.get("size").and_then(Value::as_u64).unwrap_or_default();
                let cosigned = out.get("cosigned").and_then(Value::as_u64).unwrap_or_default();
                fields.insert("waiting".into(), size.saturating_sub(cosigned).into());
            }
            fields.insert("name".into(), card.organisation.name.clone().into());
            fields.insert("fingerprint".into(), fingerprint_words(&own, &card.organisation.key).join(" ").into());
            fields.insert("out".into(), out);
            fields.insert("in".into(), side(Direction::In)?);
            fields.insert("refusals".into(), refusals.into());
            let taxii = crate::taxii_recipients::state(desk, row.code.as_str())?;
            fields
                .insert("taxii".into(), json!({ "state": taxii, "listen": self.home.configuration.gate.taxii_listen }));
            fields.insert("generation".into(), row.generation.into());
            let mut earlier = Vec::new();
            for ended in desk.generations(&row.code)? {
                earlier.push(crate::generation::Ended::open(ended)?.compared(desk)?);
            }
            fields.insert("earlier".into(), earlier.into());
        }
        Ok(shown)
    }

    pub(crate) fn link_suspend(
        &mut self,
        now: Timestamp,
        by: Option<&OfficerCode>,
        partner: &OrgCode,
        suspended: bool,
    ) -> Result<Value, Failure> {
        let row = self.link_row(partner)?;
        let evidence = row.reason.as_deref().filter(|reason| *reason != BY_OPERATOR);
        if let (false, Some(reason)) = (suspended, evidence) {
            return Err(Failure::no(format!("the link with {partner} is suspended on evidence: {reason}"))
                .hint("run comity verify, and talk to the partner; a card with a new node key begins a new generation of the link"));
        }
        let state = if suspended { "suspended" } else { "active" };
        let reason = suspended.then(|| evidence.unwrap_or(BY_OPERATOR).to_owned());
        let tx = self.holdings.transaction()?;
        tx.view().desk().put_link(&LinkRow { state: state.into(), reason, ..row })?;
        audit(tx.view().desk(), now, by, if suspended { "link.suspend" } else { "link.resume" }, partner.as_str(), "")?;
        tx.commit()?;
        self.links_changed = true;
        Ok(json!({ "partner": partner, "state": state }))
    }
}
