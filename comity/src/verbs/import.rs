//! `comity import`.
//!
//! Guarantees: what is read is opened here, as the user who asks, and handed over open; nothing taken is exit 1, and so is anything refused
//! with `--strict`. Does not know: what a file holds.

use super::Session;
use crate::arguments::ImportArguments;
use crate::output::{Output, list, number, text};
use crate::spool;
use comity_node::{Failure, Request, open_regular};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

const COUNTS: [&str; 6] = ["accepted", "new_versions", "unchanged", "conflicts", "defects", "refused"];
/// Counts that are told where they are not nothing.
const LOUD: [&str; 2] = ["undated", "withdrawals"];

/// Reads files, one after the other; the first that is no STIX at all stops, and what came before it stays.
pub fn run(arguments: ImportArguments, output: &Output) -> Result<(), Failure> {
    let mut session = Session::open(&arguments.home.home)?;
    let mut total = json!({ "accepted": 0, "new_versions": 0, "unchanged": 0, "conflicts": 0, "defects": 0, "refused": 0,
            "undated": 0, "withdrawals": 0 });
    let mut files = Vec::new();
    let mut empty = Vec::new();
    for name in &arguments.files {
        let named = |failure: Failure| Failure { message: format!("{}: {}", shown(name), failure.message), ..failure };
        let done = import(&mut session, &arguments, name).map_err(named)?;
        for count in COUNTS.into_iter().chain(LOUD) {
            let sum = number(&total, count) + number(&done, count);
            if let Some(slot) = total.get_mut(count) {
                *slot = sum.into();
            }
        }
        super::told::add(&mut total, &done);
        if text(&done, "status") == "nothing" {
            empty.push(shown(name));
        }
        if !output.is_json() {
            tell(output, &shown(name), &done);
        }
        files.push(json!({ "file": name.display().to_string(), "report": done }));
    }
    if let Value::Object(total) = &mut total {
        total.insert("files".into(), files.into());
    }
    output.answer(&total, |total| {
        let line = |entry: &Value| {
            let report = entry.get("report").unwrap_or(&Value::Null);
            let counts: Vec<String> =
                COUNTS.iter().map(|count| format!("{} {}", number(report, count), count.replace('_', " "))).collect();
            format!("{}: {}", shown(Path::new(text(entry, "file"))), counts.join(", "))
        };
        list(total, "files").iter().map(line).collect()
    })?;
    verdict(&total, &empty, arguments.strict)
}

fn import(session: &mut Session, arguments: &ImportArguments, name: &Path) -> Result<Value, Failure> {
    let (path, file) = if name == Path::new("-") {
        (PathBuf::from("standard input"), spool::standard_input(&arguments.home.home)?)
    } else {
        let path = std::path::absolute(name).map_err(|error| Failure::usage(format!("cannot be used: {error}")))?;
        let file = open_regular(&path)?;
        (path, file)
    };
    let request = Request::Import { path, origin: arguments.origin.clone(), label: arguments.label.clone() };
    session.ask_with(&request, file)
}

fn shown(name: &Path) -> String {
    if name == Path::new("-") { "standard input".to_owned() } else { name.display().to_string() }
}

/// Says beside the answer which objects were refused, and which have defects.
fn tell(output: &Output, file: &str, report: &Value) {
    let more = |count: u64, named: usize| {
        if count > named as u64 {
            output.note(&format!("  … and {} more", count - named as u64));
        }
    };
    let refused = list(report, "refused_objects");
    for one in refused {
        let id = if text(one, "id").is_empty() { "without an id" } else { text(one, "id") };
        output.note(&format!("{file}: refused object {} {id}: {}", number(one, "position"), text(one, "reason")));
    }
    more(number(report, "refused"), refused.len());
    match number(report, "withdrawals") {
        0 => {}
        n => output.note(&format!(
            "{file}: {n} of the conflicts withdraw what was held; the withdrawal stands: comity show ID"
        )),
    }
    match number(report, "undated") {
        0 => {}
        n => output.note(&format!(
            "{file}: {n} versions say no time that can be read (version-unreadable): whether they are newer cannot be told, so they \
             are kept as conflicts and not used, but for those that withdraw"
        )),
    }
    for line in super::told::lines(report) {
        output.note(&format!("{file}: {line}"));
    }
    let defective = list(report, "defective_objects");
    for one in defective {
        let rules: Vec<&str> = list(one, "rules").iter().filter_map(Value::as_str).collect();
        output.note(&format!("{file}: kept with defects: {}: {}", text(one, "id"), rules.join(", ")));
    }
    more(number(report, "defects"), defective.len());
}

fn verdict(total: &Value, empty: &[String], strict: bool) -> Result<(), Failure> {
    let refused = number(total, "refused");
    match empty.first() {
        Some(file) if refused == 0 => Err(Failure::no(format!("{file}: there is no object in it"))),
        Some(file) => Err(Failure::no(format!("{file}: nothing of it was taken"))
            .hint("where objects of it were refused, they are named above with place and reason")),
        None if strict && refused > 0 => Err(Failure::no(match refused {
            1 => "1 object was refused (--strict)".to_owned(),
            _ => format!("{refused} objects were refused (--strict)"),
        })),
        None => Ok(()),
    }
}
