//! One event, who hears of it, and what one person is shown of it.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{NotificationKind, STALE};
use crate::activity::ActivityKind;
use crate::document::{Document, Visibility};
use crate::finding::{Finding, FindingChange, FindingStatus, NewComment};
use crate::history::FindingEvent;
use crate::id::{ClientId, DocumentId, EngagementId, EntryId, FindingId, UserId};
use crate::message::NewMessage;
use crate::person::Person;
use crate::severity::Severity;
use crate::suppression::SuppressionReason;

/// Something that happened, as the change that made it happen tells of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationEvent {
    /// What.
    pub kind: NotificationKind,
    /// When.
    pub at: Timestamp,
    /// Who, by account; nobody where it happened by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<UserId>,
    /// Who, by the name at that time.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub by_name: String,
    /// The words between who and what to.
    pub what: String,
    /// What to: the title that it had then.
    pub title: String,
    /// How many more, of which the same is to be said.
    #[serde(default)]
    pub more: i64,
    /// The finding's severity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// Whether the client may know.
    pub shared: bool,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engagement: Option<EngagementId>,
    /// What there is to look at.
    pub thing: NotificationTarget,
    /// Whom it concerns, where that isn't everybody.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<UserId>,
}

/// What there is to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotificationTarget {
    /// A finding.
    Finding(FindingId),
    /// Several findings of the engagement.
    Findings,
    /// What is due first.
    Dates,
    /// The engagement's messages.
    Thread,
    /// A document.
    Document(DocumentId),
    /// The people.
    People,
}

/// What one person is shown of an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notification {
    /// Names it: the same for all who are told of the event.
    pub id: EntryId,
    /// What.
    pub kind: NotificationKind,
    /// When.
    pub at: Timestamp,
    /// Who.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub by_name: String,
    /// The words between who and what to.
    pub what: String,
    /// What to.
    pub title: String,
    /// How many more.
    #[serde(default)]
    pub more: i64,
    /// The finding's severity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// Where: the engagement, and for the team the client.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub place: String,
    /// Where to look at it, on the person's own side.
    pub path: String,
}

impl NotificationEvent {
    /// What is told of a change of a finding, if anything is.
    pub fn of_change(engagement: EngagementId, change: &FindingChange) -> Option<Self> {
        let (finding, entry) = (&change.finding, &change.entry);
        let kind = match &entry.what {
            FindingEvent::Created
            | FindingEvent::Imported { .. }
            | FindingEvent::Edited { .. }
            | FindingEvent::Planned { .. } => return None,
            FindingEvent::Moved {
                from: FindingStatus::Draft,
                ..
            } => NotificationKind::Published,
            FindingEvent::Moved {
                to: FindingStatus::Resolved,
                ..
            } => NotificationKind::RetestAsked,
            FindingEvent::Retested { .. } => NotificationKind::RetestDone,
            FindingEvent::Lapsed { .. } => NotificationKind::Risk,
            FindingEvent::Moved { .. }
            | FindingEvent::Proposed { .. }
            | FindingEvent::Declined { .. }
            | FindingEvent::Decided { .. } => NotificationKind::Moved,
        };
        let what = ActivityKind::of(&entry.what)?.words();
        let by = (entry.by, entry.by_name.as_str());
        let event = Self::of_finding(kind, engagement, finding, (entry.at, what));
        Some(Self {
            shared: entry.is_shared() && finding.status.is_published(),
            ..match entry.what {
                FindingEvent::Lapsed { .. } => Self {
                    what: "The accepted risk ended, and this is open again:".to_owned(),
                    ..event
                },
                _ => event.by(by),
            }
        })
    }

    /// What is told of a comment.
    pub fn of_comment(engagement: EngagementId, finding: &Finding, said: &NewComment) -> Self {
        let comment = &said.comment;
        let words = (comment.at, ActivityKind::Commented.words());
        let event = Self::of_finding(NotificationKind::Commented, engagement, finding, words);
        Self {
            shared: said.shared && finding.status.is_published(),
            ..event.by((comment.by, comment.by_name.as_str()))
        }
    }

    /// What is told of a message.
    pub fn of_message(engagement: EngagementId, posting: &NewMessage) -> Self {
        let message = &posting.message;
        let what = if posting.shared {
            "wrote a message"
        } else {
            "wrote a note for the team"
        };
        let event = Self::plain(
            NotificationKind::Message,
            message.at,
            what,
            NotificationTarget::Thread,
        );
        Self {
            engagement: Some(engagement),
            shared: posting.shared,
            ..event.by((message.by, message.by_name.as_str()))
        }
    }

    /// What is told of a document that somebody sent or showed.
    pub fn of_document(document: &Document, at: Timestamp, by: (UserId, &str)) -> Self {
        let what = if document.current.number > 1 {
            "sent a new version of"
        } else {
            "sent"
        };
        let thing = NotificationTarget::Document(document.id);
        let event = Self::plain(NotificationKind::Document, at, what, thing);
        Self {
            title: document.title.clone(),
            engagement: document.engagement,
            shared: document.visibility == Visibility::Client,
            ..event.by(by)
        }
    }

    /// That somebody came by an invitation.
    pub fn of_joining(person: &Person, at: Timestamp) -> Self {
        let what = "accepted the invitation";
        let event = Self::plain(
            NotificationKind::Joined,
            at,
            what,
            NotificationTarget::People,
        );
        event.by((person.id, person.name.as_str()))
    }

    /// That no mail goes to an address any more, which is named by its person where it
    /// is somebody's.
    pub fn of_suppression(reason: SuppressionReason, whose: &str, at: Timestamp) -> Self {
        let what = match reason {
            SuppressionReason::Bounce => "Mail bounces, and none is sent any more to",
            SuppressionReason::Complaint => {
                "Mail was reported as spam, and none is sent any more to"
            }
        };
        Self {
            title: whose.to_owned(),
            shared: false,
            ..Self::plain(
                NotificationKind::MailFailed,
                at,
                what,
                NotificationTarget::People,
            )
        }
    }

    /// That findings of a client, the worst first, are due on `day`, or were.
    pub fn of_due(
        kind: NotificationKind,
        findings: &[Finding],
        day: Date,
        at: Timestamp,
    ) -> Option<Self> {
        let (first, rest) = findings.split_first()?;
        let day = day.strftime("%-d %b %Y");
        let what = match kind {
            NotificationKind::Overdue => format!("Due on {day}, and not fixed:"),
            _ => format!("Due on {day}:"),
        };
        Some(Self {
            title: first.title.clone(),
            more: i64::try_from(rest.len()).unwrap_or_default(),
            severity: Some(first.severity),
            ..Self::plain(kind, at, &what, NotificationTarget::Dates)
        })
    }

    /// That a risk ends on `day`, for those who decided on it.
    pub fn of_risk(
        engagement: EngagementId,
        finding: &Finding,
        (day, at): (Date, Timestamp),
        only: Vec<UserId>,
    ) -> Self {
        let what = format!("The accepted risk ends on {}:", day.strftime("%-d %b %Y"));
        Self {
            only,
            ..Self::of_finding(NotificationKind::Risk, engagement, finding, (at, &what))
        }
    }

    fn of_finding(
        kind: NotificationKind,
        engagement: EngagementId,
        finding: &Finding,
        (at, what): (Timestamp, &str),
    ) -> Self {
        Self {
            title: finding.title.clone(),
            severity: Some(finding.severity),
            engagement: Some(engagement),
            ..Self::plain(kind, at, what, NotificationTarget::Finding(finding.id))
        }
    }

    fn plain(kind: NotificationKind, at: Timestamp, what: &str, thing: NotificationTarget) -> Self {
        Self {
            kind,
            at,
            by: None,
            by_name: String::new(),
            what: what.to_owned(),
            title: String::new(),
            more: 0,
            severity: None,
            shared: true,
            engagement: None,
            thing,
            only: Vec::new(),
        }
    }

    fn by(self, (id, name): (UserId, &str)) -> Self {
        Self {
            by: Some(id),
            by_name: name.to_owned(),
            ..self
        }
    }

    /// Whether a person hears of it: never whoever did it, and only who may see it.
    pub fn is_for(&self, person: &Person) -> bool {
        let may = person.role.is_team() || self.shared;
        may && self.by != Some(person.id)
            && person.disabled.is_none()
            && self.kind.about().cadence(person.role).is_some()
            && (self.only.is_empty() || self.only.contains(&person.id))
    }

    /// Whether it is news no more.
    pub fn is_stale(&self, now: Timestamp) -> bool {
        now.duration_since(self.at) > STALE
    }

    /// What is shown of it to one of the team, or to a contact of `client`.
    pub fn notice(
        &self,
        id: EntryId,
        (client, team): (Option<ClientId>, bool),
        place: &str,
    ) -> Notification {
        Notification {
            id,
            kind: self.kind,
            at: self.at,
            by_name: self.by_name.clone(),
            what: self.what.clone(),
            title: self.title.clone(),
            more: self.more,
            severity: self.severity,
            place: place.to_owned(),
            path: self.path(client, team),
        }
    }

    fn path(&self, client: Option<ClientId>, team: bool) -> String {
        let below = match client {
            Some(client) if team => format!("/clients/{client}"),
            _ => String::new(),
        };
        let around = match self.engagement {
            Some(engagement) => format!("{below}/engagements/{engagement}"),
            None => below.clone(),
        };
        match self.thing {
            NotificationTarget::Finding(finding) => format!("{around}/findings/{finding}"),
            NotificationTarget::Findings if self.engagement.is_some() => around,
            NotificationTarget::Findings => "/findings".to_owned(),
            NotificationTarget::Dates => "/findings?sort=due".to_owned(),
            NotificationTarget::Thread => format!("{around}/messages"),
            NotificationTarget::Document(document) => format!("{below}/documents/{document}"),
            NotificationTarget::People if !team => "/people".to_owned(),
            NotificationTarget::People if client.is_some() => below,
            NotificationTarget::People => "/settings".to_owned(),
        }
    }
}

impl Notification {
    /// One line that says it, for subjects and lists without looks.
    pub fn line(&self) -> String {
        let more = match self.more {
            0 => String::new(),
            more => format!("and {more} more"),
        };
        let parts = [&self.by_name, &self.what, &self.title, &more];
        let said = parts.into_iter().filter(|part| !part.is_empty());
        said.map(String::as_str).collect::<Vec<_>>().join(" ")
    }
}

/// Events of one change of many: what is to be said of several is said once.
pub fn merged(events: impl IntoIterator<Item = NotificationEvent>) -> Vec<NotificationEvent> {
    let mut all: Vec<NotificationEvent> = Vec::new();
    for event in events {
        let same = |known: &&mut NotificationEvent| {
            (known.kind, known.by, known.shared) == (event.kind, event.by, event.shared)
                && (known.engagement, &known.what) == (event.engagement, &event.what)
                && known.only == event.only
        };
        match all.iter_mut().find(same) {
            Some(known) => {
                known.more += 1 + event.more;
                known.thing = NotificationTarget::Findings;
                if event.severity.map(Severity::rank) < known.severity.map(Severity::rank) {
                    known.severity = event.severity;
                    known.title = event.title;
                }
            }
            None => all.push(event),
        }
    }
    all
}
