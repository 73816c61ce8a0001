//! The configuration that decides what leaves: what this node last ran with, and what became different.
//!
//! Guarantees: a change of what decides is an audited act before anything is decided with it, and is told at start. Does not know:
//! addresses and certificates, which decide nothing.

use crate::failure::Failure;
use crate::home::{Configuration, HomeError};
use crate::node::audit;
use comity_crypto::sha256;
use comity_release::leak::is_matchable_host;
use comity_store::Holdings;
use comity_store::desk::Desk;
use comity_vocab::Timestamp;
use serde_json::{Value, json};

/// The setting that holds it; the table of settings is sealed and anchored.
const SETTING: &str = "configuration";

/// What decides, as one value.
fn deciding(configuration: &Configuration) -> Result<Value, Failure> {
    Ok(json!({
        "organisation": serde_json::to_value(&configuration.organisation)?,
        "policy": serde_json::to_value(&configuration.policy)?,
        "detection": serde_json::to_value(&configuration.detection)?,
    }))
}

/// Refuses own hosts that the leak check could not search for: they would be taken for protected and are not.
pub(crate) fn can_be_searched_for(configuration: &Configuration) -> Result<(), HomeError> {
    let hosts = &configuration.policy.internal_hosts;
    match hosts.iter().position(|host| !is_matchable_host(host)) {
        None => Ok(()),
        Some(at) => Err(HomeError::Configuration {
            detail: format!(
                "policy.internal_hosts, entry {}: nothing in it could be searched for, so it would protect nothing; write a host or \
                 domain such as intra.example, or take the entry out",
                at + 1
            ),
        }),
    }
}

/// Says in one line what differs; of a list only how many entries it had and has, for the words go into the audit log.
fn difference(before: &Value, after: &Value) -> String {
    let mut said = Vec::new();
    for section in ["organisation", "policy", "detection"] {
        let names = |value: &Value| -> Vec<String> {
            value.get(section).and_then(Value::as_object).map(|map| map.keys().cloned().collect()).unwrap_or_default()
        };
        let mut all = names(before);
        all.extend(names(after));
        all.sort();
        all.dedup();
        for name in all {
            let of = |value: &Value| value.get(section).and_then(|section| section.get(&name)).cloned();
            let (was, is) = (of(before), of(after));
            if was != is {
                said.push(format!("{section}.{name} {} → {}", short(was.as_ref()), short(is.as_ref())));
            }
        }
    }
    said.join("; ")
}

fn short(value: Option<&Value>) -> String {
    match value {
        None => "nothing".to_owned(),
        Some(Value::Array(list)) => format!("{} entries", list.len()),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// Returns what differs from what the node last ran with; none where nothing does, or nothing was ever noted.
pub(crate) fn changed(desk: Desk<'_>, configuration: &Configuration) -> Result<Option<String>, Failure> {
    let Some(noted) = desk.setting(SETTING)? else { return Ok(None) };
    let (noted, now): (Value, Value) = (serde_json::from_str(&noted)?, deciding(configuration)?);
    Ok((noted != now).then(|| difference(&noted, &now)))
}

/// Notes what decides now, with an audit entry where it is different, and returns what became different.
pub(crate) fn note(
    holdings: &mut Holdings,
    configuration: &Configuration,
    now: Timestamp,
) -> Result<Option<String>, Failure> {
    let first = holdings.view().desk().setting(SETTING)?.is_none();
    let changed = changed(holdings.view().desk(), configuration)?;
    if !first && changed.is_none() {
        return Ok(None);
    }
    let value = deciding(configuration)?.to_string();
    let digest = sha256(&[value.as_bytes()]);
    let tx = holdings.transaction()?;
    let desk = tx.view().desk();
    desk.set_setting(SETTING, &value)?;
    if let Some(said) = &changed {
        audit(desk, now, None, "configuration.change", &digest.to_string(), said)?;
    }
    tx.commit()?;
    Ok(changed)
}
