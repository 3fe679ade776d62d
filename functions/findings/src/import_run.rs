//! Importing a scan, last step: what was confirmed is handed to the worker.

use domain::import::job::{ImportConfirmation, ImportStage};
use futures::future::try_join;
use serde::Deserialize;
use store::ImportSchedule;
use web::{ClientAccess, Ids, PageError, ProtectedForm, Reply, see_other};

use crate::import::around;
use crate::import_preview::{again, found, here, lacking};
use crate::paths::{EngagementPath, ImportPath};

/// What is to be done with what is there already; each holds `yes` or nothing.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ImportRunForm {
    resolve_gone: String,
    reopen_back: String,
}

pub(crate) async fn post(
    inside: ClientAccess,
    Ids(path): Ids<ImportPath>,
    form: ProtectedForm<ImportRunForm>,
) -> Result<Reply, PageError> {
    let engagement = path.engagement;
    let read = try_join(
        around(&inside, EngagementPath { engagement }),
        found(&inside, path),
    );
    let ((about, link, crumbs), import) = read.await?;
    let import = import.ok_or(PageError::NotFound)?;
    let there = see_other(&here(&link, path.import));
    let confirmed = ImportConfirmation {
        by: inside.actor.clone(),
        at: inside.ctx.now,
        resolve_gone: form.input.resolve_gone == "yes",
        reopen_back: form.input.reopen_back == "yes",
    };
    let fits = match &import.plan {
        Some(plan) => lacking(&inside, &about, plan.all_fresh()).await?.is_none(),
        None => false,
    };
    let after = match import.confirmed(confirmed) {
        Some(after) if fits => after,
        // Confirmed before: the page says how far it is.
        None if matches!(import.stage, ImportStage::Importing | ImportStage::Done) => {
            return Ok(there);
        }
        _ => return again(&inside, &about, &import, None, (link, crumbs)).await,
    };
    match inside
        .store
        .change_import(&after, ImportSchedule::Goes)
        .await
    {
        // Somebody else was faster: the page says with what.
        Ok(()) | Err(store::StoreError::Refused(0)) => Ok(there),
        Err(error) => Err(error.into()),
    }
}
