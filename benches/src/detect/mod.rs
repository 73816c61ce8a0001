//! Detection through the node: from a file of lines to durable sightings, against a million indicators.

mod stock;

use crate::figure::Figure;
use crate::process::{kib, own_cpu};
use crate::report::{Row, Section};
use crate::{Outcome, Setting, make_private};
use comity_crypto::{Entropy, Zeroizing};
use comity_detect::{LineReader, Mapping};
use comity_node::{Call, Home, NewHome, Node, Request, create_home};
use comity_pattern::Pattern;
use comity_pattern::engine::{Engine, Options, Stream, StreamBounds, Validity};
use comity_vocab::Timestamp;
use serde_json::Value;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime, UNIX_EPOCH};
use stock::Kind;

const INDICATORS: u64 = 1_000_000;
const LINES: u64 = 200_000;
/// Bytes of one call, as the command line brings them.
const BATCH_BYTES: usize = 2 << 20;
/// Nothing is protected by it: everything is generated.
const PASSPHRASE: &str = "a-benchmark-home";

fn now() -> Timestamp {
    Timestamp::from_unix(1_775_000_000, 0)
}

/// Another one each time: a kept home has sightings whose identifiers were drawn before.
fn seed() -> [u8; 32] {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    let mut seed = [9; 32];
    seed.iter_mut().zip(since.to_be_bytes()).for_each(|(byte, given)| *byte = given);
    seed
}

/// Measures everything.
///
/// # Errors
/// From the disk, the store or the node.
pub fn measure(setting: &Setting) -> Outcome<Section> {
    let mut section = Section::new(
        "Detection",
        format!(
            "{INDICATORS} generated indicators of one value each in the holdings; {LINES} lines of each kind from a file, one in a \
             thousand holds an indicator's value; through the node in calls of 2 MiB, with its sightings on the disk. One \
             thread, processor seconds and wall clock. limit: reading the same file line by line and checking UTF-8."
        ),
    );
    let home = made(setting)?;
    let passphrase = Box::new(|| Ok(Zeroizing::new(PASSPHRASE.to_owned())));
    let mut node = Node::open(home, Entropy::seeded(seed()), now(), passphrase)?;
    load(&mut node, &mut section)?;
    refresh(setting, &mut node, &mut section)?;
    let mut files = Vec::new();
    for kind in Kind::ALL {
        files.push((kind, lines(setting, &mut node, kind, &mut section)?));
    }
    drop(node);
    engine_only(&files, &mut section)?;
    Ok(section)
}

/// A home with the indicators, made once and kept.
fn made(setting: &Setting) -> Outcome<Home> {
    let folder = setting.keep.join(format!("detect-{INDICATORS}"));
    let (home, complete) = (folder.join("home"), folder.join("complete"));
    if !complete.exists() {
        eprintln!("making a home with {INDICATORS} indicators in {}", folder.display());
        std::fs::create_dir_all(&setting.keep)?;
        make_private(&folder)?;
        let bundle = folder.join("indicators.json");
        stock::bundle(&bundle, 0, INDICATORS)?;
        let new = NewHome {
            name: "A benchmark".into(),
            code: "bench".parse()?,
            country: "XVM".parse()?,
            kind: "police_unit".into(),
            desk: None,
            gate: None,
            endpoints: Vec::new(),
        };
        create_home(&home, new, PASSPHRASE, &mut Entropy::seeded([7; 32]), now())?;
        crate::home::import(&home, &bundle)?;
        std::fs::remove_file(bundle)?;
        std::fs::write(&complete, b"")?;
    }
    Ok(Home::open(&home)?)
}

fn ask(node: &mut Node, request: &Request) -> Outcome<Value> {
    Ok(node.handle(now(), &Call::of(request)?)?)
}

fn count(answer: &Value, field: &str) -> u64 {
    answer.get(field).and_then(Value::as_u64).unwrap_or_default()
}

fn observe(node: &mut Node, kind: Kind, source: &str, first_line: u64, text: String) -> Outcome<Value> {
    let request = Request::Observe {
        mapping: kind.mapping().to_owned(),
        declaration: None,
        source: source.to_owned(),
        first_line,
        text,
        document: false,
    };
    ask(node, &request)
}

/// The first question makes the detector.
fn load(node: &mut Node, section: &mut Section) -> Outcome<()> {
    let resident = || kib(std::process::id(), "status", "VmRSS").unwrap_or_default() as f64 / 1024.0;
    let (before, begun, cpu) = (resident(), Instant::now(), own_cpu());
    let status = ask(node, &Request::DetectionStatus)?;
    let (seconds, cpu, grown) = (begun.elapsed().as_secs_f64(), own_cpu() - cpu, resident() - before);
    let compiled = count(&status, "compiled");
    if compiled < INDICATORS {
        return Err(format!("only {compiled} indicators are looked for").into());
    }
    section.rows.push(
        Row::new("the detector reads every indicator from the holdings", "s", Figure::of(&[seconds]))
            .note(format!("{cpu:.1} cpu-s; {compiled} indicators")),
    );
    section.rows.push(Row::new("memory of the process for it", "MiB", Figure::of(&[grown])).note(format!(
        "the most this process ever held: {:.0} MiB",
        kib(std::process::id(), "status", "VmHWM").unwrap_or_default() as f64 / 1024.0
    )));
    Ok(())
}

/// One more indicator, and the next line.
fn refresh(setting: &Setting, node: &mut Node, section: &mut Section) -> Outcome<()> {
    let one = |run: u64| format!("domain,nothing-{run}.example,2026-03-16T00:00:00Z\n");
    let (mut idle, mut after) = (Vec::new(), Vec::new());
    let known = count(&ask(node, &Request::DetectionStatus)?, "indicators");
    for run in 0..setting.runs as u64 {
        let begun = Instant::now();
        observe(node, Kind::Simple, "idle", 1, one(run))?;
        idle.push(begun.elapsed().as_secs_f64() * 1e3);
        // Numbers that no run before this one, and no line, has used.
        let number = INDICATORS * 2 + known + run;
        let bundle = setting.folder.join("one.json");
        stock::bundle(&bundle, number, number + 1)?;
        ask(node, &Request::Import { path: bundle, origin: "late".into(), label: None })?;
        let begun = Instant::now();
        observe(node, Kind::Simple, "late", 1, one(run))?;
        after.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    let now_known = count(&ask(node, &Request::DetectionStatus)?, "indicators");
    section.rows.push(
        Row::new("one line after one more indicator was imported", "ms", Figure::of(&after))
            .limit(Figure::of(&idle))
            .note(format!("limit: one line after nothing changed; {} indicators were taken in", now_known - known)),
    );
    Ok(())
}

/// Lines from a file through the node, beside plain reading of the same file. Returns the last file.
fn lines(setting: &Setting, node: &mut Node, kind: Kind, section: &mut Section) -> Outcome<PathBuf> {
    let path = setting.folder.join(format!("{}.log", kind.mapping()));
    let (mut wall, mut cpu, mut limit, mut new, mut counted) = (Vec::new(), Vec::new(), Vec::new(), 0, 0);
    for run in 0..setting.runs as u64 {
        // A kept home has seen the runs before this one.
        let salt = count(&ask(node, &Request::DetectionStatus)?, "observations") + run + u64::from(std::process::id());
        kind.write(&path, LINES, INDICATORS, salt)?;
        limit.push(LINES as f64 / plain(&path)?);
        let (begun, spent) = (Instant::now(), own_cpu());
        let mut input = BufReader::with_capacity(1 << 20, File::open(&path)?);
        let (mut text, mut first, mut seen) = (String::new(), 1, 0);
        loop {
            let ended = input.read_line(&mut text)? == 0;
            if ended || text.len() >= BATCH_BYTES {
                let lines = text.bytes().filter(|byte| *byte == b'\n').count() as u64;
                let answer = observe(node, kind, "bench", first, std::mem::take(&mut text))?;
                seen += count(&answer, "observations");
                new += count(&answer, "new");
                counted += count(&answer, "counted");
                first += lines;
            }
            if ended {
                break;
            }
        }
        if seen != LINES {
            return Err(format!("{seen} observations of {LINES} lines").into());
        }
        wall.push(LINES as f64 / begun.elapsed().as_secs_f64());
        cpu.push(LINES as f64 / (own_cpu() - spent));
    }
    let bytes = std::fs::metadata(&path)?.len() / LINES;
    let said = format!("{bytes} bytes a line; {new} new sightings, {counted} matches counted in all runs");
    section.rows.push(
        Row::new(format!("{} lines, file to durable sightings", kind.mapping()), "lines/s", Figure::of(&wall))
            .limit(Figure::of(&limit))
            .note(said),
    );
    section.rows.push(Row::new(format!("{} lines, the same", kind.mapping()), "lines/cpu-s", Figure::of(&cpu)));
    Ok(path)
}

fn plain(path: &Path) -> Outcome<f64> {
    let begun = Instant::now();
    let mut input = BufReader::with_capacity(1 << 20, File::open(path)?);
    let mut line = String::new();
    while input.read_line(&mut line)? > 0 {
        std::hint::black_box(&line);
        line.clear();
    }
    Ok(begun.elapsed().as_secs_f64())
}

/// The same lines through mapping and engine alone: no holdings, no sightings.
fn engine_only(files: &[(Kind, PathBuf)], section: &mut Section) -> Outcome<()> {
    let mut engine = Engine::new(Options { hash_key: 0x5eed, ..Options::default() });
    for number in 0..INDICATORS {
        let text = stock::pattern(number);
        engine.add(&Pattern::parse(&text).map_err(|error| format!("{text}: {error}"))?, Validity::default())?;
    }
    while engine.maintain() {}
    for (kind, path) in files {
        let mapping = Mapping::built_in(kind.mapping()).ok_or("no such mapping")?;
        let now = Timestamp::from_unix(std::time::UNIX_EPOCH.elapsed()?.as_secs().try_into()?, 0);
        let mut reader = LineReader::new(mapping, now);
        let mut stream = Stream::new(StreamBounds::default());
        let (mut number, mut matches) = (0, 0);
        let text = std::fs::read(path)?;
        let begun = own_cpu();
        for line in text.split(|byte| *byte == b'\n') {
            let read = reader.line(line, &mut |observed| {
                number += 1;
                matches += stream.feed(&engine, observed, number).len();
            });
            read.whole().map_err(|error| error.to_string())?;
        }
        let rate = number as f64 / (own_cpu() - begun);
        section.rows.push(
            Row::new(format!("{} lines, mapping and engine alone", kind.mapping()), "lines/cpu-s", Figure::of(&[rate]))
                .note(format!("{matches} matches")),
        );
    }
    Ok(())
}
