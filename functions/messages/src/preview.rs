//! The preview of markdown, while it is typed.

use serde::Deserialize;
use web::{AllowedImages, ClientAccess, Ids, PageError, ProtectedForm, Reply};

use crate::paths::EngagementPath;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MarkdownForm {
    text: String,
}

pub(crate) async fn post(
    access: ClientAccess,
    Ids(path): Ids<EngagementPath>,
    form: ProtectedForm<MarkdownForm>,
) -> Result<Reply, PageError> {
    let engagement = access.store.get_engagement(path.engagement).await?;
    engagement.ok_or(PageError::NotFound)?;
    let html = web::markdown(&form.input.text, &AllowedImages::default());
    Ok(Reply::html(html))
}
