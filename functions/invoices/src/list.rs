//! Lists of invoices: the workspace's, a client's, and a contact's own.

use domain::invoice::{Invoice, RevenueFigure};
use domain::money::Money;
use domain::role::Action;
use futures::future::{try_join, try_join3};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::page::ListPage;
use store::{CurrencyFigures, InvoiceList};
use web::view::Pager;
use web::{ClientAccess, Context, Crumb, EitherSide, Page, PageError, Query, Reply};

/// The page.
#[derive(Debug, Serialize)]
pub(crate) struct InvoicesPage {
    title: String,
    pulse: Option<String>,
    owed: Vec<BalanceRow>,
    tabs: Vec<Tab>,
    rows: Vec<InvoiceRow>,
    pager: Pager,
    /// What to say where there is none.
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
struct Tab {
    label: &'static str,
    href: String,
    here: bool,
}

/// Which of them.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct InvoicesQuery {
    show: String,
    after: Option<String>,
}

/// The lists: name in the address, words, whether they are the team's alone, and
/// what to say where one is empty.
const LISTS: [(&str, &str, bool, &str); 5] = [
    ("", "Outstanding", false, "Nothing is outstanding."),
    ("overdue", "Overdue", true, "Nothing is overdue."),
    ("paid", "Paid", false, "Nothing has been paid yet."),
    ("void", "Void", false, "No invoice is void."),
    ("drafts", "Drafts", true, "No draft is being written."),
];

impl InvoicesQuery {
    fn listing(&self, team: bool, today: Date) -> InvoiceList {
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
pub(crate) fn owed(books: &CurrencyFigures) -> Vec<BalanceRow> {
    let row = |currency| {
        let money = |figure| Money::new(books.of(currency, figure), currency);
        let overdue = money(RevenueFigure::Overdue);
        BalanceRow {
            outstanding: money(RevenueFigure::Outstanding).to_string(),
            overdue: (overdue.minor > 0).then(|| overdue.to_string()),
        }
    };
    books.currencies().into_iter().map(row).collect()
}

impl InvoiceRow {
    pub(crate) fn new(invoice: &Invoice, href: String, today: Date) -> Self {
        let (state, left) = (invoice.state(), invoice.outstanding());
        let part = left > 0 && left < invoice.total;
        let numbered = invoice.issued.as_ref();
        let numbered = numbered.map(|issued| issued.number.as_str());
        Self {
            href,
            title: numbered.unwrap_or(&invoice.subject).to_owned(),
            subject: numbered.map(|_| invoice.subject.clone()),
            client: invoice.client_name.clone(),
            due: invoice.due,
            overdue: invoice.is_overdue(today),
            total: invoice.money(invoice.total).to_string(),
            outstanding: part.then(|| invoice.money(left).to_string()),
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

    fn sample() -> Self {
        let billed = web::view::billed_sample();
        let today = billed.invoice.due.tomorrow().unwrap_or(billed.invoice.due);
        let row = InvoiceRow::new(&billed.invoice, "/clients/c/invoices/i".to_owned(), today);
        let found = ListPage {
            rows: vec![row],
            next: Some("x".to_owned()),
        };
        let owed = BalanceRow {
            outstanding: "100.00 EUR".to_owned(),
            overdue: Some("50.00 EUR".to_owned()),
        };
        let list = List {
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
            ..list.page(vec![owed], found, &InvoicesQuery::default())
        }
    }
}

/// A list, before it is known what is in it.
struct List<'a> {
    title: String,
    base: &'a str,
    team: bool,
}

impl List<'_> {
    fn page(
        self,
        owed: Vec<BalanceRow>,
        found: ListPage<InvoiceRow>,
        wanted: &InvoicesQuery,
    ) -> InvoicesPage {
        let address = |name: &str| match name {
            "" => self.base.to_owned(),
            name => format!("{}?show={name}", self.base),
        };
        let offered = LISTS.iter().filter(|(_, _, ours, _)| self.team || !ours);
        let offered: Vec<_> = offered.collect();
        let chosen = offered.iter().find(|(name, ..)| *name == wanted.show);
        let (name, empty) = chosen.map_or(("", ""), |(name, _, _, empty)| (*name, *empty));
        let tabs = offered.iter().map(|(one, label, ..)| Tab {
            label,
            href: address(one),
            here: *one == name,
        });
        InvoicesPage {
            tabs: tabs.collect(),
            pager: Pager::new(&found, &address(name), wanted.after.as_deref(), None),
            title: self.title,
            pulse: None,
            owed,
            rows: found.rows,
            empty,
            clients: false,
            new: None,
            overview: None,
            settings: None,
            crumbs: Vec::new(),
        }
    }
}

/// ListPage of invoices whose addresses `base` begins.
fn rows(
    found: ListPage<Invoice>,
    base: impl Fn(&Invoice) -> String,
    today: Date,
) -> ListPage<InvoiceRow> {
    let row =
        |one: &Invoice| InvoiceRow::new(one, format!("{}/invoices/{}", base(one), one.id), today);
    ListPage {
        rows: found.rows.iter().map(row).collect(),
        next: found.next,
    }
}

fn today(ctx: &Context) -> Date {
    ctx.workspace.today(ctx.now)
}

/// The workspace's for the team, a contact's own for contacts.
pub(crate) async fn get(
    side: EitherSide,
    Query(wanted): Query<InvoicesQuery>,
) -> Result<Reply, PageError> {
    let after = wanted.after.as_deref();
    let list = |team: bool| List {
        title: "Invoices".to_owned(),
        base: "/invoices",
        team,
    };
    match side {
        EitherSide::Team(team) => {
            let today = today(&team.ctx);
            let listing = wanted.listing(true, today);
            let (books, found) = try_join(
                team.store.all_owed(),
                team.store.all_invoices(listing, after),
            )
            .await?;
            let found = rows(found, |one| format!("/clients/{}", one.client), today);
            let manages = team.actor.role.may(Action::ManageInvoices);
            let page = InvoicesPage {
                clients: true,
                new: manages.then(|| "/invoices/new".to_owned()),
                overview: Some("/invoices/overview"),
                settings: manages.then_some("/invoices/settings"),
                ..list(true).page(owed(&books), found, &wanted)
            };
            team.ctx.page(&page)
        }
        EitherSide::Portal(portal) => {
            let (store, today) = (&portal.store, today(&portal.ctx));
            let listing = wanted.listing(false, today);
            let read = try_join3(store.about(), store.owed(), store.invoices(listing, after));
            let (client, books, found) = read.await?;
            let client = client.ok_or(PageError::NotFound)?;
            let found = rows(found, |_| String::new(), today);
            let page = InvoicesPage {
                pulse: Some(format!("/pulse?seen={}", client.shared_rev)),
                ..list(false).page(owed(&books), found, &wanted)
            };
            portal.ctx.page(&page)
        }
    }
}

/// One client's, for the team.
pub(crate) async fn of_client(
    inside: ClientAccess,
    Query(wanted): Query<InvoicesQuery>,
) -> Result<Reply, PageError> {
    let (store, today) = (&inside.store, today(&inside.ctx));
    let listing = wanted.listing(true, today);
    let found = store.invoices(listing, wanted.after.as_deref());
    let (client, books, found) = try_join3(store.about(), store.owed(), found).await?;
    let client = client.ok_or(PageError::NotFound)?;
    let here = format!("{}/invoices", inside.base);
    let list = List {
        title: format!("Invoices of {}", client.name),
        base: &here,
        team: true,
    };
    let found = rows(found, |_| inside.base.clone(), today);
    let page = InvoicesPage {
        pulse: Some(format!("{}/pulse?seen={}", inside.base, client.rev)),
        new: inside
            .may(Action::ManageInvoices)
            .then(|| format!("{here}/new")),
        crumbs: inside.crumbs(&client.name),
        ..list.page(owed(&books), found, &wanted)
    };
    inside.ctx.page(&page)
}
