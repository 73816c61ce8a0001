//! The keys of every spelling of a word, without making the spellings.
//!
//! Guarantees: for every Latin word that the lattice accepts, its key is one of these. If there would be more than [`KEYS_MAX`], all of
//! them are prefixes of one length: then the prefix of the Latin word's key is one of them.
//!
//! Does not know: which spelling is usual.

use super::key::{Key, SYMBOLS_MAX};
use super::lattice::{Reading, Step, Word};
use super::spelling::Spelling;

/// More keys are not returned; shorter ones are.
pub const KEYS_MAX: usize = 64;

/// The same for Japanese names, whose characters have many readings each.
pub const JAPANESE_KEYS_MAX: usize = 256;

/// The lengths that are tried, one after the other.
const LENGTHS: [usize; 8] = [SYMBOLS_MAX, 8, 6, 5, 4, 3, 2, 1];

/// Returns the keys of every Latin spelling of a word, each once.
pub fn native_keys(native: &[char]) -> Vec<Key> {
    native_keys_as(native, Reading::Chinese)
}

/// The same with a reading of Chinese characters.
pub fn native_keys_as(native: &[char], reading: Reading) -> Vec<Key> {
    native_keys_up_to(native, reading, if reading == Reading::Japanese { JAPANESE_KEYS_MAX } else { KEYS_MAX })
}

/// The same with another bound: the fewer keys there may be, the shorter they are.
pub fn native_keys_up_to(native: &[char], reading: Reading, most: usize) -> Vec<Key> {
    let word = Word::read(native, reading);
    LENGTHS.iter().find_map(|limit| keys(&word, native.len(), *limit, most)).unwrap_or_default()
}

/// Returns with which letters the spellings of a word begin: a bit for each, `a` the lowest; every bit if one may begin with what is
/// behind the first step.
pub fn first_letters(native: &[char], reading: Reading) -> u32 {
    let mut letters = 0;
    Word::read(native, reading).steps(0, |step| {
        let groups = std::iter::once(step.spellings).chain(step.behind.into_iter().filter(|group| !group.is_empty()));
        let mut nothing = true;
        for group in groups {
            if !nothing {
                break;
            }
            nothing = false;
            for spelling in group.all {
                match spelling.letters().first() {
                    Some(letter) => letters |= 1 << letter.saturating_sub(b'a'),
                    None => nothing = true,
                }
            }
        }
        if nothing {
            letters = u32::MAX;
        }
    });
    letters
}

/// Returns all keys cut to a number of symbols, or nothing if they are too many.
fn keys(word: &Word<'_>, letters: usize, limit: usize, most: usize) -> Option<Vec<Key>> {
    let mut rows: Vec<Vec<Key>> = vec![Vec::new(); letters + 1];
    rows.first_mut()?.push(Key::default());
    for at in 0..letters {
        let from = std::mem::take(rows.get_mut(at)?);
        word.steps(at, |step| {
            if let Some(row) = rows.get_mut(at + step.letters) {
                longer(&from, &step, limit, row);
            }
        });
        if rows.get(at + 1)?.len() > most {
            return None;
        }
    }
    let mut all: Vec<Key> = rows.pop()?.into_iter().map(|key| key.prefix(limit)).collect();
    all.sort_unstable();
    all.dedup();
    Some(all)
}

/// Adds every key that comes of a step.
fn longer(from: &[Key], step: &Step<'_>, limit: usize, out: &mut Vec<Key>) {
    if step.behind.iter().flat_map(|group| group.kinds).all(|kind| kind.has_no_symbol()) {
        return written(from, step.spellings.kinds, limit, out);
    }
    let mut lead = Vec::new();
    written(from, step.spellings.kinds, limit, &mut lead);
    for group in step.behind.iter().filter(|group| !group.is_empty()) {
        let mut longer = Vec::new();
        written(&lead, group.kinds, limit, &mut longer);
        lead = longer;
    }
    out.extend(lead.into_iter().filter(|key| !out.contains(key)).collect::<Vec<_>>());
}

/// Adds every key with one of the spellings behind it.
fn written(from: &[Key], spellings: &[Spelling], limit: usize, out: &mut Vec<Key>) {
    for key in from {
        for spelling in spellings {
            let longer = key.with(spelling.letters(), limit);
            if !out.contains(&longer) {
                out.push(longer);
            }
        }
    }
}
