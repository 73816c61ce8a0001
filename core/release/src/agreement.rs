//! Two persons agree: one rule for every act that two officers sign over a statement.
//!
//! Guarantees: an [`Agreed`] exists only once two different active officers signed the statement of exactly this act, for its
//! purpose, in the two roles that the act names. Does not know: what follows from it.

use crate::approval::{Approval, OfficerView, Officers, Refusal, approval_message, different, verify};
use comity_crypto::Purpose;
use comity_vocab::{OfficerCode, Role};

/// What one of the two persons signs as.
#[derive(Clone, Copy, Debug)]
pub struct Side {
    /// Any of these roles.
    pub roles: &'static [Role],
    /// What is said where another role signed.
    pub needed: &'static str,
}

/// The two sides of an agreement and what their signatures are for.
#[derive(Clone, Copy, Debug)]
pub struct Pair {
    /// Bound into the signatures.
    pub purpose: Purpose,
    /// Who signs, one person each.
    pub sides: [Side; 2],
    /// Both, in words.
    pub needed: &'static str,
}

impl Pair {
    /// Returns every role that signs on one of the two sides.
    pub fn roles(&self) -> impl Iterator<Item = Role> {
        let [first, second] = self.sides;
        first.roles.iter().chain(second.roles).copied()
    }
}

/// An analyst or desk officer as author, and a releasing officer.
pub(crate) const fn author_and_releasing(purpose: Purpose) -> Pair {
    Pair {
        purpose,
        sides: [
            Side { roles: &[Role::Analyst, Role::DeskOfficer], needed: "the first person as analyst or desk_officer" },
            Side { roles: &[Role::ReleasingOfficer], needed: "the second person as releasing_officer" },
        ],
        needed: "an analyst or desk_officer and a releasing_officer, two persons",
    }
}

/// An act that two persons agree to.
pub trait Agreement {
    /// Returns who signs it, and for what.
    fn pair(&self) -> Pair;

    /// Returns the exact bytes that officers sign (with their role appended, [`approval_message`]).
    fn statement(&self) -> Vec<u8>;
}

/// An act that two officers signed.
#[must_use = "what was agreed is to be done and recorded"]
#[derive(Debug)]
pub struct Agreed<A>(A);

impl<A> Agreed<A> {
    /// Shows the act.
    pub fn act(&self) -> &A {
        &self.0
    }

    /// Returns the act, to be recorded.
    pub fn into_act(self) -> A {
        self.0
    }
}

/// Refuses unless one person of each side signed this statement.
pub(crate) fn two_persons<'o>(
    pair: &Pair,
    statement: &[u8],
    first: &Approval,
    second: &Approval,
    officers: &Officers<'o>,
) -> Result<(), Refusal> {
    let [one, other] = &pair.sides;
    let one = signed(pair, one, statement, first, officers)?;
    let other = signed(pair, other, statement, second, officers)?;
    different(&one, &other)
}

fn signed<'o>(
    pair: &Pair,
    side: &Side,
    statement: &[u8],
    approval: &Approval,
    officers: &Officers<'o>,
) -> Result<OfficerView<'o>, Refusal> {
    let message = approval_message(statement, approval.role, &[]);
    verify(approval, side.roles, side.needed, pair.purpose, &message, officers)
}

/// Refuses an approval that does not count for this act, whichever side it is on.
///
/// # Errors
/// [`Refusal`], the first reason found.
pub fn counts_for<'o, A: Agreement>(
    act: &A,
    approval: &Approval,
    officers: &(dyn Fn(&OfficerCode) -> Option<OfficerView<'o>> + 'o),
) -> Result<(), Refusal> {
    let pair = act.pair();
    let wrong = Refusal::WrongRole { role: approval.role, needed: pair.needed };
    let side = pair.sides.iter().find(|side| side.roles.contains(&approval.role)).ok_or(wrong)?;
    signed(&pair, side, &act.statement(), approval, officers).map(|_| ())
}

/// Returns the act once two persons, one of each side, signed it.
///
/// # Errors
/// [`Refusal`]: [`Refusal::Approvals`] while one of the sides has not signed, else the first reason found.
pub fn agree<'o, A: Agreement>(
    act: A,
    approvals: &[Approval],
    officers: &(dyn Fn(&OfficerCode) -> Option<OfficerView<'o>> + 'o),
) -> Result<Agreed<A>, Refusal> {
    let (pair, statement) = (act.pair(), act.statement());
    let [one, other] = &pair.sides;
    let of = |side: &'static [Role]| approvals.iter().filter(move |approval| side.contains(&approval.role));
    let mut refused = Refusal::Approvals { found: approvals.len(), needed: pair.needed };
    let mut tried = false;
    for first in of(one.roles) {
        for second in of(other.roles) {
            match two_persons(&pair, &statement, first, second, officers) {
                Ok(()) => return Ok(Agreed(act)),
                Err(refusal) if !tried => refused = refusal,
                Err(_) => {}
            }
            tried = true;
        }
    }
    Err(refused)
}
