//! Partners and links: cards out and in, the words to compare, state, both logs, receipts, what waits and what is parked.

use super::answer::{flag, list, number, text, texts};
use super::shell::Shell;
use super::step_up;
use crate::desk::Desk;
use crate::identity::Officer;
use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use comity_node::{Failure, Request};
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;

struct Line {
    code: String,
    state: String,
    reason: String,
    reach: String,
    waiting: u64,
    added: String,
}

#[derive(Template)]
#[template(path = "partners.html")]
struct PartnersPage<'a> {
    shell: &'a Shell,
    partners: Vec<Line>,
    refused: String,
}

struct Card {
    code: String,
    name: String,
    country: String,
    kind: String,
    fingerprint: Vec<String>,
    endpoints: Vec<String>,
    known: bool,
    text: String,
}

#[derive(Template)]
#[template(path = "partner_card.html")]
struct CardPage<'a> {
    shell: &'a Shell,
    card: Card,
}

#[derive(Template)]
#[template(path = "our_card.html")]
struct OurCardPage<'a> {
    shell: &'a Shell,
    card: String,
    endpoints: Vec<String>,
}

struct Log {
    what: &'static str,
    size: u64,
    receipted: u64,
    root: String,
    parked: Vec<(u64, String)>,
}

#[derive(Template)]
#[template(path = "partner.html")]
struct PartnerPage<'a> {
    shell: &'a Shell,
    line: Line,
    name: String,
    fingerprint: Vec<String>,
    logs: Vec<Log>,
    refusals: Vec<(String, String)>,
    /// Whether the partner's TAXII tools may read at our gate: `off`, `waiting` or `on`.
    taxii: String,
    /// Where the gate answers such tools; empty where nowhere.
    taxii_listen: String,
    /// The roles in which this officer may sign for it.
    roles: Vec<&'static str>,
    verified: Option<(bool, String)>,
}

fn line(row: &Value) -> Line {
    Line {
        code: text(row, "partner"),
        state: text(row, "state"),
        reason: text(row, "reason"),
        reach: text(row, "reach"),
        waiting: number(row, "waiting"),
        added: text(row, "added"),
    }
}

fn words(answer: &Value) -> Vec<String> {
    text(answer, "fingerprint").split_whitespace().map(str::to_owned).collect()
}

/// Answers `GET /partners`.
pub async fn page(State(desk): State<Arc<Desk>>, officer: Officer) -> Response {
    let shell = Shell::new(&desk, &officer, "partners");
    listing(&desk, &officer, &shell, String::new()).await
}

async fn listing(desk: &Desk, officer: &Officer, shell: &Shell, refused: String) -> Response {
    let answer = desk.ask(&Request::LinkList, &officer.credential).await;
    shell.answer(answer.map(|answer| PartnersPage {
        shell,
        partners: list(&answer, "links").iter().map(line).collect(),
        refused,
    }))
}

/// A card as it was pasted.
#[derive(Deserialize)]
pub struct Pasted {
    card: String,
    /// The partner has a new node key, as after a restored backup: a new generation of the link begins.
    #[serde(default)]
    new_node_key: bool,
}

/// Answers `POST /partners/card`: what a pasted card says, before anything is kept.
pub async fn preview(State(desk): State<Arc<Desk>>, officer: Officer, Form(pasted): Form<Pasted>) -> Response {
    let shell = Shell::new(&desk, &officer, "partners");
    match desk.ask(&Request::LinkPreview { card: pasted.card.clone() }, &officer.credential).await {
        Ok(answer) => {
            let card = Card {
                code: text(&answer, "partner"),
                name: text(&answer, "name"),
                country: text(&answer, "country"),
                kind: text(&answer, "kind"),
                fingerprint: words(&answer),
                endpoints: texts(&answer, "endpoints"),
                known: flag(&answer, "known"),
                text: pasted.card,
            };
            shell.answer(Ok(CardPage { shell: &shell, card }))
        }
        Err(failure) => listing(&desk, &officer, &shell, failure.message).await,
    }
}

/// Answers `POST /partners`: keeps the card.
pub async fn add(State(desk): State<Arc<Desk>>, officer: Officer, Form(pasted): Form<Pasted>) -> Response {
    let shell = Shell::new(&desk, &officer, "partners");
    let card = pasted.card.clone();
    let request = if pasted.new_node_key { Request::LinkRenew { card } } else { Request::LinkAdd { card } };
    let renewed = if pasted.new_node_key { "true" } else { "false" };
    match desk.ask(&request, &officer.credential).await {
        Ok(answer) => Redirect::to(&format!("/partners/{}", text(&answer, "partner"))).into_response(),
        Err(failure) => {
            match step_up::again(&shell, &failure, "/partners", &[("card", &pasted.card), ("new_node_key", renewed)]) {
                Some(response) => response,
                None => listing(&desk, &officer, &shell, failure.message).await,
            }
        }
    }
}

/// Answers `POST /partners/our-card`: our card, to be given to a partner.
pub async fn our_card(State(desk): State<Arc<Desk>>, officer: Officer) -> Response {
    let shell = Shell::new(&desk, &officer, "partners");
    let answer = desk.ask(&Request::LinkCard { endpoints: Vec::new() }, &officer.credential).await;
    shell.answer(answer.map(|answer| OurCardPage {
        shell: &shell,
        card: text(&answer, "card"),
        endpoints: texts(&answer, "endpoints"),
    }))
}

/// Answers `GET /partners/{code}`.
pub async fn one(State(desk): State<Arc<Desk>>, officer: Officer, Path(code): Path<String>) -> Response {
    let shell = Shell::new(&desk, &officer, "partners");
    shown(&desk, &officer, &shell, &code, None).await
}

async fn shown(
    desk: &Desk,
    officer: &Officer,
    shell: &Shell,
    code: &str,
    verified: Option<(bool, String)>,
) -> Response {
    let Ok(partner) = code.parse() else { return shell.not_released() };
    let answer = match desk.ask(&Request::LinkShow { partner }, &officer.credential).await {
        Ok(answer) => answer,
        Err(failure) => return shell.failure(&failure),
    };
    let log = |name: &str, what: &'static str| {
        let log = answer.get(name).unwrap_or(&Value::Null);
        let parked = list(log, "parked").iter().map(|row| (number(row, "seq"), text(row, "reason"))).collect();
        Log { what, size: number(log, "size"), receipted: number(log, "cosigned"), root: text(log, "root"), parked }
    };
    let refusals = list(&answer, "refusals").iter().map(|row| (text(row, "at"), text(row, "reason"))).collect();
    let page = PartnerPage {
        shell,
        line: line(&answer),
        name: text(&answer, "name"),
        fingerprint: words(&answer),
        logs: vec![log("out", "Ours to them"), log("in", "Theirs to us")],
        refusals,
        taxii: answer.get("taxii").map(|taxii| text(taxii, "state")).unwrap_or_default(),
        taxii_listen: answer.get("taxii").map(|taxii| text(taxii, "listen")).unwrap_or_default(),
        roles: super::partner_taxii::roles(officer),
        verified,
    };
    shell.answer(Ok(page))
}

/// Answers `POST /partners/{code}/verify`.
pub async fn verify(State(desk): State<Arc<Desk>>, officer: Officer, Path(code): Path<String>) -> Response {
    let shell = Shell::new(&desk, &officer, "partners");
    let Ok(partner) = code.parse() else { return shell.not_released() };
    let verified = match desk.ask(&Request::LinkVerify { partner }, &officer.credential).await {
        Ok(_) => (true, "both logs, their signatures and receipts verify".to_owned()),
        Err(failure) => (false, failure.message),
    };
    shown(&desk, &officer, &shell, &code, Some(verified)).await
}

/// Whether a link is stopped or resumed.
#[derive(Deserialize)]
pub struct Suspension {
    suspended: bool,
}

/// Answers `POST /partners/{code}/suspend`.
pub async fn suspend(
    State(desk): State<Arc<Desk>>,
    officer: Officer,
    Path(code): Path<String>,
    Form(suspension): Form<Suspension>,
) -> Response {
    let shell = Shell::new(&desk, &officer, "partners");
    let Ok(partner) = code.parse() else { return shell.not_released() };
    let request = Request::LinkSuspend { partner, suspended: suspension.suspended };
    match desk.ask(&request, &officer.credential).await {
        Ok(_) => Redirect::to(&format!("/partners/{code}")).into_response(),
        Err(failure) => {
            let word = if suspension.suspended { "true" } else { "false" };
            step_up::again(&shell, &failure, &format!("/partners/{code}/suspend"), &[("suspended", word)])
                .unwrap_or_else(|| shell.failure(&failure))
        }
    }
}

/// Answers `GET /partners/{code}/fingerprint.svg`: the words to compare, as a picture to scan.
pub async fn fingerprint(State(desk): State<Arc<Desk>>, officer: Officer, Path(code): Path<String>) -> Response {
    match picture(&desk, &officer, &code).await {
        Ok(svg) => ([(header::CONTENT_TYPE, "image/svg+xml")], svg).into_response(),
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn picture(desk: &Desk, officer: &Officer, code: &str) -> Result<String, Failure> {
    let partner = code.parse().map_err(|_| Failure::no("no such partner"))?;
    let answer = desk.ask(&Request::LinkShow { partner }, &officer.credential).await?;
    let code = qrcode::QrCode::new(text(&answer, "fingerprint").as_bytes())
        .map_err(|error| Failure::operational(format!("no picture of the words: {error}")))?;
    Ok(code.render::<qrcode::render::svg::Color<'_>>().min_dimensions(192, 192).quiet_zone(true).build())
}
