//! Correlation: what the index of values costs on top of ingest, and how long questions take over a million objects of two originators.
//!
//! Limit: the same keys sorted in memory, without a database. Does not know: what is fast enough.

use crate::figure::Figure;
use crate::process::own_cpu;
use crate::report::{Row, Section};
use crate::stock::{self, Size};
use crate::{Outcome, Setting, make_private};
use comity_store::{CorrelationFilter, Holdings, ImportOptions, Mode, Origin, import_file};
use comity_vocab::Timestamp;
use std::fs::File;
use std::path::Path;
use std::time::Instant;

/// Objects for the cost of the index.
const OBJECTS: usize = 100_000;
/// Objects for the questions, and how many of them came from a second feed too.
const MANY: usize = 1_000_000;
const SHARED: usize = 100_000;
/// Keys sorted in memory.
const KEYS: u64 = 10_000_000;
/// Versions that one step takes, as the node does it.
const STEP: usize = 20_000;

/// Measures the index and the questions.
///
/// # Errors
/// Where something failed, not where it was slow.
pub fn measure(setting: &Setting) -> Outcome<Section> {
    let mut section = Section::new(
        "Correlation",
        "index: import and full text with the index of values, then the index alone, derived anew over the same holdings; questions: a \
         page of 50 over all values; limit: that many 8-byte keys sorted in memory, nothing stored.",
    );
    let mut share = Vec::new();
    let mut cpu_share = Vec::new();
    for _ in 0..setting.runs {
        let folder = setting.folder.join("correlation");
        let holdings = fill(&folder, OBJECTS, &[("one", OBJECTS)])?;
        let (ingest, ingest_cpu) = holdings.1;
        drop(holdings.0);
        let (again, again_cpu) = again(&folder)?;
        share.push(100.0 * again / (ingest - again));
        cpu_share.push(100.0 * again_cpu / (ingest_cpu - again_cpu));
        std::fs::remove_dir_all(&folder)?;
    }
    for (unit, values) in [("% of ingest's time", &share), ("% of ingest's cpu", &cpu_share)] {
        let figure = Figure::of(values);
        let met = figure.as_ref().is_some_and(|figure| figure.median <= 20.0);
        section
            .rows
            .push(Row::new(format!("index on top of ingest, {OBJECTS} objects"), unit, figure).goal("≤ 20 %", met));
    }
    let folder = setting.folder.join("correlation");
    let (holdings, _) = fill(&folder, MANY, &[("one", MANY), ("two", SHARED)])?;
    let rows = holdings.view().value_rows()?;
    let mut asked = Vec::new();
    let mut cpu = Vec::new();
    let mut total = 0;
    for _ in 0..setting.runs {
        let (begun, before) = (Instant::now(), own_cpu());
        total = holdings.view().correlations(&CorrelationFilter::default())?.total;
        asked.push(begun.elapsed().as_secs_f64());
        cpu.push(own_cpu() - before);
    }
    let note = format!("{rows} rows, {total} values of two originators");
    section.rows.push(Row::new("a page over everything", "s", Figure::of(&asked)).note(note.clone()));
    section.rows.push(Row::new("a page over everything", "cpu-s", Figure::of(&cpu)).note(note));
    drop(holdings);
    std::fs::remove_dir_all(&folder)?;
    let mut sorted = Vec::new();
    for run in 0..setting.runs {
        sorted.push(sort(run as u64));
    }
    section
        .rows
        .push(Row::new(format!("limit: {KEYS} keys grouped in memory"), "cpu-s", None).limit(Figure::of(&sorted)));
    Ok(section)
}

/// Imports the beginning of one stock under each name, full text and index included; returns time and processor time.
fn fill(folder: &Path, most: usize, feeds: &[(&str, usize)]) -> Outcome<(Holdings, (f64, f64))> {
    make_private(folder)?;
    let mut holdings = crate::home::new_holdings(folder)?;
    let now = Timestamp::parse("2026-11-24T12:00:00Z")?;
    let (mut took, mut cpu) = (0.0, 0.0);
    for (name, objects) in feeds {
        let path = folder.join("stock.json");
        stock::write(File::create(&path)?, Size::Objects((*objects).min(most)), 1)?;
        let options =
            ImportOptions { origin: Origin::Feed((*name).to_owned()), label: None, officer: None, file_name: None };
        let (begun, before) = (Instant::now(), own_cpu());
        import_file(&mut holdings, File::open(&path)?, &options, &mut |_| true, now)?;
        while holdings.index_pending(STEP)? > 0 {}
        took += begun.elapsed().as_secs_f64();
        cpu += own_cpu() - before;
        std::fs::remove_file(path)?;
    }
    Ok((holdings, (took, cpu)))
}

/// Has the index derived again over holdings whose full text is complete, so that nothing else is done.
fn again(folder: &Path) -> Outcome<(f64, f64)> {
    let path = folder.join("holdings.db");
    rusqlite::Connection::open(&path)?.execute_batch("UPDATE value_state SET edition = 0")?;
    let mut holdings = Holdings::open(&path, Mode::ReadWrite)?;
    // Tidying is what empties an index of another edition; without it nothing would be derived, and nothing measured.
    holdings.tidy()?;
    let (begun, before) = (Instant::now(), own_cpu());
    while holdings.index_pending(STEP)? > 0 {}
    Ok((begun.elapsed().as_secs_f64(), own_cpu() - before))
}

/// Sorts keys and counts those that occur more than once: what no database can be below.
fn sort(seed: u64) -> f64 {
    let mut state = seed;
    let mut keys: Vec<u64> = (0..KEYS)
        .map(|_| {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            (mixed ^ (mixed >> 27)) >> 41
        })
        .collect();
    let before = own_cpu();
    keys.sort_unstable();
    let shared = keys.chunk_by(|one, other| one == other).filter(|group| group.len() > 1).count();
    std::hint::black_box(shared);
    own_cpu() - before
}
