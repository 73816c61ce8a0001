//! `init`: makes the home of a node with its keys, configuration and empty stores.
//!
//! Guarantees: no default credential; what was half made when something failed is left for the operator to see, and a second
//! `init` refuses to write over it. Does not know: officers; the first two custodians come next.

use crate::failure::Failure;
use crate::home::{Configuration, DeskSection, GateSection, Home, OrganisationSection};
use crate::keys::{HomeKeys, PASSPHRASE_CHARS_MIN};
use crate::node::audit;
use crate::policy_section::PolicySection;
use comity_crypto::Entropy;
use comity_store::{Holdings, Mode, Vault};
use comity_vocab::{CountryCode, OrgCode, StixId, Timestamp};
use serde_json::{Value, json};
use std::path::Path;

/// What `init` is told.
#[derive(Clone, Debug)]
pub struct NewHome {
    /// Legal name.
    pub name: String,
    /// Short code.
    pub code: OrgCode,
    /// Country.
    pub country: CountryCode,
    /// Kind of organisation (domain.md §6.2).
    pub kind: String,
    /// Address of the desk's HTTP side.
    pub desk: Option<String>,
    /// Address of the gate.
    pub gate: Option<String>,
    /// Where partners reach the gate.
    pub endpoints: Vec<String>,
}

/// The longest legal name, in bytes.
const NAME_BYTES_MAX: usize = 200;

/// Makes a home.
///
/// # Errors
/// [`Failure`]: the folder is occupied, the passphrase too short, the name unfit, the disk full.
pub fn create_home(
    path: &Path,
    new: NewHome,
    passphrase: &str,
    entropy: &mut Entropy,
    now: Timestamp,
) -> Result<Value, Failure> {
    if passphrase.chars().count() < PASSPHRASE_CHARS_MIN {
        return Err(Failure::usage(format!("a passphrase needs at least {PASSPHRASE_CHARS_MIN} characters")));
    }
    let name = new.name.trim().to_owned();
    if name.is_empty() || name.len() > NAME_BYTES_MAX || !comity_text::is_plain_line(&name) {
        return Err(Failure::usage(format!(
            "the name of an organisation is 1 to {NAME_BYTES_MAX} bytes of one line, without characters that nobody sees"
        )));
    }
    let identity = StixId::new("identity", entropy.stream("identity", "home", 0).uuid_v4())
        .map_err(|error| Failure::operational(error.to_string()))?;
    let configuration = Configuration {
        organisation: OrganisationSection { name, code: new.code, country: new.country, kind: new.kind, identity },
        desk: DeskSection { listen: new.desk.unwrap_or(DeskSection::default().listen), ..DeskSection::default() },
        gate: GateSection {
            listen: new.gate.unwrap_or(GateSection::default().listen),
            endpoints: new.endpoints,
            ..GateSection::default()
        },
        policy: PolicySection::default(),
        detection: crate::home::DetectionSection::default(),
    };
    let home = Home::create(path, configuration)?;
    let tls = crate::tls::generate()?;
    let keys = HomeKeys::create(&home, passphrase, entropy, &tls)?;
    let mut holdings = Holdings::open(&home.file("holdings/holdings.db"), Mode::Create)?;
    let organisation_key = keys.organisation.verifying_key();
    let shown = serde_json::to_value(organisation_key)?;
    crate::tables::unlock(&mut holdings, keys.table_key(), false)?;
    let tx = holdings.transaction()?;
    tx.view().desk().set_setting("organisation_key", shown.as_str().unwrap_or_default())?;
    audit(tx.view().desk(), now, None, "home.init", home.configuration.organisation.code.as_str(), "")?;
    tx.commit()?;
    crate::anchor::Keeper::open(&home, &mut holdings, false, now)?;
    let vault =
        Vault::create(&home.file(crate::vault_guard::FILE), &keys.vault_seed, crate::node::vault_nonces(entropy))?;
    let tx = holdings.transaction()?;
    crate::vault_guard::commit_first(tx.view().desk(), now, &vault.commitment(), "")?;
    tx.commit()?;
    drop(vault);
    crate::links::certify(&home, &keys, now)?;
    home.check_modes()?;
    Ok(json!({
        "home": home.path().display().to_string(),
        "organisation": home.configuration.organisation.name,
        "code": home.configuration.organisation.code,
        "country": home.configuration.organisation.country,
        "organisation_key": shown,
        "identity": home.configuration.organisation.identity,
    }))
}
