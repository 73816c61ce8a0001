//! The words of the originals of a draft that leave as they are: beside them the same words of ours are nothing new.
//!
//! Does not know: what else is held, what counts as a finding.

use crate::failure::Failure;
use comity_release::leak::{PrintKey, Printer, each_text};
use serde_json::{Map, Value};
use std::collections::HashSet;

/// Runs of words that leave as they are in the originals.
pub(crate) struct Leaving {
    printer: Printer,
    prints: Vec<u64>,
}

impl Leaving {
    pub fn new(key: PrintKey) -> Self {
        Self { printer: Printer::new(key), prints: Vec::new() }
    }

    /// Takes an object that leaves as it is.
    pub fn object(&mut self, bytes: &[u8]) {
        self.prints.extend(self.printer.object(bytes));
    }

    /// Takes the properties that stand in a copy as they stand in the original.
    pub fn same(&mut self, original: &Map<String, Value>, copy: &Map<String, Value>) -> Result<(), Failure> {
        for (_, value) in original.iter().filter(|(property, value)| copy.get(*property) == Some(*value)) {
            match value {
                Value::String(text) => self.printer.text(text, &mut self.prints),
                Value::Array(_) | Value::Object(_) => {
                    each_text(&serde_json::to_vec(value)?, &mut |text| self.printer.text(text, &mut self.prints));
                }
                Value::Null | Value::Bool(_) | Value::Number(_) => {}
            }
        }
        Ok(())
    }

    /// Gives the runs, and what they were made with, to make more.
    pub fn end(self) -> (HashSet<u64>, Printer) {
        (self.prints.into_iter().collect(), self.printer)
    }
}
