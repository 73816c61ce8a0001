//! Whether a document that arrived is held.
//!
//! Guarantees: only a body that its form allows, with a proof of the organisation at the other end where the form has one; the first body
//! under an identifier counts, and a second one is kept beside it; what was recalled does not come back under its identifier.

use comity_crypto::VerifyingKey;
use comity_link::{DocumentPayload, ErasedProof, Parked, ProofFault, Stated};
use comity_vocab::{Form, SecurityLabel};
use comity_work::{Body, rules};

/// What is held of the same sender under the same identifier, the first first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Earlier<'a> {
    /// Nothing.
    Nothing,
    /// A document, with its form, label and body.
    Held(Form, &'a SecurityLabel, &'a [u8]),
    /// A document whose body is not there any more, without a recall.
    Erased,
    /// A document that was recalled.
    Recalled,
}

/// What is known when a document arrives.
#[derive(Clone, Copy, Debug)]
pub struct DocumentFacts<'a> {
    /// The organisation key at the other end of the link.
    pub organisation: &'a VerifyingKey,
    /// What came before under its identifier.
    pub earlier: Earlier<'a>,
    /// How many documents are held under its identifier.
    pub copies: usize,
}

/// How many documents that contradict each other are held under one identifier: enough to prove it.
pub const COPIES_MAX: usize = 8;

/// What is to be done with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DocumentDecision {
    /// It is not held, and not kept; its sender is told why.
    Park(Parked),
    /// It was held before, word for word: nothing more is kept.
    Again,
    /// It is held.
    Hold {
        /// It says something else than the first under its identifier.
        contradicts: bool,
        /// What stays of its proof when it is erased.
        proof: Option<Box<ErasedProof>>,
    },
}

/// Decides whether a document is held.
pub fn decide_document(document: &DocumentPayload, facts: &DocumentFacts<'_>) -> DocumentDecision {
    let header = &document.header;
    // No form of this version answers another document.
    if Body::parse(header.form, &document.body).is_err() || header.reply_to.is_some() {
        return DocumentDecision::Park(Parked::Malformed);
    }
    let stated = Stated { form: header.form, document: header.document, label: &header.label };
    let proof = match (rules(header.form).portable, &header.proof) {
        (true, Some(proof)) => match proof.check(facts.organisation, &stated, &document.body) {
            Ok(()) => Some(Box::new(proof.erased(&document.body))),
            Err(ProofFault::OtherOrganisation | ProofFault::NotCertified) => {
                return DocumentDecision::Park(Parked::Unrelated);
            }
            Err(ProofFault::BadSignature) => return DocumentDecision::Park(Parked::Malformed),
        },
        (false, None) => None,
        (true, None) | (false, Some(_)) => return DocumentDecision::Park(Parked::Malformed),
    };
    match facts.earlier {
        Earlier::Recalled => DocumentDecision::Park(Parked::Unrelated),
        Earlier::Nothing => DocumentDecision::Hold { contradicts: false, proof },
        Earlier::Held(form, label, body) if form == header.form && *label == header.label && body == document.body => {
            DocumentDecision::Again
        }
        Earlier::Held(..) | Earlier::Erased if facts.copies >= COPIES_MAX => DocumentDecision::Park(Parked::OverLimit),
        // Where what was said first cannot be compared any more, this is not called the same.
        Earlier::Held(..) | Earlier::Erased => DocumentDecision::Hold { contradicts: true, proof },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use comity_crypto::SigningKey;
    use comity_link::Payload;

    /// The document of spec/vectors/documents.json.
    fn vector() -> (DocumentPayload, VerifyingKey) {
        let vectors: serde_json::Value =
            serde_json::from_str(include_str!("../../../../spec/vectors/documents.json")).unwrap();
        let Payload::Document(document) = Payload::parse(vectors["payload"].as_str().unwrap().as_bytes()) else {
            panic!("a document")
        };
        let organisation = vectors["organisation"].as_str().unwrap().parse().unwrap();
        (*document, organisation)
    }

    fn parked(decision: &DocumentDecision) -> Option<Parked> {
        match decision {
            DocumentDecision::Park(parked) => Some(*parked),
            DocumentDecision::Hold { .. } | DocumentDecision::Again => None,
        }
    }

    #[test]
    fn the_first_body_counts_and_what_was_recalled_stays_away() {
        let (document, organisation) = vector();
        let among = |earlier, copies| {
            decide_document(&document, &DocumentFacts { organisation: &organisation, earlier, copies })
        };
        let decide = |earlier| among(earlier, 1);
        let contradicts = |earlier| match decide(earlier) {
            DocumentDecision::Hold { contradicts, proof } => {
                assert!(proof.is_some());
                contradicts
            }
            other => panic!("{other:?}"),
        };
        let (form, label, body) = (document.header.form, &document.header.label, document.body.as_slice());
        assert!(!contradicts(Earlier::Nothing));
        assert_eq!(decide(Earlier::Held(form, label, body)), DocumentDecision::Again);
        assert!(contradicts(Earlier::Held(form, label, b"{\"text\":\"another\"}")));
        let wider = "TLP:CLEAR".parse().unwrap();
        assert!(contradicts(Earlier::Held(form, &wider, body)), "the same words under another label");
        assert!(contradicts(Earlier::Erased));
        assert_eq!(parked(&decide(Earlier::Recalled)), Some(Parked::Unrelated));
        // Enough to prove it, and not as many as somebody likes to send.
        for earlier in [Earlier::Erased, Earlier::Held(form, &wider, body)] {
            assert!(parked(&among(earlier, COPIES_MAX - 1)).is_none());
            assert_eq!(parked(&among(earlier, COPIES_MAX)), Some(Parked::OverLimit));
        }
        assert_eq!(among(Earlier::Held(form, label, body), COPIES_MAX), DocumentDecision::Again);
    }

    #[test]
    fn what_its_form_or_its_proof_does_not_allow_is_not_held() {
        let (document, organisation) = vector();
        let stranger = SigningKey::from_seed(&[77; 32]).verifying_key();
        let decide = |document: &DocumentPayload, organisation: &VerifyingKey| {
            parked(&decide_document(document, &DocumentFacts { organisation, earlier: Earlier::Nothing, copies: 0 }))
        };
        assert_eq!(decide(&document, &organisation), None);
        assert_eq!(decide(&document, &stranger), Some(Parked::Unrelated), "of another organisation");
        let changed = |change: &dyn Fn(&mut DocumentPayload)| {
            let mut changed = document.clone();
            change(&mut changed);
            decide(&changed, &organisation)
        };
        assert_eq!(changed(&|it| it.body = br#"{"text":"another"}"#.to_vec()), Some(Parked::Malformed));
        assert_eq!(changed(&|it| it.body = b"{}".to_vec()), Some(Parked::Malformed));
        assert_eq!(changed(&|it| it.header.proof = None), Some(Parked::Malformed));
        assert_eq!(changed(&|it| it.header.reply_to = Some(it.header.document)), Some(Parked::Malformed));
        assert_eq!(changed(&|it| it.header.label = "TLP:CLEAR".parse().unwrap()), Some(Parked::Malformed));
        let certified_by_nobody = changed(&|it| {
            if let Some(proof) = &mut it.header.proof {
                proof.certificate.key = stranger;
            }
        });
        assert_eq!(certified_by_nobody, Some(Parked::Unrelated));
    }
}
