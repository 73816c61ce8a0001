//! `comity recall`.

use super::release::decoded;
use super::{Session, officer, officer_key};
use crate::arguments::RecallVerb;
use crate::output::{Output, list, number, text};
use comity_crypto::Purpose;
use comity_node::{Failure, OfficerKey, Request};
use comity_vocab::Role;
use serde_json::Value;

/// Drafts, approves and sends recalls, and shows the board.
pub fn run(verb: RecallVerb, output: &Output) -> Result<(), Failure> {
    match verb {
        RecallVerb::Draft { home, key, release, item, kind, role } => {
            let kind = serde_json::from_value(Value::String(kind.clone()))
                .map_err(|_| Failure::usage(format!("not a kind of recall: {kind}"))
                    .hint("correct, downgrade_confidence, withdraw_permission, withdraw_error, withdraw_fabricated or withdraw_unlawful"))?;
            let key = officer_key(&key.key)?;
            let mut session = Session::open(&home.home)?;
            let role =
                role_for(&mut session, &key, role, &[Role::DeskOfficer, Role::DutyOfficer, Role::ReleasingOfficer])?;
            let drafted = session.ask_as(&key, &Request::RecallDraft { releases: release, items: item, kind })?;
            let signed = sign(&mut session, &key, text(&drafted, "recall"), role)?;
            let mut answer = drafted;
            if let (Value::Object(answer), Value::Object(signed)) = (&mut answer, signed) {
                answer.extend(signed);
            }
            output.answer(&answer, |answer| {
                vec![
                    format!(
                        "recall {} of {} items at {} recipients",
                        text(answer, "recall"),
                        number(answer, "items"),
                        list(answer, "recipients").len()
                    ),
                    next_step(answer),
                ]
            })
        }
        RecallVerb::Approve { home, key, recall, role } => {
            let key = officer_key(&key.key)?;
            let mut session = Session::open(&home.home)?;
            let role = role_for(&mut session, &key, role, &[Role::ReleasingOfficer, Role::DeskOfficer])?;
            let signed = sign(&mut session, &key, &recall, role)?;
            output.answer(&signed, |signed| vec![next_step(signed)])
        }
        RecallVerb::Send { home, recall } => {
            let sent = Session::open(&home.home)?.ask(&Request::RecallSend { recall })?;
            output.answer(&sent, |sent| {
                let mut lines = vec![format!(
                    "recall {} is on its way to {} recipients; see comity recall board",
                    text(sent, "recall"),
                    list(sent, "recipients").len()
                )];
                for refused in list(sent, "not_sent") {
                    lines.push(format!("not sent to {}: {}", text(refused, "to"), text(refused, "why")));
                }
                lines
            })
        }
        RecallVerb::Board { home } => {
            let board = Session::open(&home.home)?.ask(&Request::RecallBoard)?;
            output.answer(&board, |board| {
                let mut lines = Vec::new();
                for recall in list(board, "recalls") {
                    lines.push(format!(
                        "{}  {}  {}  {}",
                        text(recall, "recall"),
                        text(recall, "kind"),
                        text(recall, "state"),
                        text(recall, "created")
                    ));
                    for line in list(recall, "recipients") {
                        lines.push(format!(
                            "    {:<16} {:<12} {}",
                            text(line, "recipient"),
                            text(line, "state"),
                            text(line, "at")
                        ));
                    }
                }
                for recall in list(board, "received") {
                    lines.push(format!(
                        "received from {}: {}  {}  {}",
                        text(recall, "from"),
                        text(recall, "recall"),
                        text(recall, "kind"),
                        text(recall, "at")
                    ));
                }
                if lines.is_empty() { vec!["no recalls".into()] } else { lines }
            })
        }
    }
}

fn next_step(recall: &Value) -> String {
    match text(recall, "state") {
        "sent" if text(recall, "confirm_by").is_empty() => "confirmed by two roles".into(),
        "sent" => format!(
            "sent by a duty officer; a desk officer and a releasing officer confirm it until {}",
            text(recall, "confirm_by")
        ),
        "approved" => format!("approved; send it with comity recall send {}", text(recall, "recall")),
        _ => format!("signed; a second officer in another role: comity recall approve {}", text(recall, "recall")),
    }
}

fn role_for(session: &mut Session, key: &OfficerKey, asked: Option<Role>, usual: &[Role]) -> Result<Role, Failure> {
    let roles = officer::roles_of(session, &key.officer)?;
    match asked {
        Some(role) if roles.contains(&role) => Ok(role),
        Some(role) => Err(Failure::no(format!("officer {} is not {role}", key.officer))),
        None => usual
            .iter()
            .copied()
            .find(|role| roles.contains(role))
            .ok_or_else(|| Failure::no(format!("officer {} holds no role that may recall", key.officer))),
    }
}

fn sign(session: &mut Session, key: &OfficerKey, recall: &str, role: Role) -> Result<Value, Failure> {
    let prepared =
        session.ask(&Request::RecallPrepare { recall: recall.to_owned(), officer: key.officer.clone(), role })?;
    let proof = key.key.sign(Purpose::RecallApproval, &decoded(&prepared, "statement")?).into();
    session.ask(&Request::RecallApprove { recall: recall.to_owned(), officer: key.officer.clone(), role, proof })
}
