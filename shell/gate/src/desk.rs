//! The gate's end of the socket pair.
//!
//! Guarantees: reading never waits for writing, so desk and gate cannot block each other; what the desk sent in one go
//! becomes durable in one go.
//!
//! Does not know: what the desk does.

use crate::GateError;
use crate::server::Shared;
use crate::state::StateError;
use bytes::{Buf as _, BytesMut};
use comity_link::gate_protocol::{Order, frame_length};
use std::io::Read as _;
use std::os::unix::net::UnixStream as StdUnixStream;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use zeroize::Zeroizing;

const READ_BYTES: usize = 64 * 1024;
/// How many frames become durable together at most.
const BATCH_FRAMES_MAX: usize = 256;

/// Reads the first frame, which holds the TLS key.
pub(crate) fn read_frame_blocking(mut desk: &StdUnixStream) -> Result<Zeroizing<Vec<u8>>, GateError> {
    let mut head = [0; 4];
    desk.read_exact(&mut head).map_err(GateError::Desk)?;
    let mut frame = Zeroizing::new(vec![0; frame_length(head)?]);
    desk.read_exact(&mut frame).map_err(GateError::Desk)?;
    Ok(frame)
}

/// Hears and tells until the desk says stop or is gone.
pub(crate) async fn converse(gate: Shared, desk: StdUnixStream) -> Result<(), GateError> {
    let stream = UnixStream::from_std(desk).map_err(GateError::Desk)?;
    let (reader, writer) = stream.into_split();
    tokio::select! {
        heard = hear(&gate, reader) => heard,
        told = tell(&gate, writer) => told,
    }
}

async fn hear(gate: &Shared, mut reader: OwnedReadHalf) -> Result<(), GateError> {
    let mut buffer = BytesMut::with_capacity(READ_BYTES);
    loop {
        while let Some(stop) = obey_batch(gate, &mut buffer)? {
            if stop {
                return Ok(());
            }
        }
        buffer.reserve(READ_BYTES);
        if reader.read_buf(&mut buffer).await.map_err(GateError::Desk)? == 0 {
            tracing::info!("the desk is gone");
            return Ok(());
        }
    }
}

/// Takes the next whole frame off the buffer.
fn next_frame(buffer: &mut BytesMut) -> Result<Option<BytesMut>, GateError> {
    let Some(head) = buffer.first_chunk::<4>() else { return Ok(None) };
    let length = frame_length(*head)?;
    if buffer.len() < 4 + length {
        // Room for the whole frame at once: a long one is not moved again and again.
        buffer.reserve(4 + length - buffer.len());
        return Ok(None);
    }
    buffer.advance(4);
    Ok(Some(buffer.split_to(length)))
}

/// Obeys the whole frames at the front of the buffer; none where there is no whole frame; true where one says stop.
fn obey_batch(gate: &Shared, buffer: &mut BytesMut) -> Result<Option<bool>, GateError> {
    let Some(mut frame) = next_frame(buffer)? else { return Ok(None) };
    let mut gate = gate.borrow_mut();
    gate.store.begin()?;
    let mut scrub = false;
    let mut stop = false;
    for taken in 1.. {
        let order = Order::decode(&frame)?;
        stop = matches!(order, Order::Stop);
        scrub |= gate.obey(order)?;
        if stop || taken == BATCH_FRAMES_MAX {
            break;
        }
        let Some(next) = next_frame(buffer)? else { break };
        frame = next;
    }
    gate.store.commit()?;
    if scrub {
        gate.store.scrub()?;
    }
    Ok(Some(stop))
}

async fn tell(gate: &Shared, mut writer: OwnedWriteHalf) -> Result<(), GateError> {
    let news = gate.borrow().tell.clone();
    loop {
        loop {
            let said = gate.borrow_mut().next_said()?;
            let Some(said) = said else { break };
            let frame = said.encode().map_err(StateError::Frame)?;
            writer.write_all(&frame).await.map_err(GateError::Desk)?;
        }
        news.notified().await;
    }
}
