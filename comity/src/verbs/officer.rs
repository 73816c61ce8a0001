//! `comity officer`.

use super::{Session, officer_key};
use crate::arguments::OfficerVerb;
use crate::output::{Output, list, text};
use crate::{passphrase, world};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use comity_crypto::{Purpose, Zeroizing, sha256};
use comity_node::{Failure, OfficerChange, OfficerKey, Request};
use comity_release::passkey::PasskeyGrant;
use comity_vocab::OfficerCode;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Changes or lists the registry.
pub fn run(verb: OfficerVerb, output: &Output) -> Result<(), Failure> {
    match verb {
        OfficerVerb::Add { home, custodians, code, name, roles, key_out } => {
            let mut session = Session::open(&home.home)?;
            let key = new_key(&mut session, &code, &key_out)?;
            let change = OfficerChange::Add { name, roles: roles.into_iter().collect(), key: key.key.verifying_key() };
            let done = change_registry(&mut session, code, change, &custodians.custodian, Some(&key));
            let mut done = keep_or_remove(done, &key_out)?;
            // The officer exists now; a link that cannot be made out is no reason to say that the officer does not.
            if text(&done, "state") == "active"
                && let Ok(enrol) = enrol(&mut session, &key)
                && let Value::Object(fields) = &mut done
            {
                fields.insert("enrol".into(), enrol);
            }
            shown(done, output, Some(&key_out))
        }
        OfficerVerb::Enrol { home, key, code } => {
            let key = officer_key(&key)?;
            if code.as_ref().is_some_and(|code| *code != key.officer) {
                return Err(Failure::usage(format!("this is the key file of officer {}", key.officer)));
            }
            let enrol = enrol(&mut Session::open(&home.home)?, &key)?;
            output.answer(&enrol, enrol_lines)
        }
        OfficerVerb::Passkeys { home, code } => {
            let listed = Session::open(&home.home)?.ask(&Request::PasskeyList { officer: code })?;
            output.answer(&listed, |listed| {
                let lines: Vec<String> = list(listed, "passkeys").iter().map(passkey_line).collect();
                if lines.is_empty() {
                    vec!["no passkeys yet; comity officer enrol prints a link to make one".into()]
                } else {
                    lines
                }
            })
        }
        OfficerVerb::RemovePasskey { home, key, credential } => {
            let key = officer_key(&key)?;
            let credential = credential.try_into().map_err(|error| Failure::usage(format!("{error}")))?;
            let done = Session::open(&home.home)?.ask_as(&key, &Request::PasskeyRemove { credential })?;
            output.answer(&done, |done| {
                vec![format!("passkey {} of {} is removed", text(done, "credential"), text(done, "officer"))]
            })
        }
        OfficerVerb::Disable { home, custodians, code } => {
            let mut session = Session::open(&home.home)?;
            let done = change_registry(&mut session, code, OfficerChange::Disable, &custodians.custodian, None)?;
            shown(done, output, None)
        }
        OfficerVerb::NewKey { home, custodians, code, key_out } => {
            let mut session = Session::open(&home.home)?;
            let key = new_key(&mut session, &code, &key_out)?;
            let change = OfficerChange::NewKey { key: key.key.verifying_key() };
            let done = change_registry(&mut session, code, change, &custodians.custodian, None);
            keep_or_remove(done, &key_out).and_then(|done| shown(done, output, Some(&key_out)))
        }
        OfficerVerb::Roles { home, custodians, code, roles } => {
            let mut session = Session::open(&home.home)?;
            let change = OfficerChange::Roles { roles: roles.into_iter().collect() };
            let done = change_registry(&mut session, code, change, &custodians.custodian, None)?;
            shown(done, output, None)
        }
        OfficerVerb::Confirm { home, custodians, code } => {
            let mut session = Session::open(&home.home)?;
            let listed = session.ask(&Request::OfficerList)?;
            let waiting = list(&listed, "waiting").iter().find(|act| text(act, "officer") == code.as_str());
            let act = waiting
                .map(|act| text(act, "act").to_owned())
                .ok_or_else(|| Failure::no(format!("no act about officer {code} waits for a signature")))?;
            let done = sign_and_apply(&mut session, act, &custodians.custodian, None)?;
            shown(done, output, None)
        }
        OfficerVerb::List { home } => {
            let listed = Session::open(&home.home)?.ask(&Request::OfficerList)?;
            output.answer(&listed, |listed| {
                let mut lines: Vec<String> = list(listed, "officers").iter().map(officer_line).collect();
                if lines.is_empty() {
                    lines.push(
                        "no officers yet; the first two are custodians: comity officer add … --roles custodian".into(),
                    );
                }
                for act in list(listed, "waiting") {
                    lines.push(format!(
                        "waiting for a second custodian: {} {}; comity officer confirm --code {} --custodian …",
                        text(act, "act_kind"),
                        text(act, "officer"),
                        text(act, "officer")
                    ));
                }
                lines
            })
        }
    }
}

fn officer_line(officer: &Value) -> String {
    let roles: Vec<&str> = list(officer, "roles").iter().filter_map(Value::as_str).collect();
    let state = if officer.get("active").and_then(Value::as_bool) == Some(true) { "active" } else { "disabled" };
    format!("{:<16} {:<9} {:<28} {}", text(officer, "code"), state, text(officer, "name"), roles.join(","))
}

/// Makes and writes a key; it is the officer's only once the registry says so.
fn new_key(session: &mut Session, code: &OfficerCode, path: &Path) -> Result<OfficerKey, Failure> {
    let listed = session.ask(&Request::OfficerList)?;
    let organisation = serde_json::from_value(listed.get("organisation_key").cloned().unwrap_or_default())?;
    let mut entropy = world::entropy();
    let key = OfficerKey::generate(code.clone(), organisation, &mut entropy);
    key.write(path, &passphrase::new_officer(code)?, &mut entropy)?;
    Ok(key)
}

/// Removes the key file of a change that was refused, so that no key without an officer lies about.
fn keep_or_remove(done: Result<Value, Failure>, key_out: &Path) -> Result<Value, Failure> {
    if done.is_err() {
        let _ = std::fs::remove_file(key_out);
    }
    done
}

fn change_registry(
    session: &mut Session,
    officer: OfficerCode,
    change: OfficerChange,
    custodians: &[PathBuf],
    own: Option<&OfficerKey>,
) -> Result<Value, Failure> {
    let prepared = session.ask(&Request::OfficerPrepare { officer, change })?;
    let bootstrap = prepared.get("bootstrap").and_then(Value::as_bool) == Some(true);
    let act = text(&prepared, "act").to_owned();
    if !bootstrap && custodians.is_empty() {
        return Err(Failure::usage("this change needs the signatures of two custodians")
            .hint("add --custodian FIRST.key --custodian SECOND.key; with one, it waits for `officer confirm`"));
    }
    sign_and_apply(session, act, custodians, own.filter(|_| bootstrap))
}

fn sign_and_apply(
    session: &mut Session,
    act: String,
    custodians: &[PathBuf],
    own: Option<&OfficerKey>,
) -> Result<Value, Failure> {
    let bytes = STANDARD.decode(&act).map_err(|_| Failure::operational("the node gave an act that is not base64"))?;
    let mut signatures = Vec::new();
    for path in custodians {
        let key = officer_key(path)?;
        signatures.push((key.officer.clone(), key.key.sign(Purpose::RegistryAct, &bytes)));
    }
    if let Some(own) = own {
        signatures.push((own.officer.clone(), own.key.sign(Purpose::RegistryAct, &bytes)));
    }
    session.ask(&Request::OfficerApply { act, signatures })
}

/// Makes out a grant with the officer's key and returns the link that carries its secret. The secret stands in the fragment of
/// the link, which browsers send to nobody.
fn enrol(session: &mut Session, key: &OfficerKey) -> Result<Value, Failure> {
    let prepared = session.ask(&Request::PasskeyGrantPrepare { officer: key.officer.clone() })?;
    let field = |name: &str| prepared.get(name).cloned().unwrap_or_default();
    let mut secret = Zeroizing::new([0u8; 16]);
    world::entropy().stream("enrolment", key.officer.as_str(), 0).fill(&mut secret[..]);
    let token = Zeroizing::new(URL_SAFE_NO_PAD.encode(&secret[..]));
    let grant = PasskeyGrant {
        organisation: key.organisation,
        officer: key.officer.clone(),
        token: sha256(&[token.as_bytes()]),
        rp_id: text(&prepared, "rp_id").to_owned(),
        not_after: serde_json::from_value(field("not_after"))?,
    };
    let signature = key.key.sign(Purpose::PasskeyGrant, &grant.statement());
    let granted = session.ask(&Request::PasskeyGrant { grant, signature })?;
    Ok(json!({
        "officer": key.officer,
        "link": format!("{}/enrol#{}", text(&granted, "origin"), token.as_str()),
        "expires": text(&granted, "expires"),
    }))
}

fn enrol_lines(enrol: &Value) -> Vec<String> {
    vec![
        format!("{} makes a passkey at {}", text(enrol, "officer"), text(enrol, "link")),
        format!("the link serves once, until {}; give it to nobody else", text(enrol, "expires")),
    ]
}

fn passkey_line(passkey: &Value) -> String {
    format!(
        "{:<16} {:<8} {:<28} {}",
        text(passkey, "officer"),
        text(passkey, "state"),
        text(passkey, "name"),
        text(passkey, "credential")
    )
}

fn shown(done: Value, output: &Output, key_file: Option<&Path>) -> Result<(), Failure> {
    let mut done = done;
    if let (Some(path), Value::Object(fields)) = (key_file, &mut done) {
        fields.insert("key_file".into(), path.display().to_string().into());
    }
    output.answer(&done, |done| {
        let mut lines = vec![format!("{} {}: {}", text(done, "act"), text(done, "officer"), text(done, "state"))];
        if !text(done, "key_file").is_empty() {
            lines.push(format!("key file {}; it belongs to the officer, not to the home", text(done, "key_file")));
        }
        if let Some(enrol) = done.get("enrol") {
            lines.extend(enrol_lines(enrol));
        }
        if !text(done, "next").is_empty() {
            lines.push(text(done, "next").to_owned());
        }
        lines
    })
}

/// Looks up the roles of an active officer.
pub fn roles_of(session: &mut Session, officer: &OfficerCode) -> Result<comity_vocab::Roles, Failure> {
    let listed = session.ask(&Request::OfficerList)?;
    let found = list(&listed, "officers").iter().find(|entry| text(entry, "code") == officer.as_str());
    let found = found.ok_or_else(|| Failure::no(format!("officer {officer} is not in the registry")))?;
    Ok(serde_json::from_value(found.get("roles").cloned().unwrap_or_default())?)
}
