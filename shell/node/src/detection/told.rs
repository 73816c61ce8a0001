//! What an import tells of the indicators that it brought: which can never match, and which cover too much.
//!
//! Guarantees: counts all of them, names the first of each kind; tells of versions that this import brought and of no others, for it may
//! have been brought by a program that must not read. Does not know: how files are read.

use super::standing::{Hindrance, standing};
use crate::failure::Failure;
use comity_store::{Followed, View};
use serde_json::{Map, Value, json};

/// How many of each kind are named.
const NAMED_MAX: usize = 20;

/// One kind.
#[derive(Default)]
struct Counted {
    count: u64,
    named: Vec<Value>,
}

impl Counted {
    fn add(&mut self, id: &str, code: &str, reason: &str) {
        self.count += 1;
        if self.named.len() < NAMED_MAX {
            self.named.push(json!({ "indicator": id, "code": code, "reason": reason }));
        }
    }
}

/// Adds to an answer what is to be told of the indicators whose current version came after a mark: `unmatchable`, `over_broad`, and the first of each
/// with their reasons.
pub(crate) fn tell(view: View<'_>, since: Followed, answer: &mut Map<String, Value>) -> Result<(), Failure> {
    let (mut unmatchable, mut over_broad) = (Counted::default(), Counted::default());
    view.each_new_indicator(since, &mut |row| {
        if row.revoked {
            return;
        }
        let one = standing(&row.bytes, row.accepted.as_ref());
        match one.hindrance {
            Some(Hindrance::Unmatchable(code, why)) => unmatchable.add(&one.id, code, &why),
            Some(Hindrance::Broad(broad)) => over_broad.add(&one.id, broad.kind.code(), &broad.to_string()),
            None => {}
        }
    })?;
    answer.insert("unmatchable".into(), unmatchable.count.into());
    answer.insert("over_broad".into(), over_broad.count.into());
    answer.insert("unmatchable_indicators".into(), unmatchable.named.into());
    answer.insert("over_broad_indicators".into(), over_broad.named.into());
    Ok(())
}
