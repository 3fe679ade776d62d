//! Clients: the organisations that the consultancy works for.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::finding::Counts;
use crate::id::ClientId;
use crate::input::FieldErrors;
use crate::severity::Severity;

/// A client with the totals over its engagements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    pub id: ClientId,
    pub name: String,
    pub created_at: Timestamp,
    /// The findings of all its engagements.
    pub counts: Counts,
    /// The findings that were overdue at the start of the day.
    pub overdue: i64,
    /// The number of its engagements.
    pub engagements: i64,
    /// Incremented with each change that is visible to the team.
    pub rev: i64,
    /// Incremented with each change that is visible to the client.
    pub shared_rev: i64,
}

impl Client {
    /// The sort key of clients; the client with the highest risk sorts last.
    pub fn risk(&self) -> [i64; 6] {
        let [critical, high, medium, low, info] =
            Severity::ALL.map(|severity| self.counts.active(severity));
        [critical, high, self.overdue, medium, low, info]
    }
}

/// The submitted form of a new client.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientInput {
    pub name: String,
}

/// A parsed [`ClientInput`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewClient {
    pub name: String,
}

impl ClientInput {
    pub fn parse(&self) -> Result<NewClient, FieldErrors> {
        let mut invalid = FieldErrors::default();
        let name = invalid.parse_client_name("name", &self.name, 120);
        invalid.into_result(NewClient { name })
    }
}
