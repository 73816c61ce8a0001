//! What an import says of indicators that will not be looked for as they are.

use crate::output::{list, number, text};
use serde_json::Value;

/// The two kinds: the count, the list of the first, and the words.
const KINDS: [(&str, &str, &str); 2] = [
    ("unmatchable", "unmatchable_indicators", "can never match"),
    (
        "over_broad",
        "over_broad_indicators",
        "cover too much and are set aside; comity detect --accept looks for one all the same",
    ),
];

/// Adds the counts of one file to those of all.
pub fn add(total: &mut Value, report: &Value) {
    for (count, _, _) in KINDS {
        let sum = number(total, count) + number(report, count);
        if let Value::Object(total) = total {
            total.insert(count.into(), sum.into());
        }
    }
}

/// Lines for a terminal.
pub fn lines(report: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    for (count, named, words) in KINDS {
        let all = number(report, count);
        if all == 0 {
            continue;
        }
        lines.push(format!("  {all} {} {words}", if all == 1 { "indicator" } else { "indicators" }));
        let named = list(report, named);
        for one in named {
            lines.push(format!("    {}: {}", text(one, "indicator"), text(one, "reason")));
        }
        if all > named.len() as u64 {
            lines.push(format!("    and {} more; comity detect --status", all - named.len() as u64));
        }
    }
    lines
}
