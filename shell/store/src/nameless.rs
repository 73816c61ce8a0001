//! A database whose file has no name, so that nothing of it is left when the process ends, however it ends.
//!
//! Guarantees: the name goes before the first byte comes; no other file is written beside it, for its journal and its temporary
//! tables are in memory. One connection. Does not know: what is in it.

use crate::open::{self, Mode, OpenError};
use crate::schema::{self, Section};
use rusqlite::{Connection, OpenFlags};
use std::fs::File;
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// Where the header of a database says how it is journalled, and what says: by a rollback journal.
const JOURNAL_OFFSET: u64 = 18;
const ROLLBACK: [u8; 2] = [1, 1];
/// The length of a header; a shorter file is no database.
const HEADER_BYTES: u64 = 100;

/// A file without a name, to be filled with the bytes of a database.
pub struct Nameless {
    conn: Connection,
    file: File,
    path: PathBuf,
}

impl Nameless {
    /// Makes an empty file in a folder, opens it as a database, and takes its name away.
    ///
    /// # Errors
    /// [`OpenError::System`] where the file cannot be made, [`OpenError::Database`] where SQLite cannot open it.
    pub fn new(folder: &Path) -> Result<Self, OpenError> {
        let path = folder.join("nameless");
        let system = |source| OpenError::System { path: path.clone(), source };
        let file = std::fs::OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .map_err(system)?;
        let flags =
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
        // SQLite opens the file now and reads it with the first statement only.
        let opened = Connection::open_with_flags(&path, flags).map_err(OpenError::sql(&path));
        std::fs::remove_file(&path).map_err(system)?;
        Ok(Self { conn: opened?, file, path })
    }

    /// Gives the file to be filled.
    pub fn file(&mut self) -> &mut File {
        &mut self.file
    }

    /// Opens what was filled in. A write-ahead log would need a name, so the header is made to say that there is none.
    pub(crate) fn ready(self, sections: &[Section]) -> Result<Connection, OpenError> {
        let Self { conn, file, path } = self;
        let system = |source| OpenError::System { path: path.clone(), source };
        let length = file.metadata().map_err(system)?.len();
        if length < HEADER_BYTES {
            return Err(OpenError::Emptied { path });
        }
        file.write_all_at(&ROLLBACK, JOURNAL_OFFSET).map_err(system)?;
        open::harden_nameless(&conn).map_err(OpenError::sql(&path))?;
        schema::establish(&conn, sections, Mode::ReadWrite).map_err(OpenError::schema(&path))?;
        Ok(conn)
    }
}
