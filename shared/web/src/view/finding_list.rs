//! A filtered list of findings: the choices above it, its rows, where it goes on,
//! and what can be done with many of them.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use domain::finding::{
    Finding, FindingFilterInput, FindingStatus, PROPOSED, StatusGroup, Transition,
};
use domain::id::{ClientId, EngagementId, UserId};
use domain::person::{Actor, Person};
use domain::role::Action;
use domain::severity::Severity;
use jiff::civil::Date;
use serde::Serialize;
use store::{FilteredFindings, FindingSummary};

use super::pager::Pager;
use super::samples::{actor_sample, finding_samples, people_samples};
use crate::form::Form;
use crate::links::{self, LinkBase};
use crate::query::url_encode;

/// A filtered list, as pages show it.
#[derive(Debug, Clone, Serialize)]
pub struct FindingList {
    path: String,
    extra: Vec<FilterOption>,
    within: Option<String>,
    form: Form,
    filtered: bool,
    clear: String,
    tabs: Vec<Tab>,
    statuses: Vec<FilterOption>,
    severities: Vec<FilterOption>,
    people: Vec<FilterOption>,
    places: Vec<String>,
    rows: Vec<ListRow>,
    pager: Pager,
    stopped: Option<usize>,
    export: String,
    bulk: Option<Tools>,
}

/// A part of the list.
#[derive(Debug, Clone, Serialize)]
struct Tab {
    label: &'static str,
    href: String,
    count: Option<i64>,
    active: bool,
}

/// A choice, or a field that goes along.
#[derive(Debug, Clone, Serialize)]
struct FilterOption {
    value: String,
    label: String,
}

/// A row of the list.
#[derive(Debug, Clone, Serialize)]
struct ListRow {
    key: String,
    href: String,
    title: String,
    severity: &'static str,
    score: Option<String>,
    status: &'static str,
    sub: String,
    due: Option<Date>,
    overdue: bool,
    assignee: Option<String>,
    tags: Vec<String>,
    publish: bool,
}

/// Characters of an asset that a row shows.
const ASSET: usize = 60;

/// What can be done with what is chosen.
#[derive(Debug, Clone, Serialize)]
struct Tools {
    back: String,
    client: Option<ClientId>,
    moves: Vec<FilterOption>,
    severities: Vec<FilterOption>,
    people: Vec<FilterOption>,
    plans: bool,
    until: bool,
}

/// Where a list stands and who looks at it.
#[derive(Debug, Clone)]
pub struct FindingListContext<'a> {
    /// The address of the page.
    pub path: &'a str,
    /// The client whose findings they are, where it is one.
    pub client: Option<ClientId>,
    /// The engagement that they are of, where it is one.
    pub engagement: Option<EngagementId>,
    /// What the list is narrowed to by its address, in words.
    pub within: Option<String>,
    pub input: &'a FindingFilterInput,
    /// Where the list began.
    pub after: Option<&'a str>,
    pub actor: &'a Actor,
    /// Those whom findings can be given to.
    pub people: &'a [Person],
    pub today: Date,
    /// How many findings each part has, in the order of [`StatusGroup::ALL`](domain::finding::StatusGroup::ALL), where
    /// that is known.
    pub counts: [Option<i64>; 4],
}

impl FilterOption {
    fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            label: label.into(),
        }
    }
}

impl FindingListContext<'_> {
    fn is_team(&self) -> bool {
        self.actor.role.is_team()
    }

    /// What narrows the list in addresses that are not the engagement's own.
    fn scope_fields(&self) -> Vec<(&'static str, String)> {
        let client = self.client.filter(|_| self.is_team());
        let client = client.map(|id| ("client", id.to_string()));
        let engagement = self.engagement.map(|id| ("engagement", id.to_string()));
        client.into_iter().chain(engagement).collect()
    }

    /// The same, where the page itself is not about the engagement.
    fn filter_fields(&self) -> Vec<(&'static str, String)> {
        if self.within.is_some() {
            self.scope_fields()
        } else {
            Vec::new()
        }
    }

    /// The page's address with a filter.
    fn address(&self, input: &FindingFilterInput) -> String {
        let extra = self.filter_fields();
        address(
            self.path,
            extra.iter().map(|(name, value)| (*name, value.as_str())),
            input,
        )
    }

    /// Where a finding's page is; below an engagement's own page, from there.
    fn href(&self, one: &FindingSummary) -> String {
        let (engagement, finding) = (one.engagement, one.finding.id);
        match (self.engagement, &self.within) {
            // Relative to the engagement's page: a list of 50 rows stays small.
            (Some(_), None) => format!("{engagement}/findings/{finding}"),
            _ if self.is_team() => links::finding(LinkBase::Team(one.client), engagement, finding),
            _ => links::finding(LinkBase::Portal, engagement, finding),
        }
    }

    /// What names a finding's engagement in the form.
    fn scope_names(&self, one: &FindingSummary) -> String {
        if self.is_team() {
            format!("{}.{}", one.client, one.engagement)
        } else {
            one.engagement.to_string()
        }
    }
}

impl FindingList {
    /// The list of what was found; `place` says where a finding belongs.
    pub fn new(
        found: &FilteredFindings,
        frame: &FindingListContext<'_>,
        place: impl Fn(&FindingSummary) -> Option<String>,
    ) -> Self {
        let input = frame.input;
        let here = frame.address(input);
        let may_publish = frame.actor.role.may(Action::PublishFindings);
        let places: BTreeSet<String> = found
            .rows
            .iter()
            .map(|summary| frame.scope_names(summary))
            .collect();
        let places: Vec<String> = places.into_iter().collect();
        let key = |summary: &FindingSummary| {
            let place = frame.scope_names(summary);
            let nth = places.iter().position(|other| *other == place);
            let nth = nth.map_or(0, |nth| nth + 1);
            format!("{nth}.{}.{}", summary.finding.id, summary.finding.version)
        };
        let rows = found.rows.iter().map(|summary| ListRow {
            key: key(summary),
            href: frame.href(summary),
            publish: may_publish && summary.finding.status == FindingStatus::Draft,
            sub: row_notes(&summary.finding, place(summary)),
            ..ListRow::of(&summary.finding, frame.today)
        });
        let clear = FindingFilterInput {
            show: input.show.clone(),
            ..FindingFilterInput::default()
        };
        let narrowed = frame.scope_fields();
        let pairs = narrowed.iter().map(|(name, value)| (*name, value.as_str()));
        Self {
            path: frame.path.to_owned(),
            extra: filter_options(frame.filter_fields().iter().map(|(n, v)| (*n, v.as_str()))),
            within: frame.within.clone(),
            form: Form::filled(input),
            filtered: input.is_filtered(),
            clear: frame.address(&clear),
            tabs: status_tabs(frame),
            statuses: filter_options(
                FindingStatus::ALL
                    .into_iter()
                    .filter(|status| frame.is_team() || status.is_published())
                    .map(|status| (status.name(), status.label()))
                    .chain([(PROPOSED, "Waits for a decision")]),
            ),
            severities: severity_options(),
            people: assignee_options(frame.people),
            rows: rows.collect(),
            places,
            pager: Pager::from_cursor(found.next.as_deref(), &here, frame.after),
            stopped: found.stopped.then_some(found.scanned),
            export: address("/findings/export", pairs, input),
            bulk: frame
                .actor
                .role
                .may(Action::AssignFindings)
                .then(|| Tools::new(frame, here.clone())),
        }
    }

    /// A list with something in every place, for pages' samples.
    pub fn sample() -> Self {
        let (client, finding) = finding_samples();
        let (person, _) = people_samples();
        let listed = FindingSummary {
            finding,
            client: client.id,
            engagement: EngagementId::new(1, 1),
        };
        let found = FilteredFindings {
            rows: vec![listed],
            next: Some("11.high".to_owned()),
            stopped: true,
            scanned: 1_000,
        };
        let frame = FindingListContext {
            path: "/findings",
            client: None,
            engagement: None,
            within: Some("Web test <b>".to_owned()),
            input: &FindingFilterInput {
                q: "<b>".to_owned(),
                ..FindingFilterInput::default()
            },
            after: Some("11.high"),
            actor: &actor_sample(),
            people: &[person],
            today: Date::constant(2026, 11, 24),
            counts: [Some(1), None, Some(2), None],
        };
        Self::new(&found, &frame, |_| Some("Initech <b>".to_owned()))
    }

    /// A list without findings, for pages' samples.
    pub fn empty_sample() -> Self {
        let no_findings = FilteredFindings {
            rows: Vec::new(),
            next: None,
            stopped: false,
            scanned: 0,
        };
        let context = FindingListContext {
            path: "/findings",
            client: None,
            engagement: None,
            within: None,
            input: &FindingFilterInput::default(),
            after: None,
            actor: &actor_sample(),
            people: &[],
            today: Date::constant(2026, 11, 24),
            counts: [Some(0), None, None, None],
        };
        Self::new(&no_findings, &context, |_| None)
    }
}

impl ListRow {
    fn of(finding: &Finding, today: Date) -> Self {
        Self {
            key: String::new(),
            href: String::new(),
            title: finding.title.clone(),
            severity: finding.severity.name(),
            score: finding.score.map(|score| score.to_string()),
            status: finding.status.name(),
            sub: String::new(),
            due: finding.due.filter(|_| !finding.status.is_closed()),
            overdue: finding.is_overdue(today),
            assignee: finding
                .assignee
                .as_ref()
                .map(|assignee| assignee.name.clone()),
            tags: finding.tags.clone(),
            publish: false,
        }
    }
}

impl Tools {
    fn new(frame: &FindingListContext<'_>, back: String) -> Self {
        let role = frame.actor.role;
        // Answers and proposals are about one finding at a time.
        let moves = Transition::ALL.into_iter().filter(|event| {
            role.may(event.action())
                && !event.needs_proposal()
                && !matches!(event, Transition::Propose(_))
        });
        let moves: Vec<Transition> = moves.collect();
        Self {
            back,
            client: frame.client.filter(|_| frame.is_team()),
            until: moves.iter().any(|event| {
                event
                    .decision()
                    .is_some_and(domain::finding::Decision::is_temporary)
            }),
            moves: filter_options(moves.iter().map(|event| (event.name(), event.label()))),
            severities: severity_options(),
            people: assignee_options(frame.people),
            plans: role.may(Action::WriteFindings),
        }
    }
}

fn status_tabs(frame: &FindingListContext<'_>) -> Vec<Tab> {
    let shown = frame.input.parse(UserId::new(0, 0)).group;
    let parts = StatusGroup::ALL.into_iter().zip(frame.counts);
    let parts = parts.filter(|((show, ..), _)| frame.is_team() || *show != StatusGroup::Drafts);
    let tab = |((show, name, label), count): ((StatusGroup, &str, &'static str), Option<i64>)| {
        let input = FindingFilterInput {
            show: name.to_owned(),
            status: String::new(),
            overdue: String::new(),
            ..frame.input.clone()
        };
        Tab {
            label,
            href: frame.address(&input),
            count,
            active: show == shown,
        }
    };
    parts.map(tab).collect()
}

/// The first asset, how many more there are, and where the finding belongs.
fn row_notes(finding: &Finding, place: Option<String>) -> String {
    let more = (finding.asset_count - 1).max(0);
    let asset = finding.asset.as_ref();
    let asset = asset.map(|asset| match asset.char_indices().nth(ASSET) {
        Some((end, _)) => format!("{}…", asset.get(..end).unwrap_or_default()),
        None => asset.clone(),
    });
    let asset = asset.map(|asset| match more {
        0 => asset,
        more => format!("{asset} and {more} more"),
    });
    let parts: Vec<String> = place.into_iter().chain(asset).collect();
    parts.join(" · ")
}

fn filter_options<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<FilterOption> {
    pairs
        .map(|(value, label)| FilterOption::new(value, label))
        .collect()
}

fn severity_options() -> Vec<FilterOption> {
    let label = |name: &str| {
        let mut letters = name.chars();
        let first = letters.next().map(|c| c.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    };
    let severities = Severity::ALL.map(Severity::name);
    severities
        .map(|name| FilterOption::new(name, label(name)))
        .into()
}

fn assignee_options(people: &[Person]) -> Vec<FilterOption> {
    let pick = |person: &Person| FilterOption::new(person.id.to_string(), person.name.clone());
    people.iter().map(pick).collect()
}

/// A path with a filter after its question mark.
fn address<'a>(
    path: &str,
    extra: impl Iterator<Item = (&'a str, &'a str)>,
    input: &'a FindingFilterInput,
) -> String {
    let mut address = path.to_owned();
    for (n, (name, value)) in extra.chain(input.pairs()).enumerate() {
        let joint = if n == 0 { '?' } else { '&' };
        let _ = write!(address, "{joint}{name}={}", url_encode(value));
    }
    address
}
