//! The id in the address of an invoice.

use domain::id::InvoiceId;
use serde::Deserialize;
use store::InvoiceDetail;
use web::links::{self, LinkBase};
use web::{ClientAccess, PageError};

#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct InvoicePath {
    pub(crate) invoice: InvoiceId,
}

impl InvoicePath {
    /// The invoice, if it exists and is visible to the actor.
    pub(crate) async fn load_invoice(
        self,
        access: &ClientAccess,
    ) -> Result<InvoiceDetail, PageError> {
        let detail = access.store.get_invoice(self.invoice).await?;
        detail.ok_or(PageError::NotFound)
    }

    pub(crate) fn href(self, base: LinkBase) -> String {
        links::invoice(base, self.invoice)
    }
}
