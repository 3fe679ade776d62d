//! Groups of audit kinds, by which the audit page filters.

use serde::Serialize;

/// A group of kinds, by which the audit page filters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AuditGroup {
    /// Sign-ins, successful or not.
    SignIns,
    /// Passwords, addresses, second factors.
    Accounts,
    /// People, roles and invitations.
    People,
    /// Findings, engagements, clients and documents.
    Work,
    /// Invoices and payments.
    Money,
    /// Settings and exports.
    Workspace,
}

impl AuditGroup {
    /// Every group, with the name used in addresses and its displayed name.
    pub const ALL: [(Self, &'static str, &'static str); 6] = [
        (Self::SignIns, "sign-ins", "Sign-ins"),
        (Self::Accounts, "accounts", "Passwords and accounts"),
        (Self::People, "people", "People and roles"),
        (Self::Work, "work", "Findings and engagements"),
        (Self::Money, "money", "Invoices and payments"),
        (Self::Workspace, "workspace", "Settings and exports"),
    ];

    /// The group of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        let known = Self::ALL.into_iter().find(|(_, known, _)| *known == name);
        known.map(|(group, ..)| group)
    }
}
