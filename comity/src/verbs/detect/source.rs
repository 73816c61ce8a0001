//! One file, pipe or standard input, read in batches.
//!
//! Guarantees: memory is bounded whatever its length; a batch leaves only when its lines are whole. Does not know: what becomes of
//! a batch, when to read again.

use super::documents::Gathered;
use super::feed::{Feed, Place};
use super::lines::{BATCH_BYTES, Cutter};
use super::mapping::{Choice, Opening, open};
use comity_detect::{DOCUMENT_BYTES_MAX, Heading};
use comity_node::Failure;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::fs::{File, Metadata, OpenOptions};
use std::io::{ErrorKind, Read};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Read at once.
const BLOCK_BYTES: usize = 256 << 10;
/// A beginning of which this much is there is looked at again only when it has doubled.
const HEAD_BYTES: usize = 1 << 20;
/// The longest name of a source, in characters.
const SOURCE_CHARS_MAX: usize = 200;

/// Where bytes come from.
enum Input {
    File(File),
    Standard,
}

impl Input {
    fn fd(&self) -> BorrowedFd<'_> {
        match self {
            Input::File(file) => file.as_fd(),
            Input::Standard => rustix::stdio::stdin(),
        }
    }
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Input::File(file) => file.read(buffer),
            // Past the standard library's own buffer, so that polling tells the truth.
            Input::Standard => rustix::io::read(rustix::stdio::stdin(), buffer).map_err(Into::into),
        }
    }
}

/// What a reading brought.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Brought {
    /// So many bytes.
    Bytes(u64),
    /// Nothing now; perhaps later.
    Nothing,
    /// The end.
    End,
}

/// One input that is read.
pub struct Source {
    /// As it was named.
    pub shown: String,
    /// What it is called in evidence.
    name: String,
    path: PathBuf,
    input: Option<Input>,
    /// Which file of the disk is open, where it is a regular one.
    identity: Option<(u64, u64)>,
    /// Bytes read of it.
    read: u64,
    /// The beginning, until it is decided how to read.
    head: Vec<u8>,
    /// How much of it was there when it was looked at last.
    looked_at: usize,
    opening: Option<Opening>,
    /// The lines that say how others are read.
    heading: Option<Heading>,
    cutter: Cutter,
    gathered: Gathered,
    block: Vec<u8>,
}

impl Source {
    /// Names an input; nothing is opened yet.
    pub fn new(path: &Path, name: Option<&str>) -> Self {
        let standard = path == Path::new("-");
        let shown = if standard { "standard input".to_owned() } else { path.display().to_string() };
        let own = path.file_name().map_or_else(|| shown.clone(), |name| name.to_string_lossy().into_owned());
        let own = if standard { shown.clone() } else { own };
        let own: String = own.chars().map(|c| if c.is_control() { '?' } else { c }).take(SOURCE_CHARS_MAX).collect();
        Self {
            shown,
            name: name.map_or(own, str::to_owned),
            path: path.to_owned(),
            input: None,
            identity: None,
            read: 0,
            head: Vec::new(),
            looked_at: 0,
            opening: None,
            heading: None,
            cutter: Cutter::default(),
            gathered: Gathered::default(),
            block: Vec::new(),
        }
    }

    /// Whether it is open.
    pub fn is_open(&self) -> bool {
        self.input.is_some()
    }

    /// Whether it is standard input.
    pub fn is_standard(&self) -> bool {
        self.path == Path::new("-")
    }

    /// Whether it is a pipe with a name.
    pub fn is_pipe(&self) -> bool {
        !self.is_standard() && std::fs::metadata(&self.path).is_ok_and(|about| about.file_type().is_fifo())
    }

    /// Whether it is a regular file, and open.
    pub fn is_regular(&self) -> bool {
        self.identity.is_some()
    }

    /// Opens it, a pipe without waiting for its writer where `follow` says so. Returns its length where it is a regular file.
    pub fn open(&mut self, follow: bool) -> std::io::Result<u64> {
        if self.is_standard() {
            self.input = Some(Input::Standard);
            return Ok(0);
        }
        let mut options = OpenOptions::new();
        options.read(true);
        if follow {
            options.custom_flags(rustix::fs::OFlags::NONBLOCK.bits() as i32);
        }
        let file = options.open(&self.path)?;
        let about = file.metadata()?;
        let kind = about.file_type();
        if !(kind.is_file() || kind.is_fifo() || kind.is_char_device()) {
            return Err(std::io::Error::new(ErrorKind::InvalidInput, "not a file or pipe"));
        }
        self.identity = kind.is_file().then(|| identity(&about));
        self.input = Some(Input::File(file));
        Ok(if kind.is_file() { about.len() } else { 0 })
    }

    /// Whether bytes, or the end, are there within so many milliseconds.
    pub fn is_ready(&self, milliseconds: u32) -> bool {
        let Some(input) = &self.input else { return false };
        if self.identity.is_some() {
            return true;
        }
        let fd = input.fd();
        let mut fds = [PollFd::new(&fd, PollFlags::IN)];
        let wait = Timespec { tv_sec: 0, tv_nsec: i64::from(milliseconds) * 1_000_000 };
        // Where it cannot be told, reading tells.
        poll(&mut fds, Some(&wait)).map_or(true, |ready| ready > 0)
    }

    /// Reads once, and decides how to read where that is open.
    pub fn fill(&mut self, choice: &Choice) -> Result<Brought, Failure> {
        let Some(input) = &mut self.input else { return Ok(Brought::Nothing) };
        self.block.resize(BLOCK_BYTES, 0);
        let count = loop {
            match input.read(&mut self.block) {
                Ok(count) => break count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(Brought::Nothing),
                Err(error) => return Err(Failure::operational(format!("cannot read {}: {error}", self.shown))),
            }
        };
        self.read += count as u64;
        let bytes = self.block.get(..count).unwrap_or_default();
        match &self.opening {
            Some(Opening::Lines(_)) => self.cutter.push(bytes),
            Some(Opening::Documents(_)) => self.gathered.push(bytes),
            None => {
                self.head.extend_from_slice(bytes);
                let long = self.head.len() > DOCUMENT_BYTES_MAX;
                if long || self.head.len() < HEAD_BYTES || self.head.len() >= 2 * self.looked_at {
                    self.looked_at = self.head.len();
                    self.decide(choice, false)?;
                }
            }
        }
        if let Some(line) = self.gathered.too_long() {
            return Err(Failure::usage(format!(
                "line {line} of {} begins one document of more than {DOCUMENT_BYTES_MAX} bytes",
                self.shown
            ))
            .hint("write what is in it one after another, or one a line; what stood before it was read"));
        }
        Ok(if count == 0 { Brought::End } else { Brought::Bytes(count as u64) })
    }

    fn decide(&mut self, choice: &Choice, ended: bool) -> Result<(), Failure> {
        self.opening = open(choice, &self.shown, &self.head, ended)?;
        match &self.opening {
            Some(Opening::Lines(chosen)) => {
                self.heading = Some(Heading::new(&chosen.mapping));
                self.cutter.push(&std::mem::take(&mut self.head));
            }
            Some(Opening::Documents(chosen)) => {
                self.gathered = Gathered::new(chosen.mapping.is_stix());
                self.gathered.push(&std::mem::take(&mut self.head));
            }
            None => {}
        }
        Ok(())
    }

    /// Takes what was read for all there will be: a last line counts without its line feed.
    pub fn end(&mut self, choice: &Choice) -> Result<(), Failure> {
        if self.opening.is_none() {
            self.decide(choice, true)?;
        }
        self.cutter.end();
        self.gathered.end();
        Ok(())
    }

    /// Whether it is documents over many lines.
    pub fn is_document(&self) -> bool {
        matches!(self.opening, Some(Opening::Documents(_)))
    }

    /// Whether whole lines wait to be sent.
    pub fn has_lines(&self) -> bool {
        self.cutter.has_lines() || self.gathered.has_some()
    }

    /// Whether enough came together to send.
    pub fn is_full(&self) -> bool {
        self.cutter.is_full() || self.gathered.is_full()
    }

    /// Whether the last line has no line feed yet.
    pub fn waits(&self) -> bool {
        self.cutter.waits() || (!self.head.is_empty() && self.opening.is_none())
    }

    /// Sends what came together.
    pub fn send(&mut self, feed: &mut Feed<'_>) -> Result<(), Failure> {
        match &self.opening {
            Some(Opening::Lines(chosen)) => {
                if !self.cutter.has_lines() {
                    return Ok(());
                }
                let batch = self.cutter.take();
                let mut heading = (String::new(), 0);
                if let Some(known) = &mut self.heading {
                    heading = known.lines();
                    known.note(&batch.text);
                }
                let place = Place { shown: &self.shown, source: &self.name };
                feed.lines(place, chosen, heading, batch)
            }
            Some(Opening::Documents(chosen)) => {
                let place = Place { shown: &self.shown, source: &self.name };
                while let Some(piece) = self.gathered.take() {
                    feed.documents(place, chosen, piece)?;
                }
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// How the file under its name differs from the one that is open.
    pub fn changed(&self) -> Changed {
        let Some(open) = self.identity else { return Changed::No };
        match std::fs::metadata(&self.path) {
            Ok(about) if identity(&about) != open => Changed::Another,
            Ok(about) if about.len() < self.read => Changed::Shorter,
            // A file that is away comes back under its name, or never.
            Ok(_) | Err(_) => Changed::No,
        }
    }

    /// Begins again at the beginning of the same file.
    pub fn rewind(&mut self) -> Result<(), Failure> {
        if let Some(Input::File(file)) = &mut self.input {
            use std::io::Seek;
            file.rewind().map_err(|error| Failure::operational(format!("cannot read {}: {error}", self.shown)))?;
        }
        self.read = 0;
        self.opening = None;
        self.head.clear();
        self.looked_at = 0;
        self.heading = None;
        self.gathered = Gathered::default();
        self.cutter.restart();
        Ok(())
    }

    /// Gives away what is open, to be read to its end, and is as new.
    pub fn retire(&mut self) -> Self {
        let successor = Self::new(&self.path, Some(&self.name));
        std::mem::replace(self, successor)
    }
}

/// What became of a file that is followed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Changed {
    /// It is the same.
    No,
    /// Another stands under its name.
    Another,
    /// It was cut off.
    Shorter,
}

fn identity(about: &Metadata) -> (u64, u64) {
    (about.dev(), about.ino())
}

/// The most that a turn of a source reads before others have theirs.
pub const TURN_BYTES: u64 = 4 * BATCH_BYTES as u64;
