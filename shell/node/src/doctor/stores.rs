//! What the stores tell: whole or damaged, how large, how far the index is; officers, backups, links.

use super::{Findings, Surroundings, VaultWord, keys::ends};
use crate::advice::advice;
use crate::anchor::AnchorError;
use crate::home::Home;
use crate::keys::HomeKeys;
use comity_ledger::AuditEntry;
use comity_link::Card;
use comity_store::desk::{Desk, Direction, LinkActState};
use comity_store::{Health, Holdings, Mode, Trouble, Vault, View, vault_health};
use comity_vocab::{LinkStanding, Role, Timestamp};
use std::path::Path;

/// A write-ahead log above this many bytes means that a reader holds it up.
const WAL_BYTES_WARN: u64 = 256 << 20;
/// Days without a backup from which there is a warning, and a failure.
const BACKUP_WARN_DAYS: i64 = 2;
const BACKUP_FAIL_DAYS: i64 = 14;
const DAY_S: i64 = 86_400;
/// Days since the rows were last added up from which there is a warning.
const SUMS_WARN_DAYS: i64 = 2;

fn stores_whole(found: &mut Findings, name: &str, health: &Health) {
    let versions: Vec<String> = health.sections.iter().map(|(name, version)| format!("{name} {version}")).collect();
    if health.quick_check == "ok" {
        found.ok("stores", format!("{name} is whole; sections {}", versions.join(", ")));
    } else {
        found.fail("stores", format!("{name} is damaged"), advice(Trouble::Damaged));
    }
}

fn write_ahead(found: &mut Findings, file: &Path, name: &str) {
    let mut wal = file.to_owned().into_os_string();
    wal.push("-wal");
    let bytes = std::fs::metadata(&wal).map_or(0, |facts| facts.len());
    if bytes > WAL_BYTES_WARN {
        let todo = "a reader holds it up (an export, a backup): wait for it or stop it, then restart the node";
        found.warn("stores", format!("the write-ahead log of {name} has {} MiB", bytes >> 20), todo);
    }
}

/// The vault: there, with whole pages, and the one that the home last worked with. Only the last says that it is whole.
fn vault(found: &mut Findings, home: &Home, word: &VaultWord<'_>) {
    let file = home.file(crate::vault_guard::FILE);
    let right = "stop the node and put the right vault.db back, or comity restore";
    if let Err(error) = Vault::present(&file) {
        found.fail("stores", crate::failure::chain(&error), right);
        return;
    }
    let health = match vault_health(&file) {
        Ok(health) if health.quick_check == "ok" => health,
        Ok(_) => return found.fail("stores", "vault is damaged", advice(Trouble::Damaged)),
        Err(error) => {
            let what = format!("vault: {}", crate::failure::chain(&error));
            return found.fail("stores", what, advice(error.trouble()));
        }
    };
    let compared = match word {
        VaultWord::Passphrase(passphrase) => HomeKeys::open(home, passphrase)
            .map_err(crate::Failure::from)
            .and_then(|keys| crate::vault_guard::compare(home, &keys))
            .map_err(|failure| failure.message),
        VaultWord::Desk(said) => said.clone(),
        VaultWord::Unknown => {
            let what = "vault: its pages are whole; whether it is the right one was not checked: needs the passphrase";
            let todo = "run this beside the running desk or with COMITY_HOME_PASSPHRASE, or run comity verify";
            return found.warn("stores", what, todo);
        }
    };
    match compared {
        Ok(()) => stores_whole(found, "vault", &health),
        Err(message) => found.fail("stores", format!("vault: {message}"), right),
    }
}

/// Compares the bytes of all versions with their digests: a page that holds nothing but text has no structure that could be wrong.
fn bytes_whole(view: comity_store::View<'_>) -> Result<(), comity_store::StoreError> {
    let mut after = Some(0);
    while let Some(vid) = after {
        after = view.versions_whole(vid)?;
    }
    Ok(())
}

pub(super) fn look(found: &mut Findings, home: &Home, around: &Surroundings, word: VaultWord<'_>) {
    vault(found, home, &word);
    let vault = home.file(crate::vault_guard::FILE);
    write_ahead(found, &vault, "the vault");
    let path = home.file("holdings/holdings.db");
    write_ahead(found, &path, "the holdings");
    let holdings = match Holdings::open(&path, Mode::ReadOnly) {
        Ok(holdings) => holdings,
        Err(error) => {
            found.fail("stores", format!("holdings: {}", crate::failure::chain(&error)), advice(error.trouble()));
            return;
        }
    };
    match holdings.view().health() {
        Ok(health) => stores_whole(found, "holdings", &health),
        Err(error) => {
            found.fail("stores", format!("holdings: {}", crate::failure::chain(&error)), advice(error.trouble()));
        }
    }
    match bytes_whole(holdings.view()) {
        Ok(()) => found.ok("stores", "every version held has the digest that was kept of it"),
        Err(error) => {
            found.fail("stores", format!("holdings: {}", crate::failure::chain(&error)), advice(error.trouble()));
        }
    }
    match holdings.view().text_behind() {
        Ok(0) => found.ok("stores", "full text covers everything held"),
        Ok(behind) => found.warn(
            "stores",
            format!("full text is at most {behind} versions behind"),
            "start the node; it catches up by itself",
        ),
        Err(error) => found.fail("stores", crate::failure::chain(&error), "run comity verify"),
    }
    match crate::tables::counts_fit(holdings.view()) {
        Ok(()) => found.ok("stores", "every table of decisions has as many rows as were written"),
        Err(failure) => {
            found.fail("stores", failure.message, failure.hint.unwrap_or_else(|| advice(Trouble::Other).to_owned()))
        }
    }
    let desk = holdings.view().desk();
    let looked = anchor(found, home, desk, around.desk.is_some())
        .and_then(|()| clock(found, desk, around.now))
        .and_then(|()| sums(found, home, holdings.view(), &word, around.now))
        .and_then(|()| configuration(found, desk, home))
        .and_then(|()| officers(found, desk))
        .and_then(|()| backup(found, desk, around.now))
        .and_then(|()| links(found, desk, around.now));
    if let Err(failure) = looked {
        let todo = failure.hint.unwrap_or_else(|| "run comity verify".to_owned());
        found.fail("stores", failure.message, todo);
    }
}

/// How often the anchor is compared beside a desk that writes both.
const ANCHOR_LOOKS: usize = 5;

/// The chains end where the anchor says that they end.
fn anchor(found: &mut Findings, home: &Home, desk: Desk<'_>, beside_a_desk: bool) -> Result<(), crate::Failure> {
    // A running desk commits first and writes the anchor then: what does not fit in one look may fit in the next.
    for look in 1.. {
        match crate::anchor::compare(home, desk, crate::anchor::Seals::Unseen) {
            Ok(Some((anchor, _))) => {
                let ends: Vec<String> =
                    anchor.lines.iter().map(|(name, end)| format!("{name} {}", end.count)).collect();
                found.ok("anchor", format!("the chains end where they were anchored: {}", ends.join(", ")));
            }
            Ok(None) => found.warn("anchor", "nothing was anchored yet", "start the node once: it writes the anchor"),
            Err(AnchorError::Fault(_)) if beside_a_desk && look < ANCHOR_LOOKS => continue,
            Err(AnchorError::Fault(fault)) => {
                let failure = crate::anchor::does_not_fit(&fault);
                found.fail("anchor", failure.message, failure.hint.unwrap_or_default());
            }
            Err(error) => return Err(error.into()),
        }
        break;
    }
    Ok(())
}

/// Rows are added up with the key of the home: where the doctor has no passphrase, it says when the node last did.
fn sums(
    found: &mut Findings,
    home: &Home,
    view: View<'_>,
    word: &VaultWord<'_>,
    now: Timestamp,
) -> Result<(), crate::Failure> {
    if let VaultWord::Passphrase(passphrase) = word {
        match view.sums_fit(&HomeKeys::open(home, passphrase)?.table_key()) {
            Ok(rows) => found.ok("stores", format!("the tables of decisions have {rows} rows as written")),
            Err(error) => found.fail("stores", crate::failure::chain(&error), advice(error.trouble())),
        }
        return Ok(());
    }
    let desk = view.desk();
    let todo = "let comity serve run, which adds them up at its start and daily, or run comity verify";
    match crate::tables::last_compared(desk)? {
        None => found.warn("stores", "the rows of the tables of decisions were never added up", todo),
        Some(last) => {
            let days = (now.unix_seconds() - last.at.unix_seconds()).div_euclid(DAY_S);
            let what =
                format!("the tables of decisions were last added up on {}: {} rows as written", last.at, last.rows);
            if days >= SUMS_WARN_DAYS { found.warn("stores", what, todo) } else { found.ok("stores", what) }
        }
    }
    Ok(())
}

fn configuration(found: &mut Findings, desk: Desk<'_>, home: &Home) -> Result<(), crate::Failure> {
    match crate::configuration::changed(desk, &home.configuration)? {
        None => found.ok("stores", "what decides in comity.toml is what the node last ran with"),
        Some(changed) => found.warn(
            "stores",
            format!("comity.toml is not what the node last ran with: {changed}"),
            "find out who changed it; the next start notes it in the audit log",
        ),
    }
    Ok(())
}

/// The audit log's newest entry was written by this node's own clock.
fn clock(found: &mut Findings, desk: Desk<'_>, now: Timestamp) -> Result<(), crate::Failure> {
    let newest = desk.audit_head()?.and_then(|row| AuditEntry::parse(&row.bytes).ok());
    if let Some(newest) = newest.filter(|newest| newest.at > now) {
        let behind = newest.at.unix_seconds() - now.unix_seconds();
        let what = format!("the clock is {behind} s behind what this node did last (audit entry {})", newest.seq);
        found.fail("clock", what, "set the clock before anything is signed");
    } else {
        found.ok("clock", "not behind what this node did last");
    }
    Ok(())
}

fn officers(found: &mut Findings, desk: Desk<'_>) -> Result<(), crate::Failure> {
    let registry = crate::officers::replay(desk)?;
    let count = |role| registry.officers().filter(|officer| officer.active && officer.may(role)).count();
    let custodians = count(Role::Custodian);
    let add = "comity officer add … --roles custodian";
    match custodians {
        0 | 1 => {
            found.fail("officers", format!("{custodians} active custodians: nothing can be changed or approved"), add)
        }
        2 => found.warn("officers", "two active custodians: one lost key and no officer can be changed any more", add),
        _ => found.ok("officers", format!("{custodians} active custodians")),
    }
    for (role, todo) in [
        (Role::ReleasingOfficer, "nothing can be released"),
        (Role::SecurityOfficer, "nobody watches over keys and audit"),
    ] {
        if count(role) == 0 {
            let todo_line = format!("comity officer add … --roles {}: until then {todo}", role.as_str());
            found.warn("officers", format!("no active {}", role.as_str()), todo_line);
        }
    }
    Ok(())
}

fn backup(found: &mut Findings, desk: Desk<'_>, now: Timestamp) -> Result<(), crate::Failure> {
    if let Some(held) = crate::quarantine::load(desk)? {
        let why = format!("{}: in quarantine, nothing is sent", held.why());
        if held.may_be_ended() {
            found.warn("backup", why, "comity restore show, then comity restore release");
        } else {
            found.fail("backup", why, "keep the home as evidence, and restore the newest backup");
        }
    }
    if desk.setting("identity_saved")?.is_none() {
        found.warn(
            "backup",
            "the organisation key was never copied to the safe: without it a lost machine is a lost identity",
            "comity backup identity --home … --out FILE",
        );
    }
    let Some(last) = desk.setting("backup_last")? else {
        found.warn("backup", "no backup was ever made", "comity backup key, then comity backup create, daily");
        return Ok(());
    };
    let last: serde_json::Value = serde_json::from_str(&last)?;
    let at = last.get("created").and_then(serde_json::Value::as_str).unwrap_or_default();
    let days = Timestamp::parse(at).map_or(i64::MAX, |at| (now.unix_seconds() - at.unix_seconds()).div_euclid(DAY_S));
    let what = format!("the last backup was made {days} days ago, on {at}");
    if days >= BACKUP_FAIL_DAYS {
        found.fail("backup", what, "comity backup create, and find out why it stopped");
    } else if days >= BACKUP_WARN_DAYS {
        found.warn("backup", what, "comity backup create, daily");
    } else {
        found.ok("backup", what);
    }
    Ok(())
}

fn links(found: &mut Findings, desk: Desk<'_>, now: Timestamp) -> Result<(), crate::Failure> {
    for kept in crate::links::Kept::all(desk, None)? {
        let (code, act) = (&kept.row.partner, kept.act.kind());
        let linked = desk.link(code)?.is_some();
        match kept.row.state {
            LinkActState::Waiting => found.warn(
                "links",
                format!("{act} of {code} waits for a second officer"),
                format!("comity link list; to give it up: comity link drop {code}"),
            ),
            LinkActState::Agreed if !linked => found.warn(
                "links",
                format!("{code} is pending: its twelve words were not compared"),
                format!("call the partner; then two officers: comity link confirm {code}"),
            ),
            LinkActState::Agreed | LinkActState::Dropped => {}
        }
    }
    for link in desk.links()? {
        let code = &link.code;
        let compared = crate::links::confirmed(desk, &link)?;
        match &link.standing {
            LinkStanding::Active if !compared => found.warn(
                "links",
                format!("{code} is active(unconfirmed): nobody compared its twelve words"),
                format!("call the partner; then two officers: comity link confirm {code}"),
            ),
            LinkStanding::Active => found.ok("links", format!("{code} is active")),
            LinkStanding::Suspended(why) if why.is_evidence() => found.fail(
                "links",
                format!("{code} is suspended on evidence: {why}"),
                "talk to the partner by voice; run comity verify",
            ),
            LinkStanding::Suspended(why) => found.warn(
                "links",
                format!("{code} is {why}"),
                format!("two officers, when it may flow again: comity link suspend {code} --resume"),
            ),
        }
        match Timestamp::parse(&link.added).ok().and_then(|added| Card::open(&link.card, added).ok()) {
            Some(card) => {
                let dates = [card.node.not_after, card.sealing.not_after, card.tls.not_after];
                if let Some(not_after) = dates.into_iter().min() {
                    let todo = "ask the partner for a new card: comity link add CARD";
                    ends(found, "links", &format!("the card of {code}"), not_after, now, todo);
                }
            }
            None => found.fail(
                "links",
                format!("the stored card of {code} is damaged"),
                "comity verify; nothing of this link is sent or taken until it is restored",
            ),
        }
        let parked = desk.parked(code, Direction::In)?.len() + desk.parked(code, Direction::Out)?.len();
        if parked > 0 {
            found.warn("links", format!("{parked} entries of {code} are parked"), format!("comity link show {code}"));
        }
    }
    Ok(())
}
