//! Opens a database file safely: who may read it, how durable it is, what SQL may do.
//!
//! Guarantees (security.md §6.2): the file is a regular one, 0600, ours, in a folder that is 0700 and ours; a wider mode,
//! another owner or a symbolic link is refused. WAL, `synchronous=FULL`, `secure_delete`, `foreign_keys`, no attached
//! database, no trigger, no trusted schema. Does not know: what the tables mean.

use crate::schema::{self, SchemaFault, Section};
use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags};
use rustix::fs::{AtFlags, CWD, FileType, Mode as FileMode, OFlags};
use std::path::{Path, PathBuf};

/// Whether a database is made, opened to write, or only read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Makes a database where none is; for `init` and for what restores one. A file that is there already is refused.
    Create,
    /// Writes to a database that is there, and cleans up what a crash left. A missing or emptied file is refused: an empty store
    /// in its place would say that nothing is protected, disabled or recalled.
    ReadWrite,
    /// Reads only, beside a process that writes.
    ReadOnly,
}

/// Why a database was not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file or its folder can be reached by others, is not a plain file, or is not ours.
    #[error("{}: {why}", path.display())]
    Unsafe {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong and what is expected.
        why: &'static str,
    },
    /// The operating system did not let us look at or make the file.
    #[error("{}: cannot be opened", path.display())]
    System {
        /// The file or folder.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// A newer program wrote the database; going back needs the snapshot made before the upgrade.
    #[error(
        "section {section} has version {found}, this program knows {known}: use the newer program or restore the snapshot"
    )]
    Newer {
        /// The set of tables.
        section: String,
        /// The version in the file.
        found: i64,
        /// The version of this program.
        known: i64,
    },
    /// The file is an older program's and was not opened for writing since.
    #[error("section {section} is missing: an older version made the home; start `comity serve` once")]
    Missing {
        /// The set of tables.
        section: &'static str,
    },
    /// There is no file, and only `init` and `restore` make one.
    #[error("{}: is missing", path.display())]
    Absent {
        /// The file.
        path: PathBuf,
    },
    /// The file is there and holds nothing.
    #[error("{}: is empty", path.display())]
    Emptied {
        /// The file.
        path: PathBuf,
    },
    /// A database is to be made where a file is already.
    #[error("{}: exists already", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The file is not a database, or not of this kind.
    #[error("{}: is not the database that belongs here", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// The file has a table or an index that this program does not make, or made otherwise.
    #[error("{}: {object} in it is not as this program makes it: another program changed the file", path.display())]
    Altered {
        /// The file.
        path: PathBuf,
        /// The table or index.
        object: String,
    },
    /// The file says that it has a set of tables and lacks one of them.
    #[error("{}: {table} is missing in it", path.display())]
    Incomplete {
        /// The file.
        path: PathBuf,
        /// The table or index.
        table: String,
    },
    /// SQLite failed.
    #[error("{}: the database failed", path.display())]
    Database {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: rusqlite::Error,
    },
}

impl OpenError {
    /// Names the file in a failure of SQLite; a file that is no database at all is told from one that failed.
    pub(crate) fn sql(path: &Path) -> impl Fn(rusqlite::Error) -> Self {
        let path = path.to_path_buf();
        move |source| match source.sqlite_error_code() {
            Some(rusqlite::ErrorCode::NotADatabase) => Self::Foreign { path: path.clone() },
            _ => Self::Database { path: path.clone(), source },
        }
    }

    pub(crate) fn schema(path: &Path) -> impl Fn(SchemaFault) -> Self {
        let path = path.to_path_buf();
        move |fault| match fault {
            SchemaFault::Newer { section, found, known } => Self::Newer { section, found, known },
            SchemaFault::Missing { section } => Self::Missing { section },
            SchemaFault::Foreign => Self::Foreign { path: path.clone() },
            SchemaFault::Incomplete { table } => Self::Incomplete { path: path.clone(), table },
            SchemaFault::Other { object } => Self::Altered { path: path.clone(), object },
            SchemaFault::Sql(error) => Self::sql(&path)(error),
        }
    }
}

/// The longest text or blob SQLite takes: an object of 16 MiB and room for its search text.
const VALUE_BYTES_MAX: i32 = 64 << 20;
/// The page cache of an idle connection, in KiB (an idle node stays small).
const CACHE_KIB: i64 = 2048;
/// The same while much is written: an import, and the indexes that follow it.
const WORKING_CACHE_KIB: i64 = 48 << 10;
/// Pages in the write-ahead log before they move to the database; SQLite's own number.
const WAL_PAGES: i64 = 1_000;
/// The same while much is written (64 MiB).
const WORKING_WAL_PAGES: i64 = 16_384;
/// How long a statement waits for another process, in milliseconds.
const BUSY_MILLIS: u64 = 10_000;

/// Opens the file, making it in [`Mode::Create`] only, and establishes the sections.
pub(crate) fn open(path: &Path, mode: Mode, sections: &[Section]) -> Result<Connection, OpenError> {
    let path = settle(path, mode)?;
    let access = match mode {
        Mode::Create | Mode::ReadWrite => OpenFlags::SQLITE_OPEN_READ_WRITE,
        Mode::ReadOnly => OpenFlags::SQLITE_OPEN_READ_ONLY,
    };
    let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let sql = OpenError::sql(&path);
    let conn = Connection::open_with_flags(&path, flags).map_err(&sql)?;
    harden(&conn, mode).map_err(&sql)?;
    schema::establish(&conn, sections, mode).map_err(OpenError::schema(&path))?;
    Ok(conn)
}

/// Checks folder and file, makes the file where it may, and returns the path without symbolic links in it.
fn settle(path: &Path, mode: Mode) -> Result<PathBuf, OpenError> {
    let system = |path: &Path| {
        let path = path.to_path_buf();
        move |error: rustix::io::Errno| OpenError::System { path, source: error.into() }
    };
    let refuse = |path: &Path, why| OpenError::Unsafe { path: path.to_path_buf(), why };
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(refuse(path, "names no file"));
    };
    let folder =
        std::fs::canonicalize(folder).map_err(|source| OpenError::System { path: folder.to_path_buf(), source })?;
    let us = rustix::process::geteuid().as_raw();
    let stat = rustix::fs::statat(CWD, &folder, AtFlags::SYMLINK_NOFOLLOW).map_err(system(&folder))?;
    if stat.st_uid != us {
        return Err(refuse(&folder, "the folder belongs to another user"));
    }
    if stat.st_mode & 0o077 != 0 {
        return Err(refuse(&folder, "the folder is open to others: expected mode 0700"));
    }
    let path = folder.join(name);
    // INVARIANT: an existing database is never opened and closed here. Closing any descriptor of a file drops the
    // locks that SQLite holds on it in this process, so the file is only looked at, and the folder is ours alone.
    if mode == Mode::Create {
        let flags = OFlags::CREATE | OFlags::EXCL | OFlags::RDWR | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        match rustix::fs::open(&path, flags, FileMode::RUSR | FileMode::WUSR) {
            Ok(made) => {
                rustix::fs::fchmod(&made, FileMode::RUSR | FileMode::WUSR).map_err(system(&path))?;
            }
            Err(rustix::io::Errno::EXIST) => return Err(OpenError::Exists { path }),
            Err(error) => return Err(system(&path)(error)),
        }
    }
    for suffix in ["", "-wal", "-shm"] {
        let mut beside = path.clone().into_os_string();
        beside.push(suffix);
        let beside = PathBuf::from(beside);
        let stat = match rustix::fs::statat(CWD, &beside, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => stat,
            Err(rustix::io::Errno::NOENT) if !suffix.is_empty() => continue,
            Err(rustix::io::Errno::NOENT) => return Err(OpenError::Absent { path }),
            Err(error) => return Err(system(&beside)(error)),
        };
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return Err(refuse(&beside, "not a plain file"));
        }
        if stat.st_uid != us {
            return Err(refuse(&beside, "the file belongs to another user"));
        }
        if stat.st_mode & 0o177 != 0 {
            return Err(refuse(&beside, "the file is open to others: expected mode 0600"));
        }
        if suffix.is_empty() && stat.st_size == 0 && mode != Mode::Create {
            return Err(OpenError::Emptied { path });
        }
    }
    Ok(path)
}

fn harden(conn: &Connection, mode: Mode) -> Result<(), rusqlite::Error> {
    limit(conn)?;
    if mode != Mode::ReadOnly {
        conn.pragma_update(None, "page_size", 4096)?;
        conn.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get::<_, String>(0))?;
        conn.pragma_update(None, "synchronous", "FULL")?;
        conn.pragma_update_and_check(None, "secure_delete", "ON", |row| row.get::<_, i64>(0))?;
    } else {
        conn.pragma_update(None, "query_only", "ON")?;
    }
    confine(conn)
}

/// As [`harden`], for a file that has no name: what a write-ahead log or a journal would hold is in memory.
pub(crate) fn harden_nameless(conn: &Connection) -> Result<(), rusqlite::Error> {
    limit(conn)?;
    for (pragma, value) in [("locking_mode", "EXCLUSIVE"), ("journal_mode", "MEMORY")] {
        conn.pragma_update_and_check(None, pragma, value, |row| row.get::<_, String>(0))?;
    }
    conn.pragma_update(None, "synchronous", "OFF")?;
    confine(conn)
}

fn limit(conn: &Connection) -> Result<(), rusqlite::Error> {
    for (limit, value) in [
        (Limit::SQLITE_LIMIT_ATTACHED, 0),
        (Limit::SQLITE_LIMIT_LENGTH, VALUE_BYTES_MAX),
        (Limit::SQLITE_LIMIT_SQL_LENGTH, 100_000),
        (Limit::SQLITE_LIMIT_COLUMN, 100),
        (Limit::SQLITE_LIMIT_EXPR_DEPTH, 100),
        (Limit::SQLITE_LIMIT_COMPOUND_SELECT, 20),
        (Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1000),
        (Limit::SQLITE_LIMIT_TRIGGER_DEPTH, 1),
    ] {
        conn.set_limit(limit, value)?;
    }
    for (option, value) in [
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, true),
        (DbConfig::SQLITE_DBCONFIG_DQS_DDL, false),
        (DbConfig::SQLITE_DBCONFIG_DQS_DML, false),
        // Else SQLite looks at the first value that is bound and makes a new plan for each other one: a statement that is kept ready is then
        // made again at every call, which takes longer than the look-up itself.
        (DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true),
    ] {
        conn.set_db_config(option, value)?;
    }
    conn.busy_timeout(std::time::Duration::from_millis(BUSY_MILLIS))?;
    conn.set_prepared_statement_cache_capacity(64);
    Ok(())
}

fn confine(conn: &Connection) -> Result<(), rusqlite::Error> {
    conn.pragma_update(None, "foreign_keys", "ON")?;
    conn.pragma_update(None, "trusted_schema", "OFF")?;
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    set_cache_kib(conn, CACHE_KIB)
}

/// Sets the size of the page cache, in KiB.
pub(crate) fn set_cache_kib(conn: &Connection, kib: i64) -> Result<(), rusqlite::Error> {
    conn.pragma_update(None, "cache_size", -kib)
}

/// Makes ready for a long piece of work: pages stay in memory, and in the write-ahead log until many of them move to the database at once.
/// [`calm`] comes after it.
pub(crate) fn hurry(conn: &Connection) -> Result<(), rusqlite::Error> {
    set_cache_kib(conn, WORKING_CACHE_KIB)?;
    conn.pragma_update_and_check(None, "wal_autocheckpoint", WORKING_WAL_PAGES, |row| row.get::<_, i64>(0))?;
    Ok(())
}

/// Tells whether [`hurry`] was called and [`calm`] was not yet.
pub(crate) fn is_hurried(conn: &Connection) -> Result<bool, rusqlite::Error> {
    conn.query_row("PRAGMA cache_size", [], |row| row.get::<_, i64>(0)).map(|kib| kib == -WORKING_CACHE_KIB)
}

/// Gives the memory of a long piece of work back.
pub(crate) fn calm(conn: &Connection) -> Result<(), rusqlite::Error> {
    set_cache_kib(conn, CACHE_KIB)?;
    conn.pragma_update_and_check(None, "wal_autocheckpoint", WAL_PAGES, |row| row.get::<_, i64>(0))?;
    conn.execute_batch("PRAGMA shrink_memory")
}

/// Writes the write-ahead log into the database and cuts it to nothing.
///
/// Returns whether that was complete; a reader in another process can hold it up.
pub(crate) fn truncate_wal(conn: &Connection) -> Result<bool, rusqlite::Error> {
    // Who reads is not waited for: the one who asked holds others up, and tries again.
    let waits: i64 = conn.query_row("PRAGMA busy_timeout", [], |row| row.get(0))?;
    conn.pragma_update_and_check(None, "busy_timeout", 0, |row| row.get::<_, i64>(0))?;
    let cut = conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0));
    conn.pragma_update_and_check(None, "busy_timeout", waits, |row| row.get::<_, i64>(0))?;
    let busy: i64 = cut?;
    // What was erased may still stand in pages that are held in memory.
    conn.execute_batch("PRAGMA shrink_memory")?;
    Ok(busy == 0)
}
