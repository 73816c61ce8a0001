//! Which request may come from a session or with a token, and what it needs: the one table (security.md §6.1 V8).
//!
//! Guarantees: every request stands in it, so a new one cannot be forgotten; what is not named is refused. It only narrows: the
//! verbs and the core check roles, persons and signatures themselves. The command line is not in it, for the one who has the machine
//! account and an officer's key needs no session.

use super::{Identity, Scope};
use crate::detection::DetectionChoice;
use crate::failure::Failure;
use crate::request::{LinkAlone, Request};
use crate::vault_asked::LeakAsk;
use comity_vocab::{OfficerCode, Role, Timestamp};

/// Who makes a call.
pub(crate) enum Asker {
    /// Somebody who has the machine account.
    Machine,
    /// An officer with the key, at the command line.
    Key(OfficerCode),
    /// A signed-in officer.
    Session(Identity),
    /// A program.
    Token(Identity),
}

impl Asker {
    /// The officer who asks, if one does.
    pub fn officer(&self) -> Option<&OfficerCode> {
        match self {
            Asker::Machine | Asker::Token(_) => None,
            Asker::Key(code) => Some(code),
            Asker::Session(identity) => identity.officer.as_ref(),
        }
    }

    /// What the audit log says of who asks.
    pub fn subject(&self) -> String {
        match self {
            Asker::Machine => "the machine account".into(),
            Asker::Key(code) => format!("officer:{code}"),
            Asker::Session(identity) | Asker::Token(identity) => identity.subject.clone(),
        }
    }

    /// Refuses what this caller may not ask.
    pub fn check(&self, request: &Request, now: Timestamp) -> Result<(), Failure> {
        let rule = rule(request);
        match self {
            Asker::Machine | Asker::Key(_) => Ok(()),
            Asker::Token(identity) => match rule.scope {
                Some(scope) if identity.scopes.contains(&scope) => Ok(()),
                _ => Err(forbidden("this token may not ask for that")),
            },
            Asker::Session(identity) => {
                let allowed = match rule.session {
                    Session::Never => false,
                    Session::Any | Session::Open => true,
                    Session::Of(roles) => roles.iter().any(|role| identity.roles.contains(role)),
                };
                if !allowed {
                    return Err(forbidden("your roles do not allow that"));
                }
                // An officer acts for nobody else, whatever the request says.
                if names(request).is_some_and(|named| Some(named) != identity.officer.as_ref()) {
                    return Err(forbidden("this would be another officer's act"));
                }
                // A token can do no more than the one who made it.
                if let Request::TokenAdd { scopes, .. } = request
                    && !scopes.is_subset(&identity.scopes)
                {
                    return Err(forbidden("your roles do not allow a token with these scopes"));
                }
                if rule.step_up && !identity.stepped_up(now) {
                    return Err(Failure::no("this needs your passkey again").code("step_up_needed"));
                }
                Ok(())
            }
        }
    }
}

fn forbidden(message: &str) -> Failure {
    Failure::no(message).code("forbidden")
}

/// Which sessions may ask.
#[derive(Clone, Copy)]
enum Session {
    /// None: the command line only.
    Never,
    /// Any officer's.
    Any,
    /// Any officer's, and the one who has no session yet.
    Open,
    /// Those of officers with one of these roles.
    Of(&'static [Role]),
}

struct Rule {
    session: Session,
    step_up: bool,
    scope: Option<Scope>,
}

const WRITERS: &[Role] = &[Role::Analyst, Role::DeskOfficer, Role::SourceHandler];
const AUTHORS: &[Role] = &[Role::Analyst, Role::DeskOfficer];
const RELEASERS: &[Role] = &[Role::Analyst, Role::DeskOfficer, Role::ReleasingOfficer];
const RELEASE_READERS: &[Role] = &[
    Role::Analyst,
    Role::DeskOfficer,
    Role::SourceHandler,
    Role::ReleasingOfficer,
    Role::DataProtectionOfficer,
    Role::OversightInspector,
];
/// Who may draft and sign a recall.
pub(crate) const RECALLERS: &[Role] = &[Role::DeskOfficer, Role::ReleasingOfficer, Role::DutyOfficer];
/// Who decides about own objects that rest on what a partner recalled.
pub(crate) const BASIS_DECIDERS: &[Role] = &[Role::DeskOfficer, Role::ReleasingOfficer];
/// Who may read the recall board.
pub(crate) const RECALL_READERS: &[Role] = READERS;
const READERS: &[Role] = &[
    Role::Analyst,
    Role::DeskOfficer,
    Role::SourceHandler,
    Role::RequirementsOfficer,
    Role::ReleasingOfficer,
    Role::LiaisonOfficer,
    Role::SecurityOfficer,
    Role::DataProtectionOfficer,
    Role::OversightInspector,
    Role::DutyOfficer,
];
const OBSERVERS: &[Role] = &[Role::Analyst, Role::DeskOfficer, Role::DutyOfficer, Role::SecurityOfficer];
const LISTERS: &[Role] = &[Role::Analyst, Role::DeskOfficer, Role::SecurityOfficer];
const LINK_SIGNERS: &[Role] = &[Role::Custodian, Role::SecurityOfficer];
const LINK_STOPPERS: &[Role] = &[Role::Custodian, Role::SecurityOfficer, Role::LiaisonOfficer, Role::DutyOfficer];
const LINKERS: &[Role] = &[Role::Custodian, Role::SecurityOfficer, Role::LiaisonOfficer];
const REVIEWERS: &[Role] =
    &[Role::Custodian, Role::SecurityOfficer, Role::DataProtectionOfficer, Role::OversightInspector, Role::DeskOfficer];
const ASIDE_READERS: &[Role] = &[
    Role::DeskOfficer,
    Role::LiaisonOfficer,
    Role::SecurityOfficer,
    Role::DataProtectionOfficer,
    Role::OversightInspector,
];
const KEEPERS: &[Role] = &[Role::Custodian, Role::SecurityOfficer, Role::DeskOfficer];

fn rule(request: &Request) -> Rule {
    use Request as R;
    let of = |roles| Rule { session: Session::Of(roles), step_up: false, scope: None };
    let any = Rule { session: Session::Any, step_up: false, scope: None };
    let open = Rule { session: Session::Open, step_up: false, scope: None };
    let never = Rule { session: Session::Never, step_up: false, scope: None };
    let stepped = |rule: Rule| Rule { step_up: true, ..rule };
    let readable = |rule: Rule| Rule { scope: Some(Scope::Read), ..rule };
    match request {
        R::Nonce | R::PasskeyGrantPrepare { .. } | R::PasskeyGrant { .. } => never,
        R::Import { .. } => Rule { scope: Some(Scope::Write), ..of(AUTHORS) },
        R::OfficerPrepare { .. } => of(&[Role::Custodian]),
        R::OfficerApply { .. } => stepped(of(&[Role::Custodian])),
        R::OfficerList => any,
        R::WriteReport { .. } | R::WriteNote { .. } => of(WRITERS),
        R::WriteMark { .. } => of(RELEASERS),
        R::InboxMark { .. } | R::InboxMarkAll => of(READERS),
        // Sensors bring observations with a scope of their own; importing is another right.
        R::Observe { .. } => Rule { scope: Some(Scope::Observe), ..of(OBSERVERS) },
        R::DetectionStatus | R::WarningListList | R::StopValueList => readable(of(READERS)),
        R::StopValueAdd { .. } | R::StopValueRemove { .. } => Rule { scope: Some(Scope::Write), ..of(AUTHORS) },
        R::SightingJudge { .. } | R::SightingReturn { .. } => of(AUTHORS),
        R::DetectionChoice(DetectionChoice::Accept { .. } | DetectionChoice::Withdraw { .. }) => of(AUTHORS),
        R::DetectionChoice(DetectionChoice::SwitchList { .. }) => of(LISTERS),
        R::WarningListAdd { .. } | R::WarningListRemove { .. } => of(LISTERS),
        R::TaxiiPrepare { .. } | R::TaxiiSign { .. } => of(RELEASERS),
        R::TaxiiOff { .. } => stepped(of(RELEASERS)),
        R::PublicList => of(RELEASE_READERS),
        R::PublicPrepare { .. } | R::PublicSignPrepare { .. } | R::PublicSign { .. } => of(RELEASERS),
        R::VaultAdd(_) | R::VaultAttach { .. } | R::VaultList => of(&[Role::SourceHandler]),
        R::VaultChange(_) | R::VaultShow(_) | R::VaultPrint(_) => stepped(of(&[Role::SourceHandler])),
        R::LeakAsk(LeakAsk::Asked) => of(&[Role::SourceHandler]),
        R::LeakAsk(LeakAsk::Answer { .. }) => stepped(of(&[Role::SourceHandler])),
        R::LeakAsk(LeakAsk::Limit { .. }) => stepped(of(&[Role::SecurityOfficer, Role::Custodian])),
        R::DocumentList(_) => readable(of(READERS)),
        R::DocumentShow(_) => of(RELEASE_READERS),
        R::ReleaseDraft(_) | R::DocumentDraft(_) | R::ReleaseSignPrepare { .. } | R::ReleaseSign { .. } => of(AUTHORS),
        R::ReleaseCheck { .. } | R::ReleaseShow { .. } => of(RELEASE_READERS),
        R::ReleaseAnswer(_) => of(&[Role::DataProtectionOfficer]),
        R::ReleaseApprovePrepare { .. } | R::ReleaseApprove { .. } => of(&[Role::ReleasingOfficer]),
        R::ReleaseSend { .. } => stepped(of(RELEASERS)),
        R::ReleaseWithdraw { .. } => of(RELEASERS),
        R::ReleaseList => readable(of(READERS)),
        R::RecallDraft { .. } | R::RecallPrepare { .. } | R::RecallApprove { .. } => of(RECALLERS),
        R::RecallSend { .. } => stepped(of(RECALLERS)),
        R::SetAsideList => of(ASIDE_READERS),
        R::RecallBoard => readable(of(RECALL_READERS)),
        R::RecallDecide(_) => of(BASIS_DECIDERS),
        // Our own card with our own addresses; with others it is a word to partners that not everybody gives.
        R::LinkCard { endpoints } if endpoints.is_empty() => any,
        R::LinkCard { .. } => of(LINKERS),
        R::LinkPreview { .. } | R::LinkVerify { .. } => any,
        R::LinkPrepare { .. } | R::LinkSign { .. } => of(LINK_SIGNERS),
        R::LinkAlone(LinkAlone::Suspend { .. }) => stepped(of(LINK_STOPPERS)),
        R::LinkAlone(LinkAlone::TakeCard { .. } | LinkAlone::Drop { .. }) => stepped(of(LINKERS)),
        R::LinkList | R::LinkShow { .. } | R::LinkFeatures(_) => readable(any),
        R::AuditShow { .. } | R::AuditVerify | R::Verify => of(REVIEWERS),
        R::Health => readable(any),
        // A backup goes where a file can be written, and its keys come from the safe: not an act of a browser.
        R::BackupBegin { .. } | R::BackupSign(_) | R::BackupDone(_) | R::IdentitySaved => never,
        R::QuarantineShow => any,
        // A backup may hold passkeys that were removed since it was made: the officers' own keys end a quarantine.
        R::QuarantineRelease { .. } => never,
        R::SignInBegin | R::SignInFinish { .. } | R::RegisterBegin { .. } | R::RegisterFinish { .. } => open,
        R::RegisterConfirm { .. } | R::StepUpBegin | R::StepUpFinish { .. } => any,
        R::SessionList | R::SessionEnd { .. } | R::PasskeyList { .. } => any,
        R::PasskeyRemove { .. } => stepped(any),
        R::TokenAdd { .. } => stepped(of(KEEPERS)),
        R::TokenList | R::TokenRevoke { .. } => of(KEEPERS),
    }
}

/// The officer in whose name a request acts, where it names one.
fn names(request: &Request) -> Option<&OfficerCode> {
    use Request as R;
    match request {
        R::PublicSignPrepare { officer, .. }
        | R::PublicSign { officer, .. }
        | R::ReleaseSignPrepare { officer, .. }
        | R::ReleaseSign { officer, .. }
        | R::ReleaseApprovePrepare { officer, .. }
        | R::ReleaseApprove { officer, .. }
        | R::RecallPrepare { officer, .. }
        | R::RecallApprove { officer, .. }
        | R::TaxiiPrepare { officer, .. }
        | R::TaxiiSign { officer, .. } => Some(officer),
        R::ReleaseDraft(draft) => draft.author.as_ref(),
        R::DocumentDraft(draft) => draft.author.as_ref(),
        _ => None,
    }
}

/// Tells whether a request may come from a face on behalf of nobody: only what leads to a session.
pub(crate) fn open_to_anybody(request: &Request) -> bool {
    matches!(rule(request).session, Session::Open)
}
