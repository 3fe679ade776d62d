//! Who may do what: two sides, seven roles, one table.

use serde::{Deserialize, Serialize};

/// A role within the consultancy's team.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TeamRole {
    /// Everything, the plan and the team included.
    Owner,
    /// Everything but what touches owners.
    Admin,
    /// The daily work with clients, engagements and findings.
    Member,
    /// Reads.
    Viewer,
}

/// A role within the client's organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactRole {
    /// As a collaborator, and manages the colleagues.
    Manager,
    /// Works on the remediation.
    Collaborator,
    /// Reads.
    Viewer,
}

/// What a person is in a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "side", content = "role", rename_all = "snake_case")]
pub enum Role {
    /// One of the consultancy.
    Team(TeamRole),
    /// One of a client.
    Contact(ContactRole),
}

/// Something that a route or a button does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// See the dashboard of one's side.
    ReadDashboard,
    /// See clients and their people.
    ReadClients,
    /// Add and change clients.
    WriteClients,
    /// See who is in the portal for one's own client.
    ReadContacts,
    /// Invite people of a client, change their roles and remove them.
    ManageContacts,
    /// Invite people to the team, change their roles and remove them.
    ManageTeam,
    /// See engagements.
    ReadEngagements,
    /// Add and change engagements.
    WriteEngagements,
    /// See findings (drafts are the team's alone by scope, not by action).
    ReadFindings,
    /// Write, change and import findings.
    WriteFindings,
    /// Make drafts visible to the client.
    PublishFindings,
    /// Say that work on a fix has begun or is done.
    RemediateFindings,
    /// Verify a fix, or send it back.
    VerifyFindings,
    /// Accept a risk, or find that it is none.
    DecideFindings,
    /// Ask the team for such a decision.
    ProposeDecisions,
    /// Say who is to fix it.
    AssignFindings,
    /// Say something about it.
    CommentFindings,
    /// See documents and take them away (the team's own are the team's alone by
    /// scope, not by action).
    ReadDocuments,
    /// Send documents; which kinds, `domain::document` says.
    UploadDocuments,
    /// Delete documents, restore them, and say who sees them.
    ManageDocuments,
    /// Read an engagement's messages (internal ones are the team's alone by scope).
    ReadMessages,
    /// Write messages.
    PostMessages,
    /// See invoices (drafts are the team's alone by scope, not by action).
    ReadInvoices,
    /// Write and send invoices, note what was paid, and say to which account.
    ManageInvoices,
    /// Pay one's own client's invoices.
    PayInvoices,
    /// See the workspace's settings.
    ReadSettings,
    /// Change the workspace's settings.
    WriteSettings,
    /// Choose and pay for the workspace's plan.
    ManagePlan,
    /// Read the audit log and take it away as a file.
    ReadAudit,
    /// Use one's own account.
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

    /// Whether the role allows the action at all; on what, the scope says.
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

    /// Whether somebody of this role may give `other` to a person, and take it
    /// away again. Owners are made by owners only.
    pub const fn may_appoint(self, other: Self) -> bool {
        match other {
            Self::Team(TeamRole::Owner) => matches!(self, Self::Team(TeamRole::Owner)),
            Self::Team(_) => self.may(Action::ManageTeam),
            Self::Contact(_) => self.may(Action::ManageContacts),
        }
    }

    /// The roles that somebody of this role may give on one side, the strongest first.
    pub fn appoints(self, team: bool) -> Vec<Self> {
        let roles = Self::ALL.into_iter();
        roles
            .filter(|role| role.is_team() == team && self.may_appoint(*role))
            .collect()
    }

    /// The name used in forms: it names a role among those of one side.
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

    /// What a person of this role does, for whoever chooses one.
    pub const fn hint(self) -> &'static str {
        match self {
            Self::Team(TeamRole::Owner) => "Everything, owners and plan included.",
            Self::Team(TeamRole::Admin) => "Everything but what concerns owners.",
            Self::Team(TeamRole::Member) => "Works with clients, engagements and findings.",
            Self::Team(TeamRole::Viewer) => "Reads, drafts included.",
            Self::Contact(ContactRole::Manager) => {
                "Works on findings, invites colleagues and removes them."
            }
            Self::Contact(ContactRole::Collaborator) => {
                "Works on findings and marks them as resolved."
            }
            Self::Contact(ContactRole::Viewer) => "Reads.",
        }
    }

    /// The word on the screen.
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

    /// Whether the person is one of the consultancy.
    pub const fn is_team(self) -> bool {
        matches!(self, Self::Team(_))
    }
}

impl ContactRole {
    /// Every role of the client's side, the strongest first.
    pub const ALL: [Self; 3] = [Self::Manager, Self::Collaborator, Self::Viewer];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_gives_a_role_of_the_other_side_or_above_ones_own() {
        let owner = Role::Team(TeamRole::Owner);
        for role in Role::ALL {
            assert_eq!(role.may_appoint(owner), role == owner, "{role:?}");
            let team = role.appoints(true);
            assert_eq!(!team.is_empty(), role.may(Action::ManageTeam), "{role:?}");
            assert!(role.is_team() || team.is_empty(), "{role:?}");
        }
        let manager = Role::Contact(ContactRole::Manager);
        assert_eq!(manager.appoints(false).len(), 3);
        assert!(
            Role::Contact(ContactRole::Collaborator)
                .appoints(false)
                .is_empty()
        );
    }

    #[test]
    fn names_tell_the_roles_of_one_side_apart() {
        for team in [true, false] {
            let side = Role::ALL.into_iter().filter(|role| role.is_team() == team);
            let mut names: Vec<_> = side.map(Role::name).collect();
            let all = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), all);
        }
    }
}
