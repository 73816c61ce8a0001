//! `comity serve`: the desk process, which starts the gate process and joins the two.
//!
//! Guarantees: one desk a home; the desk's HTTP side is on loopback or behind TLS; on SIGTERM or SIGINT what was begun is finished, the
//! gate is stopped and the stores are closed. Does not know: what calls and entries mean (`comity-node`).

mod desk_http;
mod gate_process;
mod socket;
mod tables;

use crate::arguments::{GateArguments, ServeArguments};
use crate::output::Output;
use crate::{passphrase, world};
use comity_node::{Failure, Home, Node};
use gate_process::{Event, GateProcess};
use serde_json::json;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};

/// The node, shared by the threads of the desk; each call holds it for its own time.
pub type SharedNode = Arc<Mutex<Node>>;

/// Locks the node. A thread that panicked while holding it has aborted the program, so the lock cannot be poisoned; a
/// poisoned one would still hold a node whose transactions were rolled back.
pub fn lock(node: &SharedNode) -> std::sync::MutexGuard<'_, Node> {
    WAITING.fetch_add(1, Ordering::AcqRel);
    let held = node.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    WAITING.fetch_sub(1, Ordering::AcqRel);
    held
}

/// How many threads wait for the node.
static WAITING: AtomicUsize = AtomicUsize::new(0);

/// Leaves the node to the one who waits for it. A lock that is taken again at once would never be theirs: it is given to the one who asks first,
/// and who was woken asks late on a machine with much to do.
pub fn leave_to_others() {
    for _ in 0..LEFT_MS_MAX {
        std::thread::sleep(std::time::Duration::from_millis(1));
        if WAITING.load(Ordering::Acquire) == 0 {
            break;
        }
    }
}

/// How long the node is left to others between two batches, at most.
const LEFT_MS_MAX: u32 = 100;

/// Hands the gate's keeper what a call left for the gate. To be called while the node is held, so that the gate hears in the order
/// of the log.
pub fn tell_gate(node: &mut Node, events: &mpsc::Sender<Event>) {
    for effect in node.take_effects() {
        let _ = events.send(Event::ToGate(effect));
    }
    if node.take_links_changed() {
        let _ = events.send(Event::LinksChanged);
    }
}

fn start_logging() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("COMITY_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    // A second call in one process keeps the first logger.
    let _ = tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(|| LogLine).try_init();
}

/// Writes lines of the log so that a terminal that shows them is not restyled by what they quote.
struct LogLine;

impl std::io::Write for LogLine {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        let shown = crate::output::escaped(String::from_utf8_lossy(line).into_owned());
        std::io::stderr().write_all(shown.as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        std::io::stderr().flush()
    }
}

/// Runs desk and gate until stopped.
pub fn run(arguments: &ServeArguments, output: &Output) -> Result<(), Failure> {
    crate::process::shed_environment(arguments.passphrase_stdin)?;
    start_logging();
    let mut given = arguments.passphrase_stdin.then(passphrase::home_from_stdin).transpose()?;
    let home = Home::open(&arguments.home.home)?;
    let (socket_path, _folder) = crate::control::socket_address(&home)
        .map_err(|error| Failure::operational(format!("cannot open {}: {error}", home.path().display())))?;
    if UnixStream::connect(&socket_path).is_ok() {
        return Err(Failure::operational("a desk already runs on this home"));
    }
    let desk_address = arguments.desk.clone().unwrap_or_else(|| home.configuration.desk.listen.clone());
    let gate_address = arguments.gate.clone().unwrap_or_else(|| home.configuration.gate.listen.clone());
    let mut home = home;
    if arguments.url.is_some() {
        home.configuration.desk.public_url.clone_from(&arguments.url);
    }
    let (listener, transport) = desk_http::bind(&desk_address, &home)?;
    let desk_address = listener.local_addr().map_err(|error| Failure::operational(error.to_string()))?;
    // Asked for once, at the start: what was given is not kept beside the keys.
    let ask = Box::new(move || given.take().map_or_else(passphrase::home, Ok));
    let mut node = Node::open(home, world::entropy(), world::now(), ask)?;
    node.unlock()?;
    let changed = node.configuration_changed().map(str::to_owned);
    let node: SharedNode = Arc::new(Mutex::new(node));
    // The first check does not wait for the terms to be compiled.
    let making_ready = node.clone();
    std::thread::spawn(move || comity_node::make_ready(&making_ready));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::operational(format!("cannot start: {error}")))?;
    runtime.block_on(async {
        lock(&node).desk_listens(desk_address.port())?;
        let (events, inbox) = mpsc::channel();
        let (ready_sender, ready) = tokio::sync::oneshot::channel();
        // Before anything is told to a partner.
        let watch = tables::TableWatch::start(node.clone(), events.clone())?;
        let gate = GateProcess::start(node.clone(), gate_address, events.clone(), inbox, ready_sender)?;
        let socket = socket::listen(&socket_path, node.clone(), events.clone())?;
        let state = gate.state();
        let ready = ready.await.map_err(|_| Failure::operational("the gate did not start; its log line says why"))?;
        let http = desk_http::DeskHttp::start(listener, transport, node.clone(), events.clone(), state, watch.unfit())?;
        let (url, quarantine) = {
            let node = lock(&node);
            (node.desk_address().origin().to_owned(), node.in_quarantine())
        };
        output.answer(
            &json!({
                "state": "ready",
                "desk": desk_address.to_string(),
                "url": url,
                "gate": ready.listen,
                "landlock": ready.landlock,
                "pid": std::process::id(),
                "memory_open": crate::process::memory_is_open(),
                "quarantine": quarantine,
                "configuration_changed": changed,
            }),
            |ready| {
                let field = |name| crate::output::text(ready, name).to_owned();
                let mut lines = vec![format!(
                    "ready: workbench {}, gate {}, confinement {}; stop with Ctrl-C",
                    field("url"),
                    field("gate"),
                    field("landlock")
                )];
                if let Some(why) = ready.get("quarantine").and_then(serde_json::Value::as_str) {
                    lines.push(format!("{why}; it is in quarantine and sends nothing: comity restore show"));
                }
                if let Some(changed) = ready.get("configuration_changed").and_then(serde_json::Value::as_str) {
                    lines.push(format!("the configuration changed since this node last ran: {changed}"));
                }
                lines
            },
        )?;
        wait_for_stop().await?;
        tracing::info!("stopping");
        // New verbs open the home themselves once the socket is gone; those that run are finished under the node's lock.
        socket.close();
        http.stop();
        drop(watch);
        let _ = events.send(Event::Stop);
        gate.join();
        Ok(())
    })
}

async fn wait_for_stop() -> Result<(), Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let broken = |error: std::io::Error| Failure::operational(format!("cannot wait for signals: {error}"));
    let mut terminate = signal(SignalKind::terminate()).map_err(broken)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(broken)?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

/// Runs the gate process; its end of the socket pair is its standard input.
pub fn gate(arguments: &GateArguments) -> Result<(), Failure> {
    start_logging();
    let stdin: OwnedFd = rustix::io::dup(rustix::stdio::stdin())
        .map_err(|error| Failure::operational(format!("no desk at the other end: {error}")))?;
    comity_gate::run(UnixStream::from(stdin), &arguments.folder)
        .map_err(|error| Failure::operational(comity_node::chain(&error)))
}
