//! What is to be known of an indicator before it is put into the engine: read, judged for breadth, looked up on warning lists.
//!
//! Guarantees: needs its row and the lists and nothing else, so that many are judged at the same time. Does not know: the engine.

use super::indicator::{Indicator, Unfit};
use super::side_by_side;
use super::standing::is_accepted;
use comity_detect::{Broad, WarningLists, breadth, each_asked};
use comity_pattern::{Path, Unmatchable};
use comity_store::IndicatorRow;
use std::borrow::Cow;

/// Rows, and bytes of them, that are judged together.
const ROWS_MAX: usize = 8_192;
const BYTES_MAX: usize = 8 << 20;

/// What an indicator is.
pub(super) enum Judged {
    Revoked,
    NotStix(String),
    /// It cannot be read or evaluated: identifier, and why.
    Unreadable(String, String),
    /// It can never match: identifier, and why.
    Unmatchable(String, Unmatchable),
    /// It covers too much and nobody accepted that: identifier, and how.
    Broad(String, Broad),
    /// It is to be looked for.
    Fit {
        indicator: Box<Indicator>,
        /// Whether it covers too much and an officer accepted that.
        accepted: bool,
        /// Whether everything that it asks for by name is known to be harmless.
        listed: bool,
    },
}

/// Judges one indicator.
pub(super) fn judged(row: &IndicatorRow, lists: &WarningLists) -> Judged {
    if row.revoked {
        return Judged::Revoked;
    }
    let indicator = match Indicator::read(&row.bytes) {
        Ok(indicator) => indicator,
        Err(Unfit::NotStix(language)) => return Judged::NotStix(language),
        Err(Unfit::Invalid(id, why)) => return Judged::Unreadable(id, why),
        Err(Unfit::Unmatchable(id, reason @ Unmatchable::Unreadable(_))) => {
            return Judged::Unreadable(id, reason.to_string());
        }
        Err(Unfit::Unmatchable(id, reason)) => return Judged::Unmatchable(id, reason),
    };
    let broad = breadth(&indicator.pattern);
    let accepted = broad.is_some() && is_accepted(&row.bytes, row.accepted.as_ref());
    if let (Some(broad), false) = (broad, accepted) {
        return Judged::Broad(indicator.id, broad);
    }
    let listed = is_listed(lists, &indicator, accepted);
    Judged::Fit { indicator: Box::new(indicator), accepted, listed }
}

/// Whether everything that it asks for by name is known to be harmless.
fn is_listed(lists: &WarningLists, indicator: &Indicator, accepted: bool) -> bool {
    if lists.is_empty() {
        return false;
    }
    let (mut any, mut all) = (false, true);
    each_asked(&indicator.pattern, &mut |path: &Path, value| {
        any = true;
        all = all && list_of(lists, &path.to_string(), value, accepted, || path.form().normal(value)).is_some();
    });
    any && all
}

/// The list that keeps a value back, as it is written or in normal form. What an officer accepted because it covers much is not kept
/// back by lists of the program, which say the same once more; by those that officers added it is.
pub(super) fn list_of<'l, 'v>(
    lists: &'l WarningLists,
    path: &str,
    value: &str,
    accepted: bool,
    normal: impl FnOnce() -> Cow<'v, str>,
) -> Option<&'l str> {
    let find = |value: &str| if accepted { lists.find_added(path, value) } else { lists.find(path, value) };
    find(value).or_else(|| {
        let normal = normal();
        if *normal == *value { None } else { find(&normal) }
    })
}

/// Rows that wait to be judged together.
#[derive(Default)]
pub(super) struct Waiting {
    rows: Vec<IndicatorRow>,
    bytes: usize,
}

impl Waiting {
    /// Adds one; tells whether there are enough.
    pub(super) fn add(&mut self, row: IndicatorRow) -> bool {
        self.bytes += row.bytes.len();
        self.rows.push(row);
        self.rows.len() >= ROWS_MAX || self.bytes >= BYTES_MAX
    }

    /// Judges all, in their order, and waits for none any more.
    pub(super) fn judged(&mut self, lists: &WarningLists) -> Vec<(i64, Judged)> {
        let rows = std::mem::take(self).rows;
        let parts: Vec<&[IndicatorRow]> = rows.chunks(rows.len().div_ceil(side_by_side::threads()).max(1)).collect();
        let of_part = |part: &&[IndicatorRow]| -> Vec<(i64, Judged)> {
            part.iter().map(|row| (row.oid, judged(row, lists))).collect()
        };
        side_by_side::each(&parts, of_part).into_iter().flatten().collect()
    }
}
