//! How the workspace bills.

use domain::input::Invalid;
use domain::invoice::{Ways, WaysInput};
use domain::money::Currency;
use serde::Serialize;
use web::{Crumb, Error, Form, Page, ProtectedForm, Reply, Team, see_other};

/// The page.
#[derive(Debug, Serialize)]
pub(crate) struct WaysPage {
    form: Form,
    currencies: Vec<Named>,
    version: i64,
    brand: String,
}

/// A currency to choose.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Named {
    value: &'static str,
    label: String,
}

/// Every currency, by code.
pub(crate) fn currencies() -> Vec<Named> {
    let named = |one: Currency| Named {
        value: one.code(),
        label: format!("{} – {}", one.code(), one.name()),
    };
    Currency::all().map(named).collect()
}

impl Page for WaysPage {
    const TEMPLATE: &'static str = "pages/invoices/settings.html";

    fn title(&self) -> String {
        "How invoices are written".to_owned()
    }

    fn crumbs(&self) -> Vec<Crumb> {
        vec![Crumb::to("Invoices", "/invoices")]
    }

    fn sample() -> Self {
        let input = WaysInput::from(&Ways::default());
        let wrong = Invalid::at("prefix", "Use up to 12 letters.");
        Self::new(Form::failed(&input, &wrong), 1, "Acme <b>")
    }
}

impl WaysPage {
    fn new(form: Form, version: i64, brand: &str) -> Self {
        Self {
            form,
            currencies: currencies(),
            version,
            brand: brand.to_owned(),
        }
    }
}

pub(crate) async fn get(team: Team) -> Result<Reply, Error> {
    let ways = team.store.invoice_ways().await?;
    let form = Form::filled(&WaysInput::from(&ways));
    let page = WaysPage::new(form, ways.version, &team.ctx.workspace.name);
    team.ctx.page(&page)
}

pub(crate) async fn post(team: Team, form: ProtectedForm<WaysInput>) -> Result<Reply, Error> {
    let before = team.store.invoice_ways().await?;
    let parsed = if form.version == Some(before.version) {
        form.input.parse(&before)
    } else {
        Err(Invalid::at(
            "form",
            "Somebody else changed this meanwhile. Look at it again, then save.",
        ))
    };
    match parsed {
        Ok(after) => {
            team.store.change_invoice_ways(&before, &after).await?;
            Ok(see_other("/invoices").flash("saved"))
        }
        Err(invalid) => {
            let form = Form::failed(&form.input, &invalid);
            let page = WaysPage::new(form, before.version, &team.ctx.workspace.name);
            team.ctx.refused(&page)
        }
    }
}
