//! What would leave, before anything was drawn for it: the one place where a selection is read, checked and copied.
//!
//! Guarantees: its digest is a function of what recipients would see, with identifiers that are still to be drawn as places in the
//! selection; neither identifiers of originals nor what no allow-list names has a part in it. What is drawn by the digest is drawn by what
//! leaves. Does not know: where randomness comes from, which identifiers of releases are taken.

use crate::as_published::Published;
use crate::policy::ReadSource;
use crate::tearline::Chosen;
use crate::{Draft, DraftError, DraftRequest, as_published, drawn, tearline};
use comity_crypto::{EntropyStream, Sha256Stream};
use comity_vocab::Digest;

/// What would leave, in the form in which it would.
pub struct Outline<'a>(Form<'a>);

enum Form<'a> {
    Tearline(Chosen<'a>),
    Published(Published),
}

impl std::fmt::Debug for Outline<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Outline(..)")
    }
}

impl<'a> Outline<'a> {
    /// Chooses what leaves in a tearline. The release that the request names does not matter yet.
    ///
    /// # Errors
    /// [`DraftError`]; objects that may not be released are all named, each with its reason.
    pub fn tearline(request: &DraftRequest<'a>) -> Result<Self, DraftError> {
        let read: Vec<ReadSource<'a>> = request.objects.iter().map(ReadSource::new).collect();
        Self::tearline_of(request, &read)
    }

    /// The same of objects that were read already; `read`: all that are selected, in the order selected.
    ///
    /// # Errors
    /// As [`Outline::tearline`].
    pub fn tearline_of(request: &DraftRequest<'_>, read: &[ReadSource<'a>]) -> Result<Self, DraftError> {
        Ok(Self(Form::Tearline(tearline::choose(request, read)?)))
    }

    /// Takes the exact bytes of objects that were declared public.
    ///
    /// # Errors
    /// As [`Outline::tearline`].
    pub fn as_published(request: &DraftRequest<'_>) -> Result<Self, DraftError> {
        Ok(Self(Form::Published(as_published::choose(request)?)))
    }

    /// Returns the digest of what recipients would see.
    pub fn digest(&self, request: &DraftRequest<'_>) -> Digest {
        let mut seen = Seen(Sha256Stream::default());
        let label = match &self.0 {
            Form::Tearline(chosen) => &chosen.label,
            Form::Published(published) => &published.label,
        };
        seen.text(&label.to_string());
        seen.text(&request.descriptor.map(|terms| terms.to_string()).unwrap_or_default());
        seen.text(&request.personal.erase_by.map(|day| day.to_string()).unwrap_or_default());
        match &self.0 {
            Form::Tearline(chosen) => chosen.show(request, &mut seen),
            Form::Published(published) => published.show(&mut seen),
        }
        seen.0.finish()
    }

    /// Makes the draft of the release that the request names by now; in all else it is the request that was chosen by. What is random in it
    /// comes from the stream. Of objects as published nothing is.
    pub fn draft(self, request: &DraftRequest<'_>, stream: &mut EntropyStream) -> Draft {
        match self.0 {
            Form::Tearline(chosen) => drawn::draft(chosen, request, stream),
            Form::Published(published) => published.draft(request),
        }
    }
}

/// The digest of what is shown, each piece with its length before it.
pub(crate) struct Seen(Sha256Stream);

impl Seen {
    pub fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    pub fn bytes(&mut self, bytes: &[u8]) {
        self.0.update(&(bytes.len() as u64).to_be_bytes());
        self.0.update(bytes);
    }
}
