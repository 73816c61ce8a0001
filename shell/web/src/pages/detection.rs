//! Indicators that are not looked for: those that can never match, those that cover too much, and what officers accept of the latter.
//!
//! Guarantees: what is not shown is counted; an officer who may not accept sees no form. Does not know: why an indicator cannot match.

use super::answer::{list, number, text};
use super::line::{address, counted};
use super::shell::Shell;
use crate::desk::Desk;
use crate::identity::Officer;
use axum::Form;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use comity_node::{DetectionChoice, Request};
use comity_vocab::Role;
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;

/// How many of each kind are on the page.
const SHOWN: usize = 100;

/// One indicator and why it is not looked for.
pub struct NotLooked {
    pub id: String,
    pub href: String,
    pub reason: String,
}

/// Those of one kind.
pub struct NotLookedFor {
    pub count: String,
    /// Such as `3 says-nothing`.
    pub reasons: Vec<String>,
    pub shown: Vec<NotLooked>,
    /// How many are not shown; empty where all are.
    pub more: String,
}

impl NotLookedFor {
    /// Reads one kind from what the node says of detection; nothing where there is none.
    pub fn read(status: &Value, name: &str) -> Option<Self> {
        let by_reason = status.get(format!("{name}_by_reason")).and_then(Value::as_object)?;
        let counts: Vec<(&String, u64)> =
            by_reason.iter().map(|(code, count)| (code, count.as_u64().unwrap_or_default())).collect();
        let total: u64 = counts.iter().map(|(_, count)| count).sum();
        let shown: Vec<NotLooked> = list(status, name)
            .iter()
            .take(SHOWN)
            .map(|one| NotLooked {
                id: text(one, "indicator"),
                href: address(&text(one, "indicator")),
                reason: text(one, "reason"),
            })
            .collect();
        let more = total.saturating_sub(shown.len() as u64);
        (total > 0).then(|| Self {
            count: counted(total),
            reasons: counts
                .iter()
                .map(|(code, count)| format!("{} {}", counted(*count), code.replace('-', " ")))
                .collect(),
            more: if more > 0 { counted(more) } else { String::new() },
            shown,
        })
    }
}

/// An indicator that an officer accepted.
pub struct Accepted {
    pub id: String,
    pub href: String,
    pub officer: String,
    pub at: String,
    pub reason: String,
    pub counts: bool,
}

/// Reads what was accepted, and how many more there are.
pub fn accepted(status: &Value) -> (Vec<Accepted>, u64) {
    let rows = list(status, "accepted");
    let shown = rows.iter().take(SHOWN).map(|one| Accepted {
        id: text(one, "indicator"),
        href: address(&text(one, "indicator")),
        officer: text(one, "officer"),
        at: text(one, "at"),
        reason: text(one, "reason"),
        counts: one.get("counts").and_then(Value::as_bool).unwrap_or_default(),
    });
    let more = rows.len().saturating_sub(SHOWN) as u64 + number(status, "accepted_more");
    (shown.collect(), more)
}

/// Tells whether the officer may accept: those who judge sightings may.
pub fn may_accept(officer: &Officer) -> bool {
    let roles = &officer.identity.roles;
    [Role::Analyst, Role::DeskOfficer].iter().any(|role| roles.contains(role))
}

/// What is typed.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    indicator: String,
    reason: String,
    /// `object` where the form stood on the object's page.
    from: String,
}

/// Which list, and whether it is to be on.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Switched {
    name: String,
    on: bool,
}

/// Answers `POST /detection/accept`.
pub async fn accept(State(desk): State<Arc<Desk>>, officer: Officer, Form(typed): Form<Typed>) -> Response {
    let Typed { indicator, reason, from } = typed;
    let back = back(&from, &indicator);
    chosen(&desk, &officer, DetectionChoice::Accept { indicator, reason }, &back).await
}

/// Answers `POST /detection/withdraw`.
pub async fn withdraw(State(desk): State<Arc<Desk>>, officer: Officer, Form(typed): Form<Typed>) -> Response {
    let Typed { indicator, from, .. } = typed;
    let back = back(&from, &indicator);
    chosen(&desk, &officer, DetectionChoice::Withdraw { indicator }, &back).await
}

/// Answers `POST /warning-lists/switch`.
pub async fn switch(State(desk): State<Arc<Desk>>, officer: Officer, Form(switched): Form<Switched>) -> Response {
    let Switched { name, on } = switched;
    chosen(&desk, &officer, DetectionChoice::SwitchList { name, on }, "/warning-lists").await
}

fn back(from: &str, indicator: &str) -> String {
    if from == "object" { address(indicator) } else { "/warning-lists".to_owned() }
}

async fn chosen(desk: &Desk, officer: &Officer, choice: DetectionChoice, back: &str) -> Response {
    match desk.ask(&Request::DetectionChoice(choice), &officer.credential).await {
        Ok(_) => Redirect::to(back).into_response(),
        Err(failure) => Shell::new(desk, officer, "sightings").failure(&failure),
    }
}

#[cfg(test)]
mod tests {
    use super::{NotLookedFor, accepted};
    use serde_json::json;

    #[test]
    fn what_is_not_shown_is_counted() {
        let rows: Vec<_> =
            (0..150).map(|n| json!({ "indicator": format!("indicator--{n}"), "reason": "covers x" })).collect();
        let status = json!({ "over_broad": rows, "over_broad_by_reason": { "says-nothing": 1_200, "everything": 1 } });
        let read = NotLookedFor::read(&status, "over_broad").unwrap_or_else(|| panic!("there are some"));
        assert_eq!((read.count.as_str(), read.shown.len(), read.more.as_str()), ("1,201", 100, "1,101"));
        assert_eq!(read.reasons, ["1 everything", "1,200 says nothing"]);
        assert!(NotLookedFor::read(&json!({ "unmatchable_by_reason": {} }), "unmatchable").is_none());
        assert_eq!(accepted(&json!({ "accepted": [], "accepted_more": 3 })).1, 3);
    }
}
