//! Bytes cut into batches of whole lines.
//!
//! Guarantees: memory is bounded whatever comes; every line keeps its number, for one that cannot be sent leaves an empty line in
//! its place. Does not know: what a line says.

use comity_detect::LINE_BYTES_MAX;

/// A batch is full at this size, in bytes.
pub const BATCH_BYTES: usize = 2 << 20;
/// Refused lines that are named one by one in each batch.
const REFUSED_NAMED: usize = 20;

/// A line that cannot be sent.
pub struct Refused {
    /// Its number, from 1.
    pub line: u64,
    /// Why.
    pub reason: String,
}

/// Whole lines to be sent.
#[derive(Default)]
pub struct Batch {
    /// The lines, each with its line feed.
    pub text: String,
    /// The number of the first, from 1.
    pub first_line: u64,
    /// How many.
    pub lines: u64,
    /// The first of those that cannot be sent.
    pub refused: Vec<Refused>,
    /// All that cannot be sent.
    pub refused_count: u64,
}

/// Cuts bytes as they come.
#[derive(Default)]
pub struct Cutter {
    /// The line that has no line feed yet.
    rest: Vec<u8>,
    /// Whether that line is too long; its bytes are let go.
    too_long: bool,
    /// Lines before the batch.
    before: u64,
    batch: Batch,
}

impl Cutter {
    /// Takes bytes.
    pub fn push(&mut self, mut bytes: &[u8]) {
        while let Some((line, further)) = memchr::memchr(b'\n', bytes).and_then(|at| bytes.split_at_checked(at)) {
            if self.rest.is_empty() && !self.too_long {
                self.line(line);
            } else {
                self.grow(line);
                self.end();
            }
            bytes = further.strip_prefix(b"\n").unwrap_or(further);
        }
        self.grow(bytes);
    }

    /// Takes a last line without line feed for whole.
    pub fn end(&mut self) {
        if self.rest.is_empty() && !self.too_long {
            return;
        }
        if std::mem::take(&mut self.too_long) {
            self.rest.clear();
            return self.refuse(format!("the line is longer than {LINE_BYTES_MAX} bytes"));
        }
        let mut line = std::mem::take(&mut self.rest);
        self.line(&line);
        line.clear();
        self.rest = line;
    }

    /// Whether a line waits for its line feed.
    pub fn waits(&self) -> bool {
        !self.rest.is_empty() || self.too_long
    }

    /// Whether there are whole lines to send.
    pub fn has_lines(&self) -> bool {
        self.batch.lines > 0
    }

    /// Whether enough came together.
    pub fn is_full(&self) -> bool {
        self.batch.text.len() >= BATCH_BYTES
    }

    /// Gives what came together.
    pub fn take(&mut self) -> Batch {
        let first_line = self.before + 1;
        self.before += self.batch.lines;
        Batch { first_line, ..std::mem::take(&mut self.batch) }
    }

    /// Begins another file.
    pub fn restart(&mut self) {
        *self = Self::default();
    }

    fn grow(&mut self, bytes: &[u8]) {
        // A carriage return before the line feed is not of the line.
        if self.rest.len() + bytes.len() > LINE_BYTES_MAX + 1 {
            self.too_long = true;
            self.rest.clear();
        }
        if !self.too_long {
            self.rest.extend_from_slice(bytes);
        }
    }

    fn line(&mut self, line: &[u8]) {
        if line.len() > LINE_BYTES_MAX + 1 {
            return self.refuse(format!("the line is longer than {LINE_BYTES_MAX} bytes"));
        }
        match std::str::from_utf8(line) {
            Ok(text) => {
                self.batch.text.push_str(text);
                self.batch.text.push('\n');
                self.batch.lines += 1;
            }
            Err(error) => self.refuse(format!("the line is not UTF-8 (byte {})", error.valid_up_to() + 1)),
        }
    }

    fn refuse(&mut self, reason: String) {
        self.batch.text.push('\n');
        self.batch.lines += 1;
        self.batch.refused_count += 1;
        if self.batch.refused.len() < REFUSED_NAMED {
            self.batch.refused.push(Refused { line: self.before + self.batch.lines, reason });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cuts the same bytes in pieces of every length up to 7.
    fn check(bytes: &[u8], ended: bool, text: &str, refused: &[u64]) {
        for length in 1..8 {
            let mut cutter = Cutter::default();
            bytes.chunks(length).for_each(|piece| cutter.push(piece));
            if ended {
                cutter.end();
            }
            let batch = cutter.take();
            let lines: Vec<u64> = batch.refused.iter().map(|one| one.line).collect();
            assert_eq!((batch.text.as_str(), lines.as_slice()), (text, refused), "pieces of {length}");
            assert_eq!(batch.lines, text.matches('\n').count() as u64);
        }
    }

    #[test]
    fn lines_are_whole_and_keep_their_numbers() {
        check(b"a\nbb\r\n\nc", false, "a\nbb\r\n\n", &[]);
        check(b"a\nbb\n\nc", true, "a\nbb\n\nc\n", &[]);
        check("\u{e9}\u{1f980}\nx\n".as_bytes(), false, "\u{e9}\u{1f980}\nx\n", &[]);
        check(b"a\n\xff\xfe\nb\n\x80", true, "a\n\nb\n\n", &[2, 4]);
        check(b"", true, "", &[]);
    }

    #[test]
    fn a_line_without_end_takes_no_memory_and_is_one_line() {
        let mut cutter = Cutter::default();
        cutter.push(b"a\n");
        for _ in 0..40 {
            cutter.push(&vec![b'x'; 100_000]);
        }
        assert!(cutter.rest.capacity() < 2 * LINE_BYTES_MAX && cutter.waits());
        cutter.push(b"y\nb\n");
        let batch = cutter.take();
        assert_eq!((batch.text.as_str(), batch.first_line, batch.lines), ("a\n\nb\n", 1, 3));
        assert_eq!(
            (batch.refused.len(), batch.refused_count, batch.refused.first().map(|one| one.line)),
            (1, 1, Some(2))
        );
        cutter.push(b"c\n");
        assert_eq!(cutter.take().first_line, 4);
    }
}
