//! The last step of importing a scan: the confirmed import is enqueued for the worker.

use domain::import::{ImportConfirmation, ImportStage};
use futures::future::try_join;
use serde::Deserialize;
use store::ImportSchedule;
use web::links;
use web::{ClientAccess, Ids, PageError, ProtectedForm, Reply, see_other};

use crate::import_preview::{check_room, find_import, render_refused};
use crate::paths::ImportPath;

/// The options for existing findings; each holds `yes` or nothing.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ImportRunForm {
    resolve_gone: String,
    reopen_back: String,
}

pub(crate) async fn post(
    access: ClientAccess,
    Ids(path): Ids<ImportPath>,
    form: ProtectedForm<ImportRunForm>,
) -> Result<Reply, PageError> {
    let read = try_join(
        access.engagement(path.engagement),
        find_import(&access, path),
    );
    let (context, import) = read.await?;
    let import = import.ok_or(PageError::NotFound)?;
    let reply = see_other(&links::import(access.base, path.engagement, path.import));
    let confirmation = ImportConfirmation {
        by: access.actor.clone(),
        at: access.ctx.now,
        resolve_missing: form.input.resolve_gone == "yes",
        reopen_reappeared: form.input.reopen_back == "yes",
    };
    let fits = match &import.plan {
        Some(plan) => check_room(&access, &context.engagement, plan.new_total())
            .await?
            .is_none(),
        None => false,
    };
    let after = match import.confirm(confirmation) {
        Some(after) if fits => after,
        // Confirmed before: the page shows the progress.
        None if matches!(import.stage, ImportStage::Importing | ImportStage::Done) => {
            return Ok(reply);
        }
        _ => return render_refused(&access, &import, None, &context).await,
    };
    match access
        .store
        .update_import(&after, ImportSchedule::Enqueue)
        .await
    {
        // Another person was faster: the page shows the result.
        Ok(()) | Err(store::StoreError::Refused(0)) => Ok(reply),
        Err(error) => Err(error.into()),
    }
}
