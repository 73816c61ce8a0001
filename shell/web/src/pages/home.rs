//! Home: what needs this officer today, the most urgent first.
//!
//! Guarantees: a line is shown only where the officer can do something about it, and leads to the place where it is done.

use super::answer::{self, list, text, texts};
use super::line::counted;
use super::recalls::words::{answered, called, names, number, reason};
use super::shell::{Shell, moment};
use crate::desk::Desk;
use crate::identity::{Credential, Officer};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use comity_node::{Answered, Failure, Judgement, OurRecall, PartnerAnswer, Request, SightingQuery, TheirRecall};
use comity_release::RecallKind;
use comity_vocab::{RecallState, ReleaseState, Role};
use serde_json::Value;
use std::sync::Arc;

/// Something to do.
struct Need {
    what: String,
    why: String,
    address: String,
    urgent: bool,
    /// What partners said, one a line.
    said: Vec<String>,
}

impl Need {
    fn new(what: impl Into<String>, why: impl Into<String>, address: impl Into<String>) -> Self {
        Self { what: what.into(), why: why.into(), address: address.into(), urgent: false, said: Vec::new() }
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
    needs.extend(recalls(desk, officer).await?);
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

/// Recalls that wait for this officer, and what partners answered to ours; whether the officer may know of them is asked with them.
async fn recalls(desk: &Desk, officer: &Officer) -> Result<Vec<Need>, Failure> {
    let (roles, now) = (officer.identity.roles.clone(), (desk.clock)());
    let read = desk.readers.read(move |reader| {
        let waiting = reader.recalls_waiting(&roles, now)?;
        let asked = waiting.ours.iter().flat_map(|recall| &recall.answers).map(|answer| answer.recipient.as_str());
        let names = names(reader, asked.chain(waiting.theirs.iter().map(|recall| recall.from.as_str())))?;
        Ok::<_, Failure>((waiting, names))
    });
    let (waiting, names) = read.await?;
    let who = |code: &str| called(code, names.get(code).map(String::as_str));
    let mut needs: Vec<Need> = waiting.ours.iter().map(|recall| our_recall(recall, &who)).collect();
    needs.extend(waiting.theirs.iter().map(|recall| their_recall(recall, &who)));
    Ok(needs)
}

fn our_recall(recall: &OurRecall, who: &dyn Fn(&str) -> String) -> Need {
    let (why, address) = (reason(recall.kind), format!("/recalls#{}", recall.recall));
    let count =
        |state: Answered| recall.answers.iter().filter(|answer| answer.state == state && answer.acts).count() as u64;
    let (overdue, refused, untold) = (count(Answered::Overdue), count(Answered::Refused), count(Answered::NotSent));
    let mut todo = Vec::new();
    if overdue > 0 {
        todo.push(format!("{} not confirmed in time: call them", number(overdue, "partner has", "partners have")));
    }
    if refused > 0 {
        todo.push(format!("{} what it has: speak with them", number(refused, "partner keeps", "partners keep")));
    }
    if untold > 0 {
        todo.push(format!("{} told nothing: draft it again", number(untold, "partner was", "partners were")));
    }
    if let Some(until) = &recall.confirm_by {
        todo.push(format!("a duty officer sent it alone: two officers confirm it until {}", moment(until)));
    }
    let confirmed = recall.answers.iter().filter(|answer| answer.state == Answered::Confirmed).count();
    let (what, more) = match recall.state {
        RecallState::Draft => ("Recall to sign", "it is a draft".to_owned()),
        RecallState::Approved => ("Recall to send", "it is signed".to_owned()),
        RecallState::Sent if recall.acts => ("A recall of ours needs you", todo.join("; ")),
        RecallState::Sent if confirmed == recall.answers.len() => ("Recall confirmed by everybody", String::new()),
        RecallState::Sent => (
            "Recall on its way",
            format!("{confirmed} of {} confirmed", number(recall.answers.len() as u64, "partner", "partners")),
        ),
    };
    let said = |answer: &PartnerAnswer| answered(answer, recall.kind, &who(&answer.recipient), &moment(&answer.at));
    Need {
        said: recall.answers.iter().map(said).collect(),
        ..Need::new(format!("{what}: {why}"), more, address).urgent(recall.acts)
    }
}

fn their_recall(recall: &TheirRecall, who: &dyn Fn(&str) -> String) -> Need {
    let items = number(recall.items, "item", "items");
    let what = match recall.kind {
        Some(RecallKind::Correct) => format!("{} corrects {items}", who(&recall.from)),
        Some(RecallKind::DowngradeConfidence) => format!("{} believes {items} less", who(&recall.from)),
        _ => format!("{} recalled {items}", who(&recall.from)),
    };
    let mut why = Vec::new();
    if recall.to_decide > 0 {
        let (rests, released) = if recall.to_decide == 1 { ("rests", "it is") } else { ("rest", "they are") };
        let ours = number(recall.to_decide, "object", "objects");
        why.push(format!("{ours} of ours {rests} on what was erased: decide whether {released} kept"));
    }
    if recall.to_look_at > 0 {
        let (rests, it) = if recall.to_look_at == 1 { ("rests", "it") } else { ("rest", "them") };
        why.push(format!("{} of ours {rests} on it: look at {it}", number(recall.to_look_at, "object", "objects")));
    }
    if !recall.acts() {
        why.push("it stays here, with the notice; nothing of ours that is left to look at rests on it".to_owned());
    }
    Need::new(what, why.join("; "), format!("/recalls#{}", recall.recall)).urgent(recall.acts())
}

fn releases(listed: &Value, me: &str, holds: &dyn Fn(Role) -> bool) -> Vec<Need> {
    let mut needs = Vec::new();
    for row in list(listed, "releases") {
        let address = format!("/releases/{}", text(row, "release"));
        let to = texts(row, "to").join(", ");
        let mine = text(row, "author") == me;
        let why = format!("{}, {} items", text(row, "label"), answer::number(row, "items"));
        let waits = text(row, "waits_for");
        let answers = !waits.is_empty() && !mine && holds(Role::DataProtectionOfficer);
        match text(row, "state").parse() {
            Ok(ReleaseState::Draft) if answers => {
                needs.push(Need::new(format!("Answer for personal data in the release to {to}"), why, address));
            }
            Ok(ReleaseState::Draft) if mine => needs.push(Need::new(format!("Your draft for {to}"), why, address)),
            Ok(ReleaseState::Draft) if holds(Role::ReleasingOfficer) && waits.is_empty() => {
                needs.push(Need::new(format!("Decide on the release to {to}"), why, address))
            }
            Ok(ReleaseState::Approved) => needs.push(Need::new(format!("Approved, to be sent: {to}"), why, address)),
            Ok(ReleaseState::Draft | ReleaseState::Sent | ReleaseState::Recalled | ReleaseState::Withdrawn)
            | Err(_) => {}
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
        let waiting = answer::number(row, "waiting");
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
