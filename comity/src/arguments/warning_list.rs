//! Flags of `comity warning-list`.

use super::HomeArguments;
use clap::Subcommand;
use std::path::PathBuf;

#[derive(Subcommand)]
pub enum WarningListVerb {
    /// Add lists of values that are known to be harmless, or renew those of their names
    Add {
        #[command(flatten)]
        home: HomeArguments,
        /// Your key file, so that the list carries your name
        #[arg(long, value_name = "FILE")]
        key: Option<PathBuf>,
        /// Lists in the form of MISP (list.json)
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
    },
    /// Take a list away
    Remove {
        #[command(flatten)]
        home: HomeArguments,
        /// Your key file, for the audit log
        #[arg(long, value_name = "FILE")]
        key: Option<PathBuf>,
        /// Its name
        name: String,
    },
    /// Switch a list on again that comes with the program
    Enable {
        #[command(flatten)]
        home: HomeArguments,
        /// Your key file, for the audit log
        #[arg(long, value_name = "FILE")]
        key: Option<PathBuf>,
        /// Its name
        name: String,
    },
    /// Switch a list off that comes with the program
    Disable {
        #[command(flatten)]
        home: HomeArguments,
        /// Your key file, for the audit log
        #[arg(long, value_name = "FILE")]
        key: Option<PathBuf>,
        /// Its name
        name: String,
    },
    /// List the lists
    List {
        #[command(flatten)]
        home: HomeArguments,
    },
}
