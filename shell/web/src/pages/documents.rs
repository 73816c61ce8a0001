//! Documents: what we wrote to partners and what arrived from them.
//!
//! Guarantees: what was typed is kept when the node refuses; a document of ours is read, signed and sent on the page of releases, by
//! the same acts; what contradicts another document says so. Does not know: which forms a partner can receive; the node does.

use super::answer::{list, number, text, texts, typed};
use super::banner::Banner;
use super::shell::{Shell, render};
use crate::desk::Desk;
use crate::identity::Officer;
use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use comity_node::{DocumentDraftRequest, DocumentNamed, DocumentsAsked, Failure, Request};
use comity_vocab::{OrgCode, Role, SecurityLabel};
use serde_json::{Value, json};
use std::sync::Arc;

/// A document in a list.
struct Line {
    id: String,
    /// Where it is read.
    address: String,
    form: String,
    /// The partners at its other end.
    with: String,
    label: String,
    state: String,
    at: String,
    contradicts: bool,
}

/// What the form holds.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    to: Vec<String>,
    label: String,
    text: String,
}

#[derive(Template)]
#[template(path = "documents.html")]
struct DocumentsPage<'a> {
    shell: &'a Shell,
    ours: Vec<Line>,
    received: Vec<Line>,
    /// How many more there are than the lists show.
    more_ours: u64,
    more_received: u64,
    may_draft: bool,
    partners: Vec<(String, bool)>,
    labels: Vec<(&'static str, bool)>,
    form: Typed,
    refused: String,
    hint: String,
}

/// A copy that arrived.
struct Copy {
    form: String,
    from: String,
    label: String,
    seq: u64,
    at: String,
    contradicts: bool,
    recalled: String,
    held: bool,
    /// What its sender said of it since: when, of what kind, in which words.
    notices: Vec<(String, String, String)>,
    fields: Vec<(String, String)>,
    organisation: String,
}

#[derive(Template)]
#[template(path = "document.html")]
struct DocumentPage<'a> {
    shell: &'a Shell,
    id: String,
    /// Whether there is one of ours under the same identifier.
    ours: bool,
    copies: Vec<Copy>,
}

const LABELS: [&str; 5] = ["TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED"];

/// Answers `GET /documents`.
pub async fn page(State(desk): State<Arc<Desk>>, officer: Officer) -> Response {
    filled(&desk, &officer, Typed { label: "TLP:AMBER".to_owned(), ..Typed::default() }, None).await
}

/// Answers `POST /documents`: a draft, which is read and signed where releases are.
pub async fn draft(
    State(desk): State<Arc<Desk>>,
    officer: Officer,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    let mut form = Typed::default();
    for (name, value) in pairs {
        match name.as_str() {
            "to" => form.to.push(value),
            "label" => form.label = value,
            "text" => form.text = typed(&value),
            _ => {}
        }
    }
    let drafted = match request(&form, &officer) {
        Ok(request) => desk.ask(&Request::DocumentDraft(request), &officer.credential).await,
        Err(failure) => Err(failure),
    };
    match drafted {
        Ok(answer) => Redirect::to(&format!("/releases/{}", text(&answer, "release"))).into_response(),
        Err(failure) => filled(&desk, &officer, form, Some(failure)).await,
    }
}

fn request(form: &Typed, officer: &Officer) -> Result<DocumentDraftRequest, Failure> {
    let to = form.to.iter().map(|code| code.parse::<OrgCode>()).collect::<Result<Vec<_>, _>>();
    let to = to.map_err(|_| Failure::usage("not the code of a partner"))?;
    if to.is_empty() {
        return Err(Failure::usage("choose whom the document is for"));
    }
    Ok(DocumentDraftRequest {
        author: officer.identity.officer.clone(),
        form: comity_vocab::Form::Hello,
        fields: json!({ "text": form.text }),
        to,
        label: form.label.parse().map_err(|_| Failure::usage("choose a label"))?,
        expires: None,
    })
}

/// Answers `GET /documents/{id}`.
pub async fn one(State(desk): State<Arc<Desk>>, officer: Officer, Path(id): Path<String>) -> Response {
    let shell = Shell::new(&desk, &officer, "documents");
    let shown =
        match desk.ask(&Request::DocumentShow(DocumentNamed { document: id.clone() }), &officer.credential).await {
            Ok(shown) => shown,
            Err(failure) => return shell.failure(&failure),
        };
    let ours = shown.get("ours").is_some_and(Value::is_object);
    let copies: Vec<Copy> = list(&shown, "copies").iter().map(copy).collect();
    if ours && copies.is_empty() {
        return Redirect::to(&format!("/releases/{}", text(&shown, "document"))).into_response();
    }
    let shell = shell.banner(marked(copies.iter().map(|copy| copy.label.as_str())));
    render(&DocumentPage { shell: &shell, id: text(&shown, "document"), ours, copies }, StatusCode::OK)
}

/// The banner of what stands under these labels; a label that cannot be read counts as none.
fn marked<'l>(labels: impl Iterator<Item = &'l str>) -> Banner {
    let labels: Vec<Option<SecurityLabel>> = labels.map(|label| label.parse().ok()).collect();
    if labels.is_empty() { Banner::NotDetermined } else { Banner::of(labels.iter().map(Option::as_ref)) }
}

fn copy(row: &Value) -> Copy {
    let body = row.get("body").and_then(Value::as_object);
    let fields = body.into_iter().flatten().map(|(name, value)| {
        let said = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        (name.replace('_', " "), said)
    });
    Copy {
        form: text(row, "form"),
        from: text(row, "from"),
        label: text(row, "label"),
        seq: number(row, "seq"),
        at: text(row, "at"),
        contradicts: row.get("contradicts").and_then(Value::as_bool).unwrap_or_default(),
        recalled: text(row, "recalled"),
        held: body.is_some(),
        notices: list(row, "notices")
            .iter()
            .map(|it| (text(it, "at"), text(it, "kind").replace('_', " "), text(it, "instruction")))
            .collect(),
        fields: fields.collect(),
        organisation: row.get("proof").map(|proof| text(proof, "organisation")).unwrap_or_default(),
    }
}

async fn filled(desk: &Desk, officer: &Officer, form: Typed, refused: Option<Failure>) -> Response {
    let shell = Shell::new(desk, officer, "documents");
    let answers = async {
        let listed = desk.ask(&Request::DocumentList(DocumentsAsked::default()), &officer.credential).await?;
        let links = desk.ask(&Request::LinkList, &officer.credential).await?;
        Ok::<_, Failure>((listed, links))
    };
    let (listed, links) = match answers.await {
        Ok(answers) => answers,
        Err(failure) => return shell.failure(&failure),
    };
    let ours = list(&listed, "ours").iter().map(|row| Line {
        id: text(row, "document"),
        address: format!("/releases/{}", text(row, "document")),
        form: text(row, "form"),
        with: texts(row, "to").join(", "),
        label: text(row, "label"),
        state: text(row, "state"),
        at: text(row, "created"),
        contradicts: false,
    });
    let received = list(&listed, "received").iter().map(|row| Line {
        id: text(row, "document"),
        address: format!("/documents/{}", text(row, "document")),
        form: text(row, "form"),
        with: text(row, "from"),
        label: text(row, "label"),
        state: if text(row, "recalled").is_empty() { "received" } else { "recalled" }.to_owned(),
        at: text(row, "at"),
        contradicts: row.get("contradicts").and_then(Value::as_bool).unwrap_or_default(),
    });
    let (ours, received): (Vec<Line>, Vec<Line>) = (ours.collect(), received.collect());
    let shell = shell.banner(marked(ours.iter().chain(&received).map(|line| line.label.as_str())));
    let partners = list(&links, "links").iter().map(|link| text(link, "partner"));
    let partners = partners.map(|code| (code.clone(), form.to.contains(&code))).collect();
    let status = if refused.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    let failure = refused.unwrap_or_else(|| Failure::no(""));
    let may_draft = [Role::Analyst, Role::DeskOfficer].iter().any(|role| officer.identity.roles.contains(role));
    let page = DocumentsPage {
        shell: &shell,
        more_ours: number(&listed, "ours_total").saturating_sub(ours.len() as u64),
        more_received: number(&listed, "received_total").saturating_sub(received.len() as u64),
        ours,
        received,
        may_draft,
        partners,
        labels: LABELS.iter().map(|label| (*label, *label == form.label)).collect(),
        form,
        refused: failure.message,
        hint: failure.hint.unwrap_or_default(),
    };
    render(&page, status)
}
