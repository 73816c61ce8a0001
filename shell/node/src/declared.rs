//! What two officers declared public: by their signatures, not by a row that says so.
//!
//! Guarantees: a version counts as public only where it stands in a declaration of this organisation that two different officers signed,
//! verified again each time it is asked for a release. Does not know: what may leave.

use crate::failure::Failure;
use crate::node::Node;
use crate::officers_ever::OfficersEver;
use comity_release::{Approval, AuthorisedDeclaration, PublicDeclaration, authorise_public, version_digest};
use comity_store::Object;
use comity_store::desk::DeclarationRow;
use comity_vocab::{Digest, Role};
use std::collections::HashSet;

/// The versions that are declared public.
pub(crate) struct Declared(HashSet<Digest>);

impl Declared {
    /// Tells whether nothing is declared public.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Tells whether exactly this version is declared public.
    pub fn has(&self, object: &Object) -> bool {
        // Where nothing is, no digest has to be made.
        !self.0.is_empty() && self.0.contains(&version_digest(&object.id, &object.version_text, &object.bytes))
    }
}

/// Opens an effective declaration as it is stored; `None` where the signatures of two officers do not hold. Who signed may have been
/// disabled or given another key since.
pub(crate) fn authorised(row: &DeclarationRow, ever: &OfficersEver) -> Option<AuthorisedDeclaration> {
    let declaration: PublicDeclaration = serde_json::from_slice(&row.bytes).ok()?;
    if declaration.digest() != row.digest {
        return None;
    }
    let approvals: Vec<Approval> = serde_json::from_str(&row.approvals).ok()?;
    let [first, second] = approvals.as_slice() else { return None };
    let (author, releasing) = if first.role == Role::ReleasingOfficer { (second, first) } else { (first, second) };
    let holds = std::cell::RefCell::new(None);
    ever.any_keys(&author.officer, &releasing.officer, |officers| {
        let held = authorise_public(declaration.clone(), author, releasing, officers).ok();
        let is_some = held.is_some();
        if is_some {
            *holds.borrow_mut() = held;
        }
        is_some
    });
    holds.into_inner()
}

impl Node {
    /// Reads every effective declaration and verifies it.
    pub(crate) fn declared_public(&self) -> Result<Declared, Failure> {
        let rows = self.holdings.view().desk().declarations()?;
        let mut versions = HashSet::new();
        if rows.iter().any(|row| row.effective) {
            let ever = OfficersEver::read(self)?;
            for row in rows.iter().filter(|row| row.effective) {
                let declared = authorised(row, &ever).ok_or_else(|| {
                    Failure::no(format!("public declaration {}: two officers' signatures do not hold", row.digest))
                        .hint("run `comity verify`; nothing is released until people have looked")
                })?;
                if declared.declaration().organisation == self.home.configuration.organisation.code {
                    versions.extend(declared.declaration().versions.iter().copied());
                }
            }
        }
        Ok(Declared(versions))
    }
}
