//! The token in an `Authorization` header: `Bearer`, or the password of HTTP Basic (RFC 7617), with any user name.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The header is not one of the two forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected Bearer TOKEN, or Basic with the token as password")]
pub struct Malformed;

/// Returns the token of one header value.
///
/// # Errors
/// [`Malformed`] for another scheme, and for Basic that is not base64 of UTF-8 with a colon and without NUL.
pub fn token(header: &str) -> Result<String, Malformed> {
    let (scheme, rest) = header.split_once(' ').ok_or(Malformed)?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Ok(rest.trim().to_owned());
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(Malformed);
    }
    let bytes = STANDARD.decode(rest.trim()).map_err(|_| Malformed)?;
    let pair = String::from_utf8(bytes).map_err(|_| Malformed)?;
    let (_, password) = pair.split_once(':').ok_or(Malformed)?;
    if pair.contains('\0') { Err(Malformed) } else { Ok(password.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_forms_and_no_other() {
        let basic = |pair: &[u8]| format!("Basic {}", STANDARD.encode(pair));
        for (header, expected) in [
            ("Bearer abc".to_owned(), Ok("abc")),
            ("bearer  abc ".to_owned(), Ok("abc")),
            (basic(b"tool:abc"), Ok("abc")),
            (basic(b":a:b"), Ok("a:b")),
            (basic(b"no colon"), Err(Malformed)),
            (basic(b"tool:a\0b"), Err(Malformed)),
            (basic(b"tool:\xff"), Err(Malformed)),
            ("Basic ???".to_owned(), Err(Malformed)),
            ("Digest abc".to_owned(), Err(Malformed)),
            ("abc".to_owned(), Err(Malformed)),
            (String::new(), Err(Malformed)),
        ] {
            assert_eq!(token(&header), expected.map(str::to_owned), "{header}");
        }
    }
}
