//! The pages of sightings and warning lists.

use super::desk::{Face, Page, face, faces, id, object};
use axum::http::StatusCode;
use comity_node::{ReleaseDraftRequest, Request, Selection};
use serde_json::{Value, json};

const SCRIPT: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>";

/// An indicator that looks for something.
pub fn indicator(number: u32, name: &str, pattern: &str) -> Value {
    object(
        "indicator",
        number,
        json!({
            "name": name, "pattern_type": "stix", "pattern": pattern, "valid_from": "2026-01-01T00:00:00Z",
        }),
    )
}

/// Brings lines in as the machine account does.
#[track_caller]
pub fn observe(face: &Face, lines: &str) -> Value {
    let request = Request::Observe {
        mapping: "simple".into(),
        declaration: None,
        source: "proxy-1".into(),
        first_line: 1,
        text: lines.into(),
        document: false,
    };
    face.org.lock().unwrap().ask(&request).unwrap()
}

/// The address of the one sighting that the list shows.
#[track_caller]
pub fn only(face: &Face, list: &str) -> String {
    let page = face.get(list);
    let found: Vec<&str> = page.text().split("href=\"/sightings/sighting--").skip(1).collect();
    assert_eq!(found.len(), 1, "{}", page.text());
    format!("/sightings/sighting--{}", found[0].split('"').next().unwrap())
}

fn rows(page: &Page) -> usize {
    page.text().matches("href=\"/sightings/sighting--").count()
}

#[test]
fn what_was_seen_is_listed_narrowed_and_shown() {
    let (face, _folder) = face();
    face.get("/sightings").has("Nothing was sighted yet").has("comity detect").has("/api/v1/observations");
    face.import(
        "feed",
        Some("TLP:GREEN"),
        &[
            indicator(1, "C2 of Emotet", "[ipv4-addr:value = '198.51.100.7']"),
            indicator(2, "Phishing host", "[domain-name:value = 'login.example']"),
        ],
    );
    observe(
        &face,
        "ip-dst,198.51.100.7,2026-02-01T10:00:00Z\nip-dst,198.51.100.7,2026-02-03T11:30:00Z\n\
         domain,login.example,2026-02-02T09:00:00Z\ndomain,harmless.example,2026-02-02T09:00:00Z\n",
    );
    let page = face.get("/sightings");
    assert_eq!(rows(&page), 2);
    for words in ["C2 of Emotet", "198.51.100.7", "IPv4 address", "2 times", "feed", "TLP:GREEN", "not judged", "<rect"]
    {
        page.has(words);
    }
    // What our sensors saw is handled as ours, however openly the indicator is marked.
    page.lacks("harmless.example").has("data-label=\"TLP:AMBER+STRICT\">TLP:AMBER+STRICT</section>");
    for (query, count, inside) in [
        ("value=login.example", 1, "Phishing host"),
        ("value=nowhere.example", 0, "Nothing here is that narrow"),
        ("origin=feed", 2, "Phishing host"),
        ("origin=own", 0, "Nothing here is that narrow"),
        ("judgement=unreviewed", 2, "C2 of Emotet"),
        ("judgement=true_positive", 0, "Nothing here is that narrow"),
        ("state=decayed", 0, "Nothing in this tab"),
        ("state=all", 2, "C2 of Emotet"),
        ("from=2026-02-03", 1, "C2 of Emotet"),
        ("to=2026-02-02", 1, "C2 of Emotet"),
        ("from=2026-03-01", 0, "Nothing here is that narrow"),
    ] {
        let page = face.get(&format!("/sightings?{query}"));
        assert_eq!(rows(&page), count, "{query}");
        page.has(inside);
    }
    let of = format!("/sightings?indicator={}", id("indicator", 1));
    let address = only(&face, &of);
    for query in ["state=lost", "judgement=perhaps", "from=yesterday", "after=x"] {
        assert_eq!(face.try_get(&format!("/sightings?{query}")).status, StatusCode::BAD_REQUEST, "{query}");
    }
    let one = face.get(&address);
    for words in [
        "C2 of Emotet",
        "198.51.100.7",
        "Matches when",
        "[ipv4-addr:value = &#39;198.51.100.7&#39;]",
        "proxy-1",
        "line 2",
        "<mark><bdi class=\"value\">198.51.100.7</bdi></mark>",
        "2026-02-01 10:00",
        "Nobody has judged it yet",
        &format!("/objects/{}", id("indicator", 1)),
    ] {
        one.has(words);
    }
    one.lacks("Send a sighting back").lacks("href=\"198").lacks("login.example");
    face.get(&format!("/objects/{}", id("indicator", 1)))
        .has("Seen here")
        .has("2 times")
        .has(&of.replace('&', "&amp;"));
    face.get("/").has("2 sightings to judge");
    let file = face.get(&format!("{address}/stix"));
    assert_eq!(file.header("content-type"), "application/octet-stream");
    let bundle = file.json();
    let kinds: Vec<&str> = bundle["objects"].as_array().unwrap().iter().map(|o| o["type"].as_str().unwrap()).collect();
    assert!(
        kinds.contains(&"sighting") && kinds.contains(&"indicator") && kinds.contains(&"observed-data"),
        "{kinds:?}"
    );
}

#[test]
fn a_sighting_is_judged_from_our_own_pages_only() {
    let (face, _folder) = face();
    face.import("feed", Some("TLP:GREEN"), &[indicator(1, "C2", "[ipv4-addr:value = '198.51.100.7']")]);
    observe(&face, "ip-dst,198.51.100.7,2026-02-01T10:00:00Z\n");
    let address = only(&face, "/sightings");
    let judge = format!("{address}/judgement");
    let elsewhere = face.post_from_elsewhere(&judge, "judgement=true_positive");
    assert_eq!(elsewhere.status, StatusCode::FORBIDDEN);
    assert_eq!(face.post(&judge, "comment=x").status, StatusCode::CONFLICT, "nothing was chosen");
    assert!(face.post(&judge, "judgement=perhaps").status.is_client_error());
    face.get(&address).has("Nobody has judged it yet");
    let done = face.post(&judge, "judgement=false_positive&comment=our+own+scanner");
    assert_eq!((done.status, done.header("location")), (StatusCode::SEE_OTHER, address.as_str()));
    face.get(&address).has("by <bdi>alice</bdi>").has("our own scanner");
    face.get("/sightings?judgement=false_positive").has("false positive").has("judged by <bdi>alice</bdi>");
    face.get("/").lacks("to judge");
    let unknown = face.try_get("/sightings/sighting--00000000-0000-4000-8000-000000000000");
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    for address in [
        "/sightings/x".to_owned(),
        // A beginning finds one at the command line; an address is whole.
        address[..address.len() - 3].to_owned(),
        format!("/sightings/{}", "a".repeat(3_000)),
        "/sightings/%2F%2Fevil.example".to_owned(),
    ] {
        assert_eq!(face.try_get(&address).body, unknown.body, "{address}");
    }
    let stranger = face.stranger(&address);
    assert_eq!(stranger.status, StatusCode::SEE_OTHER);
    assert!(stranger.header("location").starts_with("/sign-in"));
}

#[test]
fn what_sensors_say_is_text() {
    let (face, _folder) = face();
    let long = format!("{}.example", "x".repeat(3_000));
    let quoted = SCRIPT.replace('\\', "\\\\").replace('\'', "\\'");
    face.import(
        "feed",
        None,
        &[
            indicator(1, SCRIPT, &format!("[url:value = '{quoted}']")),
            indicator(2, "\u{202e}evil", "[file:name = '\u{202e}cod.exe']"),
            indicator(3, "", &format!("[domain-name:value = '{long}']")),
        ],
    );
    let line =
        |kind: &str, value: &str| json!({ "type": kind, "value": value, "time": "2026-02-01T10:00:00Z" }).to_string();
    let lines = [line("url", SCRIPT), line("filename", "\u{202e}cod.exe"), line("domain", &long)].join("\n");
    let answer = observe(&face, &lines);
    assert_eq!(answer["matches"], 3, "{answer}");
    let list = face.get("/sightings");
    assert_eq!(rows(&list), 3);
    list.lacks("<script>alert")
        .lacks("<img src")
        .has("&#60;script&#62;alert(1)")
        .has("<bdi class=\"value\">⟨U+202E⟩cod.exe</bdi>");
    list.lacks(&long).has(&"x".repeat(100));
    for part in list.text().split("href=\"/sightings/sighting--").skip(1) {
        let one = face.get(&format!("/sightings/sighting--{}", part.split('"').next().unwrap()));
        one.lacks("<script>alert").lacks("<img src").lacks("href=\"javascript");
    }
    face.get(&format!("/sightings?value={}", "%3Cscript%3E")).lacks("<script>alert");
}

#[test]
fn a_recalled_one_says_that_it_is_gone() {
    let (faces, _folder) = faces(2);
    let [vsis, kps] = faces.as_slice() else { panic!("two desks") };
    vsis.import("feed", Some("TLP:GREEN"), &[indicator(1, "Control of Emotet", "[ipv4-addr:value = '198.51.100.7']")]);
    let request = ReleaseDraftRequest {
        selection: Selection { objects: vec![id("indicator", 1)], origins: vec![] },
        to: vec!["kps".parse().unwrap()],
        ..Default::default()
    };
    let release = vsis.org.lock().unwrap().release(request).unwrap();
    kps.hear(vsis);
    observe(kps, "ip-dst,198.51.100.7,2026-02-01T10:00:00Z\n");
    let address = only(kps, "/sightings");
    kps.get(&address)
        .has("partner vsis")
        .has("vsis released it")
        .has("Send a sighting back to vsis")
        .has("198.51.100.7");
    // Judged, and written for the partner: the compose page has what was made.
    kps.post(&format!("{address}/judgement"), "judgement=true_positive");
    let back = kps.post(&format!("{address}/return"), "partner=vsis");
    assert_eq!(back.status, StatusCode::SEE_OTHER, "{}", back.text());
    let compose = back.header("location").to_owned();
    assert!(compose.starts_with("/releases/new?object=sighting--") && compose.ends_with("&to=vsis"), "{compose}");
    assert!(compose.contains("object=opinion--"), "{compose}");
    kps.get(&compose).has("value=\"vsis\" checked").has("sighting--").lacks("198.51.100.7");
    kps.get(&address).has("A sighting was written for vsis");
    for wrong in ["partner=nobody", "partner=", "partner=%3Cb%3E"] {
        let refused = kps.post(&format!("{address}/return"), wrong);
        assert_eq!(refused.status, StatusCode::CONFLICT, "{wrong}");
        refused.has("role=\"alert\"").lacks("<b>");
    }
    vsis.org.lock().unwrap().recall(&[release]).unwrap();
    kps.hear(vsis);
    face_lacks_content(kps, &address);
}

#[track_caller]
fn face_lacks_content(face: &Face, address: &str) {
    face.get("/sightings").lacks("Emotet").lacks("198.51.100.7");
    let list = face.get("/sightings?state=recalled");
    assert_eq!(rows(&list), 1);
    list.has("A recalled sighting").lacks("Emotet").lacks("198.51.100.7");
    let one = face.get(address);
    one.has("was called back")
        .has("erased")
        .lacks("Emotet")
        .lacks("198.51.100.7")
        .lacks("Send a sighting back")
        .lacks("/judgement");
    assert_eq!(face.try_get(&format!("{address}/stix")).status, StatusCode::NOT_FOUND);
}

#[test]
fn lists_keep_back_what_everybody_meets() {
    let (face, _folder) = face();
    face.get("/warning-lists").has("comity: public DNS resolvers").has("No indicator that is held");
    face.import(
        "feed",
        Some("TLP:GREEN"),
        &[
            indicator(1, "A resolver", "[ipv4-addr:value = '203.0.113.1']"),
            indicator(2, "Cannot be read", "[ipv4-addr:value = ]"),
            object(
                "indicator",
                3,
                json!({ "name": "A rule", "pattern_type": "yara", "pattern": "rule a { condition: true }",
                "valid_from": "2026-01-01T00:00:00Z" }),
            ),
        ],
    );
    let status = face.get("/warning-lists");
    status
        .has("<strong>1</strong>indicators looked for")
        .has("with a pattern that cannot be read")
        .has("another language: yara");
    status.has(&format!("/objects/{}", id("indicator", 2)));
    let list = json!({ "name": SCRIPT, "version": 3, "description": "resolvers", "type": "cidr",
        "matching_attributes": ["ip-src", "ip-dst", "domain|ip"], "list": ["203.0.113.0/24"] });
    let form = |text: &str| {
        let encoded: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
        format!("text={encoded}")
    };
    for (text, what) in [("", "there is no list"), ("{}", "not a warning list"), ("nonsense", "not a warning list")] {
        let refused = face.post("/warning-lists", &form(text));
        assert_eq!(refused.status, StatusCode::CONFLICT, "{text}");
        refused.has(what).has(text);
    }
    let added = face.post("/warning-lists", &form(&list.to_string()));
    assert_eq!((added.status, added.header("location")), (StatusCode::SEE_OTHER, "/warning-lists"), "{}", added.text());
    face.get("/warning-lists").has("resolvers").has("by <bdi>alice</bdi>").lacks("<script>alert");
    observe(&face, "ip-dst,203.0.113.1,2026-02-01T10:00:00Z\n");
    face.get("/sightings").lacks("203.0.113.1</bdi>");
    let address = only(&face, "/sightings?state=warning_listed");
    face.get(&address).has("Kept back").has("/warning-lists").lacks("<script>alert");
    let name: String = SCRIPT.bytes().map(|byte| format!("%{byte:02X}")).collect();
    assert_eq!(
        face.post_from_elsewhere("/warning-lists/remove", &format!("name={name}")).status,
        StatusCode::FORBIDDEN
    );
    let removed = face.post("/warning-lists/remove", &format!("name={name}"));
    assert_eq!(removed.status, StatusCode::SEE_OTHER, "{}", removed.text());
    face.get("/warning-lists").lacks("by <bdi>alice</bdi>");
}

#[test]
fn many_are_read_page_by_page() {
    let (face, _folder) = face();
    let many: Vec<Value> = (0..60)
        .map(|n| indicator(n, &format!("number {n:02}"), &format!("[domain-name:value = 'n{n}.example']")))
        .collect();
    face.import("feed", Some("TLP:GREEN"), &many);
    let lines: Vec<String> = (0..60).map(|n| format!("domain,n{n}.example,2026-02-01T10:00:{n:02}Z")).collect();
    observe(&face, &lines.join("\n"));
    let first = face.get("/sightings?origin=feed");
    let start = first.text().find("rel=\"next\" href=\"").unwrap() + 17;
    let next: String = first.text()[start..].chars().take_while(|c| *c != '"').collect();
    let next = next.replace("&#38;", "&").replace("&amp;", "&");
    let second = face.get(&next);
    assert_eq!((rows(&first), rows(&second)), (50, 10));
    first.has("number 59").lacks("number 09<");
    let foreign = next.replace("origin=feed", "state=all");
    assert_eq!(face.try_get(&foreign).status, StatusCode::BAD_REQUEST, "a cursor serves its own list only");
}
