//! One organisation's node: takes a call, runs it against the stores, returns the answer and what the gate must be told.
//!
//! Guarantees: time and randomness are arguments; a call either happens whole or not at all; every act leaves an audit entry
//! in the same transaction. Does not know: sockets, the command line, who waits for the answer.

mod opening;

use crate::access::{Access, Asker, DeskAddress, Refusals, open_to_anybody, sign_in_needed};
use crate::anchor::Keeper;
use crate::call::Call;
use crate::detection::{Detection, Observation};
use crate::failure::Failure;
use crate::home::{Home, HomeLock};
use crate::keys::HomeKeys;
use crate::logs::LinkLogs;
use crate::passkeys::Challenges;
use crate::recalls::RecallNamed;
use crate::request::{Request, SourceReading};
use comity_crypto::{Entropy, Purpose, VerifyingKey, Zeroizing};
use comity_ledger::{AuditEntry, GENESIS, Registry};
use comity_link::gate_protocol::{DeskToGate, LinkState};
use comity_release::passkey::OfficerPasskey;
use comity_store::desk::Desk;
use comity_store::{Holdings, Vault};
use comity_vocab::{OfficerCode, OrgCode, Timestamp};
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};

/// Asks for the passphrase of the home, when first a key is needed.
pub type AskPassphrase = Box<dyn FnMut() -> Result<Zeroizing<String>, Failure> + Send>;

/// What the gate last said about a partner; for showing only.
#[derive(Clone, Debug)]
pub(crate) struct Reach {
    pub state: LinkState,
    pub waiting: u64,
}

/// A node of which this process is the only writer.
pub struct Node {
    pub(crate) home: Home,
    pub(crate) holdings: Holdings,
    pub(crate) registry: Registry,
    pub(crate) entropy: Entropy,
    /// For the gate, in order; taken by the one who talks to it.
    pub(crate) effects: Vec<DeskToGate>,
    pub(crate) reach: BTreeMap<OrgCode, Reach>,
    pub(crate) links_changed: bool,
    /// Whether erased bytes may still be in the write-ahead log, because a reader held it up.
    pub(crate) unscrubbed: bool,
    pub(crate) draws: u64,
    pub(crate) logs: BTreeMap<OrgCode, LinkLogs>,
    pub(crate) watch: Option<crate::holdings_verbs::WatchProgress>,
    /// The open file that came with the call that is being answered.
    pub(crate) handed: Option<std::fs::File>,
    pub(crate) keys: Option<HomeKeys>,
    pub(crate) anchor: Keeper,
    /// The keys with which the home was opened, until they are first asked for.
    unwrapped: Option<HomeKeys>,
    /// What became different in the configuration since this node last ran.
    pub(crate) configuration_changed: Option<String>,
    /// Why this node answers nothing: its tables are not as it left them.
    pub(crate) unfit: Option<Failure>,
    /// How often in a row the tables could not be added up.
    pub(crate) uncompared: u32,
    /// Present while this node waits for its officers.
    pub(crate) quarantine: Option<crate::quarantine::Quarantine>,
    pub(crate) access: Access,
    pub(crate) address: DeskAddress,
    pub(crate) passkeys: BTreeMap<OfficerCode, Vec<OfficerPasskey>>,
    pub(crate) challenges: Challenges,
    pub(crate) refusals: Refusals,
    pub(crate) detection: Detection,
    pub(crate) recalls: crate::recalls::UnderWay,
    pub(crate) vault: Option<Vault>,
    /// All terms of the vault, compiled, while the sources are what they are.
    pub(crate) protected: Option<std::sync::Arc<crate::protected::Protected>>,
    /// The leak checks of late, for the same bytes again.
    pub(crate) checks: crate::leak_corpus::KeptChecks,
    /// When it was last looked for what was set aside long enough.
    pub(crate) looked_aside: Option<Timestamp>,
    /// When the call that is being answered came, for what an opening of the vault notes.
    pub(crate) clock: Timestamp,
    ask: AskPassphrase,
    pub(crate) nonces: VecDeque<[u8; 32]>,
    /// None where the home is on no disk.
    _lock: Option<HomeLock>,
}

impl Node {
    /// Returns who is signed in and which tokens hold, for the faces to look up.
    pub fn access(&self) -> Access {
        self.access.clone()
    }

    /// Returns where officers' browsers reach the desk.
    pub fn desk_address(&self) -> &DeskAddress {
        &self.address
    }

    /// Says on which port the desk really listens; it counts where no `public_url` is configured.
    ///
    /// # Errors
    /// [`Failure`] where the store cannot be read.
    pub fn desk_listens(&mut self, port: u16) -> Result<(), Failure> {
        if self.home.configuration.desk.public_url.is_none() {
            self.address = DeskAddress::local(port);
        }
        self.refresh_access()
    }

    /// Says why this node is in quarantine, where it is.
    pub fn in_quarantine(&self) -> Option<String> {
        self.quarantine.as_ref().map(crate::quarantine::Quarantine::why)
    }

    /// Returns what became different in the configuration that decides since this node last ran.
    pub fn configuration_changed(&self) -> Option<&str> {
        self.configuration_changed.as_deref()
    }

    /// Returns the home.
    pub fn home(&self) -> &Home {
        &self.home
    }

    /// Has long imports watched.
    pub fn watch(&mut self, watch: crate::holdings_verbs::WatchProgress) {
        self.watch = Some(watch);
    }

    /// Unwraps the keys now rather than when first needed; `serve` does this at start.
    ///
    /// # Errors
    /// [`Failure`] where the passphrase is wrong, or the vault is not the one this node last worked with.
    pub fn unlock(&mut self) -> Result<(), Failure> {
        self.keys().map(|_| ())
    }

    pub(crate) fn keys(&mut self) -> Result<&HomeKeys, Failure> {
        if self.keys.is_none() {
            self.keys = Some(match self.unwrapped.take() {
                Some(keys) => keys,
                None => HomeKeys::open(&self.home, &(self.ask)()?)?,
            });
            // What needs a key needs the vault to be there and to fit.
            if let Err(failure) = self.vault().map(|_| ()) {
                self.keys = None;
                return Err(failure);
            }
        }
        self.keys.as_ref().ok_or_else(|| Failure::operational("no keys"))
    }

    /// The organisation's public key, as the home keeps it in clear.
    pub(crate) fn organisation_key(&self) -> Result<VerifyingKey, Failure> {
        let text = self.holdings.view().desk().setting("organisation_key")?.ok_or_else(|| {
            Failure::operational("this home has no organisation key; it was not made by `comity init`")
        })?;
        Ok(serde_json::from_value(Value::String(text))?)
    }

    /// Empties the write-ahead log, so that what was erased is in no file; tried again with the next batch where a reader holds
    /// it up.
    pub(crate) fn scrub(&mut self) -> Result<(), Failure> {
        self.unscrubbed = !self.holdings.truncate_wal()?;
        Ok(())
    }

    /// A number that no two draws of this process share, so that each has an entropy stream of its own.
    pub(crate) fn draw(&mut self) -> u64 {
        self.draws += 1;
        self.draws
    }

    /// Takes what the gate must be told since the last time, in order.
    pub fn take_effects(&mut self) -> Vec<DeskToGate> {
        let mut effects = std::mem::take(&mut self.effects);
        if self.quarantine.is_some() {
            effects.retain(crate::quarantine::stays_here);
        }
        effects
    }

    /// Tells, once, that partners or endpoints changed: the gate must be started again, for its confinement cannot be widened.
    pub fn take_links_changed(&mut self) -> bool {
        std::mem::take(&mut self.links_changed)
    }

    /// Answers a call that comes over the network. Without a session or a token, only what leads to a session is answered, for
    /// the one who is behind a face does not have the machine account.
    ///
    /// # Errors
    /// [`Failure`], with nothing changed; its code is `sign_in_needed` where it is about that.
    pub fn handle_remote(&mut self, now: Timestamp, call: &Call) -> Result<Value, Failure> {
        let (asker, request) = self.admit(now, call, true)?;
        self.act(now, &asker, request)
    }

    /// Answers one call.
    ///
    /// # Errors
    /// [`Failure`], with nothing changed.
    pub fn handle(&mut self, now: Timestamp, call: &Call) -> Result<Value, Failure> {
        let (asker, request) = self.admit(now, call, false)?;
        self.act(now, &asker, request)
    }

    /// Says who asks for what, where it may be asked. `remote`: over the network, where the one who shows nothing is nobody.
    pub(crate) fn admit(&mut self, now: Timestamp, call: &Call, remote: bool) -> Result<(Asker, Request), Failure> {
        self.clock = now;
        let request = call.parsed()?;
        let nobody = call.session.is_none() && call.token.is_none() && !open_to_anybody(&request);
        if remote && (call.proof.is_some() || nobody) {
            return Err(sign_in_needed());
        }
        self.fit(&request)?;
        let asker = self.prove(now, call)?;
        asker.check(&request, now)?;
        self.erase_set_aside(now)?;
        self.admitted(&asker, &request)?;
        Ok((asker, request))
    }

    /// Refuses what was admitted some time ago, where it would not be admitted now: a session that ended, an officer who may nothing any
    /// more, tables that do not fit. A nonce is not asked for again.
    pub(crate) fn admit_again(
        &mut self,
        now: Timestamp,
        call: &Call,
        asker: &Asker,
        request: &Request,
    ) -> Result<(), Failure> {
        self.clock = now;
        self.fit(request)?;
        match asker {
            Asker::Key(code) => drop(self.active(code)?),
            Asker::Machine => {}
            Asker::Session(_) | Asker::Token(_) => self.prove(now, call)?.check(request, now)?,
        }
        asker.check(request, now)?;
        self.admitted(asker, request)
    }

    pub(crate) fn act(&mut self, now: Timestamp, asker: &Asker, request: Request) -> Result<Value, Failure> {
        let by = asker.officer();
        match request {
            Request::Nonce => self.nonce(),
            Request::Import { path, origin, label } => self.import(now, asker, &path, &origin, label),
            Request::OfficerPrepare { officer, change } => self.officer_prepare(now, officer, change),
            Request::OfficerApply { act, signatures } => self.officer_apply(now, &act, signatures),
            Request::OfficerList => self.officer_list(),
            Request::WriteReport { title, body, grading, source, label } => self.write_report(
                now,
                self.officer(by)?,
                crate::writing::Report { title, body, grading, source, label },
            ),
            Request::WriteNote { selection, text, label } => {
                self.write_note(now, self.officer(by)?, &selection, &text, label)
            }
            Request::WriteMark { selection, label } => self.write_mark(now, self.officer(by)?, &selection, label),
            Request::Observe { mapping, declaration, source, first_line, text, document } => {
                let observation = Observation { mapping, declaration, source, first_line, text, document };
                let matched = self.admit_observation(asker, observation)?.matched(now)?;
                self.record_observation(now, matched)
            }
            Request::DetectionStatus => self.detection_status(now),
            Request::SightingJudge { sighting, judgement, comment } => {
                self.sighting_judge(now, self.officer(by)?, &sighting, judgement, comment.as_deref())
            }
            Request::SightingReturn { sighting, partner } => {
                self.sighting_return(now, self.officer(by)?, &sighting, &partner)
            }
            Request::WarningListAdd { text } => self.warning_list_add(now, asker, &text),
            Request::WarningListRemove { name } => self.warning_list_remove(now, asker, &name),
            Request::WarningListList => self.warning_list_list(),
            Request::DetectionChoice(choice) => self.detection_choice(now, asker, choice),
            Request::StopValueAdd { kind, value, reason } => {
                self.stop_value_add(now, asker, kind.as_deref(), &value, &reason)
            }
            Request::StopValueRemove { kind, value } => self.stop_value_remove(now, asker, kind.as_deref(), &value),
            Request::StopValueList => self.stop_value_list(),
            Request::PublicList => self.public_list(),
            Request::InboxMark { rows, read } => self.inbox_mark(&self.officer(by)?, &rows, read),
            Request::InboxMarkAll => self.inbox_mark_all(now, &self.officer(by)?),
            Request::PublicPrepare { selection } => self.public_prepare(&selection),
            Request::PublicSignPrepare { declaration, officer, role } => {
                let prepared = self.public_sign_prepare(&declaration, &officer, role)?;
                self.with_question(now, asker, Purpose::PublicDeclaration, prepared, "statement")
            }
            Request::PublicSign { declaration, officer, role, proof } => {
                self.public_sign(now, &declaration, officer, role, proof)
            }
            Request::VaultAdd(entry) => self.vault_add(now, self.officer(by)?, entry),
            Request::VaultAttach { source, objects } => self.vault_attach(now, self.officer(by)?, &source, &objects),
            Request::VaultChange(edit) => self.vault_change(now, self.officer(by)?, edit),
            Request::VaultShow(SourceReading { source, reason }) => {
                self.vault_show(now, self.officer(by)?, &source, &reason, "vault.show")
            }
            Request::VaultPrint(SourceReading { source, reason }) => {
                self.vault_show(now, self.officer(by)?, &source, &reason, "vault.print")
            }
            Request::VaultList => self.vault_list(now, self.officer(by)?),
            Request::ReleaseDraft(request) => {
                let drafted = self.release_draft(now, self.officer(by)?, request)?;
                self.with_question(now, asker, Purpose::Approval, drafted, "author_statement")
            }
            Request::DocumentDraft(request) => {
                let drafted = self.document_draft(now, self.officer(by)?, request)?;
                self.with_question(now, asker, Purpose::Approval, drafted, "author_statement")
            }
            Request::DocumentList(asked) => self.document_list(&asked),
            Request::DocumentShow(named) => self.document_show(&named.document),
            Request::LinkFeatures(named) => self.link_features(&named.partner),
            Request::ReleaseSignPrepare { release, officer } => {
                let prepared = self.release_sign_prepare(&release, &officer)?;
                self.with_question(now, asker, Purpose::Approval, prepared, "statement")
            }
            Request::ReleaseSign { release, officer, role, proof } => {
                self.release_sign(now, &release, officer, role, proof)
            }
            Request::ReleaseCheck { release } => self.release_check(now, &release, &self.officer(by)?),
            Request::ReleaseAnswer(answer) => {
                let to_sign = answer.proof.is_none();
                let answered = self.release_answer(now, &self.officer(by)?, answer)?;
                match to_sign {
                    true => self.with_question(now, asker, Purpose::Approval, answered, "statement"),
                    false => Ok(answered),
                }
            }
            Request::ReleaseApprovePrepare { release, officer, overrides } => {
                let prepared = self.release_approve_prepare(now, &self.officer(by)?, &release, &officer, &overrides)?;
                self.with_question(now, asker, Purpose::Approval, prepared, "statement")
            }
            Request::ReleaseApprove { release, officer, overrides, proof } => {
                self.release_approve(now, &release, officer, &overrides, proof)
            }
            Request::ReleaseSend { release } => self.release_send(now, by, &release),
            Request::ReleaseWithdraw { release } => self.release_withdraw(now, by, &release),
            Request::ReleaseShow { release } => self.release_show(&release),
            Request::ReleaseList => self.release_list(),
            Request::RecallDraft { releases, items, kind } => {
                self.recall_draft(now, self.officer(by)?, &RecallNamed { releases, items }, kind)
            }
            Request::RecallPrepare { recall, officer, role } => {
                let prepared = self.recall_prepare(&recall, &officer, role)?;
                self.with_question(now, asker, Purpose::RecallApproval, prepared, "statement")
            }
            Request::RecallApprove { recall, officer, role, proof } => {
                self.recall_approve(now, &recall, officer, role, proof)
            }
            Request::RecallSend { recall } => self.recall_send(now, by, &recall),
            Request::SetAsideList => self.set_aside_list(),
            Request::RecallBoard => self.recall_board(now),
            Request::RecallDecide(decided) => self.recall_decide(now, &self.officer(by)?, &decided),
            Request::LinkCard { endpoints } => self.link_card(now, endpoints),
            Request::LinkPreview { card } => self.link_preview(now, &card),
            Request::LinkPrepare { step, role } => {
                let prepared = self.link_prepare(now, &self.officer(by)?, step, role)?;
                self.with_question(now, asker, Purpose::LinkAct, prepared, "statement")
            }
            Request::LinkSign { partner, act, role, proof } => {
                self.link_sign(now, self.officer(by)?, &partner, act, role, proof)
            }
            Request::LeakAsk(ask) => self.leak_ask(now, self.officer(by)?, ask),
            Request::LinkAlone(act) => self.link_alone(now, self.officer(by)?, act),
            Request::QuarantineShow => self.quarantine_show(),
            Request::QuarantineRelease { digest, without } => {
                self.quarantine_release(now, self.officer(by)?, &digest, &without)
            }
            Request::BackupBegin { key } => self.backup_begin(now, by, key.as_ref()),
            Request::BackupSign(written) => self.backup_sign(now, &written),
            Request::BackupDone(written) => self.backup_done(now, &written),
            Request::IdentitySaved => self.identity_saved(now),
            Request::LinkList => self.link_list(),
            Request::LinkShow { partner } => self.link_show(&partner),
            Request::LinkVerify { partner } => self.link_verify(&partner),
            Request::TaxiiPrepare { partner, officer, role } => {
                let prepared = self.taxii_prepare(now, &partner, role, &officer)?;
                self.with_question(now, asker, Purpose::TaxiiRecipient, prepared, "statement")
            }
            Request::TaxiiSign { partner, officer, role, proof } => {
                self.taxii_sign(now, &partner, officer, role, proof)
            }
            Request::TaxiiOff { partner } => self.taxii_off(now, by, &partner),
            Request::AuditShow { from, limit } => self.audit_show(from, limit),
            Request::AuditVerify => self.audit_verify(),
            Request::Verify => self.verify(),
            Request::PasskeyGrantPrepare { officer } => self.passkey_grant_prepare(now, &officer),
            Request::PasskeyGrant { grant, signature } => self.passkey_grant(now, &grant, &signature),
            Request::RegisterBegin { token } => self.register_begin(now, asker, token.as_deref()),
            Request::RegisterFinish { token, name, credential } => {
                self.register_finish(now, asker, token.as_deref(), &name, &credential)
            }
            Request::RegisterConfirm { nonce, answer } => self.register_confirm(now, asker, &nonce, &answer),
            Request::SignInBegin => self.sign_in_begin(now),
            Request::SignInFinish { answer, agent } => self.sign_in_finish(now, &answer, agent.as_deref()),
            Request::StepUpBegin => self.step_up_begin(now, asker),
            Request::StepUpFinish { answer } => self.step_up_finish(now, asker, &answer),
            Request::SessionList => self.session_list(now, asker),
            Request::SessionEnd { session } => self.session_end(now, asker, session),
            Request::PasskeyList { officer } => self.passkey_list(asker, officer.as_ref()),
            Request::PasskeyRemove { credential } => self.passkey_remove(now, asker, &credential),
            Request::TokenAdd { name, scopes, expires } => self.token_add(now, asker, &name, &scopes, expires),
            Request::TokenList => self.token_list(now),
            Request::TokenRevoke { name } => self.token_revoke(now, asker, &name),
            Request::Health => self.health(),
        }
    }
}

impl Node {
    /// Tells how the node is. The vault is looked at again only where its key is at hand already.
    fn health(&mut self) -> Result<Value, Failure> {
        let state = match (&self.unfit, &self.quarantine) {
            (Some(_), _) => "unfit",
            (None, Some(_)) => "quarantine",
            (None, None) => "ok",
        };
        let mut health = json!({ "organisation": self.home.configuration.organisation.code, "state": state });
        if self.keys.is_some() {
            let vault = match self.vault() {
                Ok(_) => json!({ "fits": true }),
                Err(failure) => json!({ "fits": false, "message": failure.message, "todo": failure.hint }),
            };
            if let Value::Object(fields) = &mut health {
                fields.insert("vault".into(), vault);
            }
        }
        Ok(health)
    }
}

/// Reads the request of a call.
/// Where the configuration says that browsers reach the desk.
fn configured_address(home: &Home) -> Result<DeskAddress, Failure> {
    let desk = &home.configuration.desk;
    match &desk.public_url {
        Some(url) => DeskAddress::parse(url),
        None => {
            let port = desk.listen.rsplit(':').next().and_then(|port| port.parse().ok());
            Ok(DeskAddress::local(port.unwrap_or_default()))
        }
    }
}

/// The nonces of the vault's fields: one stream, of which no 24 bytes come twice.
pub(crate) fn vault_nonces(entropy: &mut Entropy) -> Box<dyn FnMut() -> [u8; 24] + Send> {
    let mut stream = entropy.stream("vault-nonces", "vault", 0);
    Box::new(move || stream.bytes24())
}

/// Appends an audit entry inside the caller's transaction.
pub(crate) fn audit(
    desk: Desk<'_>,
    now: Timestamp,
    officer: Option<&OfficerCode>,
    act: &str,
    subject: &str,
    detail: &str,
) -> Result<(), Failure> {
    let head = desk.audit_head()?;
    let (seq, prev) = head.map_or((0, GENESIS), |row| (row.seq + 1, row.chain));
    let entry = AuditEntry {
        seq,
        prev,
        at: now,
        officer: officer.cloned(),
        act: act.to_owned(),
        subject: subject.to_owned(),
        detail: detail.to_owned(),
    };
    let bytes = entry.bytes();
    let chain = comity_ledger::chain(&prev, &bytes);
    desk.append_audit(&comity_store::desk::AuditRow { seq, bytes, chain })?;
    Ok(())
}
