//! Ids in addresses, and what they name.

use domain::id::InvoiceId;
use serde::Deserialize;
use store::InvoiceDetail;
use web::{ClientAccess, PageError};

#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct InvoicePath {
    pub(crate) invoice: InvoiceId,
}

impl InvoicePath {
    /// The invoice, if the reader may see it.
    pub(crate) async fn read(self, inside: &ClientAccess) -> Result<InvoiceDetail, PageError> {
        let found = inside.store.invoice(self.invoice).await?;
        found.ok_or(PageError::NotFound)
    }

    /// Its address.
    pub(crate) fn href(self, base: &str) -> String {
        format!("{base}/invoices/{}", self.invoice)
    }
}
