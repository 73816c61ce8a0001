//! Slow and silent callers, in virtual time (security.md §5 G, cases 143 to 145).

use crate::served::answers;
use comity_edge::{Hosts, Limits, connection, problem_answer};
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, ReadHalf, duplex, split};
use tokio::task::JoinHandle;
use tokio::time::{Instant, advance, sleep};

const HEAD: &str = "GET / HTTP/1.1\r\nHost: desk.example\r\n\r\n";

fn connect(limits: Limits) -> (DuplexStream, JoinHandle<()>) {
    let (client, server) = duplex(4096);
    let serving = tokio::spawn(async move {
        let hosts = Arc::new(Hosts::new(["desk.example"]));
        connection(server, Arc::new(limits), hosts, Arc::new(problem_answer), crate::served::service, pending()).await;
    });
    (client, serving)
}

fn limits() -> Limits {
    Limits { rate_min: 1000, ..Limits::default() }
}

/// Sends `bytes` in parts of `part_bytes`, one every `pause`, until done or cut off.
fn drip(client: DuplexStream, bytes: Vec<u8>, part_bytes: usize, pause: Duration) -> ReadHalf<DuplexStream> {
    let (reading, mut writing) = split(client);
    tokio::spawn(async move {
        for part in bytes.chunks(part_bytes) {
            if writing.write_all(part).await.is_err() {
                return;
            }
            sleep(pause).await;
        }
        // Kept open: an end of the stream is not what is looked at.
        pending::<()>().await;
    });
    reading
}

async fn rest(mut reading: impl AsyncRead + Unpin) -> Vec<u8> {
    let mut received = Vec::new();
    let _ = reading.read_to_end(&mut received).await;
    received
}

#[tokio::test(start_paused = true)]
async fn a_head_byte_by_byte_is_cut_off_after_ten_seconds() {
    for pause in [1, 3, 11] {
        let begun = Instant::now();
        let (client, _) = connect(limits());
        let received = rest(drip(client, HEAD.into(), 1, Duration::from_secs(pause))).await;
        assert_eq!(answers(&received)[0].status, 408);
        assert_eq!(begun.elapsed().as_secs(), 10, "a byte every {pause} s");
    }
}

#[tokio::test(start_paused = true)]
async fn a_silent_connection_is_closed_without_a_word() {
    let begun = Instant::now();
    let (client, serving) = connect(limits());
    assert_eq!(rest(client).await, b"");
    assert_eq!(begun.elapsed().as_secs(), 60);
    serving.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_connection_may_rest_between_requests_but_not_for_ever() {
    let (mut client, serving) = connect(limits());
    client.write_all(HEAD.as_bytes()).await.unwrap();
    advance(Duration::from_secs(50)).await;
    client.write_all(HEAD.as_bytes()).await.unwrap();
    let mut first = [0; 12];
    client.read_exact(&mut first).await.unwrap();
    let begun = Instant::now();
    let received = rest(client).await;
    assert_eq!(String::from_utf8_lossy(&received).matches("HTTP/1.1 200").count(), 1, "the second of two answers");
    assert_eq!(begun.elapsed().as_secs(), 60);
    serving.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_slow_body_is_cut_off_and_a_steady_one_is_not() {
    let request = |bytes: usize| {
        let head =
            format!("POST / HTTP/1.1\r\nHost: desk.example\r\nConnection: close\r\nContent-Length: {bytes}\r\n\r\n");
        let mut request = head.into_bytes();
        request.resize(request.len() + bytes, b'x');
        request
    };
    for (bytes, part_bytes, pause_s, status, took_s) in [
        (200, 150, 29, 200, 29),
        (200, 150, 31, 408, 30),
        (200, 90, 16, 408, 30),
        (100_000, 500, 1, 408, 59),
        (100_000, 2000, 1, 200, 50),
    ] {
        let begun = Instant::now();
        let (client, _) = connect(limits());
        let received = rest(drip(client, request(bytes), part_bytes, Duration::from_secs(pause_s))).await;
        assert_eq!(answers(&received)[0].status, status, "{part_bytes} bytes every {pause_s} s");
        assert_eq!(begun.elapsed().as_secs(), took_s, "{part_bytes} bytes every {pause_s} s");
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_nobody_reads_is_given_up() {
    let begun = Instant::now();
    let (mut client, serving) = connect(limits());
    client.write_all(b"GET /big HTTP/1.1\r\nHost: desk.example\r\n\r\n").await.unwrap();
    serving.await.unwrap();
    assert_eq!(begun.elapsed().as_secs(), 30);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_read_steadily_is_given_to_its_end() {
    let (mut client, _) = connect(limits());
    client.write_all(b"GET /big HTTP/1.1\r\nHost: desk.example\r\nConnection: close\r\n\r\n").await.unwrap();
    let (mut total, mut part) = (0, [0; 4096]);
    loop {
        match client.read(&mut part).await.unwrap() {
            0 => break,
            bytes => total += bytes,
        }
        sleep(Duration::from_millis(500)).await;
    }
    assert!(total > 8 * 1024 * 1024);
}

#[tokio::test(start_paused = true)]
async fn a_service_that_does_not_answer_is_not_waited_for() {
    let begun = Instant::now();
    let (mut client, _) = connect(limits());
    client.write_all(b"GET /never HTTP/1.1\r\nHost: desk.example\r\n\r\n").await.unwrap();
    let received = rest(client).await;
    assert_eq!(answers(&received)[0].status, 503);
    assert!(begun.elapsed().as_secs() >= 60);
}
