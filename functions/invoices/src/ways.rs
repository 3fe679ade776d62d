//! How the workspace bills.

use domain::input::FieldErrors;
use domain::invoice::{BillingSettings, BillingSettingsInput};
use domain::money::Currency;
use serde::Serialize;
use web::{Crumb, Form, Page, PageError, ProtectedForm, Reply, TeamAccess, see_other};

/// The page.
#[derive(Debug, Serialize)]
pub(crate) struct BillingSettingsPage {
    form: Form,
    currencies: Vec<CurrencyOption>,
    version: i64,
    brand: String,
}

/// A currency to choose.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct CurrencyOption {
    value: &'static str,
    label: String,
}

/// Every currency, by code.
pub(crate) fn currencies() -> Vec<CurrencyOption> {
    let named = |one: Currency| CurrencyOption {
        value: one.code(),
        label: format!("{} – {}", one.code(), one.name()),
    };
    Currency::all().map(named).collect()
}

impl Page for BillingSettingsPage {
    const TEMPLATE: &'static str = "pages/invoices/settings.html";

    fn title(&self) -> String {
        "How invoices are written".to_owned()
    }

    fn crumbs(&self) -> Vec<Crumb> {
        vec![Crumb::to("Invoices", "/invoices")]
    }

    fn sample() -> Self {
        let input = BillingSettingsInput::from(&BillingSettings::default());
        let wrong = FieldErrors::at("prefix", "Use up to 12 letters.");
        Self::new(Form::failed(&input, &wrong), 1, "Acme <b>")
    }
}

impl BillingSettingsPage {
    fn new(form: Form, version: i64, brand: &str) -> Self {
        Self {
            form,
            currencies: currencies(),
            version,
            brand: brand.to_owned(),
        }
    }
}

pub(crate) async fn get(team: TeamAccess) -> Result<Reply, PageError> {
    let ways = team.store.invoice_ways().await?;
    let form = Form::filled(&BillingSettingsInput::from(&ways));
    let page = BillingSettingsPage::new(form, ways.version, &team.ctx.workspace.name);
    team.ctx.page(&page)
}

pub(crate) async fn post(
    team: TeamAccess,
    form: ProtectedForm<BillingSettingsInput>,
) -> Result<Reply, PageError> {
    let before = team.store.invoice_ways().await?;
    let parsed = if form.version == Some(before.version) {
        form.input.parse(&before)
    } else {
        Err(FieldErrors::at(
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
            let page = BillingSettingsPage::new(form, before.version, &team.ctx.workspace.name);
            team.ctx.refused(&page)
        }
    }
}
