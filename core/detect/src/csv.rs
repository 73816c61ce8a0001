//! One line of comma-separated values (RFC 4180), borrowed where it can be.
//!
//! Guarantees: a quote that is never closed, or stands where none may, is an error; a record never spans lines.

use std::borrow::Cow;

/// Columns of a line at most.
pub(crate) const COLUMNS_MAX: usize = 1_000;

/// Why a line is no record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A quote that is not closed, or something behind a closing one; the byte, from 0.
    Quote(usize),
    /// More columns than are allowed.
    Columns,
}

/// Takes the blanks away from both ends; of most texts a look at the ends says that there are none.
pub(crate) fn trimmed(text: &str) -> &str {
    let is_plain = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_graphic);
    if is_plain(text.as_bytes().first()) && is_plain(text.as_bytes().last()) { text } else { text.trim() }
}

/// Splits a line. A field is quoted where it begins with a quote; two quotes in it are one.
pub(crate) fn split(line: &str, delimiter: u8) -> Result<Vec<Cow<'_, str>>, Fault> {
    let mut fields = Vec::with_capacity(8);
    let mut at = 0;
    loop {
        if fields.len() >= COLUMNS_MAX {
            return Err(Fault::Columns);
        }
        let rest = line.get(at..).unwrap_or_default();
        let (field, length) = match rest.strip_prefix('"') {
            Some(inside) => quoted(inside).map(|(field, end)| (field, end + 1)).ok_or(Fault::Quote(at))?,
            None => {
                let end = rest.bytes().position(|byte| byte == delimiter).unwrap_or(rest.len());
                (Cow::Borrowed(trimmed(rest.get(..end).unwrap_or_default())), end)
            }
        };
        fields.push(field);
        at += length;
        match line.as_bytes().get(at) {
            None => return Ok(fields),
            Some(byte) if *byte == delimiter => at += 1,
            Some(_) => return Err(Fault::Quote(at)),
        }
    }
}

/// Returns the field whose text begins behind its opening quote, and the index behind its closing one.
fn quoted(inside: &str) -> Option<(Cow<'_, str>, usize)> {
    let mut owned: Option<String> = None;
    let mut from = 0;
    loop {
        let quote = from + inside.get(from..)?.find('"')?;
        let part = inside.get(from..quote)?;
        if inside.as_bytes().get(quote + 1) == Some(&b'"') {
            let text = owned.get_or_insert_default();
            text.push_str(part);
            text.push('"');
            from = quote + 2;
            continue;
        }
        let field = match owned {
            None => Cow::Borrowed(part),
            Some(mut text) => {
                text.push_str(part);
                Cow::Owned(text)
            }
        };
        return Some((field, quote + 1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines() {
        for (line, expect) in [
            ("a,b,c", Ok(vec!["a", "b", "c"])),
            ("a, b ,", Ok(vec!["a", "b", ""])),
            ("", Ok(vec![""])),
            (",", Ok(vec!["", ""])),
            (r#""a,b"," c ""d"" ",e"#, Ok(vec!["a,b", " c \"d\" ", "e"])),
            (r#""""#, Ok(vec![""])),
            (r#""""""#, Ok(vec!["\""])),
            (r#"a"b,c"#, Ok(vec!["a\"b", "c"])),
            (r#"a,"b"#, Err(Fault::Quote(2))),
            (r#"a,"b""#, Ok(vec!["a", "b"])),
            (r#""a"b,c"#, Err(Fault::Quote(3))),
            ("é,\"ü\"", Ok(vec!["é", "ü"])),
        ] {
            let fields = split(line, b',').map(|fields| fields.into_iter().map(Cow::into_owned).collect::<Vec<_>>());
            assert_eq!(fields, expect.map(|fields| fields.into_iter().map(str::to_owned).collect()), "{line}");
        }
        assert_eq!(split(&",".repeat(COLUMNS_MAX), b',').err(), Some(Fault::Columns));
        assert_eq!(split(&",".repeat(COLUMNS_MAX - 1), b',').map(|fields| fields.len()), Ok(COLUMNS_MAX));
        assert_eq!(split("a;b,c", b';').map(|fields| fields.len()), Ok(2));
    }
}
