//! The table of sessions: in memory only, so that a restart ends them all.

use comity_vocab::{Digest, OfficerCode, Timestamp};
use std::collections::BTreeMap;

/// A session that is not used for so long ends, in seconds (security.md §6.1 V7).
pub(crate) const IDLE_SECONDS: i64 = 15 * 60;
/// A session ends after so long whatever happens, in seconds.
pub(crate) const ABSOLUTE_SECONDS: i64 = 8 * 3600;
/// How long a step-up holds, in seconds.
pub(crate) const STEP_UP_SECONDS: i64 = 5 * 60;
/// The most sessions of one officer; the oldest ends for a new one.
const PER_OFFICER_MAX: usize = 8;

/// One officer's session. Its secret is the key of the table, as a digest.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub id: String,
    pub officer: OfficerCode,
    /// The passkey it was opened with.
    pub credential: Vec<u8>,
    /// What the browser calls itself.
    pub agent: String,
    pub created: Timestamp,
    pub used: Timestamp,
    pub step_up_until: Option<Timestamp>,
}

impl Session {
    fn ends(&self) -> Timestamp {
        self.created.plus_seconds(ABSOLUTE_SECONDS)
    }

    /// A clock that went back behind the session's beginning ends it: nobody can tell how old it is.
    fn holds(&self, now: Timestamp) -> bool {
        self.created <= now && now < self.ends() && now < self.used.plus_seconds(IDLE_SECONDS)
    }
}

/// What may be shown of a session.
#[derive(Clone, Debug)]
pub(crate) struct SessionFacts {
    pub id: String,
    pub officer: OfficerCode,
    pub agent: String,
    pub created: Timestamp,
    pub used: Timestamp,
    pub ends: Timestamp,
}

/// What follows from opening one.
pub(crate) struct Opened {
    pub expires: Timestamp,
}

/// All sessions.
#[derive(Default)]
pub(crate) struct Sessions(BTreeMap<Digest, Session>);

impl Sessions {
    pub fn open(&mut self, key: Digest, session: Session) -> Opened {
        let (now, officer) = (session.created, session.officer.clone());
        self.0.retain(|_, other| other.holds(now));
        loop {
            let own = self.0.iter().filter(|(_, other)| other.officer == officer);
            let oldest = own.clone().min_by_key(|(_, other)| other.created).map(|(key, _)| *key);
            match oldest {
                Some(oldest) if own.count() >= PER_OFFICER_MAX => self.0.remove(&oldest),
                _ => break,
            };
        }
        let expires = session.ends();
        self.0.insert(key, session);
        Opened { expires }
    }

    pub fn find(&mut self, key: &Digest, now: Timestamp, touch: bool) -> Option<&Session> {
        if !self.0.get(key)?.holds(now) {
            self.0.remove(key);
            return None;
        }
        let session = self.0.get_mut(key)?;
        if touch {
            session.used = session.used.max(now);
        }
        Some(session)
    }

    pub fn keep(&mut self, may_stay: impl Fn(&Session) -> bool) {
        self.0.retain(|_, session| may_stay(session));
    }

    pub fn step_up(&mut self, id: &str, now: Timestamp) -> Option<Timestamp> {
        let until = now.plus_seconds(STEP_UP_SECONDS);
        let session = self.0.values_mut().find(|session| session.id == id && session.holds(now))?;
        session.step_up_until = Some(until);
        Some(until)
    }

    pub fn list(&self, now: Timestamp) -> Vec<SessionFacts> {
        let mut listed: Vec<SessionFacts> = self
            .0
            .values()
            .filter(|session| session.holds(now))
            .map(|session| SessionFacts {
                id: session.id.clone(),
                officer: session.officer.clone(),
                agent: session.agent.clone(),
                created: session.created,
                used: session.used,
                ends: session.ends(),
            })
            .collect();
        listed.sort_by(|a, b| (a.created, &a.id).cmp(&(b.created, &b.id)));
        listed
    }

    pub fn end(&mut self, id: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|_, session| session.id != id);
        self.0.len() < before
    }
}
