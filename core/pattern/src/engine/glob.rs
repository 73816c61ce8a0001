//! LIKE: `%` for any characters, `_` for one (STIX 2.1 §9.6.1).

use super::steps::Steps;
use regex_syntax::hir::{Dot, Hir, Look, Repetition};
use std::ops::ControlFlow;

/// Comparisons of characters that count as one step.
const COMPARISONS_A_STEP: u64 = 64;

/// A LIKE pattern: what stands between the `%`.
pub struct Glob {
    /// Must be found in this order, without overlap. The first stands at the beginning and the last at the end, also where
    /// they are empty; there is only one where there is no `%`.
    parts: Vec<Part>,
}

/// Characters, of which `_` is any.
struct Part {
    text: Box<str>,
    wild: bool,
}

impl Part {
    fn new(text: &str) -> Self {
        Self { text: text.into(), wild: text.contains('_') }
    }

    /// Returns the length of what matches at the beginning of the text.
    fn at_start(&self, text: &str) -> Option<usize> {
        if !self.wild {
            return text.starts_with(&*self.text).then_some(self.text.len());
        }
        let mut characters = text.char_indices();
        for wanted in self.text.chars() {
            let (_, found) = characters.next()?;
            if wanted != '_' && wanted != found {
                return None;
            }
        }
        Some(text.len() - characters.as_str().len())
    }

    /// Returns the start and end of the first place that matches.
    fn find(&self, text: &str) -> Option<usize> {
        if !self.wild {
            return memchr::memmem::find(text.as_bytes(), self.text.as_bytes()).map(|at| at + self.text.len());
        }
        text.char_indices().find_map(|(at, _)| self.at_start(text.get(at..)?).map(|length| at + length))
    }
}

impl Glob {
    /// Reads a pattern in Normalization Form C.
    pub fn new(pattern: &str) -> Self {
        let mut parts: Vec<&str> = pattern.split('%').collect();
        let last = parts.len() - 1;
        let mut place = 0;
        // `%%` is `%`.
        parts.retain(|part| {
            let keep = place == 0 || place == last || !part.is_empty();
            place += 1;
            keep
        });
        Self { parts: parts.into_iter().map(Part::new).collect() }
    }

    /// Tells whether the whole text matches.
    pub fn matches(&self, text: &str, steps: &mut Steps) -> ControlFlow<(), bool> {
        let wild: usize = self.parts.iter().filter(|part| part.wild).map(|part| part.text.len()).sum();
        // Plain parts are found in time linear in the text; parts with `_` are tried at each place.
        let comparisons = (text.len() as u64).saturating_mul(1 + wild as u64) / COMPARISONS_A_STEP;
        steps.take(comparisons + self.parts.len() as u64 / COMPARISONS_A_STEP)?;
        ControlFlow::Continue(self.found(text).unwrap_or(false))
    }

    fn found(&self, text: &str) -> Option<bool> {
        let (first, rest) = self.parts.split_first()?;
        let mut rest_of_text = text.get(first.at_start(text)?..)?;
        let Some((last, middle)) = rest.split_last() else { return Some(rest_of_text.is_empty()) };
        for part in middle {
            // The first place is the best one: it leaves the most for what comes.
            rest_of_text = rest_of_text.get(part.find(rest_of_text)?..)?;
        }
        // The last part stands at the end: as many characters as it has.
        let characters = last.text.chars().count();
        let tail = match characters.checked_sub(1) {
            None => rest_of_text.len(),
            Some(before) => rest_of_text.char_indices().rev().nth(before)?.0,
        };
        Some(last.at_start(rest_of_text.get(tail..)?).is_some())
    }

    /// Returns a regular expression that matches the same texts.
    pub fn expression(&self) -> Hir {
        let any = || Hir::dot(Dot::AnyChar);
        let mut all = vec![Hir::look(Look::Start)];
        for (place, part) in self.parts.iter().enumerate() {
            if place > 0 {
                all.push(Hir::repetition(Repetition { min: 0, max: None, greedy: true, sub: Box::new(any()) }));
            }
            for character in part.text.chars() {
                all.push(match character {
                    '_' => any(),
                    _ => Hir::literal(character.encode_utf8(&mut [0; 4]).as_bytes().to_vec()),
                });
            }
        }
        all.push(Hir::look(Look::End));
        Hir::concat(all)
    }

    /// Returns the longest run of characters that every match has; empty where there is none.
    pub fn literal(&self) -> &str {
        self.parts.iter().flat_map(|part| part.text.split('_')).max_by_key(|run| run.len()).unwrap_or_default()
    }
}
