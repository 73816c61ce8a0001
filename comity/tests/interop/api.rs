//! Schemathesis asks the running desk everything that its own description says can be asked, and what it says cannot.

use super::{python, world};
use std::process::Command;

/// A bound for the whole run.
const SECONDS_MAX: &str = "90";
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,\
                      response_headers_conformance,unsupported_method,ignored_auth,negative_data_rejection";

#[test]
fn schemathesis_finds_nothing() {
    let Some(python) = python() else { return };
    let world = world();
    let node = world.node("vsis");
    node.ask(&["import", concat!(env!("CARGO_MANIFEST_DIR"), "/demo/vsis.json"), "--origin", "stock"]);
    let token = node.ask(&["token", "add", "--name", "tool", "--scope", "read,write"])["token"].clone();
    let running = node.serve();
    let url = running.ready["url"].as_str().unwrap().trim_end_matches('/').to_owned();
    let authorization = format!("Authorization: Bearer {}", token.as_str().unwrap());
    let description = format!("{url}/api/v1/openapi.json");
    let ran = Command::new(python)
        .args(["-m", "schemathesis.cli", "run", &description, "--url", &url, "-H", &authorization, "--checks", CHECKS])
        // A stream has no end to wait for.
        .args(["--exclude-path", "/api/v1/events", "--seed", "1", "--max-examples", "25", "--max-time", SECONDS_MAX])
        .args(["--phases", "examples,coverage,fuzzing", "--generation-database", "none", "--no-color"])
        .current_dir(world.file(""))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    println!("{said}");
    assert!(ran.status.success(), "{said}{}", String::from_utf8_lossy(&ran.stderr));
    assert!(running.stop(), "the desk is still well");
}
