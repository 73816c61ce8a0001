//! A monitor with a token reads figures; nobody else does, and nothing of what is held is in them.

use super::{sent, world};
use comity_kit::{text, wait_until};
use std::io::{Read as _, Write as _};

fn scrape(desk: &str, token: &str) -> (u16, String) {
    let mut stream = std::net::TcpStream::connect(desk).unwrap();
    let credential = if token.is_empty() { String::new() } else { format!("Authorization: Bearer {token}\r\n") };
    let request = format!("GET /metrics HTTP/1.1\r\nHost: {desk}\r\n{credential}Connection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

#[test]
fn a_monitor_reads_figures_without_content() {
    let world = world();
    let (node, partner) = world.pair();
    let running = (node.serve(), partner.serve());
    sent(&node, "kps", "The barge Altkapelle.");
    wait_until("it is acknowledged", || node.receipted(&partner));
    let desk = text(&running.0.ready, "desk");
    let token =
        |scope: &str| text(&node.ask(&["token", "add", "--name", &scope.replace(':', "-"), "--scope", scope]), "token");
    let (status, body) = scrape(&desk, &token("metrics"));
    assert_eq!(status, 200, "{body}");
    for line in [
        "comity_gate_up 1",
        "comity_quarantine 0",
        "comity_link_active{partner=\"kps\"} 1",
        "comity_log_waiting{partner=\"kps\"} 0",
        "comity_backup_newest_seconds 0",
        "comity_sessions 0",
    ] {
        assert!(body.lines().any(|have| have == line), "no line {line}: {body}");
    }
    // Every sample stands under the help and type of its metric, and is a number.
    let mut known = String::new();
    for line in body.lines().filter(|line| !line.is_empty()) {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            known = rest.split(' ').next().unwrap().to_owned();
        } else if !line.starts_with('#') {
            let name = line.split(['{', ' ']).next().unwrap();
            assert_eq!(name, known, "{line}");
            assert!(line.rsplit(' ').next().unwrap().parse::<u64>().is_ok(), "{line}");
        }
    }
    for word in ["Altkapelle", "quay", "Organisation", "alice", "--"] {
        assert!(!body.contains(word), "{word} is in the figures");
    }
    assert_eq!(scrape(&desk, &token("read")).0, 403);
    assert_eq!(scrape(&desk, "comity_not_a_token").0, 401);
    assert_eq!(scrape(&desk, "").0, 401);
}
