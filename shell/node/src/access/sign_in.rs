//! Opening, renewing, listing and ending sessions.
//!
//! Guarantees: every refusal of a sign-in is the same answer; refusals are counted in the audit log, at most one entry a minute,
//! so that a stranger cannot fill it.

use super::Asker;
use super::identity::secret_digest;
use super::sessions::{IDLE_SECONDS, Session};
use crate::call::CredentialAnswer;
use crate::failure::Failure;
use crate::node::{Node, audit};
use crate::passkeys::{Answered, Question, options, refused};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use comity_crypto::Zeroizing;
use comity_crypto::passkey::challenge_of;
use comity_vocab::{OfficerCode, Role, Timestamp};
use serde_json::{Value, json};

/// Seconds between two audit entries about refused sign-ins.
const REFUSALS_SECONDS: i64 = 60;
/// The longest name of a browser that is kept, in characters.
const AGENT_CHARS_MAX: usize = 120;

/// Sign-ins refused since the last audit entry about them.
#[derive(Default)]
pub(crate) struct Refusals {
    count: u64,
    written: Option<Timestamp>,
}

impl Node {
    pub(crate) fn sign_in_begin(&mut self, now: Timestamp) -> Result<Value, Failure> {
        let random = self.fresh("sign-in-challenge");
        let challenge = self.challenges.sign_in(now, random);
        Ok(json!({ "public_key": options::request(&self.address, &challenge, &[]) }))
    }

    pub(crate) fn sign_in_finish(
        &mut self,
        now: Timestamp,
        answer: &CredentialAnswer,
        agent: Option<&str>,
    ) -> Result<Value, Failure> {
        let answered = self.signing_in(now, answer);
        let answered = match answered {
            Ok(answered) => answered,
            Err(failure) => {
                self.count_refusal(now)?;
                return Err(failure);
            }
        };
        let draw = self.draw();
        let mut stream = self.entropy.stream("session", answered.officer.as_str(), draw);
        let secret = Zeroizing::new(stream.bytes32());
        let secret = Zeroizing::new(URL_SAFE_NO_PAD.encode(&secret[..]));
        let mut id = [0u8; 12];
        stream.fill(&mut id);
        let id = hex::encode(id);
        let session = Session {
            id: id.clone(),
            officer: answered.officer.clone(),
            credential: answered.credential.clone(),
            agent: agent.unwrap_or_default().chars().filter(|c| !c.is_control()).take(AGENT_CHARS_MAX).collect(),
            created: now,
            used: now,
            step_up_until: None,
        };
        self.record_use(now, &answered, "sign_in", &id)?;
        let opened = self.access.open_session(session, &secret).ok_or_else(refused)?;
        let identity = self.access.glance(&secret, now).ok_or_else(refused)?;
        Ok(json!({
            "session": secret.as_str(),
            "id": id,
            "officer": answered.officer,
            "name": identity.name,
            "roles": identity.roles,
            "scopes": identity.scopes,
            "expires": opened.expires,
            "idle_seconds": IDLE_SECONDS,
        }))
    }

    fn signing_in(&mut self, now: Timestamp, answer: &CredentialAnswer) -> Result<Answered, Failure> {
        let challenge = challenge_of(&answer.client_data.0).map_err(|_| refused())?;
        if !self.challenges.asked_sign_in(&challenge, now) {
            return Err(refused());
        }
        let answered = self.passkey_answered(answer, &challenge)?;
        self.challenges.spend(challenge, now);
        Ok(answered)
    }

    fn count_refusal(&mut self, now: Timestamp) -> Result<(), Failure> {
        self.refusals.count += 1;
        let quiet = self.refusals.written.is_some_and(|at| at <= now && now < at.plus_seconds(REFUSALS_SECONDS));
        if quiet {
            return Ok(());
        }
        let detail = format!("{} refused since the last entry", self.refusals.count);
        let tx = self.holdings.transaction()?;
        audit(tx.view().desk(), now, None, "sign_in.refused", "desk", &detail)?;
        tx.commit()?;
        self.refusals = Refusals { count: 0, written: Some(now) };
        Ok(())
    }

    /// Records that a passkey was used, with its counter, and what for.
    pub(crate) fn record_use(
        &mut self,
        now: Timestamp,
        answered: &Answered,
        act: &str,
        detail: &str,
    ) -> Result<(), Failure> {
        let tx = self.holdings.transaction()?;
        let desk = tx.view().desk();
        desk.passkey_used(&answered.credential, answered.counter, &now.to_string())?;
        audit(desk, now, Some(&answered.officer), act, answered.officer.as_str(), detail)?;
        tx.commit()?;
        Ok(())
    }

    pub(crate) fn step_up_begin(&mut self, now: Timestamp, by: &Asker) -> Result<Value, Failure> {
        let (officer, session) = in_session(by)?;
        let allowed = self.usable_passkeys(&officer);
        let challenge = self.fresh("step-up-challenge");
        self.challenges.put(challenge, now, Question::StepUp { session, officer });
        Ok(json!({ "public_key": options::request(&self.address, &challenge, &allowed) }))
    }

    pub(crate) fn step_up_finish(
        &mut self,
        now: Timestamp,
        by: &Asker,
        answer: &CredentialAnswer,
    ) -> Result<Value, Failure> {
        let (officer, session) = in_session(by)?;
        let challenge = challenge_of(&answer.client_data.0).map_err(|_| refused())?;
        match self.challenges.take(&challenge, now) {
            Some(Question::StepUp { session: asked, officer: whom }) if asked == session && whom == officer => {}
            _ => return Err(refused()),
        }
        let answered = self.passkey_answered(answer, &challenge)?;
        if answered.officer != officer {
            return Err(refused());
        }
        self.record_use(now, &answered, "session.step_up", &session)?;
        let until = self.access.step_up(&session, now).ok_or_else(sign_in_needed)?;
        Ok(json!({ "step_up_until": until }))
    }

    pub(crate) fn session_list(&self, now: Timestamp, by: &Asker) -> Result<Value, Failure> {
        let (own, all) = match by {
            Asker::Machine => (None, true),
            Asker::Token(_) => return Err(sign_in_needed()),
            Asker::Key(code) => (None, self.require_role(code, &[Role::Custodian]).is_ok()),
            Asker::Session(identity) => (identity.session.clone(), identity.roles.contains(&Role::Custodian)),
        };
        let sessions: Vec<Value> = self
            .access
            .sessions(now)
            .into_iter()
            .filter(|session| all || Some(&session.officer) == by.officer())
            .map(|session| {
                json!({
                    "session": session.id,
                    "officer": session.officer,
                    "agent": session.agent,
                    "created": session.created,
                    "used": session.used,
                    "expires": session.ends,
                    "own": own.as_ref() == Some(&session.id),
                })
            })
            .collect();
        Ok(json!({ "sessions": sessions }))
    }

    pub(crate) fn session_end(
        &mut self,
        now: Timestamp,
        by: &Asker,
        session: Option<String>,
    ) -> Result<Value, Failure> {
        let session = match (session, by) {
            (Some(session), _) => session,
            (None, Asker::Session(identity)) => identity.session.clone().ok_or_else(sign_in_needed)?,
            (None, _) => return Err(Failure::usage("name the session that is to end")),
        };
        let listed = self.session_list(now, by)?;
        let listed = listed.get("sessions").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let named = |one: &&Value| one.get("session").and_then(Value::as_str) == Some(&session);
        let found = listed
            .iter()
            .find(named)
            .ok_or_else(|| Failure::no("there is no such session of yours").code("unknown"))?;
        let whose: OfficerCode = serde_json::from_value(found.get("officer").cloned().unwrap_or_default())?;
        self.access.end_session(&session);
        let tx = self.holdings.transaction()?;
        audit(tx.view().desk(), now, by.officer(), "session.end", whose.as_str(), &session)?;
        tx.commit()?;
        Ok(json!({ "session": session, "officer": whose, "state": "ended" }))
    }

    /// Returns who has the session with this secret, for a call that comes with it.
    pub(crate) fn asking_session(&self, secret: &str, now: Timestamp) -> Result<Asker, Failure> {
        let _ = secret_digest(secret).ok_or_else(sign_in_needed)?;
        self.access.session(secret, now).map(Asker::Session).ok_or_else(sign_in_needed)
    }
}

/// The officer and the session of a call that must come from one.
pub(crate) fn in_session(by: &Asker) -> Result<(OfficerCode, String), Failure> {
    match by {
        Asker::Session(identity) => match (&identity.officer, &identity.session) {
            (Some(officer), Some(session)) => Ok((officer.clone(), session.clone())),
            _ => Err(sign_in_needed()),
        },
        Asker::Machine | Asker::Key(_) | Asker::Token(_) => Err(sign_in_needed()),
    }
}

/// The one answer to a session that is not there.
pub(crate) fn sign_in_needed() -> Failure {
    Failure::no("you are not signed in").code("sign_in_needed")
}
