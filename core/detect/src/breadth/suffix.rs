//! Names under which everybody may register: top-level domains, and the general names that registries of countries keep below theirs.
//!
//! Guarantees: no name that one party holds is called a suffix, but for the few general words below a country's domain.

use crate::warning::top_level_domains;

/// General second-level names of country registries, such as `co` of `co.uk` and `com` of `com.br`.
const GENERAL: [&str; 24] = [
    "ac", "co", "com", "edu", "firm", "gen", "go", "gob", "gouv", "gov", "govt", "ind", "info", "ltd", "me", "mil",
    "ne", "net", "nom", "or", "org", "plc", "sch", "web",
];

/// Tells whether a name is a top-level domain, or a general name below that of a country.
pub(super) fn is_public_suffix(name: &str) -> bool {
    let name = name.trim().trim_matches('.').to_ascii_lowercase();
    match name.rsplit_once('.') {
        None => top_level_domains().contains(name.as_str()),
        Some((general, country)) => {
            country.len() == 2 && GENERAL.contains(&general) && top_level_domains().contains(country)
        }
    }
}
