//! Sightings for people and programs: with what the indicator is called, who gave it, and how it is to be handled.
//!
//! Guarantees: bounded; of a sighting whose indicator was recalled, nothing of the indicator. Does not know: pages, patterns.

use super::{Reader, asked, origins};
use crate::failure::Failure;
use comity_detect::{BUILT_IN, SightingFacts};
use comity_store::{Judgement, Matched, Object, SightingFilter, SightingRecord, SightingState, View};
use comity_vocab::{SecurityLabel, Timestamp};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Rows of a page where nothing is said.
const PAGE: usize = 50;

/// Which sightings; no state means open ones.
#[derive(Clone, Debug, Default)]
pub struct SightingQuery {
    /// Of this indicator.
    pub indicator: Option<String>,
    /// Whose indicator came from `own`, a feed's name, or `link:CODE`.
    pub origin: Option<String>,
    /// In any of these states.
    pub states: Vec<SightingState>,
    /// Judged so.
    pub judgement: Option<Judgement>,
    /// With this value.
    pub value: Option<String>,
    /// Last seen at or after.
    pub since: Option<Timestamp>,
    /// First seen before.
    pub until: Option<Timestamp>,
    /// `next` of the page before.
    pub after: Option<String>,
    /// Rows of the page; 0 is 50.
    pub limit: usize,
}

impl SightingQuery {
    fn filter(&self) -> Result<SightingFilter, Failure> {
        let names: Vec<String> = self.origin.iter().cloned().collect();
        Ok(SightingFilter {
            indicator: self.indicator.clone(),
            origin: origins(&names)?.pop(),
            states: if self.states.is_empty() { vec![SightingState::Open] } else { self.states.clone() },
            judgement: self.judgement,
            value: self.value.clone(),
            since: self.since,
            until: self.until,
        })
    }
}

/// One sighting with what is known of its indicator.
#[derive(Clone, Debug, Serialize)]
pub struct SightingRow {
    /// Its identifier.
    pub sighting: String,
    /// The indicator's.
    pub indicator: String,
    /// What the indicator is called.
    pub name: Option<String>,
    /// Its pattern.
    pub pattern: Option<String>,
    /// How it is marked.
    pub label: Option<SecurityLabel>,
    /// How the sighting is to be handled: as strictly as the indicator, and as what our sensors observe.
    pub handling: SecurityLabel,
    /// Who gave it to us: `own`, a feed's name, `link:CODE`.
    pub origins: Vec<String>,
    /// What the identity is called that made it, or its identifier.
    pub created_by: Option<String>,
    /// What matched.
    pub values: Vec<Matched>,
    /// When it was first observed.
    pub first_seen: String,
    /// When it was last observed.
    pub last_seen: String,
    /// How often.
    pub count: u64,
    /// Its state.
    pub state: SightingState,
    /// The warning list that set it aside.
    pub list: Option<String>,
    /// What was left of the indicator's worth, of 100.
    pub score: Option<u8>,
    /// What an officer holds of it.
    pub judgement: Judgement,
    /// Who judged.
    pub judged_by: Option<String>,
    /// When.
    pub judged_at: Option<String>,
    /// What the officer said.
    pub comment: Option<String>,
    /// Partners for whom a sighting was written.
    pub returned_to: Vec<String>,
    /// When it was recorded.
    pub entered: String,
    /// When it last changed.
    pub changed: String,
}

/// A page of sightings, newest first.
#[derive(Clone, Debug, Default, Serialize)]
pub struct SightingPage {
    /// The sightings.
    pub sightings: Vec<SightingRow>,
    /// What to give as `after` for the next page.
    pub next: Option<String>,
    /// How many there are, all together.
    pub total: u64,
}

/// One kept observation.
#[derive(Clone, Debug, Serialize)]
pub struct EvidenceRow {
    /// Which match of the sighting, from 1.
    pub matched: u64,
    /// The sensor or file.
    pub source: String,
    /// Its line.
    pub line: u64,
    /// What was observed: `first`, `last`, `number`, `objects`.
    pub evidence: Value,
}

/// One sighting with everything that is kept.
#[derive(Clone, Debug, Serialize)]
pub struct SightingSheet {
    /// The sighting.
    #[serde(flatten)]
    pub row: SightingRow,
    /// The first and the newest observations.
    pub evidence: Vec<EvidenceRow>,
    /// Day and count.
    pub days: Vec<(String, u64)>,
    /// Under which terms partners released the indicator to us.
    pub terms: Vec<Value>,
}

/// How much on one day.
#[derive(Clone, Debug, Serialize)]
pub struct SightingDay {
    /// Such as `2026-03-16`.
    pub day: String,
    /// How often something was seen.
    pub count: u64,
    /// In how many sightings.
    pub sightings: u64,
}

/// How much of one indicator.
#[derive(Clone, Debug, Serialize)]
pub struct OfIndicator {
    /// The indicator.
    pub indicator: String,
    /// What it is called.
    pub name: Option<String>,
    /// How often it was seen.
    pub count: u64,
    /// In how many sightings.
    pub sightings: u64,
}

/// How much from one origin.
#[derive(Clone, Debug, Serialize)]
pub struct OfOrigin {
    /// `own`, a feed's name, `link:CODE`.
    pub origin: String,
    /// How often it was seen.
    pub count: u64,
    /// In how many sightings.
    pub sightings: u64,
}

/// How much of one value.
#[derive(Clone, Debug, Serialize)]
pub struct OfValue {
    /// The value.
    pub value: String,
    /// How often it was seen.
    pub count: u64,
    /// In how many sightings.
    pub sightings: u64,
}

/// Sightings counted.
#[derive(Clone, Debug, Default, Serialize)]
pub struct SightingSummary {
    /// By day, oldest first.
    pub days: Vec<SightingDay>,
    /// The most frequent indicators.
    pub by_indicator: Vec<OfIndicator>,
    /// Who gave them.
    pub by_origin: Vec<OfOrigin>,
    /// The most frequent values.
    pub by_value: Vec<OfValue>,
}

/// What was seen of one indicator, all open sightings together.
#[derive(Clone, Debug, Default, Serialize)]
pub struct SeenOf {
    /// How many sightings.
    pub sightings: u64,
    /// How often.
    pub count: u64,
    /// The newest day.
    pub last_day: Option<String>,
}

/// A warning list as it is listed.
#[derive(Clone, Debug, Serialize)]
pub struct WarningListFacts {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What it says of itself.
    pub description: String,
    /// `string`, `substring`, `hostname`, `cidr` or `regex`.
    pub kind: String,
    /// How many entries.
    pub entries: u64,
    /// When it was added; nothing where it comes with the program.
    pub added: Option<String>,
    /// Who added it, or switched it off.
    pub officer: Option<String>,
    /// Whether it comes with the program.
    pub built_in: bool,
    /// Whether values are looked up in it.
    pub on: bool,
    /// Where a list of the program comes from.
    pub source: Option<&'static str>,
    /// Under which licence a list of the program is.
    pub licence: Option<&'static str>,
}

/// Returns what is told of each warning list.
pub(crate) fn warning_list_facts(view: View<'_>) -> Result<Vec<WarningListFacts>, Failure> {
    let added = view.warning_lists()?;
    let off = view.warning_lists_off()?;
    let mut facts = Vec::with_capacity(added.len() + BUILT_IN.len());
    let taken: BTreeSet<String> = added.iter().map(|row| row.name.clone()).collect();
    for row in added {
        let list = comity_detect::WarningList::parse(&row.text).map_err(|_| damaged_list(&row.name))?;
        facts.push(WarningListFacts { added: Some(row.added), officer: row.officer, ..WarningListFacts::of(&list) });
    }
    // A list that was added stands in the place of the program's own of its name.
    for built_in in BUILT_IN.iter().filter(|list| !taken.contains(list.name)) {
        let Some(list) = built_in.list() else { continue };
        let off = off.iter().find(|off| off.name == built_in.name);
        facts.push(WarningListFacts {
            officer: off.and_then(|off| off.officer.clone()),
            built_in: true,
            on: off.is_none(),
            source: Some(built_in.source),
            licence: Some(built_in.licence),
            ..WarningListFacts::of(&list)
        });
    }
    Ok(facts)
}

impl WarningListFacts {
    fn of(list: &comity_detect::WarningList) -> Self {
        Self {
            name: list.name().to_owned(),
            version: list.version().to_owned(),
            description: list.description().to_owned(),
            kind: list.kind().to_string(),
            entries: list.len() as u64,
            added: None,
            officer: None,
            built_in: false,
            on: true,
            source: None,
            licence: None,
        }
    }
}

/// A list that was taken in can be read; one that cannot was changed since.
pub(crate) fn damaged_list(name: &str) -> Failure {
    Failure::operational(format!("the stored warning list {name} is damaged"))
        .hint("add the list once more with comity warning-list add, and run comity verify")
}

fn day_text(day: i64) -> String {
    Timestamp::from_unix(day, 0).to_string().split('T').next().unwrap_or_default().to_owned()
}

fn text_of(object: &Value, name: &str) -> Option<String> {
    object.get(name).and_then(Value::as_str).map(str::to_owned)
}

impl Reader {
    /// Returns a page of sightings, newest first.
    ///
    /// # Errors
    /// [`Failure`] where the cursor or the origin is none.
    pub fn sightings(&self, query: &SightingQuery) -> Result<SightingPage, Failure> {
        let limit = if query.limit == 0 { PAGE } else { query.limit };
        let page = self.view().sightings(&query.filter()?, query.after.as_deref(), limit).map_err(asked)?;
        let sightings = page.records.into_iter().map(|record| self.row(record)).collect::<Result<_, _>>()?;
        Ok(SightingPage { sightings, next: page.next, total: page.total })
    }

    /// Returns one sighting by its identifier or the beginning of it.
    ///
    /// # Errors
    /// [`Failure`] where there is none, or more than one.
    pub fn sighting(&self, beginning: &str) -> Result<SightingSheet, Failure> {
        let view = self.view();
        let whole = view
            .sighting(beginning)
            .map_err(|error| Failure::no(error.to_string()).code("unknown").hint("comity sighting list"))?;
        let row = self.row(whole.record)?;
        let received = view.desk().received(&row.indicator)?;
        let terms = received.iter().filter(|item| item.recalled.is_none()).map(|item| {
            json!({ "from": item.link, "release": item.release, "at": item.at,
                "terms": serde_json::from_str::<Value>(&item.header).unwrap_or_default() })
        });
        let evidence = whole.evidence.into_iter().map(|kept| EvidenceRow {
            matched: kept.matched,
            source: kept.source,
            line: kept.line,
            evidence: serde_json::from_str(&kept.evidence).unwrap_or_default(),
        });
        Ok(SightingSheet {
            terms: terms.collect(),
            evidence: evidence.collect(),
            days: whole.days.into_iter().map(|(day, count)| (day_text(day), count)).collect(),
            row,
        })
    }

    /// Counts sightings by day, indicator, origin and value.
    ///
    /// # Errors
    /// As [`Reader::sightings`].
    pub fn sighting_summary(&self, query: &SightingQuery) -> Result<SightingSummary, Failure> {
        let view = self.view();
        let sums = view.sighting_sums(&query.filter()?).map_err(asked)?;
        let mut by_indicator = Vec::with_capacity(sums.by_indicator.len());
        for one in sums.by_indicator {
            let name = view.get(&one.what)?.and_then(|object| object.name);
            by_indicator.push(OfIndicator { indicator: one.what, name, count: one.count, sightings: one.sightings });
        }
        Ok(SightingSummary {
            days: sums
                .days
                .into_iter()
                .map(|day| SightingDay { day: day_text(day.day), count: day.count, sightings: day.sightings })
                .collect(),
            by_indicator,
            by_origin: sums
                .by_origin
                .into_iter()
                .map(|one| OfOrigin { origin: one.what, count: one.count, sightings: one.sightings })
                .collect(),
            by_value: sums
                .by_value
                .into_iter()
                .map(|one| OfValue { value: one.what, count: one.count, sightings: one.sightings })
                .collect(),
        })
    }

    /// Says what was seen of one indicator, in open sightings.
    ///
    /// # Errors
    /// [`Failure`] where the holdings cannot be read.
    pub fn sightings_of(&self, indicator: &str) -> Result<SeenOf, Failure> {
        let filter = SightingFilter {
            indicator: Some(indicator.to_owned()),
            states: vec![SightingState::Open],
            ..SightingFilter::default()
        };
        let sums = self.view().sighting_sums(&filter)?;
        Ok(SeenOf {
            sightings: sums.by_indicator.iter().map(|one| one.sightings).sum(),
            count: sums.by_indicator.iter().map(|one| one.count).sum(),
            last_day: sums.days.last().map(|day| day_text(day.day)),
        })
    }

    /// Returns a sighting as STIX: the indicator as held, the sighting, the observed-data and their objects, one bundle.
    ///
    /// # Errors
    /// [`Failure`] where there is no such sighting, or its indicator was recalled.
    pub fn sighting_stix(&self, beginning: &str) -> Result<Vec<u8>, Failure> {
        let sheet = self.sighting(beginning)?;
        let Some(indicator) = self.view().get(&sheet.row.indicator)? else {
            return Err(Failure::no("the indicator of this sighting was recalled; its content is gone").code("unknown"));
        };
        let evidence: Vec<comity_detect::Evidence> =
            sheet.evidence.iter().map(|row| serde_json::from_value(row.evidence.clone())).collect::<Result<_, _>>()?;
        let row = &sheet.row;
        let objects = comity_detect::stix_sighting(&SightingFacts {
            sighting: &row.sighting,
            indicator: &row.indicator,
            identity: Some(self.identity.as_str()),
            created: &row.entered,
            modified: &row.changed,
            first_seen: &row.first_seen,
            last_seen: &row.last_seen,
            count: row.count,
            label: Some(&row.handling),
            evidence: &evidence,
        });
        let mut bundle =
            format!("{{\"type\":\"bundle\",\"id\":\"bundle--{}\",\"objects\":[", id_part(&row.sighting)).into_bytes();
        bundle.extend_from_slice(&indicator.bytes);
        for object in objects {
            bundle.push(b',');
            bundle.extend(serde_json::to_vec(&object)?);
        }
        bundle.extend_from_slice(b"]}");
        Ok(bundle)
    }

    /// Returns the warning lists.
    ///
    /// # Errors
    /// [`Failure`] where the holdings cannot be read.
    pub fn warning_lists(&self) -> Result<Vec<WarningListFacts>, Failure> {
        warning_list_facts(self.view())
    }

    /// Adds to a sighting what is known of its indicator.
    fn row(&self, record: SightingRecord) -> Result<SightingRow, Failure> {
        let view = self.view();
        let object = view.get(&record.indicator)?;
        let body: Value =
            object.as_ref().and_then(|object| serde_json::from_slice(&object.bytes).ok()).unwrap_or_default();
        let created_by = match text_of(&body, "created_by_ref") {
            Some(id) => Some(view.get(&id)?.and_then(|identity| identity.name).unwrap_or(id)),
            None => None,
        };
        let origins: BTreeSet<String> = match &object {
            Some(_) => view.received_ways(&record.indicator)?.iter().map(|way| way.origin.to_string()).collect(),
            None => BTreeSet::new(),
        };
        let label = object.as_ref().and_then(|object| object.label.clone());
        let returned_to: BTreeSet<String> = record.returned.iter().map(|(partner, ..)| partner.clone()).collect();
        Ok(SightingRow {
            sighting: format!("sighting--{}", record.uuid.hyphenated()),
            name: object.as_ref().and_then(|object: &Object| object.name.clone()),
            pattern: text_of(&body, "pattern"),
            handling: label.as_ref().map_or_else(|| self.observed.clone(), |label| label.combine(&self.observed)),
            label,
            origins: origins.into_iter().collect(),
            created_by,
            values: record.values,
            first_seen: record.first_seen,
            last_seen: record.last_seen,
            count: record.count,
            state: record.state,
            list: record.list,
            score: record.score,
            judgement: record.judgement,
            judged_by: record.judged_by,
            judged_at: record.judged_at,
            comment: record.comment,
            returned_to: returned_to.into_iter().collect(),
            entered: record.entered,
            changed: record.changed,
            indicator: record.indicator,
        })
    }
}

fn id_part(id: &str) -> &str {
    id.split_once("--").map_or(id, |(_, uuid)| uuid)
}
