//! The bodies on both sides of the service.
//!
//! Guarantees: a request's body has the announced length or ends in an error; the end of an answer is known to the guard even where
//! nobody reads it to the end.

use crate::pulse::Pulse;
use bytes::Bytes;
use http_body_util::{Either, Full};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// Why a request's body ended early.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// It came too slowly.
    #[error("the body came too slowly")]
    TooSlow,
    /// The connection ended.
    #[error("the body ended before its announced length")]
    Broken(#[source] hyper::Error),
}

/// The body of a request that the edge let pass; its length is announced and within the limit.
pub struct BoundedBody {
    incoming: Incoming,
    pulse: Arc<Pulse>,
}

impl BoundedBody {
    pub(crate) fn new(incoming: Incoming, pulse: Arc<Pulse>) -> Self {
        Self { incoming, pulse }
    }
}

impl Body for BoundedBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let polled = Pin::new(&mut self.incoming).poll_frame(cx);
        polled.map(|frame| {
            frame.map(|frame| {
                frame.map_err(
                    |error| {
                        if self.pulse.is_body_cut() { BodyError::TooSlow } else { BodyError::Broken(error) }
                    },
                )
            })
        })
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}

/// The body of an answer: the service's, or the edge's own.
pub struct EdgeBody<B> {
    inner: Either<B, Full<Bytes>>,
    pulse: Arc<Pulse>,
}

impl<B> EdgeBody<B> {
    pub(crate) fn new(inner: Either<B, Full<Bytes>>, pulse: Arc<Pulse>) -> Self {
        Self { inner, pulse }
    }
}

impl<B> Drop for EdgeBody<B> {
    fn drop(&mut self) {
        self.pulse.answered();
    }
}

impl<B> Body for EdgeBody<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Pin::new(&mut self.inner).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
