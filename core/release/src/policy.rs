//! Which objects may be released to whom, and under which label (domain.md §2.2, §5.5; security.md I8, I9, I13).
//!
//! Guarantees: anything not understood is refused: no marking, an unknown marking, a granular marking, a defect, a
//! partner's object. The label of a release is at least as strict as that of every object in it.

use crate::person::{Bond, PERSONAL_TEXT_BYTES_MAX, PersonalData};
use crate::{DraftRequest, Organisation, Origin, SourceObject};
use comity_vocab::{OrgCode, SecurityLabel, Tlp};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// The version of these rules; a draft made under another is refused when sent.
pub const POLICY_VERSION: &str = "comity-release-policy/3";

/// The type of what officers write by hand; never copied, only rewritten.
pub const RAW_REPORT_TYPE: &str = "x-comity-raw-report";

/// Why one object may not be released.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It has no marking.
    Unmarked,
    /// It was released to us by a partner.
    NotReleasableOnward {
        /// The partner.
        from: OrgCode,
    },
    /// The import found a defect in it.
    HasDefects,
    /// Its label does not let a recipient have it.
    NotReleasableTo {
        /// The recipient.
        recipient: OrgCode,
    },
    /// It carries a marking whose meaning is not known here.
    UnknownMarking,
    /// It carries markings on parts of itself.
    GranularMarkings,
    /// Its own TLP marking is stricter than the label it is filed under.
    MarkedStricter {
        /// The marking found in the object.
        found: Tlp,
    },
    /// No tearline is made of this type.
    Type,
    /// It was not declared public.
    NotDeclaredPublic,
    /// It refers to an object that is neither selected nor declared public.
    RefersToUndeclared {
        /// JSON pointer of the reference.
        property: String,
    },
    /// It is a raw report and no text was written for the release.
    NeedsWrittenText,
    /// Its bytes are not one well-formed object with this identifier.
    NotReadable,
    /// It has a property that stands for a special category of personal data.
    SpecialCategory {
        /// The property.
        property: String,
    },
    /// It was selected twice.
    Twice,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Unmarked => f.write_str("it is unmarked; mark it first"),
            Reason::NotReleasableOnward { from } => {
                write!(f, "it was released to us by {from} and may not be passed on; ask {from} for permission")
            }
            Reason::HasDefects => f.write_str("it has defects; correct it and import it again"),
            Reason::NotReleasableTo { recipient } => write!(f, "its label does not permit {recipient}"),
            Reason::UnknownMarking => {
                f.write_str("it carries a marking definition that is not known here; have its meaning decided first")
            }
            Reason::GranularMarkings => {
                f.write_str("it carries granular markings, which are not understood; split it into objects")
            }
            Reason::MarkedStricter { found } => write!(f, "it carries {found}, stricter than its label; mark it again"),
            Reason::Type => f.write_str("no tearline is made of this type; allow it by name with type:…"),
            Reason::NotDeclaredPublic => f.write_str("two officers have not declared this version public"),
            Reason::RefersToUndeclared { property } => {
                write!(f, "{property} refers to an object that is neither selected nor declared public")
            }
            Reason::NeedsWrittenText => f.write_str("a raw report is never copied; write the text that may leave"),
            Reason::NotReadable => f.write_str("its bytes are not one well-formed object with this identifier"),
            Reason::SpecialCategory { property } => {
                write!(f, "{property} stands for a special category of personal data, which never leaves")
            }
            Reason::Twice => f.write_str("it is selected twice"),
        }
    }
}

/// One object that may not be released, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotReleasable {
    /// Its identifier.
    pub object: String,
    /// Why.
    pub reason: Reason,
}

/// Why no draft was made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DraftError {
    /// Nothing was selected.
    #[error("nothing is selected")]
    NothingSelected,
    /// Nobody is to receive it.
    #[error("the audience is empty")]
    NoAudience,
    /// The organisation itself is among the recipients.
    #[error("the audience contains {code}, which is ourselves")]
    AudienceIsUs {
        /// Our code.
        code: OrgCode,
    },
    /// The end date is not after now.
    #[error("the release would expire before it is made")]
    Expired,
    /// Objects that may not be released; the first is in the message.
    #[error("{} of the objects may not be released; {}: {}", objects.len(), first(objects).0, first(objects).1)]
    NotReleasable {
        /// Every one, with its reason.
        objects: Vec<NotReleasable>,
    },
    /// The label asked for is less strict than what the objects carry.
    #[error("the label {wanted} is less strict than {needed}, which the objects carry")]
    LabelTooWide {
        /// What was asked for.
        wanted: SecurityLabel,
        /// What the objects carry.
        needed: SecurityLabel,
    },
    /// The label asked for does not let a recipient have the release.
    #[error("the label asked for does not permit {recipient}")]
    LabelExcludes {
        /// The recipient.
        recipient: OrgCode,
    },
    /// A property that never leaves was allowed by name.
    #[error("{property} never leaves, not even by name")]
    NeverLeaves {
        /// The property.
        property: String,
    },
    /// A property that stands for a special category of personal data was allowed by name.
    #[error(
        "{property} never leaves: by its name it says what a person believes, where their people come from, how they vote, whether \
         they are ill or whom they love"
    )]
    SpecialCategory {
        /// The property.
        property: String,
    },
    /// Something of a person would leave and it is not said why, or until when.
    #[error(
        "{objects} of the objects name a person or an account, the first is {first}; to release them, say {}",
        missing.join(", ")
    )]
    PersonalData {
        /// How many objects.
        objects: usize,
        /// The identifier of the first.
        first: String,
        /// The fields that are not said.
        missing: Vec<&'static str>,
    },
    /// Something became of a person after it was drafted, and text of it was copied.
    #[error("{object} is of a person by now, and was not when this was drafted; draft it again")]
    PersonSince {
        /// Its identifier.
        object: String,
    },
    /// What is said about personal data is too long, or not one plain line.
    #[error("{field} is not one plain line of at most {PERSONAL_TEXT_BYTES_MAX} bytes")]
    PersonalText {
        /// The field.
        field: &'static str,
    },
    /// The day of erasure is not after today.
    #[error("the day by which it is to be erased is not after today")]
    EraseByPast,
    /// Everything selected was dropped for want of what it refers to.
    #[error("nothing is left to release: every object refers to something not released")]
    NothingLeft,
    /// Text, descriptor or names asked for what objects sent as published cannot carry.
    #[error("objects sent as published are sent as they are: no written text, descriptor or allowed property")]
    AsPublishedIsExact,
}

fn first(objects: &[NotReleasable]) -> (&str, String) {
    objects.first().map_or(("", String::new()), |o| (o.object.as_str(), o.reason.to_string()))
}

/// Checks what does not depend on the objects.
pub(crate) fn check_request(request: &DraftRequest<'_>) -> Result<(), DraftError> {
    if request.objects.is_empty() {
        return Err(DraftError::NothingSelected);
    }
    check_audience(&request.audience(), request.organisation)?;
    if request.expires <= request.now {
        return Err(DraftError::Expired);
    }
    let too_long = |text: &str| {
        // What is blank is not said at all.
        text.len() > PERSONAL_TEXT_BYTES_MAX || !(text.trim().is_empty() || comity_text::is_plain_line(text))
    };
    if let Some((field, _)) = request.personal.texts().iter().find(|(_, text)| text.is_some_and(too_long)) {
        return Err(DraftError::PersonalText { field });
    }
    if request.personal.erase_by.is_some_and(|day| day <= request.now) {
        return Err(DraftError::EraseByPast);
    }
    Ok(())
}

fn check_audience(audience: &BTreeSet<OrgCode>, organisation: &Organisation) -> Result<(), DraftError> {
    if audience.is_empty() {
        return Err(DraftError::NoAudience);
    }
    if audience.contains(&organisation.code) {
        return Err(DraftError::AudienceIsUs { code: organisation.code.clone() });
    }
    Ok(())
}

/// Checks one object against everything that does not depend on the form in which it leaves.
pub(crate) fn check_object(
    source: &SourceObject<'_>,
    object: &Map<String, Value>,
    audience: &BTreeSet<OrgCode>,
    mapped: &dyn Fn(&str) -> bool,
) -> Result<SecurityLabel, Reason> {
    if let Origin::Link(from) = &source.origin {
        return Err(Reason::NotReleasableOnward { from: from.clone() });
    }
    if source.has_defects {
        return Err(Reason::HasDefects);
    }
    let Some(label) = &source.label else { return Err(Reason::Unmarked) };
    if object.get("granular_markings").is_some() {
        return Err(Reason::GranularMarkings);
    }
    match object.get("object_marking_refs") {
        None => {}
        Some(Value::Array(refs)) => {
            for marking in refs {
                let Some(id) = marking.as_str() else { return Err(Reason::UnknownMarking) };
                match Tlp::from_marking_id(id) {
                    Some(found) if found > label.tlp => return Err(Reason::MarkedStricter { found }),
                    Some(_) => {}
                    None if mapped(id) => {}
                    None => return Err(Reason::UnknownMarking),
                }
            }
        }
        Some(_) => return Err(Reason::UnknownMarking),
    }
    match audience.iter().find(|recipient| !label.permits(recipient)) {
        Some(recipient) => Err(Reason::NotReleasableTo { recipient: recipient.clone() }),
        None => Ok(label.clone()),
    }
}

/// Refuses a release of something of a person without what must be said of it.
pub(crate) fn check_personal(said: &PersonalData, bonds: &BTreeMap<&str, Bond>) -> Result<(), DraftError> {
    let Some(most) = bonds.values().max().copied().filter(|bond| *bond > Bond::None) else { return Ok(()) };
    let missing = said.missing(most);
    if missing.is_empty() {
        return Ok(());
    }
    let of_persons = bonds.values().filter(|bond| **bond > Bond::None).count();
    let first = bonds.iter().find(|(_, bond)| **bond == most).map_or("", |(id, _)| *id);
    Err(DraftError::PersonalData { objects: of_persons, first: first.to_owned(), missing })
}

/// Decides the label of the release from those of its objects and the one asked for.
pub(crate) fn release_label(
    labels: &[SecurityLabel],
    wanted: Option<&SecurityLabel>,
    audience: &BTreeSet<OrgCode>,
) -> Result<SecurityLabel, DraftError> {
    let (first, rest) = labels.split_first().ok_or(DraftError::NothingSelected)?;
    let needed = rest.iter().fold(first.clone(), |all, label| all.combine(label));
    let narrow = |label: &SecurityLabel| SecurityLabel {
        tlp: label.tlp,
        releasable_to: label
            .combine(&SecurityLabel { tlp: label.tlp, releasable_to: Some(audience.clone()) })
            .releasable_to,
    };
    let Some(wanted) = wanted else { return Ok(narrow(&needed)) };
    let label = narrow(wanted);
    if !label.is_at_least(&needed) {
        return Err(DraftError::LabelTooWide { wanted: wanted.clone(), needed });
    }
    match audience.iter().find(|recipient| !label.permits(recipient)) {
        Some(recipient) => Err(DraftError::LabelExcludes { recipient: recipient.clone() }),
        None => Ok(label),
    }
}

/// A selected object whose bytes were read, once for all that is asked of them.
pub struct ReadSource<'a> {
    pub(crate) source: &'a SourceObject<'a>,
    read: Result<Map<String, Value>, Reason>,
}

impl std::fmt::Debug for ReadSource<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ReadSource({})", self.source.id)
    }
}

impl<'a> ReadSource<'a> {
    /// Reads the bytes, and checks that they are what the selection says.
    pub fn new(source: &'a SourceObject<'a>) -> Self {
        Self { source, read: read(source) }
    }

    /// Its identifier.
    pub fn id(&self) -> &str {
        self.source.id
    }

    /// The object; none where the bytes are not one well-formed object with this identifier.
    pub fn object(&self) -> Option<&Map<String, Value>> {
        self.read.as_ref().ok()
    }

    pub(crate) fn readable(&self) -> Result<&Map<String, Value>, Reason> {
        self.read.as_ref().map_err(Clone::clone)
    }
}

/// Reads the bytes of one object and checks that they are what the selection says.
fn read(source: &SourceObject<'_>) -> Result<Map<String, Value>, Reason> {
    // A key given twice would be checked once and leave twice.
    comity_stix::check(source.bytes, &comity_stix::Limits::default()).map_err(|_| Reason::NotReadable)?;
    let value: Value = serde_json::from_slice(source.bytes).map_err(|_| Reason::NotReadable)?;
    let Value::Object(object) = value else { return Err(Reason::NotReadable) };
    let same_id = object.get("id").and_then(Value::as_str) == Some(source.id);
    let has_type = object
        .get("type")
        .and_then(Value::as_str)
        .is_some_and(|kind| source.id.strip_prefix(kind).is_some_and(|rest| rest.starts_with("--")));
    if same_id && has_type { Ok(object) } else { Err(Reason::NotReadable) }
}
