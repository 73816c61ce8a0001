//! The values of one STIX object that identify something.
//!
//! Guarantees: never fails; what cannot be read has no values. Each value once, in the order in which it stands. At most
//! [`VALUES_MAX`] of an object. What an author revoked claims nothing any more and has none. File names are left out: they identify
//! nothing. Does not know: other objects.

use crate::kind::Kind;
use crate::{normal, pattern};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// The most values of one object.
pub const VALUES_MAX: usize = 10_000;

/// A value that identifies something, in the one way to write it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CorrelatedValue {
    /// What it is.
    pub kind: Kind,
    /// The value.
    pub value: String,
}

impl CorrelatedValue {
    /// Makes the value of a kind from how somebody wrote it; `None` where it is none of that kind. An address has the kind that it is:
    /// `::ffff:192.0.2.1` is IPv4, also where a name was expected.
    pub fn new(kind: Kind, text: &str) -> Option<Self> {
        normal::normal(kind, text).map(|(kind, value)| Self { kind, value })
    }
}

/// Gathers values, each once.
#[derive(Default)]
pub(crate) struct Found {
    values: Vec<CorrelatedValue>,
    seen: HashSet<CorrelatedValue>,
    /// The values as they are written, where somebody asks for them.
    written: Option<BTreeSet<String>>,
}

impl Found {
    /// Notes how a value is written.
    pub fn note(&mut self, text: &str) {
        if let Some(written) = &mut self.written
            && written.len() < VALUES_MAX
        {
            written.insert(text.trim().to_owned());
        }
    }

    /// Adds a value that is written in the one way already.
    pub fn push(&mut self, kind: Kind, value: String) {
        if self.values.len() >= VALUES_MAX {
            return;
        }
        let value = CorrelatedValue { kind, value };
        // Nearly every object has one or two values, for which a table costs more than looking.
        let known = match self.values.len() {
            0..8 => self.values.contains(&value),
            8 => {
                self.seen.extend(self.values.iter().cloned());
                self.seen.contains(&value)
            }
            _ => self.seen.contains(&value),
        };
        if !known {
            if self.values.len() >= 8 {
                self.seen.insert(value.clone());
            }
            self.values.push(value);
        }
    }

    /// Adds a value as somebody wrote it.
    pub fn push_normal(&mut self, kind: Kind, text: &str) {
        if let Some((kind, value)) = normal::normal(kind, text) {
            self.note(text);
            self.push(kind, value);
        }
    }
}

/// What is read of an object; the rest is passed over. Every property is taken as it stands, so that one of another form than expected
/// hides nothing else.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Read<'a> {
    #[serde(borrow, rename = "type")]
    object_type: Option<Cow<'a, str>>,
    #[serde(borrow)]
    revoked: Option<&'a RawValue>,
    #[serde(borrow)]
    value: Option<&'a RawValue>,
    #[serde(borrow)]
    name: Option<&'a RawValue>,
    #[serde(borrow)]
    number: Option<&'a RawValue>,
    #[serde(borrow)]
    key: Option<&'a RawValue>,
    #[serde(borrow)]
    serial_number: Option<&'a RawValue>,
    #[serde(borrow)]
    hashes: Option<&'a RawValue>,
    #[serde(borrow)]
    account_type: Option<&'a RawValue>,
    #[serde(borrow)]
    user_id: Option<&'a RawValue>,
    #[serde(borrow)]
    account_login: Option<&'a RawValue>,
    #[serde(borrow)]
    pattern: Option<&'a RawValue>,
    #[serde(borrow)]
    pattern_type: Option<&'a RawValue>,
    #[serde(borrow)]
    external_references: Option<&'a RawValue>,
    #[serde(borrow)]
    objects: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct ExternalReference<'a> {
    #[serde(borrow)]
    source_name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    external_id: Option<Cow<'a, str>>,
}

fn text<'a>(raw: Option<&'a RawValue>) -> Option<Cow<'a, str>> {
    #[derive(Deserialize)]
    struct Text<'a>(#[serde(borrow)] Cow<'a, str>);
    serde_json::from_str::<Text<'a>>(raw?.get()).ok().map(|text| text.0)
}

/// Returns the values of an object from its bytes.
pub fn values(object: &[u8]) -> Vec<CorrelatedValue> {
    let mut found = Found::default();
    gather(object, &mut found);
    found.values
}

/// Returns the texts in which somebody else may quote the values of an object: as they are written there, and in the one way to write
/// them. At most [`VALUES_MAX`] of each.
pub fn spellings(object: &[u8]) -> BTreeSet<String> {
    let mut found = Found { written: Some(BTreeSet::new()), ..Found::default() };
    gather(object, &mut found);
    let mut spellings = found.written.unwrap_or_default();
    spellings.extend(found.values.into_iter().map(|value| value.value));
    spellings
}

fn gather(object: &[u8], found: &mut Found) {
    if let Ok(read) = serde_json::from_slice::<Read<'_>>(object)
        && read.revoked.is_none_or(|revoked| revoked.get() != "true")
    {
        of(&read, found);
        // STIX 2.0 keeps what was observed inside of the observed-data.
        if read.object_type.as_deref() == Some("observed-data")
            && let Some(inner) = read.objects
            && let Ok(inner) = serde_json::from_str::<BTreeMap<Cow<'_, str>, Read<'_>>>(inner.get())
        {
            inner.values().for_each(|inner| of(inner, found));
        }
    }
}

fn of(read: &Read<'_>, found: &mut Found) {
    let Some(object_type) = read.object_type.as_deref() else { return };
    let mut plain = |kind, raw| {
        if let Some(text) = text(raw) {
            found.push_normal(kind, &text);
        }
    };
    match object_type {
        "ipv4-addr" => plain(Kind::Ipv4, read.value),
        "ipv6-addr" => plain(Kind::Ipv6, read.value),
        "domain-name" => plain(Kind::Domain, read.value),
        "url" => plain(Kind::Url, read.value),
        "email-addr" => plain(Kind::Email, read.value),
        "mac-addr" => plain(Kind::Mac, read.value),
        "phone-number" => plain(Kind::Phone, read.value),
        "mutex" => plain(Kind::Mutex, read.name),
        "windows-registry-key" => plain(Kind::RegistryKey, read.key),
        "autonomous-system" => {
            if let Some(number) = read.number {
                found.push_normal(Kind::AutonomousSystem, number.get());
            }
        }
        "file" | "artifact" => hashes(read.hashes, found),
        "x509-certificate" => {
            plain(Kind::Serial, read.serial_number);
            hashes(read.hashes, found);
        }
        "user-account" => {
            let (platform, id, login) = (text(read.account_type), text(read.user_id), text(read.account_login));
            normal::account(platform.as_deref(), id.as_deref(), login.as_deref())
                .into_iter()
                .for_each(|value| found.push(Kind::Account, value));
        }
        "indicator" => {
            // STIX 2.0 has no `pattern_type`.
            let is_stix = read.pattern_type.is_none_or(|kind| kind.get() == "\"stix\"");
            if let Some(pattern) = text(read.pattern).filter(|_| is_stix) {
                pattern::values(&pattern, found);
            }
        }
        "vulnerability" => {
            if let Some(name) = text(read.name).filter(|name| is_cve(name)) {
                found.push_normal(Kind::ExternalId, &format!("cve:{name}"));
            }
        }
        _ => {}
    }
    if let Some(references) = read.external_references
        && let Ok(references) = serde_json::from_str::<Vec<ExternalReference<'_>>>(references.get())
    {
        for reference in references {
            if let (Some(source), Some(id)) = (&reference.source_name, &reference.external_id) {
                found.push_normal(Kind::ExternalId, &format!("{}:{id}", source.replace(':', " ")));
            }
        }
    }
}

fn hashes(raw: Option<&RawValue>, found: &mut Found) {
    let Some(Ok(hashes)) = raw.map(|raw| serde_json::from_str::<BTreeMap<Cow<'_, str>, &RawValue>>(raw.get())) else {
        return;
    };
    for (algorithm, raw) in hashes {
        let Some(text) = text(Some(raw)) else { continue };
        if let Some((kind, value)) = normal::hash(&algorithm, &text) {
            found.note(&text);
            found.push(kind, value);
        }
    }
}

fn is_cve(name: &str) -> bool {
    let rest = name.strip_prefix("CVE-").or_else(|| name.strip_prefix("cve-"));
    rest.and_then(|rest| rest.split_once('-')).is_some_and(|(year, number)| {
        year.len() == 4 && number.len() >= 4 && year.bytes().chain(number.bytes()).all(|b| b.is_ascii_digit())
    })
}

/// Returns what a text that somebody typed may be, the likeliest first; empty where it identifies nothing.
pub fn guesses(text: &str) -> Vec<CorrelatedValue> {
    let text = text.trim();
    let attempt = |kind| CorrelatedValue::new(kind, text);
    for kind in [Kind::Ipv4, Kind::Ipv6, Kind::Mac, Kind::Md5, Kind::Sha1, Kind::Sha256, Kind::Sha512, Kind::Phone] {
        if let Some(value) = attempt(kind) {
            return vec![value];
        }
    }
    if text.contains("://") {
        return attempt(Kind::Url).into_iter().collect();
    }
    if is_cve(text) {
        return CorrelatedValue::new(Kind::ExternalId, &format!("cve:{text}")).into_iter().collect();
    }
    let is_key = text.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("hk")) && text.contains('\\');
    let kinds: &[Kind] = match text {
        _ if is_key => &[Kind::RegistryKey],
        _ if text.contains('@') && !text.contains(':') => &[Kind::Email],
        _ if text.contains(':') => &[Kind::Account, Kind::ExternalId, Kind::Hash, Kind::Serial, Kind::Mutex],
        _ if text.contains('.') => &[Kind::Domain, Kind::Mutex],
        _ => &[Kind::Domain, Kind::AutonomousSystem, Kind::Serial, Kind::Mutex],
    };
    kinds.iter().filter_map(|kind| attempt(*kind)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(object: &str, expected: &[(Kind, &str)]) {
        let found = values(object.as_bytes());
        let found: Vec<(Kind, &str)> = found.iter().map(|value| (value.kind, value.value.as_str())).collect();
        assert_eq!(found, expected, "{object}");
    }

    #[test]
    fn observables() {
        for (object, kind, value) in [
            (r#"{"type":"ipv4-addr","value":"198.51.100.7/32"}"#, Kind::Ipv4, "198.51.100.7"),
            (r#"{"type":"ipv6-addr","value":"2001:DB8::1"}"#, Kind::Ipv6, "2001:db8::1"),
            (r#"{"type":"domain-name","value":"Lantern.Example"}"#, Kind::Domain, "lantern.example"),
            (r#"{"type":"url","value":"HTTP://Lantern.Example/A"}"#, Kind::Url, "http://lantern.example/A"),
            (r#"{"type":"email-addr","value":"a@B.example"}"#, Kind::Email, "a@b.example"),
            (r#"{"type":"mac-addr","value":"00:1B:44:11:3A:B7"}"#, Kind::Mac, "00:1b:44:11:3a:b7"),
            (r#"{"type":"mutex","name":"M\"x"}"#, Kind::Mutex, "M\"x"),
            (r#"{"type":"autonomous-system","number":64500}"#, Kind::AutonomousSystem, "64500"),
            (r#"{"type":"windows-registry-key","key":"HKLM\\X"}"#, Kind::RegistryKey, "hkey_local_machine\\x"),
            (r#"{"type":"x509-certificate","serial_number":"0A:B1"}"#, Kind::Serial, "ab1"),
            (r#"{"type":"user-account","account_type":"Q","user_id":"7"}"#, Kind::Account, "q:7"),
            (r#"{"type":"phone-number","value":"+47 22 00 00 00"}"#, Kind::Phone, "+4722000000"),
            (r#"{"type":"vulnerability","name":"CVE-2021-44228"}"#, Kind::ExternalId, "cve:CVE-2021-44228"),
        ] {
            check(object, &[(kind, value)]);
        }
        for (object, value) in [
            (r#"{"type":"ipv6-addr","value":"::ffff:198.51.100.10"}"#, "198.51.100.10"),
            (r#"{"type":"domain-name","value":"198.51.100.10"}"#, "198.51.100.10"),
        ] {
            check(object, &[(Kind::Ipv4, value)]);
        }
        check(
            r#"{"type":"file","name":"a.exe","hashes":{"MD5":"D41D8CD98F00B204E9800998ECF84270","SHA-1":5}}"#,
            &[(Kind::Md5, "d41d8cd98f00b204e9800998ecf84270")],
        );
        check(
            r#"{"type":"vulnerability","name":"CVE-2021-44228","external_references":[{"source_name":"cve","external_id":"CVE-2021-44228"},{"source_name":"Vendor"}]}"#,
            &[(Kind::ExternalId, "cve:CVE-2021-44228")],
        );
        check(
            r#"{"type":"observed-data","objects":{"0":{"type":"ipv4-addr","value":"198.51.100.7"},"1":{"type":"file","name":"x"}}}"#,
            &[(Kind::Ipv4, "198.51.100.7")],
        );
    }

    #[test]
    fn patterns() {
        let indicator = |pattern: &str, extra: &str| format!(r#"{{"type":"indicator","pattern":"{pattern}"{extra}}}"#);
        for (pattern, expected) in [
            ("[domain-name:value = 'Lantern.Example']", &[(Kind::Domain, "lantern.example")] as &[_]),
            (
                "[ipv4-addr:value IN ('198.51.100.7','198.51.100.8')]",
                &[(Kind::Ipv4, "198.51.100.7"), (Kind::Ipv4, "198.51.100.8")],
            ),
            ("[ipv4-addr:value ISSUBSET '198.51.100.0/24']", &[(Kind::Ipv4, "198.51.100.0/24")]),
            (
                "[file:hashes.'MD5' = 'd41d8cd98f00b204e9800998ecf84270' AND file:name = 'a']",
                &[(Kind::Md5, "d41d8cd98f00b204e9800998ecf84270")],
            ),
            ("[network-traffic:dst_ref.value = '198.51.100.7']", &[(Kind::Ipv4, "198.51.100.7")]),
            ("[domain-name:resolves_to_refs[*].value = '2001:db8::1']", &[(Kind::Ipv6, "2001:db8::1")]),
            ("[user-account:account_type = 'q' AND user-account:user_id = '7']", &[(Kind::Account, "q:7")]),
            ("[user-account:user_id = '7']", &[]),
            ("[autonomous-system:number = 64500]", &[(Kind::AutonomousSystem, "64500")]),
            ("[ipv6-addr:value = '::ffff:198.51.100.10']", &[(Kind::Ipv4, "198.51.100.10")]),
            ("[network-traffic:dst_ref.value = '::ffff:198.51.100.10']", &[(Kind::Ipv4, "198.51.100.10")]),
            (
                "[file:hashes.sha256 = 'E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B850']",
                &[(Kind::Sha256, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b850")],
            ),
            (
                "[process:image_ref.hashes.MD5 = 'd41d8cd98f00b204e9800998ecf84270']",
                &[(Kind::Md5, "d41d8cd98f00b204e9800998ecf84270")],
            ),
            ("[x-a:b.hashes.MD5 = 'd41d8cd98f00b204e9800998ecf84270']", &[]),
            ("[domain-name:value != 'a.example']", &[]),
            ("[domain-name:value NOT = 'a.example']", &[]),
            ("[domain-name:value LIKE '%.example']", &[]),
            ("[file:name = 'a']", &[]),
            ("not a pattern", &[]),
        ] {
            check(&indicator(pattern, r#","pattern_type":"stix""#), expected);
        }
        let pattern = "[domain-name:value = 'a.example']";
        check(&indicator(pattern, ""), &[(Kind::Domain, "a.example")]);
        check(&indicator(pattern, r#","pattern_type":"yara""#), &[]);
        check(&indicator(pattern, r#","revoked":true"#), &[]);
    }

    #[test]
    fn what_cannot_be_read_has_none() {
        for object in
            ["", "[]", "{}", r#"{"type":5}"#, r#"{"type":"ipv4-addr"}"#, r#"{"type":"ipv4-addr","value":{}}"#, "\u{0}"]
        {
            check(object, &[]);
        }
        let many: Vec<String> =
            (0..VALUES_MAX + 5).map(|n| format!(r#"{{"source_name":"s","external_id":"{n}"}}"#)).collect();
        assert_eq!(
            values(format!(r#"{{"type":"tool","external_references":[{}]}}"#, many.join(",")).as_bytes()).len(),
            VALUES_MAX
        );
        let same = vec![r#"{"source_name":"s","external_id":"1"}"#; 30].join(",");
        check(&format!(r#"{{"type":"tool","external_references":[{same}]}}"#), &[(Kind::ExternalId, "s:1")]);
    }

    #[test]
    fn spellings_are_what_is_written_and_the_one_way() {
        for (object, expected) in [
            (
                r#"{"type":"domain-name","value":"Bücher.example"}"#,
                &["Bücher.example", "xn--bcher-kva.example"] as &[_],
            ),
            (
                r#"{"type":"file","hashes":{"MD5":"D41D8CD98F00B204E9800998ECF84270"}}"#,
                &["D41D8CD98F00B204E9800998ECF84270", "d41d8cd98f00b204e9800998ecf84270"],
            ),
            (
                r#"{"type":"indicator","pattern":"[ipv6-addr:value = '::ffff:198.51.100.10']"}"#,
                &["198.51.100.10", "::ffff:198.51.100.10"],
            ),
            (r#"{"type":"file","name":"a"}"#, &[]),
        ] {
            assert_eq!(spellings(object.as_bytes()).into_iter().collect::<Vec<_>>(), expected, "{object}");
        }
    }

    #[test]
    fn what_a_typed_text_may_be() {
        for (text, expected) in [
            ("198.51.100.7", Kind::Ipv4),
            ("2001:db8::1", Kind::Ipv6),
            ("::ffff:198.51.100.7", Kind::Ipv4),
            ("Lantern.Example", Kind::Domain),
            ("http://a.example/x", Kind::Url),
            ("a@b.example", Kind::Email),
            ("d41d8cd98f00b204e9800998ecf84270", Kind::Md5),
            ("CVE-2021-44228", Kind::ExternalId),
            ("quayfield:q-1", Kind::Account),
            ("HKLM\\Software", Kind::RegistryKey),
            ("+47 22 00 00 00", Kind::Phone),
        ] {
            assert_eq!(guesses(text).first().map(|value| value.kind), Some(expected), "{text}");
        }
        assert!(guesses(" ").is_empty());
    }
}
