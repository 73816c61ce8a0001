//! Flags of `comity document` and `comity partner`.

use super::time::parse_time;
use super::{HomeArguments, KeyArguments};
use clap::{Args, Subcommand};
use comity_vocab::{Form, OrgCode, Role, SecurityLabel, Timestamp};
use std::path::PathBuf;

#[derive(Args)]
pub struct DocumentDraftArguments {
    #[command(flatten)]
    pub home: HomeArguments,
    #[command(flatten)]
    pub key: KeyArguments,
    /// The form, such as hello/1
    #[arg(long, value_name = "FORM")]
    pub form: Form,
    /// Recipients
    #[arg(long, value_name = "CODE", num_args = 1.., value_delimiter = ',', required = true)]
    pub to: Vec<OrgCode>,
    /// Marking
    #[arg(long, value_name = "LABEL")]
    pub label: SecurityLabel,
    /// The text of a form that has nothing else
    #[arg(long, required_unless_present = "fields")]
    pub text: Option<String>,
    /// File with the fields of the form as JSON; - reads standard input
    #[arg(long, value_name = "FILE", conflicts_with = "text")]
    pub fields: Option<PathBuf>,
    /// Until when it may be sent
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub expires: Option<Timestamp>,
}

#[derive(Subcommand)]
pub enum DocumentVerb {
    /// Draft a document and sign it as its author; it is approved and sent as a release is
    Draft(Box<DocumentDraftArguments>),
    /// Show a document, ours or one that arrived
    Show {
        #[command(flatten)]
        home: HomeArguments,
        /// Write the exact bytes that arrived, which another organisation can check
        #[arg(long)]
        raw: bool,
        /// Only what this partner sent
        #[arg(long, value_name = "CODE")]
        from: Option<OrgCode>,
        /// The document
        document: String,
    },
    /// List documents, ours and those that arrived
    List {
        #[command(flatten)]
        home: HomeArguments,
        /// Only those of this form
        #[arg(long, value_name = "FORM")]
        form: Option<Form>,
        /// Only those to or from this partner
        #[arg(long, value_name = "CODE")]
        to: Option<OrgCode>,
        /// Leave out so many of the newest
        #[arg(long, value_name = "N", default_value_t = 0)]
        skip: u64,
    },
    /// Draft the recall of a document and sign it; it goes on as every recall does
    Recall {
        #[command(flatten)]
        home: HomeArguments,
        #[command(flatten)]
        key: KeyArguments,
        /// The document
        #[arg(long, value_name = "ID")]
        document: String,
        /// Why, from the closed list
        #[arg(long, value_name = "KIND", default_value = "withdraw_error")]
        kind: String,
        /// In which role you sign
        #[arg(long, value_name = "ROLE")]
        role: Option<Role>,
    },
    /// Check a document that was handed over, without a home and without a link to whose it is
    Verify {
        /// The exact bytes, as comity document show --raw writes them
        file: PathBuf,
        /// The key of the organisation whose it should be
        #[arg(long, value_name = "KEY")]
        organisation: Option<String>,
    },
}

#[derive(Subcommand)]
pub enum PartnerVerb {
    /// Say what a partner and we can receive
    Features {
        #[command(flatten)]
        home: HomeArguments,
        /// The partner
        partner: OrgCode,
    },
}
