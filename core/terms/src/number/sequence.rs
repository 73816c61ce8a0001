//! Terms as rows of runs: the numbers of cases, the labels of hosts, the words of addresses.
//!
//! Guarantees: every row that begins at a run is found by one walk from table to table, however many terms begin alike. Does not know:
//! which rows stand for a term; the files of the kinds do.

use super::table::{Filter, Map};
use super::token::{Token, Tokens, gap, join};

/// Longer rows are not kept.
pub(super) const ROW_MAX: usize = 16;

/// What may stand beside a row.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Edge {
    /// Numbers of cases: no number goes on. `long` ones may have a number behind.
    Number { long: bool },
    /// Names of hosts; `short` ones are of two labels, behind which no label stands.
    Host { short: bool },
    /// One word; with `hyphens` it may be a part of a compound.
    Word { hyphens: bool },
    /// Words of an address.
    Street,
}

#[derive(Clone, Copy)]
pub(super) struct Row {
    pub term: u32,
    pub class: &'static str,
    /// What may stand between its runs.
    pub gaps: u16,
    pub edge: Edge,
}

/// Rows, compiled.
#[derive(Default)]
pub(super) struct Sequences {
    steps: Map<(u32, u64), u32>,
    rows: Map<u32, Vec<Row>>,
    firsts: Filter,
    /// Rows of one run, and the first two runs of the others.
    beginnings: Filter,
    heads: Vec<u64>,
    nodes: u32,
    /// A row has no digit in it.
    pub worded: bool,
}

impl Sequences {
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Adds a row. Too long ones are cut.
    pub fn add(&mut self, tokens: &[Token], row: Row) {
        if tokens.is_empty() {
            return;
        }
        let mut node = 0;
        for token in tokens.iter().take(ROW_MAX) {
            node = *self.steps.entry((node, token.key())).or_insert_with(|| {
                self.nodes += 1;
                self.nodes
            });
        }
        if let Some(first) = tokens.first() {
            self.heads.push(tokens.get(1).map_or(first.key(), |second| join(first.key(), second.key())));
        }
        self.worded |= tokens.iter().all(|token| !token.digits);
        let rows = self.rows.entry(node).or_default();
        if !rows.iter().any(|known| known.term == row.term && known.edge == row.edge && known.gaps == row.gaps) {
            rows.push(row);
        }
    }

    pub fn build(&mut self) {
        let firsts: Vec<u64> = self.steps.keys().filter(|(node, _)| *node == 0).map(|(_, hash)| *hash).collect();
        self.firsts = Filter::of(firsts.into_iter());
        self.beginnings = Filter::of(std::mem::take(&mut self.heads).into_iter());
    }

    /// Returns the filter of the runs that rows begin with.
    pub fn firsts(&self) -> &Filter {
        &self.firsts
    }

    /// Tells whether a row may begin with a run.
    #[inline]
    pub fn may_begin(&self, first: Token) -> bool {
        self.firsts.may_hold(first.key())
    }

    /// Gives the rows that begin at a run.
    pub fn search(
        &self,
        tokens: &Tokens<'_>,
        at: usize,
        first: Token,
        give: &mut dyn FnMut(u32, usize, usize, &'static str),
    ) {
        let next = tokens.get(at + 1);
        let two = next.is_some_and(|second| self.beginnings.may_hold(join(first.key(), second.key())));
        if !two && !self.beginnings.may_hold(first.key()) {
            return;
        }
        let (mut node, mut gaps) = (0, 0);
        for end in at..at + ROW_MAX {
            let Some(token) = tokens.get(end) else { return };
            if end > at {
                gaps |= tokens.gap(end - 1);
            }
            let Some(next) = self.steps.get(&(node, token.key())) else { return };
            node = *next;
            for row in self.rows.get(&node).into_iter().flatten() {
                if gaps & !row.gaps == 0 && row.edge.holds(tokens, at, end) {
                    give(row.term, first.from as usize, token.to as usize, row.class);
                }
            }
            if gaps & gap::OTHER != 0 {
                return;
            }
        }
    }
}

impl Edge {
    fn holds(self, tokens: &Tokens<'_>, at: usize, end: usize) -> bool {
        let (Some(first), Some(last)) = (tokens.get(at), tokens.get(end)) else { return false };
        let next = tokens.get(end + 1);
        let behind = next.map_or(gap::OTHER, |_| tokens.gap(end));
        let previous = tokens.previous(at);
        let before = previous.map_or(gap::OTHER, |_| tokens.gap(at - 1));
        let next_digits = next.is_some_and(|token| token.digits);
        let previous_digits = previous.is_some_and(|token| token.digits);
        if behind == gap::EMPTY && (self != Edge::Street || next_digits || !last.digits) {
            return false;
        }
        if before == gap::EMPTY {
            return false;
        }
        match self {
            Edge::Number { long } => {
                let goes_on = next_digits
                    && (matches!(behind, gap::DOT | gap::COMMA)
                        || !long && matches!(behind, gap::HYPHEN | gap::SLASH | gap::COLON));
                let came_before = if first.digits {
                    let joined = matches!(before, gap::DOT | gap::COMMA | gap::HYPHEN | gap::SLASH | gap::COLON);
                    previous_digits && joined || !previous_digits && before == gap::HYPHEN
                } else {
                    false
                };
                !(goes_on || came_before)
            }
            Edge::Host { short } => {
                let longer_label = |set: u16| matches!(set, gap::HYPHEN | gap::UNDERSCORE);
                let label_behind = short && behind & (gap::DOT | gap::BLANK) == gap::DOT;
                !(longer_label(behind) || longer_label(before) || label_behind)
            }
            Edge::Word { hyphens } => hyphens || !matches!(behind, gap::HYPHEN) && !matches!(before, gap::HYPHEN),
            Edge::Street => {
                let decimal = |set: u16| matches!(set, gap::DOT | gap::COMMA);
                let goes_on = last.digits && next_digits && decimal(behind);
                let came_before = first.digits && previous_digits && decimal(before);
                !(goes_on || came_before)
            }
        }
    }
}
