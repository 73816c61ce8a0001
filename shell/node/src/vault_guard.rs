//! The vault as the node uses it: it must be there, and be the one this node last worked with.
//!
//! Guarantees: nothing here makes a vault. Before an act of the vault is durable, what the vault will be after it stands in the
//! holdings, in the transaction of the act's audit entry; afterwards it is settled. So a crash leaves a vault that fits either, and
//! any other vault is refused, with what to do. Does not know: what is in the vault.

use crate::failure::{Failure, FailureKind};
use crate::home::Home;
use crate::keys::HomeKeys;
use crate::node::{Node, audit, vault_nonces};
use comity_store::desk::Desk;
use comity_store::vault::{Commitment, Fit, Vault, VaultError};
use comity_store::{Holdings, Mode, Tx};
use comity_vocab::{Digest, Timestamp};

/// The vault's place in a home.
pub(crate) const FILE: &str = "vault/vault.db";
/// The audit entry of a first commitment. A home with this entry has a commitment for ever.
const COMMITTED: &str = "vault.commit";
/// The audit entry of an act that a crash cut short.
const RECOVERED: &str = "vault.recovered";
/// How often a reader looks again while acts are under way beside it.
const LOOKS_MAX: usize = 20;
const HINT: &str = "nothing is checked or released meanwhile: stop the node and put the right vault.db back, or make a new home \
                    from a backup with `comity restore`";

/// Makes a failure of an error, with what to do where the vault itself is not right.
pub(crate) fn vault_failure(error: &VaultError) -> Failure {
    let failure = Failure::from_error(error);
    match error {
        VaultError::NothingReleasedToYou => Failure { kind: FailureKind::No, ..failure },
        VaultError::ReasonMissing
        | VaultError::Incomplete { .. }
        | VaultError::NoSuchTerm { .. }
        | VaultError::TooManyTerms { .. }
        | VaultError::NoSuchHandler { .. } => Failure { kind: FailureKind::Usage, ..failure },
        VaultError::Absent { .. } | VaultError::Unfit { .. } | VaultError::WrongKey | VaultError::Damaged { .. } => {
            failure.hint(HINT).code("vault_unfit")
        }
        VaultError::Open(_) | VaultError::Database(_) => failure.in_trouble(error.trouble()),
    }
}

impl From<VaultError> for Failure {
    fn from(error: VaultError) -> Self {
        vault_failure(&error)
    }
}

/// Reads what the vault must be; none only where nothing was ever committed to.
pub(crate) fn expected(desk: Desk<'_>) -> Result<Option<Commitment>, Failure> {
    let commitment = desk.vault_commitment()?;
    if commitment.is_none() && crate::audited::ever_audited(desk, COMMITTED)? {
        return Err(Failure::operational(
            "holdings/holdings.db: the commitment to the vault is gone, though the audit log says that there was one",
        )
        .hint("nothing is checked or released meanwhile: put the right holdings.db back, or `comity restore`")
        .code("vault_unfit"));
    }
    Ok(commitment)
}

/// Writes the first commitment to a vault, with its audit entry.
pub(crate) fn commit_first(desk: Desk<'_>, now: Timestamp, vault: &Digest, detail: &str) -> Result<(), Failure> {
    desk.settle_vault(vault)?;
    audit(desk, now, None, COMMITTED, "", detail)
}

/// Opens the vault of a home where it fits, and settles what a crash left.
pub(crate) fn open_fitting(
    home: &Home,
    holdings: &mut Holdings,
    keys: &HomeKeys,
    nonces: comity_store::vault::Nonces,
    now: Timestamp,
) -> Result<Vault, Failure> {
    let expected = expected(holdings.view().desk())?;
    let (vault, fit) = Vault::open(&home.file(FILE), &keys.vault_seed, nonces, expected.as_ref())?;
    let recovered = match fit {
        Fit::Settled if expected.is_none_or(|expected| expected.pending.is_none()) => return Ok(vault),
        Fit::Settled => Some("the act under way was not done"),
        Fit::Pending => Some("the act under way was done"),
        Fit::First => None,
    };
    let tx = holdings.transaction()?;
    let desk = tx.view().desk();
    match recovered {
        Some(outcome) => {
            desk.settle_vault(&vault.commitment())?;
            audit(desk, now, None, RECOVERED, "", outcome)?;
        }
        None => commit_first(desk, now, &vault.commitment(), "the home is of an older version")?,
    }
    tx.commit()?;
    Ok(vault)
}

/// Compares the vault of a home with its commitment, reading only; a desk may be at work beside it.
pub(crate) fn compare(home: &Home, keys: &HomeKeys) -> Result<(), Failure> {
    let holdings = Holdings::open(&home.file("holdings/holdings.db"), Mode::ReadOnly)?;
    let mut before = expected(holdings.view().desk())?;
    for _ in 0..LOOKS_MAX {
        let compared = Vault::compare(&home.file(FILE), &keys.vault_seed, before.as_ref());
        let after = expected(holdings.view().desk())?;
        if after == before || compared.is_ok() {
            return compared.map(|_| ()).map_err(Failure::from);
        }
        before = after;
    }
    Err(Failure::operational("the vault changed all the time while it was looked at; try again"))
}

impl Node {
    /// Returns the vault where it is the one this node last worked with. Where somebody else wrote to the file meanwhile, or put
    /// another in its place, it is read whole again.
    pub(crate) fn vault(&mut self) -> Result<&mut Vault, Failure> {
        self.keys()?;
        if !self.vault.as_ref().map_or(Ok(false), Vault::is_undisturbed)? {
            self.vault = None;
            let nonces = vault_nonces(&mut self.entropy);
            let keys = self.keys.as_ref().ok_or_else(|| Failure::operational("no keys"))?;
            self.vault = Some(open_fitting(&self.home, &mut self.holdings, keys, nonces, self.clock)?);
        }
        self.vault.as_mut().ok_or_else(|| Failure::operational("no vault"))
    }

    /// Runs one act of the vault. `noted` writes the act's audit entry, and whatever else happens with it, in the transaction in
    /// which the act is promised.
    pub(crate) fn vault_act<T>(
        &mut self,
        act: impl FnOnce(&mut Vault, &mut dyn FnMut(&Digest) -> Result<(), Failure>) -> Result<T, Failure>,
        noted: impl FnOnce(&Tx<'_>) -> Result<(), Failure>,
    ) -> Result<T, Failure> {
        self.vault()?;
        let mut vault = self.vault.take().ok_or_else(|| Failure::operational("no vault"))?;
        let holdings = &mut self.holdings;
        let mut noted = Some(noted);
        let mut promised = None;
        let done = act(&mut vault, &mut |after| {
            let noted = noted.take().ok_or_else(|| Failure::operational("an act of the vault ran twice"))?;
            let tx = holdings.transaction()?;
            noted(&tx)?;
            tx.view().desk().pend_vault(after)?;
            tx.commit()?;
            promised = Some(*after);
            Ok(())
        });
        match promised {
            // Refused before anything happened.
            None => self.vault = Some(vault),
            Some(after) if vault.commitment() == after => {
                let tx = self.holdings.transaction()?;
                tx.view().desk().settle_vault(&after)?;
                tx.commit()?;
                self.vault = Some(vault);
            }
            // The vault's own transaction failed: opening it again settles what it is.
            Some(_) => drop(vault),
        }
        done
    }
}
