//! Flags of `comity correlate`.

use super::HomeArguments;
use super::time::parse_time;
use clap::{Args, Subcommand};
use comity_vocab::Timestamp;
use std::path::PathBuf;

#[derive(Args)]
pub struct CorrelateArguments {
    #[command(subcommand)]
    pub verb: Option<CorrelateVerb>,
    #[command(flatten)]
    pub query: CorrelateQuery,
}

#[derive(Args)]
pub struct CorrelateQuery {
    /// The home of the node
    #[arg(long, value_name = "DIR", env = "COMITY_HOME")]
    pub home: Option<PathBuf>,
    /// Only this value, however it is written
    #[arg(long, value_name = "V")]
    pub value: Option<String>,
    /// Only values of this object
    #[arg(long, value_name = "ID")]
    pub object: Option<String>,
    /// Every one of these originators holds the value: own, a feed's name, link:CODE; may be repeated
    #[arg(long, value_name = "O")]
    pub origin: Vec<String>,
    /// Only this kind of value, such as domain-name or sha256
    #[arg(long, value_name = "K")]
    pub kind: Option<String>,
    /// Only values of which something came at or after
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub since: Option<Timestamp>,
    /// Values that more objects have are named with their count only
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub cap: usize,
    /// At most so many values
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub limit: usize,
}

#[derive(Subcommand)]
pub enum CorrelateVerb {
    /// Keep the list of values that say nothing
    #[command(subcommand)]
    Stop(StopVerb),
}

#[derive(Subcommand)]
pub enum StopVerb {
    /// Put a value on the list
    Add {
        #[command(flatten)]
        home: HomeArguments,
        /// Only this kind; the likeliest where absent
        #[arg(long, value_name = "K")]
        kind: Option<String>,
        /// The value
        value: String,
        /// Why it says nothing
        #[arg(long)]
        reason: String,
        /// Your key file, for the audit log
        #[arg(long, value_name = "FILE")]
        key: Option<PathBuf>,
    },
    /// Take a value off the list
    Remove {
        #[command(flatten)]
        home: HomeArguments,
        /// Its kind
        #[arg(long, value_name = "K")]
        kind: Option<String>,
        /// The value
        value: String,
        /// Your key file, for the audit log
        #[arg(long, value_name = "FILE")]
        key: Option<PathBuf>,
    },
    /// Show the list
    List {
        #[command(flatten)]
        home: HomeArguments,
    },
}
