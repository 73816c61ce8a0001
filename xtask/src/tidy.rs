//! The rules of STYLE.md that neither the compiler nor clippy checks.
//!
//! Guarantees: every rule looks at every file it is about; nothing is skipped because another rule failed.

mod documents;
mod sources;
mod tiers;

use crate::repository::{Repository, cargo};
use serde_json::Value;

/// What was found. Errors fail the check, warnings are for the reviewer.
#[derive(Default)]
pub struct Report {
    /// What must be put right.
    pub errors: Vec<String>,
    /// What somebody should look at.
    pub warnings: Vec<String>,
}

/// Checks the whole repository.
pub fn check(repository: &Repository) -> Result<Report, String> {
    let mut report = Report::default();
    let metadata = metadata(repository)?;
    tiers::check(&metadata, &mut report);
    tiers::check_manifests(repository, &mut report)?;
    sources::check(repository, &mut report)?;
    documents::check(repository, &metadata, &mut report)?;
    Ok(report)
}

fn metadata(repository: &Repository) -> Result<Value, String> {
    let output = cargo()
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(repository.root())
        .output()
        .map_err(|cause| format!("cannot start cargo: {cause}"))?;
    if !output.status.success() {
        return Err(format!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr).trim()));
    }
    serde_json::from_slice(&output.stdout).map_err(|cause| format!("cargo metadata: {cause}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_repository_is_tidy() {
        let repository = Repository::open(&crate::repository::root()).unwrap();
        let report = check(&repository).unwrap();
        assert!(report.errors.is_empty(), "\n{}", report.errors.join("\n"));
    }
}
