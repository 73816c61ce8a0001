//! Reads lines and writes what came of them as one text.
#![allow(dead_code, reason = "not every test needs all of it")]

use comity_detect::{LineError, LineReader, Mapping};
use comity_pattern::Observed;
use comity_stix::json::tree::Node;

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
    let told = reader.line(line, &mut |observed| all.push(written(observed)))?;
    assert_eq!(told as usize, all.len());
    Ok(all)
}

/// Returns a reader of a built-in mapping.
pub fn built_in(name: &str) -> LineReader {
    LineReader::new(Mapping::built_in(name).unwrap())
}
