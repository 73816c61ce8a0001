//! A copy of a database as it is at one instant, beside the one who writes to it.
//!
//! Guarantees: the copy is whole and consistent; it holds no page that was freed, so nothing that was erased is in it; the file
//! is new and 0600. Does not know: which database it is.

use crate::open::OpenError;
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags};
use rustix::fs::{CWD, FileType, Mode, OFlags};
use std::path::Path;

/// How long the copy waits for another process, in milliseconds.
const BUSY_MILLIS: u64 = 10_000;

/// Copies the database `from` into the new file `to`.
///
/// # Errors
/// [`OpenError::Unsafe`] where `from` is no plain file, [`OpenError::System`] where `to` exists or cannot be made,
/// [`OpenError::Database`] where the copy fails, such as for want of room.
pub fn snapshot(from: &Path, to: &Path) -> Result<(), OpenError> {
    let system = |path: &Path| {
        let path = path.to_path_buf();
        move |error: rustix::io::Errno| OpenError::System { path, source: error.into() }
    };
    let stat = rustix::fs::statat(CWD, from, rustix::fs::AtFlags::SYMLINK_NOFOLLOW).map_err(system(from))?;
    if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
        return Err(OpenError::Unsafe { path: from.to_path_buf(), why: "not a plain file" });
    }
    let made =
        rustix::fs::open(to, OFlags::CREATE | OFlags::EXCL | OFlags::RDWR | OFlags::NOFOLLOW, Mode::RUSR | Mode::WUSR);
    drop(made.map_err(system(to))?);
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let sql = OpenError::sql(from);
    let conn = Connection::open_with_flags(from, flags).map_err(&sql)?;
    // VACUUM INTO attaches the copy; nothing else is attached anywhere.
    conn.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 1).map_err(&sql)?;
    conn.busy_timeout(std::time::Duration::from_millis(BUSY_MILLIS)).map_err(&sql)?;
    conn.pragma_update(None, "trusted_schema", "OFF").map_err(&sql)?;
    conn.execute("VACUUM INTO ?1", [to.to_string_lossy()]).map_err(&sql)?;
    Ok(())
}
