//! The readable runs of bytes that are not text: what stands in pictures, sounds and programs.
//!
//! Guarantees: every run of six readable characters is given, of UTF-8 and of UTF-16 in either order.
//!
//! Does not know: what a run means, or where in a picture it stands.

use crate::decode::replace::character_at;

/// Shorter runs are left out; chance makes them.
const LEAST: usize = 6;

/// Gives every readable run.
pub(super) fn strings(bytes: &[u8], give: &mut dyn FnMut(&str)) {
    let mut run = String::new();
    let mut at = 0;
    while at < bytes.len() {
        match character_at(bytes, at).filter(|(character, _)| is_text(*character)) {
            Some((character, length)) => {
                run.push(character);
                at += length;
            }
            None => {
                end(&mut run, give);
                at += 1;
            }
        }
    }
    end(&mut run, give);
    for (from, little) in [(0, true), (1, true), (0, false), (1, false)] {
        let (mut wide, mut of) = (false, 0);
        for pair in bytes.get(from..).unwrap_or_default().chunks_exact(2) {
            let [one, other] = [pair.first().copied().unwrap_or(0), pair.last().copied().unwrap_or(0)];
            let unit = if little { u16::from_le_bytes([one, other]) } else { u16::from_be_bytes([one, other]) };
            let block = unit >> 8;
            let character = char::from_u32(u32::from(unit)).filter(|it| is_text(*it));
            // Letters of one block, beside Latin; others are chance.
            match character.filter(|_| block == 0 || (block <= 0x12 && (of == 0 || of == block))) {
                Some(character) => {
                    wide = true;
                    of = if block == 0 { of } else { block };
                    run.push(character);
                }
                None => {
                    end(&mut run, give);
                    of = 0;
                }
            }
        }
        if wide {
            end(&mut run, give);
        }
        run.clear();
    }
}

fn is_text(character: char) -> bool {
    !character.is_control() || matches!(character, '\n' | '\r' | '\t')
}

fn end(run: &mut String, give: &mut dyn FnMut(&str)) {
    if run.chars().count() >= LEAST {
        give(run);
    }
    run.clear();
}
