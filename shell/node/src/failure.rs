//! How a verb fails: whose fault it is, what happened, what to do.
//!
//! Guarantees: a message names what, where and which limit, never content of intelligence. The program turns the kind into an
//! exit code in one exhaustive match.

use comity_store::Trouble;
use serde::{Deserialize, Serialize};

/// Whose fault, and so which exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// The answer is no: refused, invalid, leaking, not verified.
    No,
    /// The question was put wrongly.
    Usage,
    /// Disk, configuration or another process.
    Operational,
}

/// A verb's failure, ready to be shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// Whose fault.
    pub kind: FailureKind,
    /// One line, lower case, no full stop.
    pub message: String,
    /// What to do next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// A word for programs where they must tell this failure from others: `step_up_needed`, `sign_in_needed`, `forbidden`,
    /// `unknown` (what was named does not exist), `unfit` (rows were removed, changed or put back by another program), `damaged` (what is
    /// stored cannot be read as it was written).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// More, for `--json`: findings, counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<serde_json::Value>,
}

impl Failure {
    /// The answer is no.
    pub fn no(message: impl Into<String>) -> Self {
        Self { kind: FailureKind::No, message: message.into(), hint: None, code: None, detail: None }
    }

    /// The question was put wrongly.
    pub fn usage(message: impl Into<String>) -> Self {
        Self { kind: FailureKind::Usage, ..Self::no(message) }
    }

    /// Something outside the question is wrong.
    pub fn operational(message: impl Into<String>) -> Self {
        Self { kind: FailureKind::Operational, ..Self::no(message) }
    }

    /// Adds what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds the word by which programs tell it from others.
    #[must_use]
    pub fn code(mut self, code: &str) -> Self {
        self.code = Some(code.to_owned());
        self
    }

    /// Adds data for programs.
    #[must_use]
    pub fn with(mut self, detail: serde_json::Value) -> Self {
        self.detail = Some(detail);
        self
    }

    /// Makes an operational failure from an error and its causes.
    pub fn from_error(error: &dyn std::error::Error) -> Self {
        Self::operational(chain(error))
    }

    /// Says what to do about a kind of trouble, unless something was said already.
    #[must_use]
    pub(crate) fn in_trouble(self, trouble: Trouble) -> Self {
        let told = match trouble {
            Trouble::Other => self,
            _ if self.hint.is_some() => self,
            _ => self.hint(crate::advice::advice(trouble)),
        };
        if trouble == Trouble::Unfit { told.code(crate::tables::UNFIT) } else { told }
    }

    /// Makes a refusal from an error and its causes.
    pub fn refusal(error: &dyn std::error::Error) -> Self {
        Self::no(chain(error))
    }
}

/// Joins an error and its causes in one line.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}

macro_rules! operational {
    ($($error:ty),* $(,)?) => {
        $(impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Failure::from_error(&error)
            }
        })*
    };
}

operational!(serde_json::Error);

/// A store in trouble says what to do about its kind of trouble.
macro_rules! in_trouble {
    ($($error:ty),* $(,)?) => {
        $(impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Failure::from_error(&error).in_trouble(error.trouble())
            }
        })*
    };
}

in_trouble!(
    crate::home::HomeError,
    crate::keys::KeyError,
    comity_store::desk::DeskError,
    comity_store::StoreError,
    comity_store::OpenError,
);

impl From<crate::officer_key::OfficerKeyError> for Failure {
    fn from(error: crate::officer_key::OfficerKeyError) -> Self {
        use crate::officer_key::OfficerKeyError as E;
        match error {
            E::WrongPassphrase { .. } => Failure::refusal(&error),
            E::Unreadable { .. } | E::Malformed { .. } | E::TooShort { .. } | E::Exists { .. } => {
                Failure { kind: FailureKind::Usage, ..Failure::refusal(&error) }
            }
            E::Write(_) | E::Open(_) | E::Nonce => Failure::from_error(&error),
        }
    }
}
