//! `comity link`.

use super::{Session, officer_key};
use crate::arguments::LinkVerb;
use crate::output::{Output, list, number, text};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use comity_crypto::Purpose;
use comity_node::{Failure, Request};
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
        LinkVerb::Add { home, new_node_key, card } => {
            let card = read_card(&card)?;
            let request = if new_node_key { Request::LinkRenew { card } } else { Request::LinkAdd { card } };
            let added = Session::open(&home.home)?.ask(&request)?;
            output.answer(&added, |added| {
                vec![
                    format!(
                        "{} {} ({}), {}",
                        text(added, "state"),
                        text(added, "partner"),
                        text(added, "name"),
                        text(added, "country")
                    ),
                    format!("compare by voice: {}", text(added, "fingerprint")),
                    "the partner must add your card too; nothing flows before both have".into(),
                ]
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
        LinkVerb::Suspend { home, partner, resume } => {
            let done = Session::open(&home.home)?.ask(&Request::LinkSuspend { partner, suspended: !resume })?;
            output.answer(&done, |done| vec![format!("link {} is {}", text(done, "partner"), text(done, "state"))])
        }
    }
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
    format!("{:<16} {:<10} {}{waiting}", text(link, "partner"), text(link, "state"), text(link, "reach"))
}
