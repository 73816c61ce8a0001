//! The frames between desk and gate and the exchange between gates: what is written is read, and nothing else
//! (security.md §5 I, cases 178 to 184).

use crate::common;

use comity_link::WireError;
use comity_link::exchange::{BATCH_BYTES_MAX, BATCH_ENTRIES_MAX, ExchangeRequest, ExchangeResponse, NOTE_BYTES_MAX};
use comity_link::gate_protocol::{
    Configuration, DeskToGate, ErrorClass, FRAME_BYTES_MAX, GateToDesk, LinkState, Order, Peer, Timing, frame_length,
};
use common::{Pair, status};
use proptest::prelude::*;

fn peer() -> Peer {
    Peer {
        code: "kps".parse().unwrap(),
        spki_pin: [7; 32],
        pin_not_after: 1_800_000_000,
        endpoints: vec!["gate.kps.example:7400".to_owned(), "[::1]:7400".to_owned()],
        outbound_origin: "comity.link/a/b/0".to_owned(),
        inbound_origin: "comity.link/b/a/0".to_owned(),
        inbound_next_seq: 12,
    }
}

fn configuration() -> DeskToGate {
    DeskToGate::Configure(Configuration {
        listen: "127.0.0.1:7400".to_owned(),
        tls_certificate: vec![1; 500],
        tls_key: vec![2; 80].into(),
        peers: vec![peer()],
        timing: Timing::default(),
        taxii: None,
    })
}

/// Takes the length off a frame, checking it.
fn unframed(frame: &[u8]) -> &[u8] {
    let (head, rest) = frame.split_first_chunk::<4>().unwrap();
    assert_eq!(frame_length(*head).unwrap(), rest.len());
    rest
}

#[test]
fn the_gate_reads_what_the_desk_says() {
    let mut pair = Pair::new();
    let sealed = pair.seal(3, &status(0));
    let envelope = sealed.outgoing.envelope().to_vec();
    let mut log = comity_link::InboundLog::resume(
        pair.origin.clone(),
        comity_ledger::CompactTree::new(),
        pair.node.verifying_key(),
        None,
    )
    .unwrap();
    let note = log.cosign(&pair.node, 1).unwrap();
    let text = note.as_str().to_owned();
    let kps = || peer().code;
    let read = |said: &DeskToGate| Order::decode(unframed(&said.encode().unwrap())).unwrap();
    assert!(matches!(
        read(&configuration()),
        Order::Configure(c) if c.peers == [peer()] && c.listen == "127.0.0.1:7400" && *c.tls_key == [2; 80]
            && c.tls_certificate == [1; 500] && c.timing == Timing::default()
    ));
    let send = DeskToGate::Send { peer: kps(), outgoing: sealed.outgoing };
    assert!(matches!(read(&send), Order::Send { seq: 3, envelope: read, .. } if read == envelope));
    let cosignature = DeskToGate::SendCosignature { peer: kps(), note };
    assert!(matches!(read(&cosignature), Order::SendCosignature { note, .. } if note == text));
    let taken = DeskToGate::Taken { peer: kps(), next_seq: 9, refused: true };
    assert!(matches!(read(&taken), Order::Taken { next_seq: 9, refused: true, .. }));
    let erase = DeskToGate::Erase { peer: kps(), seqs: vec![1, 2, u64::MAX] };
    assert!(matches!(read(&erase), Order::Erase { seqs, .. } if seqs == [1, 2, u64::MAX]));
    assert!(matches!(read(&DeskToGate::Poke { peer: kps() }), Order::Poke { peer } if peer == kps()));
    assert!(matches!(read(&DeskToGate::Stop), Order::Stop));
}

fn said() -> Vec<GateToDesk> {
    let peer = peer().code;
    let state = |state, their_next_seq| GateToDesk::PeerState { peer: peer.clone(), state, their_next_seq, waiting: 4 };
    let mut all = vec![
        GateToDesk::Ready { listen: "127.0.0.1:1".to_owned(), landlock: "full: landlock V7".to_owned() },
        GateToDesk::Arrived { peer: peer.clone(), seq: 3, envelope: vec![9; 2000] },
        GateToDesk::ArrivedCheckpoint { peer: peer.clone(), note: "note".to_owned() },
        GateToDesk::ArrivedCosignature { peer: peer.clone(), note: "note".to_owned() },
        state(LinkState::Unknown, None),
        state(LinkState::Reachable, Some(0)),
        GateToDesk::Refused { peer: peer.clone(), reason: "not an exchange".to_owned() },
    ];
    let classes = [
        ErrorClass::Connect,
        ErrorClass::Handshake,
        ErrorClass::Timeout,
        ErrorClass::Protocol,
        ErrorClass::Busy,
        ErrorClass::Refused,
    ];
    all.extend(classes.map(|error| state(LinkState::Waiting { retry_in_s: 60, error }, Some(u64::MAX))));
    all
}

#[test]
fn the_desk_reads_what_the_gate_says() {
    for said in said() {
        assert_eq!(GateToDesk::decode(unframed(&said.encode().unwrap())).unwrap(), said);
    }
}

#[test]
fn every_frame_that_is_cut_off_or_longer_is_refused() {
    let mut frames: Vec<(Vec<u8>, bool)> =
        said().iter().map(|said| (unframed(&said.encode().unwrap()).to_vec(), true)).collect();
    frames.push((unframed(&configuration().encode().unwrap()).to_vec(), false));
    for (frame, from_gate) in frames {
        let read = |bytes: &[u8]| match from_gate {
            true => GateToDesk::decode(bytes).map(|_| ()),
            false => Order::decode(bytes).map(|_| ()),
        };
        assert_eq!(read(&frame), Ok(()));
        for end in 0..frame.len() {
            assert!(read(&frame[..end]).is_err(), "cut off at {end}");
        }
        assert_eq!(read(&[&frame[..], b"x"].concat()), Err(WireError::TrailingBytes { bytes: 1 }));
        let (other, kind) = match from_gate {
            true => (Order::decode(&frame).map(|_| ()), frame[0]),
            false => (GateToDesk::decode(&frame).map(|_| ()), frame[0]),
        };
        assert_eq!(other, Err(WireError::UnknownKind { kind }), "the two directions do not mix");
    }
}

#[test]
fn frames_have_a_length_between_one_and_twenty_mebibytes() {
    for (length, good) in [
        (0u32, false),
        (1, true),
        (FRAME_BYTES_MAX as u32, true),
        (FRAME_BYTES_MAX as u32 + 1, false),
        (u32::MAX, false),
    ] {
        assert_eq!(frame_length(length.to_be_bytes()).is_ok(), good, "{length}");
    }
}

#[test]
fn writers_refuse_what_readers_would() {
    let long = "n".repeat(NOTE_BYTES_MAX + 1);
    assert!(GateToDesk::ArrivedCheckpoint { peer: peer().code, note: long.clone() }.encode().is_err());
    assert!(ExchangeResponse { next_seq: 0, cosignature: Some(long), checkpoint: None }.encode().is_err());
    let many = DeskToGate::Erase { peer: peer().code, seqs: vec![0; 100_001] };
    assert!(many.encode().is_err());
}

fn request(entries: Vec<Vec<u8>>) -> ExchangeRequest {
    ExchangeRequest {
        origin: "comity.link/a/b/0".to_owned(),
        from_seq: 5,
        entries,
        checkpoint: Some("checkpoint".to_owned()),
        cosignature: None,
    }
}

#[test]
fn an_exchange_is_read_as_it_was_written() {
    for entries in [vec![], vec![vec![1; 10]], vec![vec![1; 10], vec![], vec![2; 70_000]]] {
        let request = request(entries);
        assert_eq!(ExchangeRequest::decode(&request.encode().unwrap()), Ok(request));
    }
    let response = ExchangeResponse { next_seq: 7, cosignature: None, checkpoint: Some("checkpoint".to_owned()) };
    assert_eq!(ExchangeResponse::decode(&response.encode().unwrap()), Ok(response.clone()));
    let bytes = response.encode().unwrap();
    for end in 0..bytes.len() {
        assert!(ExchangeResponse::decode(&bytes[..end]).is_err());
    }
    assert!(ExchangeResponse::decode(&[&bytes[..], b"x"].concat()).is_err());
}

#[test]
fn exchanges_over_a_limit_are_refused() {
    let too_many = request(vec![vec![]; BATCH_ENTRIES_MAX + 1]);
    assert!(too_many.encode().is_err());
    let too_long = request(vec![vec![0; BATCH_BYTES_MAX], vec![0]]);
    assert!(too_long.encode().is_err());
    assert!(request(vec![vec![0; BATCH_BYTES_MAX + 1]]).encode().is_ok(), "one entry may be longer than a batch");
    for from_seq in [u64::MAX, u64::MAX - 1, 1 << 62] {
        assert!(ExchangeRequest { from_seq, ..request(vec![vec![1]]) }.encode().is_err());
    }
    let mut bytes = request(vec![]).encode().unwrap();
    bytes[0] = 9;
    assert_eq!(ExchangeRequest::decode(&bytes), Err(WireError::Version { found: 9, spoken: 1 }));
    let mut far = ExchangeResponse { next_seq: 0, cosignature: None, checkpoint: None }.encode().unwrap();
    far[1..9].fill(0xff);
    assert!(ExchangeResponse::decode(&far).is_err());
}

proptest! {
    #[test]
    fn no_bytes_crash_a_reader(bytes in prop::collection::vec(any::<u8>(), 0..300), kind in 0u8..80) {
        let _ = ExchangeRequest::decode(&bytes);
        let _ = ExchangeResponse::decode(&bytes);
        let frame = [&[kind][..], &bytes].concat();
        let _ = Order::decode(&frame);
        if let Ok(said) = GateToDesk::decode(&frame) {
            // One spelling: what is read is written back as it was.
            let written = said.encode().unwrap();
            prop_assert_eq!(unframed(&written), &frame[..]);
        }
    }
}
