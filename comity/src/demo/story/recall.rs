//! Step 12, in its simple form: a wrong report is recalled, and every copy becomes unreachable.

use super::collection::Report;
use super::delivery::settled;
use super::{FINANCE, OURS, POLICE, Play, Sent};
use crate::demo::evidence::found_below;
use crate::output::{list, text};
use comity_node::Failure;
use serde_json::Value;

/// Plays the step.
pub fn play(play: &mut Play<'_>, report: &Report, t1: &Sent, t2: &Sent) -> Result<(), Failure> {
    let recall = &play.story.recall;
    play.narrator.step("Step 12", "Recall of a wrong report");
    play.narrator.say(
        "The source confused two persons; the document belongs to a cousin. T1 is recalled. A recall needs two roles, reaches \
         everybody who was given the item, and says what to do, never why.",
    );
    play.narrator.pause();
    for partner in [POLICE, FINANCE] {
        let gone = play.story.recall.gone.as_str();
        let found = !play.search(partner, gone, None)?.is_empty();
        let on_disk = !found_below(&play.stage.actor(partner)?.home, &[gone])?.is_empty();
        play.narrator.check(&format!("before it, {partner} finds {gone}, and its disk holds it"), found && on_disk)?;
    }
    let drafted = play
        .stage
        .verb(OURS, &["recall", "draft"])
        .key_of(&recall.desk_officer)
        .with("--release", t1.release.as_str())
        .with("--kind", recall.kind.as_str())
        .done()?;
    let id = text(&drafted, "recall").to_owned();
    let alone = play.stage.verb(OURS, &["recall", "send", &id]).refused()?;
    play.narrator.sees(&play.at(&recall.desk_officer), &format!("desk officer, signs; cannot send alone: {alone}"));
    play.narrator.check("one role alone cannot recall", !alone.is_empty())?;
    play.stage.verb(OURS, &["recall", "approve", &id]).key_of(&recall.releasing_officer).done()?;
    play.narrator.sees(&play.at(&recall.releasing_officer), "releasing officer, signs in the second role");
    play.stage.verb(OURS, &["recall", "send", &id]).done()?;
    let board = play.stage.until("every recipient confirms the recall", || {
        let board = play.stage.verb(OURS, &["recall", "board"]).done()?;
        let confirmed = recipients(&board, &id).iter().filter(|line| text(line, "state") == "confirmed").count();
        Ok((confirmed == 2).then_some(board))
    })?;
    let mut who: Vec<String> = recipients(&board, &id).iter().map(|line| text(line, "recipient").to_owned()).collect();
    who.sort();
    play.narrator.sees("the board", &format!("{}: confirmed", who.join(", ")));
    play.narrator.accept(12, "the board shows every recipient confirmed", who == [POLICE, FINANCE])?;
    let lines = recipients(&board, &id);
    let notice_of = |partner: &str| {
        let line = lines.iter().find(|line| text(line, "recipient") == partner);
        line.map(|line| text(line, "notice").to_owned()).unwrap_or_default()
    };
    let apart = notice_of(POLICE) != notice_of(FINANCE);
    play.narrator
        .check("each recipient knows the recall by another id: they cannot tell that it is the same", apart)?;
    for partner in [POLICE, FINANCE] {
        unreachable(play, partner, &notice_of(partner), t1)?;
        notice_is_silent(play, partner, report)?;
    }
    play.narrator.sees("both partners", "search finds nothing, the item shows a tombstone, an export leaves it out");
    let kept = t2.items.iter().find(|item| item.starts_with("note--")).cloned().unwrap_or_default();
    let t2_stays = play.stage.verb(POLICE, &["show", &kept]).done()?;
    play.narrator.check(&format!("T2 at {POLICE} is untouched"), t2_stays.get("tombstone").is_none())?;
    let own = play.stage.verb(OURS, &["show", &report.id]).done()?;
    play.narrator.check("the originator keeps VR-17 itself", text(&own, "id") == report.id)?;
    verified(play)
}

fn recipients(board: &Value, recall: &str) -> Vec<Value> {
    let found = list(board, "recalls").iter().find(|entry| text(entry, "recall") == recall);
    found.map(|entry| list(entry, "recipients").to_vec()).unwrap_or_default()
}

fn unreachable(play: &mut Play<'_>, partner: &str, recall: &str, t1: &Sent) -> Result<(), Failure> {
    let gone = play.story.recall.gone.as_str();
    let hits = play.search(partner, gone, None)?;
    play.narrator.check(&format!("at {partner} a search for {gone} finds nothing"), hits.is_empty())?;
    for item in &t1.items {
        let shown = play.stage.verb(partner, &["show", item]).done()?;
        play.narrator.check(
            &format!("at {partner} a tombstone stands in place of the {}", item.split("--").next().unwrap_or_default()),
            shown.pointer("/tombstone/recall").and_then(Value::as_str) == Some(recall) && shown.get("object").is_none(),
        )?;
    }
    let export = play.stage.verb(partner, &["export"]).bytes()?;
    let export = String::from_utf8_lossy(&export);
    let left_out = !export.contains(gone) && !t1.items.iter().any(|item| export.contains(item.as_str()));
    play.narrator.check(&format!("an export of {partner} leaves T1 out"), left_out)?;
    let found = found_below(&play.stage.actor(partner)?.home, &[gone])?;
    play.narrator.check(&format!("no byte in the home of {partner} holds {gone} any more"), found.is_empty())
}

/// A reason would point at the source.
fn notice_is_silent(play: &mut Play<'_>, partner: &str, report: &Report) -> Result<(), Failure> {
    let board = play.stage.verb(partner, &["recall", "board"]).done()?;
    let notice = list(&board, "received").first().map(ToString::to_string).unwrap_or_default();
    let silent = !notice.is_empty() && !notice.contains(&report.id) && !notice.contains("cousin");
    play.narrator.accept(12, &format!("the notice at {partner} says what to do and not why"), silent)
}

fn verified(play: &mut Play<'_>) -> Result<(), Failure> {
    for partner in [POLICE, FINANCE] {
        settled(play, partner)?;
    }
    let codes: Vec<String> = play.stage.actors().iter().map(|actor| actor.organisation.code.clone()).collect();
    for code in &codes {
        play.stage.verb(code, &["verify"]).done()?;
        play.stage.verb(code, &["audit", "verify"]).done()?;
        play.narrator.check(&format!("verify derives every tree, hash, signature and index of {code} again"), true)?;
        let (status, _) = play.stage.health(code)?;
        play.narrator.check(&format!("the desk of {code} is still well"), status == 200)?;
    }
    play.narrator
        .sees("all three nodes", "verify: every tree, hash, signature and index derived again and found right");
    Ok(())
}
