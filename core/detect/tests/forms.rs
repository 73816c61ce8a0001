//! The forms in which tools write records: wrapped, in lists, over many lines, as tables and as logs of Zeek.

use crate::support;

use comity_detect::{LineReader, Told};
use support::{built_in, read, read_document, written};

const AT: &str = r#""@timestamp":"2026-03-16T09:14:00Z""#;

/// Lines one after another: what they gave, and all that was told of them.
fn lines(reader: &mut LineReader, text: &str) -> (Vec<String>, Told) {
    let (mut all, mut sum) = (Vec::new(), Told::default());
    for (number, line) in (1..).zip(text.lines()) {
        let told = reader.line(line.as_bytes(), &mut |observed| all.push(written(observed)));
        sum.observations += told.observations;
        sum.unread += told.unread;
        sum.comments += told.comments;
        sum.refused += told.refused;
        sum.named.extend(told.named.into_iter().map(|mut one| {
            one.line = number;
            one
        }));
    }
    (all, sum)
}

#[test]
fn what_is_wrapped_is_read() {
    let record = format!(r#"{{{AT},"source":{{"ip":"203.0.113.9"}}}}"#);
    let expect = "ipv4-addr source value=203.0.113.9\nnetwork-traffic traffic src_ref=source protocols=[\"ipv4\"]";
    for line in [
        format!(r#"{{"_index":"logs","_id":"a","_source":{record}}}"#),
        format!(r#"{{"_source":{record}}}"#),
        format!(r#"{{"took":3,"hits":{{"total":1,"hits":[{{"_index":"logs","_source":{record}}}]}}}}"#),
        r#"{"_index":"logs","fields":{"@timestamp":["2026-03-16T09:14:00Z"],"source.ip":["203.0.113.9"]}}"#.to_owned(),
        format!("[{record}]"),
    ] {
        assert_eq!(read(&mut built_in("ecs"), line.as_bytes()).unwrap(), [expect], "{line}");
        assert_eq!(read_document(&mut built_in("ecs"), line.as_bytes()).0, [format!("1: {expect}")], "{line}");
    }
    let simple = r#"[{"type":"ip","value":"203.0.113.9","time":1773652440},{"indicator_type":"domain","indicator":"a.example","first_seen":"2026-03-16T09:14:00Z"}]"#;
    let expect = ["ipv4-addr 0 value=203.0.113.9", "domain-name 0 value=a.example"];
    assert_eq!(read(&mut built_in("simple"), simple.as_bytes()).unwrap(), expect);
    // What a mapping reads itself is no wrapper.
    let own = r#"{"name":"own","form":"json","time":{"fields":["_source.t"],"format":"unix"},
        "objects":[{"type":"url","properties":{"value":"_source.u"}}]}"#;
    let mut own = LineReader::new(comity_detect::Mapping::parse(own.as_bytes()).unwrap(), support::now());
    assert_eq!(read(&mut own, br#"{"_source":{"t":1773652440,"u":"a"}}"#).unwrap(), ["url 0 value=a"]);
}

#[test]
fn one_record_costs_no_other() {
    let good = |ip: &str| format!(r#"{{{AT},"related":{{"ip":"{ip}"}}}}"#);
    let line = format!(r#"[{},7,{{{AT}}},{{"related":{{"ip":"10.0.0.9"}}}},{}]"#, good("10.0.0.1"), good("10.0.0.2"));
    let mut all = Vec::new();
    let told = built_in("ecs").line(line.as_bytes(), &mut |observed| all.push(written(observed)));
    assert_eq!(all, ["ipv4-addr related value=10.0.0.1", "ipv4-addr related value=10.0.0.2"]);
    assert_eq!((told.observations, told.unread, told.refused), (2, 1, 2));
    let named: Vec<String> = told.named.iter().map(ToString::to_string).collect();
    assert_eq!(named, ["item 2: not a JSON object", "item 4: the time is absent"]);
    // Whole documents between broken ones, and one that is never closed.
    let text = format!(
        "{{\n  {AT},\n  \"related\": {{\"ip\": \"10.0.0.1\"}}\n}}\n{{\n  \"a\": [1}}\n}}\n{}\n\njunk\n{{\n  {AT},\n  \"related\": {{\n\n{}\n{{\"a\":\n",
        good("10.0.0.2"),
        good("10.0.0.3")
    );
    let (read, refused) = read_document(&mut built_in("ecs"), text.as_bytes());
    assert_eq!(
        read,
        [
            "1: ipv4-addr related value=10.0.0.1",
            "8: ipv4-addr related value=10.0.0.2",
            "15: ipv4-addr related value=10.0.0.3"
        ]
    );
    let open = "what begins here is never closed; what could be read of it was read";
    assert_eq!(
        refused,
        [
            "6: byte 9: unexpected byte 0x7d: expected a comma or ]",
            "10: not a JSON object",
            &format!("11: {open}"),
            &format!("16: {open}"),
        ]
    );
}

#[test]
fn lists_and_documents_over_many_lines() {
    let list =
        format!("\u{feff}[\n {{{AT},\n  \"related.ip\":\"10.0.0.1\"}},\n {{{AT}, \"related.ip\":\"10.0.0.2\"}}\n]\n");
    let expect = ["2: ipv4-addr related value=10.0.0.1", "4: ipv4-addr related value=10.0.0.2"];
    let none: [&str; 0] = [];
    assert_eq!(
        read_document(&mut built_in("ecs"), list.as_bytes()),
        (expect.map(str::to_owned).to_vec(), none.map(str::to_owned).to_vec())
    );
    let cut = list.trim_end().trim_end_matches(']');
    let (read, refused) = read_document(&mut built_in("ecs"), cut.as_bytes());
    assert_eq!((read.len(), refused.len(), refused[0].starts_with("1: ")), (2, 1, true), "{refused:?}");
    let simple = "{\n\"type\": \"ip\",\n\"value\": \"10.0.0.1\",\n\"time\": 1773652440\n}\n{\"type\":\"ip\"}";
    let (read, refused) = read_document(&mut built_in("simple"), simple.as_bytes());
    assert_eq!(read, ["1: ipv4-addr 0 value=10.0.0.1"]);
    assert_eq!(refused, ["6: value is absent"]);
    // STIX in a list belongs together; one document after another does not.
    let object = r#"{"type":"ipv4-addr","id":"ipv4-addr--1","value":"10.0.0.1"}"#;
    let observed = r#"{"type":"observed-data","id":"observed-data--1","first_observed":"2026-03-16T09:14:00Z","last_observed":"2026-03-16T09:14:00Z","number_observed":1,"object_refs":["ipv4-addr--1"]}"#;
    let text =
        format!("[\n{object},\n{observed}]\n{{\"type\":\"bundle\",\n\"objects\":[{object},{observed}]}}\n{observed}\n");
    let (read, refused) = read_document(&mut built_in("stix"), text.as_bytes());
    assert_eq!(read.len(), 2, "{refused:?}");
    assert_eq!(refused, ["6: observed-data 1: none of its objects stands in the same line or document"]);
}

#[test]
fn a_hostile_document_is_refused_in_time() {
    for text in [
        "{\n".repeat(100_000),
        "[".repeat(200_000),
        format!("{{\"a\":{}", "[\n".repeat(100_000)),
        "7\n".repeat(50_000),
        "{]\n".repeat(50_000),
        "\"".repeat(200_000),
    ] {
        for mapping in ["ecs", "stix", "simple", "zeek"] {
            let (read, refused) = read_document(&mut built_in(mapping), text.as_bytes());
            assert!(read.is_empty() && (1..=21).contains(&refused.len()), "{mapping}: {}", refused.len());
        }
    }
    let many = format!("[{}{{{AT},\"related.ip\":\"10.0.0.1\"}}]", "1,".repeat(100_000));
    let mut all = 0;
    let told = built_in("ecs").document(many.as_bytes(), &mut |_, _| all += 1);
    // Outside of objects a list is only its items.
    assert_eq!((all, told.named.len() <= 20, told.refused > 0), (0, true, true));
    let deep = format!("{{{AT},\n\"a\":{}1{}}}\n{{{AT},\"related.ip\":\"10.0.0.1\"}}", "[".repeat(40), "]".repeat(40));
    let (read, refused) = read_document(&mut built_in("ecs"), deep.as_bytes());
    assert_eq!(read, ["3: ipv4-addr related value=10.0.0.1"]);
    assert!(refused[0].starts_with("2: ") && refused[0].contains("too deep"), "{refused:?}");
}

#[test]
fn tables() {
    for text in [
        "type;value;time\ndomain;a.example;2026-03-01T10:00:00Z\n",
        "type,value,time,comment\ndomain,a.example,2026-03-01T10:00:00Z,\"seen, at the gate\"\n",
        "Timestamp\tSensor\tIndicator Type\tIndicator\n1773652440\tx\tdomain\ta.example\n",
        "domain;a.example;1773652440\n",
        "\u{feff}\n\"type\",\"value\",\"time\"\r\n\"domain\",\"a.example\",\"1773652440\"\r\n",
    ] {
        let (all, told) = lines(&mut built_in("simple"), text);
        assert_eq!(all, ["domain-name 0 value=a.example"], "{text}");
        assert_eq!((told.observations, told.unread, told.comments, told.refused), (1, 0, 0, 0), "{text}");
    }
    let (all, told) =
        lines(&mut built_in("simple"), "# a list\ntype,value,time\n\n#, x\nip,10.0.0.1,1773652440\nip,x,1\n");
    assert_eq!((all.len(), told.comments, told.refused, told.named[0].line), (1, 2, 1, 6));
}

const CONN: &str = "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n#open\t2026-03-16-09-14-00\n\
    #fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\torig_bytes\n\
    #types\ttime\tstring\taddr\tport\taddr\tport\tenum\tstring\tcount\n\
    1773652440.250000\tC1\t10.0.0.1\t50000\t203.0.113.9\t443\ttcp\t-\t10\n\
    1773652440.250000\tC2\t10.0.0.1\t50000\n\
    #close\t2026-03-16-10-00-00\n";

#[test]
fn logs_of_zeek() {
    let mut reader = built_in("zeek");
    let (all, told) = lines(&mut reader, CONN);
    assert_eq!(
        all,
        ["ipv4-addr origin value=10.0.0.1\nipv4-addr responder value=203.0.113.9\n\
            network-traffic traffic dst_port=443 dst_ref=responder protocols=[\"tcp\"] src_byte_count=10 src_port=50000 src_ref=origin"]
    );
    assert_eq!((told.refused, told.unread, told.comments), (1, 0, 0));
    assert_eq!(told.named[0].to_string(), "4 columns, expected 9");
    for (text, expect) in [
        (
            "#fields\tts\tquery\tanswers\n#types\ttime\tstring\tvector[string]\n1773652440\ta.example\tb.example,203.0.113.9\n",
            "domain-name answer value=b.example\nipv4-addr answer#1 value=203.0.113.9\n\
                domain-name question resolves_to_refs=[\"answer\",\"answer#1\"] value=a.example",
        ),
        (
            "#fields\tts\tid.resp_p\thost\turi\n1773652440\t8080\ta.example\t/x\\x09?q=1\n",
            "domain-name host value=a.example\nurl url-parts value=http://a.example:8080/x\t?q=1\n\
                network-traffic traffic dst_port=8080 extensions={\"http-request-ext\":{\"request_header\":{\"Host\":\"a.example\"},\"request_value\":\"/x\\t?q=1\"}}",
        ),
        ("#fields\tts\tserver_name\n1773652440\ta.example\n", "domain-name server-name value=a.example"),
        (
            "#separator \\x7c\n#fields|ts|tx_hosts|md5|sha1|sha256|filename\n#types|time|set[addr]|string|string|string|string\n1773652440|10.0.0.1|aa|bb|-|/x/a.exe\n",
            "ipv4-addr sent-by value=10.0.0.1\nfile file hashes={\"MD5\":\"aa\",\"SHA-1\":\"bb\"} name=a.exe",
        ),
        (r#"{"ts":1773652440.25,"uid":"C1","query":"a.example"}"#, "domain-name question value=a.example"),
    ] {
        let (all, told) = lines(&mut reader, text);
        assert_eq!(all, [expect], "{text} {:?}", told.named);
    }
    let (_, told) = lines(&mut built_in("zeek"), "# a note\n1773652440\t10.0.0.1\n");
    assert_eq!((told.comments, told.named[0].to_string().contains("#fields")), (1, true));
    let (_, told) = lines(&mut built_in("zeek"), "#fields\tts\tuid\n1773652440\tC1\n");
    assert_eq!((told.unread, told.refused), (1, 0));
}

#[test]
fn the_handed_cases() {
    let Some(data) = std::env::var_os("COMITY_TEST_DATA") else {
        // Without the data, the same forms stand above in words of our own.
        return;
    };
    let folder = std::path::Path::new(&data).join("cases/field");
    for (file, mapping, expect) in [
        ("48-ecs-epoch-millis.ndjson", "ecs", "domain-name question value=quay.example"),
        ("51-csv-semicolon.csv", "simple", "domain-name 0 value=quay.example"),
        ("55-csv-extra-columns.csv", "simple", "domain-name 0 value=quay.example"),
        ("65-es-hits.ndjson", "ecs", "domain-name question value=quay.example"),
        ("68-related-hash.ndjson", "ecs", "file related-hash hashes={\"MD5\":\"0123456789abcdef0123456789abcdef\"}"),
        ("68-related-hash.ndjson", "ecs", "file suricata-file hashes={\"MD5\":\"0123456789abcdef0123456789abcdef\"}"),
        ("d17-observed.ndjson", "ecs", "url url-parts value=http://quay.example/a"),
        ("d19-observed.ndjson", "ecs", "windows-registry-key registry-parts key=HKEY_CURRENT_USER\\Software\\Quay"),
        ("d35-observed.ndjson", "ecs", "domain-name tls-name value=quay.example."),
    ] {
        let text = std::fs::read_to_string(folder.join(file)).unwrap();
        let (all, told) = lines(&mut built_in(mapping), &text);
        assert_eq!((told.refused, told.unread), (0, 0), "{file}: {:?}", told.named);
        assert!(all.iter().flat_map(|one| one.lines()).any(|line| line == expect), "{file}: {all:?}");
    }
}
