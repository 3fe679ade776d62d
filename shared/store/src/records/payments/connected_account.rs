//! Connected accounts: which workspace an account at Stripe belongs to, the facts of each
//! payment, and the payments of an invoice.

use std::fmt::Write as _;

use domain::audit::{AuditKind, AuditNote};
use domain::id::{ClientId, EntryId, InvoiceId, WorkspaceId};
use domain::invoice::Invoice;
use domain::stripe::{EventOrigin, PaymentFact, PaymentLedger, Settlement, StripeConnection};
use futures::future::try_join;
use jiff::{Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};

use crate::directory::directory::Directory;
use crate::error::{StoreError, WriteOutcome, to_write_outcome};
use crate::records::outbox::effect::{Effect, InvoiceReceiptJob};
use crate::records::outbox::outbox::{put_effect, put_notifications, sortable_time};
use crate::table::codec::{Item, add_index_key, from_item, get_text, number, to_item};
use crate::table::keys::{self, Key};
use crate::table::transaction::Transaction;
use crate::tenancy::scope::{Store, WorkspaceScope};

/// For how long a processed event is remembered, in hours. Stripe delivers for three days, and
/// a person may send an event again for thirty.
const EVENT_LIFETIME_HOURS: i64 = 60 * 24;
/// Facts that are deferred of one payment.
const MAX_WAITING: usize = 40;

/// A workspace by its account at Stripe: what events of that account may change.
#[derive(Debug, Clone)]
pub struct ConnectedAccount {
    store: Store<WorkspaceScope>,
    account: String,
}

/// The payments of an invoice, as stored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvoicePayments {
    #[serde(flatten)]
    pub ledger: PaymentLedger,
    /// Money that came in and couldn't be booked, in minor units.
    #[serde(default)]
    pub surplus: i64,
    /// 0 where nothing is stored yet.
    #[serde(rename = "v", default)]
    pub version: i64,
}

/// An invoice with its payments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceWithPayments {
    pub invoice: Invoice,
    pub payments: InvoicePayments,
}

/// A payment intent of Stripe, and the invoice that it pays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentLink {
    /// The invoice that it pays, once that is known.
    #[serde(rename = "of", default, skip_serializing_if = "Option::is_none")]
    pub invoice: Option<(ClientId, InvoiceId)>,
    /// Facts that came before the invoice was known.
    #[serde(default)]
    pub waiting: Vec<(EventOrigin, PaymentFact)>,
    /// Goes up with every change; 0 where nothing is kept yet.
    #[serde(rename = "v", default)]
    pub version: i64,
}

/// An event that is being applied, and when.
#[derive(Debug, Clone, Copy)]
pub struct EventRef<'a> {
    pub event: &'a str,
    pub now: Timestamp,
}

impl Directory {
    /// The connected account with this id; `None` where it is no workspace's.
    pub async fn find_connected_account(
        &self,
        account: &str,
    ) -> Result<Option<ConnectedAccount>, StoreError> {
        let key = keys::stripe_account(account);
        let Some(found) = self.table().get(&key, true).await? else {
            return Ok(None);
        };
        let ws = get_text(&found, "ws")?.parse();
        let ws = ws.map_err(|_| StoreError::Lacks("ws"))?;
        let store = self.workspace_store(ws);
        Ok(Some(ConnectedAccount::new(store, account.to_owned())))
    }
}

impl ConnectedAccount {
    pub(crate) fn new(store: Store<WorkspaceScope>, account: String) -> Self {
        Self { store, account }
    }

    /// The account's id at Stripe.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// The workspace's store.
    pub fn store(&self) -> &Store<WorkspaceScope> {
        &self.store
    }

    /// The id of the workspace.
    pub fn id(&self) -> WorkspaceId {
        self.store.ws()
    }

    /// Whether an event was applied before.
    pub async fn has_processed(&self, event: &str) -> Result<bool, StoreError> {
        let key = keys::stripe_event(&self.account, event);
        Ok(self.store.table.get(&key, true).await?.is_some())
    }

    /// The link of a payment intent; an empty one where none is stored.
    pub async fn get_payment_link(&self, intent: &str) -> Result<PaymentLink, StoreError> {
        let key = keys::stripe_payment(&self.account, intent);
        let found = self.store.table.get(&key, true).await?;
        found.map_or_else(|| Ok(PaymentLink::default()), from_item)
    }

    /// An invoice of the workspace with its payments, if a payment was ever attempted.
    pub async fn get_invoice_with_payments(
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
            invoice: from_item(invoice)?,
            payments: from_item(payments)?,
        }))
    }

    /// Keeps a fact of a payment until its invoice is known. With too many facts it is busy:
    /// Stripe delivers again.
    pub async fn defer_payment_fact(
        &self,
        event: EventRef<'_>,
        intent: &str,
        before: &PaymentLink,
        fact: (EventOrigin, PaymentFact),
    ) -> Result<WriteOutcome, StoreError> {
        if before.waiting.len() >= MAX_WAITING {
            return Err(StoreError::Busy);
        }
        let mut after = before.clone();
        after.waiting.push(fact);
        let mut transaction = self.store.transaction();
        let event_key = self.put_event(&mut transaction, event)?;
        let link_key = self.put_payment_link(&mut transaction, intent, after)?;
        to_write_outcome(
            self.store
                .commit_with_directory(transaction, &[event_key, link_key])
                .await,
        )
    }

    /// Writes what follows from an event: the payments, the invoice with its history, the
    /// balances, and that the event was applied. `entry` is the id of the first new history
    /// entry. `link` is the payment intent to link to the invoice.
    pub async fn apply_settlement(
        &self,
        event: EventRef<'_>,
        before: &InvoiceWithPayments,
        settled: &Settlement,
        entry: EntryId,
        link: Option<(&str, &PaymentLink)>,
    ) -> Result<WriteOutcome, StoreError> {
        let invoice = &before.invoice;
        let c = keys::client(self.id(), invoice.client);
        let mut transaction = self.store.transaction();
        let mut directory_keys = vec![self.put_event(&mut transaction, event)?];
        if let Some((intent, link)) = link {
            let after = PaymentLink {
                invoice: Some((invoice.client, invoice.id)),
                waiting: Vec::new(),
                version: link.version,
            };
            directory_keys.push(self.put_payment_link(&mut transaction, intent, after)?);
        }
        let payments = InvoicePayments {
            ledger: settled.ledger.clone(),
            surplus: settled.surplus,
            version: before.payments.version + 1,
        };
        let key = keys::invoice_payments(&c, invoice.id);
        let payments = to_item("payments", &key, &payments)?;
        transaction.replace(payments, before.payments.version);
        // Also where nothing happens to the invoice: what was decided holds for it as it
        // is, and whoever looks at it learns that money is on its way.
        let after = settled.invoice_after(invoice);
        let mut row = to_item("invoice", &keys::invoice(&c, invoice.id), &after)?;
        for index_key in keys::invoice_index_keys(&keys::workspace(self.id()), &c, &after) {
            add_index_key(&mut row, index_key);
        }
        transaction.replace(row, invoice.version);
        put_settlement_effects(&mut transaction, &c, before, settled, (entry, event.now))?;
        if settled.changes.is_empty() {
            self.store
                .put_client_revision(&mut transaction, invoice.client, true);
        } else {
            self.store
                .put_invoice_changes(&mut transaction, &settled.changes, entry)?;
        }
        to_write_outcome(
            self.store
                .commit_with_directory(transaction, &directory_keys)
                .await,
        )
    }

    /// The connection, if the workspace still has this account.
    pub async fn get_connection(&self) -> Result<Option<StripeConnection>, StoreError> {
        let found = self.store.get_stripe_connection().await?;
        Ok(found.filter(|found| found.account == self.account))
    }

    /// Applies an event of the account itself.
    pub async fn apply_account_event(
        &self,
        event: EventRef<'_>,
        before: &StripeConnection,
        after: &StripeConnection,
    ) -> Result<WriteOutcome, StoreError> {
        let mut transaction = self.store.transaction();
        let event_key = self.put_event(&mut transaction, event)?;
        self.store
            .put_connection(&mut transaction, Some(before), after)?;
        to_write_outcome(
            self.store
                .commit_with_directory(transaction, &[event_key])
                .await,
        )
    }

    fn put_event(
        &self,
        transaction: &mut Transaction,
        event: EventRef<'_>,
    ) -> Result<Key, StoreError> {
        put_processed_event(transaction, &self.account, event)
    }

    fn put_payment_link(
        &self,
        transaction: &mut Transaction,
        intent: &str,
        mut link: PaymentLink,
    ) -> Result<Key, StoreError> {
        let key = keys::stripe_payment(&self.account, intent);
        let before = link.version;
        link.version += 1;
        let item = to_item("payment", &key, &link)?;
        if before == 0 {
            transaction.put_new(item);
        } else {
            transaction.replace(item, before);
        }
        Ok(key)
    }
}

/// Puts what leaves after a settlement: receipts, notifications, and the end of other payment pages.
fn put_settlement_effects(
    transaction: &mut Transaction,
    c: &str,
    before: &InvoiceWithPayments,
    settled: &Settlement,
    (entry, now): (EntryId, Timestamp),
) -> Result<(), StoreError> {
    let (invoice, ledger) = (&before.invoice, &before.payments.ledger);
    let receipts = settled.receipts(ledger).into_iter();
    let receipts = receipts.map(|receipt| {
        Effect::Receipt(InvoiceReceiptJob {
            invoice: invoice.id,
            receipt,
        })
    });
    let payable = settled.invoice_after(invoice).payable_online();
    let open = settled.ledger.sessions_to_expire(payable, now).next();
    let expiry = open.map(|_| Effect::ExpireCheckout(invoice.id));
    // After the entries, each of which has an id of its own.
    let first = u64::try_from(settled.changes.len()).unwrap_or(u64::MAX);
    for (n, effect) in (first..).zip(receipts.chain(expiry)) {
        put_effect(transaction, c, entry.nth(n), effect, now)?;
    }
    let notifications = settled.notifications(ledger, invoice, now);
    put_notifications(transaction, c, &entry, notifications)
}

/// Puts that an event of an account or a customer was applied, as the first write.
pub(crate) fn put_processed_event(
    transaction: &mut Transaction,
    account: &str,
    event: EventRef<'_>,
) -> Result<Key, StoreError> {
    let key = keys::stripe_event(account, event.event);
    let mut processed: Item = to_item("event", &key, &serde_json::json!({}))?;
    let until = event
        .now
        .checked_add(EVENT_LIFETIME_HOURS.hours())
        .unwrap_or(event.now);
    processed.insert("ttl".to_owned(), number(until.as_second()));
    transaction.put_new(processed);
    Ok(key)
}

impl Store<WorkspaceScope> {
    /// The workspace's connection to Stripe, by a consistent read.
    pub async fn get_stripe_connection(&self) -> Result<Option<StripeConnection>, StoreError> {
        let key = keys::stripe_connection(&self.prefix());
        let found = self.table.get(&key, true).await?;
        found.map(from_item).transpose()
    }

    /// Connects an account to the workspace in place of the one before, with the pointer from
    /// the account to the workspace.
    pub async fn create_connection(
        &self,
        before: Option<&StripeConnection>,
        after: &StripeConnection,
    ) -> Result<(), StoreError> {
        let mut transaction = self.transaction();
        let key = keys::stripe_account(&after.account);
        let owner = serde_json::json!({ "ws": self.ws() });
        let mut pointer = to_item("account", &key, &owner)?;
        add_index_key(
            &mut pointer,
            keys::account_index_key(&sortable_time(after.flags_at), &after.account),
        );
        transaction.put_new_or_own(pointer, self.ws());
        self.put_connection(&mut transaction, before, after)?;
        self.commit_with_directory(transaction, &[key]).await
    }

    /// Updates the connection by what Stripe answered.
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
        let item = to_item(
            "connection",
            &keys::stripe_connection(&self.prefix()),
            after,
        )?;
        match before {
            Some(before) => transaction.replace(item, before.version),
            None => transaction.put_new(item),
        }
        let state = |connection: &StripeConnection| {
            let mut state = connection.status().label().to_owned();
            if let Some(why) = &connection.flags.disabled_reason {
                let _ = write!(state, " ({why})");
            }
            state
        };
        let account = |connection: Option<&StripeConnection>| {
            connection.map(|connection| connection.account.clone())
        };
        let note = AuditNote::of(AuditKind::PaymentsChanged, "")
            .with_change(
                "account",
                &account(before).unwrap_or_default(),
                &account(Some(after)).unwrap_or_default(),
            )
            .with_change(
                "state",
                &before.map(state).unwrap_or_default(),
                &state(after),
            );
        self.record(transaction, note)
    }
}
