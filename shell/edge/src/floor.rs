//! Who is connected, and who still finds a place.
//!
//! Guarantees: no more connections than the limits say, in all and of one address; a place is given back whatever happens; where all
//! are taken, the connection that has rested longest makes room for the one who comes next.

use crate::limits::Limits;
use crate::pulse::Pulse;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// A connection that has rested for less is not taken for another's sake.
const EVICT_AFTER: Duration = Duration::from_secs(1);

/// Who is here.
#[derive(Default)]
pub(crate) struct Floor {
    present: Mutex<Present>,
}

#[derive(Default)]
struct Present {
    next: u64,
    pulses: HashMap<u64, Arc<Pulse>>,
    shares: HashMap<IpAddr, usize>,
}

/// A place on the floor, given back when dropped.
pub(crate) struct Place {
    floor: Arc<Floor>,
    number: u64,
    share: IpAddr,
    pub(crate) pulse: Arc<Pulse>,
}

impl Floor {
    pub(crate) fn enter(self: &Arc<Self>, address: IpAddr, limits: &Limits) -> Option<Place> {
        let share = share_of(address);
        let mut present = self.present.lock().unwrap_or_else(PoisonError::into_inner);
        let exempt = limits.per_address_exempt.iter().any(|one| share_of(*one) == share);
        let of_address = present.shares.get(&share).copied().unwrap_or(0);
        if !exempt && of_address >= limits.per_address_max {
            return None;
        }
        if present.pulses.len() >= limits.connections_max {
            // The place is free when the evicted connection has ended; the one who comes next finds it.
            present.evict_longest_resting();
            return None;
        }
        *present.shares.entry(share).or_default() += 1;
        let number = present.next;
        present.next += 1;
        let pulse = Arc::new(Pulse::new());
        present.pulses.insert(number, pulse.clone());
        drop(present);
        Some(Place { floor: self.clone(), number, share, pulse })
    }
}

impl Present {
    fn evict_longest_resting(&self) {
        let longest = self.pulses.values().filter_map(|pulse| pulse.rested().map(|rested| (rested, pulse)));
        if let Some((rested, pulse)) = longest.max_by_key(|(rested, _)| *rested)
            && rested >= EVICT_AFTER
        {
            pulse.evict.notify_one();
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut present = self.floor.present.lock().unwrap_or_else(PoisonError::into_inner);
        present.pulses.remove(&self.number);
        if let Some(count) = present.shares.get_mut(&self.share) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                present.shares.remove(&self.share);
            }
        }
    }
}

/// Somebody who has one IPv6 address has a whole /64.
fn share_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) if address.is_loopback() => IpAddr::V6(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from(u128::from(address) & !u128::from(u64::MAX))),
    }
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, clippy::panic, reason = "test")]
mod tests {
    use super::{Floor, share_of};
    use crate::Limits;
    use std::net::IpAddr;
    use std::sync::Arc;
    use std::time::Duration;
    use tokio::time::{advance, timeout};

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap_or(IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED))
    }

    #[test]
    fn one_address_does_not_take_every_place() {
        let floor = Arc::new(Floor::default());
        let limits = Limits {
            connections_max: 4,
            per_address_max: 2,
            per_address_exempt: vec![address("10.0.0.9")],
            ..Limits::default()
        };
        let a = floor.enter(address("10.0.0.1"), &limits);
        let b = floor.enter(address("10.0.0.1"), &limits);
        assert!(a.is_some() && b.is_some());
        assert!(floor.enter(address("10.0.0.1"), &limits).is_none(), "its share is used up");
        let c = floor.enter(address("10.0.0.2"), &limits);
        assert!(c.is_some(), "others are unaffected");
        drop(a);
        let proxied: Vec<_> = (0..2).map(|_| floor.enter(address("10.0.0.9"), &limits)).collect();
        assert!(proxied.iter().all(Option::is_some), "an exempt address has no share of its own");
        assert!(floor.enter(address("10.0.0.3"), &limits).is_none(), "all places are taken");
        drop((b, c, proxied));
        let present = floor.present.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        assert!(present.pulses.is_empty() && present.shares.is_empty(), "every place is given back");
    }

    #[tokio::test(start_paused = true)]
    async fn who_has_rested_longest_makes_room() {
        let floor = Arc::new(Floor::default());
        let limits = Limits { connections_max: 3, ..Limits::default() };
        let places: Vec<_> =
            (1..=3).filter_map(|last| floor.enter(address(&format!("10.0.0.{last}")), &limits)).collect();
        let [busy, first, second] = &places[..] else { panic!("three places") };
        busy.pulse.wake();
        first.pulse.rest();
        advance(Duration::from_millis(500)).await;
        second.pulse.rest();
        for (wait_ms, expected) in [(400, [false, false, false]), (200, [false, true, false])] {
            advance(Duration::from_millis(wait_ms)).await;
            assert!(floor.enter(address("10.0.0.4"), &limits).is_none());
            for (place, evicted) in [busy, first, second].into_iter().zip(expected) {
                let notified = timeout(Duration::ZERO, place.pulse.evict.notified()).await.is_ok();
                assert_eq!(notified, evicted, "place {} after {wait_ms} ms", place.number);
            }
        }
    }

    #[test]
    fn shares_go_by_network() {
        assert_eq!(share_of(address("2001:db8::1")), share_of(address("2001:db8::2")));
        assert_ne!(share_of(address("2001:db8:0:1::1")), share_of(address("2001:db8::1")));
        assert_eq!(share_of(address("::ffff:10.0.0.1")), address("10.0.0.1"));
    }
}
