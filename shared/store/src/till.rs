//! Where a client pays: what is known of an invoice's payments, and where the money goes.
//!
//! A contact's credentials reach neither: with them, every function that serves contacts
//! could write an attempt, by which a payment is believed. So these go by the credentials
//! of the process, and only the functions that need them are granted the two partitions.

use domain::id::InvoiceId;
use domain::invoice::Invoice;
use domain::stripe::{ConnectStatus, PaymentLedger, StripeConnection};
use futures::future::try_join;

use crate::codec::{item, row};
use crate::error::StoreError;
use crate::keys;
use crate::payments::InvoicePayments;
use crate::scope::{ClientScope, Scope, Store};

/// What whoever is about to pay needs to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckoutState {
    /// The invoice, if it is there and was sent.
    pub invoice: Option<Invoice>,
    /// What is known of its payments.
    pub payments: InvoicePayments,
    /// The workspace's account at Stripe.
    pub payee: Option<StripeConnection>,
}

impl Store<ClientScope> {
    async fn payee(&self, now: bool) -> Result<Option<StripeConnection>, StoreError> {
        let key = keys::connection(&keys::workspace(self.scope.ws()));
        let found = self.table.as_process().get(&key, now).await?;
        found.map(row).transpose()
    }

    /// What is known of an invoice's payments, as it is now.
    pub async fn payments(&self, invoice: InvoiceId) -> Result<InvoicePayments, StoreError> {
        let key = keys::invoice_payments(&self.prefix(), invoice);
        let found = self.table.as_process().get(&key, true).await?;
        found.map_or_else(|| Ok(InvoicePayments::default()), row)
    }

    /// All that somebody needs to know who is about to pay. The invoice is read last: it
    /// is never older than what is known of its payments.
    pub async fn till(&self, invoice: InvoiceId) -> Result<CheckoutState, StoreError> {
        let read = async {
            let payments = self.payments(invoice).await?;
            let key = keys::invoice(&self.prefix(), invoice);
            let found = self.table.get(&key, true).await?;
            Ok((found.map(row).transpose()?, payments))
        };
        let ((invoice, payments), payee) = try_join(read, self.payee(true)).await?;
        Ok(CheckoutState {
            invoice,
            payments,
            payee,
        })
    }

    /// Whether invoices can be paid here, as it was a moment ago.
    pub async fn takes_payments(&self) -> Result<bool, StoreError> {
        let found = self.payee(false).await?;
        Ok(found.is_some_and(|found| found.state() == ConnectStatus::Ready))
    }

    /// What came in for an invoice and couldn't be booked, as the team sees it: by its
    /// own credentials.
    pub async fn surplus(&self, invoice: InvoiceId) -> Result<i64, StoreError> {
        let key = keys::invoice_payments(&self.prefix(), invoice);
        let found = self.get(&key).await?;
        let payments = found.map_or_else(|| Ok(InvoicePayments::default()), row);
        payments.map(|payments| payments.surplus)
    }

    /// Keeps an attempt at paying, before Stripe is asked for it and once it answered.
    /// Somebody else's at the same moment is refused.
    pub async fn keep_attempt(
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
        let item = item("payments", &key, &after)?;
        let mut transaction = self.transaction();
        if before.version == 0 {
            transaction.put_new(item);
        } else {
            transaction.replace(item, before.version);
        }
        // By the process: see above. The scope is checked as ever.
        self.commit_beside(transaction, &[]).await?;
        Ok(after)
    }
}
