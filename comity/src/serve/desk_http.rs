//! The desk's HTTP side: the workbench, the API and TAXII behind the hardened edge, on a runtime of its own.
//!
//! Guarantees: without TLS it listens on loopback only; other hosts than ours get nothing. Does not know: routes, rules.

use super::gate_process::{Event, GateState};
use super::{SharedNode, lock, tell_gate};
use crate::world;
use comity_edge::{Edge, Hosts, Limits, Transport};
use comity_node::{Failure, Home, TLS_KEY_BYTES_MAX, TLS_PRIVATE, read_private};
use comity_web::{Ask, Desk, Health, Organisation, Readers};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::TcpListener;

/// Binds the desk's address; anything but loopback is refused where there is no TLS.
pub fn bind(address: &str, home: &Home) -> Result<(std::net::TcpListener, Transport), Failure> {
    let parsed: SocketAddr = match address.strip_prefix("localhost:") {
        Some(port) => format!("127.0.0.1:{port}"),
        None => address.to_owned(),
    }
    .parse()
    .map_err(|_| Failure::usage(format!("not an address of the form 127.0.0.1:PORT: {address}")))?;
    let section = &home.configuration.desk;
    let transport = match (&section.tls_certificate, &section.tls_key) {
        (Some(certificate), Some(key)) => Transport::Tls(Arc::new(tls(certificate, key)?)),
        (None, None) if parsed.ip().is_loopback() => Transport::Plain,
        (None, None) => {
            return Err(Failure::usage(format!("without TLS the desk listens on loopback only, not on {address}"))
                .hint("name desk.tls_certificate and desk.tls_key in comity.toml, or use 127.0.0.1:PORT"));
        }
        _ => return Err(Failure::usage("desk.tls_certificate and desk.tls_key come together in comity.toml")),
    };
    let failed = |error: std::io::Error| Failure::operational(format!("cannot listen on {address}: {error}"));
    let listener = std::net::TcpListener::bind(parsed).map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    Ok((listener, transport))
}

fn tls(certificate: &Path, key: &Path) -> Result<rustls::ServerConfig, Failure> {
    let unreadable = |path: &Path, error: &dyn std::fmt::Display| {
        Failure::operational(format!("cannot read {}: {error}", path.display())).hint("a PEM file is expected")
    };
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect)
        .map_err(|error| unreadable(certificate, &error))?;
    let pem = read_private(key, TLS_PRIVATE, TLS_KEY_BYTES_MAX)?;
    let secret = PrivateKeyDer::from_pem_slice(&pem).map_err(|error| unreadable(key, &error))?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(|error| Failure::from_error(&error))?
        .with_no_client_auth()
        .with_single_cert(chain, secret)
        .map_err(|error| Failure::operational(format!("the desk's certificate and key do not fit: {error}")))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// The way to the node for the faces: as the local socket does it, the gate hearing in the order of the log.
fn ask(node: SharedNode, events: Sender<Event>) -> Ask {
    let events = Mutex::new(events);
    Arc::new(move |call| {
        let mut tell = |node: &mut comity_node::Node| {
            tell_gate(node, &events.lock().unwrap_or_else(PoisonError::into_inner));
        };
        if let Some(answer) = comity_node::answer_apart(&node, &world::now, call, true, &mut tell) {
            return answer;
        }
        let mut node = lock(&node);
        let answer = node.handle_remote(world::now(), call);
        let events = events.lock().unwrap_or_else(PoisonError::into_inner);
        tell_gate(&mut node, &events);
        answer
    })
}

/// The running HTTP side.
pub struct DeskHttp {
    stop: tokio::sync::oneshot::Sender<()>,
    thread: std::thread::JoinHandle<()>,
}

impl DeskHttp {
    /// Starts to answer.
    ///
    /// # Errors
    /// [`Failure`] where the address is not usable or no runtime can be had.
    pub fn start(
        listener: std::net::TcpListener,
        transport: Transport,
        node: SharedNode,
        events: Sender<Event>,
        gate: Arc<Mutex<GateState>>,
        unfit: Arc<AtomicBool>,
    ) -> Result<Self, Failure> {
        let broken =
            |error: std::io::Error| Failure::operational(format!("cannot start the desk's HTTP side: {error}"));
        let port = listener.local_addr().map_err(broken)?.port();
        let (home, access, address) = {
            let mut node = lock(&node);
            node.desk_listens(port)?;
            (node.home().clone(), node.access(), node.desk_address().clone())
        };
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        let section = &home.configuration.organisation;
        let desk = Arc::new(Desk {
            organisation: Organisation { name: section.name.clone(), code: section.code.to_string() },
            public_url: address.origin().to_owned(),
            access,
            ask: ask(node, events),
            readers: Readers::new(home.clone(), cores * 4, unfit.clone()),
            clock: world::now,
            health: Arc::new(move || {
                let state = gate.lock().unwrap_or_else(PoisonError::into_inner);
                let unfit = unfit.load(Ordering::Relaxed);
                Health { ready: state.ready, unfit, confinement: state.landlock.clone() }
            }),
            cursor_key: world::entropy().stream("cursor", "desk", 0).bytes32(),
        });
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(cores.clamp(1, 4))
            .thread_name("desk-http")
            .enable_all()
            .build()
            .map_err(broken)?;
        let hosts = Hosts::loopback(port).and_url(address.origin());
        let edge = Edge::new(transport, Limits::default(), hosts).refusing(Arc::new(comity_web::refused));
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let listener = {
            let _inside = runtime.enter();
            TcpListener::from_std(listener).map_err(broken)?
        };
        let thread = std::thread::spawn(move || {
            runtime.block_on(edge.serve(listener, comity_web::router(desk), async {
                let _ = stopped.await;
            }));
        });
        Ok(Self { stop, thread })
    }

    /// Lets what was begun end, then stops.
    pub fn stop(self) {
        let _ = self.stop.send(());
        let _ = self.thread.join();
    }
}
