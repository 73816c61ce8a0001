//! `comity link`.

use super::{Session, officer_key};
use crate::arguments::LinkVerb;
use crate::output::{Output, list, number, text};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use comity_crypto::Purpose;
use comity_node::{Failure, LinkAlone, LinkStep, OfficerKey, Request};
use comity_vocab::{OrgCode, Role};
use serde_json::Value;
use std::path::Path;

/// Exchanges cards and shows links.
pub fn run(verb: LinkVerb, output: &Output) -> Result<(), Failure> {
    match verb {
        LinkVerb::Card { home, endpoint, output: file } => {
            let card = Session::open(&home.home)?.ask(&Request::LinkCard { endpoints: endpoint })?;
            match file {
                Some(file) => {
                    std::fs::write(&file, text(&card, "card"))
                        .map_err(|error| Failure::operational(format!("cannot write {}: {error}", file.display())))?;
                    output.answer(&card, |_| {
                        vec![format!("wrote {}; give it to the partner, who gives you theirs", file.display())]
                    })
                }
                // The card is itself the document, for people and programs alike.
                None => output.bytes(format!("{}\n", text(&card, "card").trim_end()).as_bytes()),
            }
        }
        LinkVerb::Add { home, signers, new_node_key, card } => {
            let card = read_card(&card)?;
            let mut session = Session::open(&home.home)?;
            let seen = session.ask(&Request::LinkPreview { card: card.clone() })?;
            let known = seen.get("known").and_then(Value::as_bool).unwrap_or_default();
            let added = match (known, new_node_key) {
                (_, true) => agree(&mut session, &signers.key, &LinkStep::Renew { card })?,
                (false, false) => agree(&mut session, &signers.key, &LinkStep::Add { card })?,
                (true, false) => {
                    let key = first_key(&signers.key)?;
                    session.ask_as(&key, &Request::LinkAlone(LinkAlone::TakeCard { card }))?
                }
            };
            output.answer(&added, |added| {
                let mut lines = vec![format!(
                    "{} {} ({}), {}",
                    text(added, "state"),
                    text(added, "partner"),
                    text(added, "name"),
                    text(added, "country")
                )];
                lines.extend(change_lines(&seen));
                lines.extend(next_step(added));
                lines
            })
        }
        LinkVerb::Approve { home, signers, partner } => {
            let mut session = Session::open(&home.home)?;
            let done = agree(&mut session, &signers.key, &LinkStep::Approve { partner })?;
            output.answer(&done, said)
        }
        LinkVerb::Confirm { home, key, words, partner } => {
            let words = match words {
                Some(words) => words,
                None => typed_words(&partner)?,
            };
            let mut session = Session::open(&home.home)?;
            let done = agree(&mut session, &[key.key], &LinkStep::Confirm { partner, words })?;
            output.answer(&done, said)
        }
        LinkVerb::Drop { home, key, partner } => {
            let key = officer_key(&key.key)?;
            let done = Session::open(&home.home)?.ask_as(&key, &Request::LinkAlone(LinkAlone::Drop { partner }))?;
            output.answer(&done, |done| vec![format!("gave up what waited about {}", text(done, "partner"))])
        }
        LinkVerb::SetAside { home } => {
            let listed = Session::open(&home.home)?.ask(&Request::SetAsideList)?;
            output.answer(&listed, |listed| {
                let rows = list(listed, "set_aside");
                if rows.is_empty() {
                    return vec!["nothing is set aside".into()];
                }
                let mut lines: Vec<String> = rows.iter().map(set_aside_line).collect();
                let more = number(listed, "total").saturating_sub(rows.len() as u64);
                if more > 0 {
                    lines.push(format!("and {more} more"));
                }
                lines
            })
        }
        LinkVerb::List { home } => {
            let listed = Session::open(&home.home)?.ask(&Request::LinkList)?;
            output.answer(&listed, |listed| {
                let lines: Vec<String> = list(listed, "links").iter().map(link_line).collect();
                if lines.is_empty() {
                    vec!["no partners yet; exchange cards with comity link card and comity link add".into()]
                } else {
                    lines
                }
            })
        }
        LinkVerb::Show { home, partner } => {
            let shown = Session::open(&home.home)?.ask(&Request::LinkShow { partner })?;
            output.answer(&shown, |shown| {
                let mut lines = vec![link_line(shown), format!("fingerprint  {}", text(shown, "fingerprint"))];
                let endpoints: Vec<&str> = list(shown, "endpoints").iter().filter_map(Value::as_str).collect();
                lines.push(format!("reached at   {}", endpoints.join(", ")));
                for act in list(shown, "to_sign") {
                    lines.push(format!("{} of {} waits for a second officer", text(act, "act"), text(act, "made")));
                    lines.extend(change_lines(act));
                }
                for (field, what) in [("out", "ours to them"), ("in", "theirs to us")] {
                    let log = shown.get(field).unwrap_or(&Value::Null);
                    lines.push(format!(
                        "{what}: {} entries, receipt for {}, {} parked, root {}",
                        number(log, "size"),
                        number(log, "cosigned"),
                        list(log, "parked").len(),
                        text(log, "root")
                    ));
                    for parked in list(log, "parked") {
                        lines.push(format!(
                            "    entry {} is parked: {}",
                            number(parked, "seq"),
                            text(parked, "reason")
                        ));
                    }
                }
                for refused in list(shown, "refusals") {
                    lines.push(format!("refused {}: {}", text(refused, "at"), text(refused, "reason")));
                }
                lines
            })
        }
        LinkVerb::Verify { home, partner } => {
            let verified = Session::open(&home.home)?.ask(&Request::LinkVerify { partner })?;
            output.answer(&verified, |verified| {
                vec![format!("verified {} entries of both logs", number(verified, "entries"))]
            })
        }
        LinkVerb::Taxii { home, key, off, partner } => {
            let mut session = Session::open(&home.home)?;
            let done = match key {
                Some(key) if !off => make_recipient(&mut session, &key, partner)?,
                _ => session.ask(&Request::TaxiiOff { partner })?,
            };
            output.answer(&done, |done| match text(done, "state") {
                "on" => {
                    let mut lines = vec![
                        format!(
                            "{} is a TAXII recipient; its tools bring this token, shown once:",
                            text(done, "partner")
                        ),
                        format!("    {}", text(done, "token")),
                    ];
                    if text(done, "listen").is_empty() {
                        lines.push("name gate.taxii_listen in comity.toml, or nothing answers its tools".into());
                    }
                    lines
                }
                "waiting" => vec![format!("signed; {} waits for the second officer", text(done, "partner"))],
                state => vec![format!("TAXII for {} is {state}", text(done, "partner"))],
            })
        }
        LinkVerb::Suspend { home, signers, partner, resume } => {
            let mut session = Session::open(&home.home)?;
            let done = if resume {
                agree(&mut session, &signers.key, &LinkStep::Resume { partner })?
            } else {
                let key = first_key(&signers.key)?;
                session.ask_as(&key, &Request::LinkAlone(LinkAlone::Suspend { partner }))?
            };
            output.answer(&done, said)
        }
    }
}

/// What a card changes, a line each.
fn change_lines(of: &Value) -> Vec<String> {
    let line = |change: &Value| {
        format!("    {}: {} -> {}", text(change, "what"), text(change, "before"), text(change, "after"))
    };
    list(of, "changes").iter().map(line).collect()
}

fn first_key(files: &[std::path::PathBuf]) -> Result<OfficerKey, Failure> {
    match files {
        [file] => officer_key(file),
        _ => Err(Failure::usage("one officer does this: name one key file")),
    }
}

/// Signs a step with each of these keys, one after the other, and returns the last answer.
fn agree(session: &mut Session, files: &[std::path::PathBuf], step: &LinkStep) -> Result<Value, Failure> {
    let mut done = Value::Null;
    for file in files {
        let key = officer_key(file)?;
        let prepared = session.ask_as(&key, &Request::LinkPrepare { step: step.clone(), role: None })?;
        let field = |name: &str| prepared.get(name).cloned().unwrap_or_default();
        let proof = key.key.sign(Purpose::LinkAct, &super::release::decoded(&prepared, "statement")?).into();
        let sign = Request::LinkSign {
            partner: serde_json::from_value(field("partner"))?,
            act: serde_json::from_value(field("act"))?,
            role: serde_json::from_value(field("role"))?,
            proof,
        };
        done = session.ask_as(&key, &sign)?;
    }
    Ok(done)
}

/// Asks at the terminal for the words.
fn typed_words(partner: &OrgCode) -> Result<String, Failure> {
    use std::io::IsTerminal as _;
    if !std::io::stdin().is_terminal() {
        return Err(Failure::usage("no words given").hint("--words \"…\", or run this on a terminal to be asked"));
    }
    eprint!("the twelve words, as {partner} reads them to you: ");
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).map_err(|error| Failure::operational(format!("cannot read: {error}")))?;
    Ok(line)
}

fn said(done: &Value) -> Vec<String> {
    let mut lines = vec![format!("link {} is {}", text(done, "partner"), text(done, "state"))];
    lines.extend(next_step(done));
    lines
}

/// What has to be done next, where something has.
fn next_step(done: &Value) -> Vec<String> {
    let partner = text(done, "partner");
    let mut lines = Vec::new();
    if done.get("agreed").and_then(Value::as_bool) == Some(false) {
        let verb = if text(done, "act") == "confirm" { "confirm" } else { "approve" };
        lines.push(format!("signed; a second officer in the other role: comity link {verb} {partner}"));
    } else if text(done, "state") == "pending" {
        lines.push(format!("call {partner}, whose voice or number you know; two officers each type what they hear:"));
        lines.push(format!("    comity link confirm {partner}"));
    }
    if text(done, "act") == "add" {
        lines.push(format!("compare by voice: {}", text(done, "fingerprint")));
        lines.push("the partner must add your card too; nothing flows before both have compared the words".into());
    }
    lines
}

/// Signs, as one of two officers, that a partner's tools may read at the gate.
fn make_recipient(session: &mut Session, key: &Path, partner: OrgCode) -> Result<Value, Failure> {
    let key = officer_key(key)?;
    let officer = key.officer.clone();
    let roles = super::officer::roles_of(session, &officer)?;
    let role = [Role::ReleasingOfficer, Role::DeskOfficer, Role::Analyst]
        .into_iter()
        .find(|role| roles.contains(role))
        .ok_or_else(|| Failure::no(format!("officer {officer} holds no role that may make a TAXII recipient")))?;
    let prepared = session.ask(&Request::TaxiiPrepare { partner: partner.clone(), officer: officer.clone(), role })?;
    let statement = STANDARD
        .decode(text(&prepared, "statement"))
        .map_err(|_| Failure::operational("the node gave a statement that is not base64"))?;
    let proof = key.key.sign(Purpose::TaxiiRecipient, &statement).into();
    session.ask(&Request::TaxiiSign { partner, officer, role, proof })
}

fn read_card(path: &Path) -> Result<String, Failure> {
    let read =
        if path == Path::new("-") { std::io::read_to_string(std::io::stdin()) } else { std::fs::read_to_string(path) };
    read.map_err(|error| Failure::usage(format!("cannot read the card {}: {error}", path.display())))
}

fn link_line(link: &Value) -> String {
    let waiting = number(link, "waiting");
    let waiting = if waiting == 0 { String::new() } else { format!(", {waiting} waiting") };
    let mut line =
        format!("{:<16} {:<19} {}{waiting}", text(link, "partner"), text(link, "state"), text(link, "reach"));
    for act in list(link, "to_sign") {
        line.push_str(&format!("; {} waits for a second officer", text(act, "act")));
    }
    let reason = text(link, "reason");
    if reason.is_empty() { line } else { format!("{line}; {reason}") }
}

fn set_aside_line(row: &Value) -> String {
    format!(
        "{}  {}  {} of release {}; came {}, erased {}",
        text(row, "from"),
        text(row, "object"),
        text(row, "property"),
        text(row, "release"),
        text(row, "at"),
        text(row, "erased_at")
    )
}
