//! Prefixes of partitions.

use domain::id::{ClientId, EngagementId, WorkspaceId};
use jiff::civil::Date;

/// `W`: prefix of all that belongs to a workspace.
pub(crate) fn workspace(ws: WorkspaceId) -> String {
    format!("W#{ws}")
}

/// `C`: prefix of all that belongs to a client.
pub(crate) fn client(ws: WorkspaceId, client: ClientId) -> String {
    format!("W#{ws}#C#{client}")
}

/// Where a person belongs: a client, or the workspace for the team.
pub(crate) fn home(ws: WorkspaceId, in_client: Option<ClientId>) -> String {
    in_client.map_or_else(|| workspace(ws), |id| client(ws, id))
}

/// `E`: the partition of an engagement's findings, below the client's prefix.
pub(crate) fn engagement(client_prefix: &str, engagement: EngagementId) -> String {
    format!("{client_prefix}#E#{engagement}")
}

pub(super) fn month_name(day: Date) -> String {
    format!("{:04}-{:02}", day.year(), day.month())
}
