//! Officers' passkeys: how they come to count, which do, and the questions put to them.
//!
//! Guarantees: a passkey counts only through a grant that the officer's registered key signed, or through one that counts
//! (`comity_release::passkey` decides); every question serves once, for five minutes, for one purpose. Does not know: sessions.

mod answer;
mod challenges;
mod enrol;
mod list;
pub(crate) mod options;

pub(crate) use answer::{Answered, refused};
pub(crate) use challenges::{Challenges, Question};

use crate::access::{Scope, Standing};
use crate::failure::Failure;
use crate::node::Node;
use comity_ledger::Registry;
use comity_release::passkey::{OfficerPasskey, PasskeyRecord, counts};
use comity_store::desk::{Desk, PasskeyRow};
use comity_vocab::OfficerCode;
use std::collections::BTreeMap;

/// A passkey as stored, read.
pub(crate) struct Held {
    pub passkey: OfficerPasskey,
    pub row: PasskeyRow,
}

/// Reads every officer's passkeys.
pub(crate) fn read(desk: Desk<'_>) -> Result<Vec<Held>, Failure> {
    let rows = desk.passkeys()?;
    rows.into_iter()
        .map(|row| {
            let record: PasskeyRecord = serde_json::from_str(&row.record)
                .map_err(|_| Failure::operational("a stored passkey is damaged; run `comity verify`"))?;
            if record.credential.0 != row.credential || record.officer.as_str() != row.officer {
                return Err(Failure::operational("a stored passkey is damaged; run `comity verify`"));
            }
            Ok(Held { passkey: OfficerPasskey { record, removed: row.removed.is_some() }, row })
        })
        .collect()
}

/// Puts passkeys in order by officer, for the core's view of each.
pub(crate) fn by_officer(held: &[Held]) -> BTreeMap<OfficerCode, Vec<OfficerPasskey>> {
    let mut sorted: BTreeMap<OfficerCode, Vec<OfficerPasskey>> = BTreeMap::new();
    for one in held {
        sorted.entry(one.passkey.record.officer.clone()).or_default().push(one.passkey.clone());
    }
    sorted
}

/// Says which officers may sign in, and with which passkeys.
pub(crate) fn standings(
    registry: &Registry,
    passkeys: &BTreeMap<OfficerCode, Vec<OfficerPasskey>>,
    host: &str,
) -> BTreeMap<OfficerCode, Standing> {
    if !registry.is_open() {
        return BTreeMap::new();
    }
    let active = registry.officers().filter(|officer| officer.active);
    active
        .map(|officer| {
            let all = passkeys.get(&officer.code).map(Vec::as_slice).unwrap_or_default();
            let usable = all.iter().filter(|one| {
                !one.removed
                    && one.record.rp_id == host
                    && counts(&one.record, all, &officer.code, &officer.key).is_ok()
            });
            let passkeys = usable.map(|one| one.record.credential.0.clone()).collect();
            (officer.code.clone(), Standing { name: officer.name.clone(), roles: officer.roles.clone(), passkeys })
        })
        .collect()
}

impl Node {
    /// Tells the faces what the registry, the passkeys and the tokens are now; after every change of one of them.
    pub(crate) fn refresh_access(&mut self) -> Result<(), Failure> {
        let desk = self.holdings.view().desk();
        self.passkeys = by_officer(&read(desk)?);
        let mut tokens = crate::access::live_tokens(desk)?;
        if self.quarantine.as_ref().is_some_and(|held| held.shuts_officers_out()) {
            // Nobody signs in, and a token that was revoked since reads nothing: what is held may be what was of an earlier day.
            let says_nothing = |scope: &Scope| matches!(scope, Scope::Observe | Scope::Metrics);
            tokens.iter_mut().for_each(|token| token.scopes.retain(says_nothing));
            self.access.replace(BTreeMap::new(), tokens);
            return Ok(());
        }
        self.access.replace(standings(&self.registry, &self.passkeys, self.address.host()), tokens);
        Ok(())
    }
}
