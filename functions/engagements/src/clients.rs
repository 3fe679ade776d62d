//! The workspace's clients.

use domain::role::Action;
use serde::{Deserialize, Serialize};
use web::view::{ClientCard, Pager};
use web::{Error, Page, Query, Reply, Team};

/// The page.
#[derive(Debug, Serialize)]
pub(crate) struct Clients {
    q: String,
    clients: Vec<ClientCard>,
    pager: Pager,
    may_write: bool,
}

#[derive(Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    q: String,
    after: Option<String>,
}

impl Page for Clients {
    const TEMPLATE: &'static str = "pages/engagements/clients.html";

    fn title(&self) -> String {
        "Clients".to_owned()
    }

    fn sample() -> Self {
        let (client, _) = web::view::samples();
        Self {
            q: "ini".to_owned(),
            clients: vec![(&client).into()],
            pager: Pager::default(),
            may_write: true,
        }
    }
}

pub(crate) async fn get(team: Team, Query(wanted): Query<Wanted>) -> Result<Reply, Error> {
    let after = wanted.after.as_deref();
    let page = team.store.clients_page(&wanted.q, after).await?;
    let path = match wanted.q.as_str() {
        "" => "/clients".to_owned(),
        q => format!("/clients?q={}", web::view::encode(q)),
    };
    team.ctx.page(&Clients {
        clients: page.rows.iter().map(ClientCard::from).collect(),
        pager: Pager::new(&page, &path, after, None),
        q: wanted.q,
        may_write: team.actor.role.may(Action::WriteClients),
    })
}
