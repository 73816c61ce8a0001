//! What a file may be: its name, its size, its first line, and what must never be committed.

use super::Report;
use crate::repository::Repository;
use std::collections::BTreeMap;

/// A file of shipped code above this is worth a second look.
const LINES_USUAL: usize = 300;
/// Above this it must be on the list of long files, which only shrinks.
const LINES_LISTED: usize = 500;
/// Above this it is refused.
const LINES_MAX: usize = 1000;
/// Where the long files and their ceilings are listed: `lines path`.
const LONG_FILES: &str = "xtask/long-files.txt";
/// The largest file that may be committed.
const FILE_BYTES_MAX: usize = 1 << 20;

/// Names that say nothing about what is inside.
const DRAWER_NAMES: [&str; 8] =
    ["util.rs", "utils.rs", "helper.rs", "helpers.rs", "common.rs", "manager.rs", "misc.rs", "stuff.rs"];

/// Paths of the machine on which somebody worked. Written in two halves, so that this file passes its own check.
const MACHINE_PATHS: [&str; 5] = [
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("/tmp/ba", "sh_jobs"),
    concat!("/tmp/br", "ief"),
    concat!("/tmp/tar", "get-"),
];

/// Settings that would bind a clone to somebody's package mirror.
const REGISTRY_SETTINGS: [&str; 7] = [
    concat!("replace-", "with ="),
    concat!("sparse+", "http"),
    concat!("index", "-url"),
    concat!("extra-index", "-url"),
    concat!("find-", "links"),
    concat!("[sour", "ce."),
    concat!(", regis", "try = \""),
];

/// Checks every file.
pub fn check(repository: &Repository, report: &mut Report) -> Result<(), String> {
    let mut ceilings = long_files(&repository.text(LONG_FILES)?)?;
    for path in repository.files() {
        let bytes = repository.bytes(path)?;
        check_bytes(path, &bytes, report);
        let Ok(text) = std::str::from_utf8(&bytes) else { continue };
        check_text(path, text, report);
        if path.ends_with(".rs") {
            check_rust(path, text, &mut ceilings, report);
        }
    }
    check_test_modules(repository, report)?;
    for (path, _) in ceilings {
        report.errors.push(format!("{LONG_FILES} lists {path}, which is not long any more: take it off the list"));
    }
    Ok(())
}

/// Where all tests of a crate are one binary, a file that it does not name would never run.
fn check_test_modules(repository: &Repository, report: &mut Report) -> Result<(), String> {
    for root in repository.files().iter().filter(|path| path.ends_with("/tests/main.rs")) {
        let folder = root.trim_end_matches("main.rs");
        let text = repository.text(root)?;
        let files = repository.files().iter().filter_map(|path| path.strip_prefix(folder)?.strip_suffix(".rs"));
        for file in files.filter(|file| *file != "main" && !file.contains('/')) {
            if !text.lines().any(|line| line == format!("mod {file};")) {
                report.errors.push(format!("{root} does not name {folder}{file}.rs, so its tests never run"));
            }
        }
    }
    Ok(())
}

fn long_files(text: &str) -> Result<BTreeMap<String, usize>, String> {
    text.lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| {
            let (lines, path) =
                line.split_once(' ').ok_or_else(|| format!("{LONG_FILES}: expected `lines path`: {line}"))?;
            Ok((path.to_owned(), lines.parse().map_err(|_| format!("{LONG_FILES}: not a number: {lines}"))?))
        })
        .collect()
}

fn check_bytes(path: &str, bytes: &[u8], report: &mut Report) {
    let picture = path.starts_with("docs/") && path.ends_with(".png");
    if bytes.len() > FILE_BYTES_MAX && !picture {
        report.errors.push(format!("{path} has {} bytes; at most {FILE_BYTES_MAX} are committed", bytes.len()));
    }
    // Homes that earlier versions wrote (testing/golden/README.md).
    let golden = path.starts_with("testing/golden/") && path.ends_with(".tar.gz");
    if bytes.contains(&0) && !picture && !golden {
        report.errors.push(format!("{path} is binary; only pictures in docs/ and golden homes may be"));
    }
}

fn check_text(path: &str, text: &str, report: &mut Report) {
    for (number, line) in (1..).zip(text.lines()) {
        if MACHINE_PATHS.iter().any(|pattern| mentions_path(line, pattern)) {
            report.errors.push(format!("{path}:{number} names a path of somebody's machine"));
        }
        if path != "Cargo.lock" && REGISTRY_SETTINGS.iter().any(|setting| line.contains(setting)) {
            report.errors.push(format!("{path}:{number} names a package registry"));
        }
    }
}

/// Tells whether the line names the absolute path, and not one that merely ends the same way (`frame/work/`).
fn mentions_path(line: &str, pattern: &str) -> bool {
    line.match_indices(pattern).any(|(at, _)| {
        let before = line.get(..at).and_then(|head| head.chars().next_back());
        !before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '}' | ')'))
    })
}

fn check_rust(path: &str, text: &str, ceilings: &mut BTreeMap<String, usize>, report: &mut Report) {
    let name = path.rsplit('/').next().unwrap_or(path);
    if DRAWER_NAMES.contains(&name) {
        report.errors.push(format!("{path}: the name says nothing about what is inside"));
    }
    if text.contains(concat!("#[ign", "ore")) {
        report.errors.push(format!("{path} ignores a test: assert what happens today and say what is wrong with it"));
    }
    // A source that must not compile shows the smallest wrong program, nothing else.
    if path.contains("/tests/fail/") {
        return;
    }
    if !text.starts_with("//!") {
        report.errors.push(format!("{path} does not begin with //! and what it guarantees"));
    }
    if path.contains("/tests/") {
        return;
    }
    let lines = shipped_lines(text);
    let shipped: Vec<&str> = text.lines().take(lines).collect();
    for statement in shipped.join("\n").split('"').filter(|statement| numbered_out_of_order(statement)) {
        let line = statement.trim().lines().next().unwrap_or_default();
        report.errors.push(format!(
            "{path}: `{line}`: to SQLite $n is a name, and values are bound in the order of names: write ?n"
        ));
    }
    let ceiling = if lines > LINES_LISTED { ceilings.remove(path) } else { None };
    match ceiling {
        _ if lines > LINES_MAX => {
            report.errors.push(format!("{path} has {lines} lines of shipped code; at most {LINES_MAX} are allowed"));
        }
        None if lines > LINES_LISTED => {
            report.errors.push(format!(
                "{path} has {lines} lines of shipped code, above {LINES_LISTED}, and is not in {LONG_FILES}"
            ));
        }
        Some(ceiling) if lines > ceiling => {
            report.errors.push(format!("{path} has grown from {ceiling} to {lines} lines of shipped code: split it"));
        }
        Some(ceiling) if lines < ceiling => {
            report
                .warnings
                .push(format!("{path} has shrunk from {ceiling} to {lines} lines: lower its line in {LONG_FILES}"));
        }
        _ if lines > LINES_USUAL => {
            report.warnings.push(format!("{path} has {lines} lines of shipped code; files are near {LINES_USUAL}"));
        }
        _ => {}
    }
}

/// Tells whether `$1`, `$2`, … first occur in another order than that of their numbers.
fn numbered_out_of_order(statement: &str) -> bool {
    let mut next = 1;
    for piece in statement.split('$').skip(1) {
        let digits: String = piece.chars().take_while(char::is_ascii_digit).collect();
        let Ok(number) = digits.parse::<usize>() else { continue };
        if number > next {
            return true;
        }
        next += usize::from(number == next);
    }
    false
}

/// Counts the lines before the unit tests.
fn shipped_lines(text: &str) -> usize {
    let lines: Vec<&str> = text.lines().collect();
    lines
        .windows(2)
        .position(
            |pair| matches!(pair, [attribute, module] if *attribute == "#[cfg(test)]" && module.starts_with("mod ")),
        )
        .unwrap_or(lines.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(path: &str, text: &str, listed: &[(&str, usize)]) -> (usize, usize) {
        let mut report = Report::default();
        let mut ceilings = listed.iter().map(|(path, lines)| ((*path).to_owned(), *lines)).collect();
        check_text(path, text, &mut report);
        check_bytes(path, text.as_bytes(), &mut report);
        check_rust(path, text, &mut ceilings, &mut report);
        (report.errors.len(), report.warnings.len())
    }

    fn of_lines(lines: usize) -> String {
        format!("//! What it does.\n{}", "x\n".repeat(lines - 1))
    }

    #[test]
    fn parameters_are_in_order() {
        for (statement, out_of_order) in [
            ("SELECT a FROM t", false),
            ("SELECT a FROM t WHERE a = $1 AND b = $2 AND c = $1", false),
            ("UPDATE t SET a = $3 WHERE b = $1 AND c = $2", true),
            ("UPDATE t SET a = ?3 WHERE b = ?1", false),
            ("macro $name", false),
        ] {
            assert_eq!(numbered_out_of_order(statement), out_of_order, "{statement}");
            let source = format!("//! What it does.\nconst A: &str = \"{statement}\";\n");
            assert_eq!(findings("shell/a/src/a.rs", &source, &[]), (usize::from(out_of_order), 0), "{statement}");
        }
    }

    #[test]
    fn size() {
        let long = "core/a/src/long.rs";
        for (lines, listed, expect) in [
            (300, vec![], (0, 0)),
            (301, vec![], (0, 1)),
            (501, vec![], (1, 0)),
            (501, vec![(long, 501)], (0, 1)),
            (502, vec![(long, 501)], (1, 0)),
            (550, vec![(long, 600)], (0, 1)),
            (1001, vec![(long, 2000)], (1, 0)),
        ] {
            assert_eq!(findings(long, &of_lines(lines), &listed), expect, "{lines} lines, listed {listed:?}");
        }
        let tested = format!("{}#[cfg(test)]\nmod tests {{\n{}}}\n", of_lines(100), "x\n".repeat(2000));
        assert_eq!(findings(long, &tested, &[]), (0, 0));
    }

    #[test]
    fn refused() {
        let good = "//! What it does.\n";
        for (path, text, errors) in [
            ("core/a/src/time.rs", good.to_owned(), 0),
            ("core/a/src/util.rs", good.to_owned(), 1),
            ("core/a/src/b.rs", "fn main() {}\n".to_owned(), 1),
            ("core/a/tests/fail/b.rs", "fn main() {}\n".to_owned(), 0),
            ("core/a/src/b.rs", format!("{good}\0"), 1),
            ("core/a/src/b.rs", format!("{good}{}", "x".repeat(FILE_BYTES_MAX)), 1),
            ("core/a/src/b.rs", format!("{good}#[test]\n{}]\nfn f() {{}}", concat!("#[ign", "ore")), 1),
            ("core/a/src/b.rs", format!("{good}// see {}main", MACHINE_PATHS[0]), 1),
            ("core/a/src/b.rs", format!("{good}// see frame{}main", MACHINE_PATHS[0]), 0),
            ("core/a/src/b.rs", format!("{good}// {} x", REGISTRY_SETTINGS[0]), 1),
        ] {
            assert_eq!(findings(path, &text, &[]).0, errors, "{path}: {text:.80}");
        }
    }

    #[test]
    fn the_list_of_long_files_is_read_strictly() {
        assert_eq!(long_files("# why\n\n600 core/a.rs\n").unwrap().get("core/a.rs"), Some(&600));
        assert!(long_files("core/a.rs 600\n").is_err());
    }
}
