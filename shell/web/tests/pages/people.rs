//! Somebody who reads in a browser gets a page: no address that takes a form's post shows JSON, and neither does any refusal.

use super::desk::{Page, face};
use axum::http::StatusCode;

/// The addresses that `pages/mod.rs` routes, and whether they take GET and POST.
fn routes() -> Vec<(String, bool, bool)> {
    let source = include_str!("../../src/pages/mod.rs");
    let mut found = Vec::new();
    for line in source.lines().filter_map(|line| line.trim().strip_prefix(".route(\"")) {
        let (path, methods) = line.split_once('"').unwrap();
        let path = path.replace("{id}", "3b0c0f0e-0000-4000-8000-000000000001").replace("{digest}", &"0".repeat(64));
        let path = path.replace("{source}", "x").replace("{code}", "zzz").replace("{part}", "0");
        found.push((path, methods.contains("get("), methods.contains("post(")));
    }
    assert!(found.len() > 80, "{}", found.len());
    found
}

#[track_caller]
fn is_page(address: &str, page: &Page) {
    assert!(page.header("content-type").starts_with("text/html"), "{address}: {} {}", page.status, page.text());
    assert!(!page.text().trim_start().starts_with('{'), "{address}");
}

#[test]
fn what_takes_only_a_post_leads_to_its_page() {
    let (face, _folder) = face();
    let mut counted = 0;
    for (address, _, _) in routes().into_iter().filter(|(_, get, post)| *post && !get) {
        let page = face.browse("GET", &address, "");
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{address}: {}", page.text());
        let to = page.header("location").to_owned();
        assert!(address.starts_with(to.trim_end_matches('/')), "{address} leads to {to}");
        let next = face.browse("GET", &to, "");
        assert_ne!(next.status, StatusCode::METHOD_NOT_ALLOWED, "{address} leads to {to}");
        if next.status != StatusCode::SEE_OTHER {
            is_page(&to, &next);
        }
        counted += 1;
    }
    assert!(counted > 40, "{counted}");
}

#[test]
fn whatever_is_refused_is_refused_on_a_page() {
    let (face, _folder) = face();
    for (address, get, post) in routes() {
        // The data of pictures and the files are asked for by scripts and as downloads.
        let data = [".json", ".svg", "/raw", "/stix"].iter().any(|end| address.ends_with(end));
        if get && !data {
            let page = face.browse("GET", &address, "");
            if page.status != StatusCode::SEE_OTHER {
                is_page(&address, &page);
            }
        }
        if post && address != "/sign-out" {
            for body in ["", "x=1", "%FF=%00"] {
                let page = face.browse("POST", &address, body);
                if !page.status.is_redirection() {
                    is_page(&address, &page);
                }
            }
        }
    }
    for address in ["/nowhere", "/releases/x/y/z", "/objects"] {
        is_page(address, &face.browse("GET", address, ""));
    }
}

#[test]
fn programs_are_answered_in_their_own_form() {
    let (face, _folder) = face();
    let token = face.token("reader", "read");
    let unknown = face.api("GET", "/api/v1/nowhere", Some(&token), None);
    assert_eq!(unknown.header("content-type"), "application/problem+json");
    let method = face.api("DELETE", "/api/v1/objects", Some(&token), None);
    assert_eq!(
        (method.status, method.header("content-type")),
        (StatusCode::METHOD_NOT_ALLOWED, "application/problem+json")
    );
    // A browser that opens the API sees what the API says.
    let opened = face.browse("GET", "/api/v1/nowhere", "");
    assert_eq!(opened.header("content-type"), "application/problem+json");
    // A script of ours asks for JSON and gets it.
    let script = face.post("/releases/x/sign/begin", "{}");
    assert!(!script.header("content-type").starts_with("text/html"));
}

#[test]
fn every_page_states_its_label_or_that_it_has_none() {
    let (face, _folder) = face();
    for (address, get, _) in routes() {
        if !get {
            continue;
        }
        let page = face.browse("GET", &address, "");
        if !page.header("content-type").starts_with("text/html") {
            continue;
        }
        page.has("class=\"sheet sheet-head\"").has("class=\"sheet sheet-foot\"").lacks("No marked content");
        page.has("aria-label=\"Label of this page\"");
        page.has("Label not determined");
    }
    let stranger = face.stranger("/sign-in");
    stranger.has("Label not determined").lacks("No marked content");
}
