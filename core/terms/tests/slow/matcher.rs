//! The slow matcher: plain loops, no tables, nothing of the crate.

use crate::spellings;
use crate::world::Sample;

/// A place, in characters, which are bytes too: the texts are ASCII.
pub struct Found {
    pub term: usize,
    pub from: usize,
    pub to: usize,
    pub class: &'static str,
}

/// Looks for every spelling of every term at every character of the text, where no letter or digit stands beside it.
pub fn find(terms: &[Sample], text: &str) -> Vec<Found> {
    let text: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    for (term, sample) in terms.iter().enumerate() {
        for (spelling, class) in spellings::of(sample) {
            let letters: Vec<char> = spelling.chars().collect();
            for from in 0..text.len() {
                let to = from + letters.len();
                if text.get(from..to) == Some(letters.as_slice()) && stands_alone(&text, from, to, sample.is_number()) {
                    found.push(Found { term, from, to, class });
                }
            }
        }
    }
    found
}

/// Tells whether nothing goes on at either end: no letter or digit; of numbers no sign with a digit behind it, for that is another number.
fn stands_alone(text: &[char], from: usize, to: usize, number: bool) -> bool {
    let at = |place: Option<usize>| place.and_then(|place| text.get(place)).copied().unwrap_or(' ');
    let (before, behind) = (at(from.checked_sub(1)), at(Some(to)));
    if before.is_alphanumeric() || behind.is_alphanumeric() {
        return false;
    }
    // Of numbers the next word but one, too: blanks group digits.
    let digits_near = |range: Option<&[char]>| range.unwrap_or_default().iter().any(char::is_ascii_digit);
    !number
        || !digits_near(text.get(from.saturating_sub(4)..from)) && !digits_near(text.get(to..text.len().min(to + 4)))
}
