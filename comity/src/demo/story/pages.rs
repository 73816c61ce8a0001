//! The same story in the workbench: officers sign in with passkeys and see, each in their role, what they may.
//!
//! Guarantees: played in a real browser where one is installed; where none is, that is said and nothing is claimed.

use super::{FINANCE, OURS, POLICE, Play, Sent};
use crate::demo::browser::{Browser, installed};
use crate::output::text;
use comity_node::Failure;

/// Plays the step.
pub fn play(play: &mut Play<'_>, t1: &Sent, t2: &Sent) -> Result<(), Failure> {
    play.narrator.step("Pages", "The same in the workbench");
    let Some(program) = installed() else {
        play.narrator
            .plain("  no Chromium here (apt-get install chromium, or name one in COMITY_CHROMIUM): pages not checked");
        return Ok(());
    };
    let mut browser = Browser::start(play.stage, &program)?;
    let author = play.story.recall.desk_officer.clone();
    let handler = play.story.source.handler.clone();
    for officer in [&author, &handler] {
        enter(play, &mut browser, OURS, officer)?;
    }
    let releasing = play.story.recall.releasing_officer.clone();
    enter(play, &mut browser, OURS, &releasing)?;
    let url = play.stage.actor(OURS)?.url();
    let see = |browser: &mut Browser, officer: &str, path: &str| browser.visit(officer, &format!("{url}{path}"));

    let shown = see(&mut browser, &releasing, &format!("/releases/{}", t2.release))?;
    let whole = shown.contains("Exactly what left") && shown.contains(POLICE) && shown.contains("receipted");
    play.narrator.check("a release shows what left beside the originals, with its receipts", whole)?;
    let board = see(&mut browser, &author, "/recalls")?;
    let confirmed = board.matches("confirmed").count() >= 2 && board.contains(POLICE) && board.contains(FINANCE);
    play.narrator.check("the recall board shows both partners confirmed", confirmed)?;
    let partner = see(&mut browser, &author, &format!("/partners/{POLICE}"))?;
    play.narrator
        .check("a partner's page shows both logs and the words to compare", partner.contains("Theirs to us"))?;
    let cryptonym = play.story.source.cryptonym.clone();
    let closed = see(&mut browser, &author, "/sources")?;
    play.narrator.check(&format!("{author} sees nothing of sources"), !closed.contains(&cryptonym))?;
    let open = see(&mut browser, &handler, "/sources")?;
    play.narrator.check(&format!("{handler}, who handles it, sees {cryptonym}"), open.contains(&cryptonym))?;
    let audit = see(&mut browser, &author, "/audit?verify=true")?;
    play.narrator.check("the audit page verifies the chain", audit.contains("the chain holds"))?;
    let indicator = play.story.sighting.indicator.clone();
    let own = see(&mut browser, &author, &format!("/objects/{indicator}"))?;
    let heard = own.contains("What partners say of it") && own.contains("saw it 2 times") && own.contains("agree");
    play.narrator.check(&format!("{OURS} reads on its own indicator what {POLICE} saw"), heard)?;
    at_the_partner(play, &mut browser, t1, t2)
}

/// Makes a passkey for an officer and signs in.
fn enter(play: &mut Play<'_>, browser: &mut Browser, organisation: &str, officer: &str) -> Result<(), Failure> {
    let link = play.enrolment_link(organisation, officer)?;
    browser.enrol(officer, &link)?;
    let home = browser.text(officer)?;
    play.narrator.check(&format!("{officer} signs in with a passkey"), home.contains("What needs you today"))
}

fn at_the_partner(play: &mut Play<'_>, browser: &mut Browser, t1: &Sent, t2: &Sent) -> Result<(), Failure> {
    let analyst = play.story.officers.iter().find(|one| {
        one.organisation == POLICE && one.roles.iter().any(|role| role == "analyst" || role == "desk_officer")
    });
    let Some(analyst) = analyst.map(|one| one.code.clone()) else { return Ok(()) };
    enter(play, browser, POLICE, &analyst)?;
    let url = play.stage.actor(POLICE)?.url();
    let gone = play.story.recall.gone.clone();
    let found = browser.visit(&analyst, &format!("{url}/search?q={gone}"))?;
    play.narrator.check(&format!("{POLICE} no longer finds {gone}"), found.contains("Nothing is found"))?;
    for item in t2.items.iter().filter(|item| item.starts_with("note--")) {
        let shown = browser.visit(&analyst, &format!("{url}/objects/{item}"))?;
        play.narrator.check(&format!("{POLICE} reads T2, with its originator"), shown.contains(OURS))?;
    }
    let sightings = browser.visit(&analyst, &format!("{url}/sightings"))?;
    let seen = sightings.contains("Film 灯") && sightings.contains(&format!("partner {OURS}"));
    play.narrator.check(&format!("{POLICE} sees its sightings, and who gave the indicator"), seen)?;
    for item in t1.items.iter().filter(|item| item.starts_with("note--")) {
        let shown = browser.visit(&analyst, &format!("{url}/objects/{item}"))?;
        let silent = shown.to_lowercase().contains("recalled") && !shown.contains(&gone);
        play.narrator.check(&format!("{POLICE} sees of T1 that it was recalled, and no more"), silent)?;
    }
    Ok(())
}

impl Play<'_> {
    /// A one-time link with which an officer makes a passkey.
    pub fn enrolment_link(&self, organisation: &str, officer: &str) -> Result<String, Failure> {
        enrolment_link(self.stage, organisation, officer)
    }
}

/// As [`Play::enrolment_link`], when the story is over.
pub fn enrolment_link(stage: &crate::demo::stage::Stage, organisation: &str, officer: &str) -> Result<String, Failure> {
    let verb = stage.verb(organisation, &["officer", "enrol", "--code", officer]).key_of(officer);
    Ok(text(&verb.done()?, "link").to_owned())
}
