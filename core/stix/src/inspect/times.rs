//! Timestamps: their form, and the order of those that belong together.

use super::Node;
use super::properties::standard_type;
use super::rules::{Found, pointer};
use comity_vocab::{Timestamp, time::TimestampError};

/// Timestamps of every standard type that has them.
const ANYWHERE: [&str; 11] = [
    "valid_from",
    "valid_until",
    "first_seen",
    "last_seen",
    "first_observed",
    "last_observed",
    "published",
    "submitted",
    "analysis_started",
    "analysis_ended",
    "object_modified",
];

/// Timestamps whose names mean something else in other types.
const OF_TYPE: &[(&str, &[&str])] = &[
    ("relationship", &["start_time", "stop_time"]),
    ("network-traffic", &["start", "end"]),
    ("file", &["ctime", "mtime", "atime"]),
    ("directory", &["ctime", "mtime", "atime"]),
    ("email-message", &["date"]),
    ("process", &["created_time"]),
    ("windows-registry-key", &["modified_time"]),
    ("x509-certificate", &["validity_not_before", "validity_not_after"]),
    (
        "user-account",
        &["account_created", "account_expires", "credential_last_changed", "account_first_login", "account_last_login"],
    ),
];

/// The earlier, the later, whether they may be equal, and the rule.
const ORDER: &[(&str, &str, bool, &str)] = &[
    ("created", "modified", true, "modified-before-created"),
    ("valid_from", "valid_until", false, "valid-until-not-after-valid-from"),
    ("first_seen", "last_seen", true, "last-before-first"),
    ("first_observed", "last_observed", true, "last-before-first"),
    ("start_time", "stop_time", true, "last-before-first"),
    ("start", "end", true, "last-before-first"),
    ("validity_not_before", "validity_not_after", true, "last-before-first"),
];

pub(super) fn examine(node: &Node<'_>, found: &mut Found) {
    let kind = node.property("type").and_then(Node::text).unwrap_or_default();
    let standard = standard_type(kind).is_some();
    let own = OF_TYPE.iter().find(|(of, _)| *of == kind).map_or(&[][..], |(_, names)| *names);
    let mut times: Vec<(&str, Timestamp)> = Vec::new();
    for (name, value) in node.properties() {
        let name = name.as_ref();
        let is_time =
            matches!(name, "created" | "modified") || own.contains(&name) || (standard && ANYWHERE.contains(&name));
        if !is_time {
            continue;
        }
        let path = || pointer("", name);
        let read = value.text().map(Timestamp::parse);
        if name == "modified" && !matches!(read, Some(Ok(_))) && value.text().and_then(Timestamp::meant).is_none() {
            found.add("version-unreadable", path());
        }
        match read {
            None => found.detail("timestamp-malformed", path(), "not a string"),
            Some(Err(TimestampError::Malformed)) => found.add("timestamp-malformed", path()),
            Some(Err(TimestampError::TooPrecise)) => found.detail("timestamp-malformed", path(), "more than 9 digits"),
            Some(Err(TimestampError::NoSuchTime)) => found.detail("timestamp-malformed", path(), "no such time"),
            Some(Ok(time)) => {
                if time.unix_seconds() < 0 {
                    found.add("time-before-1970", path());
                }
                times.push((name, time));
            }
        }
    }
    let time = |name| times.iter().find(|(of, _)| *of == name).map(|(_, time)| *time);
    for &(earlier, later, may_equal, rule) in ORDER {
        if let (Some(a), Some(b)) = (time(earlier), time(later))
            && (b < a || (!may_equal && a == b))
        {
            found.detail(rule, pointer("", later), &format!("{later} against {earlier}"));
        }
    }
}
