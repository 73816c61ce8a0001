//! What goes to the node, and what comes of it.
//!
//! Guarantees: a batch counts as done only when the node has said so; one that was not acknowledged is sent again where the caller
//! waits for the desk. Does not know: files.

use super::documents::{Piece, readable};
use super::lines::{Batch, Refused};
use super::mapping::Chosen;
use super::stop::Stop;
use crate::control::Channel;
use crate::output::{Output, list, number, text};
use comity_node::{Call, Failure, Request};
use serde_json::{Value, json};
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::time::Duration;

/// Between two attempts to reach a desk that is gone.
const ATTEMPT: Duration = Duration::from_millis(200);

/// Everything so far.
#[derive(Default)]
pub struct Sum {
    pub lines: u64,
    pub observations: u64,
    /// Lines, or items of lists, in which nothing stood that the mapping names.
    pub unread: u64,
    pub comments: u64,
    pub refused: u64,
    pub matches: u64,
    pub undetermined: u64,
    pub new: u64,
    pub counted: u64,
    /// New sightings that a warning list or decay set aside.
    pub set_aside: u64,
}

/// Where a batch comes from.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    /// The file as it was named.
    pub shown: &'a str,
    /// The sensor.
    pub source: &'a str,
}

/// Feeds a node.
pub struct Feed<'a> {
    home: &'a Path,
    channel: Channel,
    output: &'a Output,
    /// A feed that may wait for a desk that is gone waits until this says stop.
    patience: Option<&'a Stop>,
    pub sum: Sum,
}

impl<'a> Feed<'a> {
    /// Reaches the node.
    pub fn open(home: &'a Path, output: &'a Output, patience: Option<&'a Stop>) -> Result<Self, Failure> {
        let channel = Channel::open(home)?;
        if patience.is_some() && matches!(channel, Channel::Own(_)) {
            output.note(
                "no desk runs on this home; it is held until this ends, so start `comity serve` first to have both",
            );
        }
        Ok(Self { home, channel, output, patience, sum: Sum::default() })
    }

    /// Sends a batch of lines and waits until the node has recorded what came of it.
    pub fn lines(
        &mut self,
        place: Place<'_>,
        chosen: &Chosen,
        heading: (String, u64),
        batch: Batch,
    ) -> Result<(), Failure> {
        let Batch { mut text, mut first_line, lines, refused, refused_count } = batch;
        // The node reads each batch for itself: what says how its lines are read stands before each.
        text.insert_str(0, &heading.0);
        first_line = first_line.saturating_sub(heading.1);
        let request = Request::Observe {
            mapping: chosen.name.clone(),
            declaration: chosen.declaration.clone(),
            source: place.source.to_owned(),
            first_line,
            text,
            document: false,
        };
        let answer = self.put(place, &request, first_line)?;
        self.sum.lines += lines;
        self.refused(place, refused, refused_count);
        self.took(place, &answer)
    }

    /// Sends JSON texts that span lines.
    pub fn documents(&mut self, place: Place<'_>, chosen: &Chosen, piece: Piece) -> Result<(), Failure> {
        let Piece { bytes, first_line, lines } = piece;
        self.sum.lines += lines;
        let (text, refused) = readable(bytes, first_line, chosen.mapping.is_stix());
        let count = refused.len() as u64;
        self.refused(place, refused, count);
        let request = Request::Observe {
            mapping: chosen.name.clone(),
            declaration: chosen.declaration.clone(),
            source: place.source.to_owned(),
            first_line,
            text,
            document: true,
        };
        let answer = self.put(place, &request, first_line)?;
        self.took(place, &answer)
    }

    fn put(&mut self, place: Place<'_>, request: &Request, first_line: u64) -> Result<Value, Failure> {
        let call = Call::of(request)?;
        loop {
            let failure = match self.channel.call(&call) {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            let gone = failure.code.as_deref() == Some(crate::control::DESK_LOST);
            let before = format!("what came before line {first_line} of {} is recorded", place.shown);
            let Some(stop) = self.patience.filter(|_| gone) else {
                return Err(if gone {
                    failure.hint(format!("{before}; run it again, what was counted is not counted again"))
                } else {
                    failure
                });
            };
            self.output.note(&format!("the desk is gone; waiting for it at line {first_line} of {}", place.shown));
            self.channel = loop {
                if stop.wait(ATTEMPT) {
                    return Err(failure.hint(format!("{before}; nothing after it is")));
                }
                if let Some(channel) = Channel::desk(self.home)? {
                    break channel;
                }
            };
            self.output.note("the desk is back");
        }
    }

    fn refused(&mut self, place: Place<'_>, refused: Vec<Refused>, count: u64) {
        self.sum.refused += count;
        for one in &refused {
            self.output.note(&format!("{}:{}: {}", place.shown, one.line, one.reason));
        }
        let named = refused.len() as u64;
        if let Some(last) = refused.last().filter(|_| count > named) {
            let more = count - named;
            self.output.note(&format!("{}: {more} more lines soon after line {} are refused", place.shown, last.line));
        }
    }

    fn took(&mut self, place: Place<'_>, answer: &Value) -> Result<(), Failure> {
        if !(list(answer, "refused").is_empty() && list(answer, "sightings").is_empty()) {
            wipe();
        }
        let refused = list(answer, "refused").iter();
        let refused = refused.map(|one| Refused { line: number(one, "line"), reason: text(one, "reason").to_owned() });
        self.refused(place, refused.collect(), number(answer, "refused_count"));
        self.sum.observations += number(answer, "observations");
        self.sum.unread += number(answer, "unread");
        self.sum.comments += number(answer, "comments");
        self.sum.matches += number(answer, "matches");
        self.sum.undetermined += number(answer, "undetermined");
        self.sum.new += number(answer, "new");
        self.sum.counted += number(answer, "counted");
        for sighting in list(answer, "sightings") {
            let is_open = text(sighting, "state") == "open";
            self.sum.set_aside += u64::from(!is_open && is_new(sighting));
            if self.output.is_json() {
                let mut record = sighting.clone();
                if let Value::Object(fields) = &mut record {
                    fields.insert("source".into(), place.source.into());
                }
                self.output.record(&record)?;
            } else if is_open {
                self.output.answer(sighting, |sighting| vec![sighting_line(sighting)])?;
            }
        }
        Ok(())
    }

    /// Says what came of everything, and fails where lines were refused or nothing at all was read.
    pub fn finish(self) -> Result<(), Failure> {
        let sum = self.sum;
        let said = json!({ "summary": {
            "lines": sum.lines, "observations": sum.observations, "unread": sum.unread, "comments": sum.comments,
            "refused": sum.refused, "matches": sum.matches, "undetermined": sum.undetermined, "new": sum.new, "counted": sum.counted, "set_aside": sum.set_aside,
        }});
        self.output.answer(&said, |_| {
            let mut lines = vec![format!(
                "{} lines, {} observations: {} matches counted, {} new sightings",
                sum.lines, sum.observations, sum.counted, sum.new
            )];
            if sum.unread > 0 {
                lines.push(format!("{} could be read and hold nothing that the mapping names: unread", sum.unread));
            }
            if sum.comments > 0 {
                lines.push(format!("{} are comments", sum.comments));
            }
            if sum.matches > sum.counted {
                lines.push(format!("{} matches were counted before and not again", sum.matches - sum.counted));
            }
            if sum.set_aside > 0 {
                lines.push(format!(
                    "set aside by warning lists or decay: {} of the new ones; comity sighting list --state warning_listed,decayed",
                    sum.set_aside
                ));
            }
            if sum.undetermined > 0 {
                lines.push(format!("{} answers are not known: a bound on the work was reached", sum.undetermined));
            }
            lines
        })?;
        match sum.refused {
            0 if sum.unread > 0 && sum.observations == 0 => {
                Err(Failure::no(format!("nothing was read of {} lines", sum.lines))
                    .hint("none of them has a field that the mapping names; is it the right one? (docs/DETECTION.md)"))
            }
            0 => Ok(()),
            count => Err(Failure::no(format!("{count} of {} lines were refused", sum.lines))
                .hint("what each lacks stands above; everything else was read")),
        }
    }
}

/// Takes the line with the progress away before others are written.
fn wipe() {
    let mut shown = std::io::stderr().lock();
    if shown.is_terminal() {
        let _ = write!(shown, "\r\x1b[K");
    }
}

fn is_new(sighting: &Value) -> bool {
    sighting.get("new").and_then(Value::as_bool) == Some(true)
}

/// One sighting in one line.
fn sighting_line(sighting: &Value) -> String {
    let values: Vec<&str> = list(sighting, "values").iter().map(|one| text(one, "value")).collect();
    let origins: Vec<&str> = list(sighting, "origins").iter().filter_map(Value::as_str).collect();
    let name = match text(sighting, "name") {
        "" => text(sighting, "indicator"),
        name => name,
    };
    format!(
        "{}  {}  {}  from {}  {}  {}, {} times",
        text(sighting, "last_seen"),
        values.join(", "),
        name,
        origins.join(", "),
        text(sighting, "state"),
        if is_new(sighting) { "new" } else { "again" },
        number(sighting, "count"),
    )
}
