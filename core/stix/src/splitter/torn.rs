//! Whether a string runs on into what looks like more JSON: then its closing quote is missing, and what counts as inside of a string
//! is the wrong way round from there on.
//!
//! Guarantees: prose with a line feed that nobody escaped is not taken for it. Does not know: where the value ends.

/// Looks at a value while its bytes arrive, from the first on.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Torn {
    in_string: bool,
    escaped: bool,
    /// Only blanks came since a line feed within the string.
    begins_line: bool,
    /// The last that came is a brace that opens, and blanks.
    opens: bool,
    torn: bool,
}

impl Torn {
    /// Looks at a whole value.
    pub fn of(bytes: &[u8]) -> bool {
        let mut torn = Self::default();
        torn.feed(bytes);
        torn.is_torn()
    }

    /// Looks at more bytes.
    pub fn feed(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if self.torn {
                return;
            }
            let escaped = std::mem::take(&mut self.escaped);
            let opens = std::mem::take(&mut self.opens);
            match byte {
                // Where a string ends behind a brace, it is the name of an object's first property that begins.
                b'"' if self.in_string && !escaped && opens => self.torn = true,
                b'\n' if self.in_string => self.begins_line = true,
                b' ' | b'\t' | b'\r' if self.begins_line || opens => self.opens = opens,
                // A line of prose hardly begins like this, and every line of JSON does.
                b'{' | b'}' | b'[' | b']' | b'"' if self.begins_line => self.torn = true,
                b'"' if !escaped => {
                    self.in_string = !self.in_string;
                    self.begins_line = false;
                }
                b'\\' => {
                    self.escaped = self.in_string && !escaped;
                    self.begins_line = false;
                }
                _ => {
                    self.opens = self.in_string && *byte == b'{';
                    self.begins_line = false;
                }
            }
        }
    }

    /// Tells what was found.
    pub fn is_torn(&self) -> bool {
        self.torn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_quote_is_told_from_a_line_feed_that_nobody_escaped() {
        for (text, torn) in [
            ("{\"a\":\"x}\n{\"b\":1}", true),
            ("{\"a\":\"x,\n  \"b\":1}", true),
            ("{\"a\":\"x\r\n }", true),
            ("{\"a\":\"x\\\"\n}", true),
            ("{\"a\":\"one line\nanother\"}", false),
            ("{\"a\":\"one line\n\"}", true),
            ("{\"a\":\"x},{\"b\":1}", true),
            ("{\"a\":\"x}\n, { \"b\":1}", true),
            ("{\"a\":\"{\\\"b\\\":1},{\\\"c\\\":2}\"}", false),
            ("{\"a\":\"x\",\n\"b\":1}", false),
            ("{\"a\":\"\\\\\",\n\"b\":1}", false),
        ] {
            assert_eq!(Torn::of(text.as_bytes()), torn, "{text}");
            let mut slowly = Torn::default();
            text.as_bytes().chunks(1).for_each(|byte| slowly.feed(byte));
            assert_eq!(slowly.is_torn(), torn, "{text}");
        }
    }
}
