//! What was found in one object or bundle.

use crate::path::Path;
use crate::rule::{Level, Rule};
use serde::Serialize;
use std::borrow::Cow;

/// One object is not described by more errors, or more warnings, than this.
pub const FINDINGS_MAX: usize = 100;

/// Something that does not agree with the standard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The object's identifier as written, or its place in the bundle where it has none; empty for a lone object without.
    pub object: String,
    /// Where in the object: a JSON pointer (RFC 6901); empty for the whole object.
    pub path: String,
    /// The rule's name, from [`crate::rule::RULES`].
    pub rule: &'static str,
    /// The clause of STIX 2.1, or of another document that is named.
    pub clause: &'static str,
    /// What was found and what is expected, without content.
    pub message: Cow<'static, str>,
}

/// Everything found in one object, bundle or line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Breaches of a MUST.
    pub errors: Vec<Finding>,
    /// Breaches of a SHOULD, and what else is worth knowing.
    pub warnings: Vec<Finding>,
}

impl Report {
    /// Says whether no MUST is broken.
    pub fn is_valid(&self) -> bool {
        self.errors.is_empty()
    }

    /// Takes over what another report found.
    pub fn append(&mut self, mut other: Report) {
        self.errors.append(&mut other.errors);
        self.warnings.append(&mut other.warnings);
    }
}

/// Collects what is found in one object.
#[derive(Debug)]
pub(crate) struct Found<'o> {
    object: &'o str,
    report: Report,
}

impl<'o> Found<'o> {
    pub fn new(object: &'o str) -> Self {
        Self { object, report: Report::default() }
    }

    /// Adds a finding with the rule's own clause and words.
    pub fn add(&mut self, rule: &'static Rule, path: &Path<'_>) {
        self.push(rule, rule.clause, path, Cow::Borrowed(rule.says));
    }

    /// Adds a finding with the clause of a row.
    pub fn at_clause(&mut self, rule: &'static Rule, clause: &'static str, path: &Path<'_>) {
        self.push(rule, clause, path, Cow::Borrowed(rule.says));
    }

    /// Adds a finding with more words.
    pub fn detail(&mut self, rule: &'static Rule, clause: &'static str, path: &Path<'_>, detail: impl AsRef<str>) {
        self.push(rule, clause, path, Cow::Owned(format!("{} ({})", rule.says, detail.as_ref())));
    }

    fn push(&mut self, rule: &'static Rule, clause: &'static str, path: &Path<'_>, message: Cow<'static, str>) {
        let list = match rule.level {
            Level::Must => &mut self.report.errors,
            Level::Should => &mut self.report.warnings,
        };
        let finding = |rule: &'static Rule, clause, path, message| Finding {
            object: self.object.to_owned(),
            path,
            rule: rule.name,
            clause,
            message,
        };
        match list.len() {
            full if full >= FINDINGS_MAX => {}
            full if full + 1 == FINDINGS_MAX => {
                let rule = &crate::rule::MORE_FINDINGS;
                list.push(finding(rule, rule.clause, String::new(), Cow::Borrowed(rule.says)));
            }
            _ => list.push(finding(rule, clause, path.pointer(), message)),
        }
    }

    /// Takes over what was found in an object that stands inside this one, at this path.
    pub fn adopt(&mut self, inner: Report, path: &Path<'_>) {
        let place = path.pointer();
        let object = self.object;
        let own = |mut finding: Finding| {
            finding.object = object.to_owned();
            finding.path.insert_str(0, &place);
            finding
        };
        let Report { errors, warnings } = &mut self.report;
        for (list, inner) in [(errors, inner.errors), (warnings, inner.warnings)] {
            let room = FINDINGS_MAX.saturating_sub(list.len());
            list.extend(inner.into_iter().take(room).map(own));
        }
    }

    pub fn into_report(self) -> Report {
        self.report
    }
}
