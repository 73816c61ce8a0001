//! What the recipients of a draft were really sent, for the leak check: the bytes of the entries, not the record that there were some.
//!
//! Guarantees: a value or a run of words counts as given only where it stands in the content of an entry of ours to each recipient, under a
//! label that is no stricter than the draft's. What a tearline left out, what was recalled and what was erased is not given. Does not
//! know: what counts as a finding.

use comity_correlate::CorrelatedValue;
use comity_crypto::commitment;
use comity_link::{DocumentPayload, Header, Payload, ReleasePayload};
use comity_release::leak::Printer;
use comity_release::{Draft, NotRead};
use comity_store::View;
use comity_store::desk::{Desk, DeskError, Direction, LogRow, ReceivedDocument};
use comity_vocab::SecurityLabel;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::rc::Rc;

/// How many bytes of what was sent are remembered at a time.
const REMEMBERED_BYTES_MAX: usize = 64 * 1024 * 1024;

/// The objects of one release as one recipient was sent them, by the id that it knows.
type Sent = Rc<HashMap<String, Vec<Vec<u8>>>>;

/// What each recipient of one draft was sent.
pub(crate) struct Given<'a> {
    view: View<'a>,
    audience: Vec<String>,
    label: SecurityLabel,
    printer: RefCell<Printer>,
    remembered: RefCell<Remembered>,
}

/// Content that was read already: several values of a draft often stand in one release.
#[derive(Default)]
struct Remembered {
    sent: HashMap<(String, String), Sent>,
    bytes: usize,
}

impl<'a> Given<'a> {
    pub(crate) fn new(view: View<'a>, draft: &Draft, printer: Printer) -> Self {
        Self {
            view,
            audience: draft.audience().iter().map(|code| code.as_str().to_owned()).collect(),
            label: draft.label().clone(),
            printer: RefCell::new(printer),
            remembered: RefCell::default(),
        }
    }

    /// Tells whether this partner is the only recipient.
    pub(crate) fn is_only(&self, partner: &str) -> bool {
        self.audience == [partner]
    }

    /// Tells whether every recipient was sent this value in something that was made of this object.
    pub(crate) fn value(&self, original: &str, value: &CorrelatedValue) -> Result<bool, NotRead> {
        let asked = HashSet::from([value.clone()]);
        let all = self.sent_to_all(original, asked, &mut |bytes| comity_correlate::values(bytes))?;
        Ok(!all.is_empty())
    }

    /// Returns which of these runs of words every recipient was sent in something that was made of this object.
    pub(crate) fn runs(&self, original: &str, asked: HashSet<u64>) -> Result<HashSet<u64>, NotRead> {
        self.sent_to_all(original, asked, &mut |bytes| self.printer.borrow_mut().object(bytes))
    }

    /// Returns which of these stand, for each recipient, in what was made of this object and sent to it.
    fn sent_to_all<T: Eq + Hash>(
        &self,
        original: &str,
        mut asked: HashSet<T>,
        of: &mut dyn FnMut(&[u8]) -> Vec<T>,
    ) -> Result<HashSet<T>, NotRead> {
        let items = self.view.desk().released_as(original).map_err(|_| NotRead)?;
        if self.audience.is_empty() {
            return Ok(HashSet::new());
        }
        for recipient in &self.audience {
            let mut sent = HashSet::new();
            for item in items.iter().filter(|item| item.recipient == *recipient && !item.recalled) {
                let objects = self.sent(recipient, &item.release)?;
                let made = objects.get(&item.released_id).into_iter().flatten();
                made.for_each(|bytes| sent.extend(of(bytes)));
            }
            asked.retain(|one| sent.contains(one));
            if asked.is_empty() {
                break;
            }
        }
        Ok(asked)
    }

    /// Tells whether the draft's label lets no recipient pass on more than this one does: to nobody but the draft's own recipients.
    fn keeps_to(&self, sent: &SecurityLabel) -> bool {
        let recipients_only = match (&sent.releasable_to, &self.label.releasable_to) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(sent), Some(now)) => {
                now.iter().all(|code| sent.contains(code) || self.audience.iter().any(|to| to == code.as_str()))
            }
        };
        recipients_only && self.label.tlp >= sent.tlp
    }

    /// The objects of a release as they were sent to a recipient, where the draft may say as much.
    fn sent(&self, recipient: &str, release: &str) -> Result<Sent, NotRead> {
        let key = (recipient.to_owned(), release.to_owned());
        if let Some(known) = self.remembered.borrow().sent.get(&key) {
            return Ok(Rc::clone(known));
        }
        let mut objects: HashMap<String, Vec<Vec<u8>>> = HashMap::new();
        let mut bytes = 0;
        let desk = self.view.desk();
        for row in desk.log_about(recipient, Direction::Out, release).map_err(|_| NotRead)? {
            // What waits in the present log arrives before the draft does. In one that has ended it may never have arrived.
            let ended = row.link != recipient;
            if ended && row.seq >= desk.log_head(&row.link, Direction::Out).map_err(|_| NotRead)?.cosigned {
                continue;
            }
            let Some(part) = content(&row, release).filter(|part| self.keeps_to(&part.header.label)) else { continue };
            bytes += part.bundle.len();
            for (id, object) in objects_of(&part.bundle) {
                objects.entry(id).or_default().push(object);
            }
        }
        let sent = Rc::new(objects);
        let mut remembered = self.remembered.borrow_mut();
        if remembered.bytes.saturating_add(bytes) > REMEMBERED_BYTES_MAX {
            *remembered = Remembered::default();
        }
        remembered.bytes += bytes;
        remembered.sent.insert(key, Rc::clone(&sent));
        Ok(sent)
    }
}

/// What an entry of ours says, where it is still held and is what the entry committed to.
pub(crate) fn content(row: &LogRow, release: &str) -> Option<ReleasePayload> {
    match Payload::parse(committed(&row.header, row.salt.as_deref(), row.payload.as_deref())?) {
        Payload::Release(part) if part.header.release.to_string() == release => Some(part),
        Payload::Release(_)
        | Payload::Document(_)
        | Payload::Control(_)
        | Payload::History(_)
        | Payload::Unreadable(_) => None,
    }
}

/// The payload of an entry, where it is held and is what the entry's signed header committed to.
fn committed<'a>(header: &[u8], salt: Option<&[u8]>, payload: Option<&'a [u8]>) -> Option<&'a [u8]> {
    let (salt, payload): (&[u8; 32], _) = (salt?.try_into().ok()?, payload?);
    (Header::parse(header)?.commitment == commitment(salt, payload)).then_some(payload)
}

/// The document of an entry, where it is held as its sender committed to it.
pub(crate) fn document(header: &[u8], salt: Option<&[u8]>, payload: Option<&[u8]>) -> Option<DocumentPayload> {
    match Payload::parse(committed(header, salt, payload)?) {
        Payload::Document(document) => Some(*document),
        Payload::Release(_) | Payload::Control(_) | Payload::History(_) | Payload::Unreadable(_) => None,
    }
}

/// The entry in which a document stands that arrived.
pub(crate) fn entry_of(desk: Desk<'_>, document: &ReceivedDocument) -> Result<Option<LogRow>, DeskError> {
    let rows = desk.log_from(&document.log, Direction::In, document.seq, 1)?;
    Ok(rows.into_iter().find(|row| row.seq == document.seq))
}

/// The objects of a bundle by id; none of one that cannot be read.
pub(crate) fn objects_of(bundle: &[u8]) -> Vec<(String, Vec<u8>)> {
    #[derive(Deserialize)]
    struct Bundle<'a> {
        #[serde(borrow, default)]
        objects: Vec<&'a RawValue>,
    }
    #[derive(Deserialize)]
    struct Named<'a> {
        #[serde(borrow)]
        id: Cow<'a, str>,
    }
    let Ok(bundle) = serde_json::from_slice::<Bundle<'_>>(bundle) else { return Vec::new() };
    let named = bundle.objects.into_iter().filter_map(|object| {
        let id = serde_json::from_str::<Named<'_>>(object.get()).ok()?.id.into_owned();
        Some((id, object.get().as_bytes().to_vec()))
    });
    named.collect()
}
