//! Where JSON texts begin and end, one after another or in a list, each over as many lines as it likes, in bytes that come in pieces.
//!
//! Guarantees: each byte is looked at once and nothing of it is kept; a text that is broken costs no other that begins on a line of
//! its own. Does not know: whether what is between the brackets is JSON.

use crate::line::LINE_BYTES_MAX;

/// The longest text over many lines, in bytes.
pub const DOCUMENT_BYTES_MAX: usize = 16 << 20;

/// One text, or what stands in the place of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Where it begins, in bytes from the first that was ever pushed.
    pub begin: usize,
    /// Where it ends, likewise.
    pub end: usize,
    /// The line in which it begins, from 1.
    pub line: u64,
    /// Bytes before it in that line.
    pub column: usize,
    /// Lists that are open around it.
    pub lists: u32,
    /// What it is.
    pub is: Is,
}

/// What a [`Span`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Is {
    /// From one bracket to the one that closes it.
    Whole,
    /// Broken before it was closed: a bracket of another kind, or a line end in a string.
    Broken,
    /// Never closed.
    Open,
    /// No object and no list.
    Foreign,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Between,
    Inside {
        span: Span,
        depth: u32,
        /// The kinds of the innermost 64 open brackets, the last one lowest: 1 for an object. No reader of JSON here goes as deep,
        /// so whatever becomes of a text that does, it is refused.
        kinds: u64,
        string: bool,
        escaped: bool,
    },
    Foreign(Span),
    /// Behind a broken text: the next begins where a line is indented no deeper than it was.
    Lost {
        column: usize,
    },
}

/// Walks over the bytes.
#[derive(Clone, Debug)]
pub struct Documents {
    /// Whether a list is one text; otherwise each object in it is one.
    whole_lists: bool,
    at: usize,
    line: u64,
    line_start: usize,
    /// Whether nothing but blanks stood in this line.
    blank: bool,
    /// Lists around the objects, and the line in which the outermost begins.
    lists: u32,
    lists_line: u64,
    state: State,
}

impl Documents {
    /// Begins before the first byte.
    pub fn new(whole_lists: bool) -> Self {
        Self { whole_lists, at: 0, line: 1, line_start: 0, blank: true, lists: 0, lists_line: 1, state: State::Between }
    }

    /// Takes bytes, and tells each text that ends in them.
    pub fn push(&mut self, bytes: &[u8], each: &mut dyn FnMut(Span)) {
        for byte in bytes {
            self.byte(*byte, each);
            self.at += 1;
            if *byte == b'\n' {
                self.line += 1;
                self.line_start = self.at;
                self.blank = true;
            } else if !byte.is_ascii_whitespace() {
                self.blank = false;
            }
        }
    }

    /// Takes the end for the end: tells what is open. Returns the line of a list that was not closed.
    pub fn end(&mut self, each: &mut dyn FnMut(Span)) -> Option<u64> {
        match self.state {
            State::Inside { span, .. } => each(Span { end: self.at, is: Is::Open, ..span }),
            State::Foreign(span) => each(Span { end: self.at, ..span }),
            State::Between | State::Lost { .. } => {}
        }
        self.state = State::Between;
        (self.lists > 0).then_some(self.lists_line)
    }

    /// Returns how many bytes are done with: no text that is open begins before.
    pub fn settled(&self) -> usize {
        match self.state {
            State::Inside { span, .. } | State::Foreign(span) => span.begin,
            State::Between | State::Lost { .. } => self.at,
        }
    }

    /// Returns the line in which the open text begins, or the line that is reached.
    pub fn line(&self) -> u64 {
        match self.state {
            State::Inside { span, .. } | State::Foreign(span) => span.line,
            State::Between | State::Lost { .. } => self.line,
        }
    }

    fn span(&self, is: Is) -> Span {
        {
            let column = self.at - self.line_start;
            Span { begin: self.at, end: self.at + 1, line: self.line, column, lists: self.lists, is }
        }
    }

    fn byte(&mut self, byte: u8, each: &mut dyn FnMut(Span)) {
        match self.state {
            State::Between => self.between(byte),
            State::Inside { .. } => self.inside(byte, each),
            State::Foreign(span) => {
                if byte == b'\n' {
                    each(Span { end: self.at, ..span });
                    self.state = State::Between;
                }
            }
            State::Lost { column } => {
                let opens = byte == b'{' || (byte == b'[' && (self.whole_lists || self.lists == 0));
                let closes = byte == b']' && self.lists > 0;
                if self.blank && (opens || closes) && self.at - self.line_start <= column {
                    self.state = State::Between;
                    self.between(byte);
                }
            }
        }
    }

    fn between(&mut self, byte: u8) {
        match byte {
            // RFC 7464 puts a record separator before each text.
            b',' | 0x1e => {}
            _ if byte.is_ascii_whitespace() => {}
            b'[' if !self.whole_lists => {
                if self.lists == 0 {
                    self.lists_line = self.line;
                }
                self.lists = self.lists.saturating_add(1);
            }
            b']' if self.lists > 0 => self.lists -= 1,
            b'{' | b'[' => {
                let kinds = u64::from(byte == b'{');
                let span = self.span(Is::Whole);
                self.state = State::Inside { span, depth: 1, kinds, string: false, escaped: false };
            }
            _ => self.state = State::Foreign(self.span(Is::Foreign)),
        }
    }

    fn inside(&mut self, byte: u8, each: &mut dyn FnMut(Span)) {
        let State::Inside { span, depth, kinds, string, escaped } = &mut self.state else { return };
        let (span, column) = (*span, span.column);
        let mut close = |is, end| each(Span { end, is, ..span });
        if *string {
            match byte {
                b'\n' => {
                    close(Is::Broken, self.at);
                    self.state = State::Lost { column };
                }
                _ if *escaped => *escaped = false,
                b'\\' => *escaped = true,
                b'"' => *string = false,
                _ => {}
            }
            return;
        }
        match byte {
            b'"' => *string = true,
            b'{' | b'[' => {
                *kinds = *kinds << 1 | u64::from(byte == b'{');
                *depth = depth.saturating_add(1);
            }
            b'}' | b']' => {
                if (*kinds & 1 == 1) != (byte == b'}') {
                    close(Is::Broken, self.at + 1);
                    self.state = State::Lost { column };
                    return;
                }
                *kinds >>= 1;
                *depth -= 1;
                if *depth == 0 {
                    close(Is::Whole, self.at + 1);
                    self.state = State::Between;
                }
            }
            _ => {}
        }
    }
}

/// Tells whether bytes begin with a JSON text that goes on over lines, rather than with lines that are one each; `None` where more
/// of them must be seen. A first line that is cut off, before one that is whole, is a line.
pub fn is_document(head: &[u8], ended: bool) -> Option<bool> {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let mut lines = head.split_inclusive(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    let Some(first) = lines.next() else { return ended.then_some(false) };
    if !first.trim_ascii_start().starts_with(b"{") && !first.trim_ascii_start().starts_with(b"[") {
        return Some(false);
    }
    let complete = |line: &[u8]| ended || line.ends_with(b"\n");
    if !complete(first) {
        return (first.len() > LINE_BYTES_MAX).then_some(true);
    }
    if is_closed(first) {
        return Some(first.len() > LINE_BYTES_MAX + 1);
    }
    if first.trim_ascii_start().starts_with(b"[") {
        return Some(true);
    }
    match lines.next() {
        None => ended.then_some(true),
        Some(second) if !complete(second) => (second.len() > LINE_BYTES_MAX).then_some(true),
        Some(second) => Some(!(second.trim_ascii_start().starts_with(b"{") && is_closed(second))),
    }
}

/// Tells whether a line is texts from bracket to bracket.
fn is_closed(line: &[u8]) -> bool {
    let mut documents = Documents::new(true);
    let mut whole = true;
    documents.push(line.trim_ascii(), &mut |span| whole &= span.is == Is::Whole);
    documents.end(&mut |_| whole = false);
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is found in a text, however it is cut: `line:text`, a mark before what is not whole.
    fn found(text: &str, whole_lists: bool) -> Vec<String> {
        let mut told: Option<Vec<String>> = None;
        for length in 1..8 {
            let (mut documents, mut all) = (Documents::new(whole_lists), Vec::new());
            for piece in text.as_bytes().chunks(length) {
                documents.push(piece, &mut |span| all.push(span));
            }
            let open = documents.end(&mut |span| all.push(span));
            let shown = |span: &Span| {
                let mark = match span.is {
                    Is::Whole => "",
                    Is::Broken => "broken ",
                    Is::Open => "open ",
                    Is::Foreign => "foreign ",
                };
                format!("{mark}{}:{}", span.line, text.get(span.begin..span.end).unwrap_or("?"))
            };
            let mut shown: Vec<String> = all.iter().map(shown).collect();
            shown.extend(open.map(|line| format!("list {line}")));
            assert!(told.is_none() || told.as_ref() == Some(&shown), "{text}: pieces of {length}");
            told = Some(shown);
        }
        told.unwrap_or_default()
    }

    #[test]
    fn texts_are_found_wherever_they_end() {
        for (text, expect) in [
            ("", vec![]),
            ("{}", vec!["1:{}"]),
            ("{\n\"a\":[1,\n{\"b\":\"}\\\"]\"}]\n}\n{}\n", vec!["1:{\n\"a\":[1,\n{\"b\":\"}\\\"]\"}]\n}", "5:{}"]),
            ("[\n{\"a\":1},\n {\"b\":2}\n]\n", vec!["2:{\"a\":1}", "3:{\"b\":2}"]),
            ("[{\"a\":1},{\"b\":2}]", vec!["1:{\"a\":1}", "1:{\"b\":2}"]),
            ("[\n{}\n", vec!["2:{}", "list 1"]),
            ("{}\n{\"a\":\n", vec!["1:{}", "open 2:{\"a\":\n"]),
            ("{\"a\":\"x\n{\"b\":1}\n", vec!["broken 1:{\"a\":\"x", "2:{\"b\":1}"]),
            ("[\n  {\"a\":]\n    {}\n  },\n  {\"b\":1}\n]", vec!["broken 2:{\"a\":]", "5:{\"b\":1}"]),
            ("[\n  {\"a\":\"\n]\n{}", vec!["broken 2:{\"a\":\"", "4:{}"]),
            ("x {}\n{}\n]\n", vec!["foreign 1:x {}", "2:{}", "foreign 3:]"]),
            ("7", vec!["foreign 1:7"]),
        ] {
            assert_eq!(found(text, false), expect, "{text}");
        }
        assert_eq!(found("[\n{}]\n[]{}", true), ["1:[\n{}]", "3:[]", "3:{}"]);
        let deep = format!("{}{}", "[".repeat(300), "]".repeat(300));
        assert_eq!(found(&deep, true), [format!("1:{deep}")]);
    }

    #[test]
    fn what_is_settled_is_never_read_again() {
        let text = b"[{\"a\":1},\n{\"b\":\n";
        let mut documents = Documents::new(false);
        documents.push(text, &mut |_| ());
        assert_eq!((documents.settled(), documents.line()), (10, 2));
    }

    #[test]
    fn a_text_over_lines_is_known_by_its_first_lines() {
        for (head, ended, expect) in [
            ("", false, None),
            ("\n \n", true, Some(false)),
            ("{\"a\":1}\n", false, Some(false)),
            ("[{\"a\":1}]\n", false, Some(false)),
            ("\u{feff}\n{\"a\":1}", true, Some(false)),
            ("{\"a\":1}", false, None),
            ("{\n", false, None),
            ("{\n", true, Some(true)),
            ("{\n\"a\":1\n", false, Some(true)),
            ("{\"a\":\n{\"b\":1}\n", false, Some(false)),
            ("[\n", false, Some(true)),
            ("type,value,time\n", false, Some(false)),
        ] {
            assert_eq!(is_document(head.as_bytes(), ended), expect, "{head}");
        }
    }
}
