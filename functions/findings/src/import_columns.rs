//! The second step of importing a table: the mapping of its columns.

use domain::id::ClientId;
use domain::import::{ColumnMapping, ScanError};
use domain::input::FieldErrors;
use futures::future::try_join;
use serde::Deserialize;
use web::links;
use web::{ClientAccess, Form, Ids, PageError, ProtectedForm, Reply, TeamAccess, see_other};

use crate::import_preview::{find_import, render_refused};
use crate::paths::ImportPath;

#[derive(Deserialize)]
pub(crate) struct ColumnsPath {
    client: ClientId,
}

pub(crate) async fn post(
    access: ClientAccess,
    team: TeamAccess,
    Ids(path): Ids<ImportPath>,
    Ids(ColumnsPath { client }): Ids<ColumnsPath>,
    form: ProtectedForm<ColumnMapping>,
) -> Result<Reply, PageError> {
    let read = try_join(
        access.engagement(path.engagement),
        find_import(&access, path),
    );
    let (context, import) = read.await?;
    let href = links::import(access.base, path.engagement, path.import);
    let import = import.ok_or(PageError::NotFound)?;
    let Some(columns) = &import.columns else {
        return Ok(see_other(&href));
    };
    let mapping = form.input.restricted_to(&columns.names);
    if mapping.title.is_empty() {
        let invalid = FieldErrors::of("title", ScanError::NoTitle.to_string());
        let form = Form::with_errors(&mapping, &invalid);
        return render_refused(&access, &import, Some(form), &context).await;
    }
    // A confirmed import has a fixed mapping.
    let after = import
        .with_mapping(mapping.clone())
        .ok_or(PageError::Changed)?;
    let updated = team
        .store
        .update_column_mapping(client, &after, columns, &mapping);
    updated.await?;
    Ok(see_other(&href))
}
