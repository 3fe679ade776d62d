//! Invoices: drafts in a partition that is the team's alone, and those that were
//! sent in one that the client reads, with what happened to them.

use domain::id::{EntryId, InvoiceId};
use domain::invoice::{Invoice, InvoiceContent, InvoiceHistoryEntry};
use futures::future::{try_join, try_join3};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::codec::{Item, row};
use crate::error::StoreError;
use crate::keys::{self, Index, Key};
use crate::page::{ListPage, SIZE};
use crate::scope::{ClientScope, Scope, Store, WorkspaceScope};
use crate::table::{Query, Range, start};

/// Which invoices a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvoiceList {
    /// Being written, the newest first: for the team.
    Drafts,
    /// To be paid, the first due before the others.
    Outstanding,
    /// Of these, those whose day was before this one.
    Overdue(Date),
    /// Paid, whatever was given back since, the latest first.
    Paid,
    /// Not to be paid.
    Void,
}

/// An invoice with what it says and what happened to it, the newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceDetail {
    /// The invoice.
    pub invoice: Invoice,
    /// What it says.
    pub bill: InvoiceContent,
    /// What happened, up to a page of it.
    pub entries: Vec<InvoiceHistoryItem>,
}

/// An entry of an invoice's history, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceHistoryItem {
    /// Its id.
    pub id: EntryId,
    /// Whether it is a payment that was taken out again.
    #[serde(default)]
    pub taken_back: bool,
    /// What.
    #[serde(flatten)]
    pub entry: InvoiceHistoryEntry,
}

impl InvoiceList {
    fn is_descending(self) -> bool {
        !matches!(self, Self::Outstanding | Self::Overdue(_))
    }

    fn range(self) -> Range {
        match self {
            Self::Drafts => Range::UpTo("~".to_owned()),
            Self::Outstanding => Range::Prefix("a#".to_owned()),
            Self::Overdue(today) => Range::Between("a#".to_owned(), format!("a#{today}")),
            Self::Paid => Range::Prefix("b#".to_owned()),
            Self::Void => Range::Prefix("c#".to_owned()),
        }
    }
}

impl<S: Scope> Store<S> {
    async fn invoices_in(
        &self,
        (scope, index): (&str, Index),
        listing: InvoiceList,
        after: Option<&str>,
    ) -> Result<ListPage<Invoice>, StoreError> {
        let draft = listing == InvoiceList::Drafts;
        let list = keys::invoices(scope, draft);
        let after = after.and_then(|cursor| {
            let (client, rank) = cursor.split_once('_')?;
            let id = rank.rsplit('#').next()?.parse().ok()?;
            let c = keys::client(self.ws(), client.parse().ok()?);
            let place = keys::IndexKey {
                index,
                pk: list.clone(),
                sk: rank.to_owned(),
            };
            Some(start(&place_of(&c, id, draft).0, Some(&place)))
        });
        let query = Query::of(list, listing.range(), SIZE)
            .on(index)
            .after(after);
        let query = if listing.is_descending() {
            query.descending()
        } else {
            query
        };
        let slice = self.query(query).await?;
        let rows = slice.items.into_iter().map(row);
        let rows: Vec<Invoice> = rows.collect::<Result<_, _>>()?;
        Ok(ListPage::new(rows, slice.more, |one| {
            format!("{}_{}", one.client, keys::invoice_rank(one))
        }))
    }
}

impl Store<ClientScope> {
    /// A page of the client's invoices; drafts for the team only.
    pub async fn invoices(
        &self,
        listing: InvoiceList,
        after: Option<&str>,
    ) -> Result<ListPage<Invoice>, StoreError> {
        if listing == InvoiceList::Drafts && !self.sees_drafts() {
            return Ok(ListPage::new(Vec::new(), false, |_: &Invoice| {
                String::new()
            }));
        }
        let prefix = self.prefix();
        self.invoices_in((&prefix, Index::Gsi2), listing, after)
            .await
    }

    /// An invoice that the holder may see, with what it says and its history.
    pub async fn invoice(&self, id: InvoiceId) -> Result<Option<InvoiceDetail>, StoreError> {
        let sent = async {
            let (invoice, bill) = place_of(&self.prefix(), id, false);
            let entries = Query::of(
                invoice.pk.clone(),
                Range::Prefix(keys::invoice_entry_prefix(id)),
                SIZE,
            );
            let entries = self.query(entries.descending());
            let read = try_join3(self.get(&invoice), self.get(&bill), entries);
            let (invoice, bill, entries) = read.await?;
            let entries = entries.items.into_iter().map(row);
            let entries = entries.collect::<Result<_, StoreError>>()?;
            billed(invoice, bill, entries)
        };
        let draft = async {
            if !self.sees_drafts() {
                return Ok(None);
            }
            let (invoice, bill) = place_of(&self.prefix(), id, true);
            let (invoice, bill) = try_join(self.get(&invoice), self.get(&bill)).await?;
            billed(invoice, bill, Vec::new())
        };
        let (sent, draft) = try_join(sent, draft).await?;
        Ok(sent.or(draft))
    }

    /// An invoice that was sent, as lists know it.
    pub async fn sent_invoice(&self, id: InvoiceId) -> Result<Option<Invoice>, StoreError> {
        let found = self.get(&keys::invoice(&self.prefix(), id)).await?;
        found.map(row).transpose()
    }

    /// One entry of an invoice's history.
    pub async fn invoice_entry(
        &self,
        id: InvoiceId,
        entry: EntryId,
    ) -> Result<Option<InvoiceHistoryItem>, StoreError> {
        let key = keys::invoice_entry(&self.prefix(), id, entry);
        self.get(&key).await?.map(row).transpose()
    }
}

fn billed(
    invoice: Option<Item>,
    bill: Option<Item>,
    entries: Vec<InvoiceHistoryItem>,
) -> Result<Option<InvoiceDetail>, StoreError> {
    let (Some(invoice), Some(bill)) = (invoice, bill) else {
        return Ok(None);
    };
    Ok(Some(InvoiceDetail {
        invoice: row(invoice)?,
        bill: row(bill)?,
        entries,
    }))
}

/// Where an invoice and what it says are kept.
pub(crate) fn place_of(c: &str, id: InvoiceId, draft: bool) -> (Key, Key) {
    if draft {
        (keys::invoice_draft(c, id), keys::invoice_draft_bill(c, id))
    } else {
        (keys::invoice(c, id), keys::invoice_bill(c, id))
    }
}

impl Store<WorkspaceScope> {
    /// A page of all clients' invoices.
    pub async fn all_invoices(
        &self,
        listing: InvoiceList,
        after: Option<&str>,
    ) -> Result<ListPage<Invoice>, StoreError> {
        let prefix = self.prefix();
        self.invoices_in((&prefix, Index::Gsi1), listing, after)
            .await
    }
}
