//! Street addresses: name of the street, word for street, number of the house, as rows.
//!
//! Guarantees: every usual abbreviation of the word for street, joined or apart; the number before or behind; umlauts as two letters or
//! without dots. Does not know: towns, postal codes, which streets there are.

use super::sequence::{Edge, Row, Sequences};
use super::table::Map;
use super::token::{Token, Tokens, gap, word};
use crate::Text;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization as _;

/// Words for streets.
const STREETS: &str = include_str!("streets.tsv");
/// Names that stand in most towns.
const COMMON: &str = include_str!("common-streets.txt");
const GAPS: u16 =
    gap::BLANK | gap::DOT | gap::COMMA | gap::HYPHEN | gap::EMPTY | gap::SLASH | gap::NUMBER | gap::APOSTROPHE;
/// Letters of a name that stands for itself, and of one without a word for street.
const NAME_MIN: usize = 6;
const WORDS_MIN: usize = 10;
/// Shorter abbreviations are not joined to a name.
const JOINED_MIN: usize = 3;
const WORDS_MAX: usize = 6;

/// A word for street.
struct Kind {
    /// Where it stands beside the name.
    side: &'static str,
    writings: Vec<&'static str>,
    /// Hash and letters of each writing.
    words: Vec<(u64, usize)>,
}

static KINDS: LazyLock<Vec<Kind>> = LazyLock::new(|| {
    let kind = |line: &'static str| {
        let mut fields = line.split('\t');
        let side = fields.next().unwrap_or_default();
        let writings: Vec<&str> = fields.collect();
        let words = writings.iter().map(|written| (word(written), written.chars().count())).collect();
        Kind { side, writings, words }
    };
    STREETS.lines().filter(|line| !line.starts_with('#')).map(kind).collect()
});

static COMMONS: LazyLock<Map<u64, ()>> = LazyLock::new(|| {
    let names = COMMON.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace);
    names.map(|known| (word(known), ())).collect()
});

/// The parts of an address.
struct Parts {
    words: Vec<String>,
    /// The number of the house, with its letter.
    house: Option<String>,
}

/// The writings of a street.
struct Street {
    writings: Vec<String>,
    /// The name without the word for street.
    name: String,
    /// There is a word for street.
    known: bool,
}

/// Adds an address; false where no street can be read in it.
pub(super) fn add(text: &str, term: u32, rows: &mut Sequences) -> bool {
    let Some(parts) = parts(text) else { return false };
    let street = street(&parts.words);
    let letters = street.name.chars().filter(|character| character.is_alphabetic()).count();
    let name = word(&street.name);
    let alone = !COMMONS.contains_key(&name) && letters >= if street.known { NAME_MIN } else { WORDS_MIN };
    if !alone && parts.house.is_none() {
        return false;
    }
    for writing in street.writings.iter().flat_map(|writing| spellings(writing)) {
        if alone {
            row(&writing, Row { term, class: "address/street", gaps: GAPS, edge: Edge::Street }, rows);
        }
        if let Some(house) = &parts.house {
            let whole = Row { term, class: "address/house", gaps: GAPS, edge: Edge::Street };
            for text in [format!("{writing} {house}"), format!("{house} {writing}"), format!("{writing} nr {house}")] {
                row(&text, whole, rows);
            }
        }
    }
    true
}

/// Tells whether a text is a street with the number of a house.
pub(super) fn is_address(text: &str) -> bool {
    parts(text).is_some_and(|parts| parts.house.is_some() && parts.words.len() < 5 && street(&parts.words).known)
}

fn row(text: &str, row: Row, rows: &mut Sequences) {
    let text = Text::of(text);
    let tokens: Vec<Token> = Tokens::of(&text).all;
    rows.add(&tokens, row);
}

/// Returns the words of the street and the number of the house.
fn parts(text: &str) -> Option<Parts> {
    let text: String = text.nfc().collect::<String>().to_lowercase();
    let mut house = None;
    for part in text.split(',') {
        let mut words = Vec::new();
        for piece in part.split_whitespace() {
            let piece = piece.trim_matches(['.', '(', ')', ':', '#']);
            if piece.starts_with(|first: char| super::token::digit(first).is_some()) {
                house = house.or_else(|| Some(piece.to_owned()));
            } else if !piece.is_empty() && !matches!(piece, "nr" | "no" | "n" | "№") {
                words.push(piece.to_owned());
            }
        }
        if !words.is_empty() {
            // A number in the part behind: `rue X, 14`, but not a postal code before a town.
            let next = text
                .split(',')
                .nth(1)
                .map(str::trim)
                .filter(|next| next.len() <= 3 && next.starts_with(|first: char| first.is_ascii_digit()));
            let house = house.or_else(|| next.map(str::to_owned));
            return (words.len() <= WORDS_MAX).then_some(Parts { words, house });
        }
    }
    None
}

fn street(words: &[String]) -> Street {
    let plain = words.join(" ");
    let mut street = Street { writings: vec![plain.clone()], name: plain, known: false };
    let folded: Vec<u64> = words.iter().map(|one| word(one)).collect();
    let mut longest = 0;
    for Kind { side, writings, words: known } in KINDS.iter() {
        let side = *side;
        for (written, (hash, letters)) in writings.iter().zip(known.iter().copied()) {
            let (first, last) = (folded.first() == Some(&hash), folded.last() == Some(&hash));
            let apart = words.len() > 1 && (last && side != "before" || first && side != "after");
            if apart {
                let skip = usize::from(!(last && side != "before"));
                let name: Vec<&str> = words.iter().skip(skip).take(words.len() - 1).map(String::as_str).collect();
                street.take(&name.join(" "), side, writings, longest < usize::MAX);
                longest = usize::MAX;
            } else if side == "after" && letters >= JOINED_MIN && letters > longest {
                let stem =
                    words.last().and_then(|last| last.strip_suffix(written)).filter(|stem| stem.chars().count() >= 3);
                if let Some(stem) = stem {
                    let mut name: Vec<&str> = words.iter().take(words.len() - 1).map(String::as_str).collect();
                    name.push(stem);
                    street.take(&name.join(" "), side, writings, true);
                    longest = letters;
                }
            }
        }
    }
    street
}

impl Street {
    fn take(&mut self, name: &str, side: &str, writings: &[&str], fresh: bool) {
        if fresh && self.known {
            self.writings.truncate(1);
        }
        self.known = true;
        self.name = name.trim_end_matches('-').to_owned();
        for written in writings {
            if side != "after" {
                self.writings.push(format!("{written} {}", self.name));
            }
            if side != "before" {
                self.writings.push(format!("{} {written}", self.name));
            }
            if side == "after" && written.chars().count() >= JOINED_MIN {
                self.writings.push(format!("{}{written}", self.name));
            }
        }
    }
}

/// Returns a text with umlauts as they are, as two letters, and with two letters as one.
fn spellings(text: &str) -> Vec<String> {
    let mut all = vec![text.to_owned()];
    let two = text.replace('ä', "ae").replace('ö', "oe").replace('ü', "ue").replace('å', "aa").replace('ø', "oe");
    let one = text.replace("ae", "a").replace("oe", "o").replace("ue", "u");
    for other in [two, one] {
        if !all.contains(&other) {
            all.push(other);
        }
    }
    all
}
