//! Roles and the permission matrix.

use serde::{Deserialize, Serialize};

/// A role within the consultancy's team.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TeamRole {
    /// All actions, the plan included.
    Owner,
    /// All actions except those on owners and the plan.
    Admin,
    /// Works with clients, engagements and findings.
    Member,
    /// Reads the workspace and changes nothing.
    Viewer,
}

/// A role within the client's organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactRole {
    /// Like a collaborator, and manages the client's people.
    Manager,
    /// Works on the remediation.
    Collaborator,
    /// Reads the client and changes nothing.
    Viewer,
}

/// A person's role in a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "side", content = "role", rename_all = "snake_case")]
pub enum Role {
    Team(TeamRole),
    Contact(ContactRole),
}

/// An action that needs a permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    ReadDashboard,
    /// Clients and their people.
    ReadClients,
    WriteClients,
    /// The people of one's own client.
    ReadContacts,
    /// Invite people of a client, change their roles and remove them.
    ManageContacts,
    /// Invite people to the team, change their roles and remove them.
    ManageTeam,
    ReadEngagements,
    WriteEngagements,
    /// Drafts are limited to the team by scope, not by action.
    ReadFindings,
    /// Includes imports.
    WriteFindings,
    PublishFindings,
    /// Start and resolve findings.
    RemediateFindings,
    VerifyFindings,
    /// Accept a risk or mark a false positive.
    DecideFindings,
    ProposeDecisions,
    AssignFindings,
    CommentFindings,
    /// Internal documents are limited to the team by scope, not by action.
    ReadDocuments,
    /// The allowed kinds follow from `domain::document`.
    UploadDocuments,
    /// Delete and restore documents and change their visibility.
    ManageDocuments,
    /// Internal messages are limited to the team by scope, not by action.
    ReadMessages,
    PostMessages,
    /// Drafts are limited to the team by scope, not by action.
    ReadInvoices,
    /// Write and issue invoices, record payments and edit the billing settings.
    ManageInvoices,
    PayInvoices,
    ReadSettings,
    WriteSettings,
    /// Subscribe to a plan.
    ManagePlan,
    /// Includes the export.
    ReadAudit,
    OwnAccount,
}

impl Action {
    /// Every action, in the order of the printed matrix.
    pub const ALL: [Self; 30] = [
        Self::ReadDashboard,
        Self::ReadClients,
        Self::WriteClients,
        Self::ReadContacts,
        Self::ManageContacts,
        Self::ManageTeam,
        Self::ReadEngagements,
        Self::WriteEngagements,
        Self::ReadFindings,
        Self::WriteFindings,
        Self::PublishFindings,
        Self::RemediateFindings,
        Self::VerifyFindings,
        Self::DecideFindings,
        Self::ProposeDecisions,
        Self::AssignFindings,
        Self::CommentFindings,
        Self::ReadDocuments,
        Self::UploadDocuments,
        Self::ManageDocuments,
        Self::ReadMessages,
        Self::PostMessages,
        Self::ReadInvoices,
        Self::ManageInvoices,
        Self::PayInvoices,
        Self::ReadSettings,
        Self::WriteSettings,
        Self::ManagePlan,
        Self::ReadAudit,
        Self::OwnAccount,
    ];
}

impl Role {
    /// Every role, in the order of the printed matrix.
    pub const ALL: [Self; 7] = [
        Self::Team(TeamRole::Owner),
        Self::Team(TeamRole::Admin),
        Self::Team(TeamRole::Member),
        Self::Team(TeamRole::Viewer),
        Self::Contact(ContactRole::Manager),
        Self::Contact(ContactRole::Collaborator),
        Self::Contact(ContactRole::Viewer),
    ];

    /// Whether the role permits the action. The scope limits it to certain records.
    pub const fn may(self, action: Action) -> bool {
        use Action as A;
        use ContactRole as C;
        use TeamRole as T;
        match (self, action) {
            (
                _,
                A::ReadDashboard
                | A::ReadContacts
                | A::ReadEngagements
                | A::ReadFindings
                | A::ReadDocuments
                | A::ReadMessages
                | A::ReadInvoices
                | A::OwnAccount,
            )
            | (Self::Team(_), A::ReadClients | A::ReadSettings)
            | (Self::Team(T::Owner), A::ManagePlan)
            | (
                Self::Team(T::Owner | T::Admin),
                A::WriteSettings | A::ManageTeam | A::ReadAudit | A::ManageInvoices,
            )
            | (Self::Contact(C::Manager), A::ManageContacts)
            | (
                Self::Team(T::Owner | T::Admin | T::Member),
                A::WriteClients
                | A::ManageContacts
                | A::WriteEngagements
                | A::WriteFindings
                | A::PublishFindings
                | A::RemediateFindings
                | A::VerifyFindings
                | A::DecideFindings
                | A::AssignFindings
                | A::CommentFindings
                | A::UploadDocuments
                | A::ManageDocuments
                | A::PostMessages,
            )
            | (
                Self::Contact(C::Manager | C::Collaborator),
                A::RemediateFindings
                | A::ProposeDecisions
                | A::AssignFindings
                | A::CommentFindings
                | A::UploadDocuments
                | A::PostMessages
                | A::PayInvoices,
            ) => true,
            (Self::Team(_) | Self::Contact(_), _) => false,
        }
    }

    /// Whether this role can assign and revoke `other`. Only owners assign the role owner.
    pub const fn may_assign(self, other: Self) -> bool {
        match other {
            Self::Team(TeamRole::Owner) => matches!(self, Self::Team(TeamRole::Owner)),
            Self::Team(_) => self.may(Action::ManageTeam),
            Self::Contact(_) => self.may(Action::ManageContacts),
        }
    }

    /// The roles of one side that this role can assign, the strongest first.
    pub fn assignable_roles(self, team: bool) -> Vec<Self> {
        let roles = Self::ALL.into_iter();
        roles
            .filter(|role| role.is_team() == team && self.may_assign(*role))
            .collect()
    }

    /// The name in forms, unique within one side.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Team(TeamRole::Owner) => "owner",
            Self::Team(TeamRole::Admin) => "admin",
            Self::Team(TeamRole::Member) => "member",
            Self::Team(TeamRole::Viewer) | Self::Contact(ContactRole::Viewer) => "viewer",
            Self::Contact(ContactRole::Manager) => "manager",
            Self::Contact(ContactRole::Collaborator) => "collaborator",
        }
    }

    /// The explanation in the form that assigns roles.
    pub const fn hint(self) -> &'static str {
        match self {
            Self::Team(TeamRole::Owner) => "Everything, owners and plan included.",
            Self::Team(TeamRole::Admin) => "Everything but what concerns owners.",
            Self::Team(TeamRole::Member) => "Works with clients, engagements and findings.",
            Self::Team(TeamRole::Viewer) => "Reads findings, drafts included, and changes nothing.",
            Self::Contact(ContactRole::Manager) => {
                "Works on findings, invites colleagues and removes them."
            }
            Self::Contact(ContactRole::Collaborator) => {
                "Works on findings and marks them as resolved."
            }
            Self::Contact(ContactRole::Viewer) => {
                "Reads findings and reports, and changes nothing."
            }
        }
    }

    /// The displayed name.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Team(TeamRole::Owner) => "Owner",
            Self::Team(TeamRole::Admin) => "Admin",
            Self::Team(TeamRole::Member) => "Member",
            Self::Team(TeamRole::Viewer) => "Viewer",
            Self::Contact(ContactRole::Manager) => "Client manager",
            Self::Contact(ContactRole::Collaborator) => "Client collaborator",
            Self::Contact(ContactRole::Viewer) => "Client viewer",
        }
    }

    /// Whether this is a role of the consultancy.
    pub const fn is_team(self) -> bool {
        matches!(self, Self::Team(_))
    }
}

impl ContactRole {
    /// Every role of a client's people, the strongest first.
    pub const ALL: [Self; 3] = [Self::Manager, Self::Collaborator, Self::Viewer];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn role_assignment_of_other_side_or_stronger_role_is_refused() {
        let owner = Role::Team(TeamRole::Owner);
        for role in Role::ALL {
            assert_eq!(role.may_assign(owner), role == owner, "{role:?}");
            let team = role.assignable_roles(true);
            assert_eq!(!team.is_empty(), role.may(Action::ManageTeam), "{role:?}");
            assert!(role.is_team() || team.is_empty(), "{role:?}");
        }
        let manager = Role::Contact(ContactRole::Manager);
        assert_eq!(manager.assignable_roles(false).len(), 3);
        assert!(
            Role::Contact(ContactRole::Collaborator)
                .assignable_roles(false)
                .is_empty()
        );
    }

    #[test]
    fn role_names_of_one_side_are_distinct() {
        for team in [true, false] {
            let side = Role::ALL.into_iter().filter(|role| role.is_team() == team);
            let mut names: Vec<_> = side.map(Role::name).collect();
            let all = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), all);
        }
    }

    /// The permission matrix against the reviewed file. `UPDATE_GOLDEN=1` writes it.
    #[test]
    #[expect(
        clippy::disallowed_methods,
        reason = "the environment says whether to write"
    )]
    fn permission_matrix_equals_golden_file() {
        use std::fmt::Write as _;
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../tests/golden/permissions.txt"
        );
        let mut text = format!("{:<20}", "");
        for role in Role::ALL {
            let _ = write!(text, "{:^21}", role.label());
        }
        text = format!("{}\n", text.trim_end());
        for action in Action::ALL {
            let mut line = format!("{:<20}", format!("{action:?}"));
            for role in Role::ALL {
                let _ = write!(line, "{:^21}", if role.may(action) { "yes" } else { "-" });
            }
            let _ = writeln!(text, "{}", line.trim_end());
        }
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(path, &text).expect("golden file");
        }
        assert_eq!(
            std::fs::read_to_string(path).unwrap_or_default(),
            text,
            "UPDATE_GOLDEN=1 writes {path}"
        );
    }
}
