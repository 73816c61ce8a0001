//! The quarantine of a node that was restored, or that does not fit its anchor: it answers and listens, and sends and applies
//! nothing, until two officers end it.
//!
//! Guarantees: while it lasts, no entry, checkpoint or receipt goes to the gate, no recall takes anything away, and every verb
//! that would change what partners see is refused; it outlives restarts. It ends with two officers' agreement over one digest
//! of why it is and of what partners say they hold. Where a chain was cut off or changed it does not end here, and no officer acts:
//! they may be those of an earlier day. Does not know: how a home is restored, how an anchor is compared.

use crate::access::Asker;
use crate::failure::Failure;
use crate::generation::Ended;
use crate::logs::{Content, LinkLogs};
use crate::node::{Node, audit};
use crate::request::Request;
use comity_crypto::sha256;
use comity_ledger::{AnchorFault, Heads};
use comity_link::OwnControl;
use comity_link::gate_protocol::DeskToGate;
use comity_store::Holdings;
use comity_store::desk::{Desk, LinkRow};
use comity_vocab::{Digest, LinkStanding, OfficerCode, OrgCode, Role, Suspension, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::fmt;

/// The setting that holds it.
pub(crate) const SETTING: &str = "quarantine";
/// Who may end it: those who answer for keys and officers.
const ROLES: [Role; 2] = [Role::Custodian, Role::SecurityOfficer];

/// Why a node is in quarantine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Reason {
    /// It was restored.
    Restored {
        /// When.
        at: Timestamp,
        /// When the backup was made.
        backup: Timestamp,
    },
    /// It does not fit its anchor.
    Anchor {
        /// When that was noticed.
        noticed: Timestamp,
        /// What does not fit.
        fault: AnchorFault,
        /// Where the chains ended then; who agrees to go on agrees to these, and what is held later must go on from them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ends: Option<Heads>,
    },
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Restored { at, backup } => write!(f, "was restored on {at} from the backup of {backup}"),
            Self::Anchor { noticed, fault, .. } => write!(f, "did not fit its anchor on {noticed}: {fault}"),
        }
    }
}

/// That a node is in quarantine, and which officer agreed so far that it ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Quarantine {
    /// Why; never empty.
    pub reasons: Vec<Reason>,
    /// The first officer's agreement: over which digest.
    #[serde(default)]
    pub agreed: Option<(OfficerCode, Digest)>,
}

/// As it was kept before there was an anchor.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RestoredOnly {
    restored: Timestamp,
    backup: Timestamp,
    #[serde(default)]
    agreed: Option<(OfficerCode, Digest)>,
}

impl Quarantine {
    fn parse(text: &str) -> Result<Self, serde_json::Error> {
        if let Ok(RestoredOnly { restored: at, backup, agreed }) = serde_json::from_str(text) {
            return Ok(Self { reasons: vec![Reason::Restored { at, backup }], agreed });
        }
        serde_json::from_str(text)
    }

    /// Says why, in one line.
    pub fn why(&self) -> String {
        let reasons: Vec<String> = self.reasons.iter().map(Reason::to_string).collect();
        format!("this node {}", reasons.join(", and "))
    }

    fn faults(&self) -> impl Iterator<Item = &AnchorFault> {
        self.reasons.iter().filter_map(|reason| match reason {
            Reason::Anchor { fault, .. } => Some(fault),
            Reason::Restored { .. } => None,
        })
    }

    /// Where the chains ended whenever a fault was found.
    fn ends(&self) -> impl Iterator<Item = &Heads> {
        self.reasons.iter().filter_map(|reason| match reason {
            Reason::Anchor { ends, .. } => ends.as_ref(),
            Reason::Restored { .. } => None,
        })
    }

    /// Tells whether nobody is taken for an officer, but to end it: who is one may be what was cut off.
    pub fn shuts_officers_out(&self) -> bool {
        self.faults().next().is_some()
    }

    /// The fault for which officers cannot end it.
    fn final_fault(&self) -> Option<&AnchorFault> {
        self.faults().find(|fault| !fault.leaves_chains_whole())
    }

    /// Tells whether two officers may end it.
    pub fn may_be_ended(&self) -> bool {
        self.final_fault().is_none()
    }

    fn with(mut self, reason: Reason) -> Self {
        self.reasons.push(reason);
        Self { agreed: None, ..self }
    }
}

/// Reads whether this node is in quarantine.
pub(crate) fn load(desk: Desk<'_>) -> Result<Option<Quarantine>, Failure> {
    let Some(text) = desk.setting(SETTING)? else { return Ok(None) };
    // A quarantine that cannot be read is one all the same.
    Quarantine::parse(&text).map(Some).map_err(|_| Failure::operational("the stored quarantine is damaged"))
}

/// Keeps that a home was found not to fit its anchor, once for each thing that differs in what may follow. A fault of another kind than
/// the one that an officer agreed to go on from takes the agreement back.
pub(crate) fn enter(
    holdings: &mut Holdings,
    fault: Option<AnchorFault>,
    noticed: Timestamp,
) -> Result<Option<Quarantine>, Failure> {
    let held = load(holdings.view().desk())?;
    let Some(fault) = fault else { return Ok(held) };
    let known = held
        .as_ref()
        .is_some_and(|held| held.shuts_officers_out() && (fault.leaves_chains_whole() || held.final_fault().is_some()));
    let agreed_to_less =
        held.as_ref().is_some_and(|held| held.agreed.is_some() && !held.faults().any(|known| known.is_alike(&fault)));
    if known && !agreed_to_less {
        return Ok(held);
    }
    let detail = fault.to_string();
    let ends = Some(crate::anchor::heads(holdings.view().desk())?);
    let none = Quarantine { reasons: Vec::new(), agreed: None };
    let quarantine = held.unwrap_or(none).with(Reason::Anchor { noticed, fault, ends });
    let tx = holdings.transaction()?;
    tx.view().desk().set_setting(SETTING, &serde_json::to_string(&quarantine)?)?;
    audit(tx.view().desk(), noticed, None, "quarantine.begin", crate::anchor::FILE, &detail)?;
    tx.commit()?;
    Ok(Some(quarantine))
}

/// Tells whether a message to the gate says nothing to a partner.
pub(crate) fn stays_here(effect: &DeskToGate) -> bool {
    matches!(effect, DeskToGate::Taken { .. } | DeskToGate::Erase { .. } | DeskToGate::Configure(_) | DeskToGate::Stop)
}

/// Refuses, where a home does not fit its anchor, everything but what the machine account may read, and the agreement to go on.
fn without_officers(quarantine: &Quarantine, asker: &Asker, request: &Request) -> Result<(), Failure> {
    let admitted = match request {
        Request::QuarantineRelease { .. } => quarantine.may_be_ended(),
        Request::Nonce
        | Request::OfficerList
        | Request::ReleaseShow { .. }
        | Request::ReleaseList
        | Request::DocumentList(_)
        | Request::DocumentShow(_)
        | Request::LinkFeatures(_)
        | Request::RecallBoard
        | Request::LinkList
        | Request::LinkShow { .. }
        | Request::LinkVerify { .. }
        | Request::QuarantineShow
        | Request::AuditShow { .. }
        | Request::AuditVerify
        | Request::Verify
        | Request::Health
        // What sensors see meanwhile would be lost, and says nothing to a partner.
        | Request::Observe { .. }
        | Request::DetectionStatus => asker.officer().is_none(),
        _ => false,
    };
    if admitted {
        return Ok(());
    }
    let failure = Failure::no(format!("{}: no officer acts here and nothing is sent", quarantine.why()));
    Err(if !quarantine.may_be_ended() {
        failure.hint("entries were cut off or changed: keep the home as evidence, and restore the newest backup")
    } else {
        failure.hint("two officers look at it and go on: comity restore show, then comity restore release")
    })
}

/// What of a quarantine is shown.
fn shown(held: &Quarantine) -> Value {
    let mut shown = json!({
        "restored": null,
        "backup": null,
        "anchor": null,
        "officers_may_end_it": held.may_be_ended(),
        "agreed": held.agreed.as_ref().map(|(officer, _)| officer),
    });
    for reason in &held.reasons {
        let fields = match reason {
            Reason::Restored { at, backup } => json!({ "restored": at, "backup": backup }),
            Reason::Anchor { noticed, fault, ends } => {
                json!({ "anchor": { "noticed": noticed, "fault": fault.to_string(), "ends": ends } })
            }
        };
        if let (Value::Object(shown), Value::Object(fields)) = (&mut shown, fields) {
            shown.extend(fields);
        }
    }
    shown
}

impl Node {
    /// Refuses, in quarantine, everything that is not named here.
    pub(crate) fn admitted(&self, asker: &Asker, request: &Request) -> Result<(), Failure> {
        let Some(quarantine) = &self.quarantine else { return Ok(()) };
        if quarantine.shuts_officers_out() {
            return without_officers(quarantine, asker, request);
        }
        let reads = matches!(
            request,
            Request::Nonce
                | Request::OfficerList
                | Request::ReleaseShow { .. }
                | Request::ReleaseList
                | Request::DocumentList(_)
                | Request::DocumentShow(_)
                | Request::LinkFeatures(_)
                | Request::RecallBoard
                | Request::LinkCard { .. }
                | Request::LinkPrepare { .. }
                | Request::LinkSign { .. }
                | Request::LinkAlone(_)
                | Request::LinkList
                | Request::LinkShow { .. }
                | Request::LinkVerify { .. }
                | Request::QuarantineShow
                | Request::QuarantineRelease { .. }
                | Request::BackupBegin { .. }
                | Request::BackupSign(_)
                | Request::BackupDone(_)
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
        Err(Failure::no(format!("{} and is in quarantine: it only reads and listens", quarantine.why()))
            .hint("compare with the partners: comity restore show; then two officers: comity restore release"))
    }

    /// What was restored, what partners say they hold, and the digest that officers agree to.
    pub(crate) fn quarantine_show(&self) -> Result<Value, Failure> {
        let desk = self.holdings.view().desk();
        let mut links = Vec::new();
        let mut unheard = Vec::new();
        let mut compared = Vec::new();
        let reasons = self.quarantine.as_ref().map(|held| held.reasons.as_slice()).unwrap_or_default();
        let restored = reasons.iter().any(|reason| matches!(reason, Reason::Restored { .. }));
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
            // Only a restored node begins its logs again, and so waits for what partners hold of the earlier ones.
            if row.standing.is_active() && !heard && restored {
                unheard.push(row.code.clone());
            }
            let state = row.standing.as_str();
            compared.push(json!([row.code, state, stable]));
            links.push(json!({ "code": row.code, "state": state, "generations": generations }));
        }
        let digest = sha256(&[b"comity/v1/quarantine", &serde_json::to_vec(&(reasons, &compared))?]);
        let quarantine = self.quarantine.as_ref().map(shown);
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
        if quarantine.shuts_officers_out() {
            // The anchor can no longer say whether acts are missing; the audit chain can, where it was not cut as well.
            crate::anchor::registry_is_audited(self.holdings.view().desk())?;
            for ends in quarantine.ends() {
                crate::anchor::goes_on_from(self.holdings.view().desk(), ends)?;
            }
        }
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
        let reasons = self.quarantine.as_ref().map(|held| held.reasons.as_slice()).unwrap_or_default();
        let restored = reasons.iter().any(|reason| matches!(reason, Reason::Restored { .. }));
        if self.quarantine.as_ref().is_some_and(Quarantine::shuts_officers_out) {
            // Before the commit that says so: a crash in between leaves an anchor that fits, and the quarantine.
            self.anchor.adopt(self.holdings.view().desk())?;
        }
        {
            let Self { holdings, keys, entropy, .. } = self;
            let keys = keys.as_ref().ok_or_else(|| Failure::operational("no keys"))?;
            let tx = holdings.transaction()?;
            let desk = tx.view().desk();
            // A node that was not restored goes on with its logs as they are.
            for row in if restored { desk.links()? } else { Vec::new() } {
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
                    let why = Suspension::History { log: whose };
                    audit(desk, now, None, "link.suspend", &row.code, &why.to_string())?;
                    desk.put_link(&LinkRow { standing: LinkStanding::Suspended(why), ..row })?;
                    continue;
                }
                let mut logs = LinkLogs::load(desk, &row, &own, now)?;
                for (ended, view) in &past {
                    let ours = Content::Control(OwnControl::History(ended.history(desk)?));
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
        // What an opening leaves alone while officers are shut out.
        crate::tables::tidy(&mut self.holdings, now)?;
        self.configuration_changed = crate::tables::note(&mut self.holdings, &self.home, now)?;
        self.refresh_access()?;
        self.logs.clear();
        // The gate starts again and is given what was posted, and what it held back comes again.
        self.links_changed = true;
        Ok(json!({ "state": "released", "told": told }))
    }
}
