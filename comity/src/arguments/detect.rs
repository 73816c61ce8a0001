//! Flags of `comity detect`.

use super::HomeArguments;
use clap::Args;
use std::path::PathBuf;

#[derive(Args)]
pub struct DetectArguments {
    #[command(flatten)]
    pub home: HomeArguments,
    /// Keep reading what is appended, through rotation and truncation, until stopped
    #[arg(long)]
    pub follow: bool,
    /// How lines are read: auto, stix, ecs, zeek, simple, or the file of a mapping of your own (docs/DETECTION.md)
    #[arg(long, value_name = "auto|stix|ecs|zeek|simple|FILE.json", default_value = "auto")]
    pub mapping: String,
    /// What the sensor is called, in evidence and in the audit log; the name of the file where absent
    #[arg(long, value_name = "NAME")]
    pub source: Option<String>,
    /// Say what is looked for, and what is not and why, instead
    #[arg(long, conflicts_with_all = ["follow", "source", "files"])]
    pub status: bool,
    /// Logs, alerts or STIX observed-data, one a line or as JSON over many; - for standard input
    #[arg(value_name = "FILE", required_unless_present = "status")]
    pub files: Vec<PathBuf>,
}
