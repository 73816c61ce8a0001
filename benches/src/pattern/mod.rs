//! Patterns: compiling a million, looking values up, from bytes to verdict, text patterns, bad input, and the peer.

mod hostile;
mod matcher;
mod stock;

use crate::figure::Figure;
use crate::process::{kib, own_cpu};
use crate::report::{Row, Section};
use crate::{Outcome, Setting};
use comity_pattern::engine::{Engine, Options, Stream, StreamBounds, Validity};
use comity_pattern::{Observed, Outcome as Verdict, Pattern};
use comity_stix::json::Limits;
use comity_stix::json::tree::Node;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

const INDICATORS: u64 = 1_000_000;
/// Observations of one run; each has an address, a name and a file with one hash and a name.
const OBSERVATIONS: u64 = 200_000;
/// Observations that are decoded together where decoding is outside of the clock.
const BLOCK: usize = 1_000;
const TEXTUAL: u64 = 10_000;

/// Measures everything.
///
/// # Errors
/// Where the generated data are not accepted, which would be a fault of ours.
pub fn measure(setting: &Setting) -> Outcome<Section> {
    let mut section = Section::new(
        "Patterns",
        format!(
            "{INDICATORS} generated indicators of one value each (40 % IPv4, 30 % domain names, 20 % hashes, 10 % URLs; one in \
             fifty joins two); observed-data with an address, a name and a file; one in a thousand hits. One thread; processor \
             seconds. limit: a hash look-up of the same values among the indicators' values, with a fast hash."
        ),
    );
    let lines: Vec<String> = (0..OBSERVATIONS).map(|number| stock::observation(number, INDICATORS)).collect();
    let engine = compile(&mut section)?;
    let folding = folding()?;
    for asked in [Asked { engine: &engine, folds: false }, Asked { engine: &folding, folds: true }] {
        look_ups(&asked, &lines, setting.runs, &mut section)?;
        from_bytes(&asked, &lines, setting.runs, &mut section)?;
    }
    drop(folding);
    changes(engine, &mut section)?;
    textual(&lines, setting.runs, &mut section)?;
    bad_input(&mut section);
    match beside_the_peer(setting) {
        Ok(rows) => section.rows.extend(rows),
        Err(error) => section.absent.push(error.to_string()),
    }
    Ok(section)
}

fn options() -> Options {
    Options { hash_key: 0x5eed, ..Options::default() }
}

/// An engine that is asked, and whether spellings count for it.
struct Asked<'e> {
    engine: &'e Engine,
    folds: bool,
}

impl Asked<'_> {
    /// Names a row, and says which part of the limit's rate is to be reached.
    fn row(&self, what: &str, part: f64) -> (String, Option<f64>) {
        if self.folds { (format!("{what}, however they are written"), Some(part)) } else { (what.to_owned(), None) }
    }
}

/// The same indicators in an engine to which spellings do not count, as detection has it.
fn folding() -> Outcome<Engine> {
    let mut engine = Engine::new(Options { fold: true, ..options() });
    for number in 0..INDICATORS {
        put(&mut engine, &stock::indicator(number))?;
    }
    Ok(engine)
}

fn reaches(ours: &Option<Figure>, limit: &Option<Figure>, part: f64) -> bool {
    matches!((ours, limit), (Some(ours), Some(limit)) if ours.median >= limit.median * part)
}

fn put(engine: &mut Engine, text: &str) -> Outcome<comity_pattern::engine::PatternId> {
    let pattern = Pattern::parse(text).map_err(|error| format!("{text}: {error}"))?;
    Ok(engine.add(&pattern, Validity::default())?)
}

fn compile(section: &mut Section) -> Outcome<Engine> {
    let texts: Vec<String> = (0..INDICATORS).map(stock::indicator).collect();
    let resident = || kib(std::process::id(), "status", "VmRSS").unwrap_or_default() as f64 / 1024.0;
    let (before, begun) = (resident(), own_cpu());
    let mut engine = Engine::new(options());
    for text in &texts {
        put(&mut engine, text)?;
    }
    let (seconds, grown) = (own_cpu() - begun, resident() - before);
    let peak = kib(std::process::id(), "status", "VmHWM").unwrap_or_default() as f64 / 1024.0;
    section.rows.push(
        Row::new("compile 1,000,000 indicators, from text", "s", Figure::of(&[seconds])).goal("< 10 s", seconds < 10.0),
    );
    section.rows.push(
        Row::new("memory of the engine with them", "MiB", Figure::of(&[grown]))
            .goal("< 1,536 MiB", grown < 1_536.0)
            .note(format!("the most this process ever held, with all texts and observations: {peak:.0} MiB")),
    );
    Ok(engine)
}

fn parsed(lines: &[String]) -> Outcome<Vec<Node<'_>>> {
    let limits = Limits::default();
    lines.iter().map(|line| Node::parse(line.as_bytes(), &limits).map_err(|error| error.to_string().into())).collect()
}

/// A fast hash for the limit: multiply and fold, as the engine's.
#[derive(Default)]
struct Fold(u64);

impl Hasher for Fold {
    fn write(&mut self, bytes: &[u8]) {
        let (chunks, rest) = bytes.as_chunks::<8>();
        let mut tail = [0_u8; 8];
        tail.iter_mut().zip(rest).for_each(|(slot, byte)| *slot = *byte);
        for chunk in chunks.iter().chain([&tail]) {
            let product = u128::from(self.0 ^ u64::from_le_bytes(*chunk)) * 0x9e37_79b9_7f4a_7c15_d1b5_4a32_u128;
            self.0 = product as u64 ^ (product >> 64) as u64;
        }
    }
    fn finish(&self) -> u64 {
        self.0
    }
}

/// Looks up what was just decoded, as a stream does; decoding is outside of the clock. Plain look-ups take turns with ours.
fn look_ups(asked: &Asked<'_>, lines: &[String], runs: usize, section: &mut Section) -> Outcome<()> {
    let mut plain: HashMap<String, u64, BuildHasherDefault<Fold>> = HashMap::default();
    for number in 0..INDICATORS {
        let text = stock::indicator(number);
        if let Some((_, value)) = text.split_once("= '") {
            plain.insert(value.split('\'').next().unwrap_or_default().to_owned(), number);
        }
    }
    let (mut rates, mut limits, mut detections, mut hits) = (Vec::new(), Vec::new(), 0, 0);
    for _ in 0..runs {
        let mut stream = Stream::new(StreamBounds::default());
        let (mut ours, mut theirs, mut count) = (0.0, 0.0, 0);
        (detections, hits) = (0, 0);
        for block in lines.chunks(BLOCK) {
            let nodes = parsed(block)?;
            let observed = Observed::of_documents(&nodes).map_err(|error| error.to_string())?;
            let objects = observed.iter().flat_map(|observation| &observation.objects).map(|object| object.node);
            let value = |node: &'_ Node<'_>| -> Option<String> {
                let found = node.property("value").or_else(|| node.property("hashes")?.property("MD5"));
                found.and_then(Node::text).map(str::to_owned)
            };
            let values: Vec<String> = objects.filter_map(value).collect();
            count += values.len();
            let begun = own_cpu();
            for (number, observation) in observed.iter().enumerate() {
                detections += stream.feed(asked.engine, observation, number as u64).len();
            }
            let between = own_cpu();
            hits += values.iter().filter(|value| plain.contains_key(value.as_str())).count();
            ours += between - begun;
            theirs += own_cpu() - between;
        }
        rates.push(count as f64 / ours);
        limits.push(count as f64 / theirs);
    }
    let (ours, limit) = (Figure::of(&rates), Figure::of(&limits));
    let (what, part) = asked.row("values of decoded observed-data against 1,000,000 indicators", 0.9);
    let (goal, met) = match part {
        Some(part) => ("≥ 0.9 of the limit", reaches(&ours, &limit, part)),
        None => {
            let ten_millions = ours.as_ref().is_some_and(|figure| figure.median >= 10_000_000.0);
            ("≥ 10,000,000 and a third of the limit", ten_millions && reaches(&ours, &limit, 1.0 / 3.0))
        }
    };
    section.rows.push(
        Row::new(what, "values/s", ours)
            .limit(limit)
            .goal(goal, met)
            .note(format!("{detections} detections; the plain table has {hits} hits")),
    );
    Ok(())
}

fn from_bytes(asked: &Asked<'_>, lines: &[String], runs: usize, section: &mut Section) -> Outcome<()> {
    let limits = Limits::default();
    let (mut rates, mut decoding) = (Vec::new(), Vec::new());
    for _ in 0..runs {
        let mut stream = Stream::new(StreamBounds::default());
        let begun = own_cpu();
        for (number, line) in lines.iter().enumerate() {
            let node = [Node::parse(line.as_bytes(), &limits).map_err(|error| error.to_string())?];
            for observation in Observed::of_documents(&node).map_err(|error| error.to_string())? {
                std::hint::black_box(stream.feed(asked.engine, &observation, number as u64));
            }
        }
        rates.push(lines.len() as f64 / (own_cpu() - begun));
        let begun = own_cpu();
        for line in lines {
            std::hint::black_box(Node::parse(line.as_bytes(), &limits).map_err(|error| error.to_string())?);
        }
        decoding.push(lines.len() as f64 / (own_cpu() - begun));
    }
    let (ours, limit) = (Figure::of(&rates), Figure::of(&decoding));
    let (what, part) = asked.row("JSON lines of observed-data, from bytes to verdict", 0.7);
    let (goal, met) = match part {
        Some(part) => ("≥ 0.7 of the limit", reaches(&ours, &limit, part)),
        None => ("≥ 500,000", ours.as_ref().is_some_and(|figure| figure.median >= 500_000.0)),
    };
    section.rows.push(Row::new(what, "lines/s", ours).limit(limit).goal(goal, met).note(format!(
        "{} bytes a line; limit: strict decoding into a tree alone",
        lines.first().map_or(0, String::len)
    )));
    Ok(())
}

fn changes(mut engine: Engine, section: &mut Section) -> Outcome<()> {
    let texts: Vec<String> = (INDICATORS * 2..INDICATORS * 2 + 10_000).map(stock::indicator).collect();
    let begun = own_cpu();
    let ids: Vec<_> = texts.iter().map(|text| put(&mut engine, text)).collect::<Outcome<_>>()?;
    let added = (own_cpu() - begun) / ids.len() as f64;
    let begun = own_cpu();
    let removed = ids.iter().filter(|id| engine.remove(**id)).count();
    let removing = (own_cpu() - begun) / removed as f64;
    for (what, seconds) in [("add one indicator to 1,000,000", added), ("remove one", removing)] {
        section.rows.push(Row::new(what, "µs", Figure::of(&[seconds * 1e6])).goal("< 1,000 µs", seconds < 1e-3));
    }
    Ok(())
}

/// Matches many patterns and one of them. Returns seconds of one, of many, and of the longest step of maintenance.
fn beside_one(pattern: fn(u64) -> String, observed: &[Observed<'_>], runs: usize) -> Outcome<(f64, f64, f64)> {
    let (mut each, mut longest) = (Vec::new(), 0.0_f64);
    for count in [1, TEXTUAL] {
        let mut engine = Engine::new(options());
        for number in 0..count {
            put(&mut engine, &pattern(number))?;
        }
        loop {
            let begun = own_cpu();
            let more = engine.maintain();
            longest = longest.max(own_cpu() - begun);
            if !more {
                break;
            }
        }
        let mut seconds = Vec::new();
        for _ in 0..runs {
            let begun = own_cpu();
            std::hint::black_box(engine.match_all(observed));
            seconds.push(own_cpu() - begun);
        }
        each.push(Figure::of(&seconds).map_or(0.0, |figure| figure.median));
    }
    let [one, many] = each.as_slice() else { return Err("no figures".into()) };
    Ok((*one, *many, longest))
}

fn textual(lines: &[String], runs: usize, section: &mut Section) -> Outcome<()> {
    let nodes = parsed(lines)?;
    let observed = Observed::of_documents(&nodes).map_err(|error| error.to_string())?;
    let (one, many, _) = beside_one(stock::textual, &observed, runs)?;
    section.rows.push(
        Row::new("10,000 LIKE and MATCHES patterns beside one", "× the time", Figure::of(&[many / one]))
            .goal("< 10", many / one < 10.0)
            .note(format!("{many:.3} s and {one:.3} s for {} observed-data", observed.len())),
    );
    let few = observed.get(..2_000).unwrap_or_default();
    let (one, many, longest) = beside_one(stock::textless, few, runs)?;
    section.rows.push(
        Row::new("the same where no text is required of a match", "× the time", Figure::of(&[many / one])).note(
            format!(
                "{many:.3} s and {one:.3} s for {} observed-data; longest step of maintenance {:.1} ms",
                few.len(),
                longest * 1e3
            ),
        ),
    );
    Ok(())
}

fn bad_input(section: &mut Section) {
    let cases = hostile::run();
    let slowest = cases.iter().max_by(|one, other| one.seconds.total_cmp(&other.seconds));
    let most = slowest.map_or(0.0, |case| case.seconds * 1e3);
    let said: Vec<String> =
        cases.iter().map(|case| format!("{}: {} ({:.1} ms)", case.name, case.answer, case.seconds * 1e3)).collect();
    section.rows.push(
        Row::new("bad input 98–113, the slowest case", "ms", Figure::of(&[most]))
            .goal("< 50 ms", most < 50.0)
            .note(said.join("; ")),
    );
}

fn beside_the_peer(setting: &Setting) -> Outcome<Vec<Row>> {
    const COUNT: u64 = 1_000;
    let patterns: Vec<String> = (0..COUNT).map(stock::compound).collect();
    let lines: Vec<String> = (0..COUNT).map(|number| stock::observation(number, COUNT)).collect();
    let (patterns_file, lines_file) = (setting.folder.join("patterns.txt"), setting.folder.join("observed.jsonl"));
    std::fs::write(&patterns_file, patterns.join("\n"))?;
    std::fs::write(&lines_file, lines.join("\n"))?;
    let took = matcher::run(&setting.peer_folder, &patterns_file, &lines_file)?;
    let (mut compiling, mut matching, mut matched) = (Vec::new(), Vec::new(), 0);
    for _ in 0..setting.runs {
        let begun = own_cpu();
        let mut engine = Engine::new(options());
        for text in &patterns {
            put(&mut engine, text)?;
        }
        compiling.push(COUNT as f64 / (own_cpu() - begun));
        let nodes = parsed(&lines)?;
        let observed = Observed::of_documents(&nodes).map_err(|error| error.to_string())?;
        let begun = own_cpu();
        let outcomes = engine.match_all(&observed);
        matching.push((COUNT * COUNT) as f64 / (own_cpu() - begun));
        matched = outcomes.listed().filter(|(_, outcome)| matches!(outcome, Verdict::Match(_))).count();
    }
    let ratio = Figure::of(&matching).map_or(0.0, |figure| figure.median) / ((COUNT * COUNT) as f64 / took.matching);
    Ok(vec![
        Row::new("compile compound patterns, beside stix2-matcher", "patterns/s", Figure::of(&compiling))
            .peer(Figure::of(&[COUNT as f64 / took.compile])),
        Row::new(
            "1,000 compound patterns × 1,000 observed-data, beside stix2-matcher",
            "pairs/s",
            Figure::of(&matching),
        )
        .peer(Figure::of(&[(COUNT * COUNT) as f64 / took.matching]))
        .goal("≥ 1,000 × the peer", ratio >= 1_000.0)
        .note(format!("{matched} patterns match, {} for the peer", took.matched)),
    ])
}
