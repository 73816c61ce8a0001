//! The anchor of a home: where its chains ended, kept beside the database and written after each commit that moved an end.
//!
//! Guarantees: the anchor is never ahead of the database and at most one commit behind it; before a second commit would leave it
//! further behind, that commit is refused. A database that does not fit its anchor is found when it is opened, and one that another
//! program changed while this one runs, at the next commit. Nothing of it leaves the home.
//!
//! Does not know: what follows from a fault; that is the quarantine's answer.

use crate::failure::Failure;
use crate::home::{Home, HomeError};
use crate::node::audit;
use comity_ledger::{
    ANCHOR_BYTES_MAX, AUDIT_LINE, Anchor, AnchorFault, AuditEntry, ChainEnd, GENESIS, Heads, Lines, REGISTRY_LINE,
};
use comity_store::desk::{Desk, DeskError};
use comity_store::{Holdings, View, Witness};
use comity_vocab::{Digest, Timestamp};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard};

/// The file in the home.
pub(crate) const FILE: &str = "anchor";
/// The line of what the vault must be: an older vault does not fit with the commitment of its time either.
const VAULT_LINE: &str = "vault";
/// The act of the audit chain that says which lines were anchored for the first time.
const ACT: &str = "home.anchored";
/// The line of the tables of decisions: how many rows they have together, and a digest over their counts and sums.
const TABLES_LINE: &str = "tables";
/// Audit entries read at a time.
const PAGE: usize = 10_000;

/// Why what is held could not be compared with the anchor, or does not fit it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AnchorError {
    /// It does not fit.
    #[error(transparent)]
    Fault(#[from] AnchorFault),
    /// The tables cannot be read.
    #[error("cannot read where the chains end")]
    Desk(#[from] DeskError),
    /// The file cannot be read or written.
    #[error("cannot keep the anchor")]
    File(#[from] HomeError),
}

impl From<AnchorError> for Failure {
    fn from(error: AnchorError) -> Self {
        match &error {
            AnchorError::Fault(fault) => does_not_fit(fault),
            AnchorError::Desk(_) | AnchorError::File(_) => Failure::from_error(&error),
        }
    }
}

/// Says that what is held is not what was anchored, and what to do.
pub(crate) fn does_not_fit(fault: &AnchorFault) -> Failure {
    let failure = Failure::no(format!("this home does not fit its anchor: {fault}"));
    if fault.leaves_chains_whole() {
        failure.hint("two officers look at it and go on: comity restore show, then comity restore release")
    } else {
        failure.hint("entries were cut off or changed: keep the home as evidence, and restore the newest backup")
    }
}

/// Returns where audit chain and registry end now.
pub(crate) fn heads(desk: Desk<'_>) -> Result<Heads, DeskError> {
    let audit = desk.audit_head()?.map_or(ChainEnd::EMPTY, |row| ChainEnd { count: row.seq + 1, head: row.chain });
    let registry = desk.registry_act_at(None)?.map_or(ChainEnd::EMPTY, |(seq, act)| ChainEnd::of_registry(seq, &act));
    Ok(Heads { audit, registry })
}

/// Returns every line that is anchored. A capability that keeps something beside the two chains adds its line here.
fn lines(desk: Desk<'_>) -> Result<Lines, DeskError> {
    let mut lines = heads(desk)?.lines();
    // A tag that says nothing, and no count: how often the vault is used is nobody's business.
    let vault = desk.vault_commitment()?.map_or(GENESIS, |commitment| {
        let pending = commitment.pending.map_or(vec![], |pending| pending.0.to_vec());
        comity_crypto::sha256(&[&commitment.settled.0, &pending])
    });
    lines.insert(VAULT_LINE.to_owned(), ChainEnd { count: 0, head: vault });
    if let Some((count, head)) = desk.tables_digest()? {
        lines.insert(TABLES_LINE.to_owned(), ChainEnd { count, head });
    }
    Ok(lines)
}

/// Returns a chain's digest after its first `count` things; none where it has fewer.
fn at(desk: Desk<'_>, line: &str, count: u64) -> Result<Option<Digest>, AnchorError> {
    let Some(last) = count.checked_sub(1) else { return Ok(Some(GENESIS)) };
    Ok(match line {
        AUDIT_LINE => desk.audit_chain_at(last)?,
        REGISTRY_LINE => desk.registry_act_at(Some(last))?.map(|(seq, act)| ChainEnd::of_registry(seq, &act).head),
        _ => None,
    })
}

/// Tells whether what is held goes on from earlier ends, such as those that stand in an officer's approval.
///
/// # Errors
/// [`AnchorError::Fault`] names the chain that does not.
pub(crate) fn goes_on_from(desk: Desk<'_>, earlier: &Heads) -> Result<(), AnchorError> {
    earlier.extended_by(&heads(desk)?, |line, count| at(desk, line, count))
}

/// Reads the anchor of a home; none where there is no such file.
pub(crate) fn read(home: &Home) -> Result<Option<Anchor>, AnchorError> {
    let Some(bytes) = home.read_at_most(FILE, ANCHOR_BYTES_MAX as u64 + 1)? else { return Ok(None) };
    Ok(Some(Anchor::parse(&bytes)?))
}

/// Reads what the anchor said before the database's last step.
fn before(desk: Desk<'_>) -> Result<Option<Lines>, AnchorError> {
    // What cannot be read vouches for nothing: the anchor must fit without it then.
    Ok(desk.anchor_before()?.and_then(|text| Anchor::parse(text.as_bytes()).ok()).map(|anchor| anchor.lines))
}

/// Compares the anchor of a home with its database, as it is when nobody writes to it.
pub(crate) fn compare(home: &Home, desk: Desk<'_>) -> Result<Option<(Anchor, comity_ledger::Fit)>, AnchorError> {
    let Some(anchor) = read(home)? else {
        let first = desk.anchor_before()?.is_none() && anchored_ever(desk)?.is_empty();
        return if first { Ok(None) } else { Err(AnchorFault::Absent.into()) };
    };
    let fit = anchor.compare(&lines(desk)?, before(desk)?.as_ref(), |line, count| at(desk, line, count))?;
    Ok(Some((anchor, fit)))
}

/// Reads which lines the audit chain says were ever anchored.
fn anchored_ever(desk: Desk<'_>) -> Result<BTreeSet<String>, DeskError> {
    let mut ever = BTreeSet::new();
    each_entry(desk, |entry| {
        if entry.act == ACT {
            ever.extend(entry.subject.split(',').map(str::to_owned));
        }
    })?;
    Ok(ever)
}

/// Compares the registry with what the audit chain says of it: each act of the one has its entry in the other.
pub(crate) fn registry_is_audited(desk: Desk<'_>) -> Result<(), AnchorError> {
    let mut audited = 0;
    each_entry(desk, |entry| audited += u64::from(crate::officers::is_act(&entry.act)))?;
    let held = heads(desk)?.registry.count;
    if held == audited { Ok(()) } else { Err(AnchorFault::RegistryUnaudited { held, audited }.into()) }
}

fn each_entry(desk: Desk<'_>, mut look: impl FnMut(&AuditEntry)) -> Result<(), DeskError> {
    let mut next = 0;
    loop {
        let rows = desk.audit_from(next, PAGE)?;
        let Some(last) = rows.last() else { return Ok(()) };
        next = last.seq.saturating_add(1);
        for row in &rows {
            // An entry that is none is found by whoever derives the chain.
            if let Ok(entry) = AuditEntry::parse(&row.bytes) {
                look(&entry);
            }
        }
    }
}

/// Writes the anchor of a home that was made from a backup: it names the backup, and nothing was anchored there before.
pub(crate) fn of_backup(home: &Home, desk: Desk<'_>, backup: Timestamp) -> Result<(), Failure> {
    let anchor = Anchor { restored: Some(backup), lines: lines(desk)? };
    Ok(home.write_file(FILE, anchor.text().as_bytes())?)
}

struct State {
    home: Home,
    /// What the file says.
    said: Anchor,
    /// What it must say once the transaction that is being committed is durable.
    next: Option<Lines>,
    /// What it must say and does not, for it could not be written after the last commit.
    unwritten: Option<Lines>,
    /// Whether the file is left as it is: it is what a fault was found with.
    held: bool,
}

impl State {
    fn write(&mut self, lines: Lines) -> Result<(), HomeError> {
        let anchor = Anchor { restored: self.said.restored, lines };
        self.home.write_file(FILE, anchor.text().as_bytes())?;
        self.said = anchor;
        Ok(())
    }
}

/// Keeps the anchor in step with the database.
#[derive(Clone)]
pub(crate) struct Keeper(Arc<Mutex<State>>);

impl Keeper {
    /// Compares the anchor of a home with its database, writes it where a crash left it behind, and for the first time where an
    /// older version made the home; from then on each commit keeps it in step. A fault is given back, and the file is left alone.
    ///
    /// # Errors
    /// [`Failure`] where database or file cannot be read or written.
    pub fn open(home: &Home, holdings: &mut Holdings, now: Timestamp) -> Result<(Self, Option<AnchorFault>), Failure> {
        let state = State { home: home.clone(), said: Anchor::default(), next: None, unwritten: None, held: true };
        let keeper = Self(Arc::new(Mutex::new(state)));
        let fault = match keeper.settle(holdings) {
            Ok(()) => None,
            Err(AnchorError::Fault(fault)) => Some(fault),
            Err(error) => return Err(error.into()),
        };
        holdings.witnessed_by(Box::new(keeper.clone()));
        if fault.is_none() {
            keeper.first_time(holdings, now)?;
        }
        Ok((keeper, fault))
    }

    fn settle(&self, holdings: &Holdings) -> Result<(), AnchorError> {
        let mut state = self.state();
        let desk = holdings.view().desk();
        let lines = lines(desk)?;
        if let Ok(Some(anchor)) = read(&state.home) {
            state.said = anchor;
        }
        match compare(&state.home, desk)? {
            Some((anchor, fit)) => {
                if fit.new_lines {
                    let ever = anchored_ever(desk)?;
                    if let Some(line) =
                        lines.keys().find(|name| !anchor.lines.contains_key(*name) && ever.contains(*name))
                    {
                        return Err(AnchorFault::LineGone { line: line.clone() }.into());
                    }
                }
                // New lines come with an audit entry of their own.
                let known = lines.into_iter().filter(|(name, _)| anchor.lines.contains_key(name)).collect();
                if fit.one_behind {
                    state.write(known)?;
                }
            }
            None => {
                registry_is_audited(desk)?;
                // Written before anything says that there was one, so that a crash leaves no home that seems to have lost it.
                state.write(lines)?;
            }
        }
        state.held = false;
        Ok(())
    }

    /// Enters in the audit chain which lines are anchored for the first time.
    fn first_time(&self, holdings: &mut Holdings, now: Timestamp) -> Result<(), Failure> {
        let tx = holdings.transaction()?;
        let desk = tx.view().desk();
        let step = before(desk)?;
        let lines = lines(desk)?;
        let fresh: Vec<&str> = lines
            .keys()
            .filter(|name| step.is_none() || !self.state().said.lines.contains_key(*name))
            .map(String::as_str)
            .collect();
        if fresh.is_empty() {
            return Ok(());
        }
        audit(desk, now, None, ACT, &fresh.join(","), "")?;
        Ok(tx.commit()?)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Takes what is held now as what is anchored, and keeps it in step from here on: officers looked at it.
    pub fn adopt(&self, desk: Desk<'_>) -> Result<(), Failure> {
        let lines = lines(desk)?;
        let mut state = self.state();
        state.write(lines)?;
        state.unwritten = None;
        state.held = false;
        Ok(())
    }

    /// Leaves the file as it is from here on.
    pub fn hold(&self) {
        self.state().held = true;
    }

    /// Compares the file, as it is on the disk now, with what is held.
    ///
    /// # Errors
    /// [`AnchorError`].
    pub fn check(&self, desk: Desk<'_>) -> Result<Anchor, AnchorError> {
        let state = self.state();
        match compare(&state.home, desk)? {
            Some((anchor, fit)) if fit.one_behind && state.unwritten.is_none() => {
                let (line, held) = (AUDIT_LINE, heads(desk)?.audit.count);
                let anchored = anchor.lines.get(line).map_or(0, |end| end.count);
                Err(AnchorFault::Behind { line: line.to_owned(), anchored, held }.into())
            }
            Some((anchor, _)) => Ok(anchor),
            None => Err(AnchorFault::Absent.into()),
        }
    }
}

impl Witness for Keeper {
    fn before(&mut self, view: View<'_>) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let mut state = self.state();
        state.next = None;
        if state.held {
            return Ok(());
        }
        if let Some(lines) = state.unwritten.clone() {
            state.write(lines)?;
            state.unwritten = None;
        }
        let desk = view.desk();
        let lines = lines(desk)?;
        if lines == state.said.lines {
            return Ok(());
        }
        // What this transaction wrote goes on from what this process committed last, or somebody else wrote in between.
        let (was, is) = (state.said.lines.clone(), heads(desk)?);
        if let (Some(audit), Some(registry)) = (was.get(AUDIT_LINE), was.get(REGISTRY_LINE)) {
            let was = Heads { audit: *audit, registry: *registry };
            was.extended_by(&is, |line, count| at(desk, line, count))?;
        }
        desk.set_anchor_before(&Anchor { restored: None, lines: was }.text())?;
        state.next = Some(lines);
        Ok(())
    }

    fn after(&mut self) {
        let mut state = self.state();
        let Some(lines) = state.next.take() else { return };
        if let Err(error) = state.write(lines.clone()) {
            // What was committed stays committed. Nothing more is, until the anchor says so.
            tracing::error!(reason = crate::failure::chain(&error), "the anchor could not be written");
            state.unwritten = Some(lines);
        }
    }
}
