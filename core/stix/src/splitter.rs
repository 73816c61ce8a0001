//! Cuts a file into its STIX objects while it is still arriving.
//!
//! Guarantees: takes a file of any length in chunks of any length; hands out the exact bytes of each object once, in
//! order; holds at most one object, the bundle's own properties, and nothing of the chunk. Every object passed on, and
//! the bundle around it, is strict JSON within [`Limits`]. A file that ends early, or goes on too long, is an error,
//! though objects before that point have been handed out by then: the caller keeps nothing until `finish` agrees.
//!
//! Does not know: what a STIX object is, or the shapes that files have besides (`file`). One top-level object that is not a bundle counts as one object.

pub(crate) mod boundary;
pub(crate) mod envelope;
pub(crate) mod torn;

use crate::json::{Fault, JsonError, JsonErrorKind, Limits, Place, Scanner, foreign_encoding, skip_blank};
use boundary::Boundary;
use envelope::{Envelope, Step, TypeSeen};

/// One object of the file: its exact bytes and where they begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawObject<'a> {
    /// The bytes, from the first brace to the last.
    pub bytes: &'a [u8],
    /// Bytes of the file before it.
    pub offset: u64,
    /// The line it begins in, from 1.
    pub line: u64,
    /// What was read of the top level before it, up to the bracket that opens the list; for a bare object, itself.
    pub before: &'a [u8],
}

/// What the file was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum FileKind {
    /// A STIX bundle.
    #[default]
    Bundle,
    /// A list of objects under a top level without a type, as TAXII 2.1 §3.7 envelopes are.
    Envelope,
    /// One bare object.
    Object,
}

/// What is known of the file once it is complete.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct BundleFacts {
    /// The bundle's identifier, as written; `None` for a bare object.
    pub id: Option<String>,
    /// How many objects were handed out.
    pub objects: u64,
    /// Whether the file began with a UTF-8 byte order mark, which was passed over.
    pub bom: bool,
    /// Bytes of the file.
    pub bytes: u64,
    /// What the file was.
    pub kind: FileKind,
    /// The top level as written, with an empty list in place of the objects.
    pub top_level: Vec<u8>,
}

/// Where between or inside the objects of the list the text stands.
#[derive(Debug)]
enum State {
    /// Before the opening brace.
    Start,
    /// In the properties of the top level.
    Top,
    /// In the list: an object may begin, or the list may end where `first`.
    Item { first: bool },
    /// In an object that does not lie in one chunk; its bytes so far are in `held`.
    Held { boundary: Boundary, begin: Place },
    /// Behind an object of the list.
    AfterItem,
    /// Behind the top level.
    End,
}

/// Takes a file in chunks and hands out its objects.
#[derive(Debug)]
pub struct Splitter {
    limits: Limits,
    scanner: Scanner,
    state: State,
    /// The place of the first byte not yet passed.
    place: Place,
    /// The first four bytes of the file, or fewer: they tell an encoding that is not UTF-8.
    head: Vec<u8>,
    held: Vec<u8>,
    envelope: Envelope,
    facts: BundleFacts,
    failed: Option<JsonError>,
}

const BOM: [u8; 3] = [0xEF, 0xBB, 0xBF];

type Sink<'s> = &'s mut dyn FnMut(RawObject<'_>);

impl Splitter {
    /// Begins a file.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            scanner: Scanner::default(),
            state: State::Start,
            place: Place::START,
            head: Vec::new(),
            held: Vec::new(),
            envelope: Envelope::default(),
            facts: BundleFacts::default(),
            failed: None,
        }
    }

    /// Takes the next bytes of the file and hands out every object they complete.
    ///
    /// # Errors
    /// [`JsonError`] for the first thing wrong, with its place in the file; every later call repeats it.
    pub fn push(&mut self, chunk: &[u8], sink: Sink<'_>) -> Result<(), JsonError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let missing = 4usize.saturating_sub(self.head.len());
        self.head.extend(chunk.iter().take(missing));
        let mut rest = chunk;
        while !rest.is_empty() {
            match self.step(rest, sink) {
                Ok(passed) => {
                    let (before, after) = rest.split_at_checked(passed).unwrap_or((rest, &[]));
                    self.place.advance(before);
                    rest = after;
                }
                Err(error) => {
                    let error = self.explained(error);
                    self.failed = Some(error);
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    /// Ends the file.
    ///
    /// # Errors
    /// [`JsonError`] where the file is empty, cut off, or had failed before.
    pub fn finish(mut self) -> Result<BundleFacts, JsonError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let cut_off = self.place.error(JsonErrorKind::UnexpectedEnd);
        match &self.state {
            State::Start => Err(self.explained(self.place.error(JsonErrorKind::Empty))),
            State::Top => {
                let error = self.envelope.broken(&mut self.scanner, &self.limits, cut_off);
                Err(self.explained(error))
            }
            State::Held { begin, .. } => match self.scanner.value(&self.held, 0, &self.limits, &mut ()) {
                Err(fault) if fault.kind != JsonErrorKind::UnexpectedEnd => Err(fault.placed(*begin, &self.held)),
                _ => Err(cut_off),
            },
            State::Item { .. } | State::AfterItem => Err(cut_off),
            State::End => {
                self.facts.bytes = self.place.offset;
                self.facts.top_level = self.envelope.text;
                Ok(self.facts)
            }
        }
    }

    /// Names the encoding where that, and not the byte met, is what is wrong.
    fn explained(&self, error: JsonError) -> JsonError {
        match foreign_encoding(&self.head) {
            Some(kind @ JsonErrorKind::ForeignEncoding { .. }) if error.offset < 4 => Place::START.error(kind),
            _ => error,
        }
    }

    fn place_at(&self, rest: &[u8], at: usize) -> Place {
        let mut place = self.place;
        place.advance(rest.get(..at).unwrap_or(rest));
        place
    }

    /// Passes at least one byte of `rest`, which is not empty; returns how many.
    fn step(&mut self, rest: &[u8], sink: Sink<'_>) -> Result<usize, JsonError> {
        let (at, kind) = match self.state {
            State::Start => return self.start(rest),
            State::Top => return self.top(rest, sink),
            State::Item { first } => return self.item(rest, first, sink),
            State::Held { .. } => return self.held(rest, sink),
            State::AfterItem => {
                let at = skip_blank(rest, 0);
                match rest.get(at) {
                    None => return Ok(at),
                    Some(b',') => {
                        self.state = State::Item { first: false };
                        return Ok(at + 1);
                    }
                    Some(b']') => return Ok(self.list_ends(rest, at)),
                    Some(&found) => {
                        (at, JsonErrorKind::Unexpected { found, expected: "a comma or ] in the list of objects" })
                    }
                }
            }
            State::End => {
                let at = skip_blank(rest, 0);
                if at == rest.len() {
                    return Ok(at);
                }
                (at, JsonErrorKind::TrailingBytes)
            }
        };
        Err(self.place_at(rest, at).error(kind))
    }

    fn start(&mut self, rest: &[u8]) -> Result<usize, JsonError> {
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
        let found = match rest.get(at) {
            None => return Ok(at),
            Some(b'{') => {
                self.envelope.open(self.place_at(rest, at));
                self.state = State::Top;
                return Ok(at + 1);
            }
            Some(b'[') => "a list",
            Some(b'"') => "a string",
            Some(b'-' | b'0'..=b'9') => "a number",
            Some(b't' | b'f') => "true or false",
            Some(b'n') => "null",
            Some(&found) => {
                let kind = JsonErrorKind::Unexpected { found, expected: "a STIX bundle or one STIX object" };
                return Err(self.place_at(rest, at).error(kind));
            }
        };
        Err(self.place_at(rest, at).error(JsonErrorKind::TopLevel { found }))
    }

    fn top(&mut self, rest: &[u8], sink: Sink<'_>) -> Result<usize, JsonError> {
        let (passed, step) = match self.envelope.take(rest, &self.limits) {
            Ok(taken) => taken,
            Err(fault) => {
                // An error further up in what was kept explains more than the one met here.
                let here = self.place_at(rest, fault.at).error(fault.kind);
                return Err(self.envelope.broken(&mut self.scanner, &self.limits, here));
            }
        };
        match step {
            Step::More => {}
            Step::ListBegins => {
                self.envelope.check_head(&mut self.scanner, &self.limits)?;
                self.state = State::Item { first: true };
            }
            Step::Ends => {
                self.envelope.check(&mut self.scanner, &self.limits)?;
                self.top_ends(self.place_at(rest, passed.saturating_sub(1)), sink)?;
                self.state = State::End;
            }
        }
        Ok(passed)
    }

    fn top_ends(&mut self, end: Place, sink: Sink<'_>) -> Result<(), JsonError> {
        let envelope = &mut self.envelope;
        self.facts.kind = match (envelope.had_list(), envelope.type_seen) {
            (_, TypeSeen::Bundle) if envelope.objects_seen => return Err(end.error(JsonErrorKind::ObjectsNotAList)),
            (_, TypeSeen::Bundle) => FileKind::Bundle,
            (true, TypeSeen::None) => FileKind::Envelope,
            (true, TypeSeen::Other) => return Err(end.error(JsonErrorKind::NotABundle)),
            (false, _) => FileKind::Object,
        };
        if self.facts.kind == FileKind::Object {
            self.facts.objects = 1;
            let Place { offset, line, .. } = envelope.begin;
            sink(RawObject { bytes: &envelope.text, offset, line, before: &envelope.text });
        } else {
            self.facts.id = envelope.id.take();
        }
        Ok(())
    }

    fn item(&mut self, rest: &[u8], first: bool, sink: Sink<'_>) -> Result<usize, JsonError> {
        let at = skip_blank(rest, 0);
        let Some(item) = rest.get(at..).filter(|item| !item.is_empty()) else { return Ok(at) };
        if first && item.first() == Some(&b']') {
            return Ok(self.list_ends(rest, at));
        }
        let begin = self.place_at(rest, at);
        let limit = self.limits.object_bytes_max;
        let within = item.get(..limit).unwrap_or(item);
        let ended = match self.scanner.value(within, 0, &self.limits, &mut ()) {
            // A number that reaches the end of the chunk may go on in the next.
            Ok(end) if end < item.len() || matches!(item.first(), Some(b'{' | b'[' | b'"')) => Some(end),
            Ok(_) => None,
            Err(fault) if fault.kind == JsonErrorKind::UnexpectedEnd && item.len() > limit => {
                return Err(begin.error(JsonErrorKind::ObjectTooLong { limit }));
            }
            Err(fault) if fault.kind == JsonErrorKind::UnexpectedEnd => None,
            Err(fault) => return Err(fault.placed(begin, within)),
        };
        if let Some(end) = ended {
            self.facts.objects += 1;
            let bytes = item.get(..end).unwrap_or(item);
            let before = self.envelope.text.as_slice();
            sink(RawObject { bytes, offset: begin.offset, line: begin.line, before });
            self.state = State::AfterItem;
            return Ok(at + end);
        }
        let mut boundary = Boundary::default();
        boundary.feed(item);
        self.held.clear();
        self.held.extend_from_slice(item);
        self.state = State::Held { boundary, begin };
        Ok(rest.len())
    }

    fn held(&mut self, rest: &[u8], sink: Sink<'_>) -> Result<usize, JsonError> {
        let State::Held { boundary, begin } = &mut self.state else { return Ok(rest.len()) };
        let begin = *begin;
        let end = boundary.feed(rest);
        let taken = rest.get(..end.unwrap_or(rest.len())).unwrap_or(rest);
        let limit = self.limits.object_bytes_max;
        let too_long = self.held.len() + taken.len() > limit;
        if !too_long {
            self.held.extend_from_slice(taken);
        }
        if too_long || end.is_some() {
            match self.scanner.value(&self.held, 0, &self.limits, &mut ()) {
                Err(fault) if !(too_long && fault.kind == JsonErrorKind::UnexpectedEnd) => {
                    return Err(fault.placed(begin, &self.held));
                }
                _ if too_long => return Err(begin.error(JsonErrorKind::ObjectTooLong { limit })),
                Ok(at) if at < self.held.len() => {
                    let found = self.held.get(at).copied().unwrap_or_default();
                    let kind = JsonErrorKind::Unexpected { found, expected: "a comma or ] in the list of objects" };
                    return Err(Fault { kind, at }.placed(begin, &self.held));
                }
                _ => {}
            }
            self.facts.objects += 1;
            let before = self.envelope.text.as_slice();
            sink(RawObject { bytes: &self.held, offset: begin.offset, line: begin.line, before });
            self.state = State::AfterItem;
        }
        Ok(taken.len())
    }

    /// Goes back to the properties of the top level; the closing bracket is at `at`.
    fn list_ends(&mut self, rest: &[u8], at: usize) -> usize {
        self.envelope.resume(self.place_at(rest, at));
        self.state = State::Top;
        at + 1
    }
}
