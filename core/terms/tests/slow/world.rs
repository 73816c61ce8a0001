//! Invented terms and the words around them. The syllables of terms and of other words have no consonant in common.

use comity_terms::{Term, TermKind};

/// Chance from a seed (SplitMix64).
pub struct Rng(u64);

impl Rng {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    /// One of several; there is at least one.
    pub fn choose<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        let at = self.below(from.len());
        from.get(at).unwrap_or_else(|| unreachable!("one of none"))
    }
}

/// A term as a handler would enter it.
#[derive(Clone, Debug)]
pub enum Sample {
    Person { given: String, surname: String },
    Cryptonym(String),
    Phone { country: &'static str, national: String },
    Ip([u8; 4]),
    Date { year: u16, month: u8, day: u8 },
    Email { local: String, domain: String },
    Case { letters: String, year: u16, number: u16 },
}

impl Sample {
    /// What the handler writes.
    pub fn text(&self) -> String {
        match self {
            Sample::Person { given, surname } => format!("{given} {surname}"),
            Sample::Cryptonym(name) => name.clone(),
            Sample::Phone { country, national } => format!("+{country} {national}"),
            Sample::Ip([a, b, c, d]) => format!("{a}.{b}.{c}.{d}"),
            Sample::Date { year, month, day } => format!("{year}-{month:02}-{day:02}"),
            Sample::Email { local, domain } => format!("{local}@{domain}"),
            Sample::Case { letters, year, number } => format!("{letters}-{year}/{number:04}"),
        }
    }

    pub fn is_number(&self) -> bool {
        !matches!(self, Sample::Person { .. } | Sample::Cryptonym(_))
    }

    /// The term for the register.
    pub fn registered(&self) -> Term {
        let kind = match self {
            Sample::Person { .. } => TermKind::Person,
            Sample::Cryptonym(_) => TermKind::Cryptonym,
            Sample::Phone { .. } => TermKind::Phone,
            Sample::Ip(_) => TermKind::Ip,
            Sample::Date { .. } => TermKind::Date,
            Sample::Email { .. } => TermKind::Email,
            Sample::Case { .. } => TermKind::CaseNumber,
        };
        let text = match self {
            Sample::Person { given, surname } => format!("{given}/{surname}"),
            other => other.text(),
        };
        Term::new(kind, &text)
    }
}

/// The terms of one register.
pub struct World {
    pub terms: Vec<Sample>,
}

/// Surnames that many people have.
const COMMON: [&str; 6] = ["Nowak", "Kowalski", "Schmidt", "Hansen", "Novak", "Keller"];

/// A word of consonants and vowels by turns.
fn word(rng: &mut Rng, syllables: usize, consonants: &[&str]) -> String {
    (0..syllables).map(|_| format!("{}{}", rng.choose(consonants), rng.choose(&["a", "e", "o", "u"]))).collect()
}

fn name(rng: &mut Rng, syllables: usize) -> String {
    let word = word(rng, syllables, &["b", "br", "d", "k", "kl", "r", "t", "tr"]);
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str() + "k").unwrap_or_default()
}

impl World {
    pub fn new(rng: &mut Rng) -> Self {
        let count = rng.below(8) + 1;
        Self { terms: (0..count).map(|_| sample(rng)).collect() }
    }

    /// A word that has nothing to do with a term: an ordinary one, one of other syllables, a small number.
    pub fn filler(&self, rng: &mut Rng) -> String {
        match rng.below(10) {
            0 => rng.below(100).to_string(),
            1..=4 => (*rng.choose(&[
                "the", "ship", "went", "north", "and", "nothing", "was", "seen", "his", "house", "if", "many", "men",
                "fly",
            ]))
            .to_owned(),
            5 => {
                let syllables = rng.below(2) + 2;
                word(rng, syllables, &["f", "g", "h", "m", "n", "p", "v", "w"]).to_uppercase()
            }
            _ => {
                let syllables = rng.below(3) + 1;
                word(rng, syllables, &["f", "g", "h", "m", "n", "p", "s", "v", "w", "z"])
            }
        }
    }
}

fn sample(rng: &mut Rng) -> Sample {
    let year = 2019 + rng.below(8) as u16;
    match rng.below(10) {
        0..=3 => {
            let (given, syllables) = (rng.below(2) + 1, rng.below(2) + 2);
            // A surname that many have is not found by itself, so that its spellings have to be.
            let common = rng.below(3) > 0;
            let surname = if common { (*rng.choose(&COMMON)).to_owned() } else { name(rng, syllables) };
            Sample::Person { given: name(rng, given), surname }
        }
        4 => {
            let syllables = rng.below(3) + 2;
            Sample::Cryptonym(name(rng, syllables))
        }
        5 => {
            let (country, digits) = *rng.choose(&[("47", 8), ("48", 9), ("49", 10), ("33", 9)]);
            // The first digit is none of a trunk prefix.
            let national = (0..digits)
                .map(|at| (rng.below(if at == 0 { 7 } else { 9 }) + 2 - usize::from(at > 0)).to_string())
                .collect();
            Sample::Phone { country, national }
        }
        6 => Sample::Ip([0; 4].map(|_: u8| rng.below(254) as u8 + 1)),
        7 => Sample::Date { year, month: rng.below(12) as u8 + 1, day: rng.below(28) as u8 + 1 },
        8 => Sample::Email {
            local: format!("{}.{}", name(rng, 2), name(rng, 2)).to_lowercase(),
            domain: "mail.example".to_owned(),
        },
        _ => Sample::Case {
            letters: (*rng.choose(&["KV", "BR", "DKT"])).to_owned(),
            year,
            number: rng.below(9_999) as u16 + 1,
        },
    }
}
