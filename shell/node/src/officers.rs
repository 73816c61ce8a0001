//! The officer registry: acts are prepared here, signed by custodians outside, and applied when both have.
//!
//! Guarantees: an officer exists only through an act that two custodians signed (the first two sign for themselves); an act
//! takes effect in the same transaction that stores it. The rules are `comity-ledger`'s.

use crate::access::Access;
use crate::failure::Failure;
use crate::node::{Node, audit};
use crate::request::OfficerChange;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use comity_crypto::{Purpose, Signature, sha256};
use comity_ledger::{ActKind, Officer, Registry, RegistryAct, SignedAct};
use comity_store::desk::Desk;
use comity_vocab::{OfficerCode, Role, Timestamp};
use serde_json::{Value, json};

/// Re-derives the registry from its acts.
pub(crate) fn replay(desk: Desk<'_>) -> Result<Registry, Failure> {
    Registry::replay(&signed_acts(desk)?).map_err(|error| {
        Failure::from_error(&error).hint("the officer registry is damaged; nothing is done with it; restore a backup")
    })
}

pub(crate) fn signed_acts(desk: Desk<'_>) -> Result<Vec<SignedAct>, Failure> {
    desk.registry_acts()?
        .into_iter()
        .map(|(bytes, signatures)| Ok(SignedAct { bytes, signatures: serde_json::from_str(&signatures)? }))
        .collect()
}

/// Tells whether an audit entry's word says that an act of the registry took effect.
pub(crate) fn is_act(word_of_entry: &str) -> bool {
    let acts = [ActKind::Add, ActKind::Disable, ActKind::NewKey, ActKind::Roles];
    word_of_entry.strip_prefix(ACT_PREFIX).is_some_and(|of_act| acts.iter().any(|act| word(act) == of_act))
}

/// How the audit entry of an act of the registry begins.
const ACT_PREFIX: &str = "officer.";

fn word(act: &ActKind) -> &'static str {
    match act {
        ActKind::Add => "add",
        ActKind::Disable => "disable",
        ActKind::NewKey => "new_key",
        ActKind::Roles => "roles",
    }
}

impl Node {
    pub(crate) fn officer_prepare(
        &self,
        now: Timestamp,
        officer: OfficerCode,
        change: OfficerChange,
    ) -> Result<Value, Failure> {
        let act = match change {
            // Two names must not look alike by what nobody sees.
            OfficerChange::Add { name, .. } if !comity_text::is_plain_line(&name) => {
                return Err(Failure::usage("an officer's name is of one line, without characters that nobody sees"));
            }
            OfficerChange::Add { name, roles, key } => {
                Some(self.registry.next_act(ActKind::Add, officer.clone(), name, roles, key, now))
            }
            OfficerChange::Disable => self.registry.next_disable(&officer, now),
            OfficerChange::NewKey { key } => self.registry.next_new_key(&officer, key, now),
            OfficerChange::Roles { roles } => self.registry.next_roles(&officer, roles, now),
        };
        let act = act.ok_or_else(|| Failure::no(format!("there is no active officer {officer}")))?;
        self.registry.check(&act).map_err(|fault| {
            let failure = Failure::no(format!("cannot change officer {officer}: {fault}"));
            if self.registry.is_open() {
                failure
            } else {
                failure.hint("the first two officers are custodians; they sign every later change together")
            }
        })?;
        Ok(json!({ "act": STANDARD.encode(act.bytes()), "bootstrap": !self.registry.is_open() }))
    }

    pub(crate) fn officer_apply(
        &mut self,
        now: Timestamp,
        act: &str,
        signatures: Vec<(OfficerCode, Signature)>,
    ) -> Result<Value, Failure> {
        let bytes = STANDARD.decode(act).map_err(|_| Failure::usage("the act is not base64"))?;
        let parsed =
            RegistryAct::parse(&bytes).map_err(|fault| Failure::no(format!("cannot apply the act: {fault}")))?;
        self.registry.check(&parsed).map_err(|fault| Failure::no(format!("cannot apply the act: {fault}")))?;
        let mut signatures = signatures;
        for (pending, earlier) in self.holdings.view().desk().pending_acts()? {
            if pending == bytes {
                let earlier: Vec<(OfficerCode, Signature)> = serde_json::from_str(&earlier)?;
                let known: Vec<OfficerCode> = signatures.iter().map(|(code, _)| code.clone()).collect();
                signatures.extend(earlier.into_iter().filter(|(code, _)| !known.contains(code)));
            }
        }
        let signed = SignedAct { bytes, signatures };
        let waits = self.registry.is_open() && signed.signatures.len() == 1;
        let mut registry = self.registry.clone();
        let stored = serde_json::to_string(&signed.signatures)?;
        let by = signed.signatures.iter().map(|(code, _)| code.as_str()).collect::<Vec<_>>().join(",");
        if waits {
            self.registry_signature(&signed)?;
        }
        let tx = self.holdings.transaction()?;
        let desk = tx.view().desk();
        if waits {
            desk.put_pending_act(&sha256(&[&signed.bytes]), &signed.bytes, &stored)?;
            audit(
                desk,
                now,
                None,
                "officer.prepare",
                parsed.officer.as_str(),
                &format!("{} by {by}", word(&parsed.act)),
            )?;
        } else {
            registry
                .apply(&signed)
                .map_err(|error| Failure::no(format!("cannot change officer {}: {}", parsed.officer, error.fault)))?;
            desk.append_registry_act(parsed.seq, &signed.bytes, &stored)?;
            desk.clear_pending_acts()?;
            let act = format!("{ACT_PREFIX}{}", word(&parsed.act));
            audit(desk, now, None, &act, parsed.officer.as_str(), &format!("by {by}"))?;
        }
        tx.commit()?;
        self.registry = registry;
        // Who was disabled, or got another key, is out before the next question.
        self.refresh_access()?;
        let next = match (waits, self.registry.is_open()) {
            (true, _) => "a second custodian confirms it: comity officer confirm",
            (false, false) => "add the second custodian; the registry opens then",
            (false, true) => "",
        };
        Ok(json!({
            "officer": parsed.officer,
            "act": word(&parsed.act),
            "seq": parsed.seq,
            "roles": parsed.roles,
            "state": if waits { "waiting" } else if parsed.act == ActKind::Disable { "disabled" } else { "active" },
            "next": next,
        }))
    }

    /// A signature that waits for its second must itself be a custodian's.
    fn registry_signature(&self, signed: &SignedAct) -> Result<(), Failure> {
        for (code, signature) in &signed.signatures {
            self.require_role(code, &[Role::Custodian])?;
            let officer = self.active(code)?;
            officer
                .key
                .verify(Purpose::RegistryAct, &signed.bytes, signature)
                .map_err(|_| Failure::no(format!("the signature of custodian {code} does not verify")))?;
        }
        Ok(())
    }

    pub(crate) fn officer_list(&self) -> Result<Value, Failure> {
        let officers: Vec<Value> =
            self.registry.officers().map(|officer| officer_json(officer, &self.access)).collect();
        let mut waiting = Vec::new();
        for (bytes, signatures) in self.holdings.view().desk().pending_acts()? {
            let act = RegistryAct::parse(&bytes).map_err(|fault| {
                Failure::operational(format!("an act that waits for a signature is damaged: {fault}"))
            })?;
            let signatures: Vec<(OfficerCode, Signature)> = serde_json::from_str(&signatures)?;
            let signed: Vec<OfficerCode> = signatures.into_iter().map(|(code, _)| code).collect();
            waiting.push(json!({
                "officer": act.officer,
                "act_kind": word(&act.act),
                "act": STANDARD.encode(&bytes),
                "signed_by": signed,
            }));
        }
        Ok(json!({
            "officers": officers,
            "waiting": waiting,
            "open": self.registry.is_open(),
            "organisation_key": self.organisation_key()?,
        }))
    }
}

fn officer_json(officer: &Officer, access: &Access) -> Value {
    json!({
        "code": officer.code,
        "name": officer.name,
        "roles": officer.roles,
        "active": officer.active,
        "key": officer.key,
        // How many may be used to sign in; two are advised.
        "passkeys": access.passkeys(&officer.code),
    })
}
