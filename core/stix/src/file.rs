//! Cuts a file as people have it into its STIX objects while it is still arriving.
//!
//! A file is one value or several, one after the other with blanks or nothing between: bundles, TAXII envelopes, single
//! objects (so one object a line, too), and lists of any of these. A bundle where an object should be is opened, to a depth.
//!
//! Guarantees: takes a file of any length in chunks of any length; hands out each object once, in order, with its exact
//! bytes, or says why it is refused and where; holds at most one object and what stands around the open lists. Every
//! object handed out is strict JSON within [`Limits`]. A bad object costs itself and not the file, as long as its brackets
//! are balanced outside of strings and no string lacks its end; else the file is an error, though pieces before that point have been
//! handed out by then: the caller keeps nothing until `finish` agrees.
//!
//! Does not know: what a STIX object is. What arrives over the network has one shape ([`crate::Splitter`]).

mod bundle_finder;

use crate::json::{Fault, JsonError, JsonErrorKind, Limits, Place, Scanner, foreign_encoding, skip_blank};
use crate::splitter::boundary::Boundary;
use crate::splitter::envelope::{Envelope, HandOut, Step, TypeSeen};
use crate::splitter::torn::Torn;
use bundle_finder::BundleFinder;

use sha2::{Digest as _, Sha256};

/// How many lists may be open inside each other: deeper bundles are handed out as they are.
pub const OPEN_MAX: usize = 8;

/// One object of the file, or what is refused in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece<'a> {
    /// Bytes of the file before it.
    pub offset: u64,
    /// The line it begins in, from 1.
    pub line: u64,
    /// What it is.
    pub content: Content<'a>,
}

/// What stands at a place of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content<'a> {
    /// The bytes of an object, from the first brace to the last.
    Object(&'a [u8]),
    /// Something that is no object within the limits.
    Refused(RefusedObject<'a>),
}

/// An object that is not handed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefusedObject<'a> {
    /// What is wrong, with its place in the file.
    pub error: JsonError,
    /// SHA-256 of its bytes; where it is a bundle whose objects were handed out, of the bundle with an empty list.
    pub digest: [u8; 32],
    /// Its `id`, where that could be read.
    pub id: Option<&'a str>,
}

/// What is known of the file once it is complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct FileFacts {
    /// Objects handed out and refused.
    pub pieces: u64,
    /// Values at the top of the file.
    pub values: u64,
    /// Whether the file began with a UTF-8 byte order mark, which was passed over.
    pub bom: bool,
    /// Bytes of the file.
    pub bytes: u64,
}

/// An object whose properties are being walked: it may turn out to be a bundle.
#[derive(Debug, Default)]
struct Walked {
    envelope: Envelope,
    /// Whether it was told that something is wrong with it.
    told: bool,
}

/// A list that is open.
#[derive(Debug)]
enum Level {
    /// Of its own.
    Plain,
    /// The objects of a bundle or envelope.
    Of(Box<Walked>),
}

/// A value that is passed over to its end.
#[derive(Debug)]
struct Passed {
    boundary: Boundary,
    torn: Torn,
    digest: Sha256,
    begin: Place,
    error: JsonError,
    id: Option<String>,
    told: bool,
}

#[derive(Debug)]
enum State {
    /// Between the values at the top.
    Between,
    /// In the innermost list: an object may begin, or the list may end where `first`.
    Item { first: bool },
    /// Behind a value of the innermost list.
    AfterItem,
    /// In the properties of an object.
    Walk(Box<Walked>),
    /// In something that is refused.
    Pass(Box<Passed>),
}

/// Takes a file in chunks and hands out its pieces.
#[derive(Debug)]
pub struct FileSplitter {
    limits: Limits,
    scanner: Scanner,
    finder: BundleFinder,
    levels: Vec<Level>,
    /// How many lists are open around all this.
    around: usize,
    state: State,
    /// The place of the first byte not yet passed.
    place: Place,
    /// The first four bytes of the file, or fewer: they tell an encoding that is not UTF-8.
    head: Vec<u8>,
    facts: FileFacts,
    failed: Option<JsonError>,
}

const BOM: [u8; 3] = [0xEF, 0xBB, 0xBF];

type Sink<'s> = &'s mut dyn FnMut(Piece<'_>);

impl FileSplitter {
    /// Begins a file; the limits hold for each object.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            scanner: Scanner::default(),
            finder: BundleFinder::default(),
            levels: Vec::new(),
            around: 0,
            state: State::Between,
            place: Place::START,
            head: Vec::new(),
            facts: FileFacts::default(),
            failed: None,
        }
    }

    /// Takes the next bytes of the file and hands out every piece they complete.
    ///
    /// # Errors
    /// [`JsonError`] where the file cannot be cut, with the place; every later call repeats it.
    pub fn push(&mut self, chunk: &[u8], sink: Sink<'_>) -> Result<(), JsonError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let missing = 4usize.saturating_sub(self.head.len());
        self.head.extend(chunk.iter().take(missing));
        let cut = match self.foreign() {
            Some(foreign) => Err(foreign),
            None => self.run(chunk, sink),
        };
        self.failed = cut.err();
        cut
    }

    /// Ends the file.
    ///
    /// # Errors
    /// [`JsonError`] where the file is empty, cut off, or had failed before.
    pub fn finish(mut self) -> Result<FileFacts, JsonError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let cut_off = self.place.error(JsonErrorKind::UnexpectedEnd);
        match &self.state {
            State::Between if self.facts.values > 0 => {
                self.facts.bytes = self.place.offset;
                Ok(self.facts)
            }
            State::Between => Err(self.place.error(JsonErrorKind::Empty)),
            State::Item { .. } | State::AfterItem => Err(cut_off),
            State::Walk(walked) => Err(walked.envelope.broken(&mut self.scanner, &self.limits, cut_off)),
            // What was wrong first is likely why no end was found.
            State::Pass(passed) => Err(passed.error),
        }
    }

    /// Tells that the file is in another encoding; no lawful file begins like one.
    fn foreign(&self) -> Option<JsonError> {
        match foreign_encoding(&self.head) {
            Some(kind @ JsonErrorKind::ForeignEncoding { .. }) => Some(Place::START.error(kind)),
            _ => None,
        }
    }

    fn place_at(&self, rest: &[u8], at: usize) -> Place {
        let mut place = self.place;
        place.advance(rest.get(..at).unwrap_or(rest));
        place
    }

    fn run(&mut self, bytes: &[u8], sink: Sink<'_>) -> Result<(), JsonError> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let passed = self.step(rest, sink)?;
            let (before, after) = rest.split_at_checked(passed).unwrap_or((rest, &[]));
            self.place.advance(before);
            rest = after;
        }
        Ok(())
    }

    /// Passes bytes of `rest`, which is not empty, or changes the state; returns how many.
    fn step(&mut self, rest: &[u8], sink: Sink<'_>) -> Result<usize, JsonError> {
        match std::mem::replace(&mut self.state, State::Between) {
            State::Between => self.between(rest, sink),
            State::Item { first } => self.item(rest, first, sink),
            State::AfterItem => self.after_item(rest),
            State::Walk(walked) => self.walk(walked, rest, sink),
            State::Pass(passed) => self.pass(passed, rest, sink),
        }
    }

    fn between(&mut self, rest: &[u8], sink: Sink<'_>) -> Result<usize, JsonError> {
        // A byte order mark may itself be cut by the end of a chunk: one byte of it at a time.
        let index = usize::try_from(self.place.offset).unwrap_or(usize::MAX);
        if let (Some(mark), true) = (BOM.get(index), self.head.first() == BOM.first()) {
            if rest.first() != Some(mark) {
                return Err(self.place.error(JsonErrorKind::InvalidUtf8));
            }
            self.facts.bom = true;
            return Ok(1);
        }
        let at = skip_blank(rest, 0);
        let kind = match rest.get(at) {
            None => return Ok(at),
            Some(b'{') => {
                self.facts.values += 1;
                return Ok(at + self.object(rest, at, sink));
            }
            Some(b'[') => {
                self.facts.values += 1;
                self.levels.push(Level::Plain);
                self.state = State::Item { first: true };
                return Ok(at + 1);
            }
            Some(&found) if self.facts.values > 0 => {
                JsonErrorKind::Unexpected { found, expected: "another bundle, object or list, or the end of the file" }
            }
            Some(b'"') => JsonErrorKind::TopLevel { found: "a string" },
            Some(b'-' | b'0'..=b'9') => JsonErrorKind::TopLevel { found: "a number" },
            Some(&found) => JsonErrorKind::Unexpected { found, expected: "a STIX bundle or one STIX object" },
        };
        Err(self.place_at(rest, at).error(kind))
    }

    fn item(&mut self, rest: &[u8], first: bool, sink: Sink<'_>) -> Result<usize, JsonError> {
        let at = skip_blank(rest, 0);
        let Some(&byte) = rest.get(at) else {
            self.state = State::Item { first };
            return Ok(at);
        };
        match byte {
            b'{' => return Ok(at + self.object(rest, at, sink)),
            b']' if first => {
                self.list_ends(self.place_at(rest, at));
                return Ok(at + 1);
            }
            b',' | b']' | b'}' | b':' => {
                let kind = JsonErrorKind::Unexpected { found: byte, expected: "a value" };
                return Err(self.place_at(rest, at).error(kind));
            }
            _ => {}
        }
        let begin = self.place_at(rest, at);
        let error = begin.error(JsonErrorKind::NotAnObject);
        self.state = State::Pass(Box::new(Passed::begin(begin, error, None)));
        Ok(at)
    }

    fn after_item(&mut self, rest: &[u8]) -> Result<usize, JsonError> {
        let at = skip_blank(rest, 0);
        match rest.get(at) {
            None => self.state = State::AfterItem,
            Some(b',') => self.state = State::Item { first: false },
            Some(b']') => self.list_ends(self.place_at(rest, at)),
            Some(&found) => {
                let kind = JsonErrorKind::Unexpected { found, expected: "a comma or ] in the list of objects" };
                return Err(self.place_at(rest, at).error(kind));
            }
        }
        Ok((at + 1).min(rest.len()))
    }

    /// Begins the object whose brace is at `at`; returns how many bytes from there were passed.
    fn object(&mut self, rest: &[u8], at: usize, sink: Sink<'_>) -> usize {
        let item = rest.get(at..).unwrap_or_default();
        let within = item.get(..self.limits.object_bytes_max).unwrap_or(item);
        let begin = self.place_at(rest, at);
        // Most objects lie in one chunk, are lawful and no bundles: they are handed out from where they lie.
        if let Ok(end) = self.scanner.value(within, 0, &self.limits, &mut ()) {
            let bytes = item.get(..end).unwrap_or(item);
            if !self.finder.may_be(bytes) {
                self.hand_out(begin, bytes, sink);
                self.value_ends();
                return end;
            }
        }
        let mut walked = Walked::default();
        walked.envelope.open(begin);
        walked.envelope.hand_out = match self.levels.len() {
            0 => HandOut::UnlessOther,
            open if self.around + open < OPEN_MAX => HandOut::InBundle,
            _ => HandOut::Never,
        };
        self.state = State::Walk(Box::new(walked));
        1
    }

    fn walk(&mut self, mut walked: Box<Walked>, rest: &[u8], sink: Sink<'_>) -> Result<usize, JsonError> {
        let Self { scanner, limits, .. } = self;
        let envelope = &mut walked.envelope;
        let (passed, step) = match envelope.take(rest, limits) {
            Ok(taken) => taken,
            Err(Fault { kind, at }) => {
                // An error further up in what was kept explains more than the one met here.
                let error = self.place_at(rest, at).error(kind);
                let error = envelope.broken(&mut self.scanner, &self.limits, error);
                let mut passed = Passed::begin(envelope.begin, error, envelope.id.take());
                passed.told = walked.told;
                passed.feed(&walked.envelope.text);
                self.state = State::Pass(Box::new(passed));
                return Ok(at);
            }
        };
        match step {
            Step::More => self.state = State::Walk(walked),
            Step::ListBegins => {
                if let Err(error) = envelope.check_head(scanner, limits) {
                    walked.told = true;
                    self.refuse(&walked, error, sink);
                }
                self.levels.push(Level::Of(walked));
                self.state = State::Item { first: true };
            }
            Step::Ends => self.walk_ends(walked, self.place_at(rest, passed.saturating_sub(1)), sink)?,
        }
        Ok(passed)
    }

    fn walk_ends(&mut self, walked: Box<Walked>, end: Place, sink: Sink<'_>) -> Result<(), JsonError> {
        let envelope = &walked.envelope;
        let checked = envelope.check(&mut self.scanner, &self.limits);
        let is_bundle = envelope.type_seen == TypeSeen::Bundle;
        if envelope.had_list() && envelope.type_seen == TypeSeen::Other {
            return Err(end.error(JsonErrorKind::NotABundle));
        }
        let hold_out = envelope.hand_out == HandOut::InBundle && envelope.objects_listed;
        if let Err(error) = checked
            && Torn::of(&envelope.text)
        {
            // As in `pass`.
            return Err(error);
        }
        if is_bundle && hold_out && !envelope.had_list() {
            // Its type stands behind its objects: now that it is known, go through it again.
            self.again(&walked, sink);
            return Ok(());
        }
        match checked {
            Err(error) if !walked.told => self.refuse(&walked, error, sink),
            Err(_) => {}
            Ok(()) if envelope.had_list() => {}
            Ok(()) if is_bundle && envelope.objects_seen && envelope.hand_out != HandOut::Never => {
                self.refuse(&walked, end.error(JsonErrorKind::ObjectsNotAList), sink);
            }
            Ok(()) if is_bundle && !envelope.objects_seen => {}
            Ok(()) => self.hand_out(envelope.begin, &envelope.text, sink),
        }
        self.value_ends();
        Ok(())
    }

    /// Takes an object that is held whole once more, as the bundle that it is.
    fn again(&mut self, walked: &Walked, sink: Sink<'_>) {
        let mut inside = Self::new(self.limits.clone());
        inside.place = walked.envelope.begin;
        inside.around = self.around + self.levels.len();
        let taken = inside.run(&walked.envelope.text, sink).and_then(|()| {
            let whole = matches!(inside.state, State::Between) && inside.facts.values == 1;
            if whole { Ok(()) } else { Err(inside.place.error(JsonErrorKind::UnexpectedEnd)) }
        });
        self.facts.pieces += inside.facts.pieces;
        if let Err(error) = taken {
            self.refuse(walked, error, sink);
        }
        self.value_ends();
    }

    /// Passes over what is refused. Where a closing quote is missing in it, nobody knows where it ends: what looks like its end may stand
    /// behind many good objects, so that the file is not cut there.
    fn pass(&mut self, mut passed: Box<Passed>, rest: &[u8], sink: Sink<'_>) -> Result<usize, JsonError> {
        let end = passed.feed(rest);
        if passed.torn.is_torn() {
            return Err(passed.error);
        }
        let Some(end) = end else {
            self.state = State::Pass(passed);
            return Ok(rest.len());
        };
        let Passed { digest, begin, error, id, told, .. } = *passed;
        if !told {
            let refused = RefusedObject { error, digest: digest.finalize().into(), id: id.as_deref() };
            self.piece(begin, Content::Refused(refused), sink);
        }
        self.value_ends();
        Ok(end)
    }

    fn hand_out(&mut self, begin: Place, bytes: &[u8], sink: Sink<'_>) {
        self.piece(begin, Content::Object(bytes), sink);
    }

    fn refuse(&mut self, walked: &Walked, error: JsonError, sink: Sink<'_>) {
        let Envelope { text, id, begin, .. } = &walked.envelope;
        let refused = RefusedObject { error, digest: Sha256::digest(text).into(), id: id.as_deref() };
        self.piece(*begin, Content::Refused(refused), sink);
    }

    fn piece(&mut self, begin: Place, content: Content<'_>, sink: Sink<'_>) {
        self.facts.pieces += 1;
        let Place { offset, line, .. } = begin;
        sink(Piece { offset, line, content });
    }

    /// Goes on behind a value: in the list around it, or at the top.
    fn value_ends(&mut self) {
        self.state = if self.levels.is_empty() { State::Between } else { State::AfterItem };
    }

    /// Goes back to what is around the innermost list; its closing bracket is at `place`.
    fn list_ends(&mut self, place: Place) {
        match self.levels.pop() {
            Some(Level::Of(mut walked)) => {
                walked.envelope.resume(place);
                self.state = State::Walk(walked);
            }
            Some(Level::Plain) | None => self.value_ends(),
        }
    }
}

impl Passed {
    fn begin(begin: Place, error: JsonError, id: Option<String>) -> Self {
        Self {
            boundary: Boundary::default(),
            torn: Torn::default(),
            digest: Sha256::new(),
            begin,
            error,
            id,
            told: false,
        }
    }

    /// Takes more bytes of it; returns the index behind its end, where it ends in them.
    fn feed(&mut self, bytes: &[u8]) -> Option<usize> {
        let end = self.boundary.feed(bytes);
        let taken = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or(bytes);
        self.torn.feed(taken);
        self.digest.update(taken);
        end
    }
}
