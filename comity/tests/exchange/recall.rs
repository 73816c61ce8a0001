//! What is recalled is unreachable at the partner and leaves no plaintext behind.

use super::{contains, sent, world};
use comity_kit::{files, text, wait_until};

fn state(board: &serde_json::Value) -> String {
    text(&board["recalls"][0]["recipients"][0], "state")
}

#[test]
fn a_recalled_item_is_unreachable_everywhere() {
    let world = world();
    let (first, second) = world.pair();
    let nodes = (first.serve(), second.serve());
    let release = sent(&first, "kps", "The cargo is zinnoberkraut from Morvath.");
    wait_until("the release arrives", || second.found("zinnoberkraut") == 1);
    let id = text(&second.ask(&["search", "zinnoberkraut"])["hits"][0], "id");
    let bytes = second.run(&["show", &id, "--raw"]).out;
    let copy = world.write("copy.json", &bytes);
    first.recall(&release);
    wait_until("the recall is confirmed", || state(&first.ask(&["recall", "board"])) == "confirmed");
    assert_eq!(second.found("zinnoberkraut"), 0);
    assert!(second.ask(&["show", &id]).get("tombstone").is_some());
    assert!(!contains(&second.run(&["export"]).out, b"zinnoberkraut"));
    assert_ne!(second.run(&["show", &id, "--raw"]).code, Some(0));
    // A late copy from a file does not bring it back (security.md I20).
    let again = second.run(&["import", "--origin", "late", &copy.display().to_string()]);
    assert_eq!(again.code, Some(1), "nothing was taken");
    let again = again.json();
    assert_eq!((again["accepted"].as_u64(), again["refused"].as_u64()), (Some(0), Some(1)), "{again}");
    assert_eq!(second.found("zinnoberkraut"), 0);
    for node in [&first, &second] {
        node.ask(&["verify"]);
    }
    // While the desk runs, so that not even its write-ahead log holds a word (I22).
    for (path, bytes) in files(&second.home) {
        assert!(!contains(&bytes, b"zinnoberkraut"), "{} holds what was recalled", path.display());
    }
    drop(nodes);
}

/// The name of what somebody does; the identifier of an observable is a hash of its value (STIX 2.1 §2.9).
#[test]
fn neither_the_value_of_a_recalled_observable_nor_the_hash_of_it_stays_in_any_file() {
    const VALUE: &str = "zinnoberkraut-quay.example";
    const ID: &str = "domain-name--1010a202-c2e3-5e75-90b7-63d2905b51b6";
    const RAW: [u8; 16] = 0x1010_a202_c2e3_5e75_90b7_63d2_905b_51b6_u128.to_be_bytes();
    let world = world();
    let (first, second) = world.pair();
    let object = format!(r#"{{"type":"domain-name","spec_version":"2.1","id":"{ID}","value":"{VALUE}"}}"#);
    let bundle =
        format!(r#"{{"type":"bundle","id":"bundle--00000000-0000-4000-8000-000000000000","objects":[{object}]}}"#);
    let bundle = world.write("observable.json", bundle).display().to_string();
    first.ask(&["import", "--origin", "feed", "--label", "TLP:GREEN", &bundle]);
    let nodes = (first.serve(), second.serve());
    let given = text(&first.ask(&["search", VALUE])["hits"][0], "id");
    let release = first.release(&[&given], "kps");
    wait_until("the release arrives", || second.found(VALUE) == 1);
    let here = text(&second.ask(&["search", VALUE])["hits"][0], "id");
    let raw = uuid_bytes(&here);
    let held =
        |bytes: &[u8]| [VALUE.as_bytes(), here.as_bytes(), &raw[..]].iter().any(|needle| contains(bytes, needle));
    assert!(here == ID && raw == RAW, "the partner knows it under another identifier: {here}");
    assert!(files(&second.home).iter().any(|(_, bytes)| contains(bytes, &raw)), "the test finds nothing");
    let copy = world.write("copy.json", second.run(&["show", &here, "--raw"]).out).display().to_string();
    let recall = first.recall(&release);
    wait_until("the recall is confirmed", || state(&first.ask(&["recall", "board"])) == "confirmed");
    for (path, bytes) in files(&second.home) {
        assert!(!held(&bytes), "{} holds what was recalled, or a hash of it", path.display());
    }
    // It is known all the same: who asks for it learns that it was recalled, and the very bytes stay out.
    assert!(second.ask(&["show", &here]).get("tombstone").is_some());
    let again = second.run(&["import", "--origin", "late", &copy]).json();
    assert_eq!((&again["accepted"], &again["refused"]), (&0.into(), &1.into()), "{again}");
    for (path, bytes) in files(&second.home) {
        assert!(!held(&bytes), "{} holds what came again", path.display());
    }
    for node in [&first, &second] {
        node.ask(&["verify"]);
    }
    assert!(first.ask(&["recall", "show", &recall])["recipients"][0]["answer"]["completed_at"].is_string());
    // A new release of the same brings it back, under its own identifier.
    first.release(&[&given], "kps");
    wait_until("it is released again", || second.found(VALUE) == 1);
    assert_eq!(text(&second.ask(&["search", VALUE])["hits"][0], "id"), here);
    second.ask(&["verify"]);
    drop(nodes);
}

fn uuid_bytes(id: &str) -> Vec<u8> {
    let digits: String = id.split_once("--").unwrap().1.chars().filter(|c| *c != '-').collect();
    (0..16).map(|n| u8::from_str_radix(&digits[2 * n..2 * n + 2], 16).unwrap()).collect()
}

#[test]
fn a_recall_before_delivery_travels_as_a_stub_and_waits_for_an_offline_partner() {
    let world = world();
    let (first, second) = world.pair();
    let running = first.serve();
    let release = sent(&first, "kps", "The cargo is zinnoberkraut from Morvath.");
    wait_until("an offline partner shows as waiting", || text(&first.link(&second), "reach").starts_with("waiting"));
    assert_eq!(first.link(&second)["out"]["cosigned"], 0);
    first.recall(&release);
    assert_eq!(state(&first.ask(&["recall", "board"])), "outstanding");
    let partner = second.serve();
    wait_until("the recall is confirmed", || state(&first.ask(&["recall", "board"])) == "confirmed");
    assert_eq!(second.found("zinnoberkraut"), 0);
    for node in [&first, &second] {
        node.ask(&["verify"]);
    }
    for (path, bytes) in files(&second.home) {
        assert!(!contains(&bytes, b"zinnoberkraut"), "{}", path.display());
    }
    drop((running, partner));
}

#[test]
fn whom_a_recall_reaches_is_shown_before_the_draft() {
    let world = world();
    let (first, second) = world.pair();
    let running = first.serve();
    let release = sent(&first, "kps", "The cargo is zinnoberkraut from Morvath.");
    let by_release = ["recall", "preview", "--release", &release];
    let shown = first.ask(&by_release);
    let partner = |shown: &serde_json::Value| {
        let one = &shown["recipients"][0];
        (text(one, "recipient"), one["received"].clone(), one["queued"].clone())
    };
    assert_eq!(partner(&shown), ("kps".into(), 0.into(), 1.into()), "it is off: {shown}");
    let served = second.serve();
    wait_until("the partner has it", || partner(&first.ask(&by_release)).1 == 1);
    let item = text(&shown["items"][0], "id");
    assert_eq!(first.ask(&["recall", "preview", "--item", &item])["digest"], shown["digest"]);
    let recall = first.recall(&release);
    let after = first.ask(&["recall", "preview", "--recall", &recall]);
    assert_eq!((&after["digest"], &after["recipients"][0]["recalled"]), (&shown["digest"], &1.into()), "{after}");
    for wrong in [&["recall", "preview"][..], &["recall", "preview", "--recall", &recall, "--item", &item]] {
        assert_eq!(first.run(wrong).code, Some(2), "{wrong:?}");
    }
    first.run(&["recall", "preview", "--item", "malware--nothing"]).refused(1, "never released");
    drop((running, served));
}

#[test]
fn a_recall_needs_two_roles_or_a_duty_officer() {
    let world = world();
    let (first, second) = world.pair();
    let nodes = (first.serve(), second.serve());
    let release = sent(&first, "kps", "The cargo is zinnoberkraut from Morvath.");
    let recall = text(&first.run_as("alice", &["recall", "draft", "--release", &release]).done(), "recall");
    first.run(&["recall", "send", &recall]).refused(1, "not approved");
    let alone = first.run_as("dora", &["recall", "draft", "--release", &release, "--role", "duty_officer"]).done();
    let sent = first.ask(&["recall", "send", &text(&alone, "recall")]);
    assert!(sent["confirm_by"].is_string(), "a duty officer's recall is confirmed within a day: {sent}");
    wait_until("it is gone at the partner", || second.found("zinnoberkraut") == 0);
    drop(nodes);
}
