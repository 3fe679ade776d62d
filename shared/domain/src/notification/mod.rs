//! Notifications: events, who is notified of them, and what a person's bell shows.
//!
//! The kinds and their cadences are `crate::preference`. A change puts a [`NotificationEvent`] into the
//! outbox beside its own writes, and the worker hands it out:
//!
//! 1. It reads the people of the team and the client and asks [`NotificationEvent::is_for`]: never the
//!    actor, never a contact where the change isn't shared, never a person whose role can't see it. Each gets
//!    a row in the inbox, a count of unread notifications and a line of the mail that is gathered.
//! 2. Mail is sent by the person's cadence: within five minutes, or as a digest in the morning.
//!
//! A change of many findings is one notification ([`merge_events`]). An event that is older than
//! [`STALE_AFTER`] notifies nobody. Notifications are kept for [`NOTIFICATION_LIFETIME`].

mod event;
#[expect(
    clippy::module_inception,
    reason = "the file holds the type `Notification`"
)]
mod notification;

pub use event::{DUE_SOON_DAYS, NotificationEvent, NotificationTarget, STALE_AFTER, merge_events};
pub use notification::{NOTIFICATION_LIFETIME, Notification};

#[cfg(test)]
mod tests;
