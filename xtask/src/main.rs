//! Tasks of the repository that cargo does not know: `cargo xtask tidy`, `cargo xtask soak` and `cargo xtask package`.
//!
//! Guarantees: `tidy` reads and never writes; what it refuses, it names with file and reason.
//! Does not know: what the program does. It depends on no crate of the workspace.

mod package;
mod repository;
mod soak;
mod tidy;

use repository::Repository;
use std::process::ExitCode;

const USAGE: &str = "usage: cargo xtask tidy      check the rules of the repository (STYLE.md)
       cargo xtask soak      run the long versions of the randomised tests, optimised
       cargo xtask package [PROGRAM]  make the Debian package, of the program given or of one built for it";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["tidy"] => tidy_command(),
        ["soak"] => soak::run(&repository::root()),
        ["package"] => package::run(&repository::root(), None),
        ["package", program] => package::run(&repository::root(), Some(program)),
        ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            Ok(true)
        }
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(reason) => {
            eprintln!("xtask: {reason}");
            ExitCode::from(3)
        }
    }
}

fn tidy_command() -> Result<bool, String> {
    let repository = Repository::open(&repository::root())?;
    let report = tidy::check(&repository)?;
    for warning in &report.warnings {
        eprintln!("warning: {warning}");
    }
    for error in &report.errors {
        eprintln!("error: {error}");
    }
    if report.errors.is_empty() {
        println!("tidy: {} files in order, {} warnings", repository.files().len(), report.warnings.len());
    } else {
        eprintln!("tidy: {} errors", report.errors.len());
    }
    Ok(report.errors.is_empty())
}
