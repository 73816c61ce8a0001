//! `comity man`: a manual page for every verb, made from the one description of the command line.

use crate::arguments::{Arguments, ManArguments};
use crate::output::Output;
use clap::{Command, CommandFactory as _};
use comity_node::Failure;
use serde_json::json;
use std::path::Path;

/// Writes the pages.
pub fn run(arguments: &ManArguments, output: &Output) -> Result<(), Failure> {
    let folder = &arguments.out;
    std::fs::create_dir_all(folder)
        .map_err(|error| Failure::usage(format!("cannot make {}: {error}", folder.display())))?;
    let mut command = Arguments::command().disable_help_subcommand(true);
    command.build();
    let mut written = Vec::new();
    pages(&command, folder, &mut written)?;
    let answer = json!({ "folder": folder.display().to_string(), "pages": written });
    output.answer(&answer, |_| vec![format!("wrote {} pages to {}", written.len(), folder.display())])
}

fn pages(command: &Command, folder: &Path, written: &mut Vec<String>) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::operational(format!("cannot write a manual page: {error}"));
    // Building gave every verb its whole name, such as comity-release-draft.
    let name = command.get_display_name().unwrap_or(command.get_name()).to_owned();
    let mut text = Vec::new();
    // Without a date the same program writes the same bytes.
    clap_mangen::Man::new(command.clone()).date("").render(&mut text).map_err(failed)?;
    let file = format!("{name}.1");
    std::fs::write(folder.join(&file), text).map_err(failed)?;
    written.push(file);
    command.get_subcommands().filter(|verb| !verb.is_hide_set()).try_for_each(|verb| pages(verb, folder, written))
}
