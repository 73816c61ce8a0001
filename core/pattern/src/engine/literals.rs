//! What every match of a pattern must contain, for a first look by one automaton over many patterns.
//!
//! Guarantees: a text that matches contains one of the runs returned, up to the case of ASCII letters.

use regex_syntax::hir::{Class, Hir, HirKind};

/// Runs shorter than this say too little.
const RUN_BYTES_MIN: usize = 2;
/// More alternatives than this are not worth it.
const RUNS_MAX: usize = 64;
/// Longer runs say no more.
const RUN_BYTES_MAX: usize = 48;

/// Returns runs of which every match of the expression contains one; `None` where no such are known.
pub fn required(hir: &Hir) -> Option<Vec<Vec<u8>>> {
    let found = match hir.kind() {
        HirKind::Literal(literal) => vec![literal.0.to_vec()],
        HirKind::Capture(capture) => return required(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => return required(&repetition.sub),
        HirKind::Concat(parts) => return of_concat(parts),
        HirKind::Alternation(branches) => {
            let mut all = Vec::new();
            for branch in branches {
                all.extend(required(branch)?);
            }
            all
        }
        HirKind::Class(_) => vec![vec![letter(hir)?]],
        _ => return None,
    };
    useful(found)
}

fn useful(mut runs: Vec<Vec<u8>>) -> Option<Vec<Vec<u8>>> {
    if runs.len() > RUNS_MAX || runs.iter().any(|run| run.len() < RUN_BYTES_MIN) {
        return None;
    }
    for run in &mut runs {
        run.truncate(RUN_BYTES_MAX);
        run.make_ascii_lowercase();
    }
    Some(runs)
}

/// Joins neighbours to runs, and takes what says the most.
fn of_concat(parts: &[Hir]) -> Option<Vec<Vec<u8>>> {
    let mut best: Option<Vec<Vec<u8>>> = None;
    let mut consider = |found: Option<Vec<Vec<u8>>>| {
        let worth = |runs: &Vec<Vec<u8>>| {
            let shortest = runs.iter().map(Vec::len).min().unwrap_or_default();
            (shortest, usize::MAX - runs.len())
        };
        if let Some(found) = found
            && best.as_ref().is_none_or(|best| worth(&found) > worth(best))
        {
            best = Some(found);
        }
    };
    let mut run = Vec::new();
    for part in parts {
        match part.kind() {
            HirKind::Literal(literal) => run.extend_from_slice(&literal.0),
            HirKind::Class(_) if letter(part).is_some() => run.extend(letter(part)),
            // Says nothing of what is before and behind, takes no character.
            HirKind::Look(_) | HirKind::Empty => {}
            _ => {
                consider(useful(vec![std::mem::take(&mut run)]));
                consider(required(part));
            }
        }
    }
    consider(useful(vec![run]));
    best
}

/// Returns the lower-case letter of a class that is one ASCII letter in both cases, or one ASCII character.
fn letter(hir: &Hir) -> Option<u8> {
    let HirKind::Class(class) = hir.kind() else { return None };
    let ranges: Vec<(u32, u32)> = match class {
        Class::Unicode(class) => class.iter().map(|range| (range.start() as u32, range.end() as u32)).collect(),
        Class::Bytes(class) => class.iter().map(|range| (u32::from(range.start()), u32::from(range.end()))).collect(),
    };
    let ascii =
        |(start, end): (u32, u32)| if start == end { u8::try_from(start).ok().filter(u8::is_ascii) } else { None };
    match ranges.as_slice() {
        [one] => ascii(*one),
        [upper, lower] => {
            let (upper, lower) = (ascii(*upper)?, ascii(*lower)?);
            (upper.is_ascii_uppercase() && upper.to_ascii_lowercase() == lower).then_some(lower)
        }
        _ => None,
    }
}
