//! What a file is, by its beginning.

use comity_stix::kind_of_file;

fn is(bytes: impl AsRef<[u8]>, name: &str) {
    let kind = kind_of_file(bytes.as_ref());
    let found = kind.map_or("not known", |kind| kind.name);
    assert!(found.contains(name), "{found}: {}", String::from_utf8_lossy(bytes.as_ref()));
    assert!(kind.is_some_and(|kind| kind.advice.len() > 10));
}

#[test]
fn what_is_taken_for_stix_is_named() {
    is(b"%PDF-1.7\n%\xe2\xe3", "PDF");
    is(b"\x1f\x8b\x08\0\0", "gzip");
    is(b"PK\x03\x04\x14\0", "zip");
    is(b"PK\x03\x04\x14\0\0\0[Content_Types].xml", "Office");
    is(b"BZh91AY", "bzip2");
    is([&[b'a'; 257][..], b"ustar\0"].concat(), "tar");
    is("<?xml version=\"1.0\"?>\n<stix:STIX_Package xmlns:stix=\"http://stix.mitre.org/stix-1\">", "STIX 1.x in XML");
    is("<?xml version=\"1.0\"?><ioc xmlns=\"http://schemas.mandiant.com/2010/ioc\">", "OpenIOC");
    is("<rss/>", "XML");
    is("\u{feff}\n<!DOCTYPE html><html>", "web page");
    is("Return-Path: <a@b.example>\r\nReceived: from x\r\nSubject: Indicators\r\n\r\n", "e-mail");
    is("From: a@b.example\nTo: c@d.example\nMIME-Version: 1.0\nSubject: x\n", "e-mail");
    is("title: Odd\nlogsource:\n  product: windows\ndetection:\n  selection:\n    Image: x\n", "Sigma");
    is("import \"pe\"\n\nrule Odd : tag {\n  strings:\n    $a = \"x\"\n  condition:\n    $a\n}\n", "YARA");
    is("alert tcp any any -> any 80 (msg:\"x\"; sid:1;)\n", "Suricata");
    is("---\nname: x\nvalues:\n  - a\n", "YAML");
    is("value,type,first_seen\na.example,domain,2026-01-01\n198.51.100.3,ip,2026-01-01\n", "CSV");
    is("# made up\nvalue;type\n\"a;b.example\";domain\n", "CSV");
    is("# list\nquay.example\n198.51.100.3\n", "list of values");
    is("44d88612fea8a8f36de82e1278abb02f\n", "list of values");
    is("-----BEGIN CERTIFICATE-----\n", "PEM");
    is("\u{feff}{\"a\":1}".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>(), "UTF-16");
    is("", "empty");
    is(" \n", "empty");
    is(r#"{"Event":{"info":"x"}}"#, "a MISP event");
    is(r#"{"response":[{"Event":{"info":"x"}}]}"#, "a MISP event");
    is(r#"[ {"Event":{"info":"x"}} ]"#, "a MISP event");
    is(r#"{"00000044-2222-4222-8222-222222222222":{"info":"x","Orgc":{}}}"#, "manifest");
    is(r#"{"name":"x","list":["a"],"matching_attributes":["domain"],"type":"string"}"#, "warning list");
    is(r#"{"took":1,"hits":{"hits":[]}}"#, "Elasticsearch");
    is(r#"{"error":"not found","status":404}"#, "error message");
    is("[domain-name:value = 'quay.example']", "STIX pattern");
}

#[test]
fn what_is_not_known_is_not_guessed() {
    for text in [
        r#"{"type":"bundle","id":"bundle--1","objects":[]}"#,
        r#"[{"type":"malware","id":"malware--1"}]"#,
        r#"{"type":"x-event","id":"x-event--1","Event":{}}"#,
        "{",
        "{\"type\":\"bundle\", cut",
        "Some prose about a harbour, with a comma.\nAnd another line.",
        "12 34 56",
        "\u{0}\u{1}\u{2}\u{3}binary",
    ] {
        assert_eq!(kind_of_file(text.as_bytes()), None, "{text}");
    }
}
