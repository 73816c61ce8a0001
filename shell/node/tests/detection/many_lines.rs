//! Many lines at once, which several threads look at first.

use super::*;

/// More than enough text for several threads.
const LINES: u32 = 12_000;

/// A line of the Elastic Common Schema that is long enough for so few to be much.
fn line(number: u32) -> String {
    // One value matches at both ends of the text and between, one pair of values far from each other; some lines are none.
    let name = match number {
        3 | 6_500 | 11_990 => VALUE.to_owned(),
        40 => "first.quay.example".to_owned(),
        11_000 => "second.quay.example".to_owned(),
        _ => format!("n{number}.example"),
    };
    match number {
        77 | 9_000 => "no json".to_owned(),
        78 | 9_001 => String::new(),
        79 | 9_002 => r#"{"message":"nothing that is named"}"#.to_owned(),
        _ => format!(
            r#"{{"@timestamp":"2026-03-01T{:02}:{:02}:{:02}Z","dns":{{"question":{{"name":"{name}"}}}},"message":"{}"}}"#,
            number / 3_600,
            number / 60 % 60,
            number % 60,
            "filling ".repeat(8)
        ),
    }
}

/// What is told of lines that are brought so many at a time.
fn told(at_once: usize) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let mut org = one_org(folder.path());
    let pair = "[domain-name:value = 'first.quay.example'] FOLLOWEDBY [domain-name:value = 'second.quay.example']";
    import(&mut org, folder.path(), &[domain(1), indicator(2, pair, json!({}))]);
    let all: Vec<String> = (0..LINES).map(line).collect();
    let mut sums = [0; 6];
    let mut refused = Vec::new();
    for (call, lines) in all.chunks(at_once).enumerate() {
        let text = lines.join("\n") + "\n";
        assert!(at_once < LINES as usize || text.len() > 1 << 20, "too little for several threads");
        let mut request = observation("ecs", &text);
        if let Request::Observe { first_line, .. } = &mut request {
            *first_line = (call * at_once) as u64 + 1;
        }
        let answer = org.ask(&request).unwrap();
        let fields = ["observations", "unread", "refused_count", "matches", "new", "counted"];
        for (sum, field) in sums.iter_mut().zip(fields) {
            *sum += answer[field].as_u64().unwrap();
        }
        refused.extend(answer["refused"].as_array().unwrap().clone());
    }
    let rows = in_state(&org, SightingState::Open);
    let mut sightings: Vec<Value> = rows
        .iter()
        .map(|row| {
            let sheet = reader(&org).sighting(&row.sighting).unwrap();
            let places: Vec<Value> = sheet.evidence.iter().map(|one| json!([one.source, one.line])).collect();
            json!([
                row.values.iter().map(|one| &one.value).collect::<Vec<_>>(),
                row.count,
                row.first_seen,
                row.last_seen,
                places
            ])
        })
        .collect();
    sightings.sort_by_key(Value::to_string);
    json!({ "sums": sums, "refused": refused, "sightings": sightings })
}

#[test]
fn many_at_once_are_what_they_are_one_after_the_other() {
    let all = told(LINES as usize);
    assert_eq!(all["sums"], json!([11_994, 2, 2, 4, 2, 4]), "{all}");
    assert_eq!((&all["refused"][0]["line"], &all["refused"][1]["line"]), (&json!(78), &json!(9_001)));
    assert_eq!(all["sightings"][0][4].as_array().unwrap().len(), 3, "{all}");
    assert_eq!(all, told(500));
}
