//! A partner's indicator: matched, judged, told back, recalled.

use super::{import, indicator, line, listed, said, world};
use comity_kit::{files, text, wait_until};

#[test]
fn what_a_partner_gave_is_matched_and_the_partner_is_told() {
    let world = world();
    let (first, second) = world.pair();
    let nodes = (first.serve(), second.serve());
    import(&world, &first, &[indicator(1, "Quellenwort", "[domain-name:value = 'zinnoberkraut.example']")]);
    let own = "indicator--5d0092c5-5f74-4287-9642-33f4c354e501";
    let release = first.release(&[own], "kps");
    wait_until("the indicator arrives", || second.found("Quellenwort") == 1);

    let file = world.write("dns.csv", line(1, "domain", "zinnoberkraut.example") + &line(2, "domain", "other.example"));
    let (sightings, _) = said(&second.run(&["detect", &file.display().to_string()]));
    assert_eq!((sightings.len(), &sightings[0]["origins"][0]), (1, &serde_json::json!("link:vsis")));
    let sighting = text(&sightings[0], "sighting");
    let shown = second.ask(&["sighting", "show", &sighting]);
    assert_eq!(
        (text(&shown["terms"][0], "from"), shown["evidence"].as_array().unwrap().len()),
        ("vsis".into(), 1),
        "{shown}"
    );

    second.run_as("alice", &["sighting", "judge", &sighting, "--true-positive"]).done();
    let returned = second.run_as("alice", &["sighting", "return", &sighting, "--to", "vsis"]).done();
    let objects: Vec<&str> = returned["objects"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
    assert_eq!(objects.iter().map(|id| id.split("--").next().unwrap()).collect::<Vec<_>>(), ["sighting", "opinion"]);
    let again = second.run_as("alice", &["sighting", "return", &sighting, "--to", "vsis"]).done();
    assert_eq!(again["objects"], returned["objects"]);
    assert_eq!(text(&listed(&second, &[])[0], "judgement"), "true_positive");

    let draft = second.run_as("alice", &["release", "draft", "--objects", &objects.join(","), "--to", "vsis"]).done();
    let back = text(&draft, "release");
    second.run_as("bob", &["release", "approve", &back]).done();
    second.ask(&["release", "send", &back]);
    // The partner reads it at its own indicator; it refers to it by the identifier that it was released under.
    let feedback = || first.ask(&["show", own])["feedback"].as_array().cloned().unwrap_or_default();
    wait_until("sighting and opinion arrive", || feedback().len() == 2);
    let of = |kind: &str| feedback().iter().find(|one| text(one, "type") == kind).cloned().unwrap();
    let (seen, opinion) = (of("sighting"), of("opinion"));
    assert_eq!((text(&seen, "from"), seen["count"].as_u64()), ("kps".into(), Some(1)), "{seen}");
    assert_eq!(text(&opinion, "opinion"), "agree");
    let told = first.run(&["show", &text(&seen, "id"), "--raw"]).out;
    let told: serde_json::Value = serde_json::from_slice(&told).unwrap();
    assert_eq!(told["sighting_of_ref"], sightings[0]["indicator"], "{told}");
    // Neither the line nor its value came with it.
    assert!(!told.to_string().contains("zinnoberkraut"), "{told}");

    // A recall takes what matched away; that there was something stays.
    first.recall(&release);
    wait_until("the recall is carried out", || second.found("Quellenwort") == 0);
    let kept = listed(&second, &["--all"]);
    assert_eq!(
        (text(&kept[0], "state"), kept[0]["values"].as_array().unwrap().len(), kept[0]["count"].as_u64()),
        ("recalled".into(), 0, Some(1))
    );
    assert!(second.ask(&["sighting", "show", &sighting])["evidence"].as_array().unwrap().is_empty());
    second.run_as("alice", &["sighting", "judge", &sighting, "--false-positive"]).refused(1, "recalled");
    assert_ne!(second.run(&["sighting", "stix", &sighting]).code, Some(0));
    for (path, bytes) in files(&second.home) {
        assert!(memchr::memmem::find(&bytes, b"zinnoberkraut").is_none(), "{} holds what was recalled", path.display());
    }
    for node in [&first, &second] {
        node.ask(&["verify"]);
    }
    drop(nodes);
}
