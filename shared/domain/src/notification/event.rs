//! Events that people can be notified of, and which person is.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::notification::Notification;
use crate::activity::ActivityKind;
use crate::document::{Document, Visibility};
use crate::finding::{Finding, FindingChange, FindingEvent, NewComment};
use crate::id::{ClientId, DocumentId, EngagementId, EntryId, FindingId, InvoiceId, UserId};
use crate::invoice::{Invoice, InvoiceChange, InvoiceEvent, PaymentMethod};
use crate::message::NewMessage;
use crate::person::Person;
use crate::preference::NotificationKind;
use crate::severity::Severity;
use crate::suppression::SuppressionReason;

/// After this time an event notifies nobody any more.
pub const STALE_AFTER: SignedDuration = SignedDuration::from_hours(24 * 3);

/// Days before a due date at which people are notified.
pub const DUE_SOON_DAYS: i64 = 7;

/// An event that people can be notified of. The change that causes it puts it into the outbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationEvent {
    pub kind: NotificationKind,
    pub at: Timestamp,
    /// `None` where no person acted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<UserId>,
    /// The actor's name at that time.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub by_name: String,
    /// The words between actor and title.
    #[serde(rename = "what")]
    pub words: String,
    /// The title of what it is about, at that time.
    pub title: String,
    /// The number of further findings that the same happened to.
    #[serde(default)]
    pub more: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// Whether contacts can be notified.
    pub shared: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engagement: Option<EngagementId>,
    #[serde(rename = "thing")]
    pub target: NotificationTarget,
    /// The only people to notify; empty for everyone who can be.
    #[serde(rename = "only", default, skip_serializing_if = "Vec::is_empty")]
    pub recipients: Vec<UserId>,
}

/// What a notification links to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotificationTarget {
    Finding(FindingId),
    /// Several findings of the engagement.
    Findings,
    /// The list of findings by due date.
    Dates,
    Thread,
    Document(DocumentId),
    Invoice(InvoiceId),
    People,
}

impl NotificationEvent {
    /// The event of a finding's change; `None` if it causes no notification. Whom and in which words
    /// stands in the table of `finding/wording.rs`.
    pub fn of_change(engagement: EngagementId, change: &FindingChange) -> Option<Self> {
        let (finding, entry) = (&change.finding, &change.entry);
        let wording = entry.event.kind().wording();
        let kind = wording.notification?;
        let words = wording.notification_words.unwrap_or(wording.feed);
        let event = Self::of_finding(kind, engagement, finding, entry.at, words);
        let is_shared = entry.is_shared() && finding.status.is_published();
        let event = match entry.event {
            FindingEvent::RiskExpired { .. } => event,
            _ => event.by(entry.by, &entry.by_name),
        };
        Some(Self {
            shared: is_shared,
            ..event
        })
    }

    /// The event of a comment.
    pub fn of_comment(engagement: EngagementId, finding: &Finding, new: &NewComment) -> Self {
        let comment = &new.comment;
        let kind = NotificationKind::Commented;
        let words = ActivityKind::Commented.label();
        let event = Self::of_finding(kind, engagement, finding, comment.at, words);
        Self {
            shared: new.shared && finding.status.is_published(),
            ..event.by(comment.by, &comment.by_name)
        }
    }

    /// The event of a message.
    pub fn of_message(engagement: EngagementId, new: &NewMessage) -> Self {
        let message = &new.message;
        let words = if new.shared {
            "wrote a message"
        } else {
            "wrote a note for the team"
        };
        let kind = NotificationKind::Message;
        let event = Self::new(kind, message.at, words, NotificationTarget::Thread);
        Self {
            engagement: Some(engagement),
            shared: new.shared,
            ..event.by(message.by, &message.by_name)
        }
    }

    /// The event of a document that a person uploaded, or made visible to the client.
    pub fn of_document(document: &Document, at: Timestamp, by: UserId, by_name: &str) -> Self {
        let words = if document.current.number > 1 {
            "sent a new version of"
        } else {
            "sent"
        };
        let target = NotificationTarget::Document(document.id);
        let event = Self::new(NotificationKind::Document, at, words, target);
        Self {
            title: document.title.clone(),
            engagement: document.engagement,
            shared: document.visibility == Visibility::Client,
            ..event.by(by, by_name)
        }
    }

    /// The event of an invoice that a person sent, or of a payment that a person recorded; `None` for
    /// other changes.
    pub fn of_invoice_change(change: &InvoiceChange) -> Option<Self> {
        let (invoice, entry) = (&change.invoice, &change.entry);
        let (kind, words) = match &entry.event {
            InvoiceEvent::Sent => (NotificationKind::InvoiceSent, "sent".to_owned()),
            InvoiceEvent::Paid {
                amount,
                method: PaymentMethod::ByHand(_),
                ..
            } => {
                let words = format!("recorded a payment of {} for", invoice.money(*amount));
                (NotificationKind::PaymentReceived, words)
            }
            _ => return None,
        };
        let event = Self::of_invoice(kind, invoice, entry.at, &words);
        Some(match entry.by {
            Some(user) => event.by(user, &entry.by_name),
            None => event,
        })
    }

    /// The event of a payment by the payment provider. `amount` is in minor units.
    pub fn of_payment(
        kind: NotificationKind,
        invoice: &Invoice,
        amount: i64,
        at: Timestamp,
    ) -> Self {
        let money = invoice.money(amount);
        let words = match kind {
            NotificationKind::PaymentFailed => format!("A payment of {money} failed:"),
            NotificationKind::PaymentSurplus => {
                format!("{money} more than was due came in and can be refunded:")
            }
            _ => format!("A payment of {money} came in:"),
        };
        Self::of_invoice(kind, invoice, at, &words)
    }

    fn of_invoice(kind: NotificationKind, invoice: &Invoice, at: Timestamp, words: &str) -> Self {
        let target = NotificationTarget::Invoice(invoice.id);
        Self {
            title: format!("Invoice {}", invoice.number()),
            ..Self::new(kind, at, words, target)
        }
    }

    /// The event of an accepted invitation.
    pub fn of_accepted_invite(person: &Person, at: Timestamp) -> Self {
        let words = "accepted the invitation";
        let kind = NotificationKind::Joined;
        let event = Self::new(kind, at, words, NotificationTarget::People);
        event.by(person.id, &person.name)
    }

    /// The event of an address that gets no mail any more. `title` is the name of the person who has
    /// it, or the address.
    pub fn of_suppression(reason: SuppressionReason, title: &str, at: Timestamp) -> Self {
        let words = match reason {
            SuppressionReason::Bounce => "Mail bounces, and none is sent any more to",
            SuppressionReason::Complaint => {
                "Mail was reported as spam, and none is sent any more to"
            }
        };
        let kind = NotificationKind::MailFailed;
        Self {
            title: title.to_owned(),
            shared: false,
            ..Self::new(kind, at, words, NotificationTarget::People)
        }
    }

    /// The event of a client's findings, worst first, that are due on `day` or were due then. `None`
    /// where there are none.
    pub fn of_due(
        kind: NotificationKind,
        findings: &[Finding],
        day: Date,
        at: Timestamp,
    ) -> Option<Self> {
        let (first, rest) = findings.split_first()?;
        let day = day.strftime("%-d %b %Y");
        let words = match kind {
            NotificationKind::Overdue => format!("Due on {day}, and not fixed:"),
            _ => format!("Due on {day}:"),
        };
        Some(Self {
            title: first.title.clone(),
            more: i64::try_from(rest.len()).unwrap_or_default(),
            severity: Some(first.severity),
            ..Self::new(kind, at, &words, NotificationTarget::Dates)
        })
    }

    /// The event of an accepted risk that ends on `day`, for the people who decided and proposed it.
    pub fn of_risk(
        engagement: EngagementId,
        finding: &Finding,
        day: Date,
        at: Timestamp,
        recipients: Vec<UserId>,
    ) -> Self {
        let words = format!("The accepted risk ends on {}:", day.strftime("%-d %b %Y"));
        Self {
            recipients,
            ..Self::of_finding(NotificationKind::Risk, engagement, finding, at, &words)
        }
    }

    fn of_finding(
        kind: NotificationKind,
        engagement: EngagementId,
        finding: &Finding,
        at: Timestamp,
        words: &str,
    ) -> Self {
        Self {
            title: finding.title.clone(),
            severity: Some(finding.severity),
            engagement: Some(engagement),
            ..Self::new(kind, at, words, NotificationTarget::Finding(finding.id))
        }
    }

    fn new(kind: NotificationKind, at: Timestamp, words: &str, target: NotificationTarget) -> Self {
        Self {
            kind,
            at,
            by: None,
            by_name: String::new(),
            words: words.to_owned(),
            title: String::new(),
            more: 0,
            severity: None,
            shared: true,
            engagement: None,
            target,
            recipients: Vec::new(),
        }
    }

    fn by(self, user: UserId, name: &str) -> Self {
        Self {
            by: Some(user),
            by_name: name.to_owned(),
            ..self
        }
    }

    /// Whether the person is notified: never the actor, and never a person whose role can't see it.
    pub fn is_for(&self, person: &Person) -> bool {
        let may_see = person.role.is_team() || self.shared;
        may_see
            && self.by != Some(person.id)
            && person.disabled_at.is_none()
            && self.kind.info().cadence(person.role).is_some()
            && (self.recipients.is_empty() || self.recipients.contains(&person.id))
    }

    /// Whether it is too old to notify anybody of.
    pub fn is_stale(&self, now: Timestamp) -> bool {
        now.duration_since(self.at) > STALE_AFTER
    }

    /// The notification of a team member, or of a contact of `client`. `place` names the engagement,
    /// and for the team the client.
    pub fn to_notification(
        &self,
        id: EntryId,
        client: Option<ClientId>,
        team: bool,
        place: &str,
    ) -> Notification {
        Notification {
            id,
            kind: self.kind,
            at: self.at,
            by_name: self.by_name.clone(),
            words: self.words.clone(),
            title: self.title.clone(),
            more: self.more,
            severity: self.severity,
            place: place.to_owned(),
            path: self.path(client, team),
        }
    }

    fn path(&self, client: Option<ClientId>, team: bool) -> String {
        let client_path = match client {
            Some(client) if team => format!("/clients/{client}"),
            _ => String::new(),
        };
        let engagement_path = match self.engagement {
            Some(engagement) => format!("{client_path}/engagements/{engagement}"),
            None => client_path.clone(),
        };
        match self.target {
            NotificationTarget::Finding(finding) => format!("{engagement_path}/findings/{finding}"),
            NotificationTarget::Findings if self.engagement.is_some() => engagement_path,
            NotificationTarget::Findings => "/findings".to_owned(),
            NotificationTarget::Dates => "/findings?sort=due".to_owned(),
            NotificationTarget::Thread => format!("{engagement_path}/messages"),
            NotificationTarget::Document(document) => format!("{client_path}/documents/{document}"),
            NotificationTarget::Invoice(invoice) => format!("{client_path}/invoices/{invoice}"),
            NotificationTarget::People if !team => "/people".to_owned(),
            NotificationTarget::People if client.is_some() => client_path,
            NotificationTarget::People => "/settings".to_owned(),
        }
    }
}

/// Merges the events of a change of many findings: equal events become one, with the worst finding
/// first and a number of further ones.
pub fn merge_events(events: impl IntoIterator<Item = NotificationEvent>) -> Vec<NotificationEvent> {
    let mut all: Vec<NotificationEvent> = Vec::new();
    for event in events {
        let is_same = |known: &&mut NotificationEvent| {
            (known.kind, known.by, known.shared) == (event.kind, event.by, event.shared)
                && (known.engagement, &known.words) == (event.engagement, &event.words)
                && known.recipients == event.recipients
        };
        match all.iter_mut().find(is_same) {
            Some(known) => {
                known.more += 1 + event.more;
                known.target = NotificationTarget::Findings;
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
