//! A client: its engagements, its people, how far it is.

use domain::client::Client;
use domain::engagement::Engagement;
use domain::finding::Status;
use domain::invite::Invite;
use domain::person::{Actor, Person};
use domain::role::Action;
use domain::severity::Severity;
use futures::future::try_join4;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::page::Page as Rows;
use web::view::{Breakdown, EngagementCard, InviteRow, Pager, PersonRow, Progress};
use web::{Crumb, Error, Ids, Page, Query, Reply, Team};

use crate::paths::InClient;

/// The page.
#[derive(Debug, Serialize)]
pub(crate) struct ClientPage {
    pulse: String,
    name: String,
    href: String,
    since: Timestamp,
    stats: Stats,
    breakdown: Breakdown,
    progress: Progress,
    engagements: Vec<EngagementCard>,
    pager: Pager,
    people: Vec<PersonRow>,
    invites: Vec<InviteRow>,
    may_write: bool,
    may_invite: bool,
}

#[derive(Debug, Serialize)]
struct Stats {
    active: i64,
    resolved: i64,
    critical_high: i64,
}

#[derive(Deserialize)]
pub(crate) struct Cursor {
    after: Option<String>,
}

struct Parts {
    client: Client,
    engagements: Rows<Engagement>,
    people: Vec<Person>,
    invites: Vec<Invite>,
}

impl Page for ClientPage {
    const TEMPLATE: &'static str = "pages/engagements/client.html";

    fn title(&self) -> String {
        self.name.clone()
    }

    fn crumbs(&self) -> Vec<Crumb> {
        vec![Crumb::to("Clients", "/clients")]
    }

    fn sample() -> Self {
        let (client, _) = web::view::samples();
        let (person, invite) = web::view::people_samples();
        let engagements = Rows {
            rows: vec![web::view::engagement_sample()],
            next: None,
        };
        let parts = Parts {
            client,
            engagements,
            people: vec![person],
            invites: vec![invite],
        };
        Self::new(
            parts,
            None,
            &web::view::actor_sample(),
            Timestamp::UNIX_EPOCH,
        )
    }
}

impl ClientPage {
    fn new(parts: Parts, after: Option<&str>, actor: &Actor, now: Timestamp) -> Self {
        let Parts {
            client,
            engagements,
            people,
            invites,
        } = parts;
        let counts = &client.counts;
        let href = format!("/clients/{}", client.id);
        Self {
            pulse: format!("{href}/pulse?seen={}", client.rev),
            since: client.since,
            stats: Stats {
                active: counts.active_total(),
                resolved: counts.in_status(Status::Resolved),
                critical_high: counts.active(Severity::Critical) + counts.active(Severity::High),
            },
            breakdown: counts.into(),
            progress: counts.into(),
            engagements: engagements
                .rows
                .iter()
                .map(|e| EngagementCard::new(e, &href))
                .collect(),
            pager: Pager::new(&engagements, &href, after, Some(client.engagements)),
            people: people
                .iter()
                .map(|person| PersonRow::new(person, actor, &href))
                .collect(),
            invites: invites
                .iter()
                .map(|invite| InviteRow::new(invite, actor, &href, now))
                .collect(),
            may_write: actor.role.may(Action::WriteEngagements),
            may_invite: actor.role.may(Action::ManageContacts),
            name: client.name,
            href,
        }
    }
}

pub(crate) async fn get(
    team: Team,
    Ids(path): Ids<InClient>,
    Query(cursor): Query<Cursor>,
) -> Result<Reply, Error> {
    let store = team.store.client(path.client);
    let after = cursor.after.as_deref();
    let read = try_join4(
        store.about(),
        store.engagements(after),
        store.people(),
        store.invites(),
    );
    let (client, engagements, people, invites) = read.await?;
    let client = client.ok_or(Error::NotFound)?;
    let parts = Parts {
        client,
        engagements,
        people,
        invites,
    };
    team.ctx
        .page(&ClientPage::new(parts, after, &team.actor, team.ctx.now))
}
