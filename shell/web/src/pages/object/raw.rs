//! The exact bytes of an object, to keep.
//!
//! Guarantees: bytes as they came, as a file that no browser renders; the file's name says the label. Does not know: other formats.

use super::super::shell::Shell;
use crate::desk::Desk;
use crate::identity::Officer;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use comity_node::Failure;
use std::sync::Arc;

/// Letters of an identifier and a label that may stand in a file's name.
fn file_name(id: &str, label: &str) -> String {
    let safe = |text: &str| -> String {
        text.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).take(120).collect()
    };
    format!("{}.{}.json", safe(id), safe(label))
}

/// Answers `GET /objects/{id}/raw`.
pub async fn raw(State(desk): State<Arc<Desk>>, officer: Officer, Path(id): Path<String>) -> Response {
    let shell = Shell::new(&desk, &officer, "search");
    let read = desk.readers.read(move |reader| Ok::<_, Failure>(reader.view().get(&id)?)).await;
    let object = match read {
        Ok(Some(object)) => object,
        Ok(None) => return shell.not_released(),
        Err(failure) => return shell.failure(&failure),
    };
    let label = object.label.as_ref().map_or_else(|| "unmarked".to_owned(), ToString::to_string);
    let disposition = format!("attachment; filename=\"{}\"", file_name(&object.id, &label));
    let headers =
        [(header::CONTENT_TYPE, "application/octet-stream".to_owned()), (header::CONTENT_DISPOSITION, disposition)];
    (headers, object.bytes).into_response()
}
