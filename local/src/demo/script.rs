//! The demo as it is written down.

use domain::email::EmailAddress;
use domain::engagement::EngagementInput;
use domain::evidence::SCHEME;
use domain::finding::{FindingContent, FindingInput};
use domain::id::Id;
use domain::plan::Plan;
use domain::role::{ContactRole, TeamRole};
use domain::slug::Slug;
use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use serde::Deserialize;
use store::sha256_hex;

use super::bills::DemoBilling;
use crate::problem::{Problem, ProblemContext as _};

const WORKSPACES: [&str; 2] = [
    include_str!("../../demo/acme.toml"),
    include_str!("../../demo/northwind.toml"),
];
const ENGAGEMENTS: [&str; 6] = [
    include_str!("../../demo/globex-portal.toml"),
    include_str!("../../demo/globex-portal-2.toml"),
    include_str!("../../demo/globex-cloud.toml"),
    include_str!("../../demo/globex-network.toml"),
    include_str!("../../demo/initech-api.toml"),
    include_str!("../../demo/umbrella-store.toml"),
];

const BILLS: &str = include_str!("../../demo/invoices.toml");

/// All of it.
#[derive(Debug)]
pub(crate) struct Demo {
    pub(crate) workspaces: Vec<Workspace>,
    pub(crate) engagements: Vec<Engagement>,
    pub(crate) bills: DemoBilling,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Workspace {
    pub(crate) slug: Slug,
    pub(crate) name: String,
    pub(crate) time_zone: String,
    pub(crate) plan: Plan,
    pub(crate) since: DemoTime,
    /// The owner first.
    pub(crate) team: Vec<Member>,
    pub(crate) clients: Vec<Client>,
}

/// One of the team.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) email: EmailAddress,
    pub(crate) password: String,
    pub(crate) role: TeamRole,
}

/// A client organisation.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Client {
    pub(crate) name: String,
    pub(crate) since: DemoTime,
    pub(crate) contacts: Vec<Contact>,
}

/// A person of a client.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Contact {
    pub(crate) name: String,
    pub(crate) email: EmailAddress,
    pub(crate) password: String,
    pub(crate) role: ContactRole,
    pub(crate) invited: DemoTime,
    pub(crate) accepted: DemoTime,
}

/// A piece of work. One that is given in several files is one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Engagement {
    pub(crate) workspace: Slug,
    pub(crate) client: String,
    pub(crate) title: String,
    pub(crate) kind: String,
    pub(crate) phase: String,
    pub(crate) added: DemoTime,
    pub(crate) first_day: i64,
    pub(crate) last_day: i64,
    pub(crate) scope: String,
    #[serde(default)]
    pub(crate) documents: Vec<DemoDocument>,
    #[serde(default)]
    pub(crate) messages: Vec<DemoMessage>,
    pub(crate) findings: Vec<Finding>,
}

/// A document; one whose name ends so is drawn as PDF.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DemoDocument {
    pub(crate) at: DemoTime,
    pub(crate) by: String,
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) title: String,
    #[serde(default)]
    pub(crate) readers: String,
    pub(crate) text: String,
}

/// A message, with a file that holds a text.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DemoMessage {
    pub(crate) at: DemoTime,
    pub(crate) by: String,
    pub(crate) text: String,
    #[serde(default)]
    pub(crate) internal: bool,
    #[serde(default)]
    pub(crate) file: String,
    #[serde(default)]
    pub(crate) holds: String,
}

/// A picture of a finding: a terminal that shows a text. Others name it by
/// `evidence:<key>`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScriptedImage {
    pub(crate) key: String,
    pub(crate) at: DemoTime,
    pub(crate) by: String,
    pub(crate) caption: String,
    pub(crate) shows: String,
}

/// A finding with its history.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Finding {
    /// The fields of the form, by their names.
    #[serde(flatten)]
    content: FindingInput,
    pub(crate) written: DemoTime,
    pub(crate) by: String,
    #[serde(default)]
    pub(crate) moves: Vec<ScriptedTransition>,
    #[serde(default)]
    pub(crate) evidence: Vec<ScriptedImage>,
}

/// Something that is done with a finding: a move, a plan (`event = "plan"`) or a
/// comment (`event = "comment"`, `"internal"` for the team's own).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScriptedTransition {
    pub(crate) at: DemoTime,
    pub(crate) by: String,
    pub(crate) event: String,
    #[serde(default)]
    pub(crate) note: String,
    /// The last day of an accepted risk, in days from the demo's first.
    pub(crate) until: Option<i64>,
    /// Whom the plan names.
    pub(crate) assignee: Option<String>,
    /// By when the plan wants it fixed, in days from the demo's first.
    pub(crate) due: Option<i64>,
    pub(crate) tags: Option<String>,
}

/// A time of day (UTC), some days before the demo was made: `"33 09:42"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct DemoTime {
    days: i64,
    time: Time,
}

impl TryFrom<String> for DemoTime {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let parts = text.split_once(' ');
        let (days, time) = parts.ok_or_else(|| format!("{text}: not days and a time"))?;
        Ok(Self {
            days: days.parse().map_err(|e| format!("{text}: {e}"))?,
            time: time.parse().map_err(|e| format!("{text}: {e}"))?,
        })
    }
}

impl DemoTime {
    /// The time that it is, for a demo made at `born`.
    pub(crate) fn at(self, born: Timestamp) -> Timestamp {
        let day = born.to_zoned_datetime(TimeZone::UTC).date();
        let day = day.checked_sub(self.days.days()).unwrap_or(day);
        let at = TimeZone::UTC.to_timestamp(day.to_datetime(self.time));
        let seconds = SignedDuration::from_secs(i64::from(self.time.minute()) * 37 % 60);
        at.unwrap_or(born).saturating_add(seconds).unwrap_or(born)
    }
}

/// The day that is so many days after the one on which the demo was made.
pub(crate) fn day(born: Timestamp, days: i64) -> String {
    let today = born.to_zoned_datetime(TimeZone::UTC).date();
    let day = today.checked_add(days.days()).unwrap_or(today);
    day.to_string()
}

pub(crate) fn load() -> Result<Demo, Problem> {
    let workspaces: Result<Vec<_>, _> = WORKSPACES.into_iter().map(toml::from_str).collect();
    let engagements: Result<Vec<_>, _> = ENGAGEMENTS.into_iter().map(toml::from_str).collect();
    Ok(Demo {
        workspaces: workspaces.with_problem("The demo's workspaces can't be read")?,
        engagements: engagements.with_problem("The demo's engagements can't be read")?,
        bills: toml::from_str(BILLS).with_problem("The demo's invoices can't be read")?,
    })
}

/// The addresses that were asked for, or where none were, those of the demo.
pub(crate) fn asked_for(slugs: &[String]) -> Result<Vec<String>, Problem> {
    if slugs.is_empty() {
        let workspaces = load()?.workspaces.into_iter();
        return Ok(workspaces
            .map(|workspace| workspace.slug.to_string())
            .collect());
    }
    Ok(slugs.to_vec())
}

/// Changes when the demo does.
pub(crate) fn edition() -> String {
    sha256_hex(
        &WORKSPACES
            .iter()
            .chain(&ENGAGEMENTS)
            .copied()
            .chain([BILLS])
            .collect::<String>(),
    )
}

/// The id of what is called `name` and was made at `at`.
pub(crate) fn id<K>(name: &str, at: Timestamp) -> Id<K> {
    let bits = sha256_hex(name)
        .get(..20)
        .map(|hex| u128::from_str_radix(hex, 16));
    let ms = u64::try_from(at.as_millisecond()).unwrap_or_default();
    Id::new(ms, bits.and_then(Result::ok).unwrap_or_default())
}

impl Workspace {
    /// The name that people's and others' ids follow from.
    pub(crate) fn within(&self, what: &str, name: &str) -> String {
        format!("{}/{what}/{name}", self.slug)
    }
}

/// The part of an address by which the demo's files name a person.
pub(crate) fn short(email: &EmailAddress) -> &str {
    email.as_str().split('@').next().unwrap_or_default()
}

impl Engagement {
    /// As a person would have typed it.
    pub(crate) fn input(&self, born: Timestamp) -> EngagementInput {
        let day = |days: i64| {
            let today = born.to_zoned_datetime(TimeZone::UTC).date();
            let day = today.checked_sub(days.days()).unwrap_or(today);
            day.to_string()
        };
        EngagementInput {
            title: self.title.clone(),
            kind: self.kind.clone(),
            phase: self.phase.clone(),
            starts_on: day(self.first_day),
            ends_on: day(self.last_day),
            scope: self.scope.clone(),
            team: Vec::new(),
        }
    }
}

impl Finding {
    /// The title, which names it within its engagement.
    pub(crate) fn title(&self) -> &str {
        &self.content.title
    }

    /// The same with the names of pictures in its texts replaced by what `named` gives.
    pub(crate) fn placed(&self, named: impl Fn(&ScriptedImage) -> String) -> Self {
        let mut placed = self.clone();
        for shot in &self.evidence {
            let (key, name) = (format!("{SCHEME}{}", shot.key), named(shot));
            let notes = placed.moves.iter_mut().map(|step| &mut step.note);
            for text in notes.chain([&mut placed.content.description]) {
                *text = text.replace(&format!("({key})"), &format!("({SCHEME}{name})"));
            }
        }
        placed
    }

    /// What the team says of it.
    pub(crate) fn draft(&self) -> Result<FindingContent, Problem> {
        self.content.parse().map_err(|invalid| {
            Problem::new(format!(
                "The demo's finding \"{}\" is wrong: {:?}",
                self.content.title,
                invalid.fields()
            ))
        })
    }
}
