//! The proof that goes with a document which others than the link partner must be able to check (spec/documents.md §3).
//!
//! Guarantees: a proof that holds was made by a node key which the organisation's key certified, over this organisation, form,
//! document, label and body. The body stands in it as a salted commitment only: with body and salt erased, what is left still
//! verifies and leaves nothing to guess.
//!
//! Does not know: whether the organisation's key is whose it is said to be; whether a certificate has ended since (what was signed
//! while it held stays signed, and a renewal changes nothing that was signed before).

use crate::card::{Certified, is_certified_node};
use comity_crypto::{Entropy, Purpose, Signature, SigningKey, VerifyingKey, commitment};
use comity_release::{Document, Released};
use comity_vocab::{Digest, Form, SecurityLabel};
use comity_work::rules;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Whose words they are: what a document's proof names beside the document.
#[derive(Clone, Copy, Debug)]
pub struct Author<'a> {
    /// The organisation's key.
    pub organisation: &'a VerifyingKey,
    /// The node key that signs, as the organisation's key certified it.
    pub certificate: &'a Certified<VerifyingKey>,
}

/// What of a document is signed beside its body.
#[derive(Clone, Copy, Debug)]
pub struct Stated<'a> {
    /// Its form.
    pub form: Form,
    /// The document.
    pub document: Uuid,
    /// Its label.
    pub label: &'a SecurityLabel,
}

/// A proof as it travels with a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// The organisation whose document it is.
    pub organisation: VerifyingKey,
    /// The node key that signed, certified by the organisation's key.
    pub certificate: Certified<VerifyingKey>,
    /// The salt of the commitment to the body; 64 hexadecimal digits.
    pub salt: Digest,
    /// The node key's signature.
    pub signature: Signature,
}

/// What stays of a proof when body and salt are erased.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErasedProof {
    /// The organisation whose document it was.
    pub organisation: VerifyingKey,
    /// The node key that signed.
    pub certificate: Certified<VerifyingKey>,
    /// The commitment to what the body was.
    pub commitment: Digest,
    /// The node key's signature.
    pub signature: Signature,
}

/// Why a proof does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofFault {
    /// It is of another organisation than the one asked about.
    #[error("the proof is of another organisation")]
    OtherOrganisation,
    /// The organisation's key did not certify the node key.
    #[error("the organisation's key did not certify the node key that signed")]
    NotCertified,
    /// The signature is not over this.
    #[error("the signature is not over this document; form, label, identifier or body are not those that were signed")]
    BadSignature,
}

fn lines(organisation: &VerifyingKey, stated: &Stated<'_>, committed: Digest) -> Vec<u8> {
    let Stated { form, document, label } = stated;
    // The line before the last names the act of an alliance's epoch; no form of this version is bound to one.
    format!("comity-document/1\n{organisation}\n{form}\n{document}\n{label}\n-\n{committed}\n").into_bytes()
}

impl Proof {
    /// Signs a document that was released, once: all its recipients get this proof, so that it tells none of them from another. None
    /// where its form carries no proof.
    pub fn of(
        released: &Released<Document>,
        author: &Author<'_>,
        node_key: &SigningKey,
        entropy: &mut Entropy,
    ) -> Option<Self> {
        let draft = released.draft();
        let (form, body) = (draft.form().filter(|form| rules(*form).portable)?, draft.parts().first()?);
        let document = draft.release().0;
        let salt = entropy.stream("document", &document.to_string(), 0).bytes32();
        let stated = Stated { form, document, label: draft.label() };
        let message = lines(author.organisation, &stated, commitment(&salt, body));
        Some(Self {
            organisation: *author.organisation,
            certificate: author.certificate.clone(),
            salt: Digest(salt),
            signature: node_key.sign(Purpose::Document, &message),
        })
    }

    /// Checks the proof of a document. `organisation`: whose it must be.
    ///
    /// # Errors
    /// [`ProofFault`], the first thing found.
    pub fn check(&self, organisation: &VerifyingKey, stated: &Stated<'_>, body: &[u8]) -> Result<(), ProofFault> {
        self.erased(body).check(organisation, stated)
    }

    /// Returns what stays of the proof when body and salt are erased.
    pub fn erased(&self, body: &[u8]) -> ErasedProof {
        ErasedProof {
            organisation: self.organisation,
            certificate: self.certificate.clone(),
            commitment: commitment(self.salt.as_bytes(), body),
            signature: self.signature,
        }
    }
}

impl ErasedProof {
    /// Checks what is left of a proof: that this organisation signed a document of this form, label and identifier.
    ///
    /// # Errors
    /// [`ProofFault`], the first thing found.
    pub fn check(&self, organisation: &VerifyingKey, stated: &Stated<'_>) -> Result<(), ProofFault> {
        if self.organisation != *organisation {
            return Err(ProofFault::OtherOrganisation);
        }
        if !is_certified_node(&self.organisation, &self.certificate) {
            return Err(ProofFault::NotCertified);
        }
        let message = lines(&self.organisation, stated, self.commitment);
        let signed = self.certificate.key.verify(Purpose::Document, &message, &self.signature);
        signed.map_err(|_| ProofFault::BadSignature)
    }
}
