//! Instants in UTC, read from and written in the STIX form (STIX 2.1 §3.2, RFC 3339 with `Z` only).
//!
//! A date library was tried first: it refuses 9999-12-31T23:59:59.999Z and folds leap seconds, both of which occur
//! in lawful data (security.md §5 B, cases 35 and 42). Does not know: what time it is now.

mod meant;

use serde::{Deserialize, Serialize};
use std::fmt;

const NANOS_PER_SECOND: u32 = 1_000_000_000;
const SECONDS_PER_DAY: i64 = 86_400;

/// An instant; ordered numerically, so `.029Z` is older than `.029036Z`. A leap second sorts after `:59.999999999`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Timestamp {
    seconds: i64,
    /// Up to 1,999,999,999: a second billion marks a leap second.
    nanos: u32,
}

/// Why a text is not a timestamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimestampError {
    /// Not of the form `YYYY-MM-DDThh:mm:ss[.fraction]Z`.
    #[error("not a timestamp: expected YYYY-MM-DDThh:mm:ss[.fraction]Z")]
    Malformed,
    /// More than nine digits of a second.
    #[error("not a timestamp: more than 9 fractional digits")]
    TooPrecise,
    /// A day, hour, minute or second that does not exist.
    #[error("not a timestamp: no such date or time of day")]
    NoSuchTime,
}

/// How far [`Timestamp::coarsened`] cuts an instant down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Precision {
    /// To the beginning of the hour.
    Hour,
    /// To the beginning of the day.
    Day,
    /// To the first day of the month.
    Month,
    /// To the first of January.
    Year,
}

fn digits(bytes: &[u8]) -> Option<i64> {
    bytes.iter().try_fold(0i64, |value, b| b.is_ascii_digit().then(|| value * 10 + i64::from(b - b'0')))
}

/// Days since 1970-01-01 of a proleptic Gregorian date (Howard Hinnant's `days_from_civil`).
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl Timestamp {
    /// Reads the STIX form. Years 0001 to 9999; `:60` only as the last second of a UTC day.
    ///
    /// # Errors
    /// [`TimestampError`], by kind.
    pub fn parse(text: &str) -> Result<Self, TimestampError> {
        use TimestampError::{Malformed, NoSuchTime, TooPrecise};
        let bytes = text.as_bytes();
        let (head, rest) = bytes.split_at_checked(19).ok_or(Malformed)?;
        let fraction = match rest {
            [b'Z'] => &[][..],
            [b'.', fraction @ .., b'Z'] if !fraction.is_empty() => fraction,
            _ => return Err(Malformed),
        };
        let [y1, y2, y3, y4, b'-', o1, o2, b'-', d1, d2, b'T', h1, h2, b':', m1, m2, b':', s1, s2] = *head else {
            return Err(Malformed);
        };
        let number = |digits_of: &[u8]| digits(digits_of).ok_or(Malformed);
        let (year, month, day) = (number(&[y1, y2, y3, y4])?, number(&[o1, o2])?, number(&[d1, d2])?);
        let (hour, minute, second) = (number(&[h1, h2])?, number(&[m1, m2])?, number(&[s1, s2])?);
        if !fraction.iter().all(u8::is_ascii_digit) {
            return Err(Malformed);
        }
        if fraction.len() > 9 {
            return Err(TooPrecise);
        }
        let leap = second == 60 && hour == 23 && minute == 59;
        let exists = year >= 1
            && (1..=12).contains(&month)
            && (1..=days_in_month(year, month)).contains(&day)
            && hour <= 23
            && minute <= 59
            && (second <= 59 || leap);
        if !exists {
            return Err(NoSuchTime);
        }
        let fraction_value = digits(fraction).unwrap_or(0) * 10_i64.pow(9 - fraction.len() as u32);
        let seconds = days_from_civil(year, month, day) * SECONDS_PER_DAY
            + hour * 3600
            + minute * 60
            + if leap { 59 } else { second };
        let nanos = fraction_value as u32 + if leap { NANOS_PER_SECOND } else { 0 };
        Ok(Self { seconds, nanos })
    }

    /// Makes an instant from seconds since 1970 and nanoseconds (below one billion; more is cut to the last).
    pub fn from_unix(seconds: i64, nanos: u32) -> Self {
        Self { seconds, nanos: nanos.min(NANOS_PER_SECOND - 1) }
    }

    /// Returns the seconds since 1970-01-01T00:00:00Z.
    pub fn unix_seconds(&self) -> i64 {
        self.seconds
    }

    /// Returns the instant as one sortable number: milliseconds since 1970, leap seconds folded.
    pub fn unix_millis(&self) -> i64 {
        self.seconds * 1000 + i64::from(self.nanos.min(NANOS_PER_SECOND - 1) / 1_000_000)
    }

    /// Returns the instant as 12 bytes that compare like the instants themselves.
    pub fn sort_key(&self) -> [u8; 12] {
        let mut key = [0u8; 12];
        let (high, low) = key.split_at_mut(8);
        high.copy_from_slice(&((self.seconds as u64) ^ (1 << 63)).to_be_bytes());
        low.copy_from_slice(&self.nanos.to_be_bytes());
        key
    }

    /// Cuts the instant down to the beginning of its hour, day, month or year.
    #[must_use]
    pub fn coarsened(&self, precision: Precision) -> Self {
        let days = self.seconds.div_euclid(SECONDS_PER_DAY);
        let (year, month, _) = civil_from_days(days);
        let seconds = match precision {
            Precision::Hour => self.seconds - self.seconds.rem_euclid(3600),
            Precision::Day => days * SECONDS_PER_DAY,
            Precision::Month => days_from_civil(year, month, 1) * SECONDS_PER_DAY,
            Precision::Year => days_from_civil(year, 1, 1) * SECONDS_PER_DAY,
        };
        Self { seconds, nanos: 0 }
    }

    /// Returns the instant this many seconds later (or earlier).
    #[must_use]
    pub fn plus_seconds(&self, seconds: i64) -> Self {
        Self { seconds: self.seconds.saturating_add(seconds), nanos: self.nanos }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil_from_days(self.seconds.div_euclid(SECONDS_PER_DAY));
        let of_day = self.seconds.rem_euclid(SECONDS_PER_DAY);
        let leap = self.nanos >= NANOS_PER_SECOND;
        let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60 + i64::from(leap));
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
        let nanos = self.nanos % NANOS_PER_SECOND;
        match nanos {
            n if n % 1_000_000 == 0 => write!(f, ".{:03}Z", n / 1_000_000),
            n if n % 1_000 == 0 => write!(f, ".{:06}Z", n / 1_000),
            n => write!(f, ".{n:09}Z"),
        }
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TryFrom<String> for Timestamp {
    type Error = TimestampError;
    fn try_from(text: String) -> Result<Self, TimestampError> {
        Self::parse(&text)
    }
}

impl From<Timestamp> for String {
    fn from(time: Timestamp) -> String {
        time.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, expect: Result<&str, TimestampError>) {
        assert_eq!(Timestamp::parse(text).map(|t| t.to_string()), expect.map(str::to_owned), "{text}");
    }

    #[test]
    fn bad_and_good_times() {
        use TimestampError::*;
        // security.md §5 B, cases 35-46.
        check("2016-12-31T23:59:60Z", Ok("2016-12-31T23:59:60.000Z"));
        check("2016-12-31T23:58:60Z", Err(NoSuchTime));
        check("2020-01-01T00:00:00Z", Ok("2020-01-01T00:00:00.000Z"));
        check("2020-01-01T00:00:00.1Z", Ok("2020-01-01T00:00:00.100Z"));
        check("2020-01-01T00:00:00.123456Z", Ok("2020-01-01T00:00:00.123456Z"));
        check("2020-01-01T00:00:00.123456789Z", Ok("2020-01-01T00:00:00.123456789Z"));
        check("2020-01-01T00:00:00.1234567891Z", Err(TooPrecise));
        check("0000-01-01T00:00:00Z", Err(NoSuchTime));
        check("0001-01-01T00:00:00Z", Ok("0001-01-01T00:00:00.000Z"));
        check("9999-12-31T23:59:59.999Z", Ok("9999-12-31T23:59:59.999Z"));
        for text in [
            "10000-01-01T00:00:00Z",
            "-001-01-01T00:00:00Z",
            "2020-01-01T00:00:00+00:00",
            "2020-01-01t00:00:00Z",
            "2020-01-01T00:00:00z",
            "2020-01-01 00:00:00Z",
            "2020-01-01T00:00:00,5Z",
            "20200101T000000Z",
            "2020-01-01T00:00Z",
            "2020-01-01T00:00:00",
            "2020-01-01T00:00:00.Z",
            "２020-01-01T00:00:00Z",
            "",
        ] {
            check(text, Err(Malformed));
        }
        for text in ["2021-02-29T00:00:00Z", "2020-01-01T24:00:00Z", "2020-01-01T25:00:00Z", "2020-13-01T00:00:00Z"] {
            check(text, Err(NoSuchTime));
        }
    }

    #[test]
    fn order_is_numeric() {
        let time = |text| Timestamp::parse(text).unwrap();
        assert!(time("2020-01-01T00:00:00.029Z") < time("2020-01-01T00:00:00.029036Z"));
        assert!(time("2016-12-31T23:59:59.999999999Z") < time("2016-12-31T23:59:60Z"));
        assert!(time("2016-12-31T23:59:60.5Z") < time("2017-01-01T00:00:00Z"));
    }

    #[test]
    fn coarsened() {
        let time = Timestamp::parse("2026-03-14T21:40:07.5Z").unwrap();
        for (precision, expect) in [
            (Precision::Hour, "2026-03-14T21:00:00.000Z"),
            (Precision::Day, "2026-03-14T00:00:00.000Z"),
            (Precision::Month, "2026-03-01T00:00:00.000Z"),
            (Precision::Year, "2026-01-01T00:00:00.000Z"),
        ] {
            assert_eq!(time.coarsened(precision).to_string(), expect);
        }
    }

    proptest! {
        #[test]
        fn writes_and_reads(seconds in -62_135_596_800i64..253_402_300_799, nanos in 0u32..1_000_000_000) {
            let time = Timestamp::from_unix(seconds, nanos);
            prop_assert_eq!(Timestamp::parse(&time.to_string()), Ok(time));
        }

        #[test]
        fn sort_keys_compare_like_instants(a: i32, b: i32, n in 0u32..1_000_000_000, m in 0u32..1_000_000_000) {
            let (x, y) = (Timestamp::from_unix(a.into(), n), Timestamp::from_unix(b.into(), m));
            prop_assert_eq!(x.cmp(&y), x.sort_key().cmp(&y.sort_key()));
        }
    }
}
