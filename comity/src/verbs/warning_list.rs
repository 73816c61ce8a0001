//! `comity warning-list`.

use super::{Session, officer_key};
use crate::arguments::WarningListVerb;
use crate::output::{Output, list, number, text};
use comity_node::{DetectionChoice, Failure, Request};
use serde_json::{Value, json};
use std::path::Path;

/// The longest list, in bytes.
const LIST_BYTES_MAX: u64 = 64 << 20;

/// Adds, removes and lists warning lists.
pub fn run(verb: WarningListVerb, output: &Output) -> Result<(), Failure> {
    match verb {
        WarningListVerb::Add { home, key, files } => add(&home.home, key.as_deref(), &files, output),
        WarningListVerb::Remove { home, key, name } => {
            let done = asked(&home.home, key.as_deref(), vec![Request::WarningListRemove { name }])?;
            let done = done.into_iter().next().unwrap_or_default();
            output.answer(&done, |done| vec![format!("warning list {} is removed", text(done, "name"))])
        }
        WarningListVerb::Enable { home, key, name } => switch(&home.home, key.as_deref(), name, true, output),
        WarningListVerb::Disable { home, key, name } => switch(&home.home, key.as_deref(), name, false, output),
        WarningListVerb::List { home } => {
            let listed = Session::open(&home.home)?.ask(&Request::WarningListList)?;
            output.answer(&listed, |listed| list(listed, "lists").iter().map(list_line).collect())
        }
    }
}

/// Switches a list of the program.
fn switch(home: &Path, key: Option<&Path>, name: String, on: bool, output: &Output) -> Result<(), Failure> {
    let choice = DetectionChoice::SwitchList { name, on };
    let done = asked(home, key, vec![Request::DetectionChoice(choice)])?.into_iter().next().unwrap_or_default();
    output
        .answer(&done, |done| vec![format!("warning list {} is {}", text(done, "name"), if on { "on" } else { "off" })])
}

/// Reads all files before any list is added.
fn add(home: &Path, key: Option<&Path>, files: &[std::path::PathBuf], output: &Output) -> Result<(), Failure> {
    let mut requests = Vec::new();
    for path in files {
        let unreadable = |error: std::io::Error| Failure::usage(format!("cannot read {}: {error}", path.display()));
        let length = std::fs::metadata(path).map_err(unreadable)?.len();
        if length > LIST_BYTES_MAX {
            return Err(Failure::usage(format!(
                "{} has {length} bytes, a warning list may have {LIST_BYTES_MAX}",
                path.display()
            )));
        }
        requests.push(Request::WarningListAdd { text: std::fs::read_to_string(path).map_err(unreadable)? });
    }
    let added = asked(home, key, requests)?;
    output.answer(&json!({ "added": added }), |done| {
        let line = |one: &Value| {
            format!(
                "{} version {}: {} entries of kind {}",
                text(one, "name"),
                text(one, "version"),
                number(one, "entries"),
                text(one, "kind")
            )
        };
        list(done, "added").iter().map(line).collect()
    })
}

fn asked(home: &Path, key: Option<&Path>, requests: Vec<Request>) -> Result<Vec<Value>, Failure> {
    let key = key.map(officer_key).transpose()?;
    let mut session = Session::open(home)?;
    let ask = |request: Request| match &key {
        Some(key) => session.ask_as(key, &request),
        None => session.ask(&request),
    };
    requests.into_iter().map(ask).collect()
}

fn list_line(one: &Value) -> String {
    let by = match text(one, "officer") {
        "" => String::new(),
        officer => format!(" by {officer}"),
    };
    let is = |name: &str| one.get(name).and_then(Value::as_bool).unwrap_or_default();
    let origin = match (is("built_in"), is("on")) {
        (true, true) => format!("built in, from {}, licence: {}", text(one, "source"), text(one, "licence")),
        (true, false) => format!("built in, switched off{by}"),
        (false, _) => format!("added {}{by}", text(one, "added")),
    };
    format!(
        "{}  {} entries of kind {}, version {}, {origin}",
        text(one, "name"),
        number(one, "entries"),
        text(one, "kind"),
        text(one, "version")
    )
}
