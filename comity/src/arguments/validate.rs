//! Flags of `comity validate`.

use clap::Args;
use std::path::PathBuf;

#[derive(Args)]
pub struct ValidateArguments {
    /// Every line is one object or bundle; one JSON line comes back for each
    #[arg(long)]
    pub lines: bool,
    /// Warnings make an object invalid too
    #[arg(long)]
    pub strict: bool,
    /// Add sco_id: the deterministic identifier of each cyber-observable
    #[arg(long)]
    pub ids: bool,
    /// Files of STIX 2.1 bundles or objects; - is standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
}
