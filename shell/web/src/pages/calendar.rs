//! Days, weeks, months, quarters and years as seconds since 1970, in UTC.
//!
//! Guarantees: pure arithmetic of the proleptic Gregorian calendar. Does not know: time zones.

use comity_vocab::Timestamp;

const DAY: i64 = 86_400;

/// A step of a timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A day.
    Day,
    /// From Monday.
    Week,
    /// A month.
    Month,
    /// Three months.
    Quarter,
    /// A year.
    Year,
}

impl Step {
    /// The smallest step that cuts a span into at most `most` parts.
    pub fn for_span(first: i64, last: i64, most: i64) -> Self {
        let days = (last.saturating_sub(first)) / DAY + 1;
        match days {
            days if days <= most => Self::Day,
            days if days <= most * 7 => Self::Week,
            days if days <= most * 28 => Self::Month,
            days if days <= most * 90 => Self::Quarter,
            _ => Self::Year,
        }
    }

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        }
    }

    /// The first second of the part in which a second lies.
    pub fn begin(self, at: i64) -> i64 {
        let day = at.div_euclid(DAY);
        let (year, month, _) = civil(day);
        match self {
            Self::Day => day * DAY,
            Self::Week => (day - (day + 3).rem_euclid(7)) * DAY,
            Self::Month => days(year, month) * DAY,
            Self::Quarter => days(year, (month - 1) / 3 * 3 + 1) * DAY,
            Self::Year => days(year, 1) * DAY,
        }
    }

    /// The first second of the part after the one that begins here.
    pub fn next(self, begin: i64) -> i64 {
        let (year, month, _) = civil(begin.div_euclid(DAY));
        let after = |months: i64| {
            let month = month - 1 + months;
            days(year + month.div_euclid(12), month.rem_euclid(12) + 1) * DAY
        };
        match self {
            Self::Day => begin + DAY,
            Self::Week => begin + 7 * DAY,
            Self::Month => after(1),
            Self::Quarter => after(3),
            Self::Year => after(12),
        }
    }

    /// What a part is called: `2026`, `2026-03`, `2026-03-01`.
    pub fn name(self, begin: i64) -> String {
        let text = instant(begin);
        let chars = match self {
            Self::Year => 4,
            Self::Month | Self::Quarter => 7,
            Self::Day | Self::Week => 10,
        };
        text.chars().take(chars).collect()
    }
}

/// Writes a second as a time, without a fraction.
pub fn instant(at: i64) -> String {
    Timestamp::from_unix(at, 0).to_string().replace(".000Z", "Z")
}

/// Reads a time, a date, a month or a year; the first second of it.
pub fn read(text: &str) -> Option<i64> {
    let text = text.trim();
    let whole = match text.len() {
        4 => format!("{text}-01-01T00:00:00Z"),
        7 => format!("{text}-01T00:00:00Z"),
        10 => format!("{text}T00:00:00Z"),
        _ => text.to_owned(),
    };
    Timestamp::parse(&whole).ok().map(|time| time.unix_seconds())
}

/// Year, month and day of a day since 1970 (H. Hinnant, "chrono-compatible low-level date algorithms").
fn civil(day: i64) -> (i64, i64, i64) {
    let z = day + 719_468;
    let era = z.div_euclid(146_097);
    let of_era = z.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let day_of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day_of_year - (153 * shifted + 2) / 5 + 1)
}

/// The day since 1970 on which a month begins.
fn days(year: i64, month: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts() {
        for (step, at, begin, next) in [
            (Step::Day, "2024-02-29T12:00:00Z", "2024-02-29", "2024-03-01"),
            (Step::Week, "2026-03-05T10:00:00Z", "2026-03-02", "2026-03-09"),
            (Step::Month, "2026-12-31T23:59:59Z", "2026-12-01", "2027-01-01"),
            (Step::Quarter, "2026-05-05T00:00:00Z", "2026-04-01", "2026-07-01"),
            (Step::Year, "1969-07-20T20:17:00Z", "1969-01-01", "1970-01-01"),
        ] {
            let found = step.begin(read(at).unwrap());
            assert_eq!(found, read(begin).unwrap(), "{at}");
            assert_eq!(step.next(found), read(next).unwrap(), "{at}");
        }
    }

    #[test]
    fn every_day_is_itself() {
        for day in (-800_000..800_000).step_by(37) {
            let (year, month, of_month) = civil(day);
            assert_eq!(days(year, month) + of_month - 1, day);
        }
    }

    #[test]
    fn steps_for_spans() {
        let year = 365 * DAY;
        for (span, step) in [
            (0, "day"),
            (year, "day"),
            (5 * year, "week"),
            (20 * year, "month"),
            (90 * year, "quarter"),
            (900 * year, "year"),
        ] {
            assert_eq!(Step::for_span(0, span, 400).as_str(), step, "{span}");
        }
    }
}
