//! Reading what is appended, until stopped.
//!
//! Guarantees: a file that was renamed is read to its end while the new one is read already; one that was cut off is read from its
//! beginning; a line counts when it is whole. Does not know: where a follower before this one stopped, so files are read from their
//! beginning, and what was counted is not counted again.

use super::feed::Feed;
use super::mapping::Choice;
use super::source::{Brought, Changed, Source, TURN_BYTES};
use super::stop::Stop;
use crate::output::Output;
use comity_node::Failure;
use std::io::ErrorKind;
use std::time::{Duration, Instant};

/// Between two looks at files in which nothing happens.
const PAUSE: Duration = Duration::from_millis(200);
/// A renamed file is let go after so long without another byte: the one who writes it has taken the new one by then.
const RETIREMENT: Duration = Duration::from_secs(10);

/// One file, and what stood under its name before.
struct Followed {
    source: Source,
    retired: Vec<(Source, Instant)>,
    ended: bool,
    /// What was said last of why it cannot be opened.
    said: Option<ErrorKind>,
}

/// Follows all of them until stopped, or until standard input ends where that is all.
pub fn follow(
    sources: Vec<Source>,
    choice: &Choice,
    feed: &mut Feed<'_>,
    stop: &Stop,
    output: &Output,
) -> Result<(), Failure> {
    let mut all: Vec<Followed> =
        sources.into_iter().map(|source| Followed { source, retired: Vec::new(), ended: false, said: None }).collect();
    loop {
        let mut moved = false;
        for one in &mut all {
            moved |= one.turn(choice, feed, output)?;
        }
        if all.iter().all(|one| one.ended && one.retired.is_empty()) {
            return Ok(());
        }
        if stop.wait(if moved { Duration::ZERO } else { PAUSE }) {
            break;
        }
    }
    for one in &mut all {
        for (source, _) in &mut one.retired {
            source.end(choice)?;
            source.send(feed)?;
        }
        if one.source.waits() {
            output.note(&format!("the last line of {} has no line feed yet; it was not read", one.source.shown));
        }
    }
    Ok(())
}

impl Followed {
    /// Reads what there is; tells whether there was anything.
    fn turn(&mut self, choice: &Choice, feed: &mut Feed<'_>, output: &Output) -> Result<bool, Failure> {
        let mut moved = false;
        for (source, quiet) in &mut self.retired {
            if drain(source, choice, feed)?.0 {
                *quiet = Instant::now();
                moved = true;
            }
            if quiet.elapsed() > RETIREMENT {
                source.end(choice)?;
                source.send(feed)?;
            }
        }
        self.retired.retain(|(_, quiet)| quiet.elapsed() <= RETIREMENT);
        if self.ended || !(self.source.is_open() || self.opened(output)?) {
            return Ok(moved);
        }
        let (some, brought) = drain(&mut self.source, choice, feed)?;
        moved |= some;
        if brought != Brought::End {
            return Ok(moved);
        }
        if self.source.is_standard() {
            self.source.end(choice)?;
            self.source.send(feed)?;
            self.ended = true;
            return Ok(true);
        }
        match self.source.changed() {
            Changed::No => Ok(moved),
            Changed::Another => {
                self.retired.push((self.source.retire(), Instant::now()));
                Ok(true)
            }
            Changed::Shorter => {
                // What was there of a last line is all there will be of it.
                self.source.end(choice)?;
                self.source.send(feed)?;
                self.source.rewind()?;
                Ok(true)
            }
        }
    }

    fn opened(&mut self, output: &Output) -> Result<bool, Failure> {
        match self.source.open(true) {
            Ok(_) => {
                self.said = None;
                Ok(true)
            }
            Err(error) if error.kind() == ErrorKind::InvalidInput => {
                Err(Failure::usage(format!("cannot follow {}: {error}", self.source.shown)))
            }
            Err(error) => {
                if self.said != Some(error.kind()) {
                    output.note(&format!("waiting for {}: {error}", self.source.shown));
                    self.said = Some(error.kind());
                }
                Ok(false)
            }
        }
    }
}

/// Reads and sends what a source has now, up to the end of its turn; tells whether there was something, and how it ended.
fn drain(source: &mut Source, choice: &Choice, feed: &mut Feed<'_>) -> Result<(bool, Brought), Failure> {
    let mut taken = 0;
    let ended = loop {
        if !source.is_ready(0) {
            break Brought::Nothing;
        }
        match source.fill(choice)? {
            Brought::Bytes(count) => taken += count,
            other => break other,
        }
        if source.is_document() {
            return Err(Failure::usage(format!("{} holds JSON documents over many lines", source.shown))
                .hint("what is followed must come line by line; read it once without --follow"));
        }
        if source.is_full() {
            source.send(feed)?;
        }
        if taken >= TURN_BYTES {
            break Brought::Bytes(taken);
        }
    };
    source.send(feed)?;
    Ok((taken > 0, ended))
}
