//! The way of an engagement, phase by phase, with the days that are known.

use domain::engagement::{Engagement, Phase};
use jiff::civil::Date;
use serde::Serialize;

/// A phase on the way.
#[derive(Debug, Serialize)]
pub(crate) struct TimelineStep {
    label: &'static str,
    state: &'static str,
    hint: Option<&'static str>,
    day: Option<Date>,
}

/// Every phase: those that are over, the present one, those to come.
pub(crate) fn timeline(engagement: &Engagement, today: Date) -> Vec<TimelineStep> {
    let now = Phase::ALL
        .iter()
        .position(|(phase, ..)| *phase == engagement.phase);
    let steps = Phase::ALL.iter().enumerate().map(|(n, (phase, _, label))| {
        let (hint, day) = match phase {
            Phase::Active => (Some("from"), engagement.starts_on),
            Phase::Reporting => (tested(engagement, today), engagement.ends_on),
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

fn tested(engagement: &Engagement, today: Date) -> Option<&'static str> {
    let over = engagement.ends_on? < today;
    Some(if over { "tests ended" } else { "tests end" })
}
