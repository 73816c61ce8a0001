//! Flags of `comity release` and `comity recall`.

use super::time::{parse_precision, parse_time};
use super::{HomeArguments, KeyArguments, SelectionArguments};
use clap::{Args, Subcommand};
use comity_vocab::time::Precision;
use comity_vocab::{OrgCode, Role, SecurityLabel, Timestamp};
use std::path::PathBuf;

#[derive(Args)]
pub struct DraftArguments {
    #[command(flatten)]
    pub home: HomeArguments,
    #[command(flatten)]
    pub key: KeyArguments,
    #[command(flatten)]
    pub selection: SelectionArguments,
    /// Recipients
    #[arg(long, value_name = "CODE", num_args = 1.., value_delimiter = ',', required = true)]
    pub to: Vec<OrgCode>,
    /// Marking; not less strict than the marking of any input
    #[arg(long, value_name = "LABEL")]
    pub label: Option<SecurityLabel>,
    /// Source descriptor: access=…,record=…,corroboration=…,currency=…,bias=…,discipline=…
    #[arg(long, value_name = "SLOTS")]
    pub descriptor: Option<String>,
    /// Title of the text written for release
    #[arg(long)]
    pub title: Option<String>,
    /// Text written for release
    #[arg(long)]
    pub text: Option<String>,
    /// File with the text written for release
    #[arg(long, value_name = "FILE", conflicts_with = "text")]
    pub text_file: Option<PathBuf>,
    /// Release this property by name beyond the allow-list; may be repeated
    #[arg(long, value_name = "PROPERTY", value_delimiter = ',')]
    pub allow: Vec<String>,
    /// How far times are cut down
    #[arg(long, value_parser = parse_precision, value_name = "hour|day|month|year")]
    pub precision: Option<Precision>,
    /// Send exact bytes of objects that two officers declared public
    #[arg(long)]
    pub as_published: bool,
    /// Until when it may be sent
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub expires: Option<Timestamp>,
    /// What personal data in it is for; it stays here and is signed
    #[arg(long, value_name = "TEXT")]
    pub purpose: Option<String>,
    /// The legal basis on which personal data leaves
    #[arg(long, value_name = "TEXT")]
    pub basis: Option<String>,
    /// Why just this personal data is needed
    #[arg(long, value_name = "TEXT")]
    pub necessity: Option<String>,
    /// The day from which recipients must not have it any more; it travels
    #[arg(long, value_name = "DAY", value_parser = parse_time)]
    pub erase_by: Option<Timestamp>,
    /// This threat actor is a group and no single person; may be repeated
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub group: Vec<String>,
}

#[derive(Subcommand)]
pub enum ReleaseVerb {
    /// Draft a release: a tearline, or with --as-published exact bytes declared public
    Draft(Box<DraftArguments>),
    /// Run the leak check on the exact bytes
    Check {
        #[command(flatten)]
        home: HomeArguments,
        #[command(flatten)]
        key: KeyArguments,
        /// The release
        release: String,
    },
    /// Set how many answers the leak check gives an officer a day; security officer and custodian, one after the other
    Limit {
        #[command(flatten)]
        home: HomeArguments,
        #[command(flatten)]
        key: KeyArguments,
        /// How many
        #[arg(value_name = "ANSWERS")]
        answers: u64,
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
    /// Answer, as data protection officer, for words of special categories in a draft
    Answer {
        #[command(flatten)]
        home: HomeArguments,
        #[command(flatten)]
        key: KeyArguments,
        /// The release
        release: String,
        /// Why a finding may leave: FINDING=REASON; may be repeated
        #[arg(long = "override", value_name = "FINDING=REASON", required = true)]
        overrides: Vec<String>,
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
        /// correct or downgrade_confidence: recipients keep it, with a notice; withdraw_permission, withdraw_error,
        /// withdraw_fabricated or withdraw_unlawful: recipients erase it
        #[arg(long, value_name = "KIND", default_value = "withdraw_error")]
        kind: String,
        /// Role to sign in: desk_officer, or duty_officer in an emergency
        #[arg(long)]
        role: Option<Role>,
    },
    /// Show whom a recall would reach, by name, and who of them really has it
    #[command(group = clap::ArgGroup::new("previewed").required(true).multiple(true))]
    Preview {
        #[command(flatten)]
        home: HomeArguments,
        /// A whole release; may be repeated
        #[arg(long, value_name = "RELEASE", value_delimiter = ',', group = "previewed")]
        release: Vec<String>,
        /// A single item, by our id or the id the recipient knows; may be repeated
        #[arg(long, visible_alias = "objects", value_name = "ID", num_args = 1.., value_delimiter = ',', group = "previewed")]
        item: Vec<String>,
        /// A recall of ours, as it was drafted
        #[arg(long, value_name = "RECALL", group = "previewed", conflicts_with_all = ["release", "item"])]
        recall: Option<String>,
        /// List objects from this one on, counted from 0
        #[arg(long, value_name = "N", default_value_t = 0)]
        from: usize,
        /// List at most so many objects
        #[arg(long, value_name = "N", default_value_t = comity_node::RECALL_ITEMS as u64,
            value_parser = clap::value_parser!(u64).range(1..=comity_node::RECALL_ITEMS_MAX as u64))]
        limit: u64,
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
    /// Show one recall; of a partner's, with our own objects that rest on what was recalled
    Show {
        #[command(flatten)]
        home: HomeArguments,
        /// The recall, ours or a partner's
        recall: String,
    },
    /// Decide whether an own object that rests on what a partner recalled may be kept
    #[command(group = clap::ArgGroup::new("decision").required(true))]
    Decide {
        #[command(flatten)]
        home: HomeArguments,
        #[command(flatten)]
        key: KeyArguments,
        /// The partner's recall
        recall: String,
        /// Our object
        #[arg(long, value_name = "ID")]
        object: String,
        /// It stands without what was recalled: it may be released
        #[arg(long, group = "decision")]
        keep: bool,
        /// It does not: it is not released any more
        #[arg(long, group = "decision")]
        withdraw: bool,
    },
}
