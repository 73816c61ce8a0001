//! Writing a tree back as JSON: properties in their order, numbers as written.

use super::tree::Node;

impl Node<'_> {
    /// Returns the value as compact JSON.
    pub fn to_json(&self) -> String {
        let mut out = String::new();
        write(self, &mut out);
        out
    }
}

/// The scanner limits the depth of this recursion.
fn write(node: &Node<'_>, out: &mut String) {
    match node {
        Node::Null => out.push_str("null"),
        Node::Bool(true) => out.push_str("true"),
        Node::Bool(false) => out.push_str("false"),
        Node::Number(text) => out.push_str(text),
        Node::String(text) => string(text, out),
        Node::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        Node::Object(properties) => {
            out.push('{');
            for (index, (name, value)) in properties.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                string(name, out);
                out.push(':');
                write(value, out);
            }
            out.push('}');
        }
    }
}

fn string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Limits;

    #[test]
    fn what_was_read_is_written() {
        let check = |text: &str, expected: &str| {
            assert_eq!(Node::parse(text.as_bytes(), &Limits::default()).unwrap().to_json(), expected);
        };
        check(r#"{ "b" : 1.50, "a" : [ null, true, false ] }"#, r#"{"b":1.50,"a":[null,true,false]}"#);
        check(r#"{"\u0061\n":"\u0001\"\\\/é"}"#, "{\"a\\n\":\"\\u0001\\\"\\\\/é\"}");
    }
}
