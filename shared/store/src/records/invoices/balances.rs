//! Balances and revenue: what is owed, and what was billed and paid in a month, by
//! currency. The transaction of each change posts to them, so that no page adds up
//! invoices.

use std::collections::BTreeMap;

use domain::id::ClientId;
use domain::invoice::{FigurePosting, RevenueFigure};
use domain::money::Currency;
use jiff::civil::Date;

use crate::error::StoreError;
use crate::table::codec::{Item, get_integer, get_text, string};
use crate::table::keys::{self, IndexKey, Key};
use crate::table::list_page::{ListPage, PAGE_SIZE};
use crate::table::query::{Query, Range, start_at};
use crate::table::transaction::Transaction;
use crate::table::update::Update;
use crate::tenancy::scope::{ClientScope, Store, WorkspaceScope};

/// Months of a year's figures.
const MONTHS: i32 = 12;

/// Figures by currency; they are never added across currencies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CurrencyFigures(BTreeMap<(Currency, RevenueFigure), i64>);

/// A client's figures: its balance, or those of a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientBalance {
    pub client: ClientId,
    pub name: String,
    pub figures: CurrencyFigures,
}

/// The client and the currency of an invoice's postings.
pub(crate) struct FigureScope<'a> {
    pub(crate) client: ClientId,
    pub(crate) name: &'a str,
    pub(crate) currency: Currency,
}

impl CurrencyFigures {
    /// The figure in a currency.
    pub fn of(&self, currency: Currency, figure: RevenueFigure) -> i64 {
        self.0.get(&(currency, figure)).copied().unwrap_or_default()
    }

    /// The currencies of which a figure isn't zero, by code.
    pub fn currencies(&self) -> Vec<Currency> {
        let there = self.0.iter().filter(|(_, minor)| **minor != 0);
        let mut all: Vec<_> = there.map(|((currency, _), _)| *currency).collect();
        all.dedup();
        all
    }

    /// Adds to a figure.
    pub fn add(&mut self, currency: Currency, figure: RevenueFigure, minor: i64) {
        *self.0.entry((currency, figure)).or_default() += minor;
    }

    /// The same without figures that are zero.
    #[must_use]
    pub fn without_zeros(mut self) -> Self {
        self.0.retain(|_, minor| *minor != 0);
        self
    }

    fn from_item(item: &Item) -> Self {
        let mut books = Self::default();
        for name in item.keys() {
            let Some((letter, code)) = name.split_once('_') else {
                continue;
            };
            let figure = RevenueFigure::ALL
                .into_iter()
                .find(|figure| figure.letter().to_string() == letter);
            if let (Some(figure), Ok(currency)) = (figure, code.parse()) {
                books.add(currency, figure, get_integer(item, name));
            }
        }
        books.without_zeros()
    }
}

/// `<figure>_<currency>`.
fn attribute_name(currency: Currency, figure: RevenueFigure) -> String {
    format!("{}_{currency}", figure.letter())
}

impl Store<WorkspaceScope> {
    /// Puts postings into the figures of a client and of the workspace.
    pub(crate) fn put_postings(
        &self,
        transaction: &mut Transaction,
        account: &FigureScope<'_>,
        postings: &[FigurePosting],
    ) {
        let w = self.prefix();
        let c = keys::client(self.ws(), account.client);
        let of_client = |key: Key, place: IndexKey| {
            Update::upsert(key)
                .set("t", string("books"))
                .set("client", string(account.client))
                .set("name", string(account.name))
                .set_index_key(&place)
        };
        let of_all = |key: Key| Update::upsert(key).set("t", string("books"));
        let mut months: BTreeMap<Date, Vec<(String, i64)>> = BTreeMap::new();
        let mut standing = Vec::new();
        for posting in postings {
            let addition = (
                attribute_name(account.currency, posting.figure),
                posting.amount,
            );
            if posting.figure.is_balance() {
                standing.push(addition.clone());
            }
            months.entry(posting.month).or_default().push(addition);
        }
        for (month, additions) in months {
            let place = keys::month_index_key(&w, month, account.client);
            let of_client_row = of_client(keys::client_month(&c, month), place);
            transaction.update(of_client_row.add_all(additions.clone()));
            transaction.update(of_all(keys::workspace_month(&w, month)).add_all(additions));
        }
        if !standing.is_empty() {
            let of_client_row = of_client(
                keys::client_balance(&c),
                keys::balance_index_key(&w, account.client),
            );
            transaction.update(of_client_row.add_all(standing.clone()));
            transaction.update(of_all(keys::workspace_balance(&w)).add_all(standing));
        }
    }

    /// The balance of all clients.
    pub async fn get_workspace_balance(&self) -> Result<CurrencyFigures, StoreError> {
        let found = self.get(&keys::workspace_balance(&self.prefix())).await?;
        Ok(found
            .as_ref()
            .map(CurrencyFigures::from_item)
            .unwrap_or_default())
    }

    /// A page of the clients' balances; a client that never had an invoice is left out.
    pub async fn list_client_balances(
        &self,
        after: Option<&str>,
    ) -> Result<ListPage<ClientBalance>, StoreError> {
        let list = keys::balance_list(&self.prefix());
        let after = after.and_then(|id| id.parse::<ClientId>().ok()).map(|id| {
            let key = keys::client_balance(&keys::client(self.ws(), id));
            start_at(&key, Some(&keys::balance_index_key(&self.prefix(), id)))
        });
        let query = Query::list(&list, Range::UpTo("~".to_owned()), PAGE_SIZE);
        self.list_balances(query.after(after)).await
    }

    /// A page of what each client was billed and paid in a month.
    pub async fn list_client_months(
        &self,
        month: Date,
        after: Option<&str>,
    ) -> Result<ListPage<ClientBalance>, StoreError> {
        let w = self.prefix();
        let after = after.and_then(|id| id.parse::<ClientId>().ok()).map(|id| {
            let key = keys::client_month(&keys::client(self.ws(), id), month);
            start_at(&key, Some(&keys::month_index_key(&w, month, id)))
        });
        let prefix = month.strftime("%Y-%m#").to_string();
        let query = Query::list(&keys::month_list(&w), Range::Prefix(prefix), PAGE_SIZE);
        self.list_balances(query.after(after)).await
    }

    async fn list_balances(&self, query: Query) -> Result<ListPage<ClientBalance>, StoreError> {
        let page = self.query(query).await?;
        let read = |item: Item| {
            let client = get_text(&item, "client")?.parse();
            Ok(ClientBalance {
                client: client.map_err(|_| StoreError::Lacks("client"))?,
                name: get_text(&item, "name")?.to_owned(),
                figures: CurrencyFigures::from_item(&item),
            })
        };
        let rows = page.items.into_iter().map(read);
        let rows = rows.collect::<Result<_, StoreError>>()?;
        Ok(ListPage::new(rows, page.more, |balance: &ClientBalance| {
            balance.client.to_string()
        }))
    }

    /// The workspace's figures of twelve months up to that of `last`, as far as there are any,
    /// the newest first.
    pub async fn list_months(
        &self,
        last: Date,
    ) -> Result<Vec<(Date, CurrencyFigures)>, StoreError> {
        let w = self.prefix();
        let first = last.checked_sub(jiff::Span::new().months(MONTHS - 1));
        let (from, to) = (
            keys::workspace_month(&w, first.unwrap_or(last)),
            keys::workspace_month(&w, last),
        );
        let query = Query::of(to.pk, Range::Between(from.sk, to.sk), MONTHS);
        let page = self.query(query.descending()).await?;
        let read = |item: Item| {
            let month = get_text(&item, "sk")?
                .strip_prefix("M#")
                .unwrap_or_default();
            let month = format!("{month}-01").parse();
            let month = month.map_err(|_| StoreError::Lacks("sk"))?;
            Ok((month, CurrencyFigures::from_item(&item)))
        };
        page.items.into_iter().map(read).collect()
    }
}

impl Store<ClientScope> {
    /// The client's balance.
    pub async fn get_balance(&self) -> Result<CurrencyFigures, StoreError> {
        let found = self.get(&keys::client_balance(&self.prefix())).await?;
        Ok(found
            .as_ref()
            .map(CurrencyFigures::from_item)
            .unwrap_or_default())
    }
}
