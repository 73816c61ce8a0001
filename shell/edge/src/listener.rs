//! Accepting connections: how many, from whom, over what.
//!
//! Guarantees: no more connections than the limits say, in all and of one address; where all places are taken, the connection that
//! has rested longest makes room; whoever finds no place is told so and no more. Stopping lets requests in progress end.
//!
//! Does not know: what is asked.

use crate::body::BoundedBody;
use crate::connection::{Rules, run};
use crate::hosts::Hosts;
use crate::limits::Limits;
use crate::pulse::Pulse;
use crate::refusal::{Refusal, Refuse, problem_answer};
use bytes::Bytes;
use hyper::body::Body;
use hyper::{Request, Response};
use std::collections::HashMap;
use std::convert::Infallible;
use std::future::pending;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
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
/// A connection that has rested for less is not taken for another's sake.
const EVICT_AFTER: Duration = Duration::from_secs(1);
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

/// Who is here.
#[derive(Default)]
struct Floor {
    present: Mutex<Present>,
}

#[derive(Default)]
struct Present {
    next: u64,
    pulses: HashMap<u64, Arc<Pulse>>,
    shares: HashMap<IpAddr, usize>,
}

/// A place on the floor, given back when dropped.
struct Place {
    floor: Arc<Floor>,
    number: u64,
    share: IpAddr,
    pulse: Arc<Pulse>,
}

impl Floor {
    fn enter(self: &Arc<Self>, address: IpAddr, limits: &Limits) -> Option<Place> {
        let share = share_of(address);
        let mut present = self.present.lock().unwrap_or_else(PoisonError::into_inner);
        let exempt = limits.per_address_exempt.iter().any(|one| share_of(*one) == share);
        let of_address = present.shares.get(&share).copied().unwrap_or(0);
        if !exempt && of_address >= limits.per_address_max {
            return None;
        }
        if present.pulses.len() >= limits.connections_max {
            // The place is free when the evicted connection has ended; whoever comes next finds it.
            present.evict_longest_resting();
            return None;
        }
        *present.shares.entry(share).or_default() += 1;
        let number = present.next;
        present.next += 1;
        let pulse = Arc::new(Pulse::new());
        present.pulses.insert(number, pulse.clone());
        drop(present);
        Some(Place { floor: self.clone(), number, share, pulse })
    }
}

impl Present {
    fn evict_longest_resting(&self) {
        let longest = self.pulses.values().filter_map(|pulse| pulse.rested().map(|rested| (rested, pulse)));
        if let Some((rested, pulse)) = longest.max_by_key(|(rested, _)| *rested)
            && rested >= EVICT_AFTER
        {
            pulse.evict.notify_one();
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut present = self.floor.present.lock().unwrap_or_else(PoisonError::into_inner);
        present.pulses.remove(&self.number);
        if let Some(count) = present.shares.get_mut(&self.share) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                present.shares.remove(&self.share);
            }
        }
    }
}

/// Whoever has one IPv6 address has a whole /64.
fn share_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) if address.is_loopback() => IpAddr::V6(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from(u128::from(address) & !u128::from(u64::MAX))),
    }
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, clippy::panic, reason = "test")]
mod tests {
    use super::{Floor, share_of};
    use crate::Limits;
    use std::net::IpAddr;
    use std::sync::Arc;
    use std::time::Duration;
    use tokio::time::{advance, timeout};

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap_or(IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED))
    }

    #[test]
    fn one_address_does_not_take_every_place() {
        let floor = Arc::new(Floor::default());
        let limits = Limits {
            connections_max: 4,
            per_address_max: 2,
            per_address_exempt: vec![address("10.0.0.9")],
            ..Limits::default()
        };
        let a = floor.enter(address("10.0.0.1"), &limits);
        let b = floor.enter(address("10.0.0.1"), &limits);
        assert!(a.is_some() && b.is_some());
        assert!(floor.enter(address("10.0.0.1"), &limits).is_none(), "its share is used up");
        let c = floor.enter(address("10.0.0.2"), &limits);
        assert!(c.is_some(), "others are unaffected");
        drop(a);
        let proxied: Vec<_> = (0..2).map(|_| floor.enter(address("10.0.0.9"), &limits)).collect();
        assert!(proxied.iter().all(Option::is_some), "an exempt address has no share of its own");
        assert!(floor.enter(address("10.0.0.3"), &limits).is_none(), "all places are taken");
        drop((b, c, proxied));
        let present = floor.present.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        assert!(present.pulses.is_empty() && present.shares.is_empty(), "every place is given back");
    }

    #[tokio::test(start_paused = true)]
    async fn who_has_rested_longest_makes_room() {
        let floor = Arc::new(Floor::default());
        let limits = Limits { connections_max: 3, ..Limits::default() };
        let places: Vec<_> =
            (1..=3).filter_map(|last| floor.enter(address(&format!("10.0.0.{last}")), &limits)).collect();
        let [busy, first, second] = &places[..] else { panic!("three places") };
        busy.pulse.wake();
        first.pulse.rest();
        advance(Duration::from_millis(500)).await;
        second.pulse.rest();
        for (wait_ms, expected) in [(400, [false, false, false]), (200, [false, true, false])] {
            advance(Duration::from_millis(wait_ms)).await;
            assert!(floor.enter(address("10.0.0.4"), &limits).is_none());
            for (place, evicted) in [busy, first, second].into_iter().zip(expected) {
                let notified = timeout(Duration::ZERO, place.pulse.evict.notified()).await.is_ok();
                assert_eq!(notified, evicted, "place {} after {wait_ms} ms", place.number);
            }
        }
    }

    #[test]
    fn shares_go_by_network() {
        assert_eq!(share_of(address("2001:db8::1")), share_of(address("2001:db8::2")));
        assert_ne!(share_of(address("2001:db8:0:1::1")), share_of(address("2001:db8::1")));
        assert_eq!(share_of(address("::ffff:10.0.0.1")), address("10.0.0.1"));
    }
}
