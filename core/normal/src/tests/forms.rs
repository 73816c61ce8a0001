//! Each form: single values, and any text.

use crate::{Form, host_type};
use proptest::prelude::*;
use std::borrow::Cow;

const FORMS: [Form; 17] = [
    Form::Exact,
    Form::Address,
    Form::AutonomousSystem,
    Form::Digest(0),
    Form::Digest(32),
    Form::Digest(64),
    Form::Directory,
    Form::Domain,
    Form::Email,
    Form::Mac,
    Form::Name,
    Form::Phone,
    Form::Referred,
    Form::RegistryKey,
    Form::Serial,
    Form::Tlsh,
    Form::Url,
];

#[test]
fn single_values() {
    for (form, text, expected) in [
        (Form::Address, "198.51.100.7/24", "198.51.100.0/24"),
        (Form::Address, "198.51.100.7/0", "0.0.0.0/0"),
        (Form::Address, "198.51.100.7/33", "198.51.100.7/33"),
        (Form::Address, "1.2.3.4/-5", "1.2.3.4/-5"),
        (Form::Address, "1.2.3.4/+8", "1.2.3.4/+8"),
        (Form::Address, "1.2.3", "1.2.3"),
        (Form::Address, "1.2.3.4.5", "1.2.3.4.5"),
        (Form::Address, "01.02.03.04", "1.2.3.4"),
        (Form::Address, "2001:DB8::1/0", "::/0"),
        (Form::Address, "2001:DB8::ffff/64", "2001:db8::/64"),
        (Form::Address, "::ffff:10.1.2.3/104", "10.0.0.0/8"),
        (Form::Address, "::ffff:0:0/96", "0.0.0.0/0"),
        (Form::Address, "::ffff:1.2.3.4/95", "::fffe:0:0/95"),
        (Form::Address, "FE80::1%eth0", "FE80::1%eth0"),
        (Form::Domain, "203.0.113.9.", "203.0.113.9"),
        (Form::Domain, "2001:DB8::1", "2001:db8::1"),
        (Form::Domain, "_Dmarc.Quay.example", "_dmarc.quay.example"),
        (Form::Domain, "quay.example..", "quay.example.."),
        (Form::Domain, "http://Quay.example", "http://Quay.example"),
        (Form::Domain, "МОСТ.example", "xn--l1aeje.example"),
        (Form::Domain, "faß.example", "xn--fa-hia.example"),
        (Form::Domain, "１.２.３.４", "1.2.3.4"),
        (Form::Domain, "ΟΔΟΣ.example", "xn--pxavbq.example"),
        (Form::Domain, "οδοσ.example", "xn--pxavbq.example"),
        (Form::Domain, "οδος.example", "xn--pxavbm.example"),
        (Form::Domain, "ΟΔΟΣ ΟΔΟΣ", "οδοσ οδοσ"),
        (Form::Domain, "", ""),
        (Form::Url, "http://Quay.example", "http://quay.example/"),
        (Form::Url, "http://quay.example?a", "http://quay.example/?a"),
        (Form::Url, "https://U:P@Quay.Example:443/A?B#C", "https://U:P@quay.example/A?B#C"),
        (Form::Url, "http://quay.example:443/", "http://quay.example:443/"),
        (Form::Url, "http://quay.example:08080/", "http://quay.example:8080/"),
        (Form::Url, "http://quay.example:99999/A/../b", "http://quay.example:99999/A/../b"),
        (Form::Url, "http://[2001:DB8::1]:80/", "http://[2001:db8::1]/"),
        (Form::Url, "http://[::ffff:192.0.2.1]/", "http://192.0.2.1/"),
        (Form::Url, "http://[X]/A/../b", "http://[x]/A/../b"),
        (Form::Url, "HTTP://Quay[.]Example:80:80/A", "http://quay[.]example/A"),
        (Form::Url, "http://x:80:80/a/../b", "http://x/b"),
        (Form::Url, "http://BÜCHER.example/ü b", "http://xn--bcher-kva.example/%C3%BC%20b"),
        (Form::Url, "http://b%C3%BCcher.example/", "http://xn--bcher-kva.example/"),
        (Form::Url, "http://quay.example/%2f%2F%3a", "http://quay.example/%2F%2F%3A"),
        (Form::Url, "http://quay.example/%zz%41", "http://quay.example/%zz%41"),
        (Form::Url, "http://quay.example/%%341", "http://quay.example/%%341"),
        (Form::Url, "http://quay.example/a/b/../../../c/.", "http://quay.example/c/"),
        (Form::Url, "http://quay.example/a/%2e%2E/b/..", "http://quay.example/"),
        (Form::Url, "http://quay.example/.well-known/a", "http://quay.example/.well-known/a"),
        (Form::Url, "http://quay.example//a//", "http://quay.example//a//"),
        (Form::Url, "http://quay.example\t/A", "http://quay.example\t/A"),
        (Form::Url, "FILE:///C:/A", "file:///C:/A"),
        (Form::Url, "mailto:A", "mailto:A"),
        (Form::Url, "Quay.example/A", "Quay.example/A"),
        (Form::Email, "Clerk", "Clerk"),
        (Form::Email, "@Quay.example", "@Quay.example"),
        (Form::Email, "a@[192.0.2.1]", "a@[192.0.2.1]"),
        (Form::Mac, "001b", "001b"),
        (Form::Mac, "00:1B-44:11-3A:B7", "00:1b:44:11:3a:b7"),
        (Form::Mac, "001B44-113AB7", "00:1b:44:11:3a:b7"),
        (Form::Referred, "aa-bb-cc-dd-ee-ff", "aa:bb:cc:dd:ee:ff"),
        (Form::Referred, "AA-BB-CC-DD-EE-FF", "aa:bb:cc:dd:ee:ff"),
        (Form::Referred, "AABBCCDDEEFF", "aabbccddeeff"),
        (Form::Referred, "DEAD.BEEF.CAFE", "dead.beef.cafe"),
        (Form::Referred, "Desk@Quay.example", "Desk@quay.example"),
        (Form::Referred, "HTTP://Quay.example/A", "http://quay.example/A"),
        (Form::Referred, "Quay.example.", "quay.example"),
        (Form::RegistryKey, "HKLMX\\A", "hklmx\\a"),
        (Form::RegistryKey, "HKU", "hkey_users"),
        (Form::RegistryKey, "hku:", "hkey_users"),
        (Form::RegistryKey, "\\Registry\\Users\\A", "\\registry\\users\\a"),
        (Form::RegistryKey, "Registry::HKCU\\A", "hkey_current_user\\a"),
        (Form::RegistryKey, "Computer\\Computer\\HKCU", "computer\\computer\\hkcu"),
        (Form::RegistryKey, "\\", "\\"),
        (Form::Directory, "C:\\", "c:\\"),
        (Form::Directory, "C:", "c:"),
        (Form::Directory, "C:/", "c:\\"),
        (Form::Directory, "/", "/"),
        (Form::Directory, "//", "/"),
        (Form::Directory, "/Home/A/", "/home/a"),
        (Form::Name, " Приказ.DOC", " приказ.doc"),
        (Form::Name, "ΟΔΟΣ.txt", "οδοσ.txt"),
        (Form::Name, "οδος.txt", "οδοσ.txt"),
        (Form::Directory, "/ΟΔΟΣ/", "/οδοσ"),
        (Form::RegistryKey, "HKU\\ΟΔΟΣ", "hkey_users\\οδοσ"),
        (Form::Serial, "0", "0"),
        (Form::Serial, "0X0", "0"),
        (Form::Serial, "0x", "0x"),
        (Form::Serial, "Quay", "Quay"),
        (Form::AutonomousSystem, "AS4294967296", "AS4294967296"),
        (Form::AutonomousSystem, "AS-QUAY", "AS-QUAY"),
        (Form::Tlsh, "T1AB", "T1AB"),
        (Form::Phone, "22000000", "22000000"),
        (Form::Digest(64), "ABC0", "abc0"),
        (Form::Digest(64), "Quay", "Quay"),
        (Form::Digest(64), "AB:C", "AB:C"),
    ] {
        assert_eq!(form.normal(text), expected, "{form:?} {text}");
        assert_eq!(form.normal(expected), expected, "again: {form:?} {text}");
    }
}

#[test]
fn what_is_no_value_is_not_read() {
    for (form, text) in [
        (Form::Address, "quay.example"),
        (Form::AutonomousSystem, "AS"),
        (Form::Digest(32), "d41d"),
        (Form::Domain, "a b.example"),
        (Form::Domain, "."),
        (Form::Domain, "a/b"),
        (Form::Email, "quay.example"),
        (Form::Mac, "quay"),
        (Form::Phone, "+47"),
        (Form::RegistryKey, " \\"),
        (Form::Serial, "quay"),
        (Form::Tlsh, "d41d"),
        (Form::Url, " "),
    ] {
        assert_eq!(form.read(text), None, "{form:?} {text}");
    }
}

#[test]
fn usual_values_in_normal_form_are_not_copied() {
    for (form, text) in [
        (Form::Address, "198.51.100.7"),
        (Form::Address, "198.51.100.0/24"),
        (Form::Address, "2001:db8::1"),
        (Form::Domain, "cdn-1.quay.example"),
        (Form::Domain, "xn--bcher-kva.example"),
        (Form::Domain, "198.51.100.7"),
        (Form::Url, "https://quay.example/a/b?c=%2F&d=e"),
        (Form::Url, "http://198.51.100.7:8080/a"),
        (Form::Email, "Desk@quay.example"),
        (Form::Mac, "00:1b:44:11:3a:b7"),
        (Form::Referred, "198.51.100.7"),
        (Form::Referred, "quay.example"),
        (Form::Digest(32), "d41d8cd98f00b204e9800998ecf8427e"),
        (Form::Name, "quay.exe"),
        (Form::Name, "приказ.doc"),
        (Form::Directory, "c:\\quay"),
        (Form::RegistryKey, "hkey_users\\quay"),
        (Form::Serial, "4c0b1d19"),
        (Form::AutonomousSystem, "64500"),
        (Form::Phone, "+4722000000"),
    ] {
        assert!(matches!(form.normal(text), Cow::Borrowed(same) if same == text), "{form:?} {text}");
    }
}

#[test]
fn types_of_hosts() {
    for (object_type, value, expected) in [
        ("ipv6-addr", "::ffff:192.0.2.1", Some("ipv4-addr")),
        ("ipv6-addr", "2001:db8::1", None),
        ("ipv4-addr", "192.0.2.1", None),
        ("ipv4-addr", "2001:db8::1", Some("ipv6-addr")),
        ("domain-name", "192.0.2.1", Some("ipv4-addr")),
        ("domain-name", "192.0.2.1.", Some("ipv4-addr")),
        ("domain-name", "2001:db8::1", Some("ipv6-addr")),
        ("domain-name", "quay.example", None),
        ("ipv4-addr", "quay.example", None),
        ("url", "192.0.2.1", None),
    ] {
        assert_eq!(host_type(object_type, value), expected, "{object_type} {value}");
    }
}

/// Texts near to values: pieces of every kind, joined.
fn near() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "http",
        "HTTPS",
        "://",
        ":",
        "/",
        "//",
        ".",
        "..",
        "/./",
        "/../",
        "%",
        "%2",
        "%41",
        "%2e",
        "%c3%bc",
        "%25",
        "@",
        "#",
        "?",
        "[",
        "]",
        "::",
        "::ffff:",
        "192.0.2.1",
        "010",
        "0",
        "1.2",
        "/32",
        "/96",
        "/0",
        "80",
        "443",
        "xn--",
        "xn--bcher-kva",
        "XN--A",
        "ü",
        "İ",
        "Σ",
        "ς",
        "ß",
        "\u{ad}",
        "\u{301}",
        "\u{345}",
        "１",
        "。",
        "．",
        "／",
        "K",
        "Ω",
        "\u{200d}",
        " ",
        "\t",
        "\\",
        "HKLM",
        "hklm:",
        "Computer\\",
        "Registry::",
        "\\REGISTRY\\MACHINE",
        "C:",
        "A",
        "a",
        "-",
        "_",
        "aa",
        "BB",
        "0x",
        "AS",
        "+47",
        "T1",
        "example",
        "quay",
    ]);
    prop::collection::vec(pieces, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_normal_form_is_its_own(text in prop_oneof![near(), "\\PC{0,12}", "[0-9a-fA-F:./-]{0,24}"]) {
        for form in FORMS {
            let once = form.normal(&text).into_owned();
            prop_assert_eq!(&*form.normal(&once), once.as_str(), "{:?} {:?}", form, text);
            if let Some(read) = form.read(&text) {
                prop_assert_eq!(&*read, once.as_str(), "{:?} {:?}", form, text);
                let again = form.read(&once);
                prop_assert_eq!(again.as_deref(), Some(once.as_str()), "{:?} {:?}", form, text);
            }
            if form.folds_case() && form.read(&text).is_some() {
                prop_assert!(!once.contains(|one: char| one.is_ascii_uppercase()), "{:?} {:?}", form, once);
            }
        }
    }
}
