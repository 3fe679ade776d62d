//! An invoice that was sent, as a file to keep, to print or to book by.

use domain::file::attachment;
use domain::id::InvoiceId;
use http::{HeaderValue, header};
use serde::Deserialize;
use web::view::InvoiceView;
use web::{ClientAccess, Context, Ids, PageError, Reply};

use crate::press::{self, PdfBranding};

#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct InvoicePath {
    invoice: InvoiceId,
}

pub(crate) async fn get(
    inside: ClientAccess,
    Ids(at): Ids<InvoicePath>,
) -> Result<Reply, PageError> {
    let billed = inside.store.invoice(at.invoice).await?;
    // A draft isn't a paper yet: it has no number, and may still change.
    let sent = billed.filter(|billed| billed.invoice.issued.is_some());
    let billed = sent.ok_or(PageError::NotFound)?;
    let paper = InvoiceView::new(&billed, &inside.ctx.workspace.name);
    let bytes = press::pdf(paper, brand(&inside.ctx).await?).map_err(PageError::internal)?;
    let kind = HeaderValue::from_static("application/pdf");
    let name = attachment(&format!("{}.pdf", billed.invoice.number()));
    let disposition = HeaderValue::from_str(&name).map_err(PageError::internal)?;
    Ok(Reply::file(bytes, kind).header(header::CONTENT_DISPOSITION, disposition))
}

/// What is seen of the company's brand, as on its pages.
async fn brand(ctx: &Context) -> Result<PdfBranding, PageError> {
    let look = ctx.workspace.look(ctx.now);
    let logo = ctx.directory().logo_of(&ctx.workspace);
    let logo = match logo.filter(|_| look.logo.is_some()) {
        Some(object) => ctx.app.services.files.get(&object).await?,
        None => None,
    };
    Ok(PdfBranding {
        accent: look.colour().to_string(),
        logo,
    })
}
