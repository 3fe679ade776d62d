//! The timeline of an engagement: its phases, with the dates that are known.

use domain::engagement::{Engagement, Phase};
use jiff::civil::Date;
use serde::Serialize;

/// A phase on the timeline.
#[derive(Debug, Serialize)]
pub(crate) struct TimelineStep {
    label: &'static str,
    state: &'static str,
    hint: Option<&'static str>,
    day: Option<Date>,
}

/// Every phase in order: past ones, the present one, later ones.
pub(crate) fn list_steps(engagement: &Engagement, today: Date) -> Vec<TimelineStep> {
    let now = Phase::ALL
        .iter()
        .position(|(phase, ..)| *phase == engagement.phase);
    let steps = Phase::ALL.iter().enumerate().map(|(n, (phase, _, label))| {
        let (hint, day) = match phase {
            Phase::Active => (Some("from"), engagement.starts_on),
            Phase::Reporting => (test_end_hint(engagement, today), engagement.ends_on),
            _ => (None, None),
        };
        TimelineStep {
            label,
            state: match now.map(|now| n.cmp(&now)) {
                Some(std::cmp::Ordering::Less) => "past",
                Some(std::cmp::Ordering::Equal) => "now",
                _ => "next",
            },
            hint: hint.filter(|_| day.is_some()),
            day,
        }
    });
    steps.collect()
}

fn test_end_hint(engagement: &Engagement, today: Date) -> Option<&'static str> {
    let over = engagement.ends_on? < today;
    Some(if over { "tests ended" } else { "tests end" })
}
