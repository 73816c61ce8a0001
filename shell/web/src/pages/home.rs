//! Home: what needs this officer today, the most urgent first.
//!
//! Guarantees: a line is shown only where the officer can do something about it, and leads to the place where it is done.

use super::answer::{flag, list, number, text, texts};
use super::line::counted;
use super::shell::Shell;
use crate::desk::Desk;
use crate::identity::{Credential, Officer};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use comity_node::{Failure, Judgement, Request, SightingQuery};
use comity_vocab::Role;
use serde_json::Value;
use std::sync::Arc;

/// Something to do.
struct Need {
    what: String,
    why: String,
    address: String,
    urgent: bool,
}

impl Need {
    fn new(what: impl Into<String>, why: impl Into<String>, address: impl Into<String>) -> Self {
        Self { what: what.into(), why: why.into(), address: address.into(), urgent: false }
    }

    fn urgent(mut self, urgent: bool) -> Self {
        self.urgent = urgent;
        self
    }
}

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage<'a> {
    shell: &'a Shell,
    needs: Vec<Need>,
    gate_ready: bool,
    confinement: String,
    /// Whether this node was restored and waits for its officers.
    quarantine: bool,
    /// Why the node refuses its vault, where it does.
    vault: Option<String>,
}

/// Answers `GET /`.
pub async fn page(State(desk): State<Arc<Desk>>, officer: Officer) -> Response {
    let shell = Shell::new(&desk, &officer, "home");
    let health = (desk.health)();
    // A node that does not say how it is must not look like one that is well.
    let state = match asked(&desk, &officer.credential, Request::Health).await {
        Ok(state) => state,
        Err(failure) => return shell.failure(&failure),
    };
    let quarantine = text(&state, "state") == "quarantine";
    let vault = state.get("vault").filter(|vault| vault.get("fits") != Some(&Value::Bool(true)));
    let vault = vault.map(|vault| format!("{}; {}", text(vault, "message"), text(vault, "todo")));
    shell.answer(needs(&desk, &officer).await.map(|needs| HomePage {
        shell: &shell,
        needs,
        gate_ready: health.ready,
        confinement: health.confinement,
        quarantine,
        vault,
    }))
}

async fn needs(desk: &Desk, officer: &Officer) -> Result<Vec<Need>, Failure> {
    let me = officer.identity.officer.as_ref().map(ToString::to_string).unwrap_or_default();
    let holds = |role: Role| officer.identity.roles.contains(&role);
    let ask = |request: Request| asked(desk, &officer.credential, request);
    let mut needs = Vec::new();
    needs.extend(recalls(&ask(Request::RecallBoard).await?, &holds));
    needs.extend(releases(&ask(Request::ReleaseList).await?, &me, &holds));
    needs.extend(links(&ask(Request::LinkList).await?));
    if holds(Role::Analyst) || holds(Role::DeskOfficer) {
        needs.extend(sightings(desk).await?);
    }
    if holds(Role::Custodian) {
        for act in list(&ask(Request::OfficerList).await?, "waiting") {
            if !texts(act, "signed_by").contains(&me) {
                let what = format!("Second the change of the register: {}", text(act, "officer"));
                needs.push(Need::new(what, text(act, "act_kind").replace('_', " "), "/officers"));
            }
        }
    }
    let keys = ask(Request::PasskeyList { officer: None }).await?;
    if list(&keys, "passkeys").len() == 1 {
        needs.push(Need::new("Enrol a second passkey", "if you lose the only one, you cannot sign in", "/account"));
    }
    needs.sort_by_key(|need| !need.urgent);
    Ok(needs)
}

/// Open sightings that nobody has judged.
async fn sightings(desk: &Desk) -> Result<Option<Need>, Failure> {
    let waiting = SightingQuery { judgement: Some(Judgement::Unreviewed), limit: 1, ..SightingQuery::default() };
    let total = desk.readers.read(move |reader| reader.sightings(&waiting)).await?.total;
    Ok((total > 0).then(|| {
        let what = if total == 1 {
            "A sighting to judge".to_owned()
        } else {
            format!("{} sightings to judge", counted(total))
        };
        let why = "our own sensors saw what an indicator looks for";
        Need::new(what, why, "/sightings?judgement=unreviewed")
    }))
}

/// A question that this officer's roles do not allow counts as nothing to do.
async fn asked(desk: &Desk, credential: &Credential, request: Request) -> Result<Value, Failure> {
    match desk.ask(&request, credential).await {
        Err(failure) if failure.code.as_deref() == Some("forbidden") => Ok(Value::Null),
        other => other,
    }
}

fn recalls(board: &Value, holds: &dyn Fn(Role) -> bool) -> Vec<Need> {
    let signs = holds(Role::DeskOfficer) || holds(Role::ReleasingOfficer) || holds(Role::DutyOfficer);
    let mut needs = Vec::new();
    for row in list(board, "recalls") {
        let (state, address) = (text(row, "state"), format!("/recalls#{}", text(row, "recall")));
        let kind = text(row, "kind").replace('_', " ");
        let overdue = list(row, "recipients").iter().filter(|one| flag(one, "overdue")).count();
        if overdue > 0 {
            let why = format!("{overdue} partners have not confirmed in time: call them");
            needs.push(Need::new(format!("Recall outstanding: {kind}"), why, address.clone()).urgent(true));
        }
        if signs && matches!(state.as_str(), "draft" | "approved") {
            needs.push(
                Need::new(format!("Recall to decide: {kind}"), format!("it is {state}"), address.clone()).urgent(true),
            );
        }
        if signs && state == "sent" && !text(row, "confirm_by").is_empty() {
            let why = format!("an emergency recall is confirmed by two officers until {}", text(row, "confirm_by"));
            needs.push(Need::new(format!("Confirm the recall: {kind}"), why, address).urgent(true));
        }
    }
    needs
}

fn releases(listed: &Value, me: &str, holds: &dyn Fn(Role) -> bool) -> Vec<Need> {
    let mut needs = Vec::new();
    for row in list(listed, "releases") {
        let address = format!("/releases/{}", text(row, "release"));
        let to = texts(row, "to").join(", ");
        let mine = text(row, "author") == me;
        let why = format!("{}, {} items", text(row, "label"), number(row, "items"));
        let waits = text(row, "waits_for");
        let answers = !waits.is_empty() && !mine && holds(Role::DataProtectionOfficer);
        match text(row, "state").as_str() {
            "draft" if answers => {
                needs.push(Need::new(format!("Answer for personal data in the release to {to}"), why, address));
            }
            "draft" if mine => needs.push(Need::new(format!("Your draft for {to}"), why, address)),
            "draft" if holds(Role::ReleasingOfficer) && waits.is_empty() => {
                needs.push(Need::new(format!("Decide on the release to {to}"), why, address))
            }
            "approved" => needs.push(Need::new(format!("Approved, to be sent: {to}"), why, address)),
            _ => {}
        }
    }
    needs
}

fn links(listed: &Value) -> Vec<Need> {
    let mut needs = Vec::new();
    for row in list(listed, "links") {
        let (partner, state) = (text(row, "partner"), text(row, "state"));
        let address = format!("/partners/{partner}");
        for act in list(row, "to_sign") {
            let what = match text(act, "act").as_str() {
                "add" => format!("Adding {partner} waits for a second officer"),
                "confirm" => format!("The words of {partner} wait to be typed by a second officer"),
                "renew" => format!("The new node key of {partner} waits for a second officer"),
                _ => format!("Resuming the link with {partner} waits for a second officer"),
            };
            needs.push(Need::new(what, String::new(), address.clone()));
        }
        let waiting = number(row, "waiting");
        let why = format!("{waiting} entries; {}", text(row, "reach"));
        match state.as_str() {
            "suspended" => {
                let what = format!("The link with {partner} is suspended");
                needs.push(Need::new(what, text(row, "reason"), address).urgent(true));
            }
            "pending" | "active(unconfirmed)"
                if !list(row, "to_sign").iter().any(|act| text(act, "act") == "confirm") =>
            {
                let what = format!("Compare the twelve words with {partner}");
                needs.push(Need::new(what, state, address));
            }
            _ if waiting > 0 => needs.push(Need::new(format!("Not yet receipted by {partner}"), why, address)),
            _ => {}
        }
    }
    needs
}
