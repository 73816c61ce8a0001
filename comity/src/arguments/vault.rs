//! Flags of `comity vault`.

use super::{HomeArguments, KeyArguments, SelectionArguments};
use clap::Subcommand;
use comity_vocab::OfficerCode;

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
    /// Who asked the leak check, and which blocked drafts wait for your answer
    Asked {
        #[command(flatten)]
        home: HomeArguments,
        #[command(flatten)]
        key: KeyArguments,
    },
    /// Answer a blocked draft in which terms of your sources stand
    Answer {
        #[command(flatten)]
        home: HomeArguments,
        #[command(flatten)]
        key: KeyArguments,
        /// The release
        release: String,
        /// What stands in it is not your source: it may go as far as you are concerned
        #[arg(long, conflicts_with = "keep_back", required_unless_present = "keep_back")]
        not_mine: bool,
        /// It stays blocked; what else stood in it may be asked about again
        #[arg(long)]
        keep_back: bool,
        /// Why; kept inside the vault
        #[arg(long)]
        reason: String,
    },
}
