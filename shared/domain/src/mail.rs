//! Mails that the portal sends.
//!
//! A mail is written to the outbox in the transaction of the change that causes it, and is sent at
//! least once.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::email::EmailAddress;
use crate::id::{ClientId, EntryId, InviteId, InvoiceId, UserId, WorkspaceId};
use crate::invoice::InvoiceReminder;
use crate::notification::Notification;
use crate::preference::Cadence;
use crate::slug::Slug;
use crate::suppression::{CLIENT_TAG, INVITE_TAG, WORKSPACE_TAG};

/// A mail in the outbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    pub to: EmailAddress,
    pub to_name: String,
    /// The subdomain of the sending workspace.
    pub slug: Slug,
    /// The company name in the sender and the header.
    pub brand: String,
    pub message: MailMessage,
}

impl Mail {
    /// The message tags that the mail is sent with. SES gives them back with each event, so they name
    /// the scope of an event.
    pub fn message_tags(
        &self,
        workspace: WorkspaceId,
        client: Option<ClientId>,
    ) -> Vec<(&'static str, String)> {
        let invite = match &self.message {
            MailMessage::Invite { invite, .. } => Some((INVITE_TAG, invite.to_string())),
            _ => None,
        };
        let client = client.map(|client| (CLIENT_TAG, client.to_string()));
        let workspace = (WORKSPACE_TAG, workspace.to_string());
        [Some(workspace), client, invite]
            .into_iter()
            .flatten()
            .collect()
    }
}

/// The content of a mail.
///
/// It contains no secret: links are built when the mail is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum MailMessage {
    /// An invitation to set a password.
    Invite {
        invite: InviteId,
        /// The number of the link; a new link ends the earlier ones.
        #[serde(rename = "turn")]
        link_number: i64,
        by_name: String,
        /// The client that the person belongs to; `None` for the team.
        client_name: Option<String>,
        /// The number of days the link is valid.
        days: i64,
    },
    /// A link to set a new password.
    Reset {
        reset: EntryId,
        /// The number of minutes the link is valid.
        minutes: i64,
    },
    /// A link to confirm the address and create a workspace. It says nothing that the sender
    /// typed, since anybody can have it sent to any address.
    SignUp {
        sign_up: EntryId,
        /// The end of the link's validity.
        until: Timestamp,
        /// The validity in hours.
        hours: i64,
    },
    /// The workspace exists at this address.
    #[serde(rename = "founded")]
    WorkspaceCreated,
    /// The account was added to another client. Without a link.
    #[serde(rename = "added")]
    AddedToClient {
        by_name: String,
        client_name: String,
    },
    /// The password was changed. Without a link.
    PasswordChanged,
    /// A sign-in from a browser that is new for the account.
    NewDevice {
        at: Timestamp,
        /// Browser and system according to the user agent.
        device: String,
        /// The IP address.
        address: String,
    },
    /// A link to confirm a new address for signing in.
    ConfirmEmail {
        user: UserId,
        /// The present address.
        from: EmailAddress,
        /// The person's epoch: the link is good until it changes.
        #[serde(default)]
        epoch: i64,
        /// The end of the link's validity.
        until: Timestamp,
    },
    /// The address for signing in was changed. Goes to the former address.
    EmailChanged { to_email: EmailAddress },
    /// A second factor was set up.
    MfaEnabled,
    /// The second factor was turned off by the person.
    MfaDisabled,
    /// The second factor was turned off by an owner or admin.
    MfaReset { by_name: String },
    /// Notifications. Of findings, only the titles leave the portal.
    #[serde(rename = "news")]
    Notifications {
        /// The newest first.
        notices: Vec<Notification>,
        /// Whether further notifications are left out.
        more: bool,
        cadence: Cadence,
        /// The zone in which times are shown.
        time_zone: String,
        /// The person whose mails the unsubscribe link ends,
        user: UserId,
        /// and the client that they belong to.
        client: Option<ClientId>,
    },
    /// The payment of the workspace's plan failed.
    PlanUnpaid {
        plan: String,
        /// The day from which Starter applies.
        #[serde(rename = "lapses")]
        downgrades_on: Date,
    },
    /// An invoice was issued, is due soon or overdue.
    Invoice {
        invoice: InvoiceId,
        #[serde(rename = "why")]
        reminder: InvoiceReminder,
        number: String,
        subject: String,
        /// The open amount with its currency.
        amount: String,
        due: Date,
    },
    /// A payment of an invoice was received or refunded.
    Receipt {
        invoice: InvoiceId,
        number: String,
        subject: String,
        /// The amount with its currency.
        amount: String,
        on: Date,
        refunded: bool,
    },
}
