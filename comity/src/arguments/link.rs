//! Flags of `comity link` and `comity audit`.

use super::HomeArguments;
use clap::Subcommand;
use comity_vocab::OrgCode;
use std::path::PathBuf;

#[derive(Subcommand)]
pub enum LinkVerb {
    /// Print our card
    Card {
        #[command(flatten)]
        home: HomeArguments,
        /// HOST:PORT under which partners reach the gate; may be repeated
        #[arg(long, value_name = "HOST:PORT")]
        endpoint: Vec<String>,
        /// File to write, instead of standard output
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Add a partner by its card, or renew its card; compare the fingerprint words by voice
    Add {
        #[command(flatten)]
        home: HomeArguments,
        /// The partner has a new node key, as after a restored backup: a new generation of the link begins
        #[arg(long)]
        new_node_key: bool,
        /// The card, a file; - for standard input
        card: PathBuf,
    },
    /// List partners
    List {
        #[command(flatten)]
        home: HomeArguments,
    },
    /// Show both logs of a link
    Show {
        #[command(flatten)]
        home: HomeArguments,
        /// The partner
        partner: OrgCode,
    },
    /// Verify both logs of a link
    Verify {
        #[command(flatten)]
        home: HomeArguments,
        /// The partner
        partner: OrgCode,
    },
    /// Let a partner's TAXII tools read at the gate what was released to it; two officers, one after the other
    Taxii {
        #[command(flatten)]
        home: HomeArguments,
        /// Your key file; the second officer's signature makes the token
        #[arg(long, value_name = "FILE", required_unless_present = "off")]
        key: Option<PathBuf>,
        /// End it; the token is worth nothing any more
        #[arg(long)]
        off: bool,
        /// The partner
        partner: OrgCode,
    },
    /// Stop a link: nothing more is sent or accepted
    Suspend {
        #[command(flatten)]
        home: HomeArguments,
        /// The partner
        partner: OrgCode,
        /// Resume it instead
        #[arg(long)]
        resume: bool,
    },
}

#[derive(Subcommand)]
pub enum AuditVerb {
    /// Show entries, oldest first
    Show {
        #[command(flatten)]
        home: HomeArguments,
        /// From this position on
        #[arg(long, default_value_t = 0)]
        from: u64,
        /// At most so many
        #[arg(long, default_value_t = 1000)]
        limit: usize,
    },
    /// Re-derive the chain
    Verify {
        #[command(flatten)]
        home: HomeArguments,
    },
}
