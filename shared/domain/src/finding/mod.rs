//! A finding: a weakness of a client's systems, and its way to being closed.

pub mod draft;
pub mod status;
pub mod transition;
pub mod writing;

use jiff::Timestamp;

pub use draft::{Draft, FindingInput, edited_fields};
pub use status::Status;
pub use transition::{Change, Event, Refusal, transition};
pub use writing::{create, edit};

use crate::id::FindingId;
use crate::score::Score;
use crate::severity::Severity;

/// What lists and rules need of a finding; the long text is its [`Draft`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Its id.
    pub id: FindingId,
    /// One line.
    pub title: String,
    /// How bad it is.
    pub severity: Severity,
    /// The score of its CVSS vector, where it has one.
    pub score: Option<Score>,
    /// Where it stands.
    pub status: Status,
    /// The first affected asset.
    pub asset: Option<String>,
    /// How many assets are affected.
    pub assets: i64,
    /// When it was last changed.
    pub updated: Timestamp,
    /// Goes up with every change; a change made on sight of another version is
    /// refused.
    pub version: i64,
}

#[cfg(test)]
mod tests;
