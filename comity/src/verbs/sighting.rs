//! `comity sighting`: reading beside a running desk or without one; judging and returning as an officer.

use super::{Session, officer_key};
use crate::arguments::{JudgementArguments, SightingListArguments, SightingVerb};
use crate::output::{Output, list, number, text};
use comity_node::{Failure, Home, Judgement, Reader, Request, SightingQuery, SightingState};
use serde_json::Value;

/// Lists, shows, judges, returns and prints sightings.
pub fn run(verb: SightingVerb, output: &Output) -> Result<(), Failure> {
    match verb {
        SightingVerb::List(arguments) => listed(*arguments, output),
        SightingVerb::Show { home, sighting } => {
            let sheet = Reader::open(&Home::open(&home.home)?)?.sighting(&sighting)?;
            output.answer(&serde_json::to_value(sheet)?, shown_lines)
        }
        SightingVerb::Judge { home, key, sighting, judgement, comment } => {
            let key = officer_key(&key.key)?;
            let request = Request::SightingJudge { sighting, judgement: judged(&judgement), comment };
            let done = Session::open(&home.home)?.ask_as(&key, &request)?;
            output.answer(&done, |done| {
                vec![format!(
                    "{} is {}, says {} at {}",
                    text(done, "sighting"),
                    text(done, "judgement"),
                    text(done, "judged_by"),
                    text(done, "judged_at")
                )]
            })
        }
        SightingVerb::Return { home, key, sighting, to } => {
            let key = officer_key(&key.key)?;
            let done = Session::open(&home.home)?.ask_as(&key, &Request::SightingReturn { sighting, partner: to })?;
            output.answer(&done, |done| {
                let objects = list(done, "objects").iter().filter_map(Value::as_str);
                let mut lines = vec![format!("written for {} under {}:", text(done, "partner"), text(done, "label"))];
                lines.extend(objects.clone().map(|id| format!("  {id}")));
                lines.push("nothing has left; go on with".into());
                lines.push(format!(
                    "  comity release draft --objects {} --to {} --key FILE",
                    objects.collect::<Vec<_>>().join(","),
                    text(done, "partner")
                ));
                lines
            })
        }
        SightingVerb::Stix { home, sighting } => {
            let mut bundle = Reader::open(&Home::open(&home.home)?)?.sighting_stix(&sighting)?;
            bundle.push(b'\n');
            output.bytes(&bundle)
        }
    }
}

fn judged(given: &JudgementArguments) -> Judgement {
    match (given.true_positive, given.false_positive) {
        (true, _) => Judgement::TruePositive,
        (false, true) => Judgement::FalsePositive,
        (false, false) => Judgement::Unreviewed,
    }
}

fn listed(arguments: SightingListArguments, output: &Output) -> Result<(), Failure> {
    use SightingState::{Decayed, Open, Recalled, WarningListed};
    let states = if arguments.all { vec![Open, WarningListed, Decayed, Recalled] } else { arguments.state };
    let page = Reader::open(&Home::open(&arguments.home.home)?)?.sightings(&SightingQuery {
        indicator: arguments.indicator,
        origin: arguments.origin,
        states,
        judgement: arguments.judged,
        value: arguments.value,
        since: arguments.since,
        until: arguments.until,
        after: arguments.after,
        limit: usize::from(arguments.limit),
    })?;
    output.answer(&serde_json::to_value(page)?, |page| {
        let mut lines: Vec<String> = list(page, "sightings").iter().map(sighting_line).collect();
        if lines.is_empty() {
            lines.push("no sightings; comity detect FILE looks for what is held".into());
        }
        if !text(page, "next").is_empty() {
            lines.push(format!(
                "{} of {}; go on with --after {}",
                list(page, "sightings").len(),
                number(page, "total"),
                text(page, "next")
            ));
        }
        lines
    })
}

fn values(sighting: &Value) -> String {
    let values: Vec<&str> = list(sighting, "values").iter().map(|one| text(one, "value")).collect();
    values.join(", ")
}

fn words(value: &Value, field: &str) -> String {
    let words: Vec<&str> = list(value, field).iter().filter_map(Value::as_str).collect();
    words.join(", ")
}

fn sighting_line(sighting: &Value) -> String {
    let name = match text(sighting, "name") {
        "" => text(sighting, "indicator"),
        name => name,
    };
    format!(
        "{}  {}  {:>6} times  {}  {}  from {}  {}  {}",
        text(sighting, "sighting"),
        text(sighting, "last_seen"),
        number(sighting, "count"),
        values(sighting),
        name,
        words(sighting, "origins"),
        if is_withdrawn(sighting) { "withdrawn" } else { text(sighting, "state") },
        text(sighting, "judgement"),
    )
}

/// Whether the author of the indicator withdrew it.
fn is_withdrawn(sighting: &Value) -> bool {
    sighting.get("withdrawn") == Some(&Value::Bool(true))
}

fn shown_lines(sheet: &Value) -> Vec<String> {
    let mut lines = vec![text(sheet, "sighting").to_owned()];
    let mut say = |what: &str, words: String| {
        if !words.is_empty() {
            lines.push(format!("{what:<10} {words}"));
        }
    };
    say("of", format!("{} {}", text(sheet, "indicator"), text(sheet, "name")));
    say("pattern", text(sheet, "pattern").to_owned());
    say("made by", text(sheet, "created_by").to_owned());
    say("from", words(sheet, "origins"));
    say("label", text(sheet, "label").to_owned());
    say("seen", format!("{} to {}", text(sheet, "first_seen"), text(sheet, "last_seen")));
    say("count", number(sheet, "count").to_string());
    for one in list(sheet, "values") {
        say("value", format!("{} {}", text(one, "path"), text(one, "value")));
    }
    let list_name = match text(sheet, "list") {
        "" => String::new(),
        name => format!(" (list {name})"),
    };
    let score = match sheet.get("score").and_then(Value::as_u64) {
        Some(score) => format!(", worth {score} of 100"),
        None => String::new(),
    };
    say("state", format!("{}{list_name}{score}", text(sheet, "state")));
    if is_withdrawn(sheet) {
        let disputed = sheet.get("disputed") == Some(&Value::Bool(true));
        let but = if disputed { "; another version of it says otherwise, and the withdrawal stands" } else { "" };
        say("indicator", format!("withdrawn by its author: not looked for any more{but}"));
    }
    let by = match text(sheet, "judged_by") {
        "" => String::new(),
        officer => format!(", says {officer} at {}", text(sheet, "judged_at")),
    };
    say("judgement", format!("{}{by}", text(sheet, "judgement")));
    say("comment", text(sheet, "comment").to_owned());
    say("returned", words(sheet, "returned_to"));
    for item in list(sheet, "terms") {
        let terms = item.get("terms").unwrap_or(&Value::Null);
        say(
            "terms",
            format!(
                "{} in release {}: {} {}",
                text(item, "from"),
                text(item, "release"),
                text(terms, "label"),
                text(terms, "descriptor")
            ),
        );
    }
    for day in list(sheet, "days") {
        if let Some([Value::String(day), count]) = day.as_array().map(Vec::as_slice) {
            say("day", format!("{day} {count}"));
        }
    }
    for one in list(sheet, "evidence") {
        let evidence = one.get("evidence").unwrap_or(&Value::Null);
        say("evidence", format!("{} line {}, {}", text(one, "source"), number(one, "line"), text(evidence, "first")));
        for object in list(evidence, "objects") {
            say("", object.to_string());
        }
    }
    lines
}
