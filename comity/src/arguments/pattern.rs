//! Flags of `comity pattern`.

use clap::Subcommand;
use std::path::PathBuf;

#[derive(Subcommand)]
pub enum PatternVerb {
    /// Say of each pattern whether it is valid, and where not
    Check {
        /// JSON lines {"id","pattern"}, or one pattern a line; - for standard input
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// List the groups of patterns that mean the same instead
        #[arg(long)]
        duplicates: bool,
    },
    /// Say of each pattern whether it matches the observed-data, to the letter of the standard
    ///
    /// Values are compared as they are written: quay.example is not Quay.Example, and a range after = is a text. `comity detect`
    /// compares values however they are written, and reads indicators as they are meant.
    Match {
        /// JSON lines {"id","pattern"}, or one pattern a line; - for standard input
        #[arg(long, value_name = "FILE")]
        patterns: PathBuf,
        /// STIX bundles or observed-data, in order; - for standard input
        #[arg(long, value_name = "FILE", num_args = 1.., required = true)]
        observed: Vec<PathBuf>,
    },
    /// Say in words what a pattern means
    Explain {
        /// A pattern, or a file as for `check`; - for standard input
        #[arg(value_name = "PATTERN|FILE")]
        what: String,
    },
    /// Say whether two patterns mean the same
    Equivalent {
        /// One pattern
        #[arg(value_name = "PATTERN")]
        one: String,
        /// The other
        #[arg(value_name = "PATTERN")]
        other: String,
    },
}
