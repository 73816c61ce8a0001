//! `comity-bench`: takes the figures and prints them side by side.

use comity_benches::report::{Report, Section};
use comity_benches::{
    Outcome, Setting, correlate, detect, import, leak, link, machine, memory, pattern, recall, release, search, start,
    taxii, validate,
};
use std::path::PathBuf;
use std::process::ExitCode;

const USAGE: &str = "\
usage: comity-bench [--json] [--runs N] [all|import|start|memory|link|taxii|search|validate|pattern|detect|correlate|recall|leak|release]...

Takes figures of ours, of the limit and of the peer side by side, in one run. Never fails by time.
  --json    the whole report as one JSON document
  --runs N  runs of what is short (default 5)
The program that is started is COMITY_PROGRAM, or else the one beside this.
Real data is read from COMITY_TEST_DATA where that is set. The peer, python-stix2, is installed into a Python
environment under the build folder when it can be. OpenTAXII and medallion are measured where COMITY_BENCH_OPENTAXII and
COMITY_BENCH_MEDALLION name Python environments that have them.";

const ALL: [&str; 13] = [
    "import",
    "start",
    "memory",
    "link",
    "taxii",
    "search",
    "validate",
    "pattern",
    "detect",
    "correlate",
    "recall",
    "leak",
    "release",
];

struct Arguments {
    json: bool,
    runs: usize,
    parts: Vec<String>,
}

fn arguments() -> Result<Arguments, String> {
    let mut arguments = Arguments { json: false, runs: 5, parts: Vec::new() };
    let mut given = std::env::args().skip(1);
    while let Some(word) = given.next() {
        match word.as_str() {
            "--json" => arguments.json = true,
            "--runs" => {
                let runs = given.next().and_then(|runs| runs.parse().ok()).filter(|runs| *runs > 0);
                arguments.runs = runs.ok_or("--runs needs a number")?;
            }
            "all" => arguments.parts.extend(ALL.map(str::to_owned)),
            part if ALL.contains(&part) => arguments.parts.push(word),
            _ => return Err(format!("not known: {word}")),
        }
    }
    if arguments.parts.is_empty() {
        return Err("say what to measure".to_owned());
    }
    Ok(arguments)
}

fn main() -> ExitCode {
    let arguments = match arguments() {
        Ok(arguments) => arguments,
        Err(error) => {
            eprintln!("{error}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("comity-bench: {error}");
            ExitCode::from(3)
        }
    }
}

fn run(arguments: &Arguments) -> Outcome<()> {
    let build = build_folder()?;
    let work = tempfile::Builder::new().prefix("bench-").tempdir_in(&build)?;
    let setting = Setting {
        folder: work.path().to_owned(),
        runs: arguments.runs,
        data: std::env::var_os("COMITY_TEST_DATA").map(PathBuf::from),
        peer_folder: build.join("bench-python"),
        keep: build.join("bench-homes"),
    };
    let mut report = Report { machine: machine::facts(&setting.folder), sections: Vec::new() };
    for part in &arguments.parts {
        eprintln!("measuring {part} …");
        let section = match part.as_str() {
            "start" => start::measure(&setting),
            "memory" => memory::measure(&setting),
            "link" => link::measure(&setting),
            "pattern" => pattern::measure(&setting),
            "correlate" => correlate::measure(&setting),
            "recall" => recall::measure(&setting),
            "leak" => leak::measure(&setting),
            "release" => release::measure(&setting),
            "detect" => detect::measure(&setting),
            "taxii" => taxii::measure(&setting),
            "validate" => validate::measure(&setting),
            "search" => search::measure(&setting),
            _ => import::measure(&setting),
        };
        // What cannot be measured here does not hide what can.
        report.sections.push(section.unwrap_or_else(|error| {
            let mut section = Section::new(part.clone(), "");
            section.absent.push(error.to_string());
            section
        }));
    }
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        print!("{}", report.text());
    }
    Ok(())
}

/// The folder that this program was built into: on the disk that builds and figures share.
fn build_folder() -> Outcome<PathBuf> {
    let own = std::env::current_exe()?;
    Ok(own.parent().ok_or("this program lies in no folder")?.to_owned())
}
