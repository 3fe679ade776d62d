//! What SES tells of a mail that was sent, as far as it means that no more should go
//! there. An event comes from AWS, but what is in it was written by whoever got the
//! mail, too: nothing is taken from it but ids, times, and addresses that mail went to.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;

use super::SuppressionReason;
use crate::email::EmailAddress;
use crate::id::{ClientId, Id, InviteId, WorkspaceId};
use crate::mail::{Mail, MailMessage};

const WORKSPACE: &str = "workspace";
const CLIENT: &str = "client";
const INVITE: &str = "invite";
/// What SES publishes once, when it is told where to publish.
const GREETING: &str = "Successfully validated SNS topic";

/// The message tags that a mail is sent with: SES gives them back with each event, and
/// they say where the event belongs.
pub fn tags(
    workspace: WorkspaceId,
    client: Option<ClientId>,
    mail: &Mail,
) -> Vec<(&'static str, String)> {
    let invite = match &mail.message {
        MailMessage::Invite { invite, .. } => Some((INVITE, invite.to_string())),
        _ => None,
    };
    let client = client.map(|client| (CLIENT, client.to_string()));
    let workspace = (WORKSPACE, workspace.to_string());
    [Some(workspace), client, invite]
        .into_iter()
        .flatten()
        .collect()
}

/// That a mail came back for good, or was reported as spam.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryReport {
    /// Which of the two.
    pub reason: SuppressionReason,
    /// The workspace that sent it.
    pub workspace: WorkspaceId,
    /// The client that it was about.
    pub client: Option<ClientId>,
    /// The invitation that it brought.
    pub invite: Option<InviteId>,
    /// Where it didn't arrive, or wasn't wanted.
    pub to: Vec<EmailAddress>,
    /// When it was sent.
    pub sent: Timestamp,
    /// When that was known.
    pub at: Timestamp,
}

/// The text isn't an event of SES.
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
    /// Reads an event as SES publishes it. `None` where it stops no mail: it is of
    /// another type, the mail may arrive yet, or it isn't one of the portal's.
    pub fn read(text: &str) -> Result<Option<Self>, InvalidDeliveryReport> {
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
                // A transient one passes, and what is undetermined isn't known to last.
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
                // The opposite: somebody found it among the spam.
                if complaint.complaint_feedback_type.as_deref() == Some("not-spam") {
                    return Ok(None);
                }
                let named = complaint.complained_recipients;
                (SuppressionReason::Complaint, named, complaint.timestamp)
            }
            _ => return Err(InvalidDeliveryReport("no details")),
        };
        Self::of(reason, (&body.mail, &named), at)
    }

    fn of(
        reason: SuppressionReason,
        (mail, named): (&Sent, &[Recipient]),
        at: Timestamp,
    ) -> Result<Option<Self>, InvalidDeliveryReport> {
        let Some(workspace) = tag(mail, WORKSPACE)? else {
            return Ok(None);
        };
        Ok(Some(Self {
            reason,
            workspace,
            client: tag(mail, CLIENT)?,
            invite: tag(mail, INVITE)?,
            to: addresses(mail, named),
            sent: mail.timestamp,
            at,
        }))
    }
}

/// The id that a mail was tagged with.
fn tag<K>(mail: &Sent, name: &str) -> Result<Option<Id<K>>, InvalidDeliveryReport> {
    let value = mail.tags.get(name).and_then(|values| values.first());
    let id = value.map(|value| value.parse()).transpose();
    id.map_err(|_| InvalidDeliveryReport("a tag that is no id"))
}

/// Those of the addresses that the mail went to which are named. Where it went to one
/// only it is that one, by whatever name: a mailbox may hand mail on to another, which
/// answers for itself.
fn addresses(mail: &Sent, named: &[Recipient]) -> Vec<EmailAddress> {
    let sent_to = mail.destination.iter().filter_map(|one| one.parse().ok());
    let sent_to: Vec<EmailAddress> = sent_to.collect();
    if sent_to.len() == 1 && mail.destination.len() == 1 && !named.is_empty() {
        return sent_to;
    }
    let named: Vec<_> = named
        .iter()
        .map(|one| one.email_address.to_lowercase())
        .collect();
    let is_named = |one: &EmailAddress| named.contains(&one.fold());
    sent_to.into_iter().filter(is_named).collect()
}
