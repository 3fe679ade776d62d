//! The dashboards' feed: one line each for what happened lately.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::engagement::Phase;
use crate::finding::{Comment, Finding, FindingEventKind, HistoryEntry};
use crate::id::{ClientId, EngagementId, FindingId};
use crate::severity::Severity;

/// One line of the feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    pub at: Timestamp,
    /// The actor's name at that time.
    pub by_name: String,
    pub by_team: bool,
    #[serde(rename = "deed")]
    pub kind: ActivityKind,
    /// The title of the finding, import or engagement at that time.
    pub title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finding: Option<FindingId>,
    /// The finding's severity at that time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    pub engagement: EngagementId,
    pub client: ClientId,
}

/// The kinds of activity that a feed shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActivityKind {
    #[serde(rename = "wrote")]
    Created,
    Edited,
    Rated,
    #[serde(rename = "planned")]
    RemediationChanged,
    Published,
    Started,
    Resolved,
    #[serde(rename = "withdrew")]
    Withdrawn,
    Reopened,
    Fixed,
    #[serde(rename = "partly")]
    PartlyFixed,
    NotFixed,
    #[serde(rename = "asked_for_risk")]
    RiskProposed,
    #[serde(rename = "asked_for_false_positive")]
    FalsePositiveProposed,
    #[serde(rename = "declined")]
    ProposalDeclined,
    #[serde(rename = "accepted_risk")]
    RiskAccepted,
    FalsePositive,
    #[serde(rename = "lapsed")]
    RiskExpired,
    Unresolved,
    ProposalWithdrawn,
    Commented,
    Imported,
    #[serde(rename = "added")]
    EngagementAdded,
    #[serde(rename = "to_planned")]
    PhasePlanned,
    #[serde(rename = "to_active")]
    PhaseActive,
    #[serde(rename = "to_reporting")]
    PhaseReporting,
    #[serde(rename = "to_remediation")]
    PhaseRemediation,
    #[serde(rename = "to_closed")]
    PhaseClosed,
}

impl ActivityKind {
    /// The words between actor and title. Those for what happens to a finding stand in the table of
    /// `finding/wording.rs`.
    pub fn label(self) -> &'static str {
        match self {
            Self::Commented => "commented on",
            Self::Imported => "imported",
            Self::EngagementAdded => "added the engagement",
            Self::PhasePlanned => "set back to planned:",
            Self::PhaseActive => "began testing in",
            Self::PhaseReporting => "began the report of",
            Self::PhaseRemediation => "opened remediation of",
            Self::PhaseClosed => "closed the engagement",
            _ => FindingEventKind::all()
                .find(|kind| Self::of_event(*kind) == Some(self))
                .map_or("", |kind| kind.wording().feed),
        }
    }

    /// The kind of a finding's event; `None` for an imported finding, since the feed has one line for
    /// the whole import.
    pub const fn of_event(kind: FindingEventKind) -> Option<Self> {
        use FindingEventKind as Event;
        Some(match kind {
            Event::Imported => return None,
            Event::Created => Self::Created,
            Event::Edited => Self::Edited,
            Event::Rated => Self::Rated,
            Event::RemediationChanged => Self::RemediationChanged,
            Event::Published => Self::Published,
            Event::Withdrawn => Self::Withdrawn,
            Event::Started => Self::Started,
            Event::Resolved => Self::Resolved,
            Event::Unresolved => Self::Unresolved,
            Event::ProposalWithdrawn => Self::ProposalWithdrawn,
            Event::Reopened => Self::Reopened,
            Event::Fixed => Self::Fixed,
            Event::PartlyFixed => Self::PartlyFixed,
            Event::NotFixed => Self::NotFixed,
            Event::RiskProposed => Self::RiskProposed,
            Event::FalsePositiveProposed => Self::FalsePositiveProposed,
            Event::RiskProposalDeclined | Event::FalsePositiveProposalDeclined => {
                Self::ProposalDeclined
            }
            Event::RiskAccepted => Self::RiskAccepted,
            Event::FalsePositive => Self::FalsePositive,
            Event::RiskExpired => Self::RiskExpired,
        })
    }

    /// The kind of an engagement's change to another phase.
    pub const fn of_phase(phase: Phase) -> Self {
        match phase {
            Phase::Planned => Self::PhasePlanned,
            Phase::Active => Self::PhaseActive,
            Phase::Reporting => Self::PhaseReporting,
            Phase::Remediation => Self::PhaseRemediation,
            Phase::Closed => Self::PhaseClosed,
        }
    }
}

impl Activity {
    /// The line for a history entry of `finding`; `None` where the feed has none for it.
    pub fn of_entry(
        client: ClientId,
        engagement: EngagementId,
        finding: &Finding,
        entry: &HistoryEntry,
    ) -> Option<Self> {
        Some(Self {
            at: entry.at,
            by_name: entry.by_name.clone(),
            by_team: entry.by_team,
            kind: ActivityKind::of_event(entry.event.kind())?,
            title: finding.title.clone(),
            finding: Some(finding.id),
            severity: Some(finding.severity),
            engagement,
            client,
        })
    }

    /// The line for a comment on `finding`.
    pub fn of_comment(
        client: ClientId,
        engagement: EngagementId,
        finding: &Finding,
        comment: &Comment,
    ) -> Self {
        Self {
            at: comment.at,
            by_name: comment.by_name.clone(),
            by_team: comment.by_team,
            kind: ActivityKind::Commented,
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
    use crate::finding::{FindingEvent, FindingStatus};

    #[test]
    fn activity_of_status_change_follows_its_target_and_import_has_none() {
        let kind = |from, to| {
            let event = FindingEvent::StatusChanged { from, to };
            ActivityKind::of_event(event.kind())
        };
        assert_eq!(
            kind(FindingStatus::Draft, FindingStatus::Open),
            Some(ActivityKind::Published)
        );
        assert_eq!(
            kind(FindingStatus::Open, FindingStatus::Draft),
            Some(ActivityKind::Withdrawn)
        );
        assert_eq!(
            kind(FindingStatus::Verified, FindingStatus::Reopened),
            Some(ActivityKind::Reopened)
        );
        let scanner = "Nessus".to_owned();
        let imported = FindingEvent::Imported { scanner };
        assert_eq!(ActivityKind::of_event(imported.kind()), None);
    }

    #[test]
    fn activity_label_of_finding_event_is_feed_wording() {
        assert_eq!(ActivityKind::Created.label(), "wrote");
        assert_eq!(
            ActivityKind::RiskExpired.label(),
            "reopened, as its accepted risk ended:"
        );
        for kind in FindingEventKind::all() {
            if let Some(activity) = ActivityKind::of_event(kind) {
                assert_eq!(activity.label(), kind.wording().feed, "{kind:?}");
            }
        }
    }
}
