//! How the edge's refusals look on the desk: a page for people, problem details for programs, TAXII's error resource below `/taxii2/`.
//!
//! Guarantees: they carry the same headers as every other answer of the desk. Does not know: why the edge refuses.

use crate::headers;
use crate::pages::people::is_for_people;
use crate::problem::Problem;
use askama::Template;
use axum::http::{HeaderValue, Response, header};
use bytes::Bytes;
use comity_edge::Refusal;
use http_body_util::Full;

const TEXT_HTML: &str = "text/html; charset=utf-8";

#[derive(Template)]
#[template(
    ext = "html",
    source = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>This did not work</title><h1>This did not work</h1><p>{{ title }}</p><p>{{ todo }}</p></html>"
)]
struct Bare<'a> {
    title: &'a str,
    todo: &'a str,
}

fn page(title: &str, todo: &str) -> String {
    Bare { title, todo }.render().unwrap_or_else(|_| "This did not work".to_owned())
}

/// Tells what a person meets who sends a form; the rest is how a request is written, which no person does.
fn happens_to_people(refusal: &Refusal) -> bool {
    match refusal {
        Refusal::BodyTooLong { .. } | Refusal::TooSlow | Refusal::NoAnswer => true,
        Refusal::Syntax(_)
        | Refusal::Path(_)
        | Refusal::TargetTooLong { .. }
        | Refusal::Misdirected
        | Refusal::LengthRequired
        | Refusal::Expectation
        | Refusal::HeadTooLong { .. }
        | Refusal::TooManyFields { .. }
        | Refusal::Method
        | Refusal::Version
        | Refusal::Busy => false,
    }
}

/// Makes the answer to what the edge refuses; `path` is what was asked for, as far as legible.
pub fn refused(refusal: &Refusal, path: &str) -> Response<Full<Bytes>> {
    let title = refusal.to_string();
    let (media_type, body) = if path.starts_with("/taxii2") {
        let status = refusal.status().as_u16().to_string();
        let error = serde_json::json!({ "title": title, "description": refusal.todo(), "http_status": status });
        (comity_taxii::media::MEDIA_TYPE, error.to_string().into_bytes())
    } else if happens_to_people(refusal) && is_for_people(path) {
        // Before a request was read nobody knows who asks: a page for everybody, without more around it.
        (TEXT_HTML, page(&title, refusal.todo()).into_bytes())
    } else {
        let problem = Problem::new(refusal.status(), refusal.kind(), &title).todo(refusal.todo());
        (crate::problem::PROBLEM_JSON, problem.json())
    };
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = refusal.status();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers::add(response.headers_mut());
    response
}

#[cfg(test)]
mod tests {
    use super::refused;
    use comity_edge::Refusal;

    #[test]
    fn each_face_is_refused_in_its_media_type() {
        let long = Refusal::BodyTooLong { bytes_max: 1 };
        for (refusal, path, status, media_type) in [
            (&Refusal::Method, "/taxii2/desk/", 405, "application/taxii+json;version=2.1"),
            (&long, "/api/v1/objects", 413, "application/problem+json"),
            (&Refusal::Method, "", 405, "application/problem+json"),
            (&Refusal::Method, "/", 405, "application/problem+json"),
            (&long, "/warning-lists", 413, "text/html; charset=utf-8"),
        ] {
            let response = refused(refusal, path);
            let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
            assert_eq!((response.status().as_u16(), header("content-type")), (status, Some(media_type)), "{path}");
            assert!(header("content-security-policy").is_some_and(|policy| policy.contains("default-src 'none'")));
        }
    }
}
