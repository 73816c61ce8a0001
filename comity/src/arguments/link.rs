//! Flags of `comity link` and `comity audit`.

use super::{HomeArguments, KeyArguments};
use clap::{Args, Subcommand};
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
    /// Add a partner by its card, or renew its card; a security officer and a custodian sign, then both compare twelve words
    Add {
        #[command(flatten)]
        home: HomeArguments,
        #[command(flatten)]
        signers: SignerArguments,
        /// The partner has a new node key, as after a restored backup: a new generation of the link begins
        #[arg(long)]
        new_node_key: bool,
        /// The card, a file; - for standard input
        card: PathBuf,
    },
    /// Sign, as the second officer, what waits about a partner: its card, a new node key, or that it is resumed
    Approve {
        #[command(flatten)]
        home: HomeArguments,
        #[command(flatten)]
        signers: SignerArguments,
        /// The partner
        partner: OrgCode,
    },
    /// Type the twelve words as the partner reads them to you; two officers do, then the link carries entries
    Confirm {
        #[command(flatten)]
        home: HomeArguments,
        #[command(flatten)]
        key: KeyArguments,
        /// The words, in place of being asked for them
        #[arg(long, value_name = "WORDS")]
        words: Option<String>,
        /// The partner
        partner: OrgCode,
    },
    /// Give up what waits about a partner, or a partner whose words were not compared; one officer does
    Drop {
        #[command(flatten)]
        home: HomeArguments,
        #[command(flatten)]
        key: KeyArguments,
        /// The partner
        partner: OrgCode,
    },
    /// List what partners sent that is not held, because it says of a person what may not be kept
    SetAside {
        #[command(flatten)]
        home: HomeArguments,
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
    /// Stop a link: nothing more is sent or accepted; one officer does
    Suspend {
        #[command(flatten)]
        home: HomeArguments,
        #[command(flatten)]
        signers: SignerArguments,
        /// The partner
        partner: OrgCode,
        /// Resume it instead; a security officer and a custodian sign
        #[arg(long)]
        resume: bool,
    },
}

/// Who signs about a link.
#[derive(Args)]
pub struct SignerArguments {
    /// Your key file; where both officers are here, twice
    #[arg(long, value_name = "FILE", required = true)]
    pub key: Vec<PathBuf>,
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
