//! What cannot be seen is shown on every page and in every picture, and the exact bytes stay exact.

use super::desk::{Face, face, faces, id, object};
use comity_text::{Unseen, unseen};
use serde_json::{Value, json};

/// One character of each class that is not seen, and some that were once forgotten.
const HIDDEN: [(char, Unseen); 12] = [
    ('\u{202e}', Unseen::Direction),
    ('\u{2066}', Unseen::Direction),
    ('\u{e0041}', Unseen::Tag),
    ('\u{fe0f}', Unseen::Variation),
    ('\u{200b}', Unseen::ZeroWidth),
    ('\u{ad}', Unseen::ZeroWidth),
    ('\u{9b}', Unseen::Control),
    ('\u{1}', Unseen::Control),
    ('\u{e000}', Unseen::PrivateUse),
    ('\u{2028}', Unseen::LineBreak),
    ('\u{2003}', Unseen::Blank),
    ('\u{378}', Unseen::Unassigned),
];

/// So many of them fit into a name that is not cut.
const PART: usize = 3;

/// A text with each of a part of them alone, between letters and at both ends.
fn hostile(word: &str, part: &[(char, Unseen)]) -> String {
    let mut text = word.to_owned();
    for &(character, class) in part {
        assert_eq!(unseen(character), Some(class));
        text.push_str(&format!(" {character} {character}b{character}b{character}"));
    }
    text
}

fn parts() -> impl Iterator<Item = (u32, &'static [(char, Unseen)])> {
    (0..).step_by(10).zip(HIDDEN.chunks(PART))
}

/// Of a page, what a person sees: nothing unseen but in what is sent back.
#[track_caller]
fn shown(text: &str) {
    for (at, character) in text.char_indices() {
        assert!(
            unseen(character).is_none() || text[..at].ends_with("value=\"") || sent_back(&text[..at]),
            "U+{:04X} after {:?}",
            character as u32,
            &text[text.floor_char_boundary(at.saturating_sub(120))..at]
        );
    }
}

/// Tells whether the text ends within a value that a form sends back.
fn sent_back(before: &str) -> bool {
    let value = before.rfind(" value=\"").is_some_and(|at| !before[at + 8..].contains('"'));
    let area = before.rfind("<textarea").is_some_and(|at| !before[at..].contains("</textarea"));
    value || area
}

#[track_caller]
fn marked(page: &str, part: &[(char, Unseen)]) {
    for (character, _) in part {
        let mark = format!("⟨U+{:04X}⟩", *character as u32);
        assert!(page.contains(&format!("{mark} {mark}b{mark}b{mark}")), "{mark} is not in:\n{page}");
    }
}

fn world() -> (Face, tempfile::TempDir) {
    let (face, folder) = face();
    for (number, part) in parts() {
        let (name, at) = (hostile("Orlisk", part), "2026-01-02T03:04:05Z");
        let (malware, location) = (id("malware", number + 1), id("location", number + 2));
        let pattern = format!("[url:value = '{}']", hostile("x", part).replace('\u{1}', ""));
        let objects = [
            object(
                "malware",
                number + 1,
                json!({ "name": name, "description": name, "is_family": false, "aliases": [name],
                "first_seen": at, "x_note": { name.clone(): [name] } }),
            ),
            object("location", number + 2, json!({ "name": name, "latitude": 1.0, "longitude": 2.0, "city": name })),
            object(
                "report",
                number + 3,
                json!({ "name": name, "description": format!("{name}\n\n{name}"),
                "published": at, "object_refs": [malware, location] }),
            ),
            object(
                "relationship",
                number + 4,
                json!({ "relationship_type": "located-at", "source_ref": malware,
                "target_ref": location, "description": name }),
            ),
            object(
                "indicator",
                number + 5,
                json!({ "name": name, "pattern_type": "stix", "valid_from": at,
                "pattern": pattern }),
            ),
        ];
        face.import("feed", Some("TLP:GREEN"), &objects);
    }
    (face, folder)
}

#[test]
fn pages_mark_what_is_not_seen() {
    let (face, _folder) = world();
    for (number, part) in parts() {
        let (malware, report) = (id("malware", number + 1), id("report", number + 3));
        for address in [
            format!("/objects/{malware}"),
            format!("/objects/{malware}/relations"),
            format!("/objects/{malware}/graph"),
            format!("/objects/{report}/text"),
            format!("/objects/{report}/versions"),
        ] {
            let page = face.get(&address);
            shown(page.text());
            marked(page.text(), part);
        }
        // A form gives back what was typed, and shows nothing of it but in the fields.
        let typed: String = hostile("x", part).bytes().map(|byte| format!("%{byte:02X}")).collect();
        let page = face.browse("POST", "/write/report", &format!("title={typed}&text={typed}&grade=Z9&source=&label="));
        assert_eq!(page.status, 409);
        shown(page.text());
        page.has(&hostile("x", part));
    }
    for address in ["/search?q=orlisk", "/timeline", "/map"] {
        let page = face.get(address);
        shown(page.text());
        parts().for_each(|(_, part)| marked(page.text(), part));
    }
    for address in ["/", "/inbox", "/releases", "/recalls", "/sightings", "/correlations", "/audit"] {
        shown(face.get(address).text());
    }
}

#[test]
fn pictures_mark_what_is_not_seen_and_exact_bytes_stay() {
    let (face, _folder) = world();
    let token = face.token("reader", "read");
    for (number, part) in parts() {
        let malware = id("malware", number + 1);
        for address in ["/timeline.json", "/map.json", &format!("/objects/{malware}/graph.json")] {
            let drawn = face.get(address).json().to_string();
            shown(&drawn);
            marked(&drawn, part);
        }
        let raw: Value = face.get(&format!("/objects/{malware}/raw")).json();
        assert_eq!(raw["name"], hostile("Orlisk", part));
        let api = face.api("GET", &format!("/api/v1/objects/{malware}/raw"), Some(&token), None);
        assert_eq!(api.json()["name"], hostile("Orlisk", part));
    }
}

#[test]
fn what_leaves_is_shown_with_marks() {
    let (faces, _folder) = faces(2);
    let [face, _] = faces.as_slice() else { panic!("two desks") };
    face.import("feed", Some("TLP:GREEN"), &[object("malware", 1, json!({ "name": "Orlisk", "is_family": false }))]);
    let mut request = comity_node::ReleaseDraftRequest {
        to: vec!["kps".parse().unwrap()],
        title: Some(hostile("Title", &HIDDEN)),
        text: Some(hostile("Text", &HIDDEN)),
        ..Default::default()
    };
    request.selection.objects = vec![id("malware", 1)];
    let drafted = face.org.lock().unwrap().ask_as("alice", &comity_node::Request::ReleaseDraft(request)).unwrap();
    let page = face.get(&format!("/releases/{}", drafted["release"].as_str().unwrap()));
    shown(page.text());
    // What the tearline keeps of it stands in marks.
    page.has("⟨U+");
}

/// Each value that is sent back is exact, and nothing else is.
#[test]
fn templates_say_exact_where_a_value_is_sent_back() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    let mut values = 0;
    for folder in [folder.clone(), folder.join("parts")] {
        for file in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file())
        {
            let text = std::fs::read_to_string(&file).unwrap();
            for piece in text.split(" value=\"{{ ").skip(1) {
                let expression = piece.split(" }}").next().unwrap();
                assert!(expression.ends_with("|escape(\"exact\")"), "{}: {expression}", file.display());
                values += 1;
            }
            for piece in text.split("<textarea").skip(1) {
                let inside = piece.split("</textarea>").next().unwrap();
                assert!(
                    !inside.contains("{{ ") || inside.contains("|escape(\"exact\") }}"),
                    "{}: {inside}",
                    file.display()
                );
            }
            assert!(!text.contains("|safe"), "{}", file.display());
        }
    }
    assert!(values > 50, "{values}");
}

#[test]
fn names_that_look_like_others_carry_a_hint() {
    let (face, _folder) = face();
    let mixed = "p\u{430}ypal.example";
    // Every letter of this one is Cyrillic: no mix, and yet it reads like the plain name that is held.
    let whole = "\u{440}\u{430}\u{443}\u{440}\u{430}";
    face.import(
        "feed",
        Some("TLP:GREEN"),
        &[
            object("malware", 1, json!({ "name": mixed, "is_family": false })),
            object("malware", 2, json!({ "name": "Служба финансов", "is_family": false })),
            object("malware", 3, json!({ "name": "paypa", "is_family": false })),
            object("malware", 4, json!({ "name": whole, "is_family": false })),
            object("malware", 5, json!({ "name": "Organisation v5is", "is_family": false })),
        ],
    );
    let page = |number| face.get(&format!("/objects/{}", id("malware", number)));
    page(1).has("it mixes Latin and Cyrillic letters in one word");
    page(2).lacks("Take care with this name");
    page(3).lacks("Take care with this name");
    page(4).has("it looks like paypa, which is held too").lacks("mixes");
    page(5).has("it looks like Organisation vsis, which is our own organisation");
    face.get("/search").has("mixes Latin and Cyrillic letters in one word").has("looks like Organisation vsis");
}

#[test]
fn very_long_and_stacked_names_are_cut_and_can_be_seen_whole() {
    let (face, _folder) = face();
    let long = format!("{}end", "W".repeat(5_000));
    let stacked = format!("e{}!", "\u{301}".repeat(500));
    let hidden = "\u{e0041}".repeat(1_000);
    let named = |number, name: &str| object("malware", number, json!({ "name": name, "is_family": false }));
    face.import("feed", Some("TLP:GREEN"), &[named(1, &long), named(2, &stacked), named(3, &hidden)]);
    for address in ["/search", "/timeline?by=made"] {
        let list = face.get(address);
        list.lacks(&long).has(&format!("{}…", "W".repeat(200))).lacks(&"\u{301}".repeat(9)).has(" marks⟩…");
        list.lacks(&"⟨U+E0041⟩".repeat(21)).has(&"⟨U+E0041⟩".repeat(20));
    }
    let page = face.get(&format!("/objects/{}", id("malware", 1)));
    page.has("<summary>The whole name</summary>").has(&long);
    face.get(&format!("/objects/{}", id("malware", 3))).has(&"⟨U+E0041⟩".repeat(1_000));
}

/// A form ends its lines with CR LF; what an officer wrote has no mark at each of them.
#[test]
fn lines_that_officers_type_have_no_marks() {
    let (face, _folder) = face();
    face.import("feed", Some("TLP:GREEN"), &[object("malware", 1, json!({ "name": "Orlisk", "is_family": false }))]);
    let malware = id("malware", 1);
    let form = format!("object={malware}&text=first%0D%0Asecond&label=");
    assert_eq!(face.browse("POST", "/write/note", &form).status, 303);
    let form = "title=Typed&text=first%0D%0Asecond&grade=B2&source=&label=";
    let report = face.browse("POST", "/write/report", form).header("location").to_owned();
    face.get(&report).has("first\nsecond").lacks("⟨U+000D⟩");
    face.get(&format!("/objects/{malware}/relations")).lacks("⟨U+000D⟩");
    let form = format!("object={malware}&to=nobody&title=&text=first%0D%0Asecond&label=&precision=&allow=");
    face.browse("POST", "/releases", &form).has("first\nsecond").lacks("\r");
}
