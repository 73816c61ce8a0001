//! Step 4: two texts for partners; the leak check stops the first try, a second officer releases the corrected one.

use super::collection::{Report, secrets};
use super::{OURS, POLICE, Play, Sent};
use crate::demo::cast::{Officer, holdings};
use crate::demo::evidence::uuids;
use crate::output::{list, number, text};
use comity_node::Failure;
use serde_json::Value;
use std::collections::BTreeSet;

/// Plays the step; what was sent, T1 and T2.
pub fn play(play: &mut Play<'_>, report: &Report) -> Result<(Sent, Sent), Failure> {
    let story = play.story;
    play.narrator.step("Step 4", "Tearline: what partners may know");
    play.narrator.say(&format!(
        "{} writes a text for {}: names and document, nothing that leads back to the source. His first try is careless.",
        play.at(&story.tearline_first.author),
        story.tearline_first.audience.join(" and ")
    ));
    first_try(play)?;
    vault_slip(play)?;
    let t1 = corrected(play, report)?;
    own_release(play)?;
    let t2 = second_product(play, report, &t1)?;
    Ok((t1, t2))
}

/// The four seeded leaks are found on the final bytes.
fn first_try(play: &mut Play<'_>) -> Result<(), Failure> {
    let tearline = &play.story.tearline_first;
    let refused = play.drafting(tearline, &tearline.body).refused()?;
    let said = ["purpose", "basis", "necessity", "erase_by"].iter().all(|field| refused.contains(field));
    play.narrator.check("a person is not drafted before purpose, legal basis, necessity and an end are said", said)?;
    let drafted = play.draft(tearline, &tearline.body)?;
    let release = text(&drafted, "release");
    let findings = play.findings(release, &tearline.releasing_officer)?;
    let parts = play.parts(release)?;
    play.narrator.quote(&tearline.body);
    play.narrator.say("The leak check reads the final bytes, the ones that would leave, and stops it:");
    for leak in &tearline.leaks {
        let found =
            findings.iter().any(|finding| text(finding, "class") == leak.class && covers(finding, &parts, &leak.text));
        play.narrator.sees(&leak.class, &format!("{}: {}", leak.what, shortened(&leak.text)));
        play.narrator.accept(4, &format!("the leak check finds {}", leak.what), found)?;
    }
    let refused =
        play.stage.verb(OURS, &["release", "approve", release]).key_of(&tearline.releasing_officer).refused()?;
    play.narrator.sees("the second officer", &format!("cannot approve it: {refused}"));
    play.narrator.check("a draft with leaks cannot be approved", true)?;
    play.stage.verb(OURS, &["release", "withdraw", release]).done()?;
    Ok(())
}

/// Tells whether a finding's place in the parts meets a text.
fn covers(finding: &Value, parts: &[String], leak: &str) -> bool {
    let field = |name| usize::try_from(number(finding, name)).unwrap_or(usize::MAX);
    let (begin, length) = (field("offset"), field("length"));
    let Some(part) = parts.get(field("part")) else { return false };
    part.match_indices(leak).any(|(at, _)| begin < at + leak.len() && at < begin.saturating_add(length))
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(52) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// A protected word in other letters: only its handlers are told where, and nobody can override it.
fn vault_slip(play: &mut Play<'_>) -> Result<(), Failure> {
    let tearline = &play.story.tearline_t1;
    let body = format!("{}\n\n{}", tearline.body.trim(), play.story.tearline_vault_slip.body);
    let drafted = play.draft(tearline, &body)?;
    let release = text(&drafted, "release");
    let handler = play.story.source.handler.as_str();
    let told = play.checked(release, &tearline.author)?;
    let to_handler = play.findings(release, handler)?;
    let seeing = to_handler.iter().find(|finding| text(finding, "class") == "vault-term").cloned().unwrap_or_default();
    play.narrator.pause();
    play.narrator.say("The next try names the shop, with one letter from another alphabet:");
    play.narrator.quote(&play.story.tearline_vault_slip.body);
    play.narrator.sees(&play.at(&tearline.author), &format!("is told: {}", text(&told, "message")));
    play.narrator
        .sees(&play.at(handler), &format!("is told the place: byte {} of the final text", number(&seeing, "offset")));
    play.narrator.check(
        "a protected word is found in other letters; only its handler is told where",
        text(&told, "message").starts_with("blocked; ask")
            && list(&told, "findings").is_empty()
            && number(&seeing, "length") > 0,
    )?;
    let overridden = format!("{}=it is only a shop", text(&seeing, "finding"));
    let refused = play
        .stage
        .verb(OURS, &["release", "approve", release])
        .key_of(&tearline.releasing_officer)
        .with("--override", overridden)
        .refused()?;
    play.narrator.check("nobody can override it, with whatever reason", !refused.is_empty())?;
    play.stage.verb(OURS, &["release", "withdraw", release]).done()?;
    let halved = play.draft(tearline, &tearline.body)?;
    let half = text(&halved, "release");
    let still = play.checked(half, &tearline.author)?;
    play.narrator.check(
        "leaving the word out tells nothing: what stood in the blocked draft stays blocked until its handler answers",
        text(&still, "message").starts_with("blocked; ask"),
    )?;
    play.stage.verb(OURS, &["release", "withdraw", half]).done()?;
    play.stage
        .verb(OURS, &["vault", "answer", release, "--keep-back"])
        .key_of(handler)
        .with("--reason", "the shop is ours to keep; the rest may go")
        .done()?;
    play.narrator.sees(&play.at(handler), "answers: the shop stays back, and tells the author so on the telephone");
    Ok(())
}

fn is_clean(checked: &Value) -> bool {
    checked.get("clean").and_then(Value::as_bool) == Some(true)
}

/// T1: clean, approved by a second person, sent.
fn corrected(play: &mut Play<'_>, report: &Report) -> Result<Sent, Failure> {
    let tearline = &play.story.tearline_t1;
    let drafted = play.draft(tearline, &tearline.body)?;
    let release = text(&drafted, "release").to_owned();
    let clean = is_clean(&play.checked(&release, &tearline.author)?);
    play.narrator.pause();
    play.narrator.say("The corrected text, T1, with the source described in closed words only:");
    play.narrator.quote(&tearline.body);
    play.narrator.quote(&format!("Source: {}", tearline.descriptor_rendered));
    play.narrator.check("the corrected T1 passes the leak check", clean)?;
    let early = play.stage.verb(OURS, &["release", "send", &release]).refused()?;
    play.narrator.check("nothing is sent before it is approved", !early.is_empty())?;
    let author = play.stage.verb(OURS, &["release", "approve", &release]).key_of(&tearline.author).refused()?;
    play.narrator.sees(&play.at(&tearline.author), &format!("cannot approve: {author}"));
    play.narrator.accept(4, "its author cannot approve it", true)?;
    let sent = play.release(&drafted, &tearline.releasing_officer)?;
    play.narrator.sees(
        &play.at(&tearline.releasing_officer),
        &format!(
            "reads exactly the bytes that leave and signs their digest {}…",
            text(&drafted, "digest").get(..16).unwrap_or_default()
        ),
    );
    let mut shared: Vec<String> = uuids(&sent.bytes).intersection(&uuids(&report.bytes)).cloned().collect();
    shared.retain(|id| !common(report).contains(id));
    play.narrator.accept(4, "T1 and VR-17 share no identifier", shared.is_empty())?;
    let secret = secrets(play)
        .into_iter()
        .chain(tearline.objects.iter().map(String::as_str))
        .any(|text| sent.bytes.contains(text));
    play.narrator.check("the bytes of T1 hold neither a protected word nor an original identifier", !secret)?;
    Ok(sent)
}

/// Identifiers that everything of one originator carries: its identity, and the public TLP markings.
fn common(report: &Report) -> BTreeSet<String> {
    let bundle: Value = serde_json::from_str(holdings(OURS)).unwrap_or_default();
    let markings = list(&bundle, "objects").iter().filter(|object| text(object, "type") == "marking-definition");
    let report: Value = serde_json::from_str(&report.bytes).unwrap_or_default();
    let ids: Vec<&str> = markings.map(|object| text(object, "id")).chain([text(&report, "created_by_ref")]).collect();
    uuids(&ids.join(" "))
}

/// Also an officer who holds both roles does not release alone.
fn own_release(play: &mut Play<'_>) -> Result<(), Failure> {
    let both = |officer: &&Officer| {
        ["analyst", "releasing_officer"].iter().all(|role| officer.roles.iter().any(|held| held == role))
    };
    let Some(officer) = play.story.officers_of(POLICE).find(both) else { return Ok(()) };
    let hits = play.search(POLICE, "Film evening", None)?;
    let object = hits.iter().find(|hit| text(hit, "type") == "attack-pattern").map(|hit| text(hit, "id").to_owned());
    let drafted = play
        .stage
        .verb(POLICE, &["release", "draft"])
        .key_of(&officer.code)
        .with("--objects", object.unwrap_or_default())
        .with("--to", OURS)
        .done()?;
    let release = text(&drafted, "release");
    let refused = play.stage.verb(POLICE, &["release", "approve", release]).key_of(&officer.code).refused()?;
    play.narrator.accept(
        4,
        &format!("at {POLICE}, an officer who holds both roles cannot approve her own release either"),
        refused.contains("another officer"),
    )?;
    play.stage.verb(POLICE, &["release", "withdraw", release]).done()?;
    Ok(())
}

/// T2: content without any person, to the police only.
fn second_product(play: &mut Play<'_>, report: &Report, t1: &Sent) -> Result<Sent, Failure> {
    let tearline = &play.story.tearline_t2;
    let drafted = play.draft(tearline, &tearline.body)?;
    let clean = is_clean(&play.checked(text(&drafted, "release"), &tearline.author)?);
    play.narrator
        .check("T2, an account, two files and an indicator without any person, passes the leak check", clean)?;
    let sent = play.release(&drafted, &tearline.releasing_officer)?;
    play.narrator.pause();
    play.narrator.say(&format!(
        "T2, an account, two media files and an indicator without any person, goes to {} only.",
        tearline.audience.join(", ")
    ));
    let common = common(report);
    let linked = uuids(&t1.bytes).intersection(&uuids(&sent.bytes)).any(|id| !common.contains(id));
    play.narrator.accept(4, "somebody who holds T1 and T2 cannot link them by an identifier", !linked)?;
    Ok(sent)
}
