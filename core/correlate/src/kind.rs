//! The kinds of values that identify something, with the names that people and programs use for them.
//!
//! Does not know: how a value is written.

use serde::{Deserialize, Serialize};

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $number:literal, $name:literal;)*) => {
        /// What a value is. Two values of different kinds are never one.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Kind { $($(#[$doc])* #[serde(rename = $name)] $variant,)* }

        impl Kind {
            /// Every kind.
            pub const ALL: &[Kind] = &[$(Kind::$variant,)*];

            /// Returns the name, such as `ipv4-addr`; the word of STIX where there is one.
            pub fn name(self) -> &'static str {
                match self { $(Kind::$variant => $name,)* }
            }

            /// Returns the number that stands for the kind in a key; it never changes.
            pub fn number(self) -> u8 {
                match self { $(Kind::$variant => $number,)* }
            }
        }
    };
}

kinds! {
    /// An IPv4 address or range.
    Ipv4 = 1, "ipv4-addr";
    /// An IPv6 address or range.
    Ipv6 = 2, "ipv6-addr";
    /// The name of a host or domain.
    Domain = 3, "domain-name";
    /// A web address.
    Url = 4, "url";
    /// An e-mail address.
    Email = 5, "email-addr";
    /// A hardware address.
    Mac = 6, "mac-addr";
    /// The name of a mutex.
    Mutex = 7, "mutex";
    /// An account on a platform: by its number or its login.
    Account = 8, "user-account";
    /// MD5.
    Md5 = 9, "md5";
    /// SHA-1.
    Sha1 = 10, "sha1";
    /// SHA-256.
    Sha256 = 11, "sha256";
    /// SHA-512.
    Sha512 = 12, "sha512";
    /// Another hash, with the name of its algorithm.
    Hash = 13, "hash";
    /// The serial number of a certificate.
    Serial = 14, "certificate-serial";
    /// A key of the Windows registry.
    RegistryKey = 15, "registry-key";
    /// The number of an autonomous system.
    AutonomousSystem = 16, "autonomous-system";
    /// The number that a catalogue gave, such as a CVE.
    ExternalId = 17, "external-id";
    /// A phone number.
    Phone = 18, "phone-number";
}

impl Kind {
    /// Returns the kind of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }

    /// Returns the kind of this number.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.number() == number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_lead_back() {
        for kind in Kind::ALL {
            assert_eq!((Kind::parse(kind.name()), Kind::from_number(kind.number())), (Some(*kind), Some(*kind)));
            assert!(kind.number() < 32, "five bits of the key");
        }
        assert_eq!((Kind::parse("file-name"), Kind::from_number(0)), (None, None));
    }
}
