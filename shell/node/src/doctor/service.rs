//! The running desk as the kernel sees it: service manager, privileges, core dumps, swap, confinement.
//!
//! Does not know: what the unit says; only what holds for the process counts.

use super::{Findings, Surroundings};

const AREA: &str = "hardening";

fn field<'a>(status: &'a str, name: &str) -> Option<&'a str> {
    status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim)
}

pub(super) fn look(found: &mut Findings, around: &Surroundings) {
    match around.landlock {
        Some(version) if version >= 4 => {
            found.ok(AREA, format!("Landlock {version}: the gate can be confined to its folder and ports"))
        }
        Some(version) => found.warn(
            AREA,
            format!("Landlock {version}: the gate's folder is confined, its ports are not"),
            "use Linux 6.7 or newer",
        ),
        None => found.fail(
            AREA,
            "this kernel has no Landlock: the gate runs unconfined",
            "use Linux 5.13 or newer with Landlock enabled",
        ),
    }
    let Some(pid) = around.desk else {
        found.warn(AREA, "no desk runs, so its process was not looked at", "run this again beside the running service");
        return;
    };
    let read = |file: &str| std::fs::read_to_string(format!("/proc/{pid}/{file}"));
    let Ok(status) = read("status") else {
        found.warn(AREA, "the desk's process cannot be looked at", "run this as the node's user");
        return;
    };
    privileges(found, &status);
    let limits = read("limits").unwrap_or_default();
    let dumps = limits.lines().find_map(|line| line.strip_prefix("Max core file size")).map(str::trim_start);
    match dumps {
        Some(limit) if limit.starts_with('0') => found.ok(AREA, "the desk leaves no core dump"),
        _ => found.warn(AREA, "the desk may leave a core dump, which holds keys", "LimitCORE=0 in the unit"),
    }
    let group = read("cgroup").unwrap_or_default();
    let group = group.lines().find_map(|line| line.strip_prefix("0::")).unwrap_or_default().to_owned();
    if group.split('/').any(|part| part.ends_with(".service") && !part.starts_with("user@")) {
        found.ok(AREA, "the desk runs under the service manager");
    } else {
        found.warn(
            AREA,
            "the desk does not run under systemd, so the unit's confinement does not hold",
            "use the shipped comity.service",
        );
    }
    swap(found, &status, &group);
}

fn privileges(found: &mut Findings, status: &str) {
    if field(status, "NoNewPrivs") == Some("1") {
        found.ok(AREA, "the desk can gain no privileges");
    } else {
        found.warn(
            AREA,
            "the desk could gain privileges through a set-user-id program",
            "NoNewPrivileges=yes in the unit",
        );
    }
    let capable = field(status, "CapEff").is_none_or(|bits| bits.chars().any(|digit| digit != '0'));
    let root = field(status, "Uid").is_some_and(|ids| ids.split_whitespace().any(|id| id == "0"));
    if root || capable {
        found.warn(
            AREA,
            "the desk runs as root or with capabilities",
            "run it as a user of its own: User=comity, CapabilityBoundingSet=",
        );
    } else {
        found.ok(AREA, "the desk runs without capabilities");
    }
    if field(status, "Seccomp") == Some("2") {
        found.ok(AREA, "system calls are filtered");
    } else {
        found.warn(AREA, "system calls are not filtered", "SystemCallFilter=@system-service in the unit");
    }
}

fn swap(found: &mut Findings, status: &str, group: &str) {
    let swapped = field(status, "VmSwap").is_some_and(|size| !size.starts_with("0 "));
    let limit = std::fs::read_to_string(format!("/sys/fs/cgroup{group}/memory.swap.max")).unwrap_or_default();
    let areas = std::fs::read_to_string("/proc/swaps").map_or(0, |text| text.lines().count().saturating_sub(1));
    if swapped {
        found.fail(
            AREA,
            "memory of the desk is in swap: keys may be on the disk",
            "turn swap off, or MemorySwapMax=0 in the unit; then change the keys",
        );
    } else if areas > 0 && limit.trim() != "0" {
        found.warn(
            AREA,
            "the machine has swap and the desk may be put there",
            "MemorySwapMax=0 in the unit, or swapoff",
        );
    } else {
        found.ok(AREA, "the desk is never swapped out");
    }
}
