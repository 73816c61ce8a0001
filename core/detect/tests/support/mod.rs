//! Reads lines and writes what came of them as one text.
#![allow(dead_code, reason = "not every test needs all of it")]

use comity_detect::{LineError, LineReader, Mapping};
use comity_pattern::Observed;
use comity_stix::json::tree::Node;
use comity_vocab::Timestamp;

/// Writes an observation: `type key property=value …`, one line an object; references as keys.
pub fn written(observed: &Observed<'_>) -> String {
    let objects = observed.objects.iter().map(|object| {
        let rest = object.node.properties().iter().filter(|(name, _)| name != "type");
        let rest: Vec<String> = rest.map(|(name, value)| format!("{name}={}", plain(value))).collect();
        format!("{} {} {}", object.object_type, object.key, rest.join(" "))
    });
    objects.collect::<Vec<_>>().join("\n")
}

fn plain(node: &Node<'_>) -> String {
    node.text().map_or_else(|| node.to_json(), str::to_owned)
}

/// Reads a line and returns what its observations are written as.
pub fn read(reader: &mut LineReader, line: &[u8]) -> Result<Vec<String>, LineError> {
    let mut all = Vec::new();
    let told = reader.line(line, &mut |observed| all.push(written(observed)));
    assert_eq!(told.observations as usize, all.len());
    told.whole().map(|_| all)
}

/// What came of a document: each observation with its line, and each refusal likewise.
pub fn read_document(reader: &mut LineReader, text: &[u8]) -> (Vec<String>, Vec<String>) {
    let mut all = Vec::new();
    let told = reader.document(text, &mut |line, observed| all.push(format!("{line}: {}", written(observed))));
    assert_eq!(told.observations as usize, all.len());
    (all, told.named.iter().map(|one| format!("{}: {one}", one.line)).collect())
}

/// A day on which everything in these tests lies behind.
pub fn now() -> Timestamp {
    Timestamp::parse("2026-12-01T00:00:00Z").unwrap()
}

/// Returns a reader of a built-in mapping.
pub fn built_in(name: &str) -> LineReader {
    LineReader::new(Mapping::built_in(name).unwrap(), now())
}
