//! One connection: guard, hyper, and the service behind them.
//!
//! Guarantees: the service is called for requests that passed, without any header by which a caller could pretend to be somebody
//! else's proxy; what was refused is answered here and the connection ends.
//!
//! Does not know: sockets and TLS; anything that reads and writes will do.

use crate::body::{BoundedBody, EdgeBody};
use crate::guard::Guard;
use crate::hosts::Hosts;
use crate::limits::Limits;
use crate::pulse::{Pulse, Verdict};
use crate::refusal::{Refusal, Refuse, complete};
use bytes::Bytes;
use http_body_util::Either;
use hyper::body::{Body, Incoming};
use hyper::header::{CONNECTION, HeaderName, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{HeaderMap, Request, Response};
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;

/// Room for what hyper reads ahead; heads are bounded by the guard.
const BUFFER_BYTES_MAX: usize = 64 * 1024;
const HEADERS_ROOM: usize = 8;

/// What is the same for every connection of a listener.
pub(crate) struct Rules {
    pub(crate) limits: Arc<Limits>,
    pub(crate) hosts: Arc<Hosts>,
    pub(crate) refuse: Refuse,
}

/// Serves one connection until it ends, or until `stop` is ready and the request in progress is answered.
///
/// Runs on the caller's task and needs nothing to be `Send`; [`crate::serve`] does the rest of a listener.
pub async fn connection<T, F, A, B>(
    io: T,
    limits: Arc<Limits>,
    hosts: Arc<Hosts>,
    refuse: Refuse,
    service: F,
    stop: impl Future<Output = ()>,
) where
    T: AsyncRead + AsyncWrite + Unpin,
    F: Fn(Request<BoundedBody>) -> A,
    A: Future<Output = Response<B>>,
    B: Body<Data = Bytes> + Unpin + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let rules = Rules { limits, hosts, refuse };
    run(io, &rules, Arc::new(Pulse::new()), None, service, stop).await;
}

pub(crate) async fn run<T, F, A, B>(
    io: T,
    rules: &Rules,
    pulse: Arc<Pulse>,
    refused: Option<Refusal>,
    service: F,
    stop: impl Future<Output = ()>,
) where
    T: AsyncRead + AsyncWrite + Unpin,
    F: Fn(Request<BoundedBody>) -> A,
    A: Future<Output = Response<B>>,
    B: Body<Data = Bytes> + Unpin + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let limits = &rules.limits;
    let mut guard = Guard::new(io, limits.clone(), rules.hosts.clone(), pulse.clone());
    if let Some(refusal) = refused {
        guard = guard.refusing(refusal);
    }
    let (service, pulse_of) = (&service, &pulse);
    let answer = service_fn(move |request: Request<Incoming>| {
        let pulse = pulse_of.clone();
        async move { Ok::<_, Infallible>(answer(request, rules, pulse, service).await) }
    });
    let mut serving = pin!(
        http1::Builder::new()
            // The guard waits for heads; hyper's own wait would also cut off an answer that is read slowly.
            .header_read_timeout(None)
            .max_headers(limits.headers_max + HEADERS_ROOM)
            .max_buf_size(BUFFER_BYTES_MAX.max(limits.head_bytes_max * 2))
            .half_close(false)
            .serve_connection(TokioIo::new(guard), answer)
    );
    let mut stop = pin!(stop);
    let ended = tokio::select! {
        ended = serving.as_mut() => ended,
        () = pulse.evict.notified() => finish(serving.as_mut()).await,
        () = stop.as_mut() => finish(serving.as_mut()).await,
    };
    if ended.is_err() {
        tracing::debug!("connection ended early");
    }
}

async fn finish<I, S, B>(mut serving: Pin<&mut http1::Connection<I, S>>) -> hyper::Result<()>
where
    I: hyper::rt::Read + hyper::rt::Write + Unpin,
    S: hyper::service::HttpService<Incoming, ResBody = B>,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    B: Body + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    serving.as_mut().graceful_shutdown();
    serving.await
}

async fn answer<F, A, B>(
    request: Request<Incoming>,
    rules: &Rules,
    pulse: Arc<Pulse>,
    service: &F,
) -> Response<EdgeBody<B>>
where
    F: Fn(Request<BoundedBody>) -> A,
    A: Future<Output = Response<B>>,
{
    // Counts the request out even where this future is dropped before it has an answer.
    let mut answering = Answering(Some(pulse.clone()));
    let answered = match pulse.verdict() {
        Some(Verdict::Pass) => {
            let (mut head, body) = request.into_parts();
            strip(&mut head.headers);
            let request = Request::from_parts(head, BoundedBody::new(body, pulse.clone()));
            within(rules.limits.request_wait, &pulse, service(request))
                .await
                .map_err(|refusal| (refusal, String::new()))
        }
        Some(Verdict::Refuse(refusal, path)) => Err((refusal, path)),
        None => Err((Refusal::Syntax("a request that nobody has checked"), String::new())),
    };
    answering.0 = None;
    match answered {
        Ok(_) if pulse.is_body_cut() => refusal_answer(&Refusal::TooSlow, "", rules, pulse),
        Ok(response) => response.map(|body| EdgeBody::new(Either::Left(body), pulse)),
        Err((refusal, path)) => refusal_answer(&refusal, &path, rules, pulse),
    }
}

struct Answering(Option<Arc<Pulse>>);

impl Drop for Answering {
    fn drop(&mut self) {
        if let Some(pulse) = &self.0 {
            pulse.answered();
        }
    }
}

fn refusal_answer<B>(refusal: &Refusal, path: &str, rules: &Rules, pulse: Arc<Pulse>) -> Response<EdgeBody<B>> {
    let mut response = (rules.refuse)(refusal, path);
    complete(refusal, &mut response);
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response.map(|body| EdgeBody::new(Either::Right(body), pulse))
}

/// Waits for an answer; the time in which the caller still sends its body does not count.
async fn within<A: Future>(wait: Duration, pulse: &Pulse, answer: A) -> Result<A::Output, Refusal> {
    let mut answer = pin!(answer);
    loop {
        let sending = pulse.is_body_open();
        if let Ok(answer) = timeout(wait, answer.as_mut()).await {
            return Ok(answer);
        }
        if !sending {
            return Err(Refusal::NoAnswer);
        }
    }
}

/// Takes out what only a proxy of ours could rightly say, and there is none: who the caller is comes from its own credentials, and
/// where it comes from is the socket's (security.md §5 G, cases 149 and 151).
fn strip(headers: &mut HeaderMap) {
    let forged: Vec<HeaderName> = headers.keys().filter(|name| is_forgeable(name.as_str())).cloned().collect();
    for name in forged {
        headers.remove(name);
    }
}

/// `name` is in lower case.
fn is_forgeable(name: &str) -> bool {
    name.starts_with("x-")
        || name.contains('_')
        || matches!(
            name,
            "forwarded"
                | "via"
                | "remote-user"
                | "true-client-ip"
                | "cf-connecting-ip"
                | "client-ip"
                | "upgrade"
                | "http2-settings"
        )
}

#[cfg(test)]
mod tests {
    use super::is_forgeable;

    #[test]
    fn what_a_proxy_would_say_is_not_believed() {
        for (name, forgeable) in [
            ("x-forwarded-for", true),
            ("x-user", true),
            ("x-http-method-override", true),
            ("forwarded", true),
            ("remote_user", true),
            ("upgrade", true),
            ("authorization", false),
            ("cookie", false),
            ("sec-fetch-site", false),
            ("idempotency-key", false),
        ] {
            assert_eq!(is_forgeable(name), forgeable, "{name}");
        }
    }
}
