//! A measured figure: the median of several runs and how far apart they lay.

use serde::Serialize;
use std::fmt;

/// The median of some runs and their spread.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figure {
    /// The middle one.
    pub median: f64,
    /// The least.
    pub low: f64,
    /// The greatest.
    pub high: f64,
    /// How many runs.
    pub runs: usize,
}

impl Figure {
    /// Returns the figure of these runs; none where there was none.
    pub fn of(values: &[f64]) -> Option<Self> {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let (low, high) = (*sorted.first()?, *sorted.last()?);
        let at = |n: usize| sorted.get(n).copied().unwrap_or(low);
        let middle = sorted.len() / 2;
        let median =
            if sorted.len().is_multiple_of(2) { f64::midpoint(at(middle - 1), at(middle)) } else { at(middle) };
        Some(Self { median, low, high, runs: sorted.len() })
    }

    /// Returns the value below which this share of the runs lies.
    pub fn share(values: &[f64], share: f64) -> Option<f64> {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let last = sorted.len().checked_sub(1)?;
        sorted.get((last as f64 * share).round() as usize).copied()
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&short(self.median))?;
        if self.runs > 1 {
            write!(f, " ({}–{}, {} runs)", short(self.low), short(self.high), self.runs)?;
        }
        Ok(())
    }
}

/// Writes a number with as many digits as it deserves.
pub fn short(value: f64) -> String {
    let size = value.abs();
    if size >= 1000.0 {
        let digits = format!("{:.0}", value.round());
        let mut out = String::new();
        for (n, c) in digits.chars().enumerate() {
            let left = digits.len() - n;
            if n > 0 && left.is_multiple_of(3) && !out.ends_with('-') {
                out.push(',');
            }
            out.push(c);
        }
        out
    } else if size >= 100.0 {
        format!("{value:.0}")
    } else if size >= 10.0 {
        format!("{value:.1}")
    } else if size >= 0.1 || size == 0.0 {
        format!("{value:.2}")
    } else {
        format!("{value:.4}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_and_spread() {
        let check = |values: &[f64], median: f64, shown: &str| {
            let figure = Figure::of(values).unwrap();
            assert_eq!(figure.median, median);
            assert_eq!(figure.to_string(), shown);
        };
        check(&[3.0, 1.0, 2.0], 2.0, "2.00 (1.00–3.00, 3 runs)");
        check(&[4.0, 1.0], 2.5, "2.50 (1.00–4.00, 2 runs)");
        check(&[97_123.4], 97_123.4, "97,123");
        assert_eq!(Figure::of(&[]), None);
        assert_eq!(Figure::share(&[1.0, 2.0, 3.0, 4.0, 100.0], 1.0), Some(100.0));
        assert_eq!(Figure::share(&[1.0, 2.0, 3.0, 4.0, 100.0], 0.5), Some(3.0));
    }
}
