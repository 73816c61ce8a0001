//! The parts of a personal name: given names, surnames, patronymics, and the small words between them.
//!
//! Guarantees: `Given Names/Surname` and `Surname, Given Names` are taken as they are written; elsewhere capitals, the tables of names and
//! the script decide. A part that nobody could tell apart is both. Does not know: other spellings of the parts.

use crate::romanise::{Script, script_of};
use crate::tables;
use crate::text::Text;
use crate::words::{is_apostrophe, is_han, is_letter};

/// A part of a name as it was written, its letters with their accents.
pub(crate) type Part = Vec<char>;

/// A personal name.
#[derive(Default)]
pub(crate) struct Name {
    pub given: Vec<Part>,
    pub surnames: Vec<Part>,
    /// The surname with its small words, written together.
    pub surname_written: Part,
    /// It is written in characters without blanks; each is a syllable.
    pub syllables: bool,
    /// The surname is one that many have and stands first; of what is behind it the last is the given name.
    pub surname_first: bool,
}

/// Chinese surnames of two characters, and Korean and Japanese ones that are not looked for by their first alone.
const TWO_CHARACTERS: [&str; 16] = [
    "欧阳", "歐陽", "司马", "司馬", "上官", "诸葛", "諸葛", "司徒", "东方", "東方", "皇甫", "尉迟", "公孙", "公孫",
    "慕容", "夏侯",
];

/// The second halves of Arabic given names: `نور الدين`.
const COMPOUND: [&str; 6] = ["الدين", "الله", "الرحمن", "الاسلام", "الزهراء", "الحق"];
/// `عبد العزيز`: what is behind it belongs to it.
const SERVANT: &str = "عبد";
/// Of Japanese surnames hardly one has more.
const SURNAME_CHARACTERS: usize = 4;

impl Name {
    /// Reads a name.
    pub fn parse(text: &str) -> Self {
        if let Some((given, surname)) = text.rsplit_once('/') {
            return Self::of(words(given), words(surname));
        }
        if let Some((surname, given)) = text.split_once([',', '，', '、']) {
            return Self::of(words(given), words(surname));
        }
        let parts = words(text);
        if parts.is_empty() {
            return Self::default();
        }
        if let [one] = parts.as_slice() {
            let han = one.iter().all(|letter| is_han(*letter)) && (2..=6).contains(&one.len());
            if let Some(at) = kana_begins(one) {
                let (surname, given) = one.split_at_checked(at).unwrap_or((one, &[]));
                return Self { syllables: true, ..Self::of(vec![given.to_vec()], vec![surname.to_vec()]) };
            }
            let hangul =
                one.iter().all(|letter| script_of(*letter) == Some(Script::Hangul)) && (2..=4).contains(&one.len());
            if han || hangul {
                let start: String = one.iter().take(2).collect();
                let length =
                    if one.len() > 2 && (TWO_CHARACTERS.contains(&start.as_str()) || one.len() >= 4) { 2 } else { 1 };
                let (surname, given) = one.split_at_checked(length).unwrap_or((one, &[]));
                return Self { syllables: true, ..Self::of(vec![given.to_vec()], vec![surname.to_vec()]) };
            }
            return Self::of(Vec::new(), parts);
        }
        let plain: Vec<String> = parts.iter().map(|part| crate::fold::plain_text(part)).collect();
        let is_particle = |at: usize| plain.get(at).is_some_and(|word| tables::is_particle(word));
        let is_given = |at: usize| plain.get(at).is_some_and(|word| tables::is_given(word));
        let is_common = |at: usize| plain.get(at).is_some_and(|word| tables::is_common_surname(word));
        let capitals = |at: usize| {
            parts.get(at).is_some_and(|part| part.len() > 1 && part.iter().all(|letter| letter.is_uppercase()))
        };
        let last = parts.len() - 1;
        // Some capitals among others mark the surname; a first word that is no given name before words that are is one.
        let told: Vec<usize> = (0..parts.len()).filter(|at| capitals(*at)).collect();
        let mut surname_first = false;
        let surname: Vec<usize> = if !told.is_empty() && told.len() < parts.len() {
            told
        } else if is_common(0) && !is_given(0) && !is_common(last) && (is_given(last) || parts.len() > 2) {
            surname_first = true;
            vec![0]
        } else if !is_particle(0) && !is_given(0) && (1..=last).all(is_given) {
            vec![0]
        } else {
            // A particle begins the surname: `de la Fuente Ruiz`.
            let begin = (1..last).find(|at| is_particle(*at)).unwrap_or(last);
            let written: Vec<String> = parts.iter().map(|part| part.iter().collect()).collect();
            let hyphen = |at: usize| match (at.checked_sub(1).and_then(|before| written.get(before)), written.get(at)) {
                (Some(before), Some(part)) => text.contains(&format!("{before}-{part}")),
                _ => false,
            };
            // Neither a given name nor a patronymic: the first of two surnames.
            let second = |at: usize| {
                begin == last
                    && at > 0
                    && at < last
                    && (!is_given(at) && !hyphen(at) || at + 1 == last && hyphen(last))
                    && parts.get(at).is_some_and(|part| part.len() > 2 && !Self::is_patronymic(part))
                    && !plain.get(at).is_some_and(|word| COMPOUND.contains(&word.as_str()))
                    && at.checked_sub(1).and_then(|before| plain.get(before)).is_none_or(|word| word != SERVANT)
            };
            (0..=last).filter(|at| *at >= begin || second(*at)).collect()
        };
        let (mut given, mut surnames) = (Vec::new(), Vec::new());
        for (at, part) in parts.into_iter().enumerate() {
            if surname.contains(&at) { surnames.push(part) } else { given.push(part) }
        }
        if surname_first {
            given = given.pop().into_iter().collect();
        }
        Self { surname_first, ..Self::of(given, surnames) }
    }

    fn of(given: Vec<Part>, surnames: Vec<Part>) -> Self {
        let surname_written = surnames.concat();
        let named = |parts: Vec<Part>| -> Vec<Part> {
            let word = |part: &Part| crate::fold::plain_text(part);
            let kept: Vec<Part> = parts.iter().filter(|part| !tables::is_particle(&word(part))).cloned().collect();
            if kept.is_empty() { parts } else { kept }.into_iter().filter(|part| !part.is_empty()).collect()
        };
        Self { given: named(given), surnames: named(surnames), surname_written, syllables: false, surname_first: false }
    }

    /// Returns the name with its characters divided in the other places where a Japanese surname may end.
    pub fn otherwise_divided(&self) -> Vec<Self> {
        let [given, surname] = [&self.given, &self.surnames].map(|parts| parts.concat());
        let whole = [surname.as_slice(), &given].concat();
        if !self.syllables || !whole.iter().all(|letter| is_han(*letter)) || !self.is_full() {
            return Vec::new();
        }
        let places = (1..whole.len()).take(SURNAME_CHARACTERS).filter(|at| *at != surname.len());
        let divided = places.filter_map(|at| whole.split_at_checked(at));
        divided
            .map(|(surname, given)| Self { syllables: true, ..Self::of(vec![given.to_vec()], vec![surname.to_vec()]) })
            .collect()
    }

    /// Tells whether there is a small word in the surname: `d'Ivry`, `van der Meulen`.
    pub fn has_small_words(&self) -> bool {
        self.surname_written.len() > self.surnames.iter().map(Vec::len).sum()
    }

    /// Tells whether it has a given name and a surname.
    pub fn is_full(&self) -> bool {
        !self.given.is_empty() && !self.surnames.is_empty()
    }

    /// Tells whether words that nobody classified are a personal name.
    pub fn looks_like_a_person(&self) -> bool {
        let known = |part: &Part| {
            let word: String = crate::fold::plain_text(part);
            tables::is_given(&word)
        };
        let words = self.given.len() + self.surnames.len();
        if self.syllables {
            let surname: String =
                self.surnames.iter().flatten().map(|letter| crate::romanise::han_simplified(*letter)).collect();
            return tables::is_common_surname(&surname);
        }
        self.is_full() && words <= 5 && self.given.iter().any(known)
    }

    /// Tells whether a name is nothing but a given name that many people have.
    pub fn is_common_given(text: &str) -> bool {
        matches!(words(text).as_slice(), [one] if {
            let word: String = crate::fold::plain_text(one);
            tables::is_given(&word)
        })
    }

    /// Tells whether a part is a patronymic.
    pub fn is_patronymic(part: &[char]) -> bool {
        let word: String = part.iter().flat_map(|letter| letter.to_lowercase()).collect();
        let ends = [
            "ович", "евич", "ич", "овна", "евна", "ична", "івна", "ївна", "ovich", "evich", "ovna", "evna", "ovych",
            "ivna",
        ];
        word.chars().count() > 5 && ends.iter().any(|end| word.ends_with(end))
    }
}

/// Returns where the given name of a Japanese name begins that is written in characters and kana: `佐々木のぞみ`. Kana inside of a
/// surname are none: `三ツ藤`.
fn kana_begins(name: &[char]) -> Option<usize> {
    let is_kana = |letter: &char| script_of(*letter) == Some(Script::Kana);
    let known =
        name.iter().all(|letter| is_han(*letter) || is_kana(letter)) && name.iter().any(|letter| is_han(*letter));
    let changes = (1..name.len()).filter(|at| {
        let kana = |at: usize| name.get(at).is_some_and(is_kana);
        kana(*at) != kana(*at - 1)
    });
    let changes: Vec<usize> = changes.collect();
    match changes.as_slice() {
        [at] if known => Some(*at),
        [_, _, at] if known => Some(*at),
        _ => None,
    }
}

/// The words of a name, accents kept; an apostrophe between letters is no end, unless what is before it is a small word: `O'Brien`, `d'Ivry`.
pub(crate) fn words(text: &str) -> Vec<Part> {
    let text = Text::of(text);
    let mut words: Vec<Part> = vec![Part::new()];
    for letter in text.letters() {
        match words.last_mut() {
            Some(word) if is_letter(*letter) => word.push(*letter),
            Some(word) if is_apostrophe(*letter) && !is_elided(word) => {}
            _ => words.push(Part::new()),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// A word that stands before an apostrophe instead of a vowel.
fn is_elided(word: &[char]) -> bool {
    let word: String = crate::fold::plain_text(word);
    ["d", "l", "dell", "dall", "nell", "sull", "sant", "т", "д"].contains(&word.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_names() {
        let shown =
            |parts: &[Part]| parts.iter().map(|part| part.iter().collect::<String>()).collect::<Vec<_>>().join(" ");
        for (text, given, surnames) in [
            ("Anton/Bielawski", "Anton", "Bielawski"),
            ("Bielawski, Anton Maria", "Anton Maria", "Bielawski"),
            ("Anton Bielawski", "Anton", "Bielawski"),
            ("BIELAWSKI Anton", "Anton", "BIELAWSKI"),
            ("Joost van der Meulen", "Joost", "Meulen"),
            ("Антон Петрович Воронцеев", "Антон Петрович", "Воронцеев"),
            ("蒋晓雯", "晓雯", "蒋"),
            ("欧阳晓雯", "晓雯", "欧阳"),
            ("Kormoran", "", "Kormoran"),
        ] {
            let name = Name::parse(text);
            assert_eq!((shown(&name.given).as_str(), shown(&name.surnames).as_str()), (given, surnames), "{text}");
        }
        assert!(Name::parse("Anton Bielawski").looks_like_a_person());
        assert!(!Name::parse("Operation Lantern").looks_like_a_person());
        assert!(Name::is_patronymic(&"Петрович".chars().collect::<Vec<_>>()));
    }
}
