//! Errors as TAXII says them (§3.6.1): one resource with what, where, which limit and what to do.

use serde::Serialize;
use std::collections::BTreeMap;

/// Why a request is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// One line.
    pub title: &'static str,
    /// What, and what to do.
    pub description: String,
    /// Where in the request.
    pub place: Option<String>,
    /// The limit that was met.
    pub limit: Option<String>,
}

#[derive(Serialize)]
struct Body<'r> {
    title: &'r str,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_id: Option<&'r str>,
    http_status: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    details: BTreeMap<&'static str, &'r str>,
}

impl Refusal {
    /// Makes a refusal.
    pub fn new(status: u16, title: &'static str, description: impl Into<String>) -> Self {
        Self { status, title, description: description.into(), place: None, limit: None }
    }

    /// The one answer to what does not exist and to what is not for the caller: its bytes never differ.
    pub fn nothing() -> Self {
        Self::new(404, "nothing for you here", "")
    }

    /// Says where in the request.
    #[must_use]
    pub fn at(mut self, place: impl Into<String>) -> Self {
        self.place = Some(place.into());
        self
    }

    /// Says which limit.
    #[must_use]
    pub fn limit(mut self, limit: impl Into<String>) -> Self {
        self.limit = Some(limit.into());
        self
    }

    /// Returns the error resource; `error_id` names this one answer in the log, and what must not differ has none.
    pub fn body(&self, error_id: Option<&str>) -> Vec<u8> {
        let details = [("where", self.place.as_deref()), ("limit", self.limit.as_deref())];
        let body = Body {
            title: self.title,
            description: &self.description,
            error_id: error_id.filter(|_| self.status != 404),
            http_status: self.status.to_string(),
            details: details.into_iter().filter_map(|(name, value)| Some((name, value?))).collect(),
        };
        serde_json::to_vec(&body).unwrap_or_default()
    }
}

/// Shows a piece of what was sent: at most 64 characters, escaped, so that it can be read and does nothing.
pub fn shown(input: &str) -> String {
    input.chars().take(64).flat_map(char::escape_default).take(64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies() {
        let refusal = Refusal::new(400, "invalid parameter", "give a number from 1 on").at("limit").limit("1000");
        assert_eq!(
            String::from_utf8(refusal.body(Some("7f"))).unwrap(),
            r#"{"title":"invalid parameter","description":"give a number from 1 on","error_id":"7f","http_status":"400","details":{"limit":"1000","where":"limit"}}"#
        );
        let nothing = Refusal::nothing();
        assert_eq!(nothing.body(Some("7f")), nothing.body(None));
        assert_eq!(shown("a\n<ü>"), "a\\n<\\u{fc}>");
        assert_eq!(shown(&"\n".repeat(500)).len(), 64);
    }
}
