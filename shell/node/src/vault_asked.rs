//! What source handlers are told of the leak check, what they answer, and how often anybody may ask.
//!
//! Guarantees: a handler sees the blocked drafts in which terms of the handler's own sources stand, and of others nothing; an answer is
//! about the terms that stand in the draft, and is kept inside the vault. Does not know: what a blocked draft keeps from whom
//! ([`crate::releases::answer`]).

use crate::failure::Failure;
use crate::node::{Node, audit};
use crate::releases::answer::{ANSWERS_A_DAY, LIMIT, TOLD_AT_ONCE_FROM, day_of};
use comity_release::Draft;
use comity_release::leak::{Term, terms_in};
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
const REASON_BYTES_MAX: usize = 4 << 10;
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
        /// Why; kept inside the vault.
        reason: String,
    },
    /// Sets how many answers an officer is given in a day; security officer and custodian, one after the other.
    Limit {
        /// How many.
        answers: u64,
    },
}

/// Terms of sources that stand in a draft, by source.
type Standing = BTreeMap<Uuid, BTreeSet<TermTag>>;

/// Bytes of the text shown on either side of a place.
const AROUND: usize = 80;

/// Opens the draft of a row.
pub(crate) fn decoded(row: &LeakBlockedRow) -> Result<Draft, Failure> {
    Draft::decode(&row.draft, &row.digest)
        .map_err(|_| Failure::operational(format!("the blocked draft of release {} cannot be read", row.release)))
}

/// The text around a place in a draft.
fn excerpt(draft: &Draft, finding: &Value) -> String {
    let number = |name: &str| finding.get(name).and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok());
    let part = number("part").and_then(|part| draft.parts().get(part)).map(Vec::as_slice).unwrap_or_default();
    let (offset, length) = (number("offset").unwrap_or(0), number("length").unwrap_or(0));
    let to = offset.saturating_add(length).saturating_add(AROUND).min(part.len());
    String::from_utf8_lossy(part.get(offset.saturating_sub(AROUND)..to).unwrap_or_default()).into_owned()
}

impl Node {
    pub(crate) fn leak_ask(&mut self, now: Timestamp, officer: OfficerCode, ask: LeakAsk) -> Result<Value, Failure> {
        match ask {
            LeakAsk::Asked => self.leak_asked(now, &officer),
            LeakAsk::Answer { release, not_mine, reason } => {
                self.leak_answered(now, &officer, &release, not_mine, &reason)
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
            let own = self.own_standing(&draft, officer)?;
            if own.is_empty() {
                continue;
            }
            // The places are shown here, for the draft may have been withdrawn since.
            let places: Vec<Value> = self
                .own_findings(&draft, officer)?
                .into_iter()
                .map(|mut finding| {
                    let around = excerpt(&draft, &finding);
                    if let Value::Object(fields) = &mut finding {
                        fields.insert("excerpt".to_owned(), around.into());
                    }
                    finding
                })
                .collect();
            waiting.push(json!({
                "release": row.release,
                "officer": row.officer,
                "at": row.at,
                "sources": own.keys().collect::<Vec<_>>(),
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

    /// Terms of all sources that stand in a draft; a draft that cannot be searched through is an error.
    fn standing(&mut self, draft: &Draft) -> Result<Standing, Failure> {
        let vault = self.vault()?;
        let terms = vault.terms()?;
        let searched = terms.iter().map(|term| Term::new(term.kind, &term.term)).collect();
        let found = terms_in(draft.parts(), searched).ok_or_else(|| {
            Failure::operational(format!("the draft of release {} cannot be searched through", draft.release()))
        })?;
        let mut standing = Standing::new();
        for term in found.into_iter().filter_map(|place| terms.get(place)) {
            standing.entry(term.source).or_default().insert(vault.term_tag(term.source, &term.term));
        }
        Ok(standing)
    }

    /// Tells whether a term stands in a draft of which no handler said anything.
    pub(crate) fn has_unanswered(&mut self, draft: &Draft) -> Result<bool, Failure> {
        let answers = self.vault()?.answers(&draft.digest())?;
        Ok(self.standing(draft)?.into_values().flatten().any(|term| !answers.contains_key(&term)))
    }

    fn own_standing(&mut self, draft: &Draft, officer: &OfficerCode) -> Result<Standing, Failure> {
        let mut standing = self.standing(draft)?;
        let own: BTreeSet<Uuid> = self.vault()?.list(officer)?.into_iter().map(|source| source.id).collect();
        standing.retain(|source, _| own.contains(source));
        Ok(standing)
    }

    fn leak_answered(
        &mut self,
        now: Timestamp,
        officer: &OfficerCode,
        release: &str,
        not_mine: bool,
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
        let row = self.holdings.view().desk().leak_blocked(release)?.filter(|row| row.waits).ok_or_else(nothing)?;
        let draft = decoded(&row)?;
        let own = self.own_standing(&draft, officer)?;
        if own.is_empty() {
            return Err(nothing());
        }
        if not_mine && self.release_row(release)?.author == officer.as_str() {
            return Err(Failure::no(
                "nobody says of their own draft that it may go; another handler of the source does",
            )
            .hint("answer --keep-back, and let another officer draft it"));
        }
        for (number, (source, terms)) in own.into_iter().enumerate() {
            let answer = HandlersAnswer { draft: row.digest, terms, reason: reason.to_owned() };
            self.vault_act(
                |vault, before| vault.answer(source, not_mine, &answer, officer, now, before),
                // One entry, of nobody: who answered, and for how many sources, stands inside the vault.
                |tx| if number == 0 { audit(tx.view().desk(), now, None, "vault.answer", "", "") } else { Ok(()) },
            )?;
        }
        let all = !self.has_unanswered(&draft)?;
        let tx = self.holdings.transaction()?;
        let desk = tx.view().desk();
        if all {
            desk.end_leak_wait(release)?;
        }
        // What was answered before does not hold any more: the draft is to be checked again.
        desk.forget_leak_answer(release)?;
        tx.commit()?;
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
