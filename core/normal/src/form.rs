//! The forms, and what each makes of a text.

use crate::{address, host, number, property, quick, text, url};
use std::borrow::Cow;

/// How the values of a property are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Form {
    /// As it is written.
    #[default]
    Exact,
    /// An IPv4 or IPv6 address, or a range of them.
    Address,
    /// The number of an autonomous system as text.
    AutonomousSystem,
    /// A hash in hexadecimal digits: how many there are, 0 where that is not known.
    Digest(u16),
    /// The path of a directory.
    Directory,
    /// The name of a host, or an address where one stands in its place.
    Domain,
    /// An e-mail address.
    Email,
    /// A hardware address.
    Mac,
    /// A name that Windows compares without case: of a file, a value of the registry, a service.
    Name,
    /// A telephone number.
    Phone,
    /// The value of an object that is referred to: an address, an e-mail address, a hardware address, a URL or a name, by its shape.
    Referred,
    /// A key of the Windows registry.
    RegistryKey,
    /// The serial number of a certificate.
    Serial,
    /// A TLSH.
    Tlsh,
    /// A URL.
    Url,
}

impl Form {
    /// Returns how the values are compared that a path leads to.
    pub fn of(object_type: &str, steps: &[property::Step<'_>]) -> Self {
        property::form(object_type, steps)
    }

    /// Returns the normal form of a text; the text itself, not copied, where it is in normal form or is no value of this kind.
    #[inline]
    pub fn normal(self, text: &str) -> Cow<'_, str> {
        if quick::is_normal(self, text) { Cow::Borrowed(text) } else { self.at_length(text) }
    }

    pub(crate) fn at_length(self, text: &str) -> Cow<'_, str> {
        let found = match self {
            Form::Exact => None,
            // Whatever its length: a hash under the name of another algorithm is found too.
            Form::Digest(_) => number::digits(text),
            Form::Domain => return host::domain(text),
            Form::Referred => return referred(text),
            _ => self.read(text),
        };
        found.unwrap_or(Cow::Borrowed(text))
    }

    /// Returns the normal form of a text that is a value of this kind; `None` where it is none. Of [`Form::Exact`] every text is one.
    pub fn read(self, text: &str) -> Option<Cow<'_, str>> {
        match self {
            Form::Exact => Some(Cow::Borrowed(text)),
            Form::Address => address::read(text),
            Form::AutonomousSystem => number::autonomous_system(text),
            Form::Digest(length) => {
                number::digits(text).filter(|digits| length == 0 || digits.len() == usize::from(length))
            }
            Form::Directory => text::directory(text),
            Form::Domain => host::read(text),
            Form::Email => host::email(text),
            Form::Mac => number::mac(text),
            Form::Name => Some(text::name(text)),
            Form::Phone => number::phone(text),
            Form::Referred => Some(referred(text)),
            Form::RegistryKey => text::registry_key(text),
            Form::Serial => number::serial(text),
            Form::Tlsh => number::tlsh(text),
            Form::Url => url::read(text),
        }
    }

    /// Tells whether capitals make no difference anywhere in a value; its normal form has none then.
    pub fn folds_case(self) -> bool {
        match self {
            Form::Address
            | Form::AutonomousSystem
            | Form::Digest(_)
            | Form::Directory
            | Form::Domain
            | Form::Mac
            | Form::Name
            | Form::RegistryKey
            | Form::Serial
            | Form::Tlsh => true,
            Form::Exact | Form::Email | Form::Phone | Form::Referred | Form::Url => false,
        }
    }
}

const HYPHENATED_MAC: usize = 17;

/// Tells whether a mark stands behind each pair of digits, as in a hardware address.
fn is_paired(text: &str) -> bool {
    let fits = |(place, byte): (usize, u8)| (place % 3 == 2) == matches!(byte, b':' | b'-');
    text.len() == HYPHENATED_MAC && text.bytes().enumerate().all(fits)
}

/// A hardware address without colons or hyphens looks like a name, so that it is taken for one.
fn referred(text: &str) -> Cow<'_, str> {
    let may_be_hardware = text.len() == HYPHENATED_MAC && text.contains('-');
    if !may_be_hardware && host::is_plain(text) {
        return Cow::Borrowed(text);
    }
    let found = if text.contains("://") {
        url::read(text)
    } else if text.contains('@') {
        host::email(text)
    } else if text.contains([':', '-']) {
        // An IPv6 address may have as many digits; its colons stand elsewhere.
        number::mac(text).filter(|_| is_paired(text.trim()))
    } else {
        None
    };
    found.unwrap_or_else(|| host::domain(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_behind_a_reference_is_no_hardware_address() {
        for (text, normal) in [
            ("2606:4700:10::6:8", "2606:4700:10::6:8"),
            ("2606:4700:10:6::8", "2606:4700:10:6::8"),
            ("26-06-47-00-10-68", "26:06:47:00:10:68"),
        ] {
            assert_eq!(Form::Referred.normal(text), normal);
        }
    }
}
