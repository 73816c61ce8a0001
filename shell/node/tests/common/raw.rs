//! Entries that no Comity of ours would write: a partner's, with a payload of one's own.

use super::{Org, PASSPHRASE};
use comity_crypto::{Purpose, commitment};
use comity_link::entry::{Content, Envelope, Header, SIZE_CLASSES};
use comity_link::gate_protocol::GateToDesk;
use comity_link::log_origin;
use comity_node::{Home, HomeKeys, Request};

/// An entry with this payload.
pub fn raw(from: &Org, to: &mut Org, seq: u64, payload: &str) -> GateToDesk {
    let link = to.ask(&Request::LinkShow { partner: from.code.clone() }).unwrap();
    let generation = u32::try_from(link["generation"].as_u64().unwrap()).unwrap();
    let keys = |org: &Org| HomeKeys::open(&Home::open(org.node.home().path()).unwrap(), PASSPHRASE).unwrap();
    let (sender, recipient) = (keys(from), keys(to));
    let origin = log_origin(&sender.organisation.verifying_key(), &recipient.organisation.verifying_key(), generation);
    let salt = [7; 32];
    let mut plain = [&(payload.len() as u32).to_be_bytes()[..], &salt, payload.as_bytes()].concat();
    plain.resize(*SIZE_CLASSES.iter().find(|class| **class >= plain.len()).unwrap(), 0);
    let header = Header { origin, seq, commitment: commitment(&salt, payload.as_bytes()), created: 0 }.to_bytes();
    let signature = sender.node.sign(Purpose::Entry, &header);
    let mut entropy = comity_crypto::Entropy::seeded([seq as u8; 32]);
    let sealed = recipient.sealing.public().seal(&mut entropy.stream("test", "", 0), &header, &plain).unwrap();
    let envelope = Envelope { header: &header, signature, content: Content::Sealed(&sealed) }.to_bytes();
    GateToDesk::Arrived { peer: from.code.clone(), seq, envelope }
}
