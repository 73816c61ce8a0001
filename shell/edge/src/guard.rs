//! The stream between socket and hyper.
//!
//! Guarantees: hyper reads nothing but heads that [`head::check`] let pass, each followed by its announced body and no byte more; a
//! head or body that comes too slowly and an answer that is read too slowly end the connection; before it is closed, what still
//! comes is read for a moment, so that the answer is not lost to a reset (RFC 9112 §9.6).
//!
//! Does not know: what is in a body.

use crate::head;
use crate::hosts::Hosts;
use crate::limits::Limits;
use crate::patience::Patience;
use crate::pulse::{Pulse, Verdict};
use crate::refusal::Refusal;
use std::future::Future as _;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

const READ_BYTES: usize = 4096;
/// How long, and for how many bytes, a connection that is being closed still reads.
const LINGER_WAIT: Duration = Duration::from_secs(1);
const LINGER_BYTES_MAX: usize = 1024 * 1024;

/// Put in the place of a head that is refused; the service answers the refusal instead.
const STAND_IN: &[u8] = b"GET / HTTP/1.1\r\nHost: refused\r\nConnection: close\r\n\r\n";
const STAND_IN_HEAD: &[u8] = b"HEAD / HTTP/1.1\r\nHost: refused\r\nConnection: close\r\n\r\n";

enum Phase {
    /// Between requests, or in the middle of a head.
    Head,
    /// So many bytes of a body are still to come.
    Body(u64),
    /// Nothing is handed on any more but the stand-in.
    Refused,
    /// The caller has ended.
    Ended,
}

pub(crate) struct Guard<T> {
    io: T,
    limits: Arc<Limits>,
    hosts: Arc<Hosts>,
    pulse: Arc<Pulse>,
    phase: Phase,
    /// What came and was not handed on yet.
    buffer: Vec<u8>,
    /// How much of it has been looked at for the end of the head.
    scanned: usize,
    /// What hyper gets next, before anything else.
    hand_on: Vec<u8>,
    handed: usize,
    timer: Option<Pin<Box<Sleep>>>,
    /// Whether the timer is that of a begun head.
    timer_of_head: bool,
    reading: Patience,
    writing: Patience,
    closing: Closing,
}

enum Closing {
    Not,
    Lingering { timer: Pin<Box<Sleep>>, bytes: usize },
}

impl<T> Guard<T> {
    pub(crate) fn new(io: T, limits: Arc<Limits>, hosts: Arc<Hosts>, pulse: Arc<Pulse>) -> Self {
        let reading = Patience::new(limits.body_wait, limits.rate_min);
        let writing = Patience::new(limits.write_wait, limits.rate_min);
        Self {
            io,
            limits,
            hosts,
            pulse,
            phase: Phase::Head,
            buffer: Vec::new(),
            scanned: 0,
            hand_on: Vec::new(),
            handed: 0,
            timer: None,
            timer_of_head: false,
            reading,
            writing,
            closing: Closing::Not,
        }
    }

    /// Refuses whatever comes, without waiting for it.
    pub(crate) fn refusing(mut self, refusal: Refusal) -> Self {
        self.refuse(refusal);
        self
    }

    fn refuse(&mut self, refusal: Refusal) {
        let path = head::target_of(&self.buffer)
            .and_then(|target| target.split(|byte| *byte == b'?').next())
            .and_then(|path| std::str::from_utf8(path).ok())
            .unwrap_or_default()
            .to_owned();
        let stand_in = if self.buffer.starts_with(b"HEAD ") { STAND_IN_HEAD } else { STAND_IN };
        tracing::debug!(status = refusal.status().as_u16(), kind = refusal.kind(), "request refused at the edge");
        self.pulse.judge(Verdict::Refuse(refusal, path));
        self.pulse.wake();
        self.hand_on = stand_in.to_vec();
        self.handed = 0;
        self.buffer = Vec::new();
        self.phase = Phase::Refused;
    }

    /// Looks for the end of a head in what came; hands the head on or refuses it.
    fn scan(&mut self) {
        let end = match self.end_of_head() {
            Ok(Some(end)) => end,
            Ok(None) => {
                if let Some(refusal) = self.outgrown() {
                    self.refuse(refusal);
                }
                return;
            }
            Err(refusal) => return self.refuse(refusal),
        };
        let rest = self.buffer.split_off(end);
        let checked = if self.buffer.len() > self.limits.head_bytes_max {
            Err(self.outgrown().unwrap_or(Refusal::HeadTooLong { bytes_max: self.limits.head_bytes_max }))
        } else {
            head::check(&self.buffer, &self.limits, &self.hosts)
        };
        match checked {
            Ok(body_bytes) => {
                self.pulse.judge(Verdict::Pass);
                self.pulse.wake();
                self.hand_on = std::mem::replace(&mut self.buffer, rest);
                self.handed = 0;
                self.scanned = 0;
                self.timer = None;
                if body_bytes > 0 {
                    self.reading.reset();
                    self.pulse.set_body_open(true);
                    self.phase = Phase::Body(body_bytes);
                }
            }
            Err(refusal) => self.refuse(refusal),
        }
    }

    /// Returns the index behind the empty line. A line that ends otherwise than in CRLF is refused at once.
    fn end_of_head(&mut self) -> Result<Option<usize>, Refusal> {
        if self.buffer.first().is_some_and(|byte| !head::is_token_byte(*byte)) {
            return Err(Refusal::Syntax("the request does not begin with a method"));
        }
        while let Some(found) = memchr::memchr(b'\n', self.buffer.get(self.scanned..).unwrap_or_default()) {
            let line_end = self.scanned + found;
            let before = self.buffer.get(..line_end).unwrap_or_default();
            if !before.ends_with(b"\r") {
                return Err(Refusal::Syntax("a line that does not end in CRLF"));
            }
            self.scanned = line_end + 1;
            if before.ends_with(b"\r\n\r") {
                return Ok(Some(self.scanned));
            }
        }
        self.scanned = self.buffer.len();
        Ok(None)
    }

    fn outgrown(&self) -> Option<Refusal> {
        let Limits { uri_bytes_max, head_bytes_max, .. } = *self.limits;
        if self.buffer.len() <= head_bytes_max {
            return None;
        }
        let target = head::target_of(&self.buffer).map_or(0, <[u8]>::len);
        Some(if target > uri_bytes_max {
            Refusal::TargetTooLong { bytes_max: uri_bytes_max }
        } else {
            Refusal::HeadTooLong { bytes_max: head_bytes_max }
        })
    }

    /// Ready when a head or the first byte of one was waited for too long. While an answer is being given or read nothing is waited
    /// for.
    fn poll_too_late(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.pulse.is_answering() || self.writing.is_waiting() {
            self.timer = None;
            return Poll::Pending;
        }
        let begun = !self.buffer.is_empty();
        if self.timer.is_none() || begun != self.timer_of_head {
            let wait = if begun { self.limits.head_wait } else { self.limits.idle_wait };
            self.timer = Some(Box::pin(sleep(wait)));
            self.timer_of_head = begun;
            if begun { self.pulse.wake() } else { self.pulse.rest() }
        }
        match &mut self.timer {
            Some(timer) => timer.as_mut().poll(cx),
            None => Poll::Pending,
        }
    }
}

impl<T: AsyncRead + Unpin> Guard<T> {
    fn poll_head(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.buffer.is_empty() && self.scanned < self.buffer.len() {
            self.scan();
            if !self.hand_on.is_empty() {
                return Poll::Ready(Ok(()));
            }
        }
        let mut space = [0; READ_BYTES];
        loop {
            let mut read = ReadBuf::new(&mut space);
            match Pin::new(&mut self.io).poll_read(cx, &mut read) {
                Poll::Ready(Ok(())) if read.filled().is_empty() => {
                    self.phase = Phase::Ended;
                    return Poll::Ready(Ok(()));
                }
                Poll::Ready(Ok(())) => {
                    self.buffer.extend_from_slice(read.filled());
                    self.scan();
                    if !self.hand_on.is_empty() {
                        return Poll::Ready(Ok(()));
                    }
                }
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => {
                    ready!(self.poll_too_late(cx));
                    if self.buffer.is_empty() {
                        // Nothing was begun: the connection ends as if the caller had closed it.
                        self.phase = Phase::Ended;
                    } else {
                        self.refuse(Refusal::TooSlow);
                    }
                    return Poll::Ready(Ok(()));
                }
            }
        }
    }

    fn poll_body(&mut self, cx: &mut Context<'_>, left: u64, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(buf.remaining());
        if most == 0 {
            return Poll::Ready(Ok(()));
        }
        let moved = if self.buffer.is_empty() {
            let mut part = ReadBuf::new(buf.initialize_unfilled_to(most));
            match Pin::new(&mut self.io).poll_read(cx, &mut part) {
                Poll::Ready(result) => result?,
                Poll::Pending => {
                    ready!(self.reading.poll_exhausted(cx));
                    self.pulse.cut_body();
                    self.phase = Phase::Ended;
                    return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
                }
            }
            let moved = part.filled().len();
            buf.advance(moved);
            if moved == 0 {
                self.phase = Phase::Ended;
                return Poll::Ready(Ok(()));
            }
            moved
        } else {
            let most = most.min(self.buffer.len());
            let rest = self.buffer.split_off(most);
            buf.put_slice(&self.buffer);
            self.buffer = rest;
            most
        };
        self.reading.moved(moved);
        let left = left.saturating_sub(u64::try_from(moved).unwrap_or(u64::MAX));
        self.phase = if left == 0 {
            self.pulse.set_body_open(false);
            self.scanned = 0;
            Phase::Head
        } else {
            Phase::Body(left)
        };
        Poll::Ready(Ok(()))
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Guard<T> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let guard = &mut *self;
        loop {
            let waiting = guard.hand_on.get(guard.handed..).unwrap_or_default();
            if !waiting.is_empty() {
                let part = waiting.get(..buf.remaining()).unwrap_or(waiting);
                buf.put_slice(part);
                guard.handed += part.len();
                if guard.handed == guard.hand_on.len() {
                    guard.hand_on = Vec::new();
                    guard.handed = 0;
                }
                return Poll::Ready(Ok(()));
            }
            match guard.phase {
                Phase::Head => ready!(guard.poll_head(cx))?,
                Phase::Body(left) => return guard.poll_body(cx, left, buf),
                // The refusal is being answered; what else the caller sends is read when the connection is closed.
                Phase::Refused => return Poll::Pending,
                Phase::Ended => return Poll::Ready(Ok(())),
            }
        }
    }
}

impl<T: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Guard<T> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let guard = &mut *self;
        match Pin::new(&mut guard.io).poll_write(cx, buf) {
            Poll::Ready(result) => Poll::Ready(result.inspect(|bytes| guard.writing.moved(*bytes))),
            Poll::Pending => guard.poll_unread(cx),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let guard = &mut *self;
        match Pin::new(&mut guard.io).poll_flush(cx) {
            Poll::Ready(result) => {
                guard.writing.moved(0);
                // hyper asks for the next head before an answer is out, and then not again: the wait for it begins here.
                if matches!(guard.phase, Phase::Head) && guard.poll_too_late(cx).is_ready() {
                    cx.waker().wake_by_ref();
                }
                Poll::Ready(result)
            }
            Poll::Pending => guard.poll_unread(cx),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let guard = &mut *self;
        if matches!(guard.closing, Closing::Not) {
            match Pin::new(&mut guard.io).poll_shutdown(cx) {
                Poll::Ready(result) => result?,
                Poll::Pending => return guard.poll_unread(cx),
            }
            guard.closing = Closing::Lingering { timer: Box::pin(sleep(LINGER_WAIT)), bytes: 0 };
        }
        guard.poll_linger(cx)
    }
}

impl<T: AsyncRead + Unpin> Guard<T> {
    /// Ready with an error when the reader of an answer keeps us waiting for too long.
    fn poll_unread<R>(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<R>> {
        ready!(self.writing.poll_exhausted(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }

    fn poll_linger(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Closing::Lingering { timer, bytes } = &mut self.closing else { return Poll::Ready(Ok(())) };
        let mut space = [0; READ_BYTES];
        while *bytes < LINGER_BYTES_MAX && timer.as_mut().poll(cx).is_pending() {
            let mut read = ReadBuf::new(&mut space);
            match Pin::new(&mut self.io).poll_read(cx, &mut read) {
                Poll::Ready(Ok(())) if !read.filled().is_empty() => *bytes += read.filled().len(),
                Poll::Ready(_) => break,
                Poll::Pending => return Poll::Pending,
            }
        }
        Poll::Ready(Ok(()))
    }
}
