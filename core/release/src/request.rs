//! What a draft is made from: the selected objects, the audience and the officer's choices.
//!
//! Does not know: where the objects are stored. Nothing that was not selected is here, so nothing of it can leave.

use crate::SourceDescriptor;
use crate::coarse::Coarse;
use crate::leak::CheckConfiguration;
use crate::person::PersonalData;
use comity_crypto::VerifyingKey;
use comity_vocab::time::Precision;
use comity_vocab::{OrgCode, SecurityLabel, StixId, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

/// The identifier of one release, known to the sender and to every recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReleaseId(pub uuid::Uuid);

/// A text that is not the identifier of a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the identifier of a release: expected a UUID in lower case with dashes")]
pub struct ReleaseIdError;

impl FromStr for ReleaseId {
    type Err = ReleaseIdError;
    fn from_str(text: &str) -> Result<Self, ReleaseIdError> {
        let uuid = uuid::Uuid::try_parse(text).map_err(|_| ReleaseIdError)?;
        if uuid.hyphenated().to_string() == text { Ok(Self(uuid)) } else { Err(ReleaseIdError) }
    }
}

impl fmt::Display for ReleaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.hyphenated())
    }
}

/// Where an object came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Written here.
    Own,
    /// Imported from a named feed.
    Feed(String),
    /// Released to us by a partner; not ours to give (domain.md §2.2).
    Link(OrgCode),
}

/// One selected object with what the node knows about it.
#[derive(Clone)]
pub struct SourceObject<'a> {
    /// The STIX identifier.
    pub id: &'a str,
    /// The version key (`modified`, or empty).
    pub version: &'a str,
    /// The exact bytes held.
    pub bytes: &'a [u8],
    /// Where it came from.
    pub origin: Origin,
    /// Its marking; `None` is unmarked.
    pub label: Option<SecurityLabel>,
    /// Two officers declared exactly this version public.
    pub declared_public: bool,
    /// The import found a defect in it.
    pub has_defects: bool,
}

/// The organisation in whose name a release is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organisation {
    /// Its code; never among the recipients.
    pub code: OrgCode,
    /// The name in the identity object that every part carries.
    pub name: String,
    /// The STIX identifier of that identity. A changed name needs a new one, since the object's version is constant.
    pub identity_id: StixId,
}

/// Text that an officer wrote for this release.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrittenText {
    /// The title.
    pub title: String,
    /// The body.
    pub body: String,
}

/// Everything a draft is made from.
#[derive(Clone)]
pub struct DraftRequest<'a> {
    /// The identifier of the new release.
    pub release: ReleaseId,
    /// The selected objects, in the order selected.
    pub objects: &'a [SourceObject<'a>],
    /// The recipients, each with the organisation key that it is known by.
    pub recipients: BTreeMap<OrgCode, VerifyingKey>,
    /// The label wanted; `None` takes the combination of the inputs' labels.
    pub label: Option<SecurityLabel>,
    /// What recipients are told about the source.
    pub descriptor: Option<SourceDescriptor>,
    /// Text written for this release.
    pub written: Option<WrittenText>,
    /// Properties allowed by name beyond the table: `labels`, `confidence`, `x_…`, `extensions`, `type:x-…`.
    pub allow_properties: BTreeSet<String>,
    /// How far times are cut down.
    pub precision: Precision,
    /// How far places and counts are cut down.
    pub coarse: Coarse,
    /// The organisation in whose name the release is made.
    pub organisation: &'a Organisation,
    /// Original identifier → identifier every recipient already knows.
    pub known_ids: BTreeMap<String, String>,
    /// Released identifier → `modified` of the last version sent.
    pub known_versions: BTreeMap<String, Timestamp>,
    /// Released identifier → `created` as first sent; without it the last version sent stands in.
    pub known_created: BTreeMap<String, Timestamp>,
    /// Identifiers declared public by two officers; objects sent as published may refer to them.
    pub public_ids: BTreeSet<String>,
    /// Identifiers of what the only recipient itself released to us and did not recall: what is said *about* those may name them
    /// (a sighting, an opinion, a note; domain.md §8.3), for the recipient knows them and nobody else receives it.
    pub recipients_own: BTreeSet<String>,
    /// Marking definitions other than TLP that the node knows not to limit who may receive, such as statements of
    /// copyright; an object with any other marking is refused (security.md §5 D, cases 85 and 94).
    pub mapped_markings: BTreeSet<String>,
    /// Why personal data leaves, and until when it may be kept.
    pub personal: PersonalData,
    /// Threat actors of which an officer answered that they are no single person.
    pub groups: BTreeSet<String>,
    /// Selected objects that are one reference away from a person who is held and not selected, and accounts that are held as a
    /// person's.
    pub of_persons: BTreeSet<String>,
    /// What the leak check looks for now; approvals hold only while it looks for as much.
    pub check: CheckConfiguration,
    /// The time of drafting.
    pub now: Timestamp,
    /// After this the approvals are void.
    pub expires: Timestamp,
}

impl<'a> DraftRequest<'a> {
    /// Makes a request with nothing optional chosen, times cut to the day, places to a tenth of a degree and counts to steps.
    pub fn new(
        release: ReleaseId,
        objects: &'a [SourceObject<'a>],
        recipients: BTreeMap<OrgCode, VerifyingKey>,
        organisation: &'a Organisation,
        check: CheckConfiguration,
        now: Timestamp,
        expires: Timestamp,
    ) -> Self {
        Self {
            release,
            objects,
            recipients,
            label: None,
            descriptor: None,
            written: None,
            allow_properties: BTreeSet::new(),
            precision: Precision::Day,
            coarse: Coarse::default(),
            organisation,
            known_ids: BTreeMap::new(),
            known_versions: BTreeMap::new(),
            known_created: BTreeMap::new(),
            public_ids: BTreeSet::new(),
            recipients_own: BTreeSet::new(),
            mapped_markings: BTreeSet::new(),
            personal: PersonalData::default(),
            groups: BTreeSet::new(),
            of_persons: BTreeSet::new(),
            check,
            now,
            expires,
        }
    }

    /// Returns the codes of the recipients.
    pub fn audience(&self) -> BTreeSet<OrgCode> {
        self.recipients.keys().cloned().collect()
    }
}
