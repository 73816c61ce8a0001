//! Flags of `comity write`.

use super::{HomeArguments, KeyArguments, SelectionArguments};
use clap::Subcommand;
use comity_vocab::{Grading, SecurityLabel};
use std::path::PathBuf;

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
