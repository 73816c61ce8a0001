//! The vectors of spec/vectors/link.json are what this code gives; `COMITY_BLESS=1` writes them again.

use crate::common;

use comity_crypto::SealingKey;
use comity_ledger::CompactTree;
use comity_link::exchange::{ExchangeRequest, ExchangeResponse};
use comity_link::gate_protocol::{DeskToGate, ErrorClass, GateToDesk, LinkState};
use comity_link::{
    Card, CardOrganisation, Expect, InboundLog, Kept, OutboundLog, Outgoing, accept, certify_node, certify_sealing,
    certify_tls, cosigner_name, link_id,
};
use comity_vocab::Digest;
use common::{Pair, at, now, status};
use serde_json::{Value, json};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn card(pair: &Pair) -> String {
    let end = at("2027-03-01T00:00:00Z");
    let organisation = CardOrganisation {
        code: "vsis".parse().unwrap(),
        name: "Valdorian Security Service".to_owned(),
        country: "VSL".parse().unwrap(),
        kind: "intelligence_service".to_owned(),
        key: pair.organisation.verifying_key(),
    };
    Card::issue(
        organisation,
        certify_node(&pair.organisation, pair.node.verifying_key(), end),
        certify_sealing(&pair.organisation, SealingKey::from_seed(&[6; 32]).public(), end),
        certify_tls(&pair.node, Digest([7; 32]), end),
        vec!["gate.vsis.example:7400".to_owned()],
        now(),
        &pair.node,
    )
    .unwrap()
}

fn vectors() -> Value {
    let mut pair = Pair::new();
    let sealed = pair.seal(0, &status(12));
    let kept = Kept { header: &sealed.header, signature: &sealed.signature };
    let stub = Outgoing::stub(&kept, &pair.node).unwrap();
    let (ours, theirs) = (pair.organisation.verifying_key(), pair.partner_organisation.verifying_key());
    let node = pair.node.verifying_key();

    let mut outbound = OutboundLog::resume(pair.origin.clone(), CompactTree::new(), theirs, 0).unwrap();
    outbound.append(sealed.leaf).unwrap();
    let checkpoint = outbound.sign_checkpoint(&pair.node).unwrap().as_str().to_owned();
    let mut inbound = InboundLog::resume(pair.origin.clone(), CompactTree::new(), node, None).unwrap();
    inbound.append(sealed.leaf).unwrap();
    let cosignature = inbound.cosign(&pair.partner_organisation, 1_772_359_872).unwrap();
    let receipt = cosignature.as_str().to_owned();

    let request = ExchangeRequest {
        origin: pair.origin.clone(),
        from_seq: 0,
        entries: vec![b"first envelope".to_vec(), b"second".to_vec()],
        checkpoint: Some("checkpoint".to_owned()),
        cosignature: None,
    };
    let response = ExchangeResponse { next_seq: 2, cosignature: Some("receipt".to_owned()), checkpoint: None };
    let peer = || pair.partner.clone();
    let waiting = LinkState::Waiting { retry_in_s: 60, error: ErrorClass::Connect };
    json!({
        "about": "Vectors of spec/link.md. Bytes are hexadecimal; keys, signatures and cards are base64 or text.",
        "seeds": {
            "organisation": hex(&[1; 32]), "node": hex(&[2; 32]), "partner": hex(&[3; 32]),
            "partner_sealing": hex(&[4; 32]), "entropy": hex(&[5; 32]), "sealing": hex(&[6; 32]),
        },
        "card": card(&pair),
        "link_id": link_id(&ours, &theirs),
        "origin": pair.origin,
        "entry": {
            "header": String::from_utf8(sealed.header.clone()).unwrap(),
            "signature": sealed.signature.to_string(),
            "salt": hex(&sealed.salt),
            "payload": String::from_utf8(sealed.payload.clone()).unwrap(),
            "leaf": sealed.leaf.to_string(),
            "envelope": hex(sealed.outgoing.envelope()),
            "stub": hex(stub.envelope()),
        },
        "notes": {
            "checkpoint": checkpoint,
            "cosigner": cosigner_name(&theirs),
            "cosignature": receipt,
        },
        "exchange": { "request": hex(&request.encode().unwrap()), "response": hex(&response.encode().unwrap()) },
        "frames": {
            "send": hex(&DeskToGate::Send { peer: peer(), outgoing: stub }.encode().unwrap()),
            "send_cosignature": hex(&DeskToGate::SendCosignature { peer: peer(), note: cosignature }.encode().unwrap()),
            "taken": hex(&DeskToGate::Taken { peer: peer(), next_seq: 7, refused: true }.encode().unwrap()),
            "erase": hex(&DeskToGate::Erase { peer: peer(), seqs: vec![1, 2] }.encode().unwrap()),
            "poke": hex(&DeskToGate::Poke { peer: peer() }.encode().unwrap()),
            "stop": hex(&DeskToGate::Stop.encode().unwrap()),
            "arrived": hex(&GateToDesk::Arrived { peer: peer(), seq: 3, envelope: b"envelope".to_vec() }.encode().unwrap()),
            "peer_state": hex(
                &GateToDesk::PeerState { peer: peer(), state: waiting, their_next_seq: Some(5), waiting: 2 }
                    .encode()
                    .unwrap()
            ),
        },
    })
}

#[test]
fn the_vectors_are_what_this_code_gives() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../spec/vectors/link.json");
    let mut given = serde_json::to_string_pretty(&vectors()).unwrap();
    given.push('\n');
    if std::env::var_os("COMITY_BLESS").is_some() {
        std::fs::write(path, &given).unwrap();
    }
    assert_eq!(given, std::fs::read_to_string(path).unwrap());
}

#[test]
fn the_vectors_are_read() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../spec/vectors/link.json");
    let vectors: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let pair = Pair::new();
    let bytes = |value: &Value| -> Vec<u8> {
        value
            .as_str()
            .unwrap()
            .as_bytes()
            .chunks(2)
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect()
    };
    let sender = pair.node.verifying_key();
    let expect = Expect { origin: &pair.origin, next_seq: 0, sender: &sender };
    let entry = &vectors["entry"];
    let accepted = accept(&bytes(&entry["envelope"]), &expect, &pair.partner_sealing).unwrap();
    assert_eq!(accepted.leaf.to_string(), entry["leaf"].as_str().unwrap());
    let withdrawn = accept(&bytes(&entry["stub"]), &expect, &pair.partner_sealing).unwrap();
    assert_eq!(withdrawn.leaf, accepted.leaf);
    assert!(Card::open(vectors["card"].as_str().unwrap(), now()).is_ok());
}
