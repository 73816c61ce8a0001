//! The desk's HTTP side: `GET /healthz` and nothing else yet.
//!
//! Guarantees: binds loopback only; answers carry no content and no version; a slow or oversized request is cut off.

use super::gate_process::GateState;
use bytes::Bytes;
use comity_node::Failure;
use http_body_util::Full;
use hyper::{Method, Request, Response, StatusCode, header};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;

/// The longest time a request's head may take.
const HEADER_SECONDS: u64 = 10;
/// The most connections at once.
const CONNECTIONS_MAX: usize = 64;

/// Binds the desk's address; anything but loopback is refused, for there is no TLS here.
pub async fn bind(address: &str) -> Result<TcpListener, Failure> {
    let parsed: std::net::SocketAddr = match address.strip_prefix("localhost:") {
        Some(port) => format!("127.0.0.1:{port}"),
        None => address.to_owned(),
    }
    .parse()
    .map_err(|_| Failure::usage(format!("not an address of the form 127.0.0.1:PORT: {address}")))?;
    if !parsed.ip().is_loopback() {
        return Err(Failure::usage(format!("the desk listens on loopback only, not on {address}"))
            .hint("use 127.0.0.1:PORT; partners reach the gate, not the desk"));
    }
    TcpListener::bind(parsed)
        .await
        .map_err(|error| Failure::operational(format!("cannot listen on {address}: {error}")))
}

/// Answers until the program ends.
pub async fn serve(listener: TcpListener, state: Arc<Mutex<GateState>>) {
    let places = Arc::new(tokio::sync::Semaphore::new(CONNECTIONS_MAX));
    loop {
        let Ok(place) = places.clone().acquire_owned().await else { return };
        let Ok((stream, _)) = listener.accept().await else { continue };
        let state = state.clone();
        tokio::spawn(async move {
            let service = hyper::service::service_fn(move |request| {
                let response = answer(&request, &state);
                async move { Ok::<_, Infallible>(response) }
            });
            let _ = hyper::server::conn::http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(Duration::from_secs(HEADER_SECONDS))
                .max_buf_size(16 * 1024)
                .serve_connection(TokioIo::new(stream), service)
                .await;
            drop(place);
        });
    }
}

fn answer(request: &Request<hyper::body::Incoming>, state: &Mutex<GateState>) -> Response<Full<Bytes>> {
    let (status, body) = match (request.method(), request.uri().path()) {
        (&Method::GET | &Method::HEAD, "/healthz") => {
            let state = state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            let status = if state.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
            let word = if state.ready { "ok" } else { "gate is starting" };
            (status, serde_json::json!({ "state": word, "confinement": state.landlock }).to_string())
        }
        _ => (StatusCode::NOT_FOUND, serde_json::json!({ "title": "nothing released to you here" }).to_string()),
    };
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    for (name, value) in [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (header::REFERRER_POLICY, "no-referrer"),
    ] {
        response.headers_mut().insert(name, header::HeaderValue::from_static(value));
    }
    response
}
