//! One answer for a group of findings: of one rule, or of one class.
//!
//! Guarantees: what is signed names each finding with its reason, never a group; a group is what the kept answer of these exact bytes holds
//! of it, so that the same words mean the same findings when they are signed. Does not know: who may answer.

use crate::failure::Failure;
use crate::node::Node;
use comity_release::{Draft, Override};
use comity_vocab::{OfficerCode, Role};
use serde_json::Value;
use std::collections::BTreeMap;

fn text<'a>(finding: &'a Value, field: &str) -> &'a str {
    finding.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// The answers to single findings, of answers by finding, rule or class. What names a finding stands before what names a group of it.
fn single(given: &BTreeMap<String, String>, findings: &[Value], role: Role) -> BTreeMap<String, String> {
    let mut answers = BTreeMap::new();
    let mut groups = Vec::new();
    for (name, reason) in given {
        let of: Vec<&Value> = findings
            .iter()
            .filter(|it| text(it, "rule") == name || text(it, "class") == name)
            .filter(|it| text(it, "answered_by") == role.as_str())
            .collect();
        match of.is_empty() {
            // What is no group is a finding, or none of this draft: that is refused where it is compared.
            true => drop(answers.insert(name.clone(), reason.clone())),
            false => groups.push((of, reason)),
        }
    }
    // A rule says more than its class: its name is longer and comes behind it.
    for (findings, reason) in groups.into_iter().rev() {
        for finding in findings {
            answers.entry(text(finding, "finding").to_owned()).or_insert_with(|| reason.clone());
        }
    }
    answers
}

impl Node {
    /// The answers of an officer as they are signed: one for each finding.
    pub(super) fn overrides_of(
        &mut self,
        release: &str,
        draft: &Draft,
        given: &BTreeMap<String, String>,
        officer: &OfficerCode,
        role: Role,
    ) -> Result<Vec<Override>, Failure> {
        let kept = self.kept_answer(release, draft)?.map(|answered| answered.findings);
        let findings: Vec<Value> = kept.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        let answers = single(given, &findings, role).into_iter();
        Ok(answers.map(|(finding, reason)| Override { finding, officer: officer.clone(), role, reason }).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn one_answer_stands_for_each_finding_of_its_group() {
        let finding = |id: &str, rule: &str, by: &str| json!({ "finding": id, "rule": rule, "class": rule.split('/').next(), "answered_by": by });
        let findings = [
            finding("a1", "exact-time/text", "releasing_officer"),
            finding("a2", "exact-time/text", "releasing_officer"),
            finding("a3", "exact-time/base64", "releasing_officer"),
            finding("b1", "special-category/text", "data_protection_officer"),
        ];
        let answers = |given: &[(&str, &str)]| {
            let given = given.iter().map(|(name, why)| ((*name).to_owned(), (*why).to_owned())).collect();
            single(&given, &findings, Role::ReleasingOfficer).into_iter().collect::<Vec<_>>()
        };
        let pairs = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
            pairs.iter().map(|(id, why)| ((*id).to_owned(), (*why).to_owned())).collect()
        };
        assert_eq!(answers(&[("exact-time/text", "old")]), pairs(&[("a1", "old"), ("a2", "old")]));
        let most_exact = [("exact-time", "all"), ("exact-time/text", "rule"), ("a2", "one")];
        assert_eq!(answers(&most_exact), pairs(&[("a1", "rule"), ("a2", "one"), ("a3", "all")]));
        // Of another role's findings none is answered for; what is no group stays what it is.
        assert_eq!(answers(&[("special-category", "x")]), pairs(&[("special-category", "x")]));
    }
}
