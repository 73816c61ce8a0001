//! The anchor of a home: where its chains ended, kept beside the database and written after each commit that moved an end.
//!
//! Guarantees: the anchor is never ahead of the database and at most one commit behind it; before a second commit would leave it
//! further behind, that commit is refused. A database that does not fit its anchor is found when it is opened, and one that another
//! program changed while this one runs, at the next commit. Nothing of it leaves the home.
//!
//! Does not know: what follows from a fault; that is the quarantine's answer.

use crate::advice::advice;
use crate::audited::each_entry;
use crate::failure::Failure;
use crate::home::{Home, HomeError};
use crate::node::audit;
use comity_ledger::{
    ANCHOR_BYTES_MAX, AUDIT_LINE, Anchor, AnchorFault, ChainEnd, GENESIS, Heads, Lines, REGISTRY_LINE, TableKey,
};
use comity_store::desk::{Desk, DeskError};
use comity_store::{Holdings, Trouble, View, Witness};
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
/// The setting that says which lines the audit chain says were anchored.
const NOTED: &str = "anchored_lines";

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

/// With what an anchor is compared: whether the home's own key must have sealed it.
#[derive(Clone, Copy)]
pub(crate) enum Seals<'k> {
    /// There is no key here; the doctor's look beside the desk.
    Unseen,
    /// Sealed where there is a seal: an older version, which sealed nothing, may have written it.
    Allowed(&'k TableKey),
    /// Sealed by this key.
    Needed(&'k TableKey),
}

impl Seals<'_> {
    fn accept(self, sealed: bool, fits: impl FnOnce(&TableKey) -> bool) -> bool {
        match self {
            Self::Unseen => true,
            Self::Allowed(key) => !sealed || fits(key),
            Self::Needed(key) => sealed && fits(key),
        }
    }
}

/// What stands between an anchor's text of the step before and the seal of the step.
const STEP: &str = "step ";

/// The text of a step: what the anchor said, and what only the key makes of that and of what it is to say.
fn step_text(key: &TableKey, was: &Lines, is: &Lines) -> String {
    let text = |lines: &Lines| Anchor { lines: lines.clone(), ..Anchor::default() }.text();
    let (was, is) = (text(was), text(is));
    format!("{was}{STEP}{}\n", key.step(&was, &is))
}

/// Reads what the anchor said before the database's last step, where that step led to what is held now.
fn before(desk: Desk<'_>, now: &Lines, seals: Seals<'_>) -> Result<Option<Lines>, AnchorError> {
    let Some(text) = desk.anchor_before()? else { return Ok(None) };
    let (was, step) = text
        .split_once(&format!("\n{STEP}"))
        .map_or((text.clone(), None), |(was, step)| (format!("{was}\n"), Some(step)));
    // What cannot be read vouches for nothing: the anchor must fit without it then.
    let Ok(anchor) = Anchor::parse(was.as_bytes()) else { return Ok(None) };
    let accepted = seals.accept(step.is_some(), |key| step_text(key, &anchor.lines, now) == text);
    Ok(accepted.then_some(anchor.lines))
}

/// Compares the anchor of a home with its database, as it is when nobody writes to it.
pub(crate) fn compare(
    home: &Home,
    desk: Desk<'_>,
    seals: Seals<'_>,
) -> Result<Option<(Anchor, comity_ledger::Fit)>, AnchorError> {
    let Some(anchor) = read(home)? else {
        let first = desk.anchor_before()?.is_none() && anchored_ever(desk)?.is_empty();
        return if first { Ok(None) } else { Err(AnchorFault::Absent.into()) };
    };
    if !seals.accept(anchor.seal.is_some(), |key| anchor.is_sealed_by(key)) {
        return Err(AnchorFault::Unreadable.into());
    }
    let now = lines(desk)?;
    let fit = anchor.compare(&now, before(desk, &now, seals)?.as_ref(), |line, count| at(desk, line, count))?;
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

/// Writes the anchor of a home that was made from a backup: it names the backup, and nothing was anchored there before.
pub(crate) fn of_backup(home: &Home, holdings: &Holdings, backup: Timestamp) -> Result<(), Failure> {
    let lines = lines(holdings.view().desk())?;
    let anchor = Anchor { restored: Some(backup), lines, seal: None }.sealed(&*key_of(holdings)?);
    Ok(home.write_file(FILE, anchor.text().as_bytes())?)
}

fn key_of(holdings: &Holdings) -> Result<Arc<TableKey>, Failure> {
    holdings
        .key()
        .ok_or_else(|| Failure::operational("the holdings are locked: the anchor is sealed by the home's key"))
}

struct State {
    home: Home,
    key: Arc<TableKey>,
    /// Whether an anchor that no key sealed is another's.
    guarded: bool,
    /// What this process last left in the database, as far as it knows.
    left: Lines,
    /// What a commit that was begun leaves there, if it came to its end.
    leaving: Option<Lines>,
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
    fn seals(&self) -> Seals<'_> {
        if self.guarded { Seals::Needed(&self.key) } else { Seals::Allowed(&self.key) }
    }

    fn write(&mut self, lines: Lines) -> Result<(), HomeError> {
        let anchor = Anchor { restored: self.said.restored, lines, seal: None }.sealed(&self.key);
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
    /// `guarded`: the key files say that there was an anchor, so that it cannot come for the first time.
    ///
    /// # Errors
    /// [`Failure`] where database or file cannot be read or written.
    pub fn open(
        home: &Home,
        holdings: &mut Holdings,
        guarded: bool,
        now: Timestamp,
    ) -> Result<(Self, Option<AnchorFault>), Failure> {
        let state = State {
            home: home.clone(),
            key: key_of(holdings)?,
            guarded,
            left: Lines::new(),
            leaving: None,
            said: Anchor::default(),
            next: None,
            unwritten: None,
            held: true,
        };
        let keeper = Self(Arc::new(Mutex::new(state)));
        let fault = match keeper.settle(holdings) {
            Ok(()) => None,
            Err(AnchorError::Fault(AnchorFault::LineUnknown { line })) => {
                let newer = format!("the anchor of this home has a line {line} that this version does not know");
                return Err(Failure::operational(newer).hint(advice(Trouble::Newer)));
            }
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
        state.left = lines.clone();
        if let Ok(Some(anchor)) = read(&state.home) {
            state.said = anchor;
        }
        match compare(&state.home, desk, state.seals())? {
            None if state.guarded => return Err(AnchorFault::Absent.into()),
            Some((anchor, _)) if state.guarded && !anchor.lines.contains_key(TABLES_LINE) => {
                return Err(AnchorFault::LineGone { line: TABLES_LINE.to_owned() }.into());
            }
            Some((anchor, fit)) => {
                if fit.new_lines {
                    let ever = anchored_ever(desk)?;
                    if let Some(line) =
                        lines.keys().find(|name| !anchor.lines.contains_key(*name) && ever.contains(*name))
                    {
                        return Err(AnchorFault::LineGone { line: line.clone() }.into());
                    }
                }
                // Written before anything says that a line was anchored, so that a crash leaves no home that seems to have lost it.
                if fit.one_behind || fit.new_lines || anchor.seal.is_none() {
                    state.write(lines)?;
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
        let lines = lines(desk)?;
        let names = lines.keys().map(String::as_str).collect::<Vec<_>>().join(",");
        let noted = desk.setting(NOTED)?;
        if noted.as_ref() == Some(&names) {
            return Ok(());
        }
        let ever = match noted {
            Some(noted) => noted.split(',').map(str::to_owned).collect(),
            None => anchored_ever(desk)?,
        };
        let fresh: Vec<&str> = lines.keys().filter(|name| !ever.contains(*name)).map(String::as_str).collect();
        desk.set_setting(NOTED, &names)?;
        if !fresh.is_empty() {
            audit(desk, now, None, ACT, &fresh.join(","), "")?;
        }
        Ok(tx.commit()?)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Takes what is held now as what is anchored, and keeps it in step from here on: officers looked at it.
    pub fn adopt(&self, desk: Desk<'_>) -> Result<(), Failure> {
        let lines = lines(desk)?;
        let mut state = self.state();
        (state.left, state.leaving) = (lines.clone(), None);
        state.write(lines)?;
        state.unwritten = None;
        state.held = false;
        Ok(())
    }

    /// Compares the file, as it is on the disk now, with what is held.
    ///
    /// # Errors
    /// [`AnchorError`].
    pub fn check(&self, desk: Desk<'_>) -> Result<Anchor, AnchorError> {
        let state = self.state();
        match compare(&state.home, desk, state.seals())? {
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
        // A second look before a commit comes only after the first commit: a batch of an import that is followed by another.
        if let Some(left) = state.leaving.replace(lines.clone()) {
            state.left = left;
        }
        if lines == state.said.lines {
            return Ok(());
        }
        // What this transaction wrote goes on from what this process committed last, or somebody else wrote in between.
        let (was, is) = (state.said.lines.clone(), heads(desk)?);
        if let (Some(audit), Some(registry)) = (was.get(AUDIT_LINE), was.get(REGISTRY_LINE)) {
            let was = Heads { audit: *audit, registry: *registry };
            was.extended_by(&is, |line, count| at(desk, line, count))?;
        }
        desk.set_anchor_before(&step_text(&state.key, &was, &lines))?;
        state.next = Some(lines);
        Ok(())
    }

    fn begun(&mut self, view: View<'_>) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let mut state = self.state();
        let is = lines(view.desk())?;
        let leaving = state.leaving.take();
        if state.held || is == state.left || Some(&is) == leaving.as_ref() {
            state.left = is;
            return Ok(());
        }
        // This process is the only one that writes: what it did not leave there was put there by another program.
        let left = leaving.as_ref().unwrap_or(&state.left);
        let differs = |(name, end): &(&String, &ChainEnd)| left.get(*name) != Some(*end);
        let line = is.iter().find(differs).map_or(TABLES_LINE, |(name, _)| name).to_owned();
        Err(AnchorFault::Differs { line }.into())
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

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "test")]
mod tests {
    use super::*;
    use crate::create::{NewHome, create_home};
    use crate::keys::HomeKeys;
    use comity_crypto::Entropy;

    #[test]
    fn a_batch_of_an_import_that_finds_no_room_is_not_taken_for_another_programs_work() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("home");
        let now = Timestamp::parse("2026-03-05T10:00:00Z").unwrap();
        let new = NewHome {
            name: "Harbour".into(),
            code: "vsis".parse().unwrap(),
            country: "XVM".parse().unwrap(),
            kind: "police_unit".into(),
            desk: None,
            gate: None,
            endpoints: vec![],
        };
        create_home(&path, new, "correct-horse", &mut Entropy::seeded([1; 32]), now).unwrap();
        let home = Home::open(&path).unwrap();
        let keys = HomeKeys::open(&home, "correct-horse").unwrap();
        let mut watched = crate::tables::open(&home, &keys).unwrap();
        let (mut keeper, fault) = Keeper::open(&home, &mut watched, keys.guarded, now).unwrap();
        assert_eq!(fault, None);
        // The same file through a connection without a witness, so that each call of the witness stands here.
        let mut holdings = crate::tables::open(&home, &keys).unwrap();
        keeper.begun(holdings.view()).unwrap();
        let mut batch = |value: &str, finds_room: bool| {
            let tx = holdings.transaction().unwrap();
            tx.view().desk().set_setting("batch", value).unwrap();
            keeper.before(tx.view()).unwrap();
            if finds_room {
                tx.commit().unwrap();
            }
        };
        batch("first", true);
        batch("second", true);
        batch("third", false);
        keeper.begun(holdings.view()).unwrap();
        // What nobody announced is another program's.
        let tx = holdings.transaction().unwrap();
        tx.view().desk().set_setting("batch", "another's").unwrap();
        tx.commit().unwrap();
        let error = keeper.begun(holdings.view()).unwrap_err();
        assert_eq!(error.to_string(), "tables: what is held is not what was anchored");
    }
}
