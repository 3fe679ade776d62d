//! Suppressions: mail addresses that bounced or complained, to which no mail goes.
//!
//! - A [`DeliveryReport`] is what SES says of a mail. A permanent bounce and a complaint suppress the
//!   address; a transient or undetermined bounce and a report of *not* spam don't.
//! - Mail is sent with message tags that name workspace, client and invitation, and SES gives them back
//!   with the event.
//! - A [`Suppression`] joins reports in any order. Who manages people may lift it; reports of mail that
//!   was sent before change nothing any more.

mod delivery_report;
mod notice;
#[expect(
    clippy::module_inception,
    reason = "the file holds the type `Suppression`"
)]
mod suppression;

pub(crate) use delivery_report::{CLIENT_TAG, INVITE_TAG, WORKSPACE_TAG};
pub use delivery_report::{DeliveryReport, InvalidDeliveryReport};
pub use notice::{SuppressionNotice, SuppressionReason};
pub use suppression::Suppression;

#[cfg(test)]
mod tests;
