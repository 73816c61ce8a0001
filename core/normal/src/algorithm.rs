//! Names of hash algorithms: `SHA256`, `sha-256` and `sha_256` are `SHA-256` (STIX 2.1 §10.7).

/// The names of the standard, and what is left of each without marks and capitals.
const NAMES: [(&str, &str); 15] = [
    ("md5", "MD5"),
    ("sha1", "SHA-1"),
    ("sha224", "SHA-224"),
    ("sha256", "SHA-256"),
    ("sha384", "SHA-384"),
    ("sha512", "SHA-512"),
    ("sha3224", "SHA3-224"),
    ("sha3256", "SHA3-256"),
    ("sha3384", "SHA3-384"),
    ("sha3512", "SHA3-512"),
    ("ssdeep", "SSDEEP"),
    ("tlsh", "TLSH"),
    ("imphash", "IMPHASH"),
    ("authentihash", "AUTHENTIHASH"),
    ("ripemd160", "RIPEMD-160"),
];

/// Returns the standard's name of an algorithm; `None` where none is meant.
pub fn algorithm(name: &str) -> Option<&'static str> {
    let mut plain = [0_u8; 16];
    let mut length = 0;
    for byte in name.bytes().filter(|byte| !matches!(byte, b'-' | b'_' | b' ' | b'.')) {
        *plain.get_mut(length)? = byte.to_ascii_lowercase();
        length += 1;
    }
    let plain = plain.get(..length)?;
    NAMES.iter().find(|(short, _)| short.as_bytes() == plain).map(|(_, name)| *name)
}
