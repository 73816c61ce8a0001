//! What a path of a pattern is called: `file:hashes.'SHA-256'` is a file hash.
//!
//! Guarantees: an unknown path reads as it is written; nothing is left out. Does not know: values.

/// Types whose `value` needs no further word.
const TYPES: [(&str, &str); 16] = [
    ("ipv4-addr", "IPv4 address"),
    ("ipv6-addr", "IPv6 address"),
    ("domain-name", "domain"),
    ("url", "URL"),
    ("email-addr", "email address"),
    ("email-message", "email"),
    ("mac-addr", "MAC address"),
    ("autonomous-system", "autonomous system"),
    ("windows-registry-key", "registry key"),
    ("x509-certificate", "certificate"),
    ("network-traffic", "network traffic"),
    ("user-account", "account"),
    ("process", "process"),
    ("mutex", "mutex"),
    ("file", "file"),
    ("directory", "directory"),
];

/// Returns what a type of observed object is called.
pub fn type_words(object_type: &str) -> String {
    match TYPES.iter().find(|(name, _)| *name == object_type) {
        Some((_, words)) => (*words).to_owned(),
        None => object_type.replace('-', " "),
    }
}

/// Returns what a path is called.
pub fn path_words(path: &str) -> String {
    let Some((object_type, property)) = path.split_once(':') else { return path.to_owned() };
    let words = type_words(object_type);
    match property {
        "value" => words,
        "name" if object_type == "mutex" => words,
        "key" if object_type == "windows-registry-key" => words,
        "number" if object_type == "autonomous-system" => words,
        _ => match property.strip_prefix("hashes.") {
            Some(hash) => format!("{words} {}", hash.trim_matches('\'')),
            None => format!("{words} {}", property.replace('_', " ")),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::path_words;

    #[test]
    fn words_of_paths() {
        for (path, expected) in [
            ("ipv4-addr:value", "IPv4 address"),
            ("file:hashes.'SHA-256'", "file SHA-256"),
            ("file:hashes.MD5", "file MD5"),
            ("file:name", "file name"),
            ("network-traffic:dst_port", "network traffic dst port"),
            ("x-own-thing:value", "x own thing"),
            ("nonsense", "nonsense"),
        ] {
            assert_eq!(path_words(path), expected);
        }
    }
}
