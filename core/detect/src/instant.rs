//! Times as logs write them: RFC 3339 with an offset, seconds or milliseconds since 1970.

use crate::mapping::TimeFormat;
use comity_vocab::Timestamp;

/// Reads a time.
pub(crate) fn read(text: &str, format: TimeFormat) -> Option<Timestamp> {
    let text = text.trim();
    match format {
        TimeFormat::Rfc3339 => rfc3339(text),
        TimeFormat::Unix => since_1970(text, 0),
        TimeFormat::UnixMs => since_1970(text, 3),
    }
}

/// Reads RFC 3339, or seconds since 1970 where it is a number.
pub(crate) fn any(text: &str) -> Option<Timestamp> {
    rfc3339(text.trim()).or_else(|| since_1970(text.trim(), 0))
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

/// Reads a decimal number of seconds (`shift` 0) or milliseconds (`shift` 3).
fn since_1970(text: &str, shift: u32) -> Option<Timestamp> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 15 || fraction.len() > 18 || !digits(whole) || !digits(fraction) {
        return None;
    }
    let whole: i64 = whole.parse().ok()?;
    let unit = 10_i64.pow(shift);
    let mut nanos: i64 = 0;
    for place in 0..9_usize {
        let digit = fraction.as_bytes().get(place).map_or(0, |byte| i64::from(byte - b'0'));
        nanos = nanos * 10 + digit;
    }
    let nanos = (whole % unit) * (1_000_000_000 / unit) + nanos / unit;
    Some(Timestamp::from_unix(whole / unit, u32::try_from(nanos).ok()?))
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
            ("1773652440250", UnixMs, Some("2026-03-16T09:14:00.250Z")),
            ("", Unix, None),
            ("-1", Unix, None),
            ("1e9", Unix, None),
        ] {
            assert_eq!(read(text, format).map(|time| time.to_string()).as_deref(), time, "{text}");
        }
    }
}
