//! Warning lists: values that are known to be harmless.

use crate::access::Asker;
use crate::failure::Failure;
use crate::node::{Node, audit};
use crate::reader::warning_list_facts;
use comity_detect::{BuiltIn, WarningList};
use comity_vocab::Timestamp;
use serde_json::{Value, json};

/// The most lists.
const LISTS_MAX: usize = 500;

impl Node {
    pub(crate) fn warning_list_add(&mut self, now: Timestamp, by: &Asker, text: &str) -> Result<Value, Failure> {
        let list = WarningList::parse(text.as_bytes()).map_err(|error| {
            Failure::no(format!("not a warning list: {error}")).hint("a list.json of MISP is expected")
        })?;
        let held = self.holdings.view().warning_lists()?;
        if held.len() >= LISTS_MAX && !held.iter().any(|row| row.name == list.name()) {
            return Err(Failure::no(format!("there are {LISTS_MAX} warning lists already")).hint("remove one first"));
        }
        let tx = self.holdings.transaction()?;
        tx.put_warning_list(list.name(), text.as_bytes(), by.officer(), now)?;
        let detail = format!("{} entries", list.len());
        audit(tx.view().desk(), now, by.officer(), "warning_list.add", list.name(), &detail)?;
        tx.commit()?;
        // Which indicators it concerns is found when they are read again.
        self.detection.forget();
        Ok(
            json!({ "name": list.name(), "version": list.version(), "kind": list.kind().to_string(), "entries": list.len() }),
        )
    }

    pub(crate) fn warning_list_remove(&mut self, now: Timestamp, by: &Asker, name: &str) -> Result<Value, Failure> {
        let tx = self.holdings.transaction()?;
        if !tx.remove_warning_list(name)? {
            if BuiltIn::find(name).is_some() {
                return Err(Failure::no("this list comes with the program")
                    .hint("switch it off: comity warning-list disable NAME"));
            }
            return Err(Failure::no("there is no warning list of this name")
                .code("unknown")
                .hint("comity warning-list list"));
        }
        audit(tx.view().desk(), now, by.officer(), "warning_list.remove", name, "")?;
        tx.commit()?;
        self.detection.forget();
        Ok(json!({ "name": name, "removed": true }))
    }

    /// Switches a list of the program on or off.
    pub(super) fn warning_list_switch(
        &mut self,
        now: Timestamp,
        by: &Asker,
        name: &str,
        on: bool,
    ) -> Result<Value, Failure> {
        if self.holdings.view().warning_lists()?.iter().any(|row| row.name == name) {
            return Err(Failure::no("the list of this name was added; it has no switch")
                .hint("take it away: comity warning-list remove NAME"));
        }
        if BuiltIn::find(name).is_none() {
            return Err(Failure::no("no list of this name comes with the program")
                .code("unknown")
                .hint("comity warning-list list"));
        }
        let tx = self.holdings.transaction()?;
        let changed = tx.switch_warning_list(name, on, by.officer(), now)?;
        if changed {
            let act = if on { "warning_list.enable" } else { "warning_list.disable" };
            audit(tx.view().desk(), now, by.officer(), act, name, "")?;
        }
        tx.commit()?;
        self.detection.forget();
        Ok(json!({ "name": name, "on": on, "changed": changed }))
    }

    pub(crate) fn warning_list_list(&self) -> Result<Value, Failure> {
        Ok(json!({ "lists": warning_list_facts(self.holdings.view())? }))
    }
}
