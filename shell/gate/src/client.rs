//! The calling side: one task for each partner, which pushes what waits and asks once a heartbeat.
//!
//! Guarantees: a partner that cannot be reached is tried again after growing pauses; what waits goes as soon as the
//! partner is there; a partner that goes back and back again is not served in a tight loop.
//!
//! Does not know: what an envelope holds.

use crate::server::{Fatal, Shared};
use crate::state::Progress;
use crate::tls;
use bytes::Bytes;
use comity_link::exchange::{EXCHANGE_PATH, EXCHANGE_TYPE, ExchangeRequest, ExchangeResponse, NOTE_BYTES_MAX};
use comity_link::gate_protocol::{ErrorClass, LinkState, Timing};
use comity_vocab::OrgCode;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{CONTENT_TYPE, HOST, HeaderValue, RETRY_AFTER};
use hyper::{Method, Request, Response, StatusCode, body::Incoming};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use sha2::{Digest as _, Sha256};
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsConnector;

const CONNECT_MAX: Duration = Duration::from_secs(10);
const ANSWER_MAX: Duration = Duration::from_secs(60);
const ANSWER_BYTES_MAX: usize = 2 * NOTE_BYTES_MAX + 64;

/// Not resolvable on purpose: the pin names the partner, and no name is sent.
const NAME: &str = "gate.comity.invalid";

type Connection = SendRequest<Full<Bytes>>;

/// Why an exchange failed, and how long the partner asked to wait.
struct Failure {
    class: ErrorClass,
    retry_after: Option<Duration>,
}

impl From<ErrorClass> for Failure {
    fn from(class: ErrorClass) -> Self {
        Self { class, retry_after: None }
    }
}

struct Caller {
    gate: Shared,
    code: OrgCode,
    addresses: Vec<SocketAddr>,
    connector: TlsConnector,
    timing: Timing,
    wake: Rc<Notify>,
    poke: Rc<Notify>,
    connection: Option<Connection>,
    failures: u32,
    steps_back: u32,
}

/// Serves one partner for ever.
pub(crate) async fn call(gate: Shared, code: OrgCode, config: Arc<ClientConfig>, fatal: Fatal) {
    let caller = {
        let state = gate.borrow();
        let Some(slot) = state.slot(&code) else { return };
        Caller {
            gate: gate.clone(),
            addresses: slot.addresses.clone(),
            connector: TlsConnector::from(config),
            timing: state.timing,
            wake: slot.wake.clone(),
            poke: slot.poke.clone(),
            code,
            connection: None,
            failures: 0,
            steps_back: 0,
        }
    };
    caller.run(fatal).await;
}

impl Caller {
    async fn run(mut self, fatal: Fatal) {
        loop {
            let request = match self.gate.borrow().request(&self.code) {
                Ok(Some(request)) => request,
                Ok(None) => return,
                Err(error) => return fatal(error),
            };
            match self.exchange(&request).await {
                Ok(response) => {
                    self.failures = 0;
                    let progress = self.gate.borrow_mut().answered(&self.code, &request, response);
                    self.pause(progress).await;
                }
                Err(failure) => self.back_off(&failure).await,
            }
        }
    }

    /// Waits until there is something to say.
    async fn pause(&mut self, progress: Progress) {
        match progress {
            Progress::Forward => self.steps_back = 0,
            Progress::Back => {
                self.steps_back = self.steps_back.saturating_add(1);
                let pause = back_off(&self.timing, &self.code, self.steps_back);
                // What is sent again is worth a pause, however urgent it is.
                let _ = timeout(pause, self.poke.notified()).await;
                return;
            }
        }
        let heartbeat = sleep(Duration::from_millis(u64::from(self.timing.heartbeat_ms.max(10))));
        tokio::pin!(heartbeat);
        while !self.gate.borrow().has_work(&self.code) {
            tokio::select! {
                () = self.wake.notified() => {}
                () = self.poke.notified() => return,
                () = &mut heartbeat => return,
            }
        }
    }

    async fn back_off(&mut self, failure: &Failure) {
        self.connection = None;
        self.failures = self.failures.saturating_add(1);
        let longest = Duration::from_millis(u64::from(self.timing.backoff_max_ms));
        let pause =
            back_off(&self.timing, &self.code, self.failures).max(failure.retry_after.unwrap_or_default().min(longest));
        let retry_in_s = u32::try_from(pause.as_millis().div_ceil(1000)).unwrap_or(u32::MAX);
        let class = failure.class;
        self.gate.borrow_mut().failed(&self.code, LinkState::Waiting { retry_in_s, error: class });
        if self.failures == 1 {
            tracing::info!(peer = %self.code, error = class.as_str(), "partner not reached");
        }
        if timeout(pause, self.poke.notified()).await.is_ok() {
            self.failures = 0;
        }
    }

    async fn exchange(&mut self, request: &ExchangeRequest) -> Result<ExchangeResponse, Failure> {
        let body = Bytes::from(request.encode().map_err(|_| ErrorClass::Protocol)?);
        if let Some(mut connection) = self.connection.take().filter(|connection| !connection.is_closed()) {
            // A kept connection may have ended without our knowing: then the same request goes over a new one.
            if let Ok(response) = send(&mut connection, body.clone()).await {
                self.connection = Some(connection);
                return read(response).await;
            }
        }
        let mut connection = self.connect().await?;
        let response = send(&mut connection, body).await?;
        self.connection = Some(connection);
        read(response).await
    }

    async fn connect(&self) -> Result<Connection, Failure> {
        let mut failure = Failure::from(ErrorClass::Connect);
        for address in &self.addresses {
            match timeout(CONNECT_MAX, self.connect_to(*address)).await {
                Ok(Ok(connection)) => return Ok(connection),
                Ok(Err(class)) => failure = class.into(),
                Err(_) => failure = ErrorClass::Timeout.into(),
            }
        }
        Err(failure)
    }

    async fn connect_to(&self, address: SocketAddr) -> Result<Connection, ErrorClass> {
        let stream = TcpStream::connect(address).await.map_err(|_| ErrorClass::Connect)?;
        // A failure costs latency only.
        let _ = stream.set_nodelay(true);
        let name = ServerName::try_from(NAME).map_err(|_| ErrorClass::Handshake)?;
        let stream = self.connector.connect(name, stream).await.map_err(|_| ErrorClass::Handshake)?;
        if !tls::speaks_http(stream.get_ref().1.alpn_protocol()) {
            return Err(ErrorClass::Handshake);
        }
        let (sender, connection) = handshake(TokioIo::new(stream)).await.map_err(|_| ErrorClass::Handshake)?;
        tokio::task::spawn_local(async move {
            // Its end shows at the sender.
            let _ = connection.await;
        });
        Ok(sender)
    }
}

async fn send(connection: &mut Connection, body: Bytes) -> Result<Response<Incoming>, ErrorClass> {
    let mut request = Request::new(Full::new(body));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = hyper::Uri::from_static(EXCHANGE_PATH);
    request.headers_mut().insert(HOST, HeaderValue::from_static(NAME));
    request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(EXCHANGE_TYPE));
    connection.ready().await.map_err(|_| ErrorClass::Handshake)?;
    // With TLS 1.3 a server's refusal of our certificate arrives after our side of the handshake is done: as the
    // failure of the first request.
    match timeout(ANSWER_MAX, connection.send_request(request)).await {
        Ok(sent) => sent.map_err(|_| ErrorClass::Handshake),
        Err(_) => Err(ErrorClass::Timeout),
    }
}

async fn read(response: Response<Incoming>) -> Result<ExchangeResponse, Failure> {
    let status = response.status();
    let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
    let of_type =
        response.headers().get(CONTENT_TYPE).is_some_and(|value| value.as_bytes() == EXCHANGE_TYPE.as_bytes());
    if status == StatusCode::SERVICE_UNAVAILABLE {
        return Err(Failure { class: ErrorClass::Busy, retry_after: retry_after.map(Duration::from_secs) });
    }
    if status.is_client_error() && status != StatusCode::CONFLICT {
        return Err(ErrorClass::Refused.into());
    }
    if !(status == StatusCode::OK || status == StatusCode::CONFLICT) || !of_type {
        return Err(ErrorClass::Protocol.into());
    }
    let body = Limited::new(response.into_body(), ANSWER_BYTES_MAX).collect();
    match timeout(ANSWER_MAX, body).await {
        Ok(Ok(body)) => Ok(ExchangeResponse::decode(&body.to_bytes()).map_err(|_| ErrorClass::Protocol)?),
        Ok(Err(_)) => Err(ErrorClass::Protocol.into()),
        Err(_) => Err(ErrorClass::Timeout.into()),
    }
}

/// Returns the pause after the n-th failure in a row: doubled each time, and spread by up to a half, so that many
/// nodes do not call one in step. The spread depends on partner and attempt only.
fn back_off(timing: &Timing, code: &OrgCode, attempt: u32) -> Duration {
    let first = u64::from(timing.backoff_min_ms.max(1));
    let doubled = first.saturating_mul(1 << attempt.saturating_sub(1).min(20));
    let longest = doubled.min(u64::from(timing.backoff_max_ms.max(1)));
    let digest = Sha256::new().chain_update(code.as_str()).chain_update(attempt.to_be_bytes()).finalize();
    let spread = digest.first().map_or(0, |byte| u64::from(*byte));
    Duration::from_millis(longest / 2 + longest * spread / 510)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_the_longest_and_spread() {
        let timing = Timing { heartbeat_ms: 1, backoff_min_ms: 250, backoff_max_ms: 60_000 };
        let code: OrgCode = "kps".parse().unwrap();
        let pause = |attempt| back_off(&timing, &code, attempt).as_millis();
        for attempt in 1..40 {
            let full = (250u128 << (attempt - 1).min(20)).min(60_000);
            assert!((full / 2..=full).contains(&pause(attempt)), "attempt {attempt}: {}", pause(attempt));
        }
        assert_eq!(pause(7), pause(7));
        assert_ne!(pause(30), back_off(&timing, &"tfo".parse().unwrap(), 30).as_millis());
    }
}
