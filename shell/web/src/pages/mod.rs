//! The workbench: one module a page, each with a template of its name.
//!
//! Guarantees: pages ask the node and the readers, and show; all text is escaped by the templates; what changes something is a form
//! that is posted, answered with 303 to a page. Pages with content are closed to officers whose roles see none. Does not know: rules.

pub mod account;
mod answer;
mod asked;
pub mod audit;
pub mod banner;
mod calendar;
mod ceremony;
mod correlations;
mod detection;
mod documents;
pub(crate) mod escape;
pub mod home;
mod inbox;
mod line;
mod map;
mod object;
pub mod officers;
pub mod partner_act;
pub mod partner_taxii;
pub mod partners;
pub mod people;
pub mod public;
pub mod recalls;
pub mod releases;
mod search;
pub mod shell;
mod sightings;
pub mod sign_in;
pub mod source_change;
mod sources;
mod step_up;
mod timeline;
pub mod tour;
mod warning_lists;
pub mod write;

use crate::desk::Desk;
use crate::identity::readers_only;
use axum::routing::{get, post};
use axum::{Router, middleware};
use std::sync::Arc;

/// The routes of every page.
pub fn routes(desk: &Arc<Desk>) -> Router<Arc<Desk>> {
    let closed = middleware::from_fn_with_state(desk.clone(), readers_only);
    Router::new().merge(content().route_layer(closed)).merge(running()).merge(door())
}

/// Pages that show holdings.
fn content() -> Router<Arc<Desk>> {
    Router::new()
        .route("/inbox", get(inbox::page))
        .route("/inbox/mark", post(inbox::mark))
        .route("/inbox/mark-all", post(inbox::mark_all))
        .route("/timeline", get(timeline::page))
        .route("/timeline.json", get(timeline::json))
        .route("/map", get(map::page))
        .route("/map.json", get(map::json))
        .route("/search", get(search::page))
        .route("/objects/{id}", get(object::page))
        .route("/objects/{id}/text", get(object::report::page))
        .route("/objects/{id}/raw", get(object::raw))
        .route("/objects/{id}/relations", get(object::relations_page))
        .route("/objects/{id}/versions", get(object::versions_page))
        .route("/objects/{id}/graph", get(object::graph_page))
        .route("/objects/{id}/graph.json", get(object::graph))
        .route("/correlations", get(correlations::page))
        .route("/correlations/stop", post(correlations::stop_add))
        .route("/correlations/stop/remove", post(correlations::stop_remove))
        .route("/sightings", get(sightings::page))
        .route("/sightings/{id}", get(sightings::one))
        .route("/sightings/{id}/stix", get(sightings::stix))
        .route("/sightings/{id}/judgement", post(sightings::judge))
        .route("/sightings/{id}/return", post(sightings::give_back))
        .route("/warning-lists", get(warning_lists::page).post(warning_lists::add).layer(warning_lists::body_limit()))
        .route("/warning-lists/remove", post(warning_lists::remove))
        .route("/warning-lists/switch", post(detection::switch))
        .route("/detection/accept", post(detection::accept))
        .route("/detection/withdraw", post(detection::withdraw))
        .route("/documents", get(documents::page).post(documents::draft))
        .route("/documents/{id}", get(documents::one))
        .route("/releases", get(releases::page).post(releases::compose::draft))
        .route("/releases/new", get(releases::compose::page))
        .route("/releases/{id}", get(releases::one::page))
        .route("/releases/{id}/parts/{part}", get(releases::one::part))
        .route("/releases/{id}/check", post(releases::acts::check))
        .route("/releases/{id}/sign/begin", post(releases::acts::sign_begin))
        .route("/releases/{id}/sign/finish", post(releases::acts::sign_finish))
        .route("/releases/{id}/answer/begin", post(releases::acts::answer_begin))
        .route("/releases/{id}/answer/finish", post(releases::acts::answer_finish))
        .route("/releases/{id}/approve/begin", post(releases::acts::approve_begin))
        .route("/releases/{id}/approve/finish", post(releases::acts::approve_finish))
        .route("/releases/{id}/send", post(releases::acts::send))
        .route("/releases/{id}/withdraw", post(releases::acts::withdraw))
        .route("/recalls", get(recalls::page).post(recalls::draft))
        .route("/recalls/new", get(recalls::compose))
        .route("/recalls/{id}/sign/begin", post(recalls::sign_begin))
        .route("/recalls/{id}/sign/finish", post(recalls::sign_finish))
        .route("/recalls/{id}/send", post(recalls::send))
        .route("/recalls/{id}/decide", post(recalls::decide))
        .route("/public", get(public::page).post(public::prepare))
        .route("/public/{digest}/sign/begin", post(public::sign_begin))
        .route("/public/{digest}/sign/finish", post(public::sign_finish))
        .route("/sources", get(sources::page).post(sources::add))
        .route("/sources/asked", get(asked::page))
        .route("/sources/asked/{release}", post(asked::answer))
        .route("/sources/{source}", get(sources::ask).post(sources::read))
        .route("/sources/{source}/print", post(sources::print))
        .route("/sources/{source}/change", post(source_change::change))
        .route("/sources/{source}/objects", post(sources::attach))
        .route("/write/report", get(write::report).post(write::write_report))
        .route("/write/note", get(write::note).post(write::write_note))
        .route("/write/mark", get(write::mark).post(write::write_mark))
}

/// Pages about the node itself, for every officer; the node refuses what a role may not see.
fn running() -> Router<Arc<Desk>> {
    Router::new()
        .route("/", get(home::page))
        .route("/tour", get(tour::page))
        .route("/partners", get(partners::page))
        .route("/partners/renewed", post(partners::renewed))
        .route("/partners/act/begin", post(partner_act::begin))
        .route("/partners/act/finish", post(partner_act::finish))
        .route("/partners/card", post(partners::preview))
        .route("/partners/our-card", post(partners::our_card))
        .route("/partners/{code}", get(partners::one))
        .route("/partners/{code}/verify", post(partners::verify))
        .route("/partners/{code}/suspend", post(partners::suspend))
        .route("/partners/{code}/drop", post(partners::give_up))
        .route("/partners/{code}/taxii/begin", post(partner_taxii::begin))
        .route("/partners/{code}/taxii/finish", post(partner_taxii::finish))
        .route("/partners/{code}/taxii/off", post(partner_taxii::off))
        .route("/partners/{code}/fingerprint.svg", get(partners::fingerprint))
        .route("/audit", get(audit::page))
        .route("/officers", get(officers::page))
        .route("/account", get(account::page))
        .route("/account/passkeys/begin", post(account::passkey_begin))
        .route("/account/passkeys/finish", post(account::passkey_finish))
        .route("/account/passkeys/vouch", post(account::passkey_vouch))
        .route("/account/passkeys/remove", post(account::passkey_remove))
        .route("/account/sessions/end", post(account::session_end))
        .route("/account/tokens", post(account::token_add))
        .route("/account/tokens/revoke", post(account::token_revoke))
        .route("/step-up/begin", post(step_up::begin))
        .route("/step-up/finish", post(step_up::finish))
}

/// The way in and out.
fn door() -> Router<Arc<Desk>> {
    Router::new()
        .route("/sign-in", get(sign_in::page))
        .route("/sign-in/begin", post(sign_in::begin))
        .route("/sign-in/finish", post(sign_in::finish))
        .route("/sign-out", post(sign_in::out))
        .route("/enrol", get(sign_in::enrol))
        .route("/enrol/begin", post(sign_in::enrol_begin))
        .route("/enrol/finish", post(sign_in::enrol_finish))
}
