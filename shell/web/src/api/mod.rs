//! The HTTP API, `/api/v1`: everything that the pages do, for programs.
//!
//! Guarantees: one table names every route, and the router and the OpenAPI document are both made from it; every route needs a
//! session or a token; writes that come with a cookie come from our own pages; errors are RFC 9457 problems. Does not know: rules;
//! each handler makes one request of the node, or reads.

mod access;
mod answer;
mod correlations;
mod cursor;
mod detection;
mod document;
mod documents;
mod events;
mod graph;
mod idempotency;
mod imports;
mod input;
mod links;
mod objects;
mod observations;
mod officers;
mod public;
mod recalls;
mod records;
mod releases;
mod sightings;
mod sources;
mod warning_lists;
mod writing;

use crate::desk::Desk;
use axum::extract::DefaultBodyLimit;
use axum::{Router, middleware};
use document::Everywhere;

use std::sync::Arc;

/// One line a route: method, path, handler. Makes the router, the list of routes and the document.
macro_rules! api {
    ($($method:ident $path:literal => $module:ident :: $handler:ident;)*) => {
        fn table() -> Router<Arc<Desk>> {
            Router::new()$(.route(concat!("/api/v1", $path), axum::routing::$method($module::$handler)))*
        }

        /// Every route as method and path.
        #[cfg(test)]
        pub(crate) const ROUTES: &[(&str, &str)] = &[$((stringify!($method), concat!("/api/v1", $path))),*];

        #[derive(utoipa::OpenApi)]
        #[openapi(
            paths($($module::$handler),*),
            components(schemas(crate::problem::Told)),
            modifiers(&Everywhere)
        )]
        struct Document;
    };
}

api! {
    get "/openapi.json" => document::openapi;
    get "/health" => records::health;
    get "/me" => records::me;
    get "/events" => events::events;
    get "/objects" => objects::search;
    post "/objects" => imports::objects;
    get "/objects/{id}" => objects::show;
    get "/objects/{id}/raw" => objects::raw;
    get "/objects/{id}/versions" => objects::versions;
    get "/objects/{id}/graph" => graph::graph;
    get "/objects/{id}/correlations" => correlations::of_object;
    get "/correlations" => correlations::list;
    get "/stop-values" => correlations::stop_values;
    post "/stop-values" => correlations::stop_add;
    delete "/stop-values" => correlations::stop_remove;
    post "/imports" => imports::file;
    post "/observations" => observations::observe;
    get "/detection" => observations::status;
    post "/detection/accepted" => detection::accept;
    delete "/detection/accepted/{indicator}" => detection::withdraw;
    get "/sightings" => sightings::list;
    get "/sightings/summary" => sightings::summary;
    get "/sightings/{id}" => sightings::show;
    get "/sightings/{id}/stix" => sightings::stix;
    post "/sightings/{id}/judgement" => sightings::judge;
    post "/sightings/{id}/return" => sightings::give_back;
    get "/warning-lists" => warning_lists::list;
    post "/warning-lists" => warning_lists::add;
    delete "/warning-lists/{name}" => warning_lists::remove;
    put "/warning-lists/{name}/switch" => detection::switch;
    post "/notes" => writing::note;
    post "/reports" => writing::report;
    post "/marks" => writing::mark;
    post "/public-declarations" => public::declare;
    post "/public-declarations/{digest}/statement" => public::statement;
    post "/public-declarations/{digest}/signatures" => public::sign;
    get "/documents" => documents::list;
    post "/documents" => documents::draft;
    get "/documents/{document}" => documents::show;
    get "/releases" => releases::list;
    post "/releases" => releases::draft;
    get "/releases/{release}" => releases::show;
    post "/releases/{release}/check" => releases::check;
    put "/releases/limit" => releases::limit;
    post "/releases/{release}/statement" => releases::statement;
    post "/releases/{release}/signature" => releases::sign;
    post "/releases/{release}/answer-statement" => releases::answer_statement;
    post "/releases/{release}/answer" => releases::answer;
    post "/releases/{release}/approval-statement" => releases::approval_statement;
    post "/releases/{release}/approval" => releases::approve;
    post "/releases/{release}/send" => releases::send;
    post "/releases/{release}/withdraw" => releases::withdraw;
    get "/recalls" => recalls::board;
    post "/recalls" => recalls::draft;
    post "/recalls/preview" => recalls::preview;
    post "/recalls/{recall}/statement" => recalls::statement;
    post "/recalls/{recall}/approvals" => recalls::approve;
    post "/recalls/{recall}/send" => recalls::send;
    post "/recalls/{recall}/decisions" => recalls::decide;
    get "/card" => links::card;
    get "/links" => links::list;
    post "/links/statements" => links::statement;
    post "/links/cards" => links::renew;
    post "/links/preview" => links::preview;
    get "/set-aside" => links::set_aside;
    get "/links/{partner}" => links::show;
    get "/links/{partner}/features" => documents::features;
    post "/links/{partner}/verify" => links::verify;
    post "/links/{partner}/approvals" => links::approve;
    post "/links/{partner}/suspend" => links::suspend;
    post "/links/{partner}/drop" => links::give_up;
    get "/officers" => officers::list;
    post "/officers/acts" => officers::apply;
    post "/officers/acts/prepare" => officers::prepare;
    get "/sources" => sources::list;
    post "/sources" => sources::add;
    post "/sources/{source}/objects" => sources::attach;
    post "/sources/{source}/changes" => sources::change;
    post "/sources/{source}/readings" => sources::read;
    get "/sources/asked" => sources::asked;
    post "/sources/asked/{release}" => sources::answer;
    get "/audit" => records::audit;
    post "/audit/verify" => records::audit_verify;
    post "/verify" => records::verify;
    get "/tokens" => access::tokens;
    post "/tokens" => access::token_add;
    delete "/tokens/{name}" => access::token_revoke;
    get "/sessions" => access::sessions;
    delete "/sessions/{session}" => access::session_end;
    get "/passkeys" => access::passkeys;
    delete "/passkeys/{credential}" => access::passkey_remove;
    post "/step-up/begin" => access::step_up_begin;
    post "/step-up/finish" => access::step_up_finish;
}

/// The routes of the API.
pub fn routes(desk: &Arc<Desk>) -> Router<Arc<Desk>> {
    imports::clear_leftovers(&desk.readers);
    let kept = Arc::new(idempotency::Kept::default());
    let hub = events::Hub::default();
    table()
        .layer(axum::Extension(hub))
        .layer(middleware::from_fn_with_state((desk.clone(), kept), idempotency::once))
        .layer(middleware::from_fn(input::plain_bodies))
        // Bodies have limits of their own, in `input` and `imports`; the edge bounds them all.
        .layer(DefaultBodyLimit::disable())
}

#[cfg(test)]
mod tests {
    use super::{Document, ROUTES};
    use std::collections::BTreeSet;
    use utoipa::OpenApi as _;

    #[test]
    fn every_route_is_in_the_document_and_nothing_else() {
        let document = serde_json::to_value(Document::openapi()).unwrap_or_default();
        let mut documented = BTreeSet::new();
        for (path, item) in document.get("paths").and_then(|paths| paths.as_object()).into_iter().flatten() {
            for method in item.as_object().into_iter().flat_map(|item| item.keys()) {
                documented.insert((method.clone(), path.clone()));
            }
        }
        let routed: BTreeSet<_> =
            ROUTES.iter().map(|(method, path)| ((*method).to_owned(), (*path).to_owned())).collect();
        assert_eq!(routed.len(), ROUTES.len());
        assert_eq!(documented, routed);
        assert_eq!(document.get("openapi").and_then(|version| version.as_str()), Some("3.1.0"));
    }
}
