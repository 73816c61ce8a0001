//! How indicators are read that were written otherwise than STIX has it, and which can never match.

use comity_pattern::{Meant, Pattern, meant};

const TYPES: [&str; 12] = [
    "domain-name",
    "ipv4-addr",
    "ipv6-addr",
    "url",
    "network-traffic",
    "file",
    "process",
    "email-message",
    "email-addr",
    "autonomous-system",
    "user-account",
    "windows-registry-key",
];

fn read(text: &str) -> Meant {
    meant(&Pattern::parse(text).unwrap(), &|object_type| TYPES.contains(&object_type))
}

#[test]
fn what_is_meant() {
    for (written, expect) in [
        ("[ipv4-addr:value = '203.0.113.0/24']", "[ipv4-addr:value ISSUBSET '203.0.113.0/24']"),
        ("[ipv4-addr:value NOT != '203.0.113.0/24']", "[ipv4-addr:value ISSUBSET '203.0.113.0/24']"),
        (
            "[ipv4-addr:value IN ('203.0.113.9', '198.51.100.0/24', '2001:db8::1')]",
            "[ipv4-addr:value = '203.0.113.9' OR ipv6-addr:value = '2001:db8::1' OR ipv4-addr:value ISSUBSET '198.51.100.0/24']",
        ),
        ("[ipv6-addr:value = '::ffff:203.0.113.9']", "[ipv4-addr:value = '::ffff:203.0.113.9']"),
        ("[domain-name:value = '203.0.113.9']", "[ipv4-addr:value = '203.0.113.9']"),
        ("[ipv4-addr:value ISSUBSET '2001:db8::/32']", "[ipv6-addr:value ISSUBSET '2001:db8::/32']"),
        ("[ipv6-addr:value ISSUBSET '::ffff:203.0.113.0/120']", "[ipv4-addr:value ISSUBSET '::ffff:203.0.113.0/120']"),
        ("[ipv6-addr:value ISSUPERSET '203.0.113.9']", "[ipv4-addr:value ISSUPERSET '203.0.113.9']"),
        ("[domain-name:value ISSUBSET '203.0.113.0/24']", "[ipv4-addr:value ISSUBSET '203.0.113.0/24']"),
        (
            "[ipv4-addr:value ISSUBSET '2001:db8::/32' OR file:name = 'a']",
            "[ipv6-addr:value ISSUBSET '2001:db8::/32' OR file:name = 'a']",
        ),
        (
            "[ipv4-addr:value ISSUBSET '2001:db8::/32' AND ipv4-addr:value != '2001:db8::1']",
            "[ipv6-addr:value ISSUBSET '2001:db8::/32' AND ipv6-addr:value != '2001:db8::1']",
        ),
        (
            "[(ipv4-addr:value = '2001[:]db8::1' OR ipv4-addr:value NOT != '2001:db8::2') AND ipv4-addr:belongs_to_refs[*].number = 1]",
            "[(ipv6-addr:value = '2001:db8::1' OR ipv6-addr:value = '2001:db8::2') AND ipv6-addr:belongs_to_refs[*].number = 1]",
        ),
        ("[domain-name:value = 'http://quay.example/a']", "[url:value = 'http://quay.example/a']"),
        ("[domain-name:value = '*.quay.example']", "[domain-name:value LIKE '%.quay.example']"),
        ("[domain-name:value = '*.Quay.example.']", "[domain-name:value LIKE '%.quay.example']"),
        ("[domain-name:value = '*.BÜCHER.example']", "[domain-name:value LIKE '%.xn--bcher-kva.example']"),
        ("[domain-name:value = 'quay[.]example']", "[domain-name:value = 'quay.example']"),
        ("[url:value = 'hxxps://quay[.]example/(.)']", "[url:value = 'https://quay.example/(.)']"),
        (
            "[url:value = 'quay.example/a']",
            "[url:value IN ('quay.example/a', 'http://quay.example/a', 'https://quay.example/a')]",
        ),
        ("[email-addr:value = 'desk[at]quay(.)example']", "[email-addr:value = 'desk@quay.example']"),
        ("[network-traffic:dst_port = '8443']", "[network-traffic:dst_port = 8443]"),
        ("[network-traffic:dst_port IN ('80', 443)]", "[network-traffic:dst_port IN (80, 443)]"),
        ("[network-traffic:dst_port != ' 80']", "[network-traffic:dst_port != 80]"),
        ("[autonomous-system:number = 'AS64500']", "[autonomous-system:number = 64500]"),
        ("[autonomous-system:number = 'ASN64500']", "[autonomous-system:number = 64500]"),
        (
            "[ipv4-addr:belongs_to_refs[*].number IN ('asn 064500', 'AS1')]",
            "[ipv4-addr:belongs_to_refs[*].number IN (64500, 1)]",
        ),
        ("[user-account:user_id = 1000]", "[user-account:user_id = '1000']"),
        (
            "[ipv4-addr:value = '203.0.113.9' AND network-traffic:dst_port = '8443']",
            "[network-traffic:dst_ref.value = '203.0.113.9' AND network-traffic:dst_port = 8443]",
        ),
        (
            "[(ipv4-addr:value = '203.0.113.9' OR domain-name:value = 'a.example') AND network-traffic:src_port = 1]",
            "[(network-traffic:src_ref.value = '203.0.113.9' OR network-traffic:src_ref.value = 'a.example') AND network-traffic:src_port = 1]",
        ),
        (
            "[ipv4-addr:value = '203.0.113.9' AND network-traffic:protocols[*] = 'tcp']",
            "[(network-traffic:src_ref.value = '203.0.113.9' OR network-traffic:dst_ref.value = '203.0.113.9') AND network-traffic:protocols[*] = 'tcp']",
        ),
        ("[process:name = 'a.exe']", "[process:name = 'a.exe' OR process:image_ref.name = 'a.exe']"),
        (
            "[process:binary_ref.hashes.MD5 = 'aa' AND process:pid = 1]",
            "[(process:binary_ref.hashes.MD5 = 'aa' OR process:image_ref.hashes.MD5 = 'aa') AND process:pid = 1]",
        ),
        ("[email:subject = 'Docking plan']", "[email-message:subject = 'Docking plan']"),
        ("[email:value = 'desk@quay.example']", "[email-addr:value = 'desk@quay.example']"),
        ("[email-address:value LIKE '%@quay[.]example']", "[email-addr:value LIKE '%@quay.example']"),
        ("[ipv4-address:value = '203.0.113.9']", "[ipv4-addr:value = '203.0.113.9']"),
        ("[ip:address = '2001:db8::1']", "[ipv6-addr:value = '2001:db8::1']"),
        ("[hostname:name = 'quay.example']", "[domain-name:value = 'quay.example']"),
        ("[file:sha256 = 'ab']", "[file:hashes.'SHA-256' = 'ab']"),
    ] {
        let meant = read(written);
        assert_eq!(meant.pattern.expression.to_string(), expect, "{written}");
        assert!(!meant.remarks.is_empty(), "{written}: nothing is said");
        assert_eq!(meant.unmatchable, None, "{written}");
        // Read again, it is as it is.
        assert_eq!(read(expect).pattern.fatal(), None);
    }
}

#[test]
fn what_is_written_well_stays() {
    for written in [
        "[ipv4-addr:value = '203.0.113.9']",
        "[ipv4-addr:value = '203.0.113.9/32']",
        "[ipv4-addr:value != '203.0.113.0/24']",
        "[ipv4-addr:value NOT = '203.0.113.0/24']",
        "[ipv4-addr:value NOT ISSUBSET '2001:db8::/32']",
        "[ipv4-addr:value ISSUBSET '203.0.113.0/24' AND ipv4-addr:value != '203.0.113.9']",
        "[ipv4-addr:value LIKE '2001:%' AND ipv4-addr:belongs_to_refs[*].number = 1]",
        "[url:value = 'http://quay.example/a[1]']",
        "[url:value = '/a']",
        "[domain-name:value = 'quay.example' AND domain-name:resolves_to_refs[*].value = '203.0.113.9']",
        "[process:name != 'a.exe']",
        "[file:name = 'a[.]b']",
        "[domain-name:value MATCHES '^quay[.]example$']",
        "[network-traffic:dst_ref.value = '203.0.113.9' AND network-traffic:dst_port = 8443] REPEATS 2 TIMES",
        "[file:hashes.sha256 = 'ab']",
    ] {
        let pattern = Pattern::parse(written).unwrap();
        let meant = read(written);
        assert_eq!(meant.pattern, pattern, "{written}");
        assert_eq!((meant.remarks.len(), meant.unmatchable), (0, None), "{written}");
    }
}

#[test]
fn what_can_never_match() {
    for (written, code) in [
        ("[app:id = 'com.quay.agent']", "unknown-type"),
        ("[app:id = 'com.quay.agent'] OR [a:b = 1]", "unknown-type"),
        ("[domain-name:value = 'a.example' AND file:name = 'a']", "two-objects"),
        ("[domain-name:value = 'a.example' AND url:value = 'http://a.example/']", "two-objects"),
        ("[network-traffic:dst_port = 'http']", "wrong-type-of-value"),
        ("[network-traffic:dst_port LIKE '80%']", "wrong-type-of-value"),
        ("[network-traffic:dst_port = 'AS80']", "wrong-type-of-value"),
        ("[network-traffic:dst_port ISSUBSET '203.0.113.0/24']", "wrong-type-of-value"),
        ("[autonomous-system:number = 'AS-QUAY']", "wrong-type-of-value"),
        ("[ipv4-addr:value ISSUBSET '2001:db8::/32' AND ipv4-addr:value = '203.0.113.9']", "never-true"),
        ("[ipv4-addr:value ISSUBSET '203.0.113.0/24' AND ipv4-addr:value ISSUBSET '198.51.100.0/24']", "never-true"),
        ("[ipv4-addr:value = 'quay.example']", "wrong-type-of-value"),
        ("[ipv4-addr:value = '203.0.113.9:8443']", "wrong-type-of-value"),
        ("[domain-name:value = 'two words']", "wrong-type-of-value"),
        ("[domain-name:value = 5]", "wrong-type-of-value"),
        ("[file:hashes.MD5 = true]", "wrong-type-of-value"),
        ("[ipv4-addr:value = '203.0.113.9' AND ipv4-addr:value = '203.0.113.10']", "never-true"),
        ("[ipv4-addr:value = '203.0.113.9'] START t'2020-01-01T00:00:00Z' STOP t'2020-01-01T00:00:00Z'", "never-true"),
        ("[ipv4-addr:value = '203.0.113.9'] AND [file:size IN ('a', 'b')]", "wrong-type-of-value"),
        ("[file:name MATCHES '(']", "unreadable"),
        ("[ipv4-addr:value ISSUBSET 'text']", "unreadable"),
        ("[file:name IN ('a', 1)]", "unreadable"),
    ] {
        let reason = read(written).unmatchable;
        assert_eq!(reason.as_ref().map(|reason| reason.code()), Some(code), "{written}: {reason:?}");
    }
    for can in [
        "[app:id = 'x' OR domain-name:value = 'a.example']",
        "[app:id = 'x'] OR [domain-name:value = 'a.example']",
        "[file:name = 'a' AND file:name LIKE 'a%']",
        "[domain-name:value = 'Quay.Example' AND domain-name:value = 'quay.example.']",
        "[domain-name:value != 'two words']",
        "[ipv4-addr:value ISSUBSET '203.0.113.0/24' AND ipv4-addr:value ISSUBSET '203.0.113.0/25']",
        "[ipv4-addr:value ISSUBSET '203.0.113.0/24' AND ipv4-addr:value NOT ISSUBSET '198.51.100.0/24']",
        "[ipv4-addr:value ISSUBSET '203.0.113.0/24' AND ipv4-addr:value = '::ffff:203.0.113.9']",
    ] {
        assert_eq!(read(can).unmatchable, None, "{can}");
    }
}
