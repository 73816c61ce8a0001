//! The story, step by step (domain.md §9), and what a person may try after it.
//!
//! Guarantees: a step that does not go as told ends the story with its name.

mod attack;
mod collection;
mod delivery;
mod opening;
mod pages;
mod recall;
mod sighting;
mod tearline;

use super::cast::{Story, Tearline};
use super::narrator::Narrator;
use super::player::Verb;
use super::stage::Stage;
use crate::output::{list, text};
use comity_node::Failure;
use serde_json::Value;
use std::path::Path;

/// The organisation whose story it is, and its partners.
const OURS: &str = "vsis";
const POLICE: &str = "kps";
const FINANCE: &str = "tfo";

/// What every step gets.
pub struct Play<'a> {
    pub story: &'a Story,
    pub stage: &'a Stage,
    pub narrator: &'a mut Narrator,
}

/// What was released.
pub struct Sent {
    pub release: String,
    /// Ids under which the recipients know it.
    pub items: Vec<String>,
    /// The exact bytes.
    pub bytes: String,
}

/// Plays everything that this version carries.
///
/// `check` has the pages looked at in a browser too; a person does that better.
pub fn play(story: &Story, stage: &mut Stage, narrator: &mut Narrator, check: bool) -> Result<(), Failure> {
    opening::raise(story, stage, narrator)?;
    let mut play = Play { story, stage, narrator };
    opening::greet(&mut play)?;
    let report = collection::play(&mut play)?;
    let (t1, t2) = tearline::play(&mut play, &report)?;
    delivery::play(&mut play, &report, &t1, &t2)?;
    sighting::play(&mut play, &t2)?;
    recall::play(&mut play, &report, &t1, &t2)?;
    if check {
        pages::play(&mut play, &t1, &t2)?;
    }
    if let Some(data) = std::env::var_os("COMITY_TEST_DATA").filter(|data| Path::new(data).is_dir()) {
        attack::play(&mut play, Path::new(&data))?;
    }
    Ok(())
}

impl Play<'_> {
    /// Where somebody stands, in the story's words.
    fn at(&self, officer: &str) -> String {
        self.story.name_of(officer).to_owned()
    }

    /// Searches at a node; the hits.
    fn search(&self, organisation: &str, query: &str, origin: Option<&str>) -> Result<Vec<Value>, Failure> {
        let mut verb = self.stage.verb(organisation, &["search", query, "--limit", "1000"]);
        if let Some(origin) = origin {
            verb = verb.with("--origin", origin);
        }
        Ok(list(&verb.done()?, "hits").to_vec())
    }

    /// Drafts a tearline; the node's answer.
    fn draft(&self, tearline: &Tearline, body: &str) -> Result<Value, Failure> {
        let verb = self.drafting(tearline, body);
        tearline.personal.flags().into_iter().fold(verb, |verb, (flag, text)| verb.with(flag, text)).done()
    }

    /// The verb that drafts a tearline, without what must be said of personal data.
    fn drafting(&self, tearline: &Tearline, body: &str) -> Verb<'_> {
        self.stage
            .verb(OURS, &["release", "draft"])
            .key_of(&tearline.author)
            .with("--objects", tearline.objects.join(","))
            .with("--to", tearline.audience.join(","))
            .with("--label", tearline.label.as_str())
            .with("--descriptor", tearline.descriptor.as_str())
            .with("--title", tearline.title.as_str())
            .with("--text", body)
    }

    /// Runs the leak check in the name of an officer; what it answered, also where it found something.
    fn checked(&self, release: &str, officer: &str) -> Result<Value, Failure> {
        let answer = self.stage.verb(OURS, &["release", "check", release]).key_of(officer).run()?;
        let documents = answer.documents();
        let checked = documents.first().filter(|document| document.get("findings").is_some());
        checked.cloned().ok_or_else(|| answer.unexpected("should have checked"))
    }

    /// What the leak check found, as an officer is told.
    fn findings(&self, release: &str, officer: &str) -> Result<Vec<Value>, Failure> {
        Ok(list(&self.checked(release, officer)?, "findings").to_vec())
    }

    /// The exact bytes of a draft, part by part.
    fn parts(&self, release: &str) -> Result<Vec<String>, Failure> {
        let shown = self.stage.verb(OURS, &["release", "show", release]).done()?;
        Ok(list(&shown, "parts").iter().map(|part| text(part, "bytes").to_owned()).collect())
    }

    /// Approves and sends what was drafted and is clean.
    fn release(&self, drafted: &Value, releasing_officer: &str) -> Result<Sent, Failure> {
        let release = text(drafted, "release").to_owned();
        let bytes = self.parts(&release)?.concat();
        self.stage.verb(OURS, &["release", "approve", &release]).key_of(releasing_officer).done()?;
        self.stage.verb(OURS, &["release", "send", &release]).done()?;
        let items = list(drafted, "item_ids").iter().filter_map(Value::as_str).map(str::to_owned).collect();
        Ok(Sent { release, items, bytes })
    }
}

/// A field of a field.
fn at<'a>(value: &'a Value, pointer: &str) -> &'a Value {
    value.pointer(pointer).unwrap_or(&Value::Null)
}

/// Says what can be tried while the nodes run.
pub fn invitation(story: &Story, stage: &Stage, narrator: &Narrator) -> Result<(), Failure> {
    let environment = stage.write_environment(&story.officers)?;
    let program = stage.program.display();
    let home = |code: &str| stage.folder.join(code).display().to_string();
    narrator.pause();
    narrator.plain(
        "The nodes stay up until you press Ctrl-C. Each officer below makes a passkey with a link that works once, for",
    );
    narrator.plain("15 minutes; the workbench then has a guided tour at /tour.");
    narrator.pause();
    for officer in story.officers.iter().filter(|officer| !officer.is_custodian()) {
        let link = pages::enrolment_link(stage, &officer.organisation, &officer.code)?;
        narrator.command(
            &link,
            &format!("{}, {}: {}", officer.name, officer.organisation, officer.roles.join(", ").replace('_', " ")),
        );
    }
    narrator.pause();
    narrator.plain("Later: comity officer enrol gives a new link. Try also, in another terminal:");
    narrator.pause();
    let (ours, police, finance) = (home(OURS), home(POLICE), home(FINANCE));
    for (command, what) in [
        (format!("{program} search --home {ours} 'орлиск'"), "what the originator still holds"),
        (format!("{program} search --home {police} 'orlisk'"), "what the police hold now: their own, nothing of T1"),
        (format!("{program} sighting list --home {police}"), "what the police saw of what they were given"),
        (format!("{program} link show --home {police} {OURS}"), "both logs of a link: sizes, receipts, roots"),
        (format!("{program} recall board --home {ours}"), "who confirmed the recall"),
        (format!("{program} audit show --home {ours}"), "who did what; sources are never named"),
        (format!("{program} verify --home {finance}"), "derive every hash, signature and index again"),
    ] {
        narrator.command(&command, what);
    }
    narrator.pause();
    narrator.say(
        "Officers' verbs need their passphrases. The data are invented, so this demo may keep them in a file; a real node never does.",
    );
    let source = &story.source;
    narrator.command(
        &format!(
            ". {} && {program} vault show --home {ours} --key {} --reason 'trying the demo' '{}'",
            environment.display(),
            stage.key_file(&source.handler).display(),
            source.cryptonym
        ),
        "read the source as its handler; the reading is logged",
    );
    Ok(())
}
