//! Standard input as a file that can be read twice.
//!
//! Guarantees: what comes is kept in the home, for its owner alone, in a file that has no name and is gone when it is closed. Does not
//! know: what it holds.

use comity_node::Failure;
use rustix::fs::{Mode, OFlags};
use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::path::Path;

/// The most that is taken from standard input, in bytes.
const BYTES_MAX: u64 = 64 << 30;

/// Copies standard input to its end.
///
/// # Errors
/// Usage, where nothing is given there or too much; operational, where it cannot be kept.
pub fn standard_input(home: &Path) -> Result<File, Failure> {
    if std::io::IsTerminal::is_terminal(&std::io::stdin()) {
        return Err(Failure::usage("nothing is given there").hint("give it a file: comity import - < FILE"));
    }
    let mut file = nameless(home).map_err(|error| cannot_keep(&error))?;
    copied(std::io::stdin().lock(), &mut file, BYTES_MAX)?;
    Ok(file)
}

/// Makes a file without a name in a folder.
fn nameless(folder: &Path) -> std::io::Result<File> {
    let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
    match rustix::fs::open(folder, flags, Mode::RUSR | Mode::WUSR) {
        Ok(fd) => Ok(File::from(fd)),
        // A file system without such files: one that loses its name at once.
        Err(rustix::io::Errno::OPNOTSUPP | rustix::io::Errno::ISDIR) => {
            let path = folder.join(format!(".spool-{}", std::process::id()));
            let flags = OFlags::CREATE | OFlags::EXCL | OFlags::RDWR | OFlags::CLOEXEC;
            let fd = rustix::fs::open(&path, flags, Mode::RUSR | Mode::WUSR)?;
            std::fs::remove_file(&path)?;
            Ok(File::from(fd))
        }
        Err(error) => Err(error.into()),
    }
}

fn copied(input: impl Read, file: &mut File, most: u64) -> Result<(), Failure> {
    let mut input = input.take(most.saturating_add(1));
    let mut chunk = vec![0; 256 << 10];
    let mut total = 0u64;
    loop {
        let read = match input.read(&mut chunk) {
            Ok(0) => return Ok(()),
            Ok(read) => read,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(Failure::operational(format!("reading of standard input stopped: {error}"))),
        };
        total += read as u64;
        if total > most {
            return Err(Failure::usage(format!("more than {most} bytes")).hint("import it in parts"));
        }
        file.write_all(chunk.get(..read).unwrap_or_default()).map_err(|error| cannot_keep(&error))?;
    }
}

fn cannot_keep(error: &std::io::Error) -> Failure {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            Failure::operational("there is no room to keep it in the home while it is read; nothing was imported")
                .hint("make room there, or save it to a file elsewhere and import that")
        }
        _ => Failure::operational(format!("it cannot be kept in the home while it is read: {error}")),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "test")]
mod tests {
    use super::*;
    use std::io::Seek as _;

    #[test]
    fn what_is_kept_has_no_name_and_is_bounded() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = nameless(folder.path()).unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        copied(&b"abc"[..], &mut file, 3).unwrap();
        file.rewind().unwrap();
        assert_eq!(std::io::read_to_string(&file).unwrap(), "abc");
        assert!(copied(&b"abcd"[..], &mut file, 3).unwrap_err().message.contains("3 bytes"));
    }
}
