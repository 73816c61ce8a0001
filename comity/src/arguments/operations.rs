//! Flags of the verbs for operators: doctor, completions, man.

use super::HomeArguments;
use clap::Args;
use std::path::PathBuf;

#[derive(Args)]
pub struct DoctorArguments {
    #[command(flatten)]
    pub home: HomeArguments,
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
