//! Recalls by name: from the object, with a preview of whom they reach; and what of them waits on Home and in the navigation.

use super::common::{Org, code};
use super::desk::{Face, Page, face, faces, id, object};
use comity_node::{BasisDecided, BasisDecision, ReleaseDraftRequest, Request, Selection};
use comity_release::RecallKind;
use comity_vocab::Role;
use serde_json::{Value, json};

/// A name with markup, and a character that turns what follows.
const NAME: &str = "Zinnober <b>\u{202e}kraut";
const SHOWN: &str = "Zinnober &#60;b&#62;⟨U+202E⟩kraut";

fn malware(number: u32, name: &str) -> Value {
    object("malware", number, json!({ "name": name, "is_family": false }))
}

fn release(face: &Face, to: &[&str], objects: &[String]) -> String {
    let request = ReleaseDraftRequest {
        selection: Selection { objects: objects.to_vec(), origins: vec![] },
        to: to.iter().map(|code| code.parse().unwrap()).collect(),
        ..Default::default()
    };
    face.org.lock().unwrap().release(request).unwrap()
}

/// Has a recall signed by two officers, and sends it.
fn sent(org: &mut Org, recall: &str) {
    for (officer, role) in [("alice", Role::DeskOfficer), ("bob", Role::ReleasingOfficer)] {
        let prepare = Request::RecallPrepare { recall: recall.into(), officer: code(officer), role };
        let prepared = org.ask(&prepare).unwrap();
        let proof = org.sign(officer, comity_crypto::Purpose::RecallApproval, &prepared["statement"]).into();
        org.ask(&Request::RecallApprove { recall: recall.into(), officer: code(officer), role, proof }).unwrap();
    }
    org.ask(&Request::RecallSend { recall: recall.into() }).unwrap();
}

fn drafted(face: &Face, items: &[String], kind: RecallKind) -> String {
    let request = Request::RecallDraft { releases: vec![], items: items.to_vec(), kind };
    face.org.lock().unwrap().ask_as("alice", &request).unwrap()["recall"].as_str().unwrap().to_owned()
}

fn exchange(one: &Face, other: &Face) {
    for _ in 0..3 {
        other.hear(one);
        one.hear(other);
    }
}

/// The digest of what a form showed.
fn seen(page: &Page) -> String {
    let text = page.text();
    let at = text.find("name=\"seen\" value=\"").expect(text) + "name=\"seen\" value=\"".len();
    text[at..].split('"').next().unwrap().to_owned()
}

fn recalls(face: &Face) -> usize {
    face.org.lock().unwrap().ask(&Request::RecallBoard).unwrap()["recalls"].as_array().unwrap().len()
}

/// What the navigation says beside *Recalls*; "" where it says nothing.
fn counted(page: &Page) -> String {
    let text = page.text();
    let at = text.find("<a href=\"/recalls\"").unwrap();
    let entry = text[at..].split("</a>").next().unwrap();
    entry.split("class=\"count\">").nth(1).map_or("", |rest| rest.split('<').next().unwrap()).to_owned()
}

/// What stands on Home.
fn home(face: &Face) -> (Page, String) {
    let page = face.get("/");
    let count = counted(&page);
    (page, count)
}

#[test]
fn an_object_that_left_is_recalled_from_its_page_by_those_who_may() {
    let (mut all, _folder) = faces(2);
    let (other, mut face) = (all.pop().unwrap(), all.pop().unwrap());
    face.import("feed", Some("TLP:GREEN"), &[malware(1, NAME)]);
    let (ids, page) = ([id("malware", 1)], format!("/objects/{}", id("malware", 1)));
    let link = format!("<a class=\"button\" href=\"/recalls/new?item={}\">Recall…</a>", ids[0]);
    face.get(&page).lacks("Recall…");
    release(&face, &["kps", "tfo"], &ids);
    face.get(&page).has(&link);
    // Who may not draft a recall is not led to it.
    let desk_officer = face.become_officer("hal");
    face.get(&page).lacks("Recall…");
    face.go_on(desk_officer);
    exchange(&face, &other);
    let form = face.get(&format!("/recalls/new?item={}", ids[0]));
    form.has(&format!("malware: {SHOWN}")).has("Organisation kps (kps)").has("has it").has("Organisation tfo (tfo)");
    form.has("no receipt yet: it waits here, or its receipt does").has("TLP:GREEN").has("Make the draft");
    form.lacks(NAME).lacks("<b>");
    // The whole release is there to be chosen, by those to whom it went.
    form.has("the whole release of 2026-03-05 to Organisation kps (kps), Organisation tfo (tfo), 1 item");
    // Where nothing is left to recall, nothing leads there.
    let recall = drafted(&face, &ids, RecallKind::WithdrawError);
    sent(&mut face.org.lock().unwrap(), &recall);
    face.get(&page).lacks("Recall…");
}

#[test]
fn a_recall_is_drafted_only_once_the_page_showed_whom_it_reaches() {
    let (face, _folder) = face();
    face.import("feed", Some("TLP:GREEN"), &[malware(1, "Zinnober"), malware(2, "Karmin")]);
    let ids = [id("malware", 1), id("malware", 2)];
    release(&face, &["kps"], &ids[..1]);
    face.get("/recalls/new").has("Show whom it reaches").lacks("Make the draft");
    // Straight to the draft, and with what another page showed: the page is shown first.
    let asked = format!("kind=withdraw_error&item={}", ids[0]);
    for seen in [String::new(), "&seen=".to_owned() + &"0".repeat(64)] {
        let page = face.post("/recalls", &format!("{asked}&act=draft{seen}"));
        assert_eq!(page.status, 409);
        page.has("Look again").has("Organisation kps (kps)");
        assert_eq!(recalls(&face), 0);
    }
    let looked = face.post("/recalls", &format!("{asked}&act=look"));
    assert_eq!((looked.status.as_u16(), recalls(&face)), (200, 0));
    looked.has("Organisation kps (kps)").lacks("tfo").has("<option value=\"withdraw_error\" selected>");
    // It went to somebody else meanwhile: what was shown is not whom it reaches.
    release(&face, &["tfo"], &ids[..1]);
    let stale = face.post("/recalls", &format!("{asked}&act=draft&seen={}", seen(&looked)));
    assert_eq!((stale.status.as_u16(), recalls(&face)), (409, 0));
    stale.has("Organisation tfo (tfo)");
    let unexplained = face.post("/recalls", &format!("item={}&act=draft&seen={}", ids[0], seen(&stale)));
    unexplained.has("choose why it is recalled");
    let done = face.post("/recalls", &format!("{asked}&act=draft&seen={}", seen(&stale)));
    assert_eq!((done.status.as_u16(), recalls(&face)), (303, 1), "{}", done.text());
    // The draft shows the same to the one who signs it.
    let board = face.get("/recalls");
    board.has("Whom it reaches").has("Organisation tfo (tfo)").has("Zinnober").has("no receipt yet");
    board.has(&format!("href=\"/objects/{}\"", ids[0])).has("data-label=\"TLP:GREEN\"").lacks("Karmin");
    // What was never sent, and nothing at all, is said in words.
    for (asked, words) in
        [(format!("item={}", ids[1]), "was never released to anybody"), (String::new(), "name what is recalled")]
    {
        let page = face.post("/recalls", &format!("kind=correct&{asked}&act=draft"));
        assert_eq!(page.status, 409);
        page.has(words);
    }
    assert_eq!(recalls(&face), 1);
}

#[test]
fn whole_releases_are_shown_by_name_in_blocks_and_signed_only_knowingly() {
    let (face, _folder) = face();
    let objects: Vec<Value> = (1..=230).map(|number| malware(number, &format!("Zinnober{number}."))).collect();
    face.import("feed", Some("TLP:GREEN"), &objects);
    let ids: Vec<String> = (1..=230).map(|number| id("malware", number)).collect();
    let release = release(&face, &["kps"], &ids);
    let last = "Zinnober230.";
    let form = face.get(&format!("/recalls/new?release={release}"));
    form.has("230 objects").has("30 further objects are not on this page").has("Zinnober200.").lacks(last);
    form.has("the whole release of 2026-03-05 to Organisation kps (kps), 230 items");
    let more = face.post("/recalls", &format!("release={release}&blocks=2&seen={}", seen(&form)));
    more.has(last).lacks("further objects");
    let request = Request::RecallDraft { releases: vec![release], items: vec![], kind: RecallKind::Correct };
    let recall = face.org.lock().unwrap().ask_as("alice", &request).unwrap()["recall"].as_str().unwrap().to_owned();
    let unseen = "30 of them are not on this page. I sign them all the same.";
    face.get("/recalls").has("230 objects").has("30 further objects are not on this page").has(unseen).lacks(last);
    face.get(&format!("/recalls?recall={recall}&blocks=2"))
        .has(last)
        .lacks("further objects")
        .lacks("not on this page");
    sent(&mut face.org.lock().unwrap(), &recall);
    let lines = |page: &Page| page.text().matches("href=\"/objects/malware--").count();
    let board = face.get("/recalls");
    board.has("230 items").has("30 further items are not on this page");
    let whole = face.get(&format!("/recalls?recall={recall}&blocks=2"));
    whole.has(last).lacks("further items");
    assert_eq!((lines(&board), lines(&whole)), (200, 230));
}

#[test]
fn what_partners_answer_stands_on_home_in_words_and_is_counted_for_those_who_act() {
    let (mut all, _folder) = faces(2);
    let (other, mut face) = (all.pop().unwrap(), all.pop().unwrap());
    face.import("feed", Some("TLP:GREEN"), &[malware(1, "Zinnober"), malware(2, "Karmin")]);
    let ids = [id("malware", 1), id("malware", 2)];
    release(&face, &["kps", "tfo"], &ids);
    exchange(&face, &other);
    let (page, count) = home(&face);
    page.lacks("ecall to").lacks("A recall of ours");
    assert_eq!(count, "");
    let recall = drafted(&face, &ids, RecallKind::WithdrawError);
    let (page, count) = home(&face);
    page.has("Recall to sign: wrong person or fact").has(&format!("href=\"/recalls#{recall}\""));
    assert_eq!(count, "1");
    // On every page, and each officer's own.
    assert_eq!(counted(&face.get("/search")), "1");
    let desk_officer = face.become_officer("hal");
    let (page, count) = home(&face);
    page.lacks("Recall to sign");
    assert_eq!((count, counted(&face.get("/recalls"))), (String::new(), String::new()));
    let reader = face.become_officer("c1");
    assert_eq!(home(&face).1, "");
    face.go_on(desk_officer);
    sent(&mut face.org.lock().unwrap(), &recall);
    exchange(&face, &other);
    let (page, count) = home(&face);
    page.has("Recall on its way: wrong person or fact").has("1 of 2 partners confirmed");
    page.has("Organisation kps (kps) erased 2 of 2 items")
        .has("Organisation tfo (tfo) has not answered since 2026-03-05 10:00");
    page.lacks("located_copies");
    assert_eq!(count, "", "nobody has to do anything yet");
    face.get("/recalls").has("erased 2 of 2 items").has("Zinnober").lacks("located_copies").lacks("[&#34;");
    // Not answered in time: that is for somebody to do.
    face.org.lock().unwrap().later(-26 * 3600);
    let late = drafted(&face, &ids[1..], RecallKind::Correct);
    sent(&mut face.org.lock().unwrap(), &late);
    face.org.lock().unwrap().later(26 * 3600);
    let (page, count) = home(&face);
    page.has("A recall of ours needs you: it is corrected").has("2 partners have not confirmed in time: call them");
    page.has("Organisation tfo (tfo) has not answered since 2026-03-04 08:00");
    assert_eq!(count, "1");
    face.go_on(reader);
    let (page, count) = home(&face);
    page.lacks("recall of ours").lacks("erased 2 of 2");
    assert_eq!(count, "");
}

#[test]
fn what_rests_on_a_partners_recall_stands_on_home_until_somebody_decided() {
    for kind in [RecallKind::WithdrawError, RecallKind::Correct] {
        let (mut all, _folder) = faces(2);
        let (other, mut face) = (all.pop().unwrap(), all.pop().unwrap());
        other.import("feed", Some("TLP:GREEN"), &[malware(1, "Zinnober")]);
        let release = release_of(&other, &id("malware", 1));
        exchange(&other, &face);
        let shown = other.org.lock().unwrap().ask(&Request::ReleaseShow { release }).unwrap();
        let here = shown["items"][0]["released_id"].as_str().unwrap().to_owned();
        let selection = Selection { objects: vec![here], origins: vec![] };
        let label = Some("TLP:GREEN".parse().unwrap());
        let note = Request::WriteNote { selection, text: "We saw it too.".into(), label };
        let object = face.org.lock().unwrap().ask_as("hal", &note).unwrap()["id"].as_str().unwrap().to_owned();
        let recall = drafted(&other, &[id("malware", 1)], kind);
        sent(&mut other.org.lock().unwrap(), &recall);
        exchange(&other, &face);
        let (page, count) = home(&face);
        let (what, why, button) = if kind.withdraws() {
            (
                "Organisation kps (kps) recalled 1 item",
                "1 object of ours rests on what was erased: decide whether it is kept",
                "It may be kept",
            )
        } else {
            (
                "Organisation kps (kps) corrects 1 item",
                "1 object of ours rests on it: look at it",
                "Looked at: it may stay",
            )
        };
        page.has(what).has(why);
        assert_eq!(count, "1");
        let desk_officer = face.become_officer("hal");
        let (page, count) = home(&face);
        page.lacks(what);
        assert_eq!(count, "");
        face.go_on(desk_officer);
        let board = face.get("/recalls");
        board.has(button).has("Organisation kps (kps)");
        assert_eq!(board.text().contains("Withdraw it"), kind.withdraws());
        let org = face.org.clone();
        let notice = org.lock().unwrap().ask(&Request::RecallBoard).unwrap()["received"][0]["recall"].clone();
        let notice = notice.as_str().unwrap();
        let done = face.post(&format!("/recalls/{notice}/decide"), &format!("object={object}&decision=keep"));
        assert_eq!(done.status, 303, "{}", done.text());
        let (page, count) = home(&face);
        page.lacks(why);
        assert_eq!(count, "");
        let again = BasisDecided { recall: notice.to_owned(), object, decision: BasisDecision::Keep };
        org.lock().unwrap().ask_as("alice", &Request::RecallDecide(again)).unwrap();
    }
}

fn release_of(face: &Face, object: &str) -> String {
    release(face, &["vsis"], &[object.to_owned()])
}

#[test]
fn a_count_that_cannot_be_read_is_not_none() {
    let (face, folder) = face();
    assert_eq!(counted(&face.get("/account")), "");
    let (there, away) = (folder.path().join("vsis/holdings/holdings.db"), folder.path().join("away.db"));
    std::fs::rename(&there, &away).unwrap();
    assert_eq!(counted(&face.try_get("/account")), "?");
    std::fs::rename(&away, &there).unwrap();
    assert_eq!(counted(&face.get("/account")), "");
}

#[test]
fn programs_ask_whom_a_recall_reaches() {
    let (face, _folder) = face();
    face.import("feed", Some("TLP:GREEN"), &[malware(1, "Zinnober"), malware(2, "Karmin")]);
    let ids = [id("malware", 1), id("malware", 2)];
    let sent = release(&face, &["kps"], &ids);
    let (reader, writer) = (face.token("reader", "read"), face.token("writer", "write"));
    let ask = |token: Option<&str>, body: &Value| {
        face.api("POST", "/api/v1/recalls/preview", token, Some(("application/json", body.to_string().as_bytes())))
    };
    let body = json!({ "releases": [sent], "limit": 1, "from": 1 });
    let shown = ask(Some(&reader), &body);
    assert_eq!(shown.status, 200, "{}", shown.text());
    let shown = shown.json();
    assert_eq!(
        (&shown["total"], &shown["public"], shown["items"].as_array().unwrap().len()),
        (&2.into(), &0.into(), 1)
    );
    let item = &shown["items"][0];
    assert_eq!((&item["id"], &item["name"], &item["type"]), (&json!(ids[1]), &json!("Karmin"), &json!("malware")));
    assert_eq!(
        (&item["label"], &item["recipients"]),
        (&json!("TLP:GREEN"), &json!([{ "recipient": "kps", "state": "queued" }]))
    );
    let partner = &shown["recipients"][0];
    let told = json!({ "recipient": "kps", "name": "Organisation kps", "items": 2, "received": 0, "queued": 2, "recalled": 0,
        "withheld": 0, "taxii": false, "suspended": false });
    assert_eq!(*partner, told);
    assert_eq!(recalls(&face), 0, "nothing is drafted");
    let recall = drafted(&face, &ids, RecallKind::Correct);
    assert_eq!(ask(Some(&reader), &json!({ "recall": recall })).json()["digest"], shown["digest"]);
    let own = face.officer_api("POST", "/api/v1/recalls/preview", &body);
    assert_eq!((own.status.as_u16(), &own.json()["total"]), (200, &2.into()));
    for (token, body, status) in [
        (Some(&writer), body.clone(), 403),
        (None, body.clone(), 401),
        (Some(&reader), json!({}), 400),
        (Some(&reader), json!({ "items": ["malware--nothing"] }), 409),
        (Some(&reader), json!({ "recall": "00000000-0000-4000-8000-000000000009" }), 409),
        (Some(&reader), json!({ "recall": recall, "items": [ids[0]] }), 400),
        (Some(&reader), json!({ "items": [ids[0]], "limit": 0 }), 400),
        (Some(&reader), json!({ "items": [ids[0]], "colour": "red" }), 422),
    ] {
        let answer = ask(token.map(String::as_str), &body);
        assert_eq!(answer.status, status, "{body}: {}", answer.text());
    }
    let described = face.api("GET", "/api/v1/openapi.json", Some(&reader), None).json();
    let operation = &described["paths"]["/api/v1/recalls/preview"]["post"];
    let schema = |part: &Value| part["content"]["application/json"]["schema"]["$ref"].as_str().unwrap().to_owned();
    assert_eq!(schema(&operation["requestBody"]), "#/components/schemas/Previewed");
    assert_eq!(schema(&operation["responses"]["200"]), "#/components/schemas/Preview");
}
