//! The engine as a thing that lives: patterns come and go, time passes, memory is bounded.

use comity_pattern::engine::{Engine, Options, PatternId, Stream, StreamBounds, Validity};
use comity_pattern::{Observed, Outcome, Pattern};
use comity_stix::json::{Limits, tree::Node};
use comity_vocab::Timestamp;

fn line(second: u32, value: &str) -> String {
    format!(
        "{{\"type\":\"observed-data\",\"id\":\"observed-data--{second}\",\"first_observed\":\"2026-03-01T00:00:{second:02}Z\",\
         \"last_observed\":\"2026-03-01T00:00:{second:02}Z\",\"number_observed\":1,\
         \"objects\":{{\"0\":{{\"type\":\"a\",\"v\":\"{value}\"}}}}}}"
    )
}

fn add(engine: &mut Engine, pattern: &str) -> PatternId {
    engine.add(&Pattern::parse(pattern).unwrap(), Validity::default()).unwrap()
}

fn matches(engine: &Engine, line: &str) -> Vec<PatternId> {
    let nodes = [Node::parse(line.as_bytes(), &Limits::default()).unwrap()];
    let outcomes = engine.match_all(&Observed::of_documents(&nodes).unwrap());
    let mut found: Vec<PatternId> =
        outcomes.listed().filter(|(_, outcome)| matches!(outcome, Outcome::Match(_))).map(|(id, _)| id).collect();
    found.sort_unstable();
    found
}

/// One of each way in which patterns are found.
fn of_each_kind(value: &str, number: usize) -> Vec<String> {
    vec![
        format!("[a:v = '{value}']"),
        format!("[a:v IN ('{value}', 'other-{number}')]"),
        format!("[a:v LIKE '%{value}']"),
        format!("[a:v LIKE '_%']"),
        format!("[a:v MATCHES '^{value}$']"),
        format!("[a:v MATCHES '^[a-z0-9-]+$']"),
        format!("[a:v != 'other-{number}']"),
        format!("[a:v = '{value}' AND a:v LIKE 'v%']"),
        "[NOT EXISTS a:w]".to_owned(),
        "[a:v > 'a']".to_owned(),
    ]
}

#[test]
fn what_is_removed_leaves_nothing_behind() {
    let mut engine = Engine::new(Options { hash_key: 7, ..Options::default() });
    let mut kept = Vec::new();
    let mut gone = Vec::new();
    for number in 0..120 {
        for pattern in of_each_kind(&format!("value-{number}"), number) {
            let id = add(&mut engine, &pattern);
            if number % 3 == 0 { kept.push(id) } else { gone.push(id) }
        }
        if number % 50 == 0 {
            engine.maintain();
        }
    }
    assert_eq!(engine.len(), kept.len() + gone.len());
    assert_eq!(matches(&engine, &line(0, "value-7")).len(), 5 + 120 * 5);
    for id in &gone {
        assert!(engine.remove(*id));
        assert!(!engine.remove(*id));
    }
    assert_eq!(engine.len(), kept.len());
    while engine.maintain() {}
    assert_eq!(matches(&engine, &line(0, "value-7")).len(), 40 * 5);
    assert_eq!(matches(&engine, &line(0, "value-9")).len(), 40 * 5 + 5);
    for id in kept {
        assert!(engine.remove(id));
    }
    assert!(engine.is_empty());
    assert!(matches(&engine, &line(0, "value-9")).is_empty());
    // Numbers of what is gone are given again, and mean the new one only.
    let again = add(&mut engine, "[a:v = 'new']");
    assert_eq!(matches(&engine, &line(0, "new")), [again]);
}

#[test]
fn an_indicator_holds_within_its_validity_only() {
    let at = |second: u32| Some(Timestamp::parse(&format!("2026-03-01T00:00:{second:02}Z")).unwrap());
    for (from, until, expected) in [
        (None, None, true),
        (at(10), None, true),
        (at(11), None, false),
        (None, at(11), true),
        (None, at(10), false),
        (at(5), at(15), true),
    ] {
        let mut engine = Engine::new(Options::default());
        engine.add(&Pattern::parse("[a:v = 'x']").unwrap(), Validity { from, until }).unwrap();
        assert_eq!(!matches(&engine, &line(10, "x")).is_empty(), expected, "{from:?} {until:?}");
    }
}

#[test]
fn what_does_nothing_passes_by() {
    for (pattern, value, passes) in [
        ("[a:v = 'x']", "x", false),
        ("[a:v = 'x']", "y", true),
        // It is kept, though nothing is complete.
        ("[a:v = 'x'] FOLLOWEDBY [a:v = 'y']", "x", false),
        ("[a:v = 'x'] FOLLOWEDBY [a:v = 'y']", "z", true),
        ("[a:v LIKE '%x%' AND a:v != 'x']", "x", true),
        // There is no answer.
        ("[a:v = t'2026-03-01T10:00:00Z']", "x", false),
    ] {
        let mut engine = Engine::new(Options::default());
        add(&mut engine, pattern);
        let text = line(1, value);
        let nodes = [Node::parse(text.as_bytes(), &Limits::default()).unwrap()];
        let observed = Observed::of_documents(&nodes).unwrap();
        let mut stream = Stream::new(StreamBounds::default());
        assert_eq!(stream.passes_by(&engine, &observed[0]), passes, "{pattern} {value}");
        let did = !stream.feed(&engine, &observed[0], 1).is_empty() || stream.kept();
        assert_eq!(did, !passes, "{pattern} {value}");
    }
}

/// Feeds values one a second and says which observations each match has.
fn feed(pattern: &str, bounds: StreamBounds, values: &[&str]) -> Vec<String> {
    let mut engine = Engine::new(Options::default());
    add(&mut engine, pattern);
    let mut stream = Stream::new(bounds);
    let mut said = Vec::new();
    for (second, value) in values.iter().enumerate() {
        let text = line(second as u32, value);
        let nodes = [Node::parse(text.as_bytes(), &Limits::default()).unwrap()];
        let observed = Observed::of_documents(&nodes).unwrap();
        let passes = stream.passes_by(&engine, &observed[0]);
        let detections = stream.feed(&engine, &observed[0], second as u64);
        assert!(!passes || detections.is_empty() && !stream.kept(), "{pattern} {value}");
        for detection in detections {
            said.push(match detection.outcome {
                Outcome::Match(_) => format!("{:?}", detection.observations),
                other => format!("{other:?}"),
            });
        }
    }
    said
}

#[test]
fn a_stream_says_what_each_observation_completes() {
    let usual = StreamBounds::default();
    for (pattern, values, expected) in [
        ("[a:v = 'x']", vec!["x", "y", "x"], vec!["[0]", "[2]"]),
        ("[a:v = 'x'] FOLLOWEDBY [a:v = 'y']", vec!["y", "x", "z", "y", "y", "x", "y"], vec!["[1, 3]", "[5, 6]"]),
        ("[a:v = 'x'] REPEATS 3 TIMES WITHIN 3 SECONDS", vec!["x", "x", "z", "z", "x", "x", "x"], vec!["[4, 5, 6]"]),
        ("[a:v = 'x'] AND [a:v = 'z']", vec!["x", "x", "z"], vec!["[0, 2]"]),
        ("[a:v = t'2026-01-01T00:00:00Z']", vec!["x"], vec!["Error(NotATimestamp)"]),
    ] {
        assert_eq!(feed(pattern, usual, &values), expected, "{pattern}");
    }
}

#[test]
fn what_a_stream_had_to_forget_is_said() {
    let tight = StreamBounds { kept_per_bracket_max: 2, ..StreamBounds::default() };
    let said = feed("[a:v = 'x'] REPEATS 4 TIMES WITHIN 60 SECONDS", tight, &["x", "x", "x", "x"]);
    assert!(said.contains(&"Undetermined".to_owned()), "{said:?}");
    // Where times do not matter, what is enough is kept and nothing is forgotten.
    let roomy = StreamBounds { kept_per_bracket_max: 3, ..StreamBounds::default() };
    assert_eq!(feed("[a:v = 'x'] AND [a:v = 'y']", roomy, &["x", "x", "x", "x", "x", "y"]), ["[0, 5]"]);
    let none = StreamBounds { patterns_max: 0, ..StreamBounds::default() };
    assert_eq!(feed("[a:v = 'x'] AND [a:v = 'y']", none, &["x"]), ["Undetermined"]);
}

#[test]
fn the_caller_learns_what_it_must_keep() {
    let mut engine = Engine::new(Options::default());
    add(&mut engine, "[a:v = 'single']");
    add(&mut engine, "[a:v = 'x'] FOLLOWEDBY [a:v = 'y']");
    let repeated = add(&mut engine, "[a:v = 'x'] REPEATS 3 TIMES WITHIN 5 SECONDS");
    let mut stream = Stream::new(StreamBounds { kept_max: 3, ..StreamBounds::default() });
    let mut fed = Vec::new();
    for (second, value) in ["single", "x", "y", "z", "x"].into_iter().enumerate() {
        let text = line(second as u32, value);
        let nodes = [Node::parse(text.as_bytes(), &Limits::default()).unwrap()];
        stream.feed(&engine, &Observed::of_documents(&nodes).unwrap()[0], second as u64);
        fed.push((stream.kept(), stream.oldest_kept()));
    }
    // The second observation completes FOLLOWEDBY with the first, which stays for the repetition only.
    let expected = [(false, None), (true, Some(1)), (false, Some(1)), (false, Some(1)), (true, Some(1))];
    assert_eq!(fed, expected);
    stream.forget(repeated);
    assert_eq!(stream.oldest_kept(), Some(4));
}

#[test]
fn all_that_a_stream_keeps_is_bounded() {
    let tight = StreamBounds { kept_max: 3, ..StreamBounds::default() };
    let said = feed("[a:v = 'x'] REPEATS 5 TIMES WITHIN 60 SECONDS", tight, &["x", "x", "x", "x"]);
    assert_eq!(said, ["Undetermined"]);
    // What is too old makes room.
    let values = ["x", "x", "x", "z", "z", "z", "x", "x"];
    assert!(feed("[a:v = 'x'] REPEATS 4 TIMES WITHIN 2 SECONDS", tight, &values).is_empty());
}

#[test]
fn an_engine_is_shared_and_a_stream_goes_along() {
    fn shared<T: Send + Sync>() {}
    fn sent<T: Send>() {}
    shared::<Engine>();
    sent::<Stream>();
}

#[test]
fn greedy_patterns_do_not_keep_others_from_their_room() {
    let mut engine = Engine::new(Options::default());
    let pattern = |text: &str| Pattern::parse(text).unwrap();
    for n in 0..20 {
        let greedy =
            format!("[domain-name:value LIKE '%.example'] REPEATS 5000 TIMES AND [domain-name:value = 'never-{n}']");
        engine.add(&pattern(&greedy), Validity::default()).unwrap();
    }
    let modest = "[domain-name:value = 'first.test'] FOLLOWEDBY [domain-name:value = 'second.test']";
    let modest = engine.add(&pattern(modest), Validity::default()).unwrap();
    let mut stream = Stream::new(StreamBounds { kept_max: 500, ..StreamBounds::default() });
    let mut feed = |value: &str, second: u64| {
        let text = format!(
            r#"{{"type":"observed-data","id":"observed-data--x","first_observed":"2026-03-01T10:00:00.{second:03}Z","last_observed":"2026-03-01T10:00:00.{second:03}Z","number_observed":1,"objects":{{"0":{{"type":"domain-name","value":"{value}"}}}}}}"#
        );
        let nodes = [Node::parse(text.as_bytes(), &Limits::default()).unwrap()];
        let observed = Observed::of_documents(&nodes).unwrap();
        stream.feed(&engine, &observed[0], second)
    };
    feed("first.test", 1);
    for n in 0..300 {
        feed(&format!("n{n}.example"), 2 + n);
    }
    let last = feed("second.test", 400);
    let found: Vec<_> = last.iter().filter(|one| one.pattern == modest).map(|one| &one.observations).collect();
    assert_eq!(found, [&vec![1, 400]]);
}
