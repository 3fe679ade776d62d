//! A client: an organisation that the consultancy works for.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::counts::Counts;
use crate::id::ClientId;
use crate::input::FieldErrors;
use crate::severity::Severity;

/// A client organisation, with the totals over its engagements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// Its id.
    pub id: ClientId,
    /// As on the screen.
    pub name: String,
    /// When it was added.
    pub since: Timestamp,
    /// Findings over all its engagements.
    pub counts: Counts,
    /// Findings that were overdue when the day began.
    pub overdue: i64,
    /// How many engagements it has.
    pub engagements: i64,
    /// Goes up with every change that the team can see.
    pub rev: i64,
    /// Goes up with every change that the client can see.
    pub shared_rev: i64,
}

impl Client {
    /// What clients are ordered by, the one at most risk last: open findings of
    /// the worst severities, then what is overdue.
    pub fn risk(&self) -> [i64; 6] {
        let [critical, high, medium, low, info] =
            Severity::ALL.map(|severity| self.counts.active(severity));
        [critical, high, self.overdue, medium, low, info]
    }
}

/// A new client, as typed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientInput {
    /// The organisation's name.
    pub name: String,
}

/// A new client that can be accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewClient {
    /// One line, at most 120 characters.
    pub name: String,
}

impl ClientInput {
    /// Checks every field.
    pub fn parse(&self) -> Result<NewClient, FieldErrors> {
        let mut invalid = FieldErrors::default();
        let name = invalid.line("name", &self.name, 120);
        invalid.into_result(NewClient { name })
    }
}
