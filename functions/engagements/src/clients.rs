//! The workspace's clients.

use domain::role::Action;
use serde::{Deserialize, Serialize};
use web::view::{ClientCard, Pager};
use web::{Page, PageError, Query, Reply, TeamAccess};

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

    fn samples() -> Vec<Self> {
        let empty = |q: &str| Self {
            q: q.to_owned(),
            clients: Vec::new(),
            pager: Pager::default(),
            may_write: q.is_empty(),
        };
        vec![Self::sample(), empty(""), empty("ini\"<b>")]
    }

    fn sample() -> Self {
        let (client, _) = web::view::finding_samples();
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
    Query(query): Query<ClientsQuery>,
) -> Result<Reply, PageError> {
    let after = query.after.as_deref();
    let page = team.store.list_clients_page(&query.q, after).await?;
    let path = match query.q.as_str() {
        "" => "/clients".to_owned(),
        q => format!("/clients?q={}", web::view::url_encode(q)),
    };
    team.ctx.render(&ClientsPage {
        clients: page.rows.iter().map(ClientCard::from).collect(),
        pager: Pager::new(&page, &path, after, None),
        q: query.q,
        may_write: team.actor.role.may(Action::WriteClients),
    })
}
