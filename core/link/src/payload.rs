//! What an entry says: one JSON header line, then the body's exact bytes (spec/link.md §5).
//!
//! Guarantees: closed fields. A kind that is not known, or a known kind with a field that is not, is
//! [`Payload::Unreadable`]: it enters the log and is parked, it is never half understood.
//!
//! Does not know: what is in a bundle (`comity-stix` does), whether the desk can apply it.

use crate::control::{Control, Parked, named};
use crate::document::{self, DocumentPayload};
use crate::history::HistoryEntry;
use comity_vocab::{EntryKind, SecurityLabel, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The longest header line, in bytes.
pub const PAYLOAD_HEADER_BYTES_MAX: usize = 4 * 1024 * 1024;
/// The most items that one part of a release lists.
pub const ITEMS_MAX: usize = 20_000;
const DEPTH_MAX: usize = 8;
const ID_BYTES_MAX: usize = 300;
const TEXT_BYTES_MAX: usize = 4096;

/// The header of a release: everything but the bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleaseHeader {
    /// The release.
    pub release: Uuid,
    /// Which part this is, from 0.
    pub part: u32,
    /// How many parts the release has.
    pub parts: u32,
    /// The label of the whole release.
    pub label: SecurityLabel,
    /// The descriptor of the source, in words from the closed slots.
    pub descriptor: Option<String>,
    /// The day from which the recipient must not have it any more; only where it names a person.
    pub erase_by: Option<Timestamp>,
    /// The version of the policy that it was released under.
    pub policy_version: String,
    /// The items of this part: identifier and version as the recipient knows them.
    pub items: Vec<(String, String)>,
}

/// A part of a release that arrived.
#[derive(Clone, PartialEq, Eq)]
pub struct ReleasePayload {
    /// Everything but the bundle.
    pub header: ReleaseHeader,
    /// The bundle's exact bytes. Not parsed here.
    pub bundle: Vec<u8>,
}

impl std::fmt::Debug for ReleasePayload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ReleasePayload(release {}, {} bytes)", self.header.release, self.bundle.len())
    }
}

/// What an entry says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payload {
    /// A part of a release.
    Release(ReleasePayload),
    /// A document.
    Document(Box<DocumentPayload>),
    /// A control entry.
    Control(Control),
    /// An entry of an earlier generation of the link.
    History(HistoryEntry),
    /// Authentic, but not understood here: to be parked.
    Unreadable(Parked),
}

#[derive(Deserialize)]
struct Kind {
    kind: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireRelease {
    kind: EntryKind,
    release: Uuid,
    part: u32,
    parts: u32,
    label: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    descriptor: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    erase_by: Option<Timestamp>,
    policy: String,
    items: Vec<(String, String)>,
}

/// Why a payload cannot be written; a partner would park it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PayloadError {
    /// A text, list or number is over its limit.
    #[error("the payload's {field} is over its limit or out of range")]
    Field {
        /// The field.
        field: &'static str,
    },
    /// The whole is longer than the largest size class holds.
    #[error("the payload has {bytes} bytes, at most {max} allowed")]
    TooLong {
        /// Its length.
        bytes: usize,
        /// The limit.
        max: usize,
    },
}

impl ReleaseHeader {
    fn check(&self) -> Result<(), PayloadError> {
        let text_ok = |text: &str, max| text.len() <= max;
        let items_ok =
            self.items.iter().all(|(id, version)| !id.is_empty() && text_ok(id, ID_BYTES_MAX) && text_ok(version, 64));
        let checks = [
            ("part", self.part < self.parts),
            ("descriptor", self.descriptor.as_deref().is_none_or(|text| text_ok(text, TEXT_BYTES_MAX))),
            ("policy version", text_ok(&self.policy_version, 64)),
            ("items", self.items.len() <= ITEMS_MAX && items_ok),
        ];
        match checks.into_iter().find(|(_, ok)| !ok) {
            Some((field, _)) => Err(PayloadError::Field { field }),
            None => Ok(()),
        }
    }
}

/// Returns the payload of a release.
pub(crate) fn release_bytes(header: &ReleaseHeader, bundle: &[u8]) -> Result<Vec<u8>, PayloadError> {
    header.check()?;
    let wire = WireRelease {
        kind: EntryKind::Release,
        release: header.release,
        part: header.part,
        parts: header.parts,
        label: header.label.to_string(),
        descriptor: header.descriptor.clone(),
        erase_by: header.erase_by,
        policy: header.policy_version.clone(),
        items: header.items.clone(),
    };
    let line = serde_json::to_vec(&wire).map_err(|_| PayloadError::Field { field: "header" })?;
    join(line, bundle)
}

/// Returns the payload of a control entry.
pub(crate) fn control_bytes(control: &Control) -> Result<Vec<u8>, PayloadError> {
    join(control.to_json()?, b"")
}

pub(crate) fn join(mut line: Vec<u8>, body: &[u8]) -> Result<Vec<u8>, PayloadError> {
    let max = crate::entry::PAYLOAD_BYTES_MAX;
    let bytes = line.len() + 1 + body.len();
    if line.len() > PAYLOAD_HEADER_BYTES_MAX || bytes > max {
        return Err(PayloadError::TooLong { bytes, max });
    }
    line.push(b'\n');
    line.extend_from_slice(body);
    Ok(line)
}

impl Payload {
    /// Reads the bytes that an entry committed to.
    pub fn parse(bytes: &[u8]) -> Self {
        let Some(at) = memchr(bytes) else { return Self::Unreadable(Parked::Malformed) };
        let (line, rest) = bytes.split_at(at);
        let body = rest.get(1..).unwrap_or_default();
        if line.len() > PAYLOAD_HEADER_BYTES_MAX || !is_shallow(line) {
            return Self::Unreadable(Parked::Malformed);
        }
        let Ok(Kind { kind }) = serde_json::from_slice(line) else { return Self::Unreadable(Parked::Malformed) };
        let payload = match kind.parse() {
            Ok(EntryKind::Release) => {
                parse_release(line).map(|header| Self::Release(ReleasePayload { header, bundle: body.to_vec() }))
            }
            Ok(EntryKind::Document) => {
                return match document::parse(line) {
                    Ok(header) => Self::Document(Box::new(DocumentPayload { header, body: body.to_vec() })),
                    Err(parked) => Self::Unreadable(parked),
                };
            }
            Ok(EntryKind::Control) if !body.is_empty() => None,
            Ok(EntryKind::Control) => {
                return named::parse(line).map_or_else(Self::Unreadable, Self::Control);
            }
            Ok(EntryKind::HistoryEntry) => HistoryEntry::parse(line, body).map(Self::History),
            Ok(
                EntryKind::RecallNotice
                | EntryKind::RecallAcknowledgement
                | EntryKind::EntryStatus
                | EntryKind::KeyChange
                | EntryKind::History,
            ) => Some(line).filter(|_| body.is_empty()).and_then(Control::from_json).map(Self::Control),
            Ok(EntryKind::Unreadable) | Err(_) => return Self::Unreadable(Parked::UnknownKind),
        };
        payload.unwrap_or(Self::Unreadable(Parked::Malformed))
    }
}

fn memchr(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|byte| *byte == b'\n')
}

/// Bounds the nesting before the JSON reader recurses.
fn is_shallow(line: &[u8]) -> bool {
    let mut depth = 0usize;
    let mut in_text = false;
    let mut escaped = false;
    for byte in line {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'{' | b'[' if !in_text => depth += 1,
            b'}' | b']' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEPTH_MAX {
            return false;
        }
    }
    true
}

fn parse_release(line: &[u8]) -> Option<ReleaseHeader> {
    let wire: WireRelease = serde_json::from_slice(line).ok()?;
    let header = ReleaseHeader {
        release: wire.release,
        part: wire.part,
        parts: wire.parts,
        label: wire.label.parse().ok()?,
        descriptor: wire.descriptor,
        erase_by: wire.erase_by,
        policy_version: wire.policy,
        items: wire.items,
    };
    header.check().ok().map(|()| header)
}
