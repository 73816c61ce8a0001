//! The long versions of the randomised tests: more pairs of worlds, more kills, more writings of terms, optimised.
//!
//! The tests themselves read `COMITY_SOAK` and choose their counts, and read `COMITY_SEED`; this only starts them. The tests of the leak check
//! get a seed that nobody has seen, printed so that a failure can be repeated; one that is in `COMITY_SEED` already is kept.

use crate::repository::cargo;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::path::Path;

/// The runs, as arguments after `cargo test --release`.
const RUNS: [&[&str]; 3] = [
    &["-p", "comity", "--test", "comity", "exchange::", "--", "--nocapture"],
    &["-p", "comity-node", "--", "--nocapture"],
    &["-p", "comity-pattern", "--test", "pattern", "differential", "--", "--nocapture"],
];

/// The runs that get a seed of their own: the goals of the leak check on a million cases, its laws, and its matcher on any bytes and against a slow one.
const SEEDED: [&[&str]; 3] = [
    &["-p", "comity-leak-cases", "--test", "check", "--", "--nocapture"],
    &["-p", "comity-release", "--test", "release", "leak::", "--", "--nocapture"],
    &["-p", "comity-terms", "--test", "hostile", "--test", "slow", "--", "--nocapture"],
];

/// Runs every soak test and tells whether all passed.
pub fn run(root: &Path) -> Result<bool, String> {
    let given = std::env::var("COMITY_SEED").ok();
    let mut all_passed = true;
    if std::env::var_os("COMITY_PREVIOUS").is_none() {
        println!("soak: COMITY_PREVIOUS names no program, so the version before is met in its recorded words only");
    }
    for arguments in RUNS {
        all_passed &= start(root, arguments, given.as_deref())?;
    }
    for arguments in SEEDED {
        let seed = given.clone().unwrap_or_else(|| RandomState::new().hash_one(arguments).to_string());
        println!("soak: COMITY_SEED={seed} COMITY_SOAK=1 cargo test --release {}", arguments.join(" "));
        all_passed &= start(root, arguments, Some(&seed))?;
    }
    Ok(all_passed)
}

fn start(root: &Path, arguments: &[&str], seed: Option<&str>) -> Result<bool, String> {
    let mut command = cargo();
    command.args(["test", "--release"]).args(arguments).env("COMITY_SOAK", "1").current_dir(root);
    if let Some(seed) = seed {
        command.env("COMITY_SEED", seed);
    }
    let status = command.status().map_err(|cause| format!("cannot start cargo: {cause}"))?;
    Ok(status.success())
}
