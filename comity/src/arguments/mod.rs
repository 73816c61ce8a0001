//! The command line, as data: every verb, flag and help text in one place.
//!
//! Does not know: how a verb is carried out (`verbs/`).

mod correlate;
mod detect;
mod document;
mod holdings;
mod leak_check;
mod link;
mod officer;
mod operations;
mod pattern;
mod release;
mod sighting;
mod time;
mod token;
mod validate;
mod vault;
mod warning_list;
mod write;

pub use correlate::{CorrelateArguments, CorrelateQuery, CorrelateVerb, StopVerb};
pub use detect::DetectArguments;
pub use document::{DocumentDraftArguments, DocumentVerb, PartnerVerb};
pub use holdings::{ExportArguments, ImportArguments, SearchArguments, ShowArguments};
pub use leak_check::LeakCheckArguments;
pub use link::{AuditVerb, LinkVerb};
pub use officer::OfficerVerb;
pub use operations::{
    BackupVerb, CompletionsArguments, DoctorArguments, ManArguments, RestoreArguments, RestoreVerb, Shell,
};
pub use pattern::PatternVerb;
pub use release::{DraftArguments, RecallVerb, ReleaseVerb};
pub use sighting::{JudgementArguments, SightingListArguments, SightingVerb};
pub use token::TokenVerb;
pub use validate::ValidateArguments;
pub use vault::VaultVerb;
pub use warning_list::WarningListVerb;
pub use write::WriteVerb;

use clap::{Args, Parser, Subcommand};
use comity_vocab::{CountryCode, OrgCode};
use std::path::PathBuf;

/// A sovereign node with which organisations share intelligence without a common headquarters
#[derive(Parser)]
#[command(name = "comity", version, propagate_version = true, infer_long_args = false)]
pub struct Arguments {
    /// Print one JSON document on standard output; everything else goes to standard error
    #[arg(long, global = true)]
    pub json: bool,
    #[command(subcommand)]
    pub verb: Verb,
}

#[derive(Subcommand)]
pub enum Verb {
    /// Start a small alliance of fictional organisations on this machine and play its story
    Demo(DemoArguments),
    /// Make the home of a node: folders, keys, configuration, empty stores
    Init(InitArguments),
    /// Run desk and gate of a home until stopped
    Serve(ServeArguments),
    /// Read files of STIX 2.1 objects into the holdings
    Import(ImportArguments),
    /// Check objects and bundles against STIX 2.1, without a home
    Validate(ValidateArguments),
    /// Look for terms in a document, however they are written, without a home
    LeakCheck(LeakCheckArguments),
    /// Write a raw report or a note, or mark holdings
    #[command(subcommand)]
    Write(WriteVerb),
    /// Keep the source register
    #[command(subcommand)]
    Vault(VaultVerb),
    /// Keep the officer registry
    #[command(subcommand)]
    Officer(OfficerVerb),
    /// Keep the tokens with which programs ask
    #[command(subcommand)]
    Token(TokenVerb),
    /// Write the holdings, or a part of them, as a bundle
    Export(ExportArguments),
    /// Find objects by their text
    Search(SearchArguments),
    /// Show an object with its versions, relations and provenance
    Show(ShowArguments),
    /// Draft, check, approve and send releases
    #[command(subcommand)]
    Release(ReleaseVerb),
    /// Draft, show and check documents: words of officers to partners, which leave through the door of a release
    #[command(subcommand)]
    Document(DocumentVerb),
    /// See what partners can receive
    #[command(subcommand)]
    Partner(PartnerVerb),
    /// Draft, approve and send recalls, and see who confirmed
    #[command(subcommand)]
    Recall(RecallVerb),
    /// Exchange cards with partners and see the state of links
    #[command(subcommand)]
    Link(LinkVerb),
    /// See and verify who did what
    #[command(subcommand)]
    Audit(AuditVerb),
    /// Re-derive every log, hash, signature and index of a home
    Verify(HomeArguments),
    /// Look for what is wrong with a home and the machine under it, and say what to do
    Doctor(DoctorArguments),
    /// Make keys for the safe, write backups and rehearse them
    #[command(subcommand)]
    Backup(BackupVerb),
    /// Make a home from a backup, compare it with the partners, and end its quarantine
    Restore(RestoreArguments),
    /// Print completions for a shell
    Completions(CompletionsArguments),
    /// Write the manual pages
    Man(ManArguments),
    /// Check, match and explain STIX patterns
    #[command(subcommand)]
    Pattern(PatternVerb),
    /// Look for every indicator held in logs, alerts and observed-data
    Detect(DetectArguments),
    /// See what was found, judge it, and write what partners may be told of it
    #[command(subcommand)]
    Sighting(SightingVerb),
    /// Keep lists of values that are known to be harmless
    #[command(subcommand)]
    WarningList(WarningListVerb),
    /// Find values that more than one originator holds
    Correlate(CorrelateArguments),
    /// The partner-facing process; started by `serve`
    #[command(hide = true)]
    Gate(GateArguments),
}

#[derive(Args)]
pub struct HomeArguments {
    /// The home of the node
    #[arg(long, env = "COMITY_HOME", value_name = "DIR")]
    pub home: PathBuf,
}

#[derive(Args)]
pub struct DemoArguments {
    /// Where the demo's homes are made; a fresh folder below the temporary one where absent
    #[arg(long, value_name = "DIR")]
    pub home: Option<PathBuf>,
    /// First port of the demo's nodes; free ports are chosen where absent
    #[arg(long, value_name = "N")]
    pub port: Option<u16>,
    /// Play the story to its end, verify each step from outside, and exit
    #[arg(long)]
    pub check: bool,
}

#[derive(Args)]
pub struct InitArguments {
    #[command(flatten)]
    pub home: HomeArguments,
    /// Legal name of the organisation
    #[arg(long, value_name = "NAME")]
    pub org: String,
    /// Short code that partners use, such as vsis
    #[arg(long, value_name = "CODE")]
    pub code: OrgCode,
    /// ISO 3166-1 alpha-3 country code
    #[arg(long, value_name = "XXX")]
    pub country: CountryCode,
    /// Kind of organisation
    #[arg(long, value_name = "KIND", default_value = "csirt", value_parser = [
        "security_service", "police_unit", "fiu", "csirt", "isac", "trust_and_safety", "military", "customs_border"])]
    pub kind: String,
    /// Loopback address of the desk's HTTP side
    #[arg(long, value_name = "ADDR")]
    pub desk: Option<String>,
    /// Address the gate listens on
    #[arg(long, value_name = "ADDR")]
    pub gate: Option<String>,
    /// HOST:PORT under which partners reach the gate; the gate's address where absent
    #[arg(long, value_name = "HOST:PORT")]
    pub endpoint: Vec<String>,
}

#[derive(Args)]
pub struct ServeArguments {
    #[command(flatten)]
    pub home: HomeArguments,
    /// Address of the desk's HTTP side, in place of the configured one; anything but loopback needs desk.tls_certificate
    #[arg(long, value_name = "ADDR")]
    pub desk: Option<String>,
    /// Address under which browsers reach the desk, in place of the configured one, such as https://desk.example
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// Address the gate listens on, in place of the configured one
    #[arg(long, value_name = "ADDR")]
    pub gate: Option<String>,
    /// Read the home's passphrase from standard input
    #[arg(long)]
    pub passphrase_stdin: bool,
}

#[derive(Args)]
pub struct GateArguments {
    /// The gate's own folder
    #[arg(long, value_name = "DIR")]
    pub folder: PathBuf,
}

#[derive(Args)]
pub struct KeyArguments {
    /// The acting officer's key file
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
}

#[derive(Args)]
pub struct SelectionArguments {
    /// Ids of objects; several may follow, separated by blanks or commas
    #[arg(long, value_name = "ID", num_args = 1.., value_delimiter = ',')]
    pub objects: Vec<String>,
    /// A file with one id a line
    #[arg(long, value_name = "FILE")]
    pub objects_from: Option<PathBuf>,
}
