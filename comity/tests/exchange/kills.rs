//! Desk and gate are killed at random moments of an exchange; what was acknowledged is never lost.

use super::{sent, world};
use comity_kit::{kill, wait_until};
use std::time::Duration;

/// xorshift64: the moments are the same for the same seed.
fn next(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

#[test]
fn nothing_acknowledged_is_lost_when_processes_are_killed() {
    let soak = std::env::var_os("COMITY_SOAK").is_some();
    let rounds = if soak { 200 } else { 20 };
    let seed: u64 = std::env::var("COMITY_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(0x5eed_2041);
    println!("seed {seed} (COMITY_SEED), {rounds} rounds");
    let world = world();
    let (first, second) = world.pair();
    let mut state = seed;
    let mut nodes = [Some(first.serve()), Some(second.serve())];
    for round in 0..rounds {
        let (moment, victim) = (next(&mut state) % 120, next(&mut state) % 4);
        sent(&first, "kps", &format!("Vessel arrives under word{round}x tomorrow."));
        // The moment itself is what is tested: how far the exchange has come when the process dies.
        std::thread::sleep(Duration::from_millis(moment));
        let side = (victim / 2) as usize;
        if victim % 2 == 0 {
            nodes[side].take().unwrap().kill_desk();
        } else if let Some(gate) = nodes[side].as_ref().unwrap().gate() {
            kill(gate);
        }
        let receipt = first.link(&second)["out"]["cosigned"].as_u64().unwrap();
        let held = second.link(&first)["in"]["size"].as_u64().unwrap();
        assert!(held >= receipt, "seed {seed} round {round}: receipt for {receipt}, held {held}");
        let node = [&first, &second][side];
        if nodes[side].is_none() {
            nodes[side] = Some(node.serve());
        }
        if round % 5 == 4 {
            for node in [&first, &second] {
                node.ask(&["verify"]);
            }
        }
    }
    wait_until("the exchange completes", || first.receipted(&second) && second.receipted(&first));
    for round in 0..rounds {
        assert_eq!(second.found(&format!("word{round}x")), 1, "seed {seed}: the release of round {round}");
    }
    for node in [&first, &second] {
        node.ask(&["verify"]);
    }
}
