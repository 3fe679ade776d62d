//! Where a client pays: what is known of an invoice's payments, and where the money goes.
//!
//! A contact's credentials reach neither: with them, every function that serves contacts
//! could write an attempt, by which a payment is believed. So these go by the credentials
//! of the process, and only the functions that need them are granted the two partitions.

use domain::id::InvoiceId;
use domain::invoice::Invoice;
use domain::stripe::{ConnectStatus, PaymentLedger, StripeConnection};
use futures::future::try_join;

use crate::error::StoreError;
use crate::records::payments::connected_account::InvoicePayments;
use crate::table::codec::{from_item, to_item};
use crate::table::keys;
use crate::tenancy::scope::{ClientScope, Scope, Store};

/// What is needed to begin a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckoutState {
    /// The invoice, if it was sent.
    pub invoice: Option<Invoice>,
    pub payments: InvoicePayments,
    /// The workspace's connection to Stripe.
    pub connection: Option<StripeConnection>,
}

impl Store<ClientScope> {
    async fn get_stripe_connection(
        &self,
        now: bool,
    ) -> Result<Option<StripeConnection>, StoreError> {
        let key = keys::stripe_connection(&keys::workspace(self.scope.ws()));
        let found = self.table.with_process_credentials().get(&key, now).await?;
        found.map(from_item).transpose()
    }

    /// The payments of an invoice, by a consistent read.
    pub async fn get_payments(&self, invoice: InvoiceId) -> Result<InvoicePayments, StoreError> {
        let key = keys::invoice_payments(&self.prefix(), invoice);
        let found = self
            .table
            .with_process_credentials()
            .get(&key, true)
            .await?;
        found.map_or_else(|| Ok(InvoicePayments::default()), from_item)
    }

    /// A sent invoice and its payments, by consistent reads. The invoice is read last: it is never
    /// older than its payments.
    pub async fn get_open_checkout(
        &self,
        invoice: InvoiceId,
    ) -> Result<(Option<Invoice>, InvoicePayments), StoreError> {
        let payments = self.get_payments(invoice).await?;
        Ok((self.get_invoice_now(invoice).await?, payments))
    }

    /// A sent invoice, by a consistent read.
    pub async fn get_invoice_now(&self, invoice: InvoiceId) -> Result<Option<Invoice>, StoreError> {
        let key = keys::invoice(&self.prefix(), invoice);
        let found = self.table.get(&key, true).await?;
        found.map(from_item).transpose()
    }

    /// Everything that is needed to begin a payment.
    pub async fn get_checkout_state(
        &self,
        invoice: InvoiceId,
    ) -> Result<CheckoutState, StoreError> {
        let read = self.get_open_checkout(invoice);
        let ((invoice, payments), payee) = try_join(read, self.get_stripe_connection(true)).await?;
        Ok(CheckoutState {
            invoice,
            payments,
            connection: payee,
        })
    }

    /// Whether invoices can be paid online, as it was a moment ago.
    pub async fn can_take_payments(&self) -> Result<bool, StoreError> {
        let found = self.get_stripe_connection(false).await?;
        Ok(found.is_some_and(|found| found.status() == ConnectStatus::Ready))
    }

    /// The payments of an invoice, as the team sees them: by its own credentials.
    pub async fn get_payments_of_team(
        &self,
        invoice: InvoiceId,
    ) -> Result<InvoicePayments, StoreError> {
        let key = keys::invoice_payments(&self.prefix(), invoice);
        let found = self.get(&key).await?;
        found.map_or_else(|| Ok(InvoicePayments::default()), from_item)
    }

    /// Stores a checkout attempt, before Stripe is asked for its session and once it answered.
    /// Refused where another attempt was stored meanwhile.
    pub async fn record_checkout_attempt(
        &self,
        invoice: InvoiceId,
        before: &InvoicePayments,
        ledger: &PaymentLedger,
    ) -> Result<InvoicePayments, StoreError> {
        let after = InvoicePayments {
            ledger: ledger.clone(),
            surplus: before.surplus,
            version: before.version + 1,
        };
        let key = keys::invoice_payments(&self.prefix(), invoice);
        let item = to_item("payments", &key, &after)?;
        let mut transaction = self.transaction();
        if before.version == 0 {
            transaction.put_new(item);
        } else {
            transaction.replace(item, before.version);
        }
        // By the process: see above. The scope is checked as ever.
        self.commit_with_directory(transaction, &[]).await?;
        Ok(after)
    }
}
