//! What a text says of its source, its place and its marking, and what of it is public.

use super::common::{Org, code};
use super::compared::{note, rules, told_to};
use super::{import, report, telling, two};
use comity_crypto::Purpose;
use comity_node::{ReleaseDraftRequest, Request, Selection};
use comity_vocab::Role;
use serde_json::{Value, json};

const TOOL: &str = "tool--31b940d4-6f7f-459a-80ea-9c1f17b58ab1";
const PLACE: &str = "location--31b940d4-6f7f-459a-80ea-9c1f17b58ab2";

fn object(id: &str, more: &Value) -> String {
    let mut object = json!({ "type": id.split_once("--").unwrap().0, "spec_version": "2.1", "id": id,
        "created": "2026-03-01T00:00:00.000Z", "modified": "2026-03-01T00:00:00.000Z" });
    object.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    object.to_string()
}

fn declare_public(org: &mut Org, id: &str) {
    let selection = Selection { objects: vec![id.into()], origins: vec![] };
    let prepared = org.ask_as("alice", &Request::PublicPrepare { selection }).unwrap();
    let declaration: comity_vocab::Digest = serde_json::from_value(prepared["declaration"].clone()).unwrap();
    for (officer, role) in [("alice", Role::DeskOfficer), ("bob", Role::ReleasingOfficer)] {
        let signer = code(officer);
        let asked = org.ask(&Request::PublicSignPrepare { declaration, officer: signer.clone(), role }).unwrap();
        let proof = org.sign(officer, Purpose::PublicDeclaration, &asked["statement"]).into();
        org.ask(&Request::PublicSign { declaration, officer: signer, role, proof }).unwrap();
    }
}

#[test]
fn a_partner_of_a_link_is_not_named_as_the_source() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vsis, _) = two(folder.path());
    for text in ["KPS told us of him.", "It was reported by Organisation KPS.", "Source: a partner service"] {
        assert_eq!(told_to(&mut vsis, &["kps"], text), ["partner-as-source/text"], "{text}");
    }
    assert_eq!(told_to(&mut vsis, &["kps"], "KPS may act on it. ZRN told us."), [""; 0]);
    assert_eq!(told_to(&mut vsis, &["kps"], "SECRET//NOFORN\nHe left."), ["national-marking/text"]);
}

#[test]
fn words_that_are_public_are_one_finding() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vsis, _) = two(folder.path());
    let article = "The loader waits for a lamp in the harbour and then writes itself into the start of the ship.";
    import(&mut vsis, folder.path(), &object(TOOL, &json!({ "name": "Lamp", "description": article })));
    note(&mut vsis, &format!("Copied from the catalogue: {article}"));
    let text = format!("{article} So much for that. {article}");
    assert_eq!(told_to(&mut vsis, &["kps"], &text), ["verbatim-sentence/words-in-a-row"; 2]);
    declare_public(&mut vsis, TOOL);
    assert_eq!(told_to(&mut vsis, &["kps"], &text), ["verbatim-public/words-in-a-row"]);
    note(&mut vsis, "Nobody but the porter of the mill saw the second cart.");
    let more = format!("{article} Nobody but the porter of the mill saw the second cart.");
    let mut found = told_to(&mut vsis, &["kps"], &more);
    found.sort();
    assert_eq!(found, ["verbatim-public/words-in-a-row", "verbatim-sentence/words-in-a-row"]);
}

#[test]
fn the_exact_place_of_an_original_is_found_in_text() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vsis, _) = two(folder.path());
    let place = json!({ "name": "the mill", "latitude": 48.858_37, "longitude": 2.294_48 });
    import(&mut vsis, folder.path(), &object(PLACE, &place));
    let mut told = |text: &str| {
        let id = report(&mut vsis, "seen at 52.52001, 13.40495 by one of us");
        let mut request = telling(&id, "kps", text);
        request.selection.objects.push(PLACE.into());
        let release = vsis.draft(request).unwrap();
        rules(&mut vsis, &release)
    };
    assert_eq!(told("He waits at 48.8584 N, 2.2945 E."), ["exact-place/degrees"]);
    assert_eq!(told("He waits at 52.5200, 13.4050."), ["exact-place/degrees"]);
    assert_eq!(told("He waits near 48.9, 2.3."), [""; 0]);
}

#[test]
fn the_policy_says_how_far_places_are_cut_down() {
    let folder = tempfile::tempdir().unwrap();
    let (vsis, _) = two(folder.path());
    let path = vsis.node.home().path().to_owned();
    drop(vsis);
    let toml = path.join("comity.toml");
    let text = std::fs::read_to_string(&toml).unwrap();
    std::fs::write(&toml, text.replace("place_decimals = 1", "place_decimals = 0")).unwrap();
    let mut vsis = Org::open(&path, "vsis");
    let place = json!({ "name": "the mill", "latitude": 48.858_37, "longitude": 2.294_48 });
    import(&mut vsis, folder.path(), &object(PLACE, &place));
    let request = ReleaseDraftRequest {
        selection: Selection { objects: vec![PLACE.into()], origins: vec![] },
        to: vec!["kps".parse().unwrap()],
        ..Default::default()
    };
    let release = vsis.draft(request).unwrap();
    let shown = vsis.ask(&Request::ReleaseShow { release }).unwrap().to_string();
    assert!(shown.contains("49.0") && shown.contains("111320"), "{shown}");
}
