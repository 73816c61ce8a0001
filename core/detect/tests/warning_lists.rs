//! Real warning lists of MISP: each is read whole, and finds what it is about.

use comity_detect::{WarningList, WarningLists};
use std::path::PathBuf;

fn list(name: &str) -> Option<WarningList> {
    let folder = std::env::var_os("COMITY_TEST_DATA")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from);
    match std::fs::read(folder.join("misp/warninglists").join(name)) {
        Ok(bytes) => Some(WarningList::parse(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"))),
        Err(error) => {
            eprintln!("not checked, test data is absent ({name}: {error})");
            None
        }
    }
}

#[test]
fn every_real_list() {
    // File, kind, entries used, entries not used, attribute types ignored.
    for (file, kind, entries, unusable, ignored) in [
        ("cisco_top1000.json", "string", 1_000, 0, 0),
        ("common-contact-emails.json", "regex", 1, 0, 0),
        ("common-ioc-false-positive.json", "string", 69, 0, 0),
        ("disposable-email.json", "substring", 4_941, 0, 0),
        ("empty-hashes.json", "string", 6, 0, 0),
        ("ipv6-linklocal.json", "cidr", 1, 0, 0),
        ("multicast.json", "cidr", 16, 0, 0),
        ("phone_numbers.json", "regex", 33, 0, 2),
        ("public-dns-v6.json", "cidr", 269, 0, 0),
        ("rfc1918.json", "cidr", 3, 0, 0),
        ("rfc3849.json", "cidr", 1, 0, 0),
        ("rfc5735.json", "cidr", 15, 0, 0),
        ("rfc6598.json", "cidr", 1, 0, 0),
        ("rfc6761.json", "string", 21, 0, 0),
        ("second-level-tlds.json", "string", 10_084, 0, 0),
        ("tlds.json", "string", 1_438, 0, 0),
        ("url-shortener.json", "hostname", 225, 0, 0),
        ("wikimedia.json", "cidr", 166, 0, 0),
    ] {
        let Some(list) = list(file) else { continue };
        let found = (list.kind().to_string(), list.len(), list.unusable(), list.ignored_attributes());
        assert_eq!(found, (kind.to_owned(), entries, unusable, ignored), "{file}");
        assert!(!list.version().is_empty() && !list.description().is_empty(), "{file}");
    }
}

#[test]
fn what_real_lists_find() {
    for (file, path, value, on) in [
        ("rfc1918.json", "ipv4-addr:value", "10.1.2.3", true),
        ("rfc1918.json", "ipv4-addr:value", "172.32.0.1", false),
        ("rfc1918.json", "ipv4-addr:value", "172.16.5.0/24", true),
        ("rfc1918.json", "ipv4-addr:value", "172.16.0.0/11", false),
        ("rfc1918.json", "network-traffic:dst_ref.value", "192.168.1.1", true),
        ("rfc1918.json", "url:value", "10.1.2.3", false),
        ("ipv6-linklocal.json", "ipv6-addr:value", "fe80::1", true),
        ("public-dns-v6.json", "ipv6-addr:value", "2001:148F:FFFE:0::1", true),
        ("public-dns-v6.json", "ipv6-addr:value", "2001:148f:fffe::2", false),
        ("cisco_top1000.json", "domain-name:value", "1RX.io", true),
        ("cisco_top1000.json", "domain-name:value", "x.1rx.io", false),
        ("cisco_top1000.json", "file:name", "1rx.io", false),
        ("tlds.json", "domain-name:value", "abb", true),
        ("tlds.json", "domain-name:value", "abb.example", false),
        ("url-shortener.json", "url:value", "https://1URL.com/abc", true),
        ("url-shortener.json", "url:value", "https://www.1url.com:443/abc?d", true),
        ("url-shortener.json", "url:value", "https://evil.example/1url.com", false),
        ("url-shortener.json", "url:value", "https://1url.com@evil.example/", false),
        ("url-shortener.json", "url:value", "https://evil1url.com/", false),
        ("url-shortener.json", "domain-name:value", "www.1url.com", true),
        ("disposable-email.json", "email-addr:value", "x@0-mail.com", true),
        ("disposable-email.json", "email-addr:value", "x@mail.example", false),
        ("disposable-email.json", "domain-name:value", "0-mail.com", false),
        ("empty-hashes.json", "file:hashes.MD5", "D41D8CD98F00B204E9800998ECF8427E", true),
        ("empty-hashes.json", "file:hashes.SSDEEP", "3::", true),
        ("empty-hashes.json", "file:hashes.'SHA-256'", "00", false),
        (
            "common-ioc-false-positive.json",
            "file:hashes.'SHA-256'",
            "01ba4719c80b6fe911b091a7c05124b64eeece964e09c058ef8f9805daca546b",
            true,
        ),
        ("common-contact-emails.json", "email-addr:value", "Abuse@a.example", true),
        ("common-contact-emails.json", "email-message:from_ref.value", "abuse@a.example", true),
        ("common-contact-emails.json", "email-addr:value", "anna@a.example", false),
        ("phone_numbers.json", "domain-name:value", "99999", false),
    ] {
        let Some(list) = list(file) else { continue };
        let name = list.name().to_owned();
        let mut lists = WarningLists::new();
        lists.add(list);
        let expect = on.then_some(name.as_str());
        assert_eq!(lists.find(path, value), expect, "{file} {path} {value}");
    }
}
