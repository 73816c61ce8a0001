//! What a run of the program left: exit code, standard output, standard error.

use serde_json::Value;
use std::process::Command;

/// A finished run.
pub struct Ran {
    /// The exit code; none where a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub out: Vec<u8>,
    /// Standard error.
    pub err: String,
    what: String,
}

impl Ran {
    /// Runs a command to its end.
    pub(crate) fn of(mut command: Command, arguments: &[&str]) -> Self {
        let output = command.output().expect("the program starts");
        Self {
            code: output.status.code(),
            out: output.stdout,
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
            what: arguments.join(" "),
        }
    }

    /// Returns the one JSON document on standard output.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.out)
            .unwrap_or_else(|error| panic!("{}: not one JSON document: {error}; {}", self.what, self.err))
    }

    /// Returns the answer of a verb that must succeed.
    pub fn done(&self) -> Value {
        assert_eq!(self.code, Some(0), "{}: {}", self.what, self.err);
        self.json()
    }

    /// Checks that a verb was refused with this exit code and these words in its message, and returns the error.
    pub fn refused(&self, code: i32, words: &str) -> Value {
        assert_eq!(self.code, Some(code), "{}: {}", self.what, self.err);
        let error = self.json()["error"].clone();
        let message = error["message"].as_str().unwrap_or_default().to_owned();
        assert!(message.contains(words), "{}: {message:?} does not say {words:?}", self.what);
        error
    }
}
