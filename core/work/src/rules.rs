//! The registry of forms: one row for each, which everything else asks.
//!
//! Guarantees: every form has a row (tested), and a row is all there is to know of a form but its fields. A new form is a word in
//! `comity_vocab::Form`, a row here and its fields in [`crate::Body`]; docs/ADDING.md walks through it.

use comity_vocab::{Form, Role};

/// What holds for every document of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormRules {
    /// The form.
    pub form: Form,
    /// What it is for, for people: one sentence.
    pub about: &'static str,
    /// Who writes and signs it first: any of these roles.
    pub first: &'static [Role],
    /// The same in words, as it is said where another role signed.
    pub first_needed: &'static str,
    /// Who signs it second, another person: any of these roles.
    pub second: &'static [Role],
    /// The same in words.
    pub second_needed: &'static str,
    /// Whether others than the partner at the other end must be able to verify it: then it carries a proof by the node key.
    pub portable: bool,
    /// Whether it can be called back.
    pub recallable: bool,
    /// Whether it takes something away; one that cannot be read then blocks what it names.
    pub narrows: bool,
    /// The longest body, in bytes.
    pub bytes_max: usize,
}

const HELLO: FormRules = FormRules {
    form: Form::Hello,
    about: "a greeting: the smallest document, which shows both sides that documents pass between them",
    first: &[Role::Analyst, Role::DeskOfficer],
    first_needed: "the author as analyst or desk_officer",
    second: &[Role::ReleasingOfficer],
    second_needed: "the second person as releasing_officer",
    portable: true,
    recallable: true,
    narrows: false,
    bytes_max: 4 * 1024,
};

/// Every form.
pub const RULES: &[FormRules] = &[HELLO];

/// Returns the row of a form.
pub fn rules(form: Form) -> &'static FormRules {
    match form {
        Form::Hello => &HELLO,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_has_one_row_and_is_signed_by_two_roles_that_differ() {
        assert_eq!(RULES.len(), Form::ALL.len());
        for form in Form::ALL {
            let row = rules(*form);
            assert_eq!(row.form, *form);
            assert!(!row.first.is_empty() && !row.second.is_empty(), "{form}");
            assert!(row.first.iter().all(|role| !row.second.contains(role)), "{form}");
            for (roles, needed) in [(row.first, row.first_needed), (row.second, row.second_needed)] {
                assert!(roles.iter().all(|role| needed.contains(role.as_str())), "{form}: {needed}");
            }
            assert!(!row.about.is_empty() && row.bytes_max > 0, "{form}");
        }
    }
}
