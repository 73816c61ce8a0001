//! LIKE and MATCHES by what every match must contain: one automaton over the runs of many patterns.
//!
//! Does not know: whether what it proposes matches.

use super::segments::Kind;
use aho_corasick::{AhoCorasick, AhoCorasickBuilder, AhoCorasickKind, MatchKind};

/// The automaton of a segment. An item is runs, of which one must occur.
pub struct Texts {
    automaton: AhoCorasick,
    /// By number of the run: the place of its item.
    owners: Vec<u32>,
}

impl Kind for Texts {
    type Item = Vec<Vec<u8>>;
    /// Bytes of runs.
    const SIZE_MAX: usize = 128 << 10;

    fn size(item: &Self::Item) -> usize {
        item.iter().map(Vec::len).sum()
    }

    fn build(items: &[&Self::Item]) -> Option<Self> {
        let runs = || items.iter().zip(0_u32..).flat_map(|(item, place)| item.iter().map(move |run| (run, place)));
        let automaton = AhoCorasickBuilder::new()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(runs().map(|(run, _)| run));
        Some(Self { automaton: automaton.ok()?, owners: runs().map(|(_, place)| place).collect() })
    }

    fn look_up(&self, text: &[u8], hit: &mut dyn FnMut(usize)) -> bool {
        for found in self.automaton.find_overlapping_iter(text) {
            if let Some(place) = self.owners.get(found.pattern().as_usize()) {
                hit(*place as usize);
            }
        }
        true
    }
}
