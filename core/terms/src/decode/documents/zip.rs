//! Opens zip files, and with them documents of office programs, which are zip files of XML.
//!
//! Guarantees: every local file is opened, listed in the directory or not; the names of the files are given too.
//!
//! Does not know: passwords, and methods other than stored and deflated.

use super::{Reading, inflate};

/// The most files that are opened.
const MOST: usize = 1000;

impl Reading<'_> {
    /// Reads every file of a zip; false where the work was too much.
    pub(super) fn zip(&mut self, bytes: &[u8], depth: usize) -> bool {
        let mut names = String::new();
        for at in memchr::memmem::find_iter(bytes, b"PK\x03\x04").take(MOST) {
            let Some(file) = bytes.get(at..).and_then(local) else { continue };
            names.push_str(&file.name);
            names.push('\n');
            let unpacked = match file.method {
                0 => file.data.get(..file.packed).unwrap_or(file.data).to_vec(),
                8 => {
                    let unpacked = inflate::unpack(file.data, false);
                    if unpacked.cut {
                        let _ = (self.spend)(usize::MAX);
                        return false;
                    }
                    unpacked.bytes
                }
                _ => continue,
            };
            if depth > 0 && !self.inside(&unpacked, "zip", depth - 1) {
                return false;
            }
        }
        self.text(&names, "zip", true);
        true
    }
}

struct Local<'a> {
    method: u16,
    packed: usize,
    name: String,
    data: &'a [u8],
}

/// Reads the header of a file.
fn local(bytes: &[u8]) -> Option<Local<'_>> {
    let number = |at: usize| Some(u16::from_le_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]));
    let packed = usize::from(number(18)?) | usize::from(number(20)?) << 16;
    let (name, extra) = (usize::from(number(26)?), usize::from(number(28)?));
    Some(Local {
        method: number(8)?,
        packed,
        name: String::from_utf8_lossy(bytes.get(30..30 + name)?).into_owned(),
        data: bytes.get(30 + name + extra..)?,
    })
}
