//! Flags of `comity leak-check`.

use clap::Args;
use std::path::PathBuf;

#[derive(Args)]
pub struct LeakCheckArguments {
    /// The terms to look for: a JSON list of {"term","kind","script"}; kind is person, cryptonym, project, host, address, phone,
    /// case_number, email, ip, date, handle, document, account or phrase, and may be left out, as script may
    #[arg(long, value_name = "FILE")]
    pub terms: PathBuf,
    /// The bundle, or any other JSON document; - is standard input
    #[arg(value_name = "BUNDLE")]
    pub bundle: PathBuf,
}
