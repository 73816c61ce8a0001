//! `comity vault`.

use super::{Session, officer_key, selection};
use crate::arguments::VaultVerb;
use crate::output::{Output, list, number, text};
use comity_node::{Failure, LeakAsk, Request, SourceEdit, SourceEntry, SourceReading, TermEntry};
use serde_json::Value;

/// Keeps the source register.
pub fn run(verb: VaultVerb, output: &Output) -> Result<(), Failure> {
    match verb {
        VaultVerb::Add { home, key, cryptonym, identity, contact, handler, term, kinds, reliability, notes } => {
            let identity = super::text(identity, None, "true identity")?.trim().to_owned();
            let key = officer_key(&key.key)?;
            let mut session = Session::open(&home.home)?;
            let terms = term.into_iter().map(TermEntry::Word).chain(kinds.entries()).collect();
            let request = Request::VaultAdd(SourceEntry {
                cryptonym,
                identity,
                contact,
                handlers: handler,
                terms,
                reliability,
                notes,
            });
            let done = session.ask_as(&key, &request)?;
            output.answer(&done, |done| {
                let mut lines = vec![format!("entered source {} ({})", text(done, "cryptonym"), text(done, "source"))];
                lines.extend(warnings(done));
                lines
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
        VaultVerb::Change { home, key, source, reason, term, kinds, drop_term, handler, drop_handler } => {
            let key = officer_key(&key.key)?;
            let request = Request::VaultChange(SourceEdit {
                source,
                reason,
                terms: term.into_iter().map(TermEntry::Word).chain(kinds.entries()).collect(),
                drop: drop_term,
                handlers: handler,
                former_handlers: drop_handler,
            });
            let done = Session::open(&home.home)?.ask_as(&key, &request)?;
            output.answer(&done, |done| {
                let mut lines = vec![format!("changed: {}", did(done))];
                lines.extend(warnings(done));
                lines
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
                for change in list(shown, "changes") {
                    let gone: Vec<&str> = list(change, "dropped").iter().filter_map(Value::as_str).collect();
                    let gone =
                        if gone.is_empty() { String::new() } else { format!("; no longer: {}", gone.join(", ")) };
                    let did = did(change.get("did").unwrap_or(&Value::Null));
                    let (at, officer) = (text(change, "at"), text(change, "officer"));
                    let other: Vec<String> = list(change, "classified")
                        .iter()
                        .map(|it| {
                            format!("; {}: from {:?} to {:?}", text(it, "term"), text(it, "from"), text(it, "to"))
                        })
                        .collect();
                    let gone = format!("{gone}{}", other.concat());
                    lines.push(format!("{:<12} {at} {officer}: {did}{gone}; {}", "changed", text(change, "reason")));
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
                    let open = match number(source, "unclassified") {
                        0 => String::new(),
                        terms => format!("  {terms} terms to classify"),
                    };
                    format!(
                        "{:<20} {}  {}{open}",
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
        VaultVerb::Answer { home, key, release, not_mine, keep_back: _, term, reason } => {
            let key = officer_key(&key.key)?;
            let request = Request::LeakAsk(LeakAsk::Answer { release, not_mine, terms: term, reason });
            let done = Session::open(&home.home)?.ask_as(&key, &request)?;
            output.answer(&done, |done| {
                vec![format!("answered; release {} is to be checked again", text(done, "release"))]
            })
        }
    }
}

/// What a handler is warned of.
fn warnings(done: &Value) -> impl Iterator<Item = String> {
    list(done, "warnings").iter().filter_map(Value::as_str).map(|warning| format!("warning: {warning}"))
}

/// What a change of a source did, in words.
fn did(changed: &Value) -> String {
    let parts = [
        ("added", "terms added"),
        ("classified", "terms classified"),
        ("dropped", "terms no longer protected"),
        ("handlers", "handlers added"),
        ("former", "handlers removed"),
    ];
    let told = parts.into_iter().map(|(field, words)| (number(changed, field), words)).filter(|(count, _)| *count > 0);
    let told: Vec<String> = told.map(|(count, words)| format!("{count} {words}")).collect();
    if told.is_empty() { "nothing; it was so already".to_owned() } else { told.join(", ") }
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
            let excerpt = text(place, "excerpt").replace('\n', " ");
            lines.push(format!(
                "    {} {} as {}  …{excerpt}…",
                text(place, "term"),
                text(place, "kind"),
                text(place, "rule")
            ));
        }
    }
    if lines.is_empty() {
        lines.push("no blocked draft waits for you".into());
    } else {
        lines.push("answer with comity vault answer RELEASE, for some of them with --term".into());
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
