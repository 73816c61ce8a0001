//! What stands around the objects: the bundle's own properties, or the whole of one bare object.
//!
//! The text around the list of objects is kept, with the list emptied, and checked as one strict value at its end; so
//! duplicate keys and everything else are found there as inside an object. Which of the two a file is may become known
//! late: until a list `objects` begins, everything is kept, up to the limit of one object.

use super::boundary::Boundary;
use crate::json::tree::Node;
use crate::json::{Fault, JsonError, JsonErrorKind, Limits, Place, Scanner};

#[derive(Debug, Default)]
enum Walk {
    #[default]
    KeyOrEnd,
    Key,
    InKey(Boundary),
    Colon,
    Value,
    InValue(Boundary),
    CommaOrEnd,
}

/// What the `type` property has said so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum TypeSeen {
    #[default]
    None,
    Bundle,
    Other,
}

/// When a list `objects` is handed out object by object rather than kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum HandOut {
    /// Where no other type than `bundle` stands before it.
    #[default]
    UnlessOther,
    /// Where the type `bundle` stands before it.
    InBundle,
    /// Never.
    Never,
}

/// What ended the bytes taken.
pub(crate) enum Step {
    /// They were used up.
    More,
    /// The list of objects begins behind them.
    ListBegins,
    /// The top level ends with them.
    Ends,
}

/// The kept text and how far it has been walked.
#[derive(Debug)]
pub(crate) struct Envelope {
    pub text: Vec<u8>,
    pub begin: Place,
    /// Length of the text up to and with the list's opening bracket, and the place of its closing one.
    list: Option<(usize, Place)>,
    walk: Walk,
    /// Where the current name or value begins in the text.
    token: usize,
    key: Option<String>,
    pub type_seen: TypeSeen,
    pub id: Option<String>,
    pub objects_seen: bool,
    /// Whether the last value of `objects` that was kept is a list.
    pub objects_listed: bool,
    pub hand_out: HandOut,
}

impl Default for Envelope {
    fn default() -> Self {
        Self {
            text: Vec::new(),
            begin: Place::START,
            list: None,
            walk: Walk::default(),
            token: 0,
            key: None,
            type_seen: TypeSeen::default(),
            id: None,
            objects_seen: false,
            objects_listed: false,
            hand_out: HandOut::default(),
        }
    }
}

impl Envelope {
    /// Begins at the opening brace, which has been met.
    pub fn open(&mut self, begin: Place) {
        self.begin = begin;
        self.text.push(b'{');
    }

    /// Says whether the objects were handed out one by one.
    pub fn had_list(&self) -> bool {
        self.list.is_some()
    }

    /// Goes on behind the list of objects, whose closing bracket is at `place`.
    pub fn resume(&mut self, place: Place) {
        self.list = Some((self.text.len(), place));
        self.text.push(b']');
        self.walk = Walk::CommaOrEnd;
    }

    /// Takes bytes up to the next event; returns how many. The fault's index is in `rest`.
    pub fn take(&mut self, rest: &[u8], limits: &Limits) -> Result<(usize, Step), Fault> {
        let mut at = 0;
        while let Some(&byte) = rest.get(at) {
            if self.text.len() >= limits.object_bytes_max {
                return Err(Fault { kind: JsonErrorKind::ObjectTooLong { limit: limits.object_bytes_max }, at });
            }
            if let Walk::InKey(boundary) | Walk::InValue(boundary) = &mut self.walk {
                let room = limits.object_bytes_max - self.text.len();
                let slice = rest.get(at..).map(|rest| rest.get(..room).unwrap_or(rest)).unwrap_or_default();
                let end = boundary.feed(slice);
                let taken = end.unwrap_or(slice.len());
                self.text.extend_from_slice(slice.get(..taken).unwrap_or_default());
                at += taken;
                if end.is_some() {
                    self.token_ends();
                }
                continue;
            }
            let blank = matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
            match (&self.walk, byte) {
                _ if blank => {}
                (Walk::KeyOrEnd | Walk::Key, b'"') => {
                    self.begin_token(byte, true);
                    at += 1;
                    continue;
                }
                (Walk::KeyOrEnd | Walk::CommaOrEnd, b'}') => {
                    self.text.push(byte);
                    return Ok((at + 1, Step::Ends));
                }
                (Walk::Colon, b':') => self.walk = Walk::Value,
                (Walk::CommaOrEnd, b',') => self.walk = Walk::Key,
                (Walk::Value, b'[') if self.is_list() => {
                    self.text.push(byte);
                    return Ok((at + 1, Step::ListBegins));
                }
                (Walk::Value, b',' | b'}' | b']' | b':') => return Err(unexpected(byte, at, "a value")),
                (Walk::Value, _) => {
                    self.begin_token(byte, false);
                    at += 1;
                    continue;
                }
                (Walk::KeyOrEnd, _) => return Err(unexpected(byte, at, "a property name in double quotes, or }")),
                (Walk::Key, _) => return Err(unexpected(byte, at, "a property name in double quotes")),
                (Walk::Colon, _) => return Err(unexpected(byte, at, "a colon")),
                (Walk::CommaOrEnd | Walk::InKey(_) | Walk::InValue(_), _) => {
                    return Err(unexpected(byte, at, "a comma or }"));
                }
            }
            self.text.push(byte);
            at += 1;
        }
        Ok((at, Step::More))
    }

    fn begin_token(&mut self, byte: u8, is_key: bool) {
        let mut boundary = Boundary::default();
        boundary.feed(&[byte]);
        self.token = self.text.len();
        self.text.push(byte);
        self.walk = if is_key { Walk::InKey(boundary) } else { Walk::InValue(boundary) };
    }

    /// Looks at the name or value that just ended. What is not a lawful string is found later by the scanner.
    fn token_ends(&mut self) {
        let token = self.text.get(self.token..).unwrap_or_default();
        let short = if token.len() <= 4096 { token } else { &[] };
        let string = match Node::parse(short, &Limits::default()) {
            Ok(Node::String(text)) => Some(text.into_owned()),
            _ => None,
        };
        if matches!(self.walk, Walk::InKey(_)) {
            self.key = string;
            self.walk = Walk::Colon;
            return;
        }
        match self.key.as_deref() {
            Some("type") => {
                self.type_seen = if string.as_deref() == Some("bundle") { TypeSeen::Bundle } else { TypeSeen::Other };
            }
            Some("id") => self.id = string,
            Some("objects") => {
                self.objects_seen = true;
                self.objects_listed = token.first() == Some(&b'[');
            }
            _ => {}
        }
        self.walk = Walk::CommaOrEnd;
    }

    fn is_list(&self) -> bool {
        let handed_out = match self.hand_out {
            HandOut::UnlessOther => self.type_seen != TypeSeen::Other,
            HandOut::InBundle => self.type_seen == TypeSeen::Bundle,
            HandOut::Never => false,
        };
        handed_out && self.list.is_none() && self.key.as_deref() == Some("objects")
    }

    /// Checks what stands before the list, so that an error there is found before any object is handed out.
    pub fn check_head(&mut self, scanner: &mut Scanner, limits: &Limits) -> Result<(), JsonError> {
        let length = self.text.len();
        self.text.extend_from_slice(b"]}");
        let fault = scanner.value(&self.text, 0, limits, &mut ()).err();
        self.text.truncate(length);
        fault.map_or(Ok(()), |fault| Err(self.placed(fault)))
    }

    /// Checks the whole, once its last brace is there.
    pub fn check(&self, scanner: &mut Scanner, limits: &Limits) -> Result<(), JsonError> {
        scanner.value(&self.text, 0, limits, &mut ()).map(|_| ()).map_err(|fault| self.placed(fault))
    }

    /// Returns the error of a text that ended, or became too long, before its last brace.
    pub fn broken(&self, scanner: &mut Scanner, limits: &Limits, otherwise: JsonError) -> JsonError {
        match scanner.value(&self.text, 0, limits, &mut ()) {
            Err(fault) if fault.kind != JsonErrorKind::UnexpectedEnd => self.placed(fault),
            _ => otherwise,
        }
    }

    fn placed(&self, fault: Fault) -> JsonError {
        match self.list {
            Some((length, place)) if fault.at >= length => {
                let fault = Fault { at: fault.at - length, ..fault };
                fault.placed(place, self.text.get(length..).unwrap_or_default())
            }
            _ => fault.placed(self.begin, &self.text),
        }
    }
}

fn unexpected(found: u8, at: usize, expected: &'static str) -> Fault {
    Fault { kind: JsonErrorKind::Unexpected { found, expected }, at }
}
