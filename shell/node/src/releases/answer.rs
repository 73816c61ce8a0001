//! What the vault says of a draft: one answer for each, the same whatever stood in it (decisions on "the vault is an oracle").
//!
//! Guarantees: to everybody but a source's own handlers the answer is "clear" or "blocked", without count, place or order; it is given
//! to an officer, once for a draft, and so often a day; what stood in a blocked draft is not asked of the vault again, in whatever other
//! draft it stands, until the handlers answered. Approving and sending ask nothing of the vault: they need an answer that is there and
//! is of these bytes and these sources. Does not know: what else the leak check finds.

use crate::failure::Failure;
use crate::leak_corpus::Sources;
use crate::node::{Node, audit};
use crate::vault_asked::decoded;
use comity_crypto::sha256;
use comity_release::leak::{Pieces, PrintKey};
use comity_release::{Checked, Draft, FindingClass, leak::TABLES};
use comity_store::desk::{LeakAnswerRow, LeakBlockedRow, ReleaseRow};
use comity_vocab::{OfficerCode, Timestamp};

/// Answers that an officer is given in a day, where officers set nothing else.
pub(crate) const ANSWERS_A_DAY: u64 = 100;
/// From this many on a day the handlers are told at once.
pub(crate) const TOLD_AT_ONCE_FROM: u64 = 40;
/// The setting that holds another number than [`ANSWERS_A_DAY`].
pub(crate) const LIMIT: &str = "leak_answers_a_day";
/// Of a longer text that was sent no pieces are kept.
const SENT_BYTES_MAX: usize = 64 << 10;

/// What the vault said of a draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum VaultAnswer {
    /// Nothing of any source stands in it.
    Clear,
    /// Something does, or could: a handler decides.
    Blocked,
}

impl VaultAnswer {
    fn word(self) -> &'static str {
        match self {
            VaultAnswer::Clear => "clear",
            VaultAnswer::Blocked => "blocked",
        }
    }
}

/// An answer, with who asked for it and when.
pub(super) struct Answered {
    pub vault: VaultAnswer,
    pub officer: String,
    pub at: String,
    /// The findings of the check that was made with it, JSON.
    pub findings: String,
}

/// The day of a moment, in UTC.
pub(crate) fn day_of(now: Timestamp) -> String {
    now.to_string().chars().take(10).collect()
}

impl Node {
    /// Returns what the vault said of these bytes, where the sources are still those of then.
    pub(super) fn kept_answer(&mut self, release: &str, draft: &Draft) -> Result<Option<Answered>, Failure> {
        let Some(row) = self.holdings.view().desk().leak_answer(release)? else { return Ok(None) };
        for vault in [VaultAnswer::Clear, VaultAnswer::Blocked] {
            if row.answer == vault.word() && row.tag == self.answer_tag(vault, release, draft)? {
                let LeakAnswerRow { officer, at, findings, .. } = row;
                return Ok(Some(Answered { vault, officer, at, findings }));
            }
        }
        Ok(None)
    }

    fn answer_tag(
        &mut self,
        vault: VaultAnswer,
        release: &str,
        draft: &Draft,
    ) -> Result<comity_vocab::Digest, Failure> {
        let digest = draft.digest();
        let parts = [vault.word().as_bytes(), release.as_bytes(), digest.as_bytes(), TABLES.as_bytes()];
        Ok(self.vault()?.answer_tag(&parts)?)
    }

    /// Refuses a release of which the vault did not say that it is clear.
    pub(super) fn vault_is_clear(&mut self, release: &str, draft: &Draft) -> Result<(), Failure> {
        match self.kept_answer(release, draft)?.map(|answered| answered.vault) {
            Some(VaultAnswer::Clear) => Ok(()),
            Some(VaultAnswer::Blocked) => Err(self.blocked()),
            None => Err(Failure::no(format!(
                "release {release} was not checked, or the sources or the rules of the check changed since"
            ))
            .hint(format!("comity release check {release}"))),
        }
    }

    /// What everybody is told whose draft is blocked.
    pub(super) fn blocked(&self) -> Failure {
        Failure::no(self.blocked_message())
            .code("blocked")
            .hint("a handler looks at it and answers; what stands in it stays blocked until then, in other drafts too")
    }

    /// The one sentence, with the contact that the configuration names.
    pub(super) fn blocked_message(&self) -> String {
        let configuration = &self.home.configuration;
        match configuration.policy.blocked_contact.trim() {
            "" => format!("blocked; ask the source handlers of {}", configuration.organisation.code),
            contact => format!("blocked; ask {contact}"),
        }
    }

    /// Returns the numbers of answers that an officer may be given in a day.
    pub(crate) fn answers_a_day(&self) -> Result<u64, Failure> {
        let set = self.holdings.view().desk().setting(LIMIT)?;
        // What cannot be read allows nothing.
        Ok(set.map_or(ANSWERS_A_DAY, |text| text.parse().unwrap_or(0)))
    }

    /// Asks the vault, where it may be asked; keeps the answer. Returns it with the findings of the check that was made.
    pub(super) fn ask_vault(
        &mut self,
        now: Timestamp,
        row: &ReleaseRow,
        draft: &Draft,
        by: &OfficerCode,
    ) -> Result<(VaultAnswer, Checked), Failure> {
        let release = row.id.as_str();
        let (day, limit) = (day_of(now), self.answers_a_day()?);
        if self.holdings.view().desk().leak_answers(&day, by.as_str())? >= limit {
            return Err(Failure::no(format!("the leak check answered {by} {limit} times today; it answers again tomorrow (UTC)"))
                .code("too_many_answers")
                .hint("the limit keeps the check from answering guesses about sources; security_officer and custodian may change it: comity release limit"));
        }
        let waits = self.stood_in_a_blocked_draft(draft)?;
        let checked = self.leak_checked(draft, if waits { Sources::Unread } else { Sources::Read })?;
        let stands = |class| checked.findings().iter().any(|it| it.matter.is_some() && it.class == class);
        let found = stands(FindingClass::VaultTerm);
        let vault = match waits || found || stands(FindingClass::Undetermined) {
            true => VaultAnswer::Blocked,
            false => VaultAnswer::Clear,
        };
        // Where the check was not finished, nobody knows what it would have found.
        let finished =
            checked.findings().iter().all(|it| it.class != FindingClass::Undetermined || it.matter.is_some());
        // A draft of which handlers answered everything that stands in it does not wait for them again.
        let to_answer = found && self.has_unanswered(draft)?;
        let tag = self.answer_tag(vault, release, draft)?;
        let findings = serde_json::to_string(&Self::told_to_all(&checked))?;
        let tx = self.holdings.transaction()?;
        let desk = tx.view().desk();
        if finished || vault == VaultAnswer::Blocked {
            desk.put_leak_answer(&LeakAnswerRow {
                release: release.to_owned(),
                officer: by.to_string(),
                at: now.to_string(),
                answer: vault.word().to_owned(),
                findings,
                tag,
            })?;
        } else {
            desk.forget_leak_answer(release)?;
        }
        if to_answer {
            desk.put_leak_blocked(&LeakBlockedRow {
                release: release.to_owned(),
                officer: by.to_string(),
                at: now.to_string(),
                digest: draft.digest(),
                draft: draft.encode(),
                waits: true,
            })?;
        }
        desk.count_leak_answer(&day, by.as_str())?;
        audit(desk, now, Some(by), "release.check", release, vault.word())?;
        tx.commit()?;
        Ok((vault, checked))
    }

    fn pieces(&self, draft: &Draft, key: PrintKey) -> Pieces {
        let name = self.home.configuration.organisation.name.as_str();
        let descriptor = draft.descriptor().map(comity_release::SourceDescriptor::render).unwrap_or_default();
        Pieces::of(draft.parts(), &[name, &descriptor], key)
    }

    /// Tells whether something stands in a draft that stood in one for which a handler has yet to answer. What was sent since the sources
    /// are what they are is not held against a draft: two officers let it go.
    pub(super) fn stood_in_a_blocked_draft(&mut self, draft: &Draft) -> Result<bool, Failure> {
        let waiting = self.holdings.view().desk().leak_waiting()?;
        if waiting.is_empty() {
            return Ok(false);
        }
        let key = PrintKey::new(self.vault()?.clear_secret()?.as_bytes());
        let known = self.holdings.view().desk().leak_clear()?;
        for row in waiting {
            let blocked = decoded(&row)?;
            let same = blocked.digest() == draft.digest();
            if !same && !self.pieces(&blocked, key).without(&known).stand_in(draft.parts()) {
                continue;
            }
            if self.has_unanswered(&blocked)? {
                return Ok(true);
            }
            // Its terms were changed since: it waits for nobody.
            self.end_wait(&row.release)?;
        }
        Ok(false)
    }

    /// The numbers of the pieces of a text that is sent now, and of which secret they are; none of a long text.
    pub(super) fn sent_pieces(&mut self, draft: &Draft) -> Result<(String, Vec<u64>), Failure> {
        let secret = self.vault()?.clear_secret()?;
        let of = sha256(&[b"comity/v1/leak-clear", secret.as_bytes()]).to_string();
        // Where a handler's word let it go, the vault did not say that it is clear.
        let long = draft.parts().iter().map(Vec::len).sum::<usize>() > SENT_BYTES_MAX;
        if long || !self.vault()?.answers(&draft.digest())?.is_empty() {
            return Ok((of, Vec::new()));
        }
        let prints = self.pieces(draft, PrintKey::new(secret.as_bytes())).prints();
        Ok((of, prints))
    }
}
