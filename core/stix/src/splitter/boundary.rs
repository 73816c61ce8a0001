//! Finds where a value ends while its bytes arrive, without judging what is inside.

/// How far into a value the bytes have come. It must be fed from the value's first byte on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Boundary {
    depth: usize,
    in_string: bool,
    escaped: bool,
    in_scalar: bool,
}

impl Boundary {
    /// Takes more bytes; returns the index behind the value's end, where it ends in them.
    ///
    /// A number or a word ends before the first byte that cannot belong to it.
    pub fn feed(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            if self.escaped {
                self.escaped = false;
                at += 1;
            } else if self.in_string {
                at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
                self.escaped = bytes.get(at) == Some(&b'\\');
                self.in_string = self.escaped;
                at += 1;
                if !self.in_string && self.depth == 0 {
                    return Some(at);
                }
            } else if self.in_scalar {
                if matches!(byte, b',' | b']' | b'}' | b' ' | b'\t' | b'\r' | b'\n') {
                    return Some(at);
                }
                at += 1;
            } else {
                at += 1;
                match byte {
                    b'"' => self.in_string = true,
                    b'{' | b'[' => self.depth += 1,
                    b'}' | b']' => {
                        self.depth = self.depth.saturating_sub(1);
                        if self.depth == 0 {
                            return Some(at);
                        }
                    }
                    _ if self.depth == 0 => self.in_scalar = true,
                    _ => {}
                }
            }
        }
        None
    }
}
