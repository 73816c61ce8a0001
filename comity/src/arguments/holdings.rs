//! Flags of the verbs on holdings: import, export, search, show.

use super::HomeArguments;
use super::time::parse_time;
use clap::Args;
use comity_vocab::{SecurityLabel, Timestamp, Tlp};
use std::path::PathBuf;

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
    /// Exit 1 where anything was refused, though the rest was taken
    #[arg(long)]
    pub strict: bool,
    /// Files of STIX 2.1: bundles, lists, single objects, one object a line; - is standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
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
