//! What the package installs is there, and its units are as tight as the bar says.

use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

#[test]
fn every_file_of_the_package_is_there() {
    let manifest = std::fs::read_to_string(root().join("comity/Cargo.toml")).unwrap();
    let manifest: toml::Table = manifest.parse().unwrap();
    let deb = &manifest["package"]["metadata"]["deb"];
    let mut places = Vec::new();
    for asset in deb["assets"].as_array().unwrap() {
        let [from, to, mode] = [0, 1, 2].map(|at| asset[at].as_str().unwrap());
        // The program, its pages and completions are made when the package is.
        let made = from.starts_with("target/") || from.starts_with("../target/package/");
        assert!(made || root().join("comity").join(from).is_file(), "{from} is not there");
        assert!(u32::from_str_radix(mode, 8).unwrap() & 0o022 == 0, "{to} can be written by others");
        assert!(!places.contains(&(from, to)), "{to} twice");
        places.push((from, to));
    }
    for wanted in ["usr/bin/", "usr/lib/systemd/system/", "usr/share/man/man1/"] {
        assert!(places.iter().any(|(_, to)| *to == wanted), "nothing goes to {wanted}");
    }
    let scripts = root().join("comity").join(deb["maintainer-scripts"].as_str().unwrap());
    for script in ["postinst", "prerm", "postrm"] {
        let checked = Command::new("sh").arg("-n").arg(scripts.join(script)).status().unwrap();
        assert!(checked.success(), "{script}");
        let text = std::fs::read_to_string(scripts.join(script)).unwrap();
        // A package command must never take an organisation's holdings away.
        assert!(!text.contains("rm -") && !text.contains("userdel") && !text.contains("deluser"), "{script}");
    }
}

#[test]
fn the_units_hold_what_the_security_bar_asks_for() {
    let unit = |name: &str| std::fs::read_to_string(root().join("packaging/systemd").join(name)).unwrap();
    let service = unit("comity.service");
    for line in [
        "User=comity",
        "UMask=0077",
        "StateDirectoryMode=0700",
        "ProtectSystem=strict",
        "ProtectHome=yes",
        "PrivateTmp=yes",
        "PrivateDevices=yes",
        "ProtectProc=invisible",
        "ProcSubset=pid",
        "ProtectKernelTunables=yes",
        "ProtectKernelModules=yes",
        "ProtectKernelLogs=yes",
        "ProtectControlGroups=yes",
        "ProtectClock=yes",
        "ProtectHostname=yes",
        "NoNewPrivileges=yes",
        "CapabilityBoundingSet=",
        "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX",
        "RestrictNamespaces=yes",
        "RestrictSUIDSGID=yes",
        "RestrictRealtime=yes",
        "LockPersonality=yes",
        "MemoryDenyWriteExecute=yes",
        "SystemCallArchitectures=native",
        "SystemCallFilter=@system-service",
        "SystemCallFilter=~@privileged @resources",
        "LimitCORE=0",
        "MemorySwapMax=0",
        "LoadCredentialEncrypted=comity-home:/etc/comity/home.cred",
    ] {
        assert!(service.lines().any(|have| have == line), "comity.service lacks {line}");
    }
    for name in ["comity.service", "comity-backup.service"] {
        let path = root().join("packaging/systemd").join(name);
        let analysed = Command::new("systemd-analyze").args(["security", "--offline=true"]).arg(&path).output();
        let Some(output) = analysed.ok().filter(|output| output.status.success()) else {
            println!("systemd-analyze is not here: the exposure of {name} was not measured");
            continue;
        };
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let (_, level) = text.split_once(&format!("exposure level for {name}: ")).unwrap();
        let level: f64 = level.split(' ').next().unwrap().parse().unwrap();
        assert!(level <= 1.5, "{name}: exposure {level}");
    }
}
