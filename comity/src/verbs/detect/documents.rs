//! JSON texts over many lines, cut into pieces of whole ones.
//!
//! Guarantees: memory is bounded by the longest text that is taken; a list is cut between its items, and each piece is a list again,
//! so that a list may be of any length. Does not know: what a text says.

use super::lines::{BATCH_BYTES, Refused};
use comity_detect::{DOCUMENT_BYTES_MAX, Documents};

/// The longest piece: room for brackets is left beside it.
const PIECE_BYTES_MAX: usize = DOCUMENT_BYTES_MAX - 4096;

/// Whole texts to be sent.
pub struct Piece {
    /// What they are.
    pub bytes: Vec<u8>,
    /// The line in which they begin, from 1.
    pub first_line: u64,
    /// How many lines begin in it.
    pub lines: u64,
}

/// Where a piece may be cut.
#[derive(Clone, Copy)]
struct Cut {
    /// How many bytes are before.
    at: usize,
    /// How many lists are open there.
    lists: usize,
}

/// Gathers bytes as they come.
pub struct Gathered {
    held: Vec<u8>,
    documents: Documents,
    /// Bytes that were sent.
    before: usize,
    lines_before: u64,
    /// Lists that are open where the held bytes begin.
    lists: usize,
    cut: Option<Cut>,
    /// Whether what was sent ends within a line.
    within: bool,
    ended: bool,
}

impl Default for Gathered {
    fn default() -> Self {
        Self::new(false)
    }
}

impl Gathered {
    /// Begins before the first byte; a list is one text where `whole_lists` says so.
    pub fn new(whole_lists: bool) -> Self {
        Self {
            held: Vec::new(),
            documents: Documents::new(whole_lists),
            before: 0,
            lines_before: 0,
            lists: 0,
            cut: None,
            within: false,
            ended: false,
        }
    }

    /// Takes bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        let before = self.before;
        let first = before == 0 && self.held.is_empty();
        // A mark of the order of bytes is no text; it goes, and the first line keeps its number.
        let bytes = if first { bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes) } else { bytes };
        self.held.extend_from_slice(bytes);
        self.documents.push(bytes, &mut |span| {
            let at = span.end.saturating_sub(before);
            if at <= PIECE_BYTES_MAX {
                self.cut = Some(Cut { at, lists: span.lists as usize });
            }
        });
    }

    /// Takes what was read for all there will be.
    pub fn end(&mut self) {
        self.ended = true;
    }

    /// Whether there is something to send.
    pub fn has_some(&self) -> bool {
        self.cut.is_some()
    }

    /// Whether enough came together, or a long text begins behind what did.
    pub fn is_full(&self) -> bool {
        self.cut.is_some_and(|cut| cut.at >= BATCH_BYTES || self.held.len() - cut.at.min(self.held.len()) > BATCH_BYTES)
    }

    /// The line of a text that is too long to be taken.
    pub fn too_long(&self) -> Option<u64> {
        (self.cut.is_none() && self.held.len() > DOCUMENT_BYTES_MAX).then(|| self.documents.line())
    }

    /// Gives what came together; at the end, also what is not whole.
    pub fn take(&mut self) -> Option<Piece> {
        let last = Cut { at: self.held.len(), lists: 0 };
        let cut = match self.cut.take() {
            Some(cut) => cut,
            // A list that is still open is sent open, so that it is refused.
            None if self.ended && (!self.held.is_empty() || self.lists > 0) => last,
            None => return None,
        };
        let rest = self.held.split_off(cut.at.min(self.held.len()));
        let held = std::mem::replace(&mut self.held, rest);
        let ends = memchr::memchr_iter(b'\n', &held).count() as u64;
        let first_line = self.lines_before + 1;
        self.lines_before += ends;
        // A line that a piece ends within counts in that piece, and not in the next.
        let within = held.last().is_some_and(|byte| *byte != b'\n');
        let lines = (ends + u64::from(within)).saturating_sub(u64::from(self.within));
        self.within = within || held.is_empty() && self.within;
        self.before += held.len();
        let mut bytes = vec![b'['; std::mem::replace(&mut self.lists, cut.lists)];
        bytes.extend(held);
        bytes.resize(bytes.len() + cut.lists, b']');
        Some(Piece { bytes, first_line, lines })
    }
}

/// The texts of a piece that are UTF-8, and which are not; those stand blank in it.
pub fn readable(bytes: Vec<u8>, first_line: u64, whole_lists: bool) -> (String, Vec<Refused>) {
    let mut bytes = match String::from_utf8(bytes) {
        Ok(text) => return (text, Vec::new()),
        Err(error) => error.into_bytes(),
    };
    let mut spans = Vec::new();
    let mut documents = Documents::new(whole_lists);
    documents.push(&bytes, &mut |span| spans.push(span));
    documents.end(&mut |span| spans.push(span));
    let mut refused = Vec::new();
    for span in spans {
        let Some(text) = bytes.get_mut(span.begin..span.end) else { continue };
        let Err(error) = std::str::from_utf8(text) else { continue };
        let before = text.iter().take(error.valid_up_to()).filter(|byte| **byte == b'\n').count() as u64;
        let line = first_line + span.line - 1 + before;
        refused.push(Refused { line, reason: "the document is not UTF-8".to_owned() });
        text.iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
    }
    // Behind a text that broke off there may be more; nothing reads it.
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| ' '));
    }
    (text, refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each piece: the line in which it begins, and its text; and all lines.
    fn pieces(text: &str, length: usize) -> (Vec<String>, u64) {
        let (mut gathered, mut all, mut lines) = (Gathered::default(), Vec::new(), 0);
        let mut note = |piece: Piece| {
            lines += piece.lines;
            all.push(format!("{}:{}", piece.first_line, String::from_utf8_lossy(&piece.bytes)));
        };
        for part in text.as_bytes().chunks(length) {
            gathered.push(part);
            if let Some(piece) = gathered.take() {
                note(piece);
            }
        }
        gathered.end();
        while let Some(piece) = gathered.take() {
            note(piece);
        }
        (all, lines)
    }

    #[test]
    fn each_piece_is_whole() {
        let list = "\u{feff}[\n{\"a\":\n1},\n{}\n]\n";
        let expect = ["1:[\n{\"a\":\n1}]", "3:[,\n{}]", "4:[\n]\n"].map(str::to_owned).to_vec();
        assert_eq!(pieces(list, 8), (expect, 5));
        assert_eq!(pieces("{}{\n", 99), (vec!["1:{}".to_owned(), "1:{\n".to_owned()], 1));
        assert_eq!(pieces("[{}", 99), (vec!["1:[{}]".to_owned(), "1:[".to_owned()], 1), "an end that is cut off shows");
    }

    #[test]
    fn a_long_text_is_told_and_takes_no_more_memory() {
        let mut gathered = Gathered::new(false);
        gathered.push(b"{}\n{\n");
        assert!(gathered.take().is_some());
        let block = vec![b' '; 1 << 20];
        let mut pushed = 0;
        while gathered.too_long().is_none() {
            gathered.push(&block);
            pushed += 1;
        }
        assert_eq!((gathered.too_long(), pushed), (Some(2), 16));
    }

    #[test]
    fn what_is_not_utf8_costs_no_other() {
        let (text, refused) = readable(
            "{\"a\":\n\"?\"}\n{\"b\":\"é\"}\n".bytes().map(|b| if b == b'?' { 0xff } else { b }).collect(),
            7,
            false,
        );
        assert_eq!(text, "     \n    \n{\"b\":\"é\"}\n");
        assert_eq!(refused.iter().map(|one| one.line).collect::<Vec<_>>(), [8]);
    }
}
