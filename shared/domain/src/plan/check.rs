//! Checks of a plan: whether it has a feature, and room for more.

use super::feature::Feature;
use super::limit::PlanLimit;
use super::plan::Plan;

/// The plan lacks a feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{feature} is part of the plans Pro and Team; this workspace is on {}.", .plan.label())]
pub struct NotInPlan {
    feature: &'static str,
    plan: Plan,
}

/// The plan has no room for more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlanLimitReached {
    pub limit: PlanLimit,
    pub plan: Plan,
    pub used: i64,
}

impl std::fmt::Display for PlanLimitReached {
    /// The limit, how much of it is used, and what makes room.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { limit, plan, used } = *self;
        let max = limit.describe(plan.limit_of(limit));
        let (label, used) = (plan.label(), limit.format_amount(used));
        write!(f, "The plan {label} has {max}, and {used} are used.")?;
        let larger = Plan::ALL
            .into_iter()
            .find(|other| other.limit_of(limit) > plan.limit_of(limit));
        let larger = larger.map(|other| {
            let max = limit.describe(other.limit_of(limit));
            format!(
                "change to {} with {max}, under Settings, Plan",
                other.label()
            )
        });
        let ways: Vec<String> = limit
            .way_to_free()
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
    /// Checks that `more` fits where `used` is used. What is used beyond the limit, after a change to a
    /// smaller plan, stays.
    pub const fn check_limit(
        self,
        limit: PlanLimit,
        used: i64,
        more: i64,
    ) -> Result<(), PlanLimitReached> {
        if used <= self.max_used_before(limit, more) {
            Ok(())
        } else {
            let plan = self;
            Err(PlanLimitReached { limit, plan, used })
        }
    }

    /// Checks that the plan has `feature`.
    pub fn check_feature(self, feature: Feature) -> Result<(), NotInPlan> {
        if self.has(feature) {
            Ok(())
        } else {
            Err(NotInPlan {
                feature: feature.label(),
                plan: self,
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::plan::GIB;

    #[test]
    fn larger_plan_has_all_of_smaller_plan() {
        for pair in Plan::ALL.windows(2) {
            let [small, large] = pair else { continue };
            for limit in PlanLimit::ALL {
                assert!(
                    small.limit_of(limit) < large.limit_of(limit),
                    "{small:?}: {limit:?}"
                );
            }
            assert!(
                small.audit_retention() < large.audit_retention(),
                "{small:?}"
            );
            let kept = small.row().features.iter();
            assert!(kept.clone().all(|feature| large.has(*feature)), "{small:?}");
        }
    }

    #[test]
    fn missing_feature_message_names_plans_that_have_it() {
        let refused = Plan::Starter.check_feature(Feature::CustomSlug);
        assert_eq!(
            refused.map_err(|error| error.to_string()),
            Err(
                "An address of your own choice is part of the plans Pro and Team; \
                 this workspace is on Starter."
                    .to_owned()
            )
        );
        assert_eq!(Plan::Pro.check_feature(Feature::CustomSlug), Ok(()));
    }

    #[test]
    fn check_limit_passes_up_to_limit_only() {
        for plan in Plan::ALL {
            for limit in PlanLimit::ALL {
                let most = plan.limit_of(limit);
                assert_eq!(plan.check_limit(limit, most - 1, 1), Ok(()));
                assert_eq!(plan.check_limit(limit, 0, most), Ok(()));
                for (used, more) in [(most, 1), (most + 7, 1), (0, most + 1), (1, i64::MAX)] {
                    let full = PlanLimitReached { limit, plan, used };
                    assert_eq!(plan.check_limit(limit, used, more), Err(full));
                }
                // Nothing that is there is in the way of what adds nothing.
                assert_eq!(plan.check_limit(limit, most, 0), Ok(()));
            }
        }
    }

    #[test]
    fn limit_reached_message_names_use_and_way_out() {
        let said = |plan: Plan, limit, used| {
            let full = plan.check_limit(limit, used, 1);
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
    fn plan_is_stored_by_its_name() {
        for plan in Plan::ALL {
            let kept = serde_json::to_value(plan).expect("a name");
            assert_eq!(kept, plan.name());
        }
    }
}
