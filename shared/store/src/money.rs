//! The books: what is owed, and what was billed and paid in a month, by currency.
//! The transaction of each change adds to them, so that nobody adds up invoices.

use std::collections::BTreeMap;

use domain::id::ClientId;
use domain::invoice::{FigurePosting, RevenueFigure};
use domain::money::Currency;
use jiff::civil::Date;

use crate::codec::{Item, integer, string, text};
use crate::error::StoreError;
use crate::keys::{self, Index, IndexKey, Key};
use crate::page::{ListPage, SIZE};
use crate::scope::{ClientScope, Store, WorkspaceScope};
use crate::table::{Query, Range, start};
use crate::transact::{Transaction, Update};

/// Months of a year's figures.
const MONTHS: i32 = 12;

/// Figures, by currency: never added across them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CurrencyFigures(BTreeMap<(Currency, RevenueFigure), i64>);

/// A client's figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientBalance {
    /// Whose.
    pub client: ClientId,
    /// Its name.
    pub name: String,
    /// The figures.
    pub books: CurrencyFigures,
}

/// Whom a change of an invoice concerns, and in which currency.
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
    pub fn settled(mut self) -> Self {
        self.0.retain(|_, minor| *minor != 0);
        self
    }

    fn read(item: &Item) -> Self {
        let mut books = Self::default();
        for name in item.keys() {
            let Some((letter, code)) = name.split_once('_') else {
                continue;
            };
            let figure = RevenueFigure::ALL
                .into_iter()
                .find(|one| one.letter().to_string() == letter);
            if let (Some(figure), Ok(currency)) = (figure, code.parse()) {
                books.add(currency, figure, integer(item, name));
            }
        }
        books.settled()
    }
}

/// `<figure>_<currency>`.
fn name(currency: Currency, figure: RevenueFigure) -> String {
    format!("{}_{currency}", figure.letter())
}

impl Store<WorkspaceScope> {
    /// Adds postings to the books of a client and of the workspace.
    pub(crate) fn post(
        &self,
        transaction: &mut Transaction,
        account: &FigureScope<'_>,
        postings: &[FigurePosting],
    ) {
        let w = self.prefix();
        let c = keys::client(self.ws(), account.client);
        let of_client = |key: Key, place: IndexKey| {
            let (_, pk, sk) = place.index.names();
            Update::upsert(key)
                .set("t", string("books"))
                .set("client", string(account.client))
                .set("name", string(account.name))
                .set(pk, string(place.pk))
                .set(sk, string(place.sk))
        };
        let of_all = |key: Key| Update::upsert(key).set("t", string("books"));
        let mut months: BTreeMap<Date, Vec<(String, i64)>> = BTreeMap::new();
        let mut standing = Vec::new();
        for posting in postings {
            let addition = (name(account.currency, posting.figure), posting.minor);
            if posting.figure.is_standing() {
                standing.push(addition.clone());
            }
            months.entry(posting.month).or_default().push(addition);
        }
        for (month, additions) in months {
            let place = keys::month_place(&w, month, account.client);
            let ours = of_client(keys::money_month(&c, month), place);
            transaction.update(ours.add_all(additions.clone()));
            transaction.update(of_all(keys::all_month(&w, month)).add_all(additions));
        }
        if !standing.is_empty() {
            let ours = of_client(keys::owed(&c), keys::owed_place(&w, account.client));
            transaction.update(ours.add_all(standing.clone()));
            transaction.update(of_all(keys::all_owed(&w)).add_all(standing));
        }
    }

    /// What all clients owe.
    pub async fn all_owed(&self) -> Result<CurrencyFigures, StoreError> {
        let found = self.get(&keys::all_owed(&self.prefix())).await?;
        Ok(found
            .as_ref()
            .map(CurrencyFigures::read)
            .unwrap_or_default())
    }

    /// A page of what each client owes, those that never did left out.
    pub async fn owed_by_client(
        &self,
        after: Option<&str>,
    ) -> Result<ListPage<ClientBalance>, StoreError> {
        let list = keys::owed_list(&self.prefix());
        let after = after.and_then(|id| id.parse::<ClientId>().ok()).map(|id| {
            let key = keys::owed(&keys::client(self.ws(), id));
            start(&key, Some(&keys::owed_place(&self.prefix(), id)))
        });
        let query = Query::of(list, Range::UpTo("~".to_owned()), SIZE).on(Index::Gsi1);
        self.owed_page(query.after(after)).await
    }

    /// A page of what each client was billed and paid in a month.
    pub async fn month_by_client(
        &self,
        month: Date,
        after: Option<&str>,
    ) -> Result<ListPage<ClientBalance>, StoreError> {
        let w = self.prefix();
        let after = after.and_then(|id| id.parse::<ClientId>().ok()).map(|id| {
            let key = keys::money_month(&keys::client(self.ws(), id), month);
            start(&key, Some(&keys::month_place(&w, month, id)))
        });
        let prefix = month.strftime("%Y-%m#").to_string();
        let query = Query::of(keys::month_list(&w), Range::Prefix(prefix), SIZE);
        self.owed_page(query.on(Index::Gsi1).after(after)).await
    }

    async fn owed_page(&self, query: Query) -> Result<ListPage<ClientBalance>, StoreError> {
        let slice = self.query(query).await?;
        let read = |item: Item| {
            let client = text(&item, "client")?.parse();
            Ok(ClientBalance {
                client: client.map_err(|_| StoreError::Lacks("client"))?,
                name: text(&item, "name")?.to_owned(),
                books: CurrencyFigures::read(&item),
            })
        };
        let rows = slice.items.into_iter().map(read);
        let rows = rows.collect::<Result<_, StoreError>>()?;
        Ok(ListPage::new(rows, slice.more, |one: &ClientBalance| {
            one.client.to_string()
        }))
    }

    /// The figures of twelve months up to that of `last`, as far as there are any,
    /// the newest first.
    pub async fn months(&self, last: Date) -> Result<Vec<(Date, CurrencyFigures)>, StoreError> {
        let w = self.prefix();
        let first = last.checked_sub(jiff::Span::new().months(MONTHS - 1));
        let (from, to) = (
            keys::all_month(&w, first.unwrap_or(last)),
            keys::all_month(&w, last),
        );
        let query = Query::of(to.pk, Range::Between(from.sk, to.sk), MONTHS);
        let slice = self.query(query.descending()).await?;
        let read = |item: Item| {
            let month = text(&item, "sk")?.strip_prefix("M#").unwrap_or_default();
            let month = format!("{month}-01").parse();
            let month = month.map_err(|_| StoreError::Lacks("sk"))?;
            Ok((month, CurrencyFigures::read(&item)))
        };
        slice.items.into_iter().map(read).collect()
    }
}

impl Store<ClientScope> {
    /// What the client owes.
    pub async fn owed(&self) -> Result<CurrencyFigures, StoreError> {
        let found = self.get(&keys::owed(&self.prefix())).await?;
        Ok(found
            .as_ref()
            .map(CurrencyFigures::read)
            .unwrap_or_default())
    }
}
