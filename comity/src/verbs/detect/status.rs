//! `comity detect --status`: what is looked for, and what is not and why.

use crate::output::{Output, list, number, text};
use crate::verbs::Session;
use comity_node::{Failure, Request};
use serde_json::Value;
use std::path::Path;

/// How many of each kind are named on a terminal.
const SHOWN: usize = 20;

/// Says what is looked for, and what is not and why.
pub(super) fn run(home: &Path, output: &Output) -> Result<(), Failure> {
    let status = Session::open(home)?.ask(&Request::DetectionStatus)?;
    output.answer(&status, |status| {
        let mut lines = vec![
            format!("{} indicators, {} looked for", number(status, "indicators"), number(status, "compiled")),
            format!(
                "{} observations since {}, {} answers not known",
                number(status, "observations"),
                text(status, "since"),
                number(status, "undetermined")
            ),
        ];
        for (field, why) in [
            ("revoked", "revoked: not looked for"),
            ("invalid", "with a pattern that cannot be used"),
            ("warning_listed", "on a warning list: looked for, what they match is set aside"),
        ] {
            if number(status, field) > 0 {
                lines.push(format!("{} {why}", number(status, field)));
            }
        }
        let others = status.get("not_stix").and_then(Value::as_object);
        for (language, count) in others.into_iter().flatten() {
            lines.push(format!("{count} with patterns of {language}: not looked for"));
        }
        lines.extend(not_looked_for(status, "unmatchable", "can never match"));
        lines.extend(not_looked_for(status, "over_broad", "cover too much and are set aside; comity detect --accept"));
        for accepted in list(status, "accepted") {
            let counts = accepted.get("counts").and_then(Value::as_bool).unwrap_or_default();
            lines.push(format!(
                "accepted by {} on {}: {}{}: {}",
                text(accepted, "officer"),
                text(accepted, "at"),
                text(accepted, "indicator"),
                if counts { "" } else { " (with another pattern than it has now)" },
                text(accepted, "reason")
            ));
        }
        lines
    })
}

/// Lines of those that are not looked for: how many by reason, and the first of them.
fn not_looked_for(status: &Value, name: &str, words: &str) -> Vec<String> {
    let by_reason = status.get(format!("{name}_by_reason")).and_then(Value::as_object);
    let counts: Vec<(String, u64)> = by_reason
        .into_iter()
        .flatten()
        .map(|(code, count)| (code.clone(), count.as_u64().unwrap_or_default()))
        .collect();
    let total: u64 = counts.iter().map(|(_, count)| count).sum();
    if total == 0 {
        return Vec::new();
    }
    let reasons: Vec<String> = counts.iter().map(|(code, count)| format!("{count} {code}")).collect();
    let mut lines = vec![format!("{total} {words} ({})", reasons.join(", "))];
    let rows = list(status, name);
    for one in rows.iter().take(SHOWN) {
        lines.push(format!("  {}: {}", text(one, "indicator"), text(one, "reason")));
    }
    if rows.len() > SHOWN {
        lines.push(format!("  and {} more; --json names up to 1,000", total - SHOWN as u64));
    }
    lines
}
