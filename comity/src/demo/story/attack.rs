//! Real data, where there is some: ATT&CK is imported, marked, released in part as tearlines and in part as published.
//!
//! Guarantees: figures are of this run on this machine. Does not know: where the data come from (`COMITY_TEST_DATA`).

use super::delivery::settled;
use super::{FINANCE, OURS, POLICE, Play, at};
use crate::demo::stage::private_file;
use crate::output::{list, number, text};
use comity_node::Failure;
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

const FILES: [&str; 2] = ["stix/attack-mobile-17.1.json", "stix/attack-ics-18.1.json"];
const ORIGIN: &str = "attack";
/// So many objects are released, each way.
const RELEASED: usize = 500;
/// So many relations to what is not released are asked for as well.
const OPEN: usize = 20;

/// Plays the exchange and prints its figures.
pub fn play(play: &mut Play<'_>, data: &Path) -> Result<(), Failure> {
    let files: Vec<PathBuf> = FILES.iter().map(|file| data.join(file)).filter(|path| path.is_file()).collect();
    if files.len() < FILES.len() {
        play.narrator.say("The test data hold no ATT&CK; this part is left out.");
        return Ok(());
    }
    play.narrator.step("Figures", "ATT&CK Mobile and ICS, exchanged");
    let begun = Instant::now();
    let mut verb = play.stage.verb(OURS, &["import", "--origin", ORIGIN]);
    for file in &files {
        verb = verb.path(file);
    }
    let imported = verb.done()?;
    let seconds = begun.elapsed().as_secs_f64();
    let objects = number(&imported, "accepted") + number(&imported, "new_versions");
    play.narrator.check(
        &format!("{OURS} imports {objects} objects of ATT&CK and refuses none"),
        objects > 0 && number(&imported, "refused") == 0,
    )?;
    play.narrator.plain(&format!(
        "  {objects} objects imported in {seconds:.2} s: {:.0} objects/s",
        objects as f64 / seconds.max(0.001)
    ));
    let author = play.story.tearline_t1.author.as_str();
    let marked =
        play.stage.verb(OURS, &["write", "mark", "--origin", ORIGIN, "--label", "TLP:CLEAR"]).key_of(author).done()?;
    play.narrator
        .check(&format!("{} objects are marked TLP:CLEAR", number(&marked, "marked")), number(&marked, "marked") > 0)?;
    let held = exported(play, OURS, ORIGIN)?;
    as_tearlines(play, &held)?;
    as_published(play, &held)?;
    for partner in [POLICE, FINANCE] {
        settled(play, partner)?;
    }
    for code in [OURS, POLICE] {
        play.stage.verb(code, &["verify"]).done()?;
        play.narrator.check(&format!("verify passes at {code} after the exchange"), true)?;
    }
    Ok(())
}

/// The exact bytes of current objects by id.
fn exported(play: &Play<'_>, organisation: &str, origin: &str) -> Result<BTreeMap<String, String>, Failure> {
    let bytes = play.stage.verb(organisation, &["export", "--origin", origin]).bytes()?;
    objects_of(&bytes)
}

fn objects_of(bundle: &[u8]) -> Result<BTreeMap<String, String>, Failure> {
    let bundle: BTreeMap<String, Box<RawValue>> = serde_json::from_slice(bundle)?;
    let objects: Vec<Box<RawValue>> =
        bundle.get("objects").map(|raw| serde_json::from_str(raw.get())).transpose()?.unwrap_or_default();
    let mut by_id = BTreeMap::new();
    for object in objects {
        let parsed: Value = serde_json::from_str(object.get())?;
        by_id.insert(text(&parsed, "id").to_owned(), object.get().to_owned());
    }
    Ok(by_id)
}

fn listed_in_file(play: &Play<'_>, name: &str, ids: &[&str]) -> Result<PathBuf, Failure> {
    let path = play.stage.folder.join("files").join(name);
    private_file(&path)?
        .write_all(ids.join("\n").as_bytes())
        .map_err(|error| Failure::operational(format!("cannot write a list of ids: {error}")))?;
    Ok(path)
}

/// Objects as tearlines to the police.
fn as_tearlines(play: &mut Play<'_>, held: &BTreeMap<String, String>) -> Result<(), Failure> {
    let author = play.story.tearline_t1.author.as_str();
    let releasing = play.story.tearline_t1.releasing_officer.as_str();
    let (ids, open) = closed_and_open(held);
    let ids: Vec<&str> = ids.iter().chain(&open).map(String::as_str).collect();
    let file = listed_in_file(play, "tearlines.txt", &ids)?;
    let drafted = play
        .stage
        .verb(OURS, &["release", "draft", "--to", POLICE])
        .key_of(author)
        .with("--objects-from", file)
        .done()?;
    let findings = play.findings(text(&drafted, "release"), releasing)?;
    let blocking = findings.iter().filter(|finding| finding.get("overridable") != Some(&Value::Bool(true))).count();
    play.narrator.check(
        &format!(
            "{} tearlines drafted, {} references to what is not released dropped and listed",
            number(&drafted, "items"),
            list(&drafted, "dropped").len()
        ),
        number(&drafted, "items") == RELEASED as u64 && blocking == 0 && list(&drafted, "dropped").len() >= open.len(),
    )?;
    let release = text(&drafted, "release").to_owned();
    let begun = Instant::now();
    let mut approve = play.stage.verb(OURS, &["release", "approve", &release]).key_of(releasing);
    let answer = |finding: &Value| format!("{}=published catalogue, the text is public", text(finding, "finding"));
    // Some texts speak of politics or of biometric devices.
    let (special, other): (Vec<_>, Vec<_>) =
        findings.iter().partition(|finding| text(finding, "answered_by") == "data_protection_officer");
    if let (false, Some(officer)) = (special.is_empty(), play.story.data_protection_officer(OURS)) {
        let verb = play.stage.verb(OURS, &["release", "answer", &release]).key_of(officer);
        special.iter().fold(verb, |verb, finding| verb.with("--override", answer(finding))).done()?;
    }
    for finding in other {
        approve = approve.with("--override", answer(finding));
    }
    let bytes = play.parts(&release)?;
    approve.done()?;
    let sent = play.stage.verb(OURS, &["release", "send", &release]).done()?;
    figures(play, &sent, "tearlines", RELEASED, begun)?;
    let released: BTreeMap<String, String> = bytes
        .iter()
        .map(|part| objects_of(part.as_bytes()))
        .collect::<Result<Vec<_>, _>>()?
        .into_iter()
        .flatten()
        .collect();
    same_at_police(play, &released, "tearlines")
}

/// So many objects whose relations lie within them, and a few relations that lead out: those cannot leave.
fn closed_and_open(held: &BTreeMap<String, String>) -> (Vec<String>, Vec<String>) {
    let mut inside: BTreeSet<String> = BTreeSet::new();
    for kind in ["attack-pattern--", "malware--", "tool--", "course-of-action--", "intrusion-set--"] {
        inside.extend(held.keys().filter(|id| id.starts_with(kind)).take(RELEASED / 8).cloned());
    }
    let relations: Vec<(&String, Value)> = held
        .iter()
        .filter(|(id, _)| id.starts_with("relationship--"))
        .filter_map(|(id, bytes)| Some((id, serde_json::from_str(bytes).ok()?)))
        .collect();
    let ends = |relation: &Value, within: &BTreeSet<String>| {
        ["source_ref", "target_ref"].iter().filter(|end| within.contains(text(relation, end))).count()
    };
    let closed = relations.iter().filter(|(_, relation)| ends(relation, &inside) == 2).map(|(id, _)| (*id).clone());
    let rest = held.keys().filter(|id| id.starts_with("attack-pattern--") && !inside.contains(*id)).cloned();
    let ids: BTreeSet<String> = inside.iter().cloned().chain(closed).chain(rest).take(RELEASED).collect();
    let open = relations.iter().filter(|(_, relation)| ends(relation, &ids) == 1).map(|(id, _)| (*id).clone());
    let (open, ids) = (open.take(OPEN).collect(), ids.into_iter().collect());
    (ids, open)
}

/// Exact bytes of a closed set that two officers declared public.
fn as_published(play: &mut Play<'_>, held: &BTreeMap<String, String>) -> Result<(), Failure> {
    let author = play.story.tearline_t1.author.as_str();
    let releasing = play.story.tearline_t1.releasing_officer.as_str();
    let ids = closed_set(held);
    let file = listed_in_file(play, "published.txt", &ids.iter().map(String::as_str).collect::<Vec<_>>())?;
    for officer in [author, releasing] {
        let declared = play
            .stage
            .verb(OURS, &["write", "mark", "--public"])
            .key_of(officer)
            .with("--objects-from", file.clone())
            .done()?;
        let effective = text(&declared, "state") == "effective";
        play.narrator.check(
            &format!(
                "{officer} declares {} objects public{}",
                ids.len(),
                if effective { "; with two officers it holds" } else { "; one officer is not enough" }
            ),
            effective == (officer == releasing),
        )?;
    }
    let drafted = play
        .stage
        .verb(OURS, &["release", "draft", "--as-published", "--to", POLICE])
        .key_of(author)
        .with("--objects-from", file)
        .done()?;
    let release = text(&drafted, "release").to_owned();
    let findings = play.findings(&release, releasing)?;
    play.narrator.check(&format!("{} objects as published pass the leak check", ids.len()), findings.is_empty())?;
    let begun = Instant::now();
    play.stage.verb(OURS, &["release", "approve", &release]).key_of(releasing).done()?;
    let sent = play.stage.verb(OURS, &["release", "send", &release]).done()?;
    figures(play, &sent, "objects as published", ids.len(), begun)?;
    let exact = ids.iter().filter_map(|id| held.get(id).map(|bytes| (id.clone(), bytes.clone()))).collect();
    same_at_police(play, &exact, "objects as published")
}

/// Objects whose references all lie within the set.
fn closed_set(held: &BTreeMap<String, String>) -> Vec<String> {
    let is_base = |id: &&String| id.starts_with("identity--") || id.starts_with("marking-definition--");
    let base: BTreeSet<&String> = held.keys().filter(is_base).collect();
    let mut set: Vec<String> = base.iter().map(|id| (*id).clone()).collect();
    for (id, bytes) in held {
        let Ok(object) = serde_json::from_str::<Value>(bytes) else { continue };
        let mut closed = true;
        each_reference(&object, &mut |reference| closed &= base.iter().any(|id| *id == reference));
        if closed && id.starts_with("attack-pattern--") && set.len() < RELEASED {
            set.push(id.clone());
        }
    }
    set
}

fn each_reference(value: &Value, visit: &mut dyn FnMut(&str)) {
    let Value::Object(fields) = value else { return };
    for (name, value) in fields {
        match value {
            Value::String(id) if name.ends_with("_ref") => visit(id),
            Value::Array(ids) if name.ends_with("_refs") => ids.iter().filter_map(Value::as_str).for_each(&mut *visit),
            _ => {}
        }
    }
}

fn figures(play: &Play<'_>, sent: &Value, what: &str, objects: usize, begun: Instant) -> Result<(), Failure> {
    let entries = number(list(sent, "recipients").first().unwrap_or(&Value::Null), "entries");
    play.stage.until(&format!("the receipt for {what}"), || {
        let shown = play.stage.verb(OURS, &["link", "show", POLICE]).done()?;
        Ok((number(at(&shown, "/out"), "size") == number(at(&shown, "/out"), "cosigned")).then_some(()))
    })?;
    play.narrator.plain(&format!(
        "  {objects} {what} in {entries} entries: {:.2} s from approval to the partner's receipt",
        begun.elapsed().as_secs_f64()
    ));
    Ok(())
}

/// The partner's copy equals the released bytes, object by object.
fn same_at_police(play: &mut Play<'_>, released: &BTreeMap<String, String>, what: &str) -> Result<(), Failure> {
    settled(play, POLICE)?;
    let theirs = exported(play, POLICE, "link:vsis")?;
    let same = released.iter().filter(|(id, bytes)| theirs.get(*id) == Some(*bytes)).count();
    play.narrator.check(
        &format!("the copy at {POLICE} equals the released bytes of {same} {what}"),
        same == released.len() && same > 0,
    )
}
