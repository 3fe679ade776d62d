//! The consultants' first page.

use std::cmp::Reverse;

use domain::client::Client;
use domain::counts::Counts;
use domain::finding::Status;
use domain::role::Action;
use domain::severity::Severity;
use futures::future::try_join;
use serde::Serialize;
use store::Listed;
use web::view::{Breakdown, ClientCard, FindingRow, Progress};
use web::{Error, Page, Reply, Team};

/// Clients that the totals are taken over: one bounded read.
const CLIENTS: i32 = 100;
/// Clients and findings that are shown.
const SHOWN: usize = 10;

/// The page.
#[derive(Debug, Serialize)]
pub(crate) struct TeamDashboard {
    pulse: String,
    stats: Stats,
    breakdown: Breakdown,
    progress: Progress,
    clients: Vec<ClientCard>,
    more_clients: Option<&'static str>,
    top: Vec<Top>,
    may_write: bool,
}

#[derive(Debug, Serialize)]
struct Stats {
    active: i64,
    resolved: i64,
    critical_high: i64,
    clients: String,
}

#[derive(Debug, Serialize)]
struct Top {
    #[serde(flatten)]
    row: FindingRow,
    client_name: Option<String>,
}

impl Page for TeamDashboard {
    const TEMPLATE: &'static str = "pages/dashboard/team.html";

    fn title(&self) -> String {
        "Dashboard".to_owned()
    }

    fn sample() -> Self {
        let (client, finding) = web::view::samples();
        let listed = Listed {
            finding,
            client: client.id,
            engagement: domain::id::EngagementId::new(1, 1),
        };
        Self::new(vec![client], true, &[listed], true)
    }
}

impl TeamDashboard {
    fn new(mut clients: Vec<Client>, more: bool, worst: &[Listed], may_write: bool) -> Self {
        let mut counts = Counts::default();
        for client in &clients {
            counts.merge(&client.counts);
        }
        let top = worst.iter().map(|listed| Top {
            client_name: clients
                .iter()
                .find(|client| client.id == listed.client)
                .map(|client| client.name.clone()),
            row: FindingRow::new(
                &listed.finding,
                format!(
                    "/clients/{}/engagements/{}/findings/{}",
                    listed.client, listed.engagement, listed.finding.id
                ),
            ),
        });
        let top = top.collect();
        let known = clients.len();
        let rev = rev_of(&clients);
        clients.sort_by_key(|client| {
            Reverse(Severity::ALL.map(|severity| client.counts.active(severity)))
        });
        Self {
            pulse: format!("/pulse?seen={rev}"),
            stats: Stats {
                active: counts.active_total(),
                resolved: counts.in_status(Status::Resolved),
                critical_high: counts.active(Severity::Critical) + counts.active(Severity::High),
                clients: if more {
                    format!("{known}+")
                } else {
                    known.to_string()
                },
            },
            breakdown: (&counts).into(),
            progress: (&counts).into(),
            clients: clients.iter().take(SHOWN).map(ClientCard::from).collect(),
            more_clients: (known > SHOWN).then_some("/clients"),
            top,
            may_write,
        }
    }
}

pub(crate) async fn show(team: &Team) -> Result<Reply, Error> {
    let (clients, worst) = try_join(
        team.store.clients("", None, CLIENTS),
        team.store.worst_findings(10),
    )
    .await?;
    let may_write = team.actor.role.may(Action::WriteClients);
    team.ctx.page(&TeamDashboard::new(
        clients.rows,
        clients.next.is_some(),
        &worst,
        may_write,
    ))
}

/// A number that changes with every change of a client: each has one that only
/// goes up.
pub(crate) async fn rev(team: &Team) -> Result<Option<i64>, Error> {
    let clients = team.store.clients("", None, CLIENTS).await?;
    Ok(Some(rev_of(&clients.rows)))
}

fn rev_of(clients: &[Client]) -> i64 {
    clients.iter().map(|client| client.rev).sum()
}
