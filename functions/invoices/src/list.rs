//! Lists of invoices: of the workspace, of a client, and of a contact's own client.

use domain::invoice::{Invoice, RevenueFigure};
use domain::money::Money;
use domain::role::Action;
use futures::future::{try_join, try_join3};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::{CurrencyFigures, InvoiceList, ListPage};
use web::links::{self, LinkBase};
use web::view::Pager;
use web::{ClientAccess, Context, Crumb, EitherSide, Page, PageError, Query, Reply};

#[derive(Debug, Serialize)]
pub(crate) struct InvoicesPage {
    title: String,
    pulse: Option<String>,
    owed: Vec<BalanceRow>,
    tabs: Vec<ListTab>,
    rows: Vec<InvoiceRow>,
    pager: Pager,
    /// The text of an empty list.
    empty: &'static str,
    /// Whether clients are named in the rows.
    clients: bool,
    new: Option<String>,
    overview: Option<&'static str>,
    settings: Option<&'static str>,
    #[serde(skip)]
    crumbs: Vec<Crumb>,
}

/// An invoice in the list.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct InvoiceRow {
    href: String,
    /// Its number; what it is for, where it has none yet.
    title: String,
    subject: Option<String>,
    client: String,
    due: Date,
    overdue: bool,
    total: String,
    /// Where it isn't the total.
    outstanding: Option<String>,
    /// Whether a payment is on its way.
    processing: bool,
    state: &'static str,
    label: &'static str,
}

/// What is owed in one currency.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct BalanceRow {
    pub(crate) outstanding: String,
    pub(crate) overdue: Option<String>,
}

#[derive(Debug, Serialize)]
struct ListTab {
    label: &'static str,
    href: String,
    here: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct InvoicesQuery {
    show: String,
    after: Option<String>,
}

/// The tabs: name in the address, label, whether it is for the team alone, and the text of an
/// empty list.
const TABS: [(&str, &str, bool, &str); 5] = [
    ("", "Outstanding", false, "Nothing is outstanding."),
    ("overdue", "Overdue", true, "Nothing is overdue."),
    ("paid", "Paid", false, "Nothing has been paid yet."),
    ("void", "Void", false, "No invoice is void."),
    ("drafts", "Drafts", true, "No draft is being written."),
];

impl InvoicesQuery {
    fn invoice_list(&self, team: bool, today: Date) -> InvoiceList {
        match self.show.as_str() {
            "overdue" if team => InvoiceList::Overdue(today),
            "drafts" if team => InvoiceList::Drafts,
            "paid" => InvoiceList::Paid,
            "void" => InvoiceList::Void,
            _ => InvoiceList::Outstanding,
        }
    }
}

/// What is owed, by currency.
pub(crate) fn balance_rows(balance: &CurrencyFigures) -> Vec<BalanceRow> {
    let row = |currency| {
        let money = |figure| Money::new(balance.of(currency, figure), currency);
        let overdue = money(RevenueFigure::Overdue);
        BalanceRow {
            outstanding: money(RevenueFigure::Outstanding).to_string(),
            overdue: (overdue.minor > 0).then(|| overdue.to_string()),
        }
    };
    balance.currencies().into_iter().map(row).collect()
}

impl InvoiceRow {
    pub(crate) fn new(invoice: &Invoice, href: String, today: Date) -> Self {
        let (state, outstanding) = (invoice.state(), invoice.outstanding());
        let is_part_paid = outstanding > 0 && outstanding < invoice.total;
        let number = invoice.issue.as_ref();
        let number = number.map(|issued| issued.number.as_str());
        Self {
            href,
            title: number.unwrap_or(&invoice.subject).to_owned(),
            subject: number.map(|_| invoice.subject.clone()),
            client: invoice.client_name.clone(),
            due: invoice.due,
            overdue: invoice.is_overdue(today),
            total: invoice.money(invoice.total).to_string(),
            outstanding: is_part_paid.then(|| invoice.money(outstanding).to_string()),
            processing: invoice.processing > 0,
            state: state.name(),
            label: state.label(),
        }
    }
}

impl Page for InvoicesPage {
    const TEMPLATE: &'static str = "pages/invoices/invoices.html";

    fn title(&self) -> String {
        self.title.clone()
    }

    fn crumbs(&self) -> Vec<Crumb> {
        self.crumbs.clone()
    }

    fn samples() -> Vec<Self> {
        let no_invoices = ListPage {
            rows: Vec::new(),
            next: None,
        };
        let view = InvoiceListView {
            title: "Invoices".to_owned(),
            base: "/invoices",
            team: false,
        };
        let empty = view.into_page(Vec::new(), no_invoices, &InvoicesQuery::default());
        vec![Self::sample(), empty]
    }

    fn sample() -> Self {
        let billed = web::view::invoice_sample();
        let today = billed.invoice.due.tomorrow().unwrap_or(billed.invoice.due);
        let row = InvoiceRow::new(&billed.invoice, "/clients/c/invoices/i".to_owned(), today);
        let invoices = ListPage {
            rows: vec![row],
            next: Some("x".to_owned()),
        };
        let owed = BalanceRow {
            outstanding: "100.00 EUR".to_owned(),
            overdue: Some("50.00 EUR".to_owned()),
        };
        let view = InvoiceListView {
            title: "Invoices".to_owned(),
            base: "/invoices",
            team: true,
        };
        Self {
            pulse: Some("/pulse?seen=1".to_owned()),
            clients: true,
            new: Some("/invoices/new".to_owned()),
            overview: Some("/invoices/overview"),
            settings: Some("/invoices/settings"),
            ..view.into_page(vec![owed], invoices, &InvoicesQuery::default())
        }
    }
}

/// The frame of a list, before its rows are read.
struct InvoiceListView<'a> {
    title: String,
    base: &'a str,
    team: bool,
}

impl InvoiceListView<'_> {
    fn into_page(
        self,
        owed: Vec<BalanceRow>,
        invoices: ListPage<InvoiceRow>,
        query: &InvoicesQuery,
    ) -> InvoicesPage {
        let address = |name: &str| match name {
            "" => self.base.to_owned(),
            name => format!("{}?show={name}", self.base),
        };
        let offered = TABS.iter().filter(|(_, _, ours, _)| self.team || !ours);
        let offered: Vec<_> = offered.collect();
        let chosen = offered.iter().find(|(name, ..)| *name == query.show);
        let (name, empty) = chosen.map_or(("", ""), |(name, _, _, empty)| (*name, *empty));
        let tabs = offered.iter().map(|(tab, label, ..)| ListTab {
            label,
            href: address(tab),
            here: *tab == name,
        });
        InvoicesPage {
            tabs: tabs.collect(),
            pager: Pager::new(&invoices, &address(name), query.after.as_deref(), None),
            title: self.title,
            pulse: None,
            owed,
            rows: invoices.rows,
            empty,
            clients: false,
            new: None,
            overview: None,
            settings: None,
            crumbs: Vec::new(),
        }
    }
}

/// A page of invoices, each linked below its `base`.
fn invoice_rows(
    invoices: ListPage<Invoice>,
    base: impl Fn(&Invoice) -> LinkBase,
    today: Date,
) -> ListPage<InvoiceRow> {
    let row = |invoice: &Invoice| {
        let href = links::invoice(base(invoice), invoice.id);
        InvoiceRow::new(invoice, href, today)
    };
    ListPage {
        rows: invoices.rows.iter().map(row).collect(),
        next: invoices.next,
    }
}

fn today(ctx: &Context) -> Date {
    ctx.workspace.today(ctx.now)
}

/// The workspace's for the team, a contact's own for contacts.
pub(crate) async fn get(
    side: EitherSide,
    Query(query): Query<InvoicesQuery>,
) -> Result<Reply, PageError> {
    let after = query.after.as_deref();
    let view = |team: bool| InvoiceListView {
        title: "Invoices".to_owned(),
        base: "/invoices",
        team,
    };
    match side {
        EitherSide::Team(team) => {
            let today = today(&team.ctx);
            let list = query.invoice_list(true, today);
            let (balance, invoices) = try_join(
                team.store.get_workspace_balance(),
                team.store.list_workspace_invoices(list, after),
            )
            .await?;
            let invoices = invoice_rows(invoices, |invoice| LinkBase::Team(invoice.client), today);
            let manages = team.actor.role.may(Action::ManageInvoices);
            let page = InvoicesPage {
                clients: true,
                new: manages.then(|| "/invoices/new".to_owned()),
                overview: Some("/invoices/overview"),
                settings: manages.then_some("/invoices/settings"),
                ..view(true).into_page(balance_rows(&balance), invoices, &query)
            };
            team.ctx.render(&page)
        }
        EitherSide::Portal(portal) => {
            let (store, today) = (&portal.store, today(&portal.ctx));
            let list = query.invoice_list(false, today);
            let read = try_join3(
                store.get_client(),
                store.get_balance(),
                store.list_invoices(list, after),
            );
            let (client, balance, invoices) = read.await?;
            let client = client.ok_or(PageError::NotFound)?;
            let invoices = invoice_rows(invoices, |_| LinkBase::Portal, today);
            let page = InvoicesPage {
                pulse: Some(format!(
                    "{}?seen={}",
                    links::client_pulse(LinkBase::Portal),
                    client.shared_rev
                )),
                ..view(false).into_page(balance_rows(&balance), invoices, &query)
            };
            portal.ctx.render(&page)
        }
    }
}

/// One client's, for the team.
pub(crate) async fn of_client(
    access: ClientAccess,
    Query(query): Query<InvoicesQuery>,
) -> Result<Reply, PageError> {
    let (store, today) = (&access.store, today(&access.ctx));
    let list = query.invoice_list(true, today);
    let invoices = store.list_invoices(list, query.after.as_deref());
    let (client, balance, invoices) =
        try_join3(store.get_client(), store.get_balance(), invoices).await?;
    let client = client.ok_or(PageError::NotFound)?;
    let path = links::invoices(access.base);
    let view = InvoiceListView {
        title: format!("Invoices of {}", client.name),
        base: &path,
        team: true,
    };
    let invoices = invoice_rows(invoices, |_| access.base, today);
    let page = InvoicesPage {
        pulse: Some(format!(
            "{}?seen={}",
            links::client_pulse(access.base),
            client.rev
        )),
        new: access
            .may(Action::ManageInvoices)
            .then(|| links::invoice_new(access.base)),
        crumbs: access.crumbs(&client.name),
        ..view.into_page(balance_rows(&balance), invoices, &query)
    };
    access.ctx.render(&page)
}
