//! Which values several originators hold, as JSON for programs and as rows for pages.
//!
//! Guarantees: bounded; says what was left out and why. Does not know: who asks (the one who may read the holdings may read this), and
//! nothing that is sent to a partner is made from it.

use super::{Reader, asked, origins};
use crate::failure::Failure;
use comity_correlate::{CorrelatedValue, Kind, guesses};
use comity_store::{Correlated, CorrelationCursor, CorrelationFilter, Holder, StopValue};
use comity_vocab::Timestamp;
use serde_json::{Value, json};
use std::cmp::Reverse;

/// The most values of a page.
const LIMIT_MAX: usize = 1_000;
/// The most objects of one value that are opened.
const CAP_MAX: usize = comity_store::OBJECTS_MAX;

/// What correlation is asked for.
#[derive(Clone, Debug)]
pub struct CorrelationQuery {
    /// Every one of these holds the value: `own`, a feed's name, `link:<code>`.
    pub origins: Vec<String>,
    /// Only this kind, such as `domain-name`.
    pub kind: Option<String>,
    /// Only this value, however it is written.
    pub value: Option<String>,
    /// Only values of this object, by its identifier or the beginning of it.
    pub object: Option<String>,
    /// Only values of which something came at or after.
    pub since: Option<Timestamp>,
    /// Values with more objects are named with their count only; 100 is usual.
    pub cap: usize,
    /// At most so many values.
    pub limit: usize,
    /// [`Correlations::next`] of the page before.
    pub after: Option<String>,
}

impl Default for CorrelationQuery {
    fn default() -> Self {
        Self {
            origins: Vec::new(),
            kind: None,
            value: None,
            object: None,
            since: None,
            cap: 100,
            limit: 50,
            after: None,
        }
    }
}

/// A page of values that several originators hold.
#[derive(Clone, Debug, Default)]
pub struct Correlations {
    /// The values, most originators first, then the rarest.
    pub values: Vec<Correlated>,
    /// How many there are in all.
    pub total: u64,
    /// How many more would fit but are stop values.
    pub stopped: u64,
    /// How much that came is not in the index yet.
    pub behind: u64,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// Reads a kind by its name.
///
/// # Errors
/// [`Failure`] of kind usage, with the names that there are.
pub(crate) fn kind(name: &str) -> Result<Kind, Failure> {
    Kind::parse(name).ok_or_else(|| {
        let names: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
        Failure::usage("there is no such kind of value").hint(format!("one of {}", names.join(", ")))
    })
}

/// Reads a value that somebody wrote, of a kind or of whatever kinds it may be.
///
/// # Errors
/// [`Failure`] of kind usage where it is none.
pub(crate) fn written(kind_name: Option<&str>, text: &str) -> Result<Vec<CorrelatedValue>, Failure> {
    let found: Vec<CorrelatedValue> = match kind_name {
        Some(name) => CorrelatedValue::new(kind(name)?, text).into_iter().collect(),
        None => guesses(text),
    };
    if found.is_empty() {
        return Err(Failure::usage("the value is none of that kind")
            .hint("say which with --kind; accounts are PLATFORM:NUMBER"));
    }
    Ok(found)
}

fn place(cursor: CorrelationCursor) -> String {
    format!("{} {} {}", cursor.origins.0, cursor.objects, cursor.key)
}

fn read_place(text: &str) -> Option<CorrelationCursor> {
    let mut parts = text.split(' ');
    let cursor = CorrelationCursor {
        origins: Reverse(parts.next()?.parse().ok()?),
        objects: parts.next()?.parse().ok()?,
        key: parts.next()?.parse().ok()?,
    };
    parts.next().is_none().then_some(cursor)
}

fn holder_json(holder: &Holder) -> Value {
    json!({
        "id": holder.object.id,
        "type": holder.object.object_type,
        "name": holder.object.title,
        "label": holder.object.label.as_ref().map(ToString::to_string),
        "origins": holder.origins,
        "received": holder.received,
    })
}

/// Returns one value as programs see it.
pub(crate) fn correlated_json(one: &Correlated) -> Value {
    json!({
        "kind": one.kind.name(),
        "value": one.value,
        "origins": one.origins,
        "count": one.count,
        "too_frequent": one.too_frequent,
        "objects": one.holders.iter().map(holder_json).collect::<Vec<_>>(),
        "first_received": one.received.as_ref().map(|(first, _)| first),
        "last_received": one.received.as_ref().map(|(_, last)| last),
        "independent": one.verdict.map(|verdict| verdict.independence.as_str()),
        "reason": one.verdict.map(|verdict| verdict.reason.text()),
    })
}

impl Correlations {
    /// Returns the page as programs see it.
    pub fn json(&self) -> Value {
        json!({
            "values": self.values.iter().map(correlated_json).collect::<Vec<_>>(),
            "total": self.total,
            "stop_values_left_out": self.stopped,
            "index_behind": self.behind,
            "next": self.next,
        })
    }
}

impl Reader {
    /// Returns values that several originators hold, a page at a time.
    ///
    /// # Errors
    /// [`Failure`]: a filter that cannot be used, an object that is not held.
    pub fn correlations(&self, query: &CorrelationQuery) -> Result<Correlations, Failure> {
        if query.limit == 0 || query.limit > LIMIT_MAX || query.cap < 2 || query.cap > CAP_MAX {
            return Err(Failure::usage(format!(
                "a page has 1 to {LIMIT_MAX} values, and the cap is 2 to {CAP_MAX} objects"
            )));
        }
        let after = match &query.after {
            Some(text) => Some(read_place(text).ok_or_else(|| Failure::usage("the cursor is not one of ours"))?),
            None => None,
        };
        let view = self.view();
        let object = query.object.as_deref().map(|id| view.resolve(id)).transpose().map_err(asked)?;
        let filter = CorrelationFilter {
            origins: origins(&query.origins)?,
            kind: query.kind.as_deref().map(kind).transpose()?,
            values: match &query.value {
                Some(text) => written(query.kind.as_deref(), text)?,
                None => Vec::new(),
            },
            object,
            since: query.since,
            cap: query.cap,
            limit: query.limit,
            after,
        };
        let page = view.correlations(&filter).map_err(asked)?;
        Ok(Correlations {
            values: page.values,
            total: page.total,
            stopped: page.stopped,
            behind: page.behind,
            next: page.next.map(place),
        })
    }

    /// Returns the node's own list of values that say nothing.
    ///
    /// # Errors
    /// [`Failure`] where the holdings cannot be read.
    pub fn stop_values(&self) -> Result<Vec<StopValue>, Failure> {
        Ok(self.view().stop_values()?)
    }
}
