//! Flags of `comity officer`.

use super::HomeArguments;
use clap::{Args, Subcommand};
use comity_vocab::{OfficerCode, Role};
use std::path::PathBuf;

#[derive(Args)]
pub struct CustodianArguments {
    /// Key file of a custodian; two different custodians sign every change after the first two officers
    #[arg(long, visible_alias = "custodian-key", value_name = "FILE", value_delimiter = ',')]
    pub custodian: Vec<PathBuf>,
}

#[derive(Subcommand)]
pub enum OfficerVerb {
    /// Enter an officer and write the officer's key file
    Add {
        #[command(flatten)]
        home: HomeArguments,
        #[command(flatten)]
        custodians: CustodianArguments,
        /// Short code, such as alice
        #[arg(long)]
        code: OfficerCode,
        /// Full name
        #[arg(long)]
        name: String,
        /// Roles, separated by commas
        #[arg(long, value_delimiter = ',', required = true)]
        roles: Vec<Role>,
        /// Where the new key file goes
        #[arg(long, value_name = "FILE")]
        key_out: PathBuf,
    },
    /// Disable an officer, at once
    Disable {
        #[command(flatten)]
        home: HomeArguments,
        #[command(flatten)]
        custodians: CustodianArguments,
        /// Whom
        #[arg(long)]
        code: OfficerCode,
    },
    /// Replace a lost key
    NewKey {
        #[command(flatten)]
        home: HomeArguments,
        #[command(flatten)]
        custodians: CustodianArguments,
        /// Whose
        #[arg(long)]
        code: OfficerCode,
        /// Where the new key file goes
        #[arg(long, value_name = "FILE")]
        key_out: PathBuf,
    },
    /// Change the roles of an officer
    Roles {
        #[command(flatten)]
        home: HomeArguments,
        #[command(flatten)]
        custodians: CustodianArguments,
        /// Whose
        #[arg(long)]
        code: OfficerCode,
        /// The whole new set, separated by commas
        #[arg(long, value_delimiter = ',', required = true)]
        roles: Vec<Role>,
    },
    /// Sign acts that wait for a second custodian
    Confirm {
        #[command(flatten)]
        home: HomeArguments,
        #[command(flatten)]
        custodians: CustodianArguments,
        /// The officer whose act is confirmed
        #[arg(long)]
        code: OfficerCode,
    },
    /// Print a one-time link by which the officer makes a passkey for the workbench; it holds for 15 minutes
    Enrol {
        #[command(flatten)]
        home: HomeArguments,
        /// The officer's key file; nobody else can give this permission
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
        /// The officer, where it should be checked that the key is theirs
        #[arg(long)]
        code: Option<OfficerCode>,
    },
    /// List passkeys
    Passkeys {
        #[command(flatten)]
        home: HomeArguments,
        /// Whose; everybody's where absent
        #[arg(long)]
        code: Option<OfficerCode>,
    },
    /// Remove a passkey, such as one that was lost
    RemovePasskey {
        #[command(flatten)]
        home: HomeArguments,
        /// The officer's own key file, or a custodian's
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
        /// The passkey, as `officer passkeys` lists it
        #[arg(long, value_name = "ID")]
        credential: String,
    },
    /// List officers and waiting acts
    List {
        #[command(flatten)]
        home: HomeArguments,
    },
}
