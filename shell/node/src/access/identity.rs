//! Sessions and tokens as the faces look them up, at every request, without asking the node.

use super::sessions::{Opened, Session, SessionFacts, Sessions};
use comity_crypto::{same, sha256};
use comity_vocab::{Digest, OfficerCode, Role, Roles, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard};

/// What every token's text begins with, so that one that leaked is recognised.
pub(crate) const TOKEN_PREFIX: &str = "comity_";
/// The longest secret looked at, in bytes.
const SECRET_BYTES_MAX: usize = 128;

/// What a program with a token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Scope {
    /// Read holdings and states.
    #[serde(rename = "read")]
    Read,
    /// Import.
    #[serde(rename = "write")]
    Write,
    /// Bring observations of sensors, and learn nothing.
    #[serde(rename = "observe")]
    Observe,
    /// Read over TAXII.
    #[serde(rename = "taxii:read")]
    TaxiiRead,
    /// Read `/metrics`.
    #[serde(rename = "metrics")]
    Metrics,
}

/// A word that is not a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a scope: expected read, write, observe, taxii:read or metrics")]
pub struct ScopeError;

impl Scope {
    /// Every scope.
    pub const ALL: [Scope; 5] = [Scope::Read, Scope::Write, Scope::Observe, Scope::TaxiiRead, Scope::Metrics];

    /// Returns the word of the command line and of the token.
    pub fn as_str(&self) -> &'static str {
        match self {
            Scope::Read => "read",
            Scope::Write => "write",
            Scope::Observe => "observe",
            Scope::TaxiiRead => "taxii:read",
            Scope::Metrics => "metrics",
        }
    }
}

impl FromStr for Scope {
    type Err = ScopeError;
    fn from_str(text: &str) -> Result<Self, ScopeError> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == text).ok_or(ScopeError)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Who asks, as of now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The officer; none for a token.
    pub officer: Option<OfficerCode>,
    /// The officer's name, or the token's.
    pub name: String,
    /// The officer's roles, as of now.
    pub roles: Roles,
    /// What may be read and written; an officer's follow from the roles.
    pub scopes: BTreeSet<Scope>,
    /// The public id of the session, not its secret.
    pub session: Option<String>,
    /// Until when the session may do what needs a step-up.
    pub step_up_until: Option<Timestamp>,
    /// Stable: `officer:CODE` or `token:NAME`.
    pub subject: String,
}

impl Identity {
    /// Tells whether a step-up holds at this instant.
    pub fn stepped_up(&self, now: Timestamp) -> bool {
        self.step_up_until.is_some_and(|until| now < until)
    }
}

/// What an officer's roles allow a face to show. Who only runs the machine or keeps its keys sees no content (domain.md §6.5).
fn scopes_of(roles: &Roles) -> BTreeSet<Scope> {
    let mut scopes = BTreeSet::from([Scope::Metrics]);
    if roles.iter().any(|role| !matches!(role, Role::NodeOperator | Role::Custodian)) {
        scopes.extend([Scope::Read, Scope::TaxiiRead]);
    }
    if roles.contains(&Role::Analyst) || roles.contains(&Role::DeskOfficer) {
        scopes.extend([Scope::Write, Scope::Observe]);
    }
    scopes
}

/// An active officer.
#[derive(Clone, Debug)]
pub(crate) struct Standing {
    pub name: String,
    pub roles: Roles,
    /// The ids of the passkeys that count.
    pub passkeys: BTreeSet<Vec<u8>>,
}

/// A token that was not revoked.
#[derive(Clone, Debug)]
pub(crate) struct LiveToken {
    pub name: String,
    pub hash: Digest,
    pub scopes: BTreeSet<Scope>,
    pub expires: Option<Timestamp>,
}

#[derive(Default)]
struct State {
    officers: BTreeMap<OfficerCode, Standing>,
    tokens: Vec<LiveToken>,
    sessions: Sessions,
}

/// Sessions and tokens, shared between the node, which changes them, and the faces, which look them up.
#[derive(Clone, Default)]
pub struct Access(Arc<Mutex<State>>);

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Access(..)")
    }
}

impl Access {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Returns who has this session, and counts it as used. None where it never was, has ended, was idle for 15 minutes or is 8
    /// hours old, or where the officer or the passkey counts no more.
    pub fn session(&self, secret: &str, now: Timestamp) -> Option<Identity> {
        self.find(secret, now, true)
    }

    /// Returns who has this session without counting it as used: for what a page asks by itself, so that an open page alone
    /// keeps no session alive.
    pub fn glance(&self, secret: &str, now: Timestamp) -> Option<Identity> {
        self.find(secret, now, false)
    }

    fn find(&self, secret: &str, now: Timestamp, touch: bool) -> Option<Identity> {
        let key = secret_digest(secret)?;
        let mut state = self.state();
        let State { officers, sessions, .. } = &mut *state;
        let session = sessions.find(&key, now, touch)?;
        let standing = officers.get(&session.officer).filter(|one| one.passkeys.contains(&session.credential))?;
        Some(Identity {
            officer: Some(session.officer.clone()),
            name: standing.name.clone(),
            roles: standing.roles.clone(),
            scopes: scopes_of(&standing.roles),
            session: Some(session.id.clone()),
            step_up_until: session.step_up_until.filter(|until| now < *until),
            subject: format!("officer:{}", session.officer),
        })
    }

    /// Returns the program that has this token. Every token is compared, in constant time, by its SHA-256.
    pub fn token(&self, secret: &str, now: Timestamp) -> Option<Identity> {
        let hash = secret_digest(secret.strip_prefix(TOKEN_PREFIX).map(|_| secret)?)?;
        let state = self.state();
        let mut found = None;
        for token in &state.tokens {
            if same(&token.hash, &hash) {
                found = Some(token);
            }
        }
        let token = found.filter(|token| token.expires.is_none_or(|end| now < end))?;
        Some(Identity {
            officer: None,
            name: token.name.clone(),
            roles: Roles::new(),
            scopes: token.scopes.clone(),
            session: None,
            step_up_until: None,
            subject: format!("token:{}", token.name),
        })
    }

    /// Takes what the registry and the stores say now. Sessions of whom they do not name any more end.
    pub(crate) fn replace(&self, officers: BTreeMap<OfficerCode, Standing>, tokens: Vec<LiveToken>) {
        let mut state = self.state();
        state.officers = officers;
        state.tokens = tokens;
        let State { officers, sessions, .. } = &mut *state;
        sessions.keep(|session| {
            officers.get(&session.officer).is_some_and(|one| one.passkeys.contains(&session.credential))
        });
    }

    /// Counts the passkeys with which an officer may sign in.
    pub(crate) fn passkeys(&self, officer: &OfficerCode) -> usize {
        self.state().officers.get(officer).map_or(0, |standing| standing.passkeys.len())
    }

    pub(crate) fn open_session(&self, session: Session, secret: &str) -> Option<Opened> {
        let key = secret_digest(secret)?;
        let mut state = self.state();
        state.officers.get(&session.officer).filter(|one| one.passkeys.contains(&session.credential))?;
        Some(state.sessions.open(key, session))
    }

    pub(crate) fn step_up(&self, session: &str, now: Timestamp) -> Option<Timestamp> {
        self.state().sessions.step_up(session, now)
    }

    /// Returns how many sessions are open.
    pub fn sessions_open(&self, now: Timestamp) -> u64 {
        self.sessions(now).len() as u64
    }

    pub(crate) fn sessions(&self, now: Timestamp) -> Vec<SessionFacts> {
        self.state().sessions.list(now)
    }

    pub(crate) fn end_session(&self, session: &str) -> bool {
        self.state().sessions.end(session)
    }
}

/// The digest under which a secret is kept and looked up.
pub(crate) fn secret_digest(secret: &str) -> Option<Digest> {
    (secret.len() <= SECRET_BYTES_MAX).then(|| sha256(&[secret.as_bytes()]))
}
