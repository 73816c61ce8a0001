//! The pages of the source register say what they are, on the screen and on paper, and printing one is written down.

use super::desk::{Face, face};
use axum::http::StatusCode;
use comity_node::{Request, SourceEntry};

const VAULT: &str = "VAULT · true identity · handlers only";

fn handler() -> (Face, tempfile::TempDir, String, String) {
    let (mut face, folder) = face();
    let request = Request::VaultAdd(SourceEntry {
        cryptonym: "KESTREL".into(),
        identity: "Ilan Voss\u{202e}".into(),
        contact: "harbour".into(),
        handlers: Vec::new(),
        terms: vec!["Voss".into()],
        reliability: "B".into(),
        notes: String::new(),
    });
    let added = face.org.lock().unwrap().ask_as("hal", &request).unwrap();
    let alice = face.become_officer("hal");
    face.step_up();
    (face, folder, added["source"].as_str().unwrap().to_owned(), alice)
}

/// How often the audit chain says that a source was printed, as an analyst reads it.
fn printed(face: &mut Face, alice: &str) -> usize {
    let hal = face.go_on(alice.to_owned());
    let count = face.get("/audit").text().matches("vault.print").count();
    face.go_on(hal);
    count
}

#[test]
fn a_source_is_printed_by_a_button_that_is_written_down() {
    let (mut face, _folder, source, alice) = handler();
    let address = format!("/sources/{source}");
    let page = face.browse("POST", &address, "reason=meeting");
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    page.has("Ilan Voss⟨U+202E⟩").has(&format!("data-label=\"VAULT\">{VAULT}")).lacks("Label not determined");
    // What the page shows of the source stays off the paper, which says why.
    page.has("class=\"screen\">\n<h1").has("class=\"paper\">This page is not printed").has(&format!("{address}/print"));
    assert_eq!(printed(&mut face, &alice), 0);
    let sheet = face.browse("POST", &format!("{address}/print"), "reason=meeting");
    assert_eq!(sheet.status, StatusCode::OK, "{}", sheet.text());
    sheet.has("Ilan Voss⟨U+202E⟩").has("<div>\n<h1").has("The log says that you printed it");
    assert_eq!(sheet.text().matches(VAULT).count(), 3, "above, and at both ends of each sheet");
    assert_eq!(printed(&mut face, &alice), 1);
    // A reload asks again; without a reason nothing is printed.
    assert_eq!(face.browse("GET", &format!("{address}/print"), "").header("location"), address);
    assert_eq!(face.browse("POST", &format!("{address}/print"), "reason=+").status, StatusCode::CONFLICT);
    assert_eq!(printed(&mut face, &alice), 1);
}

#[test]
fn the_mark_of_the_register_tells_nobody_whether_there_is_a_source() {
    let (mut face, _folder, source, alice) = handler();
    face.get("/sources").has(VAULT).has("The register is not printed.");
    face.go_on(alice);
    let known = face.browse("GET", &format!("/sources/{source}"), "");
    known.has("Label not determined").lacks(VAULT);
    let refused = face.browse("POST", &format!("/sources/{source}/print"), "reason=meeting");
    assert_ne!(refused.status, StatusCode::OK);
    refused.lacks("Voss").lacks(VAULT);
    assert_eq!(face.post_from_elsewhere(&format!("/sources/{source}/print"), "reason=x").status, StatusCode::FORBIDDEN);
}
