//! The officers as the acts make them.

use super::act::{ActFault, ActKind, RegistryAct, SignedAct};
use crate::GENESIS;
use comity_crypto::{Purpose, VerifyingKey, sha256};
use comity_vocab::{Digest, OfficerCode, Role, Roles, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// How many custodians the registry begins with, and how many sign every later act.
const CUSTODIANS: usize = 2;

/// One officer as of the registry's last act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Officer {
    /// The officer's code.
    pub code: OfficerCode,
    /// The officer's name.
    pub name: String,
    /// What the officer may do.
    pub roles: Roles,
    /// The officer's public key.
    pub key: VerifyingKey,
    /// Whether the officer may act.
    pub active: bool,
    /// The last act about this officer.
    pub since_seq: u64,
}

impl Officer {
    /// Says whether the officer is active and has the role.
    pub fn may(&self, role: Role) -> bool {
        self.active && self.roles.contains(&role)
    }
}

/// The first bad act of a registry and what is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("registry act {seq}: {fault}")]
pub struct RegistryError {
    /// The position of the act, from 0.
    pub seq: u64,
    /// What is wrong.
    pub fault: ActFault,
}

/// All officers of a node, past and present.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registry {
    next_seq: u64,
    head: Digest,
    officers: BTreeMap<OfficerCode, Officer>,
    /// Every key that is or was somebody's.
    keys: BTreeSet<VerifyingKey>,
}

impl Default for Registry {
    fn default() -> Self {
        Self { next_seq: 0, head: GENESIS, officers: BTreeMap::new(), keys: BTreeSet::new() }
    }
}

impl Registry {
    /// Derives the officers from the acts, from the first on.
    ///
    /// # Errors
    /// [`RegistryError`] names the first bad act.
    pub fn replay<'a>(acts: impl IntoIterator<Item = &'a SignedAct>) -> Result<Self, RegistryError> {
        let mut registry = Self::default();
        for act in acts {
            registry.apply(act)?;
        }
        Ok(registry)
    }

    /// Applies the next act. A refused act changes nothing.
    ///
    /// # Errors
    /// [`RegistryError`] says why the act is refused.
    pub fn apply(&mut self, signed: &SignedAct) -> Result<(), RegistryError> {
        let refused = |fault| RegistryError { seq: self.next_seq, fault };
        let act = RegistryAct::parse(&signed.bytes).map_err(refused)?;
        self.check(&act).map_err(refused)?;
        self.check_signatures(&act, signed).map_err(refused)?;
        let officer = Officer {
            code: act.officer.clone(),
            name: act.name,
            roles: act.roles,
            key: act.key,
            active: act.act != ActKind::Disable,
            since_seq: act.seq,
        };
        self.keys.insert(officer.key);
        self.officers.insert(act.officer, officer);
        self.next_seq = self.next_seq.saturating_add(1);
        self.head = sha256(&[&signed.bytes]);
        Ok(())
    }

    /// Returns the number of acts, which is the next act's position, and the digest that it names as its predecessor.
    pub fn head(&self) -> (u64, Digest) {
        (self.next_seq, self.head)
    }

    /// Returns an officer, active or not.
    pub fn officer(&self, code: &OfficerCode) -> Option<&Officer> {
        self.officers.get(code)
    }

    /// Returns all officers, active or not, by code.
    pub fn officers(&self) -> impl Iterator<Item = &Officer> {
        self.officers.values()
    }

    /// Says whether both first custodians exist; before that no officer's act is accepted.
    pub fn is_open(&self) -> bool {
        self.next_seq >= CUSTODIANS as u64
    }

    /// Returns the next act with its position and predecessor filled in, to be signed.
    pub fn next_act(
        &self,
        act: ActKind,
        officer: OfficerCode,
        name: String,
        roles: Roles,
        key: VerifyingKey,
        at: Timestamp,
    ) -> RegistryAct {
        RegistryAct { seq: self.next_seq, prev: self.head, act, officer, name, roles, key, at }
    }

    /// Returns the act that takes an officer out; none where there is no such active officer.
    pub fn next_disable(&self, code: &OfficerCode, at: Timestamp) -> Option<RegistryAct> {
        self.changing(ActKind::Disable, code, at)
    }

    /// Returns the act that gives an officer another key; none where there is no such active officer.
    pub fn next_new_key(&self, code: &OfficerCode, key: VerifyingKey, at: Timestamp) -> Option<RegistryAct> {
        self.changing(ActKind::NewKey, code, at).map(|act| RegistryAct { key, ..act })
    }

    /// Returns the act that gives an officer other roles; none where there is no such active officer.
    pub fn next_roles(&self, code: &OfficerCode, roles: Roles, at: Timestamp) -> Option<RegistryAct> {
        self.changing(ActKind::Roles, code, at).map(|act| RegistryAct { roles, ..act })
    }

    fn changing(&self, kind: ActKind, code: &OfficerCode, at: Timestamp) -> Option<RegistryAct> {
        let officer = self.officers.get(code).filter(|officer| officer.active)?;
        let Officer { code, name, roles, key, .. } = officer.clone();
        Some(self.next_act(kind, code, name, roles, key, at))
    }

    /// Checks an act against the registry, signatures left out: to refuse it before anybody signs.
    ///
    /// # Errors
    /// [`ActFault`].
    pub fn check(&self, act: &RegistryAct) -> Result<(), ActFault> {
        act.check_itself()?;
        if act.seq != self.next_seq {
            return Err(ActFault::Position);
        }
        if act.prev != self.head {
            return Err(ActFault::NotNext);
        }
        if !self.is_open() && (act.act != ActKind::Add || !act.roles.contains(&Role::Custodian)) {
            return Err(ActFault::NotACustodian);
        }
        if act.act == ActKind::Add {
            return match (self.officers.contains_key(&act.officer), self.keys.contains(&act.key)) {
                (true, _) => Err(ActFault::CodeTaken),
                (false, true) => Err(ActFault::KeyTaken),
                (false, false) => Ok(()),
            };
        }
        self.check_change(act)
    }

    fn check_change(&self, act: &RegistryAct) -> Result<(), ActFault> {
        let was = self.officers.get(&act.officer).filter(|officer| officer.active).ok_or(ActFault::NoSuchOfficer)?;
        let changed = (act.name != was.name, act.roles != was.roles, act.key != was.key);
        let lawful = match act.act {
            ActKind::Add => false,
            ActKind::Disable => changed == (false, false, false),
            ActKind::NewKey => changed == (false, false, true),
            ActKind::Roles => changed == (false, true, false),
        };
        if !lawful {
            return Err(ActFault::OtherChange);
        }
        if act.act == ActKind::NewKey && self.keys.contains(&act.key) {
            return Err(ActFault::KeyTaken);
        }
        let stays = act.act != ActKind::Disable && act.roles.contains(&Role::Custodian);
        let others = self.officers.values().filter(|o| o.code != act.officer && o.may(Role::Custodian)).count();
        if others + usize::from(stays) < CUSTODIANS { Err(ActFault::TooFewCustodians) } else { Ok(()) }
    }

    fn check_signatures(&self, act: &RegistryAct, signed: &SignedAct) -> Result<(), ActFault> {
        let needed = if self.is_open() { CUSTODIANS } else { 1 };
        if signed.signatures.len() != needed {
            return Err(ActFault::SignatureCount { found: signed.signatures.len(), needed });
        }
        let signers: BTreeSet<_> = signed.signatures.iter().map(|(code, _)| code).collect();
        if signers.len() != needed {
            return Err(ActFault::SignedTwice);
        }
        for (code, signature) in &signed.signatures {
            let key = if self.is_open() {
                let custodian = self.officers.get(code).filter(|officer| officer.may(Role::Custodian));
                custodian.ok_or(ActFault::NotEntitled)?.key
            } else if *code == act.officer {
                act.key
            } else {
                return Err(ActFault::NotEntitled);
            };
            key.verify(Purpose::RegistryAct, &signed.bytes, signature).map_err(|_| ActFault::BadSignature)?;
        }
        Ok(())
    }
}
