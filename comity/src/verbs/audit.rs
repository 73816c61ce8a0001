//! `comity audit` and `comity verify`.

use super::Session;
use crate::arguments::{AuditVerb, HomeArguments};
use crate::output::{Output, list, number, text};
use comity_node::{Failure, Request};

/// Shows or verifies the audit log.
pub fn run(verb: AuditVerb, output: &Output) -> Result<(), Failure> {
    match verb {
        AuditVerb::Show { home, from, limit } => {
            let shown = Session::open(&home.home)?.ask(&Request::AuditShow { from, limit })?;
            output.answer(&shown, |shown| {
                list(shown, "entries")
                    .iter()
                    .map(|entry| {
                        format!(
                            "{:>6}  {}  {:<16} {:<22} {} {}",
                            number(entry, "seq"),
                            text(entry, "at"),
                            text(entry, "officer"),
                            text(entry, "act"),
                            text(entry, "subject"),
                            text(entry, "detail")
                        )
                    })
                    .collect()
            })
        }
        AuditVerb::Verify { home } => {
            let verified = Session::open(&home.home)?.ask(&Request::AuditVerify)?;
            output.answer(&verified, |verified| {
                vec![format!("verified {} audit entries, head {}", number(verified, "entries"), text(verified, "head"))]
            })
        }
    }
}

/// Re-derives everything in a home.
pub fn verify(arguments: &HomeArguments, output: &Output) -> Result<(), Failure> {
    let mut session = Session::open(&arguments.home)?;
    session.unlock()?;
    let waiting = crate::progress::waiting("verifying");
    let verified = session.ask(&Request::Verify);
    drop(waiting);
    let verified = verified?;
    output.answer(&verified, |verified| {
        let mut lines = vec!["verified:".to_owned()];
        if let Some(counts) = verified.get("verified").and_then(serde_json::Value::as_object) {
            lines.extend(counts.iter().map(|(what, count)| format!("  {count:>9} {}", what.replace('_', " "))));
        }
        lines
    })
}
