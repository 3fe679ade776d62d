//! What a workspace pays for: what it may do, and how much of it.

use serde::{Deserialize, Serialize};

/// A plan.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
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

/// What a plan is, as a row of the table.
struct Row {
    plan: Plan,
    name: &'static str,
    label: &'static str,
    /// Bytes of all files, deleted documents included as long as they are kept.
    storage: i64,
    features: &'static [Feature],
}

const GIB: i64 = 1024 * 1024 * 1024;
const ALL: &[Feature] = &[
    Feature::Address,
    Feature::NoBadge,
    Feature::Logo,
    Feature::MfaPolicy,
];

const STARTER: Row = Row {
    plan: Plan::Starter,
    name: "starter",
    label: "Starter",
    storage: 2 * GIB,
    features: &[],
};
const PRO: Row = Row {
    plan: Plan::Pro,
    name: "pro",
    label: "Pro",
    storage: 50 * GIB,
    features: ALL,
};
const TEAM: Row = Row {
    plan: Plan::Team,
    name: "team",
    label: "Team",
    storage: 250 * GIB,
    features: ALL,
};

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

    /// Bytes of all files of a workspace at most.
    pub const fn storage(self) -> i64 {
        self.row().storage
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
        let what = match feature {
            Feature::Address => "An address of your own choice",
            Feature::NoBadge => "A portal without the badge",
            Feature::Logo => "A logo of your own",
            Feature::MfaPolicy => "Demanding two-factor authentication",
        };
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
            assert!(small.storage() < large.storage(), "{small:?}");
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
    fn a_plan_is_kept_by_its_name() {
        for plan in Plan::ALL {
            let kept = serde_json::to_value(plan).expect("a name");
            assert_eq!(kept, plan.name());
        }
    }
}
