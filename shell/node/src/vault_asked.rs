//! What source handlers are told of the leak check, what they answer, and how often anybody may ask.
//!
//! Guarantees: a handler sees the blocked drafts in which terms of the handler's own sources stand, and of others nothing; an answer is
//! about the terms that stand in the draft, and is kept inside the vault. Does not know: what a blocked draft keeps from whom
//! ([`crate::releases::answer`]).

use crate::failure::Failure;
use crate::node::{Node, audit};
use crate::protected::term_name;
use crate::releases::answer::{ANSWERS_A_DAY, LIMIT, TOLD_AT_ONCE_FROM, day_of};
use comity_release::Draft;
use comity_store::desk::LeakBlockedRow;
use comity_store::vault::{HandlersAnswer, TermTag};
use comity_vocab::{OfficerCode, Role, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Days of which handlers are told who asked.
const DAYS_TOLD: i64 = 31;
const DAY_SECONDS: i64 = 86_400;
/// The most answers a day that may be set.
const ANSWERS_MAX: u64 = 10_000;
/// The longest reason, in bytes.
pub(crate) const REASON_BYTES_MAX: usize = 4 << 10;
/// What one officer proposed, until the other role agrees.
const PROPOSED: &str = "leak_answers_proposed";

/// What is asked about the leak check and the vault.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
pub enum LeakAsk {
    /// Who asked the leak check how often, and which blocked drafts wait for the asking handler.
    Asked,
    /// A handler's answer of a blocked draft.
    Answer {
        /// The release.
        release: String,
        /// Whether what stands in it is not the source; otherwise it stays blocked, and what else stood in it may be asked about again.
        not_mine: bool,
        /// The terms that are answered for, as the findings name them; all of the handler's that stand in it where none is named.
        #[serde(default)]
        terms: Vec<String>,
        /// Why; kept inside the vault.
        reason: String,
    },
    /// Sets how many answers an officer is given in a day; security officer and custodian, one after the other.
    Limit {
        /// How many.
        answers: u64,
    },
}

/// Opens the draft of a row.
pub(crate) fn decoded(row: &LeakBlockedRow) -> Result<Draft, Failure> {
    Draft::decode(&row.draft, &row.digest)
        .map_err(|_| Failure::operational(format!("the blocked draft of release {} cannot be read", row.release)))
}

/// Terms of sources that stand in a draft, by source.
type Standing = BTreeMap<Uuid, BTreeSet<TermTag>>;

/// Leaves the terms of these names; all where none is named.
fn narrow(own: &mut Standing, names: &[String]) -> Result<(), Failure> {
    if names.is_empty() {
        return Ok(());
    }
    let tags: BTreeMap<String, TermTag> = own.values().flatten().map(|tag| (term_name(*tag), *tag)).collect();
    let mut chosen = BTreeSet::new();
    for name in names {
        chosen.insert(*tags.get(name).ok_or_else(|| {
            Failure::usage(format!("{name}: no term of yours of this name waits in this draft"))
                .hint("comity vault asked")
        })?);
    }
    own.retain(|_, terms| {
        terms.retain(|term| chosen.contains(term));
        !terms.is_empty()
    });
    Ok(())
}

impl Node {
    pub(crate) fn leak_ask(&mut self, now: Timestamp, officer: OfficerCode, ask: LeakAsk) -> Result<Value, Failure> {
        match ask {
            LeakAsk::Asked => self.leak_asked(now, &officer),
            LeakAsk::Answer { release, not_mine, terms, reason } => {
                self.leak_answered(now, &officer, &release, not_mine, &terms, &reason)
            }
            LeakAsk::Limit { answers } => self.leak_limit(now, &officer, answers),
        }
    }

    fn leak_asked(&mut self, now: Timestamp, officer: &OfficerCode) -> Result<Value, Failure> {
        self.require_role(officer, &[Role::SourceHandler])?;
        let (today, since) = (day_of(now), day_of(now.plus_seconds(-DAYS_TOLD * DAY_SECONDS)));
        let asked: Vec<Value> = self
            .holdings
            .view()
            .desk()
            .leak_asked_since(&since)?
            .into_iter()
            // Of a day that is not over, those who asked often.
            .filter(|row| row.day != today || row.answers >= TOLD_AT_ONCE_FROM)
            .map(|row| json!({ "day": row.day, "officer": row.officer, "answers": row.answers, "often": row.answers >= TOLD_AT_ONCE_FROM }))
            .collect();
        let mut waiting = Vec::new();
        for row in self.holdings.view().desk().leak_waiting()? {
            let draft = decoded(&row)?;
            let standing = self.protected()?.standing(&draft)?;
            if !self.is_unanswered(&draft, &standing)? {
                // No term stands in it any more: it waits for nobody.
                self.end_wait(&row.release)?;
                continue;
            }
            // Of what was answered nothing is told: it would say that another source's handlers have yet to answer.
            let sources = self.own_unanswered(&draft, standing.0, officer, false)?;
            if sources.is_empty() {
                continue;
            }
            let terms: BTreeSet<TermTag> = sources.values().flatten().copied().collect();
            // The places are shown here, for the draft may have been withdrawn since.
            let places =
                self.own_places(&draft, officer)?.map(|own| own.of(&terms).findings(&draft)).unwrap_or_default();
            waiting.push(json!({
                "release": row.release,
                "officer": row.officer,
                "at": row.at,
                "sources": sources.keys().collect::<Vec<_>>(),
                "places": places,
            }));
        }
        let tx = self.holdings.transaction()?;
        audit(tx.view().desk(), now, Some(officer), "vault.asked", "", "")?;
        tx.commit()?;
        Ok(
            json!({ "asked": asked, "waiting": waiting, "answers_a_day": self.answers_a_day()?, "often_from": TOLD_AT_ONCE_FROM }),
        )
    }

    /// Tells whether a term stands in a draft of which no handler said anything.
    pub(crate) fn has_unanswered(&mut self, draft: &Draft) -> Result<bool, Failure> {
        let standing = self.protected()?.standing(draft)?;
        self.is_unanswered(draft, &standing)
    }

    fn is_unanswered(&mut self, draft: &Draft, (standing, whole): &(Standing, bool)) -> Result<bool, Failure> {
        let answers = self.vault()?.answers(&draft.digest())?;
        // What was not read may hold more.
        Ok(!whole || standing.values().flatten().any(|term| !answers.contains_key(term)))
    }

    /// Ends the waiting of a blocked draft, which is to be checked again.
    pub(crate) fn end_wait(&mut self, release: &str) -> Result<(), Failure> {
        let tx = self.holdings.transaction()?;
        tx.view().desk().end_leak_wait(release)?;
        tx.view().desk().forget_leak_answer(release)?;
        Ok(tx.commit()?)
    }

    /// Of what stands in a draft, the terms of an officer's own sources of which no handler said anything; with those of which one said
    /// that they may go, where they are `kept_back` now.
    fn own_unanswered(
        &mut self,
        draft: &Draft,
        mut standing: Standing,
        officer: &OfficerCode,
        kept_back: bool,
    ) -> Result<Standing, Failure> {
        let answers = self.vault()?.answers(&draft.digest())?;
        let own: BTreeSet<Uuid> = self.vault()?.list(officer)?.into_iter().map(|source| source.id).collect();
        standing.retain(|source, terms| {
            terms.retain(|term| answers.get(term).is_none_or(|answer| kept_back && answer.not_mine));
            own.contains(source) && !terms.is_empty()
        });
        Ok(standing)
    }

    fn leak_answered(
        &mut self,
        now: Timestamp,
        officer: &OfficerCode,
        release: &str,
        not_mine: bool,
        terms: &[String],
        reason: &str,
    ) -> Result<Value, Failure> {
        self.require_role(officer, &[Role::SourceHandler])?;
        if reason.trim().is_empty() || reason.len() > REASON_BYTES_MAX {
            return Err(Failure::usage(format!(
                "an answer needs a reason of at most {REASON_BYTES_MAX} bytes; it stays inside the vault"
            )));
        }
        // A draft that does not exist and one that is another handler's get one answer.
        let nothing = || Failure::no("no draft of this release waits for you").hint("comity vault asked");
        let waits = self.holdings.view().desk().leak_blocked(release)?.filter(|row| row.waits);
        let draft = match &waits {
            Some(row) => decoded(row)?,
            // What may go is kept back after all, as long as it has not gone.
            None if !not_mine => self.unsent(release).map_err(|_| nothing())?.1,
            None => return Err(nothing()),
        };
        let standing = self.protected()?.standing(&draft)?;
        let mut own = self.own_unanswered(&draft, standing.0.clone(), officer, !not_mine)?;
        if own.is_empty() {
            return Err(nothing());
        }
        narrow(&mut own, terms)?;
        if not_mine && self.release_row(release)?.author == officer.as_str() {
            return Err(Failure::no(
                "nobody says of their own draft that it may go; another handler of the source does",
            )
            .hint("answer --keep-back, and let another officer draft it"));
        }
        for (number, (source, terms)) in own.into_iter().enumerate() {
            let answer = HandlersAnswer { draft: draft.digest(), terms, reason: reason.to_owned() };
            self.vault_act(
                |vault, before| vault.answer(source, not_mine, &answer, officer, now, before),
                // One entry, of nobody: who answered, and for how many sources, stands inside the vault.
                |tx| if number == 0 { audit(tx.view().desk(), now, None, "vault.answer", "", "") } else { Ok(()) },
            )?;
        }
        // What was answered before holds until nothing is left to answer: how many terms there are is not seen from it.
        if waits.is_none() || !self.is_unanswered(&draft, &standing)? {
            self.end_wait(release)?;
        }
        // Whether another source's handlers have yet to answer is not told: it would say that there is one.
        Ok(json!({ "release": release, "answered": true }))
    }

    fn leak_limit(&mut self, now: Timestamp, officer: &OfficerCode, answers: u64) -> Result<Value, Failure> {
        self.require_role(officer, &[Role::SecurityOfficer, Role::Custodian])?;
        if answers == 0 || answers > ANSWERS_MAX {
            return Err(Failure::usage(format!(
                "an officer is given 1 to {ANSWERS_MAX} answers a day; {ANSWERS_A_DAY} is the default"
            )));
        }
        let is_custodian = self.require_role(officer, &[Role::Custodian]).is_ok();
        let is_security_officer = self.require_role(officer, &[Role::SecurityOfficer]).is_ok();
        let proposed = self.holdings.view().desk().setting(PROPOSED)?;
        let agreed = proposed.as_deref().and_then(|text| {
            let mut words = text.split(' ');
            let (number, who, role) = (words.next()?, words.next()?, words.next()?);
            let holds_other = if role == Role::Custodian.as_str() { is_security_officer } else { is_custodian };
            // The other of the two roles, held by another person.
            Some(number == answers.to_string() && who != officer.as_str() && holds_other)
        });
        let tx = self.holdings.transaction()?;
        let desk = tx.view().desk();
        if agreed == Some(true) {
            desk.set_setting(LIMIT, &answers.to_string())?;
            desk.clear_setting(PROPOSED)?;
            audit(desk, now, Some(officer), "release.limit", "", &format!("{answers} answers a day"))?;
        } else {
            let role = if is_custodian { Role::Custodian } else { Role::SecurityOfficer };
            desk.set_setting(PROPOSED, &format!("{answers} {officer} {role}"))?;
            audit(desk, now, Some(officer), "release.limit.propose", "", &format!("{answers} answers a day"))?;
        }
        tx.commit()?;
        Ok(json!({ "answers_a_day": self.answers_a_day()?, "asked_for": answers, "in_force": agreed == Some(true) }))
    }
}
