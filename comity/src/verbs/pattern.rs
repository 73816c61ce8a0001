//! `comity pattern`: needs no home.

use crate::arguments::PatternVerb;
use crate::output::Output;
use comity_node::Failure;
use comity_pattern::engine::{Engine, Options, PatternId, Validity};
use comity_pattern::{Observed, Outcome, Pattern, PatternError, canonical};
use comity_stix::json::{Limits, tree::Node};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

/// Longest line of patterns: a pattern of the largest size with every character escaped.
const LINE_BYTES_MAX: u64 = 1 << 20;

/// Checks, matches and explains patterns.
pub fn run(verb: PatternVerb, output: &Output) -> Result<(), Failure> {
    match verb {
        PatternVerb::Check { file, duplicates: false } => check(&file, output),
        PatternVerb::Check { file, duplicates: true } => duplicates(&file, output),
        PatternVerb::Match { patterns, observed } => match_all(&patterns, &observed, output),
        PatternVerb::Explain { what } => explain(&what, output),
        PatternVerb::Equivalent { one, other } => equivalent(&one, &other, output),
    }
}

/// A pattern and what it is called.
struct Named {
    id: Value,
    pattern: String,
}

fn check(file: &Path, output: &Output) -> Result<(), Failure> {
    let mut invalid = 0_u64;
    each_pattern(file, |named| {
        let mut record = json!({ "id": named.id, "valid": true });
        match Pattern::parse(&named.pattern).and_then(strict) {
            Ok(pattern) if pattern.remarks.is_empty() => {}
            Ok(pattern) => {
                let warnings = pattern.remarks.iter();
                let warnings =
                    warnings.map(|it| json!({ "offset": it.offset, "message": it.kind.to_string() })).collect();
                set(&mut record, "warnings", Value::Array(warnings));
            }
            Err(error) => {
                invalid += 1;
                set(&mut record, "valid", Value::Bool(false));
                set(&mut record, "error", described(&error));
            }
        }
        output.record(&record)
    })?;
    match invalid {
        0 => Ok(()),
        count => Err(Failure::no(format!("{count} patterns are not valid"))),
    }
}

/// Refuses what the grammar accepts and the text of the standard does not.
fn strict(pattern: Pattern) -> Result<Pattern, PatternError> {
    match pattern.breach() {
        Some(error) => Err(error),
        None => Ok(pattern),
    }
}

fn match_all(patterns: &Path, observed: &[std::path::PathBuf], output: &Output) -> Result<(), Failure> {
    let files: Vec<Vec<u8>> = observed.iter().map(|path| read(path)).collect::<Result<_, _>>()?;
    let mut documents = Vec::new();
    for (bytes, path) in files.iter().zip(observed) {
        documents.extend(nodes(bytes, path)?);
    }
    let observed = Observed::of_documents(&documents).map_err(|error| {
        Failure::usage(error.to_string()).hint("comity validate says what is wrong with the objects of a file")
    })?;
    // All patterns at once: that is what the engine is for.
    let mut engine = Engine::new(Options { hash_key: random_key(), ..Options::default() });
    let mut asked: Vec<(Value, Result<PatternId, Value>)> = Vec::new();
    each_pattern(patterns, |named| {
        let added = Pattern::parse(&named.pattern).map_err(|error| described(&error)).and_then(|pattern| {
            engine.add(&pattern, Validity::default()).map_err(|error| unusable(&pattern, &error.to_string()))
        });
        asked.push((named.id, added));
        Ok(())
    })?;
    while engine.maintain() {}
    let outcomes = engine.match_all(&observed);
    for (id, added) in asked {
        let (word, places, error) = match added.map(|id| outcomes.of(id)) {
            Ok(Outcome::Match(places)) => ("match", places, None),
            Ok(Outcome::NoMatch) => ("no_match", Vec::new(), None),
            Ok(Outcome::Undetermined) => ("undetermined", Vec::new(), None),
            Ok(Outcome::Error(error)) => ("error", Vec::new(), Some(json!({ "message": error.to_string() }))),
            Err(error) => ("error", Vec::new(), Some(error)),
        };
        let ids: Vec<Option<&str>> = places.iter().map(|place| observed.get(*place).and_then(|it| it.id)).collect();
        let mut record = json!({ "id": id, "outcome": word, "observed": ids });
        if let Some(error) = error {
            set(&mut record, "error", error);
        }
        output.record(&record)?;
    }
    Ok(())
}

/// A key that the one who wrote the patterns does not know.
fn random_key() -> u64 {
    RandomState::new().build_hasher().finish()
}

fn unusable(pattern: &Pattern, message: &str) -> Value {
    match pattern.fatal() {
        Some(remark) => json!({ "offset": remark.offset, "message": remark.kind.to_string() }),
        None => json!({ "message": message }),
    }
}

fn duplicates(file: &Path, output: &Output) -> Result<(), Failure> {
    let mut groups: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    let mut invalid = 0_u64;
    each_pattern(file, |named| {
        match Pattern::parse(&named.pattern) {
            Ok(pattern) => groups.entry(canonical(&pattern).to_string()).or_default().push(named.id),
            Err(_) => invalid += 1,
        }
        Ok(())
    })?;
    for (pattern, ids) in groups.iter().filter(|(_, ids)| ids.len() > 1) {
        output.record(&json!({ "pattern": pattern, "ids": ids }))?;
    }
    if invalid > 0 {
        output.note(&format!("{invalid} patterns are not valid and were not compared"));
    }
    Ok(())
}

fn explain(what: &str, output: &Output) -> Result<(), Failure> {
    if what.starts_with(['[', '(']) {
        let pattern = parsed(what)?;
        let said = json!({ "pattern": pattern.to_string(), "explanation": explained(&pattern) });
        return output.answer(&said, |_| explained(&pattern));
    }
    let mut invalid = 0_u64;
    each_pattern(Path::new(what), |named| {
        let record = match Pattern::parse(&named.pattern) {
            Ok(pattern) => json!({ "id": named.id, "explanation": explained(&pattern) }),
            Err(error) => {
                invalid += 1;
                json!({ "id": named.id, "error": described(&error) })
            }
        };
        output.record(&record)
    })?;
    match invalid {
        0 => Ok(()),
        count => Err(Failure::no(format!("{count} patterns are not valid"))),
    }
}

fn explained(pattern: &Pattern) -> Vec<String> {
    let remarks = pattern.remarks.iter().map(|remark| format!("note: {} (byte {})", remark.kind, remark.offset));
    comity_pattern::explain(pattern).into_iter().chain(remarks).collect()
}

fn equivalent(one: &str, other: &str, output: &Output) -> Result<(), Failure> {
    let (one, other) = (parsed(one)?, parsed(other)?);
    let same = comity_pattern::equivalent(&one, &other);
    let forms = [canonical(&one).to_string(), canonical(&other).to_string()];
    output.answer(&json!({ "equivalent": same, "canonical": forms }), |_| {
        let word = if same { "equivalent" } else { "not known to be equivalent" };
        [word.to_owned()].into_iter().chain(forms.iter().map(|form| format!("  {form}"))).collect()
    })?;
    if same { Ok(()) } else { Err(Failure::no("the patterns are not known to mean the same")) }
}

fn parsed(text: &str) -> Result<Pattern, Failure> {
    Pattern::parse(text).map_err(|error| {
        let failure = Failure::no(format!("not a pattern at byte {}: {error}", error.offset));
        failure.with(described(&error))
    })
}

fn described(error: &PatternError) -> Value {
    json!({ "offset": error.offset, "message": error.to_string() })
}

fn set(record: &mut Value, field: &str, value: Value) {
    if let Some(fields) = record.as_object_mut() {
        fields.insert(field.to_owned(), value);
    }
}

/// Reads the patterns of a file one by one: JSON lines, or plain lines that are called by their number.
fn each_pattern(path: &Path, mut visit: impl FnMut(Named) -> Result<(), Failure>) -> Result<(), Failure> {
    let mut input = BufReader::new(open(path)?);
    let mut line = Vec::new();
    for number in 1_u64.. {
        line.clear();
        let taken = input.by_ref().take(LINE_BYTES_MAX + 1).read_until(b'\n', &mut line);
        let taken = taken.map_err(|error| Failure::operational(format!("cannot read {}: {error}", path.display())))?;
        if taken == 0 {
            return Ok(());
        }
        if line.len() as u64 > LINE_BYTES_MAX {
            return Err(Failure::usage(format!(
                "line {number} of {} is longer than {LINE_BYTES_MAX} bytes",
                path.display()
            )));
        }
        let text = std::str::from_utf8(&line)
            .map_err(|_| Failure::usage(format!("line {number} of {} is not UTF-8", path.display())))?
            .trim();
        if !text.is_empty() {
            visit(named(text, number, path)?)?;
        }
    }
    Ok(())
}

fn named(text: &str, number: u64, path: &Path) -> Result<Named, Failure> {
    if !text.starts_with('{') {
        return Ok(Named { id: Value::from(number.to_string()), pattern: text.to_owned() });
    }
    let wrong = || Failure::usage(format!("line {number} of {} is not {{\"id\",\"pattern\"}}", path.display()));
    let mut value: Value = serde_json::from_str(text).map_err(|_| wrong())?;
    let Some(Value::String(pattern)) = value.get_mut("pattern").map(Value::take) else { return Err(wrong()) };
    Ok(Named { id: value.get_mut("id").map(Value::take).unwrap_or_default(), pattern })
}

fn open(path: &Path) -> Result<Box<dyn Read>, Failure> {
    if path == Path::new("-") {
        return Ok(Box::new(std::io::stdin()));
    }
    match std::fs::File::open(path) {
        Ok(file) => Ok(Box::new(file)),
        Err(error) => Err(Failure::usage(format!("cannot read {}: {error}", path.display()))),
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    match open(path)?.read_to_end(&mut bytes) {
        Ok(_) => Ok(bytes),
        Err(error) => Err(Failure::operational(format!("cannot read {}: {error}", path.display()))),
    }
}

/// Reads a file that is one JSON value, or one a line.
fn nodes<'a>(bytes: &'a [u8], path: &Path) -> Result<Vec<Node<'a>>, Failure> {
    // The limits are those of one object; a bundle holds many.
    let limits = Limits { depth_max: 64, nodes_max: usize::MAX, object_bytes_max: usize::MAX, ..Limits::default() };
    let whole = match Node::parse(bytes, &limits) {
        Ok(node) => return Ok(vec![node]),
        Err(error) => error,
    };
    let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    let lines: Result<Vec<Node<'a>>, _> = lines.map(|line| Node::parse(line, &limits)).collect();
    match lines {
        Ok(nodes) if nodes.len() > 1 => Ok(nodes),
        _ => Err(Failure::usage(format!("{}: {whole}", path.display()))),
    }
}
