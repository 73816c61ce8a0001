//! Observations against what is held: what matches, what counts, what a recall leaves, and what a sensor may learn.
use crate::common;
mod broad;
mod decay;
mod many_lines;
mod never;
mod spellings;
mod validity;
mod withdrawn;

use comity_node::{
    Call, Judgement, Reader, ReleaseDraftRequest, Request, Scope, Selection, SightingQuery, SightingState,
};
use common::{Org, messages, now};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Mutex;

const VALUE: &str = "canary-lamp.example";

fn indicator(n: u32, pattern: &str, more: Value) -> Value {
    let mut object = json!({ "type": "indicator", "spec_version": "2.1",
        "id": format!("indicator--00000000-0000-4000-8000-{n:012}"), "created": "2026-01-01T00:00:00.000Z",
        "modified": "2026-01-01T00:00:00.000Z", "name": format!("Indicator {n}"), "pattern": pattern,
        "pattern_type": "stix", "valid_from": "2026-01-01T00:00:00Z" });
    object.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    object
}

fn domain(n: u32) -> Value {
    indicator(n, &format!("[domain-name:value = '{VALUE}']"), json!({}))
}

fn import(org: &mut Org, folder: &Path, objects: &[Value]) {
    let path = folder.join("import.json");
    std::fs::write(
        &path,
        json!({ "type": "bundle", "id": "bundle--00000000-0000-4000-8000-000000000000", "objects": objects })
            .to_string(),
    )
    .unwrap();
    let label = Some("TLP:AMBER".parse().unwrap());
    org.ask_as("alice", &Request::Import { path, origin: "feed".into(), label }).unwrap();
}

fn observation(mapping: &str, text: &str) -> Request {
    Request::Observe {
        mapping: mapping.into(),
        declaration: None,
        source: "sensor-7".into(),
        first_line: 1,
        text: text.into(),
        document: false,
    }
}

fn lines(text: &str) -> Request {
    observation("simple", text)
}

fn seen(value: &str, time: &str) -> Request {
    lines(&format!("domain,{value},{time}\n"))
}

fn reader(org: &Org) -> Reader {
    Reader::open(org.node.home()).unwrap()
}

fn in_state(org: &Org, state: SightingState) -> Vec<comity_node::SightingRow> {
    reader(org).sightings(&SightingQuery { states: vec![state], ..SightingQuery::default() }).unwrap().sightings
}

fn carry(from: &mut Org, to: &mut Org) {
    for _ in 0..4 {
        let there = messages(from, to);
        to.node.from_gate(now(), there).unwrap();
        let back = messages(to, from);
        from.node.from_gate(now(), back).unwrap();
    }
}

fn one_org(folder: &Path) -> Org {
    common::orgs(folder, 1).pop().unwrap()
}

#[test]
fn what_matches_is_counted_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut org = one_org(folder.path());
    import(&mut org, folder.path(), &[domain(1)]);
    let text = format!(
        "type,value,time\ndomain,{VALUE},2026-03-01T10:00:00Z\ndomain,other.example,2026-03-01T10:00:00Z\ndomain,{VALUE},2026-03-02T10:00:00Z\nnonsense\n"
    );
    let answer = org.ask(&lines(&text)).unwrap();
    assert_eq!(
        (&answer["observations"], &answer["refused_count"], &answer["matches"]),
        (&json!(3), &json!(1), &json!(2))
    );
    assert_eq!(answer["refused"][0]["line"], 5);
    assert_eq!((&answer["sightings"][0]["count"], &answer["sightings"][0]["new"]), (&json!(2), &json!(true)));
    assert_eq!(answer["sightings"][0]["origins"], json!(["feed"]));
    // The same lines once more change nothing; another moment counts.
    let again = org.ask(&lines(&text)).unwrap();
    assert_eq!((&again["matches"], &again["counted"], &again["sightings"]), (&json!(2), &json!(0), &json!([])));
    let later = org.ask(&seen(VALUE, "2026-03-03T10:00:00Z")).unwrap();
    assert_eq!((&later["sightings"][0]["count"], &later["sightings"][0]["new"]), (&json!(3), &json!(false)));
    let rows = in_state(&org, SightingState::Open);
    assert_eq!((rows.len(), rows[0].count, rows[0].values[0].value.as_str()), (1, 3, VALUE));
    assert_eq!(
        (rows[0].first_seen.as_str(), rows[0].last_seen.as_str()),
        ("2026-03-01T10:00:00.000Z", "2026-03-03T10:00:00.000Z")
    );
    let sheet = reader(&org).sighting(&rows[0].sighting).unwrap();
    assert_eq!((sheet.days.len(), sheet.evidence.len()), (3, 3));
    assert_eq!((sheet.evidence[1].source.as_str(), sheet.evidence[1].line), ("sensor-7", 4));
    let bundle: Value = serde_json::from_slice(&reader(&org).sighting_stix(&rows[0].sighting).unwrap()).unwrap();
    let types: Vec<&str> = bundle["objects"].as_array().unwrap().iter().map(|o| o["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["indicator", "sighting", "observed-data", "observed-data", "observed-data", "domain-name"]);
    org.ask(&Request::Verify).unwrap();
}

#[test]
fn the_holdings_are_followed() {
    let folder = tempfile::tempdir().unwrap();
    let mut org = one_org(folder.path());
    let matches = |org: &mut Org, value: &str| {
        org.ask(&seen(value, "2026-03-01T10:00:00Z")).unwrap()["matches"].as_u64().unwrap()
    };
    assert_eq!(matches(&mut org, VALUE), 0);
    import(&mut org, folder.path(), &[domain(1)]);
    assert_eq!(matches(&mut org, VALUE), 1);
    let newer = |pattern: &str, revoked: bool, month: u32| {
        let modified = format!("2026-0{month}-01T00:00:00.000Z");
        indicator(1, pattern, json!({ "modified": modified, "revoked": revoked }))
    };
    import(&mut org, folder.path(), &[newer("[domain-name:value = 'new.example']", false, 2)]);
    assert_eq!((matches(&mut org, VALUE), matches(&mut org, "new.example")), (0, 1));
    import(&mut org, folder.path(), &[newer("[domain-name:value = 'new.example']", true, 3)]);
    assert_eq!(matches(&mut org, "new.example"), 0);
    import(
        &mut org,
        folder.path(),
        &[
            indicator(2, "[domain-name:value = 'window.example']", json!({ "valid_until": "2026-02-01T00:00:00Z" })),
            indicator(3, "rule x { condition: true }", json!({ "pattern_type": "yara" })),
            indicator(4, "[domain-name:value = ", json!({})),
        ],
    );
    assert_eq!(matches(&mut org, "window.example"), 0, "observed after its end");
    let inside = org.ask(&seen("window.example", "2026-01-15T00:00:00Z")).unwrap();
    assert_eq!(inside["matches"], 1);
    let status = org.ask(&Request::DetectionStatus).unwrap();
    assert_eq!(
        (&status["indicators"], &status["compiled"], &status["revoked"], &status["invalid"], &status["not_stix"]),
        (&json!(4), &json!(1), &json!(1), &json!(1), &json!({ "yara": 1 }))
    );
    assert_eq!(status["first_invalid"][0]["id"], "indicator--00000000-0000-4000-8000-000000000004");
}

#[test]
fn a_pattern_over_several_calls_shows_all_of_its_evidence() {
    let folder = tempfile::tempdir().unwrap();
    let mut org = one_org(folder.path());
    let pattern =
        "[domain-name:value = 'first.example'] FOLLOWEDBY [domain-name:value = 'second.example'] WITHIN 3600 SECONDS";
    import(&mut org, folder.path(), &[indicator(1, pattern, json!({}))]);
    let first = org.ask(&seen("first.example", "2026-03-01T10:00:00Z")).unwrap();
    assert_eq!(first["matches"], 0);
    let second = org.ask(&seen("second.example", "2026-03-01T10:30:00Z")).unwrap();
    assert_eq!((&second["matches"], &second["sightings"][0]["count"]), (&json!(1), &json!(1)));
    let id = second["sightings"][0]["sighting"].as_str().unwrap();
    let sheet = reader(&org).sighting(id).unwrap();
    let values: Vec<&str> = sheet.row.values.iter().map(|one| one.value.as_str()).collect();
    assert_eq!((values, sheet.evidence.len()), (vec!["first.example", "second.example"], 2));
    assert_eq!(sheet.row.first_seen, "2026-03-01T10:00:00.000Z");
}

#[test]
fn what_is_known_to_be_harmless_or_old_is_set_aside_and_not_lost() {
    let folder = tempfile::tempdir().unwrap();
    let mut org = one_org(folder.path());
    import(
        &mut org,
        folder.path(),
        &[
            domain(1),
            indicator(2, "[ipv4-addr:value = '203.0.113.9']", json!({ "valid_from": "2020-01-01T00:00:00Z" })),
        ],
    );
    let list =
        json!({ "name": "Known hosts", "version": 3, "description": "ours", "type": "hostname", "list": ["example"] });
    org.ask_as("alice", &Request::WarningListAdd { text: list.to_string() }).unwrap();
    let both = format!("domain,{VALUE},2026-03-01T10:00:00Z\nip,203.0.113.9,2026-03-01T10:00:00Z\n");
    assert_eq!(org.ask(&lines(&both)).unwrap()["matches"], 2);
    assert!(in_state(&org, SightingState::Open).is_empty());
    let listed = in_state(&org, SightingState::WarningListed);
    assert_eq!((listed.len(), listed[0].list.as_deref()), (1, Some("Known hosts")));
    let decayed = in_state(&org, SightingState::Decayed);
    assert_eq!((decayed.len(), decayed[0].score), (1, Some(0)));
    assert_eq!(org.ask(&Request::DetectionStatus).unwrap()["warning_listed"], 1);
    assert_eq!(reader(&org).warning_lists().unwrap()[0].entries, 1);
    // Without the list the next match lifts it.
    org.ask_as("alice", &Request::WarningListRemove { name: "Known hosts".into() }).unwrap();
    org.ask(&seen(VALUE, "2026-03-02T10:00:00Z")).unwrap();
    let open = in_state(&org, SightingState::Open);
    assert_eq!((open.len(), open[0].count, &open[0].list), (1, 2, &None));
    assert!(org.ask_as("alice", &Request::WarningListRemove { name: "Known hosts".into() }).is_err());
    assert!(org.ask_as("alice", &Request::WarningListAdd { text: "{}".into() }).is_err());
}

/// vsis releases an indicator to kps, and kps sees it.
fn given(folder: &Path) -> (Org, Org, String, String) {
    let mut orgs = common::orgs(folder, 2);
    let (mut kps, mut vsis) = (orgs.pop().unwrap(), orgs.pop().unwrap());
    import(&mut vsis, folder, &[domain(1)]);
    let release = vsis
        .release(ReleaseDraftRequest {
            selection: Selection { objects: vec![domain(1)["id"].as_str().unwrap().to_owned()], origins: vec![] },
            to: vec!["kps".parse().unwrap()],
            ..ReleaseDraftRequest::default()
        })
        .unwrap();
    carry(&mut vsis, &mut kps);
    let answer = kps.ask(&seen(VALUE, "2026-03-01T10:00:00Z")).unwrap();
    assert_eq!(answer["sightings"][0]["origins"], json!(["link:vsis"]));
    let sighting = answer["sightings"][0]["sighting"].as_str().unwrap().to_owned();
    (vsis, kps, release, sighting)
}

#[test]
fn a_sighting_goes_back_to_whoever_gave_the_indicator() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vsis, mut kps, _, sighting) = given(folder.path());
    let back =
        |partner: &str| Request::SightingReturn { sighting: sighting.clone(), partner: partner.parse().unwrap() };
    let refused = kps.ask_as("alice", &back("tfo")).unwrap_err();
    assert!(refused.message.contains("did not come from tfo"), "{}", refused.message);
    assert!(kps.ask_as("bob", &back("vsis")).is_err(), "a releasing officer is no author");
    let judge = Request::SightingJudge {
        sighting: sighting.clone(),
        judgement: Judgement::TruePositive,
        comment: Some("seen at the border".into()),
    };
    kps.ask_as("alice", &judge).unwrap();
    let made = kps.ask_as("alice", &back("vsis")).unwrap();
    let objects: Vec<String> = serde_json::from_value(made["objects"].clone()).unwrap();
    assert_eq!((objects.len(), made["label"].as_str()), (2, Some("TLP:AMBER//REL TO vsis")));
    assert_eq!(kps.ask_as("alice", &back("vsis")).unwrap()["objects"], made["objects"], "asked again, the same");
    let draft = |to: &str| ReleaseDraftRequest {
        selection: Selection { objects: objects.clone(), origins: vec![] },
        to: vec![to.parse().unwrap()],
        ..ReleaseDraftRequest::default()
    };
    kps.release(draft("vsis")).unwrap();
    carry(&mut kps, &mut vsis);
    let said = reader(&vsis).feedback(domain(1)["id"].as_str().unwrap()).unwrap();
    let mut said: Vec<(&str, Option<u64>, &str)> =
        said.iter().map(|one| (one.object_type.as_str(), one.count, one.opinion.as_str())).collect();
    said.sort_unstable();
    assert_eq!(said, [("opinion", None, "agree"), ("sighting", Some(1), "")]);
    // Nothing of what was observed or said went along.
    let shown: String = said_bytes(&vsis, "link:kps");
    for secret in ["seen at the border", "sensor-7", "10:00:00", "observed_data_refs"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
    for org in [&mut vsis, &mut kps] {
        org.ask(&Request::Verify).unwrap();
    }
}

/// Everything that came from an origin, as one text.
fn said_bytes(org: &Org, origin: &str) -> String {
    let mut bytes = Vec::new();
    reader(org).export(&[], None, &[origin.to_owned()], uuid::Uuid::nil(), &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn a_recall_leaves_of_a_sighting_that_there_was_one() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vsis, mut kps, release, sighting) = given(folder.path());
    let judge = |comment: &str| Request::SightingJudge {
        sighting: sighting.clone(),
        judgement: Judgement::TruePositive,
        comment: Some(comment.into()),
    };
    kps.ask_as("alice", &judge("about canary-lamp")).unwrap();
    let database = kps.node.home().file("holdings/holdings.db");
    let holds = |path: &Path| {
        let mut found = std::fs::read(path).unwrap();
        found.extend(std::fs::read(path.with_extension("db-wal")).unwrap_or_default());
        found.windows(11).any(|window| window == b"canary-lamp")
    };
    assert!(holds(&database), "the test looks in the right place");
    vsis.recall(&[release]).unwrap();
    carry(&mut vsis, &mut kps);
    assert!(!holds(&database), "content of what was recalled is left");
    let rows = in_state(&kps, SightingState::Recalled);
    assert_eq!(
        (rows.len(), rows[0].count, rows[0].values.len(), &rows[0].name, &rows[0].comment),
        (1, 1, 0, &None, &None)
    );
    assert!(reader(&kps).sighting(&sighting).unwrap().evidence.is_empty());
    assert!(reader(&kps).sighting_stix(&sighting).is_err());
    assert!(kps.ask_as("alice", &judge("again")).is_err());
    let back = Request::SightingReturn { sighting, partner: "vsis".parse().unwrap() };
    assert!(kps.ask_as("alice", &back).is_err());
    assert_eq!(kps.ask(&seen(VALUE, "2026-03-04T10:00:00Z")).unwrap()["matches"], 0, "it is not looked for any more");
    kps.ask(&Request::Verify).unwrap();
}

#[test]
fn a_sensor_learns_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut org = one_org(folder.path());
    import(&mut org, folder.path(), &[domain(1)]);
    let mut token = |name: &str, scopes: &[Scope]| {
        let request = Request::TokenAdd { name: name.into(), scopes: scopes.iter().copied().collect(), expires: None };
        org.ask(&request).unwrap()["token"].as_str().unwrap().to_owned()
    };
    let (sensor, both) = (token("sensor", &[Scope::Observe]), token("both", &[Scope::Observe, Scope::Read]));
    let others = token("others", &[Scope::Read, Scope::Write, Scope::TaxiiRead, Scope::Metrics]);
    let mut ask = |token: &str, request: &Request| {
        let request = serde_json::to_string(request).unwrap();
        org.node.handle_remote(now(), &Call { request, token: Some(token.to_owned()), ..Call::default() })
    };
    let hit = ask(&sensor, &seen(VALUE, "2026-03-01T10:00:00Z")).unwrap();
    let miss = ask(&sensor, &seen("other.example", "2026-03-01T10:00:00Z")).unwrap();
    assert_eq!(hit, miss);
    assert_eq!(hit, json!({ "observations": 1, "unread": 0, "comments": 0, "refused": [], "refused_count": 0 }));
    assert_eq!(ask(&both, &seen(VALUE, "2026-03-02T10:00:00Z")).unwrap()["matches"], 1);
    assert_eq!(ask(&others, &seen(VALUE, "2026-03-01T10:00:00Z")).unwrap_err().code.as_deref(), Some("forbidden"));
    for request in [Request::DetectionStatus, Request::WarningListList, Request::ReleaseList] {
        assert_eq!(ask(&sensor, &request).unwrap_err().code.as_deref(), Some("forbidden"));
    }
    // The log says who brought how much, and nothing of what.
    let log = org.ask(&Request::AuditShow { from: 0, limit: 1_000 }).unwrap().to_string();
    assert!(log.contains("detection.observe") && log.contains("token:sensor") && !log.contains("canary"));
}

#[test]
fn calls_that_are_refused_whole() {
    let folder = tempfile::tempdir().unwrap();
    let mut org = one_org(folder.path());
    let with = |change: &dyn Fn(&mut Value)| {
        let mut request = serde_json::to_value(lines("domain,a.example,2026-03-01T10:00:00Z")).unwrap();
        change(&mut request);
        serde_json::from_value::<Request>(request).unwrap()
    };
    for (what, request) in [
        ("mapping", with(&|it| it["mapping"] = json!("other"))),
        ("source", with(&|it| it["source"] = json!(" "))),
        ("source", with(&|it| it["source"] = json!("a\nb"))),
        ("text", with(&|it| it["text"] = json!("x".repeat((16 << 20) + 1)))),
        (
            "document",
            with(&|it| {
                it["document"] = json!(true);
                it["declaration"] = json!({ "name": "x", "form": "csv", "columns": ["when", "host"], "header": false,
                    "time": { "fields": ["when"], "format": "unix" },
                    "objects": [{ "type": "host", "properties": { "value": "host" } }] });
            }),
        ),
        ("mapping", with(&|it| it["declaration"] = json!({ "name": "x" }))),
    ] {
        let failure = org.ask(&request).unwrap_err();
        assert_eq!(failure.kind, comity_node::FailureKind::Usage, "{what}: {failure:?}");
    }
}

#[test]
fn others_are_answered_while_lines_are_matched() {
    let folder = tempfile::tempdir().unwrap();
    let mut org = one_org(folder.path());
    import(&mut org, folder.path(), &[domain(1)]);
    let node = Mutex::new(org.node);
    let call = |request: &Request| Call { request: serde_json::to_string(request).unwrap(), ..Call::default() };
    assert!(
        comity_node::observe(&node, now(), &call(&Request::Health), false).is_none(),
        "any other call is not its own"
    );
    let nobody = comity_node::observe(&node, now(), &call(&seen(VALUE, "2026-03-01T10:00:00Z")), true).unwrap();
    assert_eq!(nobody.unwrap_err().code.as_deref(), Some("sign_in_needed"));
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (node, call) = (&node, &call);
            scope.spawn(move || {
                for minute in 0..15 {
                    let time = format!("2026-03-0{}T10:{minute:02}:00Z", thread + 1);
                    comity_node::observe(node, now(), &call(&seen(VALUE, &time)), false).unwrap().unwrap();
                }
            });
        }
    });
    let org_reader = Reader::open(node.lock().unwrap().home()).unwrap();
    let page = org_reader.sightings(&SightingQuery::default()).unwrap();
    assert_eq!((page.total, page.sightings[0].count), (1, 60));
}

#[test]
fn an_indicator_that_matches_everything_does_not_hide_others() {
    let folder = tempfile::tempdir().unwrap();
    let mut org = one_org(folder.path());
    import(&mut org, folder.path(), &[indicator(2, "[domain-name:value LIKE '%']", json!({})), domain(1)]);
    org.ask_as("alice", &broad::accept(2, "all of it")).unwrap();
    let mut text: String = (0..3_000).map(|n| format!("domain,n{n}.example,2026-03-01T10:00:00Z\n")).collect();
    text.push_str(&format!("domain,{VALUE},2026-03-01T10:00:00Z\n"));
    let answer = org.ask(&lines(&text)).unwrap();
    assert_eq!(answer["matches"], 3_002);
    let page = |indicator: &Value| {
        let indicator = Some(indicator["id"].as_str().unwrap().to_owned());
        reader(&org).sightings(&SightingQuery { indicator, limit: 1_000, ..SightingQuery::default() }).unwrap()
    };
    assert_eq!(page(&domain(1)).total, 1, "the other is found");
    let many = page(&indicator(2, "", json!({})));
    assert_eq!(many.total, 1_001, "a thousand by value, and one for the rest");
    let rest = many.sightings.iter().find(|row| row.values.is_empty()).unwrap();
    assert_eq!(rest.count, 2_001);
}

#[test]
fn what_is_looked_for_is_told_to_those_who_may_ask() {
    let folder = tempfile::tempdir().unwrap();
    let mut org = one_org(folder.path());
    import(&mut org, folder.path(), &[domain(1)]);
    let node = Mutex::new(org.node);
    let call = |request: &Request| Call { request: serde_json::to_string(request).unwrap(), ..Call::default() };
    let status = comity_node::observe(&node, now(), &call(&Request::DetectionStatus), false).unwrap().unwrap();
    assert_eq!((&status["indicators"], &status["expired"]), (&json!(1), &json!(0)));
    let nobody = comity_node::observe(&node, now(), &call(&Request::DetectionStatus), true).unwrap();
    assert_eq!(nobody.unwrap_err().code.as_deref(), Some("sign_in_needed"));
    let malformed = Call { request: r#"{"verb":"observe","text":7}"#.into(), ..Call::default() };
    assert!(comity_node::observe(&node, now(), &malformed, false).unwrap().is_err());
}

#[test]
fn a_copy_that_is_read_in_later_does_not_keep_a_sighting_from_its_recall() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vsis, mut kps, release, sighting) = given(folder.path());
    let path = folder.path().join("copy.json");
    std::fs::write(&path, said_bytes(&kps, "link:vsis")).unwrap();
    let label = Some("TLP:AMBER".parse().unwrap());
    kps.ask_as("alice", &Request::Import { path, origin: "feed".into(), label }).unwrap();
    vsis.recall(&[release]).unwrap();
    carry(&mut vsis, &mut kps);
    let sheet = reader(&kps).sighting(&sighting).unwrap();
    assert_eq!((sheet.row.state, sheet.row.count, sheet.evidence.len()), (SightingState::Recalled, 1, 0));
    assert_eq!(kps.ask(&seen(VALUE, "2026-03-05T10:00:00Z")).unwrap()["matches"], 0);
}

#[test]
fn a_recall_takes_content_also_where_another_version_of_the_indicator_stays() {
    let folder = tempfile::tempdir().unwrap();
    let (mut vsis, mut kps, release, sighting) = given(folder.path());
    let sheet = reader(&kps).sighting(&sighting).unwrap();
    // A feed carries the same identifier with another pattern; it is kept beside the partner's, as foreign.
    let foreign = indicator(
        1,
        "[domain-name:value = 'other.example']",
        json!({ "id": sheet.row.indicator,
        "modified": "2026-02-01T00:00:00.000Z" }),
    );
    import(&mut kps, folder.path(), &[foreign]);
    vsis.recall(&[release]).unwrap();
    carry(&mut vsis, &mut kps);
    let mut bytes = Vec::new();
    for name in ["holdings/holdings.db", "holdings/holdings.db-wal"] {
        bytes.extend(std::fs::read(kps.node.home().file(name)).unwrap_or_default());
    }
    assert!(!bytes.windows(11).any(|window| window == b"canary-lamp"), "content of what was recalled is left");
    let rows = in_state(&kps, SightingState::Recalled);
    assert_eq!((rows.len(), rows[0].values.len(), rows[0].count), (1, 0, 1));
    kps.ask(&Request::Verify).unwrap();
}
