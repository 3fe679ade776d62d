//! The PDF of a sent invoice, as a download.

use domain::file::attachment_disposition;
use domain::id::InvoiceId;
use http::{HeaderValue, header};
use serde::Deserialize;
use web::view::InvoiceView;
use web::{ClientAccess, Context, Ids, PageError, Reply};

use crate::render_pdf::{PdfBranding, render_pdf};

#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct InvoicePath {
    invoice: InvoiceId,
}

pub(crate) async fn get(
    access: ClientAccess,
    Ids(path): Ids<InvoicePath>,
) -> Result<Reply, PageError> {
    let detail = access.store.get_invoice(path.invoice).await?;
    // A draft has no PDF yet: it has no number, and may still change.
    let detail = detail.filter(|detail| detail.invoice.issue.is_some());
    let detail = detail.ok_or(PageError::NotFound)?;
    let view = InvoiceView::new(&detail, &access.ctx.workspace.name);
    let branding = load_branding(&access.ctx).await?;
    let bytes = render_pdf(view, branding).map_err(PageError::internal)?;
    let content_type = HeaderValue::from_static("application/pdf");
    let disposition = attachment_disposition(&format!("{}.pdf", detail.invoice.number()));
    let disposition = HeaderValue::from_str(&disposition).map_err(PageError::internal)?;
    Ok(Reply::file(bytes, content_type).header(header::CONTENT_DISPOSITION, disposition))
}

/// The workspace's colour and logo, as on its pages.
async fn load_branding(ctx: &Context) -> Result<PdfBranding, PageError> {
    let branding = ctx.workspace.branding(ctx.now);
    let logo_key = ctx.directory().logo_object_key(&ctx.workspace);
    let logo = match logo_key.filter(|_| branding.logo.is_some()) {
        Some(key) => ctx.app.services.files.get(&key).await?,
        None => None,
    };
    Ok(PdfBranding {
        accent: branding.colour().to_string(),
        logo,
    })
}
