//! Changes of invoices: writing drafts, sending, and what follows. Only the team's scope
//! does it, since the numbers and the figures are the workspace's.

use std::collections::BTreeMap;

use domain::audit::{AuditKind, AuditNote};
use domain::id::{ClientId, EntryId};
use domain::invoice::{
    BillingSettings, FigurePosting, Invoice, InvoiceChange, InvoiceContent, InvoiceEvent,
    InvoiceReminder, PaymentMethod, RevenueFigure,
};
use domain::notification::NotificationEvent;
use jiff::Timestamp;
use jiff::civil::Date;

use crate::error::{StoreError, WriteOutcome, to_write_outcome};
use crate::records::invoices::balances::FigureScope;
use crate::records::invoices::invoices::{InvoiceHistoryItem, invoice_item_keys};
use crate::records::outbox::effect::{Effect, InvoiceReminderJob};
use crate::records::outbox::outbox::{put_effect, put_notifications};
use crate::records::revision::with_revision;
use crate::table::codec::{Item, add_index_key, from_item, get_integer, number, string, to_item};
use crate::table::keys;
use crate::table::transaction::Transaction;
use crate::table::update::Update;
use crate::tenancy::audit_item::{AuditPlace, record};
use crate::tenancy::scope::{Store, WorkspaceScope};

/// How sending an invoice under a number ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IssueOutcome {
    Sent,
    /// The draft changed, or is gone.
    Gone,
    /// Another invoice got the number first.
    Taken,
}

impl Store<WorkspaceScope> {
    /// The billing settings; the defaults where none are stored.
    pub async fn get_billing_settings(&self) -> Result<BillingSettings, StoreError> {
        let found = self.get(&keys::billing_settings(&self.prefix())).await?;
        found.map_or_else(|| Ok(BillingSettings::default()), from_item)
    }

    /// Replaces the billing settings of the version before.
    pub async fn update_billing_settings(
        &self,
        before: &BillingSettings,
        after: &BillingSettings,
    ) -> Result<(), StoreError> {
        let item = to_item("ways", &keys::billing_settings(&self.prefix()), after)?;
        let mut transaction = self.transaction();
        if before.version == 0 {
            transaction.put_new(item);
        } else {
            transaction.replace(item, before.version);
        }
        let days = |ways: &BillingSettings| ways.payment_days.to_string();
        let note = AuditNote::of(AuditKind::InvoicingChanged, "")
            .with_change("numbers begin with", &before.prefix, &after.prefix)
            .with_change("sender", &before.sender, &after.sender)
            .with_change(
                "how to pay",
                &before.payment_instructions,
                &after.payment_instructions,
            )
            .with_change("currency", before.currency.code(), after.currency.code())
            .with_change("tax", &before.tax.to_string(), &after.tax.to_string())
            .with_change("days to pay", &days(before), &days(after));
        self.record(&mut transaction, note)?;
        self.commit(transaction).await
    }

    /// The number of the last invoice that was sent, 0 where none was.
    pub async fn get_last_invoice_number(&self) -> Result<i64, StoreError> {
        let found = self.get(&keys::invoice_sequence(&self.prefix())).await?;
        Ok(found.map_or(0, |found| get_integer(&found, "n")))
    }

    /// Creates a draft.
    pub async fn create_invoice(
        &self,
        draft: &Invoice,
        content: &InvoiceContent,
    ) -> Result<WriteOutcome, StoreError> {
        let mut transaction = self.transaction();
        let (row, text) = self.invoice_items(draft, content)?;
        transaction.put_new(row);
        transaction.put_new(text);
        self.record_invoice(&mut transaction, AuditKind::InvoiceWritten, draft, &[])?;
        self.put_client_revision(&mut transaction, draft.client, false);
        to_write_outcome(self.commit(transaction).await)
    }

    /// Replaces a draft of the version before.
    pub async fn update_invoice(
        &self,
        draft: &Invoice,
        content: &InvoiceContent,
    ) -> Result<(), StoreError> {
        let mut transaction = self.transaction();
        let (row, text) = self.invoice_items(draft, content)?;
        transaction.replace(row, draft.version - 1);
        transaction.put_any(text);
        self.record_invoice(&mut transaction, AuditKind::InvoiceWritten, draft, &[])?;
        self.put_client_revision(&mut transaction, draft.client, false);
        self.commit(transaction).await
    }

    /// Deletes a draft, if it is still as it was.
    pub async fn delete_invoice(&self, draft: &Invoice) -> Result<(), StoreError> {
        let mut transaction = self.transaction();
        self.put_draft_deletion(&mut transaction, draft);
        self.record_invoice(&mut transaction, AuditKind::InvoiceDeleted, draft, &[])?;
        self.put_client_revision(&mut transaction, draft.client, false);
        self.commit(transaction).await
    }

    /// Sends the invoice of `draft` as the `n`th of the workspace: the number is used, the
    /// figures are posted, and reminders are enqueued.
    pub async fn send_invoice(
        &self,
        draft: &Invoice,
        change: &InvoiceChange,
        content: &InvoiceContent,
        entry: EntryId,
        n: i64,
        schedule: &[(Timestamp, InvoiceReminder)],
    ) -> Result<IssueOutcome, StoreError> {
        let invoice = &change.invoice;
        let mut transaction = self.transaction();
        self.put_draft_deletion(&mut transaction, draft);
        let count = Update::upsert(keys::invoice_sequence(&self.prefix()))
            .set("t", string("sequence"))
            .set("n", number(n));
        let at = transaction.next_index();
        transaction.update(if n == 1 {
            count.only_if("attribute_not_exists(n)")
        } else {
            count.when("n = :before", ":before", number(n - 1))
        });
        let (row, text) = self.invoice_items(invoice, content)?;
        transaction.put_new(row);
        transaction.put_new(text);
        self.put_invoice_changes(&mut transaction, std::slice::from_ref(change), entry)?;
        let c = keys::client(self.ws(), invoice.client);
        for (k, (due, what)) in (1..).zip(schedule) {
            let effect = Effect::Invoice(InvoiceReminderJob {
                invoice: invoice.id,
                reminder: *what,
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

    /// Executes a change of a sent invoice, under the id of its history entry: the same again
    /// is a repeat. `taken` is the payment that is removed.
    pub async fn apply_invoice_change(
        &self,
        change: &InvoiceChange,
        entry: EntryId,
        taken: Option<EntryId>,
    ) -> Result<WriteOutcome, StoreError> {
        let invoice = &change.invoice;
        let (w, c) = (self.prefix(), keys::client(self.ws(), invoice.client));
        let mut transaction = self.transaction();
        self.put_invoice_changes(&mut transaction, std::slice::from_ref(change), entry)?;
        let mut row = to_item("invoice", &keys::invoice(&c, invoice.id), invoice)?;
        for index_key in keys::invoice_index_keys(&w, &c, invoice) {
            add_index_key(&mut row, index_key);
        }
        transaction.replace(row, invoice.version - 1);
        // Whoever looks at Stripe's page still sees what was outstanding before.
        if change.moves_outstanding() {
            let effect = Effect::ExpireCheckout(invoice.id);
            put_effect(&mut transaction, &c, entry.nth(1), effect, invoice.updated)?;
        }
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
        to_write_outcome(self.commit(transaction).await)
    }

    /// Puts the history entries, postings, audit entries and revisions of successive changes of
    /// one invoice. The first entry, with the id `first`, is the first write.
    pub(crate) fn put_invoice_changes(
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
            transaction.put_new(to_item("entry", &key, &entry)?);
            for posting in &change.postings {
                *sums.entry((posting.month, posting.figure)).or_default() += posting.amount;
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
            amount: minor,
        });
        self.put_postings(transaction, &account, &postings.collect::<Vec<_>>());
        for change in changes {
            let (kind, values) = audit_values(change);
            self.record_invoice(transaction, kind, &change.invoice, &values)?;
        }
        let notifications = changes
            .iter()
            .filter_map(NotificationEvent::of_invoice_change);
        put_notifications(transaction, &c, &first, notifications.collect())?;
        self.put_client_revision(transaction, invoice.client, true);
        Ok(())
    }

    fn put_draft_deletion(&self, transaction: &mut Transaction, draft: &Invoice) {
        let c = keys::client(self.ws(), draft.client);
        let (row, text) = invoice_item_keys(&c, draft.id, true);
        transaction.delete_version(&row, draft.version);
        transaction.delete(&text);
    }

    fn invoice_items(
        &self,
        invoice: &Invoice,
        content: &InvoiceContent,
    ) -> Result<(Item, Item), StoreError> {
        let (w, c) = (self.prefix(), keys::client(self.ws(), invoice.client));
        let (row, text) = invoice_item_keys(&c, invoice.id, invoice.issue.is_none());
        let mut row = to_item("invoice", &row, invoice)?;
        for index_key in keys::invoice_index_keys(&w, &c, invoice) {
            add_index_key(&mut row, index_key);
        }
        Ok((row, to_item("bill", &text, content)?))
    }

    fn record_invoice(
        &self,
        transaction: &mut Transaction,
        kind: AuditKind,
        invoice: &Invoice,
        values: &[(&str, String)],
    ) -> Result<(), StoreError> {
        let about = match &invoice.issue {
            Some(issued) => issued.number.clone(),
            None => invoice.subject.clone(),
        };
        let total = invoice.money(invoice.total).to_string();
        let note = AuditNote::of(kind, &about)
            .with_change("client", "", &invoice.client_name)
            .with_change("total", "", &total);
        let note = values.iter().fold(note, |note, (field, value)| {
            note.with_change(field, "", value)
        });
        let at = AuditPlace {
            ws: self.ws(),
            client: Some(invoice.client),
        };
        record(transaction, &self.context, at, self.by.clone(), note)
    }

    pub(crate) fn put_client_revision(
        &self,
        transaction: &mut Transaction,
        client: ClientId,
        shared: bool,
    ) {
        let row = Update::existing(keys::meta(&keys::client(self.ws(), client)));
        transaction.update(with_revision(row, shared));
    }
}

/// The audit kind of a change, with its values.
fn audit_values(change: &InvoiceChange) -> (AuditKind, Vec<(&'static str, String)>) {
    let money = |minor: i64| change.invoice.money(minor).to_string();
    let by_hand = |method: &PaymentMethod| match method {
        PaymentMethod::ByHand(reference) | PaymentMethod::Provider(reference) => reference.clone(),
    };
    match &change.entry.event {
        InvoiceEvent::Sent => (AuditKind::InvoiceSent, Vec::new()),
        InvoiceEvent::Paid {
            amount, on, method, ..
        } => {
            let values = vec![
                ("amount", money(*amount)),
                ("day", on.to_string()),
                ("reference", by_hand(method)),
            ];
            (AuditKind::InvoicePaid, values)
        }
        InvoiceEvent::PaymentRemoved { amount, .. } => (
            AuditKind::InvoicePaymentTakenBack,
            vec![("amount", money(*amount))],
        ),
        InvoiceEvent::Refunded { amount, on, method } => {
            let values = vec![
                ("amount", money(*amount)),
                ("day", on.to_string()),
                ("reference", by_hand(method)),
            ];
            (AuditKind::InvoiceRefunded, values)
        }
        InvoiceEvent::PaymentUnapplied { amount, method, .. } => {
            let values = vec![
                ("set aside", money(*amount)),
                ("reference", by_hand(method)),
            ];
            (AuditKind::InvoicePaymentTakenBack, values)
        }
        InvoiceEvent::RefundReversed { amount, method, .. } => {
            let values = vec![
                ("brought back", money(*amount)),
                ("reference", by_hand(method)),
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
