//! An engagement and its findings, for both sides.

use domain::activity::Activity;
use domain::client::Client;
use domain::counts::Counts;
use domain::engagement::Engagement;
use domain::finding::{FindingFilterInput, FindingStatus};
use domain::message::MessageCounts;
use domain::person::Person;
use domain::role::Action;
use futures::future::{try_join, try_join3, try_join5};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::EngagementBrief;
use web::view::{
    ActivityRow, Breakdown, EngagementTabs, FindingList, FindingListContext, ProgressBar,
};
use web::{ClientAccess, Crumb, Ids, Page, PageError, Query, Reply};

use crate::paths::EngagementPath;
use crate::timeline::{TimelineStep, timeline};

/// Things that happened lately.
const LATELY: i32 = 12;

/// The page. What is the team's alone is in `team`, and in lists that a
/// contact's store leaves empty.
#[derive(Debug, Serialize)]
pub(crate) struct EngagementPage {
    pulse: String,
    tabs: EngagementTabs,
    title: String,
    client_name: String,
    kind: &'static str,
    phase: &'static str,
    starts_on: Option<Date>,
    ends_on: Option<Date>,
    scope: String,
    breakdown: Breakdown,
    progress: ProgressBar,
    by_status: Vec<StatusCount>,
    timeline: Vec<TimelineStep>,
    people: Vec<String>,
    activity: Vec<ActivityRow>,
    list: FindingList,
    team: Option<Tools>,
    #[serde(skip)]
    crumbs: Vec<Crumb>,
}

#[derive(Debug, Serialize)]
struct StatusCount {
    status: &'static str,
    count: i64,
}

#[derive(Debug, Serialize)]
struct Tools {
    may_write: bool,
    edit: String,
    add_finding: String,
    import: String,
}

#[derive(Deserialize)]
pub(crate) struct EngagementQuery {
    #[serde(flatten)]
    filter: FindingFilterInput,
    #[serde(default)]
    after: Option<String>,
}

struct Parts {
    client: Client,
    engagement: Engagement,
    brief: EngagementBrief,
    list: FindingList,
    activity: Vec<Activity>,
    seen: MessageCounts,
}

impl Page for EngagementPage {
    const TEMPLATE: &'static str = "pages/engagements/engagement.html";

    fn title(&self) -> String {
        self.title.clone()
    }

    fn crumbs(&self) -> Vec<Crumb> {
        self.crumbs.clone()
    }

    fn sample() -> Self {
        let (client, _) = web::view::samples();
        let parts = Parts {
            client,
            engagement: web::view::engagement_sample(),
            brief: EngagementBrief {
                scope: "All of **app.example.com**".to_owned(),
            },
            list: FindingList::sample(),
            activity: vec![web::view::activity_sample()],
            seen: MessageCounts::default(),
        };
        let today = Date::constant(2026, 11, 24);
        let tools = Tools::new("/clients/c/engagements/e", true);
        Self::new(parts, ("/clients/c", today), Some(tools), Vec::new())
    }
}

impl Tools {
    fn new(here: &str, may_write: bool) -> Self {
        Self {
            may_write,
            edit: format!("{here}/edit"),
            add_finding: format!("{here}/findings/new"),
            import: format!("{here}/import"),
        }
    }
}

impl EngagementPage {
    fn new(
        parts: Parts,
        (base, today): (&str, Date),
        team: Option<Tools>,
        crumbs: Vec<Crumb>,
    ) -> Self {
        let Parts {
            client,
            engagement,
            brief,
            list,
            activity,
            seen,
        } = parts;
        let counts = &engagement.counts;
        let here = format!("{base}/engagements/{}", engagement.id);
        let shown = |status: &FindingStatus| team.is_some() || status.is_published();
        let rev = if team.is_some() {
            engagement.rev
        } else {
            engagement.shared_rev
        };
        Self {
            pulse: format!("{here}/pulse?seen={rev}"),
            tabs: EngagementTabs::new(&here, "overview", engagement.messages.unread(seen).total()),
            client_name: client.name,
            kind: engagement.kind.label(),
            phase: engagement.phase.name(),
            starts_on: engagement.starts_on,
            ends_on: engagement.ends_on,
            scope: brief.scope,
            breakdown: counts.into(),
            progress: counts.into(),
            by_status: FindingStatus::ALL
                .iter()
                .filter(|status| shown(status))
                .map(|status| StatusCount {
                    status: status.name(),
                    count: counts.in_status(*status),
                })
                .collect(),
            timeline: timeline(&engagement, today),
            people: engagement.team.into_iter().map(|one| one.name).collect(),
            activity: activity
                .iter()
                .map(|one| ActivityRow::new(one, base, None))
                .collect(),
            list,
            title: engagement.title,
            team,
            crumbs,
        }
    }
}

/// How many findings each part of the list has, in the order of `Show::ALL`.
fn sizes(counts: &Counts, team: bool) -> [Option<i64>; 4] {
    let drafts = if team {
        counts.in_status(FindingStatus::Draft)
    } else {
        0
    };
    let (active, closed) = (counts.active_total(), counts.closed_total());
    [active, closed, drafts, active + closed + drafts].map(Some)
}

/// Those whom findings can be given to, for those who may.
async fn people(inside: &ClientAccess) -> Result<Vec<Person>, store::StoreError> {
    if !inside.may(Action::AssignFindings) {
        return inside.store.people().await;
    }
    let team = inside.ctx.session.as_ref();
    let team = team.and_then(store::session::Session::team_store);
    let team = async {
        match &team {
            Some(team) => team.people().await,
            None => Ok(Vec::new()),
        }
    };
    let (team, contacts) = try_join(team, inside.store.people()).await?;
    Ok([team, contacts].concat())
}

pub(crate) async fn get(
    inside: ClientAccess,
    Ids(path): Ids<EngagementPath>,
    Query(wanted): Query<EngagementQuery>,
) -> Result<Reply, PageError> {
    let (store, id, ctx) = (&inside.store, path.engagement, &inside.ctx);
    let filter = wanted.filter.parse(inside.actor.user);
    let today = ctx.workspace.today(ctx.now);
    let after = wanted.after.as_deref();
    let read = try_join3(
        try_join5(
            store.about(),
            store.engagement(id),
            store.brief(id),
            store.list(Some(id), &filter, today, after),
            people(&inside),
        ),
        store.activity_in(id, LATELY),
        store.read_mark(inside.actor.user, id),
    );
    let ((client, engagement, brief, found, people), activity, seen) = read.await?;
    let (Some(client), Some(engagement)) = (client, engagement) else {
        return Err(PageError::NotFound);
    };
    let here = format!("{}/engagements/{id}", inside.base);
    let team = inside
        .is_team()
        .then(|| Tools::new(&here, inside.may(Action::WriteFindings)));
    let frame = FindingListContext {
        path: &here,
        client: Some(client.id),
        engagement: Some(id),
        within: None,
        input: &wanted.filter,
        after,
        actor: &inside.actor,
        people: &people,
        today,
        counts: sizes(&engagement.counts, inside.is_team()),
    };
    let list = FindingList::new(&found, &frame, |_| None);
    let crumbs = inside.crumbs(&client.name);
    let parts = Parts {
        client,
        engagement,
        brief,
        list,
        activity,
        seen,
    };
    let at = (inside.base.as_str(), today);
    ctx.page(&EngagementPage::new(parts, at, team, crumbs))
}
