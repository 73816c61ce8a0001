//! LIKE and MATCHES of which no text is known that every match contains: one lazy automaton over many whole expressions.
//!
//! Guarantees: memory for each segment and thread is bounded; where states are made faster than they are used, it gives up
//! and everything is proposed. Does not know: how a single expression is searched.

use super::segments::Kind;
use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::nfa::thompson::{Config, NFA, WhichCaptures};
use regex_automata::util::pool::Pool;
use regex_automata::{Input, MatchKind, PatternSet};
use regex_syntax::hir::Hir;
use std::panic::{RefUnwindSafe, UnwindSafe};

/// Bytes of one expression's automaton; what is larger is tried by itself.
const ONE_BYTES_MAX: usize = 32 << 10;
/// Bytes of states that are made while texts are searched, for each segment and thread that searches at the same time.
const CACHE_BYTES: usize = 2 << 20;
/// A state is made for so many bytes of text at least, or making them is not worth it.
const BYTES_A_STATE: usize = 32;

type Make = Box<dyn Fn() -> Cache + Send + Sync + UnwindSafe + RefUnwindSafe>;

/// The automaton of a segment.
pub struct Wholes {
    dfa: DFA,
    caches: Pool<Cache, Make>,
}

/// An expression, and how many bytes its automaton has.
pub struct Whole {
    hir: Hir,
    bytes: usize,
}

impl Whole {
    /// Takes an expression; `None` where it is too large to be put together with others.
    pub fn new(hir: Hir) -> Option<Self> {
        let bytes = nfa(&[&hir], ONE_BYTES_MAX)?.memory_usage();
        Some(Self { hir, bytes })
    }
}

fn nfa(expressions: &[&Hir], bytes_max: usize) -> Option<NFA> {
    let config = Config::new().utf8(false).nfa_size_limit(Some(bytes_max)).which_captures(WhichCaptures::None);
    NFA::compiler().configure(config).build_many_from_hir(expressions).ok()
}

impl Kind for Wholes {
    type Item = Whole;
    /// Bytes of automata.
    const SIZE_MAX: usize = 512 << 10;

    fn size(item: &Self::Item) -> usize {
        item.bytes
    }

    fn build(items: &[&Self::Item]) -> Option<Self> {
        let expressions: Vec<&Hir> = items.iter().map(|item| &item.hir).collect();
        let config = DFA::config()
            .match_kind(MatchKind::All)
            .cache_capacity(CACHE_BYTES)
            .skip_cache_capacity_check(true)
            .minimum_cache_clear_count(Some(1))
            .minimum_bytes_per_state(Some(BYTES_A_STATE));
        let dfa = DFA::builder().configure(config).build_from_nfa(nfa(&expressions, Self::SIZE_MAX * 2)?).ok()?;
        let maker = dfa.clone();
        let make: Make = Box::new(move || maker.create_cache());
        Some(Self { dfa, caches: Pool::new(make) })
    }

    fn look_up(&self, text: &[u8], hit: &mut dyn FnMut(usize)) -> bool {
        let mut found = PatternSet::new(self.dfa.pattern_len());
        let mut cache = self.caches.get();
        if self.dfa.try_which_overlapping_matches(&mut cache, &Input::new(text), &mut found).is_err() {
            return false;
        }
        found.iter().for_each(|pattern| hit(pattern.as_usize()));
        true
    }
}
