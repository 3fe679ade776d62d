//! Invoices: drafts in a partition that is the team's alone, and sent invoices in one that
//! the client reads, with their history.

use domain::id::{EntryId, InvoiceId};
use domain::invoice::{Invoice, InvoiceContent, InvoiceHistoryEntry};
use futures::future::{try_join, try_join3};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::error::StoreError;
use crate::table::codec::{Item, from_item};
use crate::table::keys::{self, Key};
use crate::table::list_page::{ListPage, PAGE_SIZE};
use crate::table::query::{Query, Range, start_at};
use crate::tenancy::scope::{ClientScope, Scope, Store, WorkspaceScope};

/// The list of invoices that a page shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvoiceList {
    /// The newest first: for the team.
    Drafts,
    /// The first due before the others.
    Outstanding,
    /// Of the outstanding ones, those that were due before this day.
    Overdue(Date),
    /// Paid, even if refunded since; the latest first.
    Paid,
    Void,
}

/// An invoice with its content and history, the newest entry first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceDetail {
    pub invoice: Invoice,
    pub content: InvoiceContent,
    /// Up to a page of it.
    pub entries: Vec<InvoiceHistoryItem>,
}

/// An entry of an invoice's history, as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoiceHistoryItem {
    pub id: EntryId,
    /// Whether it is a payment that was removed again.
    #[serde(default)]
    pub taken_back: bool,
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
    async fn list_invoices_in(
        &self,
        list: keys::ListKey,
        list_kind: InvoiceList,
        after: Option<&str>,
    ) -> Result<ListPage<Invoice>, StoreError> {
        let draft = list_kind == InvoiceList::Drafts;
        let after = after.and_then(|cursor| {
            let (client, rank) = cursor.split_once('_')?;
            let id = rank.rsplit('#').next()?.parse().ok()?;
            let c = keys::client(self.ws(), client.parse().ok()?);
            Some(start_at(
                &invoice_item_keys(&c, id, draft).0,
                Some(&list.at(rank)),
            ))
        });
        let query = Query::list(&list, list_kind.range(), PAGE_SIZE).after(after);
        let query = if list_kind.is_descending() {
            query.descending()
        } else {
            query
        };
        let page = self.query(query).await?;
        let rows = page.items.into_iter().map(from_item);
        let rows: Vec<Invoice> = rows.collect::<Result<_, _>>()?;
        Ok(ListPage::new(rows, page.more, |invoice| {
            format!("{}_{}", invoice.client, keys::invoice_sk(invoice))
        }))
    }
}

impl Store<ClientScope> {
    /// A page of the client's invoices; drafts for the team only.
    pub async fn list_invoices(
        &self,
        list_kind: InvoiceList,
        after: Option<&str>,
    ) -> Result<ListPage<Invoice>, StoreError> {
        if list_kind == InvoiceList::Drafts && !self.sees_drafts() {
            return Ok(ListPage::new(Vec::new(), false, |_: &Invoice| {
                String::new()
            }));
        }
        let list = keys::client_invoice_list(&self.prefix(), list_kind == InvoiceList::Drafts);
        self.list_invoices_in(list, list_kind, after).await
    }

    /// An invoice that the holder may see, with its content and history.
    pub async fn get_invoice(&self, id: InvoiceId) -> Result<Option<InvoiceDetail>, StoreError> {
        let sent_invoice = async {
            let (invoice, content) = invoice_item_keys(&self.prefix(), id, false);
            let entries = Query::of(
                invoice.pk.clone(),
                Range::Prefix(keys::invoice_entry_prefix(id)),
                PAGE_SIZE,
            );
            let entries = self.query(entries.descending());
            let read = try_join3(self.get(&invoice), self.get(&content), entries);
            let (invoice, content, entries) = read.await?;
            let entries = entries.items.into_iter().map(from_item);
            let entries = entries.collect::<Result<_, StoreError>>()?;
            invoice_detail(invoice, content, entries)
        };
        let draft = async {
            if !self.sees_drafts() {
                return Ok(None);
            }
            let (invoice, content) = invoice_item_keys(&self.prefix(), id, true);
            let (invoice, content) = try_join(self.get(&invoice), self.get(&content)).await?;
            invoice_detail(invoice, content, Vec::new())
        };
        let (sent_invoice, draft) = try_join(sent_invoice, draft).await?;
        Ok(sent_invoice.or(draft))
    }

    /// A sent invoice, without its content.
    pub async fn get_sent_invoice(&self, id: InvoiceId) -> Result<Option<Invoice>, StoreError> {
        let found = self.get(&keys::invoice(&self.prefix(), id)).await?;
        found.map(from_item).transpose()
    }

    /// One entry of an invoice's history.
    pub async fn get_invoice_entry(
        &self,
        id: InvoiceId,
        entry: EntryId,
    ) -> Result<Option<InvoiceHistoryItem>, StoreError> {
        let key = keys::invoice_entry(&self.prefix(), id, entry);
        self.get(&key).await?.map(from_item).transpose()
    }
}

fn invoice_detail(
    invoice: Option<Item>,
    content: Option<Item>,
    entries: Vec<InvoiceHistoryItem>,
) -> Result<Option<InvoiceDetail>, StoreError> {
    let (Some(invoice), Some(content)) = (invoice, content) else {
        return Ok(None);
    };
    Ok(Some(InvoiceDetail {
        invoice: from_item(invoice)?,
        content: from_item(content)?,
        entries,
    }))
}

/// The keys of an invoice's row and of its content.
pub(crate) fn invoice_item_keys(c: &str, id: InvoiceId, draft: bool) -> (Key, Key) {
    if draft {
        (
            keys::invoice_draft(c, id),
            keys::invoice_draft_content(c, id),
        )
    } else {
        (keys::invoice(c, id), keys::invoice_content(c, id))
    }
}

impl Store<WorkspaceScope> {
    /// A page of all clients' invoices.
    pub async fn list_workspace_invoices(
        &self,
        list_kind: InvoiceList,
        after: Option<&str>,
    ) -> Result<ListPage<Invoice>, StoreError> {
        let list = keys::workspace_invoice_list(&self.prefix(), list_kind == InvoiceList::Drafts);
        self.list_invoices_in(list, list_kind, after).await
    }
}
