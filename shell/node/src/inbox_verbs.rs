//! What an officer has read of the inbox.
//!
//! Guarantees: an officer's marks are that officer's; they say nothing to anybody else and are not in the audit log.

use crate::failure::Failure;
use crate::node::Node;
use comity_vocab::{OfficerCode, OrgCode, Timestamp};
use serde_json::{Value, json};

/// Rows marked at once.
const ROWS_MAX: usize = 1_000;
/// The longest name of a row: a code, an identifier and a version.
const KEY_BYTES_MAX: usize = 600;

/// Whether a text names a row of the inbox: `import <number>`, or link, object and version.
fn is_row(key: &str) -> bool {
    if key.len() > KEY_BYTES_MAX || key.chars().any(char::is_control) {
        return false;
    }
    match key.split_once(' ') {
        Some(("import", number)) => number.parse::<i64>().is_ok_and(|number| number > 0),
        Some((link, rest)) => link.parse::<OrgCode>().is_ok() && !rest.is_empty(),
        None => false,
    }
}

impl Node {
    pub(crate) fn inbox_mark(&mut self, officer: &OfficerCode, rows: &[String], read: bool) -> Result<Value, Failure> {
        if rows.len() > ROWS_MAX || !rows.iter().all(|row| is_row(row)) {
            return Err(Failure::usage(format!("not rows of the inbox, or more than {ROWS_MAX}")));
        }
        let tx = self.holdings.transaction()?;
        tx.mark_read(officer.as_str(), rows, read)?;
        tx.commit()?;
        Ok(json!({ "marked": rows.len() }))
    }

    pub(crate) fn inbox_mark_all(&mut self, now: Timestamp, officer: &OfficerCode) -> Result<Value, Failure> {
        let tx = self.holdings.transaction()?;
        tx.mark_all_read(officer.as_str(), now)?;
        tx.commit()?;
        Ok(json!({ "until": now }))
    }
}

#[cfg(test)]
mod tests {
    use super::is_row;

    #[test]
    fn rows() {
        for (key, good) in [
            ("import 4", true),
            ("import x", false),
            ("kps indicator--4e3f1b7e-2f8a-4b0e-9d57-0f7cf5d6b1a2 2026-01-01T00:00:00Z", true),
            ("KPS x y", false),
            ("kps", false),
            ("kps a\nb", false),
            ("", false),
        ] {
            assert_eq!(is_row(key), good, "{key:?}");
        }
    }
}
