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
    /// Invite a person of a client.
    InviteContact,
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
    /// See the workspace's settings.
    ReadSettings,
    /// Change the workspace's settings.
    WriteSettings,
    /// Use one's own account.
    OwnAccount,
}

impl Action {
    /// Every action, in the order of the printed matrix.
    pub const ALL: [Self; 14] = [
        Self::ReadDashboard,
        Self::ReadClients,
        Self::WriteClients,
        Self::InviteContact,
        Self::ReadEngagements,
        Self::WriteEngagements,
        Self::ReadFindings,
        Self::WriteFindings,
        Self::PublishFindings,
        Self::RemediateFindings,
        Self::VerifyFindings,
        Self::ReadSettings,
        Self::WriteSettings,
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
            (_, A::ReadDashboard | A::ReadEngagements | A::ReadFindings | A::OwnAccount)
            | (Self::Team(_), A::ReadClients | A::ReadSettings)
            | (Self::Team(T::Owner | T::Admin), A::WriteSettings)
            | (
                Self::Team(T::Owner | T::Admin | T::Member),
                A::WriteClients
                | A::InviteContact
                | A::WriteEngagements
                | A::WriteFindings
                | A::PublishFindings
                | A::RemediateFindings
                | A::VerifyFindings,
            )
            | (Self::Contact(C::Manager | C::Collaborator), A::RemediateFindings) => true,
            (Self::Team(_) | Self::Contact(_), _) => false,
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

    /// The name used in forms.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Manager => "manager",
            Self::Collaborator => "collaborator",
            Self::Viewer => "viewer",
        }
    }
}

impl std::str::FromStr for ContactRole {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|r| r.name() == text)
            .ok_or("Choose a role.")
    }
}
