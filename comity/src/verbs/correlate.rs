//! `comity correlate`: values that several originators hold, beside a running desk or without one.

use super::{Session, officer_key};
use crate::arguments::{CorrelateArguments, CorrelateQuery, CorrelateVerb, StopVerb};
use crate::output::{Output, list, number, text};
use comity_node::{CorrelationQuery, Failure, Home, Reader, Request};
use serde_json::Value;
use std::path::Path;

/// Objects shown of one value.
const SHOWN_MAX: usize = 10;

/// Asks which values several originators hold, or keeps the list of those that say nothing.
pub fn run(arguments: CorrelateArguments, output: &Output) -> Result<(), Failure> {
    match arguments.verb {
        None => query(arguments.query, output),
        Some(CorrelateVerb::Stop(verb)) => stop(verb, output),
    }
}

fn query(asked: CorrelateQuery, output: &Output) -> Result<(), Failure> {
    let home = asked.home.ok_or_else(|| Failure::usage("no home given").hint("--home DIR, or COMITY_HOME"))?;
    let reader = Reader::open(&Home::open(&home)?)?;
    let query = CorrelationQuery {
        origins: asked.origin,
        kind: asked.kind,
        value: asked.value,
        object: asked.object,
        since: asked.since,
        cap: asked.cap,
        limit: asked.limit,
        after: None,
    };
    let found = reader.correlations(&query)?;
    if found.behind > 0 {
        output.note("the index of values is still behind; what came last may be missing");
    }
    let page = found.json();
    if output.is_json() {
        return list(&page, "values").iter().try_for_each(|value| output.record(value));
    }
    output.answer(&page, |page| {
        let mut lines: Vec<String> = list(page, "values").iter().flat_map(lines_of).collect();
        if lines.is_empty() {
            lines.push("no value is held by more than one originator".into());
        }
        let more = number(page, "total").saturating_sub(list(page, "values").len() as u64);
        if more > 0 {
            lines.push(format!("and {more} more values; narrow the question or raise --limit"));
        }
        let stopped = number(page, "stop_values_left_out");
        if stopped > 0 {
            lines.push(format!("{stopped} stop values are left out; comity correlate stop list"));
        }
        lines
    })
}

fn lines_of(value: &Value) -> Vec<String> {
    let origins: Vec<&str> = list(value, "origins").iter().filter_map(Value::as_str).collect();
    let head = format!("{}  {}", text(value, "kind"), text(value, "value"));
    let held = format!("  held by {}", origins.join(", "));
    if value.get("too_frequent").and_then(Value::as_bool) == Some(true) {
        return vec![
            head,
            held,
            format!("  too frequent: {} objects; raise --cap to see them", number(value, "count")),
        ];
    }
    let mut lines =
        vec![head, held, format!("  independent: {} ({})", text(value, "independent"), text(value, "reason"))];
    let objects = list(value, "objects");
    for object in objects.iter().take(SHOWN_MAX) {
        let from: Vec<&str> = list(object, "origins").iter().filter_map(Value::as_str).collect();
        let label = match text(object, "label") {
            "" => "unmarked",
            label => label,
        };
        lines.push(format!("    {}  {:<12} {}  {}", text(object, "id"), label, from.join(", "), text(object, "name")));
    }
    if objects.len() > SHOWN_MAX {
        lines.push(format!("    and {} more objects", objects.len() - SHOWN_MAX));
    }
    lines
}

fn stop(verb: StopVerb, output: &Output) -> Result<(), Failure> {
    match verb {
        StopVerb::Add { home, kind, value, reason, key } => {
            let done = asked(&home.home, key.as_deref(), &Request::StopValueAdd { kind, value, reason })?;
            output.answer(&done, |done| {
                let said = if done.get("added").and_then(Value::as_bool) == Some(true) {
                    "is on the list"
                } else {
                    "was on the list already"
                };
                vec![format!("{} {} {said}", text(done, "kind"), text(done, "value"))]
            })
        }
        StopVerb::Remove { home, kind, value, key } => {
            let done = asked(&home.home, key.as_deref(), &Request::StopValueRemove { kind, value })?;
            output.answer(&done, |done| vec![format!("{} {} is off the list", text(done, "kind"), text(done, "value"))])
        }
        StopVerb::List { home } => {
            let listed = Session::open(&home.home)?.ask(&Request::StopValueList)?;
            output.answer(&listed, |listed| {
                let line = |one: &Value| {
                    let by = match text(one, "officer") {
                        "" => "the machine account",
                        code => code,
                    };
                    format!(
                        "{:<18} {}  {} ({by}, {})",
                        text(one, "kind"),
                        text(one, "value"),
                        text(one, "reason"),
                        text(one, "at")
                    )
                };
                let lines: Vec<String> = list(listed, "values").iter().map(line).collect();
                if lines.is_empty() { vec!["no stop values of our own".into()] } else { lines }
            })
        }
    }
}

fn asked(home: &Path, key: Option<&Path>, request: &Request) -> Result<Value, Failure> {
    match key {
        Some(key) => {
            let key = officer_key(key)?;
            Session::open(home)?.ask_as(&key, request)
        }
        None => Session::open(home)?.ask(request),
    }
}
