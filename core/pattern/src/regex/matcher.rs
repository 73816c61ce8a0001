//! A regular expression that is ready to search, within a bound of work.

use super::{Mode, compile, parse};
use crate::engine::Steps;
use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::meta::Regex;
use regex_automata::nfa::thompson;
use regex_automata::{Anchored, Input};
use std::ops::ControlFlow;
use std::sync::OnceLock;

/// State visits of the slowest engine that count as one step.
const VISITS_A_STEP: u64 = 16;
/// Bytes that the fast engine does for one step.
const BYTES_A_STEP: u64 = 64;
/// Steps up to which it does not matter which engine is slowest.
const PLAIN_STEPS_MAX: u64 = 50_000;

/// A regular expression that is ready to search.
pub(crate) struct Matcher {
    source: Box<str>,
    text: Regex,
    /// Bytes of memory of the automaton, by which its states are estimated.
    states: u64,
    compiled_bytes_max: usize,
    bytes: OnceLock<Option<Regex>>,
}

impl Matcher {
    /// Compiles an expression in Normalization Form C.
    pub fn new(source: &str, compiled_bytes_max: usize) -> Option<Self> {
        let text = compile(source, Mode::Text, compiled_bytes_max)?;
        let states = states(source, Mode::Text, compiled_bytes_max)?;
        Some(Self { source: source.into(), text, states, compiled_bytes_max, bytes: OnceLock::new() })
    }

    /// Returns the expression.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Searches a text in Normalization Form C.
    pub fn text(&self, text: &[u8], steps: &mut Steps) -> ControlFlow<(), bool> {
        self.search(&self.text, Mode::Text, text, steps)
    }

    /// Searches bytes; where the expression has characters that are no bytes, nothing is found.
    pub fn bytes(&self, bytes: &[u8], steps: &mut Steps) -> ControlFlow<(), bool> {
        match self.bytes.get_or_init(|| compile(&self.source, Mode::Bytes, self.compiled_bytes_max)) {
            Some(regex) => self.search(regex, Mode::Bytes, bytes, steps),
            None => ControlFlow::Continue(false),
        }
    }

    fn search(&self, regex: &Regex, mode: Mode, haystack: &[u8], steps: &mut Steps) -> ControlFlow<(), bool> {
        let length = haystack.len() as u64;
        if length.saturating_mul(self.states) / VISITS_A_STEP <= PLAIN_STEPS_MAX {
            steps.take(1 + length / BYTES_A_STEP)?;
            return ControlFlow::Continue(regex.is_match(haystack));
        }
        // Long text and large expression: only an automaton that gives up rather than become slow.
        steps.take(1 + length / BYTES_A_STEP)?;
        match self.careful(mode, haystack) {
            Some(found) => ControlFlow::Continue(found),
            None => ControlFlow::Break(()),
        }
    }

    fn careful(&self, mode: Mode, haystack: &[u8]) -> Option<bool> {
        let hir = parse(&self.source, mode).ok()?;
        let nfa = thompson::Compiler::new()
            .configure(
                thompson::Config::new()
                    .utf8(false)
                    .nfa_size_limit(Some(self.compiled_bytes_max))
                    .which_captures(thompson::WhichCaptures::None),
            )
            .build_from_hir(&hir)
            .ok()?;
        let config =
            DFA::config().cache_capacity(4 << 20).skip_cache_capacity_check(true).minimum_cache_clear_count(Some(1));
        let dfa = DFA::builder().configure(config).build_from_nfa(nfa).ok()?;
        let mut cache = Cache::new(&dfa);
        let input = Input::new(haystack).anchored(Anchored::No).earliest(true);
        dfa.try_search_fwd(&mut cache, &input).ok().map(|found| found.is_some())
    }
}

fn states(source: &str, mode: Mode, compiled_bytes_max: usize) -> Option<u64> {
    let hir = parse(source, mode).ok()?;
    let config = thompson::Config::new()
        .utf8(false)
        .nfa_size_limit(Some(compiled_bytes_max))
        .which_captures(thompson::WhichCaptures::None);
    let nfa = thompson::Compiler::new().configure(config).build_from_hir(&hir).ok()?;
    Some(nfa.states().len() as u64)
}
