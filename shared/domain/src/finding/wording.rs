//! The words for what happens to a finding: one row a kind of event, one column a place.
//!
//! The history, the dashboards' feed, notifications, the audit log and the flash after a request all
//! read this table. A new kind of event is a variant, a branch of [`FindingEvent::kind`] and a row.

use super::change::FindingChange;
use super::decision::Decision;
use super::event::FindingEvent;
use super::field_change::DUE_DATE;
use super::retest::RetestOutcome;
use super::status::FindingStatus;
use crate::audit::{AuditKind, AuditNote};
use crate::preference::NotificationKind;

/// What kind of event it is, as finely as words tell events apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FindingEventKind {
    Created,
    Imported,
    Edited,
    Rated,
    RemediationChanged,
    Published,
    Withdrawn,
    Started,
    Resolved,
    Unresolved,
    Reopened,
    Fixed,
    PartlyFixed,
    NotFixed,
    RiskProposed,
    FalsePositiveProposed,
    ProposalWithdrawn,
    RiskProposalDeclined,
    FalsePositiveProposalDeclined,
    RiskAccepted,
    FalsePositive,
    RiskExpired,
}

/// The words for one kind of event.
#[derive(Debug, Clone, Copy)]
pub struct EventWording {
    pub kind: FindingEventKind,
    /// What the finding is after the event: the value of `status` in the audit log.
    pub label: &'static str,
    /// What the actor did, on the finding's page. `{}` takes the scanner, the changed fields or the
    /// number of the retest.
    pub history: &'static str,
    /// The words between actor and title, in the feed. Empty for an imported finding: the feed has
    /// one line for the whole import.
    pub feed: &'static str,
    /// Who is notified; `None` for events without notifications.
    pub notification: Option<NotificationKind>,
    /// The words of the notification where they aren't those of the feed.
    pub notification_words: Option<&'static str>,
    pub audit: AuditKind,
    /// The code and text of the flash; `None` where no request causes the event alone.
    pub flash: Option<(&'static str, &'static str)>,
}

use FindingEventKind as Kind;
use NotificationKind as Notify;

const DECLINED: &str = "The proposal is declined.";
const PROPOSED: &str = "The proposal is made. The team approves or declines it.";
const RETEST_FAILED: &str = "The retest is recorded. The finding is reopened.";

/// A row without a notification of its own words. The columns are those of [`EventWording`].
const fn row(
    kind: Kind,
    label: &'static str,
    history: &'static str,
    feed: &'static str,
    notification: Option<Notify>,
    audit: AuditKind,
    flash: Option<(&'static str, &'static str)>,
) -> EventWording {
    EventWording {
        kind,
        label,
        history,
        feed,
        notification,
        notification_words: None,
        audit,
        flash,
    }
}

const WRITTEN: AuditKind = AuditKind::FindingWritten;
const DECIDED: AuditKind = AuditKind::FindingDecided;

#[rustfmt::skip] // a table
const WORDINGS: [EventWording; 22] = [
    row(Kind::Created, "Draft", "wrote it", "wrote", None, WRITTEN,
        Some(("finding-added", "The finding was added as a draft. Publish it when the client may see it."))),
    row(Kind::Imported, "Draft", "imported it from {}", "", None, WRITTEN, None),
    row(Kind::Edited, "Edited", "changed {}", "edited", None, WRITTEN,
        Some(("finding-saved", "The finding was saved."))),
    row(Kind::Rated, "Severity changed", "changed {}", "changed the severity of", Some(Notify::Moved), WRITTEN,
        Some(("rated", "The finding was saved. Its severity changed: the client sees it in the history."))),
    row(Kind::RemediationChanged, "Planned", "changed {}", "changed the plan of", None, WRITTEN,
        Some(("planned", "The plan is saved."))),
    row(Kind::Published, FindingStatus::Open.label(), "published it", "published", Some(Notify::Published), DECIDED,
        Some(("publish", "The finding is published: the client can see it now."))),
    row(Kind::Withdrawn, FindingStatus::Draft.label(), "took it back to draft", "took back", Some(Notify::Moved), DECIDED,
        Some(("withdraw", "The finding is a draft again: the client no longer sees it."))),
    row(Kind::Started, FindingStatus::InProgress.label(), "started work", "started work on", Some(Notify::Moved), DECIDED,
        Some(("start", "The finding is in progress."))),
    row(Kind::Resolved, FindingStatus::Resolved.label(), "marked it as resolved", "resolved", Some(Notify::RetestAsked), DECIDED,
        Some(("resolve", "The finding is marked as resolved. It waits for verification."))),
    row(Kind::Unresolved, FindingStatus::InProgress.label(), "took back that it is resolved", "took back that this is resolved:", Some(Notify::Moved), DECIDED,
        Some(("unresolve", "The finding is in progress again."))),
    row(Kind::Reopened, FindingStatus::Reopened.label(), "reopened it", "reopened", Some(Notify::Moved), DECIDED,
        Some(("reopen", "The finding is reopened."))),
    row(Kind::Fixed, RetestOutcome::Fixed.label(), "retested it, round {}: fixed, and closed it", "verified the fix of", Some(Notify::RetestDone), DECIDED,
        Some(("fixed", "The finding is verified and closed."))),
    row(Kind::PartlyFixed, RetestOutcome::PartlyFixed.label(), "retested it, round {}: partly fixed, and reopened it", "found partly fixed:", Some(Notify::RetestDone), DECIDED,
        Some(("partly-fixed", RETEST_FAILED))),
    row(Kind::NotFixed, RetestOutcome::NotFixed.label(), "retested it, round {}: not fixed, and reopened it", "found not fixed:", Some(Notify::RetestDone), DECIDED,
        Some(("not-fixed", RETEST_FAILED))),
    row(Kind::RiskProposed, "Decision proposed", "proposed to accept the risk", "asked to accept the risk of", Some(Notify::Moved), DECIDED,
        Some(("propose-risk", PROPOSED))),
    row(Kind::FalsePositiveProposed, "Decision proposed", "proposed to close it as a false positive", "thinks this is a false positive:", Some(Notify::Moved), DECIDED,
        Some(("propose-false-positive", PROPOSED))),
    row(Kind::ProposalWithdrawn, "Proposal withdrawn", "withdrew the proposal", "withdrew a proposal about", Some(Notify::Moved), DECIDED,
        Some(("withdraw-proposal", "The proposal is withdrawn."))),
    row(Kind::RiskProposalDeclined, "Proposal declined", "declined to accept the risk", "declined a request about", Some(Notify::Moved), DECIDED,
        Some(("decline", DECLINED))),
    row(Kind::FalsePositiveProposalDeclined, "Proposal declined", "declined to close it as a false positive", "declined a request about", Some(Notify::Moved), DECIDED,
        Some(("decline", DECLINED))),
    row(Kind::RiskAccepted, FindingStatus::AcceptedRisk.label(), "accepted the risk", "accepted the risk of", Some(Notify::Moved), DECIDED,
        Some(("accept-risk", "The risk is accepted. When its day is over, the finding is open again."))),
    row(Kind::FalsePositive, FindingStatus::FalsePositive.label(), "closed it as a false positive", "closed as a false positive:", Some(Notify::Moved), DECIDED,
        Some(("false-positive", "The finding is closed as a false positive."))),
    EventWording {
        notification_words: Some("The accepted risk ended, and this is open again:"),
        ..row(Kind::RiskExpired, "Reopened: the risk ended", "opened it again: the risk was accepted", "reopened, as its accepted risk ended:", Some(Notify::Risk), DECIDED, None)
    },
];

/// The flash after an approval, which makes the event of the decision that was proposed.
const APPROVED: (&str, &str) = ("approve", "It is decided as was proposed.");

/// The flash after a change of the severity that moved the due date.
const RATED_WITH_DATE: (&str, &str) = (
    "rated-date",
    "The finding was saved. Its due date moved with its severity: the client sees both in the history.",
);

impl FindingEventKind {
    /// Every kind, in the order of the table.
    pub fn all() -> impl Iterator<Item = Self> {
        WORDINGS.iter().map(|wording| wording.kind)
    }

    /// The words for it.
    pub fn wording(self) -> &'static EventWording {
        let found = WORDINGS.iter().find(|wording| wording.kind == self);
        found.unwrap_or(&WORDINGS[0])
    }
}

impl FindingEvent {
    /// The row of the table for this event.
    pub const fn kind(&self) -> FindingEventKind {
        match self {
            Self::Created => Kind::Created,
            Self::Imported { .. } => Kind::Imported,
            Self::Edited { .. } => Kind::Edited,
            Self::Rated { .. } => Kind::Rated,
            Self::RemediationChanged { .. } => Kind::RemediationChanged,
            Self::StatusChanged { from, to } => match (from, to) {
                (_, FindingStatus::Draft) => Kind::Withdrawn,
                (FindingStatus::Draft, _) => Kind::Published,
                (FindingStatus::Resolved, FindingStatus::InProgress) => Kind::Unresolved,
                (_, FindingStatus::InProgress) => Kind::Started,
                (_, FindingStatus::Resolved) => Kind::Resolved,
                _ => Kind::Reopened,
            },
            Self::Retested { outcome, .. } => match outcome {
                RetestOutcome::Fixed => Kind::Fixed,
                RetestOutcome::PartlyFixed => Kind::PartlyFixed,
                RetestOutcome::NotFixed => Kind::NotFixed,
            },
            Self::Proposed { decision, .. } => match decision {
                Decision::AcceptRisk => Kind::RiskProposed,
                Decision::FalsePositive => Kind::FalsePositiveProposed,
            },
            Self::ProposalWithdrawn { .. } => Kind::ProposalWithdrawn,
            Self::Declined { decision } => match decision {
                Decision::AcceptRisk => Kind::RiskProposalDeclined,
                Decision::FalsePositive => Kind::FalsePositiveProposalDeclined,
            },
            Self::Decided { decision, .. } => match decision {
                Decision::AcceptRisk => Kind::RiskAccepted,
                Decision::FalsePositive => Kind::FalsePositive,
            },
            Self::RiskExpired { .. } => Kind::RiskExpired,
        }
    }

    /// What the finding is after the event, in a few words.
    pub fn label(&self) -> &'static str {
        self.kind().wording().label
    }

    /// What the actor did, as the finding's page says it.
    pub fn history_text(&self) -> String {
        let text = self.kind().wording().history;
        match self {
            Self::Imported { scanner } => text.replace("{}", scanner),
            Self::Edited { .. } | Self::Rated { .. } | Self::RemediationChanged { .. } => {
                let fields: Vec<&str> = self
                    .field_changes()
                    .iter()
                    .map(|change| change.field.as_str())
                    .collect();
                let fields = match fields.as_slice() {
                    [] => "the text".to_owned(),
                    fields => fields.join(", "),
                };
                text.replace("{}", &fields)
            }
            Self::Retested { number, .. } => text.replace("{}", &number.to_string()),
            Self::Decided {
                proposed_by: Some(name),
                ..
            } => format!("{text}, as {name} had proposed"),
            _ => text.to_owned(),
        }
    }
}

impl FindingChange {
    /// The code of the flash after an edit.
    pub fn edit_flash(&self) -> &'static str {
        let event = &self.entry.event;
        let is_rated = event.kind() == Kind::Rated;
        let mut changes = event.field_changes().iter();
        let flash = if is_rated && changes.any(|change| change.field == DUE_DATE) {
            Some(RATED_WITH_DATE)
        } else {
            event.kind().wording().flash
        };
        flash.map_or("", |(code, _)| code)
    }

    /// What the audit log records of the change.
    pub fn audit_note(&self) -> AuditNote {
        let event = &self.entry.event;
        let wording = event.kind().wording();
        let note = AuditNote::of(wording.audit, &self.finding.title);
        if wording.audit == DECIDED {
            return note.with_change("status", "", wording.label);
        }
        let internal = self.internal_entry.iter();
        let internal = internal.flat_map(|entry| entry.event.field_changes());
        let changes = event.field_changes().iter().chain(internal);
        changes.fold(note, |note, change| {
            note.with_change(&change.field, &change.before, &change.after)
        })
    }
}

/// The text of the flash with this code; `None` for a code that isn't about a finding.
pub fn flash_text(code: &str) -> Option<&'static str> {
    let flashes = WORDINGS.iter().filter_map(|wording| wording.flash);
    let mut flashes = flashes.chain([APPROVED, RATED_WITH_DATE]);
    flashes
        .find(|(known, _)| *known == code)
        .map(|(_, text)| text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Transition;

    #[test]
    fn wordings_table_has_one_row_per_kind() {
        for kind in FindingEventKind::all() {
            assert_eq!(kind.wording().kind, kind);
            assert_eq!(
                FindingEventKind::all()
                    .filter(|other| *other == kind)
                    .count(),
                1
            );
        }
    }

    #[test]
    fn every_transition_has_a_flash_under_its_name() {
        for transition in Transition::ALL {
            assert!(flash_text(transition.name()).is_some(), "{transition:?}");
        }
        assert_eq!(flash_text("signed-out"), None);
    }

    #[test]
    fn history_text_fills_in_scanner_fields_number_and_proposer() {
        let imported = FindingEvent::Imported {
            scanner: "Nessus".to_owned(),
        };
        assert_eq!(imported.history_text(), "imported it from Nessus");
        let edited = FindingEvent::Edited {
            changes: Vec::new(),
        };
        assert_eq!(edited.history_text(), "changed the text");
        let retested = FindingEvent::Retested {
            number: 2,
            outcome: RetestOutcome::PartlyFixed,
        };
        assert_eq!(
            retested.history_text(),
            "retested it, round 2: partly fixed, and reopened it"
        );
        let decided = FindingEvent::Decided {
            decision: Decision::AcceptRisk,
            until: None,
            proposed_by: Some("Carl".to_owned()),
        };
        assert_eq!(
            decided.history_text(),
            "accepted the risk, as Carl had proposed"
        );
    }
}
