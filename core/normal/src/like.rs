//! What LIKE asks for, in the letters of the normal form: `%` and `_` stand where they stood.
//!
//! Guarantees: what has no `%` and no `_` is as the normal form of the same text, where that is a value of its kind. What is asked for
//! as it is written is asked for beside this, so that nothing is found less. Does not know: how LIKE is evaluated.

use crate::{Form, host, text};
use std::borrow::Cow;

const WILD: [char; 2] = ['%', '_'];

impl Form {
    /// Returns a LIKE pattern in the letters of the normal form; the text itself where nothing changes, `None` where capitals count in
    /// a value. In the names of hosts a label is what stands for it in ASCII; one that has both wildcards and letters of another script
    /// has no such form: see [`Form::like_in_own_script`].
    pub fn like(self, pattern: &str) -> Option<Cow<'_, str>> {
        if !self.folds_case() {
            return None;
        }
        let like = match self {
            Form::Domain => host(pattern, ascii),
            Form::Directory => text::directory(pattern).unwrap_or(Cow::Borrowed(pattern)),
            Form::RegistryKey => text::registry_key(pattern).unwrap_or(Cow::Borrowed(pattern)),
            Form::Name => text::name(pattern),
            Form::Mac => Cow::Owned(pattern.to_ascii_lowercase().replace('-', ":")),
            _ => text::lower(pattern),
        };
        // What a form takes away at the end says something where it stands behind a wildcard: `%.` would be `%`.
        Some(if like.ends_with(WILD) && !pattern.ends_with(WILD) { text::lower(pattern) } else { like })
    }

    /// Returns a LIKE pattern for values as [`Form::in_own_script`] writes them; `None` where it asks for nothing that cannot be asked
    /// for in ASCII.
    pub fn like_in_own_script(self, pattern: &str) -> Option<String> {
        let has_no_ascii = |label: &str| !label.is_ascii() && label.contains(WILD);
        let asks = self == Form::Domain && pattern.split('.').any(has_no_ascii);
        let own = |label: &str| {
            let small = text::lower(label);
            host::in_own_script(&small).unwrap_or_else(|| small.into_owned())
        };
        asks.then(|| host(pattern, own).into_owned())
    }

    /// Returns a value in normal form with the letters of its own script, where it has some: of `xn--bcher-kva.example` it is
    /// `bücher.example`.
    pub fn in_own_script(self, normal: &str) -> Option<String> {
        if self == Form::Domain { host::in_own_script(normal) } else { None }
    }
}

/// Rewrites the labels of a name, without the dot at the end of a whole one.
fn host(pattern: &str, label: impl Fn(&str) -> String) -> Cow<'_, str> {
    let whole = host::without_dot(pattern);
    if whole.is_ascii() && !whole.contains(host::ACE) {
        return text::lower(whole);
    }
    Cow::Owned(whole.split('.').map(label).collect::<Vec<_>>().join("."))
}

fn ascii(label: &str) -> String {
    let plain = if label.contains(WILD) { text::lower(label) } else { Form::Domain.normal(label) };
    plain.into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_stay_and_letters_are_those_of_the_form() {
        for (form, pattern, like, own) in [
            (Form::Domain, "%.Quay.Example.", "%.quay.example", None),
            (Form::Domain, "%.BÜCHER.example", "%.xn--bcher-kva.example", None),
            (Form::Domain, "BÜCHER%", "bücher%", Some("bücher%")),
            (Form::Domain, "BÜ%.BÜCHER.Example", "bü%.xn--bcher-kva.example", Some("bü%.bücher.example")),
            (Form::Domain, "BÜ%.XN--bcher-KVA.Example", "bü%.xn--bcher-kva.example", Some("bü%.bücher.example")),
            (Form::Domain, "%.", "%.", None),
            (Form::Domain, "ΟΔΟΣ%", "οδοσ%", Some("οδοσ%")),
            (Form::Name, "BÜCHER%", "bücher%", None),
            (Form::Name, "BU\u{308}CHER%.EXE", "bücher%.exe", None),
            (Form::Name, "ΟΔΟΣ%", "οδοσ%", None),
            (Form::Directory, "C:/Quay/", "c:\\quay", None),
            (Form::Directory, "C:/Quay/%", "c:\\quay\\%", None),
            (Form::Directory, "%\\", "%\\", None),
            (Form::RegistryKey, "HKLM\\Soft%", "hkey_local_machine\\soft%", None),
            (Form::RegistryKey, "HK%\\Soft%", "hk%\\soft%", None),
            (Form::Mac, "00-1B-%", "00:1b:%", None),
            (Form::Digest(32), "AB%", "ab%", None),
        ] {
            assert_eq!(form.like(pattern).as_deref(), Some(like), "{form:?} {pattern}");
            assert_eq!(form.like_in_own_script(pattern).as_deref(), own, "{form:?} {pattern}");
        }
        for form in [Form::Exact, Form::Email, Form::Url, Form::Referred, Form::Phone] {
            assert_eq!(form.like("BÜ%"), None);
        }
    }

    #[test]
    fn a_name_is_written_in_its_own_script() {
        assert_eq!(Form::Domain.in_own_script("www.xn--bcher-kva.example").as_deref(), Some("www.bücher.example"));
        for name in ["quay.example", "xn--.example", "xn--quay.example", "a.xn--9999999999.example"] {
            assert_eq!(Form::Domain.in_own_script(name), None, "{name}");
        }
        assert_eq!(Form::Name.in_own_script("xn--bcher-kva.example"), None);
    }
}
