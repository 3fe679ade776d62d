//! Reports of SES that a mail bounced for good or was reported as spam. An event comes from AWS, but
//! recipients write parts of it: nothing is taken from it but ids, times, and addresses that mail was
//! sent to.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;

use super::notice::SuppressionReason;
use crate::email::EmailAddress;
use crate::id::{ClientId, Id, InviteId, WorkspaceId};

/// The names of the message tags that mail is sent with; SES gives them back with each event.
pub(crate) const WORKSPACE_TAG: &str = "workspace";
pub(crate) const CLIENT_TAG: &str = "client";
pub(crate) const INVITE_TAG: &str = "invite";
/// The message that SES publishes once, when publishing is set up.
const GREETING: &str = "Successfully validated SNS topic";

/// A mail that bounced for good or was reported as spam.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryReport {
    pub reason: SuppressionReason,
    pub workspace: WorkspaceId,
    pub client: Option<ClientId>,
    /// The invitation that the mail was about.
    pub invite: Option<InviteId>,
    /// The addresses that bounced or complained.
    pub to: Vec<EmailAddress>,
    /// The time at which the mail was sent.
    pub sent: Timestamp,
    /// The time of the report.
    pub at: Timestamp,
}

/// The text isn't an event of SES, for this reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an event of SES: {0}")]
pub struct InvalidDeliveryReport(&'static str);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Head {
    event_type: String,
}

#[derive(Deserialize)]
struct Body {
    mail: Sent,
    bounce: Option<Bounce>,
    complaint: Option<Complaint>,
}

#[derive(Deserialize)]
struct Sent {
    timestamp: Timestamp,
    destination: Vec<String>,
    #[serde(default)]
    tags: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bounce {
    bounce_type: String,
    bounced_recipients: Vec<Recipient>,
    timestamp: Timestamp,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Complaint {
    complained_recipients: Vec<Recipient>,
    timestamp: Timestamp,
    complaint_feedback_type: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Recipient {
    email_address: String,
}

impl DeliveryReport {
    /// The report of an event as SES publishes it. `None` where it suppresses nothing: it is of another
    /// type, the mail may arrive yet, or the portal didn't send it.
    pub fn parse(text: &str) -> Result<Option<Self>, InvalidDeliveryReport> {
        if text.starts_with(GREETING) {
            return Ok(None);
        }
        let head: Head =
            serde_json::from_str(text).map_err(|_| InvalidDeliveryReport("no type"))?;
        if !["Bounce", "Complaint"].contains(&head.event_type.as_str()) {
            return Ok(None);
        }
        let body: Body =
            serde_json::from_str(text).map_err(|_| InvalidDeliveryReport("no such shape"))?;
        let (reason, named, at) = match (head.event_type.as_str(), body.bounce, body.complaint) {
            ("Bounce", Some(bounce), _) => {
                // Transient bounces pass, and undetermined ones may.
                if bounce.bounce_type != "Permanent" {
                    return Ok(None);
                }
                (
                    SuppressionReason::Bounce,
                    bounce.bounced_recipients,
                    bounce.timestamp,
                )
            }
            ("Complaint", _, Some(complaint)) => {
                // The recipient took it out of the spam folder.
                if complaint.complaint_feedback_type.as_deref() == Some("not-spam") {
                    return Ok(None);
                }
                let named = complaint.complained_recipients;
                (SuppressionReason::Complaint, named, complaint.timestamp)
            }
            _ => return Err(InvalidDeliveryReport("no details")),
        };
        Self::of(reason, &body.mail, &named, at)
    }

    fn of(
        reason: SuppressionReason,
        mail: &Sent,
        named: &[Recipient],
        at: Timestamp,
    ) -> Result<Option<Self>, InvalidDeliveryReport> {
        let Some(workspace) = tag(mail, WORKSPACE_TAG)? else {
            return Ok(None);
        };
        Ok(Some(Self {
            reason,
            workspace,
            client: tag(mail, CLIENT_TAG)?,
            invite: tag(mail, INVITE_TAG)?,
            to: addresses(mail, named),
            sent: mail.timestamp,
            at,
        }))
    }
}

/// The id in a message tag.
fn tag<K>(mail: &Sent, name: &str) -> Result<Option<Id<K>>, InvalidDeliveryReport> {
    let value = mail.tags.get(name).and_then(|values| values.first());
    let id = value.map(|value| value.parse()).transpose();
    id.map_err(|_| InvalidDeliveryReport("a tag that is no id"))
}

/// The addresses of the mail that the event names. A mail to one address counts for that address, under
/// any name: a mailbox may forward mail to another one, which bounces under its own name.
fn addresses(mail: &Sent, named: &[Recipient]) -> Vec<EmailAddress> {
    let sent_to = mail
        .destination
        .iter()
        .filter_map(|address| address.parse().ok());
    let sent_to: Vec<EmailAddress> = sent_to.collect();
    if sent_to.len() == 1 && mail.destination.len() == 1 && !named.is_empty() {
        return sent_to;
    }
    let named: Vec<_> = named
        .iter()
        .map(|recipient| recipient.email_address.to_lowercase())
        .collect();
    let is_named = |address: &EmailAddress| named.contains(&address.fold());
    sent_to.into_iter().filter(is_named).collect()
}
