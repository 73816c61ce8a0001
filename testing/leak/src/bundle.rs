//! A STIX 2.1 bundle in which a writing stands, within prose of the language that fits.
//!
//! Guarantees: the bundle is valid JSON; beside the writing it holds nothing of any term.
//!
//! Does not know: what the writing means.

use base64::Engine;
use serde_json::{Map, Value, json};

use crate::cases::Tier;
use crate::pages;
use crate::rng::Rng;
use crate::world::Term;
use crate::write::Written;

const PLACEHOLDER: &str = "@PUT-IT-HERE@";

fn uuid(rng: &mut Rng) -> String {
    let (a, b) = (rng.next(), rng.next());
    // Letters only in places: a run of digits in an identifier would be a telephone number to some.
    format!(
        "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
        a >> 32,
        a & 0xffff,
        (a >> 16) & 0xfff,
        b & 0xfff,
        (b >> 16) & 0xffff_ffff_ffff
    )
}

fn object(kind: &str, rng: &mut Rng) -> Map<String, Value> {
    let mut object = Map::new();
    object.insert("type".into(), json!(kind));
    object.insert("spec_version".into(), json!("2.1"));
    object.insert("id".into(), json!(format!("{kind}--{}", uuid(rng))));
    object.insert("created".into(), json!("2025-06-02T08:15:00.000Z"));
    object.insert("modified".into(), json!("2025-06-02T08:15:00.000Z"));
    object
}

fn put(object: &mut Map<String, Value>, name: &str, value: Value) {
    object.insert(name.to_owned(), value);
}

/// A sentence around words; the whole is sometimes longer.
fn sentence(lang: &str, words: &str, rng: &mut Rng) -> String {
    let carrier = pages::carrier(lang, rng);
    let mut text = carrier.replace("{}", words);
    if rng.below(2) == 0 {
        text = format!("{} {text} {}", pages::filler(lang, rng), pages::filler(lang, rng));
    }
    text
}

fn report(text: &str, name: &str, rng: &mut Rng) -> Map<String, Value> {
    let mut report = object("report", rng);
    put(&mut report, "name", json!(name));
    put(&mut report, "published", json!("2025-06-02T08:15:00Z"));
    put(&mut report, "report_types", json!(["threat-report"]));
    put(&mut report, "description", json!(text));
    put(&mut report, "object_refs", json!([format!("identity--{}", uuid(rng))]));
    report
}

fn note(text: &str, rng: &mut Rng) -> Map<String, Value> {
    let mut note = object("note", rng);
    put(&mut note, "abstract", json!("Summary"));
    put(&mut note, "content", json!(text));
    put(&mut note, "object_refs", json!([format!("report--{}", uuid(rng))]));
    note
}

fn in_text(lang: &str, words: &str, tier: Tier, rng: &mut Rng) -> Map<String, Value> {
    match rng.below(if tier == Tier::Benign { 3 } else { 8 }) {
        0 | 1 => report(&sentence(lang, words, rng), "Weekly assessment", rng),
        2 => note(&sentence(lang, words, rng), rng),
        3 => {
            let mut actor = object("threat-actor", rng);
            put(&mut actor, "name", json!("Unattributed cluster"));
            put(&mut actor, "aliases", json!(["cluster seven", words]));
            put(&mut actor, "description", json!(pages::filler(lang, rng)));
            actor
        }
        4 => {
            let mut malware = object("malware", rng);
            put(&mut malware, "name", json!("loader"));
            put(&mut malware, "is_family", json!(false));
            let source = json!({"source_name": "partner report", "description": sentence(lang, words, rng)});
            put(&mut malware, "external_references", json!([source]));
            malware
        }
        5 => {
            let mut campaign = object("campaign", rng);
            put(&mut campaign, "name", json!(words));
            put(&mut campaign, "description", json!(pages::filler(lang, rng)));
            campaign
        }
        6 => {
            let mut incident = object("incident", rng);
            put(&mut incident, "name", json!("Intrusion"));
            put(&mut incident, "x_remarks", json!({"author_note": sentence(lang, words, rng)}));
            incident
        }
        _ => report(&sentence(lang, words, rng), "Assessment", rng),
    }
}

fn observable(kind: &str, value: &str, rng: &mut Rng) -> Map<String, Value> {
    let mut object = Map::new();
    put(&mut object, "type", json!(kind));
    put(&mut object, "spec_version", json!("2.1"));
    put(&mut object, "id", json!(format!("{kind}--{}", uuid(rng))));
    put(&mut object, "value", json!(value));
    object
}

fn indicator(pattern: &str, rng: &mut Rng) -> Map<String, Value> {
    let mut indicator = object("indicator", rng);
    put(&mut indicator, "pattern", json!(pattern));
    put(&mut indicator, "pattern_type", json!("stix"));
    put(&mut indicator, "valid_from", json!("2025-06-02T08:15:00Z"));
    indicator
}

fn finish(objects: Vec<Value>, rng: &mut Rng) -> String {
    let bundle = json!({"type": "bundle", "id": format!("bundle--{}", uuid(rng)), "objects": objects});
    if rng.below(4) == 0 { serde_json::to_string_pretty(&bundle).unwrap_or_default() } else { bundle.to_string() }
}

/// The bundle of a writing.
pub(crate) fn with(term: &Term, written: &Written, tier: Tier, rng: &mut Rng) -> Vec<u8> {
    let lang = term.lang;
    let mut raw = None;
    let main = match written {
        Written::Text(words) => in_text(lang, words, tier, rng),
        Written::Block(text) if rng.below(2) == 0 => report(text, "Attachment", rng),
        Written::Block(text) => note(text, rng),
        Written::Escaped(text) => {
            raw = Some(text.clone());
            report(&sentence(lang, PLACEHOLDER, rng), "Assessment", rng)
        }
        Written::List(items) => {
            let mut report = report(pages::filler(lang, rng), "Assessment", rng);
            put(&mut report, if rng.below(2) == 0 { "labels" } else { "x_participants" }, json!(items));
            report
        }
        Written::Members(items) => {
            let mut person = object("identity", rng);
            put(&mut person, "name", json!("record"));
            put(&mut person, "identity_class", json!("individual"));
            let members: Map<String, Value> = items.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
            put(&mut person, "x_record", Value::Object(members));
            person
        }
        Written::Key(name) => {
            let mut report = report(pages::filler(lang, rng), "Assessment", rng);
            let mut inner = Map::new();
            put(&mut inner, name, json!("confirmed"));
            put(&mut report, "x_marks", Value::Object(inner));
            report
        }
        Written::Number(number) => {
            raw = Some(number.clone());
            let mut report = report(pages::filler(lang, rng), "Assessment", rng);
            put(&mut report, "x_reference", json!(PLACEHOLDER));
            report
        }
        Written::Pattern(pattern) => indicator(pattern, rng),
        Written::Name(name) => {
            let mut identity = object("identity", rng);
            put(&mut identity, "name", json!(name));
            put(&mut identity, "identity_class", json!("individual"));
            identity
        }
        Written::Link(link) => {
            let mut report = report(pages::filler(lang, rng), "Assessment", rng);
            put(&mut report, "external_references", json!([{"source_name": "archive", "url": link}]));
            report
        }
        Written::File(bytes, kind) => {
            let mut artifact = Map::new();
            put(&mut artifact, "type", json!("artifact"));
            put(&mut artifact, "spec_version", json!("2.1"));
            put(&mut artifact, "id", json!(format!("artifact--{}", uuid(rng))));
            put(&mut artifact, "mime_type", json!(kind));
            let payload = base64::engine::general_purpose::STANDARD.encode(bytes);
            put(&mut artifact, "payload_bin", json!(payload));
            artifact
        }
        Written::Observable(kind, value) => observable(kind, value, rng),
    };
    let mut identity = object("identity", rng);
    put(&mut identity, "name", json!("Northern Desk"));
    put(&mut identity, "identity_class", json!("organization"));
    let mut text = finish(vec![Value::Object(identity), Value::Object(main)], rng);
    if let Some(raw) = raw {
        let quoted = format!("\"{PLACEHOLDER}\"");
        text = if matches!(written, Written::Number(_)) {
            text.replacen(&quoted, &raw, 1)
        } else {
            text.replacen(PLACEHOLDER, &raw, 1)
        };
    }
    text.into_bytes()
}
