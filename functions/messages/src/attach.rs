//! Files that go along with messages: sent before the message by a script, or with it,
//! and taken away from it.

use domain::file::attachment;
use domain::id::{EngagementId, UploadId};
use domain::input::Invalid;
use domain::message::MAX_FILES;
use domain::upload::{Purpose, State, Upload};
use futures::future::try_join_all;
use serde::Deserialize;
use web::{Error, Handed, Ids, Inside, Nothing, ProtectedForm, Reply, Said, see_other};

use crate::paths::{AtFile, InEngagement, thread};

/// What a script says of a file before it sends it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Announcement {
    name: String,
    size: String,
    n: String,
}

pub(crate) async fn announce(
    inside: Inside,
    Ids(path): Ids<InEngagement>,
    form: ProtectedForm<Announcement>,
) -> Result<Reply, Error> {
    let engagement = inside.store.engagement(path.engagement).await?;
    engagement.ok_or(Error::NotFound)?;
    let Announcement { name, size, n } = &form.input;
    let said = Said::by_script(&form, (name, size, n))?;
    let begun = begin(&inside, path.engagement, said).await?;
    inside.offer(begun).await
}

/// Announces a file for the thread of an engagement.
pub(crate) async fn begin(
    inside: &Inside,
    engagement: EngagementId,
    said: Said<'_>,
) -> Result<Result<Upload, Invalid>, Error> {
    match said.file() {
        Ok(file) => {
            let purpose = Purpose::Attachment(engagement);
            inside.announce(said, &file, purpose).await
        }
        Err(invalid) => Ok(Err(invalid)),
    }
}

/// The uploads that a form names; one that isn't there, or isn't the reader's side's,
/// is left out, which is told as one that is gone.
pub(crate) async fn named(inside: &Inside, ids: &[String]) -> Result<Vec<Option<Upload>>, Error> {
    let ids = ids.iter().take(MAX_FILES + 1);
    let ids: Vec<Option<UploadId>> = ids.map(|id| id.parse().ok()).collect();
    let read = async |id: Option<UploadId>| match id {
        Some(id) => inside.store.upload(id).await,
        None => Ok(None),
    };
    Ok(try_join_all(ids.into_iter().map(read)).await?)
}

/// Takes a file of a message away: recorded, then fetched from the bucket by an
/// address that holds for a minute.
pub(crate) async fn download(
    inside: Inside,
    Ids(path): Ids<AtFile>,
    _: ProtectedForm<Nothing>,
) -> Result<Reply, Error> {
    let found = inside.store.message(path.engagement, path.message).await?;
    let found = found.ok_or(Error::NotFound)?;
    let file = found.message.file(path.upload).ok_or(Error::NotFound)?;
    if file.state != State::Ready {
        let there = format!("{}#end", thread(&inside, path.engagement));
        return Ok(see_other(&there).flash("file-unchecked"));
    }
    inside.store.took_attachment(file).await?;
    let handed = Handed {
        key: &inside.store.attachment_key(file.id),
        disposition: &attachment(&file.name),
        content_type: file.file_type.media_type(),
    };
    Ok(see_other(&inside.files().link(handed).await?))
}
