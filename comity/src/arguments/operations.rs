//! Flags of the verbs for operators: doctor, backup, restore, completions, man.

use super::HomeArguments;
use clap::{Args, Subcommand};
use comity_vocab::OrgCode;
use std::path::PathBuf;

#[derive(Args)]
pub struct DoctorArguments {
    #[command(flatten)]
    pub home: HomeArguments,
}

#[derive(Subcommand)]
pub enum BackupVerb {
    /// Make the backup key, away from the node: its private half goes into the safe, its public half to the node
    Key {
        /// File for the private half, wrapped by a passphrase; the public half is written beside it with .pub
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Copy the organisation key into a file for the safe, wrapped by a passphrase of its own
    Identity {
        #[command(flatten)]
        home: HomeArguments,
        /// The file to write
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Write a backup, beside a running node
    Create {
        #[command(flatten)]
        home: HomeArguments,
        /// The file to write, never over another; in a folder, a new file named by organisation and time
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
        /// File with the public backup key; the one used last where absent
        #[arg(long, value_name = "FILE")]
        key: Option<PathBuf>,
        /// Key file of the custodian who changes the backup key
        #[arg(long, value_name = "FILE", requires = "key")]
        custodian: Option<PathBuf>,
    },
    /// Rehearse a restore: unpack into a scratch folder, compare with the manifest, verify everything
    Verify {
        /// File with the private backup key
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
        /// Folder on a disk with room for the unpacked copy, whose files have no name; the temporary one where absent
        #[arg(long, value_name = "DIR")]
        scratch: Option<PathBuf>,
        /// The organisation key that the backup must be of, as on the card
        #[arg(long, value_name = "KEY")]
        organisation_key: Option<String>,
        /// Take a backup that no node signed, as those of older versions
        #[arg(long)]
        accept_unsigned: bool,
        /// The backup
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

#[derive(Args)]
pub struct RestoreArguments {
    /// The backup
    #[arg(long, value_name = "FILE", requires_all = ["key", "identity"])]
    pub from: Option<PathBuf>,
    /// File with the private backup key
    #[arg(long, value_name = "FILE", requires = "from")]
    pub key: Option<PathBuf>,
    /// File with the organisation key, from the safe
    #[arg(long, value_name = "FILE", requires = "from")]
    pub identity: Option<PathBuf>,
    /// Take a backup that no node signed, as those of older versions
    #[arg(long, requires = "from")]
    pub accept_unsigned: bool,
    /// The home to make; a folder that is empty or does not exist
    #[arg(long, env = "COMITY_HOME", value_name = "DIR")]
    pub home: Option<PathBuf>,
    #[command(subcommand)]
    pub verb: Option<RestoreVerb>,
}

#[derive(Subcommand)]
pub enum RestoreVerb {
    /// Show what was restored beside what partners say they hold
    Show {
        #[command(flatten)]
        home: HomeArguments,
    },
    /// End the quarantine: two different officers (custodian or security officer), together or one after the other
    Release {
        #[command(flatten)]
        home: HomeArguments,
        /// Key file of an officer; twice where both are here
        #[arg(long = "key", value_name = "FILE", required = true)]
        keys: Vec<PathBuf>,
        /// A partner who did not say what it holds; may be repeated
        #[arg(long, value_name = "CODE")]
        without: Vec<OrgCode>,
        /// Digest that the first officer was shown, where they do not sit together
        #[arg(long, value_name = "HEX")]
        digest: Option<String>,
    },
}

/// The shells that completions are made for.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Shell {
    Bash,
    Zsh,
    Fish,
}

#[derive(Args)]
pub struct CompletionsArguments {
    /// The shell
    pub shell: Shell,
}

#[derive(Args)]
pub struct ManArguments {
    /// Folder for the pages, one for each verb
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

#[cfg(test)]
mod tests {
    use crate::arguments::Arguments;
    use clap::{Command, CommandFactory as _};

    fn undocumented(command: &Command, name: &str, found: &mut Vec<String>) {
        if command.is_hide_set() {
            return;
        }
        if command.get_about().is_none() {
            found.push(name.to_owned());
        }
        for argument in command.get_arguments().filter(|argument| !argument.is_hide_set()) {
            if argument.get_help().is_none() {
                found.push(format!("{name} {}", argument.get_id()));
            }
        }
        for verb in command.get_subcommands() {
            undocumented(verb, &format!("{name} {}", verb.get_name()), found);
        }
    }

    #[test]
    fn every_verb_and_flag_says_what_it_is() {
        let mut found = Vec::new();
        undocumented(&Arguments::command(), "comity", &mut found);
        assert_eq!(found, Vec::<String>::new());
    }
}
