//! Asks a server over kept-alive connections and takes the time of every answer.
//!
//! One thread a connection, blocking, with as little work as can be: what is measured is the server.

use crate::Outcome;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// What came back from a run.
#[derive(Clone, Debug, Default)]
pub struct Load {
    /// Answers.
    pub answers: usize,
    /// From the first request to the last answer.
    pub seconds: f64,
    /// The time of each answer, in milliseconds.
    pub millis: Vec<f64>,
    /// Bytes of all bodies.
    pub bytes: usize,
}

/// What is asked: the whole heads of requests, taken in turns by all connections.
pub struct Script {
    /// Where.
    pub address: String,
    /// Whole heads.
    pub requests: Vec<Vec<u8>>,
}

/// A connection, opened again where the server closes it.
pub struct Connection {
    address: String,
    stream: Option<TcpStream>,
    buffer: Vec<u8>,
}

/// One answer.
pub struct Answer<'b> {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: &'b [u8],
}

impl Connection {
    /// Makes a connection to be opened when it is needed.
    pub fn new(address: &str) -> Self {
        Self { address: address.to_owned(), stream: None, buffer: vec![0; 1 << 20] }
    }

    /// Sends a request and reads the answer whole.
    ///
    /// # Errors
    /// Where the server does not answer in HTTP/1 with a length, or by closing.
    pub fn ask(&mut self, request: &[u8]) -> Outcome<Answer<'_>> {
        let stream = match &mut self.stream {
            Some(stream) => stream,
            empty => {
                let stream = TcpStream::connect(&self.address)?;
                stream.set_nodelay(true)?;
                stream.set_read_timeout(Some(Duration::from_secs(120)))?;
                empty.insert(stream)
            }
        };
        stream.write_all(request)?;
        let mut read = 0;
        let (head_end, length, close) = loop {
            if read == self.buffer.len() {
                self.buffer.resize(read * 2, 0);
            }
            let got = stream.read(self.buffer.get_mut(read..).unwrap_or_default())?;
            if got == 0 {
                return Err("the server closed before the answer".into());
            }
            read += got;
            let so_far = self.buffer.get(..read).unwrap_or_default();
            if let Some(end) = find(so_far, b"\r\n\r\n") {
                let head = std::str::from_utf8(so_far.get(..end).unwrap_or_default())?;
                let length = field(head, "content-length").and_then(|value| value.parse::<usize>().ok());
                let close = field(head, "connection").is_some_and(|value| value.eq_ignore_ascii_case("close"))
                    || head.starts_with("HTTP/1.0");
                break (end, length, close);
            }
        };
        let body_begin = head_end + 4;
        let length = length.ok_or("the answer has no length")?;
        let whole = body_begin + length;
        if self.buffer.len() < whole {
            self.buffer.resize(whole, 0);
        }
        if read < whole {
            stream.read_exact(self.buffer.get_mut(read..whole).unwrap_or_default())?;
        }
        if close {
            self.stream = None;
        }
        let head = std::str::from_utf8(self.buffer.get(..head_end).unwrap_or_default())?;
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or("no status")?;
        Ok(Answer { status, body: self.buffer.get(body_begin..whole).unwrap_or_default() })
    }
}

/// Returns a field of a head.
pub fn field<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    head.lines().skip(1).find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

/// Asks over so many connections for so long; every connection gets one answer at least.
///
/// # Errors
/// Where an answer is not a 200.
pub fn run(script: &Script, connections: usize, length: Duration) -> Outcome<Load> {
    let (stop, next) = (AtomicBool::new(false), AtomicUsize::new(0));
    let begun = Instant::now();
    let parts: Vec<Outcome<Load>> = std::thread::scope(|scope| {
        let workers: Vec<_> =
            (0..connections).map(|_| scope.spawn(|| worker(script, &stop, &next, begun + length))).collect();
        workers.into_iter().map(|worker| worker.join().unwrap_or_else(|_| Err("a connection broke".into()))).collect()
    });
    let mut all = Load { seconds: begun.elapsed().as_secs_f64(), ..Load::default() };
    for part in parts {
        let part = part?;
        all.answers += part.answers;
        all.bytes += part.bytes;
        all.millis.extend(part.millis);
    }
    Ok(all)
}

fn worker(script: &Script, stop: &AtomicBool, next: &AtomicUsize, until: Instant) -> Outcome<Load> {
    let mut connection = Connection::new(&script.address);
    let mut load = Load::default();
    loop {
        let n = next.fetch_add(1, Ordering::Relaxed) % script.requests.len().max(1);
        let request = script.requests.get(n).ok_or("nothing to ask")?;
        let begun = Instant::now();
        let answer = connection.ask(request)?;
        if answer.status != 200 {
            return Err(format!("answered {}: {}", answer.status, String::from_utf8_lossy(answer.body)).into());
        }
        load.bytes += answer.body.len();
        load.millis.push(begun.elapsed().as_secs_f64() * 1000.0);
        load.answers += 1;
        if stop.load(Ordering::Relaxed) || Instant::now() >= until {
            stop.store(true, Ordering::Relaxed);
            return Ok(load);
        }
    }
}
