//! Connected accounts: made by the platform, filled in by their owners.

use serde::Deserialize;
use serde_json::{Value, json};

use super::desk::{APPLICATION, Desk};
use super::form::Form;
use super::objects::text;
use super::refusal::Refusal;
use super::state::Page;

/// How long a link to an account's page works, in seconds.
const LINK: i64 = 5 * 60;
/// How long the page behind it stays open, in seconds.
const OPEN: i64 = 60 * 60;

/// What an account's owner did on its page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Onboarding {
    /// Said everything; the account takes payments.
    Complete,
    /// Said everything, and Stripe still looks at it.
    Pending,
    /// Said everything, and Stripe wants more before it takes payments.
    Restricted,
    /// The owner left the form unfinished.
    Leave,
}

/// `POST /v1/accounts`.
pub(super) fn create(desk: &mut Desk<'_>, form: &Form) -> Result<Value, Refusal> {
    form.only(&[
        "controller",
        "email",
        "country",
        "metadata",
        "business_profile",
        "business_type",
        "capabilities",
        "default_currency",
        "type",
    ])?;
    if form.has("type") && form.has("controller") {
        let words =
            "You may not provide the `type` parameter and `controller` parameters simultaneously.";
        return Err(Refusal::of("type", words));
    }
    let id = format!("acct_1{}", desk.token(15));
    let lists = format!("/v1/accounts/{id}/external_accounts");
    let fields = json!({
        "id": id,
        "email": form.text("email"),
        "country": form.text("country").unwrap_or("US"),
        "metadata": form.metadata("metadata"),
        "external_accounts": super::objects::list(&lists, &[], false),
    });
    Ok(desk.make("account", "acct", fields))
}

/// `GET /v1/accounts/{id}`, by the platform or by the account itself.
pub(super) fn retrieve(desk: &Desk<'_>, id: &str) -> Result<Value, Refusal> {
    known(desk, id).cloned()
}

/// An account that is the platform's to speak of.
pub(super) fn known<'a>(desk: &'a Desk<'_>, id: &str) -> Result<&'a Value, Refusal> {
    let other = desk.account.as_deref().is_some_and(|own| own != id);
    let found = desk.state.get(None, id);
    let found = found.filter(|found| text(found, "object") == "account");
    match found {
        Some(found) if !other && !desk.state.left.contains(id) => Ok(found),
        _ => Err(Refusal::no_access(id)),
    }
}

/// `POST /v1/account_links`.
pub(super) fn link(desk: &mut Desk<'_>, form: &Form) -> Result<Value, Refusal> {
    form.only(&[
        "account",
        "type",
        "refresh_url",
        "return_url",
        "collection_options",
        "collect",
    ])?;
    let account = form.need("account")?.to_owned();
    known(desk, &account)?;
    let kind = form.need("type")?;
    if !["account_onboarding", "account_update"].contains(&kind) {
        let words = format!(
            "Invalid type: must be one of account_onboarding or account_update; not {kind}"
        );
        return Err(Refusal::of("type", words));
    }
    form.need("refresh_url")?;
    form.need("return_url")?;
    let refresh = form.address("refresh_url")?.unwrap_or_default();
    let back = form.address("return_url")?.unwrap_or_default();
    let page = Page {
        account: account.clone(),
        refresh: refresh.to_owned(),
        back: back.to_owned(),
        expires: desk.seconds() + LINK,
        link: true,
        used: false,
    };
    let (token, expires) = (desk.token(12), page.expires);
    desk.state.pages.insert(token.clone(), page);
    Ok(json!({
        "object": "account_link", "created": desk.seconds(), "expires_at": expires,
        "url": format!("{}/setup/s/{account}/{token}", desk.origin),
    }))
}

/// Opens the page that a link leads to: once, and in time. Gives its address; where the
/// link is over, that of whoever can make another.
pub(super) fn open(desk: &mut Desk<'_>, token: &str) -> Option<String> {
    let now = desk.seconds();
    let link = desk.state.pages.get_mut(token).filter(|page| page.link)?;
    if link.used || link.expires <= now {
        return Some(link.refresh.clone());
    }
    link.used = true;
    let page = Page {
        expires: now + OPEN,
        link: false,
        used: false,
        ..link.clone()
    };
    let account = page.account.clone();
    let token = desk.token(24);
    desk.state.pages.insert(token.clone(), page);
    Some(format!("{}/setup/e/{account}/{token}", desk.origin))
}

/// The page itself, while it is open.
pub(super) fn page<'a>(desk: &'a Desk<'_>, token: &str) -> Option<&'a Page> {
    let now = desk.seconds();
    let page = desk.state.pages.get(token);
    page.filter(|page| !page.link && !page.used && page.expires > now)
}

/// Closes the page, which must be open, and gives it.
pub(super) fn close(desk: &mut Desk<'_>, token: &str) -> Option<Page> {
    let open = page(desk, token)?.clone();
    desk.state.pages.get_mut(token)?.used = true;
    Some(open)
}

/// What comes of what an account's owner did.
pub(super) fn fill_in(desk: &mut Desk<'_>, account: &str, how: Onboarding) -> Result<(), Refusal> {
    known(desk, account)?;
    let (charges, reason, due, waits) = match how {
        Onboarding::Leave => return Ok(()),
        Onboarding::Complete => (true, None, None, None),
        Onboarding::Pending => (
            false,
            Some("requirements.pending_verification"),
            None,
            Some("individual.verification.document"),
        ),
        Onboarding::Restricted => (
            false,
            Some("requirements.past_due"),
            Some("individual.verification.document"),
            None,
        ),
    };
    let list = |one: Option<&'static str>| Vec::from_iter(one);
    let ability = if charges { "active" } else { "inactive" };
    let fields = json!({
        "charges_enabled": charges,
        "payouts_enabled": charges,
        "details_submitted": true,
        "capabilities": { "card_payments": ability, "transfers": ability },
        "requirements": {
            "alternatives": [], "current_deadline": null, "disabled_reason": reason, "errors": [],
            "currently_due": list(due), "eventually_due": list(due), "past_due": list(due),
            "pending_verification": list(waits),
        },
    });
    let (before, after) = desk.as_account(None, |desk| desk.change("account", account, fields))?;
    desk.as_account(Some(account.to_owned()), |desk| {
        desk.emit_change("account.updated", &before, &after);
    });
    Ok(())
}

/// Takes an account away from the platform, as its owner does at Stripe.
pub(super) fn deauthorize(desk: &mut Desk<'_>, account: &str) -> Result<(), Refusal> {
    known(desk, account)?;
    let application = json!({ "id": APPLICATION, "object": "application", "name": "SecPortal" });
    desk.as_account(Some(account.to_owned()), |desk| {
        desk.emit_event("account.application.deauthorized", &application);
    });
    desk.state.left.insert(account.to_owned());
    Ok(())
}
