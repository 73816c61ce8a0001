//! Officers' signatures on releases, recalls and declarations, as the node stores and checks them.

use crate::failure::Failure;
use crate::node::Node;
use comity_crypto::Purpose;
use comity_release::{Approval, ApprovalProof, OfficerView};
use comity_vocab::OfficerCode;

impl Node {
    /// What the registry says now about one code; the core decides what follows from it.
    pub(crate) fn officer_view(&self, code: &OfficerCode) -> Option<OfficerView<'_>> {
        if !self.registry.is_open() {
            return None;
        }
        let officer = self.registry.officer(code)?;
        Some(OfficerView { code: &officer.code, key: &officer.key, roles: &officer.roles, active: officer.active })
    }

    /// Refuses a signature at once where it does not hold, rather than when it is used. The core checks all of it again.
    pub(crate) fn check_signature(&self, approval: &Approval, purpose: Purpose, message: &[u8]) -> Result<(), Failure> {
        let officer = self.active(&approval.officer)?;
        self.require_role(&approval.officer, &[approval.role])?;
        let ApprovalProof::OfficerKey { signature } = &approval.proof;
        officer
            .key
            .verify(purpose, message, signature)
            .map_err(|_| Failure::no(format!("the signature of officer {} does not verify", approval.officer)))
    }
}
