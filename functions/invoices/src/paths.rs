//! Ids in addresses, and what they name.

use domain::id::InvoiceId;
use serde::Deserialize;
use store::Billed;
use web::{Error, Inside};

#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct AtInvoice {
    pub(crate) invoice: InvoiceId,
}

impl AtInvoice {
    /// The invoice, if the reader may see it.
    pub(crate) async fn read(self, inside: &Inside) -> Result<Billed, Error> {
        let found = inside.store.invoice(self.invoice).await?;
        found.ok_or(Error::NotFound)
    }

    /// Its address.
    pub(crate) fn href(self, base: &str) -> String {
        format!("{base}/invoices/{}", self.invoice)
    }
}
