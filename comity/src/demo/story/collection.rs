//! Step 2: a report from a protected source.

use super::{OURS, Play};
use crate::demo::evidence::found_below;
use crate::output::{list, text};
use comity_node::Failure;

/// The raw report, as the originator holds it.
pub struct Report {
    pub id: String,
    /// Its exact bytes.
    pub bytes: String,
}

/// Plays the step; the report.
pub fn play(play: &mut Play<'_>) -> Result<Report, Failure> {
    let source = &play.story.source;
    let raw = &play.story.raw_report;
    let handler = source.handler.as_str();
    let analyst = play.story.tearline_t1.author.as_str();
    play.narrator.step("Step 2", "Collection with a protected source");
    play.narrator.say(&format!(
        "{} runs a source. She enters it in the vault under a cryptonym, with the words that would give it away.",
        play.at(handler)
    ));
    let mut entry = play
        .stage
        .verb(OURS, &["vault", "add"])
        .key_of(handler)
        .with("--cryptonym", source.cryptonym.as_str())
        .with("--identity", source.true_identity.as_str())
        .with("--reliability", source.reliability.as_str());
    for term in &source.protected_terms {
        entry = entry.with("--term", term.as_str());
    }
    entry.done()?;
    play.narrator.say("She writes what the source said as raw report VR-17, for nobody outside the house:");
    play.narrator.quote(raw.body.lines().nth(2).unwrap_or_default());

    let refused = write_report(play, "B1").refused()?;
    play.narrator.sees("grade B1", &format!("refused: {refused}"));
    play.narrator.accept(
        2,
        "credibility 1 is refused: no independent item confirms a new report",
        refused.contains("credibility 1"),
    )?;
    let written = write_report(play, &raw.grading).done()?;
    let id = text(&written, "id").to_owned();
    play.narrator.sees(&format!("grade {}", raw.grading), "accepted");
    play.stage
        .verb(OURS, &["vault", "attach"])
        .key_of(handler)
        .with("--source", source.cryptonym.as_str())
        .with("--objects", raw.objects.join(","))
        .done()?;

    play.narrator.pause();
    let hits = play.search(OURS, &raw.search, None)?;
    let found = hits.iter().any(|hit| text(hit, "id") == id);
    play.narrator.accept(2, "an analyst finds VR-17 by a name in another script", found)?;
    let shown = play.stage.verb(OURS, &["show", &id]).done()?.to_string();
    let mut secrets = secrets(play);
    // The report itself may use a word that no release may.
    secrets.retain(|secret| !raw.body.contains(secret));
    let silent = !secrets.iter().any(|secret| shown.contains(secret));
    play.narrator.check("what the analyst is shown names no source", silent)?;
    let theirs = read_source(play, analyst, &source.cryptonym).refused()?;
    let nobody = read_source(play, analyst, "NO SUCH SOURCE").refused()?;
    play.narrator.sees(&play.at(analyst), "analyst: finds VR-17 and reads it");
    play.narrator.sees("", &format!("asks for its source and gets: {theirs}"));
    play.narrator.accept(
        2,
        "a source that exists and one that does not give the analyst the same answer",
        theirs == nobody && theirs.contains("released to you"),
    )?;
    let own = read_source(play, handler, &source.cryptonym).done()?;
    play.narrator.sees(&play.at(handler), "handler: reads the source, gives a reason, and the reading is logged");
    play.narrator.check(
        "the handler reads the source, and it is joined to the report in the vault",
        text(&own, "identity") == source.true_identity
            && list(&own, "objects").iter().any(|object| object == id.as_str()),
    )?;
    let audit = play.stage.verb(OURS, &["audit", "show"]).done()?.to_string();
    play.narrator.check(
        "the audit log tells of every reading and names no source",
        audit.contains("vault.show") && !audit.contains(&source.cryptonym),
    )?;

    let home = &play.stage.actor(OURS)?.home;
    let in_holdings = found_below(&home.join("holdings"), &secrets)?;
    play.narrator.accept(
        2,
        "the raw bytes of the holdings hold neither cryptonym nor identity of the source",
        in_holdings.is_empty(),
    )?;
    let in_vault = found_below(&home.join("vault"), &secrets)?;
    play.narrator
        .check("the raw bytes of the vault are sealed: the same words are not there either", in_vault.is_empty())?;
    play.narrator
        .sees("somebody who has the disk", "finds neither cryptonym nor identity in any byte of holdings and vault");
    let bytes = String::from_utf8_lossy(&play.stage.verb(OURS, &["show", &id, "--raw"]).bytes()?).into_owned();
    Ok(Report { id, bytes })
}

/// What would give the source away.
pub fn secrets<'a>(play: &Play<'a>) -> Vec<&'a str> {
    let record = &play.story.source;
    let terms = record.protected_terms.iter().map(String::as_str);
    [record.cryptonym.as_str(), record.true_identity.as_str()].into_iter().chain(terms).collect()
}

fn write_report<'a>(play: &Play<'a>, grading: &str) -> crate::demo::player::Verb<'a> {
    let raw = &play.story.raw_report;
    play.stage
        .verb(OURS, &["write", "report"])
        .key_of(&play.story.source.handler)
        .with("--title", raw.title.as_str())
        .with("--text", raw.body.as_str())
        .with("--grading", grading)
        .with("--source", play.story.source.cryptonym.as_str())
        .with("--label", raw.label.as_str())
}

fn read_source<'a>(play: &Play<'a>, officer: &str, cryptonym: &str) -> crate::demo::player::Verb<'a> {
    play.stage
        .verb(OURS, &["vault", "show"])
        .key_of(officer)
        .with("--reason", play.story.source.reason_for_reading.as_str())
        .and(&[cryptonym])
}
