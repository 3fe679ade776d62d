//! What is outstanding, overdue and paid: by month, by client and by currency,
//! which are never added.

use domain::invoice::RevenueFigure;
use domain::money::{Currency, Money};
use futures::future::try_join3;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::page::ListPage;
use store::{ClientBalance, CurrencyFigures};
use web::view::Pager;
use web::{Crumb, Page, PageError, Query, Reply, TeamAccess};

use crate::list::{BalanceRow, owed};

/// The page.
#[derive(Debug, Serialize)]
pub(crate) struct OverviewPage {
    owed: Vec<BalanceRow>,
    months: Vec<Month>,
    /// The month that clients are shown of; `None` for how they stand now.
    month: Option<String>,
    clients: Vec<Row>,
    pager: Pager,
    now: Option<&'static str>,
}

/// A month, with a row for each currency.
#[derive(Debug, Serialize)]
struct Month {
    name: String,
    href: String,
    here: bool,
    rows: Vec<Row>,
}

/// Figures of one currency; what is zero is empty.
#[derive(Debug, Clone, Serialize)]
struct Row {
    name: String,
    href: String,
    currency: &'static str,
    invoiced: String,
    paid: String,
    refunded: String,
    outstanding: String,
    overdue: String,
}

/// Which month.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct OverviewQuery {
    month: Option<String>,
    after: Option<String>,
}

impl Row {
    fn of(books: &CurrencyFigures, currency: Currency, (name, href): (&str, &str)) -> Self {
        let figure = |figure| match books.of(currency, figure) {
            0 => String::new(),
            minor => Money::new(minor, currency).grouped(),
        };
        Self {
            name: name.to_owned(),
            href: href.to_owned(),
            currency: currency.code(),
            invoiced: figure(RevenueFigure::Invoiced),
            paid: figure(RevenueFigure::Paid),
            refunded: figure(RevenueFigure::Refunded),
            outstanding: figure(RevenueFigure::Outstanding),
            overdue: figure(RevenueFigure::Overdue),
        }
    }

    fn all(books: &CurrencyFigures, named: (&str, &str)) -> Vec<Self> {
        let rows = books.currencies().into_iter();
        rows.map(|currency| Self::of(books, currency, named))
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

    fn sample() -> Self {
        let mut books = CurrencyFigures::default();
        for figure in RevenueFigure::ALL {
            books.add(Currency::default(), figure, 1_000_000);
        }
        let client = ClientBalance {
            client: web::view::engagement_sample().client,
            name: "Initech <b>".to_owned(),
            books: books.clone(),
        };
        let found = ListPage {
            rows: vec![client],
            next: Some("x".to_owned()),
        };
        let month = Date::constant(2026, 1, 1);
        let wanted = OverviewQuery {
            month: Some("2026-01".to_owned()),
            after: Some("y".to_owned()),
        };
        Self::new(&books, &[(month, books.clone())], &found, &wanted)
    }
}

impl OverviewPage {
    fn new(
        now: &CurrencyFigures,
        months: &[(Date, CurrencyFigures)],
        clients: &ListPage<ClientBalance>,
        wanted: &OverviewQuery,
    ) -> Self {
        let here = "/invoices/overview";
        let month = wanted.first();
        let path = month.map_or_else(
            || here.to_owned(),
            |month| format!("{here}?month={}", month.strftime("%Y-%m")),
        );
        let of_month = |(first, books): &(Date, CurrencyFigures)| {
            let name = first.strftime("%B %Y").to_string();
            let href = format!("{here}?month={}#clients", first.strftime("%Y-%m"));
            Month {
                rows: Row::all(books, (&name, &href)),
                here: month == Some(*first),
                name,
                href,
            }
        };
        let of_client = |one: &ClientBalance| {
            let href = format!("/clients/{}/invoices", one.client);
            Row::all(&one.books, (&one.name, &href))
        };
        Self {
            owed: owed(now),
            months: months.iter().map(of_month).collect(),
            month: month.map(|month| month.strftime("%B %Y").to_string()),
            clients: clients.rows.iter().flat_map(of_client).collect(),
            pager: Pager::new(clients, &path, wanted.after.as_deref(), None),
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
    Query(wanted): Query<OverviewQuery>,
) -> Result<Reply, PageError> {
    let (store, after) = (&team.store, wanted.after.as_deref());
    // What is sent today may be due in months to come.
    let last = team.ctx.workspace.today(team.ctx.now).first_of_month();
    let last = last
        .checked_add(jiff::Span::new().months(2))
        .unwrap_or(last);
    let clients = async {
        match wanted.first() {
            Some(month) => store.month_by_client(month, after).await,
            None => store.owed_by_client(after).await,
        }
    };
    let (now, months, clients) = try_join3(store.all_owed(), store.months(last), clients).await?;
    let page = OverviewPage::new(&now, &months, &clients, &wanted);
    team.ctx.page(&page)
}
