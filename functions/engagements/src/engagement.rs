//! An engagement and its findings, for both sides.

use domain::activity::Activity;
use domain::client::Client;
use domain::engagement::Engagement;
use domain::finding::{Counts, FindingFilterInput, FindingStatus};
use domain::id::EngagementId;
use domain::message::MessageCounts;
use domain::role::Action;
use futures::future::{try_join3, try_join5};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::EngagementBrief;
use web::links::{self, LinkBase};
use web::view::{
    ActivityRow, Breakdown, EngagementTabs, FindingList, FindingListContext, ProgressBar,
};
use web::{ClientAccess, Crumb, Ids, Page, PageError, Query, Reply};

use crate::paths::EngagementPath;
use crate::timeline::{self, TimelineStep};

/// Lines of the activity feed.
const MAX_ACTIVITY: i32 = 12;

/// The part for the team alone is in `team`, and in lists that a contact's store leaves
/// empty.
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
    team: Option<EngagementActions>,
    #[serde(skip)]
    crumbs: Vec<Crumb>,
}

#[derive(Debug, Serialize)]
struct StatusCount {
    status: &'static str,
    count: i64,
}

#[derive(Debug, Serialize)]
struct EngagementActions {
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

struct EngagementData {
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

    fn samples() -> Vec<Self> {
        let (client, _) = web::view::finding_samples();
        let engagement = Engagement {
            counts: Counts::default(),
            team: Vec::new(),
            starts_on: None,
            ends_on: None,
            ..web::view::engagement_sample()
        };
        let no_data = EngagementData {
            client,
            engagement,
            brief: EngagementBrief {
                scope: String::new(),
            },
            list: FindingList::empty_sample(),
            activity: Vec::new(),
            seen: MessageCounts::default(),
        };
        let today = Date::constant(2026, 11, 24);
        let empty = Self::new(no_data, LinkBase::Portal, today, None, Vec::new());
        vec![Self::sample(), empty]
    }

    fn sample() -> Self {
        let (client, _) = web::view::finding_samples();
        let data = EngagementData {
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
        let (base, id) = (LinkBase::Team(data.client.id), data.engagement.id);
        let actions = EngagementActions::new(base, id, true);
        Self::new(data, base, today, Some(actions), Vec::new())
    }
}

impl EngagementActions {
    fn new(base: LinkBase, engagement: EngagementId, may_write: bool) -> Self {
        Self {
            may_write,
            edit: links::engagement_edit(base, engagement),
            add_finding: links::finding_new(base, engagement),
            import: links::import_new(base, engagement),
        }
    }
}

impl EngagementPage {
    fn new(
        data: EngagementData,
        base: LinkBase,
        today: Date,
        team: Option<EngagementActions>,
        crumbs: Vec<Crumb>,
    ) -> Self {
        let EngagementData {
            client,
            engagement,
            brief,
            list,
            activity,
            seen,
        } = data;
        let counts = &engagement.counts;
        let is_shown = |status: &FindingStatus| team.is_some() || status.is_published();
        let rev = if team.is_some() {
            engagement.rev
        } else {
            engagement.shared_rev
        };
        Self {
            pulse: format!(
                "{}?seen={rev}",
                links::engagement_pulse(base, engagement.id)
            ),
            tabs: EngagementTabs::new(
                base,
                engagement.id,
                "overview",
                engagement.messages.unread(seen).total(),
            ),
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
                .filter(|status| is_shown(status))
                .map(|status| StatusCount {
                    status: status.name(),
                    count: counts.in_status(*status),
                })
                .collect(),
            timeline: timeline::list_steps(&engagement, today),
            people: engagement
                .team
                .into_iter()
                .map(|assignee| assignee.name)
                .collect(),
            activity: activity
                .iter()
                .map(|activity| ActivityRow::new(activity, base, None))
                .collect(),
            list,
            title: engagement.title,
            team,
            crumbs,
        }
    }
}

/// The number of findings in each part of the list, in the order of its tabs.
fn count_findings(counts: &Counts, team: bool) -> [Option<i64>; 4] {
    let drafts = if team {
        counts.in_status(FindingStatus::Draft)
    } else {
        0
    };
    let (active, closed) = (counts.active_total(), counts.closed_total());
    [active, closed, drafts, active + closed + drafts].map(Some)
}

pub(crate) async fn get(
    access: ClientAccess,
    Ids(path): Ids<EngagementPath>,
    Query(query): Query<EngagementQuery>,
) -> Result<Reply, PageError> {
    let (store, id, ctx) = (&access.store, path.engagement, &access.ctx);
    let filter = query.filter.parse(access.actor.user);
    let today = ctx.workspace.today(ctx.now);
    let after = query.after.as_deref();
    let read = try_join3(
        try_join5(
            store.get_client(),
            store.get_engagement(id),
            store.get_brief(id),
            store.list(Some(id), &filter, today, after),
            access.list_assignable_people(),
        ),
        store.list_engagement_activity(id, MAX_ACTIVITY),
        store.get_read_mark(access.actor.user, id),
    );
    let ((client, engagement, brief, findings, people), activity, seen) = read.await?;
    let (Some(client), Some(engagement)) = (client, engagement) else {
        return Err(PageError::NotFound);
    };
    let path = links::engagement(access.base, id);
    let team = access
        .is_team()
        .then(|| EngagementActions::new(access.base, id, access.may(Action::WriteFindings)));
    let context = FindingListContext {
        path: &path,
        client: Some(client.id),
        engagement: Some(id),
        within: None,
        input: &query.filter,
        after,
        actor: &access.actor,
        people: &people,
        today,
        counts: count_findings(&engagement.counts, access.is_team()),
    };
    let list = FindingList::new(&findings, &context, |_| None);
    let crumbs = access.crumbs(&client.name);
    let data = EngagementData {
        client,
        engagement,
        brief,
        list,
        activity,
        seen,
    };
    let page = EngagementPage::new(data, access.base, today, team, crumbs);
    ctx.render(&page)
}
