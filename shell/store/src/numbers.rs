//! The row numbers that one import or transaction gives out: known here, no row has to be written twice.
//!
//! Guarantees: numbers go up, and none is given out that a version ever had. Does not know: other writers; there is none while the
//! transaction that asked first is open.

use crate::taxii;
use rusqlite::Connection;

/// The numbers to give out next, once they were looked for.
#[derive(Default)]
pub(crate) struct Numbers(Option<Next>);

#[derive(Clone, Copy)]
struct Next {
    vid: i64,
    oid: i64,
}

impl Numbers {
    /// Returns the numbers of version and object to give out next, and gives none out.
    pub(crate) fn next(&mut self, conn: &Connection) -> rusqlite::Result<(i64, i64)> {
        let next = self.known(conn)?;
        Ok((next.vid, next.oid))
    }

    /// Gives out the number of a version.
    pub(crate) fn version(&mut self, conn: &Connection) -> rusqlite::Result<i64> {
        let next = self.known(conn)?;
        next.vid += 1;
        Ok(next.vid - 1)
    }

    /// Gives out the number of an object.
    pub(crate) fn object(&mut self, conn: &Connection) -> rusqlite::Result<i64> {
        let next = self.known(conn)?;
        next.oid += 1;
        Ok(next.oid - 1)
    }

    fn known(&mut self, conn: &Connection) -> rusqlite::Result<&mut Next> {
        match &mut self.0 {
            Some(next) => Ok(next),
            empty => Ok(empty.insert(Next {
                vid: taxii::next_vid(conn)?,
                oid: conn.query_row("SELECT coalesce(max(oid), 0) + 1 FROM object", [], |row| row.get(0))?,
            })),
        }
    }
}
