//! Changing a source: its terms and its handlers are edited as lists, and what was taken out, put in or classified is what changes.
//!
//! Guarantees: a change that is refused keeps what was typed, and shows nothing else of the source. Does not know: who may change it.

use super::answer::{list, text, texts};
use super::line::encoded;
use super::sources::{done, shell};
use super::step_up;
use crate::desk::Desk;
use crate::identity::Officer;
use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use comity_node::{Request, SourceEdit, TermEntry};
use comity_vocab::OfficerCode;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The lists of a source as they are edited, beside what they were.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    pub(super) terms: String,
    pub(super) terms_before: String,
    pub(super) handlers: String,
    pub(super) handlers_before: String,
    pub(super) reason: String,
}

#[derive(Template)]
#[template(path = "source_change.html")]
struct ChangePage<'a> {
    shell: &'a super::shell::Shell,
    source: String,
    change: Change,
    refused: String,
}

impl Change {
    /// The form for a source that was read.
    pub(super) fn of(shown: &Value) -> Self {
        let line = |entry: &Value| {
            let term = text(entry, "term");
            match entry.get("said").and_then(Value::as_bool) {
                Some(true) => format!("{}: {term}", text(entry, "kind")),
                _ => term,
            }
        };
        let terms = list(shown, "term_kinds").iter().map(line).collect::<Vec<_>>().join("\n");
        let handlers = texts(shown, "handlers").join(" ");
        Self {
            terms: terms.clone(),
            terms_before: terms,
            handlers: handlers.clone(),
            handlers_before: handlers,
            reason: String::new(),
        }
    }

    /// What changes.
    fn edit(&self, source: &str) -> Result<SourceEdit, String> {
        let (before, after) = (entries(&self.terms_before), entries(&self.terms));
        let kept: BTreeSet<&str> = after.iter().map(TermEntry::text).collect();
        let (was, is) = (codes(&self.handlers_before)?, codes(&self.handlers)?);
        Ok(SourceEdit {
            source: source.to_owned(),
            reason: self.reason.clone(),
            drop: before.iter().map(TermEntry::text).filter(|term| !kept.contains(term)).map(str::to_owned).collect(),
            terms: after.into_iter().filter(|entry| !before.contains(entry)).collect(),
            handlers: is.difference(&was).cloned().collect(),
            former_handlers: was.difference(&is).cloned().collect(),
        })
    }
}

/// Terms as people type them, one a line.
pub(super) fn entries(text: &str) -> Vec<TermEntry> {
    text.split(['\n', ';']).map(str::trim).filter(|word| !word.is_empty()).map(TermEntry::typed).collect()
}

/// Codes of officers as people type them.
pub(super) fn codes(text: &str) -> Result<BTreeSet<OfficerCode>, String> {
    let words = text.split([',', ' ', '\n', '\r']).filter(|word| !word.is_empty());
    words.map(|word| word.parse().map_err(|error| format!("handler {word}: {error}"))).collect()
}

/// Answers `POST /sources/{source}/change`.
pub async fn change(
    State(desk): State<Arc<Desk>>,
    officer: Officer,
    Path(source): Path<String>,
    Form(change): Form<Change>,
) -> Response {
    let shell = shell(&desk, &officer);
    let refused = match change.edit(&source) {
        Err(refused) => refused,
        Ok(edit) => match desk.ask(&Request::VaultChange(edit), &officer.credential).await {
            Ok(answer) => return done(&desk, &officer, &shell, &answer).await,
            Err(failure) => {
                let fields = [
                    ("terms", change.terms.as_str()),
                    ("terms_before", change.terms_before.as_str()),
                    ("handlers", change.handlers.as_str()),
                    ("handlers_before", change.handlers_before.as_str()),
                    ("reason", change.reason.as_str()),
                ];
                let address = format!("/sources/{}/change", encoded(&source));
                if let Some(response) = step_up::again(&shell, &failure, &address, &fields) {
                    return response;
                }
                failure.message
            }
        },
    };
    super::shell::render(&ChangePage { shell: &shell, source, change, refused }, StatusCode::CONFLICT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_edited_is_what_changes() {
        let change = Change {
            terms_before: "Kormoran\nproject: Lantern\nblue herring".into(),
            terms: "person: Kormoran\r\nproject: Lantern\nharbour 7\n".into(),
            handlers_before: "hal jon".into(),
            handlers: "hal, mia".into(),
            reason: "moved".into(),
        };
        let edit = change.edit("KESTREL").unwrap();
        let terms: Vec<_> = edit.terms.iter().map(|entry| (entry.text(), entry.kind())).collect();
        assert_eq!(terms, [("Kormoran", Some("person")), ("harbour 7", None)]);
        assert_eq!(edit.drop, ["blue herring"]);
        let words = |codes: &[OfficerCode]| codes.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!((words(&edit.handlers), words(&edit.former_handlers)), (vec!["mia".into()], vec!["jon".into()]));
        assert!(Change { handlers: "Not A Code!".into(), ..change }.edit("KESTREL").is_err());
    }
}
