//! What a node can be asked, as one closed list; the command line, and later the HTTP API, speak nothing else.
//!
//! Guarantees: a request is plain data, the same beside a running desk (through its socket) and without one. Does not know:
//! how it is answered, or who asks; where an officer must ask, the call carries a proof.

use crate::access::Scope;
pub use crate::asked::{BasisDecided, BasisDecision, LinkAlone, LinkStep, OfficerChange};
pub use crate::asked::{
    DocumentDraftRequest, DocumentNamed, DocumentsAsked, FindingsAnswered, PartnerNamed, ReleaseDraftRequest,
    Selection, SourceEdit, SourceEntry, SourceReading,
};
use crate::call::{CredentialAnswer, NewCredential};
use comity_crypto::Signature;
use comity_release::passkey::{Base64Url, PasskeyGrant};
use comity_release::{ApprovalProof, LinkActKind, RecallKind};
use comity_store::Judgement;
use comity_vocab::{Grading, OfficerCode, OrgCode, SecurityLabel, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// Everything a node can be asked to do.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "verb", rename_all = "snake_case", deny_unknown_fields)]
pub enum Request {
    /// Gives a nonce for an officer's proof.
    Nonce,
    /// Reads a file of STIX objects into the holdings.
    Import {
        /// The file; a regular file, not a link.
        path: PathBuf,
        /// The feed or organisation it came from.
        origin: String,
        /// Marks everything in it that carries no marking of its own, and narrows what does.
        label: Option<SecurityLabel>,
    },
    /// Prepares an act of the officer registry and says who must sign it.
    OfficerPrepare {
        /// Whom it is about.
        officer: OfficerCode,
        /// What changes.
        change: OfficerChange,
    },
    /// Brings an act with signatures; one that lacks a custodian's signature waits.
    OfficerApply {
        /// The exact bytes of the act, base64.
        act: String,
        /// By custodian.
        signatures: Vec<(OfficerCode, Signature)>,
    },
    /// Lists officers and waiting acts.
    OfficerList,
    /// An officer writes a raw report, attributed to a source.
    WriteReport {
        /// One line.
        title: String,
        /// The text.
        body: String,
        /// Admiralty grade.
        grading: Grading,
        /// Cryptonym of the source in the vault.
        source: Option<String>,
        /// The marking.
        label: Option<SecurityLabel>,
    },
    /// An officer writes a note about objects.
    WriteNote {
        /// About what.
        selection: Selection,
        /// The text.
        text: String,
        /// The marking.
        label: Option<SecurityLabel>,
    },
    /// An officer marks holdings.
    WriteMark {
        /// What to mark.
        selection: Selection,
        /// The marking.
        label: SecurityLabel,
    },
    /// Looks for the indicators' patterns in what was observed.
    Observe {
        /// How the text is read: `stix`, `ecs` or `simple`.
        mapping: String,
        /// A mapping of one's own, in place of a built-in one (docs/DETECTION.md).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        declaration: Option<serde_json::Value>,
        /// The sensor or file, for evidence and the audit log.
        source: String,
        /// The number of the first line, from 1.
        first_line: u64,
        /// Whole lines, or one document; at most 16 MiB.
        text: String,
        /// Whether it is one STIX document rather than lines.
        #[serde(default)]
        document: bool,
    },
    /// Says what is looked for, and what is not and why.
    DetectionStatus,
    /// An officer says what a sighting is.
    SightingJudge {
        /// The sighting, or the beginning of its identifier.
        sighting: String,
        /// What it is.
        judgement: Judgement,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        comment: Option<String>,
    },
    /// An officer writes a sighting for the partner who gave the indicator.
    SightingReturn {
        /// The sighting, or the beginning of its identifier.
        sighting: String,
        /// The partner.
        partner: OrgCode,
    },
    /// Adds a warning list, or renews the one of its name.
    WarningListAdd {
        /// A list in the form of MISP.
        text: String,
    },
    /// Takes a warning list away.
    WarningListRemove {
        /// Its name.
        name: String,
    },
    /// Lists the warning lists.
    WarningListList,
    /// What an officer chooses about detection.
    DetectionChoice(crate::detection::DetectionChoice),
    /// Puts a value on the node's own list of values that say nothing for correlation.
    StopValueAdd {
        /// Its kind, such as `domain-name`; the likeliest where absent.
        kind: Option<String>,
        /// The value, however it is written.
        value: String,
        /// Why it says nothing.
        reason: String,
    },
    /// Takes a value off that list.
    StopValueRemove {
        /// Its kind; the likeliest where absent.
        kind: Option<String>,
        /// The value.
        value: String,
    },
    /// Shows that list.
    StopValueList,
    /// Lists declarations of public knowledge.
    PublicList,
    /// An officer has read rows of the inbox, or marks them unread.
    InboxMark {
        /// The rows, as the inbox names them.
        rows: Vec<String>,
        /// Whether they count as read.
        read: bool,
    },
    /// An officer has read everything that came until now.
    InboxMarkAll,
    /// Prepares the declaration that objects are public knowledge.
    PublicPrepare {
        /// What is declared public, by the digest of its exact bytes.
        selection: Selection,
    },
    /// Gives what an officer signs to agree to a declaration.
    PublicSignPrepare {
        /// Digest of the declaration.
        declaration: comity_vocab::Digest,
        /// Who would sign.
        officer: OfficerCode,
        /// In which role.
        role: comity_vocab::Role,
    },
    /// Brings one officer's signature on a declaration; two make it effective.
    PublicSign {
        /// Digest of the declaration.
        declaration: comity_vocab::Digest,
        /// Who signs.
        officer: OfficerCode,
        /// In which role.
        role: comity_vocab::Role,
        /// Over the declaration.
        proof: ApprovalProof,
    },
    /// A source handler enters a source.
    VaultAdd(SourceEntry),
    /// A source handler joins objects to a source.
    VaultAttach {
        /// Id or cryptonym.
        source: String,
        /// The objects.
        objects: Vec<String>,
    },
    /// A source handler changes terms or handlers of a source.
    VaultChange(SourceEdit),
    /// A source handler reads a source.
    VaultShow(SourceReading),
    /// A source handler reads a source to put it on paper.
    VaultPrint(SourceReading),
    /// A source handler lists the sources they handle.
    VaultList,
    /// An officer drafts a release.
    ReleaseDraft(ReleaseDraftRequest),
    /// Gives what the author of a draft signs.
    ReleaseSignPrepare {
        /// The release.
        release: String,
        /// The author.
        officer: OfficerCode,
    },
    /// Brings the author's signature on a draft.
    ReleaseSign {
        /// The release.
        release: String,
        /// The author.
        officer: OfficerCode,
        /// The author's role.
        role: comity_vocab::Role,
        /// Over the statement.
        proof: ApprovalProof,
    },
    /// Runs the leak check in the name of an officer; a source's handlers see its findings.
    ReleaseCheck {
        /// The release.
        release: String,
    },
    /// A data protection officer answers for words of special categories in a draft.
    ReleaseAnswer(FindingsAnswered),
    /// Gives the bytes that the releasing officer signs.
    ReleaseApprovePrepare {
        /// The release.
        release: String,
        /// The releasing officer.
        officer: OfficerCode,
        /// Reason by finding.
        overrides: BTreeMap<String, String>,
    },
    /// Brings the releasing officer's signature.
    ReleaseApprove {
        /// The release.
        release: String,
        /// The releasing officer.
        officer: OfficerCode,
        /// Reason by finding, as prepared.
        overrides: BTreeMap<String, String>,
        /// Over the prepared bytes.
        proof: ApprovalProof,
    },
    /// Sends a release that was approved.
    ReleaseSend {
        /// The release.
        release: String,
    },
    /// Gives up a release that was not sent.
    ReleaseWithdraw {
        /// The release.
        release: String,
    },
    /// Drafts a document; it is approved and sent as a release is.
    DocumentDraft(DocumentDraftRequest),
    /// Lists documents, ours and those that arrived.
    DocumentList(DocumentsAsked),
    /// Shows a document, ours or one that arrived.
    DocumentShow(DocumentNamed),
    /// Says what a partner and we can receive.
    LinkFeatures(PartnerNamed),
    /// Shows the exact bytes that would leave, beside the originals.
    ReleaseShow {
        /// The release.
        release: String,
    },
    /// Lists releases.
    ReleaseList,
    /// Lists what arrived and is not held, because it says of a person what may not be kept.
    SetAsideList,
    /// Drafts a recall.
    RecallDraft {
        /// Whole releases.
        releases: Vec<String>,
        /// Single items, by our id or the id the recipient knows.
        items: Vec<String>,
        /// Why, from the closed list.
        kind: RecallKind,
    },
    /// Gives the bytes that an officer signs for a recall.
    RecallPrepare {
        /// The recall.
        recall: String,
        /// Who signs.
        officer: OfficerCode,
        /// In which role.
        role: comity_vocab::Role,
    },
    /// Brings a signature on a recall.
    RecallApprove {
        /// The recall.
        recall: String,
        /// Who signs.
        officer: OfficerCode,
        /// In which role.
        role: comity_vocab::Role,
        /// Over the prepared bytes.
        proof: ApprovalProof,
    },
    /// Sends a recall.
    RecallSend {
        /// The recall.
        recall: String,
    },
    /// Shows every recall, per recipient.
    RecallBoard,
    /// Decides about an own object that rests on what a partner recalled.
    RecallDecide(BasisDecided),
    /// Gives our card.
    LinkCard {
        /// Where partners reach the gate, in place of the configured addresses.
        endpoints: Vec<String>,
    },
    /// Says what a card holds, with the words to compare, and keeps nothing.
    LinkPreview {
        /// The text of the card.
        card: String,
    },
    /// Says what the asking officer signs to take a step about a link that needs two officers.
    LinkPrepare {
        /// The step.
        step: LinkStep,
        /// In which role; the one that is still missing where absent.
        role: Option<comity_vocab::Role>,
    },
    /// Brings the asking officer's signature; with the second officer's the act is done.
    LinkSign {
        /// The partner.
        partner: OrgCode,
        /// Which act.
        act: LinkActKind,
        /// In which role, as prepared.
        role: comity_vocab::Role,
        /// Over the prepared bytes.
        proof: ApprovalProof,
    },
    /// What source handlers are told of the leak check and answer, and how often it may be asked.
    LeakAsk(crate::vault_asked::LeakAsk),
    /// What one officer does about a link alone.
    LinkAlone(LinkAlone),
    /// Shows, in a restored node, what was restored and what partners say they hold.
    QuarantineShow,
    /// An officer agrees that the quarantine ends; the second one ends it.
    QuarantineRelease {
        /// Digest of what was shown.
        digest: comity_vocab::Digest,
        /// Partners who did not say what they hold.
        without: Vec<OrgCode>,
    },
    /// Gives what a backup needs from the running node: its keys, sealed to the backup key.
    BackupBegin {
        /// The public backup key; the one used last where absent.
        key: Option<comity_crypto::SealingPublicKey>,
    },
    /// Has the node sign a backup that was written.
    BackupSign(crate::BackupWritten),
    /// Tells that a backup is where it belongs.
    BackupDone(crate::BackupWritten),
    /// Tells that the organisation key was copied to the safe.
    IdentitySaved,
    /// Lists partners.
    LinkList,
    /// Shows both logs of a link.
    LinkShow {
        /// The partner.
        partner: OrgCode,
    },
    /// Verifies both logs of a link against signatures and receipts.
    LinkVerify {
        /// The partner.
        partner: OrgCode,
    },
    /// Prepares that a partner becomes a TAXII recipient: its tools may read at our gate what was released to it.
    TaxiiPrepare {
        /// The partner.
        partner: OrgCode,
        /// Who would sign.
        officer: OfficerCode,
        /// In which role.
        role: comity_vocab::Role,
    },
    /// Brings one officer's signature; with the second the partner's token is made.
    TaxiiSign {
        /// The partner.
        partner: OrgCode,
        /// Who signs.
        officer: OfficerCode,
        /// In which role.
        role: comity_vocab::Role,
        /// Over the prepared bytes.
        proof: ApprovalProof,
    },
    /// Ends that a partner is a TAXII recipient.
    TaxiiOff {
        /// The partner.
        partner: OrgCode,
    },
    /// Shows audit entries.
    AuditShow {
        /// From this position on.
        from: u64,
        /// At most so many.
        limit: usize,
    },
    /// Re-derives the audit chain.
    AuditVerify,
    /// Re-derives everything in the home.
    Verify,
    /// Tells for which host and until when at most a grant may be made out.
    PasskeyGrantPrepare {
        /// For whom.
        officer: OfficerCode,
    },
    /// Brings an officer's permission to make one passkey, signed by the officer's key.
    PasskeyGrant {
        /// What is granted.
        grant: PasskeyGrant,
        /// Over the grant.
        signature: Signature,
    },
    /// Begins to make a passkey: with the secret of an enrolment link, or in a session.
    RegisterBegin {
        /// The secret, as it stands in the link.
        token: Option<String>,
    },
    /// Brings a new passkey. With a link's secret it counts at once; in a session, an older one vouches for it next.
    RegisterFinish {
        /// The secret again.
        token: Option<String>,
        /// What the officer calls it.
        name: String,
        /// The passkey.
        credential: NewCredential,
    },
    /// Brings the answer of an older passkey that vouches for a new one.
    RegisterConfirm {
        /// The nonce that the node gave with the question.
        nonce: comity_vocab::Digest,
        /// The answer.
        answer: CredentialAnswer,
    },
    /// Begins a sign-in.
    SignInBegin,
    /// Brings the passkey's answer and opens a session.
    SignInFinish {
        /// The answer.
        answer: CredentialAnswer,
        /// What the browser calls itself; shown in the list of sessions.
        agent: Option<String>,
    },
    /// Begins to make sure that the officer is still there.
    StepUpBegin,
    /// Brings the passkey's answer; for five minutes the session may do what needs it.
    StepUpFinish {
        /// The answer.
        answer: CredentialAnswer,
    },
    /// Lists one's own sessions; a custodian's list has everybody's.
    SessionList,
    /// Ends a session: one's own, or as a custodian anybody's.
    SessionEnd {
        /// Its public id; the asking session where absent.
        session: Option<String>,
    },
    /// Lists passkeys: one's own, or as a custodian anybody's.
    PasskeyList {
        /// Whose; one's own where absent.
        officer: Option<OfficerCode>,
    },
    /// Removes a passkey: one's own, or as a custodian anybody's.
    PasskeyRemove {
        /// The credential's id.
        credential: Base64Url,
    },
    /// Makes an API token.
    TokenAdd {
        /// What it is called; never used twice.
        name: String,
        /// What it may do.
        scopes: BTreeSet<Scope>,
        /// When it ends by itself.
        expires: Option<Timestamp>,
    },
    /// Lists API tokens.
    TokenList,
    /// Revokes an API token, at once.
    TokenRevoke {
        /// Which.
        name: String,
    },
    /// Tells how the running desk is.
    Health,
}
