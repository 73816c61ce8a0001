//! Media types (§3.7): which answers a client takes, and what a client says it sends.

/// What every answer is.
pub const MEDIA_TYPE: &str = "application/taxii+json;version=2.1";
/// What the objects in it are.
pub const STIX_MEDIA_TYPE: &str = "application/stix+json;version=2.1";

/// The type, its subtype, and its parameters in lower case.
fn parts(range: &str) -> (String, impl Iterator<Item = (String, String)>) {
    let mut pieces = range.split(';');
    let name = pieces.next().unwrap_or_default().trim().to_ascii_lowercase();
    let parameters = pieces.map(|piece| {
        let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
        (name.trim().to_ascii_lowercase(), value.trim().trim_matches('"').to_ascii_lowercase())
    });
    (name, parameters)
}

fn takes(range: &str) -> bool {
    let (name, parameters) = parts(range);
    let ours = name == "application/taxii+json";
    if !ours && name != "*/*" && name != "application/*" {
        return false;
    }
    parameters.into_iter().all(|(name, value)| match name.as_str() {
        "version" => value == "2.1",
        // RFC 9110 §12.4.2: a weight of nothing but zeros means "not this".
        "q" => value.bytes().any(|byte| (b'1'..=b'9').contains(&byte)),
        _ => true,
    })
}

/// Tells whether a client that sent these `Accept` headers takes our answers; one that sent none does.
pub fn accepted<'h>(accept: impl IntoIterator<Item = &'h str>) -> bool {
    let mut said = false;
    for range in accept.into_iter().flat_map(|value| value.split(',')).filter(|range| !range.trim().is_empty()) {
        said = true;
        if takes(range) {
            return true;
        }
    }
    !said
}

/// Tells whether a body of this `Content-Type` is TAXII 2.1.
pub fn is_taxii(content_type: &str) -> bool {
    let (name, parameters) = parts(content_type);
    name == "application/taxii+json" && parameters.into_iter().all(|(name, value)| name != "version" || value == "2.1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_clients_take() {
        let check =
            |accept: &[&str], expected: bool| assert_eq!(accepted(accept.iter().copied()), expected, "{accept:?}");
        check(&[], true);
        check(&[""], true);
        check(&["*/*"], true);
        check(&["application/*"], true);
        check(&["application/taxii+json"], true);
        check(&["application/taxii+json;version=2.1"], true);
        check(&["application/taxii+json; version=2.1"], true);
        check(&["Application/TAXII+JSON; Version=\"2.1\""], true);
        check(&["text/html, application/taxii+json;version=2.1;q=0.5"], true);
        check(&["text/html", "*/*;q=0.1"], true);
        check(&["application/taxii+json;version=2.0"], false);
        check(&["application/taxii+json;version=2.2"], false);
        check(&["application/vnd.oasis.taxii+json; version=2.0"], false);
        check(&["application/json"], false);
        check(&["*/*;q=0"], false);
        check(&["*/*;q=0.000"], false);
        check(&["text/*"], false);
    }

    #[test]
    fn what_clients_send() {
        for (content_type, expected) in [
            ("application/taxii+json;version=2.1", true),
            ("application/taxii+json", true),
            ("application/taxii+json; version=2.0", false),
            ("application/json", false),
            ("", false),
            ("text/xml", false),
        ] {
            assert_eq!(is_taxii(content_type), expected, "{content_type}");
        }
    }
}
