//! Which patterns are over-broad, in a table; and that usual real indicators are not.

use comity_detect::breadth;
use comity_pattern::Pattern;
use comity_stix::json::Limits;
use comity_stix::json::tree::Node;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The share of real indicators that may be set aside, in percent.
const SHARE_MAX: f64 = 2.0;

fn code(text: &str) -> Option<&'static str> {
    breadth(&Pattern::parse(text).expect(text)).map(|broad| broad.kind.code())
}

#[test]
fn over_broad_patterns() {
    let md5 = "[file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e'";
    for (text, expected) in [
        ("[ipv4-addr:value ISSUBSET '0.0.0.0/0']", "wide-range"),
        ("[ipv4-addr:value = '0.0.0.0/0']", "wide-range"),
        ("[ipv4-addr:value ISSUBSET '23.0.0.0/7']", "wide-range"),
        ("[ipv6-addr:value ISSUBSET '::/0']", "wide-range"),
        ("[ipv6-addr:value ISSUBSET '2000::/3']", "wide-range"),
        ("[ipv6-addr:value ISSUBSET '::ffff:0.0.0.0/96']", "wide-range"),
        ("[ipv4-addr:value LIKE '%']", "wide-range"),
        ("[ipv4-addr:value LIKE '23.%']", "wide-range"),
        ("[ipv4-addr:value LIKE '23%']", "wide-range"),
        // Private ones, and 100 to 109, which are not.
        ("[ipv4-addr:value LIKE '10%']", "wide-range"),
        ("[ipv4-addr:value LIKE '185._%']", "wide-range"),
        ("[ipv4-addr:value LIKE '%.1']", "wide-range"),
        ("[ipv4-addr:value MATCHES '^23\\\\.']", "wide-range"),
        ("[ipv4-addr:value MATCHES '^(23|61)\\\\.[0-9]']", "wide-range"),
        ("[ipv4-addr:value MATCHES '\\\\.1$']", "wide-range"),
        ("[network-traffic:dst_ref.value MATCHES '^23\\\\.']", "wide-range"),
        ("[ipv6-addr:value LIKE '2001:%']", "wide-range"),
        ("[ipv6-addr:value LIKE '2a%']", "wide-range"),
        ("[ipv6-addr:value MATCHES '^2a0d:']", "wide-range"),
        ("[ipv4-addr:value MATCHES '^10\\\\.']", "says-nothing"),
        ("[ipv4-addr:value MATCHES '^192\\\\.168\\\\.']", "says-nothing"),
        ("[ipv4-addr:value MATCHES '^172\\\\.(1[6-9]|2[0-9]|3[01])\\\\.']", "says-nothing"),
        ("[ipv4-addr:value LIKE '192.168%']", "says-nothing"),
        ("[ipv4-addr:value LIKE '127.0.0.1%']", "says-nothing"),
        ("[ipv6-addr:value LIKE 'FE80:%']", "says-nothing"),
        ("[ipv4-addr:value ISSUBSET '10.0.0.0/8']", "says-nothing"),
        ("[ipv4-addr:value = '127.0.0.1']", "says-nothing"),
        ("[ipv4-addr:value = ' 127.0.0.1 ']", "says-nothing"),
        ("[ipv4-addr:value LIKE '192.168.%']", "says-nothing"),
        ("[ipv6-addr:value = '::ffff:10.0.0.1']", "says-nothing"),
        ("[ipv6-addr:value = 'FE80::1']", "says-nothing"),
        ("[network-traffic:dst_ref.value = '169.254.3.4']", "says-nothing"),
        ("[ipv4-addr:value IN ('203.0.113.9', '224.0.0.251')]", "says-nothing"),
        ("[domain-name:value = 'LOCALHOST']", "says-nothing"),
        ("[domain-name:value = 'a.localhost.']", "says-nothing"),
        ("[domain-name:value = '127.0.0.1']", "says-nothing"),
        ("[url:value = 'http://localhost:8080/a']", "says-nothing"),
        (&format!("{md5}]"), "says-nothing"),
        (
            "[file:hashes.'SHA-384' = '38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b']",
            "says-nothing",
        ),
        ("[mac-addr:value = 'ff-ff-ff-ff-ff-ff']", "says-nothing"),
        ("[domain-name:value LIKE '%']", "everything"),
        ("[domain-name:value LIKE '%.%']", "everything"),
        ("[domain-name:value MATCHES '.*']", "everything"),
        ("[domain-name:value MATCHES '^[a-z0-9.-]+$']", "everything"),
        ("[ipv4-addr:value MATCHES '^[0-9.]+$']", "everything"),
        ("[network-traffic:dst_ref.value MATCHES '.']", "everything"),
        ("[url:value LIKE 'http://%']", "everything"),
        ("[url:value MATCHES '^https?://']", "everything"),
        ("[email-addr:value LIKE '%@%']", "everything"),
        ("[file:hashes.MD5 MATCHES '^[a-f0-9]{32}$']", "everything"),
        ("[process:command_line MATCHES '']", "everything"),
        ("[ipv4-addr:value != '203.0.113.9']", "everything"),
        ("[ipv4-addr:value NOT = '203.0.113.9']", "everything"),
        ("[domain-name:value NOT LIKE '%.example']", "everything"),
        ("[EXISTS file:name]", "everything"),
        ("[file:size > 0]", "everything"),
        ("[domain-name:value LIKE '%.com']", "public-suffix"),
        ("[domain-name:value LIKE '%.co.uk']", "public-suffix"),
        ("[domain-name:value = 'com']", "public-suffix"),
        ("[domain-name:value MATCHES '\\\\.ru$']", "public-suffix"),
        ("[url:value LIKE '%.com/%']", "public-suffix"),
        ("[network-traffic:dst_port = 443]", "usual-traffic"),
        ("[network-traffic:protocols[*] = 'tcp' AND network-traffic:dst_port = 443]", "usual-traffic"),
        ("[file:name LIKE '%.exe']", "usual-files"),
        ("[file:name MATCHES '\\\\.docx?$']", "usual-files"),
        ("[domain-name:value = 'quay.example' OR domain-name:value = 'localhost']", "says-nothing"),
        ("[domain-name:value = 'quay.example'] OR [ipv4-addr:value = '127.0.0.1']", "says-nothing"),
        ("[ipv4-addr:value != '203.0.113.9' AND ipv4-addr:value ISSUBSET '10.0.0.0/8']", "says-nothing"),
        ("[ipv4-addr:value = '10.0.0.1'] FOLLOWEDBY [domain-name:value LIKE '%']", "says-nothing"),
        ("[domain-name:value LIKE '%'] REPEATS 5 TIMES WITHIN 60 SECONDS", "everything"),
    ] {
        assert_eq!(code(text), Some(expected), "{text}");
    }
    for text in [
        "[ipv4-addr:value = '203.0.113.9']",
        "[ipv4-addr:value NOT != '203.0.113.9']",
        "[ipv4-addr:value ISSUBSET '203.0.113.0/24']",
        "[ipv4-addr:value ISSUBSET '223.166.0.0/15']",
        "[ipv4-addr:value ISSUBSET '11.0.0.0/9']",
        "[ipv6-addr:value ISSUBSET '2001:db8::/32']",
        "[ipv6-addr:value = '::ffff:203.0.113.9']",
        "[ipv4-addr:value = '8.8.8.8']",
        "[ipv4-addr:value ISSUPERSET '203.0.113.9']",
        "[ipv4-addr:value LIKE '203.0.113.%']",
        "[ipv4-addr:value LIKE '185.220%']",
        "[ipv4-addr:value LIKE '185.22%']",
        "[ipv4-addr:value LIKE '%.113.9']",
        "[ipv4-addr:value MATCHES '^185\\\\.220\\\\.']",
        "[ipv6-addr:value LIKE '2001:db8:%']",
        "[ipv6-addr:value MATCHES '^2001:db8:']",
        "[domain-name:value = 'web.de']",
        "[domain-name:value LIKE '%.web.de']",
        "[ipv4-addr:value MATCHES '^203\\\\.0\\\\.113\\\\.']",
        "[domain-name:value = 'quay.example']",
        "[domain-name:value LIKE '%.quay.example']",
        "[domain-name:value LIKE '%quay%']",
        "[domain-name:value MATCHES '^[a-z]{12}\\\\.com$']",
        "[domain-name:value = 'www.com.example']",
        "[url:value LIKE 'http://quay.example/%']",
        "[url:value MATCHES '/gate\\\\.php$']",
        "[email-addr:value LIKE '%@quay.example']",
        "[file:name = 'svchost.exe']",
        "[file:name LIKE 'invoice%.exe']",
        "[file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427f']",
        "[file:hashes.'SHA-256' MATCHES '^00']",
        "[network-traffic:dst_port = 4444]",
        "[network-traffic:dst_ref.value = '203.0.113.9' AND network-traffic:dst_port = 443]",
        "[ipv4-addr:value = '203.0.113.9' AND ipv4-addr:value != '203.0.113.10']",
        "[file:name = 'a.exe' AND file:size > 0]",
        &format!("{md5} AND file:name = 'a.exe']"),
        "[ipv4-addr:value = '10.0.0.1'] FOLLOWEDBY [domain-name:value = 'quay.example']",
        "[windows-registry-key:key LIKE 'HKEY_LOCAL_MACHINE\\\\\\\\Software\\\\\\\\Run%']",
        "[process:command_line LIKE '%-enc%']",
    ] {
        assert_eq!(code(text), None, "{text}");
    }
}

#[test]
fn the_reason_is_a_sentence() {
    let said = |text: &str| breadth(&Pattern::parse(text).expect(text)).expect(text).to_string();
    assert_eq!(said("[ipv4-addr:value ISSUBSET '0.0.0.0/0']"), "covers every IPv4 address");
    assert!(said("[ipv4-addr:value ISSUBSET '10.0.0.0/8']").contains("private address"));
    assert_eq!(said("[ipv4-addr:value != '203.0.113.9']"), "covers everything but what it excludes");
}

/// Folders of real indicators; what is made up to be broken or broad is not among them.
const REAL: &[&str] = &["stix", "misp/misp-stix-mapping", "cases/stix21_to_misp.json"];

fn data() -> Option<PathBuf> {
    let given = std::env::var_os("COMITY_TEST_DATA").map(PathBuf::from);
    let folder = given.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"));
    folder.is_dir().then_some(folder)
}

fn patterns(path: &Path, found: &mut Vec<String>) {
    if path.is_dir() {
        for entry in std::fs::read_dir(path).expect("a folder") {
            patterns(&entry.expect("an entry").path(), found);
        }
    } else if path.extension().is_some_and(|end| end == "json") {
        let bytes = std::fs::read(path).expect("a file");
        let limits =
            Limits { nodes_max: 50_000_000, object_bytes_max: 1 << 30, string_bytes_max: 1 << 30, ..Limits::default() };
        if let Ok(node) = Node::parse(&bytes, &limits) {
            walk(&node, found);
        }
    }
}

fn walk(node: &Node<'_>, found: &mut Vec<String>) {
    if node.property("type").and_then(Node::text) == Some("indicator") {
        found.extend(node.property("pattern").and_then(Node::text).map(str::to_owned));
    }
    node.items().iter().for_each(|item| walk(item, found));
    node.properties().iter().for_each(|(_, value)| walk(value, found));
}

#[test]
fn real_indicators_are_not_set_aside() {
    let Some(data) = data() else {
        eprintln!("no real indicators here: COMITY_TEST_DATA names no folder");
        return;
    };
    let mut found = Vec::new();
    for place in REAL {
        patterns(&data.join(place), &mut found);
    }
    let read: Vec<Pattern> = found.iter().filter_map(|text| Pattern::parse(text).ok()).collect();
    let mut reasons: BTreeMap<String, u32> = BTreeMap::new();
    for broad in read.iter().filter_map(breadth) {
        *reasons.entry(format!("{}: {broad}", broad.kind.code())).or_default() += 1;
    }
    let aside = f64::from(reasons.values().sum::<u32>());
    println!("{aside} of {} real indicators are over-broad: {reasons:#?}", read.len());
    assert!(
        read.len() > 200 && aside * 100.0 < SHARE_MAX * read.len() as f64,
        "{aside} of {}: {reasons:#?}",
        read.len()
    );
}
