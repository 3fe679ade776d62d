//! Lists of invoices: the workspace's, a client's, and a contact's own.

use domain::invoice::{Figure, Invoice};
use domain::money::Money;
use domain::role::Action;
use futures::future::{try_join, try_join3};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::page::Page as Rows;
use store::{Books, Listing};
use web::view::Pager;
use web::{Context, Crumb, Error, Inside, Page, Query, Reply, Side};

/// The page.
#[derive(Debug, Serialize)]
pub(crate) struct InvoicesPage {
    title: String,
    pulse: Option<String>,
    owed: Vec<OwedRow>,
    tabs: Vec<Tab>,
    rows: Vec<Row>,
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
pub(crate) struct Row {
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
pub(crate) struct OwedRow {
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
pub(crate) struct Wanted {
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

impl Wanted {
    fn listing(&self, team: bool, today: Date) -> Listing {
        match self.show.as_str() {
            "overdue" if team => Listing::Overdue(today),
            "drafts" if team => Listing::Drafts,
            "paid" => Listing::Paid,
            "void" => Listing::Void,
            _ => Listing::Outstanding,
        }
    }
}

/// What is owed, by currency.
pub(crate) fn owed(books: &Books) -> Vec<OwedRow> {
    let row = |currency| {
        let money = |figure| Money::new(books.of(currency, figure), currency);
        let overdue = money(Figure::Overdue);
        OwedRow {
            outstanding: money(Figure::Outstanding).to_string(),
            overdue: (overdue.minor > 0).then(|| overdue.to_string()),
        }
    };
    books.currencies().into_iter().map(row).collect()
}

impl Row {
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
        let row = Row::new(&billed.invoice, "/clients/c/invoices/i".to_owned(), today);
        let found = Rows {
            rows: vec![row],
            next: Some("x".to_owned()),
        };
        let owed = OwedRow {
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
            ..list.page(vec![owed], found, &Wanted::default())
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
    fn page(self, owed: Vec<OwedRow>, found: Rows<Row>, wanted: &Wanted) -> InvoicesPage {
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

/// Rows of invoices whose addresses `base` begins.
fn rows(found: Rows<Invoice>, base: impl Fn(&Invoice) -> String, today: Date) -> Rows<Row> {
    let row = |one: &Invoice| Row::new(one, format!("{}/invoices/{}", base(one), one.id), today);
    Rows {
        rows: found.rows.iter().map(row).collect(),
        next: found.next,
    }
}

fn today(ctx: &Context) -> Date {
    ctx.workspace.today(ctx.now)
}

/// The workspace's for the team, a contact's own for contacts.
pub(crate) async fn get(side: Side, Query(wanted): Query<Wanted>) -> Result<Reply, Error> {
    let after = wanted.after.as_deref();
    let list = |team: bool| List {
        title: "Invoices".to_owned(),
        base: "/invoices",
        team,
    };
    match side {
        Side::Team(team) => {
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
        Side::Portal(portal) => {
            let (store, today) = (&portal.store, today(&portal.ctx));
            let listing = wanted.listing(false, today);
            let read = try_join3(store.about(), store.owed(), store.invoices(listing, after));
            let (client, books, found) = read.await?;
            let client = client.ok_or(Error::NotFound)?;
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
    inside: Inside,
    Query(wanted): Query<Wanted>,
) -> Result<Reply, Error> {
    let (store, today) = (&inside.store, today(&inside.ctx));
    let listing = wanted.listing(true, today);
    let found = store.invoices(listing, wanted.after.as_deref());
    let (client, books, found) = try_join3(store.about(), store.owed(), found).await?;
    let client = client.ok_or(Error::NotFound)?;
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
