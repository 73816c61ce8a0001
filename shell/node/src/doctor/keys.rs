//! End dates: of this node's keys and of the cards of partners. Public parts only; no passphrase.

use super::{Findings, Surroundings};
use crate::home::Home;
use crate::links::end_dates;
use comity_vocab::Timestamp;

const AREA: &str = "keys";
const DAY_S: i64 = 86_400;
/// Days before an end date from which there is a warning.
const WARN_DAYS: i64 = 30;

/// Reports one end date.
pub(super) fn ends(
    found: &mut Findings,
    area: &'static str,
    what: &str,
    not_after: Timestamp,
    now: Timestamp,
    todo: &str,
) {
    let days = (not_after.unix_seconds() - now.unix_seconds()).div_euclid(DAY_S);
    let day = not_after.to_string();
    let day = day.split('T').next().unwrap_or_default();
    if not_after <= now {
        found.fail(area, format!("{what} ended on {day}"), todo);
    } else if days < WARN_DAYS {
        found.warn(area, format!("{what} ends on {day}, in {days} days"), todo);
    } else {
        found.ok(area, format!("{what} holds until {day}, {days} days"));
    }
}

pub(super) fn look(found: &mut Findings, home: &Home, around: &Surroundings) {
    match end_dates(home) {
        Ok(dates) => {
            for (what, not_after) in dates {
                ends(
                    found,
                    AREA,
                    &format!("our {what}"),
                    not_after,
                    around.now,
                    "partners refuse it from then on: renew it in time",
                );
            }
        }
        Err(failure) => {
            found.fail(AREA, format!("the certificates cannot be read: {}", failure.message), "restore a backup")
        }
    }
    for file in ["unlock.json", "org.key", "node.key", "sealing.key", "tls.key", "vault.key"] {
        if !home.file("keys").join(file).is_file() {
            found.fail(AREA, format!("keys/{file} is missing"), "restore a backup; do not start the node without it");
        }
    }
}
