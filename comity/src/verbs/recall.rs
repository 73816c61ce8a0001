//! `comity recall`.

use super::release::decoded;
use super::{Session, officer, officer_key};
use crate::arguments::RecallVerb;
use crate::output::{Output, list, number, text};
use comity_crypto::Purpose;
use comity_node::{
    BasisDecided, BasisDecision, Failure, Home, OfficerKey, RECALL_ITEMS_MAX, Reader, RecallNamed, RecallOf, Request,
};
use comity_vocab::{RecallState, Role};
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
        RecallVerb::Preview { home, release, item, recall, from, limit } => {
            let of = match recall {
                Some(recall) => RecallOf::Drafted(recall),
                None => RecallOf::Named(RecallNamed { releases: release, items: item }),
            };
            let limit = usize::try_from(limit).unwrap_or(RECALL_ITEMS_MAX);
            let shown = Reader::open(&Home::open(&home.home)?)?.recall_preview(&of, from, limit)?;
            output.answer(&serde_json::to_value(&shown)?, |shown| reached(shown, from))
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
        RecallVerb::Show { home, recall } => {
            let board = Session::open(&home.home)?.ask(&Request::RecallBoard)?;
            let found = ["recalls", "received"]
                .iter()
                .flat_map(|name| list(&board, name))
                .find(|row| text(row, "recall") == recall)
                .ok_or_else(|| {
                    Failure::no(format!("there is no recall {recall}")).code("unknown").hint("comity recall board")
                })?;
            output.answer(found, one)
        }
        RecallVerb::Decide { home, key, recall, object, keep, withdraw: _ } => {
            let key = officer_key(&key.key)?;
            let decision = if keep { BasisDecision::Keep } else { BasisDecision::Withdraw };
            let request = Request::RecallDecide(BasisDecided { recall, object, decision });
            let decided = Session::open(&home.home)?.ask_as(&key, &request)?;
            output.answer(&decided, |decided| {
                vec![match decision {
                    BasisDecision::Keep => format!("{} may be released", text(decided, "object")),
                    BasisDecision::Withdraw => format!("{} is not released any more", text(decided, "object")),
                }]
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
                    let waits = list(recall, "dependents").iter().filter(|one| waits(one)).count();
                    if waits > 0 {
                        let show = text(recall, "recall");
                        lines.push(format!(
                            "    {waits} of our own objects wait for a decision: comity recall show {show}"
                        ));
                    }
                }
                if lines.is_empty() { vec!["no recalls".into()] } else { lines }
            })
        }
    }
}

/// Whom a recall reaches, in lines.
fn reached(shown: &Value, from: usize) -> Vec<String> {
    let some = |count: u64, one: &str| format!("{count} {one}{}", if count == 1 { "" } else { "s" });
    let is = |row: &Value, field: &str| row.get(field) == Some(&Value::Bool(true));
    let (total, items) = (number(shown, "total"), list(shown, "items"));
    let releases = list(shown, "releases").len() as u64;
    let mut lines = vec![format!("{}, in {}", some(total, "object"), some(releases, "release"))];
    for item in items {
        let name = match text(item, "name") {
            "" => text(item, "id"),
            name => name,
        };
        let label = match text(item, "label") {
            "" => "unmarked",
            label => label,
        };
        let at = |one: &Value| format!("{} {}", text(one, "recipient"), text(one, "state"));
        let at: Vec<String> = list(item, "recipients").iter().map(at).collect();
        let public = if is(item, "public") { "; public as well" } else { "" };
        lines.push(format!("    {}  {name}  {label}: {}{public}", text(item, "type"), at.join(", ")));
    }
    let left = total.saturating_sub(from as u64).saturating_sub(items.len() as u64);
    if left > 0 {
        lines.push(format!("    and {left} more: --from {}", from + items.len()));
    }
    for partner in list(shown, "recipients") {
        let states = ["received", "queued", "recalled"];
        let states = states.iter().filter(|state| number(partner, state) > 0);
        let counts: Vec<String> = states.map(|state| format!("{} {state}", number(partner, state))).collect();
        let who = match (text(partner, "recipient"), text(partner, "name")) {
            (code, "") => code.to_owned(),
            (code, name) => format!("{name} ({code})"),
        };
        lines.push(format!("{who}: {}, {}", some(number(partner, "items"), "item"), counts.join(", ")));
        if is(partner, "taxii") {
            lines.push("    its tools may also read them at our gate over TAXII".into());
        }
        if number(partner, "withheld") > 0 {
            let others = some(number(partner, "withheld"), "other item");
            lines
                .push(format!("    {others} in entries that wait: a recall that withdraws keeps the whole entry back"));
        }
        if is(partner, "suspended") {
            lines.push("    the link is stopped: it is told when the link is resumed".into());
        }
    }
    if number(shown, "public") > 0 {
        let some = some(number(shown, "public"), "object");
        lines.push(format!(
            "{some} went out exactly as published: a recall does not reach those who have it from there"
        ));
    }
    lines
}

/// Whether an own object waits for an officer's decision.
fn waits(dependent: &Value) -> bool {
    dependent.get("blocks") == Some(&Value::Bool(true)) && text(dependent, "decision").is_empty()
}

/// What is said of one recall.
fn one(found: &Value) -> Vec<String> {
    let mut lines = vec![format!("{}  {}", text(found, "recall"), text(found, "kind"))];
    for line in list(found, "recipients") {
        lines.push(format!("    {:<16} {:<12} {}", text(line, "recipient"), text(line, "state"), text(line, "at")));
    }
    if text(found, "from").is_empty() {
        return lines;
    }
    lines.push(format!("from {}, {}: {}", text(found, "from"), text(found, "at"), text(found, "instruction")));
    let dependents = list(found, "dependents");
    if dependents.is_empty() {
        lines.push("nothing of our own is known to rest on it".into());
    }
    for dependent in dependents {
        let state = match text(dependent, "decision") {
            "" if waits(dependent) => "not released before an officer decides",
            "" => "to be looked at",
            "keep" => "kept",
            _ => "withdrawn",
        };
        lines.push(format!("    {}  {}: {state}", text(dependent, "object"), text(dependent, "how")));
    }
    lines
}

fn next_step(recall: &Value) -> String {
    match text(recall, "state").parse() {
        Ok(RecallState::Sent) if text(recall, "confirm_by").is_empty() => "confirmed by two roles".into(),
        Ok(RecallState::Sent) => format!(
            "sent by a duty officer; a desk officer and a releasing officer confirm it until {}",
            text(recall, "confirm_by")
        ),
        Ok(RecallState::Approved) => format!("approved; send it with comity recall send {}", text(recall, "recall")),
        Ok(RecallState::Draft) | Err(_) => {
            format!("signed; a second officer in another role: comity recall approve {}", text(recall, "recall"))
        }
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

#[cfg(test)]
mod tests {
    use super::reached;
    use serde_json::json;

    #[test]
    fn whom_a_recall_reaches_in_lines() {
        let item = |id: &str, name: Option<&str>, label: Option<&str>, public: bool| {
            json!({ "id": id, "type": "malware", "name": name, "label": label, "public": public,
                "recipients": [{ "recipient": "kps", "state": "received" }, { "recipient": "tfo", "state": "queued" }] })
        };
        let shown = json!({
            "total": 5, "releases": [{}], "public": 1,
            "items": [item("malware--1", Some("Zinnober"), Some("TLP:GREEN"), false), item("malware--2", None, None, true)],
            "recipients": [
                { "recipient": "kps", "name": "Kestrian Police", "items": 5, "received": 4, "queued": 0, "recalled": 1,
                    "withheld": 0, "taxii": true, "suspended": false },
                { "recipient": "tfo", "name": null, "items": 1, "received": 0, "queued": 1, "recalled": 0,
                    "withheld": 2, "taxii": false, "suspended": true },
            ],
        });
        assert_eq!(
            reached(&shown, 1),
            [
                "5 objects, in 1 release",
                "    malware  Zinnober  TLP:GREEN: kps received, tfo queued",
                "    malware  malware--2  unmarked: kps received, tfo queued; public as well",
                "    and 2 more: --from 3",
                "Kestrian Police (kps): 5 items, 4 received, 1 recalled",
                "    its tools may also read them at our gate over TAXII",
                "tfo: 1 item, 1 queued",
                "    2 other items in entries that wait: a recall that withdraws keeps the whole entry back",
                "    the link is stopped: it is told when the link is resumed",
                "1 object went out exactly as published: a recall does not reach those who have it from there",
            ]
        );
    }
}
