//! The listening side: `POST /link/v1/exchange` and nothing else.
//!
//! Guarantees: nobody gets past the handshake but partners; everything else than an exchange gets one and the same
//! answer; every wait and every length has a limit; an answer tells of nothing that is not durable.
//!
//! Does not know: what an envelope holds.

use crate::state::{Gate, Received, StateError};
use crate::tls;
use bytes::Bytes;
use comity_edge::{BodyError, BoundedBody, Hosts, Limits, Refusal};
use comity_link::exchange::{EXCHANGE_BYTES_MAX, EXCHANGE_PATH, EXCHANGE_TYPE, ExchangeRequest, ExchangeResponse};
use comity_vocab::OrgCode;
use http_body_util::{BodyExt as _, Full};
use hyper::header::{CONTENT_TYPE, RETRY_AFTER};
use hyper::{Method, Request, Response, StatusCode};
use rustls::ServerConfig;
use std::cell::{Cell, RefCell};
use std::future::pending;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

const HANDSHAKE_MAX: Duration = Duration::from_secs(10);
/// How long a partner's connection may be idle; longer than a heartbeat. Only partners get here.
const IDLE_MAX: Duration = Duration::from_secs(90);
const BODY_MAX: Duration = Duration::from_secs(60);
const HEADERS_MAX: usize = 24;
const CONNECTIONS_MAX: usize = 8;
/// Connections of callers that have not shown who they are.
const STRANGERS_MAX: usize = 64;
const STRANGER_LOG_PAUSE: Duration = Duration::from_secs(60);
const RETRY_AFTER_S: &str = "5";

pub(crate) type Shared = Rc<RefCell<Gate>>;
/// Takes the error that ends the gate.
pub(crate) type Fatal = Rc<dyn Fn(StateError)>;

/// Accepts connections for ever.
pub(crate) async fn listen(gate: Shared, listener: TcpListener, config: Arc<ServerConfig>, fatal: Fatal) {
    let acceptor = TlsAcceptor::from(config);
    let strangers = Arc::new(Semaphore::new(STRANGERS_MAX));
    let log = Rc::new(StrangerLog::default());
    loop {
        let Ok(permit) = strangers.clone().acquire_owned().await else { return };
        let Ok((stream, _)) = listener.accept().await else {
            // Too many open files, or a connection that ended in the queue: wait, then go on.
            sleep(Duration::from_millis(100)).await;
            continue;
        };
        let (gate, acceptor, fatal, log) = (gate.clone(), acceptor.clone(), fatal.clone(), log.clone());
        tokio::task::spawn_local(async move {
            let shaken = shake(&gate, &acceptor, stream).await;
            drop(permit);
            match shaken {
                Some((code, stream)) => serve(gate, code, stream, fatal).await,
                None => log.note(),
            }
        });
    }
}

/// Counts failed handshakes and writes one line a minute at most (security.md §5 I, case 173).
#[derive(Default)]
struct StrangerLog {
    count: Cell<u64>,
    written: Cell<Option<Instant>>,
}

impl StrangerLog {
    fn note(&self) {
        self.count.set(self.count.get() + 1);
        let now = Instant::now();
        if self.written.get().is_none_or(|written| now.duration_since(written) >= STRANGER_LOG_PAUSE) {
            tracing::warn!(handshakes = self.count.replace(0), "handshakes failed");
            self.written.set(Some(now));
        }
    }
}

async fn shake(gate: &Shared, acceptor: &TlsAcceptor, stream: TcpStream) -> Option<(OrgCode, TlsStream<TcpStream>)> {
    // A failure costs latency only.
    let _ = stream.set_nodelay(true);
    let stream = timeout(HANDSHAKE_MAX, acceptor.accept(stream)).await.ok()?.ok()?;
    let connection = stream.get_ref().1;
    if !tls::speaks_http(connection.alpn_protocol()) {
        return None;
    }
    let pin = tls::pin_of(connection.peer_certificates()?.first()?)?;
    let code = gate.borrow().code_of_pin(&pin)?;
    Some((code, stream))
}

async fn serve(gate: Shared, code: OrgCode, stream: TlsStream<TcpStream>, fatal: Fatal) {
    if !enter(&gate, &code) {
        gate.borrow_mut().refuse(&code, "too many connections");
        return;
    }
    let service = |request: Request<BoundedBody>| {
        let (gate, code, fatal) = (gate.clone(), code.clone(), fatal.clone());
        async move { answer(&gate, &code, request, &fatal).await }
    };
    let limits = Limits {
        headers_max: HEADERS_MAX,
        idle_wait: IDLE_MAX,
        body_bytes_max: EXCHANGE_BYTES_MAX as u64,
        body_wait: BODY_MAX,
        ..Limits::default()
    };
    // The partner's pinned key says who it is; a name in a header says nothing. What is no exchange has one answer.
    let refuse = Arc::new(|refusal: &Refusal, _: &str| match refusal {
        Refusal::BodyTooLong { .. } | Refusal::TooSlow | Refusal::Busy | Refusal::NoAnswer => empty(refusal.status()),
        _ => empty(StatusCode::NOT_FOUND),
    });
    comity_edge::connection(stream, Arc::new(limits), Arc::new(Hosts::any()), refuse, service, pending()).await;
    tracing::debug!(peer = %code, "connection ended");
    if let Some(slot) = gate.borrow_mut().slot_mut(&code) {
        slot.connections = slot.connections.saturating_sub(1);
    }
}

fn enter(gate: &Shared, code: &OrgCode) -> bool {
    let mut gate = gate.borrow_mut();
    match gate.slot_mut(code) {
        Some(slot) if slot.connections < CONNECTIONS_MAX => {
            slot.connections += 1;
            true
        }
        _ => false,
    }
}

fn empty(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response
}

async fn answer(gate: &Shared, code: &OrgCode, request: Request<BoundedBody>, fatal: &Fatal) -> Response<Full<Bytes>> {
    let content_type = request.headers().get(CONTENT_TYPE).map(|value| value.as_bytes());
    let target = request.uri();
    let exact = request.method() == Method::POST
        && target.path() == EXCHANGE_PATH
        && target.query().is_none()
        && content_type == Some(EXCHANGE_TYPE.as_bytes());
    if !exact {
        return empty(StatusCode::NOT_FOUND);
    }
    let body = match request.into_body().collect().await {
        Ok(body) => body.to_bytes(),
        Err(BodyError::TooSlow) => return empty(StatusCode::REQUEST_TIMEOUT),
        Err(BodyError::Broken(_)) => return empty(StatusCode::BAD_REQUEST),
    };
    let exchange = match ExchangeRequest::decode(&body) {
        Ok(exchange) => exchange,
        Err(error) => {
            gate.borrow_mut().refuse(code, &format!("not an exchange: {error}"));
            return empty(StatusCode::BAD_REQUEST);
        }
    };
    drop(body);
    let received = gate.borrow_mut().receive(code, exchange);
    match received {
        Ok(Received::Answer { response, gap }) => {
            let status = if gap { StatusCode::CONFLICT } else { StatusCode::OK };
            encoded(gate, code, status, &response)
        }
        Ok(Received::OtherLog) => empty(StatusCode::FORBIDDEN),
        Ok(Received::Full) => {
            let mut response = empty(StatusCode::SERVICE_UNAVAILABLE);
            response.headers_mut().insert(RETRY_AFTER, hyper::header::HeaderValue::from_static(RETRY_AFTER_S));
            response
        }
        Err(error) => {
            // Nothing of this exchange is held, and the store cannot be trusted with the next one.
            fatal(error);
            empty(StatusCode::SERVICE_UNAVAILABLE)
        }
    }
}

fn encoded(gate: &Shared, code: &OrgCode, status: StatusCode, exchange: &ExchangeResponse) -> Response<Full<Bytes>> {
    let Ok(body) = exchange.encode() else { return empty(StatusCode::SERVICE_UNAVAILABLE) };
    gate.borrow_mut().answer_sent(code, exchange);
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, hyper::header::HeaderValue::from_static(EXCHANGE_TYPE));
    response
}
