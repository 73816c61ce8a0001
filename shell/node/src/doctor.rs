//! The doctor: what is wrong with a home and the machine under it, and what to do about each.
//!
//! Guarantees: reads only, beside a running desk; what only the passphrase could tell is said to be not checked; every finding names a thing, a state and, where
//! the state is not `ok`, what to do. No content of intelligence and no name of a source is read.
//! Does not know: the clock and the kernel's interface (both are given), how findings are shown.

mod keys;
mod machine;
mod service;
mod stores;

use crate::home::{Home, HomeError, faults};
use comity_vocab::Timestamp;
use serde::Serialize;
use std::path::Path;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// As it should be.
    Ok,
    /// Works, and should be looked at.
    Warn,
    /// Must be put right.
    Fail,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Which part: `modes`, `clock`, `keys`, `disk`, `stores`, `hardening`, `officers`, `backup`, `links`.
    pub area: &'static str,
    /// What was found.
    pub what: String,
    /// How bad it is.
    pub state: State,
    /// What to do; none where nothing is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub todo: Option<String>,
}

/// What the doctor is told of the world.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings {
    /// The clock.
    pub now: Timestamp,
    /// The kernel's Landlock interface; none where it has none.
    pub landlock: Option<u32>,
    /// The process id of the running desk.
    pub desk: Option<u32>,
}

/// How the vault can be compared with what the home last worked with.
pub enum VaultWord<'a> {
    /// By the home's passphrase.
    Passphrase(&'a str),
    /// The running desk was asked: nothing, or why it refuses the vault.
    Desk(Result<(), String>),
    /// Not at all.
    Unknown,
}

/// How many parts with wrong modes are named.
const FAULTS_MAX: usize = 20;

pub(crate) struct Findings(Vec<Finding>);

impl Findings {
    pub(crate) fn ok(&mut self, area: &'static str, what: impl Into<String>) {
        self.0.push(Finding { area, what: what.into(), state: State::Ok, todo: None });
    }

    pub(crate) fn warn(&mut self, area: &'static str, what: impl Into<String>, todo: impl Into<String>) {
        self.0.push(Finding { area, what: what.into(), state: State::Warn, todo: Some(todo.into()) });
    }

    pub(crate) fn fail(&mut self, area: &'static str, what: impl Into<String>, todo: impl Into<String>) {
        self.0.push(Finding { area, what: what.into(), state: State::Fail, todo: Some(todo.into()) });
    }
}

/// Looks at a home and the machine; the findings stand in the order in which they are best put right.
///
/// # Errors
/// [`HomeError::NotAHome`] where there is nothing to look at, [`HomeError::Io`] where the folder cannot be read.
pub fn examine(path: &Path, around: &Surroundings, word: VaultWord<'_>) -> Result<Vec<Finding>, HomeError> {
    let mut found = Findings(Vec::new());
    if !path.join("comity.toml").exists() {
        return Err(HomeError::NotAHome { path: path.to_owned() });
    }
    let wide = faults(path, FAULTS_MAX)?;
    for fault in &wide {
        found.fail("modes", fault.to_string(), "put it right as said, and find out who made it so");
    }
    if wide.is_empty() {
        found.ok("modes", "folders 0700, files 0600, all of this user, no links");
    }
    machine::look(&mut found, path, around);
    service::look(&mut found, around);
    // Stores are only opened in a home whose modes hold: they refuse otherwise, once for each file.
    match Home::open(path) {
        Ok(home) => {
            keys::look(&mut found, &home, around);
            stores::look(&mut found, &home, around, word);
        }
        Err(HomeError::TooWide { .. } | HomeError::Unfit { .. }) => {
            found.warn("stores", "not looked at while modes are wrong", "correct the modes and run this again");
        }
        Err(error) => found.fail("stores", crate::failure::chain(&error), "correct comity.toml or restore a backup"),
    }
    Ok(found.0)
}
