//! Step 9: a partner's sensor sees what the indicator asks for, and the partner says so to the one who gave it, and to nobody else.

use super::delivery::settled;
use super::{FINANCE, OURS, POLICE, Play, Sent};
use crate::demo::evidence::found_below;
use crate::demo::stage::private_file;
use crate::output::{list, number, text};
use comity_node::Failure;
use serde_json::Value;
use std::io::Write;

/// Plays the step.
pub fn play(play: &mut Play<'_>, t2: &Sent) -> Result<(), Failure> {
    play.narrator.step("Step 9", "A sighting goes back");
    play.narrator.say(
        "The police put every indicator that they hold against what their own sensors see. One that came with T2 matches. What was \
         seen stays with them; that it was seen goes back to the partner that gave the indicator, by the same door: two officers.",
    );
    play.narrator.pause();
    let sighting = detected(play, t2)?;
    let sent = given_back(play, &sighting)?;
    heard(play, &sent)
}

/// Lines of a sensor, twice: the second time nothing new is counted.
fn detected(play: &mut Play<'_>, t2: &Sent) -> Result<String, Failure> {
    let cast = &play.story.sighting;
    let path = play.stage.folder.join("files").join("scanner.csv");
    private_file(&path)?
        .write_all(cast.observations.trim_start().as_bytes())
        .map_err(|error| Failure::operational(format!("cannot write the sensor's lines: {error}")))?;
    for _ in 0..2 {
        play.stage.verb(POLICE, &["detect", "--source", &cast.sensor]).path(&path).run()?;
    }
    let listed = play.stage.verb(POLICE, &["sighting", "list"]).done()?;
    let rows = list(&listed, "sightings");
    let ours: Vec<&Value> =
        rows.iter().filter(|row| t2.items.iter().any(|item| text(row, "indicator") == item)).collect();
    let Some(row) = ours.first() else {
        return play
            .narrator
            .check(&format!("{POLICE} sees what the indicator asks for"), false)
            .map(|()| String::new());
    };
    let from = list(row, "origins").iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ");
    let value = list(row, "values").first().map(|value| text(value, "value").to_owned()).unwrap_or_default();
    play.narrator.sees(
        &format!("{POLICE}.localhost"),
        &format!(
            "{} seen {} times, given by {from}: {}…",
            text(row, "name"),
            number(row, "count"),
            value.get(..16).unwrap_or_default()
        ),
    );
    play.narrator.check(
        &format!("{POLICE} sees what the indicator of {OURS} asks for; the same lines again count nothing"),
        ours.len() == 1 && number(row, "count") == 2 && from == format!("link:{OURS}"),
    )?;
    Ok(text(row, "sighting").to_owned())
}

/// Judged, written for the originator, released by two officers.
fn given_back(play: &mut Play<'_>, sighting: &str) -> Result<String, Failure> {
    let cast = &play.story.sighting;
    let stage = play.stage;
    stage
        .verb(POLICE, &["sighting", "judge", sighting, "--true-positive"])
        .key_of(&cast.analyst)
        .with("--comment", cast.comment.as_str())
        .done()?;
    let refused =
        stage.verb(POLICE, &["sighting", "return", sighting]).key_of(&cast.analyst).with("--to", FINANCE).refused()?;
    play.narrator.accept(
        9,
        &format!("it cannot be told to {FINANCE}, who did not give the indicator"),
        !refused.is_empty(),
    )?;
    let made = stage.verb(POLICE, &["sighting", "return", sighting]).key_of(&cast.analyst).with("--to", OURS).done()?;
    let objects: Vec<&str> = list(&made, "objects").iter().filter_map(Value::as_str).collect();
    let drafted = stage
        .verb(POLICE, &["release", "draft"])
        .key_of(&cast.analyst)
        .with("--objects", objects.join(","))
        .with("--to", OURS)
        .done()?;
    let release = text(&drafted, "release").to_owned();
    let shown = stage.verb(POLICE, &["release", "show", &release]).done()?;
    let bytes: String = list(&shown, "parts").iter().map(|part| text(part, "bytes")).collect();
    let silent = ![cast.comment.as_str(), cast.sensor.as_str(), "08:15"].iter().any(|word| bytes.contains(word));
    play.narrator.check("what would leave says that it was seen and when, and nothing of where or by what", silent)?;
    stage.verb(POLICE, &["release", "approve", &release]).key_of(&cast.releasing_officer).done()?;
    stage.verb(POLICE, &["release", "send", &release]).done()?;
    play.narrator.sees(&play.at(&cast.releasing_officer), "reads the two objects and signs as the second officer");
    settled(play, POLICE)?;
    Ok(bytes)
}

/// The originator sees it on its own indicator; the third sees nothing.
fn heard(play: &mut Play<'_>, sent: &str) -> Result<(), Failure> {
    let cast = &play.story.sighting;
    let shown = play.stage.verb(OURS, &["show", &cast.indicator]).done()?;
    let said = list(&shown, "feedback");
    let one = |kind: &str| said.iter().find(|one| text(one, "type") == kind && text(one, "from") == POLICE).cloned();
    let (seen, opinion) = (one("sighting").unwrap_or_default(), one("opinion").unwrap_or_default());
    play.narrator.sees(
        &format!("{OURS}.localhost"),
        &format!(
            "on its own indicator: {POLICE} saw it {} times, opinion: {}",
            number(&seen, "count"),
            text(&opinion, "opinion")
        ),
    );
    play.narrator.accept(
        9,
        &format!("{OURS} sees on its own indicator what {POLICE} saw and holds of it"),
        number(&seen, "count") == 2 && text(&opinion, "opinion") == "agree",
    )?;
    let ids: Vec<&str> = [&seen, &opinion].iter().map(|one| text(one, "id")).filter(|id| !id.is_empty()).collect();
    let found = found_below(&play.stage.actor(FINANCE)?.home, &ids)?;
    play.narrator.accept(
        9,
        &format!("no byte in the home of {FINANCE} tells of it"),
        found.is_empty() && ids.len() == 2 && ids.iter().all(|id| sent.contains(id)),
    )
}
