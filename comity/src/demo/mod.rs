//! `comity demo`: three invented organisations as real nodes on this machine, and the story they play.
//!
//! Guarantees: everything is done through the same verbs, processes and links that a user has; each step is confirmed from
//! outside before the next begins; every process that was started is stopped, also when a step fails or somebody interrupts.
//! Does not know: any rule of the domain.

mod browser;
mod cast;
mod evidence;
mod narrator;
mod player;
mod stage;
mod story;

use crate::arguments::DemoArguments;
use crate::output::Output;
use cast::Story;
use comity_node::{Failure, FailureKind};
use narrator::{Audience, Narrator};
use serde_json::json;
use stage::Stage;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// Plays the story; stays up until interrupted, or with `--check` ends by itself.
pub fn run(arguments: &DemoArguments, output: &Output) -> Result<(), Failure> {
    let audience = match (arguments.check, output.is_json()) {
        (false, _) => Audience::Person,
        (true, false) => Audience::Checker,
        (true, true) => Audience::Program,
    };
    let begun = Instant::now();
    let stop = Arc::new(AtomicBool::new(false));
    listen_for_signals(stop.clone())?;
    let story = Story::read()?;
    let mut narrator = Narrator::new(audience);
    let mut stage = Stage::build(&story, arguments.home.as_deref(), arguments.port, stop.clone())?;
    if let Err(failure) = story::play(&story, &mut stage, &mut narrator, arguments.check) {
        if stop.load(Ordering::Relaxed) {
            return Err(Failure::operational("the demo was stopped before its end"));
        }
        for line in stage.log_tail() {
            output.note(&line);
        }
        let step = narrator.current_step();
        let message = match failure.message.starts_with(step) {
            true => failure.message.clone(),
            false => format!("{step}: {}", failure.message),
        };
        // Whatever the step failed on: to the one who asked for a check, the answer is no.
        let kind = if arguments.check && failure.kind != FailureKind::Usage { FailureKind::No } else { failure.kind };
        let failure = Failure { kind, message: format!("demo failed at {message}"), ..failure };
        return Err(failure.with(json!({ "steps": narrator.steps() })));
    }
    if arguments.check {
        stage.close()?;
        let passed = narrator.passed();
        let last = format!("demo check: {} checks passed", passed.len());
        let seconds = begun.elapsed().as_secs_f64();
        narrator.plain("");
        let steps = narrator.steps();
        let answer = json!({ "passed": passed.len(), "checks": passed, "steps": steps, "seconds": seconds });
        return output.answer(&answer, |_| vec![last]);
    }
    story::invitation(&story, &stage, &narrator)?;
    while !stop.load(Ordering::Relaxed) {
        std::thread::sleep(stage::POLL);
    }
    let temporary = stage.is_temporary();
    narrator.plain("");
    narrator.plain("  stopping the three nodes …");
    stage.close()?;
    narrator.plain(if temporary {
        "  stopped; the demo's folder is removed (keep one with --home DIR)"
    } else {
        "  stopped; the homes stay where they are"
    });
    Ok(())
}

/// Ctrl-C and SIGTERM end the story at the next verb, so that the nodes are stopped in order.
fn listen_for_signals(stop: Arc<AtomicBool>) -> Result<(), Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let broken = |error: std::io::Error| Failure::operational(format!("cannot wait for signals: {error}"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(broken)?;
    let (mut terminate, mut interrupt) = {
        let _inside = runtime.enter();
        (signal(SignalKind::terminate()).map_err(broken)?, signal(SignalKind::interrupt()).map_err(broken)?)
    };
    std::thread::spawn(move || {
        runtime.block_on(async {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        });
        stop.store(true, Ordering::Relaxed);
    });
    Ok(())
}
