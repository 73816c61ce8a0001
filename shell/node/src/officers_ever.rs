//! Officers as they ever were: what was signed under an earlier key, in an earlier role, or with a passkey that was removed since,
//! still verifies when a home is re-derived.
//!
//! Does not know: what may be done now; that is the registry's answer, not this one's.

use crate::failure::Failure;
use crate::node::Node;
use comity_crypto::VerifyingKey;
use comity_ledger::RegistryAct;
use comity_release::OfficerView;
use comity_release::passkey::{OfficerPasskey, counts};
use comity_vocab::{OfficerCode, Roles};
use std::collections::BTreeMap;

/// Everything an officer ever was.
#[derive(Default)]
struct Ever {
    keys: Vec<VerifyingKey>,
    roles: Roles,
    passkeys: Vec<OfficerPasskey>,
}

/// What the core asks about a code.
type LookUp<'e> = dyn Fn(&OfficerCode) -> Option<OfficerView<'e>> + 'e;

/// All officers, past and present.
pub(crate) struct OfficersEver(BTreeMap<OfficerCode, Ever>);

impl OfficersEver {
    /// Derives them from the acts of the registry and the stored passkeys.
    pub fn read(node: &Node) -> Result<Self, Failure> {
        let desk = node.holdings.view().desk();
        let mut ever: BTreeMap<OfficerCode, Ever> = BTreeMap::new();
        for signed in crate::officers::signed_acts(desk)? {
            let act = RegistryAct::parse(&signed.bytes)
                .map_err(|fault| Failure::no(format!("an act of the registry is damaged: {fault}")))?;
            let officer = ever.entry(act.officer).or_default();
            officer.roles.extend(act.roles);
            if !officer.keys.contains(&act.key) {
                officer.keys.push(act.key);
            }
        }
        for held in crate::passkeys::read(desk)? {
            let passkey = OfficerPasskey { removed: false, ..held.passkey };
            ever.entry(passkey.record.officer.clone()).or_default().passkeys.push(passkey);
        }
        Ok(Self(ever))
    }

    /// Tells whether something holds under some key of each of two officers; the look-up that is handed to `holds` has one each.
    pub fn any_keys<'e>(
        &'e self,
        one: &'e OfficerCode,
        other: &'e OfficerCode,
        holds: impl Fn(&LookUp<'e>) -> bool,
    ) -> bool {
        let keys = |code| self.0.get(code).map(|ever| ever.keys.as_slice()).unwrap_or_default();
        keys(one).iter().any(|of_one| {
            keys(other).iter().any(|of_other| {
                holds(&move |wanted| {
                    let (code, ever) = self.0.get_key_value(wanted)?;
                    let key = if wanted == one { of_one } else { of_other };
                    Some(OfficerView { code, key, roles: &ever.roles, active: true, passkeys: &ever.passkeys })
                })
            })
        })
    }

    /// Counts the passkeys; the first that stands on no key that its officer ever had is given back instead.
    pub fn verify_passkeys(&self) -> Result<u64, OfficerCode> {
        let mut count = 0;
        for (code, ever) in &self.0 {
            for passkey in &ever.passkeys {
                let stands = |key| counts(&passkey.record, &ever.passkeys, code, key).is_ok();
                if !ever.keys.iter().any(stands) {
                    return Err(code.clone());
                }
                count += 1;
            }
        }
        Ok(count)
    }
}
