//! How markdown will look, while it is written.

use serde::Deserialize;
use web::{Error, Ids, Inside, Pictures, ProtectedForm, Reply};

use crate::paths::InEngagement;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Text {
    text: String,
}

pub(crate) async fn post(
    inside: Inside,
    Ids(path): Ids<InEngagement>,
    form: ProtectedForm<Text>,
) -> Result<Reply, Error> {
    let engagement = inside.store.engagement(path.engagement).await?;
    engagement.ok_or(Error::NotFound)?;
    let html = web::markdown(&form.input.text, &Pictures::default());
    Ok(Reply::html(html))
}
