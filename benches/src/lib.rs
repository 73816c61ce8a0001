//! Benchmarks: our figure, that of the limit and that of the peer side by side, taken in one run.
//!
//! Guarantees: medians of several runs with their spread; nothing here fails by time, for a slow machine is no fault. What
//! a user would wait for is measured on the real program or through the public API of its crates, on the disk that the
//! build lies on. Does not know: what is fast enough (goals are shown beside the figures, people judge).

pub mod correlate;
pub mod detect;
pub mod figure;
pub mod home;
pub mod import;
pub mod leak;
pub mod link;
pub mod machine;
pub mod memory;
pub mod node;
pub mod pattern;
pub mod peer;
pub mod plain;
pub mod process;
pub mod recall;
pub mod release;
pub mod report;
pub mod search;
pub mod start;
pub mod stock;
pub mod taxii;
pub mod validate;

use std::path::{Path, PathBuf};

/// What a benchmark gives, or why it could not run.
pub type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Where benchmarks work, and how often.
pub struct Setting {
    /// A folder of ours (0700) on the disk that is measured; removed at the end.
    pub folder: PathBuf,
    /// Runs of what is short.
    pub runs: usize,
    /// The folder of real data, where there is one.
    pub data: Option<PathBuf>,
    /// Where the peer's Python environment lies; kept between runs.
    pub peer_folder: PathBuf,
    /// Where homes that take long to make lie; kept between runs.
    pub keep: PathBuf,
}

impl Setting {
    /// Makes a folder with mode 0700 inside the working folder.
    ///
    /// # Errors
    /// From the disk.
    pub fn private_folder(&self, name: &str) -> Outcome<PathBuf> {
        let path = self.folder.join(name);
        make_private(&path)?;
        Ok(path)
    }
}

/// Makes a folder that only its owner may enter; what was there before goes.
///
/// # Errors
/// From the disk.
pub fn make_private(path: &Path) -> Outcome<()> {
    use std::os::unix::fs::DirBuilderExt;
    if path.exists() {
        std::fs::remove_dir_all(path)?;
    }
    std::fs::DirBuilder::new().mode(0o700).create(path)?;
    Ok(())
}
