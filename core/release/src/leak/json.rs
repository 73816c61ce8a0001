//! Cuts the final bytes into the strings and numbers they hold, each with its place.
//!
//! Guarantees: every byte that is not structure is in exactly one token. What cannot be read as JSON is one token of its
//! own and reported, so that nothing escapes the check by being malformed.

/// One string, key, number or literal.
pub(super) struct Token {
    /// First byte of the content (after the quote).
    pub start: usize,
    /// First byte after the content (the closing quote).
    pub end: usize,
    /// A string or key, whose escapes count.
    pub quoted: bool,
    /// The name of a property.
    pub key: bool,
    /// Where it is.
    pub node: usize,
}

/// One step from the root.
#[derive(Clone)]
pub(super) enum Step {
    Root,
    /// The token that holds the name.
    Key(usize),
    Index(usize),
}

struct Node {
    parent: usize,
    step: Step,
}

/// The tokens of one part.
pub(super) struct Scan<'a> {
    bytes: &'a [u8],
    pub tokens: Vec<Token>,
    nodes: Vec<Node>,
    /// The part could not be read to its end as JSON.
    pub broken: bool,
}

struct Frame {
    object: bool,
    node: usize,
    next: usize,
}

impl<'a> Scan<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        let mut scan =
            Scan { bytes, tokens: Vec::new(), nodes: vec![Node { parent: 0, step: Step::Root }], broken: false };
        if scan.read().is_none() {
            scan.broken = true;
            scan.tokens.push(Token { start: 0, end: bytes.len(), quoted: false, key: false, node: 0 });
        }
        scan
    }

    /// Reads the part; `None` where it is not JSON.
    fn read(&mut self) -> Option<()> {
        let mut at = 0;
        let mut frames: Vec<Frame> = Vec::new();
        // The node of the value that follows a key.
        let mut pending: Option<usize> = None;
        let mut done = false;
        while let Some(byte) = self.bytes.get(at).copied() {
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' => at += 1,
                _ if done => return None,
                b',' if !frames.is_empty() && pending.is_none() => at += 1,
                b'}' | b']' => {
                    let frame = frames.pop()?;
                    if frame.object != (byte == b'}') || pending.is_some() {
                        return None;
                    }
                    at += 1;
                    done = frames.is_empty();
                }
                b'"' if frames.last().is_some_and(|frame| frame.object) && pending.is_none() => {
                    let end = self.string_end(at + 1)?;
                    let node = self.nodes.len();
                    let parent = frames.last().map_or(0, |frame| frame.node);
                    self.nodes.push(Node { parent, step: Step::Key(self.tokens.len()) });
                    self.tokens.push(Token { start: at + 1, end, quoted: true, key: true, node });
                    pending = Some(node);
                    at = end + 1;
                    while self.bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
                        at += 1;
                    }
                    if self.bytes.get(at) != Some(&b':') {
                        return None;
                    }
                    at += 1;
                }
                _ => {
                    let node = match (pending.take(), frames.last_mut()) {
                        (Some(node), _) => node,
                        (None, Some(frame)) if !frame.object => {
                            let node = self.nodes.len();
                            self.nodes.push(Node { parent: frame.node, step: Step::Index(frame.next) });
                            frame.next += 1;
                            node
                        }
                        (None, None) => 0,
                        (None, Some(_)) => return None,
                    };
                    match byte {
                        b'{' | b'[' => {
                            frames.push(Frame { object: byte == b'{', node, next: 0 });
                            at += 1;
                        }
                        b'"' => {
                            let end = self.string_end(at + 1)?;
                            self.tokens.push(Token { start: at + 1, end, quoted: true, key: false, node });
                            at = end + 1;
                        }
                        _ => {
                            let start = at;
                            while self.bytes.get(at).is_some_and(|b| !b", \t\n\r]}\":{[".contains(b)) {
                                at += 1;
                            }
                            if at == start {
                                return None;
                            }
                            self.tokens.push(Token { start, end: at, quoted: false, key: false, node });
                        }
                    }
                    done = frames.is_empty();
                }
            }
        }
        done.then_some(())
    }

    /// Returns the place of the quote that ends a string.
    fn string_end(&self, start: usize) -> Option<usize> {
        let mut at = start;
        loop {
            at += memchr::memchr2(b'"', b'\\', self.bytes.get(at..)?)?;
            match self.bytes.get(at)? {
                b'"' => return Some(at),
                _ => at += 2,
            }
        }
    }

    /// Returns the bytes of a token as they are written.
    pub fn content(&self, token: &Token) -> &'a [u8] {
        self.bytes.get(token.start..token.end).unwrap_or_default()
    }

    /// Returns the bytes from one place to another.
    pub fn between(&self, from: usize, to: usize) -> &'a [u8] {
        self.bytes.get(from..to).unwrap_or_default()
    }

    /// Calls `push` with every character of a token and the bytes it stands in. Escapes are undone.
    pub fn characters(&self, token: &Token, mut push: impl FnMut(char, u32, u32)) {
        let bytes = self.content(token);
        let base = token.start as u32;
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            let (character, length) = match byte {
                b'\\' if token.quoted => escape(bytes, at),
                byte if byte.is_ascii() => (*byte as char, 1),
                _ => utf8(bytes, at),
            };
            push(character, base + at as u32, base + (at + length) as u32);
            at += length;
        }
    }

    /// Returns the unescaped text of a token.
    pub fn text(&self, token: &Token) -> String {
        let mut text = String::new();
        self.characters(token, |character, _, _| text.push(character));
        text
    }

    /// Returns the steps from the root.
    fn path(&self, mut node: usize) -> Vec<usize> {
        let mut path = Vec::new();
        while node != 0 {
            path.push(node);
            node = self.nodes.get(node).map_or(0, |node| node.parent);
        }
        path.reverse();
        path
    }

    /// Returns the name of the property that a value stands in, however deep in lists; none where it stands in no property.
    pub fn property_of(&self, mut node: usize) -> Option<&'a [u8]> {
        while node != 0 {
            if let Some(name) = self.key_of(node) {
                return Some(name);
            }
            node = self.parent(node);
        }
        None
    }

    /// Returns the node that a node stands in; the root stands in itself.
    pub fn parent(&self, node: usize) -> usize {
        self.nodes.get(node).map_or(0, |node| node.parent)
    }

    /// Returns the number of a node in its list; none where it is in none.
    pub fn number_of(&self, node: usize) -> Option<usize> {
        match self.nodes.get(node)?.step {
            Step::Index(number) => Some(number),
            Step::Root | Step::Key(_) => None,
        }
    }

    /// Returns the name of a node that has one.
    pub fn key_of(&self, node: usize) -> Option<&'a [u8]> {
        match self.nodes.get(node)?.step {
            Step::Key(token) => Some(self.content(self.tokens.get(token)?)),
            Step::Root | Step::Index(_) => None,
        }
    }

    /// Returns the number of the bundle's object that a node is in, and the steps inside that object.
    pub fn place(&self, node: usize) -> (Option<usize>, Vec<usize>) {
        let path = self.path(node);
        if let [list, object, inside @ ..] = path.as_slice()
            && self.key_of(*list) == Some(b"objects")
            && let Some(Step::Index(number)) = self.nodes.get(*object).map(|node| node.step.clone())
        {
            return (Some(number), inside.to_vec());
        }
        (None, path)
    }

    /// Returns of each node the node of the bundle's object that it is in; the root where it is in none.
    pub fn objects(&self) -> Vec<usize> {
        let mut objects = vec![0; self.nodes.len()];
        let list = |node: usize| {
            self.nodes.get(node).is_some_and(|it| it.parent == 0) && self.key_of(node) == Some(b"objects")
        };
        for (number, node) in self.nodes.iter().enumerate().skip(1) {
            // A node stands behind its parent.
            let object = if list(node.parent) { number } else { objects.get(node.parent).copied().unwrap_or(0) };
            if let Some(place) = objects.get_mut(number) {
                *place = object;
            }
        }
        objects
    }

    /// Tells whether a value is one of the standard's own words or an identifier: no part of anything that people write.
    pub fn is_closed(&self, node: usize) -> bool {
        let name = self.key_of(node);
        name.is_some_and(|name| {
            [&b"type"[..], b"id", b"spec_version", b"created", b"modified", b"relationship_type"].contains(&name)
        })
    }

    /// Returns the JSON pointer of a node in the part.
    pub fn pointer_of(&self, node: usize) -> String {
        self.pointer(&self.path(node))
    }

    /// Returns the JSON pointer of steps.
    pub fn pointer(&self, steps: &[usize]) -> String {
        let mut pointer = String::new();
        for step in steps {
            pointer.push('/');
            match self.nodes.get(*step).map(|node| node.step.clone()) {
                Some(Step::Index(number)) => pointer.push_str(&number.to_string()),
                Some(Step::Key(token)) => {
                    let name = self.tokens.get(token).map(|token| self.text(token)).unwrap_or_default();
                    pointer.push_str(&name.replace('~', "~0").replace('/', "~1"));
                }
                Some(Step::Root) | None => {}
            }
        }
        pointer
    }

    /// Tells whether a value stands under a property named `…_ref` or in a list named `…_refs`.
    pub fn is_reference(&self, node: usize) -> bool {
        match self.nodes.get(node) {
            Some(Node { step: Step::Key(_), .. }) => self.key_of(node).is_some_and(|name| name.ends_with(b"_ref")),
            Some(Node { step: Step::Index(_), parent }) => {
                self.key_of(*parent).is_some_and(|name| name.ends_with(b"_refs"))
            }
            Some(Node { step: Step::Root, .. }) | None => false,
        }
    }
}

/// Undoes one JSON escape; what is not one stands for itself.
fn escape(bytes: &[u8], at: usize) -> (char, usize) {
    let simple = |character| (character, 2);
    match bytes.get(at + 1) {
        Some(b'n') => simple('\n'),
        Some(b't') => simple('\t'),
        Some(b'r') => simple('\r'),
        Some(b'b') => simple('\u{8}'),
        Some(b'f') => simple('\u{c}'),
        Some(b'u') => match unit(bytes, at) {
            Some(high @ 0xd800..=0xdbff) => match unit(bytes, at + 6) {
                Some(low @ 0xdc00..=0xdfff) => {
                    let code = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                    (char::from_u32(code).unwrap_or('\u{fffd}'), 12)
                }
                _ => ('\u{fffd}', 6),
            },
            Some(code) => (char::from_u32(code).unwrap_or('\u{fffd}'), 6),
            None => ('\\', 1),
        },
        Some(other) if other.is_ascii() => simple(*other as char),
        _ => ('\\', 1),
    }
}

fn unit(bytes: &[u8], at: usize) -> Option<u32> {
    let digits = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
    digits.iter().try_fold(0u32, |value, digit| Some(value << 4 | (*digit as char).to_digit(16)?))
}

fn utf8(bytes: &[u8], at: usize) -> (char, usize) {
    let rest = bytes.get(at..bytes.len().min(at + 4)).unwrap_or_default();
    let valid = match std::str::from_utf8(rest) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(rest.get(..error.valid_up_to()).unwrap_or_default()).unwrap_or_default(),
    };
    valid.chars().next().map_or(('\u{fffd}', 1), |character| (character, character.len_utf8()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_have_places() {
        let bytes =
            br#"{"type":"bundle","objects":[{"id":"a","x":[1,{"y_ref":"\u00e9\ud83d\ude00"}],"s_refs":["q"]}]}"#;
        let scan = Scan::new(bytes);
        assert!(!scan.broken);
        let shown: Vec<String> = scan
            .tokens
            .iter()
            .filter(|token| !token.key)
            .map(|token| {
                let (object, steps) = scan.place(token.node);
                format!("{object:?} {} {} {}", scan.pointer(&steps), scan.text(token), scan.is_reference(token.node))
            })
            .collect();
        assert_eq!(
            shown,
            [
                "None /type bundle false",
                "Some(0) /id a false",
                "Some(0) /x/0 1 false",
                "Some(0) /x/1/y_ref é😀 true",
                "Some(0) /s_refs/0 q true",
            ]
        );
    }

    #[test]
    fn what_is_not_json_is_one_token() {
        for text in [&b"{"[..], b"", b"[1}", b"{\"a\" 1}", b"{\"a", b"[] []", b"{\"a\":\"\\"] {
            let scan = Scan::new(text);
            assert!(scan.broken, "{text:?}");
            assert!(scan.tokens.iter().any(|token| token.end == text.len() && token.start == 0));
        }
    }
}
