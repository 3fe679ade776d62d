//! Plans: which features a workspace has, and how much of each limit.
//!
//! [`Plan::check_limit`] is the one gate of the limits. What is used of each is counted by the
//! transaction that adds or takes away, on the condition that there is room. A smaller plan than what is
//! used blocks what is new and deletes nothing.

mod check;
mod feature;
mod limit;
#[expect(clippy::module_inception, reason = "the file holds the type `Plan`")]
mod plan;

pub use check::{NotInPlan, PlanLimitReached};
pub use feature::Feature;
pub use limit::PlanLimit;
pub use plan::Plan;
