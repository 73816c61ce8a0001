//! Which patterns mean the same: the cases of the official library, and tables of our own.

use crate::support;

use comity_pattern::{Pattern, equivalent};
use support::{cases, text};

fn same(one: &str, other: &str) -> bool {
    equivalent(&Pattern::parse(one).unwrap(), &Pattern::parse(other).unwrap())
}

#[test]
fn agrees_with_the_official_library() {
    let Some(cases) = cases("pattern_equivalence.json") else { return };
    let wrong: Vec<String> = cases
        .iter()
        .filter(|case| same(text(case, "a"), text(case, "b")) != case["equivalent"].as_bool().unwrap())
        .map(ToString::to_string)
        .collect();
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn what_means_the_same_by_definition_is_the_same() {
    for (one, other, expected) in [
        ("[a:b NOT = 1]", "[a:b != 1]", true),
        ("[a:b NOT != 1]", "[a:b = 1.0]", true),
        ("[a:b IN (3, 1, 2, 1)]", "[a:b IN (1, 2, 3)]", true),
        ("[a:b IN ('x')]", "[a:b = 'x']", true),
        ("[a:b NOT IN ('x')]", "[a:b != 'x']", true),
        ("[a:b = h'616263']", "[a:b = b'YWJj']", true),
        ("[a:b = h'616263']", "[a:b = 'abc']", false),
        ("[a:b > 1]", "[a:b NOT <= 1]", false),
        ("[a:b = 1] WITHIN 5 SECONDS", "[a:b = 1] WITHIN 5.0 SECONDS", true),
        ("[a:b = 1] AND [a:b = 1]", "[a:b = 1]", false),
        ("[a:b = 1] FOLLOWEDBY [a:c = 2]", "[a:c = 2] FOLLOWEDBY [a:b = 1]", false),
        ("[windows-registry-key:key = 'HKLM\\\\A']", "[windows-registry-key:key = 'hklm\\\\a']", true),
        ("[windows-registry-key:values[0].data = 'A']", "[windows-registry-key:values[0].data = 'a']", false),
        ("[ipv4-addr:value ISSUBSET '10.1.2.3/8']", "[ipv4-addr:value ISSUBSET '10.0.0.0/8']", true),
        ("[ipv4-addr:value = '010.1.1.1']", "[ipv4-addr:value = '10.1.1.1']", false),
        ("[a:v = 'x'] /* why */", "[ a:v='x' ]", true),
        ("[ipv6-addr:value = '2001:DB8:0:0::1']", "[ipv6-addr:value = '2001:db8::1']", true),
        ("[ipv6-addr:value = '::ffff:192.0.2.1']", "[ipv4-addr:value = '192.0.2.1']", true),
        ("[ipv6-addr:value = '::ffff:192.0.2.1']", "[ipv4-addr:value = '192.0.2.2']", false),
        ("[ipv6-addr:value != '::ffff:192.0.2.1']", "[ipv4-addr:value != '192.0.2.1']", false),
        (
            "[ipv6-addr:value IN ('::ffff:192.0.2.1', '::ffff:192.0.2.2')]",
            "[ipv4-addr:value IN ('192.0.2.2', '192.0.2.1')]",
            true,
        ),
        ("[domain-name:value = '192.0.2.1']", "[ipv4-addr:value = '192.0.2.1']", true),
        ("[domain-name:value = '192.0.2.1' OR a:b = 1]", "[ipv4-addr:value = '192.0.2.1' OR a:b = 1]", true),
        (
            "[ipv6-addr:value = '::ffff:192.0.2.1' AND ipv6-addr:x = 1]",
            "[ipv4-addr:value = '192.0.2.1' AND ipv4-addr:x = 1]",
            true,
        ),
        ("[domain-name:value = 'Quay.Example.']", "[domain-name:value = 'quay.example']", true),
        ("[domain-name:value NOT IN ('Quay.Example.', 'b')]", "[domain-name:value NOT IN ('B', 'quay.example')]", true),
        ("[domain-name:value = 'bücher.example']", "[domain-name:value = 'xn--bcher-kva.example']", true),
        ("[domain-name:value LIKE 'Quay%']", "[domain-name:value LIKE 'quay%']", false),
        ("[windows-registry-key:key MATCHES 'HKLM']", "[windows-registry-key:key MATCHES 'hklm']", false),
        ("[windows-registry-key:key LIKE 'A%']", "[windows-registry-key:key LIKE 'a%']", false),
        ("[windows-registry-key:key > 'A']", "[windows-registry-key:key > 'a']", false),
        ("[windows-registry-key:key = 'HKCU\\\\A\\\\']", "[windows-registry-key:key = 'hkey_current_user\\\\a']", true),
        ("[file:hashes.sha256 = 'AB']", "[file:hashes.'SHA-256' = 'ab']", true),
        ("[file:hashes.md5 LIKE 'AB%']", "[file:hashes.MD5 LIKE 'AB%']", true),
        ("[process:image_ref.hashes.Sha1 = 'AB']", "[process:image_ref.hashes.'SHA-1' = 'ab']", true),
        ("[file:hashes.SSDEEP = 'AB']", "[file:hashes.SSDEEP = 'ab']", false),
        ("[file:x.sha256 = 'ab']", "[file:x.'SHA-256' = 'ab']", false),
        ("[url:value = 'HTTP://Quay.Example:80']", "[url:value = 'http://quay.example/']", true),
        ("[url:value = 'http://quay.example/A']", "[url:value = 'http://quay.example/a']", false),
        ("[network-traffic:dst_ref.value = '2001:DB8::1']", "[network-traffic:dst_ref.value = '2001:db8::1']", true),
        ("[ipv6-addr:value ISSUBSET '2001:DB8::1/32']", "[ipv6-addr:value ISSUBSET '2001:db8::/32']", true),
        ("[mutex:name = 'A']", "[mutex:name = 'a']", false),
    ] {
        assert_eq!(same(one, other), expected, "{one}   {other}");
        assert_eq!(same(other, one), expected, "{other}   {one}");
    }
}

#[test]
fn what_would_grow_too_large_is_left_as_it_is() {
    let clauses: Vec<String> = (0..12).map(|at| format!("(a:p{at} = 1 OR a:q{at} = 1)")).collect();
    let pattern = format!("[{}]", clauses.join(" AND "));
    let reversed = format!("[{}]", clauses.iter().rev().cloned().collect::<Vec<_>>().join(" AND "));
    assert!(same(&pattern, &reversed));
}

#[test]
fn the_canonical_form_is_its_own_canonical_form() {
    for case in cases("pattern_equivalence.json").unwrap_or_default() {
        for side in ["a", "b"] {
            let once = comity_pattern::canonical(&Pattern::parse(text(&case, side)).unwrap()).to_string();
            let parsed = Pattern::parse(&once).unwrap_or_else(|error| panic!("{once}: {error:?}"));
            assert_eq!(comity_pattern::canonical(&parsed).to_string(), once);
        }
    }
}
