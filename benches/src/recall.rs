//! Bulk recall: what it takes to recall 2,000 items after 16,000 others were released, and who waits meanwhile.

use crate::figure::Figure;
use crate::link::{Side, field, linked};
use crate::node::{PATIENCE, Program, text};
use crate::report::{Row, Section};
use crate::stock::{self, Size};
use crate::{Outcome, Setting};
use serde_json::Value;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Items of one release.
const ITEMS: usize = 2_000;
/// Releases that are not recalled.
const OTHERS: usize = 8;
/// How long the slowest other call may take meanwhile, in milliseconds.
const OTHER_MS_MAX: f64 = 250.0;

/// What one run took, in seconds, and the slowest other calls in milliseconds.
struct Recalled {
    release: f64,
    recall: f64,
    confirmed: f64,
    sender_other: f64,
    recipient_other: f64,
    alone: f64,
}

/// Measures releases and recalls of the same items.
///
/// # Errors
/// Where the program is absent or fails, or the partner does not confirm.
pub fn measure(setting: &Setting) -> Outcome<Section> {
    let program = Program::find()?;
    let mut runs = Vec::new();
    for _ in 0..setting.runs.min(3) {
        runs.push(recalled(setting, &program)?);
    }
    let figure = |of: fn(&Recalled) -> f64| Figure::of(&runs.iter().map(of).collect::<Vec<_>>());
    let mut section = Section::new(
        "Recall",
        format!(
            "two served nodes on loopback; {} items are released in {OTHERS} releases, then {ITEMS} in one, which is recalled. release: draft, \
             approve and send; recall: draft, approve and send, until the last verb returned. limit: that release. Other calls: `comity release \
             list` and `comity search`, one after the other, each a process of its own, as long as the recall lasts; alone: the slowest of 20 \
             with nothing else running.",
            OTHERS * ITEMS
        ),
    );
    let met = runs.iter().all(|run| run.recall <= run.release);
    let (recall, release) = (figure(|run| run.recall), figure(|run| run.release));
    section.rows.push(
        Row::new(format!("recall of {ITEMS} items"), "s", recall)
            .limit(release)
            .goal("no longer than their release", met),
    );
    section.rows.push(Row::new("until the partner confirmed", "s", figure(|run| run.confirmed)));
    for (what, of) in [
        ("slowest other call at the sender", (|run| run.sender_other) as fn(&Recalled) -> f64),
        ("slowest other call at the recipient", |run| run.recipient_other),
    ] {
        let met = runs.iter().all(|run| of(run) < OTHER_MS_MAX);
        section.rows.push(Row::new(what, "ms", figure(of)).limit(figure(|run| run.alone)).goal("below 250 ms", met));
    }
    Ok(section)
}

fn recalled(setting: &Setting, program: &Program) -> Outcome<Recalled> {
    let folder = setting.private_folder("recall")?;
    let (sender, recipient) = linked(program, &folder)?;
    let home = text(&sender.home)?;
    for n in 0..=OTHERS {
        let bundle = folder.join(format!("batch-{n}.json"));
        stock::write(File::create(&bundle)?, Size::Objects(ITEMS), 100 + n as u64)?;
        std::fs::write(ids_file(&folder, n), ids(&bundle)?)?;
        program.run(&["import", "--home", home, "--origin", "bench", "--label", "TLP:GREEN", text(&bundle)?])?;
    }
    // Something of its own, so that the recipient looks for what rests on each item.
    let (own, alice) = (text(&recipient.home)?, recipient.key("alice"));
    let words = ["--title", "BR-1", "--text", "A fictional vessel leaves.", "--grading", "B2", "--label", "TLP:GREEN"];
    program.run(&[&["write", "report", "--home", own, "--key", text(&alice)?], &words[..]].concat())?;
    let served = program.serve(&sender.home, &[])?;
    let partner = program.serve(&recipient.home, &[])?;
    for n in 0..OTHERS {
        release(program, &sender, recipient.code, n)?;
    }
    let begun = Instant::now();
    let last = release(program, &sender, recipient.code, OTHERS)?;
    let release = begun.elapsed().as_secs_f64();
    arrived(program, &recipient)?;
    let alone =
        (0..20).map(|_| other(program, &sender.home)).collect::<Outcome<Vec<_>>>()?.into_iter().fold(0.0, f64::max);
    let over = AtomicBool::new(false);
    let (recall, confirmed, sender_other, recipient_other) = std::thread::scope(|scope| {
        let watch = |home: &'_ Path| {
            let (home, over) = (home.to_owned(), &over);
            scope.spawn(move || slowest(program, &home, over))
        };
        let (at_sender, at_recipient) = (watch(&sender.home), watch(&recipient.home));
        let done = recall(program, &sender, &last);
        over.store(true, Ordering::Relaxed);
        let slow =
            |joined: std::thread::Result<Outcome<f64>>| joined.unwrap_or_else(|_| Err("a watch panicked".into()));
        let (at_sender, at_recipient) = (slow(at_sender.join()), slow(at_recipient.join()));
        let (recall, confirmed) = done?;
        Outcome::Ok((recall, confirmed, at_sender?, at_recipient?))
    })?;
    drop((partner, served));
    std::fs::remove_dir_all(&folder)?;
    Ok(Recalled { release, recall, confirmed, sender_other, recipient_other, alone })
}

fn ids_file(folder: &Path, n: usize) -> PathBuf {
    folder.join(format!("batch-{n}.ids"))
}

/// The identifiers of a bundle with one object a line, one a line.
fn ids(bundle: &Path) -> Outcome<String> {
    let objects: Value = serde_json::from_slice(&std::fs::read(bundle)?)?;
    let objects = objects.get("objects").and_then(Value::as_array).ok_or("no objects")?;
    let ids = objects.iter().filter_map(|object| object.get("id").and_then(Value::as_str));
    Ok(ids.collect::<Vec<_>>().join("\n"))
}

/// Drafts, approves and sends one batch.
fn release(program: &Program, side: &Side, to: &str, n: usize) -> Outcome<String> {
    let home = text(&side.home)?;
    let (alice, bob) = (side.key("alice"), side.key("robert"));
    let ids = ids_file(side.home.parent().ok_or("a home without a folder")?, n);
    let words = ["release", "draft", "--home", home, "--key", text(&alice)?, "--objects-from", text(&ids)?, "--to", to];
    let draft = field(&program.ask(&words)?, "release")?;
    program.run(&["release", "approve", "--home", home, "--key", text(&bob)?, &draft])?;
    program.run(&["release", "send", "--home", home, &draft])?;
    Ok(draft)
}

/// Waits until the partner holds everything that was released.
fn arrived(program: &Program, recipient: &Side) -> Outcome<()> {
    let until = Instant::now() + PATIENCE;
    while Instant::now() < until {
        let shown = program.ask(&["link", "show", "--home", text(&recipient.home)?, "vsis"])?;
        let number = |name: &str| shown.get("in").and_then(|log| log.get(name)).and_then(Value::as_u64);
        if number("size").is_some_and(|size| size > OTHERS as u64) {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Err("what was released did not arrive".into())
}

/// Recalls a release; returns how long that took, and until the partner confirmed.
fn recall(program: &Program, side: &Side, release: &str) -> Outcome<(f64, f64)> {
    let home = text(&side.home)?;
    let (alice, bob) = (side.key("alice"), side.key("robert"));
    let begun = Instant::now();
    let drafted = program.ask(&["recall", "draft", "--home", home, "--key", text(&alice)?, "--release", release])?;
    let recall = field(&drafted, "recall")?;
    program.run(&["recall", "approve", "--home", home, "--key", text(&bob)?, &recall])?;
    program.run(&["recall", "send", "--home", home, &recall])?;
    let took = begun.elapsed().as_secs_f64();
    while begun.elapsed() < PATIENCE {
        let board = program.ask(&["recall", "board", "--home", home])?;
        let state = board.pointer("/recalls/0/recipients/0/state").and_then(Value::as_str);
        if state == Some("confirmed") {
            return Ok((took, begun.elapsed().as_secs_f64()));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Err("the partner did not confirm the recall".into())
}

/// Calls one verb after the other until it is over; returns the slowest, in milliseconds.
fn slowest(program: &Program, home: &Path, over: &AtomicBool) -> Outcome<f64> {
    let mut slowest: f64 = 0.0;
    while !over.load(Ordering::Relaxed) {
        slowest = slowest.max(other(program, home)?);
    }
    Ok(slowest)
}

/// Calls a verb that needs the node, and one that reads the holdings; returns the slower, in milliseconds.
fn other(program: &Program, home: &Path) -> Outcome<f64> {
    let home = text(home)?;
    let timed = |words: &[&str]| {
        let begun = Instant::now();
        program.ask(words).map(|_| begun.elapsed().as_secs_f64() * 1e3)
    };
    Ok(timed(&["release", "list", "--home", home])?.max(timed(&["search", "--home", home, "vessel"])?))
}
