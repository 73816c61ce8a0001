//! The table for people: which property, which spellings are one, by which source.
//!
//! Guarantees: the tests of this crate read it, so that each row holds for what the code does; the documentation has the same rows.

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// Paths of properties, as patterns write them.
    pub properties: &'static [&'static str],
    /// Which spellings are one value.
    pub spellings: &'static str,
    /// What says so.
    pub source: &'static str,
    /// Values that are one, the first in normal form.
    pub same: &'static [&'static str],
    /// A value that is another.
    pub other: &'static str,
}

/// The table. What has no row is compared as it is written.
pub const ROWS: &[Row] = &[
    Row {
        properties: &["ipv4-addr:value", "ipv6-addr:value"],
        spellings: "groups and zeros of IPv6; `::ffff:192.0.2.1` is `192.0.2.1`; a prefix of the whole address; bits behind a prefix; zeros in front where decimal and octal agree; blanks around",
        source: "RFC 5952, RFC 4291 §2.5.5.2, RFC 4632, STIX 2.1 §6.7, §6.8",
        same: &["192.0.2.1", "192.0.2.1/32", "::ffff:192.0.2.1", "::FFFF:C000:0201/128", "192.0.02.1", " 192.0.2.1 "],
        other: "192.0.2.010",
    },
    Row {
        properties: &["domain-name:value"],
        spellings: "case; one dot at the end; Punycode; blanks around; an address in its place is the address",
        source: "RFC 4343, RFC 1034 §3.1, RFC 5891, UTS 46",
        same: &[
            "xn--bcher-kva.example",
            "bücher.example",
            "BÜCHER.Example.",
            "XN--BCHER-KVA.EXAMPLE",
            " bücher.example",
        ],
        other: "bucher.example",
    },
    Row {
        properties: &["url:value"],
        spellings: "case of scheme and host; the host as a name or address; the usual port; an empty path; percent-encoding; dot segments; blanks around",
        source: "RFC 3986 §6.2.2, §6.2.3, RFC 3987 §3.1",
        same: &[
            "http://quay.example/a~",
            "HTTP://Quay.Example.:80/a%7e",
            "http://quay.example:/b/../a~",
            " http://quay.example/./%61~",
        ],
        other: "http://quay.example/A~",
    },
    Row {
        properties: &["email-addr:value"],
        spellings: "the host, as a domain name; blanks around",
        source: "RFC 5321 §2.4",
        same: &["Desk@quay.example", "Desk@QUAY.example", "Desk@quay.example. "],
        other: "desk@quay.example",
    },
    Row {
        properties: &["mac-addr:value"],
        spellings: "case; colons, hyphens, dots or no marks between digits; blanks around",
        source: "IEEE 802, STIX 2.1 §6.10",
        same: &["00:1b:44:11:3a:b7", "00-1B-44-11-3A-B7", "001b.4411.3ab7", "001B44113AB7"],
        other: "00:1b:44:11:3a:b8",
    },
    Row {
        properties: &[
            "network-traffic:src_ref.value",
            "domain-name:resolves_to_refs[*].value",
            "email-message:to_refs[*].value",
        ],
        spellings: "as an address, e-mail address, hardware address with colons or hyphens, URL or domain name, by the shape of the value; so behind every reference",
        source: "STIX 2.1 §9.7, and as above",
        same: &["2001:db8::1", "2001:DB8:0:0::1", "2001:db8::1/128"],
        other: "2001:db8::2",
    },
    Row {
        properties: &[
            "file:hashes.MD5",
            "file:hashes.sha256",
            "x509-certificate:hashes.'SHA-1'",
            "process:image_ref.hashes.'SHA-256'",
            "file:extensions.'windows-pebinary-ext'.sections[*].hashes.MD5",
            "file:extensions.'windows-pebinary-ext'.imphash",
        ],
        spellings: "case; colons between pairs of digits; blanks around; the name of the algorithm with or without marks, in any case; so for every algorithm but SSDEEP, wherever `hashes` or a property that ends in `_hashes` stands",
        source: "hexadecimal digits; STIX 2.1 §10.7",
        same: &[
            "d41d8cd98f00b204e9800998ecf8427f",
            "D41D8CD98F00B204E9800998ECF8427F",
            "D4:1D:8C:D9:8F:00:B2:04:E9:80:09:98:EC:F8:42:7F",
        ],
        other: "d41d8cd98f00b204e9800998ecf8427e",
    },
    Row {
        properties: &["file:hashes.TLSH"],
        spellings: "case; `T1` in front; blanks around",
        source: "TLSH 4.0 (version digit)",
        same: &[
            "8ed02202ee0ca1e0c220d9c202d2b8c003c2e2a2b0280b03a0ecf0e0c2c0a0c0e0f0b0",
            "T18ED02202EE0CA1E0C220D9C202D2B8C003C2E2A2B0280B03A0ECF0E0C2C0A0C0E0F0B0",
        ],
        other: "8ed02202ee0ca1e0c220d9c202d2b8c003c2e2a2b0280b03a0ecf0e0c2c0a0c0e0f0b1",
    },
    Row {
        properties: &["windows-registry-key:key"],
        spellings: "case; `HKLM`, `HKCU`, `HKCR`, `HKU`, `HKCC`, with a colon too; `\\REGISTRY\\MACHINE`, `\\REGISTRY\\USER`; `Computer\\` and `Registry::` in front; backslashes at the end; blanks around",
        source: "Windows: Registry Hives, Predefined Keys, Registry Key Object Routines",
        same: &[
            "hkey_local_machine\\software\\quay",
            "HKEY_LOCAL_MACHINE\\Software\\Quay",
            "HKLM\\SOFTWARE\\Quay\\",
            "HKLM:\\Software\\Quay",
            "\\REGISTRY\\MACHINE\\Software\\Quay",
            "Computer\\HKEY_LOCAL_MACHINE\\Software\\Quay",
        ],
        other: "HKCU\\Software\\Quay",
    },
    Row {
        properties: &["directory:path", "file:parent_directory_ref.path", "process:cwd"],
        spellings: "case; `\\` or `/` at the end, but of the root; `/` for `\\` behind the letter of a drive",
        source: "Windows: Naming Files, Paths, and Namespaces",
        same: &["c:\\quay", "C:\\Quay", "C:\\Quay\\", "c:/QUAY/"],
        other: "c:\\quay\\a",
    },
    Row {
        properties: &[
            "file:name",
            "process:image_ref.name",
            "process:name",
            "windows-registry-key:values[*].name",
            "process:extensions.'windows-service-ext'.service_name",
        ],
        spellings: "case; both small sigmas, which have one capital",
        source: "Windows: Naming Files, Paths, and Namespaces, Structure of the Registry, CreateService",
        same: &["quay.exe", "QUAY.EXE", "Quay.exe"],
        other: "quay .exe",
    },
    Row {
        properties: &["network-traffic:protocols[*]"],
        spellings: "case",
        source: "RFC 6335 §5.1",
        same: &["http", "HTTP"],
        other: "https",
    },
    Row {
        properties: &["x509-certificate:serial_number"],
        spellings: "case; colons, hyphens and blanks; `0x` and zeros in front",
        source: "hexadecimal digits (RFC 5280 §4.1.2.2: a number)",
        same: &["4c0b1d19", "4c:0b:1d:19", "4C0B1D19", "0x4C0B1D19", "00 4C 0B 1D 19"],
        other: "4c0b1d1a",
    },
    Row {
        properties: &["autonomous-system:number", "ipv4-addr:belongs_to_refs[*].number"],
        spellings: "as text: `AS` or `ASN` in front; zeros in front; blanks around",
        source: "RFC 5396",
        same: &["64500", "AS64500", "as 64500", "ASN64500"],
        other: "64501",
    },
    Row {
        properties: &["phone-number:value"],
        spellings: "blanks, hyphens, dots, slashes and brackets behind the plus",
        source: "E.164, RFC 3966 §5.1.1",
        same: &["+4722000000", "+47 22 00 00 00", "+47 (22) 00-00-00"],
        other: "+4722000001",
    },
];
