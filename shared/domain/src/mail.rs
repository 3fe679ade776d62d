//! Mail that a change asks for. It waits in the outbox and leaves it at least once.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::email::EmailAddress;
use crate::id::{ClientId, EntryId, InviteId, InvoiceId, UserId};
use crate::invoice::InvoiceReminder;
use crate::notification::{Cadence, Notification};
use crate::slug::Slug;

/// A mail to send: which one, to whom, and what it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// Where to.
    pub to: EmailAddress,
    /// The person's name.
    pub to_name: String,
    /// The address of the workspace that sends it.
    pub slug: Slug,
    /// The company's name, for the sender and the header.
    pub brand: String,
    /// What it says.
    pub message: MailMessage,
}

/// The messages that exist. None carries a secret: links are worked out when
/// the mail is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum MailMessage {
    /// Come to the portal and set a password.
    Invite {
        /// Whose link to put in.
        invite: InviteId,
        /// Which of its links.
        turn: i64,
        /// Who invited.
        by_name: String,
        /// The organisation that the person belongs to; `None` for the team.
        client_name: Option<String>,
        /// Whole days for which the link works.
        days: i64,
    },
    /// Set a new password, because somebody asked for it.
    Reset {
        /// Whose link to put in.
        reset: EntryId,
        /// Whole minutes for which the link works.
        minutes: i64,
    },
    /// Confirm this address, and found a workspace.
    SignUp {
        /// Whose link to put in.
        sign_up: EntryId,
        /// Of which company.
        company: String,
        /// Until when the link works,
        until: Timestamp,
        /// whole hours from when it was asked for.
        hours: i64,
    },
    /// The workspace is there, at this address.
    Founded,
    /// The account belongs to another client from now on; no link, nothing to do.
    Added {
        /// Who invited.
        by_name: String,
        /// The organisation.
        client_name: String,
    },
    /// The password was changed; no link, nothing to do.
    PasswordChanged,
    /// Somebody signed in with a browser that the account wasn't used with before.
    NewDevice {
        /// When.
        at: Timestamp,
        /// Browser and system, as it says of itself.
        device: String,
        /// Where it came from.
        address: String,
    },
    /// Confirm this address, to sign in by it from then on.
    ConfirmEmail {
        /// Whose.
        user: UserId,
        /// The address so far.
        from: EmailAddress,
        /// Until when the link works.
        until: Timestamp,
    },
    /// The address to sign in by is another from now on; goes to the former.
    EmailChanged {
        /// The new one.
        to_email: EmailAddress,
    },
    /// Signing in takes a second factor from now on.
    MfaEnabled,
    /// Signing in takes the password only from now on.
    MfaDisabled,
    /// Somebody else turned the second factor off.
    MfaReset {
        /// Who.
        by_name: String,
    },
    /// What happened. What findings say stays in the portal, but for their titles.
    News {
        /// The newest first.
        notices: Vec<Notification>,
        /// Whether there are more.
        more: bool,
        /// How it comes.
        cadence: Cadence,
        /// The zone in which times are shown.
        time_zone: String,
        /// Whose mail a link ends: the person's,
        user: UserId,
        /// and at which client.
        client: Option<ClientId>,
    },
    /// What is due for the workspace's plan wasn't paid.
    PlanUnpaid {
        /// The plan's name.
        plan: String,
        /// From which day on the smallest plan applies.
        lapses: Date,
    },
    /// There is an invoice, it is due soon, or overdue.
    Invoice {
        /// Where it is.
        invoice: InvoiceId,
        /// Why it is told of.
        why: InvoiceReminder,
        /// Its number.
        number: String,
        /// What it is for.
        subject: String,
        /// What is to be paid, with its currency.
        amount: String,
        /// By when.
        due: Date,
    },
    /// A payment of an invoice came, or some of it went back.
    Receipt {
        /// Where it is.
        invoice: InvoiceId,
        /// Its number.
        number: String,
        /// What it is for.
        subject: String,
        /// What came or went, with its currency.
        amount: String,
        /// The day of it.
        on: Date,
        /// Whether it went back.
        refunded: bool,
    },
}
