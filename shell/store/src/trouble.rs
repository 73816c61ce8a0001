//! What kind of trouble a store is in, from whatever error told of it.
//!
//! Guarantees: one place that reads SQLite's and the system's codes, so that every face says the same; a full, read-only or busy
//! disk is never taken for a damaged file. Does not know: what to do about it (that is said in words by the node).

use crate::desk::DeskError;
use crate::error::StoreError;
use crate::open::OpenError;
use crate::vault::VaultError;
use rusqlite::ErrorCode;
use std::io::ErrorKind;
use std::path::Path;

/// A kind of trouble; what to do about it differs by kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trouble {
    /// No room is left.
    Full,
    /// The disk takes no writes.
    ReadOnly,
    /// The system does not let this user at the file, or others can reach it.
    Permission,
    /// Another program holds the file.
    Busy,
    /// A newer program wrote the file.
    Newer,
    /// An older program wrote the file, and nothing brought it up to date.
    Older,
    /// The file is not there.
    Missing,
    /// The file is there and holds nothing.
    Emptied,
    /// Another file lies in its place.
    Foreign,
    /// A file lies where one is to be made.
    InTheWay,
    /// Pages, tables or rows of the file are not what was written.
    Damaged,
    /// Rows were removed, changed or put back by another program.
    Unfit,
    /// The key does not open the file.
    WrongKey,
    /// The disk failed in another way.
    Disk,
    /// Nothing of these: the question or the program was wrong.
    Other,
}

impl Trouble {
    /// Every kind.
    pub const ALL: [Self; 15] = [
        Self::Full,
        Self::ReadOnly,
        Self::Permission,
        Self::Busy,
        Self::Newer,
        Self::Older,
        Self::Missing,
        Self::Emptied,
        Self::Foreign,
        Self::InTheWay,
        Self::Damaged,
        Self::Unfit,
        Self::WrongKey,
        Self::Disk,
        Self::Other,
    ];

    /// Reads an error of the system.
    pub fn of_system(error: &std::io::Error) -> Self {
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => Self::Full,
            ErrorKind::ReadOnlyFilesystem => Self::ReadOnly,
            ErrorKind::PermissionDenied => Self::Permission,
            ErrorKind::ResourceBusy | ErrorKind::WouldBlock | ErrorKind::ExecutableFileBusy => Self::Busy,
            ErrorKind::NotFound | ErrorKind::NotADirectory => Self::Missing,
            ErrorKind::AlreadyExists => Self::InTheWay,
            _ => Self::Disk,
        }
    }

    /// Reads an error of SQLite; `path` is looked at where the code alone does not tell.
    fn of_sql(error: &rusqlite::Error, path: Option<&Path>) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::ReadOnly) => Self::ReadOnly,
            Some(ErrorCode::PermissionDenied) => Self::Permission,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed) => {
                Self::Busy
            }
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged,
            Some(ErrorCode::NotADatabase) => Self::Foreign,
            Some(ErrorCode::CannotOpen | ErrorCode::SystemIoFailure) => path.map_or(Self::Disk, disk_of),
            _ => Self::Other,
        }
    }
}

/// Looks at the disk under a file that could not be opened, read or written.
fn disk_of(path: &Path) -> Trouble {
    use rustix::fs::{Access, StatVfsMountFlags, access, statvfs};
    let folder = path.parent().unwrap_or(path);
    let Ok(disk) = statvfs(folder) else { return Trouble::Disk };
    if disk.f_flag.contains(StatVfsMountFlags::RDONLY) {
        return Trouble::ReadOnly;
    }
    if disk.f_bavail == 0 {
        return Trouble::Full;
    }
    match access(path, Access::READ_OK | Access::WRITE_OK) {
        Err(error) => Trouble::of_system(&error.into()),
        Ok(()) => Trouble::Disk,
    }
}

impl OpenError {
    /// Says what kind of trouble this is.
    pub fn trouble(&self) -> Trouble {
        match self {
            Self::Unsafe { .. } => Trouble::Permission,
            Self::System { source, .. } => Trouble::of_system(source),
            Self::Newer { .. } => Trouble::Newer,
            Self::Missing { .. } => Trouble::Older,
            Self::Absent { .. } => Trouble::Missing,
            Self::Emptied { .. } => Trouble::Emptied,
            Self::Exists { .. } => Trouble::InTheWay,
            Self::Foreign { .. } => Trouble::Foreign,
            Self::Incomplete { .. } => Trouble::Damaged,
            Self::Altered { .. } => Trouble::Unfit,
            Self::Database { path, source } => Trouble::of_sql(source, Some(path)),
        }
    }
}

impl StoreError {
    /// Says what kind of trouble this is.
    pub fn trouble(&self) -> Trouble {
        match self {
            Self::Database(error) => Trouble::of_sql(error, None),
            Self::Damaged { .. } | Self::Pages { .. } => Trouble::Damaged,
            Self::Unfit(_) => Trouble::Unfit,
            Self::Gone(error) => error.trouble(),
            Self::Sink(error) => Trouble::of_system(error),
            Self::Witness(_)
            | Self::NotHeld { .. }
            | Self::Ambiguous { .. }
            | Self::Query { .. }
            | Self::Refused { .. } => Trouble::Other,
        }
    }
}

impl DeskError {
    /// Says what kind of trouble this is.
    pub fn trouble(&self) -> Trouble {
        match self {
            Self::Sql(error) => Trouble::of_sql(error, None),
            Self::Damaged { .. } => Trouble::Damaged,
        }
    }
}

impl VaultError {
    /// Says what kind of trouble this is.
    pub fn trouble(&self) -> Trouble {
        match self {
            Self::Open(error) => error.trouble(),
            Self::Database(error) => Trouble::of_sql(error, None),
            Self::WrongKey => Trouble::WrongKey,
            Self::Absent { .. } => Trouble::Missing,
            Self::Unfit { .. } => Trouble::Unfit,
            Self::Damaged { .. } => Trouble::Damaged,
            Self::NothingReleasedToYou
            | Self::ReasonMissing
            | Self::Incomplete { .. }
            | Self::NoSuchTerm { .. }
            | Self::TooManyTerms { .. }
            | Self::NoSuchHandler { .. } => Trouble::Other,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "test")]
mod tests {
    use super::*;
    use rusqlite::ffi;

    #[test]
    fn codes_of_sqlite() {
        for (code, trouble) in [
            (ffi::SQLITE_FULL, Trouble::Full),
            (ffi::SQLITE_READONLY, Trouble::ReadOnly),
            (ffi::SQLITE_READONLY | 5 << 8, Trouble::ReadOnly),
            (ffi::SQLITE_PERM, Trouble::Permission),
            (ffi::SQLITE_BUSY, Trouble::Busy),
            (ffi::SQLITE_LOCKED, Trouble::Busy),
            (ffi::SQLITE_CORRUPT, Trouble::Damaged),
            (ffi::SQLITE_NOTADB, Trouble::Foreign),
            (ffi::SQLITE_IOERR, Trouble::Disk),
            (ffi::SQLITE_CANTOPEN, Trouble::Disk),
            (ffi::SQLITE_CONSTRAINT, Trouble::Other),
        ] {
            let error = rusqlite::Error::SqliteFailure(ffi::Error::new(code), None);
            assert_eq!(StoreError::Database(error).trouble(), trouble, "{code}");
        }
    }

    #[test]
    fn a_real_database_that_may_not_grow_says_full() {
        let conn = rusqlite::Connection::open_in_memory().unwrap();
        conn.execute_batch("CREATE TABLE t (x); PRAGMA max_page_count = 3").unwrap();
        let error = conn.execute("INSERT INTO t VALUES (zeroblob(100000))", []).unwrap_err();
        assert_eq!(DeskError::Sql(error).trouble(), Trouble::Full);
    }

    #[test]
    fn errors_of_the_system() {
        for (errno, trouble) in [
            (rustix::io::Errno::NOSPC, Trouble::Full),
            (rustix::io::Errno::DQUOT, Trouble::Full),
            (rustix::io::Errno::ROFS, Trouble::ReadOnly),
            (rustix::io::Errno::ACCESS, Trouble::Permission),
            (rustix::io::Errno::PERM, Trouble::Permission),
            (rustix::io::Errno::NOENT, Trouble::Missing),
            (rustix::io::Errno::EXIST, Trouble::InTheWay),
            (rustix::io::Errno::IO, Trouble::Disk),
        ] {
            let error = OpenError::System { path: "x".into(), source: errno.into() };
            assert_eq!(error.trouble(), trouble, "{errno}");
        }
    }

    #[test]
    fn where_the_code_does_not_tell_the_file_is_looked_at() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("holdings.db");
        let source = || rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_CANTOPEN), None);
        let absent = OpenError::Database { path: path.clone(), source: source() };
        assert_eq!(absent.trouble(), Trouble::Missing);
        std::fs::write(&path, b"x").unwrap();
        assert_eq!(OpenError::Database { path, source: source() }.trouble(), Trouble::Disk);
    }
}
