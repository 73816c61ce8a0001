//! TAXII 2.1 for the organisation's own tools: reading what is held.
//!
//! Guarantees: every address below `/taxii2/` needs a token with the scope `taxii:read`; what does not exist and what is not visible
//! get the same bytes; errors are TAXII's error resource. Does not know: rules of the protocol (`comity_taxii`), the order of
//! additions (`comity_store`).

mod answer;
mod collections;
mod pages;

use crate::desk::Desk;
use crate::identity::token_secret;
use answer::Fault;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use axum::response::Response;
use axum::routing::any;
use collections::Place;
use comity_node::Scope;
use comity_taxii::{Asked, Query, Refusal, Route, media, resource};
use std::sync::Arc;

/// The name of the API root in addresses.
const ROOT: &str = "desk";
/// Everything here begins so.
const PREFIX: &str = "/taxii2/";

/// The routes of TAXII; the whole address is read by [`Route::parse`].
pub fn routes() -> Router<Arc<Desk>> {
    Router::new().route("/taxii2/", any(handle)).route("/taxii2/{*path}", any(handle))
}

async fn handle(State(desk): State<Arc<Desk>>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    match answered(&desk, &parts).await {
        Ok(response) => response,
        Err(fault) => fault.response(),
    }
}

async fn answered(desk: &Arc<Desk>, parts: &Parts) -> Result<Response, Fault> {
    let subject = caller(desk, &parts.headers)?;
    let accept = parts.headers.get_all(header::ACCEPT).iter().map(|value| value.to_str().unwrap_or("?"));
    if !media::accepted(accept) {
        return Err(Refusal::new(406, "not acceptable", format!("answers are {}", media::MEDIA_TYPE))
            .at("header Accept")
            .into());
    }
    let route = parts.uri.path().strip_prefix(PREFIX).and_then(|path| Route::parse(path, ROOT));
    let route = route.ok_or_else(Refusal::nothing)?;
    if parts.method != Method::GET {
        return Err(not_read(desk, parts, route).await);
    }
    let asked = match route {
        Route::Manifest(_) | Route::Objects(_) => Asked::Objects,
        Route::Object(..) => Asked::Object,
        Route::Versions(..) => Asked::Versions,
        _ => Asked::Plain,
    };
    let query = Query::parse(parts.uri.query().unwrap_or_default(), asked)?;
    let name = &desk.organisation.name;
    let about =
        "Everything this organisation holds, for its own tools; nothing here was released to others by being here.";
    let title = format!("Comity desk of {name}");
    match route {
        Route::Discovery => Ok(answer::resource(resource::discovery(&title, about, &format!("{PREFIX}{ROOT}/")))),
        Route::Root => Ok(answer::resource(resource::root(&title, about))),
        Route::Status => Err(Refusal::nothing().into()),
        Route::Collections => {
            let list = desk.readers.read(|reader| collections::list(&reader.view())).await?;
            Ok(answer::resource(resource::collections(&list)))
        }
        Route::Collection(id) => {
            let id = id.to_owned();
            let one =
                desk.readers.read(move |reader| Ok::<_, Fault>(Place::find(&reader.view(), &id)?.resource())).await?;
            Ok(answer::resource(one.body()))
        }
        Route::Manifest(_) | Route::Objects(_) | Route::Object(..) | Route::Versions(..) => {
            pages::answered(desk, route, query, subject).await
        }
    }
}

/// Returns who asks, by the token in `Authorization`.
fn caller(desk: &Desk, headers: &HeaderMap) -> Result<String, Fault> {
    let malformed = |_| {
        Refusal::new(400, "malformed credentials", "send one header: Basic with the token as password, or Bearer")
            .at("header Authorization")
    };
    let secret = token_secret(headers).map_err(malformed)?;
    let identity = secret.and_then(|secret| desk.access.token(&secret, (desk.clock)())).ok_or_else(|| {
        Refusal::new(401, "unauthorised", "bring a token of `comity token add --scope taxii:read` as the password of HTTP Basic, with any user name, or as Bearer")
    })?;
    if !identity.scopes.contains(&Scope::TaxiiRead) {
        return Err(
            Refusal::new(403, "not allowed with this token", "this needs a token with the scope taxii:read").into()
        );
    }
    Ok(identity.subject)
}

/// Says why something other than reading is refused; only the one who sees the collection learns that it cannot be written.
async fn not_read(desk: &Desk, parts: &Parts, route: Route<'_>) -> Fault {
    let (id, object) = match (&parts.method, route) {
        (&Method::POST, Route::Objects(id)) => (id.to_owned(), None),
        (&Method::DELETE, Route::Object(id, object)) => (id.to_owned(), Some(object.to_owned())),
        _ => return Refusal::new(405, "method not allowed", "this address only takes GET").into(),
    };
    let looked = desk.readers.read(move |reader| {
        let view = reader.view();
        let place = Place::find(&view, &id)?;
        match object {
            Some(object) if !view.has_addition(&object, place.origin.as_ref())? => Err(Refusal::nothing().into()),
            _ => Ok::<_, Fault>(()),
        }
    });
    if let Err(fault) = looked.await {
        return fault;
    }
    if parts.method == Method::DELETE {
        return Refusal::new(403, "not deletable", "objects are not deleted over TAXII: the organisation recalls them")
            .into();
    }
    let content_type =
        parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !media::is_taxii(content_type) {
        return Refusal::new(415, "unsupported media type", format!("bodies are {}", media::MEDIA_TYPE))
            .at("header Content-Type")
            .into();
    }
    if parts.headers.contains_key(header::CONTENT_ENCODING) {
        return Refusal::new(415, "unsupported content encoding", "send the body as it is")
            .at("header Content-Encoding")
            .into();
    }
    Refusal::new(403, "read-only collection", "objects are brought in with `comity import`").into()
}
