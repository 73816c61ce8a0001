//! The `comity` program: flags, the real clock and randomness, wiring, exit codes.
//!
//! Guarantees: with `--json` standard output holds one JSON document and nothing else; exit 0 done, 1 the answer is no, 2 a
//! usage error, 3 an operational failure. Does not know: any rule of the domain (`core/`), any SQL (`shell/store`).

mod arguments;
mod control;
mod demo;
mod output;
mod passphrase;
mod process;
mod progress;
mod serve;
mod spool;
mod verbs;
mod world;

use arguments::{Arguments, Verb};
use clap::Parser;
use comity_node::{Failure, FailureKind};
use output::Output;
use std::process::ExitCode;

fn run(arguments: Arguments, output: &Output) -> Result<(), Failure> {
    match arguments.verb {
        Verb::Demo(arguments) => demo::run(&arguments, output),
        Verb::Init(arguments) => verbs::init::run(arguments, output),
        Verb::Serve(arguments) => serve::run(&arguments, output),
        Verb::Import(arguments) => verbs::import::run(arguments, output),
        Verb::Validate(arguments) => verbs::validate::run(arguments, output),
        Verb::LeakCheck(arguments) => verbs::leak_check::run(&arguments, output),
        Verb::Write(verb) => verbs::write::run(verb, output),
        Verb::Vault(verb) => verbs::vault::run(verb, output),
        Verb::Officer(verb) => verbs::officer::run(verb, output),
        Verb::Token(verb) => verbs::token::run(verb, output),
        Verb::Export(arguments) => verbs::holdings::export(arguments, output),
        Verb::Search(arguments) => verbs::holdings::search(arguments, output),
        Verb::Show(arguments) => verbs::holdings::show(arguments, output),
        Verb::Release(verb) => verbs::release::run(verb, output),
        Verb::Document(verb) => verbs::document::run(verb, output),
        Verb::Partner(verb) => verbs::document::partner(verb, output),
        Verb::Recall(verb) => verbs::recall::run(verb, output),
        Verb::Link(verb) => verbs::link::run(verb, output),
        Verb::Audit(verb) => verbs::audit::run(verb, output),
        Verb::Verify(arguments) => verbs::audit::verify(&arguments, output),
        Verb::Doctor(arguments) => verbs::doctor::run(&arguments, output),
        Verb::Backup(verb) => verbs::backup::run(verb, output),
        Verb::Restore(arguments) => verbs::restore::run(arguments, output),
        Verb::Completions(arguments) => verbs::completions::run(&arguments, output),
        Verb::Man(arguments) => verbs::man::run(&arguments, output),
        Verb::Pattern(verb) => verbs::pattern::run(verb, output),
        Verb::Detect(arguments) => verbs::detect::run(arguments, output),
        Verb::Sighting(verb) => verbs::sighting::run(verb, output),
        Verb::Correlate(arguments) => verbs::correlate::run(arguments, output),
        Verb::WarningList(verb) => verbs::warning_list::run(verb, output),
        Verb::Gate(arguments) => serve::gate(&arguments),
    }
}

fn main() -> ExitCode {
    // Whatever this program makes is for its owner alone: SQLite's files beside a database too.
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    let arguments = Arguments::parse();
    let output = Output::new(arguments.json);
    match process::close_memory().and_then(|()| run(arguments, &output)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output.failure(&failure);
            ExitCode::from(match failure.kind {
                FailureKind::No => 1,
                FailureKind::Usage => 2,
                FailureKind::Operational => 3,
            })
        }
    }
}
