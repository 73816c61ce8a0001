//! The term as it is, in other places of a bundle than prose.
//!
//! Guarantees: the bundle stays valid JSON.
//!
//! Does not know: other writings.

use crate::class::Classes;
use crate::listed::percent;
use crate::write::Written;

fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\'', "\\'")
}

pub(super) fn add(classes: &mut Classes) {
    classes.add("place/name", |term, _| Some(Written::Name(term.text().to_owned())));
    classes.add("place/member-name", |term, _| Some(Written::Key(term.text().to_owned())));
    classes.add("place/member-name-snake", |term, _| {
        let name = format!("x_{}_status", term.text().to_lowercase().replace(' ', "_"));
        Some(Written::Key(name)).filter(|_| term.is_words() && term.is_long())
    });
    classes
        .add("place/list", |term, _| Some(Written::List(vec!["first".into(), term.text().to_owned(), "last".into()])));
    classes.add("place/member-value", |term, _| {
        Some(Written::Members(vec![("subject".into(), term.text().to_owned()), ("state".into(), "open".into())]))
    });
    classes.add("place/number", |term, _| {
        let digits: String = term.text().chars().filter(char::is_ascii_digit).collect();
        let fits = matches!(term.kind(), "phone" | "account" | "document")
            && term.text().chars().all(|sign| sign.is_ascii_digit() || sign == ' ' || sign == '+');
        Some(Written::Number(digits.trim_start_matches('0').to_owned())).filter(|_| fits)
    });
    classes.add("place/number-exponent", |term, _| {
        let digits: String = term.text().chars().filter(char::is_ascii_digit).collect();
        Some(Written::Number(format!("{digits}.0"))).filter(|_| term.kind() == "phone")
    });
    classes.add("place/pattern", |term, _| {
        let (kind, field) = match term.kind() {
            "ip" if term.text().contains(':') => ("ipv6-addr", "value"),
            "ip" => ("ipv4-addr", "value"),
            "host" => ("domain-name", "value"),
            "email" => ("email-addr", "value"),
            "handle" | "account" => ("user-account", "account_login"),
            _ => ("file", "name"),
        };
        Some(Written::Pattern(format!("[{kind}:{field} = '{}']", quoted(term.text()))))
    });
    classes.add("place/pattern-regex", |term, _| {
        let text = quoted(&term.text().replace('.', "\\."));
        Some(Written::Pattern(format!("[url:value MATCHES '^https?://{text}/']"))).filter(|_| term.kind() == "host")
    });
    classes.add("place/pattern-mail", |term, _| {
        Some(Written::Pattern(format!("[email-message:subject LIKE '%{}%']", quoted(term.text()))))
            .filter(|_| term.is_words())
    });
    classes.add("place/link-query", |term, _| {
        Some(Written::Link(format!("https://archive.example/find?q={}&page=2", percent(term.text(), false))))
    });
    classes.add("place/link-path", |term, _| {
        let text = percent(&term.text().replace(' ', "_"), false);
        Some(Written::Link(format!("https://wiki.example/page/{text}.html"))).filter(|_| term.is_words())
    });
    classes.add("place/observable", |term, _| {
        let kind = match term.kind() {
            "ip" if term.text().contains(':') => "ipv6-addr",
            "ip" => "ipv4-addr",
            "host" => "domain-name",
            "email" => "email-addr",
            _ => return None,
        };
        Some(Written::Observable(kind, term.text().to_owned()))
    });
    classes.text("place/file-name", |term, _| {
        Some(format!("/srv/files/{}.docx", term.text().replace([' ', '/', ':'], "_"))).filter(|_| term.is_words())
    });
    classes.text("place/json-in-string", |term, _| {
        Some(serde_json::json!({"rows": [{"who": term.text(), "n": 1}]}).to_string())
    });
    classes.text("place/json-in-json-in-string", |term, _| {
        let inner = serde_json::json!({"who": term.text()}).to_string();
        Some(serde_json::json!({"event": inner}).to_string())
    });
}
