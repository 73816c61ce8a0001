//! Fictional indicators, and lines in which one in a thousand holds the value of one.

use serde_json::json;
use std::io::{BufWriter, Write};
use std::path::Path;

/// SplitMix64's last step: a number that looks like chance and is always the same.
fn mixed(number: u64) -> u64 {
    let mut z = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// An address of a network that means something: those that say nothing are set aside.
fn address(number: u64) -> String {
    let [a, b, c, d, ..] = mixed(number).to_be_bytes();
    format!("{}.{b}.{c}.{d}", 11 + u16::from(a) % 80)
}

fn name(number: u64) -> String {
    format!("h{:x}.fictional.example", mixed(number) & 0xffff_ffff_ffff)
}

fn hash(number: u64) -> String {
    format!("{:016x}{:016x}", mixed(number), mixed(number ^ 0x5eed))
}

/// Returns the numbered indicator's pattern: four in ten ask for an address, three for a name, three for a hash.
pub fn pattern(number: u64) -> String {
    match number % 10 {
        0..=3 => format!("[ipv4-addr:value = '{}']", address(number)),
        4..=6 => format!("[domain-name:value = '{}']", name(number)),
        _ => format!("[file:hashes.MD5 = '{}']", hash(number)),
    }
}

/// Writes indicators from one number to before another as a bundle.
pub fn bundle(path: &Path, from: u64, to: u64) -> std::io::Result<()> {
    let mut sink = BufWriter::with_capacity(1 << 20, std::fs::File::create(path)?);
    sink.write_all(b"{\"type\":\"bundle\",\"id\":\"bundle--5d0092c5-5f74-4287-9642-33f4c354e56d\",\"objects\":[\n")?;
    for number in from..to {
        let id = uuid::Builder::from_random_bytes(
            (u128::from(mixed(number ^ 0xa5a5)) << 64 | u128::from(mixed(number ^ 0x5a5a))).to_be_bytes(),
        )
        .into_uuid();
        let object = json!({
            "type": "indicator", "spec_version": "2.1", "id": format!("indicator--{id}"),
            "created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z",
            "name": format!("Indicator {number}"), "indicator_types": ["malicious-activity"],
            "pattern": pattern(number), "pattern_type": "stix", "valid_from": "2026-01-01T00:00:00Z",
        });
        let comma = if number > from { ",\n" } else { "" };
        write!(sink, "{comma}{object}")?;
    }
    sink.write_all(b"\n]}\n")?;
    sink.flush()
}

/// How lines are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Simple,
    Ecs,
    Stix,
}

impl Kind {
    pub const ALL: [Kind; 3] = [Kind::Simple, Kind::Ecs, Kind::Stix];

    /// The mapping that reads them.
    pub fn mapping(self) -> &'static str {
        match self {
            Kind::Simple => "simple",
            Kind::Ecs => "ecs",
            Kind::Stix => "stix",
        }
    }

    /// Writes so many lines. Another run has other times, so that nothing is counted before.
    pub fn write(self, path: &Path, lines: u64, indicators: u64, run: u64) -> std::io::Result<()> {
        let mut sink = BufWriter::with_capacity(1 << 20, std::fs::File::create(path)?);
        for number in 0..lines {
            let known = number % 1_000 == 7;
            // Numbers above those of the indicators are of nobody.
            let from = |kind: u64| {
                if known { mixed(number) % indicators / 10 * 10 + kind } else { indicators * 4 + number * 10 + kind }
            };
            let second = number % 86_400;
            let time = format!(
                "2026-03-{:02}T{:02}:{:02}:{:02}Z",
                1 + run % 28,
                second / 3_600,
                second / 60 % 60,
                second % 60
            );
            match self {
                Kind::Simple => match number % 2 {
                    0 => writeln!(sink, "ip-dst,{},{time}", address(from(0)))?,
                    _ => writeln!(sink, "domain,{},{time}", name(from(4)))?,
                },
                Kind::Ecs => {
                    let line = json!({
                        "@timestamp": time, "ecs": { "version": "8.11" }, "event": { "category": ["network"], "kind": "event" },
                        "source": { "ip": format!("10.1.{}.{}", number % 200, number % 250), "port": 40_000 + number % 20_000, "bytes": 512 },
                        "destination": { "ip": address(from(0)), "port": 443 },
                        "network": { "transport": "tcp", "protocol": "tls" },
                        "dns": { "question": { "name": name(indicators * 8 + number) } },
                        "host": { "name": "sensor-4" },
                    });
                    writeln!(sink, "{line}")?;
                }
                Kind::Stix => {
                    let line = json!({
                        "type": "observed-data", "spec_version": "2.0",
                        "id": format!("observed-data--5d0092c5-5f74-4287-9642-{:012x}", number + run * lines),
                        "created": time, "modified": time, "first_observed": time, "last_observed": time, "number_observed": 1,
                        "objects": {
                            "0": { "type": "ipv4-addr", "value": address(from(0)) },
                            "1": { "type": "domain-name", "value": name(indicators * 8 + number) },
                            "2": { "type": "file", "hashes": { "MD5": hash(indicators * 8 + number) }, "name": "update.bin" },
                        },
                    });
                    writeln!(sink, "{line}")?;
                }
            }
        }
        sink.flush()
    }
}
