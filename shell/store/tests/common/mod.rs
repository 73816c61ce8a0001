//! What the tests of the store share: a home that goes away, objects made to order, the shared data.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    missing_docs,
    reason = "test"
)]

use comity_ledger::TableKey;
use comity_store::{Holdings, ImportError, ImportOptions, ImportReport, Mode, Origin, import_file};
use comity_vocab::{OfficerCode, SecurityLabel, Timestamp};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub struct Home {
    pub folder: tempfile::TempDir,
}

impl Home {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
        Self { folder }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn holdings(&self) -> Holdings {
        let path = self.path("holdings.db");
        let made = path.exists();
        let mut holdings = Holdings::open(&path, if made { Mode::ReadWrite } else { Mode::Create }).unwrap();
        match made {
            true => drop(holdings.unlock(table_key()).unwrap()),
            false => {
                let tx = holdings.transaction().unwrap();
                tx.seal_first(&table_key()).unwrap();
                tx.commit().unwrap();
                drop(holdings.unlock(table_key()).unwrap());
            }
        }
        holdings.tidy().unwrap();
        holdings
    }

    /// Every byte of every file whose name begins so: the database and what lies beside it.
    pub fn raw(&self, beginning: &str) -> Vec<u8> {
        let mut all = Vec::new();
        for entry in std::fs::read_dir(self.folder.path()).unwrap() {
            let entry = entry.unwrap();
            if entry.file_name().to_string_lossy().starts_with(beginning) {
                all.extend(std::fs::read(entry.path()).unwrap());
            }
        }
        all
    }
}

pub fn table_key() -> Arc<TableKey> {
    Arc::new(TableKey::derive(&[9; 32]))
}

pub fn time(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

pub fn now() -> Timestamp {
    time("2026-11-24T12:00:00Z")
}

pub fn officer(code: &str) -> OfficerCode {
    code.parse().unwrap()
}

pub fn label(text: &str) -> SecurityLabel {
    text.parse().unwrap()
}

pub fn options(origin: &str, label: Option<&str>) -> ImportOptions {
    ImportOptions {
        origin: origin.parse::<Origin>().unwrap(),
        label: label.map(|text| text.parse().unwrap()),
        officer: None,
        file_name: Some("test.json".into()),
    }
}

/// A malware object `n` with this `modified` day of January 2020 and these further members.
pub fn malware(n: u32, day: u32, members: &str) -> Vec<u8> {
    format!(
        r#"{{"type":"malware","spec_version":"2.1","id":"{}","created":"2020-01-01T00:00:00.000Z","modified":"2020-01-{day:02}T00:00:00.000Z","is_family":false,"name":"sample {n}"{members}}}"#,
        malware_id(n)
    )
    .into_bytes()
}

pub fn malware_id(n: u32) -> String {
    format!("malware--31b940d4-6f7f-459a-80ea-{n:012x}")
}

pub fn bundle(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = br#"{"type":"bundle","id":"bundle--0a3f2f4e-6a0f-4b52-8d5c-8f5d6e0f7a11","objects":["#.to_vec();
    bytes.extend(objects.join(&b",\n"[..]));
    bytes.extend(b"]}");
    bytes
}

pub fn import_path(holdings: &mut Holdings, path: &Path, options: &ImportOptions) -> Result<ImportReport, ImportError> {
    import_file(holdings, std::fs::File::open(path).unwrap(), options, &mut |_| true, now())
}

pub fn import_bytes(
    holdings: &mut Holdings,
    bytes: &[u8],
    options: &ImportOptions,
) -> Result<ImportReport, ImportError> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    import_path(holdings, file.path(), options)
}

pub fn import_objects(holdings: &mut Holdings, objects: &[Vec<u8>], options: &ImportOptions) -> ImportReport {
    import_bytes(holdings, &bundle(objects), options).unwrap()
}

pub fn index(holdings: &mut Holdings) {
    while holdings.index_pending(1000).unwrap() > 0 {}
}

/// The counts in the order accepted, new versions, unchanged, conflicts, defects, refused.
pub fn counts(report: ImportReport) -> [u64; 6] {
    [report.accepted, report.new_versions, report.unchanged, report.conflicts, report.defects, report.refused]
}

/// The folder of shared data, or `None` (said aloud) where it is absent.
pub fn shared(path: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("COMITY_TEST_DATA")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")), PathBuf::from);
    let path = folder.join(path);
    if path.exists() {
        Some(path)
    } else {
        eprintln!("absent: {}", path.display());
        None
    }
}

pub fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}
