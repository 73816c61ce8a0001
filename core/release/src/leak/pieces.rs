//! The pieces of a draft, so that what stood in a blocked draft is known again in another: nobody may find a protected term by halving.
//!
//! Guarantees: a term that the check could have found in a draft leaves a piece of it, whatever stands around it: seven characters in a
//! row across words, for a shorter term is not found across words; five in a row within a word; shorter words whole. Pieces are made of
//! every reading that the check makes (forms, encodings, what nobody sees), and are looked for as plain characters in every such reading.
//! Runs of words that say nothing by themselves are no pieces. Does not know: which drafts are blocked, what is protected.

use super::check::{DEPTH_MAX, STEPS_MIN, STEPS_PER_BYTE};
use super::held::{Held, NotRead};
use super::hidden::not_seen;
use super::json::{Scan, Token};
use super::neighbours::{Row, neighbours};
use super::print::{PrintKey, has_no_blanks};
use comity_correlate::CorrelatedValue;
use comity_terms::{Compact, Decoder, FORMS, Form, Normaliser, Text, decode, heard};
use comity_vocab::Timestamp;
use std::collections::{BTreeSet, HashSet};
use std::sync::LazyLock;
use uuid::Uuid;

/// A word longer than this counts by every part of it of this many characters, a shorter one whole.
const WITHIN_WORDS: usize = 5;
/// Characters in a row that count across words: a shorter term is not found across words.
const ACROSS_WORDS: usize = 7;
/// In scripts that are written without blanks a name has as few as two characters.
const DENSE: [usize; 2] = [2, 3];
/// Stands in every object: the version of STIX.
const EVERYWHERE: &str = "2.1";

static ORDINARY_WORDS: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let mut normaliser = Normaliser::default();
    let lines = comity_terms::ORDINARY_WORDS.lines().filter(|line| !line.starts_with('#'));
    let words = lines.flat_map(str::split_whitespace);
    words.filter_map(|word| words_of(&mut normaliser, &Text::of(word), Form::Folded).pop()).collect()
});

/// The pieces of one draft, as keyed numbers: of a piece nothing can be computed from its number without the key.
#[derive(Clone, Debug, Default)]
pub struct Pieces {
    prints: HashSet<u64>,
    key: PrintKey,
}

impl Pieces {
    /// Takes the parts of a draft apart. `own`: texts that stand in every draft, such as the name of the organisation. Where the readings do
    /// not come to an end, what was read until then counts, as in the check.
    pub fn of(parts: &[Vec<u8>], own: &[&str], key: PrintKey) -> Self {
        let mut normaliser = Normaliser::default();
        let own: HashSet<String> =
            own.iter().flat_map(|text| words_of(&mut normaliser, &Text::of(text), Form::Folded)).collect();
        let mut prints = HashSet::new();
        each_reading(parts, Backwards::No, &mut |normaliser, text| {
            prints.extend(heard(text).iter().map(|it| sound(&key, it.latin, it.number)));
            for form in forms_of(text) {
                let words = words_of(normaliser, text, *form);
                let ordinary: Vec<bool> =
                    words.iter().map(|word| ORDINARY_WORDS.contains(word) || own.contains(word)).collect();
                each_piece(&words, &mut |piece| {
                    let says_something = piece.words.clone().any(|at| ordinary.get(at) == Some(&false));
                    if says_something && (piece.within || piece.kind == Kind::Across || piece.kind == Kind::Word) {
                        prints.insert(piece.print(&key));
                    }
                });
            }
        });
        Self { prints, key }
    }

    /// Returns the number of each piece, in order.
    pub fn prints(&self) -> Vec<u64> {
        self.prints.iter().copied().collect::<BTreeSet<u64>>().into_iter().collect()
    }

    /// Leaves out the pieces whose numbers are known.
    #[must_use]
    pub fn without(mut self, known: &HashSet<u64>) -> Self {
        self.prints.retain(|print| !known.contains(print));
        self
    }

    /// Tells whether no piece is left.
    pub fn is_empty(&self) -> bool {
        self.prints.is_empty()
    }

    /// Tells whether one of the pieces stands in these parts, in any reading; also where that could not be found out.
    pub fn stand_in(&self, parts: &[Vec<u8>]) -> bool {
        let mut stands = false;
        let whole = each_reading(parts, Backwards::Too, &mut |normaliser, text| {
            // The same word in another script. In the same script the letters tell.
            stands =
                stands || heard(text).iter().any(|it| self.prints.contains(&sound(&self.key, !it.latin, it.number)));
            for form in forms_of(text) {
                each_piece(&words_of(normaliser, text, *form), &mut |piece| {
                    stands = stands || self.prints.contains(&piece.print(&self.key));
                });
            }
        });
        stands || (!whole && !self.is_empty())
    }
}

/// The number of the sound of a word in Latin letters or in another script.
fn sound(key: &PrintKey, latin: bool, number: u64) -> u64 {
    key.of(&[&b"sound"[..], &[u8::from(latin)], &number.to_be_bytes()].concat())
}

/// What a piece is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Characters in a row, whatever words they belong to.
    Across,
    /// Characters in a row that count where they stood within one word.
    Part,
    /// Characters in a row of a script without blanks.
    Dense,
    /// A short word, or two, whole.
    Word,
}

/// One piece of a text.
struct Piece<'a> {
    kind: Kind,
    text: &'a str,
    /// The words it is of.
    words: std::ops::RangeInclusive<usize>,
    /// Whether it stands within one word.
    within: bool,
}

impl Piece<'_> {
    fn print(&self, key: &PrintKey) -> u64 {
        key.of(&[&[self.kind as u8], self.text.as_bytes()].concat())
    }
}

/// Gives the pieces of one text: its words, one after the other.
fn each_piece(words: &[String], give: &mut dyn FnMut(&Piece<'_>)) {
    let whole = words.concat();
    // Where each character begins, and the number of its word; the end closes the last one.
    let mut chars: Vec<(usize, usize, char)> = Vec::with_capacity(whole.len());
    let mut begin = 0;
    for (number, word) in words.iter().enumerate() {
        chars.extend(word.char_indices().map(|(at, letter)| (begin + at, number, letter)));
        begin += word.len();
    }
    let dense = chars.iter().any(|(.., letter)| has_no_blanks(*letter));
    let lengths = [(Kind::Across, ACROSS_WORDS), (Kind::Part, WITHIN_WORDS)];
    let dense = DENSE.iter().filter(|_| dense).map(|length| (Kind::Dense, *length));
    for (kind, length) in lengths.into_iter().chain(dense) {
        for (at, part) in chars.windows(length).enumerate() {
            let (Some(first), Some(last)) = (part.first(), part.last()) else { continue };
            if kind == Kind::Dense && !part.iter().all(|(.., letter)| has_no_blanks(*letter)) {
                continue;
            }
            let end = chars.get(at + length).map_or(whole.len(), |(begin, ..)| *begin);
            let Some(text) = whole.get(first.0..end) else { continue };
            give(&Piece { kind, text, words: first.1..=last.1, within: first.1 == last.1 });
        }
    }
    for (at, word) in words.iter().enumerate() {
        if (2..WITHIN_WORDS).contains(&word.chars().count()) {
            give(&Piece { kind: Kind::Word, text: word, words: at..=at, within: true });
        }
        // Two short words are a term of six characters or fewer, which is found from word to word.
        if let Some(next) = words.get(at + 1) {
            let pair = [word.as_str(), next].concat();
            if pair.chars().count() < ACROSS_WORDS {
                give(&Piece { kind: Kind::Word, text: &pair, words: at..=at + 1, within: false });
            }
        }
    }
}

/// The forms in which a text is compared.
fn forms_of(text: &Text) -> &'static [Form] {
    if text.ascii { FORMS.get(..1) } else { FORMS.get(..) }.unwrap_or_default()
}

/// Whether texts are read from their end too. One of the two drafts that are compared is enough: of the other, every ordinary word would
/// be a word that says something.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Backwards {
    No,
    Too,
}

/// Gives every reading of every text of the parts, as the check makes them. Tells whether it came to an end.
fn each_reading(parts: &[Vec<u8>], backwards: Backwards, read: &mut dyn FnMut(&mut Normaliser, &Text)) -> bool {
    let mut reader = Reader {
        normaliser: Normaliser::default(),
        decoder: Decoder::default(),
        steps: 0,
        exhausted: false,
        backwards,
        read,
    };
    let mut whole = true;
    for part in parts {
        let scan = Scan::new(part);
        reader.steps = STEPS_MIN.saturating_add(part.len().saturating_mul(STEPS_PER_BYTE));
        reader.exhausted = false;
        scan.tokens.iter().for_each(|token| reader.token(&scan, token));
        neighbours(&scan, &mut |row| reader.row(&row.read(&scan)));
        whole &= !scan.broken && !reader.exhausted;
    }
    whole
}

struct Reader<'a> {
    normaliser: Normaliser,
    decoder: Decoder,
    steps: usize,
    exhausted: bool,
    backwards: Backwards,
    read: &'a mut dyn FnMut(&mut Normaliser, &Text),
}

impl Reader<'_> {
    fn token(&mut self, scan: &Scan<'_>, token: &Token) {
        let plain = scan.text(token);
        // Where an identifier stands, and nothing else: `type--uuid` to the letter.
        let is_id = plain.split_once("--").is_some_and(|(kind, uuid)| {
            let mut fixed = |word: &str| {
                word.bytes().all(|byte| byte.is_ascii_lowercase())
                    && ORDINARY_WORDS.contains(&spelled(&mut self.normaliser, word))
            };
            Uuid::try_parse(uuid).is_ok() && kind.split('-').all(&mut fixed)
        });
        // The name of a property of the standard: its words say nothing, apart or together.
        let mut ordinary = |word: &str| ORDINARY_WORDS.contains(&spelled(&mut self.normaliser, word));
        let is_name = token.key && plain.split('_').all(|word| !word.is_empty() && ordinary(word));
        if is_id || is_name || plain == EVERYWHERE || Timestamp::parse(&plain).is_ok() {
            return;
        }
        let mut text = Text::new();
        scan.characters(token, |character, start, end| text.push(character, start, end));
        self.text(&text, 0);
        for (_, hidden) in not_seen(scan, token).texts {
            self.text(&hidden, 1);
        }
    }

    /// Neighbouring texts as one, as the check reads them.
    fn row(&mut self, row: &Row) {
        if self.spend(row.text.chars.len() * 4) {
            (self.read)(&mut self.normaliser, &row.text);
        }
    }

    fn text(&mut self, text: &Text, depth: usize) {
        if text.chars.is_empty() || !self.spend(text.chars.len() * 4) {
            return;
        }
        (self.read)(&mut self.normaliser, text);
        if depth >= DEPTH_MAX {
            return;
        }
        let (steps, exhausted) = (&mut self.steps, &mut self.exhausted);
        let decoded = decode(text, &mut self.decoder, &mut |used| {
            match steps.checked_sub(used) {
                Some(left) => *steps = left,
                None => *exhausted = true,
            }
            !*exhausted
        });
        for inner in decoded {
            if inner.is_backwards() && self.backwards == Backwards::No {
                continue;
            }
            self.text(&inner.text, if inner.trusted { depth + 1 } else { DEPTH_MAX });
        }
    }

    fn spend(&mut self, steps: usize) -> bool {
        match self.steps.checked_sub(steps) {
            Some(left) if !self.exhausted => self.steps = left,
            _ => self.exhausted = true,
        }
        !self.exhausted
    }
}

fn spelled(normaliser: &mut Normaliser, text: &str) -> String {
    words_of(normaliser, &Text::of(text), Form::Folded).into_iter().next().unwrap_or_default()
}

/// The words of a text in one form.
fn words_of(normaliser: &mut Normaliser, text: &Text, form: Form) -> Vec<String> {
    let mut compact = Compact::default();
    normaliser.compact(text, form, &mut compact);
    let mut words: Vec<Vec<u8>> = Vec::new();
    for (byte, begins) in compact.bytes.iter().zip(&compact.begins) {
        match words.last_mut() {
            Some(word) if !begins => word.push(*byte),
            _ => words.push(vec![*byte]),
        }
    }
    words.into_iter().filter_map(|word| String::from_utf8(word).ok()).collect()
}

/// Where only terms are looked for, nothing is held.
pub(super) struct Nothing;

impl Held for Nothing {
    fn act(&self) -> Result<u64, NotRead> {
        Ok(0)
    }
    fn is_unreleased(&self, _: &Uuid) -> Result<bool, NotRead> {
        Ok(false)
    }
    fn texts(&self, _: &BTreeSet<u64>) -> Result<HashSet<u64>, NotRead> {
        Ok(HashSet::new())
    }
    fn public_texts(&self, _: &BTreeSet<u64>) -> Result<HashSet<u64>, NotRead> {
        Ok(HashSet::new())
    }
    fn values(&self, _: &BTreeSet<CorrelatedValue>) -> Result<BTreeSet<CorrelatedValue>, NotRead> {
        Ok(BTreeSet::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(text: &str) -> Vec<Vec<u8>> {
        let bundle = serde_json::json!({ "type": "bundle", "id": "bundle--a0000000-0000-4000-8000-000000000001",
            "objects": [{ "type": "note", "spec_version": "2.1", "id": "note--a0000000-0000-4000-8000-000000000002",
                "created": "2026-03-14T00:00:00.000Z", "content": text }] });
        vec![serde_json::to_vec(&bundle).unwrap()]
    }

    #[test]
    fn what_stood_in_one_draft_is_known_in_another_however_it_is_written() {
        let blocked =
            Pieces::of(&part("We heard of Kormoran and of Anton Bielawski in 東京都港区."), &[], PrintKey::default());
        for (text, shares) in [
            ("Somebody told KORMORAN.", true),
            ("Somebody told Kor-mo\u{200b}ran.", true),
            ("Somebody told S29ybW9yYW4gc2FpZA== yesterday", true),
            ("The Kormorans left.", true),
            ("The bielawskis left.", true),
            ("antonbielawski", true),
            ("Anton B.", true),
            ("xxKormoryy zzanww", true),
            ("xxKorm oranyy", true),
            ("k o r m o r a n", true),
            ("K0rm0ran", true),
            ("Коrmоrаn", true),
            ("Kormoran--a0000000-0000-4000-8000-000000000001", true),
            ("malware-kormoran--a0000000-0000-4000-8000-000000000001", true),
            ("港区", true),
            ("Белявский пришёл", true),
            ("Μπιελάφσκι", false),
            ("The ship left on Tuesday and nobody was seen.", false),
            ("Of the and in with", false),
        ] {
            assert_eq!(blocked.stand_in(&part(text)), shares, "{text}");
        }
    }

    #[test]
    fn ids_times_ordinary_words_and_our_own_name_are_no_pieces() {
        let pieces = Pieces::of(&part("It is of the Vega Service"), &["Vega Service"], PrintKey::default());
        assert!(pieces.is_empty(), "{pieces:?}");
        let none = Pieces::of(&part("It was not for them"), &[], PrintKey::default());
        assert!(none.is_empty(), "{none:?}");
    }

    #[test]
    fn what_is_known_to_be_clean_is_left_out() {
        let clean: HashSet<u64> =
            Pieces::of(&part("the grey ship left harbour"), &[], PrintKey::default()).prints().into_iter().collect();
        let left = Pieces::of(&part("the grey ship left harbour. Kormoran"), &[], PrintKey::default()).without(&clean);
        assert!(!left.stand_in(&part("the grey ship left")));
        assert!(left.stand_in(&part("Kormoran")));
        assert!(!left.is_empty());
    }

    #[test]
    fn what_cannot_be_read_may_hold_a_piece() {
        let blocked = Pieces::of(&part("Kormoran"), &[], PrintKey::default());
        assert!(blocked.stand_in(&[b"{\"a\":".to_vec()]));
        assert!(!Pieces::default().stand_in(&part("Kormoran")));
    }
}
