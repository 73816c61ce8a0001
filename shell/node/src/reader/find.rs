//! A search for people: hits with the place where the words stand, and what it could be narrowed by.

use super::snippet::{Snippet, Words, snippet};
use super::{Reader, asked};
use crate::failure::Failure;
use comity_store::{Facets, Hit, SearchQuery, title};

/// One object found.
#[derive(Clone, Debug)]
pub struct Found {
    /// The object.
    pub hit: Hit,
    /// What it is called: its name, else what tells it best.
    pub title: Option<String>,
    /// Where the words stand, or the beginning of its text where none were given.
    pub snippet: Option<Snippet>,
}

/// A page of a search.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// The objects, newest first.
    pub found: Vec<Found>,
    /// What to give as `after` for the next page.
    pub next: Option<String>,
    /// Whether not everything was looked at for this page.
    pub cut: bool,
    /// At most how many versions or changes the indexes that were asked for words do not cover yet.
    pub index_behind: u64,
    /// What the search could be narrowed by.
    pub facets: Facets,
}

impl Reader {
    /// Finds objects, with their facets.
    ///
    /// # Errors
    /// [`Failure`] where the query has no word or the cursor is not ours.
    pub fn find(&self, query: &SearchQuery) -> Result<Findings, Failure> {
        let view = self.view();
        let (page, facets) = view.on_one_snapshot(|| Ok((view.search(query)?, view.facets(query)?))).map_err(asked)?;
        let words = Words::of(query.text.as_deref().unwrap_or_default());
        let mut found = Vec::with_capacity(page.hits.len());
        for hit in page.hits {
            let bytes = view.get(&hit.id)?.map(|object| object.bytes).unwrap_or_default();
            let title = title(&bytes);
            found.push(Found { snippet: snippet(&bytes, &words), title, hit });
        }
        Ok(Findings { found, next: page.next, cut: page.cut, index_behind: page.text_behind, facets })
    }
}
