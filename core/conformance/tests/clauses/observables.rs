//! Cyber-observables (§6).

use crate::base::{IPV4, MUTEX, check};
use serde_json::{Value, json};
use std::collections::BTreeSet;

pub fn section_6_observables(seen: &mut BTreeSet<String>) {
    let mut check = |kind, change, expected: &[&str]| check(seen, kind, change, expected);
    check("artifact", json!({ "payload_bin": null }), &["required-missing "]);
    check(
        "artifact",
        json!({ "url": "https://a.example", "hashes": { "MD5": "0".repeat(32) } }),
        &["payload-and-url /url"],
    );
    check("artifact", json!({ "payload_bin": null, "url": "https://a.example" }), &["url-without-hashes /hashes"]);
    check("artifact", json!({ "hashes": { "SHA-256": "0".repeat(64) } }), &["payload-hash-mismatch /hashes/SHA-256"]);
    check(
        "artifact",
        json!({ "hashes": { "SHA-256": "559aead08264d5795d3909718cdd05abd49572e84fe55590eef31a88a08fdffd" } }),
        &[],
    );
    check("artifact", json!({ "decryption_key": "a" }), &["decryption-key-alone /decryption_key"]);
    check("artifact", json!({ "encryption_algorithm": "rot13" }), &["enum-value /encryption_algorithm"]);
    check("artifact", json!({ "mime_type": "bla/bla" }), &["media-type /mime_type"]);
    check("file", json!({ "mime_type": "bla" }), &["media-type-unknown /mime_type"]);
    check("file", json!({ "name_enc": "not-a-charset" }), &["character-set /name_enc"]);
    check("file", json!({ "name": null }), &["required-missing "]);
    check("file", json!({ "content_ref": MUTEX }), &["reference-type /content_ref"]);
    check("directory", json!({ "contains_refs": [MUTEX] }), &["reference-type /contains_refs/0"]);
    check("domain-name", json!({ "value": "a b" }), &["domain-name /value"]);
    check("domain-name", json!({ "resolves_to_refs": [IPV4] }), &["deprecated /resolves_to_refs"]);
    check("email-addr", json!({ "value": "A <a@b.example>" }), &["email-address /value"]);
    check("email-message", json!({ "body_multipart": [{ "body": "a" }] }), &["multipart-body /body_multipart"]);
    check("email-message", json!({ "is_multipart": true, "body": "a" }), &["multipart-body /body"]);
    check(
        "email-message",
        json!({ "is_multipart": true, "body_multipart": [{ "content_type": "a" }] }),
        &["required-missing /body_multipart/0"],
    );
    check(
        "email-message",
        json!({ "additional_header_fields": { "subject": ["a"] } }),
        &["additional-header /additional_header_fields/subject"],
    );
    check("ipv4-addr", json!({ "value": "1.2.3.256" }), &["ipv4-address /value"]);
    check("ipv6-addr", json!({ "value": "1.2.3.4" }), &["ipv6-address /value"]);
    check("mac-addr", json!({ "value": "D2:FB:49:24:37:18" }), &["mac-address /value"]);
    check("network-traffic", json!({ "src_ref": null }), &["required-missing "]);
    check(
        "network-traffic",
        json!({ "is_active": true, "end": "2020-01-01T00:00:00Z" }),
        &["end-of-active-traffic /end"],
    );
    check(
        "network-traffic",
        json!({ "start": "2020-01-02T00:00:00Z", "end": "2020-01-01T00:00:00Z" }),
        &["last-before-first /end"],
    );
    check("network-traffic", json!({ "src_port": 65536, "dst_port": 1 }), &["integer-out-of-range /src_port"]);
    check("network-traffic", json!({ "src_port": 1 }), &["one-port-only "]);
    check("network-traffic", json!({ "protocols": ["TCP"] }), &["protocol-form /protocols/0"]);
    let extension = |name: &str, content: Value| json!({ "extensions": { name: content } });
    check(
        "network-traffic",
        extension("socket-ext", json!({ "address_family": "AF_FOO" })),
        &["enum-value /extensions/socket-ext/address_family"],
    );
    check(
        "network-traffic",
        extension("socket-ext", json!({ "address_family": "AF_INET", "options": { "SO_A": "1" } })),
        &["integer-expected /extensions/socket-ext/options/SO_A"],
    );
    check("network-traffic", extension("tcp-ext", json!({})), &["required-missing /extensions/tcp-ext"]);
    check(
        "network-traffic",
        extension("icmp-ext", json!({ "icmp_type_hex": "08" })),
        &["required-missing /extensions/icmp-ext/icmp_code_hex"],
    );
    check(
        "network-traffic",
        extension(
            "http-request-ext",
            json!({ "request_method": "get", "request_value": "/", "request_header": { "Accept": "a" } }),
        ),
        &["list-expected /extensions/http-request-ext/request_header/Accept"],
    );
    check("file", extension("ntfs-ext", json!({})), &["required-missing /extensions/ntfs-ext"]);
    check(
        "file",
        extension("archive-ext", json!({ "comment": "a" })),
        &["required-missing /extensions/archive-ext/contains_refs"],
    );
    check(
        "file",
        extension("windows-pebinary-ext", json!({ "pe_type": "exe", "sections": [{ "entropy": 0.5 }] })),
        &["required-missing /extensions/windows-pebinary-ext/sections/0/name"],
    );
    check("process", json!({ "pid": null }), &["required-missing "]);
    check(
        "process",
        extension("windows-process-ext", json!({ "priority": "high" })),
        &["priority-form /extensions/windows-process-ext/priority"],
    );
    check(
        "process",
        extension("windows-process-ext", json!({ "integrity_level": "top" })),
        &["enum-value /extensions/windows-process-ext/integrity_level"],
    );
    check(
        "process",
        extension("windows-service-ext", json!({ "service_status": "UP" })),
        &["enum-value /extensions/windows-service-ext/service_status"],
    );
    check("software", json!({ "cpe": "invalid" }), &["cpe-malformed /cpe"]);
    check("software", json!({ "languages": ["english_"] }), &["language-tag /languages/0"]);
    check("url", json!({ "value": "foo" }), &["url-malformed /value"]);
    check("user-account", json!({ "user_id": null }), &["required-missing "]);
    check("user-account", extension("unix-account-ext", json!({})), &["required-missing /extensions/unix-account-ext"]);
    check("windows-registry-key", json!({ "key": "HKLM\\a" }), &["registry-key-abbreviated /key"]);
    check("windows-registry-key", json!({ "values": [{}] }), &["required-missing /values/0"]);
    check(
        "windows-registry-key",
        json!({ "values": [{ "data_type": "REG_FOO" }] }),
        &["enum-value /values/0/data_type"],
    );
    check("x509-certificate", json!({ "serial_number": null }), &["required-missing "]);
    check("x509-certificate", json!({ "x509_v3_extensions": {} }), &["required-missing /x509_v3_extensions"]);
}
