//! What holds of the decoder and the matcher whatever bytes they are given. The fuzz targets of `fuzz/` run the same functions.

use comity_terms::{Decoded, Decoder, Hit, Origin, Register, Term, TermKind, Text, decode};

/// Encodings inside encodings are undone this deep, as in the leak check.
const DEPTH_MAX: usize = 3;
/// Steps that one text may use, as the leak check allows them: for each character, and for the smallest text.
const STEPS_PER_CHARACTER: usize = 400;
const STEPS_MIN: usize = 1_000_000;
/// So many characters may come out for one step: the letters of one word of base64 may stand for more than they are where it was packed.
const OUT_PER_STEP: usize = 4;

/// Decodes any bytes, and what comes out again: what is said to be done is within what was allowed, and what comes out is bounded by it.
pub fn decoder(bytes: &[u8]) {
    let text = Text::of(&String::from_utf8_lossy(bytes));
    let mut decoder = Decoder::default();
    let first = undo(&text, &mut decoder);
    // A decoder that has met texts gives what a new one gives, also in another order.
    assert!(same(&first, &undo(&text, &mut decoder)) && same(&first, &undo(&text, &mut Decoder::default())));
    // Where it was stopped early, nothing is there that the whole has not.
    for allowed in [0, text.chars.len(), text.chars.len() * 3] {
        let mut left = allowed;
        let mut stopped = false;
        let some = decode(&text, &mut decoder, &mut |steps| {
            assert!(!stopped, "asked again after the end");
            stopped = left.checked_sub(steps).map(|rest| left = rest).is_none();
            !stopped
        });
        let known = |one: &Decoded| first.iter().any(|all| all.how == one.how && all.text.chars == one.text.chars);
        assert!(some.iter().all(known));
    }
    // Encodings in encodings: the budget holds, however they lie in each other.
    let all = STEPS_MIN + text.chars.len() * STEPS_PER_CHARACTER;
    let mut budget = Budget { left: all, stopped: false, out: 0 };
    budget.deeper(&text, &mut decoder, 0);
    let steps = all - budget.left + text.chars.len();
    assert!(budget.out <= steps * OUT_PER_STEP, "{} characters for {steps} steps", budget.out);
}

fn undo(text: &Text, decoder: &mut Decoder) -> Vec<Decoded> {
    let decoded = decode(text, decoder, &mut |_| true);
    let bytes = text.spans.last().map_or(0, |span| span.1);
    for inner in &decoded {
        assert_eq!(inner.text.chars.len(), inner.text.spans.len());
        assert!(!inner.how.is_empty());
        for (from, to) in &inner.text.spans {
            assert!(from <= to && *to <= bytes, "{}: {from} to {to} of {bytes}", inner.how);
        }
    }
    decoded
}

fn same(some: &[Decoded], others: &[Decoded]) -> bool {
    some.len() == others.len()
        && some.iter().zip(others).all(|(one, other)| {
            one.how == other.how
                && one.trusted == other.trusted
                && one.text.chars == other.text.chars
                && one.text.spans == other.text.spans
        })
}

/// The steps that one part may use, as the leak check counts them.
struct Budget {
    left: usize,
    stopped: bool,
    /// The characters that came out of encodings.
    out: usize,
}

impl Budget {
    fn spend(&mut self, steps: usize) -> bool {
        match self.left.checked_sub(steps) {
            Some(left) if !self.stopped => self.left = left,
            _ => self.stopped = true,
        }
        !self.stopped
    }

    fn deeper(&mut self, text: &Text, decoder: &mut Decoder, depth: usize) {
        if depth == DEPTH_MAX || !self.spend(text.chars.len() * 4) {
            return;
        }
        let decoded = decode(text, decoder, &mut |steps| self.spend(steps));
        for inner in decoded {
            self.out += inner.text.chars.len();
            if inner.trusted {
                self.deeper(&inner.text, decoder, depth + 1);
            }
        }
    }
}

/// Looks for terms of any bytes in a text of any bytes. The input is lines: one term a line, its first character says of which kind, up to
/// an empty line; the rest is the text.
pub fn matcher(bytes: &[u8]) {
    let all = String::from_utf8_lossy(bytes);
    let (terms, text) = all.split_once("\n\n").unwrap_or((&all, &all));
    let terms: Vec<(TermKind, &str)> = terms.lines().take(16).filter_map(kind_and_text).collect();
    let mut builder = Register::builder();
    for ((kind, term), number) in terms.iter().zip(0u32..) {
        builder.add(&Term::new(*kind, term), number);
    }
    let register = builder.build();
    assert!(!register.is_unbuilt());
    let text = Text::of(text);
    for origin in [Origin::default(), Origin { noise: true, packed: true }, Origin { noise: false, packed: true }] {
        let found = hits(&register, &text, origin);
        // What was met before changes nothing.
        assert_eq!(found, hits(&register, &text, origin));
        for hit in &found {
            assert!(hit.from < hit.to && hit.to <= text.chars.len(), "{hit:?} of {}", text.chars.len());
            assert!((hit.term as usize) < terms.len());
        }
    }
    // A term of which something is left is found as it is written.
    for ((_, term), number) in terms.iter().zip(0u32..) {
        let found = hits(&register, &Text::of(term), Origin::default());
        let left = !register.unmatchable().contains(&number);
        assert!(!left || found.iter().any(|hit| hit.term == number), "{term:?}");
    }
}

fn kind_and_text(line: &str) -> Option<(TermKind, &str)> {
    let kind = line.chars().next()?;
    let kinds = TermKind::ALL;
    Some((*kinds.get(kind as usize % kinds.len())?, line.get(kind.len_utf8()..)?))
}

fn hits(register: &Register, text: &Text, origin: Origin) -> Vec<Hit> {
    let mut found = Vec::new();
    register.searcher().search(text, origin, &mut |hit| found.push(hit));
    found
}
