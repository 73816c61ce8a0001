//! Drafting a recall: what is named, by name; whom it reaches; and only then the draft.
//!
//! Guarantees: what is drafted reaches whom the page last showed, or the page is shown again. Does not know: who may draft; the node
//! decides.

use super::reach::{BLOCK, Reach};
use super::words::{Names, called, names, number};
use crate::desk::Desk;
use crate::identity::Officer;
use crate::pages::answer::text;
use crate::pages::line::titled;
use crate::pages::shell::{Shell, render};
use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use comity_node::{Failure, RECALL_ITEMS_MAX, RecallNamed, RecallOf, RecallPreview, Request};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Why something is recalled, in words (domain.md §8.7).
const KINDS: [(&str, &str); 6] = [
    ("withdraw_error", "Wrong person or wrong fact: recipients erase it"),
    ("withdraw_fabricated", "It was made up: recipients erase it"),
    ("withdraw_unlawful", "It must not be held: recipients erase it"),
    ("withdraw_permission", "The permission to use it has ended: recipients erase it"),
    ("correct", "A corrected version follows: recipients keep it with a notice"),
    ("downgrade_confidence", "Believe it less: recipients keep it with a notice"),
];

/// Releases that are offered beside what is named.
const CHOICES_MAX: usize = 200;

/// What an officer typed or chose. Read from pairs, because a list comes as one field repeated.
#[derive(Clone, Debug, Default)]
struct Typed {
    named: RecallNamed,
    kind: String,
    blocks: usize,
    /// The digest of what the page showed.
    seen: String,
    /// Whether the draft is to be made.
    makes: bool,
}

impl Typed {
    fn read(pairs: Vec<(String, String)>) -> Self {
        let mut typed = Self { blocks: 1, ..Self::default() };
        let add = |held: &mut Vec<String>, value: &str| {
            for id in value.split_whitespace() {
                if !held.iter().any(|one| one == id) {
                    held.push(id.to_owned());
                }
            }
        };
        for (name, value) in pairs {
            match name.as_str() {
                "release" => add(&mut typed.named.releases, &value),
                "item" => add(&mut typed.named.items, &value),
                "kind" => typed.kind = value,
                "blocks" => typed.blocks = value.parse().unwrap_or(1).clamp(1, RECALL_ITEMS_MAX / BLOCK),
                "seen" => typed.seen = value,
                "act" => typed.makes = value == "draft",
                _ => {}
            }
        }
        typed
    }

    fn is_empty(&self) -> bool {
        self.named.releases.is_empty() && self.named.items.is_empty()
    }
}

/// One thing that can be named.
struct Choice {
    field: &'static str,
    id: String,
    words: String,
    on: bool,
}

#[derive(Template)]
#[template(path = "recall_new.html")]
struct NewPage<'a> {
    shell: &'a Shell,
    kinds: Vec<(&'static str, &'static str, bool)>,
    refused: String,
    reach: Option<Reach>,
    choices: Vec<Choice>,
    more_choices: usize,
    typed_releases: String,
    typed_items: String,
}

/// Answers `GET /recalls/new`.
pub async fn compose(
    State(desk): State<Arc<Desk>>,
    officer: Officer,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Response {
    let typed = Typed::read(pairs);
    let looked = look(&desk, &typed).await;
    shown(&desk, &officer, &typed, looked, String::new())
}

/// Answers `POST /recalls`: shows whom it reaches, or makes the draft of what was shown.
pub async fn draft(
    State(desk): State<Arc<Desk>>,
    officer: Officer,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    let typed = Typed::read(pairs);
    let looked = match look(&desk, &typed).await {
        Ok(Some(looked)) if typed.makes => looked,
        Ok(None) if typed.makes => {
            let failure = Failure::usage("name what is recalled: a release or an item");
            return shown(&desk, &officer, &typed, Err(failure), String::new());
        }
        other => return shown(&desk, &officer, &typed, other, String::new()),
    };
    if looked.0.digest.to_string() != typed.seen {
        let refused = "Look again before you make the draft: this is not what the page showed.".to_owned();
        return shown(&desk, &officer, &typed, Ok(Some(looked)), refused);
    }
    let drafted = async {
        let kind = serde_json::from_value(typed.kind.clone().into())
            .map_err(|_| Failure::usage("choose why it is recalled"))?;
        let RecallNamed { releases, items } = typed.named.clone();
        desk.ask(&Request::RecallDraft { releases, items, kind }, &officer.credential).await
    };
    match drafted.await {
        Ok(answer) => Redirect::to(&format!("/recalls#{}", text(&answer, "recall"))).into_response(),
        Err(failure) => shown(&desk, &officer, &typed, Ok(Some(looked)), failure.message),
    }
}

/// Reads whom it reaches, with the names of those to whom anything of it went; nothing where nothing is named.
async fn look(desk: &Desk, typed: &Typed) -> Result<Option<(RecallPreview, Names)>, Failure> {
    if typed.is_empty() {
        return Ok(None);
    }
    let (of, limit) = (RecallOf::Named(typed.named.clone()), typed.blocks.saturating_mul(BLOCK));
    let read = desk.readers.read(move |reader| {
        let preview = reader.recall_preview(&of, 0, limit)?;
        let names = names(reader, preview.releases.iter().flat_map(|release| &release.to).map(String::as_str))?;
        Ok::<_, Failure>((preview, names))
    });
    read.await.map(Some)
}

fn shown(
    desk: &Desk,
    officer: &Officer,
    typed: &Typed,
    looked: Result<Option<(RecallPreview, Names)>, Failure>,
    refused: String,
) -> Response {
    let shell = Shell::new(desk, officer, "recalls");
    let (looked, refused) = match looked {
        Ok(looked) => (looked, refused),
        Err(failure) => (None, failure.message),
    };
    let reach = looked.as_ref().map(|(preview, _)| Reach::of(preview, typed.blocks));
    let shell = match &reach {
        Some(reach) => shell.banner(reach.banner()),
        None => shell,
    };
    let (choices, more_choices) = match &looked {
        Some((preview, names)) => choices(typed, preview, names),
        None => (Vec::new(), 0),
    };
    // What stands as a choice is not typed again.
    let typed_in = |ids: &[String]| if looked.is_some() { String::new() } else { ids.join("\n") };
    let status = if refused.is_empty() { StatusCode::OK } else { StatusCode::CONFLICT };
    let page = NewPage {
        kinds: KINDS.iter().map(|(kind, words)| (*kind, *words, *kind == typed.kind)).collect(),
        refused,
        choices,
        more_choices,
        typed_releases: typed_in(&typed.named.releases),
        typed_items: typed_in(&typed.named.items),
        reach,
        shell: &shell,
    };
    render(&page, status)
}

/// What is named, and the releases that hold some of it.
fn choices(typed: &Typed, preview: &RecallPreview, names: &Names) -> (Vec<Choice>, usize) {
    let mut choices: Vec<Choice> = Vec::new();
    for id in &typed.named.items {
        let item = preview.items.iter().find(|item| item.id == *id || item.known_as.contains(id));
        let words = match item {
            Some(item) => {
                let name = item.name.as_deref().map_or_else(|| item.id.clone(), titled);
                format!("{}: {name}", item.object_type.trim_start_matches("x-comity-").replace('-', " "))
            }
            // It stands in a block that is not on the page.
            None => id.clone(),
        };
        choices.push(Choice { field: "item", id: id.clone(), words, on: true });
    }
    let chosen: BTreeSet<&String> = typed.named.releases.iter().collect();
    let mut releases: Vec<Choice> = Vec::new();
    for release in &preview.releases {
        let to: Vec<String> = release.to.iter().map(|code| called(code, names.get(code).map(String::as_str))).collect();
        let items = number(release.items, "item", "items");
        let day = release.created.get(..10).unwrap_or_default();
        releases.push(Choice {
            field: "release",
            id: release.release.clone(),
            words: format!("the whole release of {day} to {}, {items}", to.join(", ")),
            on: chosen.contains(&release.release),
        });
    }
    releases.sort_by_key(|choice| !choice.on);
    // What is chosen stays, however much there is of it.
    let kept = CHOICES_MAX.max(chosen.len());
    let more = releases.len().saturating_sub(kept);
    releases.truncate(kept);
    choices.append(&mut releases);
    (choices, more)
}
