//! Accepting connections: how many, from whom, over what.
//!
//! Guarantees: no more connections than the limits say, in all and of one address; where all places are taken, the connection that
//! has rested longest makes room; the one who finds no place is told so and no more. Stopping lets requests in progress end.
//!
//! Does not know: what is asked.

use crate::body::BoundedBody;
use crate::connection::{Rules, run};
use crate::floor::{Floor, Place};
use crate::hosts::Hosts;
use crate::limits::Limits;
use crate::pulse::Pulse;
use crate::refusal::{Refusal, Refuse, problem_answer};
use bytes::Bytes;
use hyper::body::Body;
use hyper::{Request, Response};
use std::convert::Infallible;
use std::future::pending;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tower_service::Service;

/// How long to wait when the system has no more sockets for us.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// How many callers at once are told that there is no place; further ones are cut off.
const TURNED_AWAY_MAX: usize = 64;
const HTTP_1_1: &[u8] = b"http/1.1";

/// What HTTP goes over.
#[derive(Clone)]
pub enum Transport {
    /// TCP, for loopback.
    Plain,
    /// TLS. A caller that insists on another protocol than HTTP/1.1 is cut off.
    Tls(Arc<rustls::ServerConfig>),
}

/// The other end of a connection, in the extensions of each of its requests.
#[derive(Clone, Debug)]
pub struct Peer {
    /// Its address, as the socket has it.
    pub address: SocketAddr,
    /// The certificate it showed, in DER; verified by the TLS configuration if at all.
    pub certificate: Option<Vec<u8>>,
}

/// A listener to be: what it goes over, its limits, and how it refuses.
pub struct Edge {
    transport: Transport,
    rules: Arc<Rules>,
}

impl Edge {
    /// Makes an edge that refuses with problem details.
    pub fn new(transport: Transport, limits: Limits, hosts: Hosts) -> Self {
        let rules = Rules { limits: Arc::new(limits), hosts: Arc::new(hosts), refuse: Arc::new(problem_answer) };
        Self { transport, rules: Arc::new(rules) }
    }

    /// Has refusals answered by `refuse`, which chooses status, media type and words. `Cache-Control` and the like are the
    /// edge's.
    #[must_use]
    pub fn refusing(self, refuse: Refuse) -> Self {
        let Rules { limits, hosts, .. } = &*self.rules;
        Self { rules: Arc::new(Rules { limits: limits.clone(), hosts: hosts.clone(), refuse }), ..self }
    }

    /// Serves until `stop` is ready and the requests in progress have ended or [`Limits::stop_wait`] is over.
    pub async fn serve<S, B>(self, listener: TcpListener, service: S, stop: impl Future)
    where
        S: Service<Request<BoundedBody>, Response = Response<B>, Error = Infallible> + Clone + Send + Sync + 'static,
        S::Future: Send,
        B: Body<Data = Bytes> + Unpin + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let floor = Arc::new(Floor::default());
        let turned_away = Arc::new(Semaphore::new(TURNED_AWAY_MAX));
        let (stopping, stopped) = watch::channel(false);
        let mut stop = pin!(stop);
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                _ = stop.as_mut() => break,
            };
            let Ok((stream, address)) = accepted else {
                sleep(ACCEPT_PAUSE).await;
                continue;
            };
            let place = floor.enter(address.ip(), &self.rules.limits);
            let (transport, rules, stopped) = (self.transport.clone(), self.rules.clone(), stopped.clone());
            if let Some(place) = place {
                let service = service.clone();
                tokio::spawn(
                    async move { welcome(stream, address, &transport, &rules, &place, service, stopped).await },
                );
            } else if let Ok(permit) = turned_away.clone().try_acquire_owned() {
                tokio::spawn(async move {
                    let _ = timeout(rules.limits.handshake_wait, turn_away::<B>(stream, &transport, &rules)).await;
                    drop(permit);
                });
            }
        }
        drop(listener);
        let wait = self.rules.limits.stop_wait;
        drop(stopped);
        // Nobody listens any more to see it: then there is nobody to wait for.
        let _ = stopping.send(true);
        let _ = timeout(wait, stopping.closed()).await;
    }
}

/// Serves with problem details as refusals; see [`Edge`].
pub async fn serve<S, B>(
    listener: TcpListener,
    transport: Transport,
    limits: Limits,
    hosts: Hosts,
    service: S,
    stop: impl Future,
) where
    S: Service<Request<BoundedBody>, Response = Response<B>, Error = Infallible> + Clone + Send + Sync + 'static,
    S::Future: Send,
    B: Body<Data = Bytes> + Unpin + Send + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    Edge::new(transport, limits, hosts).serve(listener, service, stop).await;
}

async fn welcome<S, B>(
    stream: TcpStream,
    address: SocketAddr,
    transport: &Transport,
    rules: &Rules,
    place: &Place,
    service: S,
    mut stopped: watch::Receiver<bool>,
) where
    S: Service<Request<BoundedBody>, Response = Response<B>, Error = Infallible> + Clone + Send + Sync + 'static,
    S::Future: Send,
    B: Body<Data = Bytes> + Unpin + Send + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let over = stopped.clone();
    let stop = async move {
        // An error means that the listener is gone altogether.
        let _ = stopped.wait_for(|stopped| *stopped).await;
    };
    let wait = rules.limits.stop_wait;
    let serving = async {
        let Some((io, certificate)) = shake(stream, transport, rules.limits.handshake_wait).await else { return };
        let peer = Peer { address, certificate };
        let handler = |mut request: Request<BoundedBody>| {
            request.extensions_mut().insert(peer.clone());
            let mut service = service.clone();
            async move {
                // A service whose readiness fails cannot be: its error does not exist.
                let ready = std::future::poll_fn(|cx| service.poll_ready(cx)).await;
                match ready {
                    Ok(()) => match service.call(request).await {
                        Ok(response) => response,
                        Err(never) => match never {},
                    },
                    Err(never) => match never {},
                }
            }
        };
        run(io, rules, place.pulse.clone(), None, handler, stop).await;
    };
    tokio::select! {
        () = serving => {}
        () = long_after(over, wait) => {}
    }
}

/// Ready when the listener has been stopped for longer than `wait`: what has not ended by then is cut off.
async fn long_after(mut stopped: watch::Receiver<bool>, wait: Duration) {
    let _ = stopped.wait_for(|stopped| *stopped).await;
    sleep(wait).await;
}

async fn turn_away<B>(stream: TcpStream, transport: &Transport, rules: &Rules)
where
    B: Body<Data = Bytes> + Unpin + Send + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let Some((io, _)) = shake(stream, transport, rules.limits.handshake_wait).await else { return };
    // Never called: the guard refuses before there is a request.
    let nobody = |_: Request<BoundedBody>| pending::<Response<B>>();
    run(io, rules, Arc::new(Pulse::new()), Some(Refusal::Busy), nobody, pending()).await;
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

async fn shake(stream: TcpStream, transport: &Transport, wait: Duration) -> Option<(Box<dyn Stream>, Option<Vec<u8>>)> {
    // A failure costs latency only.
    let _ = stream.set_nodelay(true);
    match transport {
        Transport::Plain => Some((Box::new(stream), None)),
        Transport::Tls(config) => {
            let stream = timeout(wait, TlsAcceptor::from(config.clone()).accept(stream)).await.ok()?.ok()?;
            let connection = stream.get_ref().1;
            if connection.alpn_protocol().is_some_and(|protocol| protocol != HTTP_1_1) {
                return None;
            }
            let certificate =
                connection.peer_certificates().and_then(|chain| chain.first()).map(|first| first.to_vec());
            Some((Box::new(stream), certificate))
        }
    }
}
