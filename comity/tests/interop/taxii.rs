//! The TAXII client of OASIS reads back every imported object, page by page, equal.

use super::{python, script, shared, world};
use std::process::Command;

#[test]
fn taxii2_client_reads_everything_back() {
    let (Some(python), Some(bundle)) = (python(), shared("stix/attack-ics-18.1.json")) else { return };
    let world = world();
    let node = world.node("vsis");
    node.ask(&["import", &bundle.display().to_string(), "--origin", "attack-ics"]);
    let token =
        node.ask(&["token", "add", "--name", "siem", "--scope", "taxii:read"])["token"].as_str().unwrap().to_owned();
    let running = node.serve();
    let url = format!("{}/taxii2/", running.ready["url"].as_str().unwrap());
    let ran = Command::new(python).arg(script("taxii.py")).args([&url, &token]).arg(&bundle).output().unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    println!("{said}");
    assert!(ran.status.success(), "{said}{}", String::from_utf8_lossy(&ran.stderr));
    assert!(said.ends_with("ok\n"), "{said}");
}
