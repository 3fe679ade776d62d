//! Back from paying: the page waits until Stripe's event has come, and decides nothing.

use http::{HeaderValue, header};
use serde::Serialize;
use web::{Crumb, Page, PageError, Reply, TeamAccess, see_other};

#[derive(Debug, Serialize)]
pub(crate) struct WaitingPage {}

impl Page for WaitingPage {
    const TEMPLATE: &'static str = "pages/billing/done.html";

    fn title(&self) -> String {
        "Waiting for Stripe".to_owned()
    }

    fn crumbs(&self) -> Vec<Crumb> {
        vec![
            Crumb::to("Settings", "/settings"),
            Crumb::to("Plan", "/settings/plan"),
        ]
    }

    fn sample() -> Self {
        Self {}
    }
}

pub(crate) async fn get(team: TeamAccess) -> Result<Reply, PageError> {
    let account = team.store.get_billing_account().await?;
    if account.is_some_and(|account| account.standing().is_running()) {
        team.ctx.evict_workspace();
        return Ok(see_other("/settings/plan").flash("plan-begun"));
    }
    let page = team.ctx.render(&WaitingPage {})?;
    // It looks again after so many seconds, with or without scripts.
    Ok(page.header(header::REFRESH, HeaderValue::from_static("2")))
}
