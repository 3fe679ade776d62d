//! An engagement and its findings, for both sides.

use domain::client::Client;
use domain::engagement::Engagement;
use domain::finding::{Finding, Status};
use domain::role::Action;
use futures::future::try_join4;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::page::Page as Rows;
use store::{Brief, Shelf};
use web::view::{Breakdown, FindingRow, Pager, Progress};
use web::{Crumb, Error, Ids, Inside, Page, Query, Reply};

use crate::paths::InEngagement;

/// The page. What is the team's alone is in `team`, and in lists that a
/// contact's store leaves empty.
#[derive(Debug, Serialize)]
pub(crate) struct EngagementPage {
    pulse: String,
    title: String,
    client_name: String,
    kind: &'static str,
    phase: &'static str,
    starts_on: Option<Date>,
    ends_on: Option<Date>,
    scope: String,
    breakdown: Breakdown,
    progress: Progress,
    by_status: Vec<StatusCount>,
    tabs: Vec<Tab>,
    findings: Vec<FindingRow>,
    pager: Pager,
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
struct Tab {
    label: &'static str,
    href: String,
    count: i64,
    active: bool,
}

#[derive(Debug, Serialize)]
struct Tools {
    may_write: bool,
    may_publish: bool,
    edit: String,
    add_finding: String,
    import: String,
    publish_from: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct Wanted {
    show: Option<String>,
    after: Option<String>,
}

/// The lists of an engagement: name in the address, words, and how many.
const SHELVES: [(Shelf, &str, &str); 3] = [
    (Shelf::Active, "active", "Active"),
    (Shelf::Closed, "closed", "Closed"),
    (Shelf::Drafts, "drafts", "Drafts"),
];

struct Parts {
    client: Client,
    engagement: Engagement,
    brief: Brief,
    findings: Rows<Finding>,
    shelf: Shelf,
    after: Option<String>,
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
        let (client, finding) = web::view::samples();
        let parts = Parts {
            client,
            engagement: web::view::engagement_sample(),
            brief: Brief {
                scope: "All of **app.example.com**".to_owned(),
            },
            findings: Rows {
                rows: vec![finding],
                next: Some("high-01".to_owned()),
            },
            shelf: Shelf::Drafts,
            after: None,
        };
        let tools = Tools::new("/clients/c/engagements/e", true, true, Shelf::Drafts);
        Self::new(parts, "/clients/c", Some(tools), Vec::new())
    }
}

impl Tools {
    fn new(here: &str, may_write: bool, may_publish: bool, shelf: Shelf) -> Self {
        Self {
            may_write,
            may_publish,
            edit: format!("{here}/edit"),
            add_finding: format!("{here}/findings/new"),
            import: format!("{here}/import"),
            publish_from: (may_publish && shelf == Shelf::Drafts)
                .then(|| format!("{here}/findings")),
        }
    }
}

impl EngagementPage {
    fn new(parts: Parts, base: &str, team: Option<Tools>, crumbs: Vec<Crumb>) -> Self {
        let Parts {
            client,
            engagement,
            brief,
            findings,
            shelf,
            after,
        } = parts;
        let counts = &engagement.counts;
        let here = format!("{base}/engagements/{}", engagement.id);
        let count = |shelf| match shelf {
            Shelf::Active => counts.active_total(),
            Shelf::Closed => counts.in_status(Status::Verified),
            Shelf::Drafts => counts.in_status(Status::Draft),
        };
        let shown = |status: &Status| team.is_some() || status.is_published();
        let tabs = SHELVES
            .into_iter()
            .filter(|(tab, ..)| team.is_some() || *tab != Shelf::Drafts);
        let href = |name: &str| format!("{here}?show={name}");
        let current = SHELVES
            .iter()
            .find(|(tab, ..)| *tab == shelf)
            .map_or("active", |(_, name, _)| name);
        let row =
            |finding: &Finding| FindingRow::new(finding, format!("{here}/findings/{}", finding.id));
        let rev = if team.is_some() {
            engagement.rev
        } else {
            engagement.shared_rev
        };
        Self {
            pulse: format!("{here}/pulse?seen={rev}"),
            client_name: client.name,
            kind: engagement.kind.label(),
            phase: engagement.phase.name(),
            starts_on: engagement.starts_on,
            ends_on: engagement.ends_on,
            scope: brief.scope,
            breakdown: counts.into(),
            progress: counts.into(),
            by_status: Status::ALL
                .iter()
                .filter(|status| shown(status))
                .map(|status| StatusCount {
                    status: status.name(),
                    count: counts.in_status(*status),
                })
                .collect(),
            tabs: tabs
                .map(|(tab, name, label)| Tab {
                    label,
                    href: href(name),
                    count: count(tab),
                    active: tab == shelf,
                })
                .collect(),
            findings: findings.rows.iter().map(row).collect(),
            pager: Pager::new(
                &findings,
                &href(current),
                after.as_deref(),
                Some(count(shelf)),
            ),
            title: engagement.title,
            team,
            crumbs,
        }
    }
}

pub(crate) async fn get(
    inside: Inside,
    Ids(path): Ids<InEngagement>,
    Query(wanted): Query<Wanted>,
) -> Result<Reply, Error> {
    let named = wanted.show.as_deref();
    let shelf = SHELVES
        .iter()
        .filter(|(shelf, ..)| inside.is_team() || *shelf != Shelf::Drafts)
        .find(|(_, name, _)| Some(*name) == named)
        .map_or(Shelf::Active, |(shelf, ..)| *shelf);
    let (store, id) = (&inside.store, path.engagement);
    let read = try_join4(
        store.about(),
        store.engagement(id),
        store.brief(id),
        store.findings(id, shelf, wanted.after.as_deref()),
    );
    let (client, engagement, brief, findings) = read.await?;
    let (Some(client), Some(engagement)) = (client, engagement) else {
        return Err(Error::NotFound);
    };
    let here = format!("{}/engagements/{id}", inside.base);
    let team = inside.is_team().then(|| {
        Tools::new(
            &here,
            inside.may(Action::WriteFindings),
            inside.may(Action::PublishFindings),
            shelf,
        )
    });
    let crumbs = inside.crumbs(&client.name);
    let parts = Parts {
        client,
        engagement,
        brief,
        findings,
        shelf,
        after: wanted.after,
    };
    inside
        .ctx
        .page(&EngagementPage::new(parts, &inside.base, team, crumbs))
}
