//! `comity validate`: objects against STIX 2.1, file by file or line by line. Needs no home.
//!
//! Guarantees: memory depends on the longest object or line, not on the file; a line that is not JSON is a line with an
//! error. Does not know: any rule of the standard (`core/conformance`).

use crate::arguments::ValidateArguments;
use crate::output::{Output, document};
use comity_conformance::{
    Closed, Document, Examined, Finding, Report, is_bundle, is_observable, not_json, sco_id, validate_node,
};
use comity_node::Failure;
use comity_stix::json::tree::Node;
use comity_stix::kind_of_file::HEAD_BYTES;
use comity_stix::{JsonError, Limits, kind_of_file};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, stdin};
use std::path::Path;

/// The longest line that is read.
const LINE_BYTES_MAX: usize = 256 << 20;
/// The longest line that is held as one tree; longer ones are examined object by object.
const TREE_BYTES_MAX: usize = 16 << 20;
/// How many errors, and how many warnings, a JSON report of a file lists; the totals count all.
const LISTED_MAX: usize = 1_000;
/// How much is read at once.
const CHUNK: usize = 1 << 16;
/// How many bytes of answers are written at once.
const ANSWERS: usize = 1 << 16;

/// Limits of one object: those of the import, with room for payloads.
fn object_limits() -> Limits {
    Limits { string_bytes_max: TREE_BYTES_MAX, key_bytes_max: 4096, ..Limits::default() }
}

/// Limits of one line, which may be a whole bundle.
fn line_limits() -> Limits {
    let object = object_limits();
    Limits { depth_max: object.depth_max + 2, nodes_max: TREE_BYTES_MAX, ..object }
}

/// Validates.
pub fn run(arguments: ValidateArguments, output: &Output) -> Result<(), Failure> {
    let mut invalid = 0u64;
    if arguments.lines {
        for path in &arguments.files {
            let named = (arguments.files.len() > 1).then_some(path.as_path());
            invalid += lines(&mut open(path)?, named, &arguments, output)?;
        }
        return verdict(invalid, "line");
    }
    let mut reports = Vec::new();
    for path in &arguments.files {
        let summary = file(&mut open(path)?, path, arguments.ids)?;
        let valid = summary.is_valid(arguments.strict);
        invalid += u64::from(!valid);
        if output.is_json() {
            reports.push(summary.document(path, valid));
        } else {
            output.answer(&Value::Null, |_| summary.lines(path, valid))?;
        }
    }
    if output.is_json() {
        output.answer(&json!({ "valid": invalid == 0, "files": reports }), |_| Vec::new())?;
    }
    verdict(invalid, "file")
}

fn verdict(invalid: u64, what: &str) -> Result<(), Failure> {
    match invalid {
        0 => Ok(()),
        1 => Err(Failure::no(format!("1 {what} is not valid"))),
        count => Err(Failure::no(format!("{count} {what}s are not valid"))),
    }
}

fn open(path: &Path) -> Result<Box<dyn BufRead>, Failure> {
    if path == Path::new("-") {
        return Ok(Box::new(BufReader::with_capacity(CHUNK, stdin())));
    }
    let file = File::open(path).map_err(|error| {
        Failure::usage(format!("cannot read {}: {error}", path.display())).hint("name a file, or - for standard input")
    })?;
    Ok(Box::new(BufReader::with_capacity(CHUNK, file)))
}

fn unreadable(error: &std::io::Error) -> Failure {
    Failure::operational(format!("reading stopped: {error}"))
}

/// What a line came to.
#[derive(Serialize)]
struct Line<'l> {
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    line: u64,
    valid: bool,
    errors: &'l [Finding],
    warnings: &'l [Finding],
    #[serde(skip_serializing_if = "Option::is_none")]
    sco_id: Option<Value>,
}

/// Validates line by line; returns how many were not valid.
fn lines(
    input: &mut dyn BufRead,
    named: Option<&Path>,
    arguments: &ValidateArguments,
    output: &Output,
) -> Result<u64, Failure> {
    let mut answers = Vec::with_capacity(2 * ANSWERS);
    let (mut text, mut number, mut invalid) = (Vec::new(), 0u64, 0u64);
    loop {
        text.clear();
        let read =
            input.take(LINE_BYTES_MAX as u64 + 1).read_until(b'\n', &mut text).map_err(|error| unreadable(&error))?;
        if read == 0 {
            break;
        }
        number += 1;
        let too_long = text.len() > LINE_BYTES_MAX;
        if too_long && text.last() != Some(&b'\n') {
            input.skip_until(b'\n').map_err(|error| unreadable(&error))?;
        }
        let end = text.iter().rposition(|b| !matches!(b, b'\n' | b'\r')).map_or(0, |last| last + 1);
        text.truncate(end);
        let (report, sco_id) = line(&text, arguments.ids);
        let valid = report.is_valid() && (report.warnings.is_empty() || !arguments.strict);
        invalid += u64::from(!valid);
        let file = named.map(|path| path.display().to_string());
        let answer = Line { file, line: number, valid, errors: &report.errors, warnings: &report.warnings, sco_id };
        answers.extend_from_slice(document(&answer)?.as_bytes());
        answers.push(b'\n');
        if answers.len() >= ANSWERS {
            output.bytes(&answers)?;
            answers.clear();
        }
    }
    output.bytes(&answers)?;
    Ok(invalid)
}

/// Validates one line; with ids, returns what `sco_id` says of it: the identifier of a lone observable, of a bundle one for
/// each observable by its place.
fn line(text: &[u8], ids: bool) -> (Report, Option<Value>) {
    if text.len() > TREE_BYTES_MAX {
        return long_line(text, ids);
    }
    let limits = line_limits();
    let node = match Node::parse(text, &limits) {
        Ok(node) => node,
        Err(error) => return (not_json(&error), None),
    };
    let report = validate_node(&node);
    if !ids {
        return (report, None);
    }
    if !is_bundle(&node) {
        return (report, is_observable(&node).then(|| json!(sco_id(&node))));
    }
    let members = node.property("objects").map(Node::items).unwrap_or_default().iter().enumerate();
    let ids: Map<String, Value> = members
        .filter(|(_, member)| is_observable(member))
        .map(|(index, member)| (format!("/objects/{index}"), json!(sco_id(member))))
        .collect();
    (report, Some(Value::Object(ids)))
}

/// As [`line`], for a line that is not held as one tree.
fn long_line(text: &[u8], ids: bool) -> (Report, Option<Value>) {
    let mut both = Both::default();
    let mut examine = || -> Result<Closed, JsonError> {
        let mut document = Document::new(object_limits(), ids);
        document.push(text, &mut |examined| both.take(examined))?;
        document.finish()
    };
    let summary = match examine() {
        Ok(closed) => both.close(closed),
        Err(error) => both.broken(&error, text),
    };
    (Report { errors: summary.errors, warnings: summary.warnings }, ids.then_some(Value::Object(summary.ids)))
}

/// What a file comes to by either version of the standard, until its end says which one holds.
#[derive(Default)]
struct Both {
    new: Summary,
    /// As STIX 2.0, from the first object on of which that says something else.
    old: Option<Summary>,
}

impl Both {
    fn take(&mut self, examined: Examined) {
        let Examined { place, report, as_2_0, sco_id } = examined;
        if as_2_0.is_some() && self.old.is_none() {
            self.old = Some(self.new.clone());
        }
        if let Some(old) = &mut self.old {
            old.take(place.clone(), as_2_0.unwrap_or_else(|| report.clone()), sco_id.clone());
        }
        self.new.take(place, report, sco_id);
    }

    fn close(self, closed: Closed) -> Summary {
        let mut summary = self.old.filter(|_| closed.old).unwrap_or(self.new);
        summary.close(closed.report);
        summary
    }

    /// The end of a file that is no STIX, or whose JSON is broken; `head` is how it begins.
    fn broken(self, error: &JsonError, head: &[u8]) -> Summary {
        let mut summary = self.new;
        let mut report = not_json(error);
        if let Some(kind) = kind_of_file(head) {
            let told = format!("this is {}, not STIX 2: {} ({error})", kind.name, kind.advice);
            report.errors.iter_mut().for_each(|finding| finding.message = told.clone().into());
        }
        summary.close(report);
        summary
    }
}

/// What a file came to.
#[derive(Clone, Default)]
struct Summary {
    objects: u64,
    errors: Vec<Finding>,
    errors_total: u64,
    warnings: Vec<Finding>,
    warnings_total: u64,
    /// How often each rule warned.
    by_rule: BTreeMap<&'static str, u64>,
    ids: Map<String, Value>,
}

impl Summary {
    fn take(&mut self, place: String, report: Report, sco_id: Option<String>) {
        self.objects += 1;
        if let Some(id) = sco_id {
            self.ids.insert(place, Value::String(id));
        }
        self.close(report);
    }

    fn close(&mut self, report: Report) {
        for finding in report.errors {
            self.errors_total += 1;
            if self.errors.len() < LISTED_MAX {
                self.errors.push(finding);
            }
        }
        for finding in report.warnings {
            self.warnings_total += 1;
            *self.by_rule.entry(finding.rule).or_default() += 1;
            if self.warnings.len() < LISTED_MAX {
                self.warnings.push(finding);
            }
        }
    }

    fn is_valid(&self, strict: bool) -> bool {
        self.errors_total == 0 && !(strict && self.warnings_total > 0)
    }

    fn document(&self, path: &Path, valid: bool) -> Value {
        let mut document = json!({
            "file": path.display().to_string(),
            "valid": valid,
            "objects": self.objects,
            "errors": self.errors,
            "errors_total": self.errors_total,
            "warnings": self.warnings,
            "warnings_total": self.warnings_total,
        });
        if let (Some(fields), false) = (document.as_object_mut(), self.ids.is_empty()) {
            fields.insert("sco_ids".to_owned(), Value::Object(self.ids.clone()));
        }
        document
    }

    /// For people: each error, each rule that warned with its count, and the sum.
    fn lines(&self, path: &Path, valid: bool) -> Vec<String> {
        let name = path.display();
        let mut lines: Vec<String> = self.errors.iter().map(|error| finding_line("error", error)).collect();
        if self.errors_total > self.errors.len() as u64 {
            lines.push(format!("error    … and {} more", self.errors_total - self.errors.len() as u64));
        }
        for (rule, count) in &self.by_rule {
            let about = comity_conformance::rule::find(rule).map_or(("", ""), |rule| (rule.clause, rule.says));
            lines.push(format!("warning  {rule} × {count} ({}): {}", about.0, about.1));
        }
        lines.extend(
            self.ids.iter().map(|(place, id)| format!("sco_id   {place}  {}", id.as_str().unwrap_or_default())),
        );
        lines.push(format!(
            "{name}: {}, {} objects, {} errors, {} warnings",
            if valid { "valid" } else { "not valid" },
            self.objects,
            self.errors_total,
            self.warnings_total
        ));
        lines
    }
}

fn finding_line(level: &str, finding: &Finding) -> String {
    let place = if finding.object.is_empty() { "object" } else { &finding.object };
    format!("{level:<8} {place} {} {} ({}): {}", finding.path, finding.rule, finding.clause, finding.message)
}

/// Validates a file as it is read.
fn file(input: &mut dyn BufRead, path: &Path, ids: bool) -> Result<Summary, Failure> {
    let mut both = Both::default();
    let mut head = Vec::new();
    let mut document = Document::new(object_limits(), ids);
    let mut chunk = vec![0u8; CHUNK];
    loop {
        let read = input
            .read(&mut chunk)
            .map_err(|error| Failure::operational(format!("reading of {} stopped: {error}", path.display())))?;
        if read == 0 {
            break;
        }
        let chunk = chunk.get(..read).unwrap_or_default();
        head.extend(chunk.iter().take(HEAD_BYTES.saturating_sub(head.len())));
        if let Err(error) = document.push(chunk, &mut |examined| both.take(examined)) {
            return Ok(both.broken(&error, &head));
        }
    }
    Ok(match document.finish() {
        Ok(closed) => both.close(closed),
        Err(error) => both.broken(&error, &head),
    })
}
