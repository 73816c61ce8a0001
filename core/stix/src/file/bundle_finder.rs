//! A quick look at an object: might it be a bundle? Nearly none is, and a walk over every object would cost as much as its scan.
//!
//! Guarantees: an object with the type `bundle`, or with a property `objects` whose value is a list, is never missed. Says yes more
//! often than need be.

use crate::json::skip_blank;
use memchr::memmem::Finder;

/// Finds what a bundle or envelope cannot be without.
#[derive(Debug)]
pub(super) struct BundleFinder {
    list: Finder<'static>,
    kind: Finder<'static>,
    /// How the letters of both begin where they are written as escapes.
    escapes: [Finder<'static>; 2],
}

impl Default for BundleFinder {
    fn default() -> Self {
        Self {
            list: Finder::new(b"\"objects\""),
            kind: Finder::new(b"\"bundle\""),
            escapes: [Finder::new(b"\\u006"), Finder::new(b"\\u007")],
        }
    }
}

impl BundleFinder {
    /// Says whether the object, or something in it, may be a bundle or envelope.
    pub fn may_be(&self, object: &[u8]) -> bool {
        let listed = self.list.find_iter(object).any(|at| {
            let colon = skip_blank(object, at + self.list.needle().len());
            object.get(colon) == Some(&b':') && object.get(skip_blank(object, colon + 1)) == Some(&b'[')
        });
        listed || self.kind.find(object).is_some() || self.escapes.iter().any(|escape| escape.find(object).is_some())
    }
}
