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
use store::{FilteredFindings, Listed};

use super::{Pager, encode};
use crate::form::Form;

/// A filtered list, as pages show it.
#[derive(Debug, Clone, Serialize)]
pub struct FindingList {
    path: String,
    extra: Vec<Pick>,
    within: Option<String>,
    form: Form,
    filtered: bool,
    clear: String,
    tabs: Vec<Tab>,
    statuses: Vec<Pick>,
    severities: Vec<Pick>,
    people: Vec<Pick>,
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
struct Pick {
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
    moves: Vec<Pick>,
    severities: Vec<Pick>,
    people: Vec<Pick>,
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
    /// The filter.
    pub input: &'a FindingFilterInput,
    /// Where the list began.
    pub after: Option<&'a str>,
    /// Who looks.
    pub actor: &'a Actor,
    /// Those whom findings can be given to.
    pub people: &'a [Person],
    /// The day.
    pub today: Date,
    /// How many findings each part has, in the order of [`Show::ALL`], where
    /// that is known.
    pub counts: [Option<i64>; 4],
}

impl Pick {
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
    fn narrowing(&self) -> Vec<(&'static str, String)> {
        let client = self.client.filter(|_| self.is_team());
        let client = client.map(|id| ("client", id.to_string()));
        let engagement = self.engagement.map(|id| ("engagement", id.to_string()));
        client.into_iter().chain(engagement).collect()
    }

    /// The same, where the page itself is not about the engagement.
    fn extra(&self) -> Vec<(&'static str, String)> {
        if self.within.is_some() {
            self.narrowing()
        } else {
            Vec::new()
        }
    }

    /// The page's address with a filter.
    fn address(&self, input: &FindingFilterInput) -> String {
        let extra = self.extra();
        address(
            self.path,
            extra.iter().map(|(name, value)| (*name, value.as_str())),
            input,
        )
    }

    /// Where a finding's page is; below an engagement's own page, from there.
    fn href(&self, one: &Listed) -> String {
        let below = format!("{}/findings/{}", one.engagement, one.finding.id);
        match (self.engagement, &self.within) {
            (Some(_), None) => below,
            _ if self.is_team() => format!("/clients/{}/engagements/{below}", one.client),
            _ => format!("/engagements/{below}"),
        }
    }

    /// What names a finding's engagement in the form.
    fn place(&self, one: &Listed) -> String {
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
        place: impl Fn(&Listed) -> Option<String>,
    ) -> Self {
        let input = frame.input;
        let here = frame.address(input);
        let may_publish = frame.actor.role.may(Action::PublishFindings);
        let places: BTreeSet<String> = found.rows.iter().map(|one| frame.place(one)).collect();
        let places: Vec<String> = places.into_iter().collect();
        let key = |one: &Listed| {
            let place = frame.place(one);
            let nth = places.iter().position(|one| *one == place);
            let nth = nth.map_or(0, |nth| nth + 1);
            format!("{nth}.{}.{}", one.finding.id, one.finding.version)
        };
        let rows = found.rows.iter().map(|one| ListRow {
            key: key(one),
            href: frame.href(one),
            publish: may_publish && one.finding.status == FindingStatus::Draft,
            sub: sub(&one.finding, place(one)),
            ..ListRow::of(&one.finding, frame.today)
        });
        let clear = FindingFilterInput {
            show: input.show.clone(),
            ..FindingFilterInput::default()
        };
        let narrowed = frame.narrowing();
        let pairs = narrowed.iter().map(|(name, value)| (*name, value.as_str()));
        Self {
            path: frame.path.to_owned(),
            extra: picks(frame.extra().iter().map(|(n, v)| (*n, v.as_str()))),
            within: frame.within.clone(),
            form: Form::filled(input),
            filtered: input.is_filtered(),
            clear: frame.address(&clear),
            tabs: tabs(frame),
            statuses: picks(
                FindingStatus::ALL
                    .into_iter()
                    .filter(|status| frame.is_team() || status.is_published())
                    .map(|status| (status.name(), status.label()))
                    .chain([(PROPOSED, "Waits for a decision")]),
            ),
            severities: severities(),
            people: people(frame.people),
            rows: rows.collect(),
            places,
            pager: Pager::at(found.next.as_deref(), &here, frame.after),
            stopped: found.stopped.then_some(found.looked),
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
        let (client, finding) = super::samples();
        let (person, _) = super::people_samples();
        let listed = Listed {
            finding,
            client: client.id,
            engagement: EngagementId::new(1, 1),
        };
        let found = FilteredFindings {
            rows: vec![listed],
            next: Some("11.high".to_owned()),
            stopped: true,
            looked: 1_000,
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
            actor: &super::actor_sample(),
            people: &[person],
            today: Date::constant(2026, 11, 24),
            counts: [Some(1), None, Some(2), None],
        };
        Self::new(&found, &frame, |_| Some("Initech <b>".to_owned()))
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
            assignee: finding.assignee.as_ref().map(|one| one.name.clone()),
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
            role.may(event.action()) && !event.answers() && !matches!(event, Transition::Propose(_))
        });
        let moves: Vec<Transition> = moves.collect();
        Self {
            back,
            client: frame.client.filter(|_| frame.is_team()),
            until: moves.iter().any(|event| {
                event
                    .decision()
                    .is_some_and(domain::finding::Decision::ends)
            }),
            moves: picks(moves.iter().map(|event| (event.name(), event.label()))),
            severities: severities(),
            people: people(frame.people),
            plans: role.may(Action::WriteFindings),
        }
    }
}

fn tabs(frame: &FindingListContext<'_>) -> Vec<Tab> {
    let shown = frame.input.parse(UserId::new(0, 0)).show;
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
fn sub(finding: &Finding, place: Option<String>) -> String {
    let more = (finding.assets - 1).max(0);
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

fn picks<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<Pick> {
    pairs
        .map(|(value, label)| Pick::new(value, label))
        .collect()
}

fn severities() -> Vec<Pick> {
    let label = |name: &str| {
        let mut letters = name.chars();
        let first = letters.next().map(|c| c.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    };
    let severities = Severity::ALL.map(Severity::name);
    severities.map(|name| Pick::new(name, label(name))).into()
}

fn people(people: &[Person]) -> Vec<Pick> {
    let pick = |one: &Person| Pick::new(one.id.to_string(), one.name.clone());
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
        let _ = write!(address, "{joint}{name}={}", encode(value));
    }
    address
}
