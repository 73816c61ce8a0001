//! Who takes part in the story and what they write, as data (`demo/story.toml` and the bundles beside it).
//!
//! Guarantees: everything in it is invented. Does not know: how it is played.

use comity_node::Failure;
use serde::Deserialize;

const STORY: &str = include_str!("../../demo/story.toml");
const HOLDINGS: [(&str, &str); 3] = [
    ("vsis", include_str!("../../demo/vsis.json")),
    ("kps", include_str!("../../demo/kps.json")),
    ("tfo", include_str!("../../demo/tfo.json")),
];

/// The whole story.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Story {
    pub organisations: Vec<Organisation>,
    pub officers: Vec<Officer>,
    pub source: Source,
    pub raw_report: RawReport,
    pub tearline_first: Tearline,
    pub tearline_vault_slip: VaultSlip,
    pub tearline_t1: Tearline,
    pub tearline_t2: Tearline,
    pub sighting: Sighting,
    pub recall: Recall,
}

/// One of the nodes.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organisation {
    pub code: String,
    pub name: String,
    pub country: String,
    pub kind: String,
}

/// A person of one organisation; never leaves its node.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Officer {
    pub organisation: String,
    pub code: String,
    pub name: String,
    pub roles: Vec<String>,
}

impl Officer {
    /// Tells whether this officer keeps the registry.
    pub fn is_custodian(&self) -> bool {
        self.roles.iter().any(|role| role == "custodian")
    }
}

/// The protected source, and what would give it away.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    pub cryptonym: String,
    pub true_identity: String,
    pub handler: String,
    pub reliability: String,
    pub protected_terms: Vec<String>,
    pub reason_for_reading: String,
}

/// What the source said, as its handler writes it down.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawReport {
    pub title: String,
    pub grading: String,
    pub label: String,
    pub body: String,
    pub objects: Vec<String>,
    pub search: String,
}

/// What a partner's sensor sees of an indicator that it was given.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sighting {
    pub analyst: String,
    pub releasing_officer: String,
    pub indicator: String,
    pub sensor: String,
    pub observations: String,
    pub comment: String,
}

/// A text written for partners.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tearline {
    pub author: String,
    pub releasing_officer: String,
    pub audience: Vec<String>,
    pub label: String,
    pub title: String,
    pub objects: Vec<String>,
    pub descriptor: String,
    #[serde(default)]
    pub descriptor_rendered: String,
    pub body: String,
    #[serde(default)]
    pub search: String,
    pub personal: Personal,
    #[serde(default)]
    pub leaks: Vec<SeededLeak>,
}

/// Why personal data leaves with it, and until when the partners may keep it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Personal {
    pub purpose: String,
    #[serde(default)]
    pub basis: String,
    #[serde(default)]
    pub necessity: String,
    pub erase_by: String,
}

impl Personal {
    /// The flags that say it, without those that are not said.
    pub fn flags(&self) -> Vec<(&'static str, &str)> {
        let all = [
            ("--purpose", self.purpose.as_str()),
            ("--basis", self.basis.as_str()),
            ("--necessity", self.necessity.as_str()),
            ("--erase-by", self.erase_by.as_str()),
        ];
        all.into_iter().filter(|(_, text)| !text.is_empty()).collect()
    }
}

/// A mistake put into the first draft on purpose.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeededLeak {
    pub class: String,
    pub text: String,
    pub what: String,
}

/// A sentence that names what a handler protects.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VaultSlip {
    pub body: String,
}

/// The recall at the story's end.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recall {
    pub desk_officer: String,
    pub releasing_officer: String,
    pub kind: String,
    pub gone: String,
}

impl Story {
    /// Reads the story that was compiled in.
    ///
    /// # Errors
    /// [`Failure`] where its text is not of this form; a test reads it, so a shipped one is.
    pub fn read() -> Result<Self, Failure> {
        toml::from_str(STORY).map_err(|error| Failure::operational(format!("the demo's story cannot be read: {error}")))
    }

    /// The officers of an organisation, custodians first.
    pub fn officers_of<'a>(&'a self, organisation: &'a str) -> impl Iterator<Item = &'a Officer> {
        let of = move |custodian| {
            self.officers.iter().filter(move |o| o.organisation == organisation && o.is_custodian() == custodian)
        };
        of(true).chain(of(false))
    }

    /// The data protection officer of an organisation, where it has one.
    pub fn data_protection_officer<'a>(&'a self, organisation: &'a str) -> Option<&'a str> {
        let has = |officer: &&Officer| officer.roles.iter().any(|role| role == "data_protection_officer");
        self.officers_of(organisation).find(has).map(|officer| officer.code.as_str())
    }

    /// The full name of an officer.
    pub fn name_of<'a>(&'a self, officer: &'a str) -> &'a str {
        self.officers.iter().find(|entry| entry.code == officer).map_or(officer, |entry| &entry.name)
    }
}

/// The stock of holdings of an organisation: one STIX bundle.
pub fn holdings(organisation: &str) -> &'static str {
    HOLDINGS.iter().find(|(code, _)| *code == organisation).map_or("", |(_, bundle)| bundle)
}

#[cfg(test)]
mod tests {
    use super::{Story, holdings};

    #[test]
    fn the_story_is_complete() {
        let story = Story::read().unwrap();
        for organisation in &story.organisations {
            let custodians = story.officers_of(&organisation.code).filter(|officer| officer.is_custodian()).count();
            assert!(custodians >= 3, "{}: a lost custodian's key is replaced by two others", organisation.code);
            assert!(holdings(&organisation.code).starts_with('{'), "{}", organisation.code);
        }
        let first = &story.tearline_first;
        for leak in &first.leaks {
            assert!(first.body.contains(&leak.text), "{} is not in the draft", leak.class);
            assert!(!story.tearline_t1.body.contains(&leak.text), "{} is still in the corrected text", leak.class);
        }
        for tearline in [first, &story.tearline_t1, &story.tearline_t2] {
            assert_ne!(tearline.author, tearline.releasing_officer);
            for id in &tearline.objects {
                assert!(holdings("vsis").contains(id.as_str()), "{id} is not held");
            }
        }
        assert!(story.tearline_t1.body.contains(&story.recall.gone));
    }
}
