//! What a workspace pays for: what it may do, and how much of it.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::file::size_label;

/// A plan.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Plan {
    /// Free of charge.
    #[default]
    Starter,
    /// For a consultancy that shows its own name.
    Pro,
    /// For larger ones.
    Team,
}

/// What not every plan has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feature {
    /// An address of one's own choice.
    Address,
    /// Pages without the badge at their foot.
    NoBadge,
    /// A logo of one's own.
    Logo,
    /// Demanding a second factor of others.
    MfaPolicy,
}

/// The workspace's plan doesn't have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{what} is part of the plans Pro and Team; this workspace is on {}.", .plan.label())]
pub struct NotInPlan {
    what: &'static str,
    plan: Plan,
}

/// What a plan has so much of, and no more. What is used of each is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PlanLimit {
    /// People of the team who aren't disabled, and open invitations to it.
    Seats,
    /// Clients.
    Clients,
    /// Engagements that have begun and aren't closed.
    Engagements,
    /// Findings of all engagements, drafts and closed ones among them.
    Findings,
    /// Bytes of all files, deleted documents included as long as they are kept.
    Storage,
}

/// There is no room in the plan for what was to be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlanLimitReached {
    /// What there is no more of.
    pub limit: PlanLimit,
    /// The plan that counts.
    pub plan: Plan,
    /// How much is used.
    pub used: i64,
}

impl Feature {
    /// Every feature.
    pub const ALL: [Self; 4] = [Self::Address, Self::NoBadge, Self::Logo, Self::MfaPolicy];

    /// The words on the screen.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Address => "An address of your own choice",
            Self::NoBadge => "A portal without the badge",
            Self::Logo => "A logo of your own",
            Self::MfaPolicy => "Demanding two-factor authentication",
        }
    }
}

/// What a plan is, as a row of the table.
struct Row {
    plan: Plan,
    name: &'static str,
    label: &'static str,
    seats: i64,
    clients: i64,
    engagements: i64,
    findings: i64,
    storage: i64,
    /// Days for which the audit log keeps an entry.
    log_days: i64,
    features: &'static [Feature],
}

const GIB: i64 = 1024 * 1024 * 1024;
const ALL: &[Feature] = &Feature::ALL;

const STARTER: Row = Row {
    plan: Plan::Starter,
    name: "starter",
    label: "Starter",
    seats: 2,
    clients: 3,
    engagements: 3,
    findings: 100,
    storage: 2 * GIB,
    log_days: 90,
    features: &[],
};
const PRO: Row = Row {
    plan: Plan::Pro,
    name: "pro",
    label: "Pro",
    seats: 10,
    clients: 50,
    engagements: 50,
    findings: 10_000,
    storage: 50 * GIB,
    log_days: 365,
    features: ALL,
};
const TEAM: Row = Row {
    plan: Plan::Team,
    name: "team",
    label: "Team",
    seats: 100,
    clients: 1_000,
    engagements: 1_000,
    findings: 100_000,
    storage: 250 * GIB,
    log_days: 7 * 365,
    features: ALL,
};

impl PlanLimit {
    /// Every limit, in the order in which they are shown.
    pub const ALL: [Self; 5] = [
        Self::Seats,
        Self::Clients,
        Self::Engagements,
        Self::Findings,
        Self::Storage,
    ];

    /// The name in keys and pages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Seats => "seats",
            Self::Clients => "clients",
            Self::Engagements => "engagements",
            Self::Findings => "findings",
            Self::Storage => "storage",
        }
    }

    /// The words on the screen.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Seats => "Seats",
            Self::Clients => "Clients",
            Self::Engagements => "Active engagements",
            Self::Findings => "Findings",
            Self::Storage => "Space for files",
        }
    }

    /// What counts.
    pub const fn hint(self) -> &'static str {
        match self {
            Self::Seats => "People of the team, and open invitations to it",
            Self::Clients => "Their people are not counted",
            Self::Engagements => "Begun and not closed",
            Self::Findings => "Of all engagements, drafts among them",
            Self::Storage => "Documents, pictures and what goes along with messages",
        }
    }

    /// So much of it, in words: `3`, `1,000` or `2 GB`.
    pub fn amount(self, n: i64) -> String {
        match self {
            Self::Storage => size_label(n),
            _ => grouped(n),
        }
    }

    /// So much of it at most, as a sentence has it.
    fn most(self, n: i64) -> String {
        let amount = self.amount(n);
        match self {
            Self::Seats => format!("{amount} seats"),
            Self::Clients => format!("{amount} clients"),
            Self::Engagements => format!("{amount} active engagements"),
            Self::Findings => format!("{amount} findings"),
            Self::Storage => format!("{amount} of space for files"),
        }
    }

    /// What makes room on the same plan.
    const fn eased(self) -> Option<&'static str> {
        match self {
            Self::Seats => Some("disable or remove somebody, or revoke an invitation"),
            Self::Engagements => Some("close an engagement"),
            Self::Storage => Some("delete documents that are no longer needed"),
            Self::Clients | Self::Findings => None,
        }
    }
}

/// A number with a comma between thousands.
fn grouped(n: i64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) && digit.is_ascii_digit() {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

impl std::fmt::Display for PlanLimitReached {
    /// Which limit, how much of it is used, and what lifts it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { limit, plan, used } = *self;
        let most = limit.most(plan.most(limit));
        let (label, used) = (plan.label(), limit.amount(used));
        write!(f, "The plan {label} has {most}, and {used} are used.")?;
        let larger = Plan::ALL
            .into_iter()
            .find(|other| other.most(limit) > plan.most(limit));
        let larger = larger.map(|other| {
            let most = limit.most(other.most(limit));
            format!(
                "change to {} with {most}, under Settings, Plan",
                other.label()
            )
        });
        let ways: Vec<String> = limit
            .eased()
            .map(str::to_owned)
            .into_iter()
            .chain(larger)
            .collect();
        match ways.join("; or ") {
            ways if ways.is_empty() => Ok(()),
            ways => write!(f, " To add more, {ways}."),
        }
    }
}

impl std::error::Error for PlanLimitReached {}

impl Plan {
    /// Every plan, the smallest first.
    pub const ALL: [Self; 3] = [STARTER.plan, PRO.plan, TEAM.plan];

    const fn row(self) -> &'static Row {
        match self {
            Self::Starter => &STARTER,
            Self::Pro => &PRO,
            Self::Team => &TEAM,
        }
    }

    /// The name in data and the audit log.
    pub const fn name(self) -> &'static str {
        self.row().name
    }

    /// The words on the screen.
    pub const fn label(self) -> &'static str {
        self.row().label
    }

    /// How much of it the plan has.
    pub const fn most(self, limit: PlanLimit) -> i64 {
        let row = self.row();
        match limit {
            PlanLimit::Seats => row.seats,
            PlanLimit::Clients => row.clients,
            PlanLimit::Engagements => row.engagements,
            PlanLimit::Findings => row.findings,
            PlanLimit::Storage => row.storage,
        }
    }

    /// How much may be used at most so that `more` can be added: below zero where it
    /// never fits. What is used beyond the limit, after a change to a smaller plan,
    /// stays.
    pub const fn leaves(self, limit: PlanLimit, more: i64) -> i64 {
        self.most(limit).saturating_sub(more)
    }

    /// Lets pass what the plan has room for: `more`, where `used` is used.
    ///
    /// # Errors
    /// Where it hasn't, words that say of what, how much is used, and what lifts it.
    pub const fn room(
        self,
        limit: PlanLimit,
        used: i64,
        more: i64,
    ) -> Result<(), PlanLimitReached> {
        if used <= self.leaves(limit, more) {
            Ok(())
        } else {
            let plan = self;
            Err(PlanLimitReached { limit, plan, used })
        }
    }

    /// For how long the audit log keeps an entry that is made under it.
    pub const fn log_kept(self) -> SignedDuration {
        SignedDuration::from_hours(24 * self.row().log_days)
    }

    /// Whether `feature` is part of it.
    pub fn has(self, feature: Feature) -> bool {
        self.row().features.contains(&feature)
    }

    /// Lets pass what is part of the plan.
    ///
    /// # Errors
    /// Where it isn't, words that say which plans have it.
    pub fn demand(self, feature: Feature) -> Result<(), NotInPlan> {
        let what = feature.label();
        if self.has(feature) {
            Ok(())
        } else {
            Err(NotInPlan { what, plan: self })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_larger_plan_has_all_that_a_smaller_one_has() {
        for pair in Plan::ALL.windows(2) {
            let [small, large] = pair else { continue };
            for limit in PlanLimit::ALL {
                assert!(
                    small.most(limit) < large.most(limit),
                    "{small:?}: {limit:?}"
                );
            }
            assert!(small.log_kept() < large.log_kept(), "{small:?}");
            let kept = small.row().features.iter();
            assert!(kept.clone().all(|one| large.has(*one)), "{small:?}");
        }
    }

    #[test]
    fn what_a_plan_lacks_is_named_with_what_lifts_it() {
        let refused = Plan::Starter.demand(Feature::Address);
        assert_eq!(
            refused.map_err(|error| error.to_string()),
            Err(
                "An address of your own choice is part of the plans Pro and Team; \
                 this workspace is on Starter."
                    .to_owned()
            )
        );
        assert_eq!(Plan::Pro.demand(Feature::Address), Ok(()));
    }

    #[test]
    fn there_is_room_up_to_the_limit_and_not_beyond() {
        for plan in Plan::ALL {
            for limit in PlanLimit::ALL {
                let most = plan.most(limit);
                assert_eq!(plan.room(limit, most - 1, 1), Ok(()));
                assert_eq!(plan.room(limit, 0, most), Ok(()));
                for (used, more) in [(most, 1), (most + 7, 1), (0, most + 1), (1, i64::MAX)] {
                    let full = PlanLimitReached { limit, plan, used };
                    assert_eq!(plan.room(limit, used, more), Err(full));
                }
                // Nothing that is there is in the way of what adds nothing.
                assert_eq!(plan.room(limit, most, 0), Ok(()));
            }
        }
    }

    #[test]
    fn a_limit_says_how_much_is_used_and_what_lifts_it() {
        let said = |plan: Plan, limit, used| {
            let full = plan.room(limit, used, 1);
            full.map_err(|full| full.to_string()).expect_err("full")
        };
        assert_eq!(
            said(Plan::Starter, PlanLimit::Clients, 3),
            "The plan Starter has 3 clients, and 3 are used. \
             To add more, change to Pro with 50 clients, under Settings, Plan."
        );
        assert_eq!(
            said(Plan::Starter, PlanLimit::Seats, 4),
            "The plan Starter has 2 seats, and 4 are used. \
             To add more, disable or remove somebody, or revoke an invitation; \
             or change to Pro with 10 seats, under Settings, Plan."
        );
        assert_eq!(
            said(Plan::Team, PlanLimit::Findings, 100_000),
            "The plan Team has 100,000 findings, and 100,000 are used."
        );
        assert_eq!(
            said(Plan::Pro, PlanLimit::Storage, 50 * GIB),
            "The plan Pro has 50 GB of space for files, and 50 GB are used. \
             To add more, delete documents that are no longer needed; \
             or change to Team with 250 GB of space for files, under Settings, Plan."
        );
    }

    #[test]
    fn a_plan_is_kept_by_its_name() {
        for plan in Plan::ALL {
            let kept = serde_json::to_value(plan).expect("a name");
            assert_eq!(kept, plan.name());
        }
    }
}
