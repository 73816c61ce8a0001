//! Makes entries: header, signature, sealed content (spec/link.md §4).
//!
//! Guarantees: what is sealed was released for this very partner, is the notice of a recall that was signed for this very partner, or is
//! a control entry that needs no officers; the salt and the seal's
//! randomness depend on the log and the position only, besides the source of randomness.
//!
//! Does not know: who approved (the type [`Released`] knows), where entries are stored.

use crate::control::{Control, OwnControl};
use crate::document::{DocumentHeader, document_bytes};
use crate::entry::{Content, Envelope, Header, day, leaf, pad, sign_stub};
use crate::outgoing::Outgoing;
use crate::payload::{PayloadError, ReleaseHeader, control_bytes, release_bytes};
use crate::proof::{Proof, Stated};
use comity_crypto::{
    Entropy, EntropyStream, Purpose, SealError as CryptoError, SealingPublicKey, Signature, SigningKey, VerifyingKey,
    commitment,
};
use comity_release::{Delivery, DocumentDelivery, Released, SignedNotice};
use comity_vocab::{Blame, Digest, OrgCode, Timestamp};
use comity_work::rules;

/// Where an entry is to stand and whose it is.
pub struct SealContext<'a> {
    /// The outbound log.
    pub origin: &'a str,
    /// The position: the log's next.
    pub seq: u64,
    /// The code of the partner at the other end of the log.
    pub partner: &'a OrgCode,
    /// The partner's organisation key, which certified its sealing key.
    pub partner_key: &'a VerifyingKey,
    /// The partner's sealing key.
    pub partner_sealing: &'a SealingPublicKey,
    /// Our node key.
    pub node_key: &'a SigningKey,
    /// The time; entries tell the day only.
    pub now: Timestamp,
}

impl SealContext<'_> {
    /// Refuses what was signed for somebody else than the partner at the other end of this log. A code is only a name; who it is, is the
    /// key that two officers signed for.
    fn is_for(
        &self,
        recipient: &OrgCode,
        key: &VerifyingKey,
        other_key: impl FnOnce(OrgCode) -> SealError,
    ) -> Result<(), SealError> {
        if recipient != self.partner {
            return Err(SealError::OtherRecipient { recipient: recipient.clone(), partner: self.partner.clone() });
        }
        if key == self.partner_key { Ok(()) } else { Err(other_key(self.partner.clone())) }
    }
}

/// A sealed entry: what the desk stores, and what may go.
pub struct SealedEntry {
    /// Its position.
    pub seq: u64,
    /// The header's exact bytes.
    pub header: Vec<u8>,
    /// Our signature over the header.
    pub signature: Signature,
    /// The salt of the commitment; erased together with the payload.
    pub salt: [u8; 32],
    /// The payload's exact bytes.
    pub payload: Vec<u8>,
    /// The leaf of the log's tree.
    pub leaf: Digest,
    /// What may be written to the gate.
    pub outgoing: Outgoing,
}

impl std::fmt::Debug for SealedEntry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SealedEntry(seq {}, {} bytes)", self.seq, self.payload.len())
    }
}

/// Why an entry was not made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The delivery is for another organisation than the log.
    #[error("a delivery for {recipient} cannot go to {partner}")]
    OtherRecipient {
        /// For whom it was released.
        recipient: OrgCode,
        /// Whose log it is.
        partner: OrgCode,
    },
    /// The delivery was signed for another organisation key than the one that the link has now.
    #[error("the release was signed for another organisation key of {partner} than the one this link has")]
    OtherKey {
        /// Whose link it is.
        partner: OrgCode,
    },
    /// The recall was signed for another organisation key than the one that the link has now.
    #[error("the recall was signed for another organisation key of {partner} than the one this link has")]
    OtherRecallKey {
        /// Whose link it is.
        partner: OrgCode,
    },
    /// The payload cannot be written.
    #[error("cannot write the payload")]
    Payload(#[from] PayloadError),
    /// The payload is longer than the largest size class.
    #[error("the payload has {bytes} bytes, more than the largest size class holds")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// The seal failed.
    #[error("cannot seal")]
    Seal(#[from] CryptoError),
    /// The origin or position cannot be a log's.
    #[error("not a position in a log: {seq}")]
    Position {
        /// The position.
        seq: u64,
    },
    /// What should be sent again is not what we signed.
    #[error("entry {seq} is not as we signed it")]
    NotOurs {
        /// The position.
        seq: u64,
    },
}

impl SealError {
    /// Says whose fault it is.
    pub fn blame(&self) -> Blame {
        match self {
            Self::Payload(_) | Self::TooLong { .. } => Blame::Caller,
            Self::NotOurs { .. } | Self::OtherKey { .. } | Self::OtherRecallKey { .. } => Blame::Operator,
            Self::OtherRecipient { .. } | Self::Seal(_) | Self::Position { .. } => Blame::Bug,
        }
    }
}

/// Seals one part of a release, consuming it: it cannot be sealed for anybody else.
///
/// # Errors
/// [`SealError`]; [`SealError::OtherRecipient`] and [`SealError::OtherKey`] where the delivery is not for this partner.
pub fn seal_release(
    delivery: Released<Delivery>,
    context: &SealContext<'_>,
    entropy: &mut Entropy,
) -> Result<SealedEntry, SealError> {
    let delivery = delivery.into_inner();
    context.is_for(&delivery.recipient, &delivery.recipient_key, |partner| SealError::OtherKey { partner })?;
    let header = ReleaseHeader {
        release: delivery.release.0,
        part: delivery.part,
        parts: delivery.parts,
        label: delivery.label,
        descriptor: delivery.descriptor_text,
        erase_by: delivery.erase_by,
        policy_version: delivery.policy_version,
        items: delivery.items,
    };
    seal(release_bytes(&header, &delivery.bytes)?, context, entropy)
}

/// Seals a document for one recipient, consuming it: it cannot be sealed for anybody else. `proof`: the one that [`Proof::of`] gave for
/// this document, where its form carries one.
///
/// # Errors
/// [`SealError`]; [`SealError::OtherRecipient`] and [`SealError::OtherKey`] where the document is not for this partner, and
/// [`PayloadError::Field`] where the proof is not of this document.
pub fn seal_document(
    delivery: Released<DocumentDelivery>,
    proof: Option<&Proof>,
    context: &SealContext<'_>,
    entropy: &mut Entropy,
) -> Result<SealedEntry, SealError> {
    let delivery = delivery.into_inner();
    context.is_for(&delivery.recipient, &delivery.recipient_key, |partner| SealError::OtherKey { partner })?;
    let document = delivery.document.0;
    let stated = Stated { form: delivery.form, document, label: &delivery.label };
    let fits = match proof {
        Some(proof) => proof.check(&proof.organisation, &stated, &delivery.body).is_ok(),
        None => true,
    };
    if !fits || proof.is_some() != rules(delivery.form).portable {
        return Err(SealError::Payload(PayloadError::Field { field: "proof" }));
    }
    let header = DocumentHeader {
        document,
        form: delivery.form,
        label: delivery.label.clone(),
        policy_version: delivery.policy_version,
        reply_to: None,
        proof: proof.cloned(),
    };
    seal(document_bytes(&header, &delivery.body)?, context, entropy)
}

/// Seals the notice of a recall, consuming it: it cannot be sealed for anybody else.
///
/// # Errors
/// [`SealError`]; [`SealError::OtherRecipient`] and [`SealError::OtherRecallKey`] where the notice is not for this partner.
pub fn seal_recall(
    signed: SignedNotice,
    context: &SealContext<'_>,
    entropy: &mut Entropy,
) -> Result<SealedEntry, SealError> {
    context.is_for(signed.recipient(), signed.recipient_key(), |partner| SealError::OtherRecallKey { partner })?;
    seal(control_bytes(&Control::RecallNotice(signed.into_notice()))?, context, entropy)
}

/// Seals a control entry that needs no officers. A recall notice is none:
///
/// ```compile_fail
/// use comity_link::*;
/// fn recall(notice: RecallNotice, context: &SealContext<'_>, entropy: &mut comity_crypto::Entropy) {
///     let _ = seal_control(&Control::RecallNotice(notice), context, entropy);
/// }
/// ```
///
/// ```compile_fail
/// fn recall(notice: comity_link::RecallNotice) -> comity_link::OwnControl {
///     comity_link::OwnControl::RecallNotice(notice)
/// }
/// ```
///
/// # Errors
/// [`SealError`].
pub fn seal_control(
    control: &OwnControl,
    context: &SealContext<'_>,
    entropy: &mut Entropy,
) -> Result<SealedEntry, SealError> {
    seal(control_bytes(&control.clone().into())?, context, entropy)
}

pub(crate) fn seal(
    payload: Vec<u8>,
    context: &SealContext<'_>,
    entropy: &mut Entropy,
) -> Result<SealedEntry, SealError> {
    let (origin, seq) = (context.origin.to_owned(), context.seq);
    // One stream for one position (design.md §7.15): what is drawn here never depends on what else was sealed.
    let mut stream = entropy.stream("entry", &origin, seq);
    let salt = stream.bytes32();
    let header = Header {
        origin: origin.clone(),
        seq,
        commitment: commitment(&salt, &payload),
        created: day(context.now.unix_seconds()),
    }
    .to_bytes();
    if Header::parse(&header).is_none() {
        return Err(SealError::Position { seq });
    }
    let signature = context.node_key.sign(Purpose::Entry, &header);
    let envelope = envelope(&header, &signature, &salt, &payload, context.partner_sealing, &mut stream)?;
    let leaf = leaf(&header, &signature);
    Ok(SealedEntry { seq, header, signature, salt, payload, leaf, outgoing: Outgoing::new(origin, seq, envelope) })
}

fn envelope(
    header: &[u8],
    signature: &Signature,
    salt: &[u8; 32],
    payload: &[u8],
    recipient: &SealingPublicKey,
    stream: &mut EntropyStream,
) -> Result<Vec<u8>, SealError> {
    let plain = pad(salt, payload).ok_or(SealError::TooLong { bytes: payload.len() })?;
    let sealed = recipient.seal(stream, header, &plain)?;
    Ok(Envelope { header, signature: *signature, content: Content::Sealed(&sealed) }.to_bytes())
}

/// What the desk kept of an entry that it sealed earlier.
pub struct Kept<'a> {
    /// The header's exact bytes.
    pub header: &'a [u8],
    /// Our signature over it.
    pub signature: &'a Signature,
}

impl Kept<'_> {
    /// Checks that we signed this header.
    pub(crate) fn check(&self, node_key: &VerifyingKey) -> Result<Header, SealError> {
        let header = Header::parse(self.header).ok_or(SealError::NotOurs { seq: 0 })?;
        let signed = node_key.verify(Purpose::Entry, self.header, self.signature);
        signed.map_err(|_| SealError::NotOurs { seq: header.seq })?;
        Ok(header)
    }
}

impl Outgoing {
    /// Takes up an envelope that we sealed earlier, after a restart for instance.
    ///
    /// # Errors
    /// [`SealError::NotOurs`] where it is not an envelope of this log and position that our node key signed.
    pub fn resume(envelope: &[u8], origin: &str, seq: u64, node_key: &VerifyingKey) -> Result<Self, SealError> {
        let not_ours = SealError::NotOurs { seq };
        let parsed = Envelope::parse(envelope).map_err(|_| not_ours.clone())?;
        let header = Kept { header: parsed.header, signature: &parsed.signature }.check(node_key)?;
        let stub_ok = match &parsed.content {
            Content::Sealed(_) => true,
            Content::Stub(stub) => crate::entry::stub_holds(parsed.header, stub, node_key),
        };
        if header.origin != origin || header.seq != seq || !stub_ok {
            return Err(not_ours);
        }
        Ok(Self::new(origin.to_owned(), seq, envelope.to_vec()))
    }

    /// Seals an entry of ours once more, for a partner whose sealing key changed or who could not open it. Header,
    /// signature and leaf stay.
    ///
    /// # Errors
    /// [`SealError::NotOurs`] where header, signature, salt and payload do not belong together.
    pub fn reseal(
        kept: &Kept<'_>,
        salt: &[u8; 32],
        payload: &[u8],
        partner_sealing: &SealingPublicKey,
        node_key: &VerifyingKey,
        entropy: &mut Entropy,
    ) -> Result<Self, SealError> {
        let header = kept.check(node_key)?;
        if commitment(salt, payload) != header.commitment {
            return Err(SealError::NotOurs { seq: header.seq });
        }
        let mut stream = entropy.stream("entry-again", &header.origin, header.seq);
        let envelope = envelope(kept.header, kept.signature, salt, payload, partner_sealing, &mut stream)?;
        Ok(Self::new(header.origin, header.seq, envelope))
    }

    /// Makes the stub of an entry that was recalled before it was delivered: header and signature without content,
    /// and our signature that we withdrew it.
    ///
    /// # Errors
    /// [`SealError::NotOurs`] where we did not sign the header.
    pub fn stub(kept: &Kept<'_>, node_key: &SigningKey) -> Result<Self, SealError> {
        let header = kept.check(&node_key.verifying_key())?;
        let stub = sign_stub(kept.header, node_key);
        let envelope = Envelope { header: kept.header, signature: *kept.signature, content: Content::Stub(stub) };
        Ok(Self::new(header.origin, header.seq, envelope.to_bytes()))
    }
}
