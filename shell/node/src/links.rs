//! Our card, and what the gate is told of partners at its start.
//!
//! Guarantees: the gate is told of no partner but those whose link two officers agreed to, confirmed by the words, and that is
//! not suspended; it refuses the connection of every other key.

mod ceremony;
mod kept;
mod partner;
mod shown;
mod stop;

pub(crate) use kept::{Kept, confirmed, earlier_noted, stands};

use crate::failure::Failure;
use crate::home::Home;
use crate::keys::HomeKeys;
use crate::logs::LinkLogs;
use crate::node::{Node, audit};
use comity_crypto::{SealingPublicKey, VerifyingKey};
use comity_link::card::is_endpoint;
use comity_link::gate_protocol::{Configuration, DeskToGate, Peer, Timing};
use comity_link::{Card, CardOrganisation, Certified, certify_node, certify_sealing, certify_tls};
use comity_store::desk::LinkRow;
use comity_vocab::{Digest, OrgCode, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(crate) const CERTIFICATES: &str = "keys/certificates.json";
const DAY_SECONDS: i64 = 86_400;
/// Life of node, sealing and TLS keys (security.md §6.3; the shorter lives there come with rotation).
const CERTIFICATE_DAYS: i64 = 365;
/// The setting that remembers where the gate last listened.
const GATE_ADDRESS: &str = "gate_address";
/// How many receipted entries, newest first, a starting gate is told to drop.
const ERASED_AT_START: u64 = 10_000;

/// The certificates of this node's keys; public, but kept with the keys.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Certificates {
    node: Certified<VerifyingKey>,
    sealing: Certified<SealingPublicKey>,
    tls: Certified<Digest>,
}

/// Certifies the home's keys again.
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

/// The node key of certificates that were kept, where the organisation key certified it, whenever that was.
pub(crate) fn certified_by(organisation: &VerifyingKey, certificates: &[u8]) -> Option<VerifyingKey> {
    let held: Certificates = serde_json::from_slice(certificates).ok()?;
    comity_link::is_certified_node(organisation, &held.node).then_some(held.node.key)
}

/// This node's own node key, as it stands on the card.
pub(crate) fn certified_node(home: &Home) -> Result<VerifyingKey, Failure> {
    let held: Certificates = serde_json::from_slice(&home.read_file(CERTIFICATES)?)?;
    Ok(held.node.key)
}

/// The node key as the organisation key certified it.
pub(crate) fn node_certificate(home: &Home) -> Result<Certified<VerifyingKey>, Failure> {
    let held: Certificates = serde_json::from_slice(&home.read_file(CERTIFICATES)?)?;
    Ok(held.node)
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
        let active = self.flowing()?;
        let heartbeat_ms = self.home.configuration.gate.heartbeat_seconds.clamp(1, 3600) * 1000;
        let keys = self.keys.as_ref().ok_or_else(|| Failure::operational("no keys"))?;
        let (tls_certificate, _) = crate::tls::certificate(&keys.tls_pkcs8)?;
        let mut peers = Vec::new();
        let mut first = Vec::new();
        let tx = self.holdings.transaction()?;
        let desk = tx.view().desk();
        for row in &active {
            let logs = row.code.parse().ok().and_then(|code: OrgCode| self.logs.get(&code));
            let logs = logs.ok_or_else(|| crate::logs::not_whole(&row.code))?;
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
        earlier_noted(desk, now)?;
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

    /// The links that carry entries: active, and agreed to by two officers.
    fn flowing(&self) -> Result<Vec<LinkRow>, Failure> {
        let desk = self.holdings.view().desk();
        let mut rows = Vec::new();
        for row in desk.links()?.into_iter().filter(|row| row.standing.is_active()) {
            if stands(desk, &row)? {
                rows.push(row);
            }
        }
        Ok(rows)
    }

    /// The partners whose links are active.
    pub(crate) fn active_partners(&self) -> Result<std::collections::BTreeSet<OrgCode>, Failure> {
        let mut active = std::collections::BTreeSet::new();
        for row in self.flowing()? {
            active.insert(row.code.parse().map_err(|_| crate::logs::not_whole(&row.code))?);
        }
        Ok(active)
    }
}
