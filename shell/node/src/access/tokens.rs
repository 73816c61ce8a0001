//! API tokens: for programs, never for what an officer must do.
//!
//! Guarantees: the text of a token is given once and kept nowhere; a name never means two tokens.

use super::identity::{LiveToken, TOKEN_PREFIX, secret_digest};
use super::{Asker, Scope};
use crate::failure::Failure;
use crate::node::{Node, audit};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use comity_crypto::Zeroizing;
use comity_store::desk::{Desk, TokenRow};
use comity_vocab::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The longest name of a token, in bytes.
const NAME_BYTES_MAX: usize = 64;
/// The most tokens ever made.
const TOKENS_MAX: usize = 1_000;

/// Reads the tokens that hold.
pub(crate) fn live(desk: Desk<'_>) -> Result<Vec<LiveToken>, Failure> {
    let damaged = || Failure::operational("a stored token is damaged; revoke it and make another");
    let rows = desk.tokens()?.into_iter().filter(|row| row.revoked.is_none());
    rows.map(|row| {
        let expires = row.expires.map(|text| Timestamp::parse(&text)).transpose().map_err(|_| damaged())?;
        let scopes = serde_json::from_str(&row.scopes).map_err(|_| damaged())?;
        Ok(LiveToken { name: row.name, hash: row.hash, scopes, expires })
    })
    .collect()
}

impl Node {
    pub(crate) fn token_add(
        &mut self,
        now: Timestamp,
        by: &Asker,
        name: &str,
        scopes: &BTreeSet<Scope>,
        expires: Option<Timestamp>,
    ) -> Result<Value, Failure> {
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if name.is_empty() || name.len() > NAME_BYTES_MAX || !name.chars().all(fits) {
            return Err(Failure::usage(format!("a token's name is 1 to {NAME_BYTES_MAX} of a-z, A-Z, 0-9, - _ .")));
        }
        if scopes.is_empty() {
            return Err(Failure::usage("a token needs a scope").hint("read, write, taxii:read or metrics"));
        }
        if expires.is_some_and(|end| end <= now) {
            return Err(Failure::usage("the token would have ended already"));
        }
        let earlier = self.holdings.view().desk().tokens()?;
        if earlier.iter().any(|token| token.name == name) {
            return Err(Failure::no(format!("there is or was a token {name}; every token has a name of its own")));
        }
        if earlier.len() >= TOKENS_MAX {
            return Err(Failure::no(format!("{TOKENS_MAX} tokens were made; more are not kept")));
        }
        let draw = self.draw();
        let secret = Zeroizing::new(self.entropy.stream("api-token", name, draw).bytes32());
        let text = format!("{TOKEN_PREFIX}{}", URL_SAFE_NO_PAD.encode(&secret[..]));
        let hash = secret_digest(&text).ok_or_else(|| Failure::operational("no token"))?;
        let row = TokenRow {
            name: name.to_owned(),
            hash,
            scopes: serde_json::to_string(scopes)?,
            created: now.to_string(),
            expires: expires.map(|end| end.to_string()),
            revoked: None,
        };
        let tx = self.holdings.transaction()?;
        tx.view().desk().put_token(&row)?;
        let detail = format!("{} by {}", words(scopes), by.subject());
        audit(tx.view().desk(), now, by.officer(), "token.add", name, &detail)?;
        tx.commit()?;
        self.refresh_access()?;
        Ok(
            json!({ "name": name, "scopes": scopes, "scope": words(scopes), "token": text, "created": now, "expires": expires }),
        )
    }

    pub(crate) fn token_list(&self, now: Timestamp) -> Result<Value, Failure> {
        let mut tokens = Vec::new();
        for row in self.holdings.view().desk().tokens()? {
            let scopes: BTreeSet<Scope> = serde_json::from_str(&row.scopes)?;
            let ended = row.expires.as_deref().is_some_and(|end| Timestamp::parse(end).is_ok_and(|end| end <= now));
            let state = match (&row.revoked, ended) {
                (Some(_), _) => "revoked",
                (None, true) => "expired",
                (None, false) => "active",
            };
            tokens.push(json!({
                "name": row.name,
                "scopes": scopes,
                "scope": words(&scopes),
                "created": row.created,
                "expires": row.expires,
                "revoked": row.revoked,
                "state": state,
            }));
        }
        Ok(json!({ "tokens": tokens }))
    }

    pub(crate) fn token_revoke(&mut self, now: Timestamp, by: &Asker, name: &str) -> Result<Value, Failure> {
        let tx = self.holdings.transaction()?;
        if !tx.view().desk().revoke_token(name, &now.to_string())? {
            return Err(Failure::no(format!("there is no token {name} to revoke"))
                .code("unknown")
                .hint("comity token list"));
        }
        audit(tx.view().desk(), now, by.officer(), "token.revoke", name, &format!("by {}", by.subject()))?;
        tx.commit()?;
        self.refresh_access()?;
        Ok(json!({ "name": name, "state": "revoked" }))
    }
}

fn words(scopes: &BTreeSet<Scope>) -> String {
    scopes.iter().map(Scope::as_str).collect::<Vec<_>>().join(",")
}
