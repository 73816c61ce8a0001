//! Runs every search over every token of every part.

use super::candidates::candidates;
use super::checked::{Checked, Coverage};
use super::clean::{Clean, Manner};
use super::corpus::{LeakCorpus, Plain, Protected};
use super::facts::{ObjectFacts, object_facts, released_values};
use super::finding::{Finding, FindingClass};
use super::held::Held;
use super::hidden::{all_seen, not_seen};
use super::json::{Scan, Token};
use super::neighbours::neighbours;
use super::pending::{PendingRun, PendingValue};
use super::personal::{Prose, listed, prose};
use super::pieces::Nothing;
use super::places::{self, UuidCheck};
use super::position;
use crate::special::Reading;
use crate::{Draft, Mode};
use comity_correlate::CorrelatedValue;
use comity_terms::{Compact, Decoder, FORMS, Form, Normaliser, Origin, Searcher, Text, decode};
use comity_vocab::Tlp;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use uuid::Uuid;

/// Encodings inside encodings are undone this deep.
pub(super) const DEPTH_MAX: usize = 3;
/// Steps allowed for each byte of a part, about one for each character looked at, and for the smallest part.
pub(super) const STEPS_PER_BYTE: usize = 500;
pub(super) const STEPS_MIN: usize = 1_250_000;
/// So far before a place another may begin that overlaps it.
const OVERLAP: usize = 4_096;
/// Officers' codes below this length are not looked for in hexadecimal and base64.
const CHARACTERS_IN_WORDS: usize = 4;

/// A protected term of which nothing is left to search for.
const UNMATCHABLE: &str = "unmatchable-term";

/// Checks the exact bytes of a draft.
pub fn leak_check(draft: &Draft, corpus: &LeakCorpus, held: &dyn Held) -> Checked {
    let mut findings = search(draft.parts(), &draft.released_ids(), corpus, held);
    // Two officers declared these very bytes public.
    if draft.mode() == Mode::AsPublished {
        findings.retain(|finding| finding.class != FindingClass::SpecialCategory);
    }
    let before = held.act();
    let coverage = match before {
        Ok(act) if !findings.iter().any(|finding| finding.class == FindingClass::Undetermined) => {
            Coverage::Whole { act }
        }
        _ => Coverage::NotWhole,
    };
    if before.is_err() {
        findings.push(undetermined(0, draft.parts().first().map_or(0, Vec::len), "not-all-held"));
    }
    Checked { draft: draft.digest(), configuration: corpus.configuration.clone(), coverage, findings }
}

fn undetermined(part: usize, length: usize, rule: &str) -> Finding {
    Finding {
        class: FindingClass::Undetermined,
        rule: format!("undetermined/{rule}"),
        part,
        offset: 0,
        length,
        object: None,
        property: None,
        matter: None,
    }
}

/// Returns what must not leave in these parts: findings only, with which nothing can be authorised. `released_ids` are the
/// identifiers of the objects in them.
pub fn search(
    parts: &[Vec<u8>],
    released_ids: &BTreeSet<String>,
    corpus: &LeakCorpus,
    held: &dyn Held,
) -> Vec<Finding> {
    run(parts, released_ids, corpus, held, false)
}

/// Returns where the terms of a corpus stand in these parts, and whether anything was not read; nothing else is looked for.
pub(super) fn search_terms(parts: &[Vec<u8>], corpus: &LeakCorpus) -> Vec<Finding> {
    run(parts, &BTreeSet::new(), corpus, &Nothing, true)
}

fn run(
    parts: &[Vec<u8>],
    released_ids: &BTreeSet<String>,
    corpus: &LeakCorpus,
    held: &dyn Held,
    terms_only: bool,
) -> Vec<Finding> {
    let scans: Vec<Scan<'_>> = parts.iter().map(|part| Scan::new(part)).collect();
    // Where terms alone are looked for it does not matter which object they are in.
    let inside_of = |scan: &Scan<'_>| if terms_only { Vec::new() } else { scan.objects() };
    let inside: Vec<Vec<usize>> = scans.iter().map(inside_of).collect();
    let objects: Vec<HashMap<usize, ObjectFacts>> =
        scans.iter().zip(&inside).map(|(scan, inside)| object_facts(scan, inside)).collect();
    let allowed = || released_ids.iter().chain(&corpus.may_occur);
    let mut may_occur: HashSet<String> = allowed().cloned().collect();
    may_occur.extend(objects.iter().flat_map(HashMap::values).filter_map(|facts| facts.id.clone()));
    may_occur.extend(Tlp::ALL.iter().map(|tlp| tlp.marking_id().to_owned()));
    let mut uuids = UuidCheck {
        held,
        released: allowed().filter_map(|id| uuid_of(id)).collect(),
        asked: HashMap::new(),
        not_read: false,
    };
    let mut normaliser = Normaliser::default();
    let mut decoder = Decoder::default();
    let mut searcher = corpus.vault.searcher();
    let mut reading = Reading::default();
    let mut findings = Vec::new();
    let mut not_read = false;
    let mut public_said = false;
    for (number, ((scan, facts), inside)) in scans.iter().zip(&objects).zip(&inside).enumerate() {
        let bytes = parts.get(number).map_or(0, Vec::len);
        let mut part = PartCheck {
            corpus,
            bytes: parts.get(number).map_or(&[][..], Vec::as_slice),
            normaliser: &mut normaliser,
            decoder: &mut decoder,
            searcher: searcher.as_mut(),
            reading: &mut reading,
            uuids: &mut uuids,
            steps: STEPS_MIN.saturating_add(bytes.saturating_mul(STEPS_PER_BYTE)),
            exhausted: false,
            hits: BTreeMap::new(),
            runs: Vec::new(),
            values: Vec::new(),
            texts: 0,
            public_said,
            token: 0,
            tlp: Tlp::Clear,
            prose: Prose::No,
            terms_only,
            text: Text::new(),
            compact: Compact::default(),
        };
        let mut clean = Clean::default();
        for (at, token) in scan.tokens.iter().enumerate() {
            part.token = at;
            if terms_only {
                part.check_token(scan, token, &may_occur, &mut clean);
                continue;
            }
            let object = inside.get(token.node).and_then(|object| scan.number_of(*object));
            let about = object.and_then(|object| facts.get(&object));
            part.tlp = about.map_or(Tlp::Clear, |facts| facts.tlp);
            part.prose = prose(scan, token, about);
            part.check_token(scan, token, &may_occur, &mut clean);
        }
        part.check_neighbours(scan, &mut clean);
        if !terms_only {
            let own: HashSet<CorrelatedValue> = parts.get(number).map(|part| released_values(part)).unwrap_or_default();
            not_read |= part.ask(held, &own).is_err();
        }
        public_said = part.public_said;
        let exhausted = part.exhausted;
        findings.extend(part.hits.into_iter().map(|(key, hit)| {
            let node = scan.tokens.get(hit.token).map_or(0, |token| token.node);
            let found = finding(number, scan, facts, key, hit);
            // A document of anybody's need not be a bundle: the place is told from its beginning.
            if terms_only { Finding { property: Some(scan.pointer_of(node)), ..found } } else { found }
        }));
        if exhausted {
            findings.push(undetermined(number, bytes, "out-of-steps"));
        }
        if scan.broken {
            findings.push(undetermined(number, bytes, "not-json"));
        }
    }
    let whole = parts.first().map_or(0, Vec::len);
    let matters = corpus.vault.unmatchable().filter_map(|term| matter_of(corpus, term, terms_only));
    let unmatched = |matter| Finding { matter: Some(matter), ..undetermined(0, whole, UNMATCHABLE) };
    findings.extend(matters.collect::<BTreeSet<u64>>().into_iter().map(unmatched));
    if corpus.unbuilt {
        findings.push(undetermined(0, whole, "not-built"));
    }
    if uuids.not_read || not_read {
        findings.push(undetermined(0, whole, "not-read"));
    }
    findings
}

/// What a finding of a term names: its matter or, where nothing but terms is looked for, the term. None where it is not looked for.
fn matter_of(corpus: &LeakCorpus, term: u32, terms_only: bool) -> Option<u64> {
    corpus.vault.matter(term).map(|matter| if terms_only { u64::from(term) } else { matter })
}

fn uuid_of(id: &str) -> Option<Uuid> {
    Uuid::try_parse(id.rsplit_once("--").map_or(id, |(_, uuid)| uuid)).ok()
}

/// Class, offset, length and matter: one finding for each, however many ways lead to it.
type Key = (FindingClass, usize, usize, Option<u64>);

struct Hit {
    rule: String,
    token: usize,
}

fn finding(part: usize, scan: &Scan<'_>, facts: &HashMap<usize, ObjectFacts>, key: Key, hit: Hit) -> Finding {
    let (class, offset, length, matter) = key;
    let node = scan.tokens.get(hit.token).map_or(0, |token| token.node);
    let (object, steps) = scan.place(node);
    Finding {
        class,
        rule: hit.rule,
        part,
        offset,
        length,
        object: object.and_then(|object| facts.get(&object)).and_then(|facts| facts.id.clone()),
        property: Some(scan.pointer(&steps)),
        matter,
    }
}

pub(super) struct PartCheck<'a, 'b> {
    pub(super) corpus: &'a LeakCorpus,
    /// The part.
    pub(super) bytes: &'a [u8],
    normaliser: &'a mut Normaliser,
    decoder: &'a mut Decoder,
    searcher: Option<&'a mut Searcher<'b>>,
    reading: &'a mut Reading,
    uuids: &'a mut UuidCheck<'b>,
    steps: usize,
    exhausted: bool,
    hits: BTreeMap<Key, Hit>,
    pub(super) runs: Vec<PendingRun>,
    pub(super) values: Vec<PendingValue>,
    /// How many texts were read.
    pub(super) texts: usize,
    /// There is a finding already for words that were declared public.
    pub(super) public_said: bool,
    /// The token being checked.
    pub(super) token: usize,
    /// The marking of the object it is in.
    tlp: Tlp,
    /// Whether people read it.
    prose: Prose,
    /// Nothing else is looked for.
    terms_only: bool,
    /// The text that is read, and one form of it; their memory is used again.
    text: Text,
    compact: Compact,
}

impl PartCheck<'_, '_> {
    fn spend(&mut self, steps: usize) -> bool {
        match self.steps.checked_sub(steps) {
            Some(left) if !self.exhausted => self.steps = left,
            _ => self.exhausted = true,
        }
        !self.exhausted
    }

    fn check_token<'t>(&mut self, scan: &Scan<'t>, token: &Token, may_occur: &HashSet<String>, clean: &mut Clean<'t>) {
        if !self.terms_only && !token.key && scan.is_reference(token.node) && !may_occur.contains(&scan.text(token)) {
            let key = (FindingClass::DanglingReference, token.start, token.end - token.start, None);
            let rule = "dangling-reference/not-in-release".to_owned();
            self.hits.entry(key).or_insert(Hit { rule, token: self.token });
        }
        let content = scan.content(token);
        let manner = Manner::new(token, self.prose, self.tlp);
        if clean.has(manner, content) {
            return;
        }
        let before = self.found();
        let mut text = std::mem::take(&mut self.text);
        let plain = text.read_plain(content, token.start as u32);
        if !plain {
            scan.characters(token, |character, start, end| text.push(character, start, end));
        }
        self.check_text(&text, &mut Vec::new(), true);
        self.text = text;
        if !plain && !all_seen(content) {
            self.check_not_seen(scan, token);
        }
        if self.found() == before && !self.exhausted {
            clean.add(manner, content);
        }
    }

    /// How much was found, and is to be asked about.
    fn found(&self) -> (usize, usize, usize) {
        (self.hits.len(), self.runs.len(), self.values.len())
    }

    /// Characters that nobody sees, one finding for each class of them in a token, and the texts that they make.
    fn check_not_seen(&mut self, scan: &Scan<'_>, token: &Token) {
        let found = not_seen(scan, token);
        let places = if self.terms_only { BTreeMap::new() } else { found.places };
        for (class, place) in places {
            self.hit(FindingClass::CharactersNotSeen, place, None, class.as_str(), &[]);
        }
        for (how, text) in found.texts {
            self.check_text(&text, &mut vec![how], true);
        }
    }

    /// Runs every search over one text and over what is encoded in it. `via`: the encodings it came out of, outermost
    /// first.
    fn check_text(&mut self, text: &Text, via: &mut Vec<&'static str>, trusted: bool) {
        if text.chars.is_empty() || !self.spend(text.chars.len() * 4) {
            return;
        }
        self.check_words(text, via, trusted);
        if !trusted {
            return;
        }
        if !self.terms_only {
            self.check_places(text, via);
        }
        if self.prose != Prose::No
            // In a pattern quotes tell what is an observed value; they are gone where something was decoded.
            && (via.is_empty() || self.prose != Prose::Pattern)
            && let Some((from, to)) = listed(text, self.prose, self.reading)
        {
            self.hit(FindingClass::SpecialCategory, text.span(from, to), None, "text", via);
        }
        if via.len() == DEPTH_MAX {
            return;
        }
        let (steps, exhausted) = (&mut self.steps, &mut self.exhausted);
        let decoded = decode(text, self.decoder, &mut |used| {
            match steps.checked_sub(used) {
                Some(left) => *steps = left,
                None => *exhausted = true,
            }
            !*exhausted
        });
        for inner in decoded {
            via.push(inner.how);
            self.check_text(&inner.text, via, inner.trusted);
            via.pop();
        }
    }

    fn terms_in(&mut self, text: &Text, origin: Origin) -> Vec<comity_terms::Hit> {
        let mut found = Vec::new();
        if let Some(searcher) = &mut self.searcher {
            searcher.search(text, origin, &mut |hit| found.push(hit));
        }
        found
    }

    /// Terms; officers' names and markings in compact text; sentences in a row of words.
    fn check_words(&mut self, text: &Text, via: &[&'static str], trusted: bool) {
        let corpus = self.corpus;
        // Text out of base64 or hexadecimal is little and may have a neighbour's bytes glued to it.
        let packed = matches!(via.last(), Some(&"base64" | &"hex"));
        for hit in self.terms_in(text, Origin { noise: !trusted, packed }) {
            if let Some(matter) = matter_of(corpus, hit.term, self.terms_only) {
                self.hit(FindingClass::VaultTerm, text.span(hit.from, hit.to), Some(matter), hit.how, via);
            }
        }
        if !trusted || self.terms_only {
            return;
        }
        let forms = if text.ascii { FORMS.get(..1) } else { FORMS.get(..) }.unwrap_or_default();
        let mut compact = std::mem::take(&mut self.compact);
        for form in forms {
            self.normaliser.compact(text, *form, &mut compact);
            for found in corpus.compact.iter().flat_map(|search| search.find_overlapping_iter(&compact.bytes)) {
                let (start, end) = (found.start(), found.end());
                let whole =
                    compact.begins.get(start) == Some(&true) && compact.begins.get(end).is_none_or(|begins| *begins);
                for what in corpus.patterns.get(found.pattern().as_usize()).into_iter().flatten().filter(|_| whole) {
                    let class = match what {
                        Protected::OfficerName => FindingClass::OfficerName,
                        Protected::Marking(tlp) if *tlp > self.tlp => FindingClass::MarkingInProse,
                        Protected::Marking(_) => continue,
                    };
                    let (from, to) = compact.characters(start, end);
                    self.hit(class, text.span(from, to), None, "text", via);
                }
            }
            if self.prose == Prose::Whole {
                self.check_said(text, &compact, via);
            }
            if *form == Form::Folded {
                self.note_runs(text, &compact, via);
            }
        }
        self.compact = compact;
    }

    /// What stands in neighbouring short texts, read as one: a name in two fields, a word cut up into a list.
    fn check_neighbours<'t>(&mut self, scan: &Scan<'t>, clean: &mut Clean<'t>) {
        neighbours(scan, &mut |row| {
            if self.exhausted || clean.has_row(row.bytes) {
                return;
            }
            let row = row.read(scan);
            self.token = row.tokens.first().copied().unwrap_or_default();
            if !self.spend(row.text.chars.len() * 2) {
                return;
            }
            let found = self.terms_in(&row.text, Origin { noise: false, packed: true });
            if found.is_empty() {
                clean.add_row(row.bytes);
            }
            for hit in found {
                let Some(matter) = matter_of(self.corpus, hit.term, self.terms_only) else { continue };
                if row.crosses(hit.from, hit.to) {
                    self.token = row.token_of(hit.from);
                    let span = row.text.span(hit.from, hit.to);
                    self.hit(FindingClass::VaultTerm, span, Some(matter), "neighbours", &[]);
                }
            }
        });
    }

    /// What is written with its separators: UUIDs, hosts, officers' codes, instants, addresses.
    fn check_places(&mut self, text: &Text, via: &[&'static str]) {
        let clean: Vec<char> = text.chars.iter().map(|character| self.normaliser.clean(*character)).collect();
        for place in places::uuids(&clean, self.uuids) {
            self.hit(FindingClass::UnreleasedId, text.span(place.from, place.to), None, place.how, via);
        }
        for found in candidates(&clean) {
            let (span, token) = (text.span(found.from, found.to), self.token);
            self.values.push(PendingValue { value: found.value, span, token, via: via.to_vec() });
        }
        let corpus = self.corpus;
        if !corpus.times.is_empty() {
            for place in places::times(&clean, &corpus.times) {
                self.hit(FindingClass::ExactTime, text.span(place.from, place.to), None, place.how, via);
            }
        }
        if !corpus.positions.is_empty() {
            for place in position::written(&clean).iter().filter(|place| corpus.positions.has(place)) {
                self.hit(FindingClass::ExactPlace, text.span(place.from, place.to), None, "degrees", via);
            }
        }
        if corpus.private_addresses {
            for place in places::private_addresses(&clean) {
                self.hit(FindingClass::InternalHost, text.span(place.from, place.to), None, place.how, via);
            }
        }
        let Some(search) = &corpus.plain else { return };
        let (bytes, at) = places::plain(&clean);
        let character = |byte: usize| at.get(byte).map_or(clean.len(), |number| *number as usize);
        let in_word = |number: Option<usize>| {
            number.and_then(|number| clean.get(number)).is_some_and(|character| character.is_alphanumeric())
        };
        for found in search.find_overlapping_iter(&bytes) {
            let from = character(found.start());
            let to = character(found.end() - 1) + 1;
            if in_word(from.checked_sub(1)) || in_word(Some(to)) {
                continue;
            }
            let (class, how) = match corpus.plain_stands_for.get(found.pattern().as_usize()) {
                Some(Plain::Host) => (FindingClass::InternalHost, "host"),
                // In hexadecimal a short code stands in one random identifier of some thousand.
                Some(Plain::OfficerCode)
                    if matches!(via.last(), Some(&"base64" | &"hex")) && to - from < CHARACTERS_IN_WORDS =>
                {
                    continue;
                }
                Some(Plain::OfficerCode) => (FindingClass::OfficerName, "code"),
                None => continue,
            };
            self.hit(class, text.span(from, to), None, how, via);
        }
    }

    pub(super) fn hit(
        &mut self,
        class: FindingClass,
        (start, end): (usize, usize),
        matter: Option<u64>,
        how: &str,
        via: &[&'static str],
    ) {
        let token = self.token;
        // A word of a special category, or what a text says of itself, is one, in however many readings it is found.
        let range = (class, start.saturating_sub(OVERLAP), 0, None)..(class, end, 0, None);
        if matches!(
            class,
            FindingClass::SpecialCategory | FindingClass::NationalMarking | FindingClass::PartnerAsSource
        ) && self.hits.range(range).any(|((_, from, length, _), hit)| hit.token == token && from + length > start)
        {
            return;
        }
        self.hits.entry((class, start, end - start, matter)).or_insert_with(|| {
            let mut rule = format!("{}/", class.as_str());
            match (how, via) {
                ("text" | "literal", []) => rule.push_str("text"),
                ("text" | "literal", via) => rule.push_str(&via.join("+")),
                (how, []) => rule.push_str(how),
                (how, via) => rule.push_str(&format!("{how}+{}", via.join("+"))),
            }
            Hit { rule, token }
        });
    }
}
