//! A draft: the exact bytes that would leave, and the statement officers sign over them.
//!
//! Guarantees: the statement binds everything a recipient is given, everyone it is given to by organisation key, and what the leak
//! check looks for. A draft comes from a tearline, from a published set, or from stored bytes with the digest that was kept of
//! it, and cannot be changed. `items`, `dropped` and `sanitisation` name originals; they stay at home.
//!
//! Nobody else can make one, not even by reading it:
//!
//! ```compile_fail
//! let forged: comity_release::Draft = serde_json::from_str("{}").unwrap();
//! ```
//!
//! and none can be changed:
//!
//! ```compile_fail
//! fn widen(draft: &mut comity_release::Draft) {
//!     draft.parts.clear();
//! }
//! ```

use crate::document::{DocumentRequest, document_ref};
use crate::leak::CheckConfiguration;
use crate::person::{PersonalData, Persons};
use crate::{DraftRequest, POLICY_VERSION, ReleaseId, SourceDescriptor};
use base64::Engine as _;
use comity_crypto::{Sha256Stream, VerifyingKey, sha256};
use comity_vocab::{Digest, Form, OrgCode, SecurityLabel, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// The edition of the statement that drafts are made with.
const STATEMENT: u32 = 2;

/// In which form objects leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Rebuilt from the allow-list.
    Tearline,
    /// Exact bytes of objects declared public.
    AsPublished,
    /// A document: words of officers, in one of the forms.
    Document,
}

impl Mode {
    /// Returns the word of the statement.
    pub fn as_str(&self) -> &'static str {
        match self {
            Mode::Tearline => "tearline",
            Mode::AsPublished => "as_published",
            Mode::Document => "document",
        }
    }
}

/// Which original became which released object. The note written for a release without a raw report stands for itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// The identifier of the original; stays at home.
    pub original_id: String,
    /// Its version key; stays at home.
    pub original_version: String,
    /// The identifier recipients see.
    pub released_id: String,
    /// The version key recipients see.
    pub released_version: String,
}

/// A reference or object that did not make it into the release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dropped {
    /// The identifier of the original.
    pub object: String,
    /// JSON pointer of the property, empty where the whole object was dropped.
    pub property: String,
    /// What it referred to, empty where it referred to nothing.
    pub target: String,
    /// Why, for the officer.
    pub reason: String,
}

/// A property that was left out or altered (the sanitisation log of domain.md R2.13).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The identifier of the original.
    pub object: String,
    /// The property, or its JSON pointer.
    pub property: String,
    /// What was done, for the officer.
    pub change: String,
}

/// What would leave.
#[derive(Clone, PartialEq, Eq)]
pub struct Draft {
    fields: Fields,
    /// The SHA-256 of the statement: asked for at every step, and a long draft is long to hash.
    digest: Digest,
}

/// A draft as it is stored.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Fields {
    /// The edition of the statement; what the version before stored has none.
    #[serde(default = "first_statement")]
    statement: u32,
    release: ReleaseId,
    organisation: OrgCode,
    mode: Mode,
    /// Of which form it is; documents only, and every document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    form: Option<Form>,
    audience: BTreeSet<OrgCode>,
    #[serde(default)]
    keys: BTreeMap<OrgCode, VerifyingKey>,
    label: SecurityLabel,
    descriptor: Option<SourceDescriptor>,
    policy_version: String,
    #[serde(default)]
    check: Option<CheckConfiguration>,
    #[serde(default, skip_serializing_if = "Persons::is_empty")]
    persons: Persons,
    created: Timestamp,
    expires: Timestamp,
    #[serde(with = "base64_parts")]
    parts: Vec<Vec<u8>>,
    items: Vec<Item>,
    dropped: Vec<Dropped>,
    sanitisation: Vec<Change>,
}

fn first_statement() -> u32 {
    1
}

/// Why stored bytes are not the draft that was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DraftFault {
    /// Not the form of a draft.
    #[error("the stored draft is damaged")]
    Malformed,
    /// Another edition of the statement than this program knows.
    #[error("the stored draft has statement {found}, which this program does not know")]
    Edition {
        /// The edition found.
        found: u32,
    },
    /// Not what the officers were shown.
    #[error("the stored draft was changed: its digest is {found}, not the one that was kept")]
    Changed {
        /// The digest of what is stored.
        found: Digest,
    },
}

/// What makes a draft, beside the request.
pub(crate) struct Made {
    pub mode: Mode,
    pub label: SecurityLabel,
    pub descriptor: Option<SourceDescriptor>,
    pub of_persons: BTreeSet<String>,
    pub parts: Vec<Vec<u8>>,
    pub items: Vec<Item>,
    pub dropped: Vec<Dropped>,
    pub sanitisation: Vec<Change>,
}

impl std::fmt::Debug for Draft {
    /// Shows identifier and counts; content never reaches a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Fields { release, items, parts, .. } = &self.fields;
        write!(f, "Draft({release}, {} items, {} parts)", items.len(), parts.len())
    }
}

impl Draft {
    pub(crate) fn made(request: &DraftRequest<'_>, made: Made) -> Self {
        let Made { mode, label, descriptor, of_persons, parts, items, dropped, sanitisation } = made;
        Self::of(Fields {
            statement: STATEMENT,
            release: request.release,
            organisation: request.organisation.code.clone(),
            mode,
            form: None,
            audience: request.audience(),
            keys: request.recipients.clone(),
            label,
            descriptor,
            policy_version: POLICY_VERSION.to_owned(),
            check: Some(request.check.clone()),
            persons: Persons { said: request.personal.clone(), groups: request.groups.clone(), of: of_persons },
            created: request.now,
            expires: request.expires,
            parts,
            items,
            dropped,
            sanitisation,
        })
    }

    fn of(fields: Fields) -> Self {
        let mut draft = Self { fields, digest: Digest([0; 32]) };
        draft.digest = sha256(&[&draft.statement()]);
        draft
    }

    pub(crate) fn document(request: &DocumentRequest<'_>, body: Vec<u8>) -> Self {
        let id = document_ref(request.release);
        Self::of(Fields {
            statement: STATEMENT,
            release: request.release,
            organisation: request.organisation.clone(),
            mode: Mode::Document,
            form: Some(request.body.form()),
            audience: request.recipients.keys().cloned().collect(),
            keys: request.recipients.clone(),
            label: request.label.clone(),
            descriptor: None,
            policy_version: POLICY_VERSION.to_owned(),
            check: Some(request.check.clone()),
            persons: Persons::default(),
            created: request.now,
            expires: request.expires,
            parts: vec![body],
            // A document stands for itself: it was written to leave, and what recipients know it by is its own name.
            items: vec![Item {
                original_id: id.clone(),
                original_version: String::new(),
                released_id: id,
                released_version: String::new(),
            }],
            dropped: Vec::new(),
            sanitisation: Vec::new(),
        })
    }

    /// Returns the bytes to store.
    pub fn encode(&self) -> Vec<u8> {
        // INVARIANT: text, numbers and lists under text keys only: writing them as JSON cannot fail.
        serde_json::to_vec(&self.fields).unwrap_or_default()
    }

    /// Reads stored bytes; only the draft whose digest was kept is accepted.
    ///
    /// # Errors
    /// [`DraftFault`].
    pub fn decode(bytes: &[u8], kept: &Digest) -> Result<Self, DraftFault> {
        let fields: Fields = serde_json::from_slice(bytes).map_err(|_| DraftFault::Malformed)?;
        if fields.form.is_some() != (fields.mode == Mode::Document) {
            return Err(DraftFault::Malformed);
        }
        if fields.statement == 0 || fields.statement > STATEMENT {
            return Err(DraftFault::Edition { found: fields.statement });
        }
        let draft = Self::of(fields);
        if draft.digest == *kept { Ok(draft) } else { Err(DraftFault::Changed { found: draft.digest }) }
    }

    /// Returns the identifier of the release.
    pub fn release(&self) -> ReleaseId {
        self.fields.release
    }

    /// Returns the organisation in whose name it is made.
    pub fn organisation(&self) -> &OrgCode {
        &self.fields.organisation
    }

    /// Returns in which form objects leave.
    pub fn mode(&self) -> Mode {
        self.fields.mode
    }

    /// Returns of which form it is, where it is a document.
    pub fn form(&self) -> Option<Form> {
        self.fields.form
    }

    /// Returns the recipients.
    pub fn audience(&self) -> &BTreeSet<OrgCode> {
        &self.fields.audience
    }

    /// Returns the organisation key of a recipient, to which alone the release may be sealed.
    pub fn key_of(&self, recipient: &OrgCode) -> Option<&VerifyingKey> {
        self.fields.keys.get(recipient)
    }

    /// Returns the label of the whole release.
    pub fn label(&self) -> &SecurityLabel {
        &self.fields.label
    }

    /// Returns what recipients are told about the source.
    pub fn descriptor(&self) -> Option<&SourceDescriptor> {
        self.fields.descriptor.as_ref()
    }

    /// Returns the version of the rules it was made under.
    pub fn policy_version(&self) -> &str {
        &self.fields.policy_version
    }

    /// Returns what the leak check looked for when it was drafted; none where the version before drafted it.
    pub fn check(&self) -> Option<&CheckConfiguration> {
        self.fields.check.as_ref()
    }

    /// Returns why personal data leaves, and until when it may be kept.
    pub fn personal(&self) -> &PersonalData {
        &self.fields.persons.said
    }

    /// Returns the threat actors of which the author answered that they are groups and no single persons.
    pub fn groups(&self) -> &BTreeSet<String> {
        &self.fields.persons.groups
    }

    pub(crate) fn persons(&self) -> &Persons {
        &self.fields.persons
    }

    /// Returns when it was drafted.
    pub fn created(&self) -> Timestamp {
        self.fields.created
    }

    /// Returns the end date: after it the approvals are void.
    pub fn expires(&self) -> Timestamp {
        self.fields.expires
    }

    /// Returns the exact bytes of whole STIX bundles.
    pub fn parts(&self) -> &[Vec<u8>] {
        &self.fields.parts
    }

    /// Returns which original became what, ordered by released identifier.
    pub fn items(&self) -> &[Item] {
        &self.fields.items
    }

    /// Returns what was dropped.
    pub fn dropped(&self) -> &[Dropped] {
        &self.fields.dropped
    }

    /// Returns what was left out or altered.
    pub fn sanitisation(&self) -> &[Change] {
        &self.fields.sanitisation
    }

    /// Returns the exact bytes that officers sign (with their role appended, [`crate::approval_message`]).
    pub fn statement(&self) -> Vec<u8> {
        let fields = &self.fields;
        let mut text = format!("comity-release-statement/{}\n", fields.statement);
        let mut line = |name: &str, value: &dyn std::fmt::Display| {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{name} {value}");
        };
        line("release", &fields.release);
        line("organisation", &fields.organisation);
        line("mode", &fields.mode.as_str());
        if let Some(form) = &fields.form {
            line("form", form);
        }
        for recipient in &fields.audience {
            match (fields.statement, fields.keys.get(recipient)) {
                (1, _) => line("recipient", recipient),
                (_, Some(key)) => line("recipient", &format!("{recipient} {}", key.digest())),
                (_, None) => line("recipient", &format!("{recipient} unknown")),
            }
        }
        line("label", &fields.label);
        match &fields.descriptor {
            Some(descriptor) => line("terms", descriptor),
            None => line("terms", &"none"),
        }
        line("policy", &fields.policy_version);
        if fields.statement > 1 {
            match &fields.check {
                Some(check) => line("check", &format!("{} {}", check.tables(), check.digest())),
                None => line("check", &"none"),
            }
        }
        if !fields.persons.is_empty() {
            line("personal-data-sha256", &self.personal_digest());
            if let Some(day) = &fields.persons.said.erase_by {
                line("erase-by", day);
            }
        }
        line("created", &fields.created);
        line("expires", &fields.expires);
        line("items", &fields.items.len());
        line("items-sha256", &self.items_digest());
        if fields.statement > 1 {
            line("notes-sha256", &self.notes_digest());
        }
        for (number, part) in fields.parts.iter().enumerate() {
            line("part", &format!("{number} {} {}", part.len(), sha256(&[part])));
        }
        text.into_bytes()
    }

    /// Returns the SHA-256 of the statement.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// Returns the identifiers of the released objects.
    pub fn released_ids(&self) -> BTreeSet<String> {
        self.fields.items.iter().map(|item| item.released_id.clone()).collect()
    }

    /// Tells whether the draft was made under the rules now in force.
    pub fn is_current(&self) -> bool {
        self.fields.policy_version == POLICY_VERSION
    }

    /// Tells whether the statement binds the recipients' keys and what the check looks for: those of the version before do not.
    pub fn binds_keys(&self) -> bool {
        self.fields.statement == STATEMENT
    }

    fn items_digest(&self) -> Digest {
        framed(
            self.fields.items.iter().flat_map(|item| {
                [&item.original_id, &item.original_version, &item.released_id, &item.released_version]
            }),
        )
    }

    /// The digest of why personal data leaves, which actors are groups and which originals are of a person; the words stay at home.
    fn personal_digest(&self) -> Digest {
        let Persons { said, groups, of } = &self.fields.persons;
        let mut texts: Vec<String> = Vec::new();
        for (name, text) in said.texts() {
            texts.extend([name.to_owned(), text.unwrap_or_default().to_owned()]);
        }
        for (name, ids) in [("groups", groups), ("of", of)] {
            texts.extend([name.to_owned(), ids.len().to_string()]);
            texts.extend(ids.iter().cloned());
        }
        framed(texts.iter())
    }

    /// The digest of what the officer was told about what was dropped and altered.
    fn notes_digest(&self) -> Digest {
        let count = self.fields.dropped.len().to_string();
        let dropped = self.fields.dropped.iter().flat_map(|d| [&d.object, &d.property, &d.target, &d.reason]);
        let changed = self.fields.sanitisation.iter().flat_map(|c| [&c.object, &c.property, &c.change]);
        framed(std::iter::once(&count).chain(dropped).chain(changed))
    }
}

/// The SHA-256 of texts, each with its length before it.
fn framed<'a>(texts: impl Iterator<Item = &'a String>) -> Digest {
    let mut all = Sha256Stream::default();
    for text in texts {
        all.update(&(text.len() as u64).to_be_bytes());
        all.update(text.as_bytes());
    }
    all.finish()
}

/// Bytes as base64 text: a list of numbers would be four times as long.
mod base64_parts {
    use super::*;
    use base64::engine::general_purpose::STANDARD;
    use serde::de::Error as _;

    pub fn serialize<S: serde::Serializer>(parts: &[Vec<u8>], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(parts.iter().map(|part| STANDARD.encode(part)))
    }

    pub fn deserialize<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<Vec<u8>>, D::Error> {
        Vec::<String>::deserialize(deserializer)?
            .iter()
            .map(|text| STANDARD.decode(text).map_err(|_| D::Error::custom("part is not base64")))
            .collect()
    }
}
