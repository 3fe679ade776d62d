//! The ids in this group's addresses.

use domain::id::InvoiceId;
use serde::Deserialize;
use web::links::{self, LinkBase};

#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct InvoicePath {
    pub(crate) invoice: InvoiceId,
}

impl InvoicePath {
    pub(crate) fn href(self) -> String {
        links::invoice(LinkBase::Portal, self.invoice)
    }
}
