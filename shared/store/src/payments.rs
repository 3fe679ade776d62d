//! Payments by Stripe: whose an account is, what was told of which payment, and what
//! an invoice's book has of it.

use std::fmt::Write as _;

use domain::audit::{AuditKind, AuditNote};
use domain::id::{ClientId, EntryId, InvoiceId, WorkspaceId};
use domain::invoice::Invoice;
use domain::stripe::{EventOrigin, PaymentFact, PaymentLedger, Settlement, StripeConnection};
use futures::future::try_join;
use jiff::{Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};

use crate::codec::{Item, item, number, place, row, text};
use crate::directory::Directory;
use crate::error::{StoreError, WriteOutcome, once};
use crate::keys::{self, Key};
use crate::outbox::{Effect, InvoiceReceiptJob, put_effect, stamp};
use crate::scope::{Store, WorkspaceScope};
use crate::transact::Transaction;

/// For how long an event that was done is remembered. Stripe delivers for three days, and
/// a person may send an event again for thirty.
const REMEMBERED: i64 = 60 * 24;
/// What is kept of one payment before it is known of which invoice it is.
const MOST_WAITING: usize = 40;

/// A workspace, by its account at Stripe: what events of that account may touch.
#[derive(Debug, Clone)]
pub struct ConnectedAccount {
    store: Store<WorkspaceScope>,
    account: String,
}

/// What is known of an invoice's payments, as it is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoicePayments {
    /// It.
    #[serde(flatten)]
    pub ledger: PaymentLedger,
    /// Money that came and couldn't be booked.
    #[serde(default)]
    pub surplus: i64,
    /// Goes up with every change; 0 where nothing is kept yet.
    #[serde(rename = "v", default)]
    pub version: i64,
}

/// An invoice with its payments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceWithPayments {
    /// The invoice.
    pub invoice: Invoice,
    /// Its payments.
    pub payments: InvoicePayments,
}

/// A payment, as events name it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentLink {
    /// The invoice that it is of, once that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<(ClientId, InvoiceId)>,
    /// What was told of it before.
    #[serde(default)]
    pub waiting: Vec<(EventOrigin, PaymentFact)>,
    /// Goes up with every change; 0 where nothing is kept yet.
    #[serde(rename = "v", default)]
    pub version: i64,
}

/// An event that is about to be done: its id, and when that is.
#[derive(Debug, Clone, Copy)]
pub struct EventRef<'a> {
    /// The event's id.
    pub event: &'a str,
    /// Now.
    pub now: Timestamp,
}

impl Directory {
    /// Whose an account at Stripe is; `None` where it is nobody's here.
    pub async fn payee(&self, account: &str) -> Result<Option<ConnectedAccount>, StoreError> {
        let key = keys::stripe_account(account);
        let Some(found) = self.table().get(&key, true).await? else {
            return Ok(None);
        };
        let ws = text(&found, "ws")?.parse();
        let ws = ws.map_err(|_| StoreError::Lacks("ws"))?;
        let store = self.workspace_store(ws);
        Ok(Some(ConnectedAccount::new(store, account.to_owned())))
    }
}

impl ConnectedAccount {
    pub(crate) fn new(store: Store<WorkspaceScope>, account: String) -> Self {
        Self { store, account }
    }

    /// The account.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// The workspace's store.
    pub fn store(&self) -> &Store<WorkspaceScope> {
        &self.store
    }

    /// The workspace.
    pub fn id(&self) -> WorkspaceId {
        self.store.ws()
    }

    /// Whether an event was done.
    pub async fn has_heard(&self, event: &str) -> Result<bool, StoreError> {
        let key = keys::stripe_event(&self.account, event);
        Ok(self.store.table.get(&key, true).await?.is_some())
    }

    /// What is known of a payment.
    pub async fn sought(&self, intent: &str) -> Result<PaymentLink, StoreError> {
        let key = keys::stripe_payment(&self.account, intent);
        let found = self.store.table.get(&key, true).await?;
        found.map_or_else(|| Ok(PaymentLink::default()), row)
    }

    /// An invoice of the workspace that somebody began to pay.
    pub async fn held(
        &self,
        client: ClientId,
        invoice: InvoiceId,
    ) -> Result<Option<InvoiceWithPayments>, StoreError> {
        let c = keys::client(self.id(), client);
        let table = &self.store.table;
        let (invoice_key, payments_key) = (
            keys::invoice(&c, invoice),
            keys::invoice_payments(&c, invoice),
        );
        let read = try_join(
            table.get(&invoice_key, true),
            table.get(&payments_key, true),
        );
        let (Some(invoice), Some(payments)) = read.await? else {
            return Ok(None);
        };
        Ok(Some(InvoiceWithPayments {
            invoice: row(invoice)?,
            payments: row(payments)?,
        }))
    }

    /// Keeps what was told of a payment until it is known of which invoice it is. One of
    /// which too much is told is refused as a collision: whoever tells comes again.
    pub async fn park(
        &self,
        told: EventRef<'_>,
        (intent, before): (&str, &PaymentLink),
        fact: (EventOrigin, PaymentFact),
    ) -> Result<WriteOutcome, StoreError> {
        if before.waiting.len() >= MOST_WAITING {
            return Err(StoreError::Busy);
        }
        let mut after = before.clone();
        after.waiting.push(fact);
        let mut transaction = self.store.transaction();
        let heard = self.hear(&mut transaction, told)?;
        let kept = self.put_sought(&mut transaction, intent, after)?;
        once(self.store.commit_beside(transaction, &[heard, kept]).await)
    }

    /// Writes what came of an event: the payments, the invoice and its history, the books,
    /// and that the event was done, or nothing of it. `entry` is the first of the history's
    /// new entries. `link` says that the payment is of this invoice.
    pub async fn settle(
        &self,
        told: EventRef<'_>,
        before: &InvoiceWithPayments,
        settled: &Settlement,
        entry: EntryId,
        link: Option<(&str, &PaymentLink)>,
    ) -> Result<WriteOutcome, StoreError> {
        let invoice = &before.invoice;
        let c = keys::client(self.id(), invoice.client);
        let mut transaction = self.store.transaction();
        let mut beside = vec![self.hear(&mut transaction, told)?];
        if let Some((intent, sought)) = link {
            let after = PaymentLink {
                of: Some((invoice.client, invoice.id)),
                waiting: Vec::new(),
                version: sought.version,
            };
            beside.push(self.put_sought(&mut transaction, intent, after)?);
        }
        let payments = InvoicePayments {
            ledger: settled.ledger.clone(),
            surplus: settled.surplus,
            version: before.payments.version + 1,
        };
        let key = keys::invoice_payments(&c, invoice.id);
        let payments = item("payments", &key, &payments)?;
        transaction.replace(payments, before.payments.version);
        // Also where nothing happens to the invoice: what was decided holds for it as it
        // is, and whoever looks at it learns that money is on its way.
        let after = settled.changes.last().map_or(invoice, |last| &last.invoice);
        let after = Invoice {
            version: after.version.max(invoice.version + 1),
            ..after.clone()
        };
        let mut row = item("invoice", &keys::invoice(&c, invoice.id), &after)?;
        for one in keys::invoice_places(&keys::workspace(self.id()), &c, &after) {
            place(&mut row, one);
        }
        transaction.replace(row, invoice.version);
        // After the entries, each of which has an id of its own.
        let first = u64::try_from(settled.changes.len()).unwrap_or(u64::MAX);
        for (n, receipt) in (first..).zip(settled.receipts(&before.payments.ledger)) {
            let effect = Effect::Receipt(InvoiceReceiptJob {
                invoice: invoice.id,
                receipt,
            });
            put_effect(&mut transaction, &c, entry.nth(n), effect, told.now)?;
        }
        if settled.changes.is_empty() {
            self.store
                .touch_client(&mut transaction, invoice.client, true);
        } else {
            self.store.tell(&mut transaction, &settled.changes, entry)?;
        }
        once(self.store.commit_beside(transaction, &beside).await)
    }

    /// The account, if it is still the workspace's.
    pub async fn connection(&self) -> Result<Option<StripeConnection>, StoreError> {
        let found = self.store.connection().await?;
        Ok(found.filter(|found| found.account == self.account))
    }

    /// Writes what an event says of the account.
    pub async fn reconnect(
        &self,
        told: EventRef<'_>,
        (before, after): (&StripeConnection, &StripeConnection),
    ) -> Result<WriteOutcome, StoreError> {
        let mut transaction = self.store.transaction();
        let heard = self.hear(&mut transaction, told)?;
        self.store
            .put_connection(&mut transaction, Some(before), after)?;
        once(self.store.commit_beside(transaction, &[heard]).await)
    }

    fn hear(&self, transaction: &mut Transaction, told: EventRef<'_>) -> Result<Key, StoreError> {
        heard(transaction, &self.account, told)
    }

    fn put_sought(
        &self,
        transaction: &mut Transaction,
        intent: &str,
        mut sought: PaymentLink,
    ) -> Result<Key, StoreError> {
        let key = keys::stripe_payment(&self.account, intent);
        let before = sought.version;
        sought.version += 1;
        let item = item("payment", &key, &sought)?;
        if before == 0 {
            transaction.put_new(item);
        } else {
            transaction.replace(item, before);
        }
        Ok(key)
    }
}

/// That an event of an account, or of a customer of ours, is done, as the first write.
pub(crate) fn heard(
    transaction: &mut Transaction,
    account: &str,
    told: EventRef<'_>,
) -> Result<Key, StoreError> {
    let key = keys::stripe_event(account, told.event);
    let mut heard: Item = item("event", &key, &serde_json::json!({}))?;
    let until = told.now.checked_add(REMEMBERED.hours()).unwrap_or(told.now);
    heard.insert("ttl".to_owned(), number(until.as_second()));
    transaction.put_new(heard);
    Ok(key)
}

impl Store<WorkspaceScope> {
    /// The workspace's account at Stripe, as it is known now.
    pub async fn connection(&self) -> Result<Option<StripeConnection>, StoreError> {
        let key = keys::connection(&self.prefix());
        let found = self.table.get(&key, true).await?;
        found.map(row).transpose()
    }

    /// Gives the workspace an account in place of the one before, and says whose it is.
    pub async fn connect(
        &self,
        before: Option<&StripeConnection>,
        after: &StripeConnection,
    ) -> Result<(), StoreError> {
        let mut transaction = self.transaction();
        let key = keys::stripe_account(&after.account);
        let owner = serde_json::json!({ "ws": self.ws() });
        let mut pointer = item("account", &key, &owner)?;
        place(
            &mut pointer,
            keys::account_place(&stamp(after.as_of), &after.account),
        );
        transaction.put_new_or_own(pointer, self.ws());
        self.put_connection(&mut transaction, before, after)?;
        self.commit_beside(transaction, &[key]).await
    }

    /// Writes what Stripe says of the account when it is asked.
    pub async fn update_connection(
        &self,
        before: &StripeConnection,
        after: &StripeConnection,
    ) -> Result<(), StoreError> {
        let mut transaction = self.transaction();
        self.put_connection(&mut transaction, Some(before), after)?;
        self.commit(transaction).await
    }

    fn put_connection(
        &self,
        transaction: &mut Transaction,
        before: Option<&StripeConnection>,
        after: &StripeConnection,
    ) -> Result<(), StoreError> {
        let item = item("connection", &keys::connection(&self.prefix()), after)?;
        match before {
            Some(before) => transaction.replace(item, before.version),
            None => transaction.put_new(item),
        }
        let said = |one: &StripeConnection| {
            let mut said = one.state().label().to_owned();
            if let Some(why) = &one.flags.disabled_reason {
                let _ = write!(said, " ({why})");
            }
            said
        };
        let account = |one: Option<&StripeConnection>| one.map(|one| one.account.clone());
        let note = AuditNote::of(AuditKind::PaymentsChanged, "")
            .change(
                "account",
                &account(before).unwrap_or_default(),
                &account(Some(after)).unwrap_or_default(),
            )
            .change("state", &before.map(said).unwrap_or_default(), &said(after));
        self.record(transaction, note)
    }
}
