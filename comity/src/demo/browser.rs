//! A real browser, driven over a pipe: Chromium's DevTools protocol, as much of it as the check of the pages needs.
//!
//! Guarantees: the browser gets a profile of its own, which goes with the demo's folder, and no network but the addresses it is
//! sent to; passkeys are held by a virtual authenticator. Does not know: what is on the pages.

use super::stage::{POLL, Stage};
use comity_node::Failure;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// How long a page may take before the check fails.
const PAGE_SECONDS: u64 = 20;
/// Where Debian and its kin put it.
const USUAL: [&str; 2] = ["/usr/bin/chromium", "/usr/bin/chromium-browser"];

fn broken(error: impl std::fmt::Display) -> Failure {
    Failure::operational(format!("the browser did not answer: {error}"))
}

/// Finds a Chromium: the one that `COMITY_CHROMIUM` names, or the system's.
pub fn installed() -> Option<PathBuf> {
    let named = std::env::var_os("COMITY_CHROMIUM").map(PathBuf::from);
    named.or_else(|| USUAL.iter().map(PathBuf::from).find(|path| path.is_file()))
}

/// A running browser.
pub struct Browser {
    process: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
    last: u64,
    /// Where each officer's window is, by the protocol's session.
    windows: HashMap<String, String>,
}

impl Browser {
    /// Starts the browser.
    ///
    /// # Errors
    /// [`Failure`] where it does not start.
    pub fn start(stage: &Stage, program: &Path) -> Result<Self, Failure> {
        let mut command = Command::new("/bin/sh");
        // Chromium reads the protocol from descriptor 3 and writes it to 4; a shell moves ours there.
        command.args(["-c", "exec \"$@\" 3<&0 4>&1 0</dev/null 1>/dev/null 2>/dev/null", "sh"]).arg(program);
        command.args(["--headless", "--remote-debugging-pipe", "--disable-gpu", "--disable-quic", "--no-first-run"]);
        command.args(["--disable-background-networking", "--disable-component-update", "--disable-sync"]);
        command.arg(format!("--user-data-dir={}", stage.folder.join("browser").display()));
        if rustix::process::getuid().is_root() {
            // Chromium's own sandbox refuses to run for the superuser; the pages are ours.
            command.arg("--no-sandbox");
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().map_err(broken)?;
        let (Some(requests), Some(answers)) = (process.stdin.take(), process.stdout.take()) else {
            return Err(broken("no pipe"));
        };
        Ok(Self { process, requests, answers: BufReader::new(answers), last: 0, windows: HashMap::new() })
    }

    fn ask(&mut self, session: Option<&str>, method: &str, parameters: &Value) -> Result<Value, Failure> {
        self.last += 1;
        let mut request = json!({ "id": self.last, "method": method, "params": parameters });
        if let (Some(session), Value::Object(fields)) = (session, &mut request) {
            fields.insert("sessionId".into(), session.into());
        }
        let mut bytes = serde_json::to_vec(&request)?;
        bytes.push(0);
        self.requests.write_all(&bytes).and_then(|()| self.requests.flush()).map_err(broken)?;
        loop {
            let mut frame = Vec::new();
            if self.answers.read_until(0, &mut frame).map_err(broken)? == 0 {
                return Err(broken("it ended"));
            }
            frame.pop();
            let answer: Value = serde_json::from_slice(&frame)?;
            // Events come in between; nothing here waits for one.
            if answer.get("id").and_then(Value::as_u64) == Some(self.last) {
                return match answer.get("error") {
                    Some(error) => Err(broken(format!("{method}: {error}"))),
                    None => Ok(answer.get("result").cloned().unwrap_or_default()),
                };
            }
        }
    }

    /// Opens a window of its own, with an authenticator of its own, for an officer.
    fn window(&mut self, officer: &str) -> Result<String, Failure> {
        if let Some(session) = self.windows.get(officer) {
            return Ok(session.clone());
        }
        let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let context = text(&self.ask(None, "Target.createBrowserContext", &json!({}))?, "browserContextId");
        let target = json!({ "url": "about:blank", "browserContextId": context });
        let target = text(&self.ask(None, "Target.createTarget", &target)?, "targetId");
        let attached = json!({ "targetId": target, "flatten": true });
        let session = text(&self.ask(None, "Target.attachToTarget", &attached)?, "sessionId");
        self.ask(Some(&session), "WebAuthn.enable", &json!({}))?;
        let authenticator = json!({ "options": {
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": true, "hasUserVerification": true,
            "isUserVerified": true, "automaticPresenceSimulation": true } });
        self.ask(Some(&session), "WebAuthn.addVirtualAuthenticator", &authenticator)?;
        self.windows.insert(officer.to_owned(), session.clone());
        Ok(session)
    }

    /// Runs an expression in an officer's window and returns its value.
    fn evaluate(&mut self, officer: &str, expression: &str) -> Result<Value, Failure> {
        let session = self.window(officer)?;
        let parameters = json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let result = self.ask(Some(&session), "Runtime.evaluate", &parameters)?;
        Ok(result.pointer("/result/value").cloned().unwrap_or_default())
    }

    /// Waits until an expression is true in an officer's window.
    fn until(&mut self, officer: &str, what: &str, expression: &str) -> Result<(), Failure> {
        let until = Instant::now() + Duration::from_secs(PAGE_SECONDS);
        loop {
            // While a page is exchanged for the next there is nothing to ask; that is not an answer yet.
            if self.evaluate(officer, expression).is_ok_and(|value| value == Value::Bool(true)) {
                return Ok(());
            }
            if Instant::now() > until {
                let page = self.evaluate(officer, "document.body.innerText").unwrap_or_default();
                let shown: String = page.as_str().unwrap_or_default().chars().take(400).collect();
                return Err(Failure::no(format!("in the browser of {officer}, {what} did not happen: {shown}")));
            }
            std::thread::sleep(POLL);
        }
    }

    /// Opens a page and returns the text that is on it.
    ///
    /// # Errors
    /// [`Failure`] where it does not load.
    pub fn visit(&mut self, officer: &str, address: &str) -> Result<String, Failure> {
        let session = self.window(officer)?;
        // A fragment alone loads nothing again, and an address left behind must not pass for the new one.
        self.ask(Some(&session), "Page.navigate", &json!({ "url": "about:blank" }))?;
        self.ask(Some(&session), "Page.navigate", &json!({ "url": address }))?;
        self.until(officer, address, "location.protocol !== 'about:' && document.readyState === 'complete'")?;
        self.text(officer)
    }

    /// Returns the text on the page that an officer has open.
    ///
    /// # Errors
    /// [`Failure`] where the browser ended.
    pub fn text(&mut self, officer: &str) -> Result<String, Failure> {
        Ok(self.evaluate(officer, "document.body.innerText")?.as_str().unwrap_or_default().to_owned())
    }

    /// Makes a passkey by an enrolment link and signs in with it.
    ///
    /// # Errors
    /// [`Failure`] where either does not succeed.
    pub fn enrol(&mut self, officer: &str, link: &str) -> Result<(), Failure> {
        self.visit(officer, link)?;
        let press = "document.querySelector('main form[data-passkey] button').click()";
        self.evaluate(officer, press)?;
        self.until(
            officer,
            "making a passkey",
            "location.pathname === '/sign-in' && document.readyState === 'complete'",
        )?;
        self.evaluate(officer, press)?;
        self.until(officer, "signing in", "location.pathname === '/' && document.readyState === 'complete'")
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.ask(None, "Browser.close", &json!({}));
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
