//! Opening a home: what must be there and fit before anything is answered, in this order: vault, keys, tables, registry, anchor.
//!
//! Guarantees: a home whose tables do not fit is not opened; one that does not fit its anchor opens in quarantine and is left as it is.
//! Does not know: what is answered then.

use super::{Node, configured_address};
use crate::access::{Access, Refusals};
use crate::anchor::Keeper;
use crate::detection::Detection;
use crate::failure::Failure;
use crate::home::{Home, HomeLock};
use crate::keys::HomeKeys;
use crate::node::AskPassphrase;
use crate::passkeys::Challenges;
use crate::recalls::UnderWay;
use comity_crypto::{Entropy, Zeroizing};
use comity_store::{Holdings, Vault};
use comity_vocab::Timestamp;
use std::collections::{BTreeMap, VecDeque};

impl Node {
    /// Opens a home for writing. The passphrase is asked for at once: without the key of the home nobody can tell whether its tables are
    /// as this node left them, and nothing can be written to them. A home that does not fit its anchor opens in quarantine.
    ///
    /// # Errors
    /// [`Failure`]: the home is wide open, in use, damaged, changed by another program or of a later version.
    pub fn open(home: Home, entropy: Entropy, now: Timestamp, ask: AskPassphrase) -> Result<Self, Failure> {
        let lock = home.lock()?;
        crate::backup::clear_leftovers(&home);
        Vault::present(&home.file(crate::vault_guard::FILE))?;
        let mut ask = ask;
        let passphrase = ask()?;
        let unwrapped = HomeKeys::open(&home, &passphrase)?;
        let guarded = unwrapped.guarded;
        let holdings = crate::tables::open(&home, &unwrapped)?;
        let mut node = Self::over(home, (Some(lock), Some(unwrapped)), holdings, entropy, now, ask)?;
        if !guarded && node.quarantine.is_none() {
            crate::keys::guard(&node.home, &passphrase, &mut node.entropy)?;
        }
        Ok(node)
    }

    /// Makes a node of stores and keys that are on no disk, for looking at them.
    pub(crate) fn in_memory(
        home: Home,
        (holdings, vault): (Holdings, Vault),
        keys: HomeKeys,
        entropy: Entropy,
        now: Timestamp,
    ) -> Result<Self, Failure> {
        let ask = Box::new(|| Err(Failure::operational("a home in memory has no passphrase")));
        let mut node = Self::over(home, (None, None), holdings, entropy, now, ask)?;
        (node.keys, node.vault) = (Some(keys), Some(vault));
        Ok(node)
    }

    fn over(
        home: Home,
        (lock, unwrapped): (Option<HomeLock>, Option<HomeKeys>),
        mut holdings: Holdings,
        entropy: Entropy,
        now: Timestamp,
        ask: AskPassphrase,
    ) -> Result<Self, Failure> {
        let registry = crate::officers::replay(holdings.view().desk())?;
        let guarded = unwrapped.as_ref().is_some_and(|keys| keys.guarded);
        let (anchor, fault) = Keeper::open(&home, &mut holdings, guarded, now)?;
        let quarantine = crate::quarantine::enter(&mut holdings, fault, now)?;
        if let Some(quarantine) = &quarantine {
            tracing::warn!(why = quarantine.why(), "in quarantine: nothing is sent or applied");
        }
        if !quarantine.as_ref().is_some_and(crate::quarantine::Quarantine::shuts_officers_out) {
            holdings.tidy()?;
        }
        if quarantine.is_none() {
            let tx = holdings.transaction()?;
            crate::links::earlier_noted(tx.view().desk(), now)?;
            tx.commit()?;
        }
        // A home that may be an older one is left as it is, as evidence.
        let configuration_changed = match &quarantine {
            Some(quarantine) if quarantine.shuts_officers_out() => None,
            _ => crate::tables::note(&mut holdings, &home, now)?,
        };
        let recalls = UnderWay::load(holdings.view().desk())?;
        let address = configured_address(&home)?;
        let mut entropy = entropy;
        let key = Zeroizing::new(entropy.stream("challenge-key", "desk", 0).bytes32());
        let challenges = Challenges::new(comity_crypto::MacKey::new(&key));
        let [a, b, c, d, e, f, g, h, ..] = entropy.stream("pattern-hash", "desk", 0).bytes32();
        let hash_key = u64::from_le_bytes([a, b, c, d, e, f, g, h]);
        let detection = Detection::new(home.file("holdings/holdings.db"), hash_key);
        let mut node = Self {
            home,
            holdings,
            registry,
            entropy,
            effects: Vec::new(),
            reach: BTreeMap::new(),
            links_changed: false,
            unscrubbed: true,
            draws: 0,
            logs: BTreeMap::new(),
            watch: None,
            handed: None,
            keys: None,
            unwrapped,
            configuration_changed,
            unfit: None,
            uncompared: 0,
            quarantine,
            anchor,
            access: Access::default(),
            address,
            passkeys: BTreeMap::new(),
            challenges,
            refusals: Refusals::default(),
            detection,
            recalls,
            vault: None,
            protected: None,
            checks: Default::default(),
            looked_aside: None,
            clock: now,
            ask,
            nonces: VecDeque::new(),
            _lock: lock,
        };
        node.refresh_access()?;
        Ok(node)
    }
}
