//! Flags of `comity token`.

use super::HomeArguments;
use super::time::parse_time;
use clap::Subcommand;
use comity_node::Scope;
use comity_vocab::Timestamp;

#[derive(Subcommand)]
pub enum TokenVerb {
    /// Make a token and print it, once
    Add {
        #[command(flatten)]
        home: HomeArguments,
        /// What the token is called, such as siem; never used twice
        #[arg(long)]
        name: String,
        /// What it may do: read, write, observe, taxii:read or metrics; several may be given
        #[arg(long, required = true, value_delimiter = ',')]
        scope: Vec<Scope>,
        /// When it ends by itself
        #[arg(long, value_name = "TIME", value_parser = parse_time)]
        expires: Option<Timestamp>,
    },
    /// List tokens
    List {
        #[command(flatten)]
        home: HomeArguments,
    },
    /// Revoke a token, at once
    Revoke {
        #[command(flatten)]
        home: HomeArguments,
        /// Which
        #[arg(long)]
        name: String,
    },
}
