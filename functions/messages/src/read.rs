//! Noting how much of a thread its reader has seen: by the page's script, or by a
//! button.

use domain::message::MessageCounts;
use serde::Deserialize;
use web::{ClientAccess, Ids, PageError, ProtectedForm, Reply, see_other};

use crate::paths::{EngagementPath, thread};

/// What the page showed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReadForm {
    messages: String,
    #[serde(default)]
    notes: String,
}

pub(crate) async fn post(
    inside: ClientAccess,
    Ids(path): Ids<EngagementPath>,
    form: ProtectedForm<ReadForm>,
) -> Result<Reply, PageError> {
    let engagement = inside.store.engagement(path.engagement).await?;
    let engagement = engagement.ok_or(PageError::NotFound)?;
    let number = |text: &str| text.parse().unwrap_or_default();
    let seen = MessageCounts {
        messages: number(&form.input.messages),
        notes: number(&form.input.notes),
    };
    let seen = seen.at_most(engagement.messages);
    let marked = inside
        .store
        .mark_read(inside.actor.user, path.engagement, seen);
    marked.await?;
    Ok(see_other(&thread(&inside, path.engagement)).flash("messages-read"))
}
