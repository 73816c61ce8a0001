//! The gate: the one process that partners can reach.
//!
//! Guarantees: it opens its own folder only, holds ciphertext and routing, and has no signing key; it confines itself
//! before it listens; what it answers for is durable. A fault in it reaches what is on its way to or from a partner,
//! sealed, and nothing else.
//!
//! Does not know: what an envelope holds, any key but its TLS key, any path of the desk. The desk trusts nothing that
//! the gate says.
//!
//! Host names of partners are resolved once, before the gate confines itself, since afterwards it can read no resolver
//! configuration: a partner that moves needs a new gate process, or an address in its card.

mod client;
mod confine;
mod desk;
mod desk_end;
mod server;
mod slot;
mod state;
mod store;
mod taxii;
mod tls;

pub use confine::{ConfineError, confine, kernel_interface};
pub use desk_end::{DeskEnd, DeskEndError, DeskReader, DeskWriter};
pub use state::StateError;
pub use store::StoreError;

use comity_link::WireError;
use comity_link::gate_protocol::{Configuration, GateToDesk, Order, Peer};
use state::Gate;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs as _};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::rc::Rc;
use store::Store;

/// Why the gate did not start, or ended.
#[derive(Debug, thiserror::Error)]
pub enum GateError {
    /// The store failed.
    #[error("cannot open the gate's store")]
    Store(#[from] StoreError),
    /// The socket pair failed.
    #[error("the desk cannot be reached")]
    Desk(#[source] std::io::Error),
    /// The desk does not keep to the protocol.
    #[error("the desk does not keep to the protocol")]
    Frame(#[from] WireError),
    /// The first frame is not the configuration.
    #[error("the desk did not configure the gate")]
    NotConfigured,
    /// Something failed while the gate ran.
    #[error("the gate failed")]
    State(#[from] StateError),
    /// The address to listen on is not one.
    #[error("not an address to listen on: {listen}")]
    Listen {
        /// The address given.
        listen: String,
    },
    /// The address cannot be listened on.
    #[error("cannot listen on {listen}")]
    Bind {
        /// The address given.
        listen: SocketAddr,
        /// The cause.
        source: std::io::Error,
    },
    /// The certificate and key cannot be used.
    #[error("the TLS certificate or key cannot be used")]
    Tls(#[from] rustls::Error),
    /// The gate could not be confined.
    #[error("the gate cannot be confined")]
    Confine(#[from] ConfineError),
    /// The operating system refused what the gate needs.
    #[error("cannot set up the gate")]
    SetUp(#[source] std::io::Error),
}

/// Runs the gate until the desk says stop or closes its end. To be called in the gate's own process, or in a thread of
/// its own: the confinement holds for the calling thread and those it starts, for good.
///
/// # Errors
/// [`GateError`]; what was acknowledged is durable whatever happens.
pub fn run(desk: UnixStream, folder: &Path) -> Result<(), GateError> {
    // Neither a core file nor another process of this user may show the TLS key.
    rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)
        .map_err(|error| GateError::SetUp(error.into()))?;
    let store = Store::open(folder)?;
    let configuration = configuration(&desk)?;
    let listen = resolve_listen(&configuration.listen)?;
    let peers: Vec<(Peer, Vec<SocketAddr>)> =
        configuration.peers.iter().map(|peer| (peer.clone(), resolve(peer))).collect();
    let ports: BTreeSet<u16> = peers.iter().flat_map(|(_, addresses)| addresses).map(SocketAddr::port).collect();
    let server = tls::server(&configuration)?;
    let clients =
        configuration.peers.iter().map(|peer| tls::client(&configuration, peer)).collect::<Result<Vec<_>, _>>()?;
    let timing = configuration.timing;
    let taxii_tls = tls::taxii_server(&configuration)?;
    let shelf = taxii::shelf(configuration.taxii.as_ref());
    let codes: Vec<_> = configuration.peers.iter().map(|peer| peer.code.clone()).collect();
    let mut configuration = configuration;
    let taxii = configuration.taxii.take();
    let taxii_listen = taxii.as_ref().map(|taxii| resolve_listen(&taxii.listen)).transpose()?;
    // The desk's copy of the key is overwritten when it drops its own; rustls keeps the one in use.
    drop(configuration);

    let bind: BTreeSet<u16> = taxii_listen.iter().chain([&listen]).map(SocketAddr::port).collect();
    let landlock = confine::confine(folder, &bind, &ports)?;
    let listener = bound(listen)?;
    let taxii_listener = taxii_listen.map(bound).transpose()?;
    desk.set_nonblocking(true).map_err(GateError::Desk)?;
    let address = listener.local_addr().map_err(GateError::SetUp)?;
    tracing::info!(listen = %address, confinement = %landlock, partners = codes.len(), "gate listens");
    let ready = GateToDesk::Ready { listen: address.to_string(), landlock };
    let gate = Rc::new(RefCell::new(Gate::new(store, timing, peers, ready, shelf.clone())?));

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(GateError::SetUp)?;
    let ended = tokio::task::LocalSet::new().block_on(&runtime, async {
        let listener = tokio::net::TcpListener::from_std(listener).map_err(GateError::SetUp)?;
        let (failed, failure) = tokio::sync::oneshot::channel();
        let failed = RefCell::new(Some(failed));
        let fatal: server::Fatal = Rc::new(move |error| {
            // The first failure ends the gate; later ones follow from it.
            if let Some(failed) = failed.borrow_mut().take() {
                let _ = failed.send(error);
            }
        });
        tokio::task::spawn_local(server::listen(gate.clone(), listener, server, fatal.clone()));
        if let (Some(taxii), Some(listener)) = (taxii, taxii_listener) {
            let listener = tokio::net::TcpListener::from_std(listener).map_err(GateError::SetUp)?;
            tokio::task::spawn_local(taxii::listen(taxii, taxii_tls, listener, shelf));
        }
        for (code, client) in codes.into_iter().zip(clients) {
            tokio::task::spawn_local(client::call(gate.clone(), code, client, fatal.clone()));
        }
        tokio::select! {
            ended = desk::converse(gate.clone(), desk) => ended,
            Ok(error) = failure => Err(error.into()),
        }
    });
    // Dropping the set ends every connection; then the log is written back and emptied.
    drop(runtime);
    gate.borrow().store.roll_back();
    let scrubbed = gate.borrow().store.scrub();
    ended?;
    Ok(scrubbed?)
}

fn configuration(desk: &UnixStream) -> Result<Configuration, GateError> {
    desk.set_nonblocking(false).map_err(GateError::Desk)?;
    let frame = desk::read_frame_blocking(desk)?;
    match Order::decode(&frame)? {
        Order::Configure(configuration) => Ok(configuration),
        _ => Err(GateError::NotConfigured),
    }
}

fn bound(listen: SocketAddr) -> Result<TcpListener, GateError> {
    let listener = TcpListener::bind(listen).map_err(|source| GateError::Bind { listen, source })?;
    listener.set_nonblocking(true).map_err(GateError::SetUp)?;
    Ok(listener)
}

fn resolve_listen(listen: &str) -> Result<SocketAddr, GateError> {
    let address = listen.to_socket_addrs().ok().and_then(|mut addresses| addresses.next());
    address.ok_or_else(|| GateError::Listen { listen: listen.to_owned() })
}

/// Returns the addresses of a partner; none for a name that is not known, which then shows as waiting.
fn resolve(peer: &Peer) -> Vec<SocketAddr> {
    let mut addresses = Vec::new();
    for endpoint in &peer.endpoints {
        match endpoint.to_socket_addrs() {
            Ok(found) => addresses.extend(found),
            Err(_) => tracing::warn!(peer = %peer.code, "an endpoint's name cannot be resolved"),
        }
    }
    addresses
}
