//! How markdown will look, while it is written.

use serde::Deserialize;
use web::{AllowedImages, ClientAccess, Ids, PageError, ProtectedForm, Reply};

use crate::paths::EngagementPath;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MarkdownForm {
    text: String,
}

pub(crate) async fn post(
    inside: ClientAccess,
    Ids(path): Ids<EngagementPath>,
    form: ProtectedForm<MarkdownForm>,
) -> Result<Reply, PageError> {
    let engagement = inside.store.engagement(path.engagement).await?;
    engagement.ok_or(PageError::NotFound)?;
    let html = web::markdown(&form.input.text, &AllowedImages::default());
    Ok(Reply::html(html))
}
