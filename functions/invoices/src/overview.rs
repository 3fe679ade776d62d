//! What is outstanding, overdue and paid: by month, by client and by currency,
//! which are never added.

use domain::invoice::RevenueFigure;
use domain::money::{Currency, Money};
use futures::future::try_join3;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::{ClientBalance, CurrencyFigures, ListPage};
use web::links::{self, LinkBase};
use web::view::Pager;
use web::{Crumb, Page, PageError, Query, Reply, TeamAccess};

use crate::list::{BalanceRow, balance_rows};

#[derive(Debug, Serialize)]
pub(crate) struct OverviewPage {
    owed: Vec<BalanceRow>,
    months: Vec<MonthGroup>,
    /// The month that clients are shown of; `None` for how they stand now.
    month: Option<String>,
    clients: Vec<FiguresRow>,
    pager: Pager,
    now: Option<&'static str>,
}

/// A month, with a row for each currency.
#[derive(Debug, Serialize)]
struct MonthGroup {
    name: String,
    href: String,
    here: bool,
    rows: Vec<FiguresRow>,
}

/// Figures of one currency; what is zero is empty.
#[derive(Debug, Clone, Serialize)]
struct FiguresRow {
    name: String,
    href: String,
    currency: &'static str,
    invoiced: String,
    paid: String,
    refunded: String,
    outstanding: String,
    overdue: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct OverviewQuery {
    month: Option<String>,
    after: Option<String>,
}

impl FiguresRow {
    fn new(figures: &CurrencyFigures, currency: Currency, name: &str, href: &str) -> Self {
        let format_figure = |figure| match figures.of(currency, figure) {
            0 => String::new(),
            minor => Money::new(minor, currency).format_grouped(),
        };
        Self {
            name: name.to_owned(),
            href: href.to_owned(),
            currency: currency.code(),
            invoiced: format_figure(RevenueFigure::Invoiced),
            paid: format_figure(RevenueFigure::Paid),
            refunded: format_figure(RevenueFigure::Refunded),
            outstanding: format_figure(RevenueFigure::Outstanding),
            overdue: format_figure(RevenueFigure::Overdue),
        }
    }

    fn list(figures: &CurrencyFigures, name: &str, href: &str) -> Vec<Self> {
        let rows = figures.currencies().into_iter();
        rows.map(|currency| Self::new(figures, currency, name, href))
            .collect()
    }
}

impl Page for OverviewPage {
    const TEMPLATE: &'static str = "pages/invoices/overview.html";

    fn title(&self) -> String {
        "Invoices by month".to_owned()
    }

    fn crumbs(&self) -> Vec<Crumb> {
        vec![Crumb::to("Invoices", "/invoices")]
    }

    fn samples() -> Vec<Self> {
        let no_clients = ListPage {
            rows: Vec::new(),
            next: None,
        };
        let query = OverviewQuery::default();
        let empty = Self::new(&CurrencyFigures::default(), &[], &no_clients, &query);
        vec![Self::sample(), empty]
    }

    fn sample() -> Self {
        let mut figures = CurrencyFigures::default();
        for figure in RevenueFigure::ALL {
            figures.add(Currency::default(), figure, 1_000_000);
        }
        let client = ClientBalance {
            client: web::view::engagement_sample().client,
            name: "Initech <b>".to_owned(),
            figures: figures.clone(),
        };
        let clients = ListPage {
            rows: vec![client],
            next: Some("x".to_owned()),
        };
        let month = Date::constant(2026, 1, 1);
        let query = OverviewQuery {
            month: Some("2026-01".to_owned()),
            after: Some("y".to_owned()),
        };
        Self::new(&figures, &[(month, figures.clone())], &clients, &query)
    }
}

impl OverviewPage {
    fn new(
        now: &CurrencyFigures,
        months: &[(Date, CurrencyFigures)],
        clients: &ListPage<ClientBalance>,
        query: &OverviewQuery,
    ) -> Self {
        let here = "/invoices/overview";
        let month = query.first();
        let path = month.map_or_else(
            || here.to_owned(),
            |month| format!("{here}?month={}", month.strftime("%Y-%m")),
        );
        let month_group = |(first, figures): &(Date, CurrencyFigures)| {
            let name = first.strftime("%B %Y").to_string();
            let href = format!("{here}?month={}#clients", first.strftime("%Y-%m"));
            MonthGroup {
                rows: FiguresRow::list(figures, &name, &href),
                here: month == Some(*first),
                name,
                href,
            }
        };
        let client_rows = |balance: &ClientBalance| {
            let href = links::invoices(LinkBase::Team(balance.client));
            FiguresRow::list(&balance.figures, &balance.name, &href)
        };
        Self {
            owed: balance_rows(now),
            months: months.iter().map(month_group).collect(),
            month: month.map(|month| month.strftime("%B %Y").to_string()),
            clients: clients.rows.iter().flat_map(client_rows).collect(),
            pager: Pager::new(clients, &path, query.after.as_deref(), None),
            now: month.map(|_| here),
        }
    }
}

impl OverviewQuery {
    /// The first day of the month.
    fn first(&self) -> Option<Date> {
        format!("{}-01", self.month.as_deref()?).parse().ok()
    }
}

pub(crate) async fn get(
    team: TeamAccess,
    Query(query): Query<OverviewQuery>,
) -> Result<Reply, PageError> {
    let (store, after) = (&team.store, query.after.as_deref());
    // What is sent today may be due in months to come.
    let last = team.ctx.workspace.today(team.ctx.now).first_of_month();
    let last = last
        .checked_add(jiff::Span::new().months(2))
        .unwrap_or(last);
    let clients = async {
        match query.first() {
            Some(month) => store.list_client_months(month, after).await,
            None => store.list_client_balances(after).await,
        }
    };
    let (now, months, clients) = try_join3(
        store.get_workspace_balance(),
        store.list_months(last),
        clients,
    )
    .await?;
    let page = OverviewPage::new(&now, &months, &clients, &query);
    team.ctx.render(&page)
}
