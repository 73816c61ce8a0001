//! The resources that are neither objects nor records: discovery, API root, collections, versions.

use crate::media::{MEDIA_TYPE, STIX_MEDIA_TYPE};
use serde::Serialize;

/// The most bytes of a request body; we take none, and the standard wants a number above zero (§4.2.1).
pub const CONTENT_LENGTH_MAX: u64 = 10 << 20;

#[derive(Serialize)]
struct Discovery<'a> {
    title: &'a str,
    description: &'a str,
    default: &'a str,
    api_roots: [&'a str; 1],
}

/// Returns the discovery resource with one API root, an absolute address (§4.1.1).
pub fn discovery(title: &str, description: &str, root: &str) -> Vec<u8> {
    json(&Discovery { title, description, default: root, api_roots: [root] })
}

#[derive(Serialize)]
struct Root<'a> {
    title: &'a str,
    description: &'a str,
    versions: [&'static str; 1],
    max_content_length: u64,
}

/// Returns the API root resource (§4.2.1).
pub fn root(title: &str, description: &str) -> Vec<u8> {
    json(&Root { title, description, versions: [MEDIA_TYPE], max_content_length: CONTENT_LENGTH_MAX })
}

/// A collection that can be read and not written (§5.2.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Collection {
    /// A UUID.
    pub id: String,
    /// Its name for people.
    pub title: String,
    /// What is in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Another name in addresses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
    can_read: bool,
    can_write: bool,
    media_types: [&'static str; 1],
}

impl Collection {
    /// Makes a collection.
    pub fn new(id: String, title: String, description: Option<String>, alias: Option<String>) -> Self {
        Self { id, title, description, alias, can_read: true, can_write: false, media_types: [STIX_MEDIA_TYPE] }
    }

    /// Returns its resource.
    pub fn body(&self) -> Vec<u8> {
        json(self)
    }
}

#[derive(Serialize)]
struct Collections<'a> {
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    collections: &'a [Collection],
}

/// Returns the list of collections (§5.1.1).
pub fn collections(collections: &[Collection]) -> Vec<u8> {
    json(&Collections { collections })
}

#[derive(Serialize)]
struct Versions<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    more: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    versions: &'a [String],
}

/// Returns the list of versions (§5.8.1).
pub fn versions(versions: &[String], next: Option<&str>) -> Vec<u8> {
    json(&Versions { more: next.map(|_| true), next, versions })
}

fn json(value: &impl Serialize) -> Vec<u8> {
    // Texts, lists and numbers under fixed names: there is nothing that could fail.
    serde_json::to_vec(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resources() {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        assert_eq!(
            text(discovery("T", "D", "https://x/taxii2/desk/")),
            r#"{"title":"T","description":"D","default":"https://x/taxii2/desk/","api_roots":["https://x/taxii2/desk/"]}"#
        );
        assert_eq!(
            text(root("T", "D")),
            r#"{"title":"T","description":"D","versions":["application/taxii+json;version=2.1"],"max_content_length":10485760}"#
        );
        let collection = Collection::new("c".into(), "C".into(), None, Some("all".into()));
        assert_eq!(
            text(collections(std::slice::from_ref(&collection))),
            r#"{"collections":[{"id":"c","title":"C","alias":"all","can_read":true,"can_write":false,"media_types":["application/stix+json;version=2.1"]}]}"#
        );
        assert_eq!(text(collections(&[])), "{}");
        assert_eq!(text(versions(&["a".into()], None)), r#"{"versions":["a"]}"#);
        assert_eq!(text(versions(&["a".into()], Some("n"))), r#"{"more":true,"next":"n","versions":["a"]}"#);
    }
}
