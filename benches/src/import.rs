//! Import: objects per second until durable and indexed, and until full text has followed.

use crate::figure::Figure;
use crate::peer::{Loaded, Peer};
use crate::process::{own_cpu, size_mib};
use crate::report::{Row, Section};
use crate::stock::{self, Size};
use crate::{Outcome, Setting, make_private, plain};
use comity_store::{ImportOptions, Origin, import_file};
use comity_vocab::Timestamp;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Objects of the generated stock.
const OBJECTS: usize = 100_000;
/// Versions that one step takes into full text, as the node does it.
const TEXT_STEP: usize = 20_000;

/// The times of one import.
#[derive(Clone, Copy)]
struct Times {
    columns: f64,
    columns_cpu: f64,
    text: f64,
    all_cpu: f64,
}

/// Measures the import of real data, where there is some, and of a generated stock.
///
/// # Errors
/// Where something failed, not where it was slow.
pub fn measure(setting: &Setting) -> Outcome<Section> {
    let mut section = Section::new(
        "Import",
        "ours: `import_file`, durable and all columns indexed; limit: the same rows into plain SQLite (JSON blob, six \
         indexed text columns, one transaction, synchronous=FULL); peer: python-stix2 `MemoryStore.load_from_file`, which keeps \
         nothing on disk. Taken in turns in one run.",
    );
    let peer = Peer::find(&setting.peer_folder);
    if let Err(absent) = &peer {
        section.absent.push(absent.to_string());
    }
    let peer = peer.ok();
    let attack: Vec<PathBuf> = ["attack-mobile-17.1.json", "attack-ics-18.1.json"]
        .iter()
        .filter_map(|name| Some(setting.data.as_ref()?.join("stix").join(name)))
        .filter(|path| path.is_file())
        .collect();
    if attack.len() == 2 {
        one(setting, &mut section, "ATT&CK Mobile and ICS", &attack, peer.as_ref(), 3)?;
    } else {
        section.absent.push("ATT&CK: set COMITY_TEST_DATA to the folder that holds stix/attack-*.json".to_owned());
    }
    let generated = setting.folder.join("stock.json");
    stock::write(File::create(&generated)?, Size::Objects(OBJECTS), 1)?;
    one(
        setting,
        &mut section,
        "100,000 indicators and observables",
        std::slice::from_ref(&generated),
        peer.as_ref(),
        1,
    )?;
    std::fs::remove_file(generated)?;
    Ok(section)
}

fn one(
    setting: &Setting,
    section: &mut Section,
    what: &str,
    files: &[PathBuf],
    peer: Option<&Peer>,
    peer_runs: usize,
) -> Outcome<()> {
    let mut rows = Vec::new();
    for file in files {
        rows.extend(plain::rows(file)?);
    }
    let objects = rows.len() as f64;
    let (mut ours, mut limit) = (Vec::new(), Vec::new());
    for _ in 0..setting.runs {
        ours.push(import(&setting.folder.join("holdings"), files)?);
        let folder = setting.private_folder("plain")?;
        limit.push(plain::insert(&folder.join("plain.db"), &rows)?);
        std::fs::remove_dir_all(folder)?;
    }
    let mut loaded: Vec<Loaded> = Vec::new();
    if let Some(peer) = peer {
        for _ in 0..peer_runs {
            let mut sum: Option<Loaded> = None;
            for file in files {
                let one = peer.load(file)?;
                sum = Some(match sum {
                    None => one,
                    Some(sum) => Loaded {
                        seconds: sum.seconds + one.seconds,
                        cpu_seconds: sum.cpu_seconds + one.cpu_seconds,
                        peak_mib: sum.peak_mib.max(one.peak_mib),
                        objects: sum.objects + one.objects,
                        version: one.version,
                    },
                });
            }
            loaded.extend(sum);
        }
    }
    let rate = |seconds: &mut dyn Iterator<Item = f64>| Figure::of(&seconds.map(|s| objects / s).collect::<Vec<_>>());
    let wall = Row::new(format!("{what}: import"), "objects/s", rate(&mut ours.iter().map(|t| t.columns)))
        .limit(rate(&mut limit.iter().map(|l| l.0)))
        .peer(rate(&mut loaded.iter().map(|l| l.seconds)))
        .note(format!(
            "{} objects, {:.1} MiB{}",
            rows.len(),
            files.iter().map(|file| size_mib(file)).sum::<f64>(),
            loaded
                .first()
                .map_or(String::new(), |l| format!("; peer is stix2 {} and held {:.0} MiB", l.version, l.peak_mib))
        ));
    let half = wall.of_limit().unwrap_or_default() >= 0.5;
    section.rows.push(wall.goal("≥ 0.5 of limit", half));
    let cpu = Row::new(format!("{what}: import"), "objects/cpu-s", rate(&mut ours.iter().map(|t| t.columns_cpu)))
        .limit(rate(&mut limit.iter().map(|l| l.1)))
        .peer(rate(&mut loaded.iter().map(|l| l.cpu_seconds)));
    let least = if files.len() > 1 { 100.0 } else { 150.0 };
    let met = cpu.of_peer().is_none_or(|ratio| ratio >= least);
    section.rows.push(if cpu.peer.is_some() { cpu.goal(format!("≥ {least:.0} × peer"), met) } else { cpu });
    let full = Figure::of(&ours.iter().map(|t| t.text / t.columns).collect::<Vec<_>>());
    let met = full.as_ref().is_some_and(|figure| figure.median <= 2.0);
    section.rows.push(
        Row::new(format!("{what}: full text complete"), "× import's time", full).goal("≤ 2 × import's time", met),
    );
    section.rows.push(
        Row::new(format!("{what}: with full text"), "objects/s", rate(&mut ours.iter().map(|t| t.text)))
            .limit(rate(&mut limit.iter().map(|l| l.0)))
            .peer(rate(&mut loaded.iter().map(|l| l.seconds))),
    );
    section.rows.push(
        Row::new(format!("{what}: with full text"), "objects/cpu-s", rate(&mut ours.iter().map(|t| t.all_cpu)))
            .limit(rate(&mut limit.iter().map(|l| l.1)))
            .peer(rate(&mut loaded.iter().map(|l| l.cpu_seconds))),
    );
    Ok(())
}

/// Imports files into new holdings.
fn import(folder: &Path, files: &[PathBuf]) -> Outcome<Times> {
    make_private(folder)?;
    let mut holdings = crate::home::new_holdings(folder)?;
    let options =
        ImportOptions { origin: Origin::Feed("bench".to_owned()), label: None, officer: None, file_name: None };
    let now = Timestamp::parse("2026-11-24T12:00:00Z")?;
    let (begun, cpu) = (Instant::now(), own_cpu());
    for file in files {
        let report = import_file(&mut holdings, File::open(file)?, &options, &mut |_| true, now)?;
        if report.accepted == 0 || report.refused > 0 {
            return Err(format!("not an import of new objects: {report:?}").into());
        }
    }
    let (columns, columns_cpu) = (begun.elapsed().as_secs_f64(), own_cpu() - cpu);
    while holdings.index_pending(TEXT_STEP)? > 0 {}
    let times = Times { columns, columns_cpu, text: begun.elapsed().as_secs_f64(), all_cpu: own_cpu() - cpu };
    drop(holdings);
    std::fs::remove_dir_all(folder)?;
    Ok(times)
}
