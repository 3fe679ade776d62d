//! Where the workspace's money goes: its account at Stripe, and how that stands.

use domain::money::Percentage;
use domain::stripe::{AccountFlags, ConnectStatus, StripeConnection};
use jiff::Timestamp;
use serde::Serialize;
use store::StoreError;
use web::{Crumb, EmptyForm, Page, PageError, ProtectedForm, Reply, Stripe, TeamAccess, see_other};

const HERE: &str = "/settings/payments";

/// The page.
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
        found.ended = Some(Timestamp::UNIX_EPOCH);
        Self::new(Some(&found), Some((false, "1".parse().unwrap_or_default())))
    }
}

impl PaymentsPage {
    /// `way` is the way to Stripe: whether it is about real money, and the platform's part.
    fn new(found: Option<&StripeConnection>, way: Option<(bool, Percentage)>) -> Self {
        let live = way.is_some_and(|(live, _)| live);
        let usable = found.filter(|one| is_usable(one, live));
        let state = usable.map_or(ConnectStatus::NotConnected, StripeConnection::state);
        let flags = usable.map(|one| &one.flags);
        let fee = way.map(|(_, fee)| fee).filter(|fee| fee.hundredths() > 0);
        Self {
            mode: way.map(|(live, _)| if live { "live" } else { "test" }),
            state: state.name(),
            label: state.label(),
            reason: flags.and_then(AccountFlags::reason),
            submitted: flags.is_some_and(|flags| flags.details_submitted),
            payouts: flags.is_some_and(|flags| flags.payouts_enabled),
            account: usable.map(|one| one.account.clone()),
            ended: found.and_then(|one| one.ended),
            fee: fee.map(|fee| fee.to_string()),
        }
    }
}

/// Whether an account can be gone on with: it is still ours, and of the mode of our key.
fn is_usable(one: &StripeConnection, live: bool) -> bool {
    one.ended.is_none() && one.livemode == live
}

pub(crate) async fn get(team: TeamAccess) -> Result<Reply, PageError> {
    let found = team.store.connection().await?;
    let app = &team.ctx.app;
    let live = app.services.stripe.as_ref().map(Stripe::is_live);
    let fee = app.config.stripe.as_ref().map(|stripe| stripe.fee);
    let page = PaymentsPage::new(found.as_ref(), live.zip(fee));
    Ok(team.ctx.page(&page)?.leading_to_stripe(&app.config))
}

/// To Stripe, to connect an account or to go on with it.
pub(crate) async fn begin(
    team: TeamAccess,
    _: ProtectedForm<EmptyForm>,
) -> Result<Reply, PageError> {
    let Some(stripe) = &team.ctx.app.services.stripe else {
        return Ok(see_other(HERE).flash("payments-missing"));
    };
    let found = team.store.connection().await?;
    let usable = found.clone();
    let connection = match usable.filter(|one| is_usable(one, stripe.is_live())) {
        Some(connection) => connection,
        None => match made(&team, stripe, found.as_ref()).await? {
            Some(connection) => connection,
            None => return Ok(see_other(HERE).flash("payments-silent")),
        },
    };
    lead(&team, stripe, &connection).await
}

/// A new account in place of `before`, kept; `None` where Stripe makes none now. The same
/// person's request, sent again, gets the same account.
async fn made(
    team: &TeamAccess,
    stripe: &Stripe,
    before: Option<&StripeConnection>,
) -> Result<Option<StripeConnection>, PageError> {
    let actor = &team.actor;
    let since = before.map_or("none", |one| one.account.as_str());
    let key = format!("connect-{}-{since}-{}", actor.workspace, actor.user);
    let account = match stripe.create_account(&key, actor.email.as_str()).await {
        Ok(account) => account,
        Err(error) => {
            silent(error);
            return Ok(None);
        }
    };
    let mut new = StripeConnection::new(account, stripe.is_live(), team.ctx.now);
    new.version = before.map_or(1, |one| one.version + 1);
    match team.store.connect(before, &new).await {
        Ok(()) => Ok(Some(new)),
        // A colleague was faster: theirs is it, and this one stays empty at Stripe.
        Err(StoreError::Refused(_)) => {
            let theirs = team.store.connection().await?;
            let usable = theirs.filter(|one| is_usable(one, stripe.is_live()));
            usable.map(Some).ok_or(PageError::Changed)
        }
        Err(error) => Err(error.into()),
    }
}

async fn lead(
    team: &TeamAccess,
    stripe: &Stripe,
    to: &StripeConnection,
) -> Result<Reply, PageError> {
    let config = &team.ctx.app.config;
    let base = format!("{}{HERE}", config.address(&team.ctx.workspace.slug));
    let (again, back) = (format!("{base}/refresh"), format!("{base}/return"));
    match stripe.account_link(&to.account, &again, &back).await {
        Ok(link) => Ok(see_other(&link)),
        Err(error) => {
            silent(error);
            Ok(see_other(HERE).flash("payments-silent"))
        }
    }
}

/// Notes that Stripe didn't do what it was asked.
pub(crate) fn silent(error: impl Into<PageError>) {
    let cause = error.into().causes();
    tracing::error!(cause, errors = 1, "Stripe didn't do what it was asked");
}

/// Where Stripe leads whose link is over: to another link.
pub(crate) async fn again(team: TeamAccess) -> Result<Reply, PageError> {
    let found = team.store.connection().await?;
    match (&team.ctx.app.services.stripe, found) {
        (Some(stripe), Some(found)) if is_usable(&found, stripe.is_live()) => {
            lead(&team, stripe, &found).await
        }
        _ => Ok(see_other(HERE)),
    }
}

/// Where Stripe leads whoever is done there, or not: how the account stands is asked.
pub(crate) async fn back(team: TeamAccess) -> Result<Reply, PageError> {
    look(&team).await
}

pub(crate) async fn check(
    team: TeamAccess,
    _: ProtectedForm<EmptyForm>,
) -> Result<Reply, PageError> {
    look(&team).await
}

/// Keeps what Stripe says of the account now.
async fn look(team: &TeamAccess) -> Result<Reply, PageError> {
    let found = team.store.connection().await?;
    let (Some(stripe), Some(before)) = (&team.ctx.app.services.stripe, found) else {
        return Ok(see_other(HERE));
    };
    if !is_usable(&before, stripe.is_live()) {
        return Ok(see_other(HERE));
    }
    let flags = match stripe.account(&before.account).await {
        Ok(flags) => flags,
        Err(error) => {
            silent(error);
            return Ok(see_other(HERE).flash("payments-silent"));
        }
    };
    let state = ConnectStatus::from(&flags);
    if before.flags != flags
        && let Some(after) = before.updated(&flags, team.ctx.now)
    {
        match team.store.update_connection(&before, &after).await {
            // An event said something meanwhile, and that is newer.
            Ok(()) | Err(StoreError::Refused(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let words = if state == ConnectStatus::Ready {
        "payments-ready"
    } else {
        "payments-checked"
    };
    Ok(see_other(HERE).flash(words))
}
