//! Times: their form, and their order as numbers however many digits they have (§2.16).

use super::text;
use crate::examine::Examiner;
use crate::path::Path;
use crate::rule;
use crate::table::Kind;
use comity_stix::json::tree::Node;
use comity_vocab::{Timestamp, time::TimestampError};

/// An instant with any number of digits of a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Instant<'t> {
    coarse: Timestamp,
    /// Digits behind the ninth, without zeros at the end: their order as texts is that of the numbers.
    rest: &'t str,
}

impl Instant<'_> {
    /// The same, to be kept; ordered in the same way.
    pub fn kept(&self) -> KeptInstant {
        (self.coarse, self.rest.into())
    }
}

/// An instant that does not borrow from the text it was read from.
pub(crate) type KeptInstant = (Timestamp, Box<str>);

/// Reads a time (§2.16: any number of digits of a second).
pub(crate) fn parse(text: &str) -> Option<Instant<'_>> {
    match Timestamp::parse(text) {
        Ok(coarse) => Some(Instant { coarse, rest: "" }),
        Err(TimestampError::TooPrecise) => {
            let (head, digits) = text.strip_suffix('Z')?.split_at_checked(29)?;
            let coarse = Timestamp::parse(&format!("{head}Z")).ok()?;
            Some(Instant { coarse, rest: digits.trim_end_matches('0') })
        }
        Err(TimestampError::Malformed | TimestampError::NoSuchTime) => None,
    }
}

pub(super) fn check(ex: &mut Examiner<'_>, kind: &Kind, node: &Node<'_>, path: &Path<'_>) {
    let Some(text) = text(ex, node, path) else { return };
    let Some(time) = parse(text) else {
        return ex.found.add(&rule::TIMESTAMP, path);
    };
    if time.coarse.unix_seconds() < 0 {
        ex.found.add(&rule::BEFORE_1970, path);
    }
    // 19 characters to the second, the point, three digits, Z.
    if matches!(kind, Kind::TimestampMillis) && text.len() < 24 && !ex.old {
        ex.found.add(&rule::PRECISION, path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_precision_is_compared_as_a_number() {
        let check = |earlier: &str, later: &str| assert!(parse(earlier).unwrap() < parse(later).unwrap());
        check("2016-01-01T00:00:00.1Z", "2016-01-01T00:00:00.12Z");
        check("2016-01-01T00:00:00.000000000001Z", "2016-01-01T00:00:00.00000000001Z");
        check("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z");
        check("0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999999999Z");
        assert_eq!(parse("2016-01-01T00:00:00Z"), parse("2016-01-01T00:00:00.000000000000Z"));
        for unlawful in
            ["0000-01-01T00:00:00Z", "2016-02-30T00:00:00Z", "2016-01-01T00:00:00.Z", "2016-01-01T00:00:00+00:00"]
        {
            assert_eq!(parse(unlawful), None, "{unlawful}");
        }
    }
}
