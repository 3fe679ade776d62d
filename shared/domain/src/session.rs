//! How long a sign-in lasts.

use jiff::{SignedDuration, Timestamp};

use crate::role::Role;

/// The times after which a session is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionLimits {
    /// Without any use.
    pub idle: SignedDuration,
    /// In any case.
    pub absolute: SignedDuration,
}

/// For how long a password and code that were given count as given just now.
pub const FRESH: SignedDuration = SignedDuration::from_mins(10);

/// A session's use is noted at most this often, to save writes.
pub const TOUCH_EVERY: SignedDuration = SignedDuration::from_mins(5);

/// The limits of a role: a working day for the team, shorter for contacts.
pub const fn limits(role: Role) -> SessionLimits {
    let hours = SignedDuration::from_hours;
    match role {
        Role::Team(_) => SessionLimits {
            idle: hours(8),
            absolute: hours(24),
        },
        Role::Contact(_) => SessionLimits {
            idle: hours(2),
            absolute: hours(12),
        },
    }
}

/// Whether a session still holds at `now`. A clock that went back ends nothing.
pub fn is_alive(role: Role, opened: Timestamp, used: Timestamp, now: Timestamp) -> bool {
    let limits = limits(role);
    now.duration_since(used) < limits.idle && now.duration_since(opened) < limits.absolute
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::role::{ContactRole, TeamRole};

    #[test]
    fn sessions_end_by_idleness_and_by_age() {
        let start = Timestamp::UNIX_EPOCH;
        let after = |hours: i64| start + SignedDuration::from_hours(hours);
        for (role, idle, absolute) in [
            (Role::Team(TeamRole::Member), 8, 24),
            (Role::Contact(ContactRole::Viewer), 2, 12),
        ] {
            assert!(is_alive(role, start, start, after(idle - 1)));
            assert!(!is_alive(role, start, start, after(idle)));
            assert!(!is_alive(role, start, after(absolute), after(absolute)));
        }
    }
}
