//! The search of the command line: hits as JSON.

use super::{Reader, asked, origins};
use crate::failure::Failure;
use comity_store::{Filter, Marking, SearchQuery};
use comity_vocab::{Timestamp, Tlp};
use serde_json::{Value, json};

/// What a search is narrowed by.
#[derive(Clone, Debug, Default)]
pub struct SearchRequest {
    /// Words; empty finds everything the filters let through.
    pub text: String,
    /// Types.
    pub types: Vec<String>,
    /// Modified at or after.
    pub since: Option<Timestamp>,
    /// Modified before.
    pub until: Option<Timestamp>,
    /// TLP labels.
    pub labels: Vec<Tlp>,
    /// Only what carries no marking.
    pub unmarked: bool,
    /// Origins.
    pub origins: Vec<String>,
    /// At most so many.
    pub limit: usize,
    /// `next` of the answer before.
    pub after: Option<String>,
}

impl Reader {
    /// Finds objects.
    ///
    /// # Errors
    /// [`Failure`] where the query has no word.
    pub fn search(&self, request: &SearchRequest) -> Result<Value, Failure> {
        let mut markings: Vec<Marking> = request.labels.iter().copied().map(Marking::Tlp).collect();
        if request.unmarked {
            markings.push(Marking::Unmarked);
        }
        let text = request.text.trim();
        let query = SearchQuery {
            text: (!text.is_empty()).then(|| text.to_owned()),
            filter: Filter {
                types: request.types.clone(),
                since: request.since,
                until: request.until,
                origins: origins(&request.origins)?,
                markings,
            },
            limit: request.limit,
            after: request.after.clone(),
        };
        let page = self.holdings.view().search(&query).map_err(asked)?;
        let hits: Vec<Value> = page
            .hits
            .iter()
            .map(|hit| {
                json!({
                    "id": hit.id,
                    "type": hit.object_type,
                    "name": hit.name,
                    "modified": hit.modified,
                    "version": hit.version_text,
                    "label": hit.label.as_ref().map(ToString::to_string),
                    "origin": hit.origin.to_string(),
                    "defective": hit.defective,
                    "revoked": hit.revoked,
                })
            })
            .collect();
        Ok(json!({
            "hits": hits,
            "count": page.hits.len(),
            "at_least": page.next.is_some() || page.cut || page.text_behind > 0,
            "more": page.next.is_some(),
            "next": page.next,
            "cut": page.cut,
            "index_behind": page.text_behind,
        }))
    }
}
