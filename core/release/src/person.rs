//! Which objects are of persons, and what must be said before one leaves.
//!
//! Guarantees: what is not said to be something else counts as a person: an identity without a class, a threat actor of which nobody
//! answered that it is a group. What refers to a person, or is referred to by one, is of a person as well. Does not know: persons who
//! stand in text only.

use crate::policy::{self, DraftError, NotReleasable, ReadSource};
use crate::references;
use crate::request::SourceObject;
use crate::{Draft, Mode};
use comity_vocab::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// The longest of the texts, in bytes.
pub const PERSONAL_TEXT_BYTES_MAX: usize = 2_000;

/// Why personal data leaves, and until when the receiver may keep it. All of it is signed; only the last travels.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PersonalData {
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// The legal basis on which it is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basis: Option<String>,
    /// Why just this is needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub necessity: Option<String>,
    /// The day from which the receiver must not have it any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub erase_by: Option<Timestamp>,
}

impl PersonalData {
    /// Each text with its name.
    pub fn texts(&self) -> [(&'static str, Option<&str>); 3] {
        [
            ("purpose", self.purpose.as_deref()),
            ("basis", self.basis.as_deref()),
            ("necessity", self.necessity.as_deref()),
        ]
    }

    /// The fields that are not said and must be.
    pub(crate) fn missing(&self, bond: Bond) -> Vec<&'static str> {
        let said = |text: &Option<String>| text.as_deref().is_some_and(|text| !text.trim().is_empty());
        let needed = [
            ("purpose", said(&self.purpose), Bond::Account),
            ("basis", said(&self.basis), Bond::Person),
            ("necessity", said(&self.necessity), Bond::Person),
            ("erase_by", self.erase_by.is_some(), Bond::Account),
        ];
        needed.into_iter().filter(|(_, said, from)| !said && bond >= *from).map(|(name, _, _)| name).collect()
    }
}

/// What a draft keeps of the persons in it. Officers sign all of it; at home it stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Persons {
    /// Why personal data leaves, and until when.
    pub said: PersonalData,
    /// Threat actors of which the author answered that they are groups.
    pub groups: BTreeSet<String>,
    /// The originals that are of a person: text of theirs was not copied.
    pub of: BTreeSet<String>,
}

impl Persons {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What an object has to do with a person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Bond {
    /// Nothing that is known.
    #[default]
    None,
    /// An account or e-mail address that belongs to nobody known: it says less than a person does, and is somebody's all the same.
    Account,
    /// It is a person, or one reference away from one.
    Person,
}

/// Classes of identities that are no persons.
const NOT_PERSONS: &[&str] = &["group", "system", "organization", "class"];
/// Words in the names of properties that only persons have.
const FIELDS_OF_PERSONS: &[&str] = &[
    "birth",
    "born",
    "passport",
    "nationality",
    "gender",
    "surname",
    "firstname",
    "lastname",
    "givenname",
    "familyname",
    "maiden",
];
/// References that say who wrote or marked an object, not whom it is about.
const NOT_ABOUT: &[&str] = &["/created_by_ref", "/object_marking_refs"];

/// Text that people write about something, by the standard's names.
const FREE_TEXT: &[&str] =
    &["description", "abstract", "content", "explanation", "objective", "goals", "subject", "body", "body_multipart"];
/// Names and values, which leave however many words they have.
const NAMES: &[&str] = &[
    "name",
    "aliases",
    "display_name",
    "value",
    "account_login",
    "user_id",
    "street_address",
    "city",
    "administrative_area",
    "region",
    "pattern",
    "path",
    "key",
];
/// So many characters of a script that writes words without blanks are one word.
const UNSPACED_CHARS_MAX: usize = 4;
/// So many separators stand in one word.
const SEPARATORS_MAX: usize = 3;

/// Tells whether an object is a person by what it says itself; `groups`: threat actors of which an officer answered that they are none.
pub fn is_person(object: &Map<String, Value>, groups: &BTreeSet<String>) -> bool {
    let word = |name: &str| object.get(name).and_then(Value::as_str);
    match word("type") {
        Some("identity") => !word("identity_class").is_some_and(|class| NOT_PERSONS.contains(&class)),
        Some("threat-actor") => {
            let marked = word("resource_level") == Some("individual") || has_fields_of_persons(object);
            marked || !word("id").is_some_and(|id| groups.contains(id))
        }
        _ => false,
    }
}

/// Tells whether an object belongs to somebody, known or not.
pub fn is_account(object: &Map<String, Value>) -> bool {
    matches!(object.get("type").and_then(Value::as_str), Some("user-account" | "email-addr"))
}

/// Returns what an object is about, by its references.
pub fn refers_to(object: &Map<String, Value>) -> BTreeSet<String> {
    let mut targets = BTreeSet::new();
    references::visit(object, &mut |property, target| {
        if !NOT_ABOUT.iter().any(|other| property.starts_with(other)) {
            targets.insert(target.to_owned());
        }
    });
    targets
}

/// Tells whether an object that is not held may be a person, as far as its identifier says.
pub fn may_be_person(id: &str, groups: &BTreeSet<String>) -> bool {
    id.starts_with("identity--") || (id.starts_with("threat-actor--") && !groups.contains(id))
}

fn has_fields_of_persons(object: &Map<String, Value>) -> bool {
    object.iter().any(|(name, value)| {
        is_of_persons(name)
            || match value {
                Value::Object(inner) => has_fields_of_persons(inner),
                Value::Array(items) => items.iter().filter_map(Value::as_object).any(has_fields_of_persons),
                _ => false,
            }
    })
}

fn is_of_persons(name: &str) -> bool {
    let plain: String = name.chars().filter(|character| character.is_alphanumeric()).collect();
    let plain = plain.to_lowercase();
    FIELDS_OF_PERSONS.iter().any(|word| plain.contains(word))
}

/// Tells whether a property is text that is written for a release and never copied, where it is of a person.
pub(crate) fn is_free_text(property: &str, value: &Value) -> bool {
    let reference = property.ends_with("_ref") || property.ends_with("_refs");
    FREE_TEXT.contains(&property) || !(reference || NAMES.contains(&property)) && holds_text(value)
}

/// Whether one of the texts of a value has more than one word, in whatever script.
fn holds_text(value: &Value) -> bool {
    match value {
        Value::String(text) => {
            let unspaced = text.chars().filter(|character| is_unspaced(*character)).count();
            let separators = text.chars().filter(|character| matches!(character, '_' | '-' | '.' | ',')).count();
            let blank = text.trim().chars().any(|character| character.is_whitespace());
            blank || unspaced > UNSPACED_CHARS_MAX || separators > SEPARATORS_MAX
        }
        Value::Array(items) => items.iter().any(holds_text),
        Value::Object(map) => map.values().any(holds_text),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Han, kana, Hangul, Thai, Lao, Myanmar, Khmer and Tibetan.
fn is_unspaced(character: char) -> bool {
    matches!(u32::from(character), 0x0E00..=0x0FFF | 0x1000..=0x109F | 0x1780..=0x17FF | 0x2E80..=0xA4CF | 0xAC00..=0xD7FF
        | 0xF900..=0xFAFF | 0x2_0000..=0x3_FFFF)
}

/// Refuses a draft where persons are in it by now of whom it does not know: what is held around it changed.
///
/// # Errors
/// [`DraftError`].
pub fn check_persons(
    draft: &Draft,
    originals: &[SourceObject<'_>],
    of_persons: &BTreeSet<String>,
) -> Result<(), DraftError> {
    let read: Vec<ReadSource<'_>> = originals.iter().map(ReadSource::new).collect();
    check_persons_read(draft, &read, of_persons)
}

/// The same, of originals that were read already.
///
/// # Errors
/// [`DraftError`].
pub fn check_persons_read(
    draft: &Draft,
    originals: &[ReadSource<'_>],
    of_persons: &BTreeSet<String>,
) -> Result<(), DraftError> {
    if draft.mode() == Mode::AsPublished {
        return Ok(());
    }
    let persons = draft.persons();
    // What cannot be read is not nobody's.
    let read = |original: &ReadSource<'_>| match original.readable() {
        Ok(_) => Ok(()),
        Err(reason) => Err(DraftError::NotReleasable {
            objects: vec![NotReleasable { object: original.source.id.to_owned(), reason }],
        }),
    };
    originals.iter().try_for_each(read)?;
    let objects: Vec<_> = originals.iter().filter_map(|it| Some((it.source, it.object()?))).collect();
    let bonds = bonds(&objects, &persons.groups, of_persons);
    policy::check_personal(&persons.said, &bonds)?;
    match bonds.iter().find(|(id, bond)| **bond == Bond::Person && !persons.of.contains(**id)) {
        Some((id, _)) => Err(DraftError::PersonSince { object: (*id).to_owned() }),
        None => Ok(()),
    }
}

/// Says for each selected object what it has to do with a person. What two officers declared public is nobody's secret any more.
pub(crate) fn bonds<'a>(
    objects: &[(&'a SourceObject<'a>, &Map<String, Value>)],
    groups: &BTreeSet<String>,
    of_persons: &BTreeSet<String>,
) -> BTreeMap<&'a str, Bond> {
    let persons: BTreeSet<&str> = objects
        .iter()
        .filter(|(source, object)| is_person(object, groups) || (is_account(object) && of_persons.contains(source.id)))
        .map(|(source, _)| source.id)
        .collect();
    let mut beside: BTreeSet<String> = of_persons.clone();
    for (source, object) in objects {
        let targets = refers_to(object);
        if targets.iter().any(|target| persons.contains(target.as_str())) {
            beside.insert(source.id.to_owned());
        }
        if persons.contains(source.id) {
            beside.extend(targets);
        }
    }
    let bond = |source: &SourceObject<'_>, object: &Map<String, Value>| match () {
        () if source.declared_public => Bond::None,
        () if persons.contains(source.id) || beside.contains(source.id) => Bond::Person,
        () if is_account(object) => Bond::Account,
        () => Bond::None,
    };
    objects.iter().map(|(source, object)| (source.id, bond(source, object))).collect()
}
