//! `comity detect`: lines from files, pipes and standard input, against every indicator held.
//!
//! Does not know: how lines are read and matched (`comity_detect`, `comity_node`).

mod documents;
mod feed;
mod follow;
mod lines;
mod mapping;
mod source;
mod stop;

use super::Session;
use crate::arguments::DetectArguments;
use crate::output::{Output, list, number, text};
use comity_node::{Failure, Request};
use feed::Feed;
use mapping::Choice;
use serde_json::Value;
use source::{Brought, Source};
use std::path::Path;
use stop::Stop;

/// How long an idle pipe keeps whole lines waiting for more, in milliseconds.
const IDLE_MILLISECONDS: u32 = 200;

/// Looks for what is held in what was observed.
pub fn run(arguments: DetectArguments, output: &Output) -> Result<(), Failure> {
    if arguments.status {
        return status(&arguments.home.home, output);
    }
    let choice = mapping::choice(&arguments.mapping)?;
    if arguments.files.iter().filter(|file| *file == Path::new("-")).count() > 1 {
        return Err(Failure::usage("standard input is named twice"));
    }
    let sources = arguments.files.iter().map(|file| Source::new(file, arguments.source.as_deref())).collect();
    if arguments.follow {
        let stop = Stop::listen()?;
        let mut feed = Feed::open(&arguments.home.home, output, Some(&stop))?;
        let followed = follow::follow(sources, &choice, &mut feed, &stop, output);
        return finished(followed, feed);
    }
    let (sources, bytes) = opened(sources)?;
    let mut feed = Feed::open(&arguments.home.home, output, None)?;
    let read = read_all(sources, bytes, &choice, &mut feed);
    finished(read, feed)
}

/// What was recorded is said even where not everything could be read.
fn finished(read: Result<(), Failure>, feed: Feed<'_>) -> Result<(), Failure> {
    if read.is_err() && feed.sum.lines == 0 {
        return read;
    }
    let said = feed.finish();
    read.and(said)
}

/// Opens everything before anything is read, but for pipes: a pipe opens when its writer comes.
fn opened(mut sources: Vec<Source>) -> Result<(Vec<Source>, u64), Failure> {
    let mut bytes = 0;
    for source in &mut sources {
        if !source.is_pipe() {
            bytes += open(source)?;
        }
    }
    Ok((sources, bytes))
}

fn open(source: &mut Source) -> Result<u64, Failure> {
    source.open(false).map_err(|error| Failure::usage(format!("cannot read {}: {error}", source.shown)))
}

fn read_all(sources: Vec<Source>, bytes: u64, choice: &Choice, feed: &mut Feed<'_>) -> Result<(), Failure> {
    let mut bar = crate::progress::bar("matching");
    let mut done = 0;
    for mut source in sources {
        if !source.is_open() {
            open(&mut source)?;
        }
        loop {
            if source.is_full() || (source.has_lines() && !source.is_ready(IDLE_MILLISECONDS)) {
                source.send(feed)?;
                // Pipes have no length; what is read of them is not counted into it.
                bar(done, bytes.max(done));
            }
            let filled = source.fill(choice);
            if filled.is_err() {
                // What stood before is whole.
                source.send(feed)?;
            }
            match filled? {
                Brought::Bytes(count) => done += if source.is_regular() { count } else { 0 },
                Brought::Nothing => {}
                Brought::End => break,
            }
        }
        source.end(choice)?;
        source.send(feed)?;
    }
    bar(1, 1);
    Ok(())
}

fn status(home: &Path, output: &Output) -> Result<(), Failure> {
    let status = Session::open(home)?.ask(&Request::DetectionStatus)?;
    output.answer(&status, |status| {
        let mut lines = vec![
            format!("{} indicators, {} looked for", number(status, "indicators"), number(status, "compiled")),
            format!(
                "{} observations since {}, {} answers not known",
                number(status, "observations"),
                text(status, "since"),
                number(status, "undetermined")
            ),
        ];
        for (field, why) in [
            ("revoked", "revoked: not looked for"),
            ("invalid", "with a pattern that cannot be used"),
            ("warning_listed", "on a warning list: looked for, what they match is set aside"),
        ] {
            if number(status, field) > 0 {
                lines.push(format!("{} {why}", number(status, field)));
            }
        }
        let others = status.get("not_stix").and_then(Value::as_object);
        for (language, count) in others.into_iter().flatten() {
            lines.push(format!("{count} with patterns of {language}: not looked for"));
        }
        for invalid in list(status, "first_invalid") {
            lines.push(format!("  {}: {}", text(invalid, "id"), text(invalid, "message")));
        }
        lines
    })
}
