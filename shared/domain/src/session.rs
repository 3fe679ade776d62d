//! The lifetime of sessions.

use jiff::{SignedDuration, Timestamp};

use crate::role::Role;

/// The times after which a session ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionLimits {
    /// After the last use.
    pub idle: SignedDuration,
    /// After the sign-in.
    pub absolute: SignedDuration,
}

/// The time for which a re-authentication is valid.
pub const REAUTH_WINDOW: SignedDuration = SignedDuration::from_mins(10);

/// The shortest interval between two writes of a session's last use.
pub const TOUCH_EVERY: SignedDuration = SignedDuration::from_mins(5);

/// The limits for a role: a working day for the team, shorter for contacts.
pub const fn session_limits(role: Role) -> SessionLimits {
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

/// Whether a session is valid at `now`. A clock that was set back ends no session.
pub fn is_alive(role: Role, opened: Timestamp, used: Timestamp, now: Timestamp) -> bool {
    let limits = session_limits(role);
    now.duration_since(used) < limits.idle && now.duration_since(opened) < limits.absolute
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::role::{ContactRole, TeamRole};

    #[test]
    fn session_after_idle_or_absolute_limit_ends() {
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
