//! Lines that several threads look at before they are taken one after the other: most do nothing to any pattern, and are only counted.
//!
//! Guarantees: what comes of the lines is what would come of them without it: what does something, or is refused, is read again when its
//! turn comes; what is looked at in vain is bounded. Only for lines of which none says how others are read.

use super::side_by_side;
use comity_detect::{LineReader, Mapping};
use comity_pattern::engine::{Engine, Stream, StreamBounds};
use comity_vocab::Timestamp;

/// Bytes of text that are worth a thread, in some milliseconds of work.
const PART_BYTES_MIN: usize = 128 << 10;
/// Places in a part at which something is to be taken: of more the rest is taken line by line.
const TAKEN_MAX: usize = 50_000;
/// From so many on, they may be one in [`LINES_OF_ONE`] lines: looking at what is read again all the same is for nothing.
const TAKEN_FREE: u64 = 64;
const LINES_OF_ONE: u64 = 4;
/// The first bytes of a file of some programs, which count at its beginning only.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// What stands between: lines that do nothing, and then lines to be taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Stretch<'t> {
    /// Lines that do nothing.
    pub lines: u64,
    /// Observations in them.
    pub observations: u64,
    /// Of them, those that hold nothing that the mapping names.
    pub unread: u64,
    /// Of them, comments.
    pub comments: u64,
    /// What is to be taken behind them, line by line.
    pub taken: &'t str,
}

/// Looks at the lines of a text; where that is worth nothing, all of it is to be taken.
pub(super) fn looked<'t>(engine: &Engine, mapping: &Mapping, now: Timestamp, text: &'t str) -> Vec<Stretch<'t>> {
    let parts = parts(text, side_by_side::threads());
    if parts.len() < 2 || !mapping.is_line_by_line() || text.contains(BYTE_ORDER_MARK) {
        return vec![Stretch { taken: text, ..Stretch::default() }];
    }
    let look = |part: &&'t str| stretches(engine, mapping, now, part);
    side_by_side::each(&parts, look).into_iter().flatten().collect()
}

/// Cuts a text at ends of lines.
fn parts(text: &str, most: usize) -> Vec<&str> {
    let count = (text.len() / PART_BYTES_MIN).min(most);
    let length = text.len().checked_div(count).unwrap_or(text.len());
    let (mut parts, mut rest) = (Vec::with_capacity(count), text);
    while parts.len() + 1 < count
        && let Some(bytes) = rest.as_bytes().get(length..)
        && let Some(end) = bytes.iter().position(|byte| *byte == b'\n')
        && let Some((part, behind)) = rest.split_at_checked(length + end + 1)
    {
        parts.push(part);
        rest = behind;
    }
    parts.push(rest);
    parts
}

fn stretches<'t>(engine: &Engine, mapping: &Mapping, now: Timestamp, part: &'t str) -> Vec<Stretch<'t>> {
    let mut reader = LineReader::new(mapping.clone(), now);
    let mut stream = Stream::new(StreamBounds::default());
    let (mut all, mut own, mut seen, mut rest) = (Vec::new(), Stretch::default(), 0_u64, part);
    for line in part.split_inclusive('\n') {
        if all.len() >= TAKEN_MAX || all.len() as u64 > TAKEN_FREE + seen / LINES_OF_ONE {
            own.taken = rest;
            break;
        }
        seen += 1;
        rest = rest.get(line.len()..).unwrap_or_default();
        let mut does = false;
        let bytes = line.strip_suffix('\n').unwrap_or(line).as_bytes();
        let told = reader.line(bytes, &mut |observed| does |= !stream.passes_by(engine, observed));
        if does || told.refused > 0 {
            own.taken = line;
            all.push(std::mem::take(&mut own));
        } else {
            own.lines += 1;
            own.observations += told.observations;
            own.unread += told.unread;
            own.comments += told.comments;
        }
    }
    all.push(own);
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use comity_pattern::Pattern;
    use comity_pattern::engine::{Options, Validity};

    fn engine() -> Engine {
        let mut engine = Engine::new(Options { fold: true, ..Options::default() });
        let pattern = Pattern::parse("[ipv4-addr:value = '203.0.113.7']").expect("a pattern");
        engine.add(&pattern, Validity::default()).expect("it is put in");
        engine
    }

    fn line(address: &str) -> String {
        format!(r#"{{"@timestamp":"2026-03-16T09:14:00Z","source":{{"ip":"{address}"}}}}"#)
    }

    fn look(text: &str) -> Vec<Stretch<'_>> {
        let mapping = Mapping::built_in("ecs").expect("ecs");
        stretches(&engine(), &mapping, Timestamp::from_unix(1_775_000_000, 0), text)
    }

    #[test]
    fn what_does_nothing_is_counted_and_all_else_taken() {
        let (plain, hit) = (line("203.0.113.8") + "\n", line("203.0.113.7") + "\n");
        let text = format!("{plain}{plain}{hit}\n{{}}\nno json\n{plain}{}", line("203.0.113.9"));
        let found = look(&text);
        let counted: Vec<_> = found.iter().map(|one| (one.lines, one.observations, one.unread, one.taken)).collect();
        assert_eq!(counted, [(2, 2, 0, hit.as_str()), (2, 0, 1, "no json\n"), (2, 2, 0, "")]);
    }

    #[test]
    fn what_is_mostly_taken_is_not_looked_at_for_long() {
        let text = "x\n".repeat(10_000);
        let found = look(&text);
        assert!(found.len() < 100, "{}", found.len());
        assert_eq!(found.iter().map(|one| one.taken).collect::<String>(), text);
    }

    #[test]
    fn a_text_is_cut_at_ends_of_lines() {
        let text = "abc\n".repeat(PART_BYTES_MIN);
        for most in 1..5 {
            let parts = parts(&text, most);
            assert_eq!((parts.len(), parts.concat() == text), (most, true));
            assert!(parts.iter().all(|part| part.ends_with('\n')));
        }
        for short in ["", "abc", "a\nb"] {
            assert_eq!(parts(short, 4), [short]);
        }
    }
}
