//! Runs verbs as a person or a script would: this very program as a child, with `--json`, and reads what it says.
//!
//! Guarantees: nothing waits without a limit; a verb gets the passphrases of the officers it was told to act for and no others.
//! Does not know: what the verbs do.

use super::stage::{POLL, Stage};
use crate::output::text;
use comity_node::Failure;
use serde_json::Value;
use std::ffi::OsString;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// How long one verb may take.
const VERB_SECONDS: u64 = 300;
/// How long the nodes may take to agree on something.
const AGREEMENT_SECONDS: u64 = 30;

/// A verb about to be run.
pub struct Verb<'a> {
    stage: &'a Stage,
    organisation: &'a str,
    arguments: Vec<OsString>,
    officers: Vec<String>,
    opens_home: bool,
}

/// What a verb said.
pub struct Answer {
    /// The exit code; none where a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub output: Vec<u8>,
    /// Standard error.
    pub errors: String,
    verb: String,
}

impl Stage {
    /// Begins a verb at a node.
    pub fn verb<'a>(&'a self, organisation: &'a str, words: &[&str]) -> Verb<'a> {
        let arguments = words.iter().map(OsString::from).collect();
        Verb { stage: self, organisation, arguments, officers: Vec::new(), opens_home: false }
    }

    /// Waits until the nodes agree: asks again and again until the answer is there, or the time is up.
    ///
    /// # Errors
    /// [`Failure`] that says what did not happen.
    pub fn until<T>(&self, what: &str, mut ask: impl FnMut() -> Result<Option<T>, Failure>) -> Result<T, Failure> {
        let until = Instant::now() + Duration::from_secs(AGREEMENT_SECONDS);
        loop {
            self.go_on()?;
            if let Some(answer) = ask()? {
                return Ok(answer);
            }
            if Instant::now() > until {
                return Err(Failure::no(format!("did not happen within {AGREEMENT_SECONDS} s: {what}")));
            }
            std::thread::sleep(POLL);
        }
    }

    /// Asks a desk's HTTP side whether it is well; the status code and the body.
    ///
    /// # Errors
    /// [`Failure`] where it does not answer.
    pub fn health(&self, organisation: &str) -> Result<(u16, String), Failure> {
        let (address, url) = (&self.actor(organisation)?.desk, self.actor(organisation)?.url());
        let answer = http_get(address, url.trim_start_matches("http://"), "/healthz")
            .map_err(|error| Failure::no(format!("the desk of {organisation} does not answer: {error}")))?;
        let status = answer.split_whitespace().nth(1).and_then(|word| word.parse().ok()).unwrap_or_default();
        let body = answer.split_once("\r\n\r\n").map(|(_, body)| body.trim().to_owned()).unwrap_or_default();
        Ok((status, body))
    }
}

fn http_get(address: &str, host: &str, path: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(AGREEMENT_SECONDS)))?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.take(64 * 1024).read_to_string(&mut answer)?;
    Ok(answer)
}

impl Verb<'_> {
    /// Adds an argument and its value.
    #[must_use]
    pub fn with(mut self, flag: &str, value: impl Into<OsString>) -> Self {
        self.arguments.push(flag.into());
        self.arguments.push(value.into());
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn and(mut self, words: &[&str]) -> Self {
        self.arguments.extend(words.iter().map(OsString::from));
        self
    }

    /// Adds a path.
    #[must_use]
    pub fn path(mut self, path: &Path) -> Self {
        self.arguments.push(path.into());
        self
    }

    /// Acts for an officer: key file and passphrase.
    #[must_use]
    pub fn key_of(self, officer: &str) -> Self {
        let file = self.stage.key_file(officer);
        self.passphrase_of(officer).with("--key", file)
    }

    /// Lends a custodian's key.
    #[must_use]
    pub fn custodian(self, officer: &str) -> Self {
        let file = self.stage.key_file(officer);
        self.passphrase_of(officer).with("--custodian", file)
    }

    /// Lends an officer's passphrase.
    #[must_use]
    pub fn passphrase_of(mut self, officer: &str) -> Self {
        self.officers.push(officer.to_owned());
        self
    }

    /// Lends the home's passphrase, where no desk runs yet.
    #[must_use]
    pub fn opening_home(mut self) -> Self {
        self.opens_home = true;
        self
    }

    /// Runs it and waits for its end.
    ///
    /// # Errors
    /// [`Failure`] where it cannot be started or takes too long; what it answers is not judged.
    pub fn run(self) -> Result<Answer, Failure> {
        self.stage.go_on()?;
        let words: Vec<String> =
            self.arguments.iter().take(2).map(|word| word.to_string_lossy().into_owned()).collect();
        let verb = format!("comity {} at {}", words.join(" "), self.organisation);
        let broken = |error: std::io::Error| Failure::operational(format!("cannot run {verb}: {error}"));
        let mut command = self.stage.command();
        command.arg("--json").args(&self.arguments).arg("--home").arg(&self.stage.actor(self.organisation)?.home);
        for officer in &self.officers {
            self.stage.give_officer_passphrase(&mut command, officer);
        }
        if self.opens_home {
            self.stage.give_home_passphrase(&mut command);
        }
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(broken)?;
        let (output, errors) = (drain(child.stdout.take()), drain(child.stderr.take()));
        let until = Instant::now() + Duration::from_secs(VERB_SECONDS);
        let status = loop {
            match child.try_wait().map_err(broken)? {
                Some(status) => break status,
                None if Instant::now() > until => {
                    let _ = child.kill();
                    let _ = child.wait();
                    return Err(Failure::operational(format!("{verb} took longer than {VERB_SECONDS} s")));
                }
                None => std::thread::sleep(Duration::from_millis(2)),
            }
        };
        let output = output.join().unwrap_or_default();
        let errors = String::from_utf8_lossy(&errors.join().unwrap_or_default()).into_owned();
        Ok(Answer { code: status.code(), output, errors, verb })
    }

    /// Runs it; it must succeed, and its document is returned.
    ///
    /// # Errors
    /// [`Failure`] with what it said.
    pub fn done(self) -> Result<Value, Failure> {
        self.run()?.done()
    }

    /// Runs it; it must succeed, and its output is returned as it is.
    ///
    /// # Errors
    /// [`Failure`] with what it said.
    pub fn bytes(self) -> Result<Vec<u8>, Failure> {
        let answer = self.run()?;
        if answer.code == Some(0) { Ok(answer.output) } else { Err(answer.unexpected("should have been done")) }
    }

    /// Runs it; the answer must be no, and the reason is returned.
    ///
    /// # Errors
    /// [`Failure`] where it was done, or broke.
    pub fn refused(self) -> Result<String, Failure> {
        let answer = self.run()?;
        if answer.code != Some(1) {
            return Err(answer.unexpected("should have been refused"));
        }
        Ok(text(
            answer.documents().iter().find_map(|document| document.get("error")).unwrap_or(&Value::Null),
            "message",
        )
        .to_owned())
    }
}

fn drain<R: Read + Send + 'static>(pipe: Option<R>) -> std::thread::JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            let _ = pipe.read_to_end(&mut bytes);
        }
        bytes
    })
}

impl Answer {
    /// The documents it printed; a refusal may follow the answer it is about.
    pub fn documents(&self) -> Vec<Value> {
        serde_json::Deserializer::from_slice(&self.output).into_iter().map_while(Result::ok).collect()
    }

    /// The document of a verb that succeeded.
    ///
    /// # Errors
    /// [`Failure`] with what it said.
    pub fn done(self) -> Result<Value, Failure> {
        if self.code != Some(0) {
            return Err(self.unexpected("should have been done"));
        }
        let first = self.documents().into_iter().next();
        first.ok_or_else(|| self.unexpected("should have printed a document"))
    }

    /// Tells that it went otherwise than the story says.
    pub fn unexpected(&self, should: &str) -> Failure {
        let said = self.errors.lines().next().unwrap_or("nothing");
        let code = self.code.map_or("a signal".to_owned(), |code| format!("exit code {code}"));
        Failure::no(format!("{} {should}, but ended with {code}, saying: {said}", self.verb))
    }
}
