//! Times that have an order.

use crate::examine::Examiner;
use crate::path::Path;
use crate::rule::{self, Rule};
use crate::value::time::parse;
use comity_stix::json::tree::Node;

/// Types (all where empty), the earlier, the later, whether they may be equal, the rule, and the clause.
type Order = (&'static [&'static str], &'static str, &'static str, bool, &'static Rule, &'static str);

const SEEN: &[&str] = &["campaign", "infrastructure", "intrusion-set", "malware", "sighting", "threat-actor"];

static ORDER: &[Order] = &[
    (&[], "created", "modified", true, &rule::MODIFIED, "§3.6"),
    (SEEN, "first_seen", "last_seen", true, &rule::TIME_ORDER, "§4.2.1, §4.8.1, §4.9.1, §4.11.1, §4.17.1, §5.2.1"),
    (&["observed-data"], "first_observed", "last_observed", true, &rule::TIME_ORDER, "§4.14.1"),
    (&["indicator"], "valid_from", "valid_until", false, &rule::VALID_UNTIL, "§4.7.1"),
    (&["relationship"], "start_time", "stop_time", false, &rule::STOP_TIME, "§5.1.1"),
    (&["network-traffic"], "start", "end", true, &rule::TIME_ORDER, "§6.12.1"),
];

/// Examines the order of all pairs that the object has.
pub(crate) fn examine(ex: &mut Examiner<'_>) {
    let object = ex.object;
    let time = |name| object.property(name).and_then(Node::text).and_then(parse);
    for (kinds, earlier, later, may_equal, rule, clause) in ORDER {
        if !(kinds.is_empty() || kinds.contains(&ex.kind)) {
            continue;
        }
        if let (Some(first), Some(last)) = (time(earlier), time(later))
            && (last < first || (!may_equal && last == first))
        {
            ex.found.detail(rule, clause, &Path::Root.name(later), format!("{later} against {earlier}"));
        }
    }
}
