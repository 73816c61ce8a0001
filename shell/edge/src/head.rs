//! Whether the head of a request is HTTP/1.1 to the letter, within the limits, and for us.
//!
//! Guarantees: a head that passes has one reading for every reader (RFC 9112): its body's length is announced once and plainly, its
//! target has its only form, its host is ours. Does not know: sockets.

use crate::hosts::Hosts;
use crate::limits::Limits;
use crate::refusal::Refusal;
use crate::target;

/// How many bytes of body follow a head.
pub(crate) fn check(head: &[u8], limits: &Limits, hosts: &Hosts) -> Result<u64, Refusal> {
    let text = head.strip_suffix(b"\r\n\r\n").ok_or(Refusal::Syntax("the head has no end"))?;
    let mut lines = Lines(Some(text));
    let request_line = lines.next().unwrap_or_default();
    check_request_line(request_line, limits)?;
    let mut seen = Seen::default();
    for (index, line) in lines.enumerate() {
        if index >= limits.headers_max {
            return Err(Refusal::TooManyFields { fields_max: limits.headers_max });
        }
        seen.field(line)?;
    }
    seen.decide(limits, hosts)
}

/// Splits at CRLF, and only there.
struct Lines<'a>(Option<&'a [u8]>);

impl<'a> Iterator for Lines<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let rest = self.0.take()?;
        let Some(end) = rest.windows(2).position(|pair| pair == b"\r\n") else { return Some(rest) };
        let (line, after) = rest.split_at_checked(end)?;
        self.0 = after.get(2..);
        Some(line)
    }
}

/// Returns the target of a request line, if it has one.
pub(crate) fn target_of(head: &[u8]) -> Option<&[u8]> {
    let line = Lines(Some(head)).next()?;
    line.split(|byte| *byte == b' ').nth(1)
}

fn check_request_line(line: &[u8], limits: &Limits) -> Result<(), Refusal> {
    let mut parts = line.split(|byte| *byte == b' ');
    let (Some(method), Some(target), Some(version), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(Refusal::Syntax("the request line is not METHOD, target, version"));
    };
    if method.is_empty() || !method.iter().copied().all(is_token_byte) {
        return Err(Refusal::Syntax("the method is not a token"));
    }
    match version {
        b"HTTP/1.1" => {}
        [b'H', b'T', b'T', b'P', b'/', major, b'.', minor] if major.is_ascii_digit() && minor.is_ascii_digit() => {
            return Err(Refusal::Version);
        }
        _ => return Err(Refusal::Syntax("the version is not HTTP's")),
    }
    if !matches!(method, b"GET" | b"HEAD" | b"POST" | b"PUT" | b"PATCH" | b"DELETE" | b"OPTIONS") {
        return Err(Refusal::Method);
    }
    if target.len() > limits.uri_bytes_max {
        return Err(Refusal::TargetTooLong { bytes_max: limits.uri_bytes_max });
    }
    target::check(target)
}

/// What decides where the body ends and whether it is for us.
#[derive(Default)]
struct Seen<'a> {
    host: Option<&'a [u8]>,
    length: Option<u64>,
    chunked: bool,
    expects: bool,
    unknown_expectation: bool,
    content_type: bool,
}

impl<'a> Seen<'a> {
    fn field(&mut self, line: &'a [u8]) -> Result<(), Refusal> {
        if matches!(line.first(), None | Some(b' ' | b'\t')) {
            return Err(Refusal::Syntax("a folded header field"));
        }
        let colon =
            line.iter().position(|byte| *byte == b':').ok_or(Refusal::Syntax("a header field without a colon"))?;
        let (name, rest) = line.split_at_checked(colon).unwrap_or_default();
        if name.is_empty() || !name.iter().copied().all(is_token_byte) {
            return Err(Refusal::Syntax("the name of a header field is not a token"));
        }
        let value = rest.get(1..).unwrap_or_default();
        if value.iter().any(|byte| (*byte < b' ' && *byte != b'\t') || *byte == 0x7f) {
            return Err(Refusal::Syntax("a control character in a header field"));
        }
        let value = value.trim_ascii();
        if name.eq_ignore_ascii_case(b"host") {
            once(self.host.replace(value).is_some(), "two Host fields")
        } else if name.eq_ignore_ascii_case(b"content-length") {
            once(self.length.replace(length(value)?).is_some(), "two Content-Length fields")
        } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
            self.chunked = true;
            Ok(())
        } else if name.eq_ignore_ascii_case(b"expect") {
            self.unknown_expectation |= !value.eq_ignore_ascii_case(b"100-continue");
            once(std::mem::replace(&mut self.expects, true), "two Expect fields")
        } else if name.eq_ignore_ascii_case(b"content-type") {
            once(std::mem::replace(&mut self.content_type, true), "two Content-Type fields")
        } else {
            Ok(())
        }
    }

    fn decide(self, limits: &Limits, hosts: &Hosts) -> Result<u64, Refusal> {
        if self.chunked {
            // Both together is how requests are smuggled past a reader that prefers the other one.
            return Err(match self.length {
                Some(_) => Refusal::Syntax("Content-Length and Transfer-Encoding together"),
                None => Refusal::LengthRequired,
            });
        }
        let host = self.host.ok_or(Refusal::Syntax("no Host field"))?;
        let host = std::str::from_utf8(host).map_err(|_| Refusal::Syntax("the Host field is not text"))?;
        if host.is_empty() || !host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte)) {
            return Err(Refusal::Syntax("the Host field is not a host"));
        }
        if !hosts.has(host) {
            return Err(Refusal::Misdirected);
        }
        let length = self.length.unwrap_or(0);
        if length > limits.body_bytes_max {
            return Err(Refusal::BodyTooLong { bytes_max: limits.body_bytes_max });
        }
        if self.unknown_expectation {
            return Err(Refusal::Expectation);
        }
        Ok(length)
    }
}

fn once(again: bool, what: &'static str) -> Result<(), Refusal> {
    if again { Err(Refusal::Syntax(what)) } else { Ok(()) }
}

/// Digits only: no sign, no list, no leading zero, no more than fits.
fn length(value: &[u8]) -> Result<u64, Refusal> {
    let wrong = Refusal::Syntax("Content-Length is not a plain number");
    let plain = !value.is_empty()
        && value.len() <= 19
        && value.iter().all(u8::is_ascii_digit)
        && (value.len() == 1 || value.first() != Some(&b'0'));
    let text = std::str::from_utf8(value).map_err(|_| wrong)?;
    if plain { text.parse().map_err(|_| wrong) } else { Err(wrong) }
}

/// RFC 9110 `tchar`.
pub(crate) fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::{Hosts, Limits};

    fn status(head: &str) -> Result<u64, u16> {
        let limits = Limits { body_bytes_max: 1000, ..Limits::default() };
        check(head.as_bytes(), &limits, &Hosts::new(["a.example"])).map_err(|refusal| refusal.status().as_u16())
    }

    #[test]
    fn heads() {
        let h = "Host: a.example\r\n";
        for (head, expected) in [
            (format!("GET / HTTP/1.1\r\n{h}\r\n"), Ok(0)),
            (format!("GET / HTTP/1.1\r\n{h}X:\r\nY: a\tb \u{e9}\r\n\r\n"), Ok(0)),
            (format!("POST / HTTP/1.1\r\n{h}Content-Length: 12\r\n\r\n"), Ok(12)),
            (format!("POST / HTTP/1.1\r\n{h}\r\n"), Ok(0)),
            (format!("POST / HTTP/1.1\r\n{h}Content-Length: 12\r\nExpect: 100-Continue\r\n\r\n"), Ok(12)),
            (format!("GET / HTTP/1.1\r\n{h}Upgrade: h2c\r\nConnection: upgrade\r\n\r\n"), Ok(0)),
            // Framing.
            (format!("POST / HTTP/1.1\r\n{h}Content-Length: 1\r\nContent-Length: 1\r\n\r\n"), Err(400)),
            (format!("POST / HTTP/1.1\r\n{h}Content-Length: +4\r\n\r\n"), Err(400)),
            (format!("POST / HTTP/1.1\r\n{h}Content-Length: -4\r\n\r\n"), Err(400)),
            (format!("POST / HTTP/1.1\r\n{h}Content-Length: 4, 4\r\n\r\n"), Err(400)),
            (format!("POST / HTTP/1.1\r\n{h}Content-Length: 04\r\n\r\n"), Err(400)),
            (format!("POST / HTTP/1.1\r\n{h}Content-Length: 0x4\r\n\r\n"), Err(400)),
            (format!("POST / HTTP/1.1\r\n{h}Content-Length:\r\n\r\n"), Err(400)),
            (format!("POST / HTTP/1.1\r\n{h}Content-Length: 99999999999999999999\r\n\r\n"), Err(400)),
            (format!("POST / HTTP/1.1\r\n{h}Content-Length: 9999999999999999999\r\n\r\n"), Err(413)),
            (format!("POST / HTTP/1.1\r\n{h}Content-Length: 1001\r\nExpect: 100-continue\r\n\r\n"), Err(413)),
            (format!("POST / HTTP/1.1\r\n{h}Transfer-Encoding: chunked\r\n\r\n"), Err(411)),
            (format!("POST / HTTP/1.1\r\n{h}Transfer-Encoding: xchunked\r\n\r\n"), Err(411)),
            (format!("POST / HTTP/1.1\r\n{h}transfer-encoding: chunked\r\nContent-Length: 4\r\n\r\n"), Err(400)),
            // A body without a meaning is still a body with one length.
            (format!("GET / HTTP/1.1\r\n{h}Content-Length: 4\r\n\r\n"), Ok(4)),
            // Fields.
            (format!("GET / HTTP/1.1\r\n{h}A: b\r\n c\r\n\r\n"), Err(400)),
            (format!("GET / HTTP/1.1\r\n {h}\r\n"), Err(400)),
            (format!("GET / HTTP/1.1\r\n{h}A : b\r\n\r\n"), Err(400)),
            (format!("GET / HTTP/1.1\r\n{h}: b\r\n\r\n"), Err(400)),
            (format!("GET / HTTP/1.1\r\n{h}A\r\n\r\n"), Err(400)),
            (format!("GET / HTTP/1.1\r\n{h}A: \0\r\n\r\n"), Err(400)),
            (format!("GET / HTTP/1.1\r\n{h}A: b\nC: d\r\n\r\n"), Err(400)),
            (format!("GET / HTTP/1.1\r\n{h}A: b\rC\r\n\r\n"), Err(400)),
            (format!("POST / HTTP/1.1\r\n{h}Content-Type: a\r\nContent-Type: b\r\n\r\n"), Err(400)),
            (format!("POST / HTTP/1.1\r\n{h}Expect: 200-ok\r\n\r\n"), Err(417)),
            (format!("GET / HTTP/1.1\r\n{h}{}\r\n", "A: b\r\n".repeat(63)), Ok(0)),
            (format!("GET / HTTP/1.1\r\n{h}{}\r\n", "A: b\r\n".repeat(64)), Err(431)),
            // Host.
            ("GET / HTTP/1.1\r\n\r\n".to_owned(), Err(400)),
            (format!("GET / HTTP/1.1\r\n{h}{h}\r\n"), Err(400)),
            ("GET / HTTP/1.1\r\nHost:\r\n\r\n".to_owned(), Err(400)),
            ("GET / HTTP/1.1\r\nHost: a.example, b\r\n\r\n".to_owned(), Err(400)),
            ("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n".to_owned(), Err(421)),
            // Request line.
            (format!("GET http://a.example/ HTTP/1.1\r\n{h}\r\n"), Err(400)),
            (format!("GET /#a HTTP/1.1\r\n{h}\r\n"), Err(400)),
            (format!("OPTIONS * HTTP/1.1\r\n{h}\r\n"), Err(400)),
            (format!("GET  / HTTP/1.1\r\n{h}\r\n"), Err(400)),
            (format!("GET /\r\n{h}\r\n"), Err(400)),
            (format!("GET / HTTP/1.1 \r\n{h}\r\n"), Err(400)),
            (format!("GET / http/1.1\r\n{h}\r\n"), Err(400)),
            (format!("GET / HTTP/1.0\r\n{h}\r\n"), Err(505)),
            ("PRI * HTTP/2.0\r\n\r\n".to_owned(), Err(505)),
            (format!("TRACE / HTTP/1.1\r\n{h}\r\n"), Err(405)),
            ("CONNECT a.example:443 HTTP/1.1\r\n\r\n".to_owned(), Err(405)),
            (format!("FOO / HTTP/1.1\r\n{h}\r\n"), Err(405)),
            (format!("get / HTTP/1.1\r\n{h}\r\n"), Err(405)),
            (format!("G(T / HTTP/1.1\r\n{h}\r\n"), Err(400)),
            (format!("GET /{} HTTP/1.1\r\n{h}\r\n", "a".repeat(8 * 1024)), Err(414)),
            ("GET / HTTP/1.1\r\n".to_owned(), Err(400)),
        ] {
            assert_eq!(status(&head), expected, "{}", head.escape_debug());
        }
    }
}
