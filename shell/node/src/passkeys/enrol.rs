//! Making passkeys: the first with a grant by the officer's key, further ones with a passkey that counts.

use super::{Question, options, refused};
use crate::access::{Asker, in_session, secret_digest};
use crate::call::{CredentialAnswer, NewCredential};
use crate::failure::Failure;
use crate::node::{Node, audit};
use comity_crypto::passkey::{NewPasskey, Origin, Registration, RelyingParty, challenge, challenge_of, register};
use comity_crypto::{Purpose, Signature};
use comity_ledger::Officer;
use comity_release::passkey::{
    Base64Url, Binding, PasskeyAnswer, PasskeyGrant, PasskeyRecord, binding_statement, user_handle,
};
use comity_store::desk::{Desk, GrantRow, PasskeyRow};
use comity_vocab::{Digest, OfficerCode, Timestamp};
use serde_json::{Value, json};

/// How long a link to make a passkey holds, in seconds (security.md §6.2, first run).
const GRANT_SECONDS: i64 = 15 * 60;
/// The most passkeys an officer ever has, removed ones included.
const PASSKEYS_MAX: usize = 16;
/// The longest name of a passkey, in characters.
const NAME_CHARS_MAX: usize = 80;

fn link_refused() -> Failure {
    Failure::no("this link does not hold: it was used, is older than 15 minutes, or was never given")
        .hint("comity officer enrol prints a new one")
        .code("enrolment_refused")
}

impl Node {
    /// An officer whose key may grant passkeys: active, also while the registry waits for its second custodian.
    fn enrolling(&self, code: &OfficerCode) -> Result<&Officer, Failure> {
        self.registry
            .officer(code)
            .filter(|officer| officer.active)
            .ok_or_else(|| Failure::no(format!("there is no active officer {code}")))
    }

    pub(crate) fn passkey_grant_prepare(&self, now: Timestamp, officer: &OfficerCode) -> Result<Value, Failure> {
        self.enrolling(officer)?;
        Ok(json!({
            "officer": officer,
            "organisation_key": self.organisation_key()?,
            "rp_id": self.address.host(),
            "origin": self.address.origin(),
            "not_after": now.plus_seconds(GRANT_SECONDS),
        }))
    }

    pub(crate) fn passkey_grant(
        &mut self,
        now: Timestamp,
        grant: &PasskeyGrant,
        signature: &Signature,
    ) -> Result<Value, Failure> {
        let officer = self.enrolling(&grant.officer)?;
        officer
            .key
            .verify(Purpose::PasskeyGrant, &grant.statement(), signature)
            .map_err(|_| Failure::no(format!("the grant is not signed by the key of officer {}", grant.officer)))?;
        if grant.organisation != self.organisation_key()? || grant.rp_id != self.address.host() {
            return Err(Failure::no("the grant is made out for another node or another address"));
        }
        if grant.not_after <= now || grant.not_after > now.plus_seconds(GRANT_SECONDS) {
            return Err(Failure::no("a grant holds for at most 15 minutes"));
        }
        let row = GrantRow {
            token: grant.token,
            officer: grant.officer.to_string(),
            grant: serde_json::to_string(grant)?,
            signature: signature.to_string(),
            not_after: grant.not_after.to_string(),
        };
        let tx = self.holdings.transaction()?;
        let desk = tx.view().desk();
        // One link at a time: an earlier one that was mislaid is worth nothing any more.
        desk.drop_grants(&row.officer)?;
        desk.put_grant(&row)?;
        audit(desk, now, Some(&grant.officer), "passkey.grant", grant.officer.as_str(), &row.not_after)?;
        tx.commit()?;
        Ok(json!({ "officer": grant.officer, "origin": self.address.origin(), "expires": grant.not_after }))
    }

    /// The grant that a link's secret opens, where it still holds under the officer's key of now.
    fn granted(&self, now: Timestamp, token: &str) -> Result<(PasskeyGrant, Signature), Failure> {
        let digest = secret_digest(token).ok_or_else(link_refused)?;
        let row = self.holdings.view().desk().grant(&digest)?.ok_or_else(link_refused)?;
        let grant: PasskeyGrant = serde_json::from_str(&row.grant)?;
        let signature: Signature = row.signature.parse().map_err(|_| link_refused())?;
        let officer = self.enrolling(&grant.officer).map_err(|_| link_refused())?;
        officer.key.verify(Purpose::PasskeyGrant, &grant.statement(), &signature).map_err(|_| link_refused())?;
        let holds = grant.token == digest && now < grant.not_after && grant.rp_id == self.address.host();
        if holds { Ok((grant, signature)) } else { Err(link_refused()) }
    }

    pub(crate) fn register_begin(&mut self, now: Timestamp, by: &Asker, token: Option<&str>) -> Result<Value, Failure> {
        let question = match token {
            Some(token) => {
                let (grant, _) = self.granted(now, token)?;
                Question::Enrol { token: grant.token, officer: grant.officer }
            }
            None => {
                let (officer, session) = in_session(by)?;
                Question::Register { session, officer }
            }
        };
        let (Question::Enrol { officer, .. } | Question::Register { officer, .. }) = &question else {
            return Err(refused());
        };
        let (code, name) = (officer.clone(), self.enrolling(officer)?.name.clone());
        let all = self.passkeys.get(&code).map(Vec::as_slice).unwrap_or_default();
        if all.len() >= PASSKEYS_MAX {
            return Err(Failure::no(format!("an officer has at most {PASSKEYS_MAX} passkeys, removed ones included"))
                .hint("a new key of the officer begins again: comity officer new-key"));
        }
        let existing: Vec<Base64Url> =
            all.iter().filter(|one| !one.removed).map(|one| one.record.credential.clone()).collect();
        let challenge = self.fresh("register-challenge");
        let handle = user_handle(&self.organisation_key()?, &code);
        let organisation = &self.home.configuration.organisation.name;
        let options =
            options::creation(&self.address, &challenge, organisation, &handle, code.as_str(), &name, &existing);
        self.challenges.put(challenge, now, question);
        Ok(json!({ "officer": code, "name": name, "passkeys": existing.len(), "public_key": options }))
    }

    pub(crate) fn register_finish(
        &mut self,
        now: Timestamp,
        by: &Asker,
        token: Option<&str>,
        name: &str,
        credential: &NewCredential,
    ) -> Result<Value, Failure> {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > NAME_CHARS_MAX || !comity_text::is_plain_line(name) {
            return Err(Failure::usage(format!("a passkey's name is 1 to {NAME_CHARS_MAX} characters of one line")));
        }
        let asked = challenge_of(&credential.client_data.0).map_err(|_| refused())?;
        let question = self.challenges.take(&asked, now).ok_or_else(refused)?;
        let party = RelyingParty { id: self.address.host(), origin: Origin::Exactly(self.address.origin()) };
        let registration = Registration {
            client_data: &credential.client_data.0,
            attestation_object: &credential.attestation_object.0,
        };
        let new = register(&party, &asked, &registration).map_err(|_| refused())?;
        let taken = super::read(self.holdings.view().desk())?;
        if taken.iter().any(|one| one.row.credential == new.credential) {
            return Err(refused());
        }
        match (question, token) {
            (Question::Enrol { token: digest, officer }, Some(token)) => {
                let (grant, signature) = self.granted(now, token)?;
                if grant.token != digest || grant.officer != officer {
                    return Err(link_refused());
                }
                let binding = Binding::Grant { grant: Box::new(grant), signature };
                self.bind(now, &officer, &new, name, binding, Some(&digest), None)
            }
            (Question::Register { session, officer }, None) => {
                let (asking, in_this) = in_session(by)?;
                if asking != officer || in_this != session {
                    return Err(refused());
                }
                self.ask_to_vouch(now, session, officer, new, name)
            }
            _ => Err(refused()),
        }
    }

    fn ask_to_vouch(
        &mut self,
        now: Timestamp,
        session: String,
        officer: OfficerCode,
        new: NewPasskey,
        name: &str,
    ) -> Result<Value, Failure> {
        let nonce = self.fresh("vouch-nonce");
        let asked = challenge(Purpose::PasskeyBinding, &nonce, &self.statement_of(&officer, &new));
        let allowed = self.usable_passkeys(&officer);
        let options = options::request(&self.address, &asked, &allowed);
        let question = Question::Vouch { session, officer, passkey: Box::new(new), name: name.to_owned() };
        self.challenges.put(nonce, now, question);
        Ok(json!({ "state": "confirm", "nonce": Digest(nonce), "public_key": options }))
    }

    fn statement_of(&self, officer: &OfficerCode, new: &NewPasskey) -> Vec<u8> {
        let credential = Base64Url(new.credential.clone());
        binding_statement(officer, &credential, &new.key, new.backup_eligible, self.address.host())
    }

    pub(crate) fn register_confirm(
        &mut self,
        now: Timestamp,
        by: &Asker,
        nonce: &Digest,
        answer: &CredentialAnswer,
    ) -> Result<Value, Failure> {
        let (asking, in_this) = in_session(by)?;
        let Some(Question::Vouch { session, officer, passkey, name }) = self.challenges.take(nonce.as_bytes(), now)
        else {
            return Err(refused());
        };
        if asking != officer || in_this != session {
            return Err(refused());
        }
        let asked = challenge(Purpose::PasskeyBinding, nonce.as_bytes(), &self.statement_of(&officer, &passkey));
        let answered = self.passkey_answered(answer, &asked)?;
        if answered.officer != officer {
            return Err(refused());
        }
        let binding = Binding::Passkey(PasskeyAnswer {
            credential: answer.credential.clone(),
            nonce: *nonce,
            authenticator_data: answer.authenticator_data.clone(),
            client_data: answer.client_data.clone(),
            signature: answer.signature.clone(),
        });
        self.bind(now, &officer, &passkey, &name, binding, None, Some((&answered.credential, answered.counter)))
    }

    /// Stores a passkey that counts from now on.
    #[expect(clippy::too_many_arguments, reason = "one act with all that it rests on, called from two places")]
    fn bind(
        &mut self,
        now: Timestamp,
        officer: &OfficerCode,
        new: &NewPasskey,
        name: &str,
        binding: Binding,
        grant: Option<&Digest>,
        voucher: Option<(&[u8], u32)>,
    ) -> Result<Value, Failure> {
        let how = if grant.is_some() { "granted by the officer's key" } else { "vouched for by another passkey" };
        let credential = Base64Url(new.credential.clone());
        let record = PasskeyRecord {
            officer: officer.clone(),
            credential: credential.clone(),
            key: new.key,
            backup_eligible: new.backup_eligible,
            rp_id: self.address.host().to_owned(),
            binding,
        };
        let row = PasskeyRow {
            credential: new.credential.clone(),
            officer: officer.to_string(),
            record: serde_json::to_string(&record)?,
            counter: new.counter,
            name: name.to_owned(),
            created: now.to_string(),
            last_used: None,
            removed: None,
        };
        let tx = self.holdings.transaction()?;
        let desk = tx.view().desk();
        if let Some(grant) = grant {
            spend(desk, grant)?;
        }
        if let Some((voucher, counter)) = voucher {
            desk.passkey_used(voucher, counter, &now.to_string())?;
        }
        desk.put_passkey(&row)?;
        audit(desk, now, Some(officer), "passkey.add", &credential.to_string(), how)?;
        tx.commit()?;
        self.refresh_access()?;
        let passkeys = self.usable_passkeys(officer).len();
        Ok(json!({
            "state": "bound",
            "officer": officer,
            "credential": credential,
            "name": name,
            "passkeys": passkeys,
            "second_advised": passkeys < 2,
        }))
    }
}

/// Uses a grant up.
fn spend(desk: Desk<'_>, grant: &Digest) -> Result<(), Failure> {
    if desk.take_grant(grant)? { Ok(()) } else { Err(link_refused()) }
}
