//! A source is changed on its page; what was typed is kept where the change is refused; a handler answers for what is found, term by term.

use super::desk::{Face, face};
use axum::http::StatusCode;
use comity_node::{ReleaseDraftRequest, Request, Selection, SourceEntry};

fn handler() -> (Face, tempfile::TempDir, String) {
    let (face, folder) = face();
    let request = Request::VaultAdd(SourceEntry {
        cryptonym: "KESTREL".into(),
        identity: "Ilan Voss".into(),
        terms: vec!["blue herring".into(), "dock <b>7</b>".into()],
        reliability: "B".into(),
        ..SourceEntry::default()
    });
    let added = face.org.lock().unwrap().ask_as("hal", &request).unwrap();
    let source = added["source"].as_str().unwrap().to_owned();
    (face, folder, source)
}

#[test]
fn a_source_is_changed_where_it_is_read() {
    let (mut face, _folder, source) = handler();
    face.become_officer("hal");
    face.get("/sources").has("Terms to classify").has("<td class=\"num\">2</td>");
    let address = format!("/sources/{source}");
    let changed = "terms=phrase%3A+blue+herring%0Aperson%3A+Mira%2FVasar&terms_before=blue+herring%0Adock+%3Cb%3E7%3C%2Fb%3E\
                   &handlers=hal&handlers_before=hal&reason=she+moved";
    // Without the passkey nothing is changed; what was typed goes along.
    let asked = face.browse("POST", &format!("{address}/change"), changed);
    asked.has("person: Mira/Vasar").has("she moved");
    face.step_up();
    let page = face.browse("POST", &address, "reason=meeting");
    page.has("Change terms or handlers").has("dock &#60;b&#62;7").has("name=\"handlers_before\"").lacks("<b>7</b>");
    assert_eq!(face.browse("POST", &format!("{address}/change"), changed).status, StatusCode::SEE_OTHER);
    let page = face.browse("POST", &address, "reason=meeting");
    page.has("person: Mira/Vasar").has("she moved").has("no longer protected").has("dock");
    face.get("/sources").has("<td class=\"num\">0</td>");
    // What is warned of is said where it was entered.
    let given = "terms=Peter&terms_before=&handlers=hal&handlers_before=hal&reason=because";
    face.browse("POST", &format!("{address}/change"), given).has("It is done. But protected term 1 is a given name");
    // A refused change keeps what was typed, and shows nothing of the source beside it.
    let wrong = "terms=Mira&terms_before=never+there&handlers=Not+A+Code&handlers_before=hal&reason=because";
    let refused = face.browse("POST", &format!("{address}/change"), wrong);
    assert_eq!(refused.status, StatusCode::CONFLICT);
    refused.has("handler Not").has(">Mira</textarea>").has("value=\"because\"").lacks("Voss");
    let wrong = wrong.replace("Not+A+Code", "hal");
    face.browse("POST", &format!("{address}/change"), &wrong).has("is not a protected term of this source");
}

#[test]
fn a_handler_answers_for_one_of_two_terms_on_the_page() {
    let (mut face, _folder, _) = handler();
    let release = {
        let mut org = face.org.lock().unwrap();
        let report = Request::WriteReport {
            title: "R".into(),
            body: "kept at home".into(),
            grading: "B2".parse().unwrap(),
            source: None,
            label: Some("TLP:AMBER".parse().unwrap()),
        };
        let id = org.ask_as("alice", &report).unwrap()["id"].as_str().unwrap().to_owned();
        let draft = ReleaseDraftRequest {
            author: Some("alice".parse().unwrap()),
            selection: Selection { objects: vec![id], origins: vec![] },
            to: vec!["kps".parse().unwrap()],
            title: Some("T".into()),
            text: Some("The ship Blue Herring was <i>seen</i> from the KESTREL.".into()),
            ..ReleaseDraftRequest::default()
        };
        org.ask_as("alice", &Request::ReleaseDraft(draft)).unwrap()["release"].as_str().unwrap().to_owned()
    };
    face.become_officer("hal");
    face.step_up();
    let page = face.get("/sources/asked");
    page.has("<mark>Blue Herring</mark>")
        .has("<mark>KESTREL</mark>")
        .has("I answer for this cryptonym")
        .lacks("<i>seen");
    let text = page.text();
    let name = text.split("name=\"term ").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let address = format!("/sources/asked/{release}");
    face.browse("POST", &address, "answer=not_mine&reason=a+ship&several=1").has("choose what you answer for");
    face.browse("POST", &address, &format!("answer=perhaps&reason=a+ship&term+{name}=on")).has("say whether it is");
    let done = face.browse("POST", &address, &format!("answer=not_mine&reason=a+ship&several=1&term+{name}=on"));
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let left = face.get("/sources/asked");
    assert_eq!(left.text().matches("<mark>").count(), 1, "{}", left.text());
    let done = face.browse("POST", &address, "answer=keep_back&reason=it+is");
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    face.get("/sources/asked").has("No draft waits").lacks("<mark>");
}
