//! Partners and links: cards out and in, the words to compare, state, both logs, receipts, what waits and what is parked.

use super::answer::{flag, list, number, text, texts};
use super::partner_act;
use super::shell::Shell;
use super::step_up;
use crate::desk::Desk;
use crate::identity::Officer;
use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use comity_node::{Failure, LinkAlone, Request};
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
    /// Whether people may resume it: it is suspended, and not on evidence.
    resumable: bool,
    /// Whether two officers compared the words.
    confirmed: bool,
    /// What waits for a second officer.
    to_sign: Vec<Act>,
}

/// An act that waits for a second officer.
struct Act {
    what: String,
    signed: Vec<String>,
    changes: Vec<Change>,
}

/// What a card changes of the one held: what, before, after.
type Change = (String, String, String);

fn changes(of: &Value) -> Vec<Change> {
    let change = |row: &Value| (text(row, "what").replace('_', " "), text(row, "before"), text(row, "after"));
    list(of, "changes").iter().map(change).collect()
}

impl Line {
    /// The state as a word to colour.
    fn tone(&self) -> &str {
        match self.state.as_str() {
            "proposed" | "active(unconfirmed)" => "care",
            state => state,
        }
    }

    /// Whether it is a link; until then the card waits for a second officer, or the words were not compared.
    fn is_link(&self) -> bool {
        !matches!(self.state.as_str(), "proposed" | "pending")
    }

    /// Whether entries flow.
    fn is_active(&self) -> bool {
        self.state.starts_with("active")
    }

    /// Whether the words wait to be typed.
    fn to_compare(&self) -> bool {
        !self.confirmed && self.state != "proposed"
    }
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
    endpoints: Vec<String>,
    known: bool,
    new_node_key: bool,
    /// What the card would change of the one held.
    changes: Vec<Change>,
    /// Why it would be refused.
    refused: String,
    /// What its name and addresses could be taken for.
    hints: Vec<String>,
    text: String,
}

#[derive(Template)]
#[template(path = "partner_card.html")]
struct CardPage<'a> {
    shell: &'a Shell,
    card: Card,
    may_sign: bool,
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
    /// What its name and addresses could be taken for.
    hints: Vec<String>,
    country: String,
    endpoints: Vec<String>,
    fingerprint: Vec<String>,
    logs: Vec<Log>,
    refusals: Vec<(String, String)>,
    /// Whether the partner's TAXII tools may read at our gate: `off`, `waiting` or `on`.
    taxii: String,
    /// Where the gate answers such tools; empty where nowhere.
    taxii_listen: String,
    /// The roles in which this officer may sign for it.
    roles: Vec<&'static str>,
    /// Whether this officer may sign about links.
    may_sign: bool,
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
        resumable: text(row, "state") == "suspended" && !flag(row, "on_evidence"),
        confirmed: flag(row, "confirmed"),
        to_sign: list(row, "to_sign").iter().map(waiting_act).collect(),
    }
}

fn waiting_act(act: &Value) -> Act {
    let signed = list(act, "signed");
    let by = signed.iter().map(|one| format!("{} as {}", text(one, "officer"), text(one, "role").replace('_', " ")));
    Act { what: text(act, "act"), signed: by.collect(), changes: changes(act) }
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

/// What a partner's name and addresses could be taken for. A new card that looks like another's is refused; one that was taken by an
/// earlier version, or changed its addresses, is not.
async fn hints(desk: &Desk, answer: &Value) -> Result<Vec<String>, Failure> {
    let mut seen = texts(answer, "endpoints");
    seen.push(text(answer, "name"));
    let known = desk.readers.read(|reader| reader.resemblances()).await?;
    Ok(seen.iter().flat_map(|text| known.hints(text)).collect())
}

/// A card as it was pasted.
#[derive(Deserialize)]
pub struct Pasted {
    card: String,
}

/// Answers `POST /partners/card`: what a pasted card says and would change, before anything is kept.
pub async fn preview(State(desk): State<Arc<Desk>>, officer: Officer, Form(pasted): Form<Pasted>) -> Response {
    let shell = Shell::new(&desk, &officer, "partners");
    match desk.ask(&Request::LinkPreview { card: pasted.card.clone() }, &officer.credential).await {
        Ok(answer) => {
            let hints = match hints(&desk, &answer).await {
                Ok(hints) => hints,
                Err(failure) => return shell.failure(&failure),
            };
            let card = Card {
                hints,
                code: text(&answer, "partner"),
                name: text(&answer, "name"),
                country: text(&answer, "country"),
                kind: text(&answer, "kind"),
                endpoints: texts(&answer, "endpoints"),
                known: flag(&answer, "known"),
                new_node_key: flag(&answer, "new_node_key"),
                changes: changes(&answer),
                refused: text(&answer, "refused"),
                text: pasted.card,
            };
            shell.answer(Ok(CardPage { shell: &shell, card, may_sign: partner_act::may_sign(&officer) }))
        }
        Err(failure) => listing(&desk, &officer, &shell, failure.message).await,
    }
}

/// Answers `POST /partners/renewed`: one officer takes a renewed card.
pub async fn renewed(State(desk): State<Arc<Desk>>, officer: Officer, Form(pasted): Form<Pasted>) -> Response {
    let shell = Shell::new(&desk, &officer, "partners");
    match desk.ask(&Request::LinkAlone(LinkAlone::TakeCard { card: pasted.card.clone() }), &officer.credential).await {
        Ok(answer) => Redirect::to(&format!("/partners/{}", text(&answer, "partner"))).into_response(),
        Err(failure) => match step_up::again(&shell, &failure, "/partners/renewed", &[("card", &pasted.card)]) {
            Some(response) => response,
            None => listing(&desk, &officer, &shell, failure.message).await,
        },
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
    let hints = match hints(desk, &answer).await {
        Ok(hints) => hints,
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
        hints,
        country: text(&answer, "country"),
        endpoints: texts(&answer, "endpoints"),
        fingerprint: words(&answer),
        logs: vec![log("out", "Ours to them"), log("in", "Theirs to us")],
        refusals,
        taxii: answer.get("taxii").map(|taxii| text(taxii, "state")).unwrap_or_default(),
        taxii_listen: answer.get("taxii").map(|taxii| text(taxii, "listen")).unwrap_or_default(),
        roles: super::partner_taxii::roles(officer),
        may_sign: partner_act::may_sign(officer),
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

/// Answers `POST /partners/{code}/suspend`: one officer stops a link.
pub async fn suspend(State(desk): State<Arc<Desk>>, officer: Officer, Path(code): Path<String>) -> Response {
    let Ok(partner) = code.parse() else { return Shell::new(&desk, &officer, "partners").not_released() };
    alone(
        &desk,
        &officer,
        &Request::LinkAlone(LinkAlone::Suspend { partner }),
        &format!("/partners/{code}/suspend"),
        &code,
    )
    .await
}

/// Answers `POST /partners/{code}/drop`: one officer gives up what waits.
pub async fn give_up(State(desk): State<Arc<Desk>>, officer: Officer, Path(code): Path<String>) -> Response {
    let Ok(partner) = code.parse() else { return Shell::new(&desk, &officer, "partners").not_released() };
    alone(&desk, &officer, &Request::LinkAlone(LinkAlone::Drop { partner }), &format!("/partners/{code}/drop"), &code)
        .await
}

/// Does what one officer may do alone, after the passkey was asked for again.
async fn alone(desk: &Desk, officer: &Officer, request: &Request, action: &str, code: &str) -> Response {
    let shell = Shell::new(desk, officer, "partners");
    match desk.ask(request, &officer.credential).await {
        // Where a partner was given up that was no link yet, there is no page of it any more.
        Ok(answer) if text(&answer, "state") == "dropped" => Redirect::to("/partners").into_response(),
        Ok(_) => Redirect::to(&format!("/partners/{code}")).into_response(),
        Err(failure) => step_up::again(&shell, &failure, action, &[]).unwrap_or_else(|| shell.failure(&failure)),
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
