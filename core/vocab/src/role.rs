//! The roles of domain.md §6.5.
//!
//! Does not know: who holds which role (the officer registry does) or which act needs which.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

macro_rules! roles {
    ($($(#[$doc:meta])* $variant:ident => $word:literal,)*) => {
        /// What an officer may do.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Role { $($(#[$doc])* $variant,)* }

        impl Role {
            /// Every role, in the order of domain.md §6.5.
            pub const ALL: &'static [Role] = &[$(Role::$variant,)*];

            /// Returns the word of the command line and of the registry.
            pub fn as_str(&self) -> &'static str {
                match self { $(Role::$variant => $word,)* }
            }
        }

        impl FromStr for Role {
            type Err = RoleError;
            fn from_str(text: &str) -> Result<Self, RoleError> {
                match text { $($word => Ok(Role::$variant),)* _ => Err(RoleError) }
            }
        }
    };
}

roles! {
    /// Reads and writes holdings, drafts releases.
    Analyst => "analyst",
    /// Answers for a desk; drafts releases and recalls.
    DeskOfficer => "desk_officer",
    /// Runs sources; reads the records of those it handles, with a reason.
    SourceHandler => "source_handler",
    /// Keeps the requirements.
    RequirementsOfficer => "requirements_officer",
    /// Approves what leaves (foreign disclosure).
    ReleasingOfficer => "releasing_officer",
    /// Represents the organisation at a partner.
    LiaisonOfficer => "liaison_officer",
    /// Answers for security.
    SecurityOfficer => "security_officer",
    /// Answers for personal data.
    DataProtectionOfficer => "data_protection_officer",
    /// Reviews from outside.
    OversightInspector => "oversight_inspector",
    /// Acts out of hours; may recall alone in an emergency.
    DutyOfficer => "duty_officer",
    /// Runs the machine; has no content role.
    NodeOperator => "node_operator",
    /// Keeps the keys and the officer registry, always two at a time.
    Custodian => "custodian",
}

/// A word that is not a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a role: expected one of analyst, desk_officer, source_handler, requirements_officer, releasing_officer, \
     liaison_officer, security_officer, data_protection_officer, oversight_inspector, duty_officer, node_operator, custodian"
)]
pub struct RoleError;

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The set of roles of one officer.
pub type Roles = BTreeSet<Role>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_reads_back() {
        for role in Role::ALL {
            assert_eq!(role.as_str().parse(), Ok(*role));
            assert_eq!(serde_json::to_string(role).unwrap(), format!("\"{role}\""));
        }
        assert_eq!("administrator".parse::<Role>(), Err(RoleError));
    }
}
