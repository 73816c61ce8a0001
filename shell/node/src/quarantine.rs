//! The quarantine of a restored node: it answers and listens, and sends and applies nothing, until two officers end it.
//!
//! Guarantees: while it lasts, no entry, checkpoint or receipt goes to the gate, no recall takes anything away, and every verb
//! that would change what partners see is refused; it outlives restarts. It ends with two officers' agreement over one digest
//! of what was restored and what partners say they hold. Does not know: how a home is restored.

use crate::failure::Failure;
use crate::generation::Ended;
use crate::logs::{Content, LinkLogs};
use crate::node::{Node, audit};
use crate::request::Request;
use comity_crypto::sha256;
use comity_link::Control;
use comity_link::gate_protocol::DeskToGate;
use comity_store::desk::{Desk, LinkRow};
use comity_vocab::{Digest, OfficerCode, OrgCode, Role, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The setting that holds it.
pub(crate) const SETTING: &str = "quarantine";
/// Who may end it: those who answer for keys and officers.
const ROLES: [Role; 2] = [Role::Custodian, Role::SecurityOfficer];

/// That a node was restored, and which officers agreed to what so far.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Quarantine {
    /// When the node was restored.
    pub restored: Timestamp,
    /// When the backup was made.
    pub backup: Timestamp,
    /// The first officer's agreement: over which digest.
    #[serde(default)]
    pub agreed: Option<(OfficerCode, Digest)>,
}

/// Reads whether this node is in quarantine.
pub(crate) fn load(desk: Desk<'_>) -> Result<Option<Quarantine>, Failure> {
    let Some(text) = desk.setting(SETTING)? else { return Ok(None) };
    // A quarantine that cannot be read is one all the same.
    serde_json::from_str(&text).map(Some).map_err(|_| Failure::operational("the stored quarantine is damaged"))
}

/// Tells whether a message to the gate says nothing to a partner.
pub(crate) fn stays_here(effect: &DeskToGate) -> bool {
    matches!(effect, DeskToGate::Taken { .. } | DeskToGate::Erase { .. } | DeskToGate::Configure(_) | DeskToGate::Stop)
}

impl Node {
    /// Refuses, in quarantine, everything that is not named here.
    pub(crate) fn admitted(&self, request: &Request) -> Result<(), Failure> {
        let Some(quarantine) = &self.quarantine else { return Ok(()) };
        let reads = matches!(
            request,
            Request::Nonce
                | Request::OfficerList
                | Request::ReleaseShow { .. }
                | Request::ReleaseList
                | Request::RecallBoard
                | Request::LinkCard { .. }
                | Request::LinkAdd { .. }
                | Request::LinkRenew { .. }
                | Request::LinkList
                | Request::LinkShow { .. }
                | Request::LinkVerify { .. }
                | Request::LinkSuspend { .. }
                | Request::QuarantineShow
                | Request::QuarantineRelease { .. }
                | Request::BackupBegin { .. }
                | Request::BackupDone { .. }
                | Request::IdentitySaved
                | Request::AuditShow { .. }
                | Request::AuditVerify
                | Request::Verify
                | Request::Health
                // What sensors see meanwhile would be lost, and says nothing to a partner.
                | Request::Observe { .. }
                | Request::DetectionStatus
                | Request::WarningListList
                | Request::PublicList
                | Request::LinkPreview { .. }
                | Request::SignInBegin
                | Request::SignInFinish { .. }
                | Request::StepUpBegin
                | Request::StepUpFinish { .. }
                | Request::SessionList
                | Request::SessionEnd { .. }
                | Request::PasskeyList { .. }
                | Request::PasskeyRemove { .. }
                | Request::TokenList
                | Request::TokenRevoke { .. }
        );
        if reads {
            return Ok(());
        }
        Err(Failure::no(format!(
            "this node was restored on {} from the backup of {} and is in quarantine: it only reads and listens",
            quarantine.restored, quarantine.backup
        ))
        .hint("compare with the partners: comity restore show; then two officers: comity restore release"))
    }

    /// What was restored, what partners say they hold, and the digest that officers agree to.
    pub(crate) fn quarantine_show(&self) -> Result<Value, Failure> {
        let desk = self.holdings.view().desk();
        let mut links = Vec::new();
        let mut unheard = Vec::new();
        let mut compared = Vec::new();
        for row in desk.links()? {
            let mut generations = Vec::new();
            let mut stable = Vec::new();
            let mut heard = false;
            for ended in Ended::all(desk, &row.code)? {
                let shown = ended.compared(desk)?;
                // When a partner said it does not change what officers agree to.
                let mut without_time = shown.clone();
                if let Some(Value::Object(partner)) = without_time.get_mut("partner") {
                    partner.remove("at");
                    heard = true;
                }
                stable.push(without_time);
                generations.push(shown);
            }
            if row.state == "active" && !heard {
                unheard.push(row.code.clone());
            }
            compared.push(json!([row.code, row.state, stable]));
            links.push(json!({ "code": row.code, "state": row.state, "generations": generations }));
        }
        let digest = sha256(&[b"comity/v1/quarantine", &serde_json::to_vec(&compared)?]);
        let quarantine = match &self.quarantine {
            None => json!(null),
            Some(held) => json!({
                "restored": held.restored,
                "backup": held.backup,
                "agreed": held.agreed.as_ref().map(|(officer, _)| officer),
            }),
        };
        Ok(json!({ "quarantine": quarantine, "links": links, "unheard": unheard, "digest": digest }))
    }

    /// One officer agrees; the second one, over the same digest, ends the quarantine.
    pub(crate) fn quarantine_release(
        &mut self,
        now: Timestamp,
        officer: OfficerCode,
        digest: &Digest,
        without: &[OrgCode],
    ) -> Result<Value, Failure> {
        let quarantine = self.quarantine.clone().ok_or_else(|| Failure::no("this node is not in quarantine"))?;
        self.require_role(&officer, &ROLES)?;
        let shown = self.quarantine_show()?;
        if shown.get("digest") != Some(&json!(digest)) {
            return Err(
                Failure::no("what partners say has changed since it was shown").hint("comity restore show, then again")
            );
        }
        let unheard: Vec<&str> =
            shown.get("unheard").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        let missing: Vec<&str> =
            unheard.iter().filter(|code| !without.iter().any(|given| given.as_str() == **code)).copied().collect();
        if !missing.is_empty() {
            return Err(Failure::no(format!("{} did not say yet what they hold", missing.join(", ")))
                .hint("have them add the new card with --new-node-key and wait, or name them with --without"));
        }
        let mut said: Vec<&str> = without.iter().map(OrgCode::as_str).collect();
        said.sort_unstable();
        let agreed = sha256(&[digest.as_bytes(), said.join(",").as_bytes()]);
        match &quarantine.agreed {
            Some((first, held)) if *held == agreed && *first != officer => self.end_quarantine(now, &officer),
            Some((first, held)) if *held == agreed && *first == officer => {
                Err(Failure::no(format!("officer {officer} agreed already: a second officer ends the quarantine")))
            }
            _ => {
                let waiting = Quarantine { agreed: Some((officer.clone(), agreed)), ..quarantine };
                let tx = self.holdings.transaction()?;
                tx.view().desk().set_setting(SETTING, &serde_json::to_string(&waiting)?)?;
                audit(tx.view().desk(), now, Some(&officer), "quarantine.agree", &agreed.to_string(), &said.join(","))?;
                tx.commit()?;
                self.quarantine = Some(waiting);
                Ok(json!({ "state": "quarantine", "agreed": officer }))
            }
        }
    }

    fn end_quarantine(&mut self, now: Timestamp, officer: &OfficerCode) -> Result<Value, Failure> {
        self.keys()?;
        let own = self.organisation_key()?;
        let mut told = Vec::new();
        {
            let Self { holdings, keys, entropy, .. } = self;
            let keys = keys.as_ref().ok_or_else(|| Failure::operational("no keys"))?;
            let tx = holdings.transaction()?;
            let desk = tx.view().desk();
            for row in desk.links()? {
                let mut differs = None;
                let mut past = Vec::new();
                for ended in Ended::all(desk, &row.code)?.into_iter().rev() {
                    let view = ended.view(desk)?.map(|(view, _)| view);
                    if let Some(view) = &view {
                        differs = differs.or(ended.contradiction(desk, view)?);
                    }
                    past.push((ended, view));
                }
                if let Some(whose) = differs {
                    let reason = format!("the partner holds another history of the log that was {whose}");
                    audit(desk, now, None, "link.suspend", &row.code, &reason)?;
                    desk.put_link(&LinkRow { state: "suspended".into(), reason: Some(reason), ..row })?;
                    continue;
                }
                let mut logs = LinkLogs::load(desk, &row, &own, now)?;
                for (ended, view) in &past {
                    let ours = Content::Control(Control::History(ended.history(desk)?));
                    logs.post(desk, keys, entropy, now, ours, None)?;
                    if let Some(view) = view {
                        logs.give_history(desk, keys, entropy, now, ended, view)?;
                    }
                }
                logs.checkpoint(desk, &keys.node)?;
                told.push(row.code);
            }
            desk.clear_setting(SETTING)?;
            audit(desk, now, Some(officer), "quarantine.release", "", &told.join(","))?;
            tx.commit()?;
        }
        self.quarantine = None;
        self.logs.clear();
        // The gate starts anew and is given what was posted, and what it held back comes again.
        self.links_changed = true;
        Ok(json!({ "state": "released", "told": told }))
    }
}
