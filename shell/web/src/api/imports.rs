//! Bringing objects in: a bundle that is refused object by object, or a whole file as `comity import` takes it.
//!
//! Guarantees: a bundle with a defective object brings in the others and says what is wrong with that one (design §7.12); a file
//! keeps defective objects with their defects. What comes is written to a private file that is removed afterwards, whatever
//! happens. Does not know: how objects are stored.

use super::answer::Answer;
use super::input::{Params, media_type, unsupported, whole};
use crate::desk::Desk;
use crate::identity::Caller;
use crate::problem::Problem;
use crate::readers::Readers;
use axum::Json;
use axum::extract::{Request as HttpRequest, State};
use axum::http::{StatusCode, header};
use comity_node::{Failure, Request, Scope};
use comity_stix::{KindOfFile, Limits, Splitter, kind_of_file};
use comity_vocab::SecurityLabel;
use http_body_util::BodyExt as _;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::fs::File;
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

const BUNDLE_BYTES_MAX: usize = 10 * 1024 * 1024;
const REFUSED_SHOWN_MAX: usize = 1_000;
const WRITE_BYTES: usize = 1024 * 1024;
const FOLDER: &str = "uploads";

/// Where objects come from.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ImportParams {
    /// The feed or organisation they came from; `api` where absent.
    origin: Option<String>,
    /// Marks everything that carries no marking of its own, and narrows what does.
    label: Option<String>,
}

impl ImportParams {
    fn label(&self) -> Result<Option<SecurityLabel>, Problem> {
        let parsed = self.label.as_deref().map(str::parse::<SecurityLabel>).transpose();
        parsed.map_err(|error| {
            Problem::new(StatusCode::BAD_REQUEST, "malformed", "a parameter is not understood")
                .detail(error.to_string())
                .place("query label")
        })
    }

    fn origin(&self) -> String {
        self.origin.clone().unwrap_or_else(|| "api".to_owned())
    }
}

/// What is wrong with an object.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Reason {
    /// The rule's name; absent where the bytes are no STIX object at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'static str>,
    /// A JSON pointer into the object.
    #[serde(rename = "where")]
    place: String,
    /// What was found and what was expected.
    message: String,
}

/// An object that was not taken.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Refused {
    /// Its place in the list, from 0.
    position: usize,
    /// Its id, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    reasons: Vec<Reason>,
}

/// What came of a bundle.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Taken {
    /// The counts of the import, as `comity import` gives them.
    report: Value,
    /// The objects that were not taken; at most 1,000 are named.
    refused: Vec<Refused>,
    /// How many were not taken. Those that only the import refused, such as what was recalled, are named in `report`.
    refused_count: u64,
}

/// Takes the objects of a bundle, a TAXII envelope, or one bare object. A defective one is refused, the others are taken.
#[utoipa::path(post, path = "/api/v1/objects", tag = "objects", params(ImportParams),
    request_body(content = inline(Object), content_type = "application/json"),
    responses((status = 200, description = "What was taken and what was not.", body = Taken)))]
pub(crate) async fn objects(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Params(params): Params<ImportParams>,
    request: HttpRequest,
) -> Result<Json<Taken>, Problem> {
    caller.require(Scope::Write)?;
    let label = params.label()?;
    let kind = media_type(request.headers().get(header::CONTENT_TYPE));
    if !["application/json", "application/stix+json", "application/taxii+json"]
        .iter()
        .any(|one| kind.eq_ignore_ascii_case(one))
    {
        return Err(unsupported("application/json or application/stix+json"));
    }
    let bytes = whole(request, BUNDLE_BYTES_MAX).await?;
    let sorted = tokio::task::spawn_blocking(move || sort(&bytes)).await;
    let Sorted { bundle, taken, refused, refused_count, kind } = sorted.unwrap_or_else(|_| Err(broken_off()))?;
    if taken == 0 {
        let title = if refused.is_empty() { "there is no object in it" } else { "no object in it can be taken" };
        let mut problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", title).place("body");
        if let Some(kind) = kind {
            problem = problem.detail(format!("this is {}, not STIX 2", kind.name)).todo(kind.advice);
        }
        problem.data = Some(json!({ "refused": refused, "refused_count": refused_count }));
        return Err(problem);
    }
    let upload = Upload::begin(&desk.readers, "api.json")?;
    let upload = upload.write(bundle).await?;
    let import = Request::Import { path: upload.path.clone(), origin: params.origin(), label };
    let report = desk.ask(&import, &caller.credential).await?;
    let refused_count = refused_count + report.get("refused").and_then(Value::as_u64).unwrap_or_default();
    if took_nothing(&report) {
        let title = "no object in it can be taken";
        let mut problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", title).place("body");
        problem.data = Some(json!({ "report": report, "refused": refused, "refused_count": refused_count }));
        return Err(problem);
    }
    Ok(Json(Taken { report, refused, refused_count }))
}

/// Takes a file of any size, as `comity import` does: defective objects are kept with their defects.
#[utoipa::path(post, path = "/api/v1/imports", tag = "objects", params(ImportParams),
    request_body(content = inline(Object), content_type = "application/json"),
    responses((status = 200, description = "As `comity import --json` for one file.", body = serde_json::Value)))]
pub(crate) async fn file(
    State(desk): State<Arc<Desk>>,
    caller: Caller,
    Params(params): Params<ImportParams>,
    request: HttpRequest,
) -> Answer {
    caller.require(Scope::Write)?;
    let label = params.label()?;
    let kind = media_type(request.headers().get(header::CONTENT_TYPE));
    if !["application/json", "application/stix+json", "application/octet-stream"]
        .iter()
        .any(|one| kind.eq_ignore_ascii_case(one))
    {
        return Err(unsupported("application/json, application/stix+json or application/octet-stream"));
    }
    let mut upload = Upload::begin(&desk.readers, "api.json")?;
    let mut body = request.into_body();
    let mut block = Vec::new();
    while let Some(frame) = body.frame().await {
        let early = |_| Problem::new(StatusCode::BAD_REQUEST, "malformed", "the body ended early or came too slowly");
        let Ok(data) = frame.map_err(early)?.into_data() else { continue };
        block.extend_from_slice(&data);
        if block.len() >= WRITE_BYTES {
            upload = upload.write(std::mem::take(&mut block)).await?;
        }
    }
    upload = upload.write(block).await?;
    let import = Request::Import { path: upload.path.clone(), origin: params.origin(), label };
    let report = desk.ask(&import, &caller.credential).await?;
    if took_nothing(&report) {
        let mut problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", "nothing of the file was taken");
        problem.data = Some(report);
        return Err(problem.place("body"));
    }
    Ok(Json(report))
}

/// Whether nothing came of an import, whatever was brought.
fn took_nothing(report: &Value) -> bool {
    report.get("status").and_then(Value::as_str) == Some("nothing")
}

struct Sorted {
    /// The objects that are taken, byte for byte, in a bundle of their own.
    bundle: Vec<u8>,
    taken: usize,
    refused: Vec<Refused>,
    refused_count: u64,
    /// What the body really is, where there is nothing of STIX in it and that is known.
    kind: Option<KindOfFile>,
}

fn sort(bytes: &[u8]) -> Result<Sorted, Problem> {
    let mut bundle =
        format!("{{\"type\":\"bundle\",\"id\":\"bundle--{}\",\"objects\":[", uuid::Uuid::new_v4()).into_bytes();
    let (mut position, mut taken, mut refused, mut refused_count) = (0, 0, Vec::new(), 0);
    let mut splitter = Splitter::new(Limits::default());
    let split = splitter.push(bytes, &mut |raw| {
        match reasons(raw.bytes) {
            None => {
                if taken > 0 {
                    bundle.push(b',');
                }
                bundle.extend_from_slice(raw.bytes);
                taken += 1;
            }
            Some((id, reasons)) => {
                refused_count += 1;
                if refused.len() < REFUSED_SHOWN_MAX {
                    refused.push(Refused { position, id, reasons });
                }
            }
        }
        position += 1;
    });
    let malformed = || {
        Problem::new(StatusCode::BAD_REQUEST, "malformed", "the body is not a STIX bundle in strict JSON").place("body")
    };
    let facts = split.and_then(|()| splitter.finish()).map_err(|error| {
        let problem = malformed();
        match kind_of_file(bytes) {
            Some(kind) => problem.detail(format!("this is {}, not STIX 2 ({error})", kind.name)).todo(kind.advice),
            None => problem
                .detail(error.to_string())
                .todo("correct it at the place named, or send it to /api/v1/imports; nothing of it was stored"),
        }
    })?;
    if facts.bom {
        // A file may have one (RFC 8259 §8.1: a program must not send it).
        return Err(malformed().detail("it begins with a byte order mark").todo("send it without one"));
    }
    let kind = kind_of_file(bytes).filter(|_| taken == 0);
    bundle.extend_from_slice(b"]}");
    Ok(Sorted { bundle, taken, refused, refused_count, kind })
}

/// Returns what is wrong with an object; None where nothing is.
fn reasons(bytes: &[u8]) -> Option<(Option<String>, Vec<Reason>)> {
    match comity_store::inspect(bytes) {
        Ok(facts) => {
            let reasons: Vec<_> = facts
                .defects
                .iter()
                .filter(|defect| !defect.is_note())
                .map(|defect| Reason {
                    rule: Some(defect.rule),
                    place: defect.path.clone(),
                    message: defect.message.clone(),
                })
                .collect();
            (!reasons.is_empty()).then(|| (Some(facts.id.chars().take(300).collect()), reasons))
        }
        Err(unusable) => {
            let reason = Reason { rule: None, place: String::new(), message: unusable.to_string() };
            Some((None, vec![reason]))
        }
    }
}

/// A private file of what is being uploaded, removed with its folder when dropped.
struct Upload {
    folder: PathBuf,
    path: PathBuf,
    file: Option<File>,
}

impl Upload {
    fn begin(readers: &Readers, name: &str) -> Result<Self, Problem> {
        let above = readers.home().file(FOLDER);
        let folder = above.join(uuid::Uuid::new_v4().to_string());
        let path = folder.join(name);
        let made = private_folder(&above)
            .and_then(|()| private_folder(&folder))
            .and_then(|()| File::options().write(true).create_new(true).mode(0o600).open(&path));
        match made {
            Ok(file) => Ok(Self { folder, path, file: Some(file) }),
            Err(error) => Err(cannot_keep(&error)),
        }
    }

    /// Writes the next bytes, on a thread that may block.
    async fn write(self, bytes: Vec<u8>) -> Result<Self, Problem> {
        let written = tokio::task::spawn_blocking(move || {
            let mut upload = self;
            match upload.file.as_mut().map_or(Ok(()), |file| file.write_all(&bytes)) {
                Ok(()) => Ok(upload),
                Err(error) => Err(cannot_keep(&error)),
            }
        });
        written.await.unwrap_or_else(|_| Err(broken_off()))
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        self.file = None;
        let _ = std::fs::remove_file(&self.path);
        let _ = std::fs::remove_dir(&self.folder);
    }
}

fn private_folder(path: &Path) -> std::io::Result<()> {
    match std::fs::DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

fn cannot_keep(error: &std::io::Error) -> Problem {
    if error.kind() == std::io::ErrorKind::StorageFull {
        return Problem::new(StatusCode::INSUFFICIENT_STORAGE, "storage", "the disk is full")
            .todo("ask the operator for room");
    }
    Failure::operational(format!("the upload cannot be kept: {}", error.kind())).into()
}

fn broken_off() -> Problem {
    Failure::operational("the import was broken off").into()
}

/// Removes what a desk that was killed left behind.
pub(crate) fn clear_leftovers(readers: &Readers) {
    let above = readers.home().file(FOLDER);
    if above.is_dir()
        && let Err(error) = std::fs::remove_dir_all(&above)
    {
        tracing::warn!(kind = %error.kind(), "cannot remove uploads that were left behind");
    }
}

#[cfg(test)]
mod tests {
    use super::sort;

    #[test]
    fn a_defective_object_is_refused_and_its_neighbours_are_taken() {
        let good = r#"{"type":"x-test","spec_version":"2.1","id":"x-test--6f1a7f0e-8e5c-4b1e-9d5e-2d8f3a0c1b2a","created":"2024-01-01T00:00:00Z","modified":"2024-01-01T00:00:00Z"}"#;
        let domain = r#"{"type":"domain-name","spec_version":"2.1","id":"domain-name--0c8d0d3a-6f7b-5a53-9b44-1f6e3f7f0c11","value":"a.example"}"#;
        let bad = r#"{"type":"indicator","id":"indicator--1"}"#;
        let bundle = format!(
            r#"{{"type":"bundle","id":"bundle--6f1a7f0e-8e5c-4b1e-9d5e-2d8f3a0c1b2b","objects":[{domain},{bad},{{"no":"id"}}]}}"#
        );
        let sorted = sort(bundle.as_bytes()).unwrap_or_else(|problem| panic!("{problem:?}"));
        assert_eq!(sorted.taken, 1);
        let places: Vec<_> = sorted.refused.iter().map(|one| (one.position, one.id.as_deref())).collect();
        assert_eq!(places, [(1, Some("indicator--1")), (2, None)]);
        assert!(String::from_utf8_lossy(&sorted.bundle).contains(domain), "byte for byte");
        let (listed, marked) = (format!("[{good}]"), format!("\u{feff}{good}"));
        let (lines, doubled) = (
            format!("{good}\n{good}"),
            bundle.replace("\"id\":\"indicator--1\"", "\"id\":\"indicator--1\",\"id\":\"x\""),
        );
        for (body, status) in [
            ("", 400),
            ("{", 400),
            ("[]", 400),
            (bundle.get(..bundle.len() - 1).unwrap_or_default(), 400),
            // What files may have, and bodies may not.
            (&listed, 400),
            (&marked, 400),
            (&lines, 400),
            (&doubled, 400),
        ] {
            assert_eq!(sort(body.as_bytes()).err().map(|problem| problem.status), Some(status), "{body}");
        }
        let pdf = sort(b"%PDF-1.7").err().and_then(|problem| problem.detail.clone()).unwrap_or_default();
        assert!(pdf.contains("a PDF document"), "{pdf}");
        assert!(sort(good.as_bytes()).is_ok_and(|sorted| sorted.taken + sorted.refused.len() == 1));
    }
}
