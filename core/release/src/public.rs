//! Declaring exact versions public: the door for catalogues that are public knowledge.
//!
//! Guarantees: two different active officers, one of them a releasing officer, signed the set of versions by digest.

use crate::agreement::{Agreement, Pair, author_and_releasing, two_persons};
use crate::approval::{Approval, OfficerView, Refusal};
use comity_crypto::{Purpose, sha256};
use comity_vocab::{Digest, OfficerCode, OrgCode};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Versions to be declared public.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicDeclaration {
    /// The organisation that declares.
    pub organisation: OrgCode,
    /// The digest of each version, [`version_digest`].
    pub versions: BTreeSet<Digest>,
}

/// Returns the digest by which one exact version is declared: over identifier, version key and bytes.
pub fn version_digest(id: &str, version: &str, bytes: &[u8]) -> Digest {
    sha256(&[
        b"comity/v1/version",
        &(id.len() as u64).to_be_bytes(),
        id.as_bytes(),
        &(version.len() as u64).to_be_bytes(),
        version.as_bytes(),
        bytes,
    ])
}

impl PublicDeclaration {
    /// Returns the exact bytes that officers sign (with their role appended, [`approval_message`]).
    ///
    /// [`approval_message`]: crate::approval_message
    pub fn statement(&self) -> Vec<u8> {
        let mut digests = Vec::with_capacity(self.versions.len() * 32);
        for digest in &self.versions {
            digests.extend_from_slice(digest.as_bytes());
        }
        format!(
            "comity-public-declaration/1\norganisation {}\nversions {}\nversions-sha256 {}\n",
            self.organisation,
            self.versions.len(),
            sha256(&[&digests])
        )
        .into_bytes()
    }

    /// Returns the SHA-256 of the statement.
    pub fn digest(&self) -> Digest {
        sha256(&[&self.statement()])
    }
}

impl Agreement for PublicDeclaration {
    fn pair(&self) -> Pair {
        author_and_releasing(Purpose::PublicDeclaration)
    }

    fn statement(&self) -> Vec<u8> {
        Self::statement(self)
    }
}

/// A declaration that two officers signed.
#[must_use = "an authorised declaration is to be recorded"]
#[derive(Debug)]
pub struct AuthorisedDeclaration(PublicDeclaration);

impl AuthorisedDeclaration {
    /// Shows the declaration.
    pub fn declaration(&self) -> &PublicDeclaration {
        &self.0
    }
}

/// Returns the declaration once an analyst or desk officer and a releasing officer, two persons, signed it.
///
/// # Errors
/// [`Refusal`], the first reason found.
pub fn authorise_public<'o>(
    declaration: PublicDeclaration,
    author: &Approval,
    releasing: &Approval,
    officers: &(dyn Fn(&OfficerCode) -> Option<OfficerView<'o>> + 'o),
) -> Result<AuthorisedDeclaration, Refusal> {
    if declaration.versions.is_empty() {
        return Err(Refusal::Empty);
    }
    two_persons(&declaration.pair(), &declaration.statement(), author, releasing, officers)?;
    Ok(AuthorisedDeclaration(declaration))
}
