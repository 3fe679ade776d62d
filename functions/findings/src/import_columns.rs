//! Importing a table: which column holds what.

use domain::id::ClientId;
use domain::import::mapping::PARTS;
use domain::import::{self, Columns, Mapping};
use domain::input::Invalid;
use serde::{Deserialize, Serialize};
use web::{Error, Form, Ids, Inside, ProtectedForm, Reply, Team, see_other};

use crate::import::{around, count};
use crate::import_preview::{Upload, again};
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
    let (about, link, crumbs) = around(&inside, InEngagement { engagement }).await?;
    let mut upload = Upload::read(&inside, path, &about).await?;
    let here = see_other(&format!("{}/imports/{}", link.href, path.import));
    let Some(columns) = &upload.columns else {
        return Ok(here);
    };
    let mapping = form.input.within(&columns.names);
    match import::read(&upload.bytes, &mapping) {
        Ok(scan) => {
            let import = (client, engagement, path.import);
            let total = count(scan.findings.len());
            let kept = team.store.map_import(import, columns, &mapping, total);
            kept.await?;
            Ok(here)
        }
        Err(refused) => {
            let invalid = Invalid::at("title", refused.to_string());
            upload.scan = None;
            let form = Form::failed(&mapping, &invalid);
            again(&inside, upload, Some(form), link, crumbs)
        }
    }
}
