//! The plan: how much is used of it, what the others have, and how it is paid for.

use domain::id::EntryId;
use domain::plan::{Feature, Plan, PlanLimit};
use domain::role::Action;
use domain::subscription::{BillingAccount, PlanOffer};
use domain::workspace::Workspace;
use futures::future::try_join4;
use jiff::Timestamp;
use serde::Serialize;
use store::LimitUsage;
use web::{Crumb, Page, PageError, Reply, StripePrice, TeamAccess};

use crate::subscription_panel::SubscriptionPanel;

#[derive(Debug, Serialize)]
pub(crate) struct PlanPage {
    /// A form's id: the same form sent twice leads to the same page of Stripe's.
    id: EntryId,
    /// The plan that is paid for or was given.
    plan: &'static str,
    /// What is known of the subscription, for whoever may know.
    state: Option<SubscriptionPanel>,
    may_manage: bool,
    uses: Vec<UsageRow>,
    log_kept: String,
    columns: Vec<PlanColumn>,
    rows: Vec<PlanRow>,
    /// Whether anything can be subscribed to here.
    offers: bool,
}

/// How much is used of a limit.
#[derive(Debug, Serialize)]
struct UsageRow {
    label: &'static str,
    hint: &'static str,
    used: String,
    most: String,
    /// Parts of a thousand, at most all.
    share: i64,
    /// Whether nothing can be added.
    full: bool,
}

#[derive(Debug, Serialize)]
struct PlanColumn {
    label: &'static str,
    current: bool,
    offers: Vec<OfferRow>,
}

/// What a button subscribes to.
#[derive(Debug, Serialize)]
struct OfferRow {
    name: &'static str,
    interval: &'static str,
    price: String,
}

/// What each plan has of something, in the order of the plans.
#[derive(Debug, Serialize)]
struct PlanRow {
    label: String,
    cells: Vec<String>,
}

/// What the page is made of.
struct PlanData {
    workspace: Workspace,
    used: LimitUsage,
    account: Option<BillingAccount>,
    prices: Vec<StripePrice>,
}

impl Page for PlanPage {
    const TEMPLATE: &'static str = "pages/billing/plan.html";

    fn title(&self) -> String {
        "Plan".to_owned()
    }

    fn crumbs(&self) -> Vec<Crumb> {
        vec![Crumb::to("Settings", "/settings")]
    }

    fn sample() -> Self {
        let actor = web::view::actor_sample();
        let price = StripePrice {
            id: "price_1".to_owned(),
            offer: PlanOffer::ProMonthly,
            money: None,
        };
        let parts = PlanData {
            workspace: web::view::workspace_sample(actor.workspace),
            used: PlanLimit::ALL.map(|limit| (limit, 3)),
            account: None,
            prices: vec![price],
        };
        let state = SubscriptionPanel {
            name: "owes",
            interval: Some("monthly"),
            at: Some(Timestamp::UNIX_EPOCH),
            twice: true,
            is_customer: true,
        };
        Self {
            state: Some(state),
            may_manage: true,
            ..Self::new(EntryId::new(1, 1), &parts, Timestamp::UNIX_EPOCH)
        }
    }
}

impl PlanPage {
    fn new(id: EntryId, parts: &PlanData, now: Timestamp) -> Self {
        let state = SubscriptionPanel::new(&parts.workspace, parts.account.as_ref(), now);
        // What applies may be less than what is paid for.
        let (plan, applies) = (parts.workspace.plan, parts.workspace.plan_at(now));
        let subscribes = state.may_subscribe();
        let columns = Plan::ALL.map(|column_plan| PlanColumn {
            label: column_plan.label(),
            current: column_plan == plan,
            offers: offer_rows(parts, column_plan)
                .filter(|_| subscribes)
                .collect(),
        });
        let offers = columns.iter().any(|column| !column.offers.is_empty());
        Self {
            id,
            plan: plan.label(),
            state: Some(state),
            may_manage: false,
            uses: parts
                .used
                .iter()
                .map(|(limit, used)| UsageRow::new(applies, *limit, *used))
                .collect(),
            log_kept: log_kept(applies),
            columns: columns.into(),
            rows: plan_rows(),
            offers,
        }
    }
}

impl UsageRow {
    fn new(plan: Plan, limit: PlanLimit, used: i64) -> Self {
        let most = plan.limit_of(limit);
        Self {
            label: limit.label(),
            hint: limit.hint(),
            used: limit.format_amount(used),
            most: limit.format_amount(most),
            share: (used.saturating_mul(1_000) / most.max(1)).clamp(0, 1_000),
            full: plan.check_limit(limit, used, 1).is_err(),
        }
    }
}

fn offer_rows(parts: &PlanData, plan: Plan) -> impl Iterator<Item = OfferRow> {
    let all = PlanOffer::ALL
        .into_iter()
        .filter(move |offer| offer.plan() == plan);
    all.filter_map(move |offer| {
        let price = parts.prices.iter().find(|price| price.offer == offer)?;
        let money = price.money.map(|money| money.to_string());
        Some(OfferRow {
            name: offer.name(),
            interval: offer.interval().label(),
            price: money.unwrap_or_default(),
        })
    })
}

/// What the plans have, limit by limit and feature by feature.
fn plan_rows() -> Vec<PlanRow> {
    let limits = PlanLimit::ALL.map(|limit| PlanRow {
        label: limit.label().to_owned(),
        cells: cells(|plan| limit.format_amount(plan.limit_of(limit))),
    });
    let log = PlanRow {
        label: "Audit log".to_owned(),
        cells: cells(log_kept),
    };
    let features = Feature::ALL.map(|feature| PlanRow {
        label: feature.label().to_owned(),
        cells: cells(|plan| if plan.has(feature) { "Yes" } else { "No" }.to_owned()),
    });
    limits.into_iter().chain([log]).chain(features).collect()
}

/// How long the audit log keeps an entry, in words.
fn log_kept(plan: Plan) -> String {
    match plan.audit_retention().as_hours() / 24 {
        365 => "1 year".to_owned(),
        days if days % 365 == 0 => format!("{} years", days / 365),
        days => format!("{days} days"),
    }
}

fn cells(of: impl Fn(Plan) -> String) -> Vec<String> {
    Plan::ALL.into_iter().map(of).collect()
}

/// The prices, for whoever may subscribe. Without Stripe's answer there are none, and
/// nothing is offered: the rest of the page is as useful.
async fn list_prices(team: &TeamAccess) -> Result<Vec<StripePrice>, store::StoreError> {
    let manages = team.actor.role.may(Action::ManagePlan);
    let stripe = team.ctx.app.services.stripe.as_ref();
    let Some(stripe) = stripe.filter(|_| manages) else {
        return Ok(Vec::new());
    };
    Ok(stripe.list_prices().await.unwrap_or_else(|error| {
        tracing::error!(%error, "the prices can't be had");
        Vec::new()
    }))
}

pub(crate) async fn get(team: TeamAccess) -> Result<Reply, PageError> {
    let (store, ctx) = (&team.store, &team.ctx);
    let (workspace, used, account, prices) = try_join4(
        store.get_workspace(),
        store.list_limit_usage(),
        store.get_billing_account(),
        list_prices(&team),
    )
    .await?;
    let parts = PlanData {
        workspace: workspace.ok_or(PageError::NotFound)?,
        used,
        account,
        prices,
    };
    let page = PlanPage::new(ctx.app.new_id(), &parts, ctx.now);
    let role = team.actor.role;
    let page = PlanPage {
        state: page.state.filter(|_| role.may(Action::WriteSettings)),
        may_manage: role.may(Action::ManagePlan) && ctx.app.services.stripe.is_some(),
        ..page
    };
    Ok(ctx.render(&page)?.with_stripe_form_action(&ctx.app.config))
}
