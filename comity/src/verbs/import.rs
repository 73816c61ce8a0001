//! `comity import`.

use super::Session;
use crate::arguments::ImportArguments;
use crate::output::{Output, list, number, text};
use comity_node::{Failure, Request};
use serde_json::{Value, json};

const COUNTS: [&str; 6] = ["accepted", "new_versions", "unchanged", "conflicts", "defects", "refused"];

/// Reads files, one after the other; the first that is malformed stops, and what came before it stays.
pub fn run(arguments: ImportArguments, output: &Output) -> Result<(), Failure> {
    let mut session = Session::open(&arguments.home.home)?;
    let mut total =
        json!({ "accepted": 0, "new_versions": 0, "unchanged": 0, "conflicts": 0, "defects": 0, "refused": 0 });
    let mut files = Vec::new();
    for file in arguments.files {
        let path = std::path::absolute(&file)
            .map_err(|error| Failure::usage(format!("cannot use {}: {error}", file.display())))?;
        let request = Request::Import { path, origin: arguments.origin.clone(), label: arguments.label.clone() };
        let done = session
            .ask(&request)
            .map_err(|failure| Failure { message: format!("{}: {}", file.display(), failure.message), ..failure })?;
        for count in COUNTS {
            let sum = number(&total, count) + number(&done, count);
            if let Some(slot) = total.get_mut(count) {
                *slot = sum.into();
            }
        }
        super::told::add(&mut total, &done);
        files.push(json!({ "file": file.display().to_string(), "report": done }));
    }
    if let Value::Object(total) = &mut total {
        total.insert("files".into(), files.into());
    }
    output.answer(&total, |total| {
        let mut lines = Vec::new();
        for entry in list(total, "files") {
            let report = entry.get("report").unwrap_or(&Value::Null);
            let counts: Vec<String> =
                COUNTS.iter().map(|count| format!("{} {}", number(report, count), count.replace('_', " "))).collect();
            lines.push(format!("{}: {}", text(entry, "file"), counts.join(", ")));
            for refused in list(report, "refused_objects") {
                lines.push(format!(
                    "  refused object {} {}: {}",
                    number(refused, "position"),
                    text(refused, "id"),
                    text(refused, "reason")
                ));
            }
            lines.extend(super::told::lines(report));
        }
        lines
    })
}
