//! Marking a thread as read, by the page's script or by a button.

use domain::message::MessageCounts;
use serde::Deserialize;
use web::links;
use web::{ClientAccess, Ids, PageError, ProtectedForm, Reply, see_other};

use crate::paths::EngagementPath;

/// The counts that the page showed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReadForm {
    messages: String,
    #[serde(default)]
    notes: String,
}

pub(crate) async fn post(
    access: ClientAccess,
    Ids(path): Ids<EngagementPath>,
    form: ProtectedForm<ReadForm>,
) -> Result<Reply, PageError> {
    let engagement = access.store.get_engagement(path.engagement).await?;
    let engagement = engagement.ok_or(PageError::NotFound)?;
    let parse_count = |text: &str| text.parse().unwrap_or_default();
    let seen = MessageCounts {
        messages: parse_count(&form.input.messages),
        notes: parse_count(&form.input.notes),
    };
    let seen = seen.capped_at(engagement.messages);
    access
        .store
        .mark_read(access.actor.user, path.engagement, seen)
        .await?;
    Ok(see_other(&links::thread(access.base, path.engagement)).flash("messages-read"))
}
