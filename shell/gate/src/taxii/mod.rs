//! TAXII 2.1 for partners' own tools: only what was released to that partner (design.md §7.14).
//!
//! Guarantees: a token opens one partner's shelf and no other; what does not exist and what is another's get the same bytes; reading
//! only. Does not know: releases, officers; the desk puts on the shelf what two officers let out.

mod answer;
mod shelf;

pub(crate) use shelf::{NotTaken, Shelf};

use answer::{Recipients, answer};
use bytes::Bytes;
use comity_edge::{BoundedBody, Edge, Hosts, Limits, Transport};
use comity_link::gate_protocol::Taxii;
use http_body_util::Full;
use hyper::{Request, Response};
use std::convert::Infallible;
use std::future::{Ready, pending, ready};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use tokio::net::TcpListener;

/// The shelf, shared by the desk's orders and the tools' requests.
pub(crate) type SharedShelf = Arc<Mutex<Shelf>>;

/// Makes the shelf of the configured recipients.
pub(crate) fn shelf(taxii: Option<&Taxii>) -> SharedShelf {
    let recipients = taxii.map(|taxii| taxii.recipients.as_slice()).unwrap_or_default();
    Arc::new(Mutex::new(Shelf::new(recipients.iter().map(|recipient| recipient.code.clone()))))
}

#[derive(Clone)]
struct Service {
    recipients: Arc<Recipients>,
    shelf: SharedShelf,
}

impl tower_service::Service<Request<BoundedBody>> for Service {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<BoundedBody>) -> Self::Future {
        ready(Ok(answer(&self.recipients, &self.shelf, &request)))
    }
}

/// Answers for ever.
pub(crate) async fn listen(taxii: Taxii, tls: Arc<rustls::ServerConfig>, listener: TcpListener, shelf: SharedShelf) {
    let limits = Limits { connections_max: 256, body_bytes_max: 64 * 1024, ..Limits::default() };
    // Somebody who asks shows a token; by which name they found us does not matter.
    let edge = Edge::new(Transport::Tls(tls), limits, Hosts::any());
    let service = Service { recipients: Arc::new(Recipients::new(taxii)), shelf };
    edge.serve(listener, service, pending::<()>()).await;
}
