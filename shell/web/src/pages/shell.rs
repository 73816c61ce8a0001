//! What every page has around its own part: who we are, who is signed in, where one is.
//!
//! Guarantees: a page is either whole or a failure in words; its banner says its label, or that none was determined.

use super::banner::Banner;
use super::line::counted;
use crate::desk::Desk;
use crate::identity::{Officer, Waiting};
use crate::problem::Problem;
use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use comity_node::{Failure, FailureKind};

/// The entries of the navigation, in order: key, address, word.
pub const NAVIGATION: [(&str, &str, &str); 15] = [
    ("home", "/", "Home"),
    ("inbox", "/inbox", "Inbox"),
    ("search", "/search", "Search"),
    ("timeline", "/timeline", "Timeline"),
    ("map", "/map", "Map"),
    ("sightings", "/sightings", "Sightings"),
    ("correlations", "/correlations", "Shared values"),
    ("releases", "/releases", "Releases"),
    ("documents", "/documents", "Documents"),
    ("recalls", "/recalls", "Recalls"),
    ("partners", "/partners", "Partners"),
    ("sources", "/sources", "Sources"),
    ("audit", "/audit", "Audit"),
    ("officers", "/officers", "Officers"),
    ("account", "/account", "Account"),
];

/// One entry of the navigation as a page shows it.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'s> {
    /// Where it leads.
    pub address: &'static str,
    /// What it is called.
    pub word: &'static str,
    /// Whether the page belongs to it.
    pub current: bool,
    /// Whether a new group begins with it.
    pub starts_group: bool,
    /// How much of it waits for the officer; "" is nothing, "?" is not known.
    pub count: &'s str,
}

/// What the layout needs.
#[derive(Clone, Debug)]
pub struct Shell {
    /// Our organisation's name.
    pub organisation: String,
    /// Our organisation's code.
    pub code: String,
    /// The key of the page in [`NAVIGATION`].
    pub page: &'static str,
    /// The signed-in officer's code; none on the sign-in pages.
    pub officer: Option<String>,
    /// The officer's name.
    pub officer_name: String,
    /// The officer's roles, in words.
    pub roles: String,
    /// How many recalls wait for the officer; "" is none, "?" is not known.
    pub recalls: String,
    /// What the page says of its label, above and on every printed sheet.
    pub banner: Banner,
    /// Distinguishes the assets of one version from those of the next.
    pub version: &'static str,
}

impl Shell {
    /// Makes the shell of a page for a signed-in officer.
    pub fn new(desk: &Desk, officer: &Officer, page: &'static str) -> Self {
        let roles: Vec<&str> = officer.identity.roles.iter().map(comity_vocab::Role::as_str).collect();
        Self {
            officer: officer.identity.officer.as_ref().map(ToString::to_string),
            officer_name: officer.identity.name.clone(),
            roles: roles.join(", "),
            recalls: match officer.recalls {
                Waiting::NotAsked | Waiting::Of(0) => String::new(),
                Waiting::Of(count) => counted(count),
                Waiting::NotRead => "?".into(),
            },
            ..Self::outside(desk, page)
        }
    }

    /// Makes the shell of a page that needs nobody signed in.
    pub fn outside(desk: &Desk, page: &'static str) -> Self {
        Self {
            organisation: desk.organisation.name.clone(),
            code: desk.organisation.code.clone(),
            page,
            officer: None,
            officer_name: String::new(),
            roles: String::new(),
            recalls: String::new(),
            banner: Banner::NotDetermined,
            version: env!("CARGO_PKG_VERSION"),
        }
    }

    /// Sets what the page says of its label.
    #[must_use]
    pub fn banner(mut self, banner: Banner) -> Self {
        self.banner = banner;
        self
    }

    /// Returns the navigation, with the page's own entry marked.
    pub fn navigation(&self) -> Vec<Entry<'_>> {
        NAVIGATION
            .iter()
            .map(|&(key, address, word)| Entry {
                address,
                word,
                current: key == self.page,
                starts_group: matches!(key, "releases" | "sources" | "account"),
                count: if key == "recalls" { &self.recalls } else { "" },
            })
            .collect()
    }

    /// Returns a time as people read it, in UTC to the minute; a text that is no such time comes back as it is.
    pub fn moment(&self, at: impl std::fmt::Display) -> String {
        moment(&at.to_string())
    }

    /// Renders a page, or the failure that came in its place.
    pub fn answer<T: Template>(&self, page: Result<T, Failure>) -> Response {
        match page {
            Ok(page) => render(&page, StatusCode::OK),
            Err(failure) => self.failure(&failure),
        }
    }

    /// Renders a failure in words.
    pub fn failure(&self, failure: &Failure) -> Response {
        if failure.code.as_deref() == Some("unknown") {
            return self.not_released();
        }
        let status = match failure.kind {
            // The session ended between the door and the act.
            FailureKind::No if failure.code.as_deref() == Some("sign_in_needed") => {
                return axum::response::Redirect::to("/sign-in").into_response();
            }
            FailureKind::No if failure.code.is_some() => StatusCode::FORBIDDEN,
            FailureKind::No => StatusCode::CONFLICT,
            FailureKind::Usage => StatusCode::BAD_REQUEST,
            FailureKind::Operational => StatusCode::SERVICE_UNAVAILABLE,
        };
        let hint = failure.hint.as_deref().unwrap_or_default();
        render(&FailurePage { shell: self, title: "This did not work", message: &failure.message, hint }, status)
    }

    /// Renders a problem in words.
    pub fn problem(&self, problem: &Problem, status: StatusCode) -> Response {
        if status == StatusCode::NOT_FOUND {
            return self.not_released();
        }
        let message = problem.detail.as_deref().unwrap_or(&problem.title);
        let hint = problem.todo.as_deref().unwrap_or_default();
        render(&FailurePage { shell: self, title: "This did not work", message, hint }, status)
    }

    /// Renders the one answer to what is unknown and to what the officer may not see.
    pub fn not_released(&self) -> Response {
        let page = FailurePage {
            shell: self,
            title: "Nothing here",
            message: crate::problem::NOT_RELEASED,
            hint: "search, or go back to where you came from",
        };
        render(&page, StatusCode::NOT_FOUND)
    }
}

/// Returns a time as people read it, in UTC to the minute; a text that is no such time comes back as it is.
pub fn moment(at: &str) -> String {
    match (at.get(..10), at.get(10..11), at.get(11..16)) {
        (Some(day), Some("T"), Some(time)) if at.ends_with('Z') => format!("{day} {time}"),
        _ => at.to_owned(),
    }
}

#[derive(Template)]
#[template(path = "failure.html")]
struct FailurePage<'a> {
    shell: &'a Shell,
    title: &'a str,
    message: &'a str,
    hint: &'a str,
}

/// Renders a template as an HTML answer.
pub fn render<T: Template>(page: &T, status: StatusCode) -> Response {
    match page.render() {
        Ok(text) => (status, Html(text)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page did not render");
            (StatusCode::INTERNAL_SERVER_ERROR, [(header::CONTENT_TYPE, "text/plain")], "this page did not render")
                .into_response()
        }
    }
}
