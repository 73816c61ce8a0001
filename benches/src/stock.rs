//! A deterministic stock of fictional indicators and observables, of any size, written without holding it.
//!
//! Guarantees: the same seed gives the same bytes; identifiers and times are lawful, observables carry the deterministic
//! identifiers of STIX 2.1 §2.9; addresses and domains are those reserved for documentation.

use std::fmt::Write as _;
use std::io::{self, Write};
use uuid::Uuid;

/// The namespace of STIX 2.1 §2.9.
const NAMESPACE: Uuid = Uuid::from_u128(0x00ab_edb4_aa42_466c_9c01_fed2_3315_a9b7);
const AUTHORS: usize = 20;

const WORDS: [&str; 64] = [
    "access",
    "actor",
    "agent",
    "archive",
    "beacon",
    "border",
    "browser",
    "campaign",
    "carrier",
    "channel",
    "cipher",
    "command",
    "consignment",
    "courier",
    "credential",
    "delivery",
    "document",
    "domain",
    "encrypted",
    "exchange",
    "exfiltration",
    "fictional",
    "forged",
    "freight",
    "frontier",
    "gateway",
    "harbour",
    "host",
    "implant",
    "ingress",
    "invoice",
    "kernel",
    "ledger",
    "loader",
    "manifest",
    "merchant",
    "module",
    "network",
    "operator",
    "package",
    "passport",
    "payload",
    "persistent",
    "pipeline",
    "proxy",
    "quayside",
    "redirect",
    "registry",
    "relay",
    "remote",
    "sample",
    "scheduled",
    "script",
    "server",
    "session",
    "shipment",
    "staging",
    "station",
    "tunnel",
    "update",
    "vessel",
    "warehouse",
    "weekly",
    "yard",
];

/// How much to write.
#[derive(Clone, Copy, Debug)]
pub enum Size {
    /// So many objects.
    Objects(usize),
    /// Objects until the file has so many bytes.
    Bytes(u64),
}

/// SplitMix64: small, fast, the same everywhere.
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn uuid(&mut self) -> Uuid {
        let bytes = (u128::from(self.next()) << 64 | u128::from(self.next())).to_be_bytes();
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }

    fn word(&mut self) -> &'static str {
        let n = self.below(WORDS.len() as u64) as usize;
        WORDS.get(n).copied().unwrap_or("word")
    }

    fn words(&mut self, count: u64) -> String {
        let mut text = String::new();
        for n in 0..count {
            if n > 0 {
                text.push(' ');
            }
            text.push_str(self.word());
        }
        text
    }

    /// A time in 2024 or 2025, to the millisecond.
    fn time(&mut self) -> String {
        let (year, month, day) = (2024 + self.below(2), 1 + self.below(12), 1 + self.below(28));
        let (hour, minute, second) = (self.below(24), self.below(60), self.below(60));
        format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}Z", self.below(1000))
    }

    fn hex(&mut self, digits: usize) -> String {
        let mut text = String::new();
        while text.len() < digits {
            let _ = write!(text, "{:016x}", self.next());
        }
        text.truncate(digits);
        text
    }

    fn address(&mut self) -> String {
        let net = ["192.0.2", "198.51.100", "203.0.113"];
        let net = net.get(self.below(3) as usize).copied().unwrap_or("192.0.2");
        format!("{net}.{}", self.below(256))
    }

    fn domain(&mut self) -> String {
        format!("{}-{}-{}.example", self.word(), self.word(), self.hex(6))
    }
}

/// Writes a bundle and returns how many objects it holds.
///
/// # Errors
/// From the sink.
pub fn write(sink: impl Write, size: Size, seed: u64) -> io::Result<usize> {
    let mut sink = io::BufWriter::with_capacity(1 << 20, sink);
    let mut draw = Draw(seed);
    let head = format!("{{\"type\":\"bundle\",\"id\":\"bundle--{}\",\"objects\":[\n", draw.uuid());
    sink.write_all(head.as_bytes())?;
    let authors: Vec<String> = (0..AUTHORS).map(|_| format!("identity--{}", draw.uuid())).collect();
    let (mut objects, mut bytes) = (0usize, head.len() as u64);
    let full = |objects: usize, bytes: u64| match size {
        Size::Objects(count) => objects >= count,
        Size::Bytes(count) => bytes >= count,
    };
    while !full(objects, bytes) {
        let object = match authors.get(objects) {
            Some(id) => identity(&mut draw, id),
            None if draw.below(10) < 7 => indicator(&mut draw, &authors),
            None => observable(&mut draw),
        };
        if objects > 0 {
            sink.write_all(b",\n")?;
        }
        sink.write_all(object.as_bytes())?;
        objects += 1;
        bytes += object.len() as u64 + 2;
    }
    sink.write_all(b"\n]}\n")?;
    sink.flush()?;
    Ok(objects)
}

fn identity(draw: &mut Draw, id: &str) -> String {
    let at = draw.time();
    format!(
        r#"{{"type":"identity","spec_version":"2.1","id":"{id}","created":"{at}","modified":"{at}","name":"{} {}","identity_class":"organization"}}"#,
        draw.word(),
        draw.hex(4)
    )
}

fn indicator(draw: &mut Draw, authors: &[String]) -> String {
    let author = authors.get(draw.below(AUTHORS as u64) as usize).map_or("", String::as_str);
    let (kind, pattern) = match draw.below(4) {
        0 => ("anomalous-activity", format!("[ipv4-addr:value = '{}']", draw.address())),
        1 => ("malicious-activity", format!("[domain-name:value = '{}']", draw.domain())),
        2 => ("malicious-activity", format!("[file:hashes.'SHA-256' = '{}']", draw.hex(64))),
        _ => ("compromised", format!("[url:value = 'https://{}/{}']", draw.domain(), draw.word())),
    };
    let (name, text) = (draw.words(4), draw.words(12));
    let (confidence, serial) = (draw.below(101), draw.hex(8));
    let (from, phase) = (draw.time(), if draw.below(2) == 0 { "delivery" } else { "command-and-control" });
    let tlp = match draw.below(3) {
        0 => "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
        1 => "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
        _ => "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
    };
    format!(
        r#"{{"type":"indicator","spec_version":"2.1","id":"indicator--{}","created_by_ref":"{author}","created":"{from}","modified":"{from}","name":"{name} {serial}","description":"{text}.","indicator_types":["{kind}"],"pattern":"{pattern}","pattern_type":"stix","valid_from":"{from}","kill_chain_phases":[{{"kill_chain_name":"lockheed-martin-cyber-kill-chain","phase_name":"{phase}"}}],"confidence":{confidence},"object_marking_refs":["{tlp}"]}}"#,
        draw.uuid()
    )
}

fn observable(draw: &mut Draw) -> String {
    match draw.below(3) {
        0 => {
            let value = draw.domain();
            valued("domain-name", &value)
        }
        1 => {
            let value = format!("https://{}/{}/{}", draw.domain(), draw.word(), draw.hex(8));
            valued("url", &value)
        }
        _ => {
            let hash = draw.hex(64);
            let id = Uuid::new_v5(&NAMESPACE, format!(r#"{{"hashes":{{"SHA-256":"{hash}"}}}}"#).as_bytes());
            format!(
                r#"{{"type":"file","spec_version":"2.1","id":"file--{id}","hashes":{{"SHA-256":"{hash}"}},"size":{}}}"#,
                draw.below(10_000_000)
            )
        }
    }
}

fn valued(kind: &str, value: &str) -> String {
    // The values hold nothing that RFC 8785 would escape, so this text is the canonical form.
    let id = Uuid::new_v5(&NAMESPACE, format!(r#"{{"value":"{value}"}}"#).as_bytes());
    format!(r#"{{"type":"{kind}","spec_version":"2.1","id":"{kind}--{id}","value":"{value}"}}"#)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lawful_and_the_same_every_time() {
        let make = |seed| {
            let mut bytes = Vec::new();
            assert_eq!(write(&mut bytes, Size::Objects(500), seed).unwrap(), 500);
            bytes
        };
        let bytes = make(1);
        assert_eq!(bytes, make(1));
        assert_ne!(bytes, make(2));
        let mut splitter = comity_stix::Splitter::new(comity_stix::Limits::default());
        let mut ids = std::collections::BTreeSet::new();
        splitter
            .push(&bytes, &mut |raw| {
                let facts = comity_stix::inspect(raw.bytes).unwrap();
                let broken: Vec<_> = facts.defects.iter().filter(|defect| !defect.is_note()).collect();
                assert!(broken.is_empty(), "{}: {broken:?}", facts.id);
                assert!(ids.insert(facts.id));
            })
            .unwrap();
        assert_eq!((splitter.finish().unwrap().objects, ids.len()), (500, 500));
    }
}
