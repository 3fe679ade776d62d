//! Importing a table: which column holds what.

use domain::id::ClientId;
use domain::import::mapping::PARTS;
use domain::import::{Columns, Mapping, Refused};
use domain::input::Invalid;
use futures::future::try_join;
use serde::{Deserialize, Serialize};
use web::{Error, Form, Ids, Inside, ProtectedForm, Reply, Team, see_other};

use crate::import::around;
use crate::import_preview::{again, found, here};
use crate::paths::{AtImport, InEngagement};

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
pub(crate) struct InClient {
    client: ClientId,
}

impl ColumnsForm {
    /// The form for a table with these columns; its address is below `here`.
    pub(crate) fn new(columns: &Columns, form: Form, here: &str) -> Self {
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
    inside: Inside,
    team: Team,
    Ids(path): Ids<AtImport>,
    Ids(InClient { client }): Ids<InClient>,
    form: ProtectedForm<Mapping>,
) -> Result<Reply, Error> {
    let engagement = path.engagement;
    let read = try_join(
        around(&inside, InEngagement { engagement }),
        found(&inside, path),
    );
    let ((about, link, crumbs), import) = read.await?;
    let import = import.ok_or(Error::NotFound)?;
    let Some(columns) = &import.columns else {
        return Ok(see_other(&here(&link, path.import)));
    };
    let mapping = form.input.within(&columns.names);
    if mapping.title.is_empty() {
        let invalid = Invalid::at("title", Refused::NoTitle.to_string());
        let form = Form::failed(&mapping, &invalid);
        return again(&inside, &about, &import, Some(form), (link, crumbs)).await;
    }
    // Once it was confirmed, it is too late.
    let after = import.mapped(mapping.clone()).ok_or(Error::Changed)?;
    let kept = team.store.map_import(client, &after, columns, &mapping);
    kept.await?;
    Ok(see_other(&here(&link, path.import)))
}
