//! External references (§2.5).

use crate::examine::Examiner;
use crate::path::Path;
use crate::rule;
use crate::vocabulary::HASH_ALGORITHM;
use comity_stix::json::tree::Node;

/// Examines one external reference.
pub(super) fn external(ex: &mut Examiner<'_>, node: &Node<'_>, path: &Path<'_>) {
    something_beside_the_name(ex, node, path);
    hash_of_url(ex, node, path);
    algorithms(ex, node, path);
    catalogue_and_number(ex, node, path);
}

/// §2.5: at least one of description, url and external_id.
fn something_beside_the_name(ex: &mut Examiner<'_>, node: &Node<'_>, path: &Path<'_>) {
    if ["description", "url", "external_id"].iter().all(|name| node.property(name).is_none()) {
        ex.found.add(&rule::EXTERNAL_REFERENCE_EMPTY, path);
    }
}

/// §2.5: hashes should be there with a url.
fn hash_of_url(ex: &mut Examiner<'_>, node: &Node<'_>, path: &Path<'_>) {
    if node.property("url").is_some() && node.property("hashes").is_none() {
        ex.found.add(&rule::EXTERNAL_REFERENCE_HASH, path);
    }
}

/// §2.5: only here must the names of algorithms be of the vocabulary.
fn algorithms(ex: &mut Examiner<'_>, node: &Node<'_>, path: &Path<'_>) {
    for (algorithm, _) in node.property("hashes").map(Node::properties).unwrap_or_default() {
        if !HASH_ALGORITHM.has(algorithm) {
            ex.found.add(&rule::REFERENCE_HASH, &path.name("hashes").name(algorithm));
        }
    }
}

/// §4.1.1, §4.19.1: `capec` with CAPEC-number, `cve` with CVE-year-number, and neither number under another name.
fn catalogue_and_number(ex: &mut Examiner<'_>, node: &Node<'_>, path: &Path<'_>) {
    let text = |name| node.property(name).and_then(Node::text);
    let number = text("external_id").unwrap_or_default();
    let lawful = match text("source_name") {
        Some("cve") => is_cve(number),
        Some("capec") => is_capec(number),
        _ => !is_cve(number) && !is_capec(number),
    };
    if !lawful {
        ex.found.add(&rule::CVE, &path.name("external_id"));
    }
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn is_capec(text: &str) -> bool {
    text.strip_prefix("CAPEC-").is_some_and(digits)
}

fn is_cve(text: &str) -> bool {
    let parts = text.strip_prefix("CVE-").and_then(|rest| rest.split_once('-'));
    parts.is_some_and(|(year, number)| year.len() == 4 && digits(year) && number.len() >= 4 && digits(number))
}
