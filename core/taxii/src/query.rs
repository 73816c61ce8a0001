//! What a request asks for (§3.4): filters and paging, read once, with a limit on everything.
//!
//! Guarantees: what is not understood is refused, never ignored: a filter with a typing error must not become "everything".

use crate::refusal::{Refusal, shown};
use comity_vocab::{StixId, Timestamp};

/// Objects on a page where nothing is said.
pub const LIMIT_DEFAULT: usize = 100;
/// The most objects on a page; more is cut down to it (§3.4.1).
pub const LIMIT_MAX: usize = 1_000;
/// The most parameters.
const PARAMETERS_MAX: usize = 16;
/// The most identifiers in `match[id]`.
const IDS_MAX: usize = 200;
/// The most types in `match[type]`.
const TYPES_MAX: usize = 50;
/// The most versions in `match[version]`, and in `match[spec_version]`.
const VERSIONS_MAX: usize = 50;
/// The longest name of a type, in bytes (STIX 2.1 §3.1).
const TYPE_BYTES_MAX: usize = 250;

/// Which resource the parameters are for; each takes others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// A resource without parameters.
    Plain,
    /// Objects, or their manifest.
    Objects,
    /// One object.
    Object,
    /// The versions of one object.
    Versions,
}

impl Asked {
    fn takes(self, name: &str) -> bool {
        match name {
            "added_after" | "limit" | "next" | "match[spec_version]" => self != Self::Plain,
            "match[version]" => matches!(self, Self::Objects | Self::Object),
            "match[id]" | "match[type]" => self == Self::Objects,
            _ => false,
        }
    }
}

/// Which versions are asked for (§3.4.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Versions {
    /// Every one.
    All,
    /// Any of these.
    Any {
        /// The earliest.
        first: bool,
        /// The latest.
        last: bool,
        /// Those with exactly these times.
        at: Vec<Timestamp>,
    },
}

/// Filters and paging of one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// Only what was added later.
    pub added_after: Option<Timestamp>,
    /// Objects on the page, 1 to [`LIMIT_MAX`].
    pub limit: usize,
    /// Where the page before ended, as it was handed out; not looked at here.
    pub next: Option<String>,
    /// Only these objects; empty is any.
    pub ids: Vec<String>,
    /// Only these types; empty is any.
    pub types: Vec<String>,
    /// Which versions; the latest where nothing is said.
    pub versions: Versions,
    /// Only these versions of STIX; empty is any.
    pub spec_versions: Vec<String>,
}

impl Default for Query {
    fn default() -> Self {
        Self {
            added_after: None,
            limit: LIMIT_DEFAULT,
            next: None,
            ids: Vec::new(),
            types: Vec::new(),
            versions: Versions::Any { first: false, last: true, at: Vec::new() },
            spec_versions: Vec::new(),
        }
    }
}

fn refused(place: &str, todo: impl Into<String>) -> Refusal {
    Refusal::new(400, "invalid parameter", todo).at(place)
}

impl Query {
    /// Reads the part of an address after `?`.
    ///
    /// # Errors
    /// [`Refusal`] 400 for what is not understood, 422 where a list is too long.
    pub fn parse(text: &str, asked: Asked) -> Result<Self, Refusal> {
        let mut query = Self::default();
        let mut seen: Vec<String> = Vec::new();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (Some(name), Some(value)) = (decoded(name), decoded(value)) else {
                return Err(refused("query", "a parameter is not percent-encoded UTF-8"));
            };
            if !asked.takes(&name) {
                let place = format!("parameter {}", shown(&name));
                return Err(refused(&place, "this resource does not take this parameter; leave it out"));
            }
            if seen.contains(&name) {
                return Err(refused(&name, "give the parameter once; separate several values by commas"));
            }
            query.take(&name, &value)?;
            seen.push(name);
            if seen.len() > PARAMETERS_MAX {
                return Err(refused("query", "too many parameters").limit(PARAMETERS_MAX.to_string()));
            }
        }
        Ok(query)
    }

    fn take(&mut self, name: &str, value: &str) -> Result<(), Refusal> {
        match name {
            "limit" => self.limit = limit(value)?,
            "next" => self.next = Some(value.to_owned()),
            "added_after" => self.added_after = Some(time(name, value)?),
            "match[id]" => {
                self.ids = list(name, value, IDS_MAX)?;
                if self.ids.iter().any(|id| id.parse::<StixId>().is_err()) {
                    return Err(refused(name, "give STIX identifiers: type--UUID in lower case"));
                }
            }
            "match[type]" => {
                self.types = list(name, value, TYPES_MAX)?;
                let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
                if self.types.iter().any(|t| t.len() > TYPE_BYTES_MAX || !t.bytes().all(plain)) {
                    return Err(refused(name, "give names of STIX types: a-z, 0-9 and -"));
                }
            }
            "match[spec_version]" => {
                self.spec_versions = list(name, value, VERSIONS_MAX)?;
                let plain = |version: &String| {
                    version.len() <= 8 && version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
                };
                if !self.spec_versions.iter().all(plain) {
                    return Err(refused(name, "give versions of STIX, such as 2.1"));
                }
            }
            _ => self.versions = versions(name, value)?,
        }
        Ok(())
    }

    /// Returns everything but the place and the size of the page: what a cursor is bound to.
    ///
    /// The size is left out, for a client may ask for smaller pages on its way.
    pub fn filter(&self) -> Vec<u8> {
        let time = |time: &Timestamp| time.to_string();
        let (all, first, last, at) = match &self.versions {
            Versions::All => (true, false, false, Vec::new()),
            Versions::Any { first, last, at } => (false, *first, *last, at.iter().map(time).collect::<Vec<_>>()),
        };
        let sorted = |list: &[String]| {
            let mut list = list.to_vec();
            list.sort_unstable();
            list.dedup();
            list
        };
        let parts = (
            self.added_after.as_ref().map(time),
            sorted(&self.ids),
            sorted(&self.types),
            (all, first, last, sorted(&at)),
            sorted(&self.spec_versions),
        );
        serde_json::to_vec(&parts).unwrap_or_default()
    }
}

fn limit(value: &str) -> Result<usize, Refusal> {
    let todo = "give a whole number from 1 on";
    if value.is_empty() || value.len() > 30 || !value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(refused("limit", todo));
    }
    // What does not fit a number is more than the limit.
    match value.parse().unwrap_or(usize::MAX) {
        0 => Err(refused("limit", todo)),
        limit => Ok(limit.min(LIMIT_MAX)),
    }
}

fn time(name: &str, value: &str) -> Result<Timestamp, Refusal> {
    Timestamp::parse(value).map_err(|_| refused(name, "give a time such as 2026-11-24T12:00:00.000000Z"))
}

fn list(name: &str, value: &str, max: usize) -> Result<Vec<String>, Refusal> {
    let items = value.split(',').count();
    if items > max {
        return Err(Refusal::new(
            422,
            "too many values",
            format!("{items} values were given; ask in several requests"),
        )
        .at(name)
        .limit(max.to_string()));
    }
    if value.split(',').any(str::is_empty) {
        return Err(refused(name, "a value is empty; give values separated by single commas"));
    }
    Ok(value.split(',').map(str::to_owned).collect())
}

fn versions(name: &str, value: &str) -> Result<Versions, Refusal> {
    let (mut all, mut first, mut last, mut at) = (false, false, false, Vec::new());
    let words = list(name, value, VERSIONS_MAX)?;
    for word in &words {
        match word.as_str() {
            "all" => all = true,
            "first" => first = true,
            "last" => last = true,
            other => at.push(
                Timestamp::parse(other).map_err(|_| refused(name, "give all, first, last, or times of versions"))?,
            ),
        }
    }
    match (all, words.len()) {
        (true, 1) => Ok(Versions::All),
        (true, _) => Err(refused(name, "all stands alone")),
        (false, _) => Ok(Versions::Any { first, last, at }),
    }
}

/// Decodes `application/x-www-form-urlencoded`; `None` where it is not, or not UTF-8, or has a NUL.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || rest.next().and_then(|digit| char::from(digit).to_digit(16));
                let (high, low) = (digit()?, digit()?);
                u8::try_from(high * 16 + low).ok()?
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok().filter(|text| !text.contains('\0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "malware--31b940d4-6f7f-459a-80ea-9c1f17b58abc";

    fn parsed(text: &str) -> Query {
        Query::parse(text, Asked::Objects).unwrap()
    }

    #[test]
    fn what_is_asked() {
        assert_eq!(parsed(""), Query::default());
        let query = parsed("limit=7&next=abc&added_after=2026-11-24T12%3A00%3A00.000001Z");
        assert_eq!((query.limit, query.next.as_deref()), (7, Some("abc")));
        assert_eq!(query.added_after.unwrap().to_string(), "2026-11-24T12:00:00.000001Z");
        assert_eq!(parsed("limit=1000000000000").limit, LIMIT_MAX);
        assert_eq!(parsed("limit=100000000000000000000000").limit, LIMIT_MAX);
        assert_eq!(parsed(&format!("match%5Bid%5D={ID},{ID}")).ids, [ID, ID]);
        assert_eq!(parsed("match[type]=malware,x-thing").types, ["malware", "x-thing"]);
        assert_eq!(parsed("match[spec_version]=2.0,2.1").spec_versions, ["2.0", "2.1"]);
        assert_eq!(parsed("match[version]=all").versions, Versions::All);
        let at = vec![Timestamp::parse("2020-01-01T00:00:00Z").unwrap()];
        let versions = parsed("match[version]=first,2020-01-01T00:00:00.000Z").versions;
        assert_eq!(versions, Versions::Any { first: true, last: false, at });
    }

    #[test]
    fn what_is_refused() {
        let ids = vec![ID; 5_000].join(",");
        for (text, status) in [
            ("limit=0", 400),
            ("limit=-1", 400),
            ("limit=abc", 400),
            ("limit=", 400),
            ("limit=1&limit=1", 400),
            ("added_after=yesterday", 400),
            ("added_after=2026-11-24", 400),
            ("match[colour]=red", 400),
            ("match[id]=x%27%20OR%201%3D1", 400),
            ("match[id]=", 400),
            ("match[type]=a,,b", 400),
            ("match[type]=%25", 400),
            ("match[version]=newest", 400),
            ("match[version]=all,last", 400),
            ("match[spec_version]=two", 400),
            ("add_after=2026-11-24T12:00:00Z", 400),
            ("limit=%zz", 400),
            ("next=%00", 400),
            ("next=%ff", 400),
            (&format!("match[id]={ids}"), 422),
        ] {
            let refusal = Query::parse(text, Asked::Objects).unwrap_err();
            assert_eq!(refusal.status, status, "{text:.80}");
            assert!(refusal.place.is_some() && !refusal.description.is_empty());
        }
        for (asked, text, good) in [
            (Asked::Plain, "", true),
            (Asked::Plain, "limit=1", false),
            (Asked::Object, "match[version]=all&limit=1&added_after=2020-01-01T00:00:00Z", true),
            (Asked::Object, "match[type]=malware", false),
            (Asked::Versions, "match[spec_version]=2.1&next=x", true),
            (Asked::Versions, "match[version]=all", false),
        ] {
            assert_eq!(Query::parse(text, asked).is_ok(), good, "{asked:?} {text}");
        }
    }

    #[test]
    fn filters_are_told_apart() {
        let base = "match[type]=a,b&match[version]=all";
        let same = |text: &str| parsed(text).filter() == parsed(base).filter();
        assert!(same("match[version]=all&match[type]=b,a&limit=3&next=x"));
        for other in [
            "match[type]=a&match[version]=all",
            "match[type]=a,b",
            "added_after=2020-01-01T00:00:00Z&match[type]=a,b&match[version]=all",
        ] {
            assert!(!same(other), "{other}");
        }
    }
}
