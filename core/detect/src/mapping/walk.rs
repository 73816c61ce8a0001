//! The values of fields in one JSON object, found while it is read: nothing is made of what no field asks for.
//!
//! Guarantees: finds what [`Fields::hits`] finds in the tree of the same object, in the same order; bytes are refused for the same
//! reasons. Does not know: other forms than one object, such as lists and wrappers around it.

use super::fields::{ALONE, Branch, Fields, Hit, is_absent};
use comity_stix::json::tree::Node;
use comity_stix::json::{JsonError, Limits, Text, Visitor, Walker};

/// Names by which wrappers are known (`unwrap.rs`).
const WRAPPING: [&[u8]; 3] = [b"hits", b"_source", b"_index"];

/// Values of a usual line, few enough to be found memory for at once.
const USUAL: usize = 16;

/// A value of a field. What should be a single value and is an object is an empty one here.
pub(crate) struct Scalar<'n> {
    field: u16,
    index: u32,
    node: Node<'n>,
}

impl<'n> Scalar<'n> {
    /// Lends it as what objects are made of.
    pub(crate) fn hit(&'n self) -> Hit<'n> {
        Hit { field: self.field, index: self.index, node: &self.node }
    }
}

impl Fields {
    /// Reads an object and returns every value of every field in it; `None` where it may be what a tool puts around records, of which a
    /// tree must be made.
    ///
    /// # Errors
    /// [`JsonError`] where the bytes are not one strict JSON value.
    pub(crate) fn read<'n>(
        &self,
        walker: &mut Walker,
        line: &'n [u8],
        limits: &Limits,
    ) -> Result<Option<Vec<Scalar<'n>>>, JsonError> {
        let found = Vec::with_capacity(USUAL);
        let mut finder = Finder { root: self.root(), open: Vec::with_capacity(8), next: None, found, wraps: false };
        walker.walk(line, limits, &mut finder)?;
        Ok((!finder.wraps).then_some(finder.found))
    }
}

/// A container that is open.
struct Level<'f> {
    /// Where its names go on; nothing where no field is inside.
    branch: Option<&'f Branch>,
    /// Where in a list it stands, or the object around it.
    index: u32,
    /// The place of the next item, where it is a list.
    place: Option<u32>,
}

struct Finder<'f, 'n> {
    root: &'f Branch,
    open: Vec<Level<'f>>,
    /// Where the property goes on whose name was read last.
    next: Option<&'f Branch>,
    found: Vec<Scalar<'n>>,
    /// Whether there is a name that wrappers have.
    wraps: bool,
}

impl<'f, 'n> Finder<'f, 'n> {
    /// Says where the value that comes now belongs.
    fn here(&mut self) -> (Option<&'f Branch>, u32) {
        let Some(level) = self.open.last_mut() else { return (Some(self.root), ALONE) };
        match &mut level.place {
            None => (self.next, level.index),
            Some(place) => {
                // Of lists in lists the outer one counts: it is the objects in it that belong together.
                let index = if level.index == ALONE { *place } else { level.index };
                *place = place.saturating_add(1).min(ALONE - 1);
                (level.branch, index)
            }
        }
    }

    fn value(&mut self, make: impl FnOnce() -> Node<'n>) {
        let (branch, index) = self.here();
        let Some(field) = branch.and_then(|branch| branch.field) else { return };
        let node = make();
        if !is_absent(&node) {
            self.found.push(Scalar { field, index, node });
        }
    }
}

impl<'n> Visitor<'n> for Finder<'_, 'n> {
    fn begin_object(&mut self) {
        let (branch, index) = self.here();
        let inside = branch.filter(|branch| !branch.next.is_empty());
        if let (None, Some(field)) = (inside, branch.and_then(|branch| branch.field)) {
            self.found.push(Scalar { field, index, node: Node::Object(Vec::new()) });
        }
        self.open.push(Level { branch: inside, index, place: None });
    }

    fn end_object(&mut self) {
        self.open.pop();
    }

    fn begin_array(&mut self) {
        let (branch, index) = self.here();
        self.open.push(Level { branch, index, place: Some(0) });
    }

    fn end_array(&mut self) {
        self.open.pop();
    }

    fn key(&mut self, text: Text<'n>) {
        let branch = self.open.last().and_then(|level| level.branch);
        let name = text.bytes();
        self.next = branch.and_then(|branch| branch.follow(&name));
        if self.open.len() == 1 && WRAPPING.iter().any(|wrapping| **wrapping == *name) {
            self.wraps = true;
        }
    }

    fn string(&mut self, text: Text<'n>) {
        self.value(|| Node::String(text.unescaped()));
    }

    fn number(&mut self, text: &'n [u8]) {
        self.value(|| Node::Number(std::str::from_utf8(text).unwrap_or_default()));
    }

    fn literal(&mut self, value: Option<bool>) {
        self.value(|| value.map_or(Node::Null, Node::Bool));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "test")]

    use super::*;

    fn fields() -> Fields {
        let mut fields = Fields::default();
        for name in ["@timestamp", "source.ip", "source.port", "a", "a.b", "list", "list.name", "dns.answers.data"] {
            fields.number(name);
        }
        fields
    }

    /// Field, index and value.
    type Found = Vec<(u16, u32, String)>;

    fn both(line: &str) -> (Found, Found) {
        let fields = fields();
        let node = Node::parse(line.as_bytes(), &Limits::default()).unwrap();
        let said = |hit: Hit<'_>| {
            let value = if matches!(hit.node, Node::Object(_)) { "an object".to_owned() } else { hit.node.to_json() };
            (hit.field, hit.index, value)
        };
        let scalars = fields.read(&mut Walker::default(), line.as_bytes(), &Limits::default()).unwrap().unwrap();
        (scalars.iter().map(|scalar| said(scalar.hit())).collect(), fields.hits(&node).into_iter().map(said).collect())
    }

    #[test]
    fn finds_what_the_tree_gives() {
        let mut found = 0;
        for line in [
            r#"{"@timestamp":"2026-03-16T09:14:00Z","source":{"ip":"192.0.2.1","port":80,"x":{"ip":1}},"other":[1,{"a":2}]}"#,
            r#"{"source.ip":"192.0.2.1","source.port":"-","source":{"ip":["192.0.2.2",["192.0.2.3",null],"192.0.2.4"]}}"#,
            r#"{"a":1,"list":[{"name":"x"},{"name":["y","z"]},3,[{"name":true},{"name":""}]]}"#,
            r#"{"a":{"b":{"c":1}},"list":{"name":{"deep":[1]}}}"#,
            r#"{"a":{},"dns":{"answers":[{"data":"1"},{"data":"2","type":"A"},{}]},"dns.answers":{"data":"3"}}"#,
            r#"{"\u0061":"\u0041","source":null,"list":[]}"#,
            r#"{}"#,
            r#"[{"a":1},{"a":[2]}]"#,
        ] {
            let (walked, from_tree) = both(line);
            assert_eq!(walked, from_tree, "{line}");
            found += walked.len();
        }
        assert!(found > 20);
    }

    #[test]
    fn leaves_wrappers_to_the_tree() {
        for (line, wraps) in [
            (r#"{"_source":{"a":1}}"#, true),
            (r#"{"a":1,"\u005findex":"x"}"#, true),
            (r#"{"hits":{"hits":[]}}"#, true),
            (r#"{"a":1,"list":{"hits":1,"_source":2}}"#, false),
        ] {
            let read = fields().read(&mut Walker::default(), line.as_bytes(), &Limits::default()).unwrap();
            assert_eq!(read.is_none(), wraps, "{line}");
        }
    }

    #[test]
    fn refuses_what_the_tree_refuses() {
        for line in
            ["", "{", r#"{"a":1,"a":2}"#, r#"{"a":"\ud800"}"#, r#"{"a":01}"#, "{\"a\":\"\u{1}\"}", r#"{"a":1} 2"#]
        {
            let read = fields().read(&mut Walker::default(), line.as_bytes(), &Limits::default());
            assert_eq!(read.map(drop).err(), Node::parse(line.as_bytes(), &Limits::default()).err(), "{line}");
        }
    }
}
