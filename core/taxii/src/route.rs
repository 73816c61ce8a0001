//! Which resource a path names (§4, §5).
//!
//! Guarantees: a path is taken as it is written: nothing is decoded, joined or cut, so that no two texts name one resource.

/// A resource below `/taxii2/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route<'p> {
    /// What there is (§4.1).
    Discovery,
    /// The API root (§4.2).
    Root,
    /// The state of a request to add (§4.3); we take none, so there is none.
    Status,
    /// All collections (§5.1).
    Collections,
    /// One collection (§5.2).
    Collection(&'p str),
    /// What it holds, without content (§5.3).
    Manifest(&'p str),
    /// What it holds (§5.4).
    Objects(&'p str),
    /// One object (§5.6).
    Object(&'p str, &'p str),
    /// The versions of one object (§5.8).
    Versions(&'p str, &'p str),
}

impl<'p> Route<'p> {
    /// Reads what follows `/taxii2/`, with this API root; `None` where it names nothing.
    pub fn parse(path: &'p str, root: &str) -> Option<Self> {
        if path.is_empty() {
            return Some(Self::Discovery);
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
        let below = path.strip_prefix(root)?.strip_prefix('/')?;
        if !below.chars().all(plain) {
            return None;
        }
        if below.is_empty() {
            return Some(Self::Root);
        }
        // Every address of TAXII ends with a slash, and none has an empty part (§3.2).
        let parts: Vec<&str> = below.strip_suffix('/')?.split('/').collect();
        if parts.iter().any(|part| part.is_empty() || part.bytes().all(|byte| byte == b'.')) {
            return None;
        }
        match parts.as_slice() {
            ["status", _] => Some(Self::Status),
            ["collections"] => Some(Self::Collections),
            ["collections", id] => Some(Self::Collection(id)),
            ["collections", id, "manifest"] => Some(Self::Manifest(id)),
            ["collections", id, "objects"] => Some(Self::Objects(id)),
            ["collections", id, "objects", object] => Some(Self::Object(id, object)),
            ["collections", id, "objects", object, "versions"] => Some(Self::Versions(id, object)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        let check =
            |path: &str, expected: Option<Route<'_>>| assert_eq!(Route::parse(path, "desk"), expected, "{path}");
        check("", Some(Route::Discovery));
        check("desk/", Some(Route::Root));
        check("desk/status/x/", Some(Route::Status));
        check("desk/collections/", Some(Route::Collections));
        check("desk/collections/c/", Some(Route::Collection("c")));
        check("desk/collections/c/manifest/", Some(Route::Manifest("c")));
        check("desk/collections/c/objects/", Some(Route::Objects("c")));
        check("desk/collections/c/objects/a--b/", Some(Route::Object("c", "a--b")));
        check("desk/collections/c/objects/a--b/versions/", Some(Route::Versions("c", "a--b")));
        for path in [
            "desk",
            "other/",
            "/",
            "desk//",
            "desk//collections/",
            "desk/collections",
            "desk/collections//",
            "desk/../desk/",
            "desk/collections/./",
            "desk/collections/%2e%2e/",
            "desk/collections/c/objects/%00/",
            "desk/collections/c;x/",
            "desk\\collections/",
            "desk/collections/c/objects/x/versions/y/",
            "desk/Collections/",
            "deskcollections/",
        ] {
            check(path, None);
        }
    }
}
