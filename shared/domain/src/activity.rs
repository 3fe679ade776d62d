//! What happened lately: one line each, for dashboards.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::engagement::Phase;
use crate::finding::{Comment, Decision, Finding, FindingStatus, RetestOutcome};
use crate::history::{FindingEvent, HistoryEntry};
use crate::id::{ClientId, EngagementId, FindingId};
use crate::severity::Severity;

/// One thing that somebody did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    /// When.
    pub at: Timestamp,
    /// Who, by the name at that time.
    pub by_name: String,
    /// Whether it was one of the consultancy.
    pub by_team: bool,
    /// What.
    pub deed: ActivityKind,
    /// What to: the title that it had then.
    pub title: String,
    /// The finding, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finding: Option<FindingId>,
    /// The finding's severity then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// Where.
    pub engagement: EngagementId,
    /// Whose.
    pub client: ClientId,
}

/// What was done, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // the words say it
pub enum ActivityKind {
    Wrote,
    Edited,
    Planned,
    Published,
    Started,
    Resolved,
    Withdrew,
    Reopened,
    Fixed,
    Partly,
    NotFixed,
    AskedForRisk,
    AskedForFalsePositive,
    Declined,
    AcceptedRisk,
    FalsePositive,
    Lapsed,
    Commented,
    Imported,
    Added,
    ToPlanned,
    ToActive,
    ToReporting,
    ToRemediation,
    ToClosed,
}

impl ActivityKind {
    /// The words between who and what.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Wrote => "wrote",
            Self::Edited => "edited",
            Self::Planned => "changed the plan of",
            Self::Published => "published",
            Self::Started => "started work on",
            Self::Resolved => "resolved",
            Self::Withdrew => "took back",
            Self::Reopened => "reopened",
            Self::Fixed => "verified the fix of",
            Self::Partly => "found partly fixed:",
            Self::NotFixed => "found not fixed:",
            Self::AskedForRisk => "asked to accept the risk of",
            Self::AskedForFalsePositive => "thinks this is a false positive:",
            Self::Declined => "declined a request about",
            Self::AcceptedRisk => "accepted the risk of",
            Self::FalsePositive => "closed as a false positive:",
            Self::Lapsed => "reopened, as its accepted risk ended:",
            Self::Commented => "commented on",
            Self::Imported => "imported",
            Self::Added => "added the engagement",
            Self::ToPlanned => "set back to planned:",
            Self::ToActive => "began testing in",
            Self::ToReporting => "began the report of",
            Self::ToRemediation => "opened remediation of",
            Self::ToClosed => "closed the engagement",
        }
    }

    /// What an entry of a finding's history tells of; an import is told of once,
    /// not by each of its findings.
    pub const fn of(what: &FindingEvent) -> Option<Self> {
        Some(match what {
            FindingEvent::Imported { .. } => return None,
            FindingEvent::Created => Self::Wrote,
            FindingEvent::Edited { .. } => Self::Edited,
            FindingEvent::Planned { .. } => Self::Planned,
            FindingEvent::Moved { from, to } => Self::moved(*from, *to),
            FindingEvent::Retested { outcome, .. } => match outcome {
                RetestOutcome::Fixed => Self::Fixed,
                RetestOutcome::Partly => Self::Partly,
                RetestOutcome::NotFixed => Self::NotFixed,
            },
            FindingEvent::Proposed { decision, .. } => match decision {
                Decision::AcceptRisk => Self::AskedForRisk,
                Decision::FalsePositive => Self::AskedForFalsePositive,
            },
            FindingEvent::Declined { .. } => Self::Declined,
            FindingEvent::Decided { decision, .. } => match decision {
                Decision::AcceptRisk => Self::AcceptedRisk,
                Decision::FalsePositive => Self::FalsePositive,
            },
            FindingEvent::Lapsed { .. } => Self::Lapsed,
        })
    }

    const fn moved(from: FindingStatus, to: FindingStatus) -> Self {
        match (from, to) {
            (FindingStatus::Draft, _) => Self::Published,
            (_, FindingStatus::Draft) => Self::Withdrew,
            (_, FindingStatus::InProgress) => Self::Started,
            (_, FindingStatus::Resolved) => Self::Resolved,
            (_, FindingStatus::Verified) => Self::Fixed,
            _ => Self::Reopened,
        }
    }

    /// An engagement's way to another phase.
    pub const fn to(phase: Phase) -> Self {
        match phase {
            Phase::Planned => Self::ToPlanned,
            Phase::Active => Self::ToActive,
            Phase::Reporting => Self::ToReporting,
            Phase::Remediation => Self::ToRemediation,
            Phase::Closed => Self::ToClosed,
        }
    }
}

impl Activity {
    /// Of an entry of the history of `finding`, if it is told of.
    pub fn of_entry(
        (client, engagement): (ClientId, EngagementId),
        finding: &Finding,
        entry: &HistoryEntry,
    ) -> Option<Self> {
        let deed = ActivityKind::of(&entry.what)?;
        let who = (entry.at, entry.by_name.as_str(), entry.by_team);
        Some(Self::of_finding((client, engagement), finding, who, deed))
    }

    /// Of a comment on `finding`.
    pub fn of_comment(at: (ClientId, EngagementId), finding: &Finding, comment: &Comment) -> Self {
        let who = (comment.at, comment.by_name.as_str(), comment.by_team);
        Self::of_finding(at, finding, who, ActivityKind::Commented)
    }

    fn of_finding(
        (client, engagement): (ClientId, EngagementId),
        finding: &Finding,
        (at, by_name, by_team): (Timestamp, &str, bool),
        deed: ActivityKind,
    ) -> Self {
        Self {
            at,
            by_name: by_name.to_owned(),
            by_team,
            deed,
            title: finding.title.clone(),
            finding: Some(finding.id),
            severity: Some(finding.severity),
            engagement,
            client,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_move_is_told_by_where_it_leads_and_an_import_only_once() {
        let moved = |from, to| ActivityKind::of(&FindingEvent::Moved { from, to });
        assert_eq!(
            moved(FindingStatus::Draft, FindingStatus::Open),
            Some(ActivityKind::Published)
        );
        assert_eq!(
            moved(FindingStatus::Open, FindingStatus::Draft),
            Some(ActivityKind::Withdrew)
        );
        assert_eq!(
            moved(FindingStatus::Verified, FindingStatus::Reopened),
            Some(ActivityKind::Reopened)
        );
        let scanner = "Nessus".to_owned();
        assert_eq!(ActivityKind::of(&FindingEvent::Imported { scanner }), None);
    }
}
