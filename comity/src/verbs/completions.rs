//! `comity completions`: what a shell can complete, made from the one description of the command line.

use crate::arguments::{Arguments, CompletionsArguments, Shell};
use crate::output::Output;
use clap::CommandFactory as _;
use comity_node::Failure;

/// Prints the completions of a shell.
pub fn run(arguments: &CompletionsArguments, output: &Output) -> Result<(), Failure> {
    let shell = match arguments.shell {
        Shell::Bash => clap_complete::Shell::Bash,
        Shell::Zsh => clap_complete::Shell::Zsh,
        Shell::Fish => clap_complete::Shell::Fish,
    };
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "comity", &mut script);
    output.bytes(&script)
}
