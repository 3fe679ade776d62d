//! Choosing the client of a new invoice.

use serde::{Deserialize, Serialize};
use store::ListPage;
use web::links::{self, LinkBase};
use web::view::{Pager, url_encode};
use web::{Crumb, Page, PageError, Query, Reply, TeamAccess};

#[derive(Debug, Serialize)]
pub(crate) struct ChooseClientPage {
    search: String,
    rows: Vec<ClientRow>,
    pager: Pager,
}

#[derive(Debug, Serialize)]
struct ClientRow {
    name: String,
    href: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ChooseClientQuery {
    q: String,
    after: Option<String>,
}

impl Page for ChooseClientPage {
    const TEMPLATE: &'static str = "pages/invoices/choose.html";

    fn title(&self) -> String {
        "New invoice".to_owned()
    }

    fn crumbs(&self) -> Vec<Crumb> {
        vec![Crumb::to("Invoices", "/invoices")]
    }

    fn samples() -> Vec<Self> {
        let empty = Self {
            search: String::new(),
            rows: Vec::new(),
            pager: Pager::default(),
        };
        vec![Self::sample(), empty]
    }

    fn sample() -> Self {
        let row = ClientRow {
            name: "Initech <b>".to_owned(),
            href: "/clients/c/invoices/new".to_owned(),
        };
        let clients = ListPage {
            rows: vec![row],
            next: Some("x".to_owned()),
        };
        Self {
            search: "ini\"".to_owned(),
            pager: Pager::new(&clients, "/invoices/new", Some("y"), None),
            rows: clients.rows,
        }
    }
}

pub(crate) async fn get(
    team: TeamAccess,
    Query(query): Query<ChooseClientQuery>,
) -> Result<Reply, PageError> {
    let after = query.after.as_deref();
    let clients = team.store.list_clients_page(&query.q, after).await?;
    let path = match query.q.as_str() {
        "" => "/invoices/new".to_owned(),
        q => format!("/invoices/new?q={}", url_encode(q)),
    };
    let rows = clients.rows.iter().map(|client| ClientRow {
        name: client.name.clone(),
        href: links::invoice_new(LinkBase::Team(client.id)),
    });
    team.ctx.render(&ChooseClientPage {
        rows: rows.collect(),
        pager: Pager::new(&clients, &path, after, None),
        search: query.q,
    })
}
