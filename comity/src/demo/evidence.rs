//! What can be seen from outside: bytes on disk, identifiers in a text.
//!
//! Guarantees: reads every file below a folder, whatever wrote it. Does not know: what is looked for.

use comity_node::Failure;
use memchr::memmem::Finder;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The text form of a UUID has so many characters.
const UUID_CHARS: usize = 36;

fn files(folder: &Path, into: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            files(&entry.path(), into)?;
        } else if kind.is_file() {
            into.push(entry.path());
        }
    }
    Ok(())
}

/// Tells which of these texts stand, as bytes, in any file below a folder.
///
/// # Errors
/// [`Failure`] where a file cannot be read: what was not looked at is not proven.
pub fn found_below<'a>(folder: &Path, texts: &[&'a str]) -> Result<Vec<&'a str>, Failure> {
    let broken = |error: std::io::Error| Failure::operational(format!("cannot read {}: {error}", folder.display()));
    let mut paths = Vec::new();
    files(folder, &mut paths).map_err(broken)?;
    let finders: Vec<(&str, Finder)> = texts.iter().map(|text| (*text, Finder::new(text.as_bytes()))).collect();
    let mut found = BTreeSet::new();
    for path in paths {
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            // A running node removes its journal when it likes.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(broken(error)),
        };
        found.extend(finders.iter().filter(|(_, finder)| finder.find(&bytes).is_some()).map(|(text, _)| *text));
    }
    Ok(found.into_iter().collect())
}

/// The UUIDs in a text, in whatever identifiers they stand.
pub fn uuids(text: &str) -> BTreeSet<String> {
    let is_part = |character: char| character.is_ascii_hexdigit() || character == '-';
    let mut found = BTreeSet::new();
    for (at, _) in text.match_indices("--") {
        let Some(rest) = text.get(at + 2..) else { continue };
        let candidate: String = rest.chars().take(UUID_CHARS).take_while(|character| is_part(*character)).collect();
        if uuid::Uuid::try_parse(&candidate).is_ok() {
            found.insert(candidate);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::uuids;

    #[test]
    fn identifiers_are_found_in_any_text() {
        let id = "aae01cee-54f3-46b9-992c-aa13237c7029";
        for (text, expect) in [
            (format!("\"identity--{id}\""), vec![id.to_owned()]),
            (format!("see file--{id}, file--{id}."), vec![id.to_owned()]),
            ("--".to_owned(), vec![]),
            ("bundle--aae01cee-54f3".to_owned(), vec![]),
        ] {
            assert_eq!(uuids(&text).into_iter().collect::<Vec<_>>(), expect, "{text}");
        }
    }
}
