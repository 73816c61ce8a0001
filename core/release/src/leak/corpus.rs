//! What must not leave, prepared for searching.
//!
//! Guarantees: neither the terms nor anything made from them can be printed, serialised or cloned from here.

use super::configuration::CheckConfiguration;
use super::places;
use super::position::{Position, Positions, written};
use super::print::{PrintKey, Printer};
use super::protected::{Looked, LookedFor, ProtectedTerms, VaultTerms};
use super::said::Sayings;
use aho_corasick::AhoCorasick;
use comity_terms::{Compact, FORMS, Normaliser, Term, Text};
use comity_vocab::time::Precision;
use comity_vocab::{Timestamp, Tlp};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

/// What a pattern in compact text stands for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Protected {
    OfficerName,
    Marking(Tlp),
}

/// What a pattern in plain text stands for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Plain {
    Host,
    OfficerCode,
}

/// Everything that must not leave, prepared for searching. Cannot be printed, cloned or serialised.
pub struct LeakCorpus {
    /// What is looked for could not be made ready: then nothing is clean.
    pub(super) unbuilt: bool,
    pub(super) compact: Option<AhoCorasick>,
    /// What each pattern in compact text stands for.
    pub(super) patterns: Vec<BTreeSet<Protected>>,
    /// What is looked for in text that people read.
    pub(super) sayings: Sayings,
    /// The terms of the vault.
    pub(super) vault: Looked,
    pub(super) plain: Option<AhoCorasick>,
    pub(super) plain_stands_for: Vec<Plain>,
    /// Runs of words of the originals that do not leave.
    pub(super) prints: HashSet<u64>,
    pub(super) print_key: PrintKey,
    /// Exact times as digits: to the second, and to the minute.
    pub(super) times: HashSet<String>,
    /// Exact places.
    pub(super) positions: Positions,
    pub(super) private_addresses: bool,
    /// Identifiers that may occur beside those of the draft.
    pub(super) may_occur: BTreeSet<String>,
    pub(super) configuration: CheckConfiguration,
}

/// Collects what must not leave.
#[derive(Default)]
pub struct LeakCorpusBuilder {
    vault: VaultTerms,
    protected: Looked,
    texts: Vec<String>,
    hosts: Vec<String>,
    officers: Vec<(String, String)>,
    partners: Vec<(String, String)>,
    times: Vec<String>,
    positions: Vec<Position>,
    private_addresses: bool,
    own: Vec<String>,
    print_key: PrintKey,
    may_occur: BTreeSet<String>,
}

impl LeakCorpus {
    /// Starts an empty corpus.
    pub fn builder() -> LeakCorpusBuilder {
        LeakCorpusBuilder::default()
    }
}

impl LeakCorpusBuilder {
    /// Adds a term protected by the vault; its form tells its kind. Instead of compiled ones.
    pub fn vault_term(&mut self, term: &str, matter: u64) -> &mut Self {
        self.vault.add(Term::inferred(term), matter);
        self
    }

    /// Sets the vault's terms, which are compiled already, and which of them are looked for.
    pub fn protected(&mut self, terms: Arc<ProtectedTerms>, looked_for: LookedFor) -> &mut Self {
        self.protected = Looked::new(terms, looked_for);
        self
    }

    /// Adds the text of an unreleased original.
    pub fn unreleased_text(&mut self, text: &str) -> &mut Self {
        self.texts.push(text.to_owned());
        self
    }

    /// Sets the key that the numbers of runs of words have in the holdings.
    pub fn print_key(&mut self, key: PrintKey) -> &mut Self {
        self.print_key = key;
        self
    }

    /// Adds a host, domain or address of our own; its subdomains count too.
    pub fn internal_host(&mut self, host: &str) -> &mut Self {
        self.hosts.push(host.to_owned());
        self
    }

    /// Looks for addresses of private networks too.
    pub fn private_addresses(&mut self) -> &mut Self {
        self.private_addresses = true;
        self
    }

    /// Adds an officer.
    pub fn officer(&mut self, code: &str, name: &str) -> &mut Self {
        self.officers.push((code.to_owned(), name.to_owned()));
        self
    }

    /// Adds a partner by code and name: text that names it as its source is a finding.
    pub fn partner(&mut self, code: &str, name: &str) -> &mut Self {
        self.partners.push((code.to_owned(), name.to_owned()));
        self
    }

    /// Adds the exact time of an original. A time at midnight is a date and not exact; it is not looked for.
    pub fn exact_time(&mut self, time: &str) -> &mut Self {
        self.times.push(time.to_owned());
        self
    }

    /// Adds the exact place of an original, in degrees.
    pub fn exact_place(&mut self, latitude: f64, longitude: f64) -> &mut Self {
        self.positions.push(Position { latitude, longitude });
        self
    }

    /// Adds every exact place that stands in the text of an original.
    pub fn exact_places_in(&mut self, text: &str) -> &mut Self {
        // A place is two numbers, and of ASCII the digits are seen at once.
        if text.is_ascii() && text.bytes().filter(u8::is_ascii_digit).count() < 2 {
            return self;
        }
        let mut normaliser = Normaliser::default();
        let clean: Vec<char> = Text::of(text).chars.iter().map(|sign| normaliser.clean(*sign)).collect();
        self.positions.extend(written(&clean).iter().filter_map(|place| place.position()));
        self
    }

    /// Says who we are: our code, and the identifier under which we are the author.
    pub fn own(&mut self, code: &str, identity: &str) -> &mut Self {
        self.own = vec![code.to_owned(), identity.to_owned()];
        self.may_occur(identity)
    }

    /// Adds an identifier that may occur beside those of the draft: the recipients have it, or it is declared public.
    pub fn may_occur(&mut self, id: &str) -> &mut Self {
        self.may_occur.insert(id.to_owned());
        self
    }

    /// Returns what is looked for by configuration, of what was added so far.
    pub fn configuration(&self) -> CheckConfiguration {
        CheckConfiguration::new(&self.own, &self.hosts, &self.officers, &self.partners, self.private_addresses)
    }

    /// Prepares the corpus.
    pub fn build(&mut self) -> LeakCorpus {
        let configuration = self.configuration();
        let mut normaliser = Normaliser::default();
        let mut patterns: BTreeMap<Vec<u8>, BTreeSet<Protected>> = BTreeMap::new();
        let mut add = |term: &str, stands_for: Protected| {
            for compact in compact_forms(&mut normaliser, term) {
                patterns.entry(compact.bytes).or_default().insert(stands_for);
            }
        };
        for (_, name) in &self.officers {
            add(name, Protected::OfficerName);
        }
        for (text, tlp) in
            [("TLP:RED", Tlp::Red), ("TLP:AMBER+STRICT", Tlp::AmberStrict), ("AMBER+STRICT", Tlp::AmberStrict)]
        {
            add(text, Protected::Marking(tlp));
        }
        let compact = AhoCorasick::new(patterns.keys());
        let sayings = Sayings::new(&self.partners, &mut |text| compact_forms(&mut normaliser, text));
        let plain: Vec<(String, Plain)> = self
            .hosts
            .drain(..)
            .map(|host| (host, Plain::Host))
            .chain(self.officers.drain(..).map(|(code, _)| (code, Plain::OfficerCode)))
            .map(|(text, what)| (plain_form(&text), what))
            .filter(|(text, _)| !text.is_empty())
            .collect();
        let mut printer = Printer::new(self.print_key);
        let mut prints = Vec::new();
        self.texts.drain(..).for_each(|text| printer.text(&text, &mut prints));
        let times = self.times.drain(..).flat_map(|time| exact_keys(&time)).collect();
        let vault = match std::mem::take(&mut self.vault) {
            added if added.is_empty() => std::mem::take(&mut self.protected),
            added => Looked::new(Arc::new(added.compile()), LookedFor::All),
        };
        let named = AhoCorasick::new(plain.iter().map(|(text, _)| text));
        LeakCorpus {
            unbuilt: compact.is_err() || named.is_err() || vault.is_unbuilt() || sayings.unbuilt,
            sayings,
            vault,
            compact: compact.ok(),
            patterns: patterns.into_values().collect(),
            plain: named.ok().filter(|_| !plain.is_empty()),
            plain_stands_for: plain.into_iter().map(|(_, what)| what).collect(),
            prints: prints.into_iter().collect(),
            print_key: self.print_key,
            times,
            positions: Positions::new(self.positions.drain(..)),
            private_addresses: self.private_addresses,
            may_occur: std::mem::take(&mut self.may_occur),
            configuration,
        }
    }
}

/// The forms of a term in compact text; none where it has nothing but separators and what is not seen.
fn compact_forms(normaliser: &mut Normaliser, term: &str) -> Vec<Compact> {
    let text = Text::of(term);
    let forms = FORMS.into_iter().map(|form| {
        let mut compact = Compact::default();
        normaliser.compact(&text, form, &mut compact);
        compact
    });
    forms.filter(|compact| !compact.bytes.is_empty()).collect()
}

/// Tells whether a term can be searched for: something of it is left once separators, marks and what is not seen are gone.
pub fn is_matchable(term: &str) -> bool {
    !compact_forms(&mut Normaliser::default(), term).is_empty()
}

/// Tells whether a host of our own can be searched for.
pub fn is_matchable_host(host: &str) -> bool {
    plain_form(host).chars().any(char::is_alphanumeric)
}

/// A host or code in the form that texts are searched in: read like a text, without dots around it. Subdomains count anyway.
fn plain_form(text: &str) -> String {
    let text = Text::of(text.trim().trim_start_matches("*."));
    let mut normaliser = Normaliser::default();
    let clean: Vec<char> = text.chars.iter().map(|character| normaliser.clean(*character)).collect();
    let (bytes, _) = places::plain(&clean);
    String::from_utf8_lossy(&bytes).trim().trim_matches('.').to_owned()
}

/// Returns the digits of an instant to the second and to the minute.
fn exact_keys(time: &str) -> Vec<String> {
    let Some(time) = Timestamp::meant(time) else { return Vec::new() };
    let whole = Timestamp::from_unix(time.unix_seconds(), 0);
    if whole == whole.coarsened(Precision::Day) {
        return Vec::new();
    }
    let digits: String = whole.to_string().chars().filter(char::is_ascii_digit).collect();
    [14, 12].iter().filter_map(|length| digits.get(..*length).map(str::to_owned)).collect()
}
