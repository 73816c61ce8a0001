//! The node's side of the tables of decisions: they are sealed once, compared when the home is opened, and added up every day.
//!
//! Guarantees: nothing is decided from a table that is not as this node left it: a home that does not fit is not opened, and a node that
//! finds it while it runs answers nothing but what says so. Does not know: how rows are added up (`comity_store`), who asks when.

use crate::configuration;
use crate::failure::Failure;
use crate::home::Home;
use crate::keys::HomeKeys;
use crate::node::{Node, audit};
use crate::request::Request;
use comity_ledger::TableKey;
use comity_store::desk::Desk;
use comity_store::{Fault, Holdings, Mode, StoreError, View};
use comity_vocab::Timestamp;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::sync::Arc;

/// The audit entry of the first sealing; a home that has it has sealed tables for ever.
const SEALED: &str = "home.sealed";
/// The audit entry of versions that were read again.
const REREAD: &str = "holdings.reread";
/// The setting that tells which tables the audit log says were sealed.
const NOTED: &str = "tables_sealed";
/// The setting that tells when the sums were last compared.
const COMPARED: &str = "tables_compared";
/// How often in a row the rows may not be readable.
const UNCOMPARED_MAX: u32 = 3;

/// When every row was last added up and fitted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Compared {
    /// When.
    pub at: Timestamp,
    /// How many rows.
    pub rows: u64,
}

/// Reads when the sums were last compared.
pub(crate) fn last_compared(desk: Desk<'_>) -> Result<Option<Compared>, Failure> {
    Ok(desk.setting(COMPARED)?.map(|text| serde_json::from_str(&text)).transpose()?)
}

/// Compares the counts of the tables of a home and takes the key. A home of a version that sealed nothing is sealed as it is; tables
/// that a later version added wait for [`note`], for the anchor must see them come.
pub(crate) fn unlock(holdings: &mut Holdings, key: Arc<TableKey>, guarded: bool) -> Result<(), Failure> {
    if !holdings.is_sealed()? {
        if guarded || crate::audited::ever_audited(holdings.view().desk(), SEALED)? {
            return Err(StoreError::from(Fault::Unsealed).into());
        }
        let tx = holdings.transaction()?;
        tx.seal_first(&key)?;
        tx.commit()?;
    }
    holdings.unlock(key)?;
    Ok(())
}

/// Compares every row of a backup's holdings with what was written of it; what an older version did not seal is sealed as it is.
pub(crate) fn of_backup(holdings: &mut Holdings, vault: &[u8; 32]) -> Result<(), Failure> {
    let key = Arc::new(TableKey::derive(vault));
    unlock(holdings, key.clone(), false)?;
    holdings.view().sums_fit(&key)?;
    let tx = holdings.transaction()?;
    tx.seal_rest()?;
    Ok(tx.commit()?)
}

/// Compares the counts of the tables without a key.
///
/// # Errors
/// [`Failure`] names the first table that does not fit.
pub(crate) fn counts_fit(view: View<'_>) -> Result<(), Failure> {
    let rest = view.counts_fit()?;
    let noted = view.desk().setting(NOTED)?.unwrap_or_default();
    match rest.into_iter().find(|table| noted.split(',').any(|noted| noted == *table)) {
        Some(table) => Err(StoreError::from(Fault::Gone { table: table.to_owned() }).into()),
        None => Ok(()),
    }
}

/// Adds up every row of every table of decisions, beside the node and on a snapshot of its own.
pub struct TableCheck {
    path: PathBuf,
    key: Arc<TableKey>,
}

impl TableCheck {
    /// Compares the sums and returns how many rows there were.
    ///
    /// # Errors
    /// [`Failure`] names the first table that does not fit; its code is `unfit` then.
    pub fn run(&self) -> Result<u64, Failure> {
        let holdings = Holdings::open(&self.path, Mode::ReadOnly)?;
        let view = holdings.view();
        Ok(view.on_one_snapshot(|| view.sums_fit(&self.key))?)
    }
}

impl Node {
    /// Returns what the daily comparison needs.
    ///
    /// # Errors
    /// [`Failure`] where the key cannot be unwrapped.
    pub fn table_check(&mut self) -> Result<TableCheck, Failure> {
        let path = self.home.file("holdings/holdings.db");
        Ok(TableCheck { path, key: self.keys()?.table_key() })
    }

    /// Takes note of a comparison. After one that found a table unfit, the node answers nothing but what says so.
    ///
    /// # Errors
    /// [`Failure`] where the note cannot be written.
    pub fn tables_compared(&mut self, now: Timestamp, outcome: Result<u64, Failure>) -> Result<(), Failure> {
        match outcome {
            Ok(rows) => {
                self.uncompared = 0;
                let tx = self.holdings.transaction()?;
                let compared = serde_json::to_string(&Compared { at: now, rows })?;
                tx.view().desk().set_setting(COMPARED, &compared)?;
                Ok(tx.commit()?)
            }
            Err(failure) if failure.code.as_deref() == Some(UNFIT) => {
                tracing::error!(error = %failure, "the tables of decisions do not fit: the node stops answering");
                self.unfit = Some(failure);
                Ok(())
            }
            // A disk that cannot be read is not evidence of a change. What cannot be read for long is not known to be well either.
            Err(failure) => {
                self.uncompared += 1;
                if self.uncompared >= UNCOMPARED_MAX {
                    tracing::error!(error = %failure, "the tables of decisions cannot be read: the node stops answering");
                    self.unfit = Some(failure.clone());
                    return Ok(());
                }
                Err(failure)
            }
        }
    }

    /// Tells why this node answers nothing, where it found that its tables do not fit.
    pub fn unfit(&self) -> Option<&Failure> {
        self.unfit.as_ref()
    }

    /// Refuses everything but what tells of the fault, once one was found.
    pub(crate) fn fit(&self, request: &Request) -> Result<(), Failure> {
        let tells = matches!(
            request,
            Request::Nonce | Request::Health | Request::Verify | Request::AuditShow { .. } | Request::AuditVerify
        );
        match &self.unfit {
            Some(failure) if !tells => Err(failure.clone()),
            _ => Ok(()),
        }
    }
}

/// The code of a failure that says: rows were removed, changed or put back by another program.
pub(crate) const UNFIT: &str = "unfit";

/// Opens the holdings of a home for writing, where they are as this node left them.
pub(crate) fn open(home: &Home, keys: &HomeKeys) -> Result<Holdings, Failure> {
    let mut holdings = Holdings::open(&home.file("holdings/holdings.db"), Mode::ReadWrite)?;
    unlock(&mut holdings, keys.table_key(), keys.guarded)?;
    // Before anything is decided from a row, told to a gate or shown.
    holdings.view().sums_fit(&keys.table_key())?;
    Ok(holdings)
}

/// Tidies the holdings, and notes in the audit log what was read again because this version reads it otherwise.
pub(crate) fn tidy(holdings: &mut Holdings, now: Timestamp) -> Result<(), Failure> {
    let Some(reread) = holdings.tidy()? else { return Ok(()) };
    let detail = format!(
        "versions {} read otherwise {} other version current {}",
        reread.versions, reread.changed, reread.moved
    );
    let tx = holdings.transaction()?;
    audit(tx.view().desk(), now, None, REREAD, "", &detail)?;
    tx.reread_told()?;
    Ok(tx.commit()?)
}

/// Seals what this version added, and notes, each with an audit entry, which tables were sealed since the last time and what the
/// configuration says now; returns what became different in the configuration. Comes once the anchor is kept in step: a sum that
/// changed with nothing in the audit chain would be taken for tampering ever after.
pub(crate) fn note(holdings: &mut Holdings, home: &Home, now: Timestamp) -> Result<Option<String>, Failure> {
    seal_rest(holdings, now)?;
    configuration::note(holdings, &home.configuration, now)
}

fn seal_rest(holdings: &mut Holdings, now: Timestamp) -> Result<(), Failure> {
    counts_fit(holdings.view())?;
    let tx = holdings.transaction()?;
    tx.seal_rest()?;
    let tables = tx.view().sealed_tables()?.join(",");
    let noted = tx.view().desk().setting(NOTED)?;
    if noted.as_deref() != Some(tables.as_str()) {
        let known: Vec<&str> = noted.as_deref().map(|noted| noted.split(',').collect()).unwrap_or_default();
        let added: Vec<&str> = tables.split(',').filter(|table| !known.contains(table)).collect();
        let desk = tx.view().desk();
        desk.set_setting(NOTED, &tables)?;
        audit(desk, now, None, SEALED, "", &added.join(","))?;
        tx.commit()?;
    }
    Ok(())
}
