//! The object that a release writes, where nothing else may be.

use domain::file::FileFlaw;
use store::ReleaseOutcome;
use web::{App, NewObject, PageError};

/// Where the file would go there is another, which an earlier attempt to check it left.
pub(crate) const OTHER_THERE: ReleaseOutcome = ReleaseOutcome::Refused(FileFlaw::Missing);

/// Deletes what this attempt wrote, and nothing that was there before.
pub(crate) async fn delete_written(
    app: &App,
    written: NewObject,
    key: &str,
) -> Result<(), PageError> {
    if written == NewObject::Written {
        app.services.files.delete(key).await?;
    }
    Ok(())
}
