//! The settings for invoices of the workspace.

use domain::input::FieldErrors;
use domain::invoice::{BillingSettings, BillingSettingsInput};
use domain::money::Currency;
use serde::Serialize;
use web::{Crumb, Form, Merged, Page, PageError, ProtectedForm, Reply, TeamAccess, see_other};

#[derive(Debug, Serialize)]
pub(crate) struct BillingSettingsPage {
    form: Form,
    currencies: Vec<CurrencyOption>,
    version: i64,
    brand: String,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct CurrencyOption {
    value: &'static str,
    label: String,
}

/// Every currency, by code.
pub(crate) fn list_currencies() -> Vec<CurrencyOption> {
    let option = |currency: Currency| CurrencyOption {
        value: currency.code(),
        label: format!("{} – {}", currency.code(), currency.name()),
    };
    Currency::all().map(option).collect()
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
        let wrong = FieldErrors::of("prefix", "Use up to 12 letters.");
        Self::new(Form::with_errors(&input, &wrong), 1, "Acme <b>")
    }
}

impl BillingSettingsPage {
    fn new(form: Form, version: i64, brand: &str) -> Self {
        Self {
            form,
            currencies: list_currencies(),
            version,
            brand: brand.to_owned(),
        }
    }
}

pub(crate) async fn get(team: TeamAccess) -> Result<Reply, PageError> {
    let settings = team.store.get_billing_settings().await?;
    let form = Form::filled(&BillingSettingsInput::from(&settings));
    let page = BillingSettingsPage::new(form, settings.version, &team.ctx.workspace.name);
    team.ctx.render(&page)
}

pub(crate) async fn post(
    team: TeamAccess,
    form: ProtectedForm<BillingSettingsInput>,
) -> Result<Reply, PageError> {
    let before = team.store.get_billing_settings().await?;
    let (stored, base) = (
        BillingSettingsInput::from(&before),
        form.base(before.version),
    );
    let merged = Merged::new(form.input, &stored, base)?;
    match merged.check().and_then(|()| merged.input.parse(&before)) {
        Ok(after) => {
            team.store.update_billing_settings(&before, &after).await?;
            Ok(see_other("/invoices").flash(merged.flash("saved")))
        }
        Err(invalid) => {
            let form = merged.refuse(&invalid, &stored);
            let page = BillingSettingsPage::new(form, before.version, &team.ctx.workspace.name);
            team.ctx.render_refused(&page)
        }
    }
}
