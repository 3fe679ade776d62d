//! To whom a new invoice is.

use serde::{Deserialize, Serialize};
use store::page::ListPage;
use web::view::{Pager, encode};
use web::{Crumb, Page, PageError, Query, Reply, TeamAccess};

/// The page.
#[derive(Debug, Serialize)]
pub(crate) struct ChooseClientPage {
    search: String,
    rows: Vec<Row>,
    pager: Pager,
}

#[derive(Debug, Serialize)]
struct Row {
    name: String,
    href: String,
}

/// Whose names.
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

    fn sample() -> Self {
        let row = Row {
            name: "Initech <b>".to_owned(),
            href: "/clients/c/invoices/new".to_owned(),
        };
        let found = ListPage {
            rows: vec![row],
            next: Some("x".to_owned()),
        };
        Self {
            search: "ini\"".to_owned(),
            pager: Pager::new(&found, "/invoices/new", Some("y"), None),
            rows: found.rows,
        }
    }
}

pub(crate) async fn get(
    team: TeamAccess,
    Query(wanted): Query<ChooseClientQuery>,
) -> Result<Reply, PageError> {
    let after = wanted.after.as_deref();
    let found = team.store.clients_page(&wanted.q, after).await?;
    let path = match wanted.q.as_str() {
        "" => "/invoices/new".to_owned(),
        q => format!("/invoices/new?q={}", encode(q)),
    };
    let rows = found.rows.iter().map(|client| Row {
        name: client.name.clone(),
        href: format!("/clients/{}/invoices/new", client.id),
    });
    team.ctx.page(&ChooseClientPage {
        rows: rows.collect(),
        pager: Pager::new(&found, &path, after, None),
        search: wanted.q,
    })
}
