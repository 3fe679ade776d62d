//! Importing a table: which column holds what.

use domain::id::ClientId;
use domain::import::mapping::PARTS;
use domain::import::{ColumnMapping, CsvColumns, ScanError};
use domain::input::FieldErrors;
use futures::future::try_join;
use serde::{Deserialize, Serialize};
use web::{ClientAccess, Form, Ids, PageError, ProtectedForm, Reply, TeamAccess, see_other};

use crate::import::around;
use crate::import_preview::{again, found, here};
use crate::paths::{EngagementPath, ImportPath};

/// The form in which a person names the columns.
#[derive(Debug, Serialize)]
pub(crate) struct ColumnsForm {
    action: String,
    form: Form,
    parts: Vec<Part>,
    options: Vec<Column>,
}

#[derive(Debug, Serialize)]
struct Part {
    name: &'static str,
    label: &'static str,
    hint: &'static str,
}

#[derive(Debug, Serialize)]
struct Column {
    value: String,
    label: String,
}

#[derive(Deserialize)]
pub(crate) struct ColumnsPath {
    client: ClientId,
}

impl ColumnsForm {
    /// The form for a table with these columns; its address is below `here`.
    pub(crate) fn new(columns: &CsvColumns, form: Form, here: &str) -> Self {
        let none = Column {
            value: String::new(),
            label: "Not in the file".to_owned(),
        };
        let named = columns.names.iter().zip(&columns.examples);
        let named = named.map(|(name, example)| Column {
            value: name.clone(),
            label: match example.as_str() {
                "" => name.clone(),
                example => format!("{name} (as in “{example}”)"),
            },
        });
        let parts = PARTS.iter().map(|part| Part {
            name: part.name,
            label: part.label,
            hint: part.hint,
        });
        Self {
            action: format!("{here}/columns"),
            form,
            parts: parts.collect(),
            options: std::iter::once(none).chain(named).collect(),
        }
    }
}

pub(crate) async fn post(
    inside: ClientAccess,
    team: TeamAccess,
    Ids(path): Ids<ImportPath>,
    Ids(ColumnsPath { client }): Ids<ColumnsPath>,
    form: ProtectedForm<ColumnMapping>,
) -> Result<Reply, PageError> {
    let engagement = path.engagement;
    let read = try_join(
        around(&inside, EngagementPath { engagement }),
        found(&inside, path),
    );
    let ((about, link, crumbs), import) = read.await?;
    let import = import.ok_or(PageError::NotFound)?;
    let Some(columns) = &import.columns else {
        return Ok(see_other(&here(&link, path.import)));
    };
    let mapping = form.input.within(&columns.names);
    if mapping.title.is_empty() {
        let invalid = FieldErrors::at("title", ScanError::NoTitle.to_string());
        let form = Form::failed(&mapping, &invalid);
        return again(&inside, &about, &import, Some(form), (link, crumbs)).await;
    }
    // Once it was confirmed, it is too late.
    let after = import.mapped(mapping.clone()).ok_or(PageError::Changed)?;
    let kept = team.store.map_import(client, &after, columns, &mapping);
    kept.await?;
    Ok(see_other(&here(&link, path.import)))
}
