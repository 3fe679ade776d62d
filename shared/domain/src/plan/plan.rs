//! The table of plans.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::feature::Feature;
use super::limit::PlanLimit;

/// What a workspace subscribes to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Plan {
    /// Free of charge.
    #[default]
    Starter,
    Pro,
    Team,
}

/// A row of the table.
pub(super) struct PlanRow {
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
    pub(super) features: &'static [Feature],
}

pub(super) const GIB: i64 = 1024 * 1024 * 1024;
const ALL: &[Feature] = &Feature::ALL;

const STARTER: PlanRow = PlanRow {
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
const PRO: PlanRow = PlanRow {
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
const TEAM: PlanRow = PlanRow {
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

impl Plan {
    /// Every plan, the smallest first.
    pub const ALL: [Self; 3] = [STARTER.plan, PRO.plan, TEAM.plan];

    pub(super) const fn row(self) -> &'static PlanRow {
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

    /// The displayed name.
    pub const fn label(self) -> &'static str {
        self.row().label
    }

    /// The plan's limit.
    pub const fn limit_of(self, limit: PlanLimit) -> i64 {
        let row = self.row();
        match limit {
            PlanLimit::Seats => row.seats,
            PlanLimit::Clients => row.clients,
            PlanLimit::Engagements => row.engagements,
            PlanLimit::Findings => row.findings,
            PlanLimit::Storage => row.storage,
        }
    }

    /// How much can be used at most for `more` to fit; negative where it never fits.
    pub const fn max_used_before(self, limit: PlanLimit, more: i64) -> i64 {
        self.limit_of(limit).saturating_sub(more)
    }

    /// For how long the audit log keeps a record that is made under this plan.
    pub const fn audit_retention(self) -> SignedDuration {
        SignedDuration::from_hours(24 * self.row().log_days)
    }

    /// Whether the plan has `feature`.
    pub fn has(self, feature: Feature) -> bool {
        self.row().features.contains(&feature)
    }
}
