//! `comity leak-check`: where the terms of a list stand in a document, however they are written. Needs no home.
//!
//! Guarantees: the search is the one of the release; what could not be read to its end is said, and then the document is not clean. Does
//! not know: sources, drafts, what else must not leave.

use crate::arguments::LeakCheckArguments;
use crate::output::{Output, document};
use comity_node::Failure;
use comity_release::leak::{Term, TermKind, TermList};
use serde::Deserialize;
use serde_json::{Value, json};
use std::io::Read as _;
use std::path::Path;

/// The largest file that is read.
const BYTES_MAX: u64 = 1 << 30;
/// The longest term.
const TERM_CHARACTERS_MAX: usize = 1_000;

/// One line of the list.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    term: String,
    #[serde(default)]
    kind: Option<String>,
    /// ISO 15924. The letters of the term tell it as well; it is taken for documentation.
    #[serde(default, rename = "script")]
    _script: Option<String>,
}

/// Looks for the terms.
pub fn run(arguments: &LeakCheckArguments, output: &Output) -> Result<(), Failure> {
    let lines: Vec<Line> = serde_json::from_slice(&read(&arguments.terms)?).map_err(|error| {
        Failure::usage(format!("{} is no list of terms: {error}", arguments.terms.display()))
            .hint("write a JSON list such as [{\"term\":\"Anton/Bielawski\",\"kind\":\"person\"}]")
    })?;
    if lines.is_empty() {
        return Err(Failure::usage("the list of terms is empty").hint("nothing would be looked for"));
    }
    let terms: Vec<Term> = lines.iter().enumerate().map(term).collect::<Result<_, _>>()?;
    let kinds: Vec<TermKind> = terms.iter().map(Term::kind).collect();
    let bytes = read(&arguments.bundle)?;
    let found = TermList::new(terms).find(&bytes);
    let name = |number: usize| lines.get(number).map_or("", |line| line.term.as_str());
    let kind = |number: usize| kinds.get(number).map_or("", |kind| kind.as_str());
    let findings: Vec<Value> = found
        .findings
        .iter()
        .map(|it| {
            json!({ "term": name(it.term), "kind": kind(it.term), "class": it.class, "path": it.path,
                "excerpt": it.excerpt, "rule": it.rule })
        })
        .collect();
    let answer = json!({ "clean": found.is_clean(), "findings": findings, "bytes": bytes.len(),
        "undetermined": found.undetermined });
    output.answer(&answer, |_| {
        let mut shown: Vec<String> = found
            .findings
            .iter()
            .map(|it| {
                format!("{} ({}, {})\n    {}\n    {}", name(it.term), kind(it.term), it.class, it.path, it.excerpt)
            })
            .flat_map(|lines| lines.lines().map(str::to_owned).collect::<Vec<_>>())
            .collect();
        shown.extend(found.undetermined.iter().map(|why| format!("not read to its end: {why}")));
        if found.is_clean() {
            shown.push(format!("clean: none of {} terms stands in {} bytes", lines.len(), bytes.len()));
        }
        shown
    })?;
    match (found.is_clean(), found.findings.len()) {
        (true, _) => Ok(()),
        (false, 0) => Err(Failure::no("the document was not read to its end")),
        (false, 1) => Err(Failure::no("1 place of a term was found")),
        (false, count) => Err(Failure::no(format!("{count} places of terms were found"))),
    }
}

fn term((number, line): (usize, &Line)) -> Result<Term, Failure> {
    let at = || format!("term {} of the list", number + 1);
    if line.term.chars().count() > TERM_CHARACTERS_MAX {
        return Err(Failure::usage(format!("{} is longer than {TERM_CHARACTERS_MAX} characters", at())));
    }
    if !comity_release::leak::is_matchable(&line.term) {
        return Err(Failure::usage(format!(
            "{}: {} has no letter or digit to look for",
            at(),
            document(&line.term).unwrap_or_default()
        )));
    }
    match &line.kind {
        None => Ok(Term::inferred(&line.term)),
        Some(kind) => {
            let kind = kind.parse::<TermKind>().map_err(|error| Failure::usage(format!("{}: {error}", at())))?;
            Ok(Term::new(kind, &line.term))
        }
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let stopped = |error: std::io::Error| {
        Failure::usage(format!("cannot read {}: {error}", path.display())).hint("name a file, or - for standard input")
    };
    if path == Path::new("-") {
        std::io::stdin().take(BYTES_MAX + 1).read_to_end(&mut bytes).map_err(stopped)?;
    } else {
        std::fs::File::open(path).map_err(stopped)?.take(BYTES_MAX + 1).read_to_end(&mut bytes).map_err(stopped)?;
    }
    if bytes.len() as u64 > BYTES_MAX {
        return Err(Failure::usage(format!("{} is larger than {BYTES_MAX} bytes", path.display())).hint("split it"));
    }
    Ok(bytes)
}
