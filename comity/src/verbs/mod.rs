//! One file a verb family: reads flags, asks the node, shows the answer. No rule of the domain is decided here.

pub mod audit;
pub mod backup;
pub mod completions;
pub mod correlate;
pub mod detect;
pub mod doctor;
pub mod document;
pub mod holdings;
pub mod import;
pub mod init;
pub mod leak_check;
pub mod link;
pub mod man;
pub mod officer;
pub mod pattern;
pub mod recall;
pub mod release;
pub mod restore;
pub mod sighting;
pub mod token;
pub mod told;
pub mod validate;
pub mod vault;
pub mod warning_list;
pub mod write;

use crate::arguments::SelectionArguments;
use crate::control::Channel;
use crate::{output, passphrase};
use comity_node::{Call, Failure, LockedOfficerKey, OfficerKey, Request, Selection};
use serde_json::Value;
use std::path::Path;

/// A conversation with one node.
pub struct Session {
    channel: Channel,
}

impl Session {
    /// Reaches the node of a home.
    pub fn open(home: &Path) -> Result<Self, Failure> {
        Ok(Self { channel: Channel::open(home)? })
    }

    /// Asks for the passphrase now, rather than in the middle of long work.
    pub fn unlock(&mut self) -> Result<(), Failure> {
        self.channel.unlock()
    }

    /// Asks as the user of the machine account.
    pub fn ask(&mut self, request: &Request) -> Result<Value, Failure> {
        self.channel.call(&Call { request: serde_json::to_string(request)?, ..Call::default() })
    }

    /// Asks as [`Self::ask`], about an open file that is handed over.
    pub fn ask_with(&mut self, request: &Request, file: std::fs::File) -> Result<Value, Failure> {
        let call = Call { request: serde_json::to_string(request)?, ..Call::default() };
        self.channel.call_with(&call, Some(file))
    }

    /// Asks as an officer: the node gives a nonce, the officer's key signs it with the request.
    pub fn ask_as(&mut self, key: &OfficerKey, request: &Request) -> Result<Value, Failure> {
        let nonce = self.ask(&Request::Nonce)?;
        let request = serde_json::to_string(request)?;
        let proof = Some(key.prove(output::text(&nonce, "nonce"), &request)?);
        self.channel.call(&Call { request, proof, ..Call::default() })
    }
}

/// Opens an officer's key file with the officer's passphrase.
pub fn officer_key(path: &Path) -> Result<OfficerKey, Failure> {
    let locked = LockedOfficerKey::read(path)?;
    let passphrase = passphrase::officer(locked.officer())?;
    Ok(locked.unlock(&passphrase)?)
}

/// Reads which objects a verb is about.
pub fn selection(arguments: SelectionArguments, origins: Vec<String>) -> Result<Selection, Failure> {
    let mut objects: Vec<String> = arguments.objects;
    if let Some(path) = arguments.objects_from {
        let listed = std::fs::read_to_string(&path)
            .map_err(|error| Failure::usage(format!("cannot read {}: {error}", path.display())))?;
        objects.extend(listed.split_whitespace().map(str::to_owned));
    }
    objects.retain(|id| !id.is_empty());
    if objects.is_empty() && origins.is_empty() {
        return Err(Failure::usage("no objects given").hint("name ids with --objects or --objects-from"));
    }
    Ok(Selection { objects, origins })
}

/// Reads a text from a flag, a file, or standard input.
pub fn text(given: Option<String>, file: Option<&Path>, what: &str) -> Result<String, Failure> {
    let text = match (given, file) {
        (Some(text), _) => text,
        (None, Some(path)) => std::fs::read_to_string(path)
            .map_err(|error| Failure::usage(format!("cannot read {}: {error}", path.display())))?,
        (None, None) => std::io::read_to_string(std::io::stdin())
            .map_err(|error| Failure::usage(format!("cannot read {what} from standard input: {error}")))?,
    };
    if text.trim().is_empty() {
        return Err(Failure::usage(format!("no {what} given")));
    }
    Ok(text)
}
