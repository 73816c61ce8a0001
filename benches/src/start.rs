//! Start: from starting the real program to listening, and what desk and gate hold when idle.

use crate::figure::Figure;
use crate::node::Program;
use crate::report::{Row, Section};
use crate::{Outcome, Setting};
use std::time::Duration;

/// How long a node idles before its memory is read.
const IDLE: Duration = Duration::from_secs(1);

/// Starts a node several times.
///
/// # Errors
/// Where the program is absent or fails.
pub fn measure(setting: &Setting) -> Outcome<Section> {
    let program = Program::find()?;
    let home = setting.folder.join("start");
    program.init(&home, "bench", "127.0.0.1:0", "127.0.0.1:0")?;
    let (mut ready, mut healthy, mut resident, mut share) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..setting.runs {
        let served = program.serve(&home, &["--desk", "127.0.0.1:0", "--gate", "127.0.0.1:0"])?;
        ready.push(served.ready.duration_since(served.spawned).as_secs_f64() * 1e3);
        healthy.push(served.healthy()?.duration_since(served.spawned).as_secs_f64() * 1e3);
        std::thread::sleep(IDLE);
        resident.push(served.megabytes("status", "VmRSS")?);
        share.push(served.megabytes("smaps_rollup", "Pss")?);
    }
    std::fs::remove_dir_all(&home)?;
    let mut section = Section::new(
        "Start",
        "`comity serve` on an empty home, passphrase given, so unlocking (Argon2id) is inside; memory is the sum of desk \
         and gate after a second of idling. RSS counts shared pages twice, PSS once.",
    );
    let under = |row: Row, bound: f64, words: &str| {
        let met = row.ours.as_ref().is_some_and(|figure| figure.median < bound);
        row.goal(words, met)
    };
    section.rows.extend([
        under(Row::new("spawn to ready line", "ms", Figure::of(&ready)), 300.0, "< 300 ms"),
        under(Row::new("spawn to /healthz 200", "ms", Figure::of(&healthy)), 300.0, "< 300 ms"),
        under(Row::new("idle, RSS of both", "MB", Figure::of(&resident)), 60.0, "< 60 MB"),
        Row::new("idle, PSS of both", "MB", Figure::of(&share)),
    ]);
    Ok(section)
}
