//! Where the workspace's money goes: its account at Stripe, and how that stands.

use domain::money::Percentage;
use domain::stripe::{AccountFlags, ConnectStatus, StripeConnection};
use jiff::Timestamp;
use serde::Serialize;
use store::StoreError;
use web::{Crumb, EmptyForm, Page, PageError, ProtectedForm, Reply, Stripe, TeamAccess, see_other};

const SETTINGS: &str = "/settings/payments";

#[derive(Debug, Serialize)]
pub(crate) struct PaymentsPage {
    /// Whether the way to Stripe is about real money; `None` where there is no way.
    mode: Option<&'static str>,
    state: &'static str,
    label: &'static str,
    /// Why it doesn't take payments.
    reason: Option<&'static str>,
    /// Whether everything that was asked first is said.
    submitted: bool,
    /// Whether money leaves it for a bank account.
    payouts: bool,
    account: Option<String>,
    /// When its owner took it away.
    ended: Option<Timestamp>,
    /// What the platform takes of a payment, if anything.
    fee: Option<String>,
}

impl Page for PaymentsPage {
    const TEMPLATE: &'static str = "pages/payments/settings.html";

    fn title(&self) -> String {
        "Payments".to_owned()
    }

    fn crumbs(&self) -> Vec<Crumb> {
        vec![Crumb::to("Settings", "/settings")]
    }

    fn sample() -> Self {
        let mut found = StripeConnection::new("acct_1<b>".to_owned(), false, Timestamp::UNIX_EPOCH);
        found.flags = AccountFlags {
            details_submitted: true,
            disabled_reason: Some("requirements.past_due".to_owned()),
            ..AccountFlags::default()
        };
        found.ended_at = Some(Timestamp::UNIX_EPOCH);
        Self::new(Some(&found), Some((false, "1".parse().unwrap_or_default())))
    }
}

impl PaymentsPage {
    /// `way` is the way to Stripe: whether it is about real money, and the platform's part.
    fn new(found: Option<&StripeConnection>, way: Option<(bool, Percentage)>) -> Self {
        let live = way.is_some_and(|(live, _)| live);
        let usable = found.filter(|connection| is_usable(connection, live));
        let state = usable.map_or(ConnectStatus::NotConnected, StripeConnection::status);
        let flags = usable.map(|connection| &connection.flags);
        let fee = way.map(|(_, fee)| fee).filter(|fee| fee.hundredths() > 0);
        Self {
            mode: way.map(|(live, _)| if live { "live" } else { "test" }),
            state: state.name(),
            label: state.label(),
            reason: flags.and_then(AccountFlags::reason),
            submitted: flags.is_some_and(|flags| flags.details_submitted),
            payouts: flags.is_some_and(|flags| flags.payouts_enabled),
            account: usable.map(|connection| connection.account.clone()),
            ended: found.and_then(|connection| connection.ended_at),
            fee: fee.map(|fee| fee.to_string()),
        }
    }
}

/// Whether an account can still be used: it is connected, and of the mode of our key.
fn is_usable(connection: &StripeConnection, live: bool) -> bool {
    connection.ended_at.is_none() && connection.livemode == live
}

pub(crate) async fn get(team: TeamAccess) -> Result<Reply, PageError> {
    let found = team.store.get_stripe_connection().await?;
    let app = &team.ctx.app;
    let live = app.services.stripe.as_ref().map(Stripe::is_live);
    let fee = app.config.stripe.as_ref().map(|stripe| stripe.fee);
    let page = PaymentsPage::new(found.as_ref(), live.zip(fee));
    Ok(team.ctx.render(&page)?.with_stripe_form_action(&app.config))
}

/// To Stripe, to connect an account or to go on with it.
pub(crate) async fn post_connect(
    team: TeamAccess,
    _: ProtectedForm<EmptyForm>,
) -> Result<Reply, PageError> {
    let Some(stripe) = &team.ctx.app.services.stripe else {
        return Ok(see_other(SETTINGS).flash("payments-missing"));
    };
    let found = team.store.get_stripe_connection().await?;
    let usable = found.clone();
    let connection = match usable.filter(|connection| is_usable(connection, stripe.is_live())) {
        Some(connection) => connection,
        None => match create_account(&team, stripe, found.as_ref()).await? {
            Some(connection) => connection,
            None => return Ok(see_other(SETTINGS).flash("payments-silent")),
        },
    };
    redirect_to_stripe(&team, stripe, &connection).await
}

/// A new account in place of `before`, kept; `None` where Stripe makes none now. The same
/// person's request, sent again, gets the same account.
async fn create_account(
    team: &TeamAccess,
    stripe: &Stripe,
    before: Option<&StripeConnection>,
) -> Result<Option<StripeConnection>, PageError> {
    let actor = &team.actor;
    let since = before.map_or("none", |before| before.account.as_str());
    let key = format!("connect-{}-{since}-{}", actor.workspace, actor.user);
    let account = match stripe.create_account(&key, actor.email.as_str()).await {
        Ok(account) => account,
        Err(error) => {
            log_stripe_failure(error);
            return Ok(None);
        }
    };
    let mut new = StripeConnection::new(account, stripe.is_live(), team.ctx.now);
    new.version = before.map_or(1, |before| before.version + 1);
    match team.store.create_connection(before, &new).await {
        Ok(()) => Ok(Some(new)),
        // A colleague was first: their account is used, and this one stays empty at Stripe.
        Err(StoreError::Refused(_)) => {
            let theirs = team.store.get_stripe_connection().await?;
            let usable = theirs.filter(|connection| is_usable(connection, stripe.is_live()));
            usable.map(Some).ok_or(PageError::Changed)
        }
        Err(error) => Err(error.into()),
    }
}

async fn redirect_to_stripe(
    team: &TeamAccess,
    stripe: &Stripe,
    to: &StripeConnection,
) -> Result<Reply, PageError> {
    let config = &team.ctx.app.config;
    let base = format!(
        "{}{SETTINGS}",
        config.workspace_url(&team.ctx.workspace.slug)
    );
    let (again, back) = (format!("{base}/refresh"), format!("{base}/return"));
    match stripe.create_account_link(&to.account, &again, &back).await {
        Ok(link) => Ok(see_other(&link)),
        Err(error) => {
            log_stripe_failure(error);
            Ok(see_other(SETTINGS).flash("payments-silent"))
        }
    }
}

/// Logs a failed request to Stripe.
pub(crate) fn log_stripe_failure(error: impl Into<PageError>) {
    let cause = error.into().cause_chain();
    tracing::error!(cause, errors = 1, "Stripe didn't do what it was asked");
}

/// Where Stripe leads after a link has expired: to another link.
pub(crate) async fn get_refresh(team: TeamAccess) -> Result<Reply, PageError> {
    let found = team.store.get_stripe_connection().await?;
    match (&team.ctx.app.services.stripe, found) {
        (Some(stripe), Some(found)) if is_usable(&found, stripe.is_live()) => {
            redirect_to_stripe(&team, stripe, &found).await
        }
        _ => Ok(see_other(SETTINGS)),
    }
}

/// Where Stripe leads after its form, filled in or not: the account is synced.
pub(crate) async fn get_return(team: TeamAccess) -> Result<Reply, PageError> {
    sync_account(&team).await
}

pub(crate) async fn post_check(
    team: TeamAccess,
    _: ProtectedForm<EmptyForm>,
) -> Result<Reply, PageError> {
    sync_account(&team).await
}

/// Stores the account's flags as Stripe gives them now.
async fn sync_account(team: &TeamAccess) -> Result<Reply, PageError> {
    let found = team.store.get_stripe_connection().await?;
    let (Some(stripe), Some(before)) = (&team.ctx.app.services.stripe, found) else {
        return Ok(see_other(SETTINGS));
    };
    if !is_usable(&before, stripe.is_live()) {
        return Ok(see_other(SETTINGS));
    }
    let flags = match stripe.get_account_flags(&before.account).await {
        Ok(flags) => flags,
        Err(error) => {
            log_stripe_failure(error);
            return Ok(see_other(SETTINGS).flash("payments-silent"));
        }
    };
    let state = ConnectStatus::from(&flags);
    if before.flags != flags
        && let Some(after) = before.with_flags(&flags, team.ctx.now)
    {
        match team.store.update_connection(&before, &after).await {
            // An event came meanwhile, and is newer.
            Ok(()) | Err(StoreError::Refused(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let words = if state == ConnectStatus::Ready {
        "payments-ready"
    } else {
        "payments-checked"
    };
    Ok(see_other(SETTINGS).flash(words))
}
