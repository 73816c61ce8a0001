//! Putting a request to the node, and its answer on the wire.

use crate::desk::Desk;
use crate::identity::Caller;
use crate::problem::Problem;
use axum::Json;
use comity_node::{Failure, Request};
use comity_vocab::OfficerCode;
use serde_json::Value;

/// What the node answered, as the command line prints it with `--json`.
pub(crate) type Answer = Result<Json<Value>, Problem>;

/// Puts a request to the node as the caller.
pub(crate) async fn ask(desk: &Desk, caller: &Caller, request: Request) -> Answer {
    Ok(Json(desk.ask(&request, &caller.credential).await?))
}

/// As [`ask`], where the body and not the path names what may be missing: that is a refusal, for the address itself is there.
pub(crate) async fn ask_naming(desk: &Desk, caller: &Caller, request: Request) -> Answer {
    let answered = desk.ask(&request, &caller.credential).await;
    Ok(Json(answered.map_err(|failure| {
        let unknown = failure.code.as_deref() == Some("unknown");
        Failure { code: failure.code.filter(|_| !unknown), ..failure }
    })?))
}

/// Returns who acts, where only an officer can.
pub(crate) fn officer(caller: &Caller) -> Result<OfficerCode, Problem> {
    caller.identity.officer.clone().ok_or_else(|| {
        Problem::forbidden("this is an act of an officer, which a token cannot do").todo("sign in with a passkey")
    })
}
