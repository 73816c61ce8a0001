//! Validation of a file while it is arriving.
//!
//! Guarantees: memory depends on the longest object, and on the number of versions up to a bound; findings of an object come out as soon as it is
//! complete, those of the bundle itself at its end. The verdict does not depend on the order of a bundle's properties: where it may still say
//! that it is STIX 2.0, an object comes out with what was found by either version. Does not know: files.

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
    /// What was found if the bundle should turn out to be STIX 2.0 ([`Closed::old`]), where that is something else.
    pub as_2_0: Option<Report>,
    /// Its deterministic identifier, where it was asked for and the object gives one.
    pub sco_id: Option<String>,
}

/// What the file came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed {
    /// What was found in the bundle itself.
    pub report: Report,
    /// Whether the bundle says, behind its objects, that it is STIX 2.0: then [`Examined::as_2_0`] holds where it is there.
    pub old: bool,
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
    /// What the bundle says of its version before its objects; `None` where nothing.
    old: Option<bool>,
    with_ids: bool,
    versions: Versions,
}

impl Document {
    /// Begins a file; `with_ids` asks for the deterministic identifiers of its observables.
    pub fn new(limits: Limits, with_ids: bool) -> Self {
        let state = State { objects: 0, old: None, with_ids, versions: Versions::default() };
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
                state.old = says_2_0(raw.before, limits);
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
        let mut old = false;
        let mut report = match facts.kind {
            FileKind::Object => Report::default(),
            FileKind::Bundle | FileKind::Envelope => match Node::parse(&facts.top_level, &self.limits) {
                Ok(node) => {
                    old = is_2_0(&node);
                    bundle::envelope(&node, facts.objects > 0)
                }
                Err(error) => not_json(&error),
            },
        };
        self.state.versions.close(&mut report);
        Ok(Closed { report, old, objects: facts.objects, bytes: facts.bytes })
    }
}

impl State {
    fn examine(&mut self, bytes: &[u8], lone: bool, limits: &Limits) -> Examined {
        let place = if lone { String::new() } else { format!("/objects/{}", self.objects) };
        let node = match Node::parse(bytes, limits) {
            Ok(node) => node,
            Err(error) => return Examined { place, report: not_json(&error), as_2_0: None, sco_id: None },
        };
        let mut as_2_0 = None;
        let report = if lone {
            examine::object(&node, Setting::LONE)
        } else {
            let mut report = bundle::member(&node, &place, self.old.unwrap_or_default());
            // An object that names a version itself is read by that one.
            if self.old.is_none() && node.property("spec_version").is_none() {
                as_2_0 = Some(bundle::member(&node, &place, true)).filter(|other| *other != report);
            }
            let mut beside = Report::default();
            self.versions.examine(&node, &mut beside);
            if let Some(other) = &mut as_2_0 {
                other.append(beside.clone());
            }
            report.append(beside);
            report
        };
        let sco_id = if self.with_ids { sco_id(&node) } else { None };
        Examined { place, report, as_2_0, sco_id }
    }
}

/// Says whether a bundle calls itself STIX 2.0, as far as it was read; `None` where it says nothing yet.
fn says_2_0(before: &[u8], limits: &Limits) -> Option<bool> {
    let mut whole = before.to_vec();
    whole.extend_from_slice(b"]}");
    let node = Node::parse(&whole, limits).ok()?;
    node.property("spec_version").map(|_| is_2_0(&node))
}

fn is_2_0(bundle: &Node<'_>) -> bool {
    bundle.property("spec_version").and_then(Node::text) == Some(rule::SPEC_2_0)
}
