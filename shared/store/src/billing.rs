//! How invoices are written, sent and changed. Only the team's scope does it, for
//! their numbers and the books are the workspace's.

use std::collections::BTreeMap;

use domain::audit::{AuditKind, AuditNote};
use domain::id::{ClientId, EntryId};
use domain::invoice::{
    BillingSettings, FigurePosting, Invoice, InvoiceChange, InvoiceContent, InvoiceEvent,
    InvoiceReminder, PaymentMethod, RevenueFigure,
};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::codec::{Item, integer, item, number, place, row, string};
use crate::engagements::bump;
use crate::error::{StoreError, WriteOutcome, once};
use crate::invoices::{InvoiceHistoryItem, place_of};
use crate::keys;
use crate::money::FigureScope;
use crate::outbox::{Effect, InvoiceReminderJob, put_effect};
use crate::scope::{Store, WorkspaceScope};
use crate::trace::{AuditPlace, record};
use crate::transact::{Transaction, Update};

/// What came of sending under a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IssueOutcome {
    /// It is sent.
    Sent,
    /// The draft isn't what it was, or gone.
    Gone,
    /// Another invoice got the number first.
    Taken,
}

impl Store<WorkspaceScope> {
    /// How the workspace bills; as it begins, where nobody has said.
    pub async fn invoice_ways(&self) -> Result<BillingSettings, StoreError> {
        let found = self.get(&keys::invoice_ways(&self.prefix())).await?;
        found.map_or_else(|| Ok(BillingSettings::default()), row)
    }

    /// Puts other ways in place of those of the version before.
    pub async fn change_invoice_ways(
        &self,
        before: &BillingSettings,
        after: &BillingSettings,
    ) -> Result<(), StoreError> {
        let item = item("ways", &keys::invoice_ways(&self.prefix()), after)?;
        let mut transaction = self.transaction();
        if before.version == 0 {
            transaction.put_new(item);
        } else {
            transaction.replace(item, before.version);
        }
        let days = |ways: &BillingSettings| ways.days.to_string();
        let note = AuditNote::of(AuditKind::InvoicingChanged, "")
            .change("numbers begin with", &before.prefix, &after.prefix)
            .change("sender", &before.from, &after.from)
            .change("how to pay", &before.pay, &after.pay)
            .change("currency", before.currency.code(), after.currency.code())
            .change("tax", &before.tax.to_string(), &after.tax.to_string())
            .change("days to pay", &days(before), &days(after));
        self.record(&mut transaction, note)?;
        self.commit(transaction).await
    }

    /// The number of the last invoice that was sent, 0 where none was.
    pub async fn last_invoice(&self) -> Result<i64, StoreError> {
        let found = self.get(&keys::invoice_count(&self.prefix())).await?;
        Ok(found.map_or(0, |found| integer(&found, "n")))
    }

    /// Keeps a new draft.
    pub async fn create_invoice(
        &self,
        draft: &Invoice,
        bill: &InvoiceContent,
    ) -> Result<WriteOutcome, StoreError> {
        let mut transaction = self.transaction();
        let (row, text) = self.items(draft, bill)?;
        transaction.put_new(row);
        transaction.put_new(text);
        self.note_invoice(&mut transaction, AuditKind::InvoiceWritten, draft, &[])?;
        self.touch_client(&mut transaction, draft.client, false);
        once(self.commit(transaction).await)
    }

    /// Puts a draft in place of its version before.
    pub async fn update_invoice(
        &self,
        draft: &Invoice,
        bill: &InvoiceContent,
    ) -> Result<(), StoreError> {
        let mut transaction = self.transaction();
        let (row, text) = self.items(draft, bill)?;
        transaction.replace(row, draft.version - 1);
        transaction.put_any(text);
        self.note_invoice(&mut transaction, AuditKind::InvoiceWritten, draft, &[])?;
        self.touch_client(&mut transaction, draft.client, false);
        self.commit(transaction).await
    }

    /// Forgets a draft, if it is still as it was.
    pub async fn delete_invoice(&self, draft: &Invoice) -> Result<(), StoreError> {
        let mut transaction = self.transaction();
        self.remove_draft(&mut transaction, draft);
        self.note_invoice(&mut transaction, AuditKind::InvoiceDeleted, draft, &[])?;
        self.touch_client(&mut transaction, draft.client, false);
        self.commit(transaction).await
    }

    /// Sends the invoice that `draft` was, as the `n`th of the workspace: the
    /// number is used up, the books are told, and the client will hear of it, or
    /// nothing happens.
    pub async fn send_invoice(
        &self,
        draft: &Invoice,
        (change, bill): (&InvoiceChange, &InvoiceContent),
        (entry, n): (EntryId, i64),
        schedule: &[(Timestamp, InvoiceReminder)],
    ) -> Result<IssueOutcome, StoreError> {
        let invoice = &change.invoice;
        let mut transaction = self.transaction();
        self.remove_draft(&mut transaction, draft);
        let count = Update::upsert(keys::invoice_count(&self.prefix()))
            .set("t", string("sequence"))
            .set("n", number(n));
        let at = transaction.next();
        transaction.update(if n == 1 {
            count.only_if("attribute_not_exists(n)")
        } else {
            count.when("n = :before", ":before", number(n - 1))
        });
        let (row, text) = self.items(invoice, bill)?;
        transaction.put_new(row);
        transaction.put_new(text);
        self.tell(&mut transaction, std::slice::from_ref(change), entry)?;
        let c = keys::client(self.ws(), invoice.client);
        for (k, (due, what)) in (1..).zip(schedule) {
            let effect = Effect::Invoice(InvoiceReminderJob {
                invoice: invoice.id,
                what: *what,
            });
            put_effect(&mut transaction, &c, entry.nth(k), effect, *due)?;
        }
        match self.commit(transaction).await {
            Ok(()) => Ok(IssueOutcome::Sent),
            Err(StoreError::Refused(write)) if write == at => Ok(IssueOutcome::Taken),
            Err(StoreError::Refused(0)) => Ok(IssueOutcome::Gone),
            Err(error) => Err(error),
        }
    }

    /// Executes a change of an invoice that was sent, under an entry's id: the same
    /// again is done once. `taken` is the payment that is taken back.
    pub async fn change_invoice(
        &self,
        change: &InvoiceChange,
        entry: EntryId,
        taken: Option<EntryId>,
    ) -> Result<WriteOutcome, StoreError> {
        let invoice = &change.invoice;
        let (w, c) = (self.prefix(), keys::client(self.ws(), invoice.client));
        let mut transaction = self.transaction();
        self.tell(&mut transaction, std::slice::from_ref(change), entry)?;
        let mut row = item("invoice", &keys::invoice(&c, invoice.id), invoice)?;
        for one in keys::invoice_places(&w, &c, invoice) {
            place(&mut row, one);
        }
        transaction.replace(row, invoice.version - 1);
        if let Some(payment) = taken {
            let key = keys::invoice_entry(&c, invoice.id, payment);
            let mark =
                Update::existing(key).set("taken_back", serde_dynamo::to_attribute_value(true)?);
            transaction.update(mark.when(
                "taken_back = :open",
                ":open",
                serde_dynamo::to_attribute_value(false)?,
            ));
        }
        once(self.commit(transaction).await)
    }

    /// The entries, the books, the audit log, and open pages, for changes of one invoice
    /// that follow each other. The first entry, with the id `first`, is the first write of
    /// what only adds to an invoice.
    pub(crate) fn tell(
        &self,
        transaction: &mut Transaction,
        changes: &[InvoiceChange],
        first: EntryId,
    ) -> Result<(), StoreError> {
        let Some(last) = changes.last() else {
            return Ok(());
        };
        let invoice = &last.invoice;
        let c = keys::client(self.ws(), invoice.client);
        let mut sums: BTreeMap<(Date, RevenueFigure), i64> = BTreeMap::new();
        for (n, change) in (0..).zip(changes) {
            let id = first.nth(n);
            let entry = InvoiceHistoryItem {
                id,
                taken_back: false,
                entry: change.entry.clone(),
            };
            let key = keys::invoice_entry(&c, invoice.id, id);
            transaction.put_new(item("entry", &key, &entry)?);
            for posting in &change.postings {
                *sums.entry((posting.month, posting.figure)).or_default() += posting.minor;
            }
        }
        let account = FigureScope {
            client: invoice.client,
            name: &invoice.client_name,
            currency: invoice.currency,
        };
        let sums = sums.into_iter().filter(|(_, minor)| *minor != 0);
        let postings = sums.map(|((month, figure), minor)| FigurePosting {
            month,
            figure,
            minor,
        });
        self.post(transaction, &account, &postings.collect::<Vec<_>>());
        for change in changes {
            let (kind, values) = told(change);
            self.note_invoice(transaction, kind, &change.invoice, &values)?;
        }
        self.touch_client(transaction, invoice.client, true);
        Ok(())
    }

    fn remove_draft(&self, transaction: &mut Transaction, draft: &Invoice) {
        let c = keys::client(self.ws(), draft.client);
        let (row, text) = place_of(&c, draft.id, true);
        transaction.delete_version(&row, draft.version);
        transaction.delete(&text);
    }

    fn items(&self, invoice: &Invoice, bill: &InvoiceContent) -> Result<(Item, Item), StoreError> {
        let (w, c) = (self.prefix(), keys::client(self.ws(), invoice.client));
        let (row, text) = place_of(&c, invoice.id, invoice.issued.is_none());
        let mut row = item("invoice", &row, invoice)?;
        for one in keys::invoice_places(&w, &c, invoice) {
            place(&mut row, one);
        }
        Ok((row, item("bill", &text, bill)?))
    }

    fn note_invoice(
        &self,
        transaction: &mut Transaction,
        kind: AuditKind,
        invoice: &Invoice,
        values: &[(&str, String)],
    ) -> Result<(), StoreError> {
        let about = match &invoice.issued {
            Some(issued) => issued.number.clone(),
            None => invoice.subject.clone(),
        };
        let total = invoice.money(invoice.total).to_string();
        let note = AuditNote::of(kind, &about)
            .change("client", "", &invoice.client_name)
            .change("total", "", &total);
        let note = values
            .iter()
            .fold(note, |note, (field, value)| note.change(field, "", value));
        let at = AuditPlace {
            ws: self.ws(),
            client: Some(invoice.client),
        };
        record(transaction, &self.trace, at, self.by.clone(), note)
    }

    pub(crate) fn touch_client(
        &self,
        transaction: &mut Transaction,
        client: ClientId,
        shared: bool,
    ) {
        let row = Update::existing(keys::meta(&keys::client(self.ws(), client)));
        transaction.update(bump(row, shared));
    }
}

/// What the audit log says of a change.
fn told(change: &InvoiceChange) -> (AuditKind, Vec<(&'static str, String)>) {
    let money = |minor: i64| change.invoice.money(minor).to_string();
    let by_hand = |how: &PaymentMethod| match how {
        PaymentMethod::ByHand(reference) | PaymentMethod::Provider(reference) => reference.clone(),
    };
    match &change.entry.what {
        InvoiceEvent::Sent => (AuditKind::InvoiceSent, Vec::new()),
        InvoiceEvent::Paid {
            amount, on, how, ..
        } => {
            let values = vec![
                ("amount", money(*amount)),
                ("day", on.to_string()),
                ("reference", by_hand(how)),
            ];
            (AuditKind::InvoicePaid, values)
        }
        InvoiceEvent::TakenBack { amount, .. } => (
            AuditKind::InvoicePaymentTakenBack,
            vec![("amount", money(*amount))],
        ),
        InvoiceEvent::Refunded { amount, on, how } => {
            let values = vec![
                ("amount", money(*amount)),
                ("day", on.to_string()),
                ("reference", by_hand(how)),
            ];
            (AuditKind::InvoiceRefunded, values)
        }
        InvoiceEvent::SetAside { amount, how, .. } => {
            let values = vec![("set aside", money(*amount)), ("reference", by_hand(how))];
            (AuditKind::InvoicePaymentTakenBack, values)
        }
        InvoiceEvent::Restored { amount, how, .. } => {
            let values = vec![
                ("brought back", money(*amount)),
                ("reference", by_hand(how)),
            ];
            (AuditKind::InvoiceRefunded, values)
        }
        InvoiceEvent::Voided => (
            AuditKind::InvoiceVoided,
            vec![("reason", change.entry.note.clone())],
        ),
        InvoiceEvent::DisputeOpened { amount } => {
            (AuditKind::InvoiceDisputed, vec![("opened", money(*amount))])
        }
        InvoiceEvent::DisputeWon { amount } => {
            (AuditKind::InvoiceDisputed, vec![("won", money(*amount))])
        }
        InvoiceEvent::DisputeLost { amount, .. } => {
            (AuditKind::InvoiceDisputed, vec![("lost", money(*amount))])
        }
        InvoiceEvent::BecameOverdue => (AuditKind::InvoiceOverdue, Vec::new()),
    }
}
