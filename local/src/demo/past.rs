//! Where the demo's findings stood at the end of each day of its past, which no
//! worker was there to note.

use std::collections::BTreeMap;

use domain::finding::{Counts, FindingStatus, Transition};
use domain::severity::Severity;
use domain::trend::DaySnapshot;
use domain::workspace::Workspace;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};

use super::script::{Engagement, Finding};
use crate::problem::Problem;

/// The statuses of a finding, each with the time at which it began.
struct StatusTimeline {
    severity: Severity,
    steps: Vec<(Timestamp, FindingStatus)>,
}

/// The days of a client, from the first finding to the day before the demo was
/// made.
pub(super) fn days(
    engagements: &[&Engagement],
    home: &Workspace,
    born: Timestamp,
) -> Result<BTreeMap<Date, DaySnapshot>, Problem> {
    let findings = engagements
        .iter()
        .flat_map(|engagement| &engagement.findings);
    let ways: Vec<StatusTimeline> = findings
        .map(|finding| way(finding, born))
        .collect::<Result<_, _>>()?;
    let begun = ways.iter().filter_map(|way| way.steps.first());
    let Some((first, _)) = begun.min_by_key(|(at, _)| *at) else {
        return Ok(BTreeMap::new());
    };
    let today = home.today(born);
    let dates = home.today(*first).series(1.day());
    let dates = dates.take_while(|date| *date < today);
    Ok(dates
        .map(|date| (date, on(&ways, home.end_of_day(date))))
        .collect())
}

/// Where findings stood at `end`.
fn on(ways: &[StatusTimeline], end: Timestamp) -> DaySnapshot {
    let mut counts = Counts::default();
    for way in ways {
        let last = way.steps.iter().rev().find(|(at, _)| *at < end);
        if let Some((_, status)) = last {
            counts.add(way.severity, *status, 1);
        }
    }
    DaySnapshot::of(&counts)
}

fn way(finding: &Finding, born: Timestamp) -> Result<StatusTimeline, Problem> {
    let mut steps = vec![(finding.written.at(born), FindingStatus::Draft)];
    let mut asked = None;
    for step in &finding.moves {
        // Plans and comments lead nowhere.
        let Some(event) = Transition::from_name(&step.event) else {
            continue;
        };
        let to = match event {
            Transition::Propose(decision) => {
                asked = Some(decision.target_status());
                None
            }
            Transition::Approve => asked,
            event => event.target_status(),
        };
        steps.extend(to.map(|to| (step.at.at(born), to)));
    }
    Ok(StatusTimeline {
        severity: finding.draft()?.severity,
        steps,
    })
}
