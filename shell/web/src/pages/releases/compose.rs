//! Composing: what, to whom, under which label, with which words.
//!
//! Guarantees: what was typed is kept when the node refuses. Does not know: what may leave.

use super::super::answer::{list, number, text, typed};
use super::super::shell::{Shell, render};
use crate::desk::Desk;
use crate::identity::Officer;
use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use comity_node::{Failure, PersonalData, ReleaseDraftRequest, Request, Selection};
use comity_vocab::Timestamp;
use comity_vocab::time::Precision;
use std::sync::Arc;

/// The slots of the source descriptor with their words (domain.md §2.6).
const SLOTS: [(&str, &str, &[&str]); 6] = [
    ("access", "Access", &["direct", "indirect", "unknown_access"]),
    ("record", "Reporting record", &["established_reliable", "established_mixed", "limited", "none", "not_stated"]),
    ("corroboration", "Corroboration", &["independent", "partial", "none", "not_assessed"]),
    ("currency", "Currency", &["under_1_month", "1_to_6_months", "over_6_months", "not_stated"]),
    ("bias", "Possible bias", &["none_known", "interested_party", "not_stated"]),
    ("discipline", "Discipline", &["not_stated", "open_source", "technical", "human", "partner_service"]),
];

/// What the form holds. Read from pairs, because a list comes as one field repeated.
#[derive(Clone, Debug, Default)]
pub struct Composed {
    /// Object ids, separated by white space.
    object: String,
    /// Recipients, separated by white space.
    to: String,
    label: String,
    title: String,
    text: String,
    precision: String,
    allow: String,
    as_published: bool,
    purpose: String,
    basis: String,
    necessity: String,
    erase_by: String,
    /// Threat actors that are groups, separated by white space.
    group: String,
    /// The word of each slot, in the order of [`SLOTS`].
    slots: [String; 6],
}

impl Composed {
    fn read(pairs: Vec<(String, String)>) -> Self {
        let mut form = Self::default();
        for (name, value) in pairs {
            let joined = |held: &mut String| {
                held.push_str(&value);
                held.push(' ');
            };
            match name.as_str() {
                "object" => joined(&mut form.object),
                "to" => joined(&mut form.to),
                "label" => form.label = value,
                "title" => form.title = value,
                "text" => form.text = typed(&value),
                "precision" => form.precision = value,
                "allow" => form.allow = value,
                "as_published" => form.as_published = true,
                "purpose" => form.purpose = value,
                "basis" => form.basis = value,
                "necessity" => form.necessity = value,
                "erase_by" => form.erase_by = value,
                "group" => joined(&mut form.group),
                _ => {
                    let slots = SLOTS.iter().zip(&mut form.slots);
                    for (_, held) in slots.filter(|((slot, _, _), _)| *slot == name) {
                        held.clone_from(&value);
                    }
                }
            }
        }
        form
    }
}

struct Slot {
    name: &'static str,
    word: &'static str,
    choices: Vec<(&'static str, bool)>,
}

#[derive(Template)]
#[template(path = "release_new.html")]
struct ComposePage<'a> {
    shell: &'a Shell,
    form: Composed,
    partners: Vec<(String, bool)>,
    labels: Vec<(&'static str, bool)>,
    slots: Vec<Slot>,
    precisions: Vec<(&'static str, bool)>,
    refused: String,
    hint: String,
    /// Objects that cannot be released, with the reason.
    not_releasable: Vec<(String, String)>,
    /// What must be said of personal data and is not.
    missing: Vec<String>,
    /// The selected threat actors, with the answer to whether each is a group.
    actors: Vec<(String, bool)>,
}

impl ComposePage<'_> {
    /// Whether a field about personal data must be filled in and is not.
    fn lacks(&self, field: &str) -> bool {
        self.missing.iter().any(|missing| missing == field)
    }
}

fn words(text: &str) -> Vec<String> {
    text.split([' ', '\n', '\r', '\t', ',']).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Answers `GET /releases/new`.
pub async fn page(
    State(desk): State<Arc<Desk>>,
    officer: Officer,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Response {
    let shell = Shell::new(&desk, &officer, "releases");
    filled(&desk, &officer, &shell, Composed::read(pairs), None).await
}

async fn filled(desk: &Desk, officer: &Officer, shell: &Shell, form: Composed, refused: Option<Failure>) -> Response {
    let links = match desk.ask(&Request::LinkList, &officer.credential).await {
        Ok(links) => links,
        Err(failure) => return shell.failure(&failure),
    };
    let chosen = words(&form.to);
    let partners = list(&links, "links")
        .iter()
        .map(|link| text(link, "partner"))
        .map(|code| {
            let on = chosen.contains(&code);
            (code, on)
        })
        .collect();
    let pick =
        |choices: &[&'static str], value: &str| choices.iter().map(|one| (*one, *one == value)).collect::<Vec<_>>();
    let slots = SLOTS
        .iter()
        .zip(&form.slots)
        .map(|((name, word, choices), chosen)| Slot { name, word, choices: pick(choices, chosen) })
        .collect();
    let status = if refused.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    let mut failure = refused.unwrap_or_else(|| Failure::no(""));
    let not_releasable = failure
        .detail
        .as_ref()
        .map(|detail| {
            list(detail, "not_releasable").iter().map(|one| (text(one, "object"), text(one, "reason"))).collect()
        })
        .unwrap_or_default();
    let missing: Vec<String> = failure
        .detail
        .as_ref()
        .map(|detail| list(detail, "missing").iter().filter_map(|it| it.as_str().map(str::to_owned)).collect())
        .unwrap_or_default();
    let words_of = |name: &String| {
        let words =
            [("purpose", "what it is for"), ("basis", "the legal basis"), ("necessity", "why just this is needed")];
        words.iter().find(|(field, _)| field == name).map_or("by when recipients erase it", |(_, words)| *words)
    };
    if !missing.is_empty() {
        let count = failure.detail.as_ref().map_or(0, |detail| number(detail, "objects"));
        let of =
            if count == 1 { "one of the objects names".to_owned() } else { format!("{count} of the objects name") };
        let list = missing.iter().map(words_of).collect::<Vec<_>>().join(", ");
        failure.message = format!("Nothing was drafted: {of} a person or an account. Say under Personal data: {list}.");
        failure.hint = Some("A threat actor counts as a person unless you say that it is a group.".to_owned());
    }
    let groups = words(&form.group);
    let selected = words(&form.object).into_iter().filter(|id| id.starts_with("threat-actor--"));
    let actors = selected.map(|id| (id.clone(), groups.contains(&id))).collect();
    let page = ComposePage {
        shell,
        missing,
        actors,
        partners,
        labels: pick(&["TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED"], &form.label),
        precisions: pick(&["hour", "day", "month", "year"], &form.precision),
        slots,
        form,
        refused: failure.message,
        hint: failure.hint.unwrap_or_default(),
        not_releasable,
    };
    render(&page, status)
}

impl Composed {
    fn request(&self, author: Option<comity_vocab::OfficerCode>) -> Result<ReleaseDraftRequest, Failure> {
        let mut to = Vec::new();
        for code in words(&self.to) {
            to.push(code.parse().map_err(|error| Failure::usage(format!("recipient {code}: {error}")))?);
        }
        if to.is_empty() {
            return Err(Failure::usage("no recipient is chosen"));
        }
        let named = |text: &str| (!text.trim().is_empty()).then(|| text.trim().to_owned());
        let label = named(&self.label)
            .map(|label| label.parse().map_err(|error| Failure::usage(format!("label: {error}"))))
            .transpose()?;
        let slots: Vec<String> = SLOTS
            .iter()
            .zip(&self.slots)
            .filter(|(_, word)| !word.is_empty())
            .map(|((name, _, _), word)| format!("{name}={word}"))
            .collect();
        let precision = match self.precision.as_str() {
            "" => None,
            word => Some(
                serde_json::from_value::<Precision>(word.into())
                    .map_err(|_| Failure::usage("precision is one of hour, day, month, year"))?,
            ),
        };
        Ok(ReleaseDraftRequest {
            author,
            selection: Selection { objects: words(&self.object), origins: Vec::new() },
            to,
            label,
            descriptor: (!slots.is_empty()).then(|| slots.join(",")),
            title: named(&self.title),
            text: named(&self.text),
            allow: words(&self.allow),
            precision,
            as_published: self.as_published,
            expires: None,
            personal: PersonalData {
                purpose: named(&self.purpose),
                basis: named(&self.basis),
                necessity: named(&self.necessity),
                erase_by: match self.erase_by.trim() {
                    "" => None,
                    day => Some(
                        Timestamp::parse(&format!("{day}T00:00:00Z"))
                            .map_err(|_| Failure::usage("the day of erasure is written like 2027-05-31"))?,
                    ),
                },
            },
            groups: words(&self.group),
        })
    }
}

/// Answers `POST /releases`.
pub async fn draft(
    State(desk): State<Arc<Desk>>,
    officer: Officer,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    let shell = Shell::new(&desk, &officer, "releases");
    let form = Composed::read(pairs);
    let request = match form.request(officer.identity.officer.clone()) {
        Ok(request) => request,
        Err(failure) => return filled(&desk, &officer, &shell, form, Some(failure)).await,
    };
    match desk.ask(&Request::ReleaseDraft(request), &officer.credential).await {
        Ok(answer) => Redirect::to(&format!("/releases/{}", text(&answer, "release"))).into_response(),
        Err(failure) => filled(&desk, &officer, &shell, form, Some(failure)).await,
    }
}
