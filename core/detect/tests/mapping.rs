//! What each mapping makes of lines, row by row.

use crate::support;

use comity_detect::{LineReader, Mapping};
use support::{built_in, read};

/// Each row: fields of ECS beside `@timestamp`, nested or dotted; what must be among the lines written; separated by `|`.
const ECS: &[(&str, &str)] = &[
    (r#""source":{"ip":"203.0.113.9"}"#, "ipv4-addr source value=203.0.113.9"),
    (r#""source.ip":"2001:db8::9""#, "ipv6-addr source value=2001:db8::9"),
    (r#""source":{"nat.ip":"203.0.113.9"}"#, "ipv4-addr source-nat value=203.0.113.9"),
    (r#""client":{"ip":"203.0.113.9"}"#, "ipv4-addr client value=203.0.113.9"),
    (r#""server":{"ip":"203.0.113.9"}"#, "ipv4-addr server value=203.0.113.9"),
    (r#""host":{"ip":["10.0.0.1","fe80::1"]}"#, "ipv4-addr host value=10.0.0.1|ipv6-addr host#1 value=fe80::1"),
    (
        r#""source":{"ip":"203.0.113.9","mac":"00-00-5E-00-53-01"}"#,
        "mac-addr source-mac value=00:00:5e:00:53:01|ipv4-addr source resolves_to_refs=[\"source-mac\"] value=203.0.113.9",
    ),
    (
        r#""source":{"ip":"203.0.113.9","as":{"number":64496,"organization.name":"Example"}}"#,
        "autonomous-system source-as name=Example number=64496|ipv4-addr source belongs_to_refs=[\"source-as\"] value=203.0.113.9",
    ),
    (
        r#""destination":{"ip":"203.0.113.9","domain":"a.example"}"#,
        "domain-name destination-domain resolves_to_refs=[\"destination\"] value=a.example",
    ),
    (r#""destination":{"address":"a.example"}"#, "domain-name destination-address value=a.example"),
    (r#""destination":{"address":" a.example "}"#, "domain-name destination-address value=a.example"),
    (r#""destination":{"address":"a.example:8443"}"#, "domain-name destination-address value=a.example"),
    (r#""destination":{"address":"203.0.113.9:8443"}"#, "ipv4-addr destination-address value=203.0.113.9"),
    (r#""destination":{"address":"[2001:db8::1]:8443"}"#, "ipv6-addr destination-address value=2001:db8::1"),
    (r#""destination":{"domain":"a.example:8443"}"#, "domain-name destination-domain value=a.example"),
    (
        r#""source":{"ip":"10.0.0.1"},"destination":{"domain":"a.example:8443"},"network":{"transport":"tcp"}"#,
        "network-traffic traffic dst_ref=destination-domain protocols=[\"tcp\"] src_ref=source dst_port=8443",
    ),
    (
        r#""source":{"ip":"10.0.0.1"},"destination":{"domain":"a.example:8443","port":1},"network":{"transport":"tcp"}"#,
        "network-traffic traffic dst_port=1 dst_ref=destination-domain protocols=[\"tcp\"] src_ref=source",
    ),
    (r#""source":{"as":{"number":"ASN64496"}}"#, "autonomous-system source-as number=64496"),
    (r#""destination":{"address":"203.0.113.9"}"#, "ipv4-addr destination-address value=203.0.113.9"),
    (
        r#""related":{"ip":["203.0.113.9"],"hosts":["a.example"]}"#,
        "ipv4-addr related value=203.0.113.9|domain-name related-hosts value=a.example",
    ),
    (
        r#""dns":{"question":{"name":"a.example"},"resolved_ip":["203.0.113.9"],"answers":[{"data":"203.0.113.9","name":"b.example"},{"data":"10 mail","name":"a.example"}]}"#,
        "ipv4-addr resolved value=203.0.113.9|ipv4-addr answer value=203.0.113.9|domain-name answer-name value=b.example|domain-name answer-name#1 value=a.example|domain-name question resolves_to_refs=[\"resolved\",\"answer\"] value=a.example",
    ),
    (r#""tls":{"client":{"server_name":"a.example"}}"#, "domain-name tls-name value=a.example"),
    (r#""host":{"name":"pc-1"}"#, "domain-name host-name value=pc-1"),
    (
        r#""url":{"full":"http://a.example/x","original":"/x","domain":"a.example"}"#,
        "url url value=http://a.example/x|domain-name url-domain value=a.example",
    ),
    (r#""url":{"original":"http://a.example/x"}"#, "url url-original value=http://a.example/x"),
    (
        r#""email":{"from":{"address":["a@a.example"]},"to":{"address":["b@a.example","c@a.example"]},"subject":"x","message_id":"1@a","cc.address":"d@a.example"}"#,
        "email-addr from value=a@a.example|email-addr to#1 value=c@a.example|email-message email cc_refs=[\"cc\"] from_ref=from message_id=1@a subject=x to_refs=[\"to\",\"to#1\"]",
    ),
    (r#""email":{"sender":{"address":"a@a.example"}}"#, "email-message email sender_ref=sender"),
    (
        r#""email":{"attachments":[{"file":{"name":"a.doc","hash":{"md5":"aa"}}},{"file":{"name":"b.doc","size":7}}]}"#,
        "file attachment hashes={\"MD5\":\"aa\"} name=a.doc|file attachment#1 name=b.doc size=7",
    ),
    (
        r#""user":{"name":"anna","id":1001,"email":"anna@a.example"}"#,
        "user-account user account_login=anna user_id=1001|email-addr user-email value=anna@a.example",
    ),
    (
        r#""file":{"path":"C:\\tmp\\a.exe","size":12,"mtime":"2026-03-16T09:14:00+01:00","hash":{"sha256":"ab","sha1":"cd"}}"#,
        "directory file-directory path=C:\\tmp|file file hashes={\"SHA-1\":\"cd\",\"SHA-256\":\"ab\"} mtime=2026-03-16T08:14:00.000Z name=a.exe parent_directory_ref=file-directory size=12",
    ),
    (r#""dll":{"name":"a.dll","pe":{"imphash":"aa"}}"#, "file library hashes={\"IMPHASH\":\"aa\"} name=a.dll"),
    (
        r#""process":{"pid":7,"command_line":"a -b","executable":"/bin/a","hash":{"md5":"aa"},"parent":{"pid":1,"name":"init"},"user.name":"root"}"#,
        "file process-image hashes={\"MD5\":\"aa\"} name=a parent_directory_ref=process-directory|process parent image_ref=parent-image pid=1|process process command_line=a -b creator_user_ref=process-user image_ref=process-image parent_ref=parent pid=7",
    ),
    (
        r#""registry":{"path":"HKLM\\Software\\Run\\a","value":"a","data":{"strings":["x"],"type":"REG_SZ"}}"#,
        "windows-registry-key registry key=HKEY_LOCAL_MACHINE\\Software\\Run\\a|windows-registry-key registry-value key=HKEY_LOCAL_MACHINE\\Software\\Run values=[{\"data\":\"x\",\"data_type\":\"REG_SZ\",\"name\":\"a\"}]",
    ),
    (
        r#""tls":{"server":{"hash":{"sha256":"aa"},"x509":{"serial_number":"01","subject.distinguished_name":"CN=a"},"not_after":"2027-01-01T00:00:00Z"}}"#,
        "x509-certificate server-certificate hashes={\"SHA-256\":\"aa\"} serial_number=01 subject=CN=a validity_not_after=2027-01-01T00:00:00.000Z",
    ),
    (
        r#""url":{"domain":"a.example","path":"/x","scheme":"http","port":8080,"query":"q=1"}"#,
        "url url-parts value=http://a.example:8080/x?q=1|domain-name url-domain value=a.example",
    ),
    (
        r#""url":{"domain":"a.example","original":"/x?q=1","scheme":"https","port":443}"#,
        "url url-parts value=https://a.example/x?q=1",
    ),
    (
        r#""url":{"domain":"a.example","path":"/x"}"#,
        "url url-parts-http value=http://a.example/x|url url-parts-https value=https://a.example/x",
    ),
    (
        r#""related":{"hash":["0123456789abcdef0123456789abcdef","none"]}"#,
        "file related-hash hashes={\"MD5\":\"0123456789abcdef0123456789abcdef\"}",
    ),
    (r#""hash":{"sha1":"aa"}"#, "file hash hashes={\"SHA-1\":\"aa\"}"),
    (
        r#""suricata":{"eve":{"fileinfo":{"md5":"aa","filename":"/a/b.exe"}}}"#,
        "file suricata-file hashes={\"MD5\":\"aa\"} name=b.exe",
    ),
    (
        r#""winlog":{"event_data":{"Image":"C:\\tmp\\a.exe","Hashes":"MD5=aa,SHA256=bb","CommandLine":"a -b","ProcessId":"7"}}"#,
        "file sysmon-image hashes={\"MD5\":\"aa\",\"SHA-256\":\"bb\"} name=a.exe|process sysmon-process command_line=a -b image_ref=sysmon-image pid=7",
    ),
    (
        r#""winlog":{"event_data":{"Image":"a.exe","ImageLoaded":"C:\\b.dll","Hashes":"SHA1=aa"}}"#,
        "file sysmon-loaded hashes={\"SHA-1\":\"aa\"} name=b.dll|file sysmon-image-name name=a.exe",
    ),
    (
        r#""winlog":{"event_data":{"DestinationIp":"203.0.113.9","DestinationPort":"443","Protocol":"TCP"}}"#,
        "ipv4-addr sysmon-destination value=203.0.113.9|network-traffic sysmon-traffic dst_port=443 dst_ref=sysmon-destination protocols=[\"tcp\"]",
    ),
    (
        r#""registry":{"hive":"HKCU","key":"Software\\Quay","value":"v"}"#,
        "windows-registry-key registry-parts key=HKEY_CURRENT_USER\\Software\\Quay|windows-registry-key registry-parts-value key=HKEY_CURRENT_USER\\Software\\Quay values=[{\"name\":\"v\"}]",
    ),
    (r#""package":{"name":"openssl","version":"3"}"#, "software software name=openssl version=3"),
    (
        r#""source":{"ip":"10.0.0.1","port":50000,"bytes":10},"destination":{"ip":"203.0.113.9","port":"443"},"network":{"type":"ipv4","transport":"TCP","protocol":"tls"}"#,
        "network-traffic traffic dst_port=443 dst_ref=destination protocols=[\"ipv4\",\"tcp\",\"tls\"] src_byte_count=10 src_port=50000 src_ref=source",
    ),
    (
        r#""source":{"ip":"2001:db8::1"},"server":{"ip":"2001:db8::2"}"#,
        "network-traffic traffic dst_ref=server src_ref=source protocols=[\"ipv6\"]",
    ),
    (
        r#""client":{"ip":"10.0.0.1"},"http":{"request":{"method":"GET"}},"url":{"path":"/x"},"user_agent":{"original":"curl"}"#,
        "network-traffic traffic extensions={\"http-request-ext\":{\"request_header\":{\"User-Agent\":\"curl\"},\"request_method\":\"get\",\"request_value\":\"/x\"}} src_ref=client protocols=[\"ipv4\"]",
    ),
];

#[test]
fn ecs_row_by_row() {
    for (fields, expect) in ECS {
        let line = format!(r#"{{"@timestamp":"2026-03-16T09:14:00Z",{fields}}}"#);
        let all = read(&mut built_in("ecs"), line.as_bytes()).unwrap_or_else(|error| panic!("{fields}: {error}"));
        let lines: Vec<&str> = all[0].lines().collect();
        for one in expect.split('|') {
            assert!(lines.contains(&one), "{fields}\nexpected {one}\nfound {lines:#?}");
        }
    }
}

/// What is remembered of the shapes of lines never speaks of another shape.
#[test]
fn lines_of_many_shapes_are_read_as_each_alone() {
    let line = |fields: &str| format!(r#"{{"@timestamp":"2026-03-16T09:14:00Z",{fields}}}"#);
    // The same fields in the same order, of one object of a list or of the next.
    let lists = (0..60).map(|number| {
        let (length, joint) = (1 + number / 2, if number % 2 == 0 { "," } else { "},{" });
        let names: Vec<String> = (0..length).map(|number| format!(r#"{{"name":"n{number}.example""#)).collect();
        format!(r#""dns":{{"answers":[{}{joint}"data":"203.0.113.9"}}]}}"#, names.join("},"))
    });
    let lines: Vec<String> = ECS.iter().map(|(fields, _)| line(fields)).chain(lists.map(|list| line(&list))).collect();
    assert!(lines.len() > 100, "more than are remembered");
    let mut reader = built_in("ecs");
    for round in [1, 7, 3, 1] {
        for at in 0..lines.len() {
            let line = &lines[at * round % lines.len()];
            assert_eq!(read(&mut reader, line.as_bytes()), read(&mut built_in("ecs"), line.as_bytes()), "{line}");
        }
    }
}

#[test]
fn every_object_of_ecs_can_be_made() {
    let declaration = include_str!("../src/mapping/ecs.json");
    let declaration: serde_json::Value = serde_json::from_str(declaration).unwrap();
    // One line that has every field of the declaration, each with a value that fits all uses of it.
    for object in declaration["objects"].as_array().unwrap() {
        // What fills the object of which it is the other half is there for that one.
        if object["unless"] == serde_json::json!(["@sysmon-image"]) {
            continue;
        }
        let key = object["key"].as_str().unwrap();
        let mut line = serde_json::json!({ "@timestamp": "2026-03-16T09:14:00Z" });
        let mut add = |field: &str, value: serde_json::Value| {
            line[field] = value;
        };
        for (path, sources) in object["properties"].as_object().unwrap() {
            let sources = sources.as_array().cloned().unwrap_or_else(|| vec![sources.clone()]);
            for field in sources.iter().filter_map(|source| source.as_str()).filter(|field| !field.starts_with('@')) {
                add(field, value_for(object, path));
            }
        }
        for field in object["needs"].as_array().into_iter().flatten() {
            let field = field.as_str().unwrap();
            let value = if field.ends_with("Ip") { "203.0.113.9" } else { "x" };
            add(field, value.into());
        }
        let all =
            read(&mut built_in("ecs"), line.to_string().as_bytes()).unwrap_or_else(|error| panic!("{line}: {error}"));
        let made = |line: &str| line.split(' ').nth(1) == Some(key);
        assert!(all.iter().flat_map(|one| one.lines()).any(made), "{key}: {line} gave {all:?}");
    }
}

fn value_for(object: &serde_json::Value, path: &str) -> serde_json::Value {
    let last = path.rsplit('.').next().unwrap();
    match (object["type"].as_str().unwrap(), last) {
        ("address" | "host", _) => "203.0.113.9".into(),
        ("mac-addr", _) => "00:00:5e:00:53:01".into(),
        (_, "ctime" | "mtime" | "atime" | "date" | "start" | "end" | "created_time") => "2026-03-16T09:14:00Z".into(),
        (_, "validity_not_before" | "validity_not_after") => "2026-03-16T09:14:00Z".into(),
        (_, "number" | "pid" | "size" | "src_port" | "dst_port") => 7.into(),
        ("url-parts", "domain") => "a.example".into(),
        ("url-parts", "scheme") => "http".into(),
        ("url-parts", "path") => "/a".into(),
        (_, "hashes") => "MD5=9e107d9d372bb6826bd81d3542a419d6".into(),
        (_, last) if last.ends_with("_count") || last.ends_with("_packets") => 7.into(),
        _ => "https://a.example/a\\b/c".into(),
    }
}

#[test]
fn times_of_ecs() {
    let check = |fields: &str, first: &str, last: &str| {
        let line = format!(r#"{{{fields},"source.ip":"10.0.0.1"}}"#);
        let mut seen = Vec::new();
        built_in("ecs")
            .line(line.as_bytes(), &mut |one| seen.push((one.first.to_string(), one.last.to_string())))
            .whole()
            .unwrap();
        assert_eq!(seen, [(format!("2026-03-16T{first}Z"), format!("2026-03-16T{last}Z"))], "{fields}");
    };
    check(r#""@timestamp":"2026-03-16T09:00:00Z""#, "09:00:00.000", "09:00:00.000");
    check(r#""@timestamp":"2026-03-16T09:00:00+01:00""#, "08:00:00.000", "08:00:00.000");
    check(r#""@timestamp":1773651600"#, "09:00:00.000", "09:00:00.000");
    check(
        r#""event":{"start":"2026-03-16T08:00:00Z","end":"2026-03-16T08:30:00Z"},"@timestamp":"2026-03-16T09:00:00Z""#,
        "08:00:00.000",
        "08:30:00.000",
    );
    check(
        r#""event":{"start":"2026-03-16T08:00:00Z"},"@timestamp":"2026-03-16T09:00:00Z""#,
        "08:00:00.000",
        "09:00:00.000",
    );
    check(
        r#""event":{"start":"2026-03-16T09:00:01Z"},"@timestamp":"2026-03-16T09:00:00Z""#,
        "09:00:00.000",
        "09:00:01.000",
    );
    check(r#""event":{"end":"2026-03-16T08:30:00Z"}"#, "08:30:00.000", "08:30:00.000");
}

#[test]
fn simple_lines() {
    let mut reader = built_in("simple");
    let at = "2026-03-16T09:14:00Z";
    for (word, value, expect) in [
        ("ip-dst", "203.0.113.9", "ipv4-addr 0 value=203.0.113.9"),
        ("ipv4-addr", "2001:db8::9", "ipv6-addr 0 value=2001:db8::9"),
        ("Domain", "A.example", "domain-name 0 value=A.example"),
        ("Domain", "A[.]example:8443", "domain-name 0 value=A.example"),
        ("as", "ASN64500", "autonomous-system 0 number=64500"),
        ("AS", "as 064500", "autonomous-system 0 number=64500"),
        ("url", "http://a.example/x", "url 0 value=http://a.example/x"),
        ("url", "hxxp://a[.]example/x", "url 0 value=http://a.example/x"),
        ("ip", " 203.0.113[.]9 ", "ipv4-addr 0 value=203.0.113.9"),
        ("email", "a[at]b(dot)example", "email-addr 0 value=a@b.example"),
        ("filename", "a[.]exe", "file 0 name=a[.]exe"),
        (
            "ip-dst|port",
            "203.0.113.9|443",
            "ipv4-addr 0 value=203.0.113.9\nnetwork-traffic 1 dst_ref=0 dst_port=443 protocols=[\"ipv4\"]",
        ),
        (
            "ip-src|port",
            "2001:db8::9|53",
            "ipv6-addr 0 value=2001:db8::9\nnetwork-traffic 1 src_ref=0 src_port=53 protocols=[\"ipv6\"]",
        ),
        (
            "ip:port",
            "[2001:db8::9]:53",
            "ipv6-addr 0 value=2001:db8::9\nnetwork-traffic 1 dst_ref=0 dst_port=53 protocols=[\"ipv6\"]",
        ),
        (
            "hostname|port",
            "a[.]example|0080",
            "domain-name 0 value=a.example\nnetwork-traffic 1 dst_ref=0 dst_port=80 protocols=[\"ip\"]",
        ),
        ("sha256", "ab", "file 0 hashes={\"SHA-256\":\"ab\"}"),
        ("md5", "AB", "file 0 hashes={\"MD5\":\"AB\"}"),
        ("email-src", "a@b.example", "email-addr 0 value=a@b.example"),
        ("filename", "a.exe", "file 0 name=a.exe"),
        ("filename|sha1", "a|b.exe|ab", "file 0 name=a|b.exe hashes={\"SHA-1\":\"ab\"}"),
        ("domain|ip", "a.example|203.0.113.9", "domain-name 0 value=a.example\nipv4-addr 1 value=203.0.113.9"),
        ("mac-address", "00-00-5E-00-53-01", "mac-addr 0 value=00:00:5e:00:53:01"),
        ("mutex", "m", "mutex 0 name=m"),
        ("regkey", "HKEY_USERS\\a", "windows-registry-key 0 key=HKEY_USERS\\a"),
        ("AS", "AS64496", "autonomous-system 0 number=64496"),
        ("x509-fingerprint-sha1", "ab", "x509-certificate 0 hashes={\"SHA-1\":\"ab\"}"),
    ] {
        assert_eq!(read(&mut reader, format!("{word},{value},{at}").as_bytes()).unwrap(), [expect], "{word}");
        let json = serde_json::json!({ "type": word, "value": value, "time": 1_773_652_440, "sensor": "x" });
        assert_eq!(read(&mut reader, json.to_string().as_bytes()).unwrap(), [expect], "{word}");
    }
    // A header, in any order.
    assert!(read(&mut reader, b"time,Type,value\r").unwrap().is_empty());
    assert_eq!(read(&mut reader, b"1773652440,ip,\"203.0.113.9\"\r").unwrap(), ["ipv4-addr 0 value=203.0.113.9"]);
}

const PROXY: &str = r#"{"name":"proxy","form":"csv","delimiter":";","header":true,"refang":true,
    "time":{"fields":["ts"],"format":"unix_ms"},
    "objects":[
        {"key":"from","type":"address","properties":{"value":"client"}},
        {"key":"to","type":"host","properties":{"value":"server"}},
        {"type":"network-traffic","properties":{"src_ref":"@from","dst_ref":"@to","dst_port":"port","protocols":["=TCP","app"]}},
        {"type":"url","properties":{"value":"url"}},
        {"type":"x-proxy","properties":{"x_verdict":"verdict","note":"=seen"}}]}"#;

#[test]
fn a_declaration_for_csv() {
    let mut reader = LineReader::new(Mapping::parse(PROXY.as_bytes()).unwrap(), support::now());
    assert!(read(&mut reader, b"\xef\xbb\xbf\r").unwrap().is_empty());
    assert!(read(&mut reader, b"ts;client;server;port;app;url;verdict;more").unwrap().is_empty());
    let line = br#"1773652440250;10.0.0.1;a.example;0443;HTTP;"hxxp://a[.]example/""x"";";ok;-"#;
    let expect = "ipv4-addr from value=10.0.0.1\ndomain-name to value=a.example\n\
        network-traffic 2 dst_port=443 dst_ref=to protocols=[\"tcp\",\"http\"] src_ref=from\n\
        url 3 value=http://a.example/\"x\";\nx-proxy 4 note=seen x_verdict=ok";
    assert_eq!(read(&mut reader, line).unwrap(), [expect]);
    assert_eq!(
        read(&mut reader, b"1773652440250;10.0.0.1;-;;;;;").unwrap(),
        ["ipv4-addr from value=10.0.0.1\nnetwork-traffic 2 protocols=[\"tcp\"] src_ref=from"]
    );
    assert!(read(&mut reader, b"1773652440250;-;-;-;-;-;-;-").unwrap().is_empty());
    for (line, said) in [
        ("1773652440250;10.0.0.1", "2 columns, expected 8"),
        ("x;10.0.0.1;;;;;;", "ts: expected milliseconds since 1970"),
        (";10.0.0.1;;;;;;", "the time is absent"),
        ("1773652440250;secret;;;;;;", "client: expected an IPv4 or IPv6 address"),
        ("1773652440250;10.0.0.1;;http;;;;", "port: expected a whole number"),
        ("\"1773652440250;10.0.0.1;;;;;;", "byte 0: a quote is not closed"),
    ] {
        let error = read(&mut reader, line.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(said) && !error.contains("secret"), "{line}: {error}");
    }
    let mut reader = LineReader::new(Mapping::parse(PROXY.as_bytes()).unwrap(), support::now());
    assert!(read(&mut reader, b"time;client").unwrap_err().to_string().contains("the time"));
    assert!(read(&mut reader, b"ts;b").unwrap_err().to_string().contains("any object"));
    assert!(read(&mut reader, b"ts;client").unwrap().is_empty());
}

#[test]
fn stix_lines() {
    let mut reader = built_in("stix");
    let new = r#"{"type":"bundle","objects":[{"type":"ipv4-addr","id":"ipv4-addr--1","value":"10.0.0.1"},{"type":"observed-data","id":"observed-data--1","first_observed":"2026-03-16T09:14:00Z","last_observed":"2026-03-16T09:14:00Z","number_observed":3,"object_refs":["ipv4-addr--1"]}]}"#;
    let old = r#"[{"type":"observed-data","first_observed":"2026-03-16T09:14:00Z","last_observed":"2026-03-16T09:14:00Z","number_observed":1,"objects":{"0":{"type":"domain-name","value":"a.example"}}}]"#;
    assert_eq!(read(&mut reader, new.as_bytes()).unwrap(), ["ipv4-addr ipv4-addr--1 id=ipv4-addr--1 value=10.0.0.1"]);
    assert_eq!(read(&mut reader, old.as_bytes()).unwrap(), ["domain-name 0 value=a.example"]);
    let spread = new.replace(",", "\n,");
    assert_eq!(reader.document(spread.as_bytes(), &mut |_, _| ()).whole(), Ok(1));
    for (line, said) in [
        (r#"{"type":"ipv4-addr","id":"ipv4-addr--1","value":"10.0.0.1"}"#.to_owned(), "no observed-data"),
        (new.replace("--1\"]", "--2\"]"), "observed-data 1: none of its objects"),
        (new.replace(":3", ":0"), "number_observed"),
        (new.replace("\"2026-03-16T09:14:00Z\",\"last", "\"2027-03-16T09:14:00Z\",\"last"), "before"),
        ("{".to_owned(), "byte 1: unexpected end"),
    ] {
        let error = read(&mut reader, line.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(said), "{line}: {error}");
    }
}
