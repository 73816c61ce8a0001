//! A release in processor time: from a selection of marked objects to what was sealed for a partner, every check of it included.
//!
//! Limit: each original parsed once, one SHA-256 and one seal of the bytes that leave. Does not know: what is fast enough.

mod org;

use crate::figure::Figure;
use crate::process::own_cpu;
use crate::report::{Row, Section};
use crate::stock::{self, Size};
use crate::{Outcome, Setting};
use comity_crypto::{Entropy, Purpose, SealingKey, sha256};
use comity_node::{ReleaseDraftRequest, Request, Selection};
use comity_vocab::Role;
use org::{AUTHOR, Org, RELEASES, text};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs::File;
use std::hint::black_box;

/// Objects of one release.
const OBJECTS: [usize; 2] = [1_000, 8_000];
/// What an object may take at most, in milliseconds.
const GOAL_MS: f64 = 0.3;

/// The steps of a release, in milliseconds of the processor for each object.
const STEPS: [&str; 5] =
    ["draft, and the author's signature", "check of a long draft", "prepare the approval", "approve", "send"];

/// What one release took.
struct Released {
    steps: [f64; STEPS.len()],
    limit: f64,
}

/// Measures releases of two sizes, so that one sees whether the work of an object depends on how many there are.
///
/// # Errors
/// From the disk or the node.
pub fn measure(setting: &Setting) -> Outcome<Section> {
    let mut section = Section::new(
        "Release",
        "a node in this process, asked as a served one is; a home that holds the released objects and no others, of which seven in ten are \
         indicators with texts; one partner. Processor time of the whole process, for each object. limit: each original parsed once, one \
         SHA-256 and one seal of the bytes that left.",
    );
    let mut totals = Vec::new();
    for objects in OBJECTS {
        let runs = (0..setting.runs.min(3)).map(|_| released(setting, objects)).collect::<Outcome<Vec<_>>>()?;
        let figure = |of: &dyn Fn(&Released) -> f64| Figure::of(&runs.iter().map(of).collect::<Vec<_>>());
        for (number, what) in STEPS.iter().enumerate() {
            let of = |run: &Released| run.steps.get(number).copied().unwrap_or_default();
            section.rows.push(Row::new(format!("{objects} objects: {what}"), "cpu-ms/object", figure(&of)));
        }
        let total = figure(&|run| run.steps.iter().sum());
        let median = total.as_ref().map_or(0.0, |total| total.median);
        totals.push(median);
        section.rows.push(
            Row::new(format!("{objects} objects: all of it"), "cpu-ms/object", total)
                .limit(figure(&|run| run.limit))
                .goal(format!("≤ {GOAL_MS} ms"), median <= GOAL_MS),
        );
    }
    Ok(section)
}

fn released(setting: &Setting, objects: usize) -> Outcome<Released> {
    let folder = setting.private_folder("release")?;
    let (own, partner) = (Org::new(&folder.join("vsis"), "vsis")?, Org::new(&folder.join("kps"), "kps")?);
    own.link(&text(&partner.ask(&Request::LinkCard { endpoints: Vec::new() })?, "card")?)?;
    let path = folder.join("stock.json");
    stock::write(File::create(&path)?, Size::Objects(objects), 11)?;
    let bundle: Value = serde_json::from_slice(&std::fs::read(&path)?)?;
    let list = bundle.get("objects").and_then(Value::as_array).ok_or("no objects")?;
    let originals: Vec<Vec<u8>> = list.iter().map(serde_json::to_vec).collect::<Result<_, _>>()?;
    own.ask(&Request::Import { path, origin: "bench".into(), label: Some("TLP:AMBER".parse()?) })?;

    let mut spent = own_cpu();
    let mut step = || {
        let before = std::mem::replace(&mut spent, own_cpu());
        (spent - before) * 1e3 / objects as f64
    };
    let drafted = own.ask_as(
        AUTHOR,
        &Request::ReleaseDraft(ReleaseDraftRequest {
            selection: Selection { objects: Vec::new(), origins: vec!["bench".into()] },
            to: vec!["kps".parse()?],
            ..ReleaseDraftRequest::default()
        }),
    )?;
    let release = text(&drafted, "release")?;
    let proof = own.sign(AUTHOR, Purpose::Approval, &drafted, "author_statement")?.into();
    let officer = AUTHOR.parse()?;
    own.ask(&Request::ReleaseSign { release: release.clone(), officer, role: Role::Analyst, proof })?;
    let draft = step();
    // A short draft was checked when it was made.
    let mut checked = drafted.get("check").cloned().unwrap_or_default();
    if checked.get("not_checked").is_some() {
        checked = own.ask_as(AUTHOR, &Request::ReleaseCheck { release: release.clone() })?;
    }
    if checked.get("clean").and_then(Value::as_bool) != Some(true) {
        return Err(format!("the draft is not clean: {checked}").into());
    }
    let check = step();
    let (officer, overrides) = (RELEASES.parse()?, BTreeMap::new());
    let prepared =
        own.ask_as(RELEASES, &Request::ReleaseApprovePrepare { release: release.clone(), officer, overrides })?;
    let prepare = step();
    let (officer, overrides) = (RELEASES.parse()?, BTreeMap::new());
    let proof = own.sign(RELEASES, Purpose::Approval, &prepared, "statement")?.into();
    own.ask(&Request::ReleaseApprove { release: release.clone(), officer, overrides, proof })?;
    let approve = step();
    own.ask(&Request::ReleaseSend { release: release.clone() })?;
    let send = step();

    let shown = own.ask(&Request::ReleaseShow { release })?;
    let parts = shown.get("parts").and_then(Value::as_array).ok_or("no parts")?;
    let parts: Vec<String> = parts.iter().map(|part| text(part, "bytes")).collect::<Outcome<_>>()?;
    step();
    for original in &originals {
        black_box(serde_json::from_slice::<Value>(original)?);
    }
    let (sealing, mut entropy) = (SealingKey::from_seed(&[2; 32]).public(), Entropy::seeded([3; 32]));
    for (number, part) in (0..).zip(&parts) {
        let digest = sha256(&[part.as_bytes()]);
        black_box(sealing.seal(&mut entropy.stream("bench", "release", number), digest.as_bytes(), part.as_bytes())?);
    }
    let limit = step();
    drop((own, partner));
    std::fs::remove_dir_all(&folder)?;
    Ok(Released { steps: [draft, check, prepare, approve, send], limit })
}
