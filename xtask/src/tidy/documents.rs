//! The documents tell the truth: crates, folders, links and dependencies they name exist, and none is missing.

use super::{Report, tiers};
use crate::repository::Repository;
use serde_json::Value;
use std::collections::BTreeSet;

const ARCHITECTURE: &str = "ARCHITECTURE.md";
const ARCHITECTURE_WORDS_MAX: usize = 3000;
const SECURITY: &str = "SECURITY.md";
const PROMISES: &str = "## Each promise and its test";
const DEPENDENCIES: &str = "docs/DEPENDENCIES.md";
/// What no compiler reads, and where the marks of a merge would stay.
const READ_AS_TEXT: [&str; 9] = [".md", ".toml", ".html", ".css", ".js", ".mjs", ".sql", ".tsv", ".json"];
const OWN_PREFIX: &str = "comity-";

/// Checks ARCHITECTURE.md, docs/DEPENDENCIES.md and every link between documents.
pub fn check(repository: &Repository, metadata: &Value, report: &mut Report) -> Result<(), String> {
    let architecture = repository.text(ARCHITECTURE)?;
    let root = metadata.get("workspace_root").and_then(Value::as_str).unwrap_or_default();
    let crates: Vec<&str> = tiers::packages(metadata).filter_map(|package| tiers::folder(package, root)).collect();
    check_architecture(&architecture, &crates, &|path| repository.exists(path), report);
    check_dependencies(&repository.text("Cargo.toml")?, &repository.text(DEPENDENCIES)?, metadata, report);
    let source = |path: &str| repository.text(path).unwrap_or_default();
    check_promises(&repository.text(SECURITY)?, &source, report);
    for path in repository.files().iter().filter(|path| READ_AS_TEXT.iter().any(|end| path.ends_with(end))) {
        if let Some(line) = unmerged(&repository.text(path)?) {
            report.errors.push(format!("{path} has the mark of a merge that was not finished, line {line}"));
        }
    }
    for path in repository.files().iter().filter(|path| path.ends_with(".md")) {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for link in links(&repository.text(path)?) {
            if !repository.exists(format!("{folder}/{link}").trim_start_matches("/")) {
                report.errors.push(format!("{path} links to {link}, which does not exist"));
            }
        }
    }
    Ok(())
}

/// Returns the first line, from 1, where a merge left both sides.
fn unmerged(text: &str) -> Option<usize> {
    text.lines().position(|line| line.starts_with("<<<<<<< ") || line.starts_with(">>>>>>> ")).map(|at| at + 1)
}

fn check_architecture(text: &str, crates: &[&str], exists: &dyn Fn(&str) -> bool, report: &mut Report) {
    let words = text.split_whitespace().count();
    if words > ARCHITECTURE_WORDS_MAX {
        report.errors.push(format!("{ARCHITECTURE} has {words} words; at most {ARCHITECTURE_WORDS_MAX} are read"));
    }
    let named: BTreeSet<&str> = code_spans(text).collect();
    for folder in crates {
        if !named.contains(folder) {
            report.errors.push(format!("{ARCHITECTURE} does not name `{folder}`"));
        }
    }
    let tiers: BTreeSet<&str> = crates.iter().filter_map(|folder| folder.split('/').next()).collect();
    for span in named {
        let is_path = span.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'.' | b'_' | b'-'));
        let first = span.split('/').next().unwrap_or_default();
        let ours = tiers.contains(first) || ["docs", "spec", ".ci"].contains(&first);
        if is_path && ours && span.contains('/') && !exists(span) {
            report.errors.push(format!("{ARCHITECTURE} names `{span}`, which does not exist"));
        }
    }
}

/// Returns what stands between single backticks, outside fenced blocks.
fn code_spans(text: &str) -> impl Iterator<Item = &str> {
    let mut fenced = false;
    text.lines()
        .filter(move |line| {
            let fence = line.trim_start().starts_with("```");
            fenced ^= fence;
            !fenced && !fence
        })
        .flat_map(|line| line.split('`').skip(1).step_by(2))
}

/// Each promise names a test that exists: `file::function`.
fn check_promises(text: &str, source: &dyn Fn(&str) -> String, report: &mut Report) {
    let section = text.split_once(PROMISES).map_or("", |(_, after)| after.split("\n## ").next().unwrap_or_default());
    let rows: Vec<&str> = section.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
    if rows.is_empty() {
        report.errors.push(format!("{SECURITY} has no table under \"{PROMISES}\""));
    }
    for row in rows {
        let tests: Vec<(&str, &str)> = code_spans(row).filter_map(|span| span.split_once("::")).collect();
        if tests.is_empty() {
            report.errors.push(format!("{SECURITY} promises something without naming a test: {row}"));
        }
        for (path, name) in tests {
            let text = source(path);
            // A test of the browser is named by its words.
            if !text.contains(&format!("fn {name}(")) && !text.contains(&format!("test(\"{name}\"")) {
                report.errors.push(format!("{SECURITY} names the test {path}::{name}, which does not exist"));
            }
        }
    }
}

fn check_dependencies(manifest: &str, document: &str, metadata: &Value, report: &mut Report) {
    let declared: BTreeSet<&str> = workspace_dependencies(manifest).collect();
    let explained: BTreeSet<&str> =
        document.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`').map(|(name, _)| name)).collect();
    for name in declared.difference(&explained) {
        report.errors.push(format!("{DEPENDENCIES} has no line for {name}"));
    }
    for name in explained.difference(&declared) {
        report.errors.push(format!("{DEPENDENCIES} explains {name}, which Cargo.toml does not have"));
    }
    let none = Vec::new();
    for package in tiers::packages(metadata) {
        for dependency in package.get("dependencies").and_then(Value::as_array).unwrap_or(&none) {
            let name = dependency.get("name").and_then(Value::as_str).unwrap_or_default();
            if !name.starts_with(OWN_PREFIX) && name != "comity" && !declared.contains(name) {
                report.errors.push(format!("{name} is declared by a crate and not in [workspace.dependencies]"));
            }
        }
    }
}

/// Returns the third-party names under `[workspace.dependencies]`.
fn workspace_dependencies(manifest: &str) -> impl Iterator<Item = &str> {
    manifest
        .lines()
        .skip_while(|line| *line != "[workspace.dependencies]")
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split_once('=').map(|(name, _)| name.trim()))
        .filter(|name| !name.starts_with('#') && !name.starts_with(OWN_PREFIX))
}

/// Returns the targets of links to other files, without their `#…`.
fn links(text: &str) -> Vec<&str> {
    text.split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')').map(|(target, _)| target))
        .filter(|target| !target.contains("://") && !target.starts_with('#') && !target.starts_with("mailto:"))
        .filter_map(|target| target.split('#').next())
        .filter(|target| !target.contains(char::is_whitespace))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn architecture_errors(text: &str) -> Vec<String> {
        let mut report = Report::default();
        check_architecture(text, &["core/stix", "comity"], &|path| path == "core/stix", &mut report);
        report.errors
    }

    #[test]
    fn an_unfinished_merge_is_named() {
        let marked = format!("a\n{} HEAD\nb\n", "<".repeat(7));
        assert_eq!(unmerged(&marked), Some(2));
        assert_eq!(unmerged(&format!("{} theirs\n", ">".repeat(7))), Some(1));
        assert_eq!(unmerged("a < b\n=======\n"), None);
    }

    #[test]
    fn architecture() {
        for (text, errors) in [
            ("`core/stix` and `comity`", 0),
            ("`core/stix`", 1),
            ("`core/stix`, `comity`, `core/gone`", 1),
            ("`core/stix`, `comity`, `docs/GONE.md`", 1),
            ("`core/stix`, `comity`, `TLP:AMBER//REL TO kps`", 0),
            ("`comity`\n```\n`core/stix`\n```\n", 1),
        ] {
            assert_eq!(architecture_errors(text).len(), errors, "{text}");
        }
        assert_eq!(architecture_errors(&"`core/stix` `comity` ".repeat(1501)).len(), 1);
    }

    #[test]
    fn promises() {
        let source = |path: &str| if path == "a.rs" { "fn holds() {}".to_owned() } else { String::new() };
        for (rows, errors) in [
            ("| it holds | `a.rs::holds` |", 0),
            ("| it holds | `a.rs::holds`, `a.rs::gone` |", 1),
            ("| it holds | `b.rs::holds` |", 1),
            ("| it holds | somebody looked |", 1),
            ("", 1),
        ] {
            let text = format!("{PROMISES}\n\n| promise | test |\n|---|---|\n{rows}\n\n## Next\n| other | table |\n");
            let mut report = Report::default();
            check_promises(&text, &source, &mut report);
            assert_eq!(report.errors.len(), errors, "{rows}: {:?}", report.errors);
        }
    }

    #[test]
    fn dependencies() {
        let manifest = "[workspace.dependencies]\ncomity-vocab = { path = \"x\" }\n# data\nserde = \"1\"\nhex = \"0.4\"\n[profile.dev]\nlto = 1\n";
        assert_eq!(workspace_dependencies(manifest).collect::<Vec<_>>(), ["serde", "hex"]);
        let metadata = serde_json::json!({"packages": [{"dependencies": [{"name": "serde"}, {"name": "rand"}]}]});
        let mut report = Report::default();
        check_dependencies(manifest, "| `serde` | why |\n| `gone` | why |\n", &metadata, &mut report);
        assert_eq!(report.errors.len(), 3, "{:?}", report.errors);
    }

    #[test]
    fn targets_of_links() {
        let text = "[a](docs/A.md#b) [b](https://example.org) [c](#d) [e](mailto:x@example.org) `x](y z)`";
        assert_eq!(links(text), ["docs/A.md"]);
    }
}
