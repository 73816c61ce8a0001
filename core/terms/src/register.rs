//! All terms, compiled, and the search for them.
//!
//! Guarantees: one pass over a text finds every term in every writing; nothing of a term can be printed, cloned or serialised from here.
//! Does not know: encodings, what a text belongs to.

use crate::kind::TermKind;
use crate::known::Known;
use crate::lexicon::{Lexicon, Role};
use crate::literal::{Literals, LiteralsBuilder, Origin};
use crate::lookalike::Normaliser;
use crate::name::Name;
use crate::number::Numbers;
use crate::sequence::{Person, Row, Seen, Shape};
use crate::term::Term;
use crate::text::Text;
use crate::words::{Word, Words, information, is_letter};
use std::collections::BTreeMap;
use std::sync::Mutex;

/// Terms up to this length in words are looked for with the endings of their words.
const WORDS_MAX: usize = 12;
/// Words in front of the name of an operation or project.
const GENERIC: &str = "operation op project task force taskforce unternehmen operacja projekt projet opération operación proyecto operazione \
                       progetto operação projeto операция проект операція проєкт operacija projektas operācija projekts művelet proje \
                       operasyon hanke operaatio επιχείρηση عملية مشروع מבצע פרויקט";
/// What stands for a term beside its own writing has so many letters and digits.
const SHORTER_MIN: usize = 8;
/// A shorter phrase is not looked for with other letters in it.
const PHRASE_MIN: usize = 12;
/// Titles and forms of address that Chinese and Japanese write together with a name.
const TITLES: &str = "先生 女士 小姐 太太 同志 局长 处长 科长 主任 经理 教授 博士 老师 さん 氏 様 くん ちゃん 君";
/// So many words are looked at together, and so many of them again with the next ones, so that nothing is cut in two.
const TOGETHER: usize = 4_096;
const AGAIN: usize = 64;
/// An initial and a surname written together must have so many letters.
const JOINED_MIN: usize = 6;

/// Collects terms.
#[derive(Default)]
pub struct RegisterBuilder {
    literals: LiteralsBuilder,
    numbers: crate::number::NumbersBuilder,
    lexicon: Lexicon,
    /// Of each term, how it is put together, and the number it was added with.
    terms: Vec<(Option<Shape>, u32)>,
    unmatchable: Vec<u32>,
}

/// All terms. Cannot be printed, cloned or serialised.
pub struct Register {
    literals: Literals,
    numbers: Numbers,
    lexicon: Lexicon,
    terms: Vec<(Option<Shape>, u32)>,
    unmatchable: Vec<u32>,
    unbuilt: bool,
    /// The words that were met by the searches before.
    known: Mutex<Known>,
}

impl std::fmt::Debug for Register {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Register(..)")
    }
}

/// A place of a term in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    /// The number that the term was added with.
    pub term: u32,
    /// Characters of the text: from, to.
    pub from: usize,
    /// The first character behind it.
    pub to: usize,
    /// In which way it is written.
    pub how: &'static str,
}

impl RegisterBuilder {
    /// Adds a term under a number; several terms may have one.
    pub fn add(&mut self, term: &Term, owner: u32) {
        let text = term.text();
        let number = self.terms.len() as u32;
        self.terms.push((None, owner));
        let is_number = match term.kind() {
            TermKind::Person | TermKind::Cryptonym | TermKind::Project | TermKind::Handle | TermKind::Phrase => false,
            kind => self.numbers.add(kind, text, number),
        };
        let matchable = if term.kind() == TermKind::Ip {
            self.literals.add_cut(text, number)
        } else if term.kind() == TermKind::Person && Name::is_common_given(text) {
            self.literals.add_looks(text, number)
        } else {
            self.literals.add(&text.replace('/', " "), number)
        } || is_number;
        self.shorter(term.kind(), text, number);
        if term.kind() == TermKind::Phrase {
            self.alike(text, number);
        }
        match term.kind() {
            TermKind::Person => self.person(&Name::parse(text), number),
            _ if is_number => {}
            _ => self.words(text, number),
        }
        if let (TermKind::Project | TermKind::Cryptonym, Some(rest)) = (term.kind(), without_generic(text)) {
            self.add(&Term::new(term.kind(), rest), owner);
        }
        if !matchable {
            self.unmatchable.push(owner);
        }
    }

    fn person(&mut self, name: &Name, number: u32) {
        if !name.is_full() {
            let parts: Vec<Vec<char>> = name.given.iter().chain(&name.surnames).cloned().collect();
            return self.row(parts, number);
        }
        let [given, surname] =
            [&name.given, &name.surnames].map(|parts| parts.concat().into_iter().collect::<String>());
        for (at, part) in (0..=u8::MAX).zip(&name.given) {
            let role = if Name::is_patronymic(part) { Role::Patronymic(at) } else { Role::Given(at) };
            self.lexicon.add(part, number, role);
            if name.syllables {
                for (at, syllable) in (0..=u8::MAX).zip(part) {
                    self.lexicon.add(&[*syllable], number, Role::Syllable(at));
                }
            }
        }
        for (at, part) in (0..=u8::MAX).zip(&name.surnames) {
            self.lexicon.add(part, number, Role::Surname(at));
        }
        // `d'Ivry`, `Ben Jeddou`: people write one word.
        if name.has_small_words() {
            self.lexicon.add(&name.surname_written, number, Role::Surname(0));
        }
        let written: String = name.surname_written.iter().collect();
        let first_given: String = name.given.first().into_iter().flatten().collect();
        for given in [&given, &first_given] {
            for surname in [&surname, &written] {
                for joined in [format!("{given}{surname}"), format!("{surname}{given}")] {
                    self.lexicon.add(&joined.chars().collect::<Vec<_>>(), number, Role::Joined);
                }
            }
        }
        let join = |parts: &[Vec<char>]| {
            parts.iter().map(|part| part.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
        };
        for (first, second) in [(&name.given, &name.surnames), (&name.surnames, &name.given)] {
            self.literals.add(&format!("{} {}", join(first), join(second)), number);
        }
        if name.syllables {
            self.characters(name, number);
        }
        // Handles and the local parts of addresses: an initial and the surname together.
        let first = |parts: &[Vec<char>]| parts.first().and_then(|part| part.first()).copied();
        let person = Person::of(name);
        for (surname, alone) in name.surnames.iter().zip(&person.alone) {
            let written: String = surname.iter().collect();
            if *alone && surname.iter().map(|letter| information(*letter)).sum::<usize>() >= SHORTER_MIN {
                self.literals.add(&written, number);
            } else if *alone {
                self.literals.add_whole(&written, number);
            }
        }
        let all: Vec<char> = name.surnames.concat();
        for surname in name.surnames.iter().chain([&all, &name.surname_written]) {
            let (Some(initial), false) = (first(&name.given), name.syllables) else { continue };
            if surname.len() + 1 >= JOINED_MIN {
                let before: Vec<char> = std::iter::once(initial).chain(surname.iter().copied()).collect();
                let behind: Vec<char> = surname.iter().copied().chain(std::iter::once(initial)).collect();
                self.lexicon.add(&before, number, Role::Joined);
                self.lexicon.add(&behind, number, Role::Joined);
            }
        }
        self.shape(number, Shape::Person(person));
        for other in name.otherwise_divided() {
            let number = self.another(number);
            self.divided(&other, number);
        }
    }

    /// A further term with the owner of a term.
    fn another(&mut self, number: u32) -> u32 {
        let owner = self.terms.get(number as usize).map_or(number, |(_, owner)| *owner);
        self.terms.push((None, owner));
        self.terms.len() as u32 - 1
    }

    /// A name whose characters may be divided into surname and given name in more than one place.
    fn divided(&mut self, name: &Name, number: u32) {
        let [given, surname] = [&name.given, &name.surnames].map(|parts| parts.concat());
        self.lexicon.add(&given, number, Role::Given(0));
        self.lexicon.add(&surname, number, Role::Surname(0));
        self.lexicon.add(&[given, surname].concat(), number, Role::Joined);
        self.shape(number, Shape::Person(Person::of(name)));
    }

    fn words(&mut self, text: &str, number: u32) {
        self.row(crate::name::words(text), number);
    }

    /// A phrase with a word that begins with l, and another letter put for each. Inside of words the look of a word tells; `Ie` and `In` look the
    /// same, so that this would have to be asked of nearly every text.
    fn alike(&mut self, text: &str, number: u32) {
        let small = text.to_lowercase();
        let letters = small.chars().filter(|letter| letter.is_alphanumeric()).count();
        if letters >= PHRASE_MIN && small.split_whitespace().any(|word| word.starts_with('l')) {
            for other in ["i", "1"] {
                self.literals.add(&small.replace('l', other), number);
            }
        }
    }

    /// What stands for a term beside its own writing: a handle without its number, a local part that tells whose it is.
    fn shorter(&mut self, kind: TermKind, text: &str, number: u32) {
        let start = match kind {
            TermKind::Handle => text.trim_end_matches(|sign: char| !sign.is_alphabetic()),
            TermKind::Email => {
                text.split('@').next().filter(|local| local.contains(['.', '_', '-'])).unwrap_or_default()
            }
            _ => return,
        };
        if start.len() < text.len() && start.chars().filter(|letter| letter.is_alphanumeric()).count() >= SHORTER_MIN {
            self.literals.add_whole(start, number);
        }
    }

    /// Titles between and behind the characters of a name, and given name and surname the other way round.
    fn characters(&mut self, name: &Name, number: u32) {
        let [given, surname] = [&name.given, &name.surnames].map(|parts| parts.concat());
        let whole: Vec<char> = surname.iter().chain(&given).copied().collect();
        for at in 1..whole.len() {
            let (first, second) = whole.split_at_checked(at).unwrap_or_default();
            self.literals.add(&second.iter().chain(first).collect::<String>(), number);
        }
        let [given, surname] = [given, surname].map(|part| part.into_iter().collect::<String>());
        for title in TITLES.split(' ') {
            self.literals.add(&format!("{surname}{title}{given}"), number);
            self.literals.add(&format!("{surname}{given}{title}"), number);
            if surname.chars().count() > 1 {
                self.literals.add(&format!("{surname}{title}"), number);
            }
        }
    }

    fn row(&mut self, words: Vec<Vec<char>>, number: u32) {
        if words.is_empty() || words.len() > WORDS_MAX {
            return;
        }
        for (at, word) in (0..=u8::MAX).zip(&words) {
            self.lexicon.add(word, number, Role::Word(at));
        }
        self.shape(number, Shape::Words(words));
    }

    fn shape(&mut self, number: u32, shape: Shape) {
        if let Some((place, _)) = self.terms.get_mut(number as usize) {
            *place = Some(shape);
        }
    }

    /// Compiles the terms.
    pub fn build(self) -> Register {
        let literals = self.literals.build();
        Register {
            unbuilt: literals.is_err(),
            literals: literals.unwrap_or_default(),
            numbers: self.numbers.build(),
            lexicon: self.lexicon,
            terms: self.terms,
            unmatchable: self.unmatchable,
            known: Mutex::default(),
        }
    }
}

/// The name without the word that says what it is of: `Operation Lantern`.
fn without_generic(text: &str) -> Option<&str> {
    let (first, rest) = text.trim().split_once(char::is_whitespace)?;
    let first = first.trim_end_matches('.').to_lowercase();
    GENERIC.split(' ').any(|word| word == first).then_some(rest.trim())
}

impl Register {
    /// Starts an empty register.
    pub fn builder() -> RegisterBuilder {
        RegisterBuilder::default()
    }

    /// The numbers of terms of which nothing is left to search for.
    pub fn unmatchable(&self) -> &[u32] {
        &self.unmatchable
    }

    /// What is looked for could not be made ready: then nothing is clean.
    pub fn is_unbuilt(&self) -> bool {
        self.unbuilt
    }

    /// Begins a search.
    pub fn searcher(&self) -> Searcher<'_> {
        Searcher {
            register: self,
            known: self.known.lock().map(|mut known| std::mem::take(&mut *known)).unwrap_or_default(),
            buffer: String::new(),
            words: Words::default(),
            normaliser: Normaliser::default(),
        }
    }
}

/// A search over texts; it remembers the words that it met.
pub struct Searcher<'r> {
    register: &'r Register,
    known: Known,
    buffer: String,
    words: Words,
    normaliser: Normaliser,
}

impl std::fmt::Debug for Searcher<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Searcher(..)")
    }
}

impl Drop for Searcher<'_> {
    /// The next search knows the words that this one met.
    fn drop(&mut self) {
        if let Ok(mut known) = self.register.known.lock()
            && known.len() < self.known.len()
        {
            *known = std::mem::take(&mut self.known);
        }
    }
}

impl Searcher<'_> {
    /// Gives every place of a term in a text.
    pub fn search(&mut self, text: &Text, origin: Origin, give: &mut dyn FnMut(Hit)) {
        let register = self.register;
        let mut give = |term: u32, from, to, how| {
            if let Some((_, owner)) = register.terms.get(term as usize) {
                give(Hit { term: *owner, from, to, how });
            }
        };
        self.words.read(text);
        self.register.literals.search(text, &self.words, origin, &mut self.normaliser, &mut give);
        if origin.noise {
            return;
        }
        self.register.numbers.search(text, &mut give);
        self.sequences(text, &mut give);
    }

    fn sequences(&mut self, text: &Text, give: &mut dyn FnMut(u32, usize, usize, &'static str)) {
        if self.register.lexicon.lexemes.is_empty() {
            return;
        }
        self.words.join(text, self.register.lexicon.blanks());
        let runs = self.words.words.last().map_or(0, |word| word.run + 1);
        let mut from = 0;
        loop {
            self.together(text, from, from + TOGETHER, give);
            from += TOGETHER - AGAIN;
            if from + AGAIN >= runs {
                return;
            }
        }
    }

    /// Looks at the runs from one to another. What a word may be is looked at again for each stretch, so that the memory depends on the
    /// stretch and not on the text.
    fn together(&mut self, text: &Text, from: usize, to: usize, give: &mut dyn FnMut(u32, usize, usize, &'static str)) {
        let lexicon = &self.register.lexicon;
        let mut seen: BTreeMap<u32, Vec<(u32, Seen)>> = BTreeMap::new();
        let within = |words: &[Word]| {
            let first = words.partition_point(|word| word.run < from);
            let last = words.partition_point(|word| word.run < to);
            first..last.max(first)
        };
        let (near, joined) = (within(&self.words.words), within(&self.words.joined));
        let count = self.words.words.len();
        let joined = joined.map(|at| count + at);
        for at in near.chain(joined) {
            let Some(word) = self.words.words.get(at).or_else(|| self.words.joined.get(at.checked_sub(count)?)) else {
                continue;
            };
            let bytes = self.words.bytes(word);
            if word.noise || !lexicon.may_hold(bytes) {
                continue;
            }
            let bytes = if text.ascii {
                bytes
            } else {
                self.buffer.clear();
                let letters = text.letters().get(word.from..word.to).unwrap_or_default();
                let letters = letters.iter().filter(|letter| is_letter(**letter));
                self.buffer.extend(letters.flat_map(|letter| letter.to_lowercase()));
                self.buffer.as_bytes()
            };
            let analyse = |word: &[u8]| {
                let letters: Vec<char> = String::from_utf8_lossy(word).chars().collect();
                lexicon.analyse(&letters)
            };
            for found in self.known.get(bytes, analyse) {
                let Some(lexeme) = lexicon.lexemes.get(found.lexeme as usize) else { continue };
                for (term, role) in &lexeme.uses {
                    seen.entry(*term).or_default().push((found.lexeme, Seen { word: at, role: *role, how: found.how }));
                }
            }
        }
        let row = Row { text, words: &self.words.words, joined: &self.words.joined };
        for (term, found) in seen {
            let Some((Some(shape), _)) = self.register.terms.get(term as usize) else { continue };
            let mut seen: Vec<Seen> = found.iter().map(|(_, seen)| *seen).collect();
            seen.sort_by_key(|it| row.word(it.word).map_or(0, |word| word.from));
            let says_enough = |it: &Seen| {
                found.iter().any(|(lexeme, other)| {
                    other.word == it.word && other.role == it.role && lexicon.says_enough(*lexeme)
                })
            };
            for (from, to, how) in shape.places(&row, &seen, &says_enough) {
                give(term, from, to, how);
            }
        }
    }
}
