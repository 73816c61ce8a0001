//! `comity vault`.

use super::{Session, officer_key, selection};
use crate::arguments::VaultVerb;
use crate::output::{Output, list, number, text};
use comity_node::{Failure, LeakAsk, Request, SourceReading, TermEntry};
use serde_json::Value;

/// Keeps the source register.
pub fn run(verb: VaultVerb, output: &Output) -> Result<(), Failure> {
    match verb {
        VaultVerb::Add { home, key, cryptonym, identity, contact, handler, term, kinds, reliability, notes } => {
            let identity = super::text(identity, None, "true identity")?.trim().to_owned();
            let key = officer_key(&key.key)?;
            let mut session = Session::open(&home.home)?;
            let terms = term.into_iter().map(TermEntry::Word).chain(kinds.entries()).collect();
            let request =
                Request::VaultAdd { cryptonym, identity, contact, handlers: handler, terms, reliability, notes };
            let done = session.ask_as(&key, &request)?;
            output.answer(&done, |done| {
                vec![format!("entered source {} ({})", text(done, "cryptonym"), text(done, "source"))]
            })
        }
        VaultVerb::Attach { home, key, source, selection: objects } => {
            let objects = selection(objects, Vec::new())?.objects;
            let key = officer_key(&key.key)?;
            let done = Session::open(&home.home)?.ask_as(&key, &Request::VaultAttach { source, objects })?;
            output.answer(&done, |done| {
                vec![format!("joined {} objects to the source", done.get("attached").unwrap_or(&Value::Null))]
            })
        }
        VaultVerb::Show { home, key, source, reason } => {
            let key = officer_key(&key.key)?;
            let shown =
                Session::open(&home.home)?.ask_as(&key, &Request::VaultShow(SourceReading { source, reason }))?;
            output.answer(&shown, |shown| {
                let mut lines = Vec::new();
                for field in ["cryptonym", "identity", "contact", "reliability", "notes", "created"] {
                    lines.push(format!("{field:<12} {}", text(shown, field)));
                }
                for entry in list(shown, "term_kinds") {
                    let told =
                        if entry.get("said").and_then(Value::as_bool) == Some(true) { "" } else { " (by its form)" };
                    lines.push(format!("{:<12} {} {}{told}", "term", text(entry, "kind"), text(entry, "term")));
                }
                for field in ["handlers", "objects"] {
                    let values: Vec<&str> = list(shown, field).iter().filter_map(Value::as_str).collect();
                    lines.push(format!("{field:<12} {}", values.join(", ")));
                }
                lines.push("this reading was logged".into());
                lines
            })
        }
        VaultVerb::List { home, key } => {
            let key = officer_key(&key.key)?;
            let listed = Session::open(&home.home)?.ask_as(&key, &Request::VaultList)?;
            output.answer(&listed, |listed| {
                let sources = list(listed, "sources");
                if sources.is_empty() {
                    return vec!["no information released to you".into()];
                }
                let line = |source: &Value| {
                    format!(
                        "{:<20} {}  {}",
                        text(source, "cryptonym"),
                        text(source, "reliability"),
                        text(source, "source")
                    )
                };
                sources.iter().map(line).collect()
            })
        }
        VaultVerb::Asked { home, key } => {
            let key = officer_key(&key.key)?;
            let asked = Session::open(&home.home)?.ask_as(&key, &Request::LeakAsk(LeakAsk::Asked))?;
            output.answer(&asked, asked_lines)
        }
        VaultVerb::Answer { home, key, release, not_mine, keep_back: _, reason } => {
            let key = officer_key(&key.key)?;
            let request = Request::LeakAsk(LeakAsk::Answer { release, not_mine, reason });
            let done = Session::open(&home.home)?.ask_as(&key, &request)?;
            output.answer(&done, |done| {
                vec![format!("answered; release {} is to be checked again", text(done, "release"))]
            })
        }
    }
}

fn asked_lines(asked: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    for one in list(asked, "waiting") {
        let sources: Vec<&str> = list(one, "sources").iter().filter_map(Value::as_str).collect();
        lines.push(format!(
            "waits for you: release {} of {}, asked {}; source {}",
            text(one, "release"),
            text(one, "officer"),
            text(one, "at"),
            sources.join(", ")
        ));
        for place in list(one, "places") {
            lines.push(format!("    {}  …{}…", text(place, "rule"), text(place, "excerpt").replace('\n', " ")));
        }
    }
    if lines.is_empty() {
        lines.push("no blocked draft waits for you".into());
    } else {
        lines.push("answer with comity vault answer RELEASE".into());
    }
    for one in list(asked, "asked") {
        let often = if one.get("often").and_then(Value::as_bool) == Some(true) { "  often" } else { "" };
        lines.push(format!(
            "{}  {:<12} {} answers{often}",
            text(one, "day"),
            text(one, "officer"),
            number(one, "answers")
        ));
    }
    lines
}
