//! The peer: stix2-matcher, in a Python environment of its own.

use crate::Outcome;
use crate::process;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

const SCRIPT: &str = "
import json, sys, time
from stix2matcher.matcher import Pattern
patterns = [line.rstrip('\\n') for line in open(sys.argv[1])]
observed = [json.loads(line) for line in open(sys.argv[2])]
start = time.process_time()
compiled = [Pattern(text, '2.0') for text in patterns]
built = time.process_time()
matched = sum(1 for one in compiled if one.match(observed))
done = time.process_time()
print(json.dumps({'compile': built - start, 'match': done - built, 'matched': matched}))
";

/// What the peer took.
pub struct Took {
    /// Processor seconds to compile all patterns.
    pub compile: f64,
    /// Processor seconds to match each against all observations.
    pub matching: f64,
    /// Patterns that matched.
    pub matched: f64,
}

/// Runs the peer over a file of patterns and a file of observed-data, one a line.
///
/// # Errors
/// Says what is missing; the benchmark then runs without the peer.
pub fn run(folder: &Path, patterns: &Path, observed: &Path) -> Outcome<Took> {
    let own = folder.join("bin/python3");
    let has = |python: &Path| {
        Command::new(python).args(["-c", "import stix2matcher"]).output().is_ok_and(|done| done.status.success())
    };
    let named = std::env::var_os("COMITY_BENCH_STIX2_MATCHER").map(PathBuf::from);
    let python =
        match [named, Some(PathBuf::from("python3")), Some(own.clone())].into_iter().flatten().find(|it| has(it)) {
            Some(python) => python,
            None => {
                let absent = |what: &str| {
                    format!("stix2-matcher is absent ({what}); install it with: pip install stix2-matcher")
                };
                process::run(Command::new("python3").arg("-m").arg("venv").arg(folder))
                    .map_err(|error| absent(&error.to_string()))?;
                process::run(Command::new(&own).args(["-m", "pip", "install", "--quiet", "stix2-matcher==3.0.0"]))
                    .map_err(|error| absent(&error.to_string()))?;
                own
            }
        };
    let ran = process::run(Command::new(python).arg("-c").arg(SCRIPT).arg(patterns).arg(observed))?;
    let said: Value = serde_json::from_str(&ran.output)?;
    let number = |name: &str| said.get(name).and_then(Value::as_f64).unwrap_or_default();
    Ok(Took { compile: number("compile"), matching: number("match"), matched: number("matched") })
}
