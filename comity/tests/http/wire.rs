//! Requests as bytes and answers as they came.

use comity_kit::Running;
use serde_json::Value;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// Longer than any wait of the desk's own; reached only where it never answers.
const ANSWER_WAIT: Duration = Duration::from_secs(100);

/// One answer.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    /// The head, in lower case.
    pub head: String,
    /// The head as it came.
    written: String,
    pub body: Vec<u8>,
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.status, self.text())
    }
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    /// The value of a cookie that is set.
    pub fn cookie(&self, name: &str) -> Option<String> {
        let start = format!("set-cookie: {name}=");
        let line =
            self.written.lines().find(|line| line.to_ascii_lowercase().starts_with(&start.to_ascii_lowercase()))?;
        Some(line[start.len()..].split(';').next()?.to_owned())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// The desk of a running node.
pub struct Desk {
    pub host: String,
    pub origin: String,
}

impl Desk {
    pub fn of(running: &Running) -> Self {
        let origin = running.ready["url"].as_str().unwrap().trim_end_matches('/').to_owned();
        let host = origin.split_once("://").unwrap().1.to_owned();
        Self { host, origin }
    }

    pub fn connect(&self) -> TcpStream {
        let port = self.host.rsplit_once(':').unwrap().1.parse::<u16>().unwrap();
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_read_timeout(Some(ANSWER_WAIT)).unwrap();
        stream
    }

    /// Sends bytes and returns everything that comes until the desk closes.
    pub fn raw(&self, bytes: impl AsRef<[u8]>) -> Vec<Answer> {
        let mut stream = self.connect();
        stream.write_all(bytes.as_ref()).unwrap();
        let mut received = Vec::new();
        let _ = stream.read_to_end(&mut received);
        answers(&received)
    }

    /// Sends one request with these header lines and returns its answer.
    pub fn ask(&self, method: &str, target: &str, headers: &[String], body: &[u8]) -> Answer {
        let mut request =
            format!("{method} {target} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", self.host).into_bytes();
        for header in headers {
            request.extend_from_slice(header.as_bytes());
            request.extend_from_slice(b"\r\n");
        }
        if !matches!(method, "GET" | "HEAD" | "OPTIONS") {
            request.extend_from_slice(format!("Content-Length: {}\r\n", body.len()).as_bytes());
        }
        request.extend_from_slice(b"\r\n");
        request.extend_from_slice(body);
        let mut answers = self.raw(request);
        assert_eq!(answers.len(), 1, "{method} {target}: {answers:?}");
        answers.remove(0)
    }

    pub fn get(&self, target: &str, token: &str) -> Answer {
        self.ask("GET", target, &[format!("Authorization: Bearer {token}")], b"")
    }

    pub fn post(&self, target: &str, headers: &[String], body: &Value) -> Answer {
        let mut headers = headers.to_vec();
        headers.push("Content-Type: application/json".into());
        self.ask("POST", target, &headers, body.to_string().as_bytes())
    }
}

fn answers(mut bytes: &[u8]) -> Vec<Answer> {
    let mut answers = Vec::new();
    while let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
        let written = String::from_utf8_lossy(&bytes[..end + 4]).into_owned();
        let head = written.to_ascii_lowercase();
        bytes = &bytes[end + 4..];
        let mut answer =
            Answer { status: head.split(' ').nth(1).unwrap().parse().unwrap(), head, written, body: Vec::new() };
        let length = match answer.header("content-length") {
            Some(length) => length.parse::<usize>().unwrap(),
            None => 0,
        };
        let (body, rest) = bytes.split_at(length.min(bytes.len()));
        answer.body = body.to_vec();
        bytes = rest;
        answers.push(answer);
    }
    answers
}
