//! Facts about the machine, the build and the moment, without which a figure means nothing.

use crate::figure::{Figure, short};
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

/// Returns the facts, the folder's disk included.
pub fn facts(folder: &Path) -> Vec<(String, String)> {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let cpuinfo = read("/proc/cpuinfo");
    let cpu = cpuinfo.lines().find(|line| line.starts_with("model name")).and_then(|line| line.split_once(": "));
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let memory = read("/proc/meminfo");
    let memory = memory.lines().next().and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok());
    let load = read("/proc/loadavg");
    let load: Vec<&str> = load.split(' ').take(3).collect();
    let mut facts = vec![
        ("cpu".to_owned(), format!("{}, {cores} cores", cpu.map_or("unknown", |(_, model)| model))),
        ("memory".to_owned(), format!("{:.0} GiB", memory.unwrap_or_default() / f64::from(1 << 20))),
        ("kernel".to_owned(), read("/proc/sys/kernel/osrelease").trim().to_owned()),
        ("disk".to_owned(), disk(folder)),
        ("load".to_owned(), format!("{} (1, 5, 15 minutes, before the run)", load.join(" "))),
        ("build".to_owned(), if cfg!(debug_assertions) { "DEBUG: figures mean nothing" } else { "release" }.to_owned()),
    ];
    if let Some(commit) = said("git", &["describe", "--always", "--dirty"]) {
        facts.push(("commit".to_owned(), commit));
    }
    if let Some(compiler) = said("rustc", &["--version"]) {
        facts.push(("compiler".to_owned(), compiler));
    }
    if let Some(date) = said("date", &["-u", "+%Y-%m-%d %H:%M UTC"]) {
        facts.push(("taken".to_owned(), date));
    }
    facts
}

fn said(program: &str, arguments: &[&str]) -> Option<String> {
    let done = Command::new(program).args(arguments).output().ok().filter(|done| done.status.success())?;
    Some(String::from_utf8_lossy(&done.stdout).trim().to_owned())
}

/// The file system, and how long a small durable write takes on it: the floor of every commit.
fn disk(folder: &Path) -> String {
    let mounts = std::fs::read_to_string("/proc/mounts").unwrap_or_default();
    let folder_path = std::fs::canonicalize(folder).unwrap_or_default();
    let kind = mounts
        .lines()
        .filter_map(|line| {
            let mut fields = line.split(' ');
            let (_, point, kind) = (fields.next()?, fields.next()?, fields.next()?);
            folder_path.starts_with(point).then_some((point.len(), kind))
        })
        .max()
        .map_or("unknown", |(_, kind)| kind);
    let mut millis = Vec::new();
    if let Ok(mut file) = File::create(folder.join("fsync")) {
        for _ in 0..100 {
            let begun = Instant::now();
            if file.write_all(&[7; 4096]).and_then(|()| file.sync_data()).is_err() {
                break;
            }
            millis.push(begun.elapsed().as_secs_f64() * 1e3);
        }
    }
    let shown = |figure: Option<Figure>| figure.map_or("unknown".to_owned(), |figure| short(figure.median));
    format!(
        "{kind}; 4 KiB written and synced in {} ms (median of 100, slowest {} ms)",
        shown(Figure::of(&millis)),
        Figure::share(&millis, 1.0).map_or("?".to_owned(), short)
    )
}
