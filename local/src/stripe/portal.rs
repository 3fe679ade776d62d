//! The page on which a customer changes a subscription.

use serde_json::{Value, json};

use super::desk::Desk;
use super::form::Form;
use super::objects::text;
use super::refusal::Refusal;

/// How long the page stays open, in seconds.
const OPEN: i64 = 60 * 60;

/// `POST /v1/billing_portal/sessions`.
pub(super) fn create(desk: &mut Desk<'_>, form: &Form) -> Result<Value, Refusal> {
    form.only(&[
        "configuration",
        "customer",
        "flow_data",
        "locale",
        "return_url",
    ])?;
    let customer = form.need("customer")?.to_owned();
    desk.get("customer", &customer, "customer")?;
    let back = form.address("return_url")?;
    let token = desk.token(32);
    let fields = json!({
        "configuration": "bpc_secportal", "customer": customer, "return_url": back,
        "url": format!("{}/p/session/{token}", desk.origin), "customer_account": null,
    });
    Ok(desk.make("billing_portal.session", "bps", fields))
}

/// The session of a page that is open, with the account that it is of.
pub(super) fn page(desk: &Desk<'_>, token: &str) -> Option<(Option<String>, Value)> {
    let end = format!("/p/session/{token}");
    let open = desk.seconds() - OPEN;
    let every = desk.state.every("billing_portal.session").into_iter();
    let mut found = every.filter(|(_, session)| {
        text(session, "url").ends_with(&end) && super::objects::whole(session, "created") > open
    });
    let (account, session) = found.next()?;
    Some((account.map(str::to_owned), session.clone()))
}
