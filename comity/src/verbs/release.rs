//! `comity release`.

use super::{Session, officer_key, selection};
use crate::arguments::{DraftArguments, ReleaseVerb};
use crate::output::{Output, list, number, text};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use comity_crypto::Purpose;
use comity_node::{Failure, FindingsAnswered, LeakAsk, OfficerKey, PersonalData, ReleaseDraftRequest, Request};
use serde_json::Value;
use std::collections::BTreeMap;

/// Drafts, checks, shows, approves, sends, withdraws and lists releases.
pub fn run(verb: ReleaseVerb, output: &Output) -> Result<(), Failure> {
    match verb {
        ReleaseVerb::Draft(arguments) => draft(*arguments, output),
        ReleaseVerb::Check { home, release, key } => {
            let key = officer_key(&key.key)?;
            let checked = Session::open(&home.home)?.ask_as(&key, &Request::ReleaseCheck { release })?;
            output.answer(&checked, checked_lines)?;
            if checked.get("blocked").and_then(Value::as_bool) == Some(true) {
                return Err(Failure::no(text(&checked, "message")).code("blocked"));
            }
            match list(&checked, "findings").len() {
                0 => Ok(()),
                count => Err(Failure::no(format!("the leak check found {count} places")).hint(
                    "change the draft, or have the officer who may answer for it answer with a reason: comity release approve or answer",
                )),
            }
        }
        ReleaseVerb::Limit { home, key, answers } => {
            let key = officer_key(&key.key)?;
            let request = Request::LeakAsk(LeakAsk::Limit { answers });
            let done = Session::open(&home.home)?.ask_as(&key, &request)?;
            output.answer(&done, |done| {
                let now = number(done, "answers_a_day");
                vec![if done.get("in_force").and_then(Value::as_bool) == Some(true) {
                    format!("an officer is given {now} answers a day from now on")
                } else {
                    format!("noted; {now} a day stay in force until the other role agrees with the same command")
                }]
            })
        }
        ReleaseVerb::Show { home, release, raw } => {
            let shown = Session::open(&home.home)?.ask(&Request::ReleaseShow { release })?;
            if raw {
                for part in list(&shown, "parts") {
                    output.bytes(text(part, "bytes").as_bytes())?;
                }
                return Ok(());
            }
            output.answer(&shown, shown_lines)
        }
        ReleaseVerb::Answer { home, key, release, overrides } => {
            let overrides = read_overrides(overrides)?;
            let key = officer_key(&key.key)?;
            let mut session = Session::open(&home.home)?;
            let answer = |proof| FindingsAnswered { release: release.clone(), overrides: overrides.clone(), proof };
            let prepared = session.ask_as(&key, &Request::ReleaseAnswer(answer(None)))?;
            let proof = key.key.sign(Purpose::Approval, &decoded(&prepared, "statement")?).into();
            let done = session.ask_as(&key, &Request::ReleaseAnswer(answer(Some(proof))))?;
            output.answer(&done, |done| {
                let (release, digest) = (text(done, "release"), text(done, "digest"));
                vec![format!(
                    "answered {} findings of release {release} with digest {digest}",
                    number(done, "answered")
                )]
            })
        }
        ReleaseVerb::Approve { home, key, release, overrides } => {
            let overrides = read_overrides(overrides)?;
            let key = officer_key(&key.key)?;
            let mut session = Session::open(&home.home)?;
            let request = Request::ReleaseApprovePrepare {
                release: release.clone(),
                officer: key.officer.clone(),
                overrides: overrides.clone(),
            };
            let prepared = session.ask_as(&key, &request)?;
            let proof = key.key.sign(Purpose::Approval, &decoded(&prepared, "statement")?).into();
            let officer = key.officer.clone();
            let done = session.ask(&Request::ReleaseApprove { release, officer, overrides, proof })?;
            output.answer(&done, |done| {
                vec![format!("approved release {} with digest {}", text(done, "release"), text(done, "digest"))]
            })
        }
        ReleaseVerb::Send { home, release } => {
            let sent = Session::open(&home.home)?.ask(&Request::ReleaseSend { release })?;
            output.answer(&sent, |sent| {
                list(sent, "recipients")
                    .iter()
                    .map(|line| {
                        format!(
                            "{}: {} entries, from sequence {}",
                            text(line, "to"),
                            number(line, "entries"),
                            number(line, "first_seq")
                        )
                    })
                    .collect()
            })
        }
        ReleaseVerb::Withdraw { home, release } => {
            let done = Session::open(&home.home)?.ask(&Request::ReleaseWithdraw { release })?;
            output.answer(&done, |done| vec![format!("release {} is withdrawn", text(done, "release"))])
        }
        ReleaseVerb::List { home } => {
            let listed = Session::open(&home.home)?.ask(&Request::ReleaseList)?;
            output.answer(&listed, |listed| {
                let lines: Vec<String> = list(listed, "releases").iter().map(listed_line).collect();
                if lines.is_empty() {
                    vec!["no releases yet; draft one with comity release draft".into()]
                } else {
                    lines
                }
            })
        }
    }
}

fn draft(arguments: DraftArguments, output: &Output) -> Result<(), Failure> {
    let selection = selection(arguments.selection, Vec::new())?;
    let written = match (arguments.text, arguments.text_file) {
        (None, None) => None,
        (written, file) => Some(super::text(written, file.as_deref(), "text written for release")?),
    };
    let key = officer_key(&arguments.key.key)?;
    let mut session = Session::open(&arguments.home.home)?;
    let request = Request::ReleaseDraft(ReleaseDraftRequest {
        author: Some(key.officer.clone()),
        selection,
        to: arguments.to,
        label: arguments.label,
        descriptor: arguments.descriptor,
        title: arguments.title,
        text: written,
        allow: arguments.allow,
        precision: arguments.precision,
        as_published: arguments.as_published,
        expires: arguments.expires,
        personal: PersonalData {
            purpose: arguments.purpose,
            basis: arguments.basis,
            necessity: arguments.necessity,
            erase_by: arguments.erase_by,
        },
        groups: arguments.group,
    });
    output.answer(&drafted(&mut session, &key, &request)?, drafted_lines)
}

/// Drafts what is asked for, objects or a document, and signs it as its author.
pub fn drafted(session: &mut Session, key: &OfficerKey, request: &Request) -> Result<Value, Failure> {
    let mut drafted = session.ask_as(key, request)?;
    let to_sign = decoded(&drafted, "author_statement")?;
    session.ask(&Request::ReleaseSign {
        release: text(&drafted, "release").to_owned(),
        officer: key.officer.clone(),
        role: serde_json::from_value(drafted.get("author_role").cloned().unwrap_or_default())?,
        proof: key.key.sign(Purpose::Approval, &to_sign).into(),
    })?;
    if let Value::Object(fields) = &mut drafted {
        fields.remove("author_statement");
        fields.remove("author_role");
    }
    Ok(drafted)
}

/// Decodes a base64 field that the node gave to be signed.
pub fn decoded(value: &Value, field: &str) -> Result<Vec<u8>, Failure> {
    STANDARD
        .decode(text(value, field))
        .map_err(|_| Failure::operational(format!("the node gave a {field} that is not base64")))
}

fn read_overrides(given: Vec<String>) -> Result<BTreeMap<String, String>, Failure> {
    given
        .into_iter()
        .map(|text| match text.split_once('=') {
            Some((finding, reason)) if !finding.is_empty() && !reason.trim().is_empty() => {
                Ok((finding.to_owned(), reason.trim().to_owned()))
            }
            _ => Err(Failure::usage("an override is FINDING=REASON, with a reason")),
        })
        .collect()
}

fn words(value: &Value, field: &str) -> String {
    let words: Vec<&str> = list(value, field).iter().filter_map(Value::as_str).collect();
    words.join(", ")
}

pub fn drafted_lines(drafted: &Value) -> Vec<String> {
    let mut lines = vec![
        format!("release  {}", text(drafted, "release")),
        format!("to       {}", words(drafted, "to")),
        format!("label    {}", text(drafted, "label")),
        format!(
            "items    {} in {} parts, {} bytes",
            number(drafted, "items"),
            number(drafted, "parts"),
            number(drafted, "bytes")
        ),
        format!("digest   {}", text(drafted, "digest")),
    ];
    let dropped = list(drafted, "dropped");
    if !dropped.is_empty() {
        lines.push(format!("dropped  {} references and objects that are not released:", dropped.len()));
        for one in dropped.iter().take(20) {
            lines.push(format!("  {} {}: {}", text(one, "object"), text(one, "property"), text(one, "reason")));
        }
        if dropped.len() > 20 {
            lines.push(format!("  and {} more; see --json", dropped.len() - 20));
        }
    }
    lines.extend(check_lines(drafted));
    lines.push("next: comity release show, then a second officer: comity release approve".into());
    lines
}

/// What the leak check said of a draft, in the answer that carries it.
fn check_lines(shown: &Value) -> Vec<String> {
    match shown.get("check") {
        Some(check) if !text(check, "not_checked").is_empty() => {
            vec![format!("check    not checked: {}", text(check, "not_checked"))]
        }
        Some(check) if check.is_object() => {
            let mut lines =
                vec![format!("check    of {} for {}: {}", text(check, "at"), text(check, "officer"), found(check))];
            lines.extend(finding_lines(check));
            lines
        }
        _ => vec!["check    none that holds: comity release check".to_owned()],
    }
}

/// How the check ended, in words.
fn found(check: &Value) -> String {
    let findings = list(check, "findings").len();
    match (check.get("blocked").and_then(Value::as_bool), findings) {
        (Some(true), _) => text(check, "message").to_owned(),
        (_, 0) => "nothing found".to_owned(),
        (_, count) => format!("{count} findings"),
    }
}

fn checked_lines(checked: &Value) -> Vec<String> {
    let mut lines = vec![format!(
        "{}; {} bytes, digest {}, answered {} to {}",
        found(checked),
        number(checked, "bytes"),
        text(checked, "digest"),
        text(checked, "at"),
        text(checked, "officer")
    )];
    lines.extend(finding_lines(checked));
    lines
}

fn finding_lines(checked: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    for finding in list(checked, "findings") {
        let place = match (text(finding, "object"), text(finding, "property")) {
            ("", _) => format!("part {} byte {}", number(finding, "part"), number(finding, "offset")),
            (object, property) => format!("{object}{property}"),
        };
        let may = match text(finding, "answered_by") {
            "" => "blocks".to_owned(),
            "releasing_officer" => "may be overridden".to_owned(),
            role => format!("a {role} may answer for it"),
        };
        lines.push(format!("  {}  {}  {}  {}", text(finding, "finding"), text(finding, "rule"), place, may));
        if !text(finding, "message").is_empty() {
            lines.push(format!("      {}", text(finding, "message")));
        }
    }
    lines
}

pub fn shown_lines(shown: &Value) -> Vec<String> {
    let mut lines = vec![
        format!("release {} ({}), digest {}", text(shown, "release"), text(shown, "state"), text(shown, "digest")),
        format!("to {} under {}, valid until {}", words(shown, "to"), text(shown, "label"), text(shown, "expires")),
    ];
    let personal = |name: &str| shown.get("personal").map(|it| text(it, name).to_owned()).unwrap_or_default();
    for name in ["purpose", "basis", "necessity", "erase_by"] {
        if !personal(name).is_empty() {
            lines.push(format!("{}: {}", name.replace('_', " "), personal(name)));
        }
    }
    for id in list(shown, "groups").iter().filter_map(Value::as_str) {
        lines.push(format!("a group, says the author: {id}"));
    }
    lines.extend(check_lines(shown));
    for part in list(shown, "parts") {
        lines.push(format!(
            "--- part {}: exactly these {} bytes would leave ---",
            number(part, "part"),
            number(part, "length")
        ));
        lines.extend(text(part, "bytes").lines().map(str::to_owned));
    }
    for item in list(shown, "items") {
        lines.push(format!(
            "--- original of {}: {} {} ---",
            text(item, "released_id"),
            text(item, "original_id"),
            text(item, "original_version")
        ));
        lines.extend(text(item, "original").lines().map(str::to_owned));
    }
    lines
}

fn listed_line(release: &Value) -> String {
    format!(
        "{}  {:<9}  {:<24} {:<12} {} items  {}",
        text(release, "release"),
        text(release, "state"),
        text(release, "label"),
        words(release, "to"),
        number(release, "items"),
        text(release, "created")
    )
}
