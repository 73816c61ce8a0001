//! Our desk, and the same bytes from memory, both behind the same HTTP stack.

use crate::Outcome;
use crate::home::Held;
use axum::body::Body;
use axum::http::{Request, Response, header};
use bytes::Bytes;
use comity_edge::{Edge, Hosts, Limits, Transport};
use comity_vocab::Timestamp;
use comity_web::{Desk, Health, Organisation, Readers, router};
use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use tokio::sync::oneshot;

/// A server that runs until it is dropped.
pub struct Serving {
    /// Where it listens.
    pub address: String,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.stop.take().map(|stop| stop.send(()));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn clock() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_unix(since.as_secs() as i64, since.subsec_nanos())
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from)
}

/// Serves a home as `comity serve` does.
///
/// # Errors
/// Where nothing can be listened on.
pub fn ours(held: &Held) -> Outcome<Serving> {
    let desk = Desk {
        organisation: Organisation { name: "A benchmark".into(), code: "bench".into() },
        public_url: "http://localhost".into(),
        access: held.node.access(),
        ask: Arc::new(|_| Err(comity_node::Failure::operational("only TAXII is measured here"))),
        readers: Readers::new(held.home.clone(), cores() * 4, Arc::default()),
        clock,
        health: Arc::new(Health::default),
        cursor_key: [9; 32],
    };
    let router = router(Arc::new(desk));
    serve(move |edge, listener, stop| Box::pin(edge.serve(listener, router, stop)))
}

/// Serves these bodies in turns, whatever is asked.
///
/// # Errors
/// Where nothing can be listened on.
pub fn limit(bodies: Vec<Vec<u8>>) -> Outcome<Serving> {
    let bodies: Arc<Vec<Bytes>> = Arc::new(bodies.into_iter().map(Bytes::from).collect());
    let turn = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let service = axum::Router::new().fallback(move |_: Request<Body>| {
        let (bodies, turn) = (bodies.clone(), turn.clone());
        async move {
            let n = turn.fetch_add(1, std::sync::atomic::Ordering::Relaxed) % bodies.len().max(1);
            let body = bodies.get(n).cloned().unwrap_or_default();
            let mut response = Response::new(Body::from(body));
            let media = header::HeaderValue::from_static("application/taxii+json;version=2.1");
            response.headers_mut().insert(header::CONTENT_TYPE, media);
            Ok::<_, Infallible>(response)
        }
    });
    serve(move |edge, listener, stop| Box::pin(edge.serve(listener, service, stop)))
}

type Stop = std::pin::Pin<Box<dyn Future<Output = ()> + Send>>;
type Served = std::pin::Pin<Box<dyn Future<Output = ()> + Send>>;

fn serve(run: impl FnOnce(Edge, tokio::net::TcpListener, Stop) -> Served + Send + 'static) -> Outcome<Serving> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let loopback: IpAddr = address.ip();
    // All connections come from one address here; the cap on those is not what is measured.
    let limits = Limits { per_address_exempt: vec![loopback], ..Limits::default() };
    let edge = Edge::new(Transport::Plain, limits, Hosts::loopback(address.port()));
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(cores().clamp(1, 4)).enable_all().build()?;
    let listener = {
        let _inside = runtime.enter();
        tokio::net::TcpListener::from_std(listener)?
    };
    let (stop, stopped) = oneshot::channel();
    let thread = std::thread::spawn(move || {
        let stop: Stop = Box::pin(async {
            let _ = stopped.await;
        });
        runtime.block_on(run(edge, listener, stop));
    });
    Ok(Serving { address: address.to_string(), stop: Some(stop), thread: Some(thread) })
}
