//! The gate as a child process: started, fed, listened to, started again when it ends.
//!
//! Guarantees: the child gets a cleared environment and one socket, nothing else; everything it says is handed to the node,
//! which trusts none of it. After a restart the gate is told everything that is not yet receipted.

use super::{SharedNode, leave_to_others, lock};
use crate::world;
use comity_gate::{DeskEnd, DeskEndError, DeskReader, DeskWriter};
use comity_link::gate_protocol::{DeskToGate, GateToDesk};
use comity_node::Failure;
use std::collections::VecDeque;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// What the gate's keeper hears.
pub enum Event {
    /// The node wants the gate told.
    ToGate(DeskToGate),
    /// The gate of this generation said something.
    FromGate(u64, GateToDesk),
    /// The gate of this generation is gone.
    Gone(u64),
    /// Partners or endpoints changed.
    LinksChanged,
    /// The program ends.
    Stop,
}

/// What `/healthz` tells of the gate.
#[derive(Default)]
pub struct GateState {
    /// Whether it listens.
    pub ready: bool,
    /// How far it is confined.
    pub landlock: String,
}

/// What the gate said when first it listened.
pub struct Ready {
    /// Its address.
    pub listen: String,
    /// How far it is confined.
    pub landlock: String,
}

/// The thread that keeps the gate.
pub struct GateProcess {
    state: Arc<Mutex<GateState>>,
    thread: JoinHandle<()>,
}

/// The most messages of the gate that share one transaction.
const BATCH_MAX: usize = 256;
/// The most messages of the gate that wait for the node; the gate itself waits then.
const HEARD_MAX: usize = 64;
const RESTART_PAUSE_MIN: Duration = Duration::from_millis(100);
const RESTART_PAUSE_MAX: Duration = Duration::from_secs(10);
/// How long a stopping gate may take before it is killed.
const STOP_SECONDS: u64 = 10;

impl GateProcess {
    /// Starts the keeper and, through it, the gate.
    pub fn start(
        node: SharedNode,
        listen: String,
        events: Sender<Event>,
        inbox: Receiver<Event>,
        ready: tokio::sync::oneshot::Sender<Ready>,
    ) -> Result<Self, Failure> {
        let state = Arc::new(Mutex::new(GateState::default()));
        let mut keeper = Keeper {
            node,
            listen,
            events,
            inbox,
            state: state.clone(),
            ready: Some(ready),
            generation: 0,
            waiting: sync_channel(0).1,
        };
        let thread = std::thread::Builder::new()
            .name("gate-keeper".into())
            .spawn(move || keeper.keep())
            .map_err(|error| Failure::operational(format!("cannot start a thread: {error}")))?;
        Ok(Self { state, thread })
    }

    /// Returns the state that `/healthz` shows.
    pub fn state(&self) -> Arc<Mutex<GateState>> {
        self.state.clone()
    }

    /// Waits until the gate has ended.
    pub fn join(self) {
        let _ = self.thread.join();
    }
}

struct Keeper {
    node: SharedNode,
    listen: String,
    events: Sender<Event>,
    inbox: Receiver<Event>,
    state: Arc<Mutex<GateState>>,
    ready: Option<tokio::sync::oneshot::Sender<Ready>>,
    generation: u64,
    /// One token for each message that waits; taken out as messages are handed to the node.
    waiting: Receiver<()>,
}

/// Why a gate's time was over.
enum End {
    Restart,
    Crashed,
    Stopped,
}

impl Keeper {
    fn keep(&mut self) {
        let mut pause = RESTART_PAUSE_MIN;
        loop {
            let begun = Instant::now();
            let end = match self.one_gate() {
                Ok(end) => end,
                Err(failure) => {
                    tracing::error!(error = %failure, "cannot run the gate");
                    End::Crashed
                }
            };
            self.set_state(false, "");
            match end {
                End::Stopped => return,
                End::Restart => pause = RESTART_PAUSE_MIN,
                End::Crashed => {
                    if begun.elapsed() > RESTART_PAUSE_MAX {
                        pause = RESTART_PAUSE_MIN;
                    }
                    if self.stopped_within(pause) {
                        return;
                    }
                    pause = (pause * 2).min(RESTART_PAUSE_MAX);
                }
            }
        }
    }

    fn set_state(&self, ready: bool, landlock: &str) {
        let mut state = self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *state = GateState { ready, landlock: landlock.to_owned() };
    }

    /// Waits out a pause, unless the program ends meanwhile. What else comes is superseded by the next start.
    fn stopped_within(&self, pause: Duration) -> bool {
        let until = Instant::now() + pause;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match self.inbox.recv_timeout(left) {
                Ok(Event::Stop) | Err(RecvTimeoutError::Disconnected) => return true,
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => return false,
            }
        }
    }

    fn one_gate(&mut self) -> Result<End, Failure> {
        self.generation += 1;
        let generation = self.generation;
        let (mut child, mut desk) = self.spawn()?;
        // Everything is read from the stores under the node's lock; what was queued before is contained in it.
        let (configuration, first) = {
            let mut node = lock(&self.node);
            while let Ok(event) = self.inbox.try_recv() {
                if matches!(event, Event::Stop) {
                    let _ = child.kill();
                    let _ = child.wait();
                    return Ok(End::Stopped);
                }
            }
            node.take_effects();
            node.gate_start(world::now(), &self.listen)?
        };
        let broken = |error: DeskEndError| Failure::operational(format!("lost the gate: {error}"));
        desk.send(&DeskToGate::Configure(configuration)).map_err(broken)?;
        for message in &first {
            desk.send(message).map_err(broken)?;
        }
        let end = self.talk(generation, &mut desk);
        if !matches!(end, End::Crashed) {
            let _ = desk.send(&DeskToGate::Stop);
        }
        reap(&mut child);
        // The reader holds a second handle of the socket; closing both directions ends it.
        desk.close();
        Ok(end)
    }

    fn spawn(&mut self) -> Result<(Child, DeskWriter), Failure> {
        let failed = |what: &str, error: std::io::Error| Failure::operational(format!("{what}: {error}"));
        let (ours, theirs) = UnixStream::pair().map_err(|e| failed("cannot make a socket pair", e))?;
        let program = std::env::current_exe().map_err(|e| failed("cannot find this program", e))?;
        let folder = lock(&self.node).home().file("gate");
        let mut command = Command::new(program);
        command.arg("gate").arg("--folder").arg(folder).env_clear();
        // Only the log filter goes along: no passphrase, no credential.
        if let Some(filter) = std::env::var_os("COMITY_LOG") {
            command.env("COMITY_LOG", filter);
        }
        let child = command
            .current_dir("/")
            // Ctrl-C in a terminal reaches the desk alone, which then tells the gate to finish.
            .process_group(0)
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::null())
            .spawn()
            .map_err(|e| failed("cannot start the gate", e))?;
        tracing::info!(gate_pid = child.id(), "gate started");
        let (reader, desk) = DeskEnd::new(ours).map_err(|e| failed("cannot use the socket pair", e))?.split();
        let (events, generation) = (self.events.clone(), self.generation);
        let (tokens, waiting) = sync_channel(HEARD_MAX);
        self.waiting = waiting;
        std::thread::Builder::new()
            .name("gate-reader".into())
            .spawn(move || listen(reader, generation, &events, &tokens))
            .map_err(|e| failed("cannot start a thread", e))?;
        Ok((child, desk))
    }

    fn talk(&mut self, generation: u64, desk: &mut DeskWriter) -> End {
        let mut held: Option<Event> = None;
        loop {
            let event = match held.take() {
                Some(event) => event,
                None => match self.inbox.recv() {
                    Ok(event) => event,
                    Err(_) => return End::Stopped,
                },
            };
            match event {
                Event::Stop => return End::Stopped,
                Event::LinksChanged => return End::Restart,
                Event::Gone(of) if of == generation => {
                    tracing::warn!("the gate ended by itself; starting it again");
                    return End::Crashed;
                }
                Event::Gone(_) => {}
                Event::ToGate(message) => {
                    if desk.send(&message).is_err() {
                        return End::Crashed;
                    }
                }
                Event::FromGate(of, message) => {
                    if of != generation {
                        continue;
                    }
                    let mut batch = vec![message];
                    while batch.len() < BATCH_MAX {
                        match self.inbox.try_recv() {
                            Ok(Event::FromGate(of, message)) if of == generation => batch.push(message),
                            Ok(other) => {
                                held = Some(other);
                                break;
                            }
                            Err(_) => break,
                        }
                    }
                    if !self.hear(batch, desk) {
                        return End::Crashed;
                    }
                    if lock(&self.node).take_links_changed() {
                        return End::Restart;
                    }
                }
            }
        }
    }

    /// Hands what the gate said to the node, and what the node wants said back to the gate.
    fn hear(&mut self, batch: Vec<GateToDesk>, desk: &mut DeskWriter) -> bool {
        for _ in &batch {
            let _ = self.waiting.try_recv();
        }
        for message in &batch {
            if let GateToDesk::Ready { listen, landlock } = message {
                tracing::info!(%listen, %landlock, "gate listens");
                if !landlock.starts_with("full") {
                    tracing::warn!(%landlock, "the gate is not fully confined on this kernel");
                }
                self.set_state(true, landlock);
                if let Some(ready) = self.ready.take() {
                    let _ = ready.send(Ready { listen: listen.clone(), landlock: landlock.clone() });
                }
            }
        }
        let mut waiting = VecDeque::from(batch);
        loop {
            let (more, recalls, effects) = {
                let mut node = lock(&self.node);
                match node.from_gate_in_turn(world::now(), &mut waiting) {
                    Ok(more) => (more, node.recall_waits(), node.take_effects()),
                    Err(failure) => {
                        // Of what was not committed nothing is cosigned: the gate still holds it and offers it again when restarted.
                        tracing::error!(error = %failure, "cannot take in what arrived");
                        return false;
                    }
                }
            };
            if !effects.iter().all(|message| desk.send(message).is_ok()) {
                return false;
            }
            if !more {
                return true;
            }
            if recalls {
                leave_to_others();
            }
        }
    }
}

fn listen(mut reader: DeskReader, generation: u64, events: &Sender<Event>, tokens: &SyncSender<()>) {
    while let Ok(Some(message)) = reader.receive() {
        // A gate that talks faster than the node listens waits here, with one message in hand.
        if tokens.send(()).is_err() || events.send(Event::FromGate(generation, message)).is_err() {
            return;
        }
    }
    let _ = events.send(Event::Gone(generation));
}

fn reap(child: &mut Child) {
    let until = Instant::now() + Duration::from_secs(STOP_SECONDS);
    while Instant::now() < until {
        match child.try_wait() {
            Ok(None) => std::thread::sleep(Duration::from_millis(5)),
            _ => return,
        }
    }
    let _ = child.kill();
    let _ = child.wait();
}
