//! Each row of the table, and the documentation beside it.

use crate::{Form, ROWS, Step, algorithm};

/// Takes a path apart as patterns write it.
fn form(path: &str) -> Form {
    let (object_type, mut rest) = path.split_once(':').unwrap();
    let mut steps = Vec::new();
    while !rest.is_empty() {
        if let Some(more) = rest.strip_prefix("[*]") {
            steps.push(Step::Item);
            rest = more;
        } else if let Some(quoted) = rest.trim_start_matches('.').strip_prefix('\'') {
            let (key, more) = quoted.split_once('\'').unwrap();
            steps.push(Step::Key(key));
            rest = more;
        } else {
            let plain = rest.trim_start_matches('.');
            let (key, more) = plain.split_at(plain.find(['.', '[']).unwrap_or(plain.len()));
            steps.push(Step::Key(key));
            rest = more;
        }
    }
    Form::of(object_type, &steps)
}

#[test]
fn each_row_holds_for_each_of_its_properties() {
    for row in ROWS {
        for property in row.properties {
            let form = form(property);
            assert_ne!(form, Form::Exact, "{property}");
            for spelling in row.same {
                assert_eq!(form.normal(spelling), row.same[0], "{property} {spelling}");
            }
            assert_ne!(form.normal(row.other), row.same[0], "{property} {}", row.other);
        }
    }
}

#[test]
fn the_documentation_has_these_rows() {
    const TITLE: &str = "## Spellings that are one value\n";
    const HEAD: &str = "| property | one value, however written | source |";
    let (_, section) = include_str!("../../../../docs/DETECTION.md").split_once(TITLE).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let written: Vec<&str> =
        section.lines().skip_while(|line| *line != HEAD).skip(2).take_while(|line| line.starts_with('|')).collect();
    let expected: Vec<String> = ROWS
        .iter()
        .map(|row| format!("| `{}` | {} | {} |", row.properties.join("`, `"), row.spellings, row.source))
        .collect();
    assert_eq!(written, expected, "{}", expected.join("\n"));
}

#[test]
fn what_has_no_row_is_compared_as_it_is_written() {
    for path in [
        "mutex:name",
        "user-account:account_login",
        "user-account:user_id",
        "process:command_line",
        "network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'",
        "malware:operating_system_refs[*].name",
        "indicator:created_by_ref.name",
        "network-traffic:src_ref",
        "software:name",
        "file:hashes.SSDEEP",
        "email-message:subject",
        "domain-name:x",
        "x-lantern:value",
    ] {
        assert_eq!(form(path), Form::Exact, "{path}");
        assert_eq!(form(path).normal(" A/ "), " A/ ");
    }
}

#[test]
fn behind_references_at_any_depth_the_last_property_decides() {
    for (path, expected) in [
        ("x-a:b_refs[*].c_ref.value", Form::Referred),
        ("x-a:b.c[*].d_ref.value", Form::Referred),
        ("observed-data:object_refs[*].key", Form::RegistryKey),
        ("observed-data:object_refs[*].values[*].name", Form::Name),
        ("process:parent_ref.image_ref.name", Form::Name),
        ("process:parent_ref.image_ref.hashes.'sha-1'", Form::Digest(40)),
        ("process:image_ref.parent_directory_ref.path", Form::Directory),
        ("email-message:body_multipart[*].body_raw_ref.name", Form::Name),
        ("malware:sample_refs[*].extensions.'windows-pebinary-ext'.imphash", Form::Digest(32)),
        ("x-a:external_references[*].hashes.MD5", Form::Digest(32)),
        ("artifact:hashes.'SHA3-512'", Form::Digest(128)),
        ("file:hashes.AUTHENTIHASH", Form::Digest(0)),
        ("file:extensions.'windows-pebinary-ext'.optional_header.hashes.MD5", Form::Digest(32)),
        ("file:extensions.'windows-pebinary-ext'.file_header_hashes.MD5", Form::Digest(32)),
        ("file:hashes.WHIRLPOOL", Form::Digest(0)),
        ("file:hashes.tlsh", Form::Tlsh),
        ("network-traffic:encapsulates_refs[*].protocols[*]", Form::Name),
    ] {
        assert_eq!(form(path), expected, "{path}");
    }
}

#[test]
fn dictionaries_of_hashes_are_known_by_their_names() {
    for (property, expected) in
        [("hashes", true), ("file_header_hashes", true), ("x_hashes", true), ("Hashes", false), ("hashes_x", false)]
    {
        assert_eq!(crate::is_hashes(property), expected, "{property}");
    }
}

#[test]
fn algorithms_have_one_name() {
    for (written, expected) in [
        ("SHA256", Some("SHA-256")),
        ("sha-256", Some("SHA-256")),
        ("Sha_256", Some("SHA-256")),
        ("sha3-256", Some("SHA3-256")),
        ("md5", Some("MD5")),
        ("ssdeep", Some("SSDEEP")),
        ("WHIRLPOOL", None),
        ("", None),
        ("a-name-that-is-longer-than-all", None),
    ] {
        assert_eq!(algorithm(written), expected, "{written}");
    }
}
