//! The files of the repository: those that are committed, and those that would be.
//!
//! Guarantees: paths are relative to the root, with `/`, in sorted order; nothing that git ignores is among them.
//! Where there is no git (an unpacked archive) the folders are walked instead.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The repository on disk, listed once.
pub struct Repository {
    root: PathBuf,
    files: Vec<String>,
}

/// Returns the folder that holds the workspace.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new(".")).to_path_buf()
}

/// Returns the cargo that runs this program.
pub fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

impl Repository {
    /// Lists the files under `root`.
    pub fn open(root: &Path) -> Result<Self, String> {
        let mut files = match listed_by_git(root) {
            Some(files) => files,
            None => walked(root)?,
        };
        files.retain(|path| root.join(path).is_file());
        files.sort();
        files.dedup();
        Ok(Self { root: root.to_path_buf(), files })
    }

    /// Returns the root folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Returns every path.
    pub fn files(&self) -> &[String] {
        &self.files
    }

    /// Tells whether a file or folder of this name exists.
    pub fn exists(&self, path: &str) -> bool {
        self.root.join(path).exists()
    }

    /// Returns the bytes of a file.
    pub fn bytes(&self, path: &str) -> Result<Vec<u8>, String> {
        std::fs::read(self.root.join(path)).map_err(|cause| format!("cannot read {path}: {cause}"))
    }

    /// Returns the text of a file.
    pub fn text(&self, path: &str) -> Result<String, String> {
        String::from_utf8(self.bytes(path)?).map_err(|_| format!("{path} is not UTF-8"))
    }
}

fn listed_by_git(root: &Path) -> Option<Vec<String>> {
    let output = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output()
        .ok()?;
    let listing = String::from_utf8(output.stdout).ok()?;
    let files: Vec<String> = listing.split('\0').filter(|path| !path.is_empty()).map(str::to_owned).collect();
    (output.status.success() && !files.is_empty()).then_some(files)
}

fn walked(root: &Path) -> Result<Vec<String>, String> {
    let mut files = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let entries =
            std::fs::read_dir(&folder).map_err(|cause| format!("cannot list {}: {cause}", folder.display()))?;
        for entry in entries {
            let path = entry.map_err(|cause| format!("cannot list {}: {cause}", folder.display()))?.path();
            let name = path.file_name().unwrap_or_default();
            if path.is_symlink() || name == "target" || name == ".git" {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(relative) = path.strip_prefix(root) {
                files.push(relative.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_of_listing_find_this_file() {
        for files in [listed_by_git(&root()).unwrap_or_default(), walked(&root()).unwrap()] {
            // An archive without git has only the second way.
            assert!(files.is_empty() || files.iter().any(|path| path == "xtask/src/repository.rs"));
        }
        assert!(Repository::open(&root()).unwrap().files().iter().any(|path| path == "Cargo.toml"));
    }
}
