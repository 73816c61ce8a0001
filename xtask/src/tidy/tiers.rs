//! Who may depend on whom: the tiers of ARCHITECTURE.md, and the one place of each heavy library.
//!
//! Edges that ship are checked; what only tests use may come from anywhere but a higher tier.

use super::Report;
use crate::repository::Repository;
use serde_json::Value;

/// Third-party libraries that core may use: pure, without clock, file, thread or socket.
const CORE_LIBRARIES: [&str; 34] = [
    "aho-corasick",
    "any_ascii",
    "daachorse",
    "encoding_rs",
    "flate2",
    "hashbrown",
    "idna",
    "pinyin",
    "argon2",
    "base64",
    "bip39",
    "chacha20",
    "chacha20poly1305",
    "ciborium",
    "ed25519-dalek",
    "hex",
    "hpke",
    "icu_properties",
    "memchr",
    "p256",
    "rand_core",
    "regex-automata",
    "regex-syntax",
    "serde",
    "serde_json",
    "serde_json_canonicalizer",
    "sha2",
    "subtle",
    "thiserror",
    "unicode-normalization",
    "siphasher",
    "unicode-security",
    "uuid",
    "zeroize",
];

/// Libraries that have a home: used there and nowhere else, so that one crate decides how.
const HOMES: [(&str, &[&str]); 42] = [
    ("any_ascii", &["core/terms"]),
    ("daachorse", &["core/terms", "benches"]),
    ("encoding_rs", &["core/terms", "testing/leak"]),
    ("flate2", &["core/terms", "testing/leak"]),
    ("hashbrown", &["core/terms", "core/release"]),
    ("idna", &["core/normal", "core/terms", "testing/leak"]),
    ("pinyin", &["core/terms"]),
    ("argon2", &["core/crypto"]),
    ("chacha20poly1305", &["core/crypto"]),
    ("ed25519-dalek", &["core/crypto", "testing/kit"]),
    ("hpke", &["core/crypto"]),
    ("bip39", &["core/crypto"]),
    ("chacha20", &["core/crypto"]),
    ("rand_core", &["core/crypto"]),
    ("sha2", &["core/crypto", "core/stix", "shell/gate", "testing/kit"]),
    ("rusqlite", &["shell/store", "shell/gate", "benches"]),
    ("tokio", &["shell/edge", "shell/gate", "shell/web", "comity", "benches"]),
    ("tokio-rustls", &["shell/edge", "shell/gate", "shell/web", "comity"]),
    ("rustls", &["shell/edge", "shell/gate", "shell/web", "comity"]),
    ("rustls-pki-types", &["shell/gate", "shell/node", "shell/web", "comity"]),
    ("rustls-webpki", &["shell/gate", "shell/node", "shell/web", "comity"]),
    ("hyper", &["shell/edge", "shell/gate", "shell/web", "comity"]),
    ("hyper-util", &["shell/edge", "shell/gate", "shell/web", "comity"]),
    ("http-body-util", &["shell/edge", "shell/gate", "shell/web", "comity"]),
    ("axum", &["shell/web", "benches"]),
    ("askama", &["shell/web"]),
    ("tower", &["shell/web"]),
    ("utoipa", &["shell/web"]),
    ("qrcode", &["shell/web"]),
    ("regex-automata", &["core/pattern"]),
    ("icu_properties", &["core/text"]),
    ("p256", &["core/crypto", "testing/kit"]),
    ("ciborium", &["core/crypto", "testing/kit"]),
    ("rcgen", &["shell/node", "shell/gate"]),
    ("landlock", &["shell/gate"]),
    ("clap", &["comity"]),
    ("rpassword", &["comity"]),
    ("getrandom", &["comity", "testing/kit"]),
    ("tracing-subscriber", &["comity"]),
    ("proptest", &["testing/kit"]),
    ("tempfile", &["testing/kit", "benches"]),
    ("trybuild", &["testing/kit"]),
];

/// The tiers that a tier's shipped code may use.
fn may_use(tier: &str) -> &'static [&'static str] {
    match tier {
        "core" => &["core"],
        "shell" | "comity" => &["core", "shell"],
        "testing" | "benches" => &["core", "shell", "testing"],
        _ => &[],
    }
}

/// One dependency of one crate of the workspace, both named by their folders where they have one.
struct Edge<'a> {
    from: &'a str,
    name: &'a str,
    /// The folder of the crate depended on; `None` for a third-party library.
    to: Option<&'a str>,
    ships: bool,
}

fn tier_of(folder: &str) -> &str {
    folder.split('/').next().unwrap_or(folder)
}

fn refusal(edge: &Edge<'_>) -> Option<String> {
    let Edge { from, name, to, ships } = edge;
    let tier = tier_of(from);
    if let Some(to) = to {
        let target = tier_of(to);
        let tested = !ships && target == "testing" && tier != "xtask";
        if !may_use(tier).contains(&target) && !tested {
            return Some(format!("{from} depends on {to}: {tier} may use {:?} only", may_use(tier)));
        }
        if *from == "shell/gate" && *ships && target != "core" && *to != "shell/edge" {
            return Some(format!("{from} depends on {to}: the gate must not know how the desk stores or decides"));
        }
        return None;
    }
    if !ships {
        return None;
    }
    if tier == "core" && !CORE_LIBRARIES.contains(name) {
        return Some(format!("{from} depends on {name}, which is not on the list of libraries that core may use"));
    }
    let home = HOMES.iter().find(|(library, _)| library == name).map(|(_, folders)| *folders)?;
    (!home.contains(from)).then(|| format!("{from} depends on {name}, which is used in {home:?} only"))
}

/// Checks every edge that `cargo metadata` reports.
pub fn check(metadata: &Value, report: &mut Report) {
    let root = metadata.get("workspace_root").and_then(Value::as_str).unwrap_or_default();
    let none = Vec::new();
    for package in packages(metadata) {
        let Some(from) = folder(package, root) else { continue };
        for dependency in package.get("dependencies").and_then(Value::as_array).unwrap_or(&none) {
            let Some(name) = dependency.get("name").and_then(Value::as_str) else { continue };
            let to = dependency.get("path").and_then(Value::as_str).and_then(|path| relative(path, root));
            let ships = dependency.get("kind").and_then(Value::as_str) != Some("dev");
            report.errors.extend(refusal(&Edge { from, name, to, ships }));
        }
    }
}

/// Checks that every crate takes the lints of the workspace, and that core's clippy settings contain the root's.
pub fn check_manifests(repository: &Repository, report: &mut Report) -> Result<(), String> {
    for path in repository.files().iter().filter(|path| path.ends_with("/Cargo.toml")) {
        if !repository.text(path)?.contains("[lints]\nworkspace = true") {
            report.errors.push(format!("{path} does not take the lints of the workspace ([lints] workspace = true)"));
        }
    }
    let core = repository.text("core/clippy.toml")?;
    for line in repository.text("clippy.toml")?.lines().filter(|line| line.starts_with("allow-")) {
        if !core.lines().any(|other| other == line) {
            report
                .errors
                .push(format!("core/clippy.toml lacks `{line}` of clippy.toml (clippy reads the nearest one only)"));
        }
    }
    Ok(())
}

/// Returns the packages of the workspace.
pub fn packages(metadata: &Value) -> impl Iterator<Item = &Value> {
    metadata.get("packages").and_then(Value::as_array).into_iter().flatten()
}

/// Returns the folder of a package, relative to the root of the workspace.
pub fn folder<'a>(package: &'a Value, root: &str) -> Option<&'a str> {
    relative(package.get("manifest_path")?.as_str()?.strip_suffix("/Cargo.toml")?, root)
}

fn relative<'a>(path: &'a str, root: &str) -> Option<&'a str> {
    path.strip_prefix(root)?.strip_prefix('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_edge(from: &str, name: &str, to: Option<&str>, ships: bool, allowed: bool) {
        let refused = refusal(&Edge { from, name, to, ships });
        assert_eq!(refused.is_none(), allowed, "{from} -> {name}: {refused:?}");
    }

    #[test]
    fn tiers() {
        for (from, to, ships, allowed) in [
            ("core/link", "core/release", true, true),
            ("core/link", "shell/store", true, false),
            ("core/link", "testing/kit", true, false),
            ("core/link", "testing/kit", false, true),
            ("core/link", "shell/store", false, false),
            ("shell/node", "shell/store", true, true),
            ("shell/node", "comity", true, false),
            ("shell/gate", "core/link", true, true),
            ("shell/gate", "shell/store", true, false),
            ("comity", "shell/node", true, true),
            ("comity", "testing/kit", true, false),
            ("comity", "testing/kit", false, true),
            ("testing/kit", "shell/node", true, true),
            ("benches", "testing/kit", true, true),
            ("xtask", "core/vocab", true, false),
        ] {
            check_edge(from, to, Some(to), ships, allowed);
        }
    }

    #[test]
    fn libraries() {
        for (from, name, ships, allowed) in [
            ("core/stix", "serde_json", true, true),
            ("core/stix", "sha2", true, true),
            ("core/stix", "hpke", true, false),
            ("core/stix", "tokio", true, false),
            ("core/stix", "proptest", false, true),
            ("core/stix", "proptest", true, false),
            ("core/crypto", "hpke", true, true),
            ("core/crypto", "getrandom", true, false),
            ("shell/store", "rusqlite", true, true),
            ("shell/node", "rusqlite", true, false),
            ("shell/node", "clap", true, false),
            ("shell/node", "toml", true, true),
            ("comity", "clap", true, true),
            ("comity", "ed25519-dalek", true, false),
        ] {
            check_edge(from, name, None, ships, allowed);
        }
    }

    #[test]
    fn metadata_becomes_edges() {
        let metadata = serde_json::json!({
            "workspace_root": "/r",
            "packages": [{
                "manifest_path": "/r/core/stix/Cargo.toml",
                "dependencies": [
                    {"name": "comity-vocab", "path": "/r/core/vocab", "kind": null},
                    {"name": "comity-store", "path": "/r/shell/store", "kind": null},
                    {"name": "tokio", "kind": null},
                    {"name": "tokio", "kind": "dev"},
                ],
            }],
        });
        let mut report = Report::default();
        check(&metadata, &mut report);
        assert_eq!(report.errors.len(), 2, "{:?}", report.errors);
    }
}
