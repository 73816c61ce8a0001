//! Which words in a row make a term: the parts of a personal name, the words of a phrase.
//!
//! Guarantees: what counts as a name is decided by its parts, their order and what stands between them, never by one letter alone.
//! Does not know: how a word is recognised as a form of another.

use crate::lexicon::{How, Role};
use crate::name::Name;
use crate::romanise::{Reading, Script, reach, reach_as, script_of};
use crate::tables;
use crate::text::Text;
use crate::words::{Word, information};

/// So many words may stand between a given name and the surname behind it.
const BETWEEN: usize = 3;
/// Pieces of one run may have so many characters between them.
const PIECES_APART: usize = 6;
/// So many words of the term are looked at on either side, where they crowd.
const CROWD: usize = 64;
/// Farther apart, in words, no rule puts them together.
const NEAR: usize = 8;
/// So many where the surname comes first.
const BETWEEN_REVERSED: usize = 1;
/// Short words take endings only where the whole name stands there.
const LETTERS_WITH_ENDINGS: usize = 6;
/// A surname that is shorter does not stand alone.
const SURNAME_ALONE: usize = 4;
/// A word in another script that is shorter does not stand alone.
const ROMANISED_ALONE: usize = 5;

/// Given names that are short names of months.
const MONTHS: [&str; 8] = ["jan", "mar", "apr", "april", "mai", "may", "june", "august"];
/// A name written together takes no endings below this length.
const JOINED_MIN: usize = 8;
/// A name written together in another script says so much, in letters, unless each of its characters is a syllable.
const ROMANISED_JOINED: usize = 7;

/// How a term of words is put together.
pub(crate) enum Shape {
    Person(Person),
    /// So many words, each with its letters.
    Words(Vec<Vec<char>>),
}

/// What is needed of a personal name beside its words.
pub(crate) struct Person {
    /// The given names, small, accents kept.
    pub given: Vec<Vec<char>>,
    /// Which surnames are rare enough to stand alone.
    pub alone: Vec<bool>,
    /// Given name and surname have to stand side by side.
    pub strict: bool,
}

impl Person {
    pub fn of(name: &Name) -> Self {
        let small = |part: &Vec<char>| crate::fold::small(part);
        let alone = |part: &Vec<char>| {
            let word: String = crate::fold::plain_text(part);
            let common = tables::is_common_surname(&word) || tables::is_given(&word) || tables::is_ordinary(&word);
            part.len() >= SURNAME_ALONE && !common && !name.syllables
        };
        Self {
            given: name.given.iter().map(small).collect(),
            alone: name.surnames.iter().map(alone).collect(),
            strict: name.syllables || name.surname_first,
        }
    }
}

/// A word of a text that may be a word of the term.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen {
    /// Its number among the words of the text.
    pub word: usize,
    pub role: Role,
    pub how: How,
}

/// The words of one text, as rules look at them.
pub(crate) struct Row<'a> {
    pub text: &'a Text,
    pub words: &'a [Word],
    /// Neighbouring words read as one; their numbers go on behind those of the words.
    pub joined: &'a [Word],
}

impl Row<'_> {
    pub fn word(&self, at: usize) -> Option<&Word> {
        self.words.get(at).or_else(|| self.joined.get(at.checked_sub(self.words.len())?))
    }

    fn letters(&self, word: &Word) -> &[char] {
        self.text.letters().get(word.from..word.to).unwrap_or_default()
    }

    /// The characters between two words.
    fn between(&self, before: &Word, after: &Word) -> &[char] {
        self.text.chars.get(before.to..after.from).unwrap_or_default()
    }

    /// Returns what was seen not far from a place of the list, which is in the order of the text.
    fn near<'s>(&self, seen: &'s [Seen], place: usize) -> &'s [Seen] {
        let run = |at: usize| seen.get(at).and_then(|it| self.word(it.word)).map(|word| word.run);
        let Some(here) = run(place) else { return &[] };
        let far = |at: usize| run(at).is_none_or(|other| other.abs_diff(here) > NEAR);
        let from = (0..place).rev().take(CROWD).take_while(|at| !far(*at)).last().unwrap_or(place);
        let to = (place + 1..seen.len()).take(CROWD).take_while(|at| !far(*at)).last().unwrap_or(place);
        seen.get(from..=to).unwrap_or_default()
    }

    /// The number of words between two, if no sentence ends there; none if they are parts of one another.
    fn gap(&self, before: &Word, after: &Word) -> Option<usize> {
        if after.run <= before.last {
            // Pieces of one run: side by side, or nearly.
            return (before.to <= after.from && after.from - before.to <= PIECES_APART).then_some(0);
        }
        let between = after.run.checked_sub(before.last + 1)?;
        if between > BETWEEN {
            return None;
        }
        let signs = self.between(before, after);
        let ends = signs.iter().any(|sign| matches!(sign, '!' | '?' | ';' | '。' | '！' | '？' | '؛' | '؟' | '।'));
        // A point ends a sentence behind a word, not behind an initial.
        let stops = signs.iter().enumerate().filter(|(_, sign)| **sign == '.').any(|(at, _)| {
            let place = before.to + at;
            let first = self.words.partition_point(|word| word.from < place);
            let words = self.words.get(..first).unwrap_or_default();
            let word_before = words.iter().rev().find(|word| !word.piece && word.to <= place);
            self.text.chars.get(place + 1).is_none_or(|next| next.is_whitespace())
                && word_before.is_some_and(|word| word.to - word.from > 3)
        });
        (!ends && !stops).then_some(between)
    }

    /// The run in front of a word, and the one behind it.
    fn neighbour(&self, word: &Word, ahead: bool) -> Option<&Word> {
        let run = if ahead { word.last + 1 } else { word.run.checked_sub(1)? };
        let first = self.words.partition_point(|other| other.run < run);
        self.words.get(first).filter(|other| other.run == run)
    }
}

/// A place where the term stands: characters, and in what way.
pub(crate) type Place = (usize, usize, &'static str);

impl Shape {
    /// Returns the places of the term. `seen`: its words in the text, in their order.
    pub fn places(&self, row: &Row<'_>, seen: &[Seen], says_enough: &dyn Fn(&Seen) -> bool) -> Vec<Place> {
        match self {
            Shape::Person(person) => person.places(row, seen, says_enough),
            Shape::Words(words) => in_a_row(words, row, seen, says_enough),
        }
    }
}

impl Person {
    fn places(&self, row: &Row<'_>, seen: &[Seen], says_enough: &dyn Fn(&Seen) -> bool) -> Vec<Place> {
        let mut places = Vec::new();
        let is_given = |it: &&Seen| matches!(it.role, Role::Given(_) | Role::Patronymic(_) | Role::Syllable(_));
        for (place, it) in seen.iter().enumerate() {
            let given = || row.near(seen, place).iter().filter(is_given);
            let Some(word) = row.word(it.word) else { continue };
            if it.how >= How::Near && !one_word(row, word) {
                continue;
            }
            if it.role == Role::Joined {
                if it.how >= How::Near || it.how == How::Form && word.to - word.from < JOINED_MIN {
                    continue;
                }
                // What has an initial in it is short, and in another script it is many words.
                let says: usize = row.letters(word).iter().map(|letter| information(*letter)).sum();
                let short = says < ROMANISED_JOINED || !one_word(row, word);
                // There an initial may also be no letter: then the surname stands there alone.
                let surname = |other: &&Seen| other.word == it.word && matches!(other.role, Role::Surname(_));
                let alone = row.near(seen, place).iter().filter(surname).any(|other| other.how <= it.how);
                if it.how == How::Romanised && (!self.strict && short || alone) {
                    continue;
                }
                places.push((word.from, word.to, "person/joined"));
                continue;
            }
            let Role::Surname(number) = it.role else { continue };
            let found = given()
                .filter(|other| other.word != it.word && (it.how != How::Alike || other.how != How::Alike))
                .filter_map(|other| {
                    let given = row.word(other.word).filter(|given| other.how < How::Near || one_word(row, given))?;
                    self.pair(row, word, given, other)
                })
                .min_by_key(|(from, to, _)| to - from)
                .or_else(|| self.initials(row, word).filter(|_| it.how < How::Near && one_word(row, word)))
                .or_else(|| self.alone(row, it, word, number, says_enough));
            places.extend(found);
        }
        // Given name and patronymic name somebody too.
        for (place, it) in seen.iter().enumerate() {
            let Some(word) = row.word(it.word).filter(|_| matches!(it.role, Role::Patronymic(_))) else { continue };
            let given = || row.near(seen, place).iter().filter(is_given);
            let before =
                given().filter(|other| matches!(other.role, Role::Given(_))).filter_map(|other| row.word(other.word));
            if let Some(given) =
                before.into_iter().find(|given| row.gap(given, word) == Some(0) && given.run < word.run)
            {
                places.push((given.from, word.to, "person/patronymic"));
            }
        }
        places
    }

    /// A given name and the surname near one another.
    fn pair(&self, row: &Row<'_>, surname: &Word, given: &Word, other: &Seen) -> Option<Place> {
        let (first, second, reversed) =
            if given.from < surname.from { (given, surname, false) } else { (surname, given, true) };
        let gap = row.gap(first, second)?;
        let most = match (self.strict, reversed) {
            (true, _) if matches!(other.role, Role::Syllable(_)) => 1,
            (true, _) => 0,
            (false, true) => BETWEEN_REVERSED,
            (false, false) => BETWEEN,
        };
        // One syllable is no name: all of them have to stand there, which the joined form and the given name see to.
        if self.strict && matches!(other.role, Role::Syllable(_)) && !self.all_syllables(row, surname, reversed) {
            return None;
        }
        let how = match (gap, reversed) {
            (0, false) => "person/given-surname",
            (0, true) => "person/surname-given",
            _ => "person/words-between",
        };
        (gap <= most).then_some((first.from, second.to, how))
    }

    /// The syllables of the given name, each a word of its own, beside the surname.
    fn all_syllables(&self, row: &Row<'_>, surname: &Word, behind: bool) -> bool {
        let Some(given) = self.given.first() else { return false };
        let count = given.len();
        let mut at = surname;
        let mut run = Vec::new();
        for _ in 0..count {
            let Some(next) = row.neighbour(at, behind) else { return false };
            run.push(next);
            at = next;
        }
        if !behind {
            run.reverse();
        }
        let latin: Vec<Vec<u8>> =
            run.iter().map(|word| crate::sounds::ascii(&crate::fold::plain_word(row.letters(word)))).collect();
        [Reading::Chinese, Reading::Cantonese].into_iter().any(|reading| {
            given.iter().zip(&latin).all(|(syllable, letters)| reach_as(&[*syllable], letters, reading).whole())
        })
    }

    /// `A. M. Surname`, `Surname, A.`, `a.surname`.
    fn initials(&self, row: &Row<'_>, surname: &Word) -> Option<Place> {
        if self.strict {
            return None;
        }
        for ahead in [false, true] {
            let mut at = surname;
            for _ in 0..BETWEEN {
                let Some(next) = row.neighbour(at, ahead) else { break };
                let (before, after) = if ahead { (at, next) } else { (next, at) };
                let signs = row.between(before, after);
                let near =
                    signs.len() <= 3 && !signs.iter().any(|sign| matches!(sign, '!' | '?' | ';' | '(' | ')' | '"'));
                if !near || next.to - next.from > 3 || next.noise {
                    break;
                }
                let letters = row.letters(next);
                let joined = matches!(signs, ['.' | '_' | '-']);
                let capital = letters.first().is_some_and(|letter| !letter.is_lowercase());
                if (capital || joined) && self.given.iter().any(|given| is_initial(given, letters)) {
                    let (from, to) = (surname.from.min(next.from), surname.to.max(next.to));
                    return Some((from, to, "person/initials"));
                }
                at = next;
            }
        }
        None
    }

    /// The surname by itself, where few people have it.
    fn alone(
        &self,
        row: &Row<'_>,
        it: &Seen,
        word: &Word,
        number: u8,
        says_enough: &dyn Fn(&Seen) -> bool,
    ) -> Option<Place> {
        if self.alone.get(usize::from(number)) != Some(&true) || !may_stand_alone(row, it, word, says_enough) {
            return None;
        }
        Some((word.from, word.to, "person/surname"))
    }
}

/// Tells whether a word of a term may be found without any other: as it is, with an ending where it is long enough and the form is no
/// word or name of its own, in another script where it says enough and is no ordinary word.
fn may_stand_alone(row: &Row<'_>, it: &Seen, word: &Word, says_enough: &dyn Fn(&Seen) -> bool) -> bool {
    let letters = row.letters(word);
    let plain: String = crate::fold::plain_text(letters);
    // Words that only a reader puts together are no name by themselves.
    if !one_word(row, word) {
        return false;
    }
    match it.how {
        How::Plain => true,
        How::Form => {
            let small = letters.iter().all(|letter| letter.is_lowercase());
            let long =
                letters.len() > LETTERS_WITH_ENDINGS || !small && letters.len() > SURNAME_ALONE && says_enough(it);
            let of_its_own =
                tables::is_ordinary(&plain) || tables::is_given(&plain) || tables::is_common_surname(&plain);
            long && !of_its_own
        }
        How::Alike => false,
        How::Romanised | How::Near => {
            let capital = letters.first().is_some_and(|letter| !letter.is_lowercase());
            says_enough(it)
                && !tables::is_ordinary(&plain)
                && (letters.len() >= ROMANISED_ALONE || capital && letters.len() + 1 >= ROMANISED_ALONE)
        }
    }
}

/// Tells whether a given name that many people have stands there as a part of somebody else's name, or as the name of a month.
fn names_another(row: &Row<'_>, word: &Word, term: &[char]) -> bool {
    let plain: String = crate::fold::plain_text(term);
    if !tables::is_given(&plain) {
        return false;
    }
    let beside = |ahead: bool| {
        let next = row.neighbour(word, ahead)?;
        let signs = if ahead { row.between(word, next) } else { row.between(next, word) };
        Some((next, signs))
    };
    let surname = beside(true).is_some_and(|(next, signs)| {
        let letters = row.letters(next);
        let small: String = crate::fold::plain_text(letters);
        // `GRU` is no surname.
        let acronym = letters.len() > 1 && letters.iter().all(|letter| letter.is_uppercase());
        let capital = letters.first().is_some_and(|letter| letter.is_uppercase()) && !acronym;
        let initial = letters.len() == 1 && row.text.chars.get(next.to) == Some(&'.');
        matches!(signs, [' ' | '-']) && capital && (initial || letters.len() > 1 && !tables::is_ordinary(&small))
    });
    let given = beside(false).is_some_and(|(before, signs)| {
        let letters = row.letters(before);
        let small: String = crate::fold::plain_text(letters);
        let capital = letters.first().is_some_and(|letter| letter.is_uppercase());
        // `Schroeder, W.` and `Bohannon, Daniel`; `Maria Anna`.
        matches!(signs, [',', ' ']) && capital && letters.len() > 2 && !tables::is_ordinary(&small)
            || matches!(signs, [' ']) && capital && tables::is_given(&small)
    });
    let number = |side: Option<(&Word, &[char])>| {
        side.is_some_and(|(word, signs)| {
            signs.len() <= 2 && row.letters(word).iter().all(|letter| letter.is_ascii_digit())
        })
    };
    let month = MONTHS.contains(&plain.as_str()) && (number(beside(true)) || number(beside(false)));
    surname || given || month
}

/// Tells whether no blank stands in a word.
fn one_word(row: &Row<'_>, word: &Word) -> bool {
    !row.letters(word).iter().any(|letter| letter.is_whitespace())
}

/// Tells whether a short word is the initial of a given name, in its script or another.
fn is_initial(given: &[char], letters: &[char]) -> bool {
    let Some(first) = given.first() else { return false };
    let short = crate::fold::small(letters);
    if short.len() == 1 && crate::fold::plain_word(&short) == crate::fold::plain_word(&[*first]) {
        return true;
    }
    let latin = |letters: &[char]| -> Vec<u8> { crate::sounds::ascii(&crate::fold::plain_word(letters)) };
    match (script_of(*first), short.first().and_then(|letter| script_of(*letter))) {
        (Some(Script::Latin), Some(script)) if script != Script::Latin => {
            let start = latin(given);
            short.len() == 1
                && (1..=start.len().min(4)).any(|length| reach(&short, start.get(..length).unwrap_or_default()).whole())
        }
        (Some(script), Some(Script::Latin)) if script != Script::Latin => {
            let word = latin(&short);
            let longer = |second: u8| [word.clone(), vec![second]].concat();
            reach(&[*first], &word).whole()
                || word.len() == 1 && (b'a'..=b'z').any(|second| reach(&[*first], &longer(second)).whole())
        }
        _ => false,
    }
}

/// The words of a term one behind the other.
fn in_a_row(words: &[Vec<char>], row: &Row<'_>, seen: &[Seen], says_enough: &dyn Fn(&Seen) -> bool) -> Vec<Place> {
    let mut places = Vec::new();
    for (place, first) in seen.iter().enumerate().filter(|(_, it)| it.role == Role::Word(0)) {
        let Some(word) = row.word(first.word) else { continue };
        let mut near = place;
        if words.len() == 1 {
            if may_stand_alone(row, first, word, says_enough)
                && words.first().is_none_or(|term| !names_another(row, word, term))
            {
                let how = match first.how {
                    How::Plain => "word",
                    How::Form => "word/form",
                    How::Romanised | How::Near | How::Alike => "word/romanised",
                };
                places.push((word.from, word.to, how));
            }
            continue;
        }
        let mut last = word;
        let mut number = 1;
        let mut alike = usize::from(first.how == How::Alike);
        while let Some((at, next, how)) = row.near(seen, near).iter().find_map(|it| {
            let after = row.word(it.word)?;
            let fits = it.role == Role::Word(number) && row.gap(last, after) == Some(0) && after.from >= last.to;
            fits.then_some((it.word, after, it.how))
        }) {
            near = (near..seen.len()).find(|place| seen.get(*place).is_some_and(|it| it.word == at)).unwrap_or(near);
            alike += usize::from(how == How::Alike);
            last = next;
            number += 1;
        }
        // Of three words one may be alike in sound only.
        if usize::from(number) == words.len() && alike * 3 <= words.len() {
            places.push((word.from, last.to, "words"));
        }
    }
    places
}
