//! Which collections there are: everything, and one for each origin of what is held.
//!
//! Guarantees: the identifier of a collection is the same for ever on one node and on no other node; a collection without anything in
//! it does not exist (but for the one of everything).

use super::answer::Fault;
use comity_store::{Origin, StoreError, View};
use comity_taxii::Refusal;
use comity_taxii::resource::Collection;
use uuid::Uuid;

/// The other name of the collection of everything.
const EVERYTHING: &str = "everything";

/// A collection.
pub struct Place {
    id: Uuid,
    /// Whose objects are in it; `None` is everything.
    pub origin: Option<Origin>,
}

impl Place {
    fn everything(node: Uuid) -> Self {
        Self { id: Uuid::new_v5(&node, EVERYTHING.as_bytes()), origin: None }
    }

    fn of(node: Uuid, origin: Origin) -> Self {
        Self { id: Uuid::new_v5(&node, format!("origin:{origin}").as_bytes()), origin: Some(origin) }
    }

    /// Finds a collection by its identifier.
    pub fn find(view: &View<'_>, id: &str) -> Result<Self, Fault> {
        let node = view.addition_node()?;
        let everything = Self::everything(node);
        if id == EVERYTHING || everything.is(id) {
            return Ok(everything);
        }
        let places = view.addition_origins()?.into_iter().map(|origin| Self::of(node, origin));
        places.into_iter().find(|place| place.is(id)).ok_or_else(|| Refusal::nothing().into())
    }

    fn is(&self, id: &str) -> bool {
        self.id.hyphenated().encode_lower(&mut Uuid::encode_buffer()) == id
    }

    /// Returns its identifier as bytes, for what is bound to it.
    pub fn key(&self) -> &[u8; 16] {
        self.id.as_bytes()
    }

    /// Returns its resource.
    pub fn resource(&self) -> Collection {
        let (title, description, alias) = match &self.origin {
            None => (
                "Everything held".to_owned(),
                "All that is held, from every origin.".to_owned(),
                Some(EVERYTHING.to_owned()),
            ),
            Some(Origin::Own) => ("Our own".to_owned(), "Written by officers of this organisation.".to_owned(), None),
            Some(Origin::Link(partner)) => (
                format!("Received from {partner}"),
                format!("Released to us by {partner}; under the terms of each release."),
                None,
            ),
            Some(Origin::Feed(name)) => (format!("Imported: {name}"), format!("Imported under the name {name}."), None),
        };
        Collection::new(self.id.hyphenated().to_string(), title, Some(description), alias)
    }
}

/// Returns every collection.
pub fn list(view: &View<'_>) -> Result<Vec<Collection>, Fault> {
    let node = view.addition_node()?;
    let origins: Result<Vec<Origin>, StoreError> = view.addition_origins();
    let places = origins?.into_iter().map(|origin| Place::of(node, origin));
    Ok(std::iter::once(Place::everything(node)).chain(places).map(|place| place.resource()).collect())
}
