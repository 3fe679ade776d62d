//! A client's first page.

use domain::client::Client;
use domain::engagement::Engagement;
use domain::finding::Status;
use domain::severity::Severity;
use futures::future::try_join3;
use serde::Serialize;
use store::Listed;
use store::page::Page as Rows;
use web::view::{Breakdown, EngagementCard, FindingRow, Pager, Progress};
use web::{Error, Page, Portal, Reply};

/// The page.
#[derive(Debug, Serialize)]
pub(crate) struct PortalDashboard {
    pulse: String,
    client_name: String,
    stats: Stats,
    breakdown: Breakdown,
    progress: Progress,
    engagements: Vec<EngagementCard>,
    pager: Pager,
    top: Vec<FindingRow>,
}

#[derive(Debug, Serialize)]
struct Stats {
    active: i64,
    in_progress: i64,
    resolved: i64,
    critical_high: i64,
}

impl Page for PortalDashboard {
    const TEMPLATE: &'static str = "pages/dashboard/portal.html";

    fn title(&self) -> String {
        "Dashboard".to_owned()
    }

    fn sample() -> Self {
        let (client, finding) = web::view::samples();
        let engagement = web::view::engagement_sample();
        let listed = Listed {
            finding,
            client: client.id,
            engagement: engagement.id,
        };
        Self::new(
            &client,
            &Rows {
                rows: vec![engagement],
                next: Some("x".to_owned()),
            },
            &[listed],
            None,
        )
    }
}

impl PortalDashboard {
    fn new(
        client: &Client,
        engagements: &Rows<Engagement>,
        worst: &[Listed],
        after: Option<&str>,
    ) -> Self {
        let counts = &client.counts;
        let href = |l: &Listed| format!("/engagements/{}/findings/{}", l.engagement, l.finding.id);
        Self {
            pulse: format!("/pulse?seen={}", client.shared_rev),
            client_name: client.name.clone(),
            stats: Stats {
                active: counts.active_total(),
                in_progress: counts.in_status(Status::InProgress),
                resolved: counts.in_status(Status::Resolved),
                critical_high: counts.active(Severity::Critical) + counts.active(Severity::High),
            },
            breakdown: counts.into(),
            progress: counts.into(),
            engagements: engagements
                .rows
                .iter()
                .map(|e| EngagementCard::new(e, ""))
                .collect(),
            pager: Pager::new(engagements, "/", after, Some(client.engagements)),
            top: worst
                .iter()
                .map(|listed| FindingRow::new(&listed.finding, href(listed)))
                .collect(),
        }
    }
}

pub(crate) async fn show(portal: &Portal, after: Option<&str>) -> Result<Reply, Error> {
    let store = &portal.store;
    let (client, engagements, worst) = try_join3(
        store.about(),
        store.engagements(after),
        store.worst_findings(10),
    )
    .await?;
    let client = client.ok_or(Error::NotFound)?;
    portal
        .ctx
        .page(&PortalDashboard::new(&client, &engagements, &worst, after))
}
