//! The workspace's clients.

use domain::role::Action;
use serde::{Deserialize, Serialize};
use web::view::{ClientCard, Pager};
use web::{Page, PageError, Query, Reply, TeamAccess};

/// The page.
#[derive(Debug, Serialize)]
pub(crate) struct ClientsPage {
    q: String,
    clients: Vec<ClientCard>,
    pager: Pager,
    may_write: bool,
}

#[derive(Deserialize)]
pub(crate) struct ClientsQuery {
    #[serde(default)]
    q: String,
    after: Option<String>,
}

impl Page for ClientsPage {
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

pub(crate) async fn get(
    team: TeamAccess,
    Query(wanted): Query<ClientsQuery>,
) -> Result<Reply, PageError> {
    let after = wanted.after.as_deref();
    let page = team.store.clients_page(&wanted.q, after).await?;
    let path = match wanted.q.as_str() {
        "" => "/clients".to_owned(),
        q => format!("/clients?q={}", web::view::encode(q)),
    };
    team.ctx.page(&ClientsPage {
        clients: page.rows.iter().map(ClientCard::from).collect(),
        pager: Pager::new(&page, &path, after, None),
        q: wanted.q,
        may_write: team.actor.role.may(Action::WriteClients),
    })
}
