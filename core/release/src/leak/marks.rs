//! Markings of countries in text that people read: `SECRET//NOFORN`, `VS-NfD`, `ZASTRZEŻONE`.
//!
//! Guarantees: a marking is one where it stands as markings stand; the same word in a sentence is none. The table says which, and how.
//! Does not know: what a marking means, and whether the object may leave.

use comity_terms::Text;
use std::collections::BTreeSet;
use std::sync::LazyLock;

const TABLE: &str = include_str!("marks.tsv");
/// What stands between two words of one marking has at most this many characters.
const BETWEEN_MAX: usize = 3;
/// A banner goes on for at most this many characters on each side of the marking.
const BANNER_MAX: usize = 60;

/// How a marking must stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    /// Wherever, in whatever case.
    Any,
    /// Wherever, with its capitals.
    Written,
    /// With its capitals, beside two slashes.
    Slashes,
    /// With its capitals and nothing beside it.
    Alone,
    /// In whatever case, with nothing beside it.
    AloneAny,
}

/// One row of the table.
pub(super) struct Mark {
    pub text: &'static str,
    how: How,
    /// Which of its letters are capitals.
    capitals: Vec<bool>,
}

struct Marks {
    marks: Vec<Mark>,
    /// What stands before the colon where a marking is told.
    labels: BTreeSet<String>,
}

static MARKS: LazyLock<Marks> = LazyLock::new(|| {
    let (mut marks, mut labels) = (Vec::new(), BTreeSet::new());
    for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
        let mut columns = line.split('\t').skip(1);
        let (Some(how), Some(text)) = (columns.next(), columns.next()) else { continue };
        let how = match how {
            "any" => How::Any,
            "written" => How::Written,
            "slashes" => How::Slashes,
            "alone" => How::Alone,
            "alone-any" => How::AloneAny,
            _ => {
                labels.insert(small(&Text::of(text).chars));
                continue;
            }
        };
        marks.push(Mark { text, how, capitals: capitals(&Text::of(text).chars) });
    }
    Marks { marks, labels }
});

/// The markings, in the order of the table.
pub(super) fn marks() -> &'static [Mark] {
    &MARKS.marks
}

fn capitals(chars: &[char]) -> Vec<bool> {
    chars.iter().filter(|sign| sign.is_alphanumeric()).map(|sign| !sign.is_lowercase()).collect()
}

fn small(chars: &[char]) -> String {
    chars.iter().flat_map(|sign| sign.to_lowercase()).collect()
}

/// A text, and where a line of it ends.
pub(super) struct Lines<'a> {
    pub chars: &'a [char],
    pub ends: &'a dyn Fn(usize) -> bool,
}

impl Lines<'_> {
    fn at(&self, at: Option<usize>) -> Option<char> {
        at.and_then(|at| self.chars.get(at)).copied()
    }

    /// Returns the place of the first character before or behind this place, on its line, that is no ornament.
    fn beside(&self, mut at: Option<usize>, next: fn(usize) -> Option<usize>) -> Option<usize> {
        while let Some(here) = at {
            let sign = self.at(at)?;
            let ornament = !sign.is_alphanumeric() && !matches!(sign, ':' | '=' | '/' | ',' | ';');
            if (self.ends)(here) {
                return None;
            }
            if !ornament {
                return Some(here);
            }
            at = next(here);
        }
        None
    }

    fn before(&self, from: usize) -> Option<usize> {
        self.beside(from.checked_sub(1), |at| at.checked_sub(1))
    }

    fn behind(&self, to: usize) -> Option<usize> {
        self.beside(Some(to), |at| at.checked_add(1))
    }

    /// `Classification: …`
    fn is_labelled(&self, from: usize) -> bool {
        let Some(colon) = self.before(from).filter(|at| matches!(self.at(Some(*at)), Some(':' | '='))) else {
            return false;
        };
        let Some(last) = self.before(colon) else { return false };
        let word = self.chars.get(..=last).unwrap_or_default();
        let length = word.iter().rev().take_while(|sign| sign.is_alphanumeric()).count();
        MARKS.labels.contains(&small(word.get(word.len() - length..).unwrap_or_default()))
    }

    /// On a line of its own, at the head of one before a colon, or in brackets.
    fn is_alone(&self, from: usize, to: usize) -> bool {
        let open = self.at(from.checked_sub(1)).is_some_and(|sign| matches!(sign, '(' | '[' | '{'));
        let shut = self.at(Some(to)).is_some_and(|sign| matches!(sign, ')' | ']' | '}'));
        let head = self.at(Some(to)) == Some(':');
        (open && shut) || (self.before(from).is_none() && (head || self.behind(to).is_none()))
    }

    /// `REL` behind `TLP:AMBER//`: the label of a release, as we write it ourselves.
    fn is_release(&self, from: usize, to: usize) -> bool {
        self.chars.get(from..to) == Some(&['R', 'E', 'L']) && self.is_behind_tlp(from)
    }

    fn is_behind_tlp(&self, from: usize) -> bool {
        let before = self.chars.get(..from).unwrap_or_default();
        let colour = before.len() - before.iter().rev().take_while(|sign| **sign == '/' || **sign == ' ').count();
        let word = before.get(..colour).unwrap_or_default().iter().rev();
        let length = word.take_while(|sign| sign.is_ascii_uppercase() || **sign == '+').count();
        before.get(..colour - length).unwrap_or_default().ends_with(&['T', 'L', 'P', ':'])
    }

    fn slashes_before(&self, from: usize) -> bool {
        let before = self.chars.get(..from).unwrap_or_default();
        banner(before.iter().rev().copied(), false) > 0
    }

    fn slashes_behind(&self, to: usize) -> bool {
        banner(self.chars.get(to..).unwrap_or_default().iter().copied(), false) > 0
    }

    /// The place with the rest of the banner that it is in.
    fn with_banner(&self, from: usize, to: usize) -> (usize, usize) {
        let before = self.chars.get(..from).unwrap_or_default().iter().rev().copied();
        let behind = self.chars.get(to..).unwrap_or_default().iter().copied();
        (from - banner(before, self.slashes_behind(to)), to + banner(behind, self.slashes_before(from)))
    }

    /// Returns the place of a marking whose letters stand here, with its banner; `None` where they do not stand as a marking.
    pub fn marking(&self, mark: &Mark, from: usize, to: usize) -> Option<(usize, usize)> {
        let place = self.chars.get(from..to)?;
        let apart = |between: &[char]| between.len() > BETWEEN_MAX || between.iter().any(|sign| ends_sentence(*sign));
        if place.split(|sign| sign.is_alphanumeric()).any(apart) && !mark.text.contains(['.', ':']) {
            return None;
        }
        let written = capitals(place) == mark.capitals;
        let stands = match mark.how {
            How::Any => true,
            How::Written => written,
            How::Slashes => {
                written && !self.is_release(from, to) && (self.slashes_before(from) || self.slashes_behind(to))
            }
            How::Alone => self.is_labelled(from) || (written && self.is_alone(from, to)),
            How::AloneAny => self.is_labelled(from) || self.is_alone(from, to),
        };
        stands.then(|| self.with_banner(from, to))
    }
}

fn ends_sentence(sign: char) -> bool {
    matches!(sign, '.' | ':' | ';' | ',' | '!' | '?')
}

/// How many characters of a banner go on from a marking in one direction: two slashes and capitals, once or more. `within`: it is in a banner
/// already, so that capitals without slashes belong to it too.
fn banner(signs: impl Iterator<Item = char>, within: bool) -> usize {
    let signs: Vec<char> = signs.take(BANNER_MAX).collect();
    let count = |from: usize, is: fn(char) -> bool| {
        signs.get(from..).unwrap_or_default().iter().take_while(|sign| is(**sign)).count()
    };
    let mut end = 0;
    loop {
        let blanks = count(end, |sign| sign == ' ');
        let slashes = count(end + blanks, |sign| sign == '/');
        let from = end + blanks + slashes;
        let mut to =
            from + count(from, |sign| sign.is_uppercase() || sign.is_numeric() || matches!(sign, ' ' | ',' | '-'));
        // A word that goes on in small letters is none of the banner.
        let is_letter = |at: usize| signs.get(at).is_some_and(|sign| sign.is_alphanumeric());
        if is_letter(to) {
            while to > from && is_letter(to - 1) {
                to -= 1;
            }
        }
        while to > from && !is_letter(to - 1) {
            to -= 1;
        }
        let joined = match slashes {
            0 => within && end == 0,
            1 => within || end > 0,
            slashes => slashes == 2,
        };
        if to == from || !joined {
            return end;
        }
        end = to;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole() {
        assert!(marks().len() > 180, "{}", marks().len());
        assert!(MARKS.labels.contains("einstufung"));
        for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
            let columns: Vec<&str> = line.split('\t').collect();
            let [_, how, text] = columns.as_slice() else { panic!("{line}") };
            assert!(["any", "written", "slashes", "alone", "alone-any", "label"].contains(how), "{line}");
            assert!(text.chars().any(char::is_alphabetic), "{line}");
        }
    }

    #[test]
    fn a_banner_ends_where_capitals_end() {
        for (text, length) in [
            ("//NOFORN The courier", 8),
            ("//SI/TK//NF) It", 11),
            (" // REL TO USA, FVEY.", 20),
            ("/NOFORN", 0),
            ("//noforn", 0),
            ("///NOFORN", 0),
            (", FVEY", 0),
            ("", 0),
        ] {
            assert_eq!(banner(text.chars(), false), length, "{text}");
        }
        assert_eq!(banner(", FVEY//SI".chars(), true), 10);
    }
}
