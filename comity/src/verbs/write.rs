//! `comity write`.

use super::{Session, officer_key, selection};
use crate::arguments::WriteVerb;
use crate::output::{Output, number, text};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use comity_crypto::Purpose;
use comity_node::{Failure, Request};
use comity_release::approval_message;
use comity_vocab::Role;
use serde_json::Value;

/// Writes reports and notes, marks holdings.
pub fn run(verb: WriteVerb, output: &Output) -> Result<(), Failure> {
    match verb {
        WriteVerb::Report { home, key, title, text: body, text_file, grading, source, label } => {
            let body = super::text(body, text_file.as_deref(), "text")?;
            let key = officer_key(&key.key)?;
            let request = Request::WriteReport { title, body, grading, source, label };
            let done = Session::open(&home.home)?.ask_as(&key, &request)?;
            output.answer(&done, |done| vec![format!("wrote {}", text(done, "id"))])
        }
        WriteVerb::Note { home, key, selection: objects, text: body, label } => {
            let selection = selection(objects, Vec::new())?;
            let body = super::text(body, None, "text")?;
            let key = officer_key(&key.key)?;
            let done = Session::open(&home.home)?.ask_as(&key, &Request::WriteNote { selection, text: body, label })?;
            output.answer(&done, |done| vec![format!("wrote {}", text(done, "id"))])
        }
        WriteVerb::Mark { home, key, selection: objects, origin, label, public } => {
            let selection = selection(objects, origin)?;
            let key = officer_key(&key.key)?;
            let mut session = Session::open(&home.home)?;
            let mut done = Value::Object(serde_json::Map::new());
            if let Some(label) = label {
                done = session.ask_as(&key, &Request::WriteMark { selection: selection.clone(), label })?;
            }
            if public {
                let prepared = session.ask(&Request::PublicPrepare { selection })?;
                let bytes = STANDARD
                    .decode(text(&prepared, "statement"))
                    .map_err(|_| Failure::operational("the node gave a statement that is not base64"))?;
                let role = declaring_role(&mut session, &key.officer)?;
                let request = Request::PublicSign {
                    declaration: text(&prepared, "declaration")
                        .parse()
                        .map_err(|_| Failure::operational("not a digest"))?,
                    officer: key.officer.clone(),
                    role,
                    proof: key.key.sign(Purpose::PublicDeclaration, &approval_message(&bytes, role, &[])).into(),
                };
                let signed = session.ask(&request)?;
                if let (Value::Object(done), Value::Object(signed)) = (&mut done, signed) {
                    done.extend(signed);
                }
            }
            output.answer(&done, |done| {
                let mut lines = Vec::new();
                if done.get("marked").is_some() {
                    lines.push(format!("marked {} objects {}", number(done, "marked"), text(done, "label")));
                }
                match text(done, "state") {
                    "" => {}
                    "effective" => lines.push(format!("{} objects are declared public", number(done, "objects"))),
                    _ => lines.push(format!(
                        "signed; {} objects are public once a second officer (one of them a releasing officer) has declared the same",
                        number(done, "objects")
                    )),
                }
                lines
            })
        }
    }
}

/// The role in which this officer declares: releasing officer where held, else analyst or desk officer.
fn declaring_role(session: &mut Session, officer: &comity_vocab::OfficerCode) -> Result<Role, Failure> {
    let roles = super::officer::roles_of(session, officer)?;
    [Role::ReleasingOfficer, Role::DeskOfficer, Role::Analyst]
        .into_iter()
        .find(|role| roles.contains(role))
        .ok_or_else(|| Failure::no(format!("officer {officer} holds no role that may declare objects public")))
}
