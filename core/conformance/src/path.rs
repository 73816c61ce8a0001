//! Where in an object something stands: a chain on the stack that becomes a JSON pointer only when it is reported.

use std::fmt::Write as _;

/// A place inside an object.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Path<'p> {
    /// The object itself.
    Root,
    /// A property of the place before.
    Name(&'p Path<'p>, &'p str),
    /// An item of the list before.
    Index(&'p Path<'p>, usize),
}

impl<'p> Path<'p> {
    /// Goes to a property.
    pub fn name(&'p self, name: &'p str) -> Path<'p> {
        Path::Name(self, name)
    }

    /// Goes to an item.
    pub fn index(&'p self, index: usize) -> Path<'p> {
        Path::Index(self, index)
    }

    /// Writes the place as a JSON pointer (RFC 6901).
    pub fn pointer(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) {
        match self {
            Path::Root => {}
            Path::Name(before, name) => {
                before.write(out);
                out.push('/');
                if name.contains(['~', '/']) {
                    out.push_str(&name.replace('~', "~0").replace('/', "~1"));
                } else {
                    out.push_str(name);
                }
            }
            Path::Index(before, index) => {
                before.write(out);
                // Writing to a string does not fail.
                let _ = write!(out, "/{index}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_are_escaped() {
        let check = |path: Path<'_>, expected: &str| assert_eq!(path.pointer(), expected);
        check(Path::Root, "");
        check(Path::Root.name("a/b~c"), "/a~1b~0c");
        check(Path::Root.name("list").index(3).name("x"), "/list/3/x");
    }
}
