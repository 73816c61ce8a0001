//! Step 5: delivery without a centre; what each side can and cannot see.

use super::collection::{Report, secrets};
use super::{FINANCE, OURS, POLICE, Play, Sent, at};
use crate::demo::evidence::found_below;
use crate::output::{list, number, text};
use comity_node::Failure;
use serde_json::Value;

/// Plays the step.
pub fn play(play: &mut Play<'_>, report: &Report, t1: &Sent, t2: &Sent) -> Result<(), Failure> {
    play.narrator.step("Step 5", "Delivery without a centre");
    play.narrator.say(
        "A link is two signed logs, one each way. Entries are sealed to the partner's desk; the gates in between carry ciphertext. \
         The partner's signature over the state of our log is the receipt.",
    );
    play.narrator.pause();
    for (partner, releases) in [(POLICE, [Some(t1), Some(t2)]), (FINANCE, [Some(t1), None])] {
        settled(play, partner)?;
        arrived(play, partner, &releases.into_iter().flatten().collect::<Vec<_>>())?;
    }
    for partner in [POLICE, FINANCE] {
        logs_agree(play, partner)?;
        understood(play, partner, t1)?;
    }
    play.narrator
        .sees(&format!("{POLICE}.localhost"), "T1 and T2, each with originator, marking and terms; receipts exchanged");
    play.narrator
        .sees(&format!("{FINANCE}.localhost"), "T1 only; nothing in any byte of its home tells that T2 exists");
    apart(play, t2)?;
    for partner in [POLICE, FINANCE] {
        let mut hidden = secrets(play);
        let originals = play.story.tearline_t1.objects.iter().map(String::as_str);
        hidden.extend([report.id.as_str()].into_iter().chain(originals));
        let found = found_below(&play.stage.actor(partner)?.home, &hidden)?;
        play.narrator.check(
            &format!("no byte in the home of {partner} holds a protected word or an original identifier"),
            found.is_empty(),
        )?;
    }
    let gate = play.stage.actor(OURS)?.home.join("gate");
    let words =
        [play.story.recall.gone.as_str(), play.story.tearline_t1.search.as_str(), play.story.source.cryptonym.as_str()];
    let found = found_below(&gate, &words)?;
    play.narrator.check("the gate's store holds no word of what it carries", found.is_empty())?;
    play.narrator.sees("the gates", "ciphertext, sizes and sequence numbers");
    Ok(())
}

/// Everything that was released to a partner is there, and nothing else of ours.
fn arrived(play: &mut Play<'_>, partner: &str, releases: &[&Sent]) -> Result<(), Failure> {
    let items: Vec<&String> = releases.iter().flat_map(|sent| &sent.items).collect();
    let mut held = 0;
    for item in &items {
        let shown = play.stage.verb(partner, &["show", item]).done()?;
        held += usize::from(list(&shown, "received").iter().any(|received| text(received, "from") == OURS));
    }
    let strange = play.search(partner, "", Some("link:vsis"))?;
    // The organisation's own identity goes with what it authors.
    let sent = |hit: &Value| releases.iter().any(|sent| sent.bytes.contains(text(hit, "id")));
    let strange = strange.iter().filter(|hit| !sent(hit)).count();
    play.narrator.check(
        &format!("{partner} holds the {held} objects that were released to it, and nothing else of {OURS}"),
        held == items.len() && strange == 0,
    )
}

/// Waits until both logs of a link with us are receipted to their ends and hold equally much on both sides.
pub fn settled(play: &Play<'_>, partner: &str) -> Result<(), Failure> {
    play.stage.until(&format!("{OURS} and {partner} hold receipts for everything"), || {
        let ours = play.stage.verb(OURS, &["link", "show", partner]).done()?;
        let theirs = play.stage.verb(partner, &["link", "show", OURS]).done()?;
        let size = |shown: &Value, side: &str, field: &str| number(at(shown, &format!("/{side}")), field);
        let whole = |one: &Value, other: &Value| {
            let sent = size(one, "out", "size");
            sent > 0 && sent == size(one, "out", "cosigned") && sent == size(other, "in", "size")
        };
        Ok((whole(&ours, &theirs) && whole(&theirs, &ours)).then_some(()))
    })
}

fn logs_agree(play: &mut Play<'_>, partner: &str) -> Result<(), Failure> {
    for (one, other) in [(OURS, partner), (partner, OURS)] {
        let verified = play.stage.verb(one, &["link", "verify", other]).done()?;
        play.narrator.accept(
            5,
            &format!("both logs of {one} with {other} verify against checkpoints and receipts"),
            verified.is_object(),
        )?;
    }
    let ours = play.stage.verb(OURS, &["link", "show", partner]).done()?;
    let theirs = play.stage.verb(partner, &["link", "show", OURS]).done()?;
    let root = |shown: &Value, side: &str| text(at(shown, &format!("/{side}")), "root").to_owned();
    play.narrator.check(
        &format!("{OURS} and {partner} derive the same roots of both logs"),
        root(&ours, "out") == root(&theirs, "in") && root(&ours, "in") == root(&theirs, "out"),
    )
}

/// The partner finds T1 in its own spelling and sees originator, marking and terms.
fn understood(play: &mut Play<'_>, partner: &str, t1: &Sent) -> Result<(), Failure> {
    let tearline = &play.story.tearline_t1;
    let hits = play.search(partner, &tearline.search, Some("link:vsis"))?;
    let found = t1.items.iter().filter(|item| hits.iter().any(|hit| text(hit, "id") == item.as_str())).count();
    play.narrator.check(&format!("{partner} finds T1 in its own spelling"), found == t1.items.len())?;
    for item in &t1.items {
        let shown = play.stage.verb(partner, &["show", item]).done()?;
        let received = list(&shown, "received").first().cloned().unwrap_or_default();
        let terms = at(&received, "/terms");
        play.narrator.check(
            &format!("{partner} sees originator, marking and terms of {}", item.split("--").next().unwrap_or_default()),
            text(&received, "from") == OURS
                && text(terms, "label") == tearline.label
                && text(terms, "descriptor") == tearline.descriptor_rendered,
        )?;
        let copy = play.stage.verb(partner, &["show", item, "--raw"]).bytes()?;
        play.narrator.check(
            &format!("the copy at {partner} equals the released bytes"),
            t1.bytes.contains(String::from_utf8_lossy(&copy).trim_end()),
        )?;
    }
    Ok(())
}

/// Who did not get T2 cannot learn that there is one.
fn apart(play: &mut Play<'_>, t2: &Sent) -> Result<(), Failure> {
    let title = play.story.tearline_t2.title.as_str();
    let at_police = play.search(POLICE, title, Some("link:vsis"))?;
    let at_finance = play.search(FINANCE, title, None)?;
    play.narrator.check(
        &format!("{POLICE} finds T2, {FINANCE} finds nothing of it"),
        !at_police.is_empty() && at_finance.is_empty(),
    )?;
    let note = t2.items.iter().find(|item| item.starts_with("note--")).map_or("", String::as_str);
    let found = found_below(&play.stage.actor(FINANCE)?.home, &[title, t2.release.as_str(), note])?;
    play.narrator.accept(
        5,
        &format!("no byte in the home of {FINANCE} tells that T2 exists"),
        found.is_empty() && !note.is_empty(),
    )?;
    // Beside releases both logs hold the same: what each side can receive, and that this was taken in.
    let received = |code: &str| -> Result<u64, Failure> {
        Ok(number(at(&play.stage.verb(code, &["link", "show", OURS]).done()?, "/in"), "size"))
    };
    play.stage.until("everybody has said what it can receive", || {
        let (finance, police) = (received(FINANCE)?, received(POLICE)?);
        Ok((police == finance + 1).then_some(()))
    })?;
    let (finance, police) = (received(FINANCE)?, received(POLICE)?);
    play.narrator.accept(
        5,
        &format!("the log to {FINANCE} has no gap where T2 would be: {finance} entries, to {POLICE} {police}"),
        police == finance + 1,
    )
}
