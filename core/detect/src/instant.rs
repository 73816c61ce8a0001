//! Times as logs write them: RFC 3339 with an offset, or a number since 1970 of which the magnitude says the unit; and which times
//! can be those of an observation.
//!
//! Does not know: what time it is now. The caller says it.

use crate::mapping::TimeFormat;
use comity_vocab::Timestamp;

/// 1980-01-01T00:00:00Z, in seconds since 1970. What says less comes from a clock that was never set, or counts in another unit.
const EARLIEST: i64 = 315_532_800;
/// How far ahead of our clock that of a sensor may be, in seconds: a day, for time zones are mistaken more often than dates.
const AHEAD_MAX: i64 = 86_400;
/// 9999-12-31T23:59:59Z, in seconds since 1970: the last that STIX can write.
const LAST: i64 = 253_402_300_799;
/// Whole digits of a number, and places of its exponent, at most.
const DIGITS_MAX: usize = 20;

/// Units that a number since 1970 may count, by how many of them are a second: as power of ten, and the number from which on it is
/// this one. Seconds reach the year 5138 before they could be milliseconds, and milliseconds begin in 1973.
const UNITS: &[(u32, u128)] = &[(9, 100_000_000_000_000_000), (6, 100_000_000_000_000), (3, 100_000_000_000), (0, 0)];

/// Why a time cannot be that of an observation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Misfit {
    /// It is before 1980.
    Early,
    /// It is more than a day ahead.
    Late,
}

/// Tells whether something can have been observed at this time.
pub(crate) fn judge(time: Timestamp, now: Timestamp) -> Result<Timestamp, Misfit> {
    let seconds = time.unix_seconds();
    match seconds {
        _ if seconds < EARLIEST => Err(Misfit::Early),
        _ if seconds > now.unix_seconds().saturating_add(AHEAD_MAX) || seconds > LAST => Err(Misfit::Late),
        _ => Ok(time),
    }
}

/// Reads a time.
pub(crate) fn read(text: &str, format: TimeFormat) -> Option<Timestamp> {
    let text = text.trim();
    match format {
        TimeFormat::Rfc3339 => rfc3339(text).or_else(|| since_1970(text, None)),
        TimeFormat::Unix => since_1970(text, None),
        TimeFormat::UnixMs => since_1970(text, Some(3)),
    }
}

/// Reads RFC 3339, or a number since 1970.
pub(crate) fn any(text: &str) -> Option<Timestamp> {
    read(text, TimeFormat::Rfc3339)
}

fn rfc3339(text: &str) -> Option<Timestamp> {
    if let Ok(time) = Timestamp::parse(text) {
        return Some(time);
    }
    if !text.is_ascii() || text.len() > 40 {
        return None;
    }
    let mut upper = text.to_ascii_uppercase();
    // RFC 3339 lets a blank stand for the T.
    if upper.as_bytes().get(10) == Some(&b' ') {
        upper.replace_range(10..11, "T");
    }
    if let Ok(time) = Timestamp::parse(&upper) {
        return Some(time);
    }
    let at = upper.rfind(['+', '-']).filter(|at| *at > 18)?;
    let (base, offset) = upper.split_at_checked(at)?;
    let sign = if offset.starts_with('-') { 1 } else { -1 };
    let digits: String = offset.chars().skip(1).filter(|c| *c != ':').collect();
    if digits.len() != 4 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: i64 = digits.parse().ok()?;
    let (hours, minutes) = (number / 100, number % 100);
    if hours > 23 || minutes > 59 {
        return None;
    }
    let local = Timestamp::parse(&format!("{base}Z")).ok()?;
    Some(local.plus_seconds(sign * (hours * 3600 + minutes * 60)))
}

/// Reads a decimal number since 1970, perhaps with a fraction or an exponent. `unit` says how many of it are a second, as power of
/// ten; where it does not, the magnitude does.
fn since_1970(text: &str, unit: Option<u32>) -> Option<Timestamp> {
    let (number, exponent) = match text.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, exponent.strip_prefix('+').unwrap_or(exponent)),
        None => (text, "0"),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) || exponent.is_empty() || !digits(exponent) {
        return None;
    }
    let exponent: usize = exponent.parse().ok().filter(|exponent| *exponent <= DIGITS_MAX)?;
    if whole.len() > DIGITS_MAX || fraction.len() > 2 * DIGITS_MAX {
        return None;
    }
    // As billionths, so that no unit loses anything; at most 49 digits are cut to what a time can need.
    let mut shifted = whole.bytes().chain(fraction.bytes()).chain(std::iter::repeat(b'0'));
    let mut billionths: u128 = 0;
    for byte in shifted.by_ref().take(whole.len() + exponent + 9) {
        billionths = billionths.checked_mul(10)?.checked_add(u128::from(byte - b'0'))?;
    }
    let whole = billionths / 1_000_000_000;
    let unit = unit.or_else(|| UNITS.iter().find(|(_, from)| whole >= *from).map(|(unit, _)| *unit))?;
    let nanos = billionths / 10_u128.pow(unit);
    let seconds = i64::try_from(nanos / 1_000_000_000).ok().filter(|seconds| *seconds <= LAST)?;
    Some(Timestamp::from_unix(seconds, u32::try_from(nanos % 1_000_000_000).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        use TimeFormat::{Rfc3339, Unix, UnixMs};
        for (text, format, time) in [
            ("2026-03-16T09:14:00Z", Rfc3339, Some("2026-03-16T09:14:00.000Z")),
            ("2026-03-16t09:14:00.5z", Rfc3339, Some("2026-03-16T09:14:00.500Z")),
            ("2026-03-16 09:14:00+02:00", Rfc3339, Some("2026-03-16T07:14:00.000Z")),
            ("2026-03-16T09:14:00-0530", Rfc3339, Some("2026-03-16T14:44:00.000Z")),
            ("2026-03-16T09:14:00", Rfc3339, None),
            ("2026-02-30T09:14:00Z", Rfc3339, None),
            ("2026-03-16T09:14:00+99:00", Rfc3339, None),
            ("1773652440", Unix, Some("2026-03-16T09:14:00.000Z")),
            ("1773652440.25", Unix, Some("2026-03-16T09:14:00.250Z")),
            ("1773652440250", Unix, Some("2026-03-16T09:14:00.250Z")),
            ("1773652440250.5", Unix, Some("2026-03-16T09:14:00.250500Z")),
            ("1773652440250001", Rfc3339, Some("2026-03-16T09:14:00.250001Z")),
            ("1773652440250001002", Rfc3339, Some("2026-03-16T09:14:00.250001002Z")),
            ("1.77365244E9", Unix, Some("2026-03-16T09:14:00.000Z")),
            ("1.77365244025e+12", Unix, Some("2026-03-16T09:14:00.250Z")),
            ("99999999999", Unix, Some("5138-11-16T09:46:39.000Z")),
            ("100000000000", Unix, Some("1973-03-03T09:46:40.000Z")),
            ("1773652440250", UnixMs, Some("2026-03-16T09:14:00.250Z")),
            ("1773652440", UnixMs, Some("1970-01-21T12:40:52.440Z")),
            ("1773652440250001", UnixMs, None),
            ("100000000000000000000", Unix, None),
            ("", Unix, None),
            ("-1", Unix, None),
            ("1e", Unix, None),
            ("1e99", Unix, None),
            ("0x10", Unix, None),
            (".5", Unix, None),
        ] {
            assert_eq!(read(text, format).map(|time| time.to_string()).as_deref(), time, "{text}");
        }
    }

    #[test]
    fn what_can_have_been_observed() {
        let time = |text: &str| Timestamp::parse(text).unwrap_or(Timestamp::from_unix(0, 0));
        let now = time("2026-03-16T12:00:00Z");
        for (text, misfit) in [
            ("1979-12-31T23:59:59Z", Some(Misfit::Early)),
            ("1980-01-01T00:00:00Z", None),
            ("2026-03-17T12:00:00Z", None),
            ("2026-03-17T12:00:01Z", Some(Misfit::Late)),
        ] {
            assert_eq!(judge(time(text), now).err(), misfit, "{text}");
        }
        let never = Timestamp::from_unix(LAST + 1, 0);
        assert_eq!(judge(never, never).err(), Some(Misfit::Late), "a clock that is wrong does not let it pass");
    }
}
