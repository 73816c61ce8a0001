//! Non-release by canary: a random token in every unreleased field is found nowhere outside the first node's own stores.

use super::{contains, world};
use comity_kit::{Recorder, files, text, wait_until};
use serde_json::json;

/// Every form in which the token could have left: as text in two cases, its raw bytes, base64 of either at each of the three
/// alignments, UTF-16.
fn forms(token: &str) -> Vec<Vec<u8>> {
    use base64::Engine as _;
    let raw = hex::decode(token).unwrap();
    let mut forms = vec![token.into(), token.to_uppercase().into_bytes(), raw.clone(), hex::encode(token).into_bytes()];
    for content in [token.as_bytes(), &raw] {
        for shift in 0..3 {
            let padded = [&vec![0; shift][..], content].concat();
            let encoded = base64::engine::general_purpose::STANDARD.encode(padded);
            // The characters at either end depend on the neighbours; those between are the token's own.
            forms.push(encoded.as_bytes()[4..encoded.len() - 4].to_vec());
        }
    }
    forms.push(token.encode_utf16().flat_map(u16::to_le_bytes).collect());
    forms.push(token.encode_utf16().flat_map(u16::to_be_bytes).collect());
    forms
}

#[test]
fn a_canary_in_every_unreleased_field_stays_at_home() {
    let mut random = [0; 16];
    getrandom::fill(&mut random).unwrap();
    let token = hex::encode(random);
    let canary = |place: &str| format!("{place} {token}");
    let world = world();
    let (first, second) = (world.node("vsis"), world.node("kps"));
    let (to_first, to_second) = (Recorder::before(&first.gate), Recorder::before(&second.gate));
    first.add(&second, Some(&to_second.address));
    second.add(&first, Some(&to_first.address));
    let toml = first.home.join("comity.toml");
    let hosts = std::fs::read_to_string(&toml)
        .unwrap()
        .replace("internal_hosts = []", &format!("internal_hosts = [\"{token}.intern\"]"));
    assert!(hosts.contains(&token));
    std::fs::write(&toml, hosts).unwrap();
    let nodes = (first.serve(), second.serve());

    let name = canary("Officer");
    first
        .officer(&["add", "--code", "carla", "--name", &name, "--roles", "analyst", "--key-out", &first.key("carla")])
        .done();
    let author = "identity--11111111-aaaa-4bbb-8ccc-000000000001";
    let wanted = "malware--11111111-aaaa-4bbb-8ccc-000000000002";
    let other = "malware--11111111-aaaa-4bbb-8ccc-000000000003";
    let times = ("2026-03-01T21:40:07.123Z", "2026-03-02T08:15:09.456Z");
    let object = |id: &str, name: &str| {
        json!({ "type": id.split_once("--").unwrap().0, "spec_version": "2.1", "id": id, "created": times.0, "modified": times.1,
            "created_by_ref": author, "name": name, "is_family": false, "labels": [canary("label")],
            "x_internal": canary("property"), "external_references": [{ "source_name": canary("feed"), "description": canary("reference") }] })
    };
    let mut identity = object(author, &canary("Author"));
    identity["identity_class"] = "organization".into();
    identity.as_object_mut().unwrap().retain(|key, _| key != "created_by_ref" && key != "is_family");
    let mut hidden = object(other, &canary("Unreleased"));
    hidden["description"] = canary("An unreleased description of").into();
    let link = json!({ "type": "relationship", "spec_version": "2.1", "id": "relationship--11111111-aaaa-4bbb-8ccc-000000000004",
        "created": times.0, "modified": times.1, "relationship_type": "related-to", "source_ref": wanted, "target_ref": other, "description": canary("relation") });
    let bundle = json!({ "type": "bundle", "id": "bundle--11111111-aaaa-4bbb-8ccc-000000000005",
        "objects": [identity, object(wanted, "Copperlark"), hidden, link] });
    let file = world.write(&format!("stock-{token}.json"), bundle.to_string());
    let origin = format!("feed-{token}");
    let imported = first.ask(&["import", "--origin", &origin, "--label", "TLP:AMBER", &file.display().to_string()]);
    assert_eq!(imported["accepted"], 4, "{imported}");

    let source = format!("GREYHERON{token}");
    first
        .run_as(
            "hal",
            &[
                "vault",
                "add",
                "--cryptonym",
                &source,
                "--identity",
                &canary("Ivo"),
                "--contact",
                &canary("post box"),
                "--term",
                &token,
                "--term",
                &canary("clerk"),
                "--notes",
                &canary("met at"),
            ],
        )
        .done();
    let report = [
        "write",
        "report",
        "--title",
        &canary("VR-17"),
        "--text",
        &canary("He met the clerk near"),
        "--grading",
        "B2",
        "--source",
        &source,
        "--label",
        "TLP:AMBER",
    ];
    let report = text(&first.run_as("hal", &report).done(), "id");

    // What leaves: an object and a relationship from the stock, and a tearline written over the raw report.
    let ids = format!("{wanted},relationship--11111111-aaaa-4bbb-8ccc-000000000004");
    let drafted = first.run_as("alice", &["release", "draft", "--objects", &ids, "--to", "kps"]).done();
    assert!(!drafted["dropped"].as_array().unwrap().is_empty(), "the reference to what is not released is listed");
    let notice = [
        "release",
        "draft",
        "--objects",
        &report,
        "--to",
        "kps",
        "--title",
        "Travel",
        "--text",
        "Taven Orlisk travels in March.",
    ];
    let notice = first.run_as("alice", &notice).done();
    for release in [&drafted, &notice] {
        let release = text(release, "release");
        first.run_as("bob", &["release", "approve", &release]).done();
        first.ask(&["release", "send", &release]);
    }
    // And one that would carry the token does not leave.
    let leak =
        ["release", "draft", "--objects", &report, "--to", "kps", "--title", "Travel", "--text", &canary("Source")];
    let leak = text(&first.run_as("alice", &leak).done(), "release");
    let checked = first.run_as("bob", &["release", "check", &leak]);
    assert_eq!(
        (checked.code, checked.json()["clean"].as_bool()),
        (Some(1), Some(false)),
        "one document, and the answer is no"
    );
    first.run_as("bob", &["release", "approve", &leak]).refused(1, "blocked");

    wait_until("both releases arrive", || second.found("Copperlark") > 0 && second.found("Orlisk") > 0);
    wait_until("the receipts return", || first.receipted(&second));
    first.recall(&text(&drafted, "release"));
    wait_until("the recall is applied", || second.found("Copperlark") == 0);
    wait_until("the receipts return", || first.receipted(&second) && second.receipted(&first));
    assert!(nodes.0.stop() && nodes.1.stop());

    let mut places = files(&second.home);
    places.extend(files(&first.home.join("gate")));
    let wire = [to_first.bytes(), to_second.bytes()].concat();
    assert!(wire.len() > 1000, "the exchange went through the recorders");
    places.push(("the wire".into(), wire));
    for (place, bytes) in &places {
        for form in forms(&token) {
            assert!(!contains(bytes, &form), "token {token} in {}", place.display());
        }
    }
    // The search itself finds what is there: the first node's own holdings hold the token.
    let own = files(&first.home.join("holdings"));
    assert!(own.iter().any(|(_, bytes)| contains(bytes, token.as_bytes())));
}
