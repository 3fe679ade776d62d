//! Which kinds of notification there are, and how a person wants mail of each.
//!
//! A kind is a variant and a row of the table in `kind.rs`: name, label, who can be notified, and the
//! cadence of mail that both sides begin with. The events themselves are `crate::notification`.

mod cadence;
mod kind;
mod preferences;

pub use cadence::{Cadence, GATHER_WINDOW};
pub use kind::{NotificationKind, NotificationKindInfo};
pub use preferences::{NotificationPreferences, PreferencesInput};
