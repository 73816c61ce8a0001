//! The fields of each form, closed.
//!
//! Guarantees: a body that was read has no field that its form does not have, no text over its limit, and no control character
//! but the end of a line; it is written with its fields in the order of the form. Does not know: which words are fit to leave, or which characters nobody sees (the leak check does).

use crate::rules::rules;
use comity_vocab::Form;
use serde::{Deserialize, Serialize};

/// The longest greeting, in characters.
pub const HELLO_CHARS_MAX: usize = 280;

/// A greeting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hello {
    /// What is said.
    pub text: String,
}

/// What stands in a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// A greeting.
    Hello(Hello),
}

/// Why bytes are not the body of a document of their form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyFault {
    /// Longer than the form allows.
    #[error("a document of the form {form} has at most {max} bytes, this one has {bytes}")]
    TooLong {
        /// The form.
        form: Form,
        /// Its length.
        bytes: usize,
        /// The limit of the form.
        max: usize,
    },
    /// Not the JSON of the form: a field is missing, unknown, given twice or of another kind.
    #[error("not a document of the form {form}: {reason}")]
    Malformed {
        /// The form.
        form: Form,
        /// What is wrong, with line and column; no content.
        reason: String,
    },
    /// A text is empty, too long or has characters that are not written text.
    #[error("{field} of {form} {reason}")]
    Text {
        /// The form.
        form: Form,
        /// The field.
        field: &'static str,
        /// Why it is not acceptable, with the limit.
        reason: String,
    },
}

impl Body {
    /// Returns the form it is of.
    pub fn form(&self) -> Form {
        match self {
            Self::Hello(_) => Form::Hello,
        }
    }

    /// Reads the body of a document.
    ///
    /// # Errors
    /// [`BodyFault`], the first thing found.
    pub fn parse(form: Form, bytes: &[u8]) -> Result<Self, BodyFault> {
        let max = rules(form).bytes_max;
        if bytes.len() > max {
            return Err(BodyFault::TooLong { form, bytes: bytes.len(), max });
        }
        let body = match form {
            Form::Hello => serde_json::from_slice(bytes).map(Self::Hello),
        };
        let body = body.map_err(|error| BodyFault::Malformed { form, reason: plain(&error) })?;
        body.check()?;
        Ok(body)
    }

    /// Returns the bytes that leave.
    ///
    /// # Errors
    /// [`BodyFault`] where a recipient would refuse them.
    pub fn to_bytes(&self) -> Result<Vec<u8>, BodyFault> {
        self.check()?;
        let form = self.form();
        let bytes = match self {
            Self::Hello(hello) => serde_json::to_vec(hello),
        };
        let bytes = bytes.map_err(|error| BodyFault::Malformed { form, reason: plain(&error) })?;
        let max = rules(form).bytes_max;
        if bytes.len() > max {
            return Err(BodyFault::TooLong { form, bytes: bytes.len(), max });
        }
        Ok(bytes)
    }

    fn check(&self) -> Result<(), BodyFault> {
        match self {
            Self::Hello(hello) => text(Form::Hello, "the text", &hello.text, HELLO_CHARS_MAX),
        }
    }
}

/// A free text: something is written in it, within its limit, with no control character but the end of a line.
fn text(form: Form, field: &'static str, value: &str, max: usize) -> Result<(), BodyFault> {
    let refuse = |reason: String| Err(BodyFault::Text { form, field, reason });
    let chars = value.chars().count();
    if value.trim().is_empty() {
        return refuse("is empty".to_owned());
    }
    if chars > max {
        return refuse(format!("has {chars} characters, at most {max} are allowed"));
    }
    if value.chars().any(|character| character.is_control() && character != '\n') {
        return refuse("has a control character".to_owned());
    }
    Ok(())
}

/// What the reader of JSON says, without the content that it may quote.
fn plain(error: &serde_json::Error) -> String {
    let what = match error.classify() {
        serde_json::error::Category::Data => "a field is missing, unknown, given twice or of another kind",
        _ => "not JSON",
    };
    format!("{what}, line {}, column {}", error.line(), error.column())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn hello(text: &str) -> Body {
        Body::Hello(Hello { text: text.to_owned() })
    }

    #[test]
    fn a_body_reads_back_as_it_was_written() {
        let written = hello("Good morning.\nThe way is open.").to_bytes().unwrap();
        assert_eq!(written, br#"{"text":"Good morning.\nThe way is open."}"#);
        assert_eq!(Body::parse(Form::Hello, &written), Ok(hello("Good morning.\nThe way is open.")));
    }

    #[test]
    fn what_the_form_does_not_have_is_refused() {
        let wrong = [
            "",
            "[]",
            "{}",
            "null",
            r#"{"text":1}"#,
            r#"{"text":"a","more":"b"}"#,
            r#"{"text":"a","text":"b"}"#,
            r#"{"text":"a"} x"#,
            r#"{"text":""}"#,
            r#"{"text":" \n "}"#,
            r#"{"text":"a\u0000"}"#,
            r#"{"text":"a\tb"}"#,
            r#"{"text":"\ud800"}"#,
            r#"{"text":null}"#,
            r#"{"Text":"a"}"#,
        ];
        for bytes in wrong {
            assert!(Body::parse(Form::Hello, bytes.as_bytes()).is_err(), "{bytes}");
        }
        assert!(matches!(Body::parse(Form::Hello, b"\xff"), Err(BodyFault::Malformed { .. })));
    }

    #[test]
    fn limits_hold_both_ways_and_are_named() {
        let longest = "x".repeat(HELLO_CHARS_MAX);
        assert!(hello(&longest).to_bytes().is_ok());
        let refused = hello(&format!("{longest}x")).to_bytes().unwrap_err();
        assert_eq!(refused.to_string(), "the text of hello/1 has 281 characters, at most 280 are allowed");
        let padded = [&b"{"[..], &vec![b' '; 4096], br#""text":"a"}"#].concat();
        let refused = Body::parse(Form::Hello, &padded).unwrap_err();
        assert_eq!(refused, BodyFault::TooLong { form: Form::Hello, bytes: padded.len(), max: 4096 });
        let whole = [&b"{"[..], &vec![b' '; 4096 - 12], br#""text":"a"}"#].concat();
        assert_eq!(
            (whole.len(), Body::parse(Form::Hello, &whole)),
            (4096, Ok(hello("a"))),
            "the limit itself is allowed"
        );
    }

    #[test]
    fn an_error_repeats_no_content() {
        let refused = |bytes: &[u8]| Body::parse(Form::Hello, bytes).unwrap_err().to_string();
        assert_eq!(
            refused(br#"{"Heron":"a"}"#),
            "not a document of the form hello/1: a field is missing, unknown, given twice or of another kind, line 1, column 8"
        );
        assert_eq!(refused(b"Heron"), "not a document of the form hello/1: not JSON, line 1, column 1");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_and_nothing_else_panics(text in ".{0,300}", bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            if let Ok(written) = hello(&text).to_bytes() {
                prop_assert_eq!(Body::parse(Form::Hello, &written), Ok(hello(&text)));
            }
            let _ = Body::parse(Form::Hello, &bytes);
        }
    }
}
