//! The forms of documents that this version knows, by the names that stand on the wire.
//!
//! Guarantees: a form is a word of a closed list with the number of its edition; a form that gains a field is another form. Does not
//! know: what stands in a document of a form (`comity-work` does).

use crate::state::{UnknownWord, words};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

words! {
    /// A form of documents.
    Form, "form of a document", {
        /// A greeting: the smallest document, which shows partners that the way is open.
        Hello => "hello/1",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `request/2` stands beside `request/1`: a name without an edition could never be followed by another.
    #[test]
    fn every_form_has_a_name_and_an_edition() {
        for form in Form::ALL {
            let (name, edition) = form.as_str().split_once('/').unwrap();
            assert!(!name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{form}");
            assert!(edition.parse::<u32>().is_ok_and(|edition| edition > 0), "{form}");
            assert_eq!(form.as_str().parse(), Ok(*form));
        }
        assert!("hello/2".parse::<Form>().is_err() && "hello".parse::<Form>().is_err());
    }
}
