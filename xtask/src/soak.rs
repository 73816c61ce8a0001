//! The long versions of the randomised tests: more pairs of worlds, more kills, optimised.
//!
//! The tests themselves read `COMITY_SOAK` and choose their counts; this only starts them.

use crate::repository::cargo;
use std::path::Path;

/// The runs, as arguments after `cargo test --release`.
const RUNS: [&[&str]; 3] = [
    &["-p", "comity", "--test", "exchange", "--", "--nocapture"],
    &["-p", "comity-node", "--", "--nocapture"],
    &["-p", "comity-pattern", "--test", "pattern", "differential", "--", "--nocapture"],
];

/// Runs every soak test and tells whether all passed.
pub fn run(root: &Path) -> Result<bool, String> {
    let mut all_passed = true;
    for arguments in RUNS {
        let status = cargo()
            .args(["test", "--release"])
            .args(arguments)
            .env("COMITY_SOAK", "1")
            .current_dir(root)
            .status()
            .map_err(|cause| format!("cannot start cargo: {cause}"))?;
        all_passed &= status.success();
    }
    Ok(all_passed)
}
