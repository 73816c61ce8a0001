//! Partners whose TAXII tools may read at our gate what was released to them: switched on by two officers, off by anyone who may.
//!
//! Guarantees: the gate is given, in clear, only what stands in our log to that partner as a release ([`TaxiiCopy`]); what is
//! recalled or withheld is taken back; the token is shown once and kept as its digest. Does not know: HTTP.

use crate::failure::Failure;
use crate::home::{TLS_KEY_BYTES_MAX, TLS_PRIVATE, read_private};
use crate::logs::LinkLogs;
use crate::node::{Node, audit};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use comity_crypto::{Purpose, Signature, VerifyingKey, Zeroizing, sha256};
use comity_link::gate_protocol::{DeskToGate, Taxii, TaxiiRecipient};
use comity_link::{Kept, TaxiiCopy};
use comity_release::{Agreement, Approval, ApprovalProof, RecipientSwitch, Refusal, agree, approval_message};
use comity_store::desk::{Desk, Direction, LogRow};
use comity_vocab::{Digest, EntryKind, OfficerCode, OrgCode, Role, Timestamp};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Entries of a log read at a time.
const PAGE: usize = 200;

/// What is kept of one partner.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Recipient {
    switch: RecipientSwitch,
    approvals: Vec<Approval>,
    /// Digest of the token; none before both signed.
    token: Option<Digest>,
}

fn setting(partner: &str) -> String {
    format!("taxii_recipient:{partner}")
}

fn stored(desk: Desk<'_>, partner: &str) -> Result<Option<Recipient>, Failure> {
    let text = desk.setting(&setting(partner))?.filter(|text| !text.is_empty());
    Ok(text.map(|text| serde_json::from_str(&text)).transpose()?)
}

/// Tells whether a partner is a TAXII recipient.
pub(crate) fn is_recipient(desk: Desk<'_>, partner: &str) -> Result<bool, Failure> {
    Ok(stored(desk, partner)?.is_some_and(|recipient| recipient.token.is_some()))
}

/// The state of a partner in one word: `off`, `waiting` for the second officer, `on`.
pub(crate) fn state(desk: Desk<'_>, partner: &str) -> Result<&'static str, Failure> {
    Ok(match stored(desk, partner)? {
        None => "off",
        Some(Recipient { token: None, .. }) => "waiting",
        Some(_) => "on",
    })
}

/// The copy of one entry for the gate, where it is a release whose content is still there.
fn put(logs: &LinkLogs, row: &LogRow, node: &VerifyingKey) -> Result<Option<DeskToGate>, Failure> {
    let (Some(salt), Some(payload)) = (&row.salt, &row.payload) else { return Ok(None) };
    if row.kind != EntryKind::Release {
        return Ok(None);
    }
    let damaged = || Failure::operational("a stored entry is damaged; run `comity verify`");
    let signature = Signature::from_bytes(row.signature.as_slice().try_into().map_err(|_| damaged())?);
    let salt: &[u8; 32] = salt.as_slice().try_into().map_err(|_| damaged())?;
    let kept = Kept { header: &row.header, signature: &signature };
    let copy = TaxiiCopy::of_entry(&kept, logs.out.origin(), salt, payload, node).map_err(|_| damaged())?;
    let at = Timestamp::parse(&row.at).map_err(|_| damaged())?;
    // Entries of one millisecond follow each other all the same.
    let at_us = u64::try_from(at.unix_millis()).map_err(|_| damaged())? * 1_000 + row.seq % 1_000;
    Ok(copy.map(|copy| DeskToGate::TaxiiPut { peer: logs.code.clone(), at_us, copy }))
}

/// What a recipient's tools get of entries from `seq` on, at most `count` of them.
pub(crate) fn puts(
    desk: Desk<'_>,
    logs: &LinkLogs,
    node: &VerifyingKey,
    mut seq: u64,
    count: u64,
) -> Result<Vec<DeskToGate>, Failure> {
    let end = seq.saturating_add(count);
    let mut puts = Vec::new();
    loop {
        let rows = desk.log_from(logs.code.as_str(), Direction::Out, seq, PAGE)?;
        let Some(last) = rows.last().map(|row| row.seq) else { return Ok(puts) };
        for row in rows.iter().filter(|row| row.seq < end) {
            puts.extend(put(logs, row, node)?);
        }
        if last.saturating_add(1) >= end {
            return Ok(puts);
        }
        seq = last + 1;
    }
}

impl Node {
    pub(crate) fn taxii_prepare(
        &mut self,
        now: Timestamp,
        partner: &OrgCode,
        role: Role,
        officer: &OfficerCode,
    ) -> Result<Value, Failure> {
        self.require_role(officer, &[role])?;
        let link = self.link_row(partner)?;
        let key = VerifyingKey::from_bytes(
            &link.partner.as_slice().try_into().map_err(|_| Failure::operational("the partner's key is damaged"))?,
        )
        .map_err(|error| Failure::from_error(&error))?;
        let known = stored(self.holdings.view().desk(), partner.as_str())?;
        let recipient = match known {
            Some(recipient) if recipient.token.is_some() => {
                return Err(Failure::no(format!("{partner} is a TAXII recipient already"))
                    .hint("comity link taxii --off ends it; then it can be switched on with a new token"));
            }
            Some(recipient) if recipient.switch.key == key => recipient,
            _ => {
                let organisation = self.home.configuration.organisation.code.clone();
                let switch = RecipientSwitch { organisation, partner: partner.clone(), key, made: now };
                let recipient = Recipient { switch, approvals: Vec::new(), token: None };
                let tx = self.holdings.transaction()?;
                tx.view().desk().set_setting(&setting(partner.as_str()), &serde_json::to_string(&recipient)?)?;
                tx.commit()?;
                recipient
            }
        };
        let statement = recipient.switch.statement();
        Ok(json!({
            "partner": partner,
            "role": role,
            "shown": String::from_utf8_lossy(&statement),
            "statement": STANDARD.encode(approval_message(&statement, role, &[])),
        }))
    }

    pub(crate) fn taxii_sign(
        &mut self,
        now: Timestamp,
        partner: &OrgCode,
        officer: OfficerCode,
        role: Role,
        proof: ApprovalProof,
    ) -> Result<Value, Failure> {
        let mut recipient = stored(self.holdings.view().desk(), partner.as_str())?
            .filter(|recipient| recipient.token.is_none())
            .ok_or_else(|| Failure::no(format!("nothing waits for a signature about {partner}")))?;
        let approval = Approval { officer: officer.clone(), role, proof, anchors: None, at: now };
        let message = approval_message(&recipient.switch.statement(), role, &[]);
        self.check_approval(now, &approval, Purpose::TaxiiRecipient, &message)?;
        recipient.approvals.retain(|earlier| earlier.officer != officer);
        recipient.approvals.push(approval);
        let agreed = match agree(recipient.switch.clone(), &recipient.approvals, &|code| self.officer_view(code)) {
            Ok(agreed) => Some(agreed.into_act()),
            Err(Refusal::Approvals { .. }) => None,
            Err(refusal) => return Err(Failure::refusal(&refusal)),
        };
        let mut token = None;
        if let Some(switch) = agreed {
            recipient.switch = switch;
            let draw = self.draw();
            let secret = Zeroizing::new(self.entropy.stream("taxii-token", partner.as_str(), draw).bytes32());
            let text = Zeroizing::new(format!("comity_{}", URL_SAFE_NO_PAD.encode(&secret[..])));
            recipient.token = Some(sha256(&[text.as_bytes()]));
            token = Some(text);
        }
        let state = if token.is_some() { "on" } else { "waiting" };
        let tx = self.holdings.transaction()?;
        let desk = tx.view().desk();
        desk.set_setting(&setting(partner.as_str()), &serde_json::to_string(&recipient)?)?;
        audit(desk, now, Some(&officer), "link.taxii", partner.as_str(), state)?;
        tx.commit()?;
        if token.is_some() {
            // The gate listens for tools only from its start on.
            self.links_changed = true;
        }
        let listen = self.home.configuration.gate.taxii_listen.clone();
        Ok(
            json!({ "partner": partner, "state": state, "token": token.as_ref().map(|text| text.as_str()), "listen": listen }),
        )
    }

    pub(crate) fn taxii_off(
        &mut self,
        now: Timestamp,
        by: Option<&OfficerCode>,
        partner: &OrgCode,
    ) -> Result<Value, Failure> {
        self.link_row(partner)?;
        let tx = self.holdings.transaction()?;
        tx.view().desk().set_setting(&setting(partner.as_str()), "")?;
        audit(tx.view().desk(), now, by, "link.taxii", partner.as_str(), "off")?;
        tx.commit()?;
        self.links_changed = true;
        Ok(json!({ "partner": partner, "state": "off" }))
    }

    /// Tells whether two officers, as they ever were, signed that this partner with this key becomes a recipient.
    fn was_agreed(&self, recipient: &Recipient, code: &OrgCode) -> Result<bool, Failure> {
        let Recipient { switch, approvals, .. } = recipient;
        let pinned = crate::releases::pinned_card(&self.link_row(code)?)?.organisation.key;
        if switch.partner != *code
            || switch.key != pinned
            || switch.organisation != self.home.configuration.organisation.code
        {
            return Ok(false);
        }
        let ever = crate::officers_ever::OfficersEver::read(self)?;
        let mut pairs = approvals.iter().flat_map(|one| approvals.iter().map(move |other| (one, other)));
        Ok(pairs.any(|(one, other)| {
            ever.any_keys(&one.officer, &other.officer, |officers| {
                agree(switch.clone(), &[one.clone(), other.clone()], officers).is_ok()
            })
        }))
    }

    /// What a starting gate is told about recipients; none where there is none, or where it is to listen nowhere.
    pub(crate) fn taxii_start(&mut self, codes: &[OrgCode]) -> Result<Option<Taxii>, Failure> {
        let Some(listen) = self.home.configuration.gate.taxii_listen.clone() else { return Ok(None) };
        let desk = self.holdings.view().desk();
        let mut recipients = Vec::new();
        for code in codes {
            let Some(recipient) = stored(desk, code.as_str())? else { continue };
            let Some(token) = recipient.token else { continue };
            if self.was_agreed(&recipient, code)? {
                recipients.push(TaxiiRecipient { code: code.clone(), token: *token.as_bytes() });
            } else {
                tracing::error!(
                    partner = code.as_str(),
                    "a TAXII recipient that two officers did not sign for is not served"
                );
            }
        }
        if recipients.is_empty() {
            return Ok(None);
        }
        let section = &self.home.configuration.gate;
        let (certificates, key) = match (&section.taxii_certificate, &section.taxii_key) {
            (Some(certificate), Some(key)) => {
                let unreadable = |error: rustls_pki_types::pem::Error| {
                    Failure::operational(format!("cannot read gate.taxii_certificate or gate.taxii_key: {error}"))
                };
                let chain: Vec<CertificateDer<'static>> =
                    CertificateDer::pem_file_iter(certificate).and_then(Iterator::collect).map_err(unreadable)?;
                let pem = read_private(key, TLS_PRIVATE, TLS_KEY_BYTES_MAX)?;
                let key = PrivateKeyDer::from_pem_slice(&pem).map_err(unreadable)?;
                (chain.iter().map(|one| one.to_vec()).collect(), Zeroizing::new(key.secret_der().to_vec()))
            }
            _ => (Vec::new(), Zeroizing::new(Vec::new())),
        };
        let draw = self.draw();
        let cursor_key = Zeroizing::new(self.entropy.stream("taxii-cursors", "gate", draw).bytes32());
        Ok(Some(Taxii { listen, certificates, key, cursor_key, recipients }))
    }
}
