//! The form that maps the columns of a table to fields of a finding.

use domain::import::{CsvColumns, MAPPED_FIELDS};
use serde::Serialize;
use web::Form;

#[derive(Debug, Serialize)]
pub(crate) struct ColumnsForm {
    action: String,
    form: Form,
    parts: Vec<MappedFieldRow>,
    options: Vec<ColumnOption>,
}

#[derive(Debug, Serialize)]
struct MappedFieldRow {
    name: &'static str,
    label: &'static str,
    hint: &'static str,
}

#[derive(Debug, Serialize)]
struct ColumnOption {
    value: String,
    label: String,
}

impl ColumnsForm {
    /// The form for a table with these columns, sent to `action`.
    pub(crate) fn new(columns: &CsvColumns, form: Form, action: String) -> Self {
        let none = ColumnOption {
            value: String::new(),
            label: "Not in the file".to_owned(),
        };
        let options = columns.names.iter().zip(&columns.examples);
        let options = options.map(|(name, example)| ColumnOption {
            value: name.clone(),
            label: match example.as_str() {
                "" => name.clone(),
                example => format!("{name} (as in “{example}”)"),
            },
        });
        let parts = MAPPED_FIELDS.iter().map(|field| MappedFieldRow {
            name: field.name,
            label: field.label,
            hint: field.hint,
        });
        Self {
            action,
            form,
            parts: parts.collect(),
            options: std::iter::once(none).chain(options).collect(),
        }
    }
}
