//! When sightings fell: days drawn as bars, and the same as a list of links.
//!
//! Guarantees: drawn here, so that it needs no script; bounded; what the picture shows stands in the list too. Does not know: whose
//! sightings they are.

use super::super::calendar::{Step, instant, read};
use super::super::line::counted;
use std::collections::BTreeMap;

/// The most bars.
const BARS_MAX: i64 = 120;
/// The picture's own units; it is stretched to the page.
const WIDE: f64 = 1_200.0;
const HIGH: f64 = 100.0;
/// What is seen of the smallest bar.
const BAR_HIGH_MIN: f64 = 3.0;
const SHARE_MAX: f64 = 0.06;

/// One part of the span with something in it.
#[derive(Clone, Debug)]
pub struct Bar {
    /// `2026-03-01`, `2026-03`, `2026`.
    pub name: String,
    /// How often something was seen.
    pub count: String,
    /// The list of what was seen then; "" where there is none.
    pub href: String,
    /// Where it stands in the picture.
    pub x: String,
    /// Its upper edge.
    pub y: String,
    /// Its width.
    pub width: String,
    /// Its height.
    pub height: String,
}

/// The picture and the list.
#[derive(Clone, Debug, Default)]
pub struct Days {
    /// The parts in order; empty parts are left out.
    pub bars: Vec<Bar>,
    /// `day`, `week`, `month`, …
    pub step: &'static str,
    /// The first part's name.
    pub first: String,
    /// The last part's name.
    pub last: String,
    /// The highest count.
    pub most: String,
    /// All counts together.
    pub total: String,
}

impl Days {
    /// Draws days (`2026-03-01`, count); `href` makes the address of a span from its first second and the one after its last.
    pub fn draw(days: &[(String, u64)], href: impl Fn(&str, &str) -> String) -> Self {
        let mut at: Vec<(i64, u64)> = days.iter().filter_map(|(day, count)| Some((read(day)?, *count))).collect();
        at.sort_unstable();
        let (Some(first), Some(last)) = (at.first().map(|(day, _)| *day), at.last().map(|(day, _)| *day)) else {
            return Self::default();
        };
        let step = Step::for_span(first, last, BARS_MAX);
        let mut parts: BTreeMap<i64, u64> = BTreeMap::new();
        for (day, count) in at {
            let part = parts.entry(step.begin(day)).or_default();
            *part = part.saturating_add(count);
        }
        let begin = step.begin(first);
        let end = step.next(step.begin(last));
        let most = parts.values().copied().max().unwrap_or(1).max(1);
        let share = |seconds: i64| seconds as f64 / (end - begin).max(1) as f64;
        let bars = parts
            .iter()
            .map(|(start, count)| {
                let after = step.next(*start);
                let height = (*count as f64 / most as f64 * HIGH).max(BAR_HIGH_MIN);
                // One day alone is no wall.
                let width = share(after - start).min(SHARE_MAX) * WIDE;
                Bar {
                    name: step.name(*start),
                    count: counted(*count),
                    href: href(&instant(*start), &instant(after)),
                    x: format!("{:.1}", share(start - begin) * WIDE),
                    y: format!("{:.1}", HIGH - height),
                    width: format!("{:.1}", (width * 0.9).max(1.0)),
                    height: format!("{height:.1}"),
                }
            })
            .collect();
        Self {
            bars,
            step: step.as_str(),
            first: step.name(begin),
            last: step.name(step.begin(last)),
            most: counted(most),
            total: counted(parts.values().fold(0, |sum: u64, count| sum.saturating_add(*count))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Days;

    #[test]
    fn parts_of_a_span() {
        let draw = |days: &[(&str, u64)]| {
            let days: Vec<(String, u64)> = days.iter().map(|(day, count)| ((*day).to_owned(), *count)).collect();
            Days::draw(&days, |from, to| format!("{from}/{to}"))
        };
        assert!(draw(&[]).bars.is_empty());
        assert!(draw(&[("no day", 1)]).bars.is_empty());
        let one = draw(&[("2026-03-01", 4)]);
        assert_eq!((one.bars.len(), one.most.as_str(), one.first.as_str()), (1, "4", "2026-03-01"));
        assert_eq!(one.bars[0].href, "2026-03-01T00:00:00Z/2026-03-02T00:00:00Z");
        let days = draw(&[("2026-03-03", 1), ("2026-03-01", 2), ("2026-03-03", 3)]);
        let parts: Vec<_> = days.bars.iter().map(|bar| (bar.name.as_str(), bar.count.as_str())).collect();
        assert_eq!(parts, [("2026-03-01", "2"), ("2026-03-03", "4")]);
        assert_eq!((days.step, days.total.as_str(), days.last.as_str()), ("day", "6", "2026-03-03"));
        let years = draw(&[("1990-01-01", 1), ("2026-01-01", u64::MAX), ("2026-01-02", 1)]);
        assert_ne!(years.step, "day");
        assert!(years.bars.len() == 2, "{years:?}");
    }
}
