//! What every handler works with: the way to the node, the readers, who is known, and the clock.
//!
//! Guarantees: writing goes through the node alone, as the caller; nothing here decides a rule. Does not know: processes, sockets.

use crate::identity::Credential;
use crate::readers::Readers;
use comity_node::{Access, Call, Failure, OfficerProof, Request};
use comity_vocab::Timestamp;
use serde_json::Value;
use std::sync::Arc;

/// Puts a call to the node; may block.
pub type Ask = Arc<dyn Fn(&Call) -> Result<Value, Failure> + Send + Sync>;

/// How the gate is, for `/healthz` and the home page.
#[derive(Clone, Debug, Default)]
pub struct Health {
    /// Whether the gate listens.
    pub ready: bool,
    /// Whether a table of decisions was found that is not as the node left it.
    pub unfit: bool,
    /// How far the gate is confined.
    pub confinement: String,
}

/// Who we are, for the head of every page.
#[derive(Clone, Debug)]
pub struct Organisation {
    /// The legal name.
    pub name: String,
    /// The short code.
    pub code: String,
}

/// The desk, as its faces see it.
pub struct Desk {
    /// Our organisation.
    pub organisation: Organisation,
    /// Where browsers reach us, without a trailing slash: `https://desk.example`.
    pub public_url: String,
    /// Sessions and tokens.
    pub access: Access,
    /// The node.
    pub ask: Ask,
    /// Readers of the holdings.
    pub readers: Readers,
    /// The time.
    pub clock: fn() -> Timestamp,
    /// How the gate is.
    pub health: Arc<dyn Fn() -> Health + Send + Sync>,
    /// Authenticates cursors and nothing else; drawn again at each start.
    pub cursor_key: [u8; 32],
}

impl Desk {
    /// Puts a request to the node as the caller, on a thread that may block.
    ///
    /// # Errors
    /// What the node answers.
    pub async fn ask(&self, request: &Request, credential: &Credential) -> Result<Value, Failure> {
        let (session, token) = match credential {
            Credential::Session(secret) => (Some(secret.clone()), None),
            Credential::Token(secret) => (None, Some(secret.clone())),
        };
        self.put(Call { session, token, ..Call::of(request)? }).await
    }

    /// Puts a request to the node as somebody who is not signed in yet.
    ///
    /// To the node, a call that shows nobody is one of the machine account, which may do almost anything: so the few requests that a
    /// stranger may make are named here, and nothing else passes.
    ///
    /// # Errors
    /// What the node answers; [`Failure`] for every other request.
    pub async fn ask_as_stranger(&self, request: &Request) -> Result<Value, Failure> {
        match request {
            Request::SignInBegin
            | Request::SignInFinish { .. }
            | Request::RegisterBegin { token: Some(_) }
            | Request::RegisterFinish { token: Some(_), .. } => {
                let request = serde_json::to_string(request)?;
                self.put(Call { request, ..Call::default() }).await
            }
            _ => Err(Failure::no("you are not signed in").code("sign_in_needed")),
        }
    }

    /// Puts the exact text of a request to the node with an officer's own proof, as the command line does.
    ///
    /// # Errors
    /// What the node answers.
    pub async fn ask_with_proof(&self, request: String, proof: OfficerProof) -> Result<Value, Failure> {
        self.put(Call { request, proof: Some(proof), ..Call::default() }).await
    }

    async fn put(&self, call: Call) -> Result<Value, Failure> {
        let ask = self.ask.clone();
        let done = tokio::task::spawn_blocking(move || ask(&call));
        done.await.unwrap_or_else(|_| Err(Failure::operational("the call was broken off")))
    }
}
