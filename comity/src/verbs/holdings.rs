//! `comity search`, `comity show`, `comity export`: reading the holdings, beside a running desk or without one.

use crate::arguments::{ExportArguments, SearchArguments, ShowArguments};
use crate::output::{Output, list, text};
use crate::world;
use comity_node::{Failure, Home, Reader, SearchRequest};
use serde_json::{Value, json};
use std::io::{BufWriter, Write};

/// Finds objects.
pub fn search(arguments: SearchArguments, output: &Output) -> Result<(), Failure> {
    let reader = Reader::open(&Home::open(&arguments.home.home)?)?;
    let found = reader.search(&SearchRequest {
        text: arguments.query,
        types: arguments.types,
        since: arguments.since,
        until: arguments.until,
        labels: arguments.label,
        unmarked: arguments.unmarked,
        origins: arguments.origin,
        limit: arguments.limit,
        after: arguments.after,
    })?;
    if found.get("index_behind").and_then(Value::as_u64).unwrap_or_default() > 0 {
        output.note("the indexes of words are still behind; what was imported last may be missing");
    }
    output.answer(&found, found_lines)
}

fn found_lines(found: &Value) -> Vec<String> {
    let says = |name: &str| found.get(name).and_then(Value::as_bool) == Some(true);
    let mut lines: Vec<String> = list(found, "hits").iter().map(hit_line).collect();
    if lines.is_empty() {
        // Nothing is there only where everything was looked at.
        lines.push(if says("at_least") { "nothing found so far" } else { "nothing found" }.into());
    }
    if says("cut") {
        lines.push("not everything was looked at: what came last comes first; narrow with --type, --origin, --label or --since".into());
    }
    if says("more") {
        lines.push(format!(
            "there may be more: go on with --after {}, narrow the search or raise --limit",
            text(found, "next")
        ));
    }
    lines
}

fn hit_line(hit: &Value) -> String {
    let label = match text(hit, "label") {
        "" => "unmarked",
        label => label,
    };
    format!(
        "{}  {:<18} {:<24} {}  {}",
        text(hit, "id"),
        label,
        text(hit, "origin"),
        text(hit, "version"),
        text(hit, "name")
    )
}

/// Shows one object.
pub fn show(arguments: ShowArguments, output: &Output) -> Result<(), Failure> {
    let reader = Reader::open(&Home::open(&arguments.home.home)?)?;
    if arguments.raw {
        let mut bytes = reader.bytes(&arguments.id)?;
        if !output.is_json() {
            bytes.push(b'\n');
        }
        return output.bytes(&bytes);
    }
    let shown = reader.show(&arguments.id)?;
    output.answer(&shown, shown_lines)
}

fn shown_lines(shown: &Value) -> Vec<String> {
    if let Some(tombstone) = shown.get("tombstone") {
        return vec![
            text(shown, "id").to_owned(),
            format!(
                "recalled at {} by recall {}; nothing of it is kept",
                text(tombstone, "at"),
                text(tombstone, "recall")
            ),
        ];
    }
    let label = match text(shown, "label") {
        "" => "unmarked: not releasable",
        label => label,
    };
    let mut lines = vec![
        format!("{}  {}", text(shown, "id"), text(shown, "name")),
        format!("label    {label}"),
        format!("origin   {}", text(shown, "origin")),
    ];
    for defect in list(shown, "defects") {
        lines.push(format!("defect   {} {}: {}", text(defect, "rule"), text(defect, "path"), text(defect, "message")));
    }
    for version in list(shown, "versions") {
        lines.push(format!(
            "version  {:<26} {:<11} from {} at {}",
            text(version, "version"),
            text(version, "standing"),
            text(version, "origin"),
            text(version, "received_at")
        ));
    }
    for conflict in list(shown, "conflicts") {
        lines.push(format!(
            "conflict {} from {}: {}",
            text(conflict, "version"),
            text(conflict, "origin"),
            text(conflict, "object")
        ));
    }
    let relations = shown.get("relations").unwrap_or(&Value::Null);
    for (direction, arrow) in [("outgoing", "→"), ("incoming", "←")] {
        for relation in list(relations, direction) {
            let through = relation.get("through").filter(|through| !through.is_null());
            let target = match through {
                Some(through) => {
                    format!("{} {} {}", text(through, "relationship_type"), text(through, "id"), text(through, "name"))
                }
                None => format!("{} {}", text(relation, "id"), text(relation, "name")),
            };
            lines.push(format!("{arrow} {:<20} {target}", text(relation, "property")));
        }
    }
    for way in list(shown, "provenance") {
        let file = if text(way, "file").is_empty() { String::new() } else { format!(" in file {}", text(way, "file")) };
        lines.push(format!("came     from {} at {}{file}", text(way, "origin"), text(way, "received_at")));
    }
    for item in list(shown, "received") {
        let terms = item.get("terms").unwrap_or(&Value::Null);
        lines.push(format!(
            "received from {} in release {} under {} {}",
            text(item, "from"),
            text(item, "release"),
            text(terms, "label"),
            text(terms, "descriptor")
        ));
    }
    for item in list(shown, "released") {
        let recalled = if item.get("recalled").and_then(Value::as_bool) == Some(true) { " (recalled)" } else { "" };
        lines.push(format!(
            "released to {} as {} in release {}{recalled}",
            text(item, "to"),
            text(item, "as"),
            text(item, "release")
        ));
    }
    for notice in list(shown, "recall_notices") {
        lines.push(format!(
            "recall   {} by {}: {}",
            text(notice, "kind"),
            text(notice, "from"),
            text(notice, "instruction")
        ));
    }
    lines.extend(text(shown, "object").lines().map(str::to_owned));
    lines
}

/// Writes a bundle.
pub fn export(arguments: ExportArguments, output: &Output) -> Result<(), Failure> {
    let reader = Reader::open(&Home::open(&arguments.home.home)?)?;
    let bundle = world::entropy().stream("export", "bundle", 0).uuid_v4();
    let write =
        |sink: &mut dyn Write| reader.export(&arguments.types, arguments.since, &arguments.origin, bundle, sink);
    match &arguments.output {
        None => {
            let mut sink = BufWriter::new(std::io::stdout().lock());
            write(&mut sink)?;
            let _ = sink.flush();
            Ok(())
        }
        Some(path) => {
            let failed =
                |error: std::io::Error| Failure::operational(format!("cannot write {}: {error}", path.display()));
            let mut sink = BufWriter::new(std::fs::File::create(path).map_err(failed)?);
            let waiting = crate::progress::waiting("exporting");
            let objects = write(&mut sink);
            drop(waiting);
            let objects = objects?;
            let file = sink.into_inner().map_err(|error| failed(error.into_error()))?;
            file.sync_all().map_err(failed)?;
            output.answer(&json!({ "objects": objects, "file": path.display().to_string() }), |done| {
                vec![format!("wrote {objects} objects to {}", text(done, "file"))]
            })
        }
    }
}
