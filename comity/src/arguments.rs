//! The command line, as data: every verb, flag and help text in one place.
//!
//! Does not know: how a verb is carried out (`verbs/`).

use clap::{Args, Parser, Subcommand};
use comity_vocab::time::Precision;
use comity_vocab::{CountryCode, Grading, OfficerCode, OrgCode, Role, SecurityLabel, Timestamp, Tlp};
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
    /// Write a raw report or a note, or mark holdings
    #[command(subcommand)]
    Write(WriteVerb),
    /// Keep the source register
    #[command(subcommand)]
    Vault(VaultVerb),
    /// Keep the officer registry
    #[command(subcommand)]
    Officer(OfficerVerb),
    /// Write the holdings, or a part of them, as a bundle
    Export(ExportArguments),
    /// Find objects by their text
    Search(SearchArguments),
    /// Show an object with its versions, relations and provenance
    Show(ShowArguments),
    /// Draft, check, approve and send releases
    #[command(subcommand)]
    Release(ReleaseVerb),
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
    /// Loopback address of the desk's HTTP side, in place of the configured one
    #[arg(long, value_name = "ADDR")]
    pub desk: Option<String>,
    /// Address the gate listens on, in place of the configured one
    #[arg(long, value_name = "ADDR")]
    pub gate: Option<String>,
}

#[derive(Args)]
pub struct GateArguments {
    /// The gate's own folder
    #[arg(long, value_name = "DIR")]
    pub folder: PathBuf,
}

#[derive(Args)]
pub struct ImportArguments {
    #[command(flatten)]
    pub home: HomeArguments,
    /// The feed or organisation it came from
    #[arg(long, value_name = "NAME", default_value = "import")]
    pub origin: String,
    /// Marking of everything in the files: TLP:…, optionally //REL TO code,code
    #[arg(long, value_name = "LABEL")]
    pub label: Option<SecurityLabel>,
    /// Format of the files
    #[arg(long, value_name = "FORMAT", default_value = "auto", value_parser = ["auto", "stix"])]
    pub format: String,
    /// Files of STIX 2.1 bundles or single objects
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
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

#[derive(Subcommand)]
pub enum WriteVerb {
    /// Write a raw report, graded and attributed to a source
    Report {
        #[command(flatten)]
        home: HomeArguments,
        #[command(flatten)]
        key: KeyArguments,
        /// Title, one line
        #[arg(long)]
        title: String,
        /// The text; read from --text-file, or from standard input, where absent
        #[arg(long)]
        text: Option<String>,
        /// File that holds the text
        #[arg(long, value_name = "FILE", conflicts_with = "text")]
        text_file: Option<PathBuf>,
        /// Admiralty grade, such as B2
        #[arg(long, visible_alias = "grade", value_name = "GRADE")]
        grading: Grading,
        /// Cryptonym of the source in the vault
        #[arg(long, value_name = "CRYPTONYM")]
        source: Option<String>,
        /// Marking
        #[arg(long, value_name = "LABEL")]
        label: Option<SecurityLabel>,
    },
    /// Write a note about objects
    Note {
        #[command(flatten)]
        home: HomeArguments,
        #[command(flatten)]
        key: KeyArguments,
        #[command(flatten)]
        selection: SelectionArguments,
        /// The text; read from standard input where absent
        #[arg(long)]
        text: Option<String>,
        /// Marking
        #[arg(long, value_name = "LABEL")]
        label: Option<SecurityLabel>,
    },
    /// Mark objects, or declare them public knowledge (two officers, one after the other)
    Mark {
        #[command(flatten)]
        home: HomeArguments,
        #[command(flatten)]
        key: KeyArguments,
        #[command(flatten)]
        selection: SelectionArguments,
        /// Everything that came from this origin
        #[arg(long, value_name = "NAME")]
        origin: Vec<String>,
        /// Marking
        #[arg(long, value_name = "LABEL", required_unless_present = "public")]
        label: Option<SecurityLabel>,
        /// Declare the exact bytes public; effective once a second officer has done the same
        #[arg(long)]
        public: bool,
    },
}

#[derive(Subcommand)]
pub enum VaultVerb {
    /// Enter a source
    Add {
        #[command(flatten)]
        home: HomeArguments,
        #[command(flatten)]
        key: KeyArguments,
        /// Internal cover name
        #[arg(long)]
        cryptonym: String,
        /// True identity; read from standard input where absent
        #[arg(long)]
        identity: Option<String>,
        /// How the source is reached
        #[arg(long, default_value = "")]
        contact: String,
        /// Further handlers beside the acting officer
        #[arg(long, visible_alias = "handlers", value_name = "CODE", value_delimiter = ',')]
        handler: Vec<OfficerCode>,
        /// A word that must never appear in a release; may be repeated
        #[arg(long, visible_alias = "terms", value_name = "TERM", value_delimiter = ',')]
        term: Vec<String>,
        /// Admiralty reliability of the source, A to F
        #[arg(long, default_value = "F", value_parser = ["A", "B", "C", "D", "E", "F"])]
        reliability: String,
        /// Free notes
        #[arg(long, visible_alias = "note", default_value = "")]
        notes: String,
    },
    /// Join objects to a source
    Attach {
        #[command(flatten)]
        home: HomeArguments,
        #[command(flatten)]
        key: KeyArguments,
        /// Cryptonym or id of the source
        #[arg(long, value_name = "CRYPTONYM")]
        source: String,
        #[command(flatten)]
        selection: SelectionArguments,
    },
    /// Read a source that you handle
    Show {
        #[command(flatten)]
        home: HomeArguments,
        #[command(flatten)]
        key: KeyArguments,
        /// Cryptonym or id of the source
        source: String,
        /// Why you read it; logged
        #[arg(long)]
        reason: String,
    },
    /// List the sources that you handle
    List {
        #[command(flatten)]
        home: HomeArguments,
        #[command(flatten)]
        key: KeyArguments,
    },
}

#[derive(Args)]
pub struct CustodianArguments {
    /// Key file of a custodian; two different custodians sign every change after the first two officers
    #[arg(long, visible_alias = "custodian-key", value_name = "FILE", value_delimiter = ',')]
    pub custodian: Vec<PathBuf>,
}

#[derive(Subcommand)]
pub enum OfficerVerb {
    /// Enter an officer and write the officer's key file
    Add {
        #[command(flatten)]
        home: HomeArguments,
        #[command(flatten)]
        custodians: CustodianArguments,
        /// Short code, such as alice
        #[arg(long)]
        code: OfficerCode,
        /// Full name
        #[arg(long)]
        name: String,
        /// Roles, separated by commas
        #[arg(long, value_delimiter = ',', required = true)]
        roles: Vec<Role>,
        /// Where the new key file goes
        #[arg(long, value_name = "FILE")]
        key_out: PathBuf,
    },
    /// Disable an officer, at once
    Disable {
        #[command(flatten)]
        home: HomeArguments,
        #[command(flatten)]
        custodians: CustodianArguments,
        /// Whom
        #[arg(long)]
        code: OfficerCode,
    },
    /// Replace a lost key
    NewKey {
        #[command(flatten)]
        home: HomeArguments,
        #[command(flatten)]
        custodians: CustodianArguments,
        /// Whose
        #[arg(long)]
        code: OfficerCode,
        /// Where the new key file goes
        #[arg(long, value_name = "FILE")]
        key_out: PathBuf,
    },
    /// Change the roles of an officer
    Roles {
        #[command(flatten)]
        home: HomeArguments,
        #[command(flatten)]
        custodians: CustodianArguments,
        /// Whose
        #[arg(long)]
        code: OfficerCode,
        /// The whole new set, separated by commas
        #[arg(long, value_delimiter = ',', required = true)]
        roles: Vec<Role>,
    },
    /// Sign acts that wait for a second custodian
    Confirm {
        #[command(flatten)]
        home: HomeArguments,
        #[command(flatten)]
        custodians: CustodianArguments,
        /// The officer whose act is confirmed
        #[arg(long)]
        code: OfficerCode,
    },
    /// List officers and waiting acts
    List {
        #[command(flatten)]
        home: HomeArguments,
    },
}

#[derive(Args)]
pub struct ExportArguments {
    #[command(flatten)]
    pub home: HomeArguments,
    /// Only this type; may be repeated
    #[arg(long = "type", value_name = "T")]
    pub types: Vec<String>,
    /// Only versions modified at or after this time
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub since: Option<Timestamp>,
    /// Only objects from this origin; may be repeated
    #[arg(long, value_name = "NAME")]
    pub origin: Vec<String>,
    /// Format
    #[arg(long, value_name = "FORMAT", default_value = "stix", value_parser = ["stix"])]
    pub format: String,
    /// File to write, instead of standard output
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(Args)]
pub struct SearchArguments {
    #[command(flatten)]
    pub home: HomeArguments,
    /// Words, "phrases in quotation marks", beginnings with * at the end
    #[arg(value_name = "QUERY", default_value = "")]
    pub query: String,
    /// Only this type; may be repeated
    #[arg(long = "type", value_name = "T", value_delimiter = ',')]
    pub types: Vec<String>,
    /// Modified at or after
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub since: Option<Timestamp>,
    /// Modified before
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub until: Option<Timestamp>,
    /// Only objects marked so; may be repeated
    #[arg(long, visible_alias = "marking", value_name = "TLP")]
    pub label: Vec<Tlp>,
    /// Only objects without any marking
    #[arg(long, conflicts_with = "label")]
    pub unmarked: bool,
    /// Only objects from this origin (own, a feed, link:CODE); may be repeated
    #[arg(long, value_name = "NAME")]
    pub origin: Vec<String>,
    /// At most so many
    #[arg(long, default_value_t = 50)]
    pub limit: usize,
}

#[derive(Args)]
pub struct ShowArguments {
    #[command(flatten)]
    pub home: HomeArguments,
    /// Id of the object, or its unambiguous beginning
    pub id: String,
    /// Print the exact bytes of the current version and nothing else
    #[arg(long)]
    pub raw: bool,
}

#[derive(Subcommand)]
pub enum ReleaseVerb {
    /// Draft a release: a tearline, or with --as-published exact bytes declared public
    Draft {
        #[command(flatten)]
        home: HomeArguments,
        #[command(flatten)]
        key: KeyArguments,
        #[command(flatten)]
        selection: SelectionArguments,
        /// Recipients
        #[arg(long, value_name = "CODE", num_args = 1.., value_delimiter = ',', required = true)]
        to: Vec<OrgCode>,
        /// Marking; not less strict than the marking of any input
        #[arg(long, value_name = "LABEL")]
        label: Option<SecurityLabel>,
        /// Source descriptor: access=…,record=…,corroboration=…,currency=…,bias=…,discipline=…
        #[arg(long, value_name = "SLOTS")]
        descriptor: Option<String>,
        /// Title of the text written for release
        #[arg(long)]
        title: Option<String>,
        /// Text written for release
        #[arg(long)]
        text: Option<String>,
        /// File with the text written for release
        #[arg(long, value_name = "FILE", conflicts_with = "text")]
        text_file: Option<PathBuf>,
        /// Release this property by name beyond the allow-list; may be repeated
        #[arg(long, value_name = "PROPERTY", value_delimiter = ',')]
        allow: Vec<String>,
        /// How far times are cut down
        #[arg(long, value_parser = parse_precision, value_name = "hour|day|month|year")]
        precision: Option<Precision>,
        /// Send exact bytes of objects that two officers declared public
        #[arg(long)]
        as_published: bool,
        /// Until when it may be sent
        #[arg(long, value_name = "TIME", value_parser = parse_time)]
        expires: Option<Timestamp>,
    },
    /// Run the leak check on the exact bytes
    Check {
        #[command(flatten)]
        home: HomeArguments,
        /// The release
        release: String,
        /// Your key file, to see the findings that concern sources you handle
        #[arg(long, value_name = "FILE")]
        key: Option<PathBuf>,
    },
    /// Show exactly the bytes that would leave, beside the originals
    Show {
        #[command(flatten)]
        home: HomeArguments,
        /// The release
        release: String,
        /// Print the bytes of the parts and nothing else
        #[arg(long)]
        raw: bool,
    },
    /// Approve a release as releasing officer
    Approve {
        #[command(flatten)]
        home: HomeArguments,
        #[command(flatten)]
        key: KeyArguments,
        /// The release
        release: String,
        /// Override a finding that may be overridden: FINDING=REASON; may be repeated
        #[arg(long = "override", value_name = "FINDING=REASON")]
        overrides: Vec<String>,
    },
    /// Send a release that was approved
    Send {
        #[command(flatten)]
        home: HomeArguments,
        /// The release
        release: String,
    },
    /// Give up a release that was not sent
    Withdraw {
        #[command(flatten)]
        home: HomeArguments,
        /// The release
        release: String,
    },
    /// List releases
    List {
        #[command(flatten)]
        home: HomeArguments,
    },
}

#[derive(Subcommand)]
pub enum RecallVerb {
    /// Draft a recall of releases or items
    Draft {
        #[command(flatten)]
        home: HomeArguments,
        #[command(flatten)]
        key: KeyArguments,
        /// A whole release; may be repeated
        #[arg(long, value_name = "RELEASE", value_delimiter = ',')]
        release: Vec<String>,
        /// A single item, by our id or the id the recipient knows; may be repeated
        #[arg(long, visible_alias = "objects", value_name = "ID", num_args = 1.., value_delimiter = ',')]
        item: Vec<String>,
        /// correct, downgrade_confidence, withdraw_permission, withdraw_error, withdraw_fabricated or withdraw_unlawful
        #[arg(long, value_name = "KIND", default_value = "withdraw_error")]
        kind: String,
        /// Role to sign in: desk_officer, or duty_officer in an emergency
        #[arg(long)]
        role: Option<Role>,
    },
    /// Approve a recall in a second role
    Approve {
        #[command(flatten)]
        home: HomeArguments,
        #[command(flatten)]
        key: KeyArguments,
        /// The recall
        recall: String,
        /// Role to sign in; the one the recall still lacks where absent
        #[arg(long)]
        role: Option<Role>,
    },
    /// Send a recall that was approved
    Send {
        #[command(flatten)]
        home: HomeArguments,
        /// The recall
        recall: String,
    },
    /// Show every recall, per recipient: confirmed, outstanding or refused
    Board {
        #[command(flatten)]
        home: HomeArguments,
    },
}

#[derive(Subcommand)]
pub enum LinkVerb {
    /// Print our card
    Card {
        #[command(flatten)]
        home: HomeArguments,
        /// HOST:PORT under which partners reach the gate; may be repeated
        #[arg(long, value_name = "HOST:PORT")]
        endpoint: Vec<String>,
        /// File to write, instead of standard output
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Add a partner by its card, or renew its card; compare the fingerprint words by voice
    Add {
        #[command(flatten)]
        home: HomeArguments,
        /// The card, a file; - for standard input
        card: PathBuf,
    },
    /// List partners
    List {
        #[command(flatten)]
        home: HomeArguments,
    },
    /// Show both logs of a link
    Show {
        #[command(flatten)]
        home: HomeArguments,
        /// The partner
        partner: OrgCode,
    },
    /// Verify both logs of a link
    Verify {
        #[command(flatten)]
        home: HomeArguments,
        /// The partner
        partner: OrgCode,
    },
    /// Stop a link: nothing more is sent or accepted
    Suspend {
        #[command(flatten)]
        home: HomeArguments,
        /// The partner
        partner: OrgCode,
        /// Resume it instead
        #[arg(long)]
        resume: bool,
    },
}

#[derive(Subcommand)]
pub enum AuditVerb {
    /// Show entries, oldest first
    Show {
        #[command(flatten)]
        home: HomeArguments,
        /// From this position on
        #[arg(long, default_value_t = 0)]
        from: u64,
        /// At most so many
        #[arg(long, default_value_t = 1000)]
        limit: usize,
    },
    /// Re-derive the chain
    Verify {
        #[command(flatten)]
        home: HomeArguments,
    },
}

fn parse_time(text: &str) -> Result<Timestamp, String> {
    let full = match text.len() {
        4 => format!("{text}-01-01T00:00:00Z"),
        7 => format!("{text}-01T00:00:00Z"),
        10 => format!("{text}T00:00:00Z"),
        _ => text.to_owned(),
    };
    Timestamp::parse(&full).map_err(|error| format!("{error}; a year, month or day alone is fine too"))
}

fn parse_precision(text: &str) -> Result<Precision, String> {
    match text {
        "hour" => Ok(Precision::Hour),
        "day" => Ok(Precision::Day),
        "month" => Ok(Precision::Month),
        "year" => Ok(Precision::Year),
        _ => Err("expected hour, day, month or year".into()),
    }
}
