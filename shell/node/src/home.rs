//! The folder of one node: its layout, its modes, its lock and its configuration.
//!
//! Guarantees: folders 0700 and files 0600, owned by the caller, no symbolic links; a home that is wider than that is
//! refused with the command that puts right it. At most one process writes to a home. Does not know: what the keys mean.

use crate::policy_section::PolicySection;
use comity_crypto::Zeroizing;
use comity_store::Trouble;
use rustix::fs::{FlockOperation, Mode, OFlags};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Why a home cannot be made or opened.
#[derive(Debug, thiserror::Error)]
pub enum HomeError {
    /// There is something at that place already.
    #[error("{path} exists and is not an empty folder; choose another --home or remove it")]
    Exists {
        /// The folder asked for.
        path: PathBuf,
    },
    /// There is no home there.
    #[error("{path} is not a node home (no comity.toml); make one with `comity init --home {path}`")]
    NotAHome {
        /// The folder asked for.
        path: PathBuf,
    },
    /// A file or folder may be read by others than its owner.
    #[error("{path} has mode {found:04o}, wider than {allowed:04o}; correct it with `chmod {allowed:o} {path}`")]
    TooWide {
        /// The file or folder.
        path: PathBuf,
        /// Its permission bits.
        found: u32,
        /// The widest bits allowed.
        allowed: u32,
    },
    /// A file or folder belongs to somebody else, or is not what it should be.
    #[error("{path} {problem}")]
    Unfit {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// Another process writes to this home.
    #[error("another process is using {path}; stop it, or start `comity serve` and let verbs go through it")]
    Locked {
        /// The home.
        path: PathBuf,
    },
    /// The configuration does not parse.
    #[error("comity.toml: {detail}")]
    Configuration {
        /// What the parser says.
        detail: String,
    },
    /// The disk or the system said no.
    #[error("cannot {doing} {path}")]
    Io {
        /// What was tried.
        doing: &'static str,
        /// On which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

impl HomeError {
    /// Says what kind of trouble this is.
    pub fn trouble(&self) -> Trouble {
        match self {
            Self::Io { source, .. } => Trouble::of_system(source),
            // These say themselves what to do.
            Self::Exists { .. }
            | Self::NotAHome { .. }
            | Self::TooWide { .. }
            | Self::Unfit { .. }
            | Self::Locked { .. }
            | Self::Configuration { .. } => Trouble::Other,
        }
    }
}

fn io(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> HomeError {
    let path = path.to_owned();
    move |source| HomeError::Io { doing, path, source }
}

/// `comity.toml`: who the organisation is and how the node behaves; never a secret.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Configuration {
    /// The organisation this node belongs to.
    pub organisation: OrganisationSection,
    /// The desk's own addresses.
    #[serde(default)]
    pub desk: DeskSection,
    /// The gate's addresses.
    #[serde(default)]
    pub gate: GateSection,
    /// Knobs of the release policy that may only make it stricter or choose a precision.
    #[serde(default)]
    pub policy: PolicySection,
    /// How detection weighs what matched.
    #[serde(default)]
    pub detection: DetectionSection,
}

/// The organisation, as it stands on its card.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrganisationSection {
    /// The legal name.
    pub name: String,
    /// The short code partners use.
    pub code: comity_vocab::OrgCode,
    /// ISO 3166-1 alpha-3.
    pub country: comity_vocab::CountryCode,
    /// Security service, police unit, FIU, … (domain.md §6.2).
    pub kind: String,
    /// The STIX identity that is the author of everything released.
    pub identity: comity_vocab::StixId,
}

/// Where the desk listens.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DeskSection {
    /// Address of the HTTP side; loopback, or any other with TLS.
    pub listen: String,
    /// The address under which officers' browsers reach the desk, such as `https://desk.example`: passkeys are made for its host.
    /// `http://localhost` with the listening port where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_url: Option<String>,
    /// PEM file of the desk's own certificate chain; needed wherever the desk does not listen on loopback.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_certificate: Option<PathBuf>,
    /// PEM file of the key to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_key: Option<PathBuf>,
}

impl Default for DeskSection {
    fn default() -> Self {
        Self { listen: "127.0.0.1:8440".into(), public_url: None, tls_certificate: None, tls_key: None }
    }
}

/// Where the gate listens and how partners reach it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GateSection {
    /// The address the gate binds.
    pub listen: String,
    /// What stands on the card; the listening address where empty.
    pub endpoints: Vec<String>,
    /// The address where partners' TAXII tools are answered; nowhere where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taxii_listen: Option<String>,
    /// PEM file of the certificate chain that those tools are shown; the gate's own certificate where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taxii_certificate: Option<PathBuf>,
    /// PEM file of the key to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taxii_key: Option<PathBuf>,
    /// Seconds between two requests on an idle link.
    pub heartbeat_seconds: u32,
}

impl Default for GateSection {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8441".into(),
            endpoints: Vec::new(),
            taxii_listen: None,
            taxii_certificate: None,
            taxii_key: None,
            heartbeat_seconds: 30,
        }
    }
}

/// Knobs of detection.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DetectionSection {
    /// Whether matches of indicators that lost their worth are set aside as decayed.
    pub decay: bool,
    /// How what our own sensors observed is to be handled at least, whatever the indicator's marking.
    pub label: comity_vocab::SecurityLabel,
}

impl Default for DetectionSection {
    fn default() -> Self {
        Self { decay: true, label: comity_vocab::SecurityLabel::tlp(comity_vocab::Tlp::AmberStrict) }
    }
}

/// Small files by their place in a home that is on no disk.
type Files = Arc<Mutex<BTreeMap<String, Vec<u8>>>>;

/// A node home that was checked.
#[derive(Clone, Debug)]
pub struct Home {
    path: PathBuf,
    /// What `comity.toml` says.
    pub configuration: Configuration,
    /// Small files of a home that is on no disk.
    memory: Option<Files>,
}

/// Held while a process writes to a home; released when dropped.
#[derive(Debug)]
pub struct HomeLock {
    file: File,
}

impl Drop for HomeLock {
    /// Gives it up in so many words: a process that is just being started has the file open as well, until it runs.
    fn drop(&mut self) {
        let _ = rustix::fs::flock(&self.file, FlockOperation::Unlock);
    }
}

const FOLDERS: [&str; 4] = ["keys", "vault", "holdings", "gate"];

impl Home {
    /// Makes an empty home with this configuration.
    ///
    /// # Errors
    /// [`HomeError::Exists`] where the folder holds something, [`HomeError::Io`] from the disk.
    pub fn create(path: &Path, configuration: Configuration) -> Result<Self, HomeError> {
        let occupied = match std::fs::read_dir(path) {
            Ok(mut entries) => entries.next().is_some(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => false,
            Err(error) => return Err(io("read", path)(error)),
        };
        if occupied {
            return Err(HomeError::Exists { path: path.to_owned() });
        }
        let mut builder = std::fs::DirBuilder::new();
        builder.mode(0o700).recursive(true).create(path).map_err(io("make", path))?;
        rustix::fs::chmod(path, Mode::from_raw_mode(0o700)).map_err(|e| io("set the mode of", path)(e.into()))?;
        for folder in FOLDERS {
            let folder = path.join(folder);
            std::fs::DirBuilder::new().mode(0o700).create(&folder).map_err(io("make", &folder))?;
        }
        let home = Self { path: path.to_owned(), configuration, memory: None };
        let text = toml::to_string_pretty(&home.configuration)
            .map_err(|error| HomeError::Configuration { detail: error.to_string() })?;
        home.write_file("comity.toml", text.as_bytes())?;
        home.write_file("home.lock", b"")?;
        Ok(home)
    }

    /// Opens a home: reads the configuration and checks every mode and owner below it.
    ///
    /// # Errors
    /// Any [`HomeError`] but `Exists`.
    pub fn open(path: &Path) -> Result<Self, HomeError> {
        // The gate runs in another working folder, so a relative path would not reach it.
        let path = &std::path::absolute(path).map_err(io("find", path))?;
        let toml = path.join("comity.toml");
        let text = match std::fs::read_to_string(&toml) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(HomeError::NotAHome { path: path.to_owned() });
            }
            Err(error) => return Err(io("read", &toml)(error)),
        };
        let configuration =
            toml::from_str(&text).map_err(|error| HomeError::Configuration { detail: error.message().to_owned() })?;
        crate::configuration::can_be_searched_for(&configuration)?;
        let home = Self { path: path.to_owned(), configuration, memory: None };
        home.check_modes()?;
        Ok(home)
    }

    /// Makes a home that is on no disk: it has small files only, and they go with it.
    pub(crate) fn in_memory(configuration: Configuration) -> Self {
        Self { path: PathBuf::from("a home in memory"), configuration, memory: Some(Arc::default()) }
    }

    /// Returns the folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the place of a file below the home.
    pub fn file(&self, relative: &str) -> PathBuf {
        self.path.join(relative)
    }

    /// Refuses a home of which any part can be read or written by others.
    ///
    /// # Errors
    /// [`HomeError::TooWide`] and [`HomeError::Unfit`] naming the first such part.
    pub fn check_modes(&self) -> Result<(), HomeError> {
        if self.memory.is_some() {
            return Ok(());
        }
        match faults(&self.path, 1)?.pop() {
            Some(fault) => Err(fault),
            None => Ok(()),
        }
    }

    /// Takes the lock of the one who writes.
    ///
    /// # Errors
    /// [`HomeError::Locked`] while another process holds it.
    pub fn lock(&self) -> Result<HomeLock, HomeError> {
        let path = self.file("home.lock");
        let fd = rustix::fs::open(
            &path,
            OFlags::RDWR | OFlags::CREATE | OFlags::CLOEXEC | OFlags::NOFOLLOW,
            Mode::from_raw_mode(0o600),
        )
        .map_err(|error| io("open", &path)(error.into()))?;
        match rustix::fs::flock(&fd, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(HomeLock { file: File::from(fd) }),
            Err(rustix::io::Errno::WOULDBLOCK) => Err(HomeError::Locked { path: self.path.clone() }),
            Err(error) => Err(io("lock", &path)(error.into())),
        }
    }

    /// Writes a new file durably: temporary file, sync, rename, sync of the folder.
    ///
    /// # Errors
    /// [`HomeError::Io`].
    pub fn write_file(&self, relative: &str, bytes: &[u8]) -> Result<(), HomeError> {
        if let Some(files) = &self.memory {
            files.lock().unwrap_or_else(PoisonError::into_inner).insert(relative.to_owned(), bytes.to_vec());
            return Ok(());
        }
        write_private(&self.file(relative), bytes)
    }

    /// Reads a small file whole.
    ///
    /// # Errors
    /// [`HomeError::Io`].
    pub fn read_file(&self, relative: &str) -> Result<Vec<u8>, HomeError> {
        let absent = || io("read", &self.file(relative))(std::io::ErrorKind::NotFound.into());
        self.read_at_most(relative, u64::MAX)?.ok_or_else(absent)
    }

    /// Reads the first `max` bytes of a file; none where there is no such file.
    ///
    /// # Errors
    /// [`HomeError::Io`].
    pub(crate) fn read_at_most(&self, relative: &str, max: u64) -> Result<Option<Vec<u8>>, HomeError> {
        use std::io::Read as _;
        if let Some(files) = &self.memory {
            return Ok(files.lock().unwrap_or_else(PoisonError::into_inner).get(relative).cloned());
        }
        let path = self.file(relative);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(io("read", &path)(error)),
        };
        let mut bytes = Vec::new();
        file.take(max).read_to_end(&mut bytes).map_err(io("read", &path))?;
        Ok(Some(bytes))
    }
}

/// Lists the parts of a home, at most `max`, that others can reach or that are not what they should be.
///
/// # Errors
/// [`HomeError::Io`] where a folder cannot be read.
pub(crate) fn faults(home: &Path, max: usize) -> Result<Vec<HomeError>, HomeError> {
    let owner = rustix::process::geteuid().as_raw();
    let mut found = Vec::new();
    let mut waiting = vec![home.to_owned()];
    while let Some(path) = waiting.pop() {
        if found.len() >= max {
            break;
        }
        let facts = match std::fs::symlink_metadata(&path) {
            Ok(facts) => facts,
            // A write-ahead log beside a running desk may vanish between listing and looking.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && path != home => continue,
            Err(error) => return Err(io("look at", &path)(error)),
        };
        let allowed = if facts.is_dir() { 0o700 } else { 0o600 };
        let mode = facts.mode() & 0o7777;
        if facts.is_symlink() {
            found.push(HomeError::Unfit { path, problem: "is a symbolic link; a home holds none" });
            continue;
        }
        if facts.uid() != owner {
            found.push(HomeError::Unfit { path, problem: "belongs to another user" });
            continue;
        }
        // The gate folder's inside is the gate's own business: the desk never opens what a hostile gate left there.
        if facts.is_dir() && !path.ends_with("gate") {
            for entry in std::fs::read_dir(&path).map_err(io("read", &path))? {
                waiting.push(entry.map_err(io("read", &path))?.path());
            }
        }
        if mode & !allowed != 0 {
            found.push(HomeError::TooWide { path, found: mode, allowed });
        }
    }
    Ok(found)
}

/// The widest mode of a file with a private key that belongs to a person.
pub(crate) const PRIVATE: u32 = 0o600;
/// The widest mode of a TLS key: a group of the machine may keep it, others may not see it.
pub const TLS_PRIVATE: u32 = 0o640;

/// The longest TLS key file, in bytes.
pub const TLS_KEY_BYTES_MAX: u64 = 64 * 1024;

/// Reads a file with a private key, which nobody else may reach; a symbolic link is followed.
///
/// # Errors
/// [`HomeError::TooWide`] with the command that closes it, [`HomeError::Unfit`] where it is no file, belongs to another person or is
/// longer than `max` bytes, [`HomeError::Io`].
pub fn read_private(path: &Path, allowed: u32, max: u64) -> Result<Zeroizing<Vec<u8>>, HomeError> {
    use std::io::Read as _;
    let file = File::open(path).map_err(io("read", path))?;
    // What is looked at and what is read is the same file.
    let facts = file.metadata().map_err(io("look at", path))?;
    let unfit = |problem| Err(HomeError::Unfit { path: path.to_owned(), problem });
    let found = facts.mode() & 0o7777;
    if !facts.is_file() {
        return unfit("is not a file");
    }
    if found & !allowed != 0 {
        return Err(HomeError::TooWide { path: path.to_owned(), found, allowed });
    }
    if facts.uid() != rustix::process::geteuid().as_raw() && facts.uid() != 0 {
        return unfit("belongs to another user");
    }
    if facts.len() > max {
        return unfit("is too long for a key file");
    }
    let mut bytes = Zeroizing::new(Vec::new());
    file.take(max).read_to_end(&mut bytes).map_err(io("read", path))?;
    Ok(bytes)
}

/// Writes a file with mode 0600 so that it is there whole or not at all.
///
/// # Errors
/// [`HomeError::Io`].
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<(), HomeError> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let temporary = path.with_file_name(name);
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .custom_flags(OFlags::NOFOLLOW.bits() as i32)
        .open(&temporary)
        .map_err(io("write", &temporary))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(io("write", &temporary))?;
    std::fs::rename(&temporary, path).map_err(io("rename", path))?;
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder).and_then(|f| f.sync_all()).map_err(io("sync", folder))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn configuration() -> Configuration {
        Configuration {
            organisation: OrganisationSection {
                name: "Valmora State Information Service".into(),
                code: "vsis".parse().unwrap(),
                country: "XVM".parse().unwrap(),
                kind: "security_service".into(),
                identity: "identity--31b940d4-6f7f-459a-80ea-9c1f17b58abc".parse().unwrap(),
            },
            desk: DeskSection::default(),
            gate: GateSection::default(),
            policy: PolicySection::default(),
            detection: DetectionSection::default(),
        }
    }

    #[test]
    fn a_wide_mode_is_refused_wherever_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("home");
        Home::create(&path, configuration()).unwrap();
        Home::open(&path).unwrap();
        for (part, mode) in [("comity.toml", 0o640), ("keys", 0o750), ("", 0o711)] {
            let part = path.join(part);
            let before = std::fs::metadata(&part).unwrap().permissions();
            std::fs::set_permissions(&part, std::fs::Permissions::from_mode(mode)).unwrap();
            assert!(matches!(Home::open(&path), Err(HomeError::TooWide { .. })), "{part:?}");
            std::fs::set_permissions(&part, before).unwrap();
        }
        std::os::unix::fs::symlink("/etc/passwd", path.join("keys/org.key")).unwrap();
        assert!(matches!(Home::open(&path), Err(HomeError::Unfit { .. })));
    }

    #[test]
    fn one_writer() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::create(&folder.path().join("home"), configuration()).unwrap();
        let held = home.lock().unwrap();
        assert!(matches!(home.lock(), Err(HomeError::Locked { .. })));
        drop(held);
        home.lock().unwrap();
    }

    #[test]
    fn an_occupied_folder_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("thesis.txt"), "mine").unwrap();
        assert!(matches!(Home::create(folder.path(), configuration()), Err(HomeError::Exists { .. })));
    }
}
