//! Instants as programs write them that do not keep to STIX: with an offset, a blank instead of `T`, without a zone.
//!
//! Guarantees: what is in the STIX form is the same instant here; nothing is guessed but that a time without a zone is UTC, as nearly all who leave it
//! out mean it. Does not know: which texts may be read so. What leaves is always in the STIX form.

use super::Timestamp;

/// No clock on earth is further from UTC.
const OFFSET_MINUTES_MAX: i64 = 14 * 60;
/// Seconds of a minute.
const MINUTE: i64 = 60;

impl Timestamp {
    /// Reads an instant as it is meant (RFC 3339 §5.6 with its notes: a blank instead of `T`, small letters, an offset; ISO 8601: an offset
    /// without a colon or minutes, no seconds, a comma; no zone is UTC). `None` where no instant can be read.
    pub fn meant(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_uppercase();
        if let Ok(time) = Self::parse(&text) {
            return Some(time);
        }
        let (day, rest) = text.split_at_checked(10)?;
        let rest = rest.strip_prefix(['T', ' '])?.trim_start();
        let zone = rest.find(['Z', '+', '-', ' ']).unwrap_or(rest.len());
        let (clock, zone) = rest.split_at_checked(zone)?;
        let clock = clock.replace(',', ".");
        let clock = if clock.matches(':').count() == 1 { format!("{clock}:00") } else { clock };
        // More digits than an instant has say nothing that anybody could have meant.
        let clock = match clock.split_once('.') {
            Some((seconds, fraction)) if fraction.len() > 9 => format!("{seconds}.{}", fraction.get(..9)?),
            _ => clock,
        };
        let time = Self::parse(&format!("{day}T{clock}Z")).ok()?;
        Some(time.plus_seconds(-minutes_of(zone.trim())? * MINUTE))
    }
}

/// The offset of a zone from UTC in minutes.
fn minutes_of(zone: &str) -> Option<i64> {
    if matches!(zone, "" | "Z" | "UTC" | "GMT") {
        return Some(0);
    }
    let (sign, digits) = match zone.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let digits = digits.replace(':', "");
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes) = match digits.len() {
        2 => (digits.parse::<i64>().ok()?, 0),
        4 => (digits.get(..2)?.parse::<i64>().ok()?, digits.get(2..)?.parse::<i64>().ok()?),
        _ => return None,
    };
    let all = hours * 60 + minutes;
    (minutes < 60 && all <= OFFSET_MINUTES_MAX).then_some(sign * all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_they_are_meant() {
        for (text, stix) in [
            ("2026-01-10T00:00:00Z", "2026-01-10T00:00:00.000Z"),
            ("2026-01-10T00:00:00+00:00", "2026-01-10T00:00:00.000Z"),
            ("2026-01-10T01:30:00.25+01:30", "2026-01-10T00:00:00.250Z"),
            ("2026-01-10T01:30:00-0530", "2026-01-10T07:00:00.000Z"),
            ("2026-01-10T01:00:00+01", "2026-01-10T00:00:00.000Z"),
            ("2026-01-10 12:00:00", "2026-01-10T12:00:00.000Z"),
            ("2026-01-10 12:00:00 +0200", "2026-01-10T10:00:00.000Z"),
            ("2026-01-10 12:00:00 UTC", "2026-01-10T12:00:00.000Z"),
            ("2026-01-10t12:00:00z", "2026-01-10T12:00:00.000Z"),
            ("2026-01-10T12:00", "2026-01-10T12:00:00.000Z"),
            ("2026-01-10T12:00:00,5", "2026-01-10T12:00:00.500Z"),
            ("2026-01-10T12:00:00.1234567891", "2026-01-10T12:00:00.123456789Z"),
            ("2025-12-31T23:30:00-01:00", "2026-01-01T00:30:00.000Z"),
        ] {
            assert_eq!(Timestamp::meant(text).map(|time| time.to_string()).as_deref(), Some(stix), "{text}");
        }
        for text in [
            "",
            "soon",
            "2026-01-10",
            "10.01.2026 12:00",
            "2026-13-10T00:00:00",
            "2026-01-10T25:00:00",
            "2026-01-10T12:00:00+15:00",
            "2026-01-10T12:00:00+1",
            "2026-01-10T12:00:00 CET",
            "2026-01-10T12:00:00+01:60",
            "1768003200",
            "2026-01-10T\u{664}2:00:00",
        ] {
            assert_eq!(Timestamp::meant(text), None, "{text}");
        }
    }
}
