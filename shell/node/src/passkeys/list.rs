//! Seeing and removing passkeys.

use crate::access::Asker;
use crate::failure::Failure;
use crate::node::{Node, audit};
use comity_release::passkey::Base64Url;
use comity_vocab::{OfficerCode, Role, Timestamp};
use serde_json::{Value, json};

impl Node {
    /// Tells whether the caller may see and remove an officer's passkeys: their own, or anybody's as a custodian.
    fn keeps(&self, by: &Asker, officer: &OfficerCode) -> bool {
        match by {
            Asker::Machine => true,
            Asker::Token(_) => false,
            Asker::Key(code) => code == officer || self.require_role(code, &[Role::Custodian]).is_ok(),
            Asker::Session(identity) => {
                identity.officer.as_ref() == Some(officer) || identity.roles.contains(&Role::Custodian)
            }
        }
    }

    pub(crate) fn passkey_list(&self, by: &Asker, officer: Option<&OfficerCode>) -> Result<Value, Failure> {
        let wanted = officer.or(by.officer());
        let mut passkeys = Vec::new();
        for held in super::read(self.holdings.view().desk())? {
            let record = &held.passkey.record;
            if wanted.is_some_and(|wanted| *wanted != record.officer) || !self.keeps(by, &record.officer) {
                continue;
            }
            let state = match (held.passkey.removed, self.counting(&record.credential)) {
                (true, _) => "removed",
                (false, Ok(_)) => "active",
                (false, Err(_)) => "void",
            };
            passkeys.push(json!({
                "credential": record.credential,
                "officer": record.officer,
                "name": held.row.name,
                "created": held.row.created,
                "last_used": held.row.last_used,
                "removed": held.row.removed,
                "synced": record.backup_eligible,
                "state": state,
            }));
        }
        Ok(json!({ "passkeys": passkeys }))
    }

    pub(crate) fn passkey_remove(
        &mut self,
        now: Timestamp,
        by: &Asker,
        credential: &Base64Url,
    ) -> Result<Value, Failure> {
        let unknown = || Failure::no("there is no such passkey of yours").code("unknown");
        let held = super::read(self.holdings.view().desk())?;
        let found = held.into_iter().find(|one| one.passkey.record.credential == *credential && !one.passkey.removed);
        let found = found.ok_or_else(unknown)?;
        let officer = found.passkey.record.officer;
        if matches!(by, Asker::Machine) || !self.keeps(by, &officer) {
            return Err(unknown());
        }
        let tx = self.holdings.transaction()?;
        let desk = tx.view().desk();
        desk.remove_passkey(&credential.0, &now.to_string())?;
        audit(desk, now, by.officer(), "passkey.remove", &credential.to_string(), officer.as_str())?;
        tx.commit()?;
        self.refresh_access()?;
        Ok(json!({ "credential": credential, "officer": officer, "state": "removed" }))
    }
}
