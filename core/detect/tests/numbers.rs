//! Times: numbers by their magnitude, and which times can be those of an observation.

use crate::support;

use comity_detect::{LineReader, Mapping};
use support::built_in;

/// First and last time of the one observation of a line, or why it is refused.
fn seen(reader: &mut LineReader, line: &str) -> Result<(String, String), String> {
    let mut times = Vec::new();
    let told = reader
        .line(line.as_bytes(), &mut |observed| times.push((observed.first.to_string(), observed.last.to_string())));
    told.whole().map_err(|error| error.to_string())?;
    Ok(times.pop().unwrap())
}

#[test]
fn numbers_by_their_magnitude() {
    let ecs = |time: &str| seen(&mut built_in("ecs"), &format!(r#"{{"@timestamp":{time},"source.ip":"10.0.0.1"}}"#));
    let simple = |time: &str| seen(&mut built_in("simple"), &format!("ip,10.0.0.1,{time}"));
    for (time, expect) in [
        ("1772445621", "2026-03-02T10:00:21.000Z"),
        ("1772445621.5", "2026-03-02T10:00:21.500Z"),
        ("1772445621000", "2026-03-02T10:00:21.000Z"),
        ("1772445621000.5", "2026-03-02T10:00:21.000500Z"),
        ("1772445621000001", "2026-03-02T10:00:21.000001Z"),
        ("1772445621000000001", "2026-03-02T10:00:21.000000001Z"),
        ("1.772445621E9", "2026-03-02T10:00:21.000Z"),
    ] {
        for found in [ecs(time), ecs(&format!("\"{time}\"")), simple(time)] {
            assert_eq!(found, Ok((expect.to_owned(), expect.to_owned())), "{time}");
        }
    }
    let unix_ms = r#"{"name":"x","form":"json","time":{"fields":["t"],"format":"unix_ms"},
        "objects":[{"type":"url","properties":{"value":"u"}}]}"#;
    let mut unix_ms = LineReader::new(Mapping::parse(unix_ms.as_bytes()).unwrap(), support::now());
    assert!(seen(&mut unix_ms, r#"{"t":1772445621000,"u":"a"}"#).is_ok());
    let error = seen(&mut unix_ms, r#"{"t":1772445621,"u":"a"}"#).unwrap_err();
    assert_eq!(error, "t: before 1980; the sensor's clock is not set, or it counts in another unit");
}

#[test]
fn what_cannot_have_been_observed_is_refused() {
    // The clock of these tests stands at 2026-12-01T00:00:00Z.
    let late = "more than a day ahead";
    for (time, said) in [
        ("2026-12-02T00:00:00Z", ""),
        ("2026-12-02T00:00:01Z", late),
        ("9999-12-31T23:59:59Z", late),
        ("99999999999", late),
        ("1980-01-01T00:00:00Z", ""),
        ("1979-12-31T23:59:59Z", "before 1980"),
        ("0001-01-01T00:00:00+01:00", "before 1980"),
        ("0", "before 1980"),
        ("100000000000000000000", "expected RFC 3339"),
    ] {
        let observed = format!(
            r#"{{"type":"observed-data","first_observed":"{time}","last_observed":"{time}","number_observed":1,"objects":{{"0":{{"type":"url","value":"a"}}}}}}"#
        );
        for (mapping, line) in [
            ("simple", format!("ip,10.0.0.1,{time}")),
            ("ecs", format!(r#"{{"@timestamp":"{time}","source.ip":"10.0.0.1"}}"#)),
            (
                "ecs",
                format!(r#"{{"@timestamp":"2026-03-16T09:14:00Z","event":{{"end":"{time}"}},"source.ip":"10.0.0.1"}}"#),
            ),
            ("zeek", format!(r#"{{"ts":"{time}","query":"a.example"}}"#)),
            ("stix", observed),
        ] {
            // A number is no time of STIX, and an offset is none either.
            let said = if mapping == "stix" && !time.ends_with('Z') { "first_observed" } else { said };
            match seen(&mut built_in(mapping), &line) {
                Ok(_) => assert_eq!("", said, "{line}"),
                Err(error) => assert!(!said.is_empty() && error.contains(said), "{line}: {error}"),
            }
        }
    }
    // When it was indexed says nothing of when it was seen.
    let indexed = r#"{"event":{"ingested":"2026-03-16T09:14:00Z"},"source.ip":"10.0.0.1"}"#;
    assert_eq!(seen(&mut built_in("ecs"), indexed), Err("the time is absent".to_owned()));
}
