//! The score of a check: for every class, how many cases it gets right.
//!
//! Guarantees: a benign case is wrong where anything is found; any other is wrong where its own term is not found; a case that the
//! check could not decide counts as wrong and is counted apart.
//!
//! Does not know: how the check works; it is a function.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::cases::{Case, Tier};
use crate::world::{TermSpec, terms};

/// The check could not decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Undetermined;

/// A check that knows the terms: from a bundle, the places of the terms found.
pub type Check<'a> = Box<dyn Fn(&[u8]) -> Result<Vec<usize>, Undetermined> + 'a>;

#[derive(Clone, Debug, Default)]
struct Row {
    cases: usize,
    right: usize,
    undetermined: usize,
    wrong: Option<String>,
}

/// What a check got right.
#[derive(Clone, Debug, Default)]
pub struct Score {
    rows: BTreeMap<(Tier, String), Row>,
    misses: Vec<Case>,
}

/// Runs a check over cases.
pub fn score<'a>(cases: impl Iterator<Item = Case>, build: impl Fn(&[TermSpec]) -> Check<'a>) -> Score {
    let check = build(&terms());
    let mut score = Score::default();
    for case in cases {
        let answer = check(&case.bundle);
        let row = score.rows.entry((case.tier, case.class.clone())).or_default();
        row.cases += 1;
        let right = match &answer {
            Ok(found) if case.tier == Tier::Benign => found.is_empty(),
            Ok(found) => found.contains(&case.term),
            Err(Undetermined) => {
                row.undetermined += 1;
                false
            }
        };
        if right {
            row.right += 1;
        } else {
            if row.wrong.is_none() {
                row.wrong = Some(case.shown.clone());
            }
            score.misses.push(case);
        }
    }
    score
}

fn percent(part: usize, whole: usize) -> f64 {
    let number = |value: usize| f64::from(u32::try_from(value).unwrap_or(u32::MAX));
    if whole == 0 { 100.0 } else { number(part) * 100.0 / number(whole) }
}

impl Score {
    /// Cases and right answers of a tier.
    pub fn tier(&self, tier: Tier) -> (usize, usize) {
        let rows = self.rows.iter().filter(|((of, _), _)| *of == tier);
        rows.fold((0, 0), |(cases, right), (_, row)| (cases + row.cases, right + row.right))
    }

    /// Cases and right answers of every class.
    pub fn classes(&self) -> impl Iterator<Item = (Tier, &str, usize, usize)> {
        self.rows.iter().map(|((tier, class), row)| (*tier, class.as_str(), row.cases, row.right))
    }

    /// The cases answered wrongly.
    pub fn misses(&self) -> &[Case] {
        &self.misses
    }

    /// The score as tables in Markdown, one for each tier, the worst classes first.
    pub fn markdown(&self) -> String {
        let mut out = String::new();
        for tier in Tier::ALL {
            let (cases, right) = self.tier(tier);
            let _ = write!(out, "## {tier}: {right} of {cases}, {:.2} %\n\n", percent(right, cases));
            out.push_str("| class | cases | right | % | undetermined | first wrong |\n|---|---:|---:|---:|---:|---|\n");
            let mut rows: Vec<_> = self.rows.iter().filter(|((of, _), _)| *of == tier).collect();
            rows.sort_by(|(_, a), (_, b)| percent(a.right, a.cases).total_cmp(&percent(b.right, b.cases)));
            for ((_, class), row) in rows {
                let wrong: String = row.wrong.as_deref().unwrap_or("").chars().take(70).collect();
                let wrong = wrong.replace(['\n', '\r', '|'], " ");
                let _ = writeln!(
                    out,
                    "| {class} | {} | {} | {:.1} | {} | {wrong} |",
                    row.cases,
                    row.right,
                    percent(row.right, row.cases),
                    row.undetermined
                );
            }
            out.push('\n');
        }
        out
    }
}
