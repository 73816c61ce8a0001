//! The machine: who can reach the home's parents, which filesystem it lies on, room, and whether the clock can be right.

use super::{Findings, Surroundings};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

/// Filesystems over a network, on which SQLite's locks cannot be trusted: NFS, SMB, SMB2, CIFS, 9P, Ceph, AFS, FUSE.
const NETWORK: [(u64, &str); 8] = [
    (0x6969, "NFS"),
    (0x517b, "SMB"),
    (0xfe53_4d42, "SMB2"),
    (0xff53_4d42, "CIFS"),
    (0x0102_1997, "9P"),
    (0x00c3_6400, "Ceph"),
    (0x5346_414f, "AFS"),
    (0x6573_5546, "FUSE"),
];
/// Free space below which there is a warning, and below which it is a failure, in bytes.
const FREE_WARN: u64 = 10 << 30;
const FREE_FAIL: u64 = 1 << 30;
/// The clock cannot be before this program was written (2026-01-01).
const YEAR_2026: i64 = 1_767_225_600;
/// How much older than the newest file the clock may be, in seconds.
const BEHIND_S: i64 = 60;

pub(super) fn look(found: &mut Findings, path: &Path, around: &Surroundings) {
    parents(found, path);
    filesystem(found, path);
    clock(found, path, around);
}

fn parents(found: &mut Findings, path: &Path) {
    let us = rustix::process::geteuid().as_raw();
    let Ok(real) = std::fs::canonicalize(path) else { return };
    let mut open = false;
    for parent in real.ancestors().skip(1) {
        let Ok(facts) = std::fs::metadata(parent) else { continue };
        let others_write = facts.mode() & 0o022 != 0 && facts.mode() & 0o1000 == 0;
        if others_write {
            open = true;
            let todo = format!("chmod go-w {}", parent.display());
            found.fail(
                "modes",
                format!("{} can be written by others: they can put another home here", parent.display()),
                todo,
            );
        } else if facts.uid() != us && facts.uid() != 0 {
            open = true;
            let todo = "let the folders above a home belong to root or to the node's user";
            found.warn("modes", format!("{} belongs to another user", parent.display()), todo);
        }
    }
    if !open {
        found.ok("modes", "nobody else can write in the folders above the home");
    }
}

fn filesystem(found: &mut Findings, path: &Path) {
    match rustix::fs::statfs(path) {
        Ok(facts) => {
            let kind = u64::try_from(facts.f_type).unwrap_or_default() & 0xffff_ffff;
            match NETWORK.iter().find(|(magic, _)| *magic == kind) {
                Some((_, name)) => found.warn(
                    "disk",
                    format!("the home lies on a network filesystem ({name}): its locks cannot be trusted"),
                    "move the home to a local, encrypted disk",
                ),
                None => found.ok("disk", "a local filesystem"),
            }
        }
        Err(error) => found.warn("disk", format!("the filesystem cannot be looked at: {error}"), "look at the disk"),
    }
    match rustix::fs::statvfs(path) {
        Ok(facts) => {
            let free = facts.f_bavail.saturating_mul(facts.f_frsize);
            let share = facts.f_bavail.saturating_mul(100).checked_div(facts.f_blocks).unwrap_or_default();
            let what = format!("{} MiB free ({share} %)", free >> 20);
            let todo = "make room: a full disk stops every import, receipt and recall";
            if free < FREE_FAIL {
                found.fail("disk", what, todo);
            } else if free < FREE_WARN && share < 10 {
                found.warn("disk", what, todo);
            } else {
                found.ok("disk", what);
            }
        }
        Err(error) => found.warn("disk", format!("free space cannot be told: {error}"), "look at the disk"),
    }
}

fn clock(found: &mut Findings, path: &Path, around: &Surroundings) {
    let now = around.now.unix_seconds();
    let todo =
        "set the clock (chrony or timedatectl); a wrong one makes keys, approvals and sessions end early or late";
    if now < YEAR_2026 {
        found.fail("clock", "the clock is before 2026", todo);
        return;
    }
    let files =
        ["holdings/holdings.db", "holdings/holdings.db-wal", "vault/vault.db", "vault/vault.db-wal", "comity.toml"];
    let newest =
        files.iter().filter_map(|file| std::fs::metadata(path.join(file)).ok()).map(|facts| facts.mtime()).max();
    match newest {
        Some(newest) if newest > now + BEHIND_S => {
            found.fail("clock", format!("the clock is {} s behind the newest file of the home", newest - now), todo);
        }
        _ => found.ok("clock", "not behind the files of the home"),
    }
}
