//! The OpenAPI 3.1 description, made from the very types that the handlers take.

use super::Document;
use super::answer::Answer;
use crate::identity::Caller;
use crate::problem::{PROBLEM_JSON, Problem};
use axum::Json;
use axum::http::StatusCode;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{ContentBuilder, ObjectBuilder, OpenApi, Ref, Required, ResponseBuilder, Type};
use utoipa::{Modify, OpenApi as _};

const ABOUT: &str = "Everything that the workbench of a Comity desk does, for programs. Errors are problem details (RFC 9457). \
    Lists that are long have a cursor. What each answer holds is described in docs/COMMANDS.md: it is what the command line prints \
    with --json.";

/// What every operation can answer beside its own.
const PROBLEMS: &[(&str, &str)] = &[
    ("400", "Not well formed."),
    ("401", "Nobody is signed in and there is no token that counts."),
    ("403", "The token's scope or the officer's roles do not allow it, or it needs the passkey again."),
    ("404", "Unknown, or not for this caller; the same bytes for both."),
    ("405", "This address does not take the method."),
    ("408", "The request came too slowly."),
    ("409", "The node refuses: a rule of the domain says no."),
    ("411", "A body without Content-Length."),
    ("413", "The body is too long."),
    ("414", "The address is too long."),
    ("415", "The body has a media type or coding that is not taken."),
    ("422", "Well formed, but not what is needed."),
    ("431", "The header fields are too many or too long."),
    ("503", "The node cannot do this now; try again."),
    ("507", "The disk is full."),
];

/// Adds what holds for every operation.
pub(crate) struct Everywhere;

impl Modify for Everywhere {
    fn modify(&self, document: &mut OpenApi) {
        document.info.title = "Comity desk".into();
        document.info.version = "1".into();
        document.info.description = Some(ABOUT.into());
        document.info.license = None;
        document.servers = None;
        let components = document.components.get_or_insert_default();
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("A token of `comity token add`."))
            .build();
        components.add_security_scheme("token", SecurityScheme::Http(bearer));
        let cookie = ApiKeyValue::with_description(crate::identity::COOKIE, "The session of a signed-in officer.");
        components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
        let none: [&str; 0] = [];
        document.security =
            Some(vec![SecurityRequirement::new("token", none), SecurityRequirement::new("session", none)]);
        for item in document.paths.paths.values_mut() {
            for operation in [&mut item.get, &mut item.post, &mut item.put, &mut item.delete].into_iter().flatten() {
                add_problems(operation);
            }
            for operation in [&mut item.post, &mut item.put, &mut item.delete].into_iter().flatten() {
                operation.parameters.get_or_insert_default().push(idempotency_key().into());
            }
        }
    }
}

fn add_problems(operation: &mut Operation) {
    for (status, description) in PROBLEMS {
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
        let response = ResponseBuilder::new().description(*description).content(PROBLEM_JSON, content).build();
        operation.responses.responses.entry((*status).to_owned()).or_insert_with(|| response.into());
    }
}

fn idempotency_key() -> Parameter {
    let text = ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(1))
        .max_length(Some(128))
        .pattern(Some("^[!-~]+$"));
    ParameterBuilder::new()
        .name(super::idempotency::HEADER)
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some("The same key with the same body gets the same answer, without doing it twice."))
        .schema(Some(text.build()))
        .build()
}

/// Describes this API.
#[utoipa::path(get, path = "/api/v1/openapi.json", tag = "about", responses((status = 200, description = "OpenAPI 3.1.", body = serde_json::Value)))]
pub(crate) async fn openapi(_: Caller) -> Answer {
    let document = serde_json::to_value(Document::openapi());
    let broken = |_| Problem::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "the description cannot be written");
    document.map(Json).map_err(broken)
}
