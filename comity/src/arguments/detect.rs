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
    /// How lines are read: auto, stix, ecs, simple, or the file of a mapping of your own (docs/DETECTION.md)
    #[arg(long, value_name = "auto|stix|ecs|simple|FILE.json", default_value = "auto")]
    pub mapping: String,
    /// What the sensor is called, in evidence and in the audit log; the name of the file where absent
    #[arg(long, value_name = "NAME")]
    pub source: Option<String>,
    /// Say what is looked for, and what is not and why, instead
    #[arg(long, conflicts_with_all = ["follow", "source", "files"])]
    pub status: bool,
    /// Look for an indicator that is set aside because it covers too much
    #[arg(long, value_name = "INDICATOR", requires_all = ["reason", "key"], conflicts_with_all = ["follow", "source", "files", "status"])]
    pub accept: Option<String>,
    /// Why it is to be looked for all the same
    #[arg(long, value_name = "TEXT", requires = "accept")]
    pub reason: Option<String>,
    /// Set an indicator aside again that was accepted
    #[arg(long, value_name = "INDICATOR", requires = "key", conflicts_with_all = ["follow", "source", "files", "status", "accept"])]
    pub withdraw_acceptance: Option<String>,
    /// Your key file
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// Logs, alerts or STIX observed-data, one a line; - for standard input
    #[arg(value_name = "FILE", required_unless_present_any = ["status", "accept", "withdraw_acceptance"])]
    pub files: Vec<PathBuf>,
}
