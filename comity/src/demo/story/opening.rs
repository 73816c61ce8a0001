//! Before the story: homes, officers, nodes, links and a stock of holdings.

use super::{OURS, Play};
use crate::demo::cast::{Story, holdings};
use crate::demo::narrator::Narrator;
use crate::demo::stage::{Stage, private_file};
use crate::output::{list, number, text};
use comity_node::Failure;
use serde_json::Value;
use std::io::Write;
use std::path::Path;

/// The name under which each organisation's own stock is imported.
const STOCK: &str = "stock";

/// Makes the homes and starts the nodes.
pub fn raise(story: &Story, stage: &mut Stage, narrator: &mut Narrator) -> Result<(), Failure> {
    narrator.step("Opening", "Operation \"Paper Lantern\"");
    narrator.say(
        "Three organisations that have no common headquarters. Countries, services, people and addresses are invented; the nodes, \
         keys, processes and links are real. Nothing leaves this machine.",
    );
    narrator.pause();
    for organisation in &story.organisations {
        let code = organisation.code.as_str();
        init(stage, code)?;
        registry(story, stage, code)?;
        stage.start(code)?;
        let actor = stage.actor(code)?;
        let port = |address: &str| address.rsplit(':').next().unwrap_or_default().to_owned();
        narrator.sees(&format!("{code}.localhost"), &organisation.name);
        narrator.sees(
            "",
            &format!("desk http://{code}.localhost:{}/healthz, gate port {}", port(&actor.desk), port(&actor.gate)),
        );
    }
    Ok(())
}

fn init(stage: &Stage, code: &str) -> Result<(), Failure> {
    let actor = stage.actor(code)?;
    stage
        .verb(code, &["init"])
        .opening_home()
        .with("--org", actor.organisation.name.as_str())
        .with("--code", code)
        .with("--country", actor.organisation.country.as_str())
        .with("--kind", actor.organisation.kind.as_str())
        .with("--desk", actor.desk.as_str())
        .with("--gate", actor.gate.as_str())
        .done()?;
    Ok(())
}

/// Enters the officers: two custodians open the registry, and two of them sign everybody else.
fn registry(story: &Story, stage: &Stage, code: &str) -> Result<(), Failure> {
    let custodians: Vec<&str> =
        story.officers_of(code).filter(|officer| officer.is_custodian()).map(|officer| officer.code.as_str()).collect();
    for (number, officer) in story.officers_of(code).enumerate() {
        let mut verb = stage
            .verb(code, &["officer", "add"])
            .opening_home()
            .passphrase_of(&officer.code)
            .with("--code", officer.code.as_str())
            .with("--name", officer.name.as_str())
            .with("--roles", officer.roles.join(","))
            .with("--key-out", stage.key_file(&officer.code));
        if number >= 2 {
            for custodian in custodians.iter().take(2) {
                verb = verb.custodian(custodian);
            }
        }
        verb.done()?;
    }
    Ok(())
}

/// Links the nodes and fills them.
pub fn greet(play: &mut Play<'_>) -> Result<(), Failure> {
    let codes: Vec<String> = play.stage.actors().iter().map(|actor| actor.organisation.code.clone()).collect();
    for code in &codes {
        let (status, _) = play.stage.health(code)?;
        play.narrator.check(&format!("the desk of {code} answers GET /healthz with 200"), status == 200)?;
        let listed = play.stage.verb(code, &["officer", "list"]).done()?;
        let custodians = list(&listed, "officers").iter().filter(|officer| is_custodian(officer)).count();
        play.narrator.check(
            &format!("{code} has three custodians, and no officer entered without two of them"),
            custodians == 3,
        )?;
    }
    lost_key_is_replaced(play)?;
    links(play, &codes)?;
    for code in &codes {
        import(play, code)?;
    }
    play.narrator.pause();
    play.narrator.say(
        "Each node has three rooms. The vault holds sources: who they are, and only their handlers read it. The desk holds what \
         the organisation knows. The gate meets partners: a process of its own that holds sealed copies of what was released, no \
         signing key, and no way to desk or vault. Two doors join the rooms, and nothing passes the second without two persons.",
    );
    Ok(())
}

fn is_custodian(officer: &Value) -> bool {
    list(officer, "roles").iter().any(|role| role == "custodian")
}

/// A lost key is replaced by two custodians; the signature of one waits for the other.
fn lost_key_is_replaced(play: &mut Play<'_>) -> Result<(), Failure> {
    let codes: Vec<&str> = play.story.officers_of(OURS).map(|officer| officer.code.as_str()).collect();
    let [first, second, third, ..] = codes.as_slice() else { return Ok(()) };
    let key_of = |listed: &Value| {
        let found = list(listed, "officers").iter().find(|officer| text(officer, "code") == *third);
        found.map(|officer| text(officer, "key").to_owned()).unwrap_or_default()
    };
    let before = play.stage.verb(OURS, &["officer", "list"]).done()?;
    let file = play.stage.key_file(third);
    std::fs::remove_file(&file).map_err(|error| Failure::operational(format!("cannot lose a key: {error}")))?;
    play.stage
        .verb(OURS, &["officer", "new-key"])
        .passphrase_of(third)
        .custodian(first)
        .with("--code", *third)
        .with("--key-out", file)
        .done()?;
    let one = play.stage.verb(OURS, &["officer", "list"]).done()?;
    let waits = !list(&one, "waiting").is_empty() && key_of(&one) == key_of(&before);
    play.narrator.check("a lost key: one custodian alone replaces nothing, the act waits for a second", waits)?;
    play.stage.verb(OURS, &["officer", "confirm"]).custodian(second).with("--code", *third).done()?;
    let two = play.stage.verb(OURS, &["officer", "list"]).done()?;
    let replaced = list(&two, "waiting").is_empty() && key_of(&two) != key_of(&before);
    play.narrator.check("with the signature of the second custodian the lost key is replaced", replaced)
}

fn links(play: &mut Play<'_>, codes: &[String]) -> Result<(), Failure> {
    let card = |code: &str| play.stage.folder.join("cards").join(format!("{code}.card"));
    for code in codes {
        play.stage.verb(code, &["link", "card"]).with("--output", card(code)).done()?;
    }
    let partners = codes.iter().filter(|code| *code != OURS);
    for partner in partners {
        let ours = add(play, OURS, &card(partner))?;
        let theirs = add(play, partner, &card(OURS))?;
        let words = text(&ours, "fingerprint").to_owned();
        let agree = !words.is_empty() && words == text(&theirs, "fingerprint");
        play.narrator.check(&format!("{OURS} and {partner} read the same fingerprint to each other"), agree)?;
        confirm(play, OURS, partner, &words)?;
        confirm(play, partner, OURS, &words)?;
        play.narrator.pause();
        play.narrator.sees(
            &format!("{OURS} — {partner}"),
            &format!("both added the other's card and compare by voice: {words}"),
        );
        for (one, other) in [(OURS, partner.as_str()), (partner.as_str(), OURS)] {
            play.stage.until(&format!("{one} reaches {other}"), || {
                let shown = play.stage.verb(one, &["link", "show", other]).done()?;
                Ok((text(&shown, "reach") == "reachable").then_some(()))
            })?;
        }
        play.narrator.check(&format!("{OURS} and {partner} reach each other over mutual TLS"), true)?;
    }
    Ok(())
}

/// The custodian and the security officer who act about the links of an organisation.
fn linkers<'a>(play: &'a Play<'_>, code: &'a str) -> Result<[&'a str; 2], Failure> {
    let mut officers = play.story.officers_of(code).map(|officer| officer.code.as_str());
    match (officers.next(), officers.next()) {
        (Some(first), Some(second)) => Ok([first, second]),
        _ => Err(Failure::operational(format!("{code} has no two custodians"))),
    }
}

/// Two officers add a partner by its card; after the first it is only proposed.
fn add(play: &mut Play<'_>, code: &str, card: &Path) -> Result<Value, Failure> {
    let [first, second] = linkers(play, code)?;
    let one = play.stage.verb(code, &["link", "add"]).key_of(first).path(card).done()?;
    let two = play.stage.verb(code, &["link", "approve", text(&one, "partner")]).key_of(second).done()?;
    let partner = text(&two, "partner");
    let waits = text(&one, "state") == "proposed" && text(&two, "state") == "pending";
    play.narrator
        .check(&format!("two officers of {code} add {partner}; it is no link before the words are compared"), waits)?;
    Ok(two)
}

/// Two officers type the words as they hear them; others are refused.
fn confirm(play: &mut Play<'_>, code: &str, partner: &str, words: &str) -> Result<(), Failure> {
    let [first, second] = linkers(play, code)?;
    let typed = |officer: &str, words: &str| {
        play.stage.verb(code, &["link", "confirm", partner]).key_of(officer).with("--words", words).run()
    };
    let wrong = typed(first, &words.split(' ').rev().collect::<Vec<_>>().join(" "))?.code == Some(1);
    let one = typed(first, words)?.code == Some(0);
    let two = typed(second, words)?.code == Some(0);
    let shown = play.stage.verb(code, &["link", "show", partner]).done()?;
    play.narrator.check(
        &format!("{code} refuses other words, and the link with {partner} is active once two officers typed these"),
        wrong && one && two && text(&shown, "state") == "active",
    )
}

fn import(play: &mut Play<'_>, code: &str) -> Result<(), Failure> {
    let path = play.stage.folder.join("files").join(format!("{code}.json"));
    let bundle = holdings(code);
    private_file(&path)?
        .write_all(bundle.as_bytes())
        .map_err(|error| Failure::operational(format!("cannot write the stock of {code}: {error}")))?;
    let objects = serde_json::from_str::<Value>(bundle)?;
    let objects = list(&objects, "objects").len() as u64;
    let first = play.stage.verb(code, &["import", "--origin", STOCK]).path(&path).done()?;
    let again = play.stage.verb(code, &["import", "--origin", STOCK]).path(&path).done()?;
    play.narrator.check(
        &format!("{code} holds {objects} objects of its own; a second import changes nothing and says so"),
        number(&first, "accepted") == objects
            && number(&again, "unchanged") == objects
            && number(&again, "accepted") == 0,
    )
}
