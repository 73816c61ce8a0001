//! The state of a table of decisions: how many rows it has, and a keyed sum over them that changes with each row.
//!
//! Guarantees: who does not have the key can neither make a state nor tell from two of them what a row adds, so no other set of rows
//! fits a state (`docs/design/0005-tables.md`). A row is read by the names of its columns, so that a column that is added later and
//! holds nothing changes no sum. Does not know: which tables there are, where a state is kept.

use comity_crypto::MacKey;
use comity_vocab::Digest;

/// The length of a state as it is kept: a tag and 48 masked bytes.
pub const TABLE_STATE_BYTES: usize = 80;

const KEY_DOMAIN: &str = "comity/v1/table-key";
const ROW_DOMAIN: &str = "comity/v1/table-row";
const TAG_DOMAIN: &str = "comity/v1/table-state";
const SEAL_DOMAIN: &str = "comity/v1/anchor-seal";
const MASK_DOMAIN: &str = "comity/v1/table-mask";

/// What a column holds; an absent value is left out of the row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'a> {
    /// A whole number.
    Integer(i64),
    /// A number with a fraction.
    Real(f64),
    /// A text, by its bytes.
    Text(&'a [u8]),
    /// Bytes.
    Blob(&'a [u8]),
}

/// The key of all tables of one home.
pub struct TableKey(MacKey);

/// A stored state does not belong to this table, or was not made with this key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the table's state was not written with the key of this home")]
pub struct TableStateError;

/// How many rows a table has, what they add up to, and how often that changed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TableState {
    steps: u64,
    rows: u64,
    sum: [u8; 32],
}

impl TableKey {
    /// Derives the key from a secret of the home; nothing else is derived so.
    pub fn derive(secret: &[u8; 32]) -> Self {
        Self(MacKey::new(&MacKey::new(secret).tag(KEY_DOMAIN, &[]).0))
    }

    /// Returns what only this key makes of these bytes, for one purpose.
    pub(crate) fn seal_of(&self, purpose: &str, parts: &[&[u8]]) -> Digest {
        let mut sealed: Vec<&[u8]> = vec![purpose.as_bytes()];
        sealed.extend(parts);
        self.0.tag(SEAL_DOMAIN, &sealed)
    }

    /// Returns the seal of a step of the anchor: what it said before, and what it is to say after it.
    pub fn step(&self, before: &str, after: &str) -> Digest {
        self.seal_of("step", &[before.as_bytes(), after.as_bytes()])
    }

    /// Returns the number that a row adds to its table's sum.
    fn row<'a>(&self, table: &str, cells: impl Iterator<Item = (&'a str, Cell<'a>)>) -> [u8; 32] {
        let mut row = Vec::with_capacity(256);
        for (name, cell) in cells {
            let number;
            let (kind, bytes): (u8, &[u8]) = match cell {
                Cell::Integer(value) => {
                    number = value.to_be_bytes();
                    (1, &number)
                }
                Cell::Real(value) => {
                    number = value.to_bits().to_be_bytes();
                    (2, &number)
                }
                Cell::Text(bytes) => (3, bytes),
                Cell::Blob(bytes) => (4, bytes),
            };
            for part in [name.as_bytes(), &[kind], bytes] {
                row.extend_from_slice(&(part.len() as u64).to_be_bytes());
                row.extend_from_slice(part);
            }
        }
        self.0.tag(ROW_DOMAIN, &[table.as_bytes(), &row]).0
    }
}

impl TableState {
    /// The state of a table without a row.
    pub const EMPTY: Self = Self { steps: 0, rows: 0, sum: [0; 32] };

    /// Returns how many rows the table has.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Returns how often a row came or went.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Tells whether both have the same rows, however they came to them.
    pub fn same_rows(&self, other: &Self) -> bool {
        (self.rows, self.sum) == (other.rows, other.sum)
    }

    /// Returns the state with one more row; the names of the cells come in the same order each time.
    #[must_use]
    pub fn with<'a>(self, key: &TableKey, table: &str, cells: impl Iterator<Item = (&'a str, Cell<'a>)>) -> Self {
        let sum = plus(self.sum, key.row(table, cells));
        Self { steps: self.steps.wrapping_add(1), rows: self.rows.wrapping_add(1), sum }
    }

    /// Returns the state with one row less.
    #[must_use]
    pub fn without<'a>(self, key: &TableKey, table: &str, cells: impl Iterator<Item = (&'a str, Cell<'a>)>) -> Self {
        let sum = plus(self.sum, minus(key.row(table, cells)));
        Self { steps: self.steps.wrapping_add(1), rows: self.rows.wrapping_sub(1), sum }
    }

    /// Returns the bytes to be kept: nobody without the key can read, make or change them.
    pub fn seal(&self, key: &TableKey, table: &str) -> [u8; TABLE_STATE_BYTES] {
        let plain = self.plain();
        let tag = key.0.tag(TAG_DOMAIN, &[table.as_bytes(), &plain]);
        let mut kept = [0; TABLE_STATE_BYTES];
        let (head, body) = kept.split_at_mut(32);
        head.copy_from_slice(&tag.0);
        body.copy_from_slice(&masked(key, table, &tag, &plain));
        kept
    }

    /// Reads kept bytes.
    ///
    /// # Errors
    /// [`TableStateError`] where they are another table's, another home's, or nobody's.
    pub fn open(key: &TableKey, table: &str, kept: &[u8]) -> Result<Self, TableStateError> {
        let (tag, body) = kept.split_first_chunk::<32>().ok_or(TableStateError)?;
        let body: &[u8; 48] = body.try_into().map_err(|_| TableStateError)?;
        let tag = Digest(*tag);
        let plain = masked(key, table, &tag, body);
        if !key.0.accepts(TAG_DOMAIN, &[table.as_bytes(), &plain], &tag) {
            return Err(TableStateError);
        }
        let (steps, rest) = plain.split_first_chunk::<8>().ok_or(TableStateError)?;
        let (rows, sum) = rest.split_first_chunk::<8>().ok_or(TableStateError)?;
        let sum = sum.try_into().map_err(|_| TableStateError)?;
        Ok(Self { steps: u64::from_be_bytes(*steps), rows: u64::from_be_bytes(*rows), sum })
    }

    fn plain(&self) -> [u8; 48] {
        let mut plain = [0; 48];
        let numbers = self.steps.to_be_bytes().into_iter().chain(self.rows.to_be_bytes());
        for (to, from) in plain.iter_mut().zip(numbers.chain(self.sum)) {
            *to = from;
        }
        plain
    }
}

/// Hides a state, or shows it again. The mask follows from the tag, so it comes twice only for the same state.
fn masked(key: &TableKey, table: &str, tag: &Digest, plain: &[u8; 48]) -> [u8; 48] {
    let part = |n: u8| key.0.tag(MASK_DOMAIN, &[table.as_bytes(), &tag.0, &[n]]).0;
    let mut body = *plain;
    for (byte, mask) in body.iter_mut().zip(part(0).into_iter().chain(part(1))) {
        *byte ^= mask;
    }
    body
}

/// Adds modulo 2^256; the first byte is the lowest.
fn plus(a: [u8; 32], b: [u8; 32]) -> [u8; 32] {
    let mut sum = a;
    let mut carry = 0u16;
    for (to, add) in sum.iter_mut().zip(b) {
        let total = u16::from(*to) + u16::from(add) + carry;
        *to = total as u8;
        carry = total >> 8;
    }
    sum
}

/// The number that gives nothing together with `a`.
fn minus(a: [u8; 32]) -> [u8; 32] {
    let mut one = [0; 32];
    one[0] = 1;
    plus(a.map(|byte| !byte), one)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> TableKey {
        TableKey::derive(&[7; 32])
    }

    fn row(code: &str, n: i64) -> Vec<(&str, Cell<'_>)> {
        vec![("code", Cell::Text(code.as_bytes())), ("n", Cell::Integer(n))]
    }

    fn of(rows: &[(&str, i64)]) -> TableState {
        rows.iter().fold(TableState::EMPTY, |state, (code, n)| state.with(&key(), "link", row(code, *n).into_iter()))
    }

    #[test]
    fn the_order_of_rows_does_not_matter_and_every_row_does() {
        let both = of(&[("kps", 1), ("tfo", 2)]);
        assert!(both.same_rows(&of(&[("tfo", 2), ("kps", 1)])));
        assert_eq!((both.rows(), both.steps()), (2, 2));
        for other in [&[("kps", 1)][..], &[("kps", 2), ("tfo", 1)], &[("kps", 1), ("tfo", 2), ("tfo", 2)], &[]] {
            assert!(!both.same_rows(&of(other)), "{other:?}");
        }
        let again = both.without(&key(), "link", row("kps", 1).into_iter());
        assert!(again.same_rows(&of(&[("tfo", 2)])) && again.steps() == 3);
        let none = again.without(&key(), "link", row("tfo", 2).into_iter());
        assert!(none.same_rows(&TableState::EMPTY) && !both.same_rows(&none));
    }

    #[test]
    fn cells_are_told_apart_by_name_kind_and_table() {
        let one = |table: &str, name: &'static str, cell: Cell<'static>| {
            TableState::EMPTY.with(&key(), table, std::iter::once((name, cell)))
        };
        let seven = one("t", "a", Cell::Integer(7));
        const BYTES: &[u8] = &7i64.to_be_bytes();
        for other in [
            one("u", "a", Cell::Integer(7)),
            one("t", "b", Cell::Integer(7)),
            one("t", "a", Cell::Integer(8)),
            one("t", "a", Cell::Blob(BYTES)),
            one("t", "a", Cell::Text(b"7")),
            one("t", "a", Cell::Real(7.0)),
            TableState::EMPTY.with(&key(), "t", std::iter::empty()),
        ] {
            assert!(!seven.same_rows(&other));
        }
        assert!(!one("t", "a", Cell::Text(b"7")).same_rows(&one("t", "a", Cell::Blob(b"7"))));
        let other = TableState::EMPTY.with(&TableKey::derive(&[8; 32]), "t", [("a", Cell::Integer(7))].into_iter());
        assert!(!seven.same_rows(&other));
    }

    #[test]
    fn a_state_opens_only_as_it_was_sealed() {
        let state = of(&[("kps", 1), ("tfo", 2)]);
        let kept = state.seal(&key(), "link");
        assert!(TableState::open(&key(), "link", &kept) == Ok(state));
        assert!(TableState::open(&key(), "recall", &kept).is_err());
        assert!(TableState::open(&TableKey::derive(&[8; 32]), "link", &kept).is_err());
        assert!(TableState::open(&key(), "link", &kept[..79]).is_err());
        assert!(TableState::open(&key(), "link", &[]).is_err());
        for n in 0..kept.len() {
            let mut changed = kept;
            changed[n] ^= 1;
            assert!(TableState::open(&key(), "link", &changed).is_err(), "byte {n}");
        }
    }

    #[test]
    fn what_is_kept_shows_neither_count_nor_what_a_row_adds() {
        let (one, two) = (of(&[("kps", 1)]).seal(&key(), "link"), of(&[("kps", 1), ("tfo", 2)]).seal(&key(), "link"));
        let same = one.iter().zip(two).filter(|(a, b)| **a == *b).count();
        assert!(same < 20, "{same} bytes of {} are alike", one.len());
    }

    #[test]
    fn sums_carry_and_come_back() {
        let most = [255; 32];
        let mut one = [0; 32];
        one[0] = 1;
        assert_eq!(plus(most, one), [0; 32]);
        assert_eq!(plus(plus([9; 32], most), minus(most)), [9; 32]);
        assert_eq!(minus([0; 32]), [0; 32]);
        assert_eq!(minus(one), most);
    }
}
