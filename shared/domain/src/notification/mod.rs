//! What people are told of: which events there are, who hears of each, and how mail
//! of it comes.

mod event;
mod kind;
mod preference;
#[cfg(test)]
mod tests;

use jiff::SignedDuration;

pub use event::{Notification, NotificationEvent, NotificationTarget, merged};
pub use kind::{NotificationKind, NotificationKindInfo};
pub use preference::{Cadence, NotificationPreferences, PreferencesInput};

/// What happens within this time is one mail.
pub const WINDOW: SignedDuration = SignedDuration::from_mins(5);

/// How long a notice is kept.
pub const KEPT: SignedDuration = SignedDuration::from_hours(24 * 90);

/// What is older when its turn comes isn't news any more.
pub const STALE: SignedDuration = SignedDuration::from_hours(24 * 3);

/// Days before a date on which people are told that it comes.
pub const NEAR: i64 = 7;
