//! A partner's TAXII tools at the gate: what two officers released to that partner, and nothing else.

use super::{contains, sent, world};
use comity_kit::{files, free_port, text, wait_until};
use std::process::Command;

/// What a tool would do, with the Python that every machine has: TLS 1.3, a token as the password of HTTP Basic.
const TOOL: &str = r#"
import base64, http.client, ssl, sys
port, token, path = int(sys.argv[1]), sys.argv[2], sys.argv[3]
context = ssl.create_default_context()
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE
connection = http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=20)
login = base64.b64encode(b"tool:" + token.encode()).decode()
connection.request("GET", path, headers={"Authorization": "Basic " + login, "Accept": "application/taxii+json;version=2.1"})
answer = connection.getresponse()
sys.stdout.write(str(answer.status) + " " + answer.read().decode())
"#;

const OBJECTS: &str = "/taxii2/released/collections/released/objects/";

fn ask(port: u16, token: &str, path: &str) -> Option<(u16, String)> {
    let ran = Command::new("python3").args(["-c", TOOL, &port.to_string(), token, path]).output().unwrap();
    let said = String::from_utf8(ran.stdout).unwrap();
    let (status, body) = said.split_once(' ')?;
    Some((status.parse().ok()?, body.to_owned()))
}

#[test]
fn a_partners_tools_read_what_was_released_to_it_and_nothing_else() {
    let world = world();
    let (first, second) = world.pair();
    let port = free_port();
    let configuration = first.home.join("comity.toml");
    let written = std::fs::read_to_string(&configuration).unwrap();
    let added = written.replacen("[gate]\n", &format!("[gate]\ntaxii_listen = \"127.0.0.1:{port}\"\n"), 1);
    assert_ne!(added, written);
    std::fs::write(&configuration, added).unwrap();
    let nodes = (first.serve(), second.serve());
    let before = sent(&first, "kps", "The cargo is zinnoberkraut from Morvath.");
    wait_until("the release arrives", || second.found("zinnoberkraut") == 1);

    // One officer is not enough, and one person in two roles neither.
    assert_eq!(text(&first.run_as("alice", &["link", "taxii", "kps"]).done(), "state"), "waiting");
    assert_eq!(text(&first.run_as("alice", &["link", "taxii", "kps"]).done(), "state"), "waiting");
    assert!(ask(port, "comity_x", OBJECTS).is_none(), "nothing listens before two officers agreed");
    let done = first.run_as("bob", &["link", "taxii", "kps"]).done();
    assert_eq!(text(&done, "state"), "on");
    let token = text(&done, "token");
    let objects = |path: &str| ask(port, &token, path).unwrap_or_default();
    wait_until("the gate answers tools", || objects("/taxii2/").0 == 200);

    // What was released before, what is released now; never the report it was made from.
    wait_until("the earlier release is there", || objects(OBJECTS).1.contains("zinnoberkraut"));
    sent(&first, "kps", "The buyer is sonnenblatt from Kestria.");
    wait_until("the new release is there", || objects(OBJECTS).1.contains("sonnenblatt"));
    assert!(!objects(OBJECTS).1.contains("Seen at the quay"));
    assert_eq!(objects("/taxii2/released/collections/nothing/objects/").0, 404);
    assert_eq!(objects("/taxii2/desk/collections/everything/objects/").0, 404, "the desk's own collection is not here");
    let other = ask(port, "comity_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", OBJECTS).unwrap();
    assert_eq!(other.0, 401, "{}", other.1);

    // In clear it is in the gate's memory only.
    for (path, bytes) in files(&first.home.join("gate")) {
        assert!(!contains(&bytes, b"sonnenblatt"), "{} holds plaintext", path.display());
    }

    // A recall takes it away; switching off takes everything away.
    first.recall(&before);
    wait_until("the recalled item is gone for tools", || !objects(OBJECTS).1.contains("zinnoberkraut"));
    assert!(objects(OBJECTS).1.contains("sonnenblatt"));
    first.ask(&["link", "taxii", "kps", "--off"]);
    wait_until("nothing listens any more", || ask(port, &token, OBJECTS).is_none());
    first.ask(&["verify"]);
    drop(nodes);
}
