//! Names that are compared without case, and the paths of Windows.
//!
//! Windows compares names of files, services, and keys and values of the registry without case. Its own table of capitals is not
//! Unicode's in every letter; what differs there is taken for one name here, so that more is found, never less. Its table has one capital
//! for both small sigmas, so that they are one letter here, which they are not in the names of hosts.

use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization;

/// Returns a text in small letters and composed, letter by letter: a capital sigma is `σ` wherever it stands, as UTS 46 has it for hosts.
pub(crate) fn lower(text: &str) -> Cow<'_, str> {
    small(text, |letter| letter)
}

/// Returns a text as Windows compares names: in small letters and composed, both small sigmas one, since both have one capital.
pub(crate) fn name(text: &str) -> Cow<'_, str> {
    small(text, |letter| if letter == 'ς' { 'σ' } else { letter })
}

fn small(text: &str, also: impl Fn(char) -> char) -> Cow<'_, str> {
    if text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
        return Cow::Borrowed(text);
    }
    if text.is_ascii() {
        return Cow::Owned(text.to_ascii_lowercase());
    }
    // Not the whole text at once: how a letter is written would depend on what stands behind it, so that `ΟΔΟΣ` did not begin `ΟΔΟΣΑ`.
    let small: String = text.chars().flat_map(char::to_lowercase).map(also).nfc().collect();
    if small == text { Cow::Borrowed(text) } else { Cow::Owned(small) }
}

/// What stands before a hive in the address bar of the registry editor and in PowerShell.
const BEFORE_HIVES: [&str; 2] = ["computer\\", "registry::"];
/// Short names and the names in the kernel, of each hive. PowerShell writes a colon behind the short name.
const HIVES: [(&str, &str); 7] = [
    ("hklm", "hkey_local_machine"),
    ("hkcu", "hkey_current_user"),
    ("hkcr", "hkey_classes_root"),
    ("hkcc", "hkey_current_config"),
    ("hku", "hkey_users"),
    ("\\registry\\machine", "hkey_local_machine"),
    ("\\registry\\user", "hkey_users"),
];

/// Returns the normal form of a registry key: small letters, hives by their long names, no backslash at the end.
pub(crate) fn registry_key(text: &str) -> Option<Cow<'_, str>> {
    let text = text.trim_start().trim_end_matches(|last: char| last == '\\' || last.is_whitespace());
    if text.is_empty() {
        return None;
    }
    let key = name(text);
    if key.starts_with("hkey_") {
        return Some(key);
    }
    if let Some(long) = long(&key) {
        return Some(Cow::Owned(long));
    }
    let inner = BEFORE_HIVES.iter().find_map(|before| key.strip_prefix(before));
    match inner.map(|inner| (inner.starts_with("hkey_"), inner)) {
        Some((true, inner)) => Some(Cow::Owned(inner.to_owned())),
        Some((false, inner)) => Some(long(inner).map_or(key, Cow::Owned)),
        None => Some(key),
    }
}

fn long(key: &str) -> Option<String> {
    HIVES.iter().find_map(|(short, long)| {
        let rest = key.strip_prefix(short)?;
        let rest = if short.starts_with('\\') { rest } else { rest.strip_prefix(':').unwrap_or(rest) };
        (rest.is_empty() || rest.starts_with('\\')).then(|| format!("{long}{rest}"))
    })
}

/// Returns the normal form of a directory: small letters, no separator at its end unless it is the root. Behind the letter of a drive
/// both separators are one.
pub(crate) fn directory(text: &str) -> Option<Cow<'_, str>> {
    if text.is_empty() {
        return None;
    }
    let path = name(text);
    let drive = path.as_bytes().first().is_some_and(u8::is_ascii_lowercase) && path.as_bytes().get(1) == Some(&b':');
    let path = if drive && path.contains('/') { Cow::Owned(path.replace('/', "\\")) } else { path };
    let short = path.trim_end_matches(['\\', '/']);
    if short.len() == path.len() {
        return Some(path);
    }
    let kept = if short.is_empty() || drive && short.len() == 2 { short.len() + 1 } else { short.len() };
    if kept == path.len() {
        return Some(path);
    }
    Some(match path {
        Cow::Borrowed(path) => Cow::Borrowed(path.get(..kept)?),
        Cow::Owned(mut path) => {
            path.truncate(kept);
            Cow::Owned(path)
        }
    })
}
