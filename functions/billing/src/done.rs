//! Back from paying: the page waits until Stripe's event has come, and decides nothing.

use http::{HeaderValue, header};
use serde::Serialize;
use web::{Crumb, Error, Page, Reply, Team, see_other};

/// The page.
#[derive(Debug, Serialize)]
pub(crate) struct Waiting {}

impl Page for Waiting {
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

pub(crate) async fn get(team: Team) -> Result<Reply, Error> {
    let account = team.store.subscriptions().await?;
    if account.is_some_and(|account| account.standing().is_running()) {
        team.ctx.forget_workspace();
        return Ok(see_other("/settings/plan").flash("plan-begun"));
    }
    let page = team.ctx.page(&Waiting {})?;
    // It looks again after so many seconds, with or without scripts.
    Ok(page.header(header::REFRESH, HeaderValue::from_static("2")))
}
