//! The declarations of public knowledge: what is waiting for a second signature, and what is in force.

use crate::failure::Failure;
use crate::node::Node;
use comity_release::{Approval, PublicDeclaration};
use serde_json::{Value, json};

impl Node {
    pub(crate) fn public_list(&self) -> Result<Value, Failure> {
        let mut declarations = Vec::new();
        for row in self.holdings.view().desk().declarations()? {
            let declaration: PublicDeclaration = serde_json::from_slice(&row.bytes)?;
            let approvals: Vec<Approval> = serde_json::from_str(&row.approvals)?;
            let signed: Vec<Value> = approvals
                .iter()
                .map(|approval| json!({ "officer": approval.officer, "role": approval.role, "at": approval.at }))
                .collect();
            declarations.push(json!({
                "declaration": row.digest,
                "objects": declaration.versions.len(),
                "state": if row.effective { "effective" } else { "waiting" },
                "signed": signed,
            }));
        }
        Ok(json!({ "declarations": declarations }))
    }
}
