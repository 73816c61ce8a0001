//! Times and precisions as people type them.

use comity_vocab::Timestamp;
use comity_vocab::time::Precision;

pub fn parse_time(text: &str) -> Result<Timestamp, String> {
    let full = match text.len() {
        4 => format!("{text}-01-01T00:00:00Z"),
        7 => format!("{text}-01T00:00:00Z"),
        10 => format!("{text}T00:00:00Z"),
        _ => text.to_owned(),
    };
    Timestamp::parse(&full).map_err(|error| format!("{error}; a year, month or day alone is fine too"))
}

pub fn parse_precision(text: &str) -> Result<Precision, String> {
    match text {
        "hour" => Ok(Precision::Hour),
        "day" => Ok(Precision::Day),
        "month" => Ok(Precision::Month),
        "year" => Ok(Precision::Year),
        _ => Err("expected hour, day, month or year".into()),
    }
}
