//! Validation of a file while it is arriving.
//!
//! Guarantees: memory depends on the longest object, and on the number of versions up to a bound; findings of an object come out as soon as it is
//! complete, those of the bundle itself at its end. Does not know: files.

use crate::report::Report;
use crate::versions::Versions;
use crate::{Setting, bundle, examine, not_json, rule, sco_id};
use comity_stix::json::tree::Node;
use comity_stix::{FileKind, JsonError, Limits, Splitter};

/// What one object of the file came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Examined {
    /// Its place in the file: `/objects/3`; empty for a lone object.
    pub place: String,
    /// What was found.
    pub report: Report,
    /// Its deterministic identifier, where it was asked for and the object gives one.
    pub sco_id: Option<String>,
}

/// What the file came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed {
    /// What was found in the bundle itself.
    pub report: Report,
    /// Objects examined.
    pub objects: u64,
    /// Bytes read.
    pub bytes: u64,
}

/// A file being validated.
#[derive(Debug)]
pub struct Document {
    splitter: Splitter,
    limits: Limits,
    state: State,
}

#[derive(Debug)]
struct State {
    objects: u64,
    old: bool,
    with_ids: bool,
    versions: Versions,
}

impl Document {
    /// Begins a file; `with_ids` asks for the deterministic identifiers of its observables.
    pub fn new(limits: Limits, with_ids: bool) -> Self {
        let state = State { objects: 0, old: false, with_ids, versions: Versions::default() };
        Self { splitter: Splitter::new(limits.clone()), limits, state }
    }

    /// Takes the next bytes and hands out what every object they complete came to.
    ///
    /// # Errors
    /// [`JsonError`] for the first thing that is no strict JSON; nothing behind it is examined.
    pub fn push(&mut self, chunk: &[u8], sink: &mut dyn FnMut(Examined)) -> Result<(), JsonError> {
        let Self { splitter, limits, state } = self;
        splitter.push(chunk, &mut |raw| {
            let lone = raw.bytes == raw.before;
            if state.objects == 0 && !lone {
                state.old = is_2_0(raw.before, limits);
            }
            sink(state.examine(raw.bytes, lone, limits));
            state.objects += 1;
        })
    }

    /// Ends the file.
    ///
    /// # Errors
    /// [`JsonError`] where the file is empty or cut off.
    pub fn finish(self) -> Result<Closed, JsonError> {
        let facts = self.splitter.finish()?;
        let mut report = match facts.kind {
            FileKind::Object => Report::default(),
            FileKind::Bundle | FileKind::Envelope => match Node::parse(&facts.top_level, &self.limits) {
                Ok(node) => bundle::envelope(&node, facts.objects > 0),
                Err(error) => not_json(&error),
            },
        };
        self.state.versions.close(&mut report);
        Ok(Closed { report, objects: facts.objects, bytes: facts.bytes })
    }
}

impl State {
    fn examine(&mut self, bytes: &[u8], lone: bool, limits: &Limits) -> Examined {
        let place = if lone { String::new() } else { format!("/objects/{}", self.objects) };
        let node = match Node::parse(bytes, limits) {
            Ok(node) => node,
            Err(error) => return Examined { place, report: not_json(&error), sco_id: None },
        };
        let report = if lone {
            examine::object(&node, Setting::LONE)
        } else {
            let mut report = bundle::member(&node, &place, self.old);
            self.versions.examine(&node, &mut report);
            report
        };
        let sco_id = if self.with_ids { sco_id(&node) } else { None };
        Examined { place, report, sco_id }
    }
}

/// Says whether a bundle calls itself STIX 2.0, as far as it was read.
fn is_2_0(before: &[u8], limits: &Limits) -> bool {
    let mut whole = before.to_vec();
    whole.extend_from_slice(b"]}");
    Node::parse(&whole, limits)
        .is_ok_and(|node| node.property("spec_version").and_then(Node::text) == Some(rule::SPEC_2_0))
}
