//! What a name or domain of an object could be taken for.
//!
//! Guarantees: words only; nothing is refused because of a hint. Known are our own code, name and hosts, those of partners, and, for a
//! name in letters that look like plain Latin ones, what is held under that plain name. Does not know: whether somebody means to deceive.

use super::Reader;
use crate::failure::Failure;
use crate::home::Home;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use comity_store::{SearchQuery, title};
use comity_text::{Look, mixed_scripts, plain_look, shortened};
use serde::Deserialize;

/// Of a longer text only the beginning is compared: names and domains are shorter.
const COMPARED_MAX: usize = 300;
/// Of a host at most so many names, from the right, are compared.
const LABELS_MAX: usize = 8;
/// So many of what is held under the plain name are looked at.
const HELD_MAX: usize = 20;

/// A name that officers know.
#[derive(Clone, Debug)]
pub(super) struct Known {
    text: String,
    whose: String,
    look: Look,
}

impl Known {
    fn new(text: &str, whose: &str) -> Self {
        Self { text: text.to_owned(), whose: whose.to_owned(), look: Look::of(text) }
    }

    /// Of a home itself: its code, its name, and the hosts that never leave.
    pub(super) fn own(home: &Home) -> Vec<Self> {
        let organisation = &home.configuration.organisation;
        let hosts = home.configuration.policy.internal_hosts.iter();
        [organisation.code.as_str(), &organisation.name]
            .into_iter()
            .map(|text| Self::new(text, "our own organisation"))
            .chain(hosts.map(|host| Self::new(host.trim_start_matches(['*', '.']), "a host of our own")))
            .collect()
    }
}

/// Everything that a name is compared with on one page.
#[derive(Clone, Debug, Default)]
pub struct Resemblances {
    known: Vec<Known>,
}

/// Of a stored card, what people see; who wrote it was verified when it was taken.
#[derive(Deserialize)]
struct Signed {
    card: String,
}

#[derive(Deserialize)]
struct Card {
    organisation: Named,
    #[serde(default)]
    endpoints: Vec<String>,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

impl Resemblances {
    /// Says in words what a name or value could be taken for; nothing where it is like nothing else.
    pub fn hints(&self, text: &str) -> Vec<String> {
        let text = shortened(text, COMPARED_MAX).unwrap_or(text);
        let mut hints: Vec<String> = mixed_scripts(text).map(|scripts| mix(&scripts)).into_iter().collect();
        let host = host_of(text);
        let pieces: Vec<(&str, Look)> = std::iter::once(text)
            .chain(host.into_iter().flat_map(ends))
            .map(|piece| (piece, Look::of(piece)))
            .collect();
        let like = self.known.iter().find_map(|known| {
            let found = pieces.iter().find(|(_, look)| !look.is_blank() && look.is_like(&known.look))?;
            // The same name in other cases is that name.
            (found.0.to_lowercase() != known.text.to_lowercase()).then_some(known)
        });
        hints.extend(like.map(|known| format!("looks like {}, which is {}", known.text, known.whose)));
        hints
    }
}

fn mix(scripts: &[&str]) -> String {
    match scripts {
        [one] => format!("mixes {one} letters with letters of other scripts"),
        [rest @ .., last] => format!("mixes {} and {last} letters in one word", rest.join(", ")),
        [] => "mixes letters of different scripts".to_owned(),
    }
}

/// The host in an address, a mail address or a name.
fn host_of(text: &str) -> Option<&str> {
    let after_scheme = text.split_once("://").map_or(text, |(_, rest)| rest);
    let authority = after_scheme.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
    // Numbers are no names: nobody takes an address for another by its look.
    let is_name = host.contains('.') && host.contains(char::is_alphabetic) && !host.contains(char::is_whitespace);
    is_name.then_some(host)
}

/// A host and the domains it lies in.
fn ends(host: &str) -> impl Iterator<Item = &str> {
    let starts = host.match_indices('.').map(|(at, _)| at + 1);
    std::iter::once(0).chain(starts).filter_map(|at| host.get(at..)).filter(|end| end.contains('.')).take(LABELS_MAX)
}

impl Reader {
    /// Returns what names are compared with: ours and those of every partner.
    ///
    /// # Errors
    /// [`Failure`] where the holdings cannot be read.
    pub fn resemblances(&self) -> Result<Resemblances, Failure> {
        let mut known = self.own_names.clone();
        for row in self.view().desk().links()? {
            let whose = format!("partner {}", row.code);
            known.push(Known::new(&row.code, &whose));
            let card =
                serde_json::from_str::<Signed>(&row.card).ok().and_then(|signed| STANDARD.decode(signed.card).ok());
            let Some(card) = card.and_then(|bytes| serde_json::from_slice::<Card>(&bytes).ok()) else { continue };
            known.push(Known::new(&card.organisation.name, &whose));
            for endpoint in &card.endpoints {
                known.extend(host_of(endpoint).map(|host| Known::new(host, &whose)));
            }
        }
        Ok(Resemblances { known })
    }

    /// Says what is held under the plain Latin letters that a name looks like; `None` where the name is plain, or nothing is.
    ///
    /// # Errors
    /// [`Failure`] where the holdings cannot be read.
    pub fn held_alike(&self, text: &str) -> Result<Option<String>, Failure> {
        let text = shortened(text, COMPARED_MAX).unwrap_or(text);
        let Some(plain) = plain_look(text) else { return Ok(None) };
        let words: Vec<&str> = plain.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        if words.is_empty() {
            return Ok(None);
        }
        let query = SearchQuery { text: Some(words.join(" ")), limit: HELD_MAX, ..SearchQuery::default() };
        let view = self.view();
        let look = Look::of(text);
        for hit in view.search(&query).map_err(super::asked)?.hits {
            let name = view.get(&hit.id)?.and_then(|object| title(&object.bytes));
            if let Some(name) = name.filter(|name| name != text && look.is_like(&Look::of(name))) {
                return Ok(Some(format!("looks like {name}, which is held too")));
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hints_name_what_a_text_looks_like() {
        let known = Resemblances {
            known: vec![
                Known::new("kps", "partner kps"),
                Known::new("Kestrian Police", "partner kps"),
                Known::new("gate.kps.example", "partner kps"),
                Known::new("vsis.example", "a host of our own"),
            ],
        };
        let like = |name: &str, whose: &str| format!("looks like {name}, which is {whose}");
        for (text, expect) in [
            ("Kestrian Police", vec![]),
            ("KESTRIAN POLICE", vec![]),
            ("Kestrian Po1ice", vec![like("Kestrian Police", "partner kps")]),
            ("gate.kps.example", vec![]),
            ("https://gate.kps.example/x", vec![]),
            ("https://gate.kp5.example:8443/x?y", vec![like("gate.kps.example", "partner kps")]),
            ("someone@mail.v5is.example", vec![like("vsis.example", "a host of our own")]),
            ("vsis.example.evil.example", vec![]),
            ("Служба финансов", vec![]),
            ("почта.испытание", vec![]),
            (
                "v\u{455}is.example",
                vec![
                    "mixes Latin and Cyrillic letters in one word".to_owned(),
                    like("vsis.example", "a host of our own"),
                ],
            ),
            ("\u{202e}", vec![]),
        ] {
            assert_eq!(known.hints(text), expect, "{text}");
        }
    }

    #[test]
    fn a_host_is_found_in_addresses() {
        for (text, expect) in [
            ("https://a.example:8443/x", Some("a.example")),
            ("a@b.example", Some("b.example")),
            ("b.example", Some("b.example")),
            ("192.0.2.1:8443", None),
            ("two words. And more", None),
            ("plain", None),
        ] {
            assert_eq!(host_of(text), expect, "{text}");
        }
    }
}
